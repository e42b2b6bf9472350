//! How the bass sounds: every style has its instrument, `--patch` chooses another.

use anyhow::bail;
use musebot_kit::{Patch, Poly, Setup, Style};

const PATCHES: [(&str, Patch); 4] = [
    ("electric-bass", Patch::ElectricBass),
    ("upright-bass", Patch::UprightBass),
    ("acid-bass", Patch::AcidBass),
    ("sub-bass", Patch::SubBass),
];

/// The flag that chooses one: its name, what it takes, its help.
pub(crate) const FLAG: (&str, &str, &str) =
    ("patch", "NAME", "The instrument: electric-bass, upright-bass, acid-bass or sub-bass [default: by style]");

/// Chooses the voice.
pub(crate) fn sound(setup: &Setup) -> anyhow::Result<()> {
    let patch = match setup.flag(FLAG.0) {
        Some(name) => match PATCHES.iter().find(|(known, _)| *known == name) {
            Some((_, patch)) => *patch,
            None => {
                bail!("failed to choose the patch `{name}`: there are {}", PATCHES.map(|(name, _)| name).join(", "))
            }
        },
        None => match setup.style {
            Style::Straight | Style::Funk | Style::Ballad => Patch::ElectricBass,
            Style::Swing => Patch::UprightBass,
            Style::House => Patch::AcidBass,
        },
    };
    setup.sounds_like(Poly::new(patch));
    setup.channel(2);
    Ok(())
}
