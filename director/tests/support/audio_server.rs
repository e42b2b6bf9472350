//! A private PulseAudio without hardware: every bot gets a pair of channels of one sink of its
//! own, so that a single recording has all of them, each by itself and all in one time.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// Frames a second.
pub(crate) const RATE: usize = 48_000;

/// The running server. Ends with this.
pub(crate) struct AudioServer {
    folder: tempfile::TempDir,
    server: Child,
    bots: usize,
}

/// The pairs of channels of the sink, as PulseAudio calls them.
const PAIRS: [&str; 3] = ["front-left,front-right", "rear-left,rear-right", "side-left,side-right"];

impl AudioServer {
    /// A server with one stereo sink for each name; `None` where PulseAudio is not installed.
    pub(crate) fn start(bots: &[&str]) -> Option<Self> {
        for program in ["pulseaudio", "pactl", "parec"] {
            Command::new(program).arg("--version").output().ok()?;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let channels = 2 * bots.len();
        let mut script = format!(
            "load-module module-native-protocol-unix auth-anonymous=1 socket={0}/native\n\
             load-module module-null-sink sink_name=all norewinds=1 rate={RATE} channels={channels} channel_map={1} format=s16le\n",
            path.display(),
            PAIRS[..bots.len()].join(",")
        );
        for (bot, pair) in bots.iter().zip(PAIRS) {
            script += &format!(
                "load-module module-remap-sink sink_name={bot} master=all channels=2 channel_map=front-left,front-right \
                 master_channel_map={pair} remix=no\n"
            );
        }
        script += &format!("set-default-sink {}\n", bots[0]);
        fs::write(path.join("server.pa"), script).unwrap();
        fs::write(path.join("asoundrc"), "pcm.!default { type pulse }\nctl.!default { type pulse }\n").unwrap();
        let mut server = Command::new("pulseaudio");
        server
            .args(["-n", "-F"])
            .arg(path.join("server.pa"))
            .args(["--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--realtime=no", "--high-priority=no"])
            .stdout(Stdio::null())
            .stderr(File::create(path.join("log")).unwrap());
        let server = variables(path).iter().fold(&mut server, |s, (k, v)| s.env(k, v)).spawn().unwrap();
        let this = Self { server, bots: bots.len(), folder };
        let deadline = Instant::now() + Duration::from_secs(20);
        while !this.client("pactl").arg("info").output().unwrap().status.success() {
            let log = || fs::read_to_string(this.folder.path().join("log")).unwrap_or_default();
            assert!(Instant::now() < deadline, "PulseAudio does not answer: {}", log());
            sleep(Duration::from_millis(20));
        }
        Some(this)
    }

    /// The server's process.
    #[allow(dead_code, reason = "for tests that end it")]
    pub(crate) fn id(&self) -> u32 {
        self.server.id()
    }

    /// What a program needs to find this server, and its ALSA default device on it.
    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        variables(self.folder.path())
    }

    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.envs(self.variables());
        command
    }

    /// Records from now on.
    pub(crate) fn record(&self) -> Recording {
        let path = self.folder.path().join("recording");
        let recorder = self
            .client("parec")
            .args(["-d", "all.monitor", "--latency-msec=20", "--raw", "--format=s16le"])
            .arg(format!("--rate={RATE}"))
            .arg(format!("--channels={}", 2 * self.bots))
            .arg(format!("--channel-map={}", PAIRS[..self.bots].join(",")))
            .stdout(File::create(&path).unwrap())
            .spawn()
            .unwrap();
        Recording { recorder, path, bots: self.bots }
    }
}

impl Drop for AudioServer {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn variables(folder: &Path) -> Vec<(&'static str, String)> {
    let path = folder.display();
    vec![
        ("PULSE_RUNTIME_PATH", path.to_string()),
        ("PULSE_STATE_PATH", path.to_string()),
        ("PULSE_SERVER", format!("unix:{path}/native")),
        ("ALSA_CONFIG_PATH", format!("/usr/share/alsa/alsa.conf:{path}/asoundrc")),
    ]
}

/// A recording that goes on.
pub(crate) struct Recording {
    recorder: Child,
    path: PathBuf,
    bots: usize,
}

impl Recording {
    /// Seconds recorded so far.
    pub(crate) fn seconds(&self) -> f64 {
        let bytes = fs::metadata(&self.path).map_or(0, |meta| meta.len());
        bytes as f64 / (4 * self.bots * RATE) as f64
    }

    /// Waits until so much has been recorded.
    pub(crate) fn until(&self, seconds: f64) {
        let deadline = Instant::now() + Duration::from_secs_f64(seconds + 20.0);
        while self.seconds() < seconds {
            assert!(Instant::now() < deadline, "nothing is recorded after {} s", self.seconds());
            sleep(Duration::from_millis(20));
        }
    }

    /// Ends it; what each bot has played, in mono.
    pub(crate) fn stop(mut self) -> Vec<Vec<f32>> {
        let _ = self.recorder.kill();
        let _ = self.recorder.wait();
        let bytes = fs::read(&self.path).unwrap();
        let frames = bytes.chunks_exact(4 * self.bots);
        let sample = |bytes: &[u8]| f32::from(i16::from_le_bytes([bytes[0], bytes[1]])) / 32_768.0;
        let mono = |frame: &[u8], bot: usize| (sample(&frame[4 * bot..]) + sample(&frame[4 * bot + 2..])) / 2.0;
        (0..self.bots).map(|bot| frames.clone().map(|frame| mono(frame, bot)).collect()).collect()
    }
}
