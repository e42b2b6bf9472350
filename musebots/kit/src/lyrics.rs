//! The words of a part with their times, for reading along: as LRC (with a time for every
//! syllable) and as WebVTT. Lines end where the singer's do.

use crate::{
    agenda::Cue,
    words::{Lyric, Then},
};
use std::{fmt::Write, io, path::Path};

/// Syllables in one part, at most: days of song.
const MOST: usize = 1 << 18;
/// A line that nobody ends, ends where nothing is sung for this long, in seconds.
const BREAK: f64 = 4.0;
/// A syllable whose end never came is read for this long.
const USUAL: f64 = 0.5;

/// All that has been sung.
#[derive(Debug, Default)]
pub(crate) struct Lyrics {
    sung: Vec<Syllable>,
}

#[derive(Debug, Clone, Copy)]
struct Syllable {
    note: u32,
    lyric: Lyric,
    begin: f64,
    end: Option<f64>,
}

impl Syllable {
    fn end(&self) -> f64 {
        self.end.unwrap_or(self.begin + USUAL).max(self.begin)
    }
}

impl Lyrics {
    /// A note begins or ends at `seconds`.
    pub(crate) fn cue(&mut self, seconds: f64, cue: &Cue) {
        match cue.sung.filter(|_| self.sung.len() < MOST) {
            Some(sung) => {
                self.sung.push(Syllable { note: cue.id, lyric: sung.lyric, begin: seconds.max(0.0), end: None });
            }
            None if cue.velocity.is_none() => {
                let ends = self.sung.iter_mut().rev().take(64).find(|s| s.note == cue.id && s.end.is_none());
                ends.into_iter().for_each(|syllable| syllable.end = Some(seconds));
            }
            None => {}
        }
    }

    /// Leaves `ID.lrc` and `ID.vtt` beside the file `stem`, if anything was sung.
    pub(crate) fn write(mut self, stem: &Path) -> io::Result<()> {
        self.sung.sort_by(|a, b| a.begin.total_cmp(&b.begin));
        if self.lines().next().is_none() {
            return Ok(());
        }
        std::fs::write(stem.with_extension("lrc"), self.lrc())?;
        std::fs::write(stem.with_extension("vtt"), self.vtt())
    }

    fn lines(&self) -> impl Iterator<Item = &[Syllable]> {
        let lines = self.sung.chunk_by(|one, next| one.lyric.then != Then::Line && next.begin - one.end() < BREAK);
        // Who hums says nothing to read.
        lines.filter(|line| line.iter().any(|syllable| !plain(&syllable.lyric).trim().is_empty()))
    }

    /// A line each, every syllable after its time, and the end of the line after its last.
    fn lrc(&self) -> String {
        let mut text = String::new();
        for line in self.lines() {
            let _ = write!(text, "[{}]", minutes(line[0].begin));
            for syllable in line {
                let _ = write!(text, "<{}>{}{}", minutes(syllable.begin), plain(&syllable.lyric), space(syllable));
            }
            let _ = writeln!(text, "<{}>", minutes(line[line.len() - 1].end()));
        }
        text
    }

    /// A cue for each line; in it, every later syllable after its time.
    fn vtt(&self) -> String {
        let mut text = "WEBVTT\n".to_owned();
        let mut lines = self.lines().peekable();
        while let Some(line) = lines.next() {
            let begin = millis(line[0].begin);
            // What is read is gone when the next line comes.
            let next = lines.peek().map_or(u64::MAX, |next| millis(next[0].begin));
            let end = millis(line[line.len() - 1].end()).min(next).max(begin + 1);
            let _ = write!(text, "\n{} --> {}\n", clock(begin), clock(end));
            let mut last = begin;
            for syllable in line {
                let at = millis(syllable.begin);
                // Times in a cue rise, and lie within it.
                if at > last && at < end {
                    let _ = write!(text, "<{}>", clock(at));
                    last = at;
                }
                let escaped = plain(&syllable.lyric).replace('&', "&amp;").replace('‹', "&lt;").replace('›', "&gt;");
                let _ = write!(text, "{escaped}{}", space(syllable));
            }
            while text.ends_with(' ') {
                text.pop();
            }
            text.push('\n');
        }
        text
    }
}

/// The letters without what LRC would take for a time, and in one line.
fn plain(lyric: &Lyric) -> String {
    let letter = |c: char| match c {
        '<' => '‹',
        '>' => '›',
        '[' => '(',
        ']' => ')',
        c if c.is_control() => ' ',
        c => c,
    };
    lyric.text().trim().chars().map(letter).collect()
}

fn space(syllable: &Syllable) -> &'static str {
    if syllable.lyric.then == Then::Word { " " } else { "" }
}

/// `mm:ss.xx`
fn minutes(seconds: f64) -> String {
    let hundredths = (seconds.max(0.0) * 100.0).round() as u64;
    format!("{:02}:{:02}.{:02}", hundredths / 6000, hundredths / 100 % 60, hundredths % 100)
}

fn millis(seconds: f64) -> u64 {
    (seconds.max(0.0) * 1000.0).round() as u64
}

/// `hh:mm:ss.ttt`
fn clock(millis: u64) -> String {
    let (seconds, rest) = (millis / 1000, millis % 1000);
    format!("{:02}:{:02}:{:02}.{rest:03}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests;
