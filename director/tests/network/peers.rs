//! Who has the key may still mean no good, or be broken: names, words and calls without end cost the leader no tick, a bounded
//! amount of memory, descriptors and lines, and keep no other machine out.

use crate::{
    player::{Player, in_order},
    process::{Director, wait_until},
    stage::{Stage, address},
    strangers::{again, megabytes},
};
use director::network::{
    HostName,
    greeting::{self, Greeting},
    key::Key,
    seal::Seal,
    word::{Letter, Word},
};
use socket2::{Domain, Socket, Type};
use std::{
    fs, io,
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::copy_bidirectional,
    net::{TcpStream, UnixListener},
};
use zenoh::{Session, Wait};

/// How many descriptors a process holds.
fn descriptors(director: &Director) -> usize {
    fs::read_dir(format!("/proc/{}/fd", director.child.id())).unwrap().count()
}

/// A call that has proved itself, from a machine of its own, of a host that is called so.
async fn call(seal: &Seal, to: SocketAddr, name: &str) -> io::Result<tokio_rustls::TlsStream<TcpStream>> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from(([127, 0, 0, 66], 0)).into())?;
    socket.connect_timeout(&to.into(), Duration::from_millis(500))?;
    socket.set_nonblocking(true)?;
    let mut call = seal.calls(TcpStream::from_std(socket.into())?).await?;
    greeting::say(&mut call, &Greeting::of(&HostName::new(name).unwrap())).await?;
    greeting::hear(&mut call).await?;
    Ok(call)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Whoever connects to the socket is connected with the leader as a host of this name, until the process ends.
pub(crate) fn door(seal: Seal, to: SocketAddr, name: &'static str, socket: &Path) {
    let listener = std::os::unix::net::UnixListener::bind(socket).unwrap();
    listener.set_nonblocking(true).unwrap();
    std::thread::spawn(move || {
        runtime().block_on(async {
            let listener = UnixListener::from_std(listener).unwrap();
            while let Ok((mut inside, _)) = listener.accept().await {
                let seal = seal.clone();
                tokio::spawn(async move {
                    if let Ok(mut outside) = call(&seal, to, name).await {
                        let _ = copy_bidirectional(&mut inside, &mut outside).await;
                    }
                });
            }
        });
    });
}

/// The link's engine, without anything of ours that keeps to the rules.
fn link(socket: &Path) -> Session {
    let config = format!(
        r#"{{ mode: "client", connect: {{ endpoints: ["unixsock-stream/{}"], timeout_ms: 6000, exit_on_failure: true }},
            scouting: {{ multicast: {{ enabled: false }}, gossip: {{ enabled: false }} }} }}"#,
        socket.display()
    );
    zenoh::open(zenoh::Config::from_json5(&config).unwrap()).wait().unwrap()
}

#[test]
fn names_words_and_calls_without_end_cost_no_tick_and_keep_no_other_machine_out() {
    let stage = Stage::new();
    let (studio, left, a, b) = stage.duo();
    a.hears_ticks(20);
    let to: SocketAddr = address(&studio).parse().unwrap();
    let seal = Seal::new(&Key::read(&stage.key).unwrap()).unwrap();
    let socket = stage.home.path().join("peer");
    door(seal.clone(), to, "peer", &socket);
    let peer = Arc::new(link(&socket));
    let say = move |name: &str, word: Word| {
        let letter = Letter { from: 7, to: None, word }.encode();
        let _ = peer.put(format!("musebots/1/word/{name}/studio"), letter).wait();
    };
    let (before, lines) = ((megabytes(&studio), descriptors(&studio)), studio.said().lines().count());
    let stop = Arc::new(AtomicBool::new(false));
    let (talk, mut names, mut calls) = (say.clone(), 0, 0);
    let mut held = Vec::new();
    let calling = runtime();
    let floods = [
        // Names without end, that ask and are never heard again.
        again(&stop, move || {
            for _ in 0..4 {
                names += 1;
                say(&format!("h{names}"), Word::hello());
            }
        }),
        // A few that play, and talk and ask without end.
        again(&stop, move || {
            for name in ["p1", "p2", "p3"] {
                talk(name, Word::hello());
                talk(name, Word::State(Box::default()));
                talk(name, Word::Log { tone: "loud".into(), text: "look at me".repeat(100) });
            }
        }),
        // Calls that say nothing any more.
        again(&stop, move || {
            calls += 1;
            if let Ok(call) = calling.block_on(call(&seal, to, &format!("c{}", calls % 200))) {
                held.push(call);
            }
        }),
    ];
    let begun = Instant::now();
    let right = stage.join(&studio, "right", &[], &[]);
    let c = Player::new(&right, "c@right");
    c.hears_ticks(20);
    wait_until("it has gone on for 3 s", || begun.elapsed() > Duration::from_secs(3));
    let during = descriptors(&studio);
    stop.store(true, Relaxed);
    floods.into_iter().for_each(|flood| flood.join().unwrap());
    for player in [&a, &b, &c] {
        player.hears_ticks(20);
        in_order(&player.ticks());
    }
    assert!(a.ticks().len() > 200, "{} ticks in 3 s", a.ticks().len());
    assert!(!left.said().contains("out of reach"), "{}", left.said());
    let (memory, lines) = (megabytes(&studio), studio.said().lines().count() - lines);
    eprintln!("{before:?} before, {memory} MiB and {during} descriptors then, {lines} lines");
    assert!(memory < before.0 + 200, "{} MiB before, {memory} after", before.0);
    assert!(during < before.1 + 200, "{} descriptors before, {during} meanwhile", before.1);
    assert!(lines < 250, "{lines} lines:\n{}", studio.said());
}
