//! Whether something can sound here.

use super::{counted, listed};
use crate::doctor::{
    findings::{AudioHost, Sound},
    line::Line,
};

pub(super) fn judge(found: &Sound) -> Vec<Line> {
    let Some(hosts) = &found.hosts else {
        return vec![again(Line::warning("the sound system does not answer"), "start its server again")];
    };
    let mut lines: Vec<Line> = hosts.iter().filter(|host| host.outputs > 0).map(playing).collect();
    let usual = hosts.iter().find(|host| host.is_usual);
    if lines.is_empty() {
        lines.push(silence(found));
    } else if let Some(usual) = usual.filter(|usual| usual.outputs == 0) {
        lines.push(elsewhere(usual, hosts));
    }
    if !found.servers.is_empty() {
        lines.push(Line::ok(format!("{} runs", listed(&found.servers))));
    }
    // Its door is open, and nobody comes.
    let is_stuck = |host: &&AudioHost| {
        host.name == "pulse" && host.why_not.is_some() && found.servers.iter().any(|server| server.starts_with("Pulse"))
    };
    lines.extend(hosts.iter().filter(is_stuck).map(stuck));
    let absent: Vec<String> =
        hosts.iter().filter(|host| host.outputs == 0 && !host.is_usual && !is_stuck(host)).map(absence).collect();
    if !absent.is_empty() {
        lines.push(
            Line::note(format!("not here: {}", absent.join("; ")))
                .advise("nothing, unless an ensemble file names one as its `host`"),
        );
    }
    lines
}

fn playing(host: &AudioHost) -> Line {
    let default = host.default_output.as_ref().map_or(String::new(), |name| format!(", by default `audio:{name}`"));
    let usual = if host.is_usual { ": what bots play on" } else { "" };
    Line::ok(format!(
        "{}{usual}: {} and {}{default}",
        host.name,
        counted(host.outputs, "output"),
        counted(host.inputs, "input")
    ))
}

fn absence(host: &AudioHost) -> String {
    match &host.why_not {
        Some(why) => format!("{} ({why})", host.name),
        None => format!("{} (no device)", host.name),
    }
}

fn stuck(host: &AudioHost) -> Line {
    let why = host.why_not.as_deref().unwrap_or_default();
    Line::warning(format!("{} takes our call and does not answer ({why})", host.name))
        .run("start it again", "systemctl --user restart pipewire-pulse || pulseaudio -k")
}

/// Nothing plays anywhere.
fn silence(found: &Sound) -> Line {
    if found.locked {
        return Line::problem("there are sound devices here that you may not open")
            .run("be in the group that may, and log in again", "sudo usermod -aG audio $USER");
    }
    if !found.cards.is_empty() {
        let line = Line::warning(format!("there is a sound card ({}) and no device that plays", listed(&found.cards)))
            .run("see who has it", "fuser -v /dev/snd/*");
        return again(line, "or start the sound server again");
    }
    Line::warning("there is no sound device: bots play in silence, and `director play` renders to files instead")
        .advise("plug one in, or start the sound server; `director render` and MIDI need none")
}

/// The sound server is started again.
fn again(line: Line, advice: &str) -> Line {
    if cfg!(target_os = "linux") {
        line.run(advice, "systemctl --user restart pipewire wireplumber")
    } else {
        line.run(advice, "sudo killall coreaudiod")
    }
}

/// Devices play, but not on the host that is taken if nobody names one.
fn elsewhere(usual: &AudioHost, hosts: &[AudioHost]) -> Line {
    let other = hosts.iter().find(|host| host.outputs > 0).map_or("", |host| host.name.as_str());
    Line::warning(format!("bots play on {} if nobody says otherwise, and it has no device here", usual.name))
        .run(format!("name {other} in the ensemble file"), format!("output = {{ to = \"audio\", host = \"{other}\" }}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::line::Mark;

    fn host(name: &str, is_usual: bool, outputs: usize) -> AudioHost {
        let why_not = (outputs == 0 && !is_usual).then(|| "no server answers".to_owned());
        AudioHost { name: name.into(), is_usual, outputs, why_not, ..AudioHost::default() }
    }

    fn marks(found: &Sound) -> Vec<Mark> {
        judge(found).iter().map(|line| line.mark).collect()
    }

    #[test]
    fn a_machine_with_a_sound_card_is_good_and_absent_servers_are_only_noted() {
        let hosts = Some(vec![host("alsa", true, 3), host("jack", false, 0), host("pulse", false, 0)]);
        let lines = judge(&Sound { hosts, ..Sound::default() });
        assert!(
            lines[0].mark == Mark::Ok && lines[0].found.starts_with("alsa: what bots play on: 3 outputs"),
            "{lines:?}"
        );
        assert!(lines[1].mark == Mark::Note && lines[1].found.contains("jack (no server answers); pulse"), "{lines:?}");
    }

    #[test]
    fn a_machine_without_sound_is_warned_of_because_it_may_still_render_or_play_midi() {
        let none = || Some(vec![host("alsa", true, 0)]);
        assert_eq!(marks(&Sound { hosts: none(), ..Sound::default() }), [Mark::Warning]);
        let busy = judge(&Sound { hosts: none(), cards: vec!["Scarlett".into()], ..Sound::default() });
        assert!(busy[0].found.contains("Scarlett") && busy[0].todo[0].command.is_some(), "{busy:?}");
    }

    #[test]
    fn devices_that_one_may_not_open_are_a_problem_with_the_group_that_may() {
        let lines = judge(&Sound { hosts: Some(vec![host("alsa", true, 0)]), locked: true, ..Sound::default() });
        assert_eq!(lines[0].mark, Mark::Problem);
        assert!(lines[0].todo[0].command.as_deref().is_some_and(|c| c.contains("audio")), "{lines:?}");
    }

    #[test]
    fn sound_that_only_another_host_has_is_told_with_what_to_write() {
        let lines =
            judge(&Sound { hosts: Some(vec![host("alsa", true, 0), host("pulse", false, 1)]), ..Sound::default() });
        let told = lines.iter().find(|line| line.mark == Mark::Warning).expect("a warning");
        assert!(told.todo[0].command.as_deref().is_some_and(|c| c.contains("host = \"pulse\"")), "{lines:?}");
    }

    #[test]
    fn a_server_that_takes_our_call_and_does_not_answer_is_warned_of() {
        let hosts = Some(vec![host("alsa", true, 1), host("pulse", false, 0)]);
        let lines = judge(&Sound { hosts, servers: vec!["PulseAudio".into()], ..Sound::default() });
        let stuck = lines.iter().find(|line| line.mark == Mark::Warning).expect("a warning");
        assert!(stuck.found.contains("does not answer") && stuck.todo[0].command.is_some(), "{lines:?}");
        assert!(lines.iter().all(|line| !line.found.starts_with("not here")), "{lines:?}");
    }

    #[test]
    fn a_sound_system_that_does_not_answer_is_warned_of() {
        assert_eq!(marks(&Sound::default()), [Mark::Warning]);
    }
}
