//! What the drums of General MIDI are called, and on which note each is played.

/// Name and note. The first name of a note is its usual one; the others are understood too.
pub const DRUMS: [(&str, u8); 57] = [
    ("kick", 36),
    ("bass-drum", 36),
    ("low-kick", 35),
    ("side-stick", 37),
    ("rim", 37),
    ("snare", 38),
    ("clap", 39),
    ("electric-snare", 40),
    ("floor-tom", 41),
    ("closed-hat", 42),
    ("high-floor-tom", 43),
    ("pedal-hat", 44),
    ("low-tom", 45),
    ("open-hat", 46),
    ("mid-tom", 47),
    ("low-mid-tom", 47),
    ("high-mid-tom", 48),
    ("crash", 49),
    ("high-tom", 50),
    ("ride", 51),
    ("china", 52),
    ("ride-bell", 53),
    ("tambourine", 54),
    ("splash", 55),
    ("cowbell", 56),
    ("second-crash", 57),
    ("vibraslap", 58),
    ("second-ride", 59),
    ("high-bongo", 60),
    ("low-bongo", 61),
    ("mute-conga", 62),
    ("high-conga", 63),
    ("low-conga", 64),
    ("high-timbale", 65),
    ("low-timbale", 66),
    ("high-agogo", 67),
    ("low-agogo", 68),
    ("cabasa", 69),
    ("maracas", 70),
    ("short-whistle", 71),
    ("long-whistle", 72),
    ("short-guiro", 73),
    ("long-guiro", 74),
    ("claves", 75),
    ("high-woodblock", 76),
    ("low-woodblock", 77),
    ("mute-cuica", 78),
    ("open-cuica", 79),
    ("mute-triangle", 80),
    ("triangle", 81),
    ("shaker", 82),
    ("jingle-bell", 83),
    ("bell-tree", 84),
    ("castanets", 85),
    ("mute-surdo", 86),
    ("open-surdo", 87),
    ("hat", 42),
];

/// The note on which General MIDI has the drum of this name.
#[must_use]
pub fn drum_note(name: &str) -> Option<u8> {
    DRUMS.iter().find(|(drum, _)| *drum == name).map(|(_, note)| *note)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_stands_for_one_note_and_every_note_of_the_standard_has_a_name() {
        for (n, (name, note)) in DRUMS.iter().enumerate() {
            assert!(DRUMS[..n].iter().all(|(other, _)| other != name), "{name} is there twice");
            assert_eq!(drum_note(name), Some(*note));
        }
        assert!((35..=87).all(|note| DRUMS.iter().any(|(_, drum)| *drum == note)));
        assert_eq!(drum_note("Kick"), None);
    }
}
