//! What a satellite is told of the ensemble: all that is musical, and who is to play where. Never a program, an
//! argument, an output or a path: what is run on a machine is that machine's own business (`allowed.rs`).
//!
//! It travels as an ensemble file of its own, so that what arrives is checked as strictly as any file.

use super::{ANY, HostName};
use crate::ensemble::{AgentListStyle, BotEntry, Ensemble, Exiting, Faults, Form, LeaderLoss, Length, Place};
use toml::{Table, Value};

/// The longest sheet that is read, in bytes.
pub const LONGEST: usize = 256 << 10;

/// Writes the sheet of an ensemble.
#[must_use]
pub fn write(ensemble: &Ensemble) -> String {
    let mut sheet = Table::new();
    let mut put = |key: &str, value: Value| drop(sheet.insert(key.to_owned(), value));
    put("name", ensemble.name.clone().into());
    put("tempo", ensemble.tempo.bpm().into());
    put("key", ensemble.key.to_string().into());
    put("mode", ensemble.mode.to_string().into());
    put("style", ensemble.style.to_string().into());
    put("meter", ensemble.meter.to_string().into());
    match ensemble.length {
        Some(Length::Bars(bars)) => put("bars", i64::from(bars).into()),
        Some(Length::Seconds(seconds)) => put("duration", seconds.into()),
        None => {}
    }
    put("latency-ms", (ensemble.latency.as_secs_f64() * 1000.0).into());
    put("delay-historic", ensemble.delay_historic.into());
    put("master", f64::from(ensemble.master.linear()).into());
    put("echo", ensemble.echo.into());
    put(
        "exiting",
        match ensemble.exiting {
            Exiting::Forward => "forward",
            Exiting::OffOthers => "off-others",
            Exiting::OffAll => "off-all",
        }
        .into(),
    );
    put("agent-list", list_style(ensemble.agent_list).into());
    put("sections", if ensemble.form == Form::Once { "once" } else { "loop" }.into());
    if let Some(bars) = ensemble.phraselength {
        put("phraselength", i64::from(bars).into());
    }
    let mut network = Table::new();
    if ensemble.network.on_leader_loss == LeaderLoss::End {
        network.insert("on-leader-loss".into(), "end".into());
    }
    if ensemble.network.delay_phrases > 0 {
        let phrases = i64::from(ensemble.network.delay_phrases);
        network.insert("delay".into(), Value::Table([("phrases".to_owned(), phrases.into())].into_iter().collect()));
    }
    if !network.is_empty() {
        sheet.insert("network".into(), network.into());
    }
    let sections = ensemble.sections.iter().map(|section| {
        let mut table = Table::new();
        table.insert("name".into(), section.name.clone().into());
        table.insert("bars".into(), i64::from(section.bars).into());
        table.extend(section.density.map(|density| ("density".to_owned(), density.into())));
        Value::Table(table)
    });
    let sections: Vec<_> = sections.collect();
    if !sections.is_empty() {
        sheet.insert("section".into(), sections.into());
    }
    let bots: Vec<_> = ensemble.bots.iter().map(|bot| Value::Table(of_bot(bot))).collect();
    if !bots.is_empty() {
        sheet.insert("bot".into(), bots.into());
    }
    sheet.to_string()
}

fn of_bot(bot: &BotEntry) -> Table {
    let mut table = Table::new();
    let mut put = |key: &str, value: Value| drop(table.insert(key.to_owned(), value));
    put("id", bot.called.as_str().into());
    // Every bot needs one; a satellite takes none of them.
    put("program", bot.called.as_str().into());
    match &bot.host {
        Some(Place::Any) => put("host", ANY.into()),
        Some(Place::On(host)) => put("host", host.as_str().into()),
        None => {}
    }
    put("gain", f64::from(bot.gain.linear()).into());
    put("enter", i64::from(bot.enter).into());
    if let Some(bar) = bot.leave {
        put("leave", i64::from(bar).into());
    }
    if !bot.temperament.is_empty() {
        put("temperament", bot.temperament.to_string().into());
    }
    if let Some(group) = &bot.group {
        put("group", group.as_str().into());
    }
    if let Some(style) = bot.agent_list {
        put("agent-list", list_style(style).into());
    }
    if !bot.delay.is_zero() {
        put("delay", bot.delay.as_secs_f64().into());
    }
    if let Some(after) = bot.leave_after {
        put("leave-after", after.as_secs_f64().into());
    }
    if !bot.says.is_empty() {
        put("say", Value::Table(bot.says.iter().map(|(topic, value)| (topic.clone(), (*value).into())).collect()));
    }
    table
}

fn list_style(style: AgentListStyle) -> &'static str {
    match style {
        AgentListStyle::Separate => "separate",
        AgentListStyle::Joined => "joined",
    }
}

/// Reads a sheet. Its bots are those of all hosts, and their programs mean nothing.
///
/// # Errors
/// With what is wrong about it.
pub fn read(text: &str, leader: &HostName) -> Result<Ensemble, Box<Faults>> {
    let text = if text.len() > LONGEST { "too long" } else { text };
    Ensemble::parse(text, format!("sheet-from-{leader}.toml")).map_err(Box::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
        name = "far"
        tempo = 97.3
        key = "Eb"
        mode = "dorian"
        style = "funk"
        meter = "7/8"
        bars = 64
        latency-ms = 80
        exiting = "off-all"
        sections = "once"
        phraselength = 8
        [network]
        on-leader-loss = "end"
        delay = { phrases = 2 }
        [[section]]
        name = "A"
        bars = 16
        density = 0.4
        [[section]]
        name = "B"
        bars = 8
        [[bot]]
        id = "bass"
        program = "/usr/bin/evil"
        args = ["--now"]
        output = "midi:Digitone"
        gain = 0.8
        enter = { bar = 9 }
        leave = 33
        group = "low"
        temperament = { busy = 0.7 }
        host = "laptop-2"
        say = { initialize = 1 }
        [[bot]]
        id = "drums"
        program = "drums"
        host = "any"
        delay = 2.5
        leave-after = 90
    "#;

    #[test]
    fn a_sheet_says_all_that_is_musical_and_no_program_argument_output_or_path() {
        let ensemble = Ensemble::parse(FILE, "set.toml").unwrap();
        let sheet = write(&ensemble);
        for secret in ["evil", "--now", "Digitone", "set.toml"] {
            assert!(!sheet.contains(secret), "{secret} in\n{sheet}");
        }
        let read = read(&sheet, &HostName::new("studio").unwrap()).unwrap_or_else(|faults| panic!("{faults}"));
        let musical = |e: &Ensemble| (e.name.clone(), e.tempo, e.key, e.mode, e.style, e.meter, e.length, e.latency);
        assert_eq!(musical(&read), musical(&ensemble));
        let form = |e: &Ensemble| (e.form, e.sections.clone(), e.phraselength, e.exiting, e.echo, e.agent_list);
        assert_eq!(form(&read), form(&ensemble));
        assert_eq!(read.network, ensemble.network);
        for (a, b) in read.bots.iter().zip(&ensemble.bots) {
            assert_eq!((&a.id, &a.host, a.gain, a.enter, a.leave), (&b.id, &b.host, b.gain, b.enter, b.leave));
            assert_eq!((&a.group, &a.temperament, a.delay), (&b.group, &b.temperament, b.delay));
            assert_eq!((a.leave_after, &a.says), (b.leave_after, &b.says));
        }
    }

    #[test]
    fn a_sheet_that_makes_no_sense_is_refused() {
        let leader = HostName::new("studio").unwrap();
        for text in ["tempo = \"fast\"", "[[bot]]\nid = \"a/b\"\nprogram = \"x\"", &"x = 1\n".repeat(100_000)] {
            assert!(read(text, &leader).is_err());
        }
    }
}
