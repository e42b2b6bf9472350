//! `director tap` at a keyboard: each press of the space bar is a tap, and the tempo is shown.

use crate::remote;
use anyhow::Context;
use musebot_protocol::Control;
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
use std::io::{Read, Write, stdin, stdout};

/// What a key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Tap,
    End,
    Nothing,
}

fn key(byte: u8) -> Key {
    match byte {
        b' ' | b'\r' | b'\n' => Key::Tap,
        // q, and Ctrl-C, Ctrl-D and Escape, which come as keys here.
        b'q' | b'Q' | 3 | 4 | 27 => Key::End,
        _ => Key::Nothing,
    }
}

/// Taps until somebody has had enough.
///
/// # Errors
/// When no director answers, or it does not take taps now.
pub fn by_key(port: u16, control: Option<u16>) -> anyhow::Result<()> {
    let mut out = stdout().lock();
    // Whoever leads the tempo, or that nobody plays, is said before anybody taps.
    let mut answer = Vec::new();
    remote::run(port, control, &Control::Get { what: "tempo".into() }, &mut answer)?;
    let _keys = Keys::one_by_one().context("failed to read single keys from the terminal")?;
    write!(out, "space or enter: tap   q: end\n{}", line(&answer))?;
    out.flush()?;
    for byte in stdin().lock().bytes() {
        match key(byte.context("failed to read from the terminal")?) {
            Key::Nothing => continue,
            Key::End => break,
            Key::Tap => {}
        }
        answer.clear();
        remote::run(port, control, &Control::Tap, &mut answer)?;
        if !answer.is_empty() {
            write!(out, "{}", line(&answer))?;
            out.flush()?;
        }
    }
    writeln!(out)?;
    Ok(())
}

/// The tempo over the one before.
fn line(answer: &[u8]) -> String {
    let tempo: f64 = String::from_utf8_lossy(answer).trim().parse().unwrap_or_default();
    format!("\r{tempo:.1} bpm \u{1b}[K")
}

/// A terminal that gives each key at once, and does not show it. As it was before, after this.
struct Keys {
    before: Termios,
}

impl Keys {
    fn one_by_one() -> std::io::Result<Self> {
        let before = tcgetattr(stdin())?;
        let mut now = before.clone();
        now.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG);
        now.special_codes[SpecialCodeIndex::VMIN] = 1;
        now.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(stdin(), OptionalActions::Now, &now)?;
        Ok(Self { before })
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        let _ = tcsetattr(stdin(), OptionalActions::Now, &self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn space_and_enter_tap_and_q_ends() {
        assert_eq!([b' ', b'\n', b'\r', b'x', b'q', 3].map(key), {
            use Key::{End, Nothing, Tap};
            [Tap, Tap, Tap, Nothing, End, End]
        });
    }

    #[test]
    fn the_tempo_is_shown_over_the_one_before() {
        assert_eq!(line(b"97.53\n"), "\r97.5 bpm \u{1b}[K");
    }
}
