//! What the bot plays and says when: without a band, without a sound. `cargo test` runs this.

use super::Bot;
use musebot_kit::{Broadcast, IntoArgs, Performer, Setup, Tempo, Tick, ToBot};

/// The bot on a stage of its own.
struct Rehearsal(Performer<Bot>);

impl Rehearsal {
    fn new() -> Self {
        Self(Performer::new(&Setup::rehearsal("me", 7)).expect("the bot is built"))
    }

    fn hear(&mut self, topic: &str, args: impl IntoArgs) {
        self.0.receive(&ToBot::Broadcast(Broadcast::new(topic, "other", args)));
    }

    /// The pitches that it plays and the words that it says in a bar of 4/4.
    fn bar(&mut self, n: i64) -> (Vec<u8>, Vec<Broadcast>) {
        for tick in n * 64..(n + 1) * 64 {
            self.0.tick(Tempo::default(), Tick(tick));
        }
        let pitches = self.0.take_notes().map(|placed| placed.note.pitch).collect();
        (pitches, self.0.take_words().collect())
    }
}

#[test]
fn it_tells_its_chord_at_the_bar_line() {
    let (_, words) = Rehearsal::new().bar(0);
    assert_eq!(words[0], Broadcast::new("notepool", "me", [60, 64, 67]));
}

#[test]
fn alone_it_plays_twelve_notes_a_bar() {
    assert_eq!(Rehearsal::new().bar(0).0.len(), 12);
}

#[test]
fn where_others_play_much_it_plays_little() {
    let mut rehearsal = Rehearsal::new();
    rehearsal.hear("hdensity", 0.75);
    assert_eq!(rehearsal.bar(0).0.len(), 3);
}

#[test]
fn it_plays_the_notes_that_it_heard_and_tells_none() {
    let mut rehearsal = Rehearsal::new();
    rehearsal.hear("notepool", [62, 65, 69]);
    let (pitches, words) = rehearsal.bar(0);
    assert!(pitches.iter().all(|pitch| [62, 65, 69].contains(&(pitch - 12))), "{pitches:?}");
    assert!(words.iter().all(|said| said.topic != "notepool"));
}
