//! How the melody sounds: every style has its instrument, `--patch` chooses another.

use anyhow::bail;
use musebot_kit::{Patch, Poly, Setup, Style};

const PATCHES: [(&str, Patch); 4] = [
    ("warm-lead", Patch::WarmLead),
    ("pluck", Patch::Pluck),
    ("electric-piano", Patch::ElectricPiano),
    ("pad", Patch::Pad),
];

/// The flag that chooses one: its name, what it takes, its help.
pub(crate) const FLAG: (&str, &str, &str) =
    ("patch", "NAME", "The instrument: warm-lead, pluck, electric-piano or pad [default: by style]");

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
            Style::Straight | Style::House => Patch::WarmLead,
            Style::Swing => Patch::Pluck,
            Style::Ballad | Style::Funk => Patch::ElectricPiano,
        },
    };
    setup.sounds_like(Poly::new(patch));
    setup.channel(1);
    Ok(())
}
