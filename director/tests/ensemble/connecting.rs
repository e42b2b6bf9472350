//! Bots that are connected through JACK, with a server of our own on no hardware.

use crate::{
    folders::{entry, musebot},
    process::{Director, Home},
    scripts::send_signal,
};
use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// A server that nobody else uses. Ends with this.
struct Jack {
    server: Child,
    name: String,
}

impl Jack {
    /// `None` where JACK is not installed.
    fn start() -> Option<Self> {
        for tool in ["jackd", "jack_lsp", "jack_connect", "jack_simple_client", "jack_thru"] {
            let known = Command::new("sh").args(["-c", &format!("command -v {tool}")]).stdout(Stdio::null()).status();
            known.ok().filter(std::process::ExitStatus::success)?;
        }
        // Servers that begin at the same moment get into each other's way.
        (0..3).find_map(|attempt| Self::attempt(&format!("musebots-{}-{attempt}", std::process::id()))).or_else(|| {
            panic!("JACK is installed, and three times its server did not begin to answer");
        })
    }

    fn attempt(name: &str) -> Option<Self> {
        let server = Command::new("jackd")
            .args(["-n", name, "--no-realtime", "--no-mlock", "-d", "dummy", "-r", "48000", "-p", "512"])
            .env("JACK_NO_AUDIO_RESERVATION", "1")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut this = Self { server, name: name.to_owned() };
        let deadline = Instant::now() + Duration::from_secs(10);
        while Instant::now() < deadline && this.server.try_wait().unwrap().is_none() {
            if !this.ports().is_empty() {
                return Some(this);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        None
    }

    /// All ports, each with what it is connected to below it.
    fn ports(&self) -> String {
        let output = Command::new("jack_lsp")
            .arg("-c")
            .env("JACK_DEFAULT_SERVER", &self.name)
            .env("JACK_NO_START_SERVER", "1")
            .stderr(Stdio::null())
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

impl Drop for Jack {
    fn drop(&mut self) {
        // One that is killed leaves its shared memory behind.
        send_signal(self.server.id(), 15);
        let deadline = Instant::now() + Duration::from_secs(5);
        while Instant::now() < deadline && self.server.try_wait().is_ok_and(|status| status.is_none()) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.server.kill();
        let _ = self.server.wait();
        // So do clients that are killed.
        for entry in std::fs::read_dir("/dev/shm").into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().contains(&format!("_{}_", self.name)) {
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }
}

/// Two bots whose sound is that of a client of JACK's with their names, which is there before they beat.
fn pair(home: &Home) -> std::path::PathBuf {
    for (name, client) in [("pad", "jack_simple_client"), ("hall", "jack_thru")] {
        let here = format!("jack_lsp | grep -q ^{name}:");
        let client =
            format!("{client} {name} > /dev/null 2>&1 &\nfor n in {{1..50}}; do {here} && break; sleep 0.1; done");
        musebot(home, name, &format!("if [ \"$JACK_DEFAULT_SERVER\" != nobody ]; then\n{client}\nfi\nexec BOT"));
    }
    home.ensemble(&format!("jack-connect = [[\"pad\", \"hall\"]]\n{}{}", entry("pad", ""), entry("hall", "")))
}

#[test]
fn d33_jack_connect_leads_one_bots_outputs_into_anothers_inputs() {
    let Some(jack) = Jack::start() else { return eprintln!("not run: JACK and its tools are not installed") };
    let home = Home::new();
    let director = Director::play_in(&pair(&home), &[], &[("JACK_DEFAULT_SERVER", &jack.name)]);
    director.says("pad is connected with hall through JACK");
    let ports = jack.ports();
    let (_, pad) = ports.split_once("\npad:output1\n").expect("its first output");
    let connected = |list: &str, to: &str| list.lines().take_while(|l| l.starts_with(' ')).any(|l| l.trim() == to);
    assert!(connected(pad, "hall:input_1"), "{ports}");
    let (_, pad) = ports.split_once("\npad:output2\n").expect("its second output");
    assert!(connected(pad, "hall:input_2"), "{ports}");
}

#[test]
fn d33_where_no_jack_server_runs_the_connection_is_left_out_and_said() {
    let home = Home::new();
    let director = Director::play_in(&pair(&home), &[], &[("JACK_DEFAULT_SERVER", "nobody")]);
    let line = director.says("not connected");
    assert!(line.contains("pad with hall not connected: no JACK server answers"), "{line}");
    director.plays(&["pad", "hall"]);
}
