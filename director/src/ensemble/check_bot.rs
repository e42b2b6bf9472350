//! The `[[bot]]` tables of an ensemble file.

use super::{
    BotEntry, Ensemble, Fault, Program, Restart,
    check::{self, LAST_BAR, Seen},
    check_output::{outputs, sound},
    fields::{Field, Fields},
    network,
};
use crate::musebot_folder::GainScale;
use musebot_protocol::{BotId, Temperament};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

pub(crate) const KEYS: [&str; 20] = [
    "id",
    "program",
    "folder",
    "args",
    "output",
    "sound",
    "preset",
    "gain",
    "enter",
    "leave",
    "restart",
    "temperament",
    "group",
    "latency-ms",
    "agent-list",
    "gain-scale",
    "delay",
    "leave-after",
    "say",
    "host",
];

const GAIN_SCALES: [(GainScale, &str); 2] = [(GainScale::Linear, "linear"), (GainScale::Decibels, "decibels")];

/// Reads all bots. What the ensemble says otherwise is known already.
pub(crate) fn bots(
    fields: &Fields<'_>,
    ensemble: &Ensemble,
    faults: &mut Vec<Fault>,
    warnings: &mut Vec<Fault>,
) -> Vec<BotEntry> {
    let tables = fields.get("bot").map(|v| v.tables("bot", faults)).unwrap_or_default();
    let mut seen = Seen::default();
    let mut bots = Vec::new();
    for table in &tables {
        table.only("a bot", &KEYS, faults, misplaced);
        let (id, program) = who(table, faults);
        if let (Some(id), Some(field)) = (&id, table.get("id").or(table.get("folder"))) {
            seen.check("bot", id.as_str(), field.span, faults);
        }
        // Stand-ins for what is missing are never seen: the fault is on the list already.
        let id = id.unwrap_or_else(|| BotId::new("unnamed").expect("it is a valid name"));
        let entry = BotEntry {
            called: id.clone(),
            host: table.read("host", faults, network::host),
            id,
            program: program.unwrap_or_else(|| Program::new("unknown")),
            args: table.read("args", faults, args).unwrap_or_default(),
            outputs: outputs(table, faults),
            sound: sound(table, &ensemble.home, faults),
            gain: table.read("gain", faults, check::gain).unwrap_or_default(),
            enter: table.read("enter", faults, bar).unwrap_or(1),
            leave: table.read("leave", faults, bar),
            restart: table.read("restart", faults, restart).unwrap_or_default(),
            temperament: temperament(table, faults),
            group: table.read("group", faults, Field::name),
            latency: table.read("latency-ms", faults, check::latency),
            agent_list: table.read("agent-list", faults, check::agent_list),
            gain_scale: table.read("gain-scale", faults, |v| v.choice("a scale for gains", &GAIN_SCALES)),
            delay: table.read("delay", faults, delay).unwrap_or_default(),
            leave_after: table.read("leave-after", faults, leave_after),
            says: says(table, faults),
        };
        contradictions(table, &entry, ensemble, faults, warnings);
        bots.push(entry);
    }
    for (table, bot) in tables.iter().zip(&bots) {
        let (Some(group), Some(field)) = (&bot.group, table.get("group")) else { continue };
        if bots.iter().any(|other| other.id.as_str() == group && other.group.as_ref() != Some(group)) {
            let message = format!("the group `{group}` goes by the name of a bot that is not in it");
            warnings.push(Fault::new(field.span, message, "commands to this name will reach the bot alone"));
        }
    }
    bots
}

/// A bot's name, and what is run: a program, or a folder that may give it its name.
fn who(table: &Fields<'_>, faults: &mut Vec<Fault>) -> (Option<BotId>, Option<Program>) {
    let Some(key) = table.get("folder") else {
        let id = table.need("id", "this bot", "id = \"bass\"", faults, id);
        return (id, table.need("program", "this bot", "program = \"bass\"", faults, program));
    };
    for (other, hint) in [
        ("program", "keep one of them: a folder is run by its own script"),
        ("args", "a folder's script takes no flags: remove it, or name its program"),
    ] {
        if let Some(field) = table.get(other) {
            faults.push(Fault::new(field.key, format!("`folder` and `{other}` are both given"), hint));
        }
    }
    let path = table.read("folder", faults, folder);
    let name = path.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    let id = match (table.get("id"), name) {
        (Some(_), _) => table.read("id", faults, id),
        (None, Some(name)) => BotId::strict(&name)
            .map_err(|_| {
                let message = format!("this bot has no `id`, and its folder's name, `{name}`, cannot be one");
                faults.push(key.fault(message, "add `id = \"bass\"`"));
            })
            .ok(),
        (None, None) => None,
    };
    (id, path.map(Program::Folder))
}

/// What contradicts itself, or is allowed but odd.
fn contradictions(
    table: &Fields<'_>,
    bot: &BotEntry,
    ensemble: &Ensemble,
    faults: &mut Vec<Fault>,
    warnings: &mut Vec<Fault>,
) {
    if let (Some(leave), Some(field)) = (bot.leave, table.get("leave"))
        && leave <= bot.enter
    {
        let message = format!("this bot leaves at bar {leave}, but enters at bar {}", bot.enter);
        faults.push(Fault::new(field.span, message, format!("write a bar after {}", bot.enter)));
    }
    if let (Some(end), Some(field)) = (ensemble.end_bar(), table.get("enter"))
        && bot.enter > end
    {
        let message = format!("this bot enters at bar {}, but the ensemble ends after bar {end}", bot.enter);
        faults.push(Fault::new(field.span, message, format!("write a bar up to {end}, or let it last longer")));
    }
    if let (Some(latency), Some(field)) = (bot.latency, table.get("latency-ms"))
        && latency + Duration::from_millis(20) > ensemble.latency
    {
        let (own, all) = (latency.as_millis(), ensemble.latency.as_millis());
        let message = format!("a bot that takes {own} ms will sound late in an ensemble with latency-ms = {all}");
        let hint = format!("give the ensemble latency-ms = {} or more", own + 20);
        warnings.push(Fault::new(field.span, message, hint));
    }
}

/// What is meant by a key that stands in the wrong place or goes by another name here.
fn misplaced(word: &str) -> Option<String> {
    if check::KEYS.contains(&word) && word != "name" {
        return Some(format!("`{word}` is said of the ensemble: write it above the first [[bot]]"));
    }
    Some(match word {
        "name" => "write `id`".to_owned(),
        "command" | "run" | "exec" => "write `program`".to_owned(),
        "outputs" => "write `output`; it may be a list".to_owned(),
        "volume" => "write `gain`".to_owned(),
        "kill" => "write `leave-after`".to_owned(),
        "initialize" | "onoff" => format!("write say = {{ {word} = 1 }}"),
        "env" => "variables are not set from here: use `args`".to_owned(),
        _ => return None,
    })
}

fn id(v: &Field<'_>) -> Result<BotId, Fault> {
    let text = v.text()?;
    if text.chars().count() > 64 {
        return Err(v.fault("this id is longer than 64 letters", "write a short name"));
    }
    BotId::strict(text).map_err(|error| v.fault(error.to_string(), "such as \"bass\""))
}

fn program(v: &Field<'_>) -> Result<Program, Fault> {
    let text = v.text()?.trim();
    if text.is_empty() {
        Err(v.fault("the program is empty", "write a program's name or path"))
    } else if text.contains('\0') {
        Err(v.fault("a program's name cannot hold a zero byte", "write a program's name or path"))
    } else if text.starts_with("~/") {
        Err(v.fault("`~` is not understood here", "write a path from this file's folder, or from /"))
    } else if !text.contains('/') && text.contains(' ') {
        Err(v.fault("a program's name holds no spaces", "write its flags into `args`"))
    } else {
        Ok(Program::new(text))
    }
}

fn folder(v: &Field<'_>) -> Result<PathBuf, Fault> {
    let text = v.text()?.trim();
    if text.contains('\0') {
        return Err(v.fault("a folder's name cannot hold a zero byte", "write a folder's name or path"));
    }
    if text.starts_with("~/") {
        return Err(v.fault("`~` is not understood here", "write a path from this file's folder, or from /"));
    }
    match Path::new(text).file_name() {
        Some(_) => Ok(PathBuf::from(text)),
        None => Err(v.fault("this names no folder", "such as \"Musebots/ae_WalkingBassBOT\"")),
    }
}

/// Long enough for any evening.
const LONGEST: f64 = 86_400.0;

fn delay(v: &Field<'_>) -> Result<Duration, Fault> {
    check::seconds(v, LONGEST, "a delay", "such as 20 or \"20s\", at most a day")
}

fn leave_after(v: &Field<'_>) -> Result<Duration, Fault> {
    let hint = "such as 90 or \"1m30s\", at most a day";
    let time = check::seconds(v, LONGEST, "a time to play", hint)?;
    if time.is_zero() { Err(v.fault("a bot that leaves at once need not come", hint)) } else { Ok(time) }
}

/// A table such as `{ initialize = 1, density = 0.5 }`.
fn says(table: &Fields<'_>, faults: &mut Vec<Fault>) -> Vec<(String, f64)> {
    const EXAMPLE: &str = "such as { initialize = 1 }";
    let Some(field) = table.get("say") else { return Vec::new() };
    let Ok(said) = field.table() else {
        faults.push(field.fault("`say` is a table of topics and numbers", EXAMPLE));
        return Vec::new();
    };
    let mut says = Vec::new();
    for (topic, value) in said.iter() {
        let spelt = !topic.is_empty() && topic.split('/').all(|part| !part.is_empty()) && topic.len() <= 64;
        if !spelt || !topic.chars().all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c)) {
            let message = format!("`{topic}` cannot be the topic of a broadcast");
            faults.push(Fault::new(value.key.clone(), message, EXAMPLE));
            continue;
        }
        match value.number() {
            Ok(number) => says.push((topic.to_owned(), number)),
            Err(fault) => faults.push(fault),
        }
    }
    says
}

fn args(v: &Field<'_>) -> Result<Vec<String>, Fault> {
    if v.value.is_str() {
        return Err(v.fault("`args` is a list of texts", "such as [\"--register\", \"low\"]"));
    }
    let mut args = Vec::new();
    for item in v.list()? {
        let text = item.text()?;
        if text.contains('\0') {
            return Err(item.fault("an argument cannot hold a zero byte", "remove it"));
        }
        args.push(text.to_owned());
    }
    Ok(args)
}

/// A bar: `9`, or `{ bar = 9 }`.
fn bar(v: &Field<'_>) -> Result<u32, Fault> {
    if !v.value.is_table() {
        return v.whole_in(1..=LAST_BAR, "a bar");
    }
    let table = v.table()?;
    let mut odd = Vec::new();
    table.only("a bar", &["bar"], &mut odd, |_| Some("write { bar = 9 }".into()));
    if let Some(fault) = odd.pop() {
        return Err(fault);
    }
    table.get("bar").ok_or_else(|| v.fault("here is no bar", "write { bar = 9 }"))?.whole_in(1..=LAST_BAR, "a bar")
}

fn restart(v: &Field<'_>) -> Result<Restart, Fault> {
    let words = [(Restart::Never, "never"), (Restart::OnFailure, "on-failure"), (Restart::Always, "always")];
    v.choice("a way to restart", &words)
}

/// A table such as `{ busy = 0.7 }`, or the text `"busy=0.7"`.
fn temperament(table: &Fields<'_>, faults: &mut Vec<Fault>) -> Temperament {
    let Some(field) = table.get("temperament") else { return Temperament::default() };
    let mut temperament = Temperament::default();
    match field.table() {
        Ok(traits) => {
            for (name, value) in traits.iter() {
                if let Err(error) = temperament.clone().set(name, 0.0) {
                    faults.push(Fault::new(value.key.clone(), error.to_string(), "such as busy"));
                    continue;
                }
                let set = value.number().and_then(|number| {
                    temperament
                        .set(name, number)
                        .map_err(|error| value.fault(error.to_string(), "write a number from 0 to 1"))
                });
                faults.extend(set.err());
            }
        }
        Err(_) => match field.text().and_then(|_| field.parse("such as \"busy=0.7,bold=0.3\"")) {
            Ok(read) => temperament = read,
            Err(fault) if field.value.is_str() => faults.push(fault),
            Err(_) => faults.push(field.fault("expected traits", "such as { busy = 0.7, bold = 0.3 }")),
        },
    }
    temperament
}
