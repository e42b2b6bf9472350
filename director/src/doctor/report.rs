//! The report: text for people, JSON for who keeps it with a run. Pure.

use super::{
    findings::Findings,
    line::{Group, Line, Mark, worst},
};
use crate::{listen::reading::printable, status::columns};
use serde_json::{Value, json};

/// In narrower terminals than this lines are folded by the terminal itself.
const NARROWEST: usize = 40;
/// Where what was found begins, where what is to be done, and where a command.
const FOUND: usize = 6;
const ADVICE: usize = 8;
const COMMAND: usize = 10;

/// For people: nothing that was found can move their cursor.
pub(super) fn text(found: &Findings, groups: &[Group], width: usize, colour: bool) -> String {
    let width = width.max(NARROWEST);
    let paint = |code: &str, text: &str| {
        if colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    };
    let machine = &found.machine;
    let mut out = format!(
        "director {} on {}, {} processors\n",
        machine.director_version,
        printable(&machine.system),
        machine.processors
    );
    for group in groups {
        out += &format!("\n{}\n", paint("1", &printable(&group.heading)));
        for line in &group.lines {
            out += &shown(line, width, &paint);
        }
    }
    let (code, verdict) = verdict(groups);
    out + &format!("\n{}\n", paint(code, &verdict))
}

fn shown(line: &Line, width: usize, paint: &dyn Fn(&str, &str) -> String) -> String {
    let code = match line.mark {
        Mark::Ok => "32",
        Mark::Note => "2",
        Mark::Warning => "1;33",
        Mark::Problem => "1;31",
    };
    let found = folded(&printable(&line.found), width - FOUND);
    let mut out =
        format!("  {}  {}\n", paint(code, &format!("{:2}", line.mark.sign())), found.join(below(FOUND).as_str()));
    for todo in &line.todo {
        let end = if todo.command.is_some() { ":" } else { "" };
        let advice = folded(&(printable(&todo.advice) + end), width - ADVICE);
        out += &format!("{:FOUND$}{} {}\n", "", paint("36", "→"), advice.join(below(ADVICE).as_str()));
        // Never folded: it is there to be copied.
        if let Some(command) = &todo.command {
            out += &format!("{:COMMAND$}{}\n", "", paint("1", &printable(command)));
        }
    }
    out
}

/// The beginning of a line that goes on with one above.
fn below(indent: usize) -> String {
    format!("\n{:indent$}", "")
}

/// In lines of so many columns; what is quoted stays together, and so does a number with its unit.
fn folded(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in words(text) {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if columns(line) + 1 + columns(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// What must not be torn apart.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut begin, mut quoted) = (0, false);
    for (at, c) in text.char_indices() {
        match c {
            '`' => quoted = !quoted,
            ' ' if !quoted => {
                let rest = &text[at + 1..];
                let after_number = text[begin..at].ends_with(|c: char| c.is_ascii_digit());
                if after_number && ["ms", "ns", "%"].iter().any(|unit| is_word(rest, unit)) {
                    continue;
                }
                words.push(&text[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    words.push(&text[begin..]);
    words
}

fn is_word(text: &str, word: &str) -> bool {
    text.strip_prefix(word).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
}

/// How it is on the whole, and its colour.
fn verdict(groups: &[Group]) -> (&'static str, String) {
    let count = |mark| groups.iter().flat_map(|group| &group.lines).filter(|line| line.mark == mark).count();
    let (problems, warnings) = (count(Mark::Problem), count(Mark::Warning));
    let warned = match warnings {
        0 => String::new(),
        1 => "1 warning".to_owned(),
        n => format!("{n} warnings"),
    };
    match worst(groups) {
        Mark::Problem => {
            let and = if warnings > 0 { format!(" and {warned}") } else { String::new() };
            let plural = if problems == 1 { "" } else { "s" };
            ("1;31", format!("{problems} problem{plural} (x){and}. Each arrow (→) says what to do."))
        }
        Mark::Warning => ("1;33", format!("No problem, {warned} (!). Each arrow (→) says what to do.")),
        Mark::Ok | Mark::Note => ("1;32", "Everything is ready to play.".to_owned()),
    }
}

/// For programs: the lines, and what they were judged by.
pub(super) fn json(found: &Findings, groups: &[Group]) -> Value {
    let count = |mark| groups.iter().flat_map(|group| &group.lines).filter(|line| line.mark == mark).count();
    json!({
        "problems": count(Mark::Problem),
        "warnings": count(Mark::Warning),
        "groups": groups,
        "findings": found,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn groups(lines: Vec<Line>) -> Vec<Group> {
        vec![Group { heading: "Time".into(), lines }]
    }

    fn plain(lines: Vec<Line>, width: usize) -> String {
        text(&Findings::default(), &groups(lines), width, false)
    }

    #[test]
    fn a_line_has_its_mark_what_was_found_what_to_do_and_the_command_alone() {
        let text = plain(vec![Line::warning("it is slow").run("make it quick", "sudo quick"), Line::ok("fine")], 80);
        let meant = "\nTime\n  !   it is slow\n      → make it quick:\n          sudo quick\n  ok  fine\n\n\
                     No problem, 1 warning (!). Each arrow (→) says what to do.\n";
        assert!(text.ends_with(meant), "{text}");
    }

    #[test]
    fn the_verdict_counts_problems_and_warnings() {
        let (bad, odd, good) = (Line::problem("a"), Line::warning("b"), Line::ok("c"));
        assert!(verdict(&groups(vec![bad.clone(), odd, good.clone()])).1.starts_with("1 problem (x) and 1 warning."));
        assert!(verdict(&groups(vec![bad.clone(), bad])).1.starts_with("2 problems (x)."));
        assert_eq!(verdict(&groups(vec![good])).1, "Everything is ready to play.");
    }

    #[test]
    fn long_lines_are_folded_below_where_they_began_and_commands_are_not() {
        let command = "word ".repeat(30);
        let line = Line::warning("found ".repeat(30)).run("advice ".repeat(30), command.trim_end());
        let text = plain(vec![line], 80);
        let long: Vec<&str> = text.lines().filter(|line| line.chars().count() > 80).collect();
        assert!(matches!(long[..], [one] if one.trim_start() == command.trim_end()), "{text}");
        assert!(text.contains("\n      found ") && text.contains("\n        advice "), "{text}");
    }

    #[test]
    fn quoted_words_and_units_are_not_torn_apart() {
        assert_eq!(words("see `director bots` in 40 ms, 3 %"), ["see", "`director bots`", "in", "40 ms,", "3 %"]);
        assert_eq!(words("40 msgs"), ["40", "msgs"]);
    }

    #[test]
    fn names_from_outside_do_not_move_the_cursor() {
        let text = plain(vec![Line::ok("a\u{1b}[2Jb").run("c\u{202e}", "d\r")], 80);
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\r']), "{text:?}");
    }

    #[test]
    fn json_has_the_lines_and_what_they_were_judged_by() {
        let value = json(&Findings::default(), &groups(vec![Line::problem("a").advise("b")]));
        assert_eq!(value["problems"], 1);
        assert_eq!(value["groups"][0]["lines"][0]["mark"], "problem");
        assert_eq!(value["groups"][0]["lines"][0]["todo"][0]["advice"], "b");
        assert!(value["findings"]["time"].is_object());
    }

    proptest! {
        #[test]
        fn nothing_is_lost_by_folding(text in "[a-z` 0-9%é漢]{0,200}", width in 1_usize..100) {
            let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(squeeze(&folded(&text, width).join(" ")), squeeze(&text));
        }
    }
}
