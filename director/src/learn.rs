//! `director learn bass.gain`: waits with the running director for the next knob, and says what to
//! write into the ensemble file, or writes it.

mod write;

use crate::{cli::Learn, remote};
use anyhow::{Context, bail};
use musebot_protocol::{Arg, Args, Control, MAX_DATAGRAM, Reply, messages};
use std::{
    io::Write,
    path::PathBuf,
    time::{Duration, Instant},
};

/// How much longer than the director we wait ourselves.
const LONGER: Duration = Duration::from_secs(3);

/// What was learnt.
struct Learnt {
    surface: String,
    source: String,
    channel: i32,
    target: String,
    /// The line for `map`.
    line: String,
    /// What the knob turned until now, if anything.
    was: String,
    file: PathBuf,
    /// Which of the file's surfaces it is; none if the file has no such.
    number: Option<usize>,
}

/// Learns a knob; the exit code.
///
/// # Errors
/// When nobody plays, nothing is moved, or it cannot be learnt.
pub fn command(args: &Learn) -> anyhow::Result<u8> {
    let mut out = std::io::stdout().lock();
    let learnt = ask(args, &mut out)?;
    writeln!(out, "{} on channel {} of `{}`: {}", learnt.source, learnt.channel, learnt.surface, learnt.target)?;
    if !learnt.was.is_empty() {
        writeln!(out, "(it turned {} until now)", learnt.was)?;
    }
    if args.write {
        match write::write(&learnt.file, learnt.number, &learnt.surface, &learnt.line) {
            Ok(()) => {
                writeln!(out, "written into {}", learnt.file.display())?;
                return Ok(0);
            }
            Err(why) => writeln!(out, "not written into {}: {why:#}", learnt.file.display())?,
        }
    }
    let wanted = if args.write { "write it yourself" } else { "to keep it, write this (or use --write)" };
    match learnt.number {
        Some(_) => {
            writeln!(out, "It turns it already; {wanted} into `map` of [control.midi]:\n\n    {},\n", learnt.line)?
        }
        None => {
            let table = write::table(&learnt.surface, &learnt.line);
            writeln!(out, "It turns it already; {wanted} into the ensemble file:\n\n{table}")?;
        }
    }
    Ok(u8::from(args.write))
}

/// Asks, and waits for a hand.
fn ask(args: &Learn, out: &mut dyn Write) -> anyhow::Result<Learnt> {
    let socket = remote::connect(args.remote.port, args.remote.control)?;
    let nobody = || remote::nobody(args.remote.port);
    socket.send(&Control::Learn { what: args.what.clone() }.encode()).with_context(nobody)?;
    let mut buffer = vec![0; MAX_DATAGRAM];
    let mut until = None;
    let mut learnt = None;
    loop {
        let length = match socket.recv(&mut buffer) {
            Ok(length) => length,
            Err(_) if until.is_none() => bail!(nobody()),
            Err(e) if matches!(e.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
                if until.is_some_and(|until| Instant::now() > until) {
                    bail!("the director has forgotten us: try again");
                }
                continue;
            }
            Err(_) => bail!("the director has gone"),
        };
        for message in messages(&buffer[..length]).flatten() {
            match Reply::decode(&message) {
                Ok(Reply::Value(what, values)) if what == "learn" => match (until, read(&values)) {
                    (None, _) => {
                        let seconds = values.first().and_then(Arg::number).unwrap_or_default();
                        until = Some(Instant::now() + Duration::from_secs_f64(seconds.clamp(0.0, 3600.0)) + LONGER);
                        writeln!(out, "move the knob, fader or pad that is to turn {} ({seconds} s)", args.what)?;
                        if let Some(absent) = text(&values, 1).filter(|absent| !absent.is_empty()) {
                            writeln!(out, "({absent} is not here)")?;
                        }
                        out.flush()?;
                    }
                    (Some(_), read) => learnt = read,
                },
                Ok(Reply::Ok(what)) if what == "learn" => {
                    return learnt.context("failed to understand the director (is it another version?)");
                }
                Ok(Reply::Error(what, advice)) => bail!("{what}: {advice}"),
                _ => {}
            }
        }
    }
}

fn text(values: &Args, at: usize) -> Option<&str> {
    match values.get(at) {
        Some(Arg::Text(text)) => Some(text),
        _ => None,
    }
}

fn read(values: &Args) -> Option<Learnt> {
    let text = |at| text(values, at).map(str::to_owned);
    let number = |at: usize| values.get(at).and_then(Arg::number);
    Some(Learnt {
        surface: text(0)?,
        source: text(1)?,
        channel: number(2)? as i32,
        target: text(3)?,
        line: text(4)?,
        was: text(5)?,
        file: text(6)?.into(),
        number: number(7).filter(|n| *n >= 0.0).map(|n| n as usize),
    })
}
