//! What pitches and drums are called.

const NAMES: [&str; 12] = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];

/// `C4` for 60, the middle C.
pub(crate) fn pitch(pitch: u8) -> String {
    format!("{}{}", NAMES[usize::from(pitch % 12)], i16::from(pitch / 12) - 1)
}

pub(crate) fn is_black_key(pitch: u8) -> bool {
    matches!(pitch % 12, 1 | 3 | 6 | 8 | 10)
}

/// The General MIDI name, as short as drummers say it.
pub(crate) fn drum(pitch: u8) -> String {
    let name = match pitch {
        35 => "low kick",
        36 => "kick",
        37 => "rim",
        38 => "snare",
        39 => "clap",
        40 => "snare 2",
        41 => "floor tom 2",
        42 => "closed hat",
        43 => "floor tom",
        44 => "pedal hat",
        45 => "low tom",
        46 => "open hat",
        47 => "mid tom 2",
        48 => "mid tom",
        49 => "crash",
        50 => "high tom",
        51 => "ride",
        52 => "china",
        53 => "ride bell",
        54 => "tambourine",
        55 => "splash",
        56 => "cowbell",
        57 => "crash 2",
        59 => "ride 2",
        60 => "high bongo",
        61 => "low bongo",
        62 => "mute conga",
        63 => "open conga",
        64 => "low conga",
        69 => "cabasa",
        70 => "maracas",
        75 => "claves",
        other => return format!("drum {other}"),
    };
    name.to_owned()
}

/// Where a drum stands among the others: cymbals above hats above toms above the rest, the kick below all.
pub(crate) fn height(pitch: u8) -> u8 {
    match pitch {
        49 | 52 | 55 | 57 => 0,
        51 | 53 | 59 => 1,
        42 | 44 | 46 => 2,
        41 | 43 | 45 | 47 | 48 | 50 => 3,
        37..=40 => 5,
        35 | 36 => 6,
        _ => 4,
    }
}
