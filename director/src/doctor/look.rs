//! Finds out. Every question has a deadline, needs no rights of its own, and may go unanswered.

mod asking;
mod director;
mod firewall;
mod interfaces;
mod netfilter;
mod ports;
mod root;
mod routes;
mod sockets;
mod sound;
mod time;
mod to;

use super::findings::{Findings, Machine, Network, Ports};
use crate::cli::Doctor;
use asking::ask;
use root::Root;
use std::time::{Duration, SystemTime};

/// Longer than an audio host is given to answer: it is told from its silence which one it was.
const SOUND_PATIENCE: Duration = Duration::from_secs(20);
/// Firewalls are asked by other programs.
const FIREWALL_PATIENCE: Duration = Duration::from_secs(3);

/// Looks at everything; `tell` is told what is being looked at.
pub(super) fn look(args: &Doctor, tell: &dyn Fn(&'static str)) -> Findings {
    let root = Root::of_the_system();
    tell("measuring how punctually this machine wakes");
    // First and alone: what follows would disturb it.
    let time = time::look(&root);
    tell("asking the sound system, MIDI and the network");
    let (port, control) = (args.remote.port, args.remote.control.unwrap_or_else(|| args.remote.port.wrapping_add(1)));
    let firewalls = ask("firewalls", FIREWALL_PATIENCE, {
        let (root, port) = (root.clone(), args.network_port);
        move || firewall::look(&root, port)
    });
    let servers = ask("sound", SOUND_PATIENCE, {
        let root = root.clone();
        move || (sound::sound(&root), sound::midi(&root))
    });
    let interfaces = interfaces::look(&root);
    let director = director::look(port, control, &interfaces);
    let ports = Ports {
        bots: ports::udp(&root, port, false),
        control: ports::udp(&root, control, false),
        network_udp: ports::udp(&root, args.network_port, true),
        network_tcp: ports::tcp(&root, args.network_port),
    };
    let gateway = routes::gateway(&root);
    let way_out = routes::way_out(&interfaces);
    let to = args.to.as_ref().map(|to| {
        tell("looking for the way out");
        to::look(to, args.network_port, &interfaces)
    });
    tell("waiting for the sound system and MIDI");
    let (sound, midi) = servers.answer().unwrap_or_default();
    let firewalls = firewalls.answer().unwrap_or_default();
    let network = Network { is_built_in: cfg!(feature = "network"), interfaces, gateway, way_out, firewalls };
    Findings { machine: machine(&root), time, sound, midi, network, ports, director, to }
}

fn machine(root: &Root) -> Machine {
    let kernel = root.read("proc/sys/kernel/osrelease").map_or(String::new(), |release| format!(" {release}"));
    Machine {
        director_version: env!("CARGO_PKG_VERSION").to_owned(),
        system: format!("{}{kernel} {}", std::env::consts::OS, std::env::consts::ARCH),
        processors: std::thread::available_parallelism().map_or(1, usize::from),
        unix_seconds: SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs()),
    }
}
