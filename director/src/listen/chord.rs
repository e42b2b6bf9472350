//! Pitches by name: notes such as `C4`, and the chord that some pitch classes make.

/// The pitch classes from C, as most players would spell them.
const NAMES: [&str; 12] = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];

/// What follows the root's name, and the intervals above the root.
const QUALITIES: [(&str, &[i32]); 24] = [
    ("", &[0, 4, 7]),
    ("m", &[0, 3, 7]),
    ("5", &[0, 7]),
    ("dim", &[0, 3, 6]),
    ("aug", &[0, 4, 8]),
    ("sus4", &[0, 5, 7]),
    ("sus2", &[0, 2, 7]),
    ("maj7", &[0, 4, 7, 11]),
    ("7", &[0, 4, 7, 10]),
    ("m7", &[0, 3, 7, 10]),
    ("m7b5", &[0, 3, 6, 10]),
    ("dim7", &[0, 3, 6, 9]),
    ("m(maj7)", &[0, 3, 7, 11]),
    ("6", &[0, 4, 7, 9]),
    ("m6", &[0, 3, 7, 9]),
    ("7sus4", &[0, 5, 7, 10]),
    ("add9", &[0, 2, 4, 7]),
    ("madd9", &[0, 2, 3, 7]),
    ("maj9", &[0, 2, 4, 7, 11]),
    ("9", &[0, 2, 4, 7, 10]),
    ("m9", &[0, 2, 3, 7, 10]),
    ("7b9", &[0, 1, 4, 7, 10]),
    ("6/9", &[0, 2, 4, 7, 9]),
    ("maj7", &[0, 4, 11]),
];

/// `C4` of 60.
#[must_use]
pub fn note(pitch: u8) -> String {
    format!("{}{}", NAMES[usize::from(pitch % 12)], i32::from(pitch) / 12 - 1)
}

/// The name of a pitch class.
#[must_use]
pub fn class(pitch: i32) -> &'static str {
    NAMES[pitch.rem_euclid(12) as usize]
}

/// The chord that these pitches make: the first for its root if that gives one, else any other.
#[must_use]
pub fn chord(pitches: &[i32]) -> Option<String> {
    let quality = |root: i32| {
        let mut above: Vec<i32> = pitches.iter().map(|p| (p - root).rem_euclid(12)).collect();
        above.sort_unstable();
        above.dedup();
        QUALITIES.iter().find(|(_, intervals)| *intervals == above).map(|(quality, _)| *quality)
    };
    let first = *pitches.first()?;
    pitches.iter().find_map(|root| {
        let quality = quality(*root)?;
        let bass = if class(*root) == class(first) { String::new() } else { format!("/{}", class(first)) };
        Some(format!("{}{quality}{bass}", class(*root)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn middle_c_is_c4() {
        assert_eq!([60, 0, 127, 58].map(note), ["C4", "C-1", "G9", "Bb3"]);
    }

    #[test]
    fn chords_go_by_their_root_then_by_their_bass() {
        let cases: [(&[i32], Option<&str>); 9] = [
            (&[60, 64, 67], Some("C")),
            (&[57, 60, 64, 67], Some("Am7")),
            (&[60, 63, 67, 70], Some("Cm7")),
            (&[64, 67, 72], Some("C/E")),
            (&[-5, 11, 2, 5], Some("G7")),
            (&[60, 67, 72], Some("C5")),
            (&[60, 61, 62], None),
            (&[60], None),
            (&[], None),
        ];
        for (pitches, name) in cases {
            assert_eq!(chord(pitches).as_deref(), name, "{pitches:?}");
        }
    }
}
