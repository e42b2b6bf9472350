//! Pictures from an ffmpeg of our own: the newest only. When it dies, the last picture stays and another is started;
//! when we go, it goes.

use super::input::Input;
use anyhow::{Context, bail};
use generative_models::Picture;
use std::{
    io::{self, BufRead, BufReader, Read},
    process::{Child, ChildStdout, Command, Stdio},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, Sender, channel, sync_channel},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// How long after its death another is started: at first, and at most.
const SOON: Duration = Duration::from_millis(500);
const LATE: Duration = Duration::from_secs(30);
/// More than this many pictures, and it has worked: the next one is started soon again.
const WORKS: u64 = 50;
/// No more of what it complains is kept.
const LONGEST_LINE: u64 = 400;

/// A running ffmpeg and the newest picture it sent.
#[derive(Debug)]
pub(super) struct Feed {
    shared: Arc<Shared>,
    /// Dropping it ends the wait for another try.
    ends: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
    size: (usize, usize),
    picture: Option<Picture>,
    seen: u64,
}

#[derive(Debug, Default)]
struct Shared {
    /// Its bytes, until they have been looked at.
    newest: Mutex<Option<Vec<u8>>>,
    /// How many pictures came.
    count: AtomicU64,
    now: Mutex<Now>,
}

#[derive(Debug, Default)]
struct Now {
    child: Option<Child>,
    /// Nobody wants another.
    ended: bool,
}

impl Shared {
    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Feed {
    /// Starts it, and says so when that fails; whether anything comes, time will tell.
    pub(super) fn start(input: Input, size: (usize, usize)) -> anyhow::Result<Self> {
        Self::start_program("ffmpeg", input, size)
    }

    fn start_program(program: &'static str, input: Input, size: (usize, usize)) -> anyhow::Result<Self> {
        let shared = Arc::new(Shared::default());
        let (ends, end) = channel();
        let (sender, started) = sync_channel(1);
        // All of them are started by this thread, which lives as long as they may: on Linux they die with it.
        let keeper = Keeper { program, input, size, shared: Arc::clone(&shared), end };
        let thread = thread::Builder::new()
            .name("camera".into())
            .spawn(move || {
                let first = keeper.spawn();
                let (first, said) = match first {
                    Ok(child) => (Some(child), Ok(())),
                    Err(e) => (None, Err(e)),
                };
                let _ = sender.send(said);
                if let Some(child) = first {
                    keeper.keep(child);
                }
            })
            .context("failed to start a thread for the camera")?;
        match started.recv() {
            Ok(Ok(())) => {}
            Ok(Err(e)) if e.kind() == io::ErrorKind::NotFound => {
                bail!("the camera needs ffmpeg, and there is none here: install it, or take pictures instead")
            }
            Ok(Err(e)) => bail!("failed to start ffmpeg for the camera: {e}"),
            Err(_) => bail!("failed to start ffmpeg for the camera"),
        }
        Ok(Self { shared, ends: Some(ends), thread: Some(thread), size, picture: None, seen: 0 })
    }

    /// The newest picture, once there is one.
    pub(super) fn newest(&mut self) -> Option<&Picture> {
        let count = self.shared.count.load(Ordering::Acquire);
        if count != self.seen {
            self.seen = count;
            let bytes = self.shared.newest.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(bytes) = bytes {
                let pixels = bytes.as_chunks::<3>().0.iter().map(|rgb| rgb.map(|c| f32::from(c) / 255.0)).collect();
                self.picture = Some(Picture::of_pixels(self.size.0, self.size.1, pixels));
            }
        }
        self.picture.as_ref()
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.ends = None;
        {
            let mut now = self.shared.now();
            now.ended = true;
            if let Some(child) = &mut now.child {
                let _ = child.kill();
            }
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Starts it again and again, and reads what comes.
struct Keeper {
    program: &'static str,
    input: Input,
    size: (usize, usize),
    shared: Arc<Shared>,
    end: Receiver<()>,
}

/// What a child is heard through.
struct Heard {
    pictures: ChildStdout,
    complaints: JoinHandle<String>,
}

impl Keeper {
    fn spawn(&self) -> io::Result<Heard> {
        let (width, height) = self.size;
        let fill = format!("scale={width}:{height}:force_original_aspect_ratio=increase,crop={width}:{height}");
        let mut command = Command::new(self.program);
        command
            .args(["-hide_banner", "-nostdin", "-loglevel", "error", "-filter_threads", "1"])
            .args(["-threads", "1", "-fflags", "nobuffer"])
            .args(&self.input.0)
            .args(["-an", "-sn", "-vf", &fill, "-pix_fmt", "rgb24", "-f", "rawvideo", "-"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        die_with_us(&mut command);
        let mut now = self.shared.now();
        if now.ended {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let mut child = command.spawn()?;
        let pictures = child.stdout.take().expect("it is piped");
        let stderr = child.stderr.take().expect("it is piped");
        now.child = Some(child);
        let complaints = thread::Builder::new().name("ffmpeg says".into()).spawn(move || last_line(stderr))?;
        Ok(Heard { pictures, complaints })
    }

    fn keep(&self, first: Heard) {
        let mut heard = Some(first);
        let mut wait = SOON;
        let mut said = false;
        loop {
            if let Some(Heard { pictures, complaints }) = heard.take() {
                let came = self.read(pictures);
                // It has closed its output: there is nothing left for it to do.
                let child = self.shared.now().child.take();
                if let Some(mut child) = child {
                    let _ = child.kill();
                    let _ = child.wait();
                }
                if self.shared.now().ended {
                    return;
                }
                if came > WORKS {
                    (wait, said) = (SOON, false);
                }
                if !said {
                    let why = complaints.join().unwrap_or_default();
                    let why = if why.is_empty() { "it ended".to_owned() } else { why };
                    tracing::warn!("no picture from the camera any more ({why}); the last one stays, and I try again");
                    said = true;
                }
            }
            match self.end.recv_timeout(wait) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
            }
            wait = (wait * 2).min(LATE);
            heard = self.spawn().ok();
        }
    }

    /// Reads pictures until there are no more; how many there were.
    fn read(&self, mut pictures: ChildStdout) -> u64 {
        let mut came = 0;
        let mut bytes = vec![0; self.size.0 * self.size.1 * 3];
        while pictures.read_exact(&mut bytes).is_ok() {
            came += 1;
            let last = self.shared.newest.lock().unwrap_or_else(PoisonError::into_inner).replace(bytes);
            self.shared.count.fetch_add(1, Ordering::Release);
            // One that nobody looked at is written over.
            bytes = last.unwrap_or_else(|| vec![0; self.size.0 * self.size.1 * 3]);
        }
        came
    }
}

/// The last thing it complained of.
fn last_line(stderr: impl Read) -> String {
    let mut stderr = BufReader::new(stderr);
    let mut last = String::new();
    loop {
        let mut line = Vec::new();
        match (&mut stderr).take(LONGEST_LINE).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return last,
            Ok(_) => {
                let line = String::from_utf8_lossy(&line);
                let line: String = line.trim().chars().filter(|c| !c.is_control()).collect();
                if !line.is_empty() {
                    last = line;
                }
            }
        }
    }
}

/// On Linux it gets SIGKILL the moment the thread that started it is gone, however that happened. Elsewhere it ends
/// when it finds that nobody reads its pictures.
#[cfg(target_os = "linux")]
fn die_with_us(command: &mut Command) {
    let parent = rustix::process::getpid();
    #[expect(unsafe_code, reason = "pre_exec runs between fork and exec; all calls are async-signal-safe")]
    // SAFETY: prctl, getppid and nice are plain system calls; nothing is allocated or locked.
    unsafe {
        use std::os::unix::process::CommandExt;
        command.pre_exec(move || {
            rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
            // The music comes first; where this fails, it does so on one thread only.
            let _ = rustix::process::nice(19);
            // We may have died before that call.
            let gone = rustix::io::Errno::SRCH.into();
            if rustix::process::getppid() == Some(parent) { Ok(()) } else { Err(gone) }
        });
    }
}

#[cfg(not(target_os = "linux"))]
fn die_with_us(_command: &mut Command) {}

#[cfg(test)]
mod tests;
