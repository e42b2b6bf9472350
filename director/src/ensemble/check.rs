//! From the file's text to an [`Ensemble`], or to all that is wrong with it.

use super::{
    AgentListStyle, BotEntry, Ensemble, Exiting, Fault, Faults, Form, Length, Section, Severity, check_bot, clock,
    control,
    fields::{Field, Fields},
    nearest::nearest,
    network,
};
use musebot_protocol::{BotId, Gain, Mode, Style, Tempo};
use std::{collections::HashMap, ops::Range, path::Path, sync::Arc, time::Duration};
use toml::de::DeTable;

/// The keys above the first `[[bot]]` or `[[section]]`, and those two.
pub(crate) const KEYS: [&str; 25] = [
    "name",
    "tempo",
    "key",
    "mode",
    "style",
    "meter",
    "seed",
    "bars",
    "duration",
    "latency-ms",
    "delay-historic",
    "wait",
    "guests",
    "master",
    "exiting",
    "echo",
    "agent-list",
    "sections",
    "phraselength",
    "jack-connect",
    "clock",
    "control",
    "network",
    "section",
    "bot",
];

const SECTION_KEYS: [&str; 3] = ["name", "bars", "density"];

/// The longest form, and so the last bar that anything can be said of.
pub(crate) const LAST_BAR: u32 = Length::MAX_BARS;

pub(crate) const AGENT_LISTS: [(AgentListStyle, &str); 2] =
    [(AgentListStyle::Separate, "separate"), (AgentListStyle::Joined, "joined")];

impl Ensemble {
    /// Checks the text of a file; `path` says where it is from.
    ///
    /// # Errors
    /// With its syntax errors, or with all wrong keys and values.
    pub fn parse(text: &str, path: impl AsRef<Path>) -> Result<Self, Faults> {
        let path = path.as_ref();
        let shown: Arc<str> = text.into();
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut faults: Vec<Fault> = errors.iter().map(syntax).collect();
        faults.sort_by_key(|fault| fault.span.start);
        // What comes after a syntax error is guesswork; a key that is there twice is not one.
        if let Some(first) = faults.iter().position(|fault| !fault.message.starts_with("duplicate key")) {
            return Err(Faults::new(path.to_owned(), shown, vec![faults.remove(first)]));
        }
        let ensemble = read(&Fields::new(table.get_ref(), table.span()), path, &shown, &mut faults);
        if faults.is_empty() { Ok(ensemble) } else { Err(Faults::new(path.to_owned(), shown, faults)) }
    }
}

fn syntax(error: &toml::de::Error) -> Fault {
    let hint = if error.message().starts_with("duplicate key") { "this key is there already: remove one" } else { "" };
    Fault::new(error.span().unwrap_or_default(), error.message(), hint)
}

fn read(fields: &Fields<'_>, path: &Path, text: &Arc<str>, faults: &mut Vec<Fault>) -> Ensemble {
    fields.only("an ensemble file", &KEYS, faults, misplaced);
    let length = length(fields, faults);
    let form_words = [(Form::Loop, "loop"), (Form::Once, "once")];
    let exiting_words =
        [(Exiting::Forward, "forward"), (Exiting::OffOthers, "off-others"), (Exiting::OffAll, "off-all")];
    let home = std::path::absolute(path).ok().and_then(|path| path.parent().map(Path::to_owned)).unwrap_or_default();
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let mut ensemble = Ensemble {
        name: fields.read("name", faults, Field::name).unwrap_or(stem),
        path: path.to_owned(),
        home,
        tempo: fields.read("tempo", faults, tempo).unwrap_or_default(),
        key: fields.read("key", faults, key).unwrap_or_default(),
        mode: fields.read("mode", faults, |v| v.choice("a mode", &words(Mode::ALL))).unwrap_or_default(),
        style: fields.read("style", faults, |v| v.choice("a style", &words(Style::ALL))).unwrap_or_default(),
        meter: fields.read("meter", faults, |v| v.parse("such as \"4/4\", \"3/4\" or \"7/8\"")).unwrap_or_default(),
        seed: fields.read("seed", faults, Field::seed),
        length,
        latency: fields.read("latency-ms", faults, latency).unwrap_or(Duration::from_millis(60)),
        delay_historic: fields.read("delay-historic", faults, Field::bool).unwrap_or(true),
        wait: fields.read("wait", faults, wait),
        guests: fields.read("guests", faults, Field::bool),
        master: fields.read("master", faults, gain).unwrap_or_default(),
        exiting: fields
            .read("exiting", faults, |v| v.choice("a way to treat `exiting`", &exiting_words))
            .unwrap_or_default(),
        echo: fields.read("echo", faults, Field::bool).unwrap_or(true),
        agent_list: fields.read("agent-list", faults, agent_list).unwrap_or_default(),
        form: fields.read("sections", faults, |v| form(v, &form_words)).unwrap_or_default(),
        sections: sections(fields, faults),
        bots: Vec::new(),
        jack_connects: Vec::new(),
        surfaces: Vec::new(),
        phraselength: fields.read("phraselength", faults, |v| v.whole_in(1..=64, "a phrase's length")),
        clock: clock::read(fields, faults),
        network: network::read(fields, faults),
        warnings: Faults::new(path.to_owned(), text.clone(), Vec::new()),
    };
    let mut warnings = Vec::new();
    ensemble.bots = check_bot::bots(fields, &ensemble, faults, &mut warnings);
    ensemble.jack_connects = jack_connects(fields, &ensemble.bots, faults);
    ensemble.surfaces = control::surfaces(fields, &ensemble, faults, &mut warnings);
    warnings.iter_mut().for_each(|warning| warning.severity = Severity::Warning);
    ensemble.warnings = Faults::new(path.to_owned(), text.clone(), warnings);
    ensemble
}

/// What is meant by a key that stands in the wrong place or goes by another name here.
fn misplaced(word: &str) -> Option<String> {
    if word != "name" && check_bot::KEYS.contains(&word) {
        return Some(format!("`{word}` is said of one bot: write it below [[bot]]"));
    }
    let meant = match word {
        "bpm" => "tempo",
        "metre" | "time-signature" => "meter",
        "scale" => "mode",
        "gain" | "volume" => "master",
        "length" => "duration",
        "phrase-length" | "phrase" => "phraselength",
        "density" => return Some("density is said of one section: write it below [[section]]".into()),
        "bots" => return Some("each bot begins with [[bot]]".into()),
        _ => return None,
    };
    Some(format!("write `{meant}`"))
}

fn length(fields: &Fields<'_>, faults: &mut Vec<Fault>) -> Option<Length> {
    let bars = fields.read("bars", faults, |v| Length::bars(v.whole()?).map_err(|e| v.fault(e.to_string(), "")));
    let duration = fields.read("duration", faults, |v| match v.text() {
        Ok(_) => v.parse("such as \"90s\", \"3m\" or \"64bars\""),
        Err(_) => Length::seconds(v.number()?).map_err(|e| v.fault(e.to_string(), "write seconds, or \"3m\"")),
    });
    if let (Some(_), Some(duration)) = (fields.get("bars"), fields.get("duration")) {
        faults.push(Fault::new(duration.key, "`bars` and `duration` are both given", "keep one of them"));
    }
    bars.or(duration)
}

/// Pairs of bots of this file, such as `[["pad", "reverb"]]`.
fn jack_connects(fields: &Fields<'_>, bots: &[BotEntry], faults: &mut Vec<Fault>) -> Vec<(BotId, BotId)> {
    const EXAMPLE: &str = "such as [[\"pad\", \"reverb\"]]";
    let Some(field) = fields.get("jack-connect") else { return Vec::new() };
    let Ok(items) = field.list() else {
        faults.push(field.fault("`jack-connect` is a list of pairs of bots", EXAMPLE));
        return Vec::new();
    };
    let mut pairs = Vec::new();
    for item in items {
        let pair = item.list().unwrap_or_default();
        let [from, to] = pair.as_slice() else {
            faults.push(item.fault("this is not a pair of bots", EXAMPLE));
            continue;
        };
        let mut bot = |v: &Field<'_>| {
            let name = v.text().map_err(|fault| faults.push(fault)).ok()?;
            if let Some(bot) = bots.iter().find(|b| b.id.as_str() == name) {
                return Some(bot.id.clone());
            }
            let hint = match nearest(name, bots.iter().map(|b| b.id.as_str())) {
                Some(meant) => format!("did you mean \"{meant}\"?"),
                None => "write the `id` of a [[bot]]".to_owned(),
            };
            faults.push(v.fault(format!("no bot of this file is called `{name}`"), hint));
            None
        };
        let (from, to) = (bot(from), bot(to));
        pairs.extend(from.zip(to));
    }
    pairs
}

fn sections(fields: &Fields<'_>, faults: &mut Vec<Fault>) -> Vec<Section> {
    let tables = fields.get("section").map(|v| v.tables("section", faults)).unwrap_or_default();
    let mut seen = Seen::default();
    let mut sections = Vec::new();
    for table in tables {
        table.only("a section", &SECTION_KEYS, faults, |word| {
            let above = KEYS.contains(&word);
            above.then(|| format!("`{word}` is said of the ensemble: write it above the first [[section]]"))
        });
        let name = table.need("name", "this section", "name = \"verse\"", faults, Field::name);
        let bars = table.need("bars", "this section", "bars = 8", faults, |v| {
            v.whole_in(1..=LAST_BAR, "a section's number of bars")
        });
        let density = table.read("density", faults, |v| v.number_in(0.0..=1.0, "a density"));
        if let (Some(name), Some(field)) = (&name, table.get("name")) {
            seen.check("section", name, field.span, faults);
        }
        if let (Some(name), Some(bars)) = (name, bars) {
            sections.push(Section { name, bars, density });
        }
    }
    sections
}

/// Names that were used already. They become the names of files, so that case makes no difference.
#[derive(Default)]
pub(crate) struct Seen(HashMap<String, String>);

impl Seen {
    pub(crate) fn check(&mut self, what: &str, name: &str, span: Range<usize>, faults: &mut Vec<Fault>) {
        match self.0.insert(name.to_lowercase(), name.to_owned()) {
            None => {}
            Some(other) if other == name => {
                faults.push(Fault::new(span, format!("there are two {what}s named `{name}`"), "write another name"));
            }
            Some(other) => {
                let message = format!("the {what}s `{other}` and `{name}` differ in capitals only");
                faults.push(Fault::new(span, message, "write another name"));
            }
        }
    }
}

fn words<T: Copy, const N: usize>(all: [(T, &'static str); N]) -> [(T, &'static str); N] {
    all
}

fn tempo(v: &Field<'_>) -> Result<Tempo, Fault> {
    Tempo::new(v.number()?).map_err(|e| v.fault(e.to_string(), "write a number from 10 to 999"))
}

pub(crate) fn gain(v: &Field<'_>) -> Result<Gain, Fault> {
    Gain::new(v.number()?).map_err(|e| v.fault(e.to_string(), "write a number from 0 to 1"))
}

fn key(v: &Field<'_>) -> Result<musebot_protocol::Key, Fault> {
    let text = v.text()?.trim();
    let minor = text.strip_suffix("minor").or_else(|| text.strip_suffix('m')).map(str::trim);
    let hint = match minor.filter(|tonic| tonic.parse::<musebot_protocol::Key>().is_ok()) {
        Some(tonic) => format!("write key = \"{tonic}\" and mode = \"minor\""),
        None => "such as \"C\", \"F#\" or \"Bb\"; the mode has a key of its own".to_owned(),
    };
    v.parse(&hint)
}

/// Latencies are short: what takes longer than two seconds is no instrument.
pub(crate) fn latency(v: &Field<'_>) -> Result<Duration, Fault> {
    Ok(Duration::from_secs_f64(v.number_in(0.0..=2000.0, "a latency in milliseconds")? / 1000.0))
}

fn wait(v: &Field<'_>) -> Result<Duration, Fault> {
    seconds(v, 3600.0, "a time to wait", "such as 3 or \"3s\", at most an hour")
}

/// A time in seconds, or as text: `20`, `"20s"`, `"1m30s"`.
pub(crate) fn seconds(v: &Field<'_>, most: f64, what: &str, hint: &str) -> Result<Duration, Fault> {
    let seconds = match v.text() {
        Ok("0" | "0s") => 0.0,
        Ok(text) => match text.parse() {
            Ok(Length::Seconds(seconds)) if seconds <= most => seconds,
            _ => return Err(v.fault(format!("`{text}` is not {what}"), hint)),
        },
        Err(_) => v.number_in(0.0..=most, &format!("{what}, in seconds,"))?,
    };
    Ok(Duration::from_secs_f64(seconds))
}

pub(crate) fn agent_list(v: &Field<'_>) -> Result<AgentListStyle, Fault> {
    v.choice("a way to send the list of bots", &AGENT_LISTS)
}

fn form(v: &Field<'_>, words: &[(Form, &str)]) -> Result<Form, Fault> {
    if v.value.is_array() || v.value.is_table() {
        let message = "`sections` says what follows the last section: \"loop\" or \"once\"";
        return Err(Fault::new(v.key.clone(), message, "each section begins with [[section]]"));
    }
    v.choice("what can follow the last section", words)
}
