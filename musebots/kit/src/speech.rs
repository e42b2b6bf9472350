//! What a bot says, at most twenty times a second: what is too much waits, and of each topic
//! only the newest. Which notes begin is said where there is room, or not at all.

use musebot_protocol::Broadcast;
use std::collections::VecDeque;

/// Broadcasts in any one second. The second is a little long, because on their way some hurry.
const MOST_A_SECOND: usize = 20;
const A_SECOND: f64 = 1.05;
/// Topics that may wait; what goes beyond is not said.
const MOST_WAITING: usize = 64;
/// Onsets leave so much room to what the bot itself has to say: they go out while fewer than this have.
const ROOM_FOR_ONSETS: usize = 16;
/// Onsets that are said at once, at most: so many ticks may come together.
const MOST_ONSETS: usize = 8;
/// The largest broadcast that we send, in bytes.
const LONGEST: usize = 8192;

/// The bot's mouth. Time is an argument, in seconds.
#[derive(Default)]
pub(crate) struct Speech {
    /// When the last broadcasts went out.
    sent: VecDeque<f64>,
    waiting: VecDeque<Broadcast>,
    onsets: VecDeque<Broadcast>,
    exited: bool,
    said: u32,
}

impl Speech {
    /// The bot wants to say this.
    pub(crate) fn say(&mut self, said: Broadcast) {
        // Whoever hears `exiting` may answer with it: once in a life is enough.
        if said.topic == "exiting" && std::mem::replace(&mut self.exited, true) {
            return;
        }
        if let Some(older) = self.waiting.iter_mut().find(|w| w.topic == said.topic) {
            *older = said;
        } else if self.waiting.len() < MOST_WAITING || said.topic == "exiting" {
            self.waiting.push_back(said);
        }
    }

    /// Notes begin. It is said with what is said next, and never later.
    pub(crate) fn onset(&mut self, onset: Broadcast) {
        if self.onsets.len() == MOST_ONSETS {
            self.onsets.pop_front();
        }
        self.onsets.push_back(onset);
    }

    /// Those notes do not begin after all.
    pub(crate) fn forget_onsets(&mut self) {
        self.onsets.clear();
    }

    /// What may go out now, as it travels.
    pub(crate) fn take(&mut self, now: f64) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        while self.wake().is_some_and(|at| at <= now) {
            let Some(next) = self.waiting.pop_front() else { break };
            let bytes = next.encode();
            if bytes.len() > LONGEST {
                tracing::warn!("not said: `{}` is {} bytes long (at most {LONGEST})", next.topic, bytes.len());
                continue;
            }
            self.sent(now);
            out.push(bytes);
        }
        for onset in std::mem::take(&mut self.onsets) {
            if self.sent.iter().filter(|at| now - **at < A_SECOND).count() < ROOM_FOR_ONSETS {
                self.sent(now);
                out.push(onset.encode());
            }
        }
        out
    }

    fn sent(&mut self, now: f64) {
        if self.sent.len() == MOST_A_SECOND {
            self.sent.pop_front();
        }
        self.sent.push_back(now);
        self.said = self.said.wrapping_add(1);
    }

    /// When [`Self::take`] next has something.
    pub(crate) fn wake(&self) -> Option<f64> {
        self.waiting.front()?;
        Some(if self.sent.len() < MOST_A_SECOND { 0.0 } else { self.sent[0] + A_SECOND })
    }

    /// How many have gone out in all.
    pub(crate) fn said(&self) -> u32 {
        self.said
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use musebot_protocol::{ToDirector, messages};

    fn word(topic: &str, n: i32) -> Broadcast {
        Broadcast::new(topic, "bot", n)
    }

    fn read(bytes: &[u8]) -> Broadcast {
        match ToDirector::decode(&messages(bytes).next().unwrap().unwrap()).unwrap() {
            ToDirector::Broadcast(said) => said,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn b26_no_second_holds_more_than_twenty_broadcasts_and_the_newest_of_each_topic_wins() {
        let mut speech = Speech::default();
        let mut sent: Vec<(f64, Broadcast)> = Vec::new();
        for ms in 0..5000 {
            let now = f64::from(ms) / 1000.0;
            if ms < 3000 {
                (0..5).for_each(|topic| speech.say(word(&format!("topic{topic}"), ms)));
            }
            sent.extend(speech.take(now).iter().map(|bytes| (now, read(bytes))));
        }
        for window in sent.windows(MOST_A_SECOND + 1) {
            assert!(window[MOST_A_SECOND].0 - window[0].0 >= 1.0);
        }
        assert!(sent.len() >= 55, "{}", sent.len());
        for topic in 0..5 {
            let last = sent.iter().rfind(|(_, said)| said.topic == format!("topic{topic}")).unwrap();
            assert_eq!(last.1.number(), Some(2999.0));
        }
        assert_eq!(speech.said() as usize, sent.len());
    }

    #[test]
    fn x11_onsets_leave_room_for_what_the_bot_has_to_say_and_never_come_later() {
        let mut speech = Speech::default();
        let mut onsets = 0;
        for ms in 0..5000 {
            let now = f64::from(ms) / 1000.0;
            if ms % 20 == 0 {
                speech.onset(word("onset", ms));
            }
            if ms % 1000 == 500 {
                (0..4).for_each(|topic| speech.say(word(&format!("topic{topic}"), ms)));
            }
            let said: Vec<_> = speech.take(now).iter().map(|bytes| read(bytes)).collect();
            if ms % 1000 == 500 {
                assert!((0..4).all(|topic| said[topic].topic == format!("topic{topic}")), "at once: {said:?}");
            }
            for onset in said.iter().filter(|said| said.topic == "onset") {
                assert_eq!(onset.number(), Some(f64::from(ms)));
                onsets += 1;
            }
        }
        assert!((60..=80).contains(&onsets), "{onsets}");
    }

    #[test]
    fn x11_ticks_that_come_together_keep_their_onsets() {
        let mut speech = Speech::default();
        (0..3).for_each(|tick| speech.onset(word("onset", tick)));
        let said: Vec<_> = speech.take(1.0).iter().map(|bytes| read(bytes).number()).collect();
        assert_eq!(said, [Some(0.0), Some(1.0), Some(2.0)]);
        speech.onset(word("onset", 3));
        speech.forget_onsets();
        assert!(speech.take(2.0).is_empty());
    }

    #[test]
    fn b23_exiting_is_said_once_in_a_life() {
        let mut speech = Speech::default();
        let sent: usize = (0..50)
            .map(|second| {
                speech.say(word("exiting", 1));
                speech.take(f64::from(second)).len()
            })
            .sum();
        assert_eq!(sent, 1);
    }

    #[test]
    fn a_thousand_topics_at_once_fill_no_memory() {
        let mut speech = Speech::default();
        (0..1000).for_each(|n| speech.say(word(&format!("t{n}"), n)));
        assert_eq!(speech.waiting.len(), MOST_WAITING);
    }
}
