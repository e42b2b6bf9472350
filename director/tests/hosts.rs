//! What the end-to-end tests of many hosts stand on: hosts in network namespaces, and the wires between them.
#![cfg(target_os = "linux")]

#[path = "../benches/support/mod.rs"]
mod bench;
#[path = "support/hosts.rs"]
mod hosts;

use bench::{Guest, percentile, sorted, wall};
use hosts::{Hosts, Link, Way};
use proptest::prelude::*;
use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket},
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// Longer than this, and what we wait for does not come.
const PATIENCE: Duration = Duration::from_secs(30);
const SEED: u64 = 7;
const MS: fn(u64) -> Duration = Duration::from_millis;

proptest! {
    #[test]
    fn the_same_seed_decides_the_same(
        seed in any::<u64>(), number in any::<u64>(), from in 0_usize..9, to in 0_usize..9, loss in 0.0..1.0,
    ) {
        let link = Link { loss, ..Link::of(5.0, 3.0, 0.0) };
        let fate = link.fate(seed, Way { from, to }, number);
        prop_assert_eq!(fate, link.fate(seed, Way { from, to }, number));
        if let Some(takes) = fate {
            prop_assert!(takes >= MS(2) && takes <= MS(8));
        }
    }
}

#[test]
fn chance_is_even_and_each_way_has_its_own() {
    let link = Link::of(5.0, 3.0, 10.0);
    let fates = |seed, from, to| -> Vec<_> { (0..20_000).map(|n| link.fate(seed, Way { from, to }, n)).collect() };
    let one = fates(SEED, 0, 1);
    let lost = one.iter().filter(|fate| fate.is_none()).count();
    assert!((1_850..2_150).contains(&lost), "{lost} of 20,000 are lost");
    let taken = sorted(one.iter().flatten().map(|takes| takes.as_secs_f64() * 1000.0).collect());
    for (p, ms) in [(0.0, 2.0), (0.25, 3.5), (0.5, 5.0), (0.75, 6.5), (1.0, 8.0)] {
        assert!((percentile(&taken, p) - ms).abs() < 0.1, "{p} of them take {} ms", percentile(&taken, p));
    }
    let alike = |other: Vec<_>| one.iter().zip(other).filter(|(a, b)| **a == *b).count();
    for (seed, from, to) in [(SEED, 1, 0), (SEED, 0, 2), (SEED + 1, 0, 1)] {
        assert!(alike(fates(seed, from, to)) < 300, "lost in both by chance, and no more");
    }
}

/// A socket on a host that knows when the kernel has taken what it received.
fn ear(hosts: &Hosts, host: usize) -> (Guest, SocketAddr) {
    let (socket, address) = hosts.socket(host);
    nix::sys::socket::setsockopt(&socket, nix::sys::socket::sockopt::ReceiveTimestampns, &true).unwrap();
    (Guest { id: String::new(), socket }, address)
}

/// The next datagram's number, and when the kernel took it.
fn next(ear: &Guest) -> Option<(u64, Duration)> {
    let mut buffer = [0; 2048];
    let (length, at) = ear.next(&mut buffer)?;
    Some((u64::from_be_bytes(buffer[..length].try_into().unwrap()), at))
}

/// How many packets the wires have taken from hosts so far, and how many of them are still under way.
fn traffic(hosts: &Hosts) -> (u64, u64) {
    let all = (0..hosts.many().pow(2)).map(|n| hosts.relay.counts(n / hosts.many(), n % hosts.many()));
    all.fold((hosts.relay.nowhere(), 0), |(taken, under_way), way| {
        (taken + way.sent + way.overflowed, under_way + way.sent - way.delivered - way.lost - way.cut)
    })
}

/// Sends so many, one after the other, from one of these hosts; those that arrive, each with the milliseconds it took.
fn pings(hosts: &Hosts, from: &UdpSocket, to: SocketAddr, ear: &Guest, many: u64, every: Duration) -> Vec<(u64, f64)> {
    let (mut sent, mut arrived) = (Vec::new(), Vec::new());
    let before = traffic(hosts).0;
    let mut take = |sent: &[Duration]| {
        while let Some((number, at)) = next(ear) {
            arrived.push((number, (at.as_secs_f64() - sent[number as usize].as_secs_f64()) * 1000.0));
        }
    };
    for number in 0..many {
        sent.push(wall());
        from.send_to(&number.to_be_bytes(), to).unwrap();
        sleep(every);
        take(&sent);
    }
    // What still is under way, and what the wires had no time for yet.
    let deadline = Instant::now() + PATIENCE;
    let all_gone = || {
        let (taken, under_way) = traffic(hosts);
        taken >= before + many && under_way == 0
    };
    while !all_gone() && Instant::now() < deadline {
        sleep(MS(1));
    }
    sleep(MS(50));
    take(&sent);
    arrived
}

#[test]
fn a_packet_takes_what_its_wire_takes() {
    let Some(hosts) = Hosts::or_leave_out("the delay between hosts", 2, SEED) else { return };
    let (from, _) = hosts.socket(0);
    let deadline = Instant::now() + PATIENCE;
    for (delay, jitter) in [(0.0, 0.0), (5.0, 0.0), (5.0, 3.0)] {
        hosts.relay.set_between(0, 1, Link::of(delay, jitter, 0.0));
        // The machine may have something else to do for a while; a wire that is wrong stays wrong.
        loop {
            let (ear, to) = ear(&hosts, 1);
            let arrived = pings(&hosts, &from, to, &ear, 200, MS(if jitter > 0.0 { 7 } else { 1 }));
            assert_eq!(arrived.len(), 200);
            let took = sorted(arrived.into_iter().map(|(_, ms)| ms).collect());
            let [early, middle, late] = [0.05, 0.5, 0.95].map(|p| percentile(&took, p));
            // The sample's own median lies a little beside the middle.
            let sampling = jitter * 0.2;
            let spread = 0.9 * 2.0 * jitter;
            if (middle - delay).abs() < 0.2 + sampling && (late - early - spread).abs() < 0.3 + sampling {
                break;
            }
            let seen = format!("{early:.3}, {middle:.3} and {late:.3} ms on a wire of {delay} ± {jitter} ms");
            assert!(took[0] > delay - jitter - 0.05, "earlier than can be: {seen}");
            assert!(Instant::now() < deadline, "{seen}");
        }
    }
}

#[test]
fn exactly_those_are_lost_that_the_seed_says() {
    let Some(hosts) = Hosts::or_leave_out("loss between hosts", 2, SEED) else { return };
    let link = Link::of(0.0, 0.0, 10.0);
    hosts.relay.set(link);
    let (from, _) = hosts.socket(0);
    let (ear, to) = ear(&hosts, 1);
    let arrived: Vec<_> =
        pings(&hosts, &from, to, &ear, 1_000, Duration::from_micros(100)).into_iter().map(|(n, _)| n).collect();
    let spared: Vec<_> = (0..1_000).filter(|n| link.fate(SEED, Way { from: 0, to: 1 }, *n).is_some()).collect();
    assert_eq!(arrived, spared);
    let counts = hosts.relay.counts(0, 1);
    assert_eq!((counts.sent, counts.delivered), (1_000, spared.len() as u64));
    assert_eq!((counts.lost, counts.cut, counts.overflowed), (1_000 - spared.len() as u64, 0, 0));
}

#[test]
fn a_burst_stays_in_order_unless_packets_may_overtake() {
    let Some(hosts) = Hosts::or_leave_out("the order of packets between hosts", 2, SEED) else { return };
    let (from, _) = hosts.socket(0);
    for overtaking in [false, true] {
        hosts.relay.set(Link { overtaking, ..Link::of(5.0, 3.0, 0.0) });
        let (ear, to) = ear(&hosts, 1);
        let arrived = pings(&hosts, &from, to, &ear, 200, Duration::from_micros(50));
        assert_eq!(arrived.len(), 200);
        assert_eq!(arrived.is_sorted_by_key(|(number, _)| *number), !overtaking);
    }
}

/// Waits until what is sent arrives, or does not any more.
#[track_caller]
fn until_it_passes(hosts: &Hosts, passes: bool, from: &UdpSocket, to: SocketAddr, ear: &Guest) {
    let deadline = Instant::now() + PATIENCE;
    while pings(hosts, from, to, ear, 1, MS(1)).is_empty() == passes {
        assert!(Instant::now() < deadline, "it {}", if passes { "does not pass" } else { "passes" });
    }
}

#[test]
fn a_wire_that_is_cut_passes_nothing_until_it_is_mended() {
    let Some(hosts) = Hosts::or_leave_out("a cut between hosts", 3, SEED) else { return };
    let (ear, to) = ear(&hosts, 1);
    let [(first, _), (third, _)] = [0, 2].map(|host| hosts.socket(host));
    hosts.relay.cut(0, 1);
    assert_eq!(pings(&hosts, &first, to, &ear, 50, MS(1)), []);
    assert_eq!(hosts.relay.counts(0, 1).cut, 50);
    until_it_passes(&hosts, true, &third, to, &ear);
    hosts.relay.mend(1, 0);
    until_it_passes(&hosts, true, &first, to, &ear);
    // What is on the wire is cut off with it.
    hosts.relay.set(Link::of(1_000.0, 0.0, 0.0));
    first.send_to(&[0; 8], to).unwrap();
    let deadline = Instant::now() + PATIENCE;
    while hosts.relay.counts(0, 1).sent < 52 {
        assert!(Instant::now() < deadline, "it was not sent");
        sleep(MS(1));
    }
    hosts.relay.cut(0, 1);
    while hosts.relay.counts(0, 1).cut < 51 {
        assert!(Instant::now() < deadline, "it was not cut off");
        sleep(MS(1));
    }
}

#[test]
fn where_calls_are_cut_datagrams_pass_and_nobody_is_reached_by_a_call() {
    let Some(hosts) = Hosts::or_leave_out("a cut of calls between hosts", 2, SEED) else { return };
    let (ear, to) = ear(&hosts, 1);
    let (socket, _) = hosts.socket(0);
    let listener = hosts.on(1, || TcpListener::bind("0.0.0.0:0")).unwrap();
    let port = listener.local_addr().unwrap().port();
    let calls =
        |within| hosts.on(0, || TcpStream::connect_timeout(&SocketAddr::from((hosts.address(1), port)), within));
    hosts.relay.cut_calls(0, 1);
    assert!(calls(MS(300)).is_err());
    until_it_passes(&hosts, true, &socket, to, &ear);
    hosts.relay.mend(0, 1);
    assert!(calls(PATIENCE).is_ok());
}

#[test]
fn tcp_is_whole_after_jitter_and_loss() {
    const SIZE: usize = 1_000_000;
    let Some(hosts) = Hosts::or_leave_out("TCP between hosts", 2, SEED) else { return };
    hosts.relay.set(Link::of(5.0, 3.0, 1.0));
    let listener = hosts.on(1, || TcpListener::bind("0.0.0.0:0")).unwrap();
    let to = SocketAddr::from((hosts.address(1), listener.local_addr().unwrap().port()));
    let sent: Vec<u8> = (0..SIZE).map(|n| (n % 251) as u8).collect();
    let mut received = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut stream = hosts.on(0, || TcpStream::connect_timeout(&to, PATIENCE)).unwrap();
            stream.set_write_timeout(Some(PATIENCE)).unwrap();
            stream.write_all(&sent).unwrap();
        });
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.read_to_end(&mut received).unwrap();
    });
    assert_eq!(received.len(), SIZE);
    assert!(received == sent, "what arrives is what was sent");
    let counts = hosts.relay.counts(0, 1);
    assert!(counts.lost > 0, "{counts:?}");
}

#[test]
fn a_host_that_moves_is_found_at_its_new_address_alone() {
    let Some(hosts) = Hosts::or_leave_out("a host that moves", 2, SEED) else { return };
    let (from, _) = hosts.socket(0);
    let (ear, old) = ear(&hosts, 1);
    until_it_passes(&hosts, true, &from, old, &ear);
    hosts.readdress(1, Ipv4Addr::new(10, 99, 0, 1));
    assert_eq!(pings(&hosts, &from, old, &ear, 5, MS(1)), []);
    assert_eq!(hosts.relay.nowhere(), 5);
    let new = SocketAddr::from((hosts.address(1), old.port()));
    until_it_passes(&hosts, true, &from, new, &ear);
    // And it still reaches the others.
    let (back, to) = self::ear(&hosts, 0);
    until_it_passes(&hosts, true, &ear.socket, to, &back);
}

#[test]
fn what_is_for_a_group_reaches_all_others() {
    let Some(hosts) = Hosts::or_leave_out("groups between hosts", 3, SEED) else { return };
    let group = Ipv4Addr::new(224, 0, 0, 224);
    let ears = [1, 2].map(|host| {
        let (ear, address) = ear(&hosts, host);
        ear.socket.join_multicast_v4(&group, &hosts.address(host)).unwrap();
        (ear, SocketAddr::from((group, address.port())))
    });
    let (from, _) = hosts.socket(0);
    for (ear, to) in &ears {
        until_it_passes(&hosts, true, &from, *to, ear);
    }
}

#[test]
fn a_program_lives_on_its_host_and_no_longer() {
    let Some(hosts) = Hosts::or_leave_out("programs on hosts", 2, SEED) else { return };
    let script = "hostname; ip -o -4 address; echo $XDG_RUNTIME_DIR";
    let output = hosts.command(1, "sh").args(["-c", script]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.starts_with("host-2\n"), "{said}");
    assert!(said.contains(&hosts.address(1).to_string()) && said.contains("127.0.0.1"), "{said}");
    assert!(said.contains(hosts.folder(1).to_str().unwrap()), "{said}");
    for other in (0..hosts.many()).filter(|host| *host != 1) {
        assert!(!said.contains(&hosts.address(other).to_string()), "{said}");
    }
    let mut stays = hosts.command(0, "sleep").arg("1000").spawn().unwrap();
    drop(hosts);
    let status = stays.wait().unwrap();
    assert!(!status.success(), "it was ended: {status}");
}

#[test]
fn two_rigs_do_not_meet() {
    let Some(one) = Hosts::or_leave_out("two rigs at once", 2, SEED) else { return };
    let other = Hosts::make(2, SEED).unwrap();
    let (ear, to) = ear(&other, 1);
    let (from, _) = one.socket(0);
    assert_ne!(one.address(1), other.address(1));
    assert_eq!(pings(&one, &from, to, &ear, 20, MS(1)), []);
    assert_eq!((one.relay.nowhere(), other.relay.counts(0, 1).sent), (20, 0));
    drop(one);
    let (from, _) = other.socket(0);
    until_it_passes(&other, true, &from, to, &ear);
}

/// The namespaces that `ip` lists and that begin like this.
fn namespaces(begin: &str) -> Vec<String> {
    let list = Command::new("ip").args(["netns", "list"]).output().unwrap();
    String::from_utf8_lossy(&list.stdout)
        .lines()
        .filter(|line| line.starts_with(begin))
        .map(|line| line.split(' ').next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn hosts_are_gone_after_a_panic_too() {
    // Of a process of its own, so that nobody else's hosts are counted.
    if std::env::var_os("HOSTS_PANIC").is_some() {
        let _hosts = Hosts::make(2, SEED).unwrap();
        assert_eq!(namespaces(&format!("mb-{}-", std::process::id())).len(), 2);
        panic!("as it was to be");
    }
    let Some(_ours) = Hosts::or_leave_out("hosts after a panic", 1, SEED) else { return };
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "hosts_are_gone_after_a_panic_too"])
        .env("HOSTS_PANIC", "yes")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    assert!(!child.wait().unwrap().success());
    assert_eq!(namespaces(&format!("mb-{}-", child.id())), [""; 0]);
}

#[test]
fn what_a_killed_run_left_is_swept() {
    if Hosts::or_leave_out("sweeping after a killed run", 1, SEED).is_none() {
        return;
    }
    let mut dead = Command::new("true").spawn().unwrap();
    dead.wait().unwrap();
    let left = format!("mb-{}-0-1", dead.id());
    let deadline = Instant::now() + PATIENCE;
    let mut orphan = loop {
        assert!(Instant::now() < deadline, "no orphan in a namespace that was left");
        if let Some(orphan) = orphan_in(&left) {
            break orphan;
        }
    };
    let _hosts = Hosts::make(1, SEED).unwrap();
    assert!(!orphan.wait().unwrap().success(), "it was ended");
    assert!(!Path::new("/run/netns").join(&left).exists());
}

/// A process in a namespace that nobody owns; `None`: another test has swept it before it lived there.
fn orphan_in(left: &str) -> Option<Child> {
    let quiet = |arguments: &[&str]| {
        let mut ip = Command::new("ip");
        ip.args(arguments).stderr(Stdio::null());
        ip
    };
    quiet(&["netns", "add", left]).status().unwrap();
    let mut orphan = quiet(&["netns", "exec", left, "sleep", "1000"]).spawn().unwrap();
    let name = format!("/proc/{}/comm", orphan.id());
    while orphan.try_wait().unwrap().is_none() {
        if std::fs::read_to_string(&name).is_ok_and(|name| name == "sleep\n") {
            return Some(orphan);
        }
        sleep(MS(1));
    }
    None
}
