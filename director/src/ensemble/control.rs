//! `[control.midi]`: which knob of which device turns what.

use super::{
    BotEntry, Ensemble, Fault,
    fields::{Field, Fields},
};
use crate::surface::{Mapping, MidiSurface, Names, Source, Target};

const KEYS: [&str; 5] = ["port", "out", "system", "pick-up", "map"];
const MAP_KEYS: [&str; 8] = ["cc", "note", "channel", "to", "from", "until", "value", "hold"];
const EXAMPLE: &str = "such as { cc = 0, to = \"bass.gain\" }";
/// More knobs than any desk has: each of a thousand bots may have three.
const MOST_KNOBS: usize = 4096;

/// Reads `[control.midi]`, or every `[[control.midi]]`.
pub(super) fn surfaces(
    fields: &Fields<'_>,
    ensemble: &Ensemble,
    faults: &mut Vec<Fault>,
    warnings: &mut Vec<Fault>,
) -> Vec<MidiSurface> {
    let Some(field) = fields.get("control") else { return Vec::new() };
    let Ok(control) = field.table() else {
        faults.push(Fault::new(field.key, "`control` is not a value", "write [control.midi] and its keys below"));
        return Vec::new();
    };
    control.only("the ways to control an ensemble", &["midi"], faults, |word| {
        KEYS.contains(&word).then(|| "write it below [control.midi]".to_owned())
    });
    let Some(midi) = control.get("midi") else { return Vec::new() };
    let tables = midi.one_or_more();
    let mut surfaces = Vec::new();
    for table in &tables {
        match table.table() {
            Ok(table) => surfaces.extend(surface(&table, ensemble, faults, warnings)),
            Err(_) => {
                faults.push(table.fault("a control surface is a table", "write [control.midi] and its keys below"))
            }
        }
    }
    surfaces
}

fn surface(
    table: &Fields<'_>,
    ensemble: &Ensemble,
    faults: &mut Vec<Fault>,
    warnings: &mut Vec<Fault>,
) -> Option<MidiSurface> {
    table.only("[control.midi]", &KEYS, faults, |word| {
        let meant = match word {
            "in" | "name" | "device" => "port",
            "feedback" => "out",
            "pickup" | "pick_up" => "pick-up",
            "knobs" | "maps" | "mapping" => "map",
            _ if MAP_KEYS.contains(&word) => return Some(format!("`{word}` is said of one knob: write it into `map`")),
            _ => return None,
        };
        Some(format!("write `{meant}`"))
    });
    let port = table.need("port", "this control surface", "port = \"nanoKONTROL2\"", faults, Field::name);
    let out = table.read("out", faults, Field::name);
    let system = table.read("system", faults, |v| v.parse("the MIDI system that has this port"));
    let pick_up = table.read("pick-up", faults, Field::bool).unwrap_or(true);
    let map = map(table, ensemble, faults, warnings);
    Some(MidiSurface { port: port?, out, system, pick_up, map })
}

fn map(table: &Fields<'_>, ensemble: &Ensemble, faults: &mut Vec<Fault>, warnings: &mut Vec<Fault>) -> Vec<Mapping> {
    let Some(field) = table.get("map") else { return Vec::new() };
    let Ok(items) = field.list() else {
        faults.push(field.fault("`map` is a list of knobs and pads", format!("[ {} ]", &EXAMPLE[8..])));
        return Vec::new();
    };
    if items.len() > MOST_KNOBS {
        faults.push(field.fault(format!("there are {} knobs", items.len()), format!("at most {MOST_KNOBS}")));
        return Vec::new();
    }
    let mut map = Vec::new();
    for item in &items {
        match item.table() {
            Ok(table) => map.extend(mapping(&table, ensemble, faults, warnings)),
            Err(_) => faults.push(item.fault("this is not a knob or pad", EXAMPLE)),
        }
    }
    map
}

fn mapping(
    table: &Fields<'_>,
    ensemble: &Ensemble,
    faults: &mut Vec<Fault>,
    warnings: &mut Vec<Fault>,
) -> Option<Mapping> {
    table.only("a knob or pad", &MAP_KEYS, faults, |word| {
        let meant = match word {
            "controller" | "control" | "knob" => "cc",
            "key" | "pad" | "pitch" => "note",
            "target" => "to",
            "min" => "from",
            "max" | "to-value" => "until",
            _ => return None,
        };
        Some(format!("write `{meant}`"))
    });
    let source = source(table, faults);
    let channel = table.read("channel", faults, |v| v.whole_in(1..=16, "a MIDI channel")).map(|channel| channel as u8);
    let target = table.need("to", "this knob", "to = \"bass.gain\"", faults, Field::text);
    let target = target.and_then(|text| read_target(text, table, ensemble, faults, warnings));
    let hold = table.read("hold", faults, Field::bool);
    let (source, target) = (source?, target?);

    let bounds = match &target {
        Target::Tempo => 10.0..=999.0,
        _ => 0.0..=1.0,
    };
    let number =
        |key: &str, faults: &mut Vec<Fault>| table.read(key, faults, |v| v.number_in(bounds.clone(), "this value"));
    let (from, until) = (number("from", faults), number("until", faults));
    let value = number("value", faults);
    let is_pad = matches!(source, Source::Note(_));
    for key in ["from", "until", "value"] {
        if let Some(field) = table.get(key).filter(|_| !target.is_fader()) {
            faults.push(Fault::new(field.key, format!("`{target}` takes no value"), "remove it"));
        }
    }
    if target.is_fader() && is_pad && table.get("value").is_none() {
        let example = if target == Target::Tempo { "120" } else { "0.5" };
        faults.push(Fault::new(
            table.span.clone(),
            format!("a pad is no fader: which value does it give `{target}`?"),
            format!("add `value = {example}`, or write a `cc`"),
        ));
    }
    if let (Some(field), true) = (table.get("value"), table.get("from").or(table.get("until")).is_some()) {
        faults.push(Fault::new(field.key, "a pad has one `value`, a fader goes `from` … `until`", "keep one of them"));
    }
    if let (Some(field), false) = (table.get("hold"), target.is_switch()) {
        faults.push(Fault::new(field.key, format!("`{target}` is not held"), "`hold` is for mute, solo and group"));
    }
    let range = match (from, until) {
        (None, None) => None,
        (from, until) => {
            let usual = if target == Target::Tempo { (60.0, 180.0) } else { (0.0, 1.0) };
            let (from, until) = (from.unwrap_or(usual.0), until.unwrap_or(usual.1));
            if from == until {
                faults.push(Fault::new(
                    table.span.clone(),
                    format!("this fader goes from {from} to {until}"),
                    "write two different values",
                ));
            }
            Some((from, until))
        }
    };
    Some(Mapping { source, channel, target, range, value, hold: hold.unwrap_or_default() })
}

fn source(table: &Fields<'_>, faults: &mut Vec<Fault>) -> Option<Source> {
    let cc = table.read("cc", faults, |v| {
        v.whole_in(0..=119, "a control change").map_err(|fault| match v.whole() {
            Ok(120..=127) => v.fault("control changes from 120 on are orders to synthesisers", "write 0 to 119"),
            _ => fault,
        })
    });
    let note = table.read("note", faults, |v| v.whole_in(0..=127, "a MIDI note"));
    match (table.get("cc"), table.get("note")) {
        (Some(_), Some(note)) => {
            faults.push(Fault::new(note.key, "`cc` and `note` are both given", "write two lines, one for each"));
        }
        (None, None) => {
            faults.push(Fault::new(table.span.clone(), "this line has neither `cc` nor `note`", EXAMPLE));
        }
        _ => {}
    }
    cc.map(|number| Source::Cc(number as u8)).or(note.map(|number| Source::Note(number as u8)))
}

fn read_target(
    text: &str,
    table: &Fields<'_>,
    ensemble: &Ensemble,
    faults: &mut Vec<Fault>,
    warnings: &mut Vec<Fault>,
) -> Option<Target> {
    let bots: Vec<_> = ensemble.bots.iter().map(|bot| bot.id.as_str()).collect();
    let groups: Vec<_> = ensemble.bots.iter().filter_map(group).collect();
    let sections: Vec<_> = ensemble.sections.iter().map(|section| section.name.as_str()).collect();
    let field = table.get("to")?;
    match Target::read(text, Names { bots: &bots, groups: &groups, sections: &sections }) {
        Ok(target) => Some(target),
        // Who says that guests are welcome may have knobs for them.
        Err(no) if no.may_come && ensemble.guests == Some(true) => {
            warnings.push(field.fault(no.message, "it turns a guest of that name"));
            Target::parse(text).ok()
        }
        Err(no) => {
            faults.push(field.fault(no.message, no.hint));
            None
        }
    }
}

fn group(bot: &BotEntry) -> Option<&str> {
    bot.group.as_deref()
}
