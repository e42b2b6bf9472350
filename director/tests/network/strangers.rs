//! Who has no key cannot disturb: garbage, floods and calls that lead nowhere cost the leader no tick and no memory.

use crate::{
    player::{Player, in_order},
    process::{Director, wait_until},
    stage::{Stage, address, duo},
};
use socket2::{Domain, Socket, Type};
use std::{
    fs,
    io::{self, Write as _},
    net::{SocketAddr, TcpStream, UdpSocket},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

/// The memory that a process holds, in MiB.
pub(crate) fn megabytes(director: &Director) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", director.child.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

/// Does something again and again, until it is told to stop.
pub(crate) fn again(stop: &Arc<AtomicBool>, mut what: impl FnMut() + Send + 'static) -> std::thread::JoinHandle<()> {
    let stop = stop.clone();
    std::thread::spawn(move || {
        while !stop.load(Relaxed) {
            what();
            // An attacker with a machine of its own leaves ours to the band.
            std::thread::sleep(Duration::from_millis(1));
        }
    })
}

/// A call from a machine of its own.
fn call(to: SocketAddr) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from(([127, 0, 0, 66], 0)).into())?;
    socket.connect_timeout(&to.into(), Duration::from_millis(200))?;
    Ok(socket.into())
}

#[test]
fn garbage_floods_and_half_open_calls_cost_no_tick_and_hosts_are_let_in_all_the_while() {
    let stage = Stage::new();
    let studio = stage.lead(&duo(""));
    let a = Player::new(&studio, "a@studio");
    a.hears_ticks(20);
    let at: SocketAddr = address(&studio).parse().unwrap();
    let before = megabytes(&studio);
    let stop = Arc::new(AtomicBool::new(false));
    let garbage: Vec<u8> = (0..60_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let half_open: Vec<_> = (0..40).filter_map(|_| call(at).ok()).collect();
    let (one, two) = (garbage.clone(), garbage.clone());
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let udp_too = udp.try_clone().unwrap();
    let mut number = 0_usize;
    let attackers = [
        // Datagrams of every size, the longest that there are among them.
        again(&stop, move || {
            for length in [0, 1, 64, 1472, 60_000] {
                let _ = udp.send_to(&one[..length], at);
            }
        }),
        // Those that look like pings.
        again(&stop, move || {
            for _ in 0..50 {
                number = (number + 1) % 50_000;
                let _ = udp_too.send_to(&two[number..number + 80], at);
            }
        }),
        // Calls that are hung up at once.
        again(&stop, move || drop(call(at))),
        // Calls that talk nonsense.
        again(&stop, move || {
            if let Ok(mut stream) = call(at) {
                let _ = stream.write_all(b"\x16\x03\x01\xff\xff");
                let _ = stream.write_all(&garbage);
            }
        }),
    ];
    let begun = Instant::now();
    let left = stage.join(&studio, "left", &["b"], &[]);
    let b = Player::new(&left, "b@left");
    a.knows(&["a@studio", "b@left"]);
    b.hears_ticks(20);
    wait_until("it has gone on for 3 s", || begun.elapsed() > Duration::from_secs(3));
    stop.store(true, Relaxed);
    attackers.into_iter().for_each(|attacker| attacker.join().unwrap());
    a.hears_ticks(20);
    assert!(a.ticks().len() > 200, "{} ticks in 3 s", a.ticks().len());
    in_order(&a.ticks());
    in_order(&b.ticks());
    let after = megabytes(&studio);
    assert!(after < before + 100, "{before} MiB before, {after} after");
    drop(half_open);
}
