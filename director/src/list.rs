//! `director list`: lists the musebots that are found, and whether they can run here.

use crate::{
    cli::List,
    listen::reading::printable,
    musebot_folder::{Found, GainScale, MusebotFolder, NotHere, RUN_SCRIPTS, lacks, nearest_musebots},
};
use anyhow::{Context, bail};
use musebot_protocol::InfoTxt;
use std::{
    fmt::Write as _,
    io::Write as _,
    path::{Path, PathBuf},
};

/// Prints the bots below a folder; the exit code.
///
/// # Errors
/// When there is no such folder, or no bot in it.
pub fn command(args: &List) -> anyhow::Result<u8> {
    let root = root(args.folder.as_deref())?;
    let found = Found::below(&root);
    let bots: Vec<Line> = found.bots.iter().map(|bot| Line::new(bot, &root)).collect();
    let halves = halves(&found.halves, &root);
    if bots.is_empty() {
        if ["config.txt", "info.txt"].iter().any(|part| root.join(part).is_file()) {
            bail!("{} is no musebot: {}", root.display(), lacks(&root));
        }
        bail!(
            "no musebots in {}: a musebot is a folder with a config.txt and a run script ({RUN_SCRIPTS}){}{}",
            root.display(),
            if halves.is_empty() { "" } else { "\n" },
            halves.trim_end()
        );
    }
    let mut out = std::io::stdout().lock();
    if args.json {
        let bots: Vec<_> = bots.iter().map(Line::to_json).collect();
        writeln!(out, "{}", serde_json::to_string_pretty(&serde_json::json!({ "folder": root, "bots": bots }))?)?;
    } else {
        let screen = rustix::termios::tcgetwinsize(&out).ok().map(|size| usize::from(size.ws_col)).filter(|n| *n > 0);
        write!(out, "{}{halves}", table(&bots, &root, screen.unwrap_or(USUAL_WIDTH)))?;
    }
    out.flush()?;
    Ok(0)
}

/// Where to look: as asked, else where the world keeps its bots, else here.
fn root(asked: Option<&Path>) -> anyhow::Result<PathBuf> {
    if let Some(folder) = asked {
        if !folder.is_dir() {
            bail!("there is no folder {}: name one that has musebots in it", folder.display());
        }
        return Ok(std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned()));
    }
    let here = std::env::current_dir().context("failed to ask where we are")?;
    Ok(nearest_musebots(&here).unwrap_or(here))
}

/// A line about folders that were skipped because they lack something; nothing if there are none.
fn halves(folders: &[PathBuf], root: &Path) -> String {
    let inside = |folder: &Path| match folder.strip_prefix(root) {
        Ok(inside) if inside != Path::new("") => printable(&inside.to_string_lossy()),
        _ => printable(&folder.to_string_lossy()),
    };
    let each: Vec<String> = folders.iter().map(|f| format!("{} ({})", inside(f), lacks(f))).collect();
    if each.is_empty() { String::new() } else { format!("half a bot: {}\n", each.join(", ")) }
}

/// What is told of one bot.
struct Line {
    /// Its folder, as seen from where the search began.
    folder: String,
    id: String,
    info: InfoTxt,
    /// In a word.
    platform: String,
    path: PathBuf,
    runs_here: Result<(), NotHere>,
}

impl Line {
    fn new(bot: &MusebotFolder, root: &Path) -> Self {
        let inside = bot.path.strip_prefix(root).unwrap_or(&bot.path);
        let folder = if inside.as_os_str().is_empty() { bot.name() } else { inside.to_string_lossy().into_owned() };
        let max = bot.manners().gain_scale == GainScale::Decibels;
        Self {
            folder,
            id: bot.id(),
            info: bot.info.clone(),
            platform: match bot.started_with() {
                Some(started) => started.to_owned(),
                None if max => "Max".to_owned(),
                None => platform(&bot.info.platform),
            },
            path: bot.path.clone(),
            runs_here: bot.runs_here(),
        }
    }

    /// The folder that it lies in, and its own name.
    fn parts(&self) -> (&str, &str) {
        self.folder.rsplit_once('/').unwrap_or(("", &self.folder))
    }

    fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "folder": self.folder,
            "path": self.path,
            "id": self.id,
            "types": self.info.types,
            "sends": self.info.sends,
            "receives": self.info.receives,
            "platform": self.info.platform,
            "runs_here": self.runs_here.is_ok(),
            "why_not": self.runs_here.as_ref().err().map(ToString::to_string),
            "warnings": self.info.warnings,
        })
    }
}

/// What stands above each column, and the widest that it gets; topics share what is left of the screen.
const COLUMNS: [(&str, usize); 6] =
    [("folder", 24), ("type", 10), ("sends", 0), ("receives", 0), ("platform", 9), ("here", 7)];
/// How wide the table is where nobody looks at a terminal.
const USUAL_WIDTH: usize = 110;

/// The table: bots under the folders that they lie in, reasons as notes below.
fn table(bots: &[Line], root: &Path, screen: usize) -> String {
    let mut reasons: Vec<(&NotHere, usize)> = Vec::new();
    let rows: Vec<[String; 6]> = bots
        .iter()
        .map(|bot| {
            let here = match &bot.runs_here {
                Ok(()) => "yes".to_owned(),
                Err(why) => {
                    let known = reasons.iter().position(|(reason, _)| *reason == why);
                    let number = known.unwrap_or_else(|| {
                        reasons.push((why, 0));
                        reasons.len() - 1
                    });
                    reasons[number].1 += 1;
                    format!("no ({})", number + 1)
                }
            };
            let info = &bot.info;
            let name = format!("  {}", bot.parts().1);
            [name, tags(&info.types), topics(&info.sends), topics(&info.receives), bot.platform.clone(), here]
        })
        .collect();
    let longest = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let mut widths = [0; 6];
    for (column, (heading, most)) in COLUMNS.into_iter().enumerate() {
        widths[column] = longest(column).min(most).max(heading.len());
    }
    let gaps = 2 * (COLUMNS.len() - 1);
    let left = screen.clamp(80, 160).saturating_sub(gaps + widths[0] + widths[1] + widths[4] + widths[5]);
    let receives = longest(3).max("receives".len());
    widths[2] = longest(2).max("sends".len()).min((left / 2).max(left.saturating_sub(receives)));
    widths[3] = receives.min(left.saturating_sub(widths[2]));
    let mut out = format!("Musebots in {}\n\n", root.display());
    line(&mut out, &COLUMNS.map(|(heading, _)| heading.to_owned()), &widths);
    let mut above = "";
    for (bot, row) in bots.iter().zip(&rows) {
        let (parent, name) = bot.parts();
        if parent != above {
            above = parent;
            let _ = writeln!(out, "{}/", if parent.is_empty() { ".".to_owned() } else { printable(parent) });
        }
        line(&mut out, row, &widths);
        if bot.id != name {
            let _ = writeln!(out, "    its id: {}", printable(&bot.id));
        }
    }
    let run = bots.iter().filter(|bot| bot.runs_here.is_ok()).count();
    let bot = if bots.len() == 1 { "bot" } else { "bots" };
    let runs = if run == 1 { "runs" } else { "run" };
    let _ = writeln!(out, "\n{} {bot}, {run} {runs} here", bots.len());
    for (number, (reason, count)) in (1..).zip(&reasons) {
        let _ = writeln!(out, "  ({number}) {} ({count})", printable(&reason.to_string()));
    }
    if !reasons.is_empty() {
        let _ = writeln!(
            out,
            "A run.sh in a bot's folder is started instead of its run.command: write one that fits this system."
        );
    }
    out
}

fn line(out: &mut String, cells: &[String; 6], widths: &[usize; 6]) {
    let mut text = String::new();
    for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let cell = printable(cell);
        let cell = if (1..=3).contains(&column) { words_within(&cell, *width) } else { within(&cell, *width) };
        let _ = write!(text, "{cell:width$}  ");
    }
    let _ = writeln!(out, "{}", text.trim_end());
}

/// As many words as there is room for, and how many more there are.
fn words_within(text: &str, width: usize) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    (1..=words.len())
        .rev()
        .map(|count| match words.len() - count {
            0 => text.to_owned(),
            more => format!("{} +{more}", words[..count].join(" ")),
        })
        .find(|shown| shown.chars().count() <= width)
        .unwrap_or_else(|| {
            let more = if words.len() > 1 { format!(" +{}", words.len() - 1) } else { String::new() };
            within(words[0], width.saturating_sub(more.len())) + &more
        })
}

fn within(text: &str, width: usize) -> String {
    match text.char_indices().nth(width) {
        Some(_) => format!("{}…", text.chars().take(width.saturating_sub(1)).collect::<String>()),
        None => text.to_owned(),
    }
}

/// Tags as people say them.
fn tags(tags: &[String]) -> String {
    match tags {
        [tag] if ["unknown", "nothing", "none"].contains(&tag.as_str()) => {
            if tag == "unknown" { "?" } else { "-" }.into()
        }
        tags => tags.join(" "),
    }
}

/// Topics in the spelling that bots send; a kind of bot may have the name of one and is no topic.
fn topics(topics: &[String]) -> String {
    tags(&topics.iter().map(|topic| InfoTxt::canonical(topic).to_owned()).collect::<Vec<_>>())
}

/// The platform in a word.
fn platform(text: &str) -> String {
    const KNOWN: [(&str, &str); 11] = [
        ("supercollider", "SC"),
        ("sclang", "SC"),
        ("pure data", "Pd"),
        ("puredata", "Pd"),
        ("python", "Python"),
        ("node", "Node"),
        ("javascript", "JS"),
        ("java", "Java"),
        ("extempore", "Extempore"),
        ("native", "native"),
        ("rust", "native"),
    ];
    let small = text.to_lowercase();
    let known = KNOWN.iter().find(|(word, _)| small.contains(word)).map(|(_, short)| (*short).to_owned());
    known
        .or_else(|| text.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty()).map(str::to_owned))
        .unwrap_or("?".into())
}
