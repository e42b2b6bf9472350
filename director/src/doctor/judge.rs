//! From what was found to lines that say how it is and what to do. Pure.

mod firewall;
mod midi;
mod network;
mod peers;
mod ports;
mod sound;
mod time;
mod to;

use super::{
    findings::Findings,
    line::{Group, Line},
};

/// All of it, in the order in which it is shown: what was asked for by name comes last, where the eye is.
pub(super) fn all(found: &Findings) -> Vec<Group> {
    let group = |heading: &str, lines: Vec<Line>| Group { heading: heading.to_owned(), lines };
    let mut groups = vec![
        group("Time", time::judge(&found.time)),
        group("Sound", sound::judge(&found.sound)),
        group("MIDI", midi::judge(&found.midi)),
        group("Network", network::judge(&found.network)),
        group("Ports", ports::judge(&found.ports, found.director.as_ref(), &found.network.firewalls)),
        group("Peers", peers::judge(found.director.as_ref(), &found.network, found.ports.network_udp.number)),
    ];
    if let Some(to) = &found.to {
        groups.push(group(&format!("The way to {}", to.host), to::judge(to, &found.network)));
    }
    groups
}

/// Milliseconds as a person reads them.
fn ms(value: f64) -> String {
    match value {
        v if v < 0.095 => format!("{v:.2} ms"),
        v if v < 9.95 => format!("{v:.1} ms"),
        v => format!("{v:.0} ms"),
    }
}

/// `1 bot`, `2 bots`.
fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

/// `a`, `a and b`, `a, b and c`.
fn listed(things: &[String]) -> String {
    match things {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::line::{Mark, worst};

    #[test]
    fn a_machine_that_tells_nothing_has_a_line_in_every_group_and_no_problem_but_the_missing_loopback() {
        let groups = all(&Findings::default());
        assert!(groups.iter().all(|group| !group.lines.is_empty()), "{groups:?}");
        let problems: Vec<&Line> =
            groups.iter().flat_map(|g| &g.lines).filter(|line| line.mark == Mark::Problem).collect();
        assert!(matches!(problems[..], [line] if line.found.contains("loopback")), "{problems:?}");
        assert_eq!(worst(&groups), Mark::Problem);
    }

    #[test]
    fn whatever_is_not_good_says_what_to_do() {
        for line in all(&Findings::default()).iter().flat_map(|group| &group.lines) {
            assert!(line.mark == Mark::Ok || !line.todo.is_empty(), "{line:?}");
        }
    }

    #[test]
    fn milliseconds_have_as_many_digits_as_matter() {
        assert_eq!(
            [0.0, 0.04, 0.095, 0.44, 9.94, 40.2].map(ms),
            ["0.00 ms", "0.04 ms", "0.1 ms", "0.4 ms", "9.9 ms", "40 ms"]
        );
    }

    #[test]
    fn things_are_listed_as_people_do() {
        let list = |text: &str| listed(&text.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        assert_eq!([list(""), list("a"), list("a b"), list("a b c")], ["", "a", "a and b", "a, b and c"]);
        assert_eq!((counted(1, "bot"), counted(0, "bot")), ("1 bot".to_owned(), "0 bots".to_owned()));
    }
}
