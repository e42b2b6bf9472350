//! `director doctor` as a process: on this machine as it is, beside directors, and towards other machines.

#[path = "support/hello.rs"]
#[allow(dead_code, reason = "other tests take the rest")]
mod hello;
#[path = "support/live.rs"]
#[allow(dead_code, reason = "other tests take the rest")]
mod live;
#[path = "support/nowhere.rs"]
mod nowhere;
#[path = "support/socket_bot.rs"]
#[allow(dead_code, reason = "other tests take the rest")]
mod socket_bot;

use live::Live;
use musebot_protocol::{Arg, Args, Control, MAX_DATAGRAM, Reply, messages};
use nowhere::{json, text};
use serde_json::Value;
use std::{
    net::{TcpListener, UdpSocket},
    process::Output,
    thread::JoinHandle,
};

fn doctor(args: &[&str]) -> Output {
    nowhere::director("doctor", args, &[])
}

/// The lines of a group, each as its mark and what was found.
fn lines(json: &Value, heading: &str) -> Vec<(String, String)> {
    let groups = json["groups"].as_array().unwrap();
    let group = groups.iter().find(|group| group["heading"] == heading).unwrap_or_else(|| panic!("{heading}: {json}"));
    let word = |line: &Value, key: &str| line[key].as_str().unwrap().to_owned();
    group["lines"].as_array().unwrap().iter().map(|line| (word(line, "mark"), word(line, "found"))).collect()
}

/// A director that knows its name and, perhaps, its hosts. It answers until an empty datagram comes.
struct Fake {
    port: u16,
    /// What it was asked for.
    answering: JoinHandle<Vec<String>>,
}

impl Fake {
    fn play(hosts: Option<Vec<Args>>) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        let answering = std::thread::spawn(move || {
            let mut buffer = vec![0; MAX_DATAGRAM];
            let mut asked = Vec::new();
            loop {
                let (length, from) = socket.recv_from(&mut buffer).unwrap();
                if length == 0 {
                    return asked;
                }
                let message = messages(&buffer[..length]).next().unwrap().unwrap();
                let Ok(Control::Get { what }) = Control::decode(&message) else { panic!("no question") };
                let values = match what.as_str() {
                    "name" => Some(vec![vec![Arg::from("trio")]]),
                    _ => hosts.clone(),
                };
                let end = match &values {
                    Some(_) => Reply::Ok("get".into()),
                    None => Reply::Error("get".into(), format!("there is no value `{what}`")),
                };
                let values = values.into_iter().flatten().map(|value| Reply::Value(what.clone(), value));
                for reply in values.chain([end]) {
                    socket.send_to(&reply.encode(), from).unwrap();
                }
                asked.push(what);
            }
        });
        Self { port, answering }
    }

    /// What the doctor says beside it.
    fn examined(self) -> Output {
        let output = doctor(&["--json", "--control", &self.port.to_string()]);
        let here = UdpSocket::bind("127.0.0.1:0").unwrap();
        here.send_to(&[], ("127.0.0.1", self.port)).unwrap();
        assert_eq!(self.answering.join().unwrap(), ["name", "hosts"], "{}", text(&output));
        output
    }
}

fn host(name: &str, figures: [f32; 4], state: &str, way: &str) -> Args {
    let mut host: Args = vec![name.into(), "127.0.0.1".into()];
    host.extend(figures.map(Arg::Float));
    host.extend([Arg::Int(3), state.into(), way.into()]);
    host
}

#[test]
fn a_machine_is_looked_at_and_every_part_of_the_stage_has_lines() {
    let output = doctor(&[]);
    let text = text(&output);
    for heading in ["Time", "Sound", "MIDI", "Network", "Ports", "Peers"] {
        assert!(text.contains(&format!("\n\n{heading}\n  ")), "{heading}: {text}");
    }
    let problem = text.lines().any(|line| line.starts_with("  x "));
    assert_eq!(output.status.code(), Some(i32::from(problem)), "{text}");
    let is_command = |line: &str| line.starts_with("          ");
    assert!(text.lines().filter(|line| !is_command(line)).all(|line| line.chars().count() <= 100), "{text}");
    assert!(!text.contains('\u{1b}'), "no colours where nobody looks: {text}");
}

#[test]
fn as_json_it_has_the_lines_and_what_was_measured() {
    let json = json(&doctor(&["--json"]));
    assert_eq!(json["findings"]["time"]["wakes"]["count"], 250);
    assert!(json["findings"]["machine"]["unix_seconds"].as_u64().unwrap() > 1_700_000_000);
    assert!(json["findings"]["network"]["interfaces"].as_array().unwrap().iter().any(|i| i["kind"] == "loopback"));
    let problems = json["groups"].as_array().unwrap().iter().flat_map(|group| group["lines"].as_array().unwrap());
    assert_eq!(problems.filter(|line| line["mark"] == "problem").count() as u64, json["problems"].as_u64().unwrap());
}

#[test]
fn the_hosts_of_a_director_that_plays_are_judged() {
    let fake = Fake::play(Some(vec![
        host("near", [0.4, 0.1, 0.0, 0.05], "here", "udp"),
        host("far", [80.0, 9.0, 3.0, 2.0], "here", "link"),
        host("gone", [-1.0, 0.0, 0.0, -1.0], "lost", "-"),
        host("new", [-1.0, 0.0, 0.0, -1.0], "joining", "-"),
    ]));
    let output = fake.examined();
    assert_eq!(output.status.code(), Some(1), "one is lost");
    let json = json(&output);
    let peers = lines(&json, "Peers");
    let marks: Vec<&str> = peers.iter().map(|(mark, _)| mark.as_str()).collect();
    assert_eq!(marks, ["ok", "warning", "problem", "note"], "{peers:?}");
    assert!(peers[0].1.starts_with("near (127.0.0.1, by lo"), "{peers:?}");
    assert!(peers[0].1.contains("): 3 bots, round trip 0.4 ms"), "{peers:?}");
    let far = &json["groups"].as_array().unwrap().iter().find(|g| g["heading"] == "Peers").unwrap()["lines"][1];
    assert_eq!(far["todo"].as_array().unwrap().len(), 5, "{far}");
    assert!(lines(&json, "Ports")[0].1.starts_with("`trio` plays here"));
}

#[test]
fn a_director_that_plays_alone_is_told_from_one_that_nobody_has_joined() {
    let alone = json(&Fake::play(None).examined());
    assert!(lines(&alone, "Peers")[0].1.contains("on this machine alone"), "{alone}");
    let open = json(&Fake::play(Some(Vec::new())).examined());
    assert!(lines(&open, "Peers")[0].1.contains("nobody has joined"), "{open}");
}

#[test]
fn a_real_director_is_found_by_its_ports() {
    let live =
        Live::play("name = \"duo\"\nwait = 60\n[[bot]]\nid = \"a\"\nprogram = \"./puppet\"\noutput = \"null\"\n");
    let (port, control) = (live.address.port().to_string(), live.control.port().to_string());
    let json = json(&doctor(&["--json", "--port", &port, "--control", &control]));
    let ports = lines(&json, "Ports");
    assert!(ports[0].0 == "ok" && ports[0].1.starts_with("`duo` plays here"), "{ports:?}");
}

#[test]
fn a_port_that_somebody_else_has_is_a_problem_and_says_who() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let output = doctor(&["--port", &socket.local_addr().unwrap().port().to_string()]);
    assert_eq!(output.status.code(), Some(1));
    let text = text(&output);
    #[cfg(target_os = "linux")]
    assert!(text.contains(&format!("(process {})", std::process::id())), "{text}");
    assert!(text.contains("director play SET --listen "), "{text}");
}

#[test]
fn one_way_out_is_looked_at_before_playing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = format!("127.0.0.1:{}", listener.local_addr().unwrap().port());
    let json = json(&doctor(&["--json", "--to", &to]));
    let way = lines(&json, "The way to 127.0.0.1");
    assert!(way.iter().all(|(mark, _)| mark == "ok"), "{way:?}");
    assert!(way[0].1.contains("that is this machine") && way[1].1.contains("no UDP"), "{way:?}");
    drop(listener);
    let output = doctor(&["--to", &to]);
    assert_eq!(output.status.code(), Some(1), "nobody listens there");
    assert!(text(&output).contains("begin to play there"), "{}", text(&output));
}

#[test]
fn a_name_that_nobody_knows_is_a_problem_and_no_error() {
    let output = doctor(&["--to", "no-such-host.invalid"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("nobody knows where no-such-host.invalid is"), "{}", text(&output));
}

/// Two directors on this machine, as on two.
#[cfg(feature = "network")]
mod together {
    use super::{doctor, json, lines};
    use std::{
        fs,
        net::UdpSocket,
        os::unix::fs::PermissionsExt,
        path::Path,
        process::{Child, Command, Stdio},
        time::{Duration, Instant},
    };

    const PATIENCE: Duration = Duration::from_secs(60);

    /// Ends with the test.
    struct Playing(Child);

    impl Playing {
        fn begin(home: &Path, args: &[&str]) -> Self {
            let mut command = Command::new(env!("CARGO_BIN_EXE_director"));
            command.args(args).current_dir(home).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            Self(command.spawn().unwrap())
        }
    }

    impl Drop for Playing {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    /// Ports that nobody has, each apart from the others.
    fn free_ports<const N: usize>() -> [String; N] {
        let sockets = [(); N].map(|()| UdpSocket::bind("127.0.0.1:0").unwrap());
        sockets.map(|socket| socket.local_addr().unwrap().port().to_string())
    }

    /// What is said of the peers, once somebody among them has a word.
    fn peers(port: &str, control: &str, word: &str) -> Vec<(String, String)> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let told = lines(&json(&doctor(&["--json", "--port", port, "--control", control])), "Peers");
            if told.iter().any(|(_, found)| found.contains(word)) {
                return told;
            }
            assert!(Instant::now() < deadline, "no `{word}` in {told:?}");
        }
    }

    #[test]
    fn machines_that_play_together_are_told_on_either_and_one_that_is_lost_is_a_problem() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        fs::write(home.join("puppet"), "#!/bin/sh\nexec sleep 1000\n").unwrap();
        fs::set_permissions(home.join("puppet"), fs::Permissions::from_mode(0o755)).unwrap();
        let band = "name = \"duo\"\nwait = 1\n[[bot]]\nid = \"a\"\nprogram = \"./puppet\"\noutput = \"null\"\n";
        fs::write(home.join("duo.toml"), band).unwrap();
        assert!(Playing::begin(home, &["key", "new", "--out", "k.key"]).0.wait().unwrap().success());
        let [open, a, a_control, b, b_control] = free_ports();
        let open = format!("127.0.0.1:{open}");
        let at = |port, control, name| ["--key", "k.key", "--listen", port, "--control", control, "--name", name];
        let leader = [&["play", "duo.toml", "--open", &open], &at(&a, &a_control, "studio")[..]].concat();
        let _leader = Playing::begin(home, &leader);
        peers(&a, &a_control, "nobody has joined");
        let joins = [&["join", &open], &at(&b, &b_control, "laptop")[..]].concat();
        let joined = Playing::begin(home, &joins);
        let told = peers(&a, &a_control, "laptop (127.0.0.1, by lo): 0 bots, round trip ");
        assert!(told.iter().all(|(_, found)| !found.starts_with("studio")), "it is no peer of its own: {told:?}");
        let told = peers(&b, &b_control, "studio (127.0.0.1, by lo) leads: 0 bots, round trip ");
        assert!(told.iter().all(|(_, found)| !found.starts_with("laptop")), "it is no peer of its own: {told:?}");
        drop(joined);
        let told = peers(&a, &a_control, "is lost");
        assert!(told.iter().any(|(mark, found)| mark == "problem" && found.starts_with("laptop")), "{told:?}");
    }
}
