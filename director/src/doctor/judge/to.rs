//! One way out, before anybody plays: the name, the way, whether somebody answers and how fast.

use super::{
    ms,
    network::{kind, warned, why},
};
use crate::doctor::{
    findings::{Network, Tcp, To, Way},
    line::Line,
};

const ROUND_TRIP_MS: f64 = 40.0;
const JITTER_MS: f64 = 5.0;
/// What shows the system's routes.
const ROUTES: &str = if cfg!(target_os = "linux") { "ip route" } else { "netstat -rn" };

pub(super) fn judge(to: &To, network: &Network) -> Vec<Line> {
    if let Some(why) = &to.why_no_address {
        return vec![no_name(&to.host, why)];
    }
    let mut lines = Vec::new();
    if to.addresses.iter().any(|ip| ip.to_string() != to.host) {
        let ips: Vec<String> = to.addresses.iter().map(ToString::to_string).collect();
        lines.push(Line::ok(format!("{} is {}", to.host, ips.join(", "))));
    }
    lines.push(match &to.way {
        Some(way) => leaves(way, network),
        None => Line::problem(format!("there is no way to {}", to.host))
            .run("look whether this machine is in the same network", ROUTES),
    });
    lines.extend(answer(to));
    lines
}

fn no_name(host: &str, why: &str) -> Line {
    let line = Line::problem(format!("nobody knows where {host} is: {why}"))
        .advise("write its address instead (`director doctor` there shows it under Network)");
    if host.ends_with(".local") && cfg!(target_os = "linux") {
        line.run("names that end in .local need this, on both machines", "sudo apt install avahi-daemon libnss-mdns")
    } else {
        line
    }
}

/// By which of our interfaces, and why.
fn leaves(way: &Way, network: &Network) -> Line {
    let interface = network.interfaces.iter().find(|i| Some(&i.name) == way.interface.as_ref());
    let by = match interface {
        Some(interface) => format!("{} ({}), as {}", interface.name, kind(interface), way.from),
        None => way.from.to_string(),
    };
    let found = format!("packets to {} leave by {by}: {}", way.to, why(way, network));
    match interface.and_then(|interface| warned(interface, &found)) {
        Some(line) => line,
        None => Line::ok(found),
    }
}

fn answer(to: &To) -> Option<Line> {
    let (host, port) = (&to.host, to.port);
    Some(match &to.tcp {
        Tcp::Untried => return None,
        Tcp::Answers(times) => answers(times, port),
        Tcp::Refuses(after) => Line::problem(format!(
            "{host} is there (it refused after {}), but nobody listens on TCP {port}",
            ms(*after)
        ))
        .run("begin to play there", "director play SET --open"),
        Tcp::Silent => Line::problem(format!("{host} does not answer on TCP {port} within 2 s"))
            .advise("is it switched on, and in the same network? Wi-Fi for guests often keeps machines apart")
            .run("a firewall there may be in the way: look at it there", "director doctor"),
        Tcp::Fails(why) => Line::problem(format!("{host} cannot be reached on TCP {port}: {why}"))
            .run("look whether this machine is in the same network", ROUTES),
    })
}

/// Opening a connection takes one round trip.
fn answers(times: &[f64], port: u16) -> Line {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (Some(best), Some(worst)) = (sorted.first(), sorted.last()) else {
        return Line::ok(format!("TCP {port} answers"));
    };
    let median = sorted[sorted.len() / 2];
    let found = format!(
        "TCP {port} answers: round trip {} (best {}, worst {}; {} connections opened, no UDP)",
        ms(median),
        ms(*best),
        ms(*worst),
        sorted.len()
    );
    if median > ROUND_TRIP_MS {
        Line::warning(found).advise(
            "too far to answer each other within a beat: let the machines hear each other a phrase late, with \
             `delay = { phrases = 1 }`",
        )
    } else if worst - best > JITTER_MS {
        Line::warning(found).advise(format!(
            "round trips that vary by over {JITTER_MS:.0} ms: Wi-Fi most often, or a download beside it; use a cable"
        ))
    } else {
        Line::ok(found).advise("once joined, `director doctor` here tells the figures of UDP, which the clock goes by")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{
        findings::{Address, Interface, Kind},
        line::Mark,
    };

    fn to(tcp: Tcp) -> To {
        let ip = "192.0.2.5".parse().unwrap();
        let way = Way { to: ip, from: "192.0.2.2".parse().unwrap(), interface: Some("x0".into()) };
        To { host: "studio".into(), port: 4750, addresses: vec![ip], why_no_address: None, way: Some(way), tcp }
    }

    fn network(kind: Kind) -> Network {
        let addresses = vec![Address { ip: "192.0.2.2".parse().unwrap(), prefix: 24 }];
        let interface = Interface { name: "x0".into(), kind, is_up: true, addresses, ..Interface::default() };
        Network { interfaces: vec![interface], ..Network::default() }
    }

    #[test]
    fn a_host_that_answers_fast_is_good_and_it_is_said_that_this_was_tcp() {
        let lines = judge(&to(Tcp::Answers(vec![0.3, 0.5, 0.4])), &network(Kind::Cable));
        assert!(lines.iter().all(|line| line.mark == Mark::Ok), "{lines:?}");
        assert_eq!(lines[0].found, "studio is 192.0.2.5");
        assert_eq!(
            lines[1].found,
            "packets to 192.0.2.5 leave by x0 (cable), as 192.0.2.2: it is in the same network, 192.0.2.0/24"
        );
        assert!(lines[2].found.contains("round trip 0.4 ms (best 0.3 ms, worst 0.5 ms; 3 connections"), "{lines:?}");
    }

    #[test]
    fn a_way_over_wifi_is_warned_of() {
        let lines = judge(&to(Tcp::Untried), &network(Kind::WiFi));
        assert!(lines[1].mark == Mark::Warning && lines[1].todo[0].advice.contains("cable"), "{lines:?}");
    }

    #[test]
    fn far_and_uneven_answers_are_warned_of() {
        let of = |times: &[f64]| judge(&to(Tcp::Answers(times.to_vec())), &network(Kind::Cable)).pop().unwrap();
        assert!(of(&[80.0, 81.0, 82.0]).todo[0].advice.contains("phrase late"));
        assert!(of(&[1.0, 2.0, 9.0]).todo[0].advice.contains("cable"));
        assert_eq!(of(&[]).mark, Mark::Ok, "nothing to go by");
    }

    #[test]
    fn no_answer_is_a_problem_each_with_its_own_advice() {
        for (tcp, word) in [
            (Tcp::Refuses(0.3), "begin to play there"),
            (Tcp::Silent, "guests"),
            (Tcp::Fails("no route".into()), "same network"),
        ] {
            let line = judge(&to(tcp), &network(Kind::Cable)).pop().unwrap();
            assert_eq!(line.mark, Mark::Problem);
            assert!(line.todo[0].advice.contains(word), "{line:?}");
        }
    }

    #[test]
    fn a_name_that_nobody_knows_is_a_problem() {
        let to = To { host: "studio.local".into(), why_no_address: Some("unknown".into()), ..To::default() };
        let lines = judge(&to, &Network::default());
        assert!(lines.len() == 1 && lines[0].mark == Mark::Problem, "{lines:?}");
        #[cfg(target_os = "linux")]
        assert!(lines[0].todo[1].command.as_deref().is_some_and(|c| c.contains("avahi")), "{lines:?}");
    }
}
