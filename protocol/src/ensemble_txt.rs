//! The ensemble files of the historic conductors: a line of tempo and duration, then a line for each bot.
//!
//! ```text
//! tempo 120 duration 300
//! ae_HouseBeatBOT gain 0.8
//! ae_WalkingBassBOT gain 0.6 delay 10 kill 60 initialize 1
//! jack_connect ae_HouseBeatBOT ae_WalkingBassBOT
//! ```
//!
//! Which of the bots there are on this machine is somebody else's business.

/// A historic ensemble.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EnsembleTxt {
    /// Beats a minute.
    pub tempo: f64,
    /// Seconds that it plays; 0 is without end.
    pub duration: f64,
    /// The bots, in the file's order.
    pub bots: Vec<EnsembleTxtBot>,
    /// Whose outputs go into whose inputs.
    pub jack_connects: Vec<EnsembleTxtConnect>,
}

/// One bot's line.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EnsembleTxtBot {
    /// The line in the file, from 1.
    pub line: usize,
    /// Its id or its folder.
    pub name: String,
    /// 0 to 1.
    pub gain: Option<f64>,
    /// Seconds before it is launched.
    pub delay: f64,
    /// Seconds after its first heartbeat at which it is told off.
    pub kill: Option<f64>,
    /// All other keys in order: each is sent to it alone, as `/broadcast/KEY Conductor VALUE`.
    pub says: Vec<(String, f64)>,
}

/// A line `jack_connect FROM TO`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EnsembleTxtConnect {
    /// The line in the file, from 1.
    pub line: usize,
    /// The bot whose outputs are meant.
    pub from: String,
    /// The bot whose inputs are meant.
    pub to: String,
}

/// What is wrong with a line; the line is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineFault {
    /// The line in the file, from 1.
    pub line: usize,
    /// What, and what to do.
    pub message: String,
}

/// What the first line has to look like.
const FIRST_LINE: &str = "the first line says `tempo BPM duration SECONDS`, such as `tempo 120 duration 300`";
/// Bots that are read of a file; the rest is reported.
const MOST_BOTS: usize = 256;

impl EnsembleTxt {
    /// Reads a file. What is wrong with one line costs that line only.
    ///
    /// # Errors
    /// When the first line is wrong, which makes it no ensemble at all.
    pub fn parse(text: &str) -> Result<(Self, Vec<LineFault>), LineFault> {
        let mut lines = lines(text);
        let (tempo, duration) = first(lines.next().unwrap_or_default())?;
        let mut ensemble = Self { tempo, duration, ..Self::default() };
        let mut faults = Vec::new();
        for (line, tokens) in (2..).zip(lines) {
            match tokens.as_slice() {
                [] => {}
                ["jack_connect", from, to] if ensemble.jack_connects.len() < MOST_BOTS => {
                    let (from, to) = ((*from).to_owned(), (*to).to_owned());
                    ensemble.jack_connects.push(EnsembleTxtConnect { line, from, to });
                }
                ["jack_connect", ..] => {
                    let message =
                        "invalid syntax: `jack_connect` takes two bots, such as `jack_connect beatBOT bassBOT`";
                    faults.push(LineFault { line, message: message.into() });
                }
                _ if ensemble.bots.len() >= MOST_BOTS => {
                    let message = format!("these are more than {MOST_BOTS} bots: the rest is left out");
                    faults.push(LineFault { line, message });
                    break;
                }
                [name, pairs @ ..] => match bot(line, name, pairs) {
                    Ok(bot) => ensemble.bots.push(bot),
                    Err(why) => faults.push(LineFault { line, message: format!("invalid syntax: {why}") }),
                },
            }
        }
        Ok((ensemble, faults))
    }
}

/// The words of each line, however lines end: LF, CRLF, or CR alone as on the first Macs.
fn lines(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let text = text.trim_start_matches('\u{feff}');
    let ends: &[char] = if text.contains('\n') { &['\n'] } else { &['\r'] };
    text.split(ends).map(|line| line.split_whitespace().collect())
}

fn first(tokens: Vec<&str>) -> Result<(f64, f64), LineFault> {
    let bad = |message: String| LineFault { line: 1, message };
    let &["tempo", tempo, "duration", duration] = tokens.as_slice() else {
        let found = if tokens.is_empty() { "it is empty".to_owned() } else { format!("it is `{}`", shown(&tokens)) };
        return Err(bad(format!("invalid syntax: {FIRST_LINE}; {found}")));
    };
    let tempo_number = number(tempo).filter(|tempo| *tempo > 0.0);
    let tempo = tempo_number.ok_or_else(|| bad(format!("invalid syntax: {FIRST_LINE}; `{tempo}` is no tempo")))?;
    let duration_number = number(duration).filter(|duration| *duration >= 0.0);
    let duration = duration_number
        .ok_or_else(|| bad(format!("invalid syntax: {FIRST_LINE}; `{duration}` is no number of seconds")))?;
    Ok((tempo, duration))
}

fn bot(line: usize, name: &str, pairs: &[&str]) -> Result<EnsembleTxtBot, String> {
    let mut bot = EnsembleTxtBot { line, name: name.to_owned(), ..EnsembleTxtBot::default() };
    for pair in pairs.chunks(2) {
        let &[key, value] = pair else {
            return Err(format!("`{}` has no value (each key is followed by a number)", pair.join("")));
        };
        let Some(number) = number(value) else {
            return Err(format!("`{value}` is no number (it is the value of `{key}`)"));
        };
        let seconds = || {
            if number >= 0.0 { Ok(number) } else { Err(format!("`{key} {value}` is less than no time")) }
        };
        match key {
            // Whoever wrote 75 meant loud.
            "gain" => bot.gain = Some(if (0.0..=1.0).contains(&number) { number } else { 1.0 }),
            "delay" => bot.delay = seconds()?,
            "kill" => bot.kill = Some(seconds()?),
            key if !is_topic(key) => {
                return Err(format!("`{key}` cannot be said (it would be the topic of a broadcast)"));
            }
            key => match bot.says.iter_mut().find(|(said, _)| said == key) {
                Some((_, value)) => *value = number,
                None => bot.says.push((key.to_owned(), number)),
            },
        }
    }
    Ok(bot)
}

/// Whether a key can stand in an OSC address.
fn is_topic(key: &str) -> bool {
    let letters = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    key.len() <= 64 && key.chars().all(letters) && key.split('/').all(|part| !part.is_empty())
}

/// A number as people write one. Infinity and the like are none.
fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// A line for a message: no longer than a message should be.
fn shown(tokens: &[&str]) -> String {
    let line = tokens.join(" ");
    match line.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
