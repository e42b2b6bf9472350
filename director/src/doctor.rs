//! `director doctor`: looks at this machine as a stage (time, sound, MIDI, network, ports, peers) and
//! says of each thing how it is and what to do about it.
//!
//! Finding out and judging are apart: `look` touches the world and fills `findings`, `judge` turns
//! them into lines and touches nothing.

mod findings;
mod judge;
mod line;
mod look;
mod report;

use crate::cli::Doctor;
use std::{
    io::{self, IsTerminal, Write},
    time::Duration,
};

/// How wide the text is where nobody looks at a terminal, and at most.
const WIDTHS: (usize, usize) = (100, 120);

/// Looks, judges and prints; the exit code: 0 when nothing is a problem, 1 when something is.
///
/// # Errors
/// When it cannot be printed.
pub fn command(args: &Doctor) -> anyhow::Result<u8> {
    let doing = if args.json { indicatif::ProgressBar::hidden() } else { indicatif::ProgressBar::new_spinner() };
    doing.enable_steady_tick(Duration::from_millis(100));
    let findings = look::look(args, &|what| doing.set_message(what));
    doing.finish_and_clear();
    let groups = judge::all(&findings);
    let mut out = io::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&report::json(&findings, &groups))?)?;
    } else {
        let screen = rustix::termios::tcgetwinsize(&out).ok().map(|size| usize::from(size.ws_col)).filter(|n| *n > 0);
        let colour = out.is_terminal() && std::env::var_os("NO_COLOR").is_none();
        write!(out, "{}", report::text(&findings, &groups, screen.unwrap_or(WIDTHS.0).min(WIDTHS.1), colour))?;
    }
    out.flush()?;
    Ok(u8::from(line::worst(&groups) == line::Mark::Problem))
}
