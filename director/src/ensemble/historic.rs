//! From a historic ensemble file (`.txt`) to an [`Ensemble`]: the bots it names are looked for, and what
//! is missing or cannot run here is left out with a warning, as the Max conductors do it.

use super::{BotEntry, Ensemble, Fault, Faults, Length, OutputSpec, Program, Restart, Severity};
use crate::musebot_folder::MusebotFolder;
use musebot_protocol::{BotId, EnsembleTxt, EnsembleTxtBot, Gain, Temperament, Tempo};
use std::{
    ops::Range,
    path::{Path, PathBuf},
    time::Duration,
};

/// Bots of the world may take a minute to come up.
const WAIT: Duration = Duration::from_secs(60);

/// The longest that a bot comes later, or stays: a day, in seconds.
const LONGEST: f64 = 86_400.0;

impl Ensemble {
    /// Reads the text of a historic file; `path` says where it is from, and so where its bots are.
    ///
    /// # Errors
    /// When its first line is wrong, or none of its bots can play here.
    pub fn from_historic(text: &str, path: impl AsRef<Path>) -> Result<Self, Faults> {
        Self::historic(text, path.as_ref(), false)
    }

    /// The same for whatever machine: with the bots that are found but cannot run here, each with a warning.
    ///
    /// # Errors
    /// When its first line is wrong, or none of its bots is found.
    pub fn from_historic_for_anywhere(text: &str, path: impl AsRef<Path>) -> Result<Self, Faults> {
        Self::historic(text, path.as_ref(), true)
    }

    fn historic(text: &str, path: &Path, anywhere: bool) -> Result<Self, Faults> {
        let spans = lines(text);
        let span = |line: usize| spans.get(line.saturating_sub(1)).cloned().unwrap_or(text.len()..text.len());
        let at = |line: usize, message: String, hint: &str| Fault::new(span(line), message, hint);
        let fail = |faults| Err(Faults::new(path.to_owned(), text.into(), faults));

        let (file, bad_lines) = match EnsembleTxt::parse(text) {
            Ok(read) => read,
            Err(bad) => return fail(vec![at(bad.line, bad.message, "")]),
        };
        // All that is not said has the value it has in a file of ours that says nothing.
        let mut ensemble = Self::parse("", path)?;
        let mut odd: Vec<Fault> =
            bad_lines.into_iter().map(|bad| at(bad.line, bad.message, "this line is left out")).collect();
        let mut said = |line, message: String, hint: &str| odd.push(at(line, message, hint));

        ensemble.wait = Some(WAIT);
        ensemble.tempo = Tempo::new(file.tempo).unwrap_or_else(|_| {
            let tempo = Tempo::clamped(file.tempo);
            said(1, format!("no band plays at {} bpm", file.tempo), &format!("it will play at {tempo}"));
            tempo
        });
        ensemble.length = match file.duration {
            0.0 => None,
            seconds if seconds > Length::MAX_SECONDS => {
                said(1, format!("{seconds} seconds are more than a week"), "it will play a week");
                Some(Length::Seconds(Length::MAX_SECONDS))
            }
            seconds => Some(Length::Seconds(seconds)),
        };
        for line in &file.bots {
            match entry(line, &ensemble, anywhere, &mut |message, hint| said(line.line, message, hint)) {
                Ok(entry) => ensemble.bots.push(entry),
                Err(why) => said(line.line, why, "this bot is left out"),
            }
        }
        for connect in &file.jack_connects {
            let known = |name: &String| {
                let id = id(name).ok()?;
                ensemble.bots.iter().any(|bot| bot.id == id).then_some(id)
            };
            match (known(&connect.from), known(&connect.to)) {
                (Some(from), Some(to)) => ensemble.jack_connects.push((from, to)),
                (from, _) => {
                    let name = if from.is_none() { &connect.from } else { &connect.to };
                    said(connect.line, format!("`{name}` does not play"), "this connection is left out");
                }
            }
        }
        odd.iter_mut().for_each(|fault| fault.severity = Severity::Warning);
        if ensemble.bots.is_empty() {
            let none = if anywhere { "none of its bots is here" } else { "none of its bots can play here" };
            odd.push(at(1, none.to_owned(), "`director list` shows those that can"));
            return fail(odd);
        }
        ensemble.warnings = Faults::new(path.to_owned(), text.into(), odd);
        Ok(ensemble)
    }
}

/// One bot, if it is there and can run, here or anywhere.
fn entry(
    line: &EnsembleTxtBot,
    ensemble: &Ensemble,
    anywhere: bool,
    odd: &mut impl FnMut(String, &str),
) -> Result<BotEntry, String> {
    let wanted = PathBuf::from(&line.name);
    let folder = MusebotFolder::find(&wanted, &ensemble.home).map_err(|why| format!("missing bot: {why}"))?;
    match folder.runs_here() {
        Err(why) if why.certain => {
            let why = format!("unsupported here: `{}` {why}", line.name);
            if !anywhere {
                return Err(why);
            }
            odd(why, "it is written all the same");
        }
        Err(why) => odd(format!("`{}`: {why}", line.name), "it is tried all the same"),
        Ok(()) => {}
    }
    let id = unused(&id(&line.name)?, &ensemble.bots)?;
    let kill = line.kill.filter(|kill| *kill > 0.0);
    if line.kill == Some(0.0) {
        odd("`kill 0` would end it before it plays".to_owned(), "it will play to the end");
    }
    if line.delay > LONGEST || kill.is_some_and(|kill| kill > LONGEST) {
        odd("this is more than a day".to_owned(), "it will be a day");
    }
    Ok(BotEntry {
        called: id.clone(),
        id,
        host: None,
        program: Program::Folder(wanted),
        args: Vec::new(),
        outputs: vec![OutputSpec::default()],
        sound: None,
        gain: Gain::clamped(line.gain.unwrap_or(1.0)),
        enter: 1,
        leave: None,
        restart: Restart::default(),
        temperament: Temperament::default(),
        group: None,
        latency: None,
        agent_list: None,
        gain_scale: None,
        delay: Duration::from_secs_f64(line.delay.min(LONGEST)),
        leave_after: kill.map(|kill| Duration::from_secs_f64(kill.min(LONGEST))),
        says: line.says.clone(),
    })
}

/// The id of a bot that is called so in the file: the last part, if it is a path.
fn id(name: &str) -> Result<BotId, String> {
    let last = Path::new(name).file_name().map_or_else(|| name.into(), |last| last.to_string_lossy());
    BotId::strict(&last).map_err(|error| format!("invalid syntax: {error}"))
}

/// The id itself, or with the first number that makes it another than all before.
fn unused(id: &BotId, bots: &[BotEntry]) -> Result<BotId, String> {
    let taken = |id: &BotId| bots.iter().any(|bot| bot.id.as_str().to_lowercase() == id.as_str().to_lowercase());
    if !taken(id) {
        return Ok(id.clone());
    }
    (2..=bots.len() + 2)
        .filter_map(|number| BotId::strict(&format!("{id}_{number}")).ok())
        .find(|id| !taken(id))
        .ok_or_else(|| format!("there is no other name for a second `{id}`"))
}

/// Where the words of each line are, in bytes.
fn lines(text: &str) -> Vec<Range<usize>> {
    let ends = if text.contains('\n') { '\n' } else { '\r' };
    let mut start = 0;
    let words = |line: &str, start: usize| {
        let before = line.len() - line.trim_start_matches(['\u{feff}', ' ', '\t']).len();
        start + before..start + line.trim_end().len().max(before)
    };
    text.split(ends)
        .map(|line| {
            let span = words(line, start);
            start += line.len() + 1;
            span
        })
        .collect()
}
