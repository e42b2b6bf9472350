//! What voices sing or say right now, as it stands at the bottom of the screen (X10).
//!
//! Pure. Of what comes from the network it keeps little, and no character that could make a
//! terminal do something.

use crate::{director::VoiceView, listen::reading::printable, status::columns};
use musebot_protocol::Tick;
use std::time::Duration;

/// How long words stay after the last one: six beats.
const STAY: i64 = 96;
/// A word and the line that it begins may come in either order within so many ticks.
const TOGETHER: i64 = 2;
/// Voices at a time, at most; whoever has been silent longest makes room.
const MOST_VOICES: usize = 8;
/// Columns of a line, of a word and of a name that are kept.
const LONGEST_LINE: usize = 160;
const LONGEST_WORD: usize = 48;
const LONGEST_NAME: usize = 24;
/// Lines that are told in a second, at most: a log is for people.
const MOST_LINES: u32 = 8;

/// What everybody sings.
#[derive(Debug, Default)]
pub struct Surtitles {
    voices: Vec<Voice>,
    /// Whether something has changed since somebody looked.
    news: bool,
    /// When a second began, and how many lines have been told in it.
    told: (Duration, u32),
}

#[derive(Debug)]
struct Voice {
    name: String,
    /// The line that it has begun.
    line: String,
    /// What of it has sounded so far.
    sung: String,
    /// The last word of that.
    word: String,
    /// When something of it was heard last.
    at: Tick,
}

impl Surtitles {
    /// A voice begins a line. Gives the name and the line if it is worth a line of the log.
    pub fn line(&mut self, now: Duration, tick: Tick, name: &str, line: &str) -> Option<(String, String)> {
        let line = tidy(line, LONGEST_LINE);
        let voice = self.voice(tick, name);
        let again = voice.line == line && voice.sung.is_empty() && tick.0 - voice.at.0 <= STAY;
        // Its first word may have come before it.
        let first = tick.0 - voice.at.0 <= TOGETHER && line.starts_with(voice.word.as_str());
        voice.sung = if first { std::mem::take(&mut voice.word) } else { String::new() };
        voice.at = tick;
        voice.line.clone_from(&line);
        let name = voice.name.clone();
        self.news = true;
        (!line.is_empty() && !again && self.may_tell(now)).then_some((name, line))
    }

    /// A voice sounds a word.
    pub fn word(&mut self, tick: Tick, name: &str, word: &str) {
        let word = tidy(word, LONGEST_WORD);
        if word.is_empty() {
            return;
        }
        let voice = self.voice(tick, name);
        if tick.0 - voice.at.0 > STAY {
            (voice.sung, voice.line) = Default::default();
        }
        if !voice.sung.is_empty() {
            voice.sung.push(' ');
        }
        voice.sung.push_str(&word);
        while columns(&voice.sung) > LONGEST_LINE {
            let end = voice.sung.find(' ').map_or(voice.sung.len(), |space| space + 1);
            voice.sung.drain(..end);
        }
        (voice.word, voice.at) = (word, tick);
        self.news = true;
    }

    /// What is to be seen at this tick: of each voice what it has sung of its line, or the line
    /// itself of one that says no words.
    #[must_use]
    pub fn shown(&self, tick: Tick) -> Vec<VoiceView> {
        let text = |voice: &Voice| if voice.sung.is_empty() { voice.line.clone() } else { voice.sung.clone() };
        self.voices
            .iter()
            .filter(|voice| tick.0 - voice.at.0 <= STAY)
            .map(|voice| VoiceView { name: voice.name.clone(), text: text(voice) })
            .filter(|voice| !voice.text.is_empty())
            .collect()
    }

    /// Whether something new is to be seen.
    pub fn take_news(&mut self) -> bool {
        std::mem::take(&mut self.news)
    }

    fn voice(&mut self, tick: Tick, name: &str) -> &mut Voice {
        let name = tidy(name, LONGEST_NAME);
        let at = match self.voices.iter().position(|voice| voice.name == name) {
            Some(at) => at,
            None => {
                if self.voices.len() >= MOST_VOICES
                    && let Some(oldest) = (0..self.voices.len()).min_by_key(|i| self.voices[*i].at)
                {
                    self.voices.remove(oldest);
                }
                let (line, sung, word) = Default::default();
                self.voices.push(Voice { name, line, sung, word, at: tick });
                self.voices.len() - 1
            }
        };
        &mut self.voices[at]
    }

    fn may_tell(&mut self, now: Duration) -> bool {
        let (began, count) = &mut self.told;
        if now.saturating_sub(*began) >= Duration::from_secs(1) {
            (*began, *count) = (now, 0);
        }
        *count += 1;
        *count <= MOST_LINES
    }
}

/// A text as it may be shown: one space between words, so many columns at most, nothing that moves a cursor.
fn tidy(text: &str, most: usize) -> String {
    // No text of so many columns is longer than that in bytes; what follows is not even looked at.
    let mut end = text.len().min(8 * most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let plain = printable(&text[..end].split_whitespace().collect::<Vec<_>>().join(" "));
    let mut room = most;
    plain
        .chars()
        .take_while(|c| {
            let width = columns(c.encode_utf8(&mut [0; 4]));
            room.checked_sub(width).map(|left| room = left).is_some()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(5);

    fn shown(titles: &Surtitles, tick: i64) -> Vec<String> {
        titles.shown(Tick(tick)).into_iter().map(|voice| format!("{}: {}", voice.name, voice.text)).collect()
    }

    fn sing(titles: &mut Surtitles, tick: i64, words: &str) {
        for (n, word) in words.split(' ').enumerate() {
            titles.word(Tick(tick + 4 * n as i64), "poet", word);
        }
    }

    #[test]
    fn a_line_grows_word_by_word_and_goes_six_beats_after_the_last() {
        let mut titles = Surtitles::default();
        let told = titles.line(NOW, Tick(0), "poet", "To be, or not to be");
        assert_eq!(told, Some(("poet".to_owned(), "To be, or not to be".to_owned())));
        assert_eq!(shown(&titles, 0), ["poet: To be, or not to be"], "one that says no words shows its line");
        sing(&mut titles, 2, "To be, or");
        assert_eq!(shown(&titles, 10), ["poet: To be, or"]);
        assert_eq!(shown(&titles, 10 + 96), ["poet: To be, or"]);
        assert!(shown(&titles, 10 + 97).is_empty());
        titles.word(Tick(300), "poet", "Whether");
        assert_eq!(shown(&titles, 300), ["poet: Whether"], "what was long ago is not taken up again");
    }

    #[test]
    fn the_next_line_begins_afresh_and_its_first_word_may_come_before_it() {
        let mut titles = Surtitles::default();
        titles.line(NOW, Tick(0), "poet", "Sleep no more!");
        sing(&mut titles, 0, "Sleep no more!");
        titles.word(Tick(32), "poet", "Macbeth");
        titles.line(NOW, Tick(32), "poet", "Macbeth does murder sleep");
        titles.word(Tick(40), "poet", "does");
        assert_eq!(shown(&titles, 40), ["poet: Macbeth does"]);
        titles.line(NOW, Tick(64), "poet", "the innocent sleep");
        titles.word(Tick(64), "poet", "the");
        assert_eq!(shown(&titles, 64), ["poet: the"]);
    }

    #[test]
    fn each_voice_has_its_own_words() {
        let mut titles = Surtitles::default();
        sing(&mut titles, 0, "O Romeo");
        titles.word(Tick(4), "caller", "Tyrannosaurus");
        assert_eq!(shown(&titles, 4), ["poet: O Romeo", "caller: Tyrannosaurus"]);
    }

    #[test]
    fn a_line_that_is_heard_twice_is_told_once() {
        let mut titles = Surtitles::default();
        assert!(titles.line(NOW, Tick(0), "poet", "Amen").is_some());
        assert!(titles.line(NOW, Tick(1), "poet", "Amen").is_none());
        titles.word(Tick(1), "poet", "Amen");
        assert!(titles.line(NOW, Tick(32), "poet", "Amen").is_some(), "sung again");
    }

    #[test]
    fn who_begins_lines_without_end_does_not_fill_the_log() {
        let mut titles = Surtitles::default();
        let told = (0..1000).filter(|n| titles.line(NOW, Tick(0), "poet", &n.to_string()).is_some()).count();
        assert_eq!(told, 8);
        assert!(titles.line(NOW + Duration::from_secs(1), Tick(0), "poet", "again").is_some());
    }

    #[test]
    fn nothing_huge_is_kept_and_nothing_steers_the_terminal() {
        let mut titles = Surtitles::default();
        for n in 0..10_000 {
            let nasty = "\u{1b}[2J\u{202e}词".repeat(2000);
            titles.line(NOW, Tick(n), &format!("{n}{nasty}"), &nasty);
            titles.word(Tick(n), &format!("{n}{nasty}"), &nasty);
            titles.word(Tick(n), "poet", "a\r\nb");
        }
        assert_eq!(titles.voices.len(), MOST_VOICES);
        let all = shown(&titles, 9_999);
        assert_eq!(all.len(), MOST_VOICES);
        for line in all {
            assert!(!line.chars().any(|c| c.is_control() || c == '\u{202e}'), "{line:?}");
            assert!(columns(&line) <= LONGEST_LINE + LONGEST_NAME + 2, "{}", columns(&line));
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_sung_stays_small_and_harmless(
            said in proptest::collection::vec((0..400i64, ".{0,3}", proptest::bool::ANY, ".{0,300}"), 0..60)
        ) {
            let mut titles = Surtitles::default();
            for (tick, name, begins, text) in &said {
                if *begins {
                    titles.line(NOW, Tick(*tick), name, text);
                } else {
                    titles.word(Tick(*tick), name, text);
                }
                for voice in titles.shown(Tick(*tick)) {
                    proptest::prop_assert!(columns(&voice.text) <= LONGEST_LINE && columns(&voice.name) <= LONGEST_NAME);
                    proptest::prop_assert!(!voice.text.chars().chain(voice.name.chars()).any(char::is_control));
                }
            }
        }
    }
}
