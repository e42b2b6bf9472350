//! The card that is shown when a bot has died: what happened, what it said last, what to try. Pure.

use crate::event::Exit;

/// How it came to a bot's death.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Its process ended.
    Exited,
    /// It had fallen silent, and its process was ended.
    Ended,
    /// It has fallen silent, and its script had ended before.
    FellSilent,
    /// It was never heard, and its script had ended before.
    NeverHeard,
}

/// The last that a bot has printed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LastWords {
    /// Line by line.
    pub lines: Vec<String>,
    /// Whether they have just been shown, right above: nobody reads them twice.
    pub just_shown: bool,
}

impl From<Vec<String>> for LastWords {
    fn from(lines: Vec<String>) -> Self {
        Self { lines, just_shown: false }
    }
}

/// What is said about a death.
#[must_use]
pub fn card(name: &str, cause: Cause, exit: &Exit, words: &LastWords, next: &str) -> String {
    let mut card = format!("{name} has died: {}", how(cause, exit));
    if !next.is_empty() {
        card.push_str("; ");
        card.push_str(next);
    }
    if let Some(advice) = advice(exit, &words.lines) {
        card.push_str("\n    try: ");
        card.push_str(advice);
    }
    if words.just_shown { card } else { card + &last_words(&words.lines) }
}

/// The last lines that a bot has printed, each on a line of its own; nothing if there are none.
#[must_use]
pub fn last_words(lines: &[String]) -> String {
    let mut words = String::new();
    if !lines.is_empty() {
        words.push_str("\n    its last words:");
        for line in lines {
            words.push_str("\n    | ");
            words.push_str(line);
        }
    }
    words
}

fn how(cause: Cause, exit: &Exit) -> String {
    let how = match exit {
        Exit::Code(code) => format!("exit code {code}"),
        Exit::Signal(signal) => match signal_name(*signal) {
            Some(name) => format!("signal {signal} ({name})"),
            None => format!("signal {signal}"),
        },
        Exit::Unknown => "what its script had started has ended".to_owned(),
    };
    match cause {
        Cause::Exited => how,
        Cause::Ended => format!("it had fallen silent and was ended ({how})"),
        Cause::FellSilent => format!("it has fallen silent (its script: {how})"),
        Cause::NeverHeard => format!("it was never heard (its script: {how})"),
    }
}

fn signal_name(signal: i32) -> Option<&'static str> {
    Some(match signal {
        1 => "SIGHUP: its terminal went away",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL: an instruction that this machine does not have",
        6 => "SIGABRT: it gave up on itself",
        7 if cfg!(target_os = "linux") => "SIGBUS",
        10 if cfg!(target_os = "macos") => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL: killed, perhaps for lack of memory",
        11 => "SIGSEGV: it touched memory that is not its own",
        13 => "SIGPIPE",
        15 => "SIGTERM: somebody ended it",
        _ => return None,
    })
}

fn advice(exit: &Exit, last_lines: &[String]) -> Option<&'static str> {
    let said = |words: &[&str]| {
        last_lines.iter().any(|l| words.iter().any(|w| l.to_ascii_lowercase().contains(&w.to_ascii_lowercase())))
    };
    if said(&["address already in use", "port is taken", "EADDRINUSE"]) {
        return Some("end the program that holds its port, or start the director with another --listen");
    }
    if said(&["no space left on device", "disk is full"]) {
        return Some("make room on that disk, or name another folder with `--out`");
    }
    match exit {
        Exit::Code(127) => Some("a program that its script calls is not installed"),
        Exit::Code(126) => Some("chmod +x its program"),
        Exit::Code(2) if said(&["usage", "--help"]) => {
            Some("its `args` in the ensemble file: it did not understand them")
        }
        Exit::Signal(9) => Some("watch its memory (`top`), or look into the system's log for the OOM killer"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_says_what_happened_what_it_said_last_and_what_to_try() {
        let lines = vec!["binding port 7475".to_owned(), "Address already in use (os error 98)".to_owned()];
        let card = card("bass", Cause::Exited, &Exit::Code(1), &lines.into(), "started again in 0.25 s (1)");
        assert!(card.starts_with("bass has died: exit code 1; started again in 0.25 s (1)"));
        assert!(card.contains("--listen"));
        assert!(card.contains("| Address already in use"));
    }

    #[test]
    fn words_that_were_just_shown_are_not_shown_again_and_still_give_advice() {
        let words = LastWords { lines: vec!["Address already in use".to_owned()], just_shown: true };
        let card = card("bass", Cause::Exited, &Exit::Code(1), &words, "");
        assert!(card.contains("--listen") && !card.contains("last words"), "{card}");
    }

    #[test]
    fn a_signal_is_named() {
        let card = |cause, signal| card("bass", cause, &Exit::Signal(signal), &LastWords::default(), "");
        assert!(card(Cause::Exited, 11).contains("SIGSEGV"));
        assert!(card(Cause::Ended, 9).contains("fallen silent"));
    }
}
