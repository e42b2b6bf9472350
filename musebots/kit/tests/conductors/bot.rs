//! One bot of ours as a foreign conductor has it: a copy of its musebot folder somewhere, a
//! config.txt, and a shell that runs `run.command`.

use super::manners::{Manners, Place};
use musebot_protocol::{Broadcast, Hello};
use std::{
    collections::BTreeSet,
    fs::{self, File},
    net::{SocketAddr, ToSocketAddrs, UdpSocket},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::OnceLock,
    time::Instant,
};

/// The three that play.
pub(crate) const BOTS: [&str; 3] = ["melody", "bass", "drums"];

/// A bot, started.
pub(crate) struct Bot {
    pub(crate) name: &'static str,
    pub(crate) id: String,
    pub(crate) port: u16,
    pub(crate) folder: PathBuf,
    child: Child,
    /// When its files begin: it beats before anything that takes time. Until it has beaten: when the process began.
    pub(crate) started: Instant,
    /// When it last beat, and when it was seen to have ended, by the clock on the wall.
    pub(crate) last_beat: Option<Instant>,
    pub(crate) gone: Option<Instant>,
    /// When it was launched and when it beat, by the conductor's clock.
    pub(crate) launched: f64,
    pub(crate) beats: Vec<f64>,
    pub(crate) listed: bool,
    /// What it said of itself.
    pub(crate) hello: Option<Hello>,
    /// All that it broadcast.
    pub(crate) words: Vec<Broadcast>,
    /// What was last passed on to it.
    pub(crate) passed_on: Vec<u8>,
    pub(crate) ended: Option<(f64, ExitStatus)>,
}

impl Bot {
    /// Copies the folder, writes config.txt as this conductor does, and starts the script.
    pub(crate) fn launch(
        name: &'static str,
        manners: &Manners,
        director_port: u16,
        root: &Path,
        args: &[&str],
        now: f64,
    ) -> Self {
        let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let id = (manners.id)(name, port);
        // Users put their bots anywhere.
        let folder = root.join("My Musebots (old)").join(name);
        fs::create_dir_all(&folder).unwrap();
        let ours = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(name);
        for file in ["info.txt", "run.command"] {
            fs::copy(ours.join(file), folder.join(file)).unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(program(name), folder.join(name)).unwrap();
        let before =
            format!("id {name}_of_another_name_7475\nmc_hostname 192.168.178.101\n{}", "output_channels 2\n".repeat(3));
        let place = Place { id: &id, director_port, port, machine: &machine(), before: before.as_bytes() };
        fs::write(folder.join("config.txt"), (manners.config)(&place)).unwrap();

        let mut shell = Command::new("bash");
        for (variable, _) in std::env::vars().filter(|(variable, _)| variable.starts_with("MUSEBOT_")) {
            shell.env_remove(variable);
        }
        // A machine without any sound, whatever this one has.
        for (variable, nothing) in [
            ("ALSA_CONFIG_PATH", "/dev/null"),
            ("JACK_NO_START_SERVER", "1"),
            ("JACK_DEFAULT_SERVER", "nobody"),
            ("PULSE_SERVER", "/dev/null"),
        ] {
            shell.env(variable, nothing);
        }
        shell.arg("run.command").args(args).current_dir(&folder).stdin(Stdio::null());
        let log = File::create(folder.join("log")).unwrap();
        shell.stdout(log.try_clone().unwrap()).stderr(log);
        Self {
            name,
            id,
            port,
            folder,
            started: Instant::now(),
            last_beat: None,
            gone: None,
            child: shell.spawn().unwrap(),
            launched: now,
            beats: Vec::new(),
            listed: false,
            hello: None,
            words: Vec::new(),
            passed_on: Vec::new(),
            ended: None,
        }
    }

    /// Looks whether the process has ended.
    pub(crate) fn look(&mut self, now: f64) {
        if self.ended.is_none()
            && let Some(status) = self.child.try_wait().unwrap()
        {
            self.ended = Some((now, status));
            self.gone = Some(Instant::now());
        }
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap()
    }

    /// How often it has said something.
    pub(crate) fn said(&self, topic: &str) -> usize {
        self.words.iter().filter(|word| word.topic == topic).count()
    }

    /// What it has spoken of, each topic once.
    pub(crate) fn topics(&self) -> BTreeSet<&str> {
        self.words.iter().map(|word| word.topic.as_str()).collect()
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        if self.ended.is_none() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// What `hostname` prints, if that is an address of this machine.
fn machine() -> String {
    let output = Command::new("hostname").output().map(|output| output.stdout).unwrap_or_default();
    let name = String::from_utf8_lossy(&output).trim().to_owned();
    let leads_back = |name: &str| {
        let found = (name, 0).to_socket_addrs().ok()?.find(SocketAddr::is_ipv4)?;
        UdpSocket::bind(found).ok()
    };
    if !name.is_empty() && leads_back(&name).is_some() { name } else { "localhost".to_owned() }
}

/// The program of a bot: `cargo test` of the kit alone does not build those, so it is done here, unless `MUSEBOT_BUILT` says
/// that all is there.
fn program(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().to_owned();
        if std::env::var_os("MUSEBOT_BUILT").is_some() {
            return folder;
        }
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--bins", "--target-dir"]).arg(folder.parent().unwrap());
        BOTS.iter().for_each(|bot| {
            build.args(["--package", bot]);
        });
        if folder.file_name().is_some_and(|name| name == "release") {
            build.arg("--release");
        }
        build.current_dir(env!("CARGO_MANIFEST_DIR"));
        assert!(build.status().unwrap().success(), "the bots do not build");
        folder
    });
    folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}
