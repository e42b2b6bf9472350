//! The report: on the screen as it comes, or at the end as JSON.

use super::{
    examination::Audience,
    fact::Fact,
    finding::{Finding, Verdict},
    paragraph,
};
use indicatif::ProgressBar;
use serde::Serialize;
use std::{
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

/// One line of the report.
#[derive(Debug, Serialize)]
struct Line {
    fact: String,
    title: &'static str,
    verdict: Verdict,
    seen: String,
    expected: String,
    milliseconds: u64,
}

/// The whole of it, for programs.
#[derive(Serialize)]
struct Whole<'a> {
    bot: &'a str,
    facts: &'a [Line],
    passed: usize,
    advice: usize,
    failed: usize,
    not_applicable: usize,
    seconds: f64,
    /// How late our own latest tick was, where the machine was too busy.
    late_milliseconds: Option<u128>,
    /// Why the bot could not be examined, if so.
    unexaminable: Option<&'a str>,
}

/// What has been found, and how it is shown.
pub(crate) struct Report {
    lines: Vec<Line>,
    json: bool,
    colour: bool,
    began: Instant,
    progress: ProgressBar,
    /// How late our own latest tick was, where that was too late.
    late: Duration,
    /// Whoever reads us has gone, or the disk is full: nothing more is written, and this said at the end.
    broken: Option<io::Error>,
}

impl Report {
    pub(crate) fn begin(bot: &str, json: bool) -> Self {
        let out = io::stdout();
        let colour = out.is_terminal() && std::env::var_os("NO_COLOR").is_none();
        let progress = if json { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
        let mut report = Self {
            lines: Vec::new(),
            json,
            colour,
            began: Instant::now(),
            progress,
            late: Duration::ZERO,
            broken: None,
        };
        report.write(|_| format!("examining {bot}\n"));
        report
    }

    /// Ends it; the exit code.
    ///
    /// # Errors
    /// When it could not be printed.
    pub(crate) fn end(mut self, bot: &str, strict: bool, unexaminable: Option<&str>) -> io::Result<u8> {
        self.progress.finish_and_clear();
        let count = |verdict| self.lines.iter().filter(|line| line.verdict == verdict).count();
        let (passed, advice, failed) = (count(Verdict::Pass), count(Verdict::Advice), count(Verdict::Fail));
        let not_applicable = count(Verdict::NotApplicable);
        let seconds = self.began.elapsed().as_secs_f64();
        if self.json {
            let facts = &self.lines;
            let late_milliseconds = Some(self.late.as_millis()).filter(|ms| *ms > 0);
            let whole =
                Whole { bot, facts, passed, advice, failed, not_applicable, seconds, late_milliseconds, unexaminable };
            let mut out = io::stdout().lock();
            serde_json::to_writer_pretty(&mut out, &whole)?;
            writeln!(out)?;
        } else if let Some(why) = unexaminable {
            self.write(|paint| format!("{}: {why}\n", paint("1;31", "it could not be examined")));
        } else {
            let word = if failed > 0 {
                "1;31"
            } else if advice > 0 {
                "1;33"
            } else {
                "1;32"
            };
            let late = self.late;
            self.write(|paint| {
                let busy = if late.is_zero() {
                    String::new()
                } else {
                    format!(
                        "this machine was busy: our own ticks came up to {} ms late, and the bot may look worse than \
                         it is (`--jobs 1` runs one of it at a time)\n",
                        late.as_millis()
                    )
                };
                let counts =
                    format!("{passed} passed, {advice} with advice, {failed} failed, {not_applicable} not applicable");
                format!("{busy}{} in {seconds:.1} s\n", paint(word, &counts))
            });
        }
        if let Some(e) = self.broken {
            return Err(e);
        }
        Ok(exit_code(failed, advice, strict, unexaminable.is_some()))
    }

    fn write(&mut self, text: impl FnOnce(&dyn Fn(&str, &str) -> String) -> String) {
        if self.json || self.broken.is_some() {
            return;
        }
        let colour = self.colour;
        let paint = move |code: &str, text: &str| {
            if colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
        };
        let text = text(&paint);
        let print = || {
            let mut out = io::stdout().lock();
            out.write_all(text.as_bytes()).and_then(|()| out.flush())
        };
        self.broken = self.progress.suspend(print).err();
    }
}

impl Audience for Report {
    fn judged(&mut self, fact: &Fact, finding: &Finding, took: Duration) {
        let line = Line {
            fact: fact.name(),
            title: fact.title,
            verdict: finding.verdict,
            seen: finding.seen.clone(),
            expected: finding.expected.clone(),
            milliseconds: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        };
        self.write(|paint| text(&line, &paragraph::paragraph(fact.number), paint));
        self.lines.push(line);
    }

    fn busy(&mut self, late: Duration) {
        self.late = self.late.max(late);
    }

    fn waiting(&mut self, open: &[&Fact]) {
        let names: Vec<String> = open.iter().map(|fact| fact.name()).collect();
        self.progress.set_message(format!("{:.0} s, open: {}", self.began.elapsed().as_secs_f64(), names.join(" ")));
        self.progress.tick();
    }
}

/// One fact on the screen.
fn text(line: &Line, paragraph: &str, paint: &dyn Fn(&str, &str) -> String) -> String {
    let (code, word) = match line.verdict {
        Verdict::Pass => ("32", "pass  "),
        Verdict::Advice => ("33", "advice"),
        Verdict::Fail => ("1;31", "FAIL  "),
        Verdict::NotApplicable => ("2", "n/a   "),
    };
    let mut text = format!("{:<4} {} {}\n", line.fact, paint(code, word), line.title);
    if line.expected.is_empty() {
        return text + &format!("            {}\n", paint("2", &line.seen));
    }
    text += &format!("            seen:     {}\n            expected: {}\n", line.seen, line.expected);
    text + &paint("2", &wrapped(paragraph)) + "\n"
}

/// The paragraph of PROTOCOL.md, indented, in lines that can be read.
fn wrapped(paragraph: &str) -> String {
    let mut lines = vec![String::from("            PROTOCOL.md:")];
    for word in paragraph.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < 100 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("              {word}")),
        }
    }
    lines.join("\n")
}

/// 0 when nothing failed, 1 when something did, 2 when nothing could be seen.
fn exit_code(failed: usize, advice: usize, strict: bool, unexaminable: bool) -> u8 {
    match (unexaminable, failed, advice) {
        (true, ..) => 2,
        (_, 1.., _) => 1,
        (_, _, 1..) if strict => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_code_says_whether_it_failed_or_could_not_be_examined() {
        assert_eq!(exit_code(0, 0, true, false), 0);
        assert_eq!(exit_code(0, 3, false, false), 0, "advice fails nobody");
        assert_eq!(exit_code(0, 3, true, false), 1, "unless it is asked to");
        assert_eq!(exit_code(1, 0, false, false), 1);
        assert_eq!(exit_code(1, 0, false, true), 2);
    }

    #[test]
    fn a_fault_is_told_with_what_was_seen_what_was_expected_and_the_paragraph() {
        let line = Line {
            fact: "B4".into(),
            title: "its id",
            verdict: Verdict::Fail,
            seen: "it beats as `x`".into(),
            expected: "`y`".into(),
            milliseconds: 1,
        };
        let text = text(&line, &paragraph::paragraph(4), &|_, text| text.to_owned());
        assert!(text.starts_with("B4   FAIL"), "{text}");
        assert!(text.contains("seen:     it beats as `x`") && text.contains("expected: `y`"), "{text}");
        assert!(text.contains("PROTOCOL.md: *id* MUST be a string"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 110), "{text}");
    }
}
