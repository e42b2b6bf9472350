//! `director listen`: what the band says to each other, as readable lines.
//!
//! It asks the director for it every few seconds, and gets every broadcast as the bots do. The
//! director neither waits for it nor counts it.

pub mod chord;
pub mod ear;
pub mod line;
pub mod rates;
pub mod reading;
pub mod record;
pub mod thinning;

use crate::{cli::Listen, clock, socket};
use anyhow::Context;
use ear::{Ear, Heard};
use line::Looks;
use musebot_protocol::{Control, MAX_DATAGRAM};
use rates::Rates;
use record::Record;
use std::{
    io::{self, IsTerminal, Write},
    net::SocketAddr,
    time::Duration,
};
use thinning::Thinning;
use tokio::{
    net::UdpSocket,
    signal::unix::{SignalKind, signal},
};

/// So often we say that we are still here.
const RENEW_EVERY: Duration = Duration::from_secs(2);
/// So often we look whether a director has come.
const LOOK_EVERY: Duration = Duration::from_millis(300);
/// After so long without any datagram the director has gone.
const GONE_AFTER: Duration = Duration::from_secs(5);
/// So long after we began without an answer we say that we wait.
const SAY_SO_AFTER: Duration = Duration::from_millis(500);
/// The rates are said so often on a terminal.
const SUM_EVERY: Duration = Duration::from_secs(30);
/// We look at the time so often.
const TIMER: Duration = Duration::from_millis(100);

/// Listens until Ctrl-C.
///
/// # Errors
/// When there is no socket, or the recording or the output cannot be written.
pub fn command(args: &Listen) -> anyhow::Result<u8> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.context("failed to begin to listen")?.block_on(Listening::new(args)?.run())
}

/// Whether the director answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presence {
    /// Not heard since this instant; whether we have said so.
    Missing(Duration, bool),
    /// Heard last at this instant.
    Here(Duration),
}

struct Listening<'a> {
    args: &'a Listen,
    director: SocketAddr,
    ear: Ear,
    screen: Screen,
    record: Option<Record>,
    /// Something went wrong that the exit code tells.
    failed: bool,
    presence: Presence,
    began: Duration,
}

impl<'a> Listening<'a> {
    fn new(args: &'a Listen) -> anyhow::Result<Self> {
        let port = args.remote.control.unwrap_or_else(|| args.remote.port.wrapping_add(1));
        let record = args.record.as_deref().map(Record::create).transpose()?;
        let now = clock::now();
        Ok(Self {
            args,
            director: SocketAddr::from(([127, 0, 0, 1], port)),
            ear: Ear::default(),
            screen: Screen::new(now),
            record,
            failed: false,
            presence: Presence::Missing(now, false),
            began: now,
        })
    }

    async fn run(mut self) -> anyhow::Result<u8> {
        let socket = socket::open(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        let socket = UdpSocket::from_std(socket).context("failed to watch the socket")?;
        let mut interrupt = signal(SignalKind::interrupt()).context("failed to listen for Ctrl-C")?;
        let mut terminate = signal(SignalKind::terminate()).context("failed to listen for SIGTERM")?;
        let mut timer = tokio::time::interval(TIMER);
        timer.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        let mut buffer = vec![0; MAX_DATAGRAM];
        let mut asked = None;
        let listen = |on| Control::Listen { on }.encode();
        loop {
            tokio::select! {
                received = socket.recv_from(&mut buffer) => {
                    // An error tells of a port that nobody has; the timer deals with that.
                    if let Ok((length, _)) = received {
                        self.take(&buffer[..length])?;
                    }
                }
                _ = timer.tick() => {
                    let now = clock::now();
                    let every = if let Presence::Here(_) = self.presence { RENEW_EVERY } else { LOOK_EVERY };
                    if asked.is_none_or(|at| now.saturating_sub(at) >= every) {
                        asked = Some(now);
                        let _ = socket.send_to(&listen(true), self.director).await;
                    }
                    self.time_passed(now)?;
                }
                _ = interrupt.recv() => break,
                _ = terminate.recv() => break,
            }
        }
        let _ = socket.send_to(&listen(false), self.director).await;
        self.screen.end(clock::now(), self.ear.missed())?;
        Ok(u8::from(self.failed))
    }

    fn take(&mut self, datagram: &[u8]) -> anyhow::Result<()> {
        let now = clock::now();
        let all = self.ear.hear(now, datagram);
        match self.presence {
            Presence::Here(_) => self.presence = Presence::Here(now),
            // The last words of one that has said goodbye, or of somebody else.
            Presence::Missing(..)
                if !all.iter().any(|heard| matches!(heard, Heard::Director { .. } | Heard::Refused(_))) =>
            {
                return Ok(());
            }
            Presence::Missing(..) => self.presence = Presence::Here(now),
        }
        for heard in all {
            if let Heard::Gone = heard {
                self.gone(now)?;
            }
            if !wanted(self.args, &heard) {
                continue;
            }
            if let Some(record) = &mut self.record
                && let Err(e) = record.write(now.saturating_sub(self.began), &heard)
            {
                self.record = None;
                self.failed = true;
                self.screen.note(&e.to_string())?;
            }
            self.screen.show(now, &heard)?;
        }
        Ok(())
    }

    fn time_passed(&mut self, now: Duration) -> io::Result<()> {
        match self.presence {
            Presence::Here(last) if now.saturating_sub(last) >= GONE_AFTER => self.gone(now)?,
            Presence::Missing(since, false) if now.saturating_sub(since) >= SAY_SO_AFTER => {
                self.presence = Presence::Missing(since, true);
                let port = self.args.remote.port;
                self.screen.note(&format!("no director answers on port {port} yet: waiting for one (Ctrl-C ends)"))?;
            }
            Presence::Here(_) | Presence::Missing(..) => {}
        }
        self.screen.time_passed(now, self.ear.tempo())
    }

    fn gone(&mut self, now: Duration) -> io::Result<()> {
        self.ear.forget();
        self.presence = Presence::Missing(now, true);
        self.screen.note("the director has gone: waiting for it to return (Ctrl-C ends)")
    }
}

/// Whether somebody wants to see it: filters are about words, and about whose coming and going.
fn wanted(args: &Listen, heard: &Heard) -> bool {
    let topic = |topic: &String| {
        args.topic.is_empty() || args.topic.iter().any(|t| t.strip_prefix("/broadcast/").unwrap_or(t) == topic)
    };
    let from = |from: &String| args.from.is_empty() || args.from.contains(from);
    match heard {
        Heard::Word(word) => topic(&word.topic) && from(&word.from),
        Heard::Joined(_, name) | Heard::Left(_, name) => args.topic.is_empty() && from(name),
        Heard::Here(_) | Heard::Director { .. } | Heard::Refused(_) | Heard::Gone => true,
    }
}

/// Where lines go: to a terminal in colours and thinned, or to a pipe one by one.
struct Screen {
    looks: Looks,
    /// None where every message gets its line.
    thinning: Option<Thinning>,
    rates: Rates,
}

impl Screen {
    fn new(now: Duration) -> Self {
        let terminal = io::stdout().is_terminal();
        let plain = std::env::var_os("NO_COLOR").is_some_and(|set| !set.is_empty());
        Self {
            looks: Looks { colour: terminal && !plain },
            thinning: (terminal && !plain).then(Thinning::default),
            rates: Rates::new(now),
        }
    }

    fn show(&mut self, now: Duration, heard: &Heard) -> io::Result<()> {
        let line = match heard {
            Heard::Word(word) => {
                self.rates.count(word);
                let left_out = self.thinning.as_mut().map_or(Some(0), |thinning| thinning.show(now, word));
                left_out.map(|left_out| self.looks.word(word, left_out))
            }
            Heard::Joined(..) | Heard::Left(..) => self.looks.notice(heard),
            _ => return self.looks.notice(heard).map_or(Ok(()), |line| self.note(&line)),
        };
        line.map_or(Ok(()), |line| out(&line))
    }

    fn time_passed(&mut self, now: Duration, tempo: Option<f64>) -> io::Result<()> {
        if now.saturating_sub(self.rates.summed()) < SUM_EVERY {
            return Ok(());
        }
        let Some(rates) = self.rates.lately(now).filter(|_| self.thinning.is_some()) else { return Ok(()) };
        let tempo = tempo.map(|bpm| format!("{bpm:.1} bpm · ")).unwrap_or_default();
        out(&self.looks.faint(&format!("          {tempo}{rates}")))
    }

    /// What is not of the band: beside the lines where they go to a pipe.
    fn note(&self, text: &str) -> io::Result<()> {
        if io::stdout().is_terminal() { out(text) } else { writeln!(io::stderr().lock(), "{text}") }
    }

    fn end(&self, now: Duration, missed: u64) -> io::Result<()> {
        let mut text = self.rates.all(now);
        if missed > 0 {
            text += "  some messages did not reach this terminal: it stood still for too long\n";
        }
        self.note(text.trim_end())
    }
}

fn out(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use ear::Word;

    fn args(flags: &[&str]) -> Listen {
        let all = [&["director", "listen"], flags].concat();
        match crate::cli::Cli::parse_from(all).command {
            crate::cli::Command::Listen(args) => args,
            other => panic!("{other:?}"),
        }
    }

    fn word(from: &str, topic: &str) -> Heard {
        let (from, topic) = (from.to_owned(), topic.to_owned());
        Heard::Word(Word { place: None, from, to: None, topic, types: String::new(), args: Vec::new() })
    }

    #[test]
    fn filters_take_topics_and_speakers_and_several_of_each() {
        let some = args(&["--topic", "notepool", "--topic", "/broadcast/plan/chords", "--from", "melody"]);
        assert!(wanted(&some, &word("melody", "notepool")) && wanted(&some, &word("melody", "plan/chords")));
        assert!(!wanted(&some, &word("drums", "notepool")) && !wanted(&some, &word("melody", "hdensity")));
        assert!(!wanted(&some, &Heard::Joined(None, "melody".into())), "who asks for a topic wants nothing else");
        let one = args(&["--from", "melody"]);
        assert!(wanted(&one, &Heard::Left(None, "melody".into())) && !wanted(&one, &Heard::Left(None, "bass".into())));
        let all = args(&[]);
        assert!(wanted(&all, &word("", "x")) && wanted(&all, &Heard::Joined(None, "b".into())));
    }
}
