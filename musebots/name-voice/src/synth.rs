//! How the name voice sounds: who calls is chosen by `--timbre`.

use anyhow::bail;
use musebot_kit::{Setup, Singer, Timbre};

const TIMBRES: [(&str, Timbre); 4] =
    [("bass", Timbre::Bass), ("tenor", Timbre::Tenor), ("alto", Timbre::Alto), ("soprano", Timbre::Soprano)];

/// The flag that chooses one: its name, what it takes, its help.
pub(crate) const FLAG: (&str, &str, &str) =
    ("timbre", "NAME", "Whose throat: bass, tenor, alto or soprano [default: alto]");

/// Chooses the voice; the pitches between which it feels well.
pub(crate) fn sound(setup: &Setup) -> anyhow::Result<(i32, i32)> {
    let name = setup.flag(FLAG.0).unwrap_or("alto");
    let Some((_, timbre)) = TIMBRES.iter().find(|(known, _)| *known == name) else {
        bail!("failed to choose the timbre `{name}`: there are {}", TIMBRES.map(|(name, _)| name).join(", "))
    };
    setup.sounds_like(Singer::new(*timbre));
    setup.channel(5);
    let (low, high) = (i32::from(*timbre.range().start()), i32::from(*timbre.range().end()));
    Ok((low + 4, high - 2))
}
