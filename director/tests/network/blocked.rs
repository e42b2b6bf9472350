//! Where no datagram gets through between two machines, only calls.

use crate::{
    player::{Player, in_order},
    process::{Director, wait_until},
    stage::{Stage, address, asks, does, duo},
};
use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

/// Where two players hear the same tick, in the median: on an idle machine it is a tenth of that.
const APART_MS: f64 = 3.0;
/// Where the wall stands.
const WALL: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

/// A firewall before a leader: it lets calls through, and datagrams when it is told to.
struct Wall {
    calls: SocketAddr,
    opened: Arc<AtomicBool>,
    gone: Arc<AtomicBool>,
}

impl Wall {
    fn before(leader: SocketAddr) -> Self {
        let (opened, gone) = (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
        let listener = TcpListener::bind((WALL, 0)).unwrap();
        let calls = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for call in listener.incoming().flatten() {
                let Ok(there) = TcpStream::connect(leader) else { continue };
                let back = (there.try_clone().unwrap(), call.try_clone().unwrap());
                for (from, to) in [(call, there), back] {
                    std::thread::spawn(move || pass(from, to));
                }
            }
        });
        // A satellite sends its pings to the port that the leader has told it.
        let outside = UdpSocket::bind((WALL, leader.port())).unwrap();
        let inside = UdpSocket::bind("127.0.0.1:0").unwrap();
        inside.connect(leader).unwrap();
        outside.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        inside.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        let (open, stop) = (opened.clone(), gone.clone());
        std::thread::spawn(move || {
            let (mut ping, mut answer) = ([0; 2048], [0; 2048]);
            while !stop.load(Relaxed) {
                let Ok((length, satellite)) = outside.recv_from(&mut ping) else { continue };
                if !open.load(Relaxed) {
                    continue;
                }
                // An answer that came too late is not that of the next ping.
                inside.set_nonblocking(true).unwrap();
                while inside.recv(&mut answer).is_ok() {}
                inside.set_nonblocking(false).unwrap();
                if inside.send(&ping[..length]).is_err() {
                    continue;
                }
                if let Ok(length) = inside.recv(&mut answer) {
                    let _ = outside.send_to(&answer[..length], satellite);
                }
            }
        });
        Self { calls, opened, gone }
    }
}

impl Drop for Wall {
    fn drop(&mut self) {
        self.gone.store(true, Relaxed);
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    for stream in [&from, &to] {
        stream.set_nodelay(true).unwrap();
    }
    let mut buffer = [0; 16_384];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}

/// How the pings of `left` travel, as a director knows it.
fn way(director: &Director) -> String {
    let table = does(director, &["hosts"]);
    let line = table.lines().find(|line| line.starts_with("left")).unwrap_or_default().to_owned();
    line.split_whitespace().rev().nth(1).unwrap_or("-").to_owned()
}

/// In the median, by how many milliseconds two players hear the same tick apart; and how many they have in common.
fn apart(one: &Player, other: &Player) -> (f64, usize) {
    let ones: BTreeMap<i32, _> = one.ticks().into_iter().map(|(at, number, _)| (number, at)).collect();
    let both = other.ticks().into_iter().filter_map(|(at, number, _)| Some((at, *ones.get(&number)?)));
    let mut apart: Vec<_> = both.map(|(a, b)| a.max(b).duration_since(a.min(b)).as_secs_f64() * 1000.0).collect();
    apart.sort_by(f64::total_cmp);
    (apart[apart.len() / 2], apart.len())
}

#[test]
fn where_udp_is_blocked_pings_take_the_link_ticks_agree_and_udp_takes_over_when_it_is_open() {
    let stage = Stage::new();
    let studio = stage.lead(&duo("delay-historic = false"));
    let leader: SocketAddr = address(&studio).parse().unwrap();
    let wall = Wall::before(leader);
    let list = stage.home.path().join("left.toml");
    std::fs::write(&list, crate::stage::puppet("b", "")).unwrap();
    let mut command = asks(&wall.calls.to_string(), "left", &stage.key);
    command.args(["--clock-skew", "37,80", "--bots"]).arg(list);
    let left = Director::start(command).listens();
    let (a, b) = (Player::new(&studio, "a@studio"), Player::new(&left, "b@left"));
    let line = left.says("go through the link");
    assert!(line.contains(&format!("UDP port {}", leader.port())) && line.contains("studio"), "{line}");
    studio.says("left: pings to studio go through the link");
    for director in [&studio, &left] {
        wait_until("it is shown that pings take the link", || way(director) == "link");
    }
    b.hears_ticks(200);
    let (median, many) = apart(&a, &b);
    eprintln!("through the link: {median:.3} ms apart in the median of {many} ticks");
    assert!(many > 150 && median < APART_MS, "{median} ms apart in the median of {many}");
    wall.opened.store(true, Relaxed);
    left.says("pings go there again");
    for director in [&studio, &left] {
        wait_until("it is shown that datagrams get through", || way(director) == "udp");
    }
    b.hears_ticks(200);
    in_order(&b.ticks());
    in_order(&a.ticks());
    let (median, many) = apart(&a, &b);
    eprintln!("with UDP again: {median:.3} ms apart in the median of {many} ticks");
    assert!(many > 350 && median < APART_MS, "{median} ms apart in the median of {many}");
    assert_eq!(left.said().matches("go through the link").count(), 1, "{}", left.said());
}
