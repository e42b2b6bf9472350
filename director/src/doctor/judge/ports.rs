//! The director's own ports: free, ours, or somebody else's.

use super::firewall;
use crate::doctor::{
    findings::{Director, Firewall, Port, PortState, Ports},
    line::Line,
};

pub(super) fn judge(found: &Ports, director: Option<&Director>, firewalls: &[Firewall]) -> Vec<Line> {
    let mut lines = Vec::new();
    let (bots, control) = (&found.bots, &found.control);
    if let Some(director) = director {
        lines.push(
            Line::ok(format!(
                "`{}` plays here: UDP {} for bots, UDP {} for other terminals",
                director.name, bots.number, control.number
            ))
            .run("see how its bots do", terminal("director bots", bots, control)),
        );
        if bots.is_public {
            lines.push(
                Line::warning(format!(
                    "UDP {} is open to every machine that reaches this one, without a key",
                    bots.number
                ))
                .advise("machines of yours had better come in by `--open` and a key"),
            );
        }
    } else {
        match (&bots.state, &control.state) {
            (PortState::Free, PortState::Free) => lines.push(Line::ok(format!(
                "UDP {} (bots) and UDP {} (other terminals) are free",
                bots.number, control.number
            ))),
            _ => {
                let next = bots.number.saturating_add(10);
                lines.extend(not_free(bots, "bots", &format!("director play SET --listen {next}")));
                let next = control.number.saturating_add(10);
                lines.extend(not_free(control, "other terminals", &format!("director play SET --control {next}")));
            }
        }
    }
    lines.extend(network(found, director));
    lines.extend(firewall::judge(firewalls, found.network_udp.number));
    lines
}

/// A command for another terminal, with its port if that is not the usual one.
fn terminal(command: &str, bots: &Port, control: &Port) -> String {
    let mut text = command.to_owned();
    if bots.number != musebot_protocol::DIRECTOR_PORT {
        text += &format!(" --port {}", bots.number);
    }
    if control.number != bots.number.wrapping_add(1) {
        text += &format!(" --control {}", control.number);
    }
    text
}

fn not_free(port: &Port, what_for: &str, instead: &str) -> Option<Line> {
    let number = port.number;
    Some(match &port.state {
        PortState::Free => return None,
        PortState::Taken => {
            let line = Line::problem(format!("UDP {number} ({what_for}) is taken by {}", owner(port)));
            let line = if port.owner.is_none() { line.run("see who has it", who_has(number)) } else { line };
            line.run("end that, or play beside it", instead)
        }
        PortState::Forbidden => {
            Line::problem(format!("UDP {number} ({what_for}) is the system's: you may not have it"))
                .run("take one above 1023", instead)
        }
        PortState::Untold(why) => Line::note(format!("UDP {number} ({what_for}) could not be tried: {why}"))
            .run("if a performance says that it is taken", instead),
    })
}

/// What tells a port's owner to who may ask.
fn who_has(port: u16) -> String {
    if cfg!(target_os = "linux") {
        format!("sudo ss -lunp 'sport = :{port}'")
    } else {
        format!("sudo lsof -nP -iUDP:{port}")
    }
}

fn owner(port: &Port) -> String {
    match &port.owner {
        Some((name, process)) => format!("`{name}` (process {process}), which is no director that answers"),
        None => "somebody else (a director would answer)".to_owned(),
    }
}

/// The port for other machines, which both the link and the pings have.
fn network(found: &Ports, director: Option<&Director>) -> Vec<Line> {
    let port = found.network_udp.number;
    let both = [("TCP", &found.network_tcp), ("UDP", &found.network_udp)];
    if both.iter().all(|(_, port)| port.state == PortState::Free) {
        return vec![Line::ok(format!("TCP and UDP {port} (other machines, with `--open`) are free"))];
    }
    if director.is_some_and(|director| director.peers.is_some()) {
        return vec![Line::ok(format!("port {port} (TCP for the link, UDP for the pings) is for other machines"))];
    }
    both.iter()
        .filter_map(|(protocol, port)| {
            let number = port.number;
            let line = match &port.state {
                PortState::Free => return None,
                PortState::Taken => {
                    let who = port
                        .owner
                        .as_ref()
                        .map_or("somebody".to_owned(), |(name, process)| format!("`{name}` (process {process})"));
                    Line::warning(format!("{protocol} {number} (other machines, with `--open`) is taken by {who}"))
                }
                PortState::Forbidden => {
                    Line::warning(format!("{protocol} {number} is the system's: you may not have it"))
                }
                PortState::Untold(why) => Line::note(format!("{protocol} {number} could not be tried: {why}")),
            };
            Some(line.advise("nothing, unless others are to join: then end it, or open another port"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::line::Mark;

    fn port(number: u16, state: PortState) -> Port {
        Port { number, state, ..Port::default() }
    }

    fn ports(bots: PortState, network: PortState) -> Ports {
        Ports {
            bots: port(4747, bots),
            control: port(4748, PortState::Free),
            network_udp: port(4750, network.clone()),
            network_tcp: port(4750, network),
        }
    }

    fn marks(lines: &[Line]) -> Vec<Mark> {
        lines.iter().map(|line| line.mark).collect()
    }

    #[test]
    fn ports_that_are_free_are_good() {
        let lines = judge(&ports(PortState::Free, PortState::Free), None, &[]);
        assert_eq!(marks(&lines), [Mark::Ok, Mark::Ok, Mark::Ok]);
    }

    #[test]
    fn a_director_that_answers_has_its_ports_by_right() {
        let director = Director { name: "trio".into(), peers: Some(Vec::new()) };
        let lines = judge(&ports(PortState::Taken, PortState::Taken), Some(&director), &[]);
        assert_eq!(marks(&lines), [Mark::Ok, Mark::Ok, Mark::Ok]);
        assert!(lines[0].found.starts_with("`trio` plays here: UDP 4747"), "{lines:?}");
        assert_eq!(lines[0].todo[0].command.as_deref(), Some("director bots"));
    }

    #[test]
    fn a_port_that_somebody_else_has_is_a_problem_with_another_port_to_take() {
        let mut ports = ports(PortState::Taken, PortState::Free);
        ports.bots.owner = Some(("sclang".into(), 77));
        let lines = judge(&ports, None, &[]);
        assert_eq!(lines[0].mark, Mark::Problem);
        assert!(lines[0].found.contains("`sclang` (process 77)"), "{lines:?}");
        assert_eq!(lines[0].todo[0].command.as_deref(), Some("director play SET --listen 4757"));
        ports.bots.owner = None;
        let lines = judge(&ports, None, &[]);
        assert!(lines[0].todo[0].advice.contains("who has it") && lines[0].todo.len() == 2, "{lines:?}");
    }

    #[test]
    fn the_networks_port_in_other_hands_is_only_warned_of() {
        let lines = judge(&ports(PortState::Free, PortState::Taken), None, &[]);
        assert_eq!(marks(&lines), [Mark::Ok, Mark::Warning, Mark::Warning, Mark::Ok]);
    }

    #[test]
    fn a_port_that_is_open_to_everybody_is_warned_of() {
        let mut ports = ports(PortState::Taken, PortState::Free);
        ports.bots.is_public = true;
        let lines = judge(&ports, Some(&Director::default()), &[]);
        assert_eq!(lines[1].mark, Mark::Warning);
        assert!(lines[1].todo[0].advice.contains("--open"), "{lines:?}");
    }

    #[test]
    fn a_command_names_ports_only_where_they_are_unusual() {
        let at =
            |bots, control| terminal("director bots", &port(bots, PortState::Taken), &port(control, PortState::Taken));
        assert_eq!(at(4747, 4748), "director bots");
        assert_eq!(at(5000, 5001), "director bots --port 5000");
        assert_eq!(at(5000, 7000), "director bots --port 5000 --control 7000");
    }
}
