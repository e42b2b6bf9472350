//! All that was heard of a bot in one session, and what it was told meanwhile: what the facts are judged by.
//! Times count from the launch.

use crate::event::Exit;
use musebot_protocol::{Arg, messages};
use std::time::Duration;

/// One session's record.
#[derive(Debug, Clone, Default)]
pub(crate) struct Record {
    /// The id that the bot was given.
    pub(crate) id: String,
    /// The port that the bot was given.
    pub(crate) port: u16,
    /// All messages, in order.
    pub(crate) heard: Vec<Heard>,
    /// All ticks, in order.
    pub(crate) ticks: Vec<SentTick>,
    /// How late our own latest tick was: on a busy machine a bot looks worse than it is.
    pub(crate) late: Duration,
    /// The parts of the session, in order.
    pub(crate) stages: Vec<Stage>,
    /// Whether somebody listened on the bot's port after its first heartbeat.
    pub(crate) bound: bool,
    /// When it was told to leave.
    pub(crate) told_off: Option<Duration>,
    /// When it had left.
    pub(crate) gone: Option<Duration>,
    /// How it ended, if it can be known: what its script starts in the background takes its exit code with it.
    pub(crate) exit: Option<Exit>,
    /// When we stopped looking.
    pub(crate) ended: Duration,
    /// What it printed last.
    pub(crate) last_lines: Vec<String>,
    /// Why it could not be started.
    pub(crate) not_started: Option<String>,
}

/// One message of the bot, or what was none.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Heard {
    pub(crate) at: Duration,
    /// Whether it came in a bundle.
    pub(crate) bundled: bool,
    pub(crate) address: String,
    /// Its type tags, without the comma.
    pub(crate) tags: String,
    pub(crate) args: Vec<Arg>,
}

/// One tick that was due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SentTick {
    pub(crate) at: Duration,
    pub(crate) tick: i32,
    /// Not sent: lost on its way.
    pub(crate) lost: bool,
}

/// Where a part of the session begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stage {
    /// What goes on, such as `ticks come as ,ii`.
    pub(crate) name: &'static str,
    pub(crate) at: Duration,
}

impl Heard {
    /// Takes a datagram apart; what cannot be read has the reason for an address.
    pub(crate) fn read(at: Duration, datagram: &[u8]) -> Vec<Self> {
        let bundled = datagram.starts_with(b"#bundle\0");
        let broken = |why: String| Self { at, bundled, address: why, tags: String::new(), args: Vec::new() };
        messages(datagram)
            .map(|message| match message {
                Ok(message) => match message.args() {
                    Ok(args) => {
                        Self { at, bundled, address: message.address.to_owned(), tags: tags(message.bytes), args }
                    }
                    Err(e) => broken(format!("{} ({e})", message.address)),
                },
                Err(e) => broken(format!("not a message ({e})")),
            })
            .collect()
    }

    /// The topic, if it is a broadcast.
    pub(crate) fn topic(&self) -> Option<&str> {
        self.address.strip_prefix("/broadcast/")
    }

    /// The first argument, if it is text.
    pub(crate) fn speaker(&self) -> Option<&str> {
        self.args.first().and_then(Arg::text)
    }

    /// Whether it is a heartbeat.
    pub(crate) fn is_beat(&self) -> bool {
        self.address == "/agent/alive"
    }
}

/// Type tags follow the address, which is padded to four bytes.
fn tags(message: &[u8]) -> String {
    let end = |bytes: &[u8]| bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    let after = message.get((end(message) + 4) & !3..).unwrap_or_default();
    String::from_utf8_lossy(&after[..end(after)]).trim_start_matches(',').to_owned()
}

impl Record {
    /// The record of a session that was not held.
    pub(crate) const NONE: Self = Self {
        id: String::new(),
        port: 0,
        heard: Vec::new(),
        ticks: Vec::new(),
        late: Duration::ZERO,
        stages: Vec::new(),
        bound: false,
        told_off: None,
        gone: None,
        exit: None,
        ended: Duration::ZERO,
        last_lines: Vec::new(),
        not_started: None,
    };

    /// The heartbeats.
    pub(crate) fn beats(&self) -> impl Iterator<Item = &Heard> {
        self.heard.iter().filter(|h| h.is_beat())
    }

    /// The broadcasts, until it was told to leave.
    pub(crate) fn words(&self) -> impl Iterator<Item = &Heard> {
        let until = self.told_off.unwrap_or(Duration::MAX);
        self.heard.iter().filter(move |h| h.topic().is_some() && h.at <= until)
    }

    /// Until when it was there to be looked at: told off, gone, or the end.
    pub(crate) fn until(&self) -> Duration {
        let gone = self.gone.unwrap_or(Duration::MAX);
        self.told_off.unwrap_or(self.ended).min(gone)
    }

    /// From when to when a part of the session lasted.
    pub(crate) fn stage(&self, name: &str) -> Option<(Duration, Duration)> {
        let at = self.stages.iter().position(|s| s.name == name)?;
        let to = self.stages.get(at + 1).map_or(self.told_off.unwrap_or(self.ended), |next| next.at);
        Some((self.stages[at].at, to))
    }

    /// What went on at this time.
    pub(crate) fn stage_at(&self, at: Duration) -> Option<&'static str> {
        self.stages.iter().rev().find(|s| s.at <= at).map(|s| s.name)
    }

    /// The last tick that was due before this, as its place in the list.
    pub(crate) fn tick_before(&self, at: Duration) -> Option<usize> {
        self.ticks.partition_point(|t| t.at <= at).checked_sub(1)
    }

    /// The ticks between two times.
    pub(crate) fn ticks_between(&self, from: Duration, to: Duration) -> &[SentTick] {
        let place = |at: Duration| self.ticks.partition_point(|t| t.at < at);
        &self.ticks[place(from)..place(to).max(place(from))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check_bot::crafted::{Value, bundle, message};

    #[test]
    fn a_heard_message_keeps_its_types() {
        let word = message("/broadcast/plan/chords", &[Value::S("me"), Value::D(0.5), Value::I(3)]);
        let heard = &Heard::read(Duration::ZERO, &word)[0];
        assert_eq!((heard.tags.as_str(), heard.topic(), heard.speaker()), ("sdi", Some("plan/chords"), Some("me")));
        assert!(!heard.bundled && Heard::read(Duration::ZERO, &bundle(&[word]))[0].bundled);
    }

    #[test]
    fn junk_is_heard_as_junk() {
        assert!(Heard::read(Duration::ZERO, b"/x\0")[0].address.contains("cut off"));
        assert!(Heard::read(Duration::ZERO, b"")[0].address.contains("empty"));
    }

    #[test]
    fn a_stage_lasts_to_the_next_and_the_last_one_until_off() {
        let at = Duration::from_secs;
        let record = Record {
            stages: vec![Stage { name: "a", at: at(1) }, Stage { name: "b", at: at(3) }],
            told_off: Some(at(7)),
            ..Record::default()
        };
        assert_eq!((record.stage("a"), record.stage("b")), (Some((at(1), at(3))), Some((at(3), at(7)))));
        assert_eq!((record.stage_at(at(2)), record.stage_at(at(0))), (Some("a"), None));
    }
}
