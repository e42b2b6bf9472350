//! The other end of the control port: a command from a terminal, and what is printed of the answer.

use crate::page;
use anyhow::{Context, bail};
use musebot_protocol::{Arg, Args, Control, MAX_DATAGRAM, Reply, messages};
use std::{
    io::{self, ErrorKind, Write},
    net::{SocketAddr, UdpSocket},
    time::Duration,
};

/// How long we wait for an answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Sends a command and prints what comes back.
///
/// # Errors
/// When nobody answers, or the director says that it cannot.
pub fn run(port: u16, control: Option<u16>, command: &Control, out: &mut dyn Write) -> anyhow::Result<()> {
    let socket = connect(port, control)?;
    socket.send(&command.encode()).with_context(|| nobody(port))?;
    let watched = match command {
        Control::Watch { what } => Some(what),
        _ => None,
    };
    let mut buffer = vec![0; MAX_DATAGRAM];
    let mut values = Vec::new();
    let mut answered = false;
    let mut headed = false;
    loop {
        let length = match heard(|| socket.recv(&mut buffer)) {
            Ok(length) => length,
            Err(e) if answered && matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                // Nothing changes, or nobody is there any more: who asks gets to know.
                let other = if watched.is_some_and(|what| what == "name") { "seed" } else { "name" };
                let _ = socket.send(&Control::Get { what: other.to_owned() }.encode());
                continue;
            }
            Err(_) if answered => bail!("the director has gone"),
            Err(_) => bail!(nobody(port)),
        };
        for message in messages(&buffer[..length]).flatten() {
            match Reply::decode(&message) {
                Ok(Reply::Value(what, value)) => match watched {
                    Some(watched) if *watched == what => {
                        print(out, &what, &[value], !headed)?;
                        headed = true;
                    }
                    Some(_) => {}
                    None => values.push(value),
                },
                Ok(Reply::Ok(_)) if watched.is_some() => answered = true,
                Ok(Reply::Ok(_)) => {
                    // What was asked for, or a remark on what was done.
                    let what = if let Control::Get { what } = command { what.as_str() } else { command.name() };
                    print(out, what, &values, true)?;
                    return Ok(());
                }
                Ok(Reply::Error(what, advice)) => bail!("{}: {}", plain(&what), plain(&advice)),
                Err(_) => {}
            }
        }
    }
}

/// A socket that speaks to a director's control port, and waits for an answer for two seconds.
pub(crate) fn connect(port: u16, control: Option<u16>) -> anyhow::Result<UdpSocket> {
    let director = SocketAddr::from(([127, 0, 0, 1], control.unwrap_or_else(|| port.wrapping_add(1))));
    let socket = UdpSocket::bind("127.0.0.1:0").context("failed to open a socket")?;
    socket.connect(director).context("failed to address the director")?;
    socket.set_read_timeout(Some(PATIENCE)).context("failed to set a timeout")?;
    Ok(socket)
}

/// What is heard next: a signal that comes meanwhile is no answer, and no end of waiting.
pub(crate) fn heard(mut hear: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match hear() {
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            heard => return heard,
        }
    }
}

pub(crate) fn nobody(port: u16) -> String {
    format!(
        "no director answers on port {port} of this machine: is one playing? (`director play …`; \
         `--port` names another port)"
    )
}

fn print(out: &mut dyn Write, what: &str, values: &[Args], heading: bool) -> anyhow::Result<()> {
    match what {
        "bots" => return table(out, values, heading),
        "clock" => return clocks(out, values),
        "hosts" => return hosts(out, values, heading),
        _ => {}
    }
    for value in values {
        let words: Vec<String> = value.iter().map(word).collect();
        writeln!(out, "{}", words.join(" "))?;
    }
    Ok(())
}

fn word(arg: &Arg) -> String {
    match arg {
        Arg::Int(i) => i.to_string(),
        Arg::Float(f) => f.to_string(),
        Arg::Text(s) => plain(s),
    }
}

/// What steers a terminal is shown as what it is: nothing that can be read.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// Whose clock leads, and who gets ours.
fn clocks(out: &mut dyn Write, ports: &[Args]) -> anyhow::Result<()> {
    let text = |port: &Args, i: usize| port.get(i).map(word).unwrap_or_default();
    if ports.is_empty() {
        writeln!(out, "our own clock, for nobody else ([clock] in the ensemble file connects other machines)")?;
    }
    for port in ports {
        let (way, name, state) = (text(port, 0), text(port, 1), text(port, 2));
        let number = |i: usize| port.get(i).and_then(Arg::number).unwrap_or_default();
        match way.as_str() {
            "in" if number(3) > 0.0 => writeln!(
                out,
                "in   {name}: {state}, {:.1} bpm, jitter {:.1} ms, correction {:+.1} ms",
                number(3),
                number(4),
                number(5)
            )?,
            _ => writeln!(out, "{way:4} {name}: {state}")?,
        }
    }
    Ok(())
}

/// The machines of the ensemble.
fn hosts(out: &mut dyn Write, hosts: &[Args], heading: bool) -> anyhow::Result<()> {
    if heading {
        writeln!(
            out,
            "{:16} {:8} {:15} {:>4} {:>10} {:>9} {:>7} {:>12}  pings by  words by",
            "host", "state", "address", "bots", "round trip", "jitter", "loss", "clock within"
        )?;
    }
    for host in hosts {
        let text = |i: usize| host.get(i).map(word).unwrap_or_default();
        let number = |i: usize| host.get(i).and_then(Arg::number).unwrap_or(-1.0);
        let ms = |i: usize| if number(i) < 0.0 { "-".into() } else { format!("{:.2} ms", number(i)) };
        let loss = if number(4) < 0.0 { "-".into() } else { format!("{:.1} %", number(4)) };
        writeln!(
            out,
            "{:16} {:8} {:15} {:>4} {:>10} {:>9} {:>7} {:>12}  {:8}  {}",
            text(0),
            text(7),
            text(1),
            number(6),
            ms(2),
            ms(3),
            loss,
            ms(5),
            text(8),
            text(9)
        )?;
    }
    Ok(())
}

fn table(out: &mut dyn Write, bots: &[Args], heading: bool) -> anyhow::Result<()> {
    if bots.is_empty() {
        writeln!(out, "no bots are here")?;
        return Ok(());
    }
    if heading {
        writeln!(
            out,
            "{:16} {:12} {:>5} {:>6} {:>9} {:>10} {:>10} {:>5} {:>8}  kind",
            "bot", "state", "gain", "muted", "peak dB", "late p50", "late p99", "gaps", "restarts"
        )?;
    }
    for bot in bots {
        let number = |i: usize| bot.get(i).and_then(Arg::number).unwrap_or_default();
        let text = |i: usize| bot.get(i).map(word).unwrap_or_default();
        let peak = if number(4) > 1e-4 { format!("{:.1}", 20.0 * number(4).log10()) } else { "-".into() };
        let late = |i: usize| if number(i) < 0.0 { "-".into() } else { format!("{:.2} ms", number(i)) };
        writeln!(
            out,
            "{:16} {:12} {:>5.2} {:>6} {:>9} {:>10} {:>10} {:>5} {:>8}  {}",
            text(0),
            text(1),
            number(2),
            if number(3) > 0.0 { "yes" } else { "no" },
            peak,
            late(6),
            late(7),
            number(10),
            number(8),
            text(9),
        )?;
        // A line of its own, so that a terminal takes it for an address.
        if let Some(page) = bot.get(11).and_then(Arg::text).and_then(page::shown) {
            writeln!(out, "{:16} {page}", "")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_is_no_answer_and_no_end_of_waiting_and_silence_is() {
        let mut signals = 3;
        let mut hear = |end: io::Result<usize>| {
            let mut end = Some(end);
            heard(|| {
                signals -= 1;
                if signals > 0 { Err(ErrorKind::Interrupted.into()) } else { end.take().unwrap() }
            })
        };
        assert_eq!(hear(Ok(7)).unwrap(), 7);
        assert_eq!(hear(Err(ErrorKind::WouldBlock.into())).unwrap_err().kind(), ErrorKind::WouldBlock);
    }
}
