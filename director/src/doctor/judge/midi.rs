//! Whether synthesisers and controllers can be reached. A band may well do without.

use super::counted;
use crate::doctor::{
    findings::{Midi, MidiSystem},
    line::Line,
};

pub(super) fn judge(found: &Midi) -> Vec<Line> {
    let Some(systems) = &found.systems else {
        return vec![
            Line::warning("the MIDI system does not answer").advise("pull out and replug what was plugged in last"),
        ];
    };
    if found.locked {
        return vec![
            Line::problem("ALSA's sequencer is here, and you may not open it")
                .run("be in the group that may, and log in again", "sudo usermod -aG audio $USER"),
        ];
    }
    let (here, absent): (Vec<&MidiSystem>, Vec<&MidiSystem>) =
        systems.iter().partition(|system| system.why_not.is_none());
    let mut lines: Vec<Line> = here
        .iter()
        .map(|system| {
            let ports = format!(
                "{}: {} to play on, {} to listen to",
                system.name,
                counted(system.outputs.len(), "port"),
                counted(system.inputs.len(), "port")
            );
            let line = Line::ok(ports);
            if system.outputs.is_empty() { line } else { line.run("see how they are written", "director devices") }
        })
        .collect();
    if here.is_empty() {
        let whys: Vec<String> =
            absent.iter().map(|system| first_half(system.why_not.as_deref().unwrap_or_default()).to_owned()).collect();
        let whys = if whys.is_empty() { String::new() } else { format!(": {}", whys.join("; ")) };
        let line = Line::note(format!("no MIDI here{whys}"));
        lines.push(if cfg!(target_os = "linux") {
            line.run("only if synthesisers or controllers are to play along", "sudo modprobe snd-seq")
        } else {
            line.advise("nothing, unless synthesisers or controllers are to play along")
        });
    }
    lines
}

/// Without the advice: that we give ourselves.
fn first_half(why: &str) -> &str {
    why.split(';').next().unwrap_or(why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::line::Mark;

    fn system(name: &str, outputs: usize, why_not: Option<&str>) -> MidiSystem {
        MidiSystem {
            name: name.into(),
            outputs: vec!["Digitone".into(); outputs],
            inputs: Vec::new(),
            why_not: why_not.map(str::to_owned),
        }
    }

    #[test]
    fn a_machine_without_midi_is_only_noted() {
        let systems = Some(vec![system("alsa", 0, Some("not there; load it")), system("jack", 0, Some("nobody"))]);
        let lines = judge(&Midi { systems, locked: false });
        assert!(lines.len() == 1 && lines[0].mark == Mark::Note, "{lines:?}");
        assert_eq!(lines[0].found, "no MIDI here: not there; nobody");
        assert!(!lines[0].todo.is_empty());
    }

    #[test]
    fn a_system_that_answers_is_good_and_the_other_is_not_missed() {
        let systems = Some(vec![system("alsa", 1, None), system("jack", 0, Some("nobody"))]);
        let lines = judge(&Midi { systems, locked: false });
        assert!(lines.len() == 1 && lines[0].mark == Mark::Ok, "{lines:?}");
        assert_eq!(lines[0].found, "alsa: 1 port to play on, 0 ports to listen to");
    }

    #[test]
    fn a_sequencer_that_one_may_not_open_is_a_problem() {
        let lines = judge(&Midi { systems: Some(Vec::new()), locked: true });
        assert_eq!(lines[0].mark, Mark::Problem);
    }
}
