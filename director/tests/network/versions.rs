//! Directors of different releases: nobody is left to wonder why nothing happens.

use crate::{
    player::{Player, in_order},
    process::Director,
    stage::{Stage, address, asks, duo},
};
use director::network::{
    HostName,
    greeting::{self, Greeting},
    key::Key,
    seal::Seal,
    word::VOCABULARY,
};
use std::{net::SocketAddr, path::Path, time::Duration};
use tokio::{
    io::AsyncReadExt,
    net::{TcpListener, TcpStream},
    time::timeout,
};

/// Nobody waits longer to hear that it does not work.
const SOON: Duration = Duration::from_secs(10);

fn wait<T>(task: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(task)
}

/// A director of the future, by this name.
fn of_the_future(name: &str) -> Greeting {
    Greeting { vocabulary: VOCABULARY + 1, version: "9.9.0".into(), name: HostName::new(name).unwrap() }
}

/// How a director says what that one speaks, and what it speaks itself.
fn theirs_and_ours() -> String {
    let (theirs, version) = (VOCABULARY + 1, env!("CARGO_PKG_VERSION"));
    format!("speaks version 9.9.0 (vocabulary {theirs}), this director {version} (vocabulary {VOCABULARY})")
}

fn seal(key: &Path) -> Seal {
    Seal::new(&Key::read(key).unwrap()).unwrap()
}

#[test]
fn a_caller_of_another_release_is_told_ours_and_the_leaders_screen_says_so_once() {
    let stage = Stage::new();
    let studio = stage.lead(&duo(""));
    let a = Player::new(&studio, "a@studio");
    a.hears_ticks(10);
    let at: SocketAddr = address(&studio).parse().unwrap();
    let ours = wait(async {
        let mut ours = None;
        for _ in 0..2 {
            let mut call = seal(&stage.key).calls(TcpStream::connect(at).await.unwrap()).await.unwrap();
            greeting::say(&mut call, &of_the_future("left")).await.unwrap();
            ours = Some(greeting::hear(&mut call).await.unwrap());
            let ends = timeout(SOON, call.read(&mut [0; 16])).await.expect("it hangs up");
            assert_eq!(ends.unwrap_or(0), 0, "nothing follows");
        }
        ours.unwrap()
    });
    assert_eq!(ours, Greeting::of(&HostName::new("studio").unwrap()));
    let line = studio.says("left is not let in");
    for words in [&theirs_and_ours(), "use the same release on both"] {
        assert!(line.contains(words), "`{words}` was not said: {line}");
    }
    // Who comes after them is let in.
    let _right = stage.join(&studio, "right", &[], &[]);
    studio.says("right has joined");
    assert_eq!(studio.said().matches("left is not let in").count(), 1, "{}", studio.said());
    in_order(&a.ticks());
}

#[test]
fn who_calls_a_leader_of_another_release_is_told_both_and_ends() {
    let stage = Stage::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    listener.set_nonblocking(true).unwrap();
    let left = Director::start(asks(&at.to_string(), "left", &stage.key));
    let answers = async {
        let listener = TcpListener::from_std(listener).unwrap();
        let mut call = seal(&stage.key).answers(listener.accept().await.unwrap().0).await.unwrap();
        let theirs = greeting::hear(&mut call).await.unwrap();
        greeting::say(&mut call, &of_the_future("studio")).await.unwrap();
        theirs
    };
    let theirs = wait(async { timeout(SOON, answers).await });
    assert_eq!(theirs.expect("it calls and greets"), Greeting::of(&HostName::new("left").unwrap()));
    let (status, said) = left.ends();
    assert_eq!(status.code(), Some(1), "{said}");
    for words in [&format!("studio {}", theirs_and_ours()), "use the same release on both"] {
        assert!(said.contains(words), "`{words}` was not said: {said}");
    }
}
