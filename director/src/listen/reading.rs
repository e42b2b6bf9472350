//! What a broadcast's values mean to a musician: notes by name, chords, small bars for densities.

use super::{chord, ear::Word};
use musebot_protocol::{Arg, DRUMS, Said};
use std::fmt::Write;

/// Cells of the bar that shows a share.
const CELLS: f64 = 10.0;

/// Characters of what is sung, at most.
const LONGEST_TEXT: usize = 200;

/// The channel of drums.
const PERCUSSION: u8 = 10;

/// The values of a word, in a musical reading where there is one. Holds no character that could
/// make a terminal do something.
#[must_use]
pub fn reading(word: &Word) -> String {
    let mut text = match Said::read(&word.topic, &word.args) {
        Some(said) => musical(&said, &word.args),
        None => raw(&word.args),
    };
    let odd: String = word.types.chars().filter(|tag| !"ifs".contains(*tag)).collect();
    if !odd.is_empty() {
        let _ = write!(text, "  (type `{odd}`: not every bot reads it)");
    }
    if word.from.is_empty() {
        text += "  (it does not say who it is)";
    }
    printable(&text)
}

/// The text without what moves cursors or rings bells.
#[must_use]
pub fn printable(text: &str) -> String {
    let safe = |c: char| if c.is_control() || is_invisible(c) { char::REPLACEMENT_CHARACTER } else { c };
    text.chars().map(safe).collect()
}

/// Marks that turn the direction of what follows.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
    )
}

fn musical(said: &Said, args: &[Arg]) -> String {
    match said {
        Said::NotePool(pitches) => {
            let wide: Vec<i32> = pitches.iter().map(|p| i32::from(*p)).collect();
            let notes: Vec<String> = pitches.iter().map(|p| chord::note(*p)).collect();
            let name = chord::chord(&wide).map(|name| format!("  {name}")).unwrap_or_default();
            format!("{}  ({}){name}", notes.join(" "), raw(args))
        }
        Said::HDensity(share)
        | Said::VDensity(share)
        | Said::Density(share)
        | Said::Progress(share)
        | Said::Valence(share)
        | Said::Arousal(share) => format!("{share:.2} {}", bar(*share)),
        Said::Tala(groups) => {
            let sum: u32 = groups.iter().map(|g| u32::from(*g)).sum();
            let groups: Vec<String> = groups.iter().map(ToString::to_string).collect();
            format!("{} = {sum} sixteenths", groups.join("+"))
        }
        Said::PhraseLength(bars) => format!("{bars} bars"),
        Said::Phrases(phrases) => format!("{phrases} phrases"),
        Said::PlanChords(chords) => {
            let name = |pitches: &Vec<i32>| {
                chord::chord(pitches)
                    .unwrap_or_else(|| pitches.iter().map(|p| chord::class(*p)).collect::<Vec<_>>().join("-"))
            };
            format!("{}  ({})", chords.iter().map(name).collect::<Vec<_>>().join(" | "), raw(args))
        }
        Said::PlanChordDuration(shares) => {
            let percent: Vec<String> = shares.iter().map(|share| format!("{:.0}%", share * 100.0)).collect();
            format!("{}  ({})", percent.join(" "), raw(args))
        }
        Said::PcProb(shares) => pitch_classes(shares),
        Said::Section(name) => name.clone(),
        Said::Text(word) => shortened(word),
        Said::Line(line) => format!("“{}”", shortened(line)),
        Said::Onset { channel, notes, .. } => {
            let name = |pitch: u8| match DRUMS.iter().find(|(_, note)| *channel == PERCUSSION && *note == pitch) {
                Some((drum, _)) => (*drum).to_owned(),
                None => chord::note(pitch),
            };
            let notes: Vec<String> = notes.iter().map(|(p, velocity)| format!("{} {velocity:.2}", name(*p))).collect();
            notes.join("  ")
        }
        Said::OnOff(on) => (if *on { "1: play" } else { "0: be silent" }).to_owned(),
        Said::Initialize => "make new material".to_owned(),
        Said::Exiting => "ends its form".to_owned(),
    }
}

/// What is sung, so long as a screen has room for it.
fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(LONGEST_TEXT).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// The likeliest pitch classes first.
fn pitch_classes(shares: &[f64; 12]) -> String {
    let mut by_share: Vec<(usize, f64)> =
        shares.iter().copied().enumerate().filter(|(_, share)| *share > 0.0).collect();
    by_share.sort_by(|a, b| b.1.total_cmp(&a.1));
    let named: Vec<String> =
        by_share.iter().map(|(i, share)| format!("{} {share:.2}", chord::class(*i as i32))).collect();
    named.join("  ")
}

fn bar(share: f64) -> String {
    let full = (share.clamp(0.0, 1.0) * CELLS).round() as usize;
    format!("{}{}", "█".repeat(full), "·".repeat(CELLS as usize - full))
}

/// The values as they came; text with spaces, or that looks like a number, in quotes.
#[must_use]
pub fn raw(args: &[Arg]) -> String {
    let word = |arg: &Arg| match arg {
        Arg::Int(i) => i.to_string(),
        Arg::Float(f) if f.fract() == 0.0 && f.abs() < 1e6 => format!("{f:.1}"),
        Arg::Float(f) => f.to_string(),
        Arg::Text(text) if text.is_empty() || text.contains(' ') || text.parse::<f64>().is_ok() => {
            format!("\"{text}\"")
        }
        Arg::Text(text) => text.clone(),
    };
    args.iter().map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use musebot_protocol::{Args, IntoArgs};

    fn read(topic: &str, types: &str, args: impl IntoArgs) -> String {
        let args: Args = args.into_args();
        reading(&Word { place: None, from: "b".into(), to: None, topic: topic.into(), types: types.into(), args })
    }

    #[test]
    fn values_are_read_as_a_musician_reads_them() {
        assert_eq!(read("notepool", "iii", vec![60, 64, 67]), "C4 E4 G4  (60 64 67)  C");
        assert_eq!(read("notepool", "ii", vec![60, 61]), "C4 C#4  (60 61)");
        assert_eq!(read("hdensity", "f", 0.72), "0.72 ███████···");
        assert_eq!(read("density", "i", 0), "0.00 ··········");
        assert_eq!(read("tala", "iiiii", vec![3, 3, 2, 4, 4]), "3+3+2+4+4 = 16 sixteenths");
        assert_eq!(read("phraselength", "i", 8), "8 bars");
        assert_eq!(read("plan/chords", "ss", vec!["0 4 7", "9 12 16"]), "C | Am  (\"0 4 7\" \"9 12 16\")");
        assert_eq!(read("plan/chordDuration", "ff", vec![24.0, 8.0]), "75% 25%  (24.0 8.0)");
        assert_eq!(read("section", "s", "B"), "B");
        assert_eq!(read("onoff", "i", 0), "0: be silent");
        assert_eq!(read("text", "s", "question"), "question");
        assert_eq!(read("line", "s", "To be, or not to be"), "“To be, or not to be”");
        assert_eq!(read("onset", "iifif", vec![90.0, 1.0, 60.0, 0.5, 64.0, 0.75]), "C4 0.50  E4 0.75");
        assert_eq!(read("onset", "iifif", vec![90.0, 10.0, 36.0, 0.5, 42.0, 0.75]), "kick 0.50  closed-hat 0.75");
        let mut shares = vec![0.0; 12];
        (shares[9], shares[0]) = (0.25, 0.75);
        assert_eq!(read("pcprob", "ffffffffffff", shares), "C 0.75  A 0.25");
    }

    #[test]
    fn what_nobody_knows_is_shown_as_it_came() {
        let args: Args = vec![1.into(), 0.5.into(), 8.0.into(), "two words".into(), "7".into(), "A".into()];
        assert_eq!(read("contour", "iffsss", args), "1 0.5 8.0 \"two words\" \"7\" A");
        assert_eq!(read("hdensity", "s", "lots"), "lots", "a known topic with junk");
    }

    #[test]
    fn odd_types_and_a_missing_speaker_are_pointed_out() {
        assert_eq!(read("hdensity", "d", 0.5), "0.50 █████·····  (type `d`: not every bot reads it)");
        let word =
            Word { place: None, from: String::new(), to: None, topic: "x".into(), types: String::new(), args: vec![] };
        assert_eq!(reading(&word), "  (it does not say who it is)");
    }

    #[test]
    fn a_line_without_end_has_one() {
        assert_eq!(read("line", "s", "ñ".repeat(60_000).as_str()), format!("“{}…”", "ñ".repeat(200)));
    }

    #[test]
    fn no_word_of_a_bot_reaches_the_terminals_controls() {
        for topic in ["say", "text", "line"] {
            let text = read(topic, "s", "red \u{1b}[31m bell \u{7} back\r over\u{202e} arabic\u{61c}");
            assert!(!text.chars().any(|c| c.is_control() || "\u{202e}\u{61c}".contains(c)), "{topic}: {text:?}");
        }
    }
}
