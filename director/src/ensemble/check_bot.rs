//! The `[[bot]]` tables of an ensemble file.

use super::{
    BotEntry, Ensemble, Fault, OutputSpec, Program, Restart,
    check::{self, LAST_BAR, Seen},
    fields::{Field, Fields},
};
use musebot_protocol::{BotId, Temperament};
use std::time::Duration;

pub(crate) const KEYS: [&str; 12] = [
    "id",
    "program",
    "args",
    "output",
    "gain",
    "enter",
    "leave",
    "restart",
    "temperament",
    "group",
    "latency-ms",
    "agent-list",
];

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
        let id = table.need("id", "this bot", "id = \"bass\"", faults, id);
        if let (Some(id), Some(field)) = (&id, table.get("id")) {
            seen.check("bot", id.as_str(), field.span, faults);
        }
        let program = if table.get("folder").is_some() {
            table.read("program", faults, program)
        } else {
            table.need("program", "this bot", "program = \"bass\"", faults, program)
        };
        let entry = BotEntry {
            // Stand-ins for what is missing are never seen: the fault is on the list already.
            id: id.unwrap_or_else(|| BotId::new("unnamed").expect("it is a valid name")),
            program: program.unwrap_or_else(|| Program::new("unknown")),
            args: table.read("args", faults, args).unwrap_or_default(),
            outputs: outputs(table, faults),
            gain: table.read("gain", faults, check::gain).unwrap_or_default(),
            enter: table.read("enter", faults, bar).unwrap_or(1),
            leave: table.read("leave", faults, bar),
            restart: table.read("restart", faults, restart).unwrap_or_default(),
            temperament: temperament(table, faults),
            group: table.read("group", faults, Field::name),
            latency: table.read("latency-ms", faults, check::latency),
            agent_list: table.read("agent-list", faults, check::agent_list),
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
        "folder" => "bot folders are not supported yet: name a program".to_owned(),
        "name" => "write `id`".to_owned(),
        "command" | "run" | "exec" => "write `program`".to_owned(),
        "outputs" => "write `output`; it may be a list".to_owned(),
        "volume" => "write `gain`".to_owned(),
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

fn outputs(table: &Fields<'_>, faults: &mut Vec<Fault>) -> Vec<OutputSpec> {
    let Some(field) = table.get("output") else { return vec![OutputSpec::Auto] };
    let items = field.one_or_more();
    if items.is_empty() {
        faults.push(field.fault("the list of outputs is empty", "write \"null\" for a bot that makes no sound"));
    }
    let read = |item: &Field<'_>| item.parse("write one of these");
    items.iter().filter_map(|item| read(item).map_err(|fault| faults.push(fault)).ok()).collect()
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
