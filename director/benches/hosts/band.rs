//! A leader on the first host and a satellite on each other, as users start them.

use crate::hosts::Hosts;
use std::{
    fs::File,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

/// Ticks sound so long after their instant.
pub(crate) const LATENCY: Duration = Duration::from_millis(60);
/// Beats a minute: 32 ticks a second.
pub(crate) const TEMPO: f64 = 120.0;
/// Where a director's own bots reach it, on each host.
pub(crate) const PORT: u16 = 4747;
/// Each satellite's clock: milliseconds off, and parts in a million that it is too fast.
const CLOCKS: [&str; 3] = ["37,80", "-120,-45", "2500,20"];

/// The running directors. They end with this.
pub(crate) struct Band {
    directors: Vec<Option<Child>>,
    logs: Vec<PathBuf>,
    key: PathBuf,
    leader: String,
    scene: Scene,
}

/// What is out of the ordinary.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scene {
    /// More of the ensemble file, its bots above all.
    pub(crate) more: String,
    /// The `[[bot]]` tables that satellites may start.
    pub(crate) bots: String,
    pub(crate) variables: Vec<(String, String)>,
}

impl Band {
    /// Starts all directors, without any bot.
    pub(crate) fn start(hosts: &Hosts) -> Self {
        Self::start_with(hosts, Scene::default())
    }

    /// Starts all directors.
    pub(crate) fn start_with(hosts: &Hosts, scene: Scene) -> Self {
        let key = hosts.folder(0).join("key");
        let made = director(hosts, 0).args(["key", "new", "--out"]).arg(&key).stdout(Stdio::null()).status();
        assert!(made.expect("the director").success(), "no key");
        let file = hosts.folder(0).join("set.toml");
        let text = format!("tempo = {TEMPO}\nlatency-ms = {}\n{}", LATENCY.as_millis(), scene.more);
        std::fs::write(&file, text).expect("an ensemble file");
        let leader = hosts.address(0).to_string();
        let logs = (0..hosts.many()).map(|host| log(hosts, host)).collect();
        let mut band = Self { directors: Vec::new(), logs, key, leader, scene };
        let mut play = director(hosts, 0);
        play.envs(band.scene.variables.clone());
        play.args(["play", "--open", &band.leader, "--key"]).arg(&band.key).arg(&file);
        band.directors.push(Some(play.spawn().expect("the leader")));
        for host in 1..hosts.many() {
            band.directors.push(None);
            band.join(hosts, host);
        }
        band
    }

    /// Starts a satellite.
    pub(crate) fn join(&mut self, hosts: &Hosts, host: usize) {
        let bots = hosts.folder(host).join("bots.toml");
        std::fs::write(&bots, &self.scene.bots).expect("a list of bots");
        let mut join = director(hosts, host);
        join.envs(self.scene.variables.clone()).arg("join").arg(&self.leader).arg("--bots").arg(bots);
        join.arg("--key").arg(&self.key);
        join.arg(format!("--clock-skew={}", CLOCKS[(host - 1) % CLOCKS.len()]));
        self.directors[host] = Some(join.spawn().expect("a satellite"));
    }

    /// Ends a director at once, as a battery does.
    pub(crate) fn kill(&mut self, host: usize) {
        if let Some(mut director) = self.directors[host].take() {
            let _ = director.kill();
            let _ = director.wait();
        }
    }

    /// What `director bots` prints on the leader's host.
    pub(crate) fn bots(&self, hosts: &Hosts) -> String {
        let told = director(hosts, 0).arg("bots").stdout(Stdio::piped()).output();
        told.map(|told| String::from_utf8_lossy(&told.stdout).into_owned()).unwrap_or_default()
    }

    /// The processor time that a director has taken so far, in seconds.
    pub(crate) fn processor_time(&self, host: usize) -> f64 {
        let id = self.directors[host].as_ref().map_or(0, Child::id);
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |n: usize| fields.get(n).and_then(|field| field.parse::<f64>().ok()).unwrap_or(f64::NAN);
        (ticks(11) + ticks(12)) / rustix::param::clock_ticks_per_second() as f64
    }
}

impl Drop for Band {
    fn drop(&mut self) {
        for director in self.directors.iter().flatten() {
            let _ = rustix::process::kill_process(
                rustix::process::Pid::from_child(director),
                rustix::process::Signal::TERM,
            );
        }
        for director in self.directors.iter_mut().flatten() {
            let _ = director.wait();
        }
        for log in self.logs.iter().filter(|_| std::thread::panicking()) {
            eprintln!("{}:\n{}", log.display(), std::fs::read_to_string(log).unwrap_or_default());
        }
    }
}

fn log(hosts: &Hosts, host: usize) -> PathBuf {
    hosts.folder(host).join("log")
}

/// A director on a host; what it says goes to the file `log` of the host's folder.
fn director(hosts: &Hosts, host: usize) -> Command {
    let program = std::env::var("DIRECTOR").unwrap_or_else(|_| env!("CARGO_BIN_EXE_director").to_owned());
    let mut command = hosts.command(host, program);
    let log = File::options().append(true).create(true).open(log(hosts, host)).expect("a log");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).env("NO_COLOR", "1");
    command
}
