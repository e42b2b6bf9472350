//! What was heard as lines on a screen or in a pipe.

use super::{
    ear::{Heard, Place, Word},
    reading::{printable, reading},
};
use musebot_protocol::CONDUCTOR;
use std::fmt::Write;

/// Colours of the 256 that can be told apart on dark and on light ground.
const PALETTE: [u8; 12] = [33, 208, 35, 170, 178, 37, 203, 99, 142, 68, 166, 133];

/// How lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looks {
    /// Whether the terminal takes colours.
    pub colour: bool,
}

impl Looks {
    /// One line, without its end. `left_out` so many of the same have not been shown before it.
    #[must_use]
    pub fn word(self, word: &Word, left_out: u64) -> String {
        let from = match &word.to {
            Some(to) => format!("{}→{to}", word.from),
            None if word.from.is_empty() => "?".to_owned(),
            None => word.from.clone(),
        };
        let colour = (!word.from.is_empty()).then_some(word.from.as_str());
        let from = self.name(&format!("{:14}", printable(&from)), colour);
        let topic = format!("{:18}", printable(&word.topic));
        let mut line = format!("{} {from} {topic} {}", place(word.place), reading(word)).trim_end().to_owned();
        if left_out > 0 {
            let _ = write!(line, "{}", self.faint(&format!("  (+{left_out})")));
        }
        line
    }

    /// What is not said by a bot; nothing for words, which have their own line.
    #[must_use]
    pub fn notice(self, heard: &Heard) -> Option<String> {
        let at = |at: &Option<Place>, name: &String, what: &str| {
            let name = self.name(&format!("{:14}", printable(name)), Some(name));
            format!("{} {name} {what}", place(*at))
        };
        Some(match heard {
            Heard::Word(_) | Heard::Gone => return None,
            Heard::Director { name, meter } => self.faint(&format!("listening to {}, {meter}", printable(name))),
            Heard::Here(names) if names.is_empty() => self.faint("nobody is here yet"),
            Heard::Here(names) => {
                let names: Vec<String> = names.iter().map(|n| self.name(&printable(n), Some(n))).collect();
                format!("{} {}", self.faint("here:"), names.join(" "))
            }
            Heard::Joined(place, name) => at(place, name, "joins"),
            Heard::Left(place, name) => at(place, name, "leaves"),
            Heard::Refused(why) => format!("the director says: {}", printable(why)),
        })
    }

    /// In the background.
    #[must_use]
    pub fn faint(self, text: &str) -> String {
        if self.colour { format!("\x1b[2m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// A name in its own colour, the same in every session.
    #[must_use]
    pub fn name(self, text: &str, whose: Option<&str>) -> String {
        match whose {
            // The conductor is no bot, and looks like none.
            Some(CONDUCTOR) if self.colour => format!("\x1b[1m{text}\x1b[0m"),
            Some(whose) if self.colour => {
                // FNV-1a: the same on every machine, unlike the standard library's.
                let hash = whose.bytes().fold(0x811c_9dc5_u32, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193));
                let colour = PALETTE[hash as usize % PALETTE.len()];
                format!("\x1b[38;5;{colour}m{text}\x1b[0m")
            }
            _ => text.to_owned(),
        }
    }
}

/// `12.3+04`: bar, beat, ticks after it.
fn place(place: Option<Place>) -> String {
    match place {
        Some(Place { bar, beat, after: 0, .. }) => format!("{:>9}", format!("{bar}.{beat}   ")),
        Some(Place { bar, beat, after, .. }) => format!("{:>9}", format!("{bar}.{beat}+{after:02}")),
        None => format!("{:>9}", "-   "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use musebot_protocol::{Args, Meter};

    const PLAIN: Looks = Looks { colour: false };
    const COLOUR: Looks = Looks { colour: true };

    fn word(from: &str, tick: Option<i64>, topic: &str, args: Args) -> Word {
        let place = tick.map(|tick| Place::of(tick, Meter::default()));
        Word { place, from: from.into(), to: None, topic: topic.into(), types: String::new(), args }
    }

    #[test]
    fn a_line_says_where_who_what() {
        let chord = word("melody", Some(64 * 11 + 33), "notepool", vec![60.into(), 64.into(), 67.into()]);
        assert_eq!(PLAIN.word(&chord, 0), "  12.3+01 melody         notepool           C4 E4 G4  (60 64 67)  C");
        let density = word("drums", Some(64), "hdensity", vec![0.5.into()]);
        assert_eq!(PLAIN.word(&density, 3), "   2.1    drums          hdensity           0.50 █████·····  (+3)");
        let early = word("drums", None, "x", vec![]);
        assert_eq!(PLAIN.word(&early, 0), "     -    drums          x");
        let mut told = word("Conductor", Some(0), "onoff", vec![1.into()]);
        told.to = Some("bass".into());
        assert_eq!(PLAIN.word(&told, 0), "   1.1    Conductor→bass onoff              1: play");
    }

    #[test]
    fn a_speaker_keeps_its_colour_and_plain_text_has_none() {
        let line = |looks: Looks, from: &str| looks.word(&word(from, None, "x", vec![]), 1);
        let escape = |from: &str| line(COLOUR, from).split('m').next().unwrap().to_owned();
        assert_eq!(escape("drums"), escape("drums"));
        assert_ne!(escape("drums"), escape("bass"));
        assert_eq!(escape("Conductor"), "     -    \x1b[1");
        assert!(!line(PLAIN, "drums").contains('\x1b'));
    }

    #[test]
    fn a_name_cannot_move_the_cursor() {
        let line = PLAIN.word(&word("a\x1b[2Jb\n", None, "t\r", vec![]), 0);
        assert!(!line.chars().any(char::is_control), "{line:?}");
        let joined = PLAIN.notice(&Heard::Joined(None, "a\x07".into())).unwrap();
        assert!(!joined.chars().any(char::is_control), "{joined:?}");
    }
}
