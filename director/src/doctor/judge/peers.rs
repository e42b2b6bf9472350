//! The other machines of the ensemble, as our director knows them.

use super::{counted, ms};
use crate::doctor::{
    findings::{Director, Kind, Network, Peer},
    line::{Line, Mark},
};

/// From here on, answers within a bar sound late, whatever the clock does.
const ROUND_TRIP_MS: f64 = 40.0;
/// What pings cannot average away in a few seconds.
const JITTER_MS: f64 = 5.0;
const LOSS_PERCENT: f64 = 1.0;
/// Of more machines than this, none says anything by UDP.
const MOST: usize = 9;
/// Two onsets that are further apart than this are heard as two by the attentive.
const CLOCK_ERROR_MS: f64 = 1.0;
/// The address of the machine that was asked.
const HERE: &str = "here";
/// Releases have it; who builds the workspace asks for it.
const BUILD: &str = "cargo build --release -p director --features network";

pub(super) fn judge(director: Option<&Director>, network: &Network, port: u16) -> Vec<Line> {
    let Some(director) = director else {
        if !network.is_built_in {
            return vec![
                Line::note("this director plays on this machine alone: it was built without the network")
                    .run("to play with other machines, build it with", BUILD),
            ];
        }
        return vec![
            Line::note("no director plays here, so nobody can be asked about the others")
                .run("while you play, ask again; before, look at one way out", "director doctor --to HOST"),
        ];
    };
    match director.peers.as_deref() {
        None => vec![
            Line::note(format!("`{}` plays on this machine alone", director.name))
                .run("to let other machines in, once there is a key (`director key new`)", "director play SET --open"),
        ],
        Some(all) => {
            let peers = others(all);
            if peers.is_empty() {
                return vec![nobody(director)];
            }
            peers.iter().map(|peer| judged(peer, network, port)).collect()
        }
    }
}

/// All but this machine. What it has measured is its way to the leader, which itself keeps no figures.
fn others(all: &[Peer]) -> Vec<Peer> {
    let own = all.iter().find(|peer| peer.address == HERE);
    let others = all.iter().filter(|peer| peer.address != HERE).cloned();
    let words_by = |peer: &Peer| if all.len() > MOST { String::new() } else { peer.words_by.clone() };
    others
        .map(|peer| match own {
            Some(own) if peer.state == "leader" => Peer {
                round_trip_ms: own.round_trip_ms,
                jitter_ms: own.jitter_ms,
                loss_percent: own.loss_percent,
                clock_error_ms: own.clock_error_ms,
                way: own.way.clone(),
                words_by: words_by(own),
                ..peer
            },
            _ => Peer { words_by: words_by(&peer), ..peer },
        })
        .collect()
}

fn nobody(director: &Director) -> Line {
    Line::note(format!("`{}` is open, and nobody has joined", director.name))
        .run("on the other machine, with the key file", "director join ADDRESS --key FILE")
}

fn judged(peer: &Peer, network: &Network, port: u16) -> Line {
    let route = peer.route.as_ref().and_then(|way| way.interface.as_deref());
    let by = route.map_or(String::new(), |interface| format!(", by {interface}"));
    let who = if peer.address.is_empty() { peer.name.clone() } else { format!("{} ({}{by})", peer.name, peer.address) };
    match peer.state.as_str() {
        "lost" => {
            return Line::problem(format!("{who} is lost: it plays on by itself, if it plays"))
                .advise("look at its cable and whether its director still runs: it is let in again by itself")
                .run("or see how far packets come", format!("director doctor --to {}", host(peer)));
        }
        "joining" => return Line::note(format!("{who} is joining")).advise("wait a few seconds and ask again"),
        _ => {}
    }
    let leads = if peer.state == "leader" { " leads" } else { "" };
    let found = format!("{who}{leads}: {}{}", counted(peer.bots as usize, "bot"), figures(peer));
    let mut advice = advice(peer, port);
    let radio = network.interfaces.iter().find(|i| i.kind == Kind::WiFi && Some(i.name.as_str()) == route);
    advice.extend(radio.map(|radio| format!("packets to it leave over Wi-Fi ({}): use a cable", radio.name)));
    let mark = if advice.is_empty() { Mark::Ok } else { Mark::Warning };
    advice.into_iter().fold(Line::new(mark, found), Line::advise)
}

/// How far it is; nothing of a machine that keeps no figures, because it leads.
fn figures(peer: &Peer) -> String {
    let told = |value: Option<f64>| value.map_or("unknown".to_owned(), ms);
    match (peer.round_trip_ms, peer.clock_error_ms) {
        (None, None) if peer.state == "leader" => String::new(),
        (None, None) => ", no figures yet".to_owned(),
        (round_trip, clock_error) => format!(
            ", round trip {}, jitter {}, loss {} %, clock error {}",
            told(round_trip),
            ms(peer.jitter_ms),
            percent(peer.loss_percent),
            told(clock_error)
        ),
    }
}

/// What is wrong, and what helps.
fn advice(peer: &Peer, port: u16) -> Vec<String> {
    let mut advice = Vec::new();
    if peer.way == "link" {
        advice.push(format!(
            "its pings travel inside the link, because UDP port {port} is blocked: open it on the machine that plays \
             with `--open` (`director doctor` there says how)"
        ));
    }
    if peer.words_by == "link" && peer.way == "udp" {
        advice.push(
            "what bots say travels by the link alone, where a lost packet holds up all that comes after it: let UDP answers to \
             what both machines send in through their firewalls"
                .to_owned(),
        );
    }
    if peer.round_trip_ms.is_some_and(|ms| ms > ROUND_TRIP_MS) {
        advice.push(format!(
            "a round trip of over {ROUND_TRIP_MS:.0} ms: too far to answer each other within a beat; let the machines hear \
             each other a phrase late, with `delay = {{ phrases = 1 }}`"
        ));
    }
    if peer.jitter_ms > JITTER_MS {
        advice.push(format!(
            "round trips that vary by over {JITTER_MS:.0} ms: Wi-Fi most often, or a download beside it; use a cable"
        ));
    }
    if peer.loss_percent > LOSS_PERCENT {
        advice.push(format!(
            "more than {LOSS_PERCENT:.0} in 100 packets are lost: look at cable and radio on both sides"
        ));
    }
    if peer.clock_error_ms.is_some_and(|ms| ms > CLOCK_ERROR_MS) {
        advice.push(format!(
            "its clock is known no better than to {CLOCK_ERROR_MS:.0} ms: it settles some seconds after joining; if not, \
             what stands above is why"
        ));
    }
    advice
}

/// Its address, without a port.
fn host(peer: &Peer) -> String {
    match peer.address.parse::<std::net::SocketAddr>() {
        Ok(address) => address.ip().to_string(),
        Err(_) => peer.address.parse::<std::net::IpAddr>().map_or("HOST".to_owned(), |ip| ip.to_string()),
    }
}

fn percent(value: f64) -> String {
    if value == 0.0 || value >= 9.95 { format!("{value:.0}") } else { format!("{value:.1}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::findings::{Interface, Way};

    fn good() -> Peer {
        Peer {
            name: "laptop-2".into(),
            address: "192.0.2.7:4750".into(),
            round_trip_ms: Some(0.42),
            jitter_ms: 0.1,
            loss_percent: 0.0,
            clock_error_ms: Some(0.05),
            bots: 3,
            state: "here".into(),
            way: "udp".into(),
            words_by: "udp".into(),
            route: None,
        }
    }

    #[test]
    fn a_peer_that_is_reached_over_wifi_is_warned_of_with_the_interface() {
        let wifi = Interface { name: "wlan0".into(), kind: Kind::WiFi, ..Interface::default() };
        let ip = "192.0.2.7".parse().unwrap();
        let route = Some(Way { to: ip, from: ip, interface: Some("wlan0".into()) });
        let network = Network { interfaces: vec![wifi], ..Network::default() };
        let line = judged(&Peer { route, ..good() }, &network, 4750);
        assert!(line.mark == Mark::Warning && line.todo[0].advice.contains("wlan0"), "{line:?}");
        assert!(line.found.starts_with("laptop-2 (192.0.2.7:4750, by wlan0): "), "{line:?}");
    }

    #[test]
    fn a_peer_that_is_near_is_good_and_its_figures_are_told() {
        let line = judged(&good(), &Network::default(), 4750);
        assert_eq!(line.mark, Mark::Ok);
        assert_eq!(
            line.found,
            "laptop-2 (192.0.2.7:4750): 3 bots, round trip 0.4 ms, jitter 0.1 ms, loss 0 %, clock error 0.05 ms"
        );
        assert!(line.todo.is_empty());
    }

    #[test]
    fn every_figure_that_is_too_large_is_warned_of_with_what_helps() {
        for (peer, word) in [
            (Peer { round_trip_ms: Some(41.0), ..good() }, "phrase late"),
            (Peer { jitter_ms: 5.1, ..good() }, "cable"),
            (Peer { loss_percent: 1.1, ..good() }, "lost"),
            (Peer { clock_error_ms: Some(1.1), ..good() }, "settles"),
            (Peer { way: "link".into(), ..good() }, "UDP port 4750"),
            (Peer { words_by: "link".into(), ..good() }, "firewalls"),
        ] {
            let line = judged(&peer, &Network::default(), 4750);
            assert_eq!(line.mark, Mark::Warning);
            assert!(line.todo.len() == 1 && line.todo[0].advice.contains(word), "{line:?}");
        }
        let all = Peer { round_trip_ms: Some(100.0), jitter_ms: 50.0, loss_percent: 20.0, ..good() };
        assert_eq!(judged(&all, &Network::default(), 4750).todo.len(), 3);
    }

    #[test]
    fn figures_at_the_limit_are_good() {
        let peer =
            Peer { round_trip_ms: Some(40.0), jitter_ms: 5.0, loss_percent: 1.0, clock_error_ms: Some(1.0), ..good() };
        assert_eq!(judged(&peer, &Network::default(), 4750).mark, Mark::Ok);
    }

    #[test]
    fn what_is_not_known_yet_is_said_to_be_so() {
        let found = |peer: Peer| judged(&peer, &Network::default(), 4750).found;
        assert!(found(Peer { round_trip_ms: None, ..good() }).contains("round trip unknown, jitter"));
        let new = Peer { round_trip_ms: None, clock_error_ms: None, way: "-".into(), ..good() };
        assert!(found(new.clone()).ends_with("3 bots, no figures yet"));
        let leader = Peer { state: "leader".into(), address: String::new(), ..new };
        assert_eq!(found(leader), "laptop-2 leads: 3 bots");
    }

    #[test]
    fn a_lost_peer_is_a_problem_and_one_that_joins_is_not() {
        let lost = judged(&Peer { state: "lost".into(), ..good() }, &Network::default(), 4750);
        assert_eq!(lost.mark, Mark::Problem);
        assert_eq!(lost.todo[1].command.as_deref(), Some("director doctor --to 192.0.2.7"));
        assert_eq!(judged(&Peer { state: "joining".into(), ..good() }, &Network::default(), 4750).mark, Mark::Note);
    }

    #[test]
    fn a_satellites_own_figures_are_those_of_its_way_to_the_leader() {
        let own = Peer { name: "me".into(), address: HERE.into(), way: "link".into(), ..good() };
        let none = Peer { round_trip_ms: None, clock_error_ms: None, way: "-".into(), ..good() };
        let leader = Peer { name: "studio".into(), state: "leader".into(), ..none };
        let director = Director { name: "trio".into(), peers: Some(vec![own, leader, good()]) };
        let lines = judge(Some(&director), &Network::default(), 4750);
        assert_eq!(lines.len(), 2);
        assert!(lines[0].found.starts_with("studio (192.0.2.7:4750) leads: 3 bots, round trip 0.4 ms"), "{lines:?}");
        assert!(lines[0].todo[0].advice.contains("UDP port 4750") && lines[1].mark == Mark::Ok, "{lines:?}");
    }

    #[test]
    fn without_peers_it_is_said_how_others_join() {
        let of = |peers| judge(Some(&Director { name: "trio".into(), peers }), &Network::default(), 4750);
        assert!(of(None)[0].todo[0].command.as_deref().is_some_and(|c| c.contains("--open")));
        let leader = Peer { state: "leader".into(), address: HERE.into(), ..Peer::default() };
        assert_eq!(of(Some(vec![leader])), of(Some(Vec::new())));
        assert!(of(Some(Vec::new()))[0].todo[0].command.as_deref().is_some_and(|c| c.contains("join")));
        let nobody = |is_built_in| judge(None, &Network { is_built_in, ..Network::default() }, 4750);
        assert!(nobody(true)[0].todo[0].command.as_deref().is_some_and(|c| c.contains("--to")));
        assert!(nobody(false)[0].todo[0].command.as_deref().is_some_and(|c| c.contains("--features network")));
    }
}
