//! How the name voice sounds: who calls is chosen by `--timbre`, and by `--voice` with what.

use anyhow::bail;
use musebot_kit::{Setup, Singer, Spoken, Timbre};

const TIMBRES: [(&str, Timbre); 4] =
    [("bass", Timbre::Bass), ("tenor", Timbre::Tenor), ("alto", Timbre::Alto), ("soprano", Timbre::Soprano)];

/// The flags that choose: name, what it takes, help.
pub(crate) const TIMBRE: (&str, &str, &str) =
    ("timbre", "NAME", "Whose throat: bass, tenor, alto or soprano [default: alto]");

pub(crate) const VOICE: (&str, &str, &str) =
    ("voice", "NAME", "singer (our own), or espeak (espeak-ng, where it is installed) [default: singer]");

/// Chooses the voice; the pitches between which it feels well.
pub(crate) fn sound(setup: &Setup) -> anyhow::Result<(i32, i32)> {
    let name = setup.flag(TIMBRE.0).unwrap_or("alto");
    let Some((_, timbre)) = TIMBRES.iter().find(|(known, _)| *known == name) else {
        bail!("failed to choose the timbre `{name}`: there are {}", TIMBRES.map(|(name, _)| name).join(", "))
    };
    match setup.flag(VOICE.0).unwrap_or("singer") {
        "singer" => setup.sounds_like(Singer::new(*timbre)),
        "espeak" => match Spoken::new(*timbre) {
            Ok(spoken) => setup.sounds_like(spoken),
            Err(e) => {
                tracing::warn!("{e}: our own voice sings instead");
                setup.sounds_like(Singer::new(*timbre));
            }
        },
        other => bail!("failed to choose the voice `{other}`: there are singer, espeak"),
    }
    setup.channel(5);
    let (low, high) = (i32::from(*timbre.range().start()), i32::from(*timbre.range().end()));
    Ok((low + 4, high - 2))
}
