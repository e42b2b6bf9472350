//! Faults of a file, shown as a compiler shows them: line, caret, and what to write instead.

use std::{fmt, ops::Range, path::PathBuf, sync::Arc};

/// All that is wrong with one file, in the order of its lines.
#[derive(Debug, Clone, PartialEq)]
pub struct Faults {
    path: PathBuf,
    text: Arc<str>,
    list: Vec<Fault>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Whether the file can be played all the same.
    pub severity: Severity,
    /// Where it is, in bytes.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to write instead, beside the caret; may be empty.
    pub hint: String,
}

/// Whether a file can be played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// It cannot.
    Error,
    /// It can.
    Warning,
}

impl Fault {
    pub(crate) fn new(span: Range<usize>, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { severity: Severity::Error, span, message: message.into(), hint: hint.into() }
    }
}

impl Faults {
    pub(crate) fn new(path: PathBuf, text: Arc<str>, mut list: Vec<Fault>) -> Self {
        list.sort_by_key(|fault| (fault.span.start, fault.span.end));
        Self { path, text, list }
    }

    /// The faults one by one.
    #[must_use]
    pub fn list(&self) -> &[Fault] {
        &self.list
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// The line a fault is in, counted from 1.
    #[must_use]
    pub fn line_of(&self, fault: &Fault) -> usize {
        Place::of(&self.text, &fault.span).line
    }
}

impl std::error::Error for Faults {}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.list.iter().enumerate() {
            let place = Place::of(&self.text, &fault.span);
            let word = match fault.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            let gutter = place.line.to_string().len();
            let hint = if fault.hint.is_empty() { String::new() } else { format!(" {}", printable(&fault.hint)) };
            writeln!(f, "{}{word}: {}", if i == 0 { "" } else { "\n" }, printable(&fault.message))?;
            writeln!(f, "{:gutter$}--> {}:{}:{}", "", self.path.display(), place.line, place.column)?;
            writeln!(f, "{:gutter$} |", "")?;
            writeln!(f, "{} | {}", place.line, place.shown)?;
            write!(f, "{:gutter$} | {:indent$}{}{hint}", "", "", "^".repeat(place.carets), indent = place.indent)?;
            writeln!(f)?;
        }
        Ok(())
    }
}

/// The most letters of a line that are shown: a line may be a megabyte long.
const SHOWN: usize = 120;

/// Where a span is, and how its line is shown.
struct Place {
    line: usize,
    column: usize,
    shown: String,
    indent: usize,
    carets: usize,
}

impl Place {
    fn of(text: &str, span: &Range<usize>) -> Self {
        let start = boundary(text, span.start);
        let begin = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let line = text[begin..end].trim_end_matches('\r');
        let column = line[..(start - begin).min(line.len())].chars().count();
        let stop = boundary(text, span.end).min(begin + line.len());
        let marked = text.get(start..stop).map_or(0, |marked| marked.chars().count()).max(1);

        // A long line is shown around its fault.
        let skip = if column + marked.min(SHOWN / 2) < SHOWN { 0 } else { column.saturating_sub(SHOWN / 4) };
        let mut shown = String::from(if skip > 0 { "… " } else { "" });
        let (mut indent, mut carets) = (shown.chars().count(), 0);
        for (i, c) in line.chars().enumerate().skip(skip).take(SHOWN) {
            let width = if c == '\t' { 4 } else { 1 };
            if i < column {
                indent += width;
            } else if i < column + marked {
                carets += width;
            }
            match c {
                '\t' => shown.push_str("    "),
                c => shown.push(visible(c)),
            }
        }
        if line.chars().nth(skip + SHOWN).is_some() {
            shown.push_str(" …");
        }
        Self { line: text[..begin].matches('\n').count() + 1, column: column + 1, shown, indent, carets: carets.max(1) }
    }
}

/// The beginning of the letter that holds this byte, or the end of the text.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// What a file holds must not move the cursor of the terminal it is shown on.
fn visible(c: char) -> char {
    if c.is_control() { '\u{fffd}' } else { c }
}

fn printable(text: &str) -> String {
    let mut shown: String = text.chars().take(400).map(visible).collect();
    if shown.len() < text.len() && text.chars().nth(400).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str, span: Range<usize>, hint: &str) -> String {
        Faults::new("a.toml".into(), text.into(), vec![Fault::new(span, "odd", hint)]).to_string()
    }

    #[test]
    fn a_fault_shows_its_line_and_a_caret_under_its_span() {
        let text = "name = \"x\"\n\ntempoo = 96\n";
        assert_eq!(
            show(text, 12..18, "did you mean `tempo`?"),
            "error: odd\n --> a.toml:3:1\n  |\n3 | tempoo = 96\n  | ^^^^^^ did you mean `tempo`?\n"
        );
    }

    #[test]
    fn carets_stand_right_after_tabs_and_letters_of_many_bytes() {
        let text = "\té = ü\r\n";
        assert_eq!(show(text, 6..8, ""), "error: odd\n --> a.toml:1:6\n  |\n1 |     é = ü\n  |         ^\n");
    }

    #[test]
    fn a_fault_at_the_very_end_still_has_a_caret() {
        assert_eq!(show("a = ", 4..4, ""), "error: odd\n --> a.toml:1:5\n  |\n1 | a = \n  |     ^\n");
        assert_eq!(show("", 0..0, ""), "error: odd\n --> a.toml:1:1\n  |\n1 | \n  | ^\n");
    }

    #[test]
    fn a_long_line_is_shown_around_its_fault() {
        let text = format!("{}X{}", "a".repeat(5000), "b".repeat(5000));
        let shown = show(&text, 5000..5001, "here");
        let lines: Vec<_> = shown.lines().collect();
        assert!(lines[3].chars().count() < 140, "{shown}");
        assert_eq!(lines[3].chars().position(|c| c == 'X'), lines[4].chars().position(|c| c == '^'));
    }

    #[test]
    fn a_file_cannot_send_escapes_to_the_terminal() {
        assert!(!show("a = \"\u{1b}[2J\"", 4..9, "\u{1b}[2J").contains('\u{1b}'));
    }

    #[test]
    fn faults_come_in_the_order_of_their_lines() {
        let list = vec![Fault::new(5..6, "second", ""), Fault::new(0..1, "first", "")];
        let faults = Faults::new("a.toml".into(), "a\nb\ncd\n".into(), list);
        assert_eq!(faults.list().iter().map(|f| f.message.as_str()).collect::<Vec<_>>(), ["first", "second"]);
        assert_eq!(faults.line_of(&faults.list()[1]), 3);
    }
}
