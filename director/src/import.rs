//! `director import`: turns a historic ensemble file into one of ours, which says the same and more besides.

use crate::{
    cli::Import,
    ensemble::{BotEntry, Ensemble, Length, Program, is_historic},
    musebot_folder::MusebotFolder,
    opening,
};
use anyhow::{Context, bail};
use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf, absolute},
    time::Duration,
};

/// Imports a file; what is odd about it is said, the rest is written. The exit code.
///
/// # Errors
/// When the file is no ensemble, or the new one cannot be written.
pub fn command(args: &Import) -> anyhow::Result<u8> {
    if !is_historic(&args.file) {
        bail!("{} is no historic ensemble file: their names end in .txt", args.file.display());
    }
    let ensemble = Ensemble::load_for_anywhere(&args.file)?;
    opening::show(&ensemble.warnings);
    let home = match &args.out {
        Some(out) => absolute(out).ok().and_then(|out| out.parent().map(Path::to_owned)).unwrap_or_default(),
        None => ensemble.home.clone(),
    };
    let toml = to_toml(&ensemble, &home);
    let Some(out) = &args.out else {
        let mut screen = std::io::stdout().lock();
        screen.write_all(toml.as_bytes())?;
        screen.flush()?;
        return Ok(0);
    };
    // Nobody's work is written over.
    let mut file = fs::File::create_new(out).with_context(|| {
        format!("failed to write {}: if it is there already, remove it or choose another name", out.display())
    })?;
    file.write_all(toml.as_bytes()).with_context(|| format!("failed to write {}", out.display()))?;
    tracing::info!("{} bots in {}: director play {1}", ensemble.bots.len(), out.display());
    Ok(0)
}

/// The text of a file in the folder `home` that means the same as a historic ensemble.
#[must_use]
pub fn to_toml(ensemble: &Ensemble, home: &Path) -> String {
    let from = ensemble.path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let mut toml =
        format!("# From {}. What else can be said: key, mode, style, meter, sections, seed …\n\n", line(&from));
    let mut put = |text: String| toml.push_str(&text);
    put(format!("name  = {}\n", quoted(&ensemble.name)));
    put(format!("tempo = {}  # beats a minute\n", number(ensemble.tempo.bpm())));
    match ensemble.length {
        Some(Length::Seconds(seconds)) => {
            put(format!("duration = \"{seconds}s\"  # to the end of the bar; or bars = 64\n"));
        }
        Some(Length::Bars(bars)) => put(format!("bars = {bars}\n")),
        None => put("# duration = \"5m\"  # without it, it plays until Ctrl-C\n".to_owned()),
    }
    if let Some(wait) = ensemble.wait {
        put(format!(
            "wait  = {}  # for bots that are slow to come up; it begins as soon as all are here\n",
            text(wait)
        ));
    }
    if !ensemble.jack_connects.is_empty() {
        let pairs = ensemble.jack_connects.iter();
        let pairs: Vec<_> =
            pairs.map(|(from, to)| format!("[{}, {}]", quoted(from.as_str()), quoted(to.as_str()))).collect();
        put(format!("jack-connect = [{}]  # outputs into inputs, where JACK runs\n", pairs.join(", ")));
    }
    for (index, bot) in ensemble.bots.iter().enumerate() {
        toml.push_str(&bot_to_toml(bot, ensemble, home, index == 0));
    }
    toml
}

fn bot_to_toml(bot: &BotEntry, ensemble: &Ensemble, home: &Path, teach: bool) -> String {
    let mut toml = "\n[[bot]]\n".to_owned();
    if let Program::Folder(wanted) = &bot.program
        && let Ok(folder) = MusebotFolder::find(wanted, &ensemble.home)
        && let Some(why) = folder.runs_here().err().filter(|why| why.certain)
    {
        let _ = writeln!(toml, "# Cannot run where this was written: it {}", line(&why.to_string()));
    }
    let mut put = |key: &str, value: String, comment: &str| {
        let comment = if teach { comment } else { "" };
        let _ = writeln!(toml, "{key} = {value}{comment}");
    };
    let folder = match &bot.program {
        Program::Folder(wanted) => from_there(wanted, &ensemble.home, home),
        Program::Name(name) => name.into(),
        Program::Path(path) => path.clone(),
    };
    let last = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if last != bot.id.as_str() {
        put("id", quoted(bot.id.as_str()), "");
    }
    let comment = "  # looked for here, in the folders above, and everywhere in the nearest `Musebots`";
    put("folder", quoted(&folder.to_string_lossy()), comment);
    if bot.gain.linear() < 1.0 {
        put("gain", bot.gain.to_string(), "  # 0 to 1; half is −6 dB whatever the bot is made with");
    }
    if !bot.delay.is_zero() {
        put("delay", text(bot.delay), "  # how long after the start it is launched; enter = { bar = 9 } is exact");
    }
    if let Some(after) = bot.leave_after {
        put("leave-after", text(after), "  # how long it plays; leave = { bar = 33 } is exact");
    }
    if !bot.says.is_empty() {
        let says: Vec<_> =
            bot.says.iter().map(|(key, value)| format!("{} = {}", key_of(key), number(*value))).collect();
        put("say", format!("{{ {} }}", says.join(", ")), "  # /broadcast/… to this bot alone, once all are here");
    }
    toml
}

/// How a file in another folder names the same bot.
fn from_there(wanted: &Path, home: &Path, there: &Path) -> PathBuf {
    match MusebotFolder::find(wanted, home) {
        Ok(bot) if MusebotFolder::find(wanted, there).is_ok_and(|found| found.path == bot.path) => wanted.to_owned(),
        Ok(bot) => bot.path,
        Err(_) => wanted.to_owned(),
    }
}

fn text(time: Duration) -> String {
    format!("\"{}s\"", time.as_secs_f64())
}

/// A number as TOML writes it: whole ones without a point, very large ones with an exponent.
fn number(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 { format!("{number}") } else { format!("{number:?}") }
}

/// A key as TOML writes it: without quotes where it can.
fn key_of(text: &str) -> String {
    let bare = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if bare { text.to_owned() } else { quoted(text) }
}

/// Text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// A comment stays on its line.
fn line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}
