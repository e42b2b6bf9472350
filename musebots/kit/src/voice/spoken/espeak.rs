//! Runs espeak-ng, one syllable at a time, on a thread of its own: a program beside ours that is
//! never part of it. It is given our sounds in its own alphabet.

use super::super::Timbre;
use super::said::Said;
use crate::words::{Lyric, Phone};
use rtrb::{Consumer, Producer, RingBuffer};
use std::{
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    time::{Duration, Instant},
};

/// Syllables on their way in each direction, at most. What does not fit is sung by our own voice.
const ON_THE_WAY: usize = 256;
/// Syllables that are remembered, so that they need not be said again.
const REMEMBERED: usize = 256;
/// All that a render waits for what was expected: less than a director waits for a tick.
const PATIENCE: Duration = Duration::from_secs(5);
/// One answer takes some hundredths of a second. What takes longer than this hangs.
const SLOWEST: Duration = Duration::from_secs(2);
/// A syllable is half a second: a program that says more than this has lost its mind.
const MOST_BYTES: u64 = 1 << 20;
/// What is run.
pub(super) const PROGRAM: &str = "espeak-ng";

/// Why there is no such voice.
#[derive(Debug, thiserror::Error)]
pub enum SpokenError {
    /// It is not installed, or does not run.
    #[error("failed to run `espeak-ng`: {0} (is it installed? `apt install espeak-ng`, `brew install espeak-ng`)")]
    Missing(std::io::Error),
    /// No thread to be had.
    #[error("failed to start a thread for espeak-ng: {0}")]
    Thread(std::io::Error),
}

/// Tells a voice its words before they are due.
pub struct Prompter {
    /// Questions with their numbers, and the numbers of those that are answered.
    asks: SyncSender<(u64, Lyric)>,
    done: Receiver<u64>,
    asked: u64,
    answered: u64,
    given_up: Arc<AtomicBool>,
}

impl Prompter {
    /// These words will be sung. When too many wait already, they are not prepared.
    pub fn expect(&mut self, lyric: Lyric) {
        self.answered = self.done.try_iter().last().unwrap_or(self.answered);
        match self.asks.try_send((self.asked + 1, lyric)) {
            Ok(()) => self.asked += 1,
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {}
        }
    }

    /// Waits until all that was expected has been said, or this takes too long: then nothing more
    /// will be said.
    pub fn wait(&mut self) {
        let until = Instant::now() + PATIENCE;
        while self.answered < self.asked {
            match self.done.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(number) => self.answered = number,
                Err(_) => {
                    give_up(&self.given_up, "it is too slow");
                    self.answered = self.asked;
                }
            }
        }
    }
}

/// Nothing more is said; that is told once.
fn give_up(given_up: &AtomicBool, why: &str) {
    if !given_up.swap(true, Ordering::Relaxed) {
        tracing::warn!("espeak-ng is asked no more ({why}): our own voice sings instead");
    }
}

type Ends = (Prompter, Consumer<Arc<Said>>, Producer<Arc<Said>>);

/// Looks for espeak-ng, and starts the thread.
pub(super) fn start(program: &Path, timbre: Timbre, rate: Arc<AtomicU32>) -> Result<Ends, SpokenError> {
    run(Command::new(program).arg("--version")).map_err(SpokenError::Missing)?;
    let (asks, asked) = sync_channel(ON_THE_WAY);
    // Every answer has room: there are never more than questions that wait.
    let (tell, done) = sync_channel(2 * ON_THE_WAY);
    let (give, arriving) = RingBuffer::new(ON_THE_WAY);
    let (leaving, back) = RingBuffer::new(2 * ON_THE_WAY);
    let given_up = Arc::new(AtomicBool::new(false));
    let worker = Worker { program: program.to_owned(), timbre, rate, given_up: Arc::clone(&given_up) };
    let work = move || worker.work(&asked, &tell, give, back);
    std::thread::Builder::new().name("espeak".into()).spawn(work).map_err(SpokenError::Thread)?;
    Ok((Prompter { asks, done, asked: 0, answered: 0, given_up }, arriving, leaving))
}

struct Worker {
    program: PathBuf,
    timbre: Timbre,
    rate: Arc<AtomicU32>,
    given_up: Arc<AtomicBool>,
}

impl Worker {
    fn work(
        &self,
        asked: &Receiver<(u64, Lyric)>,
        tell: &SyncSender<u64>,
        mut give: Producer<Arc<Said>>,
        mut back: Consumer<Arc<Said>>,
    ) {
        let mut remembered: Vec<Arc<Said>> = Vec::new();
        let mut fails = false;
        while let Ok((number, lyric)) = asked.recv() {
            while back.pop().is_ok() {}
            let rate = self.rate.load(Ordering::Relaxed);
            let known = remembered.iter().position(|said| said.rate == rate && said.lyric.sounds_like(&lyric));
            let said = match known {
                // What was used last is at the end, and what is at the beginning is forgotten first.
                Some(n) => Some(remembered.remove(n)),
                None if self.given_up.load(Ordering::Relaxed) => None,
                None => match say(&self.program, self.timbre, &lyric, rate) {
                    Ok(said) => said.map(Arc::new),
                    Err(why) if why.kind() == ErrorKind::TimedOut => {
                        give_up(&self.given_up, &why.to_string());
                        None
                    }
                    Err(why) => {
                        if !std::mem::replace(&mut fails, true) {
                            tracing::warn!("espeak-ng does not speak ({why}): our own voice sings instead");
                        }
                        None
                    }
                },
            };
            if let Some(said) = said {
                let _ = give.push(Arc::clone(&said));
                remembered.push(said);
                if remembered.len() > REMEMBERED {
                    remembered.remove(0);
                }
            }
            let _ = tell.try_send(number);
        }
    }
}

/// Lets it say one syllable.
fn say(program: &Path, timbre: Timbre, lyric: &Lyric, rate: u32) -> std::io::Result<Option<Said>> {
    let (voice, pitch) = match timbre {
        Timbre::Bass => ("en-us+m3", "20"),
        Timbre::Tenor => ("en-us", "45"),
        Timbre::Alto => ("en-us+f3", "45"),
        Timbre::Soprano => ("en-us+f2", "65"),
    };
    let mut command = Command::new(program);
    command.args(["-v", voice, "-p", pitch, "-s", "130", "-z", "--stdout", &spelling(lyric)]);
    let bytes = run(&mut command)?;
    let (samples, from) =
        wave(&bytes).ok_or_else(|| std::io::Error::new(ErrorKind::InvalidData, "what it writes is no WAV"))?;
    Ok(Said::new(*lyric, &resample(&samples, from, rate), rate))
}

/// Runs a program until it has written all it has to write, but not for ever.
fn run(command: &mut Command) -> std::io::Result<Vec<u8>> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let (written, all) = sync_channel(1);
    // Who reads from a pipe cannot be called back: so another thread does, that may be left behind.
    let reader = child.stdout.take().map(|out| {
        std::thread::Builder::new().name("espeak-reader".into()).spawn(move || {
            let mut bytes = Vec::new();
            let read = out.take(MOST_BYTES).read_to_end(&mut bytes);
            let _ = written.send(read.map(|_| bytes));
        })
    });
    let bytes = match reader {
        Some(Err(no_thread)) => Err(no_thread),
        _ => all.recv_timeout(SLOWEST).unwrap_or_else(|_| {
            Err(std::io::Error::new(ErrorKind::TimedOut, format!("it gave no answer within {} s", SLOWEST.as_secs())))
        }),
    };
    let _ = child.kill();
    let _ = child.wait();
    bytes
}

/// The samples of a WAV that came through a pipe (its lengths are not to be trusted), and its rate.
fn wave(bytes: &[u8]) -> Option<(Vec<f32>, u32)> {
    let data = bytes.windows(4).position(|four| four == b"data")? + 8;
    let rate = u32::from_le_bytes(bytes.get(24..28)?.try_into().ok()?);
    let samples =
        bytes.get(data..)?.chunks_exact(2).map(|two| f32::from(i16::from_le_bytes([two[0], two[1]])) / 32_768.0);
    (8000..=96_000).contains(&rate).then(|| (samples.collect(), rate))
}

/// Through a windowed sinc, eight samples to each side.
fn resample(samples: &[f32], from: u32, to: u32) -> Vec<f32> {
    let step = f64::from(from) / f64::from(to);
    let length = (samples.len() as f64 / step) as usize;
    let at = |n: usize| {
        let place = n as f64 * step;
        let whole = place.floor();
        let sum = (-7..=8).map(|k| {
            let index = whole as i64 + k;
            let x = (index as f64 - place) as f32;
            let sinc = if x.abs() < 1e-4 { 1.0 } else { (std::f32::consts::PI * x).sin() / (std::f32::consts::PI * x) };
            let window = 0.5 + 0.5 * (std::f32::consts::PI * x / 8.5).cos();
            usize::try_from(index).ok().and_then(|index| samples.get(index)).map_or(0.0, |s| s * sinc * window)
        });
        sum.sum()
    };
    (0..length).map(at).collect()
}

/// A syllable in espeak-ng's own alphabet.
fn spelling(lyric: &Lyric) -> String {
    let phones: Vec<Phone> = lyric.phones().collect();
    let mut text = "[['".to_owned();
    let mut n = 0;
    while n < phones.len() {
        let pair = phones.get(n + 1).and_then(|next| diphthong(phones[n], *next));
        text += pair.unwrap_or_else(|| letter(phones[n]));
        n += if pair.is_some() { 2 } else { 1 };
    }
    text + "]]"
}

fn diphthong(first: Phone, second: Phone) -> Option<&'static str> {
    use Phone::{A, Aa, Ae, Ao, E, Eh, Ih, Iy, O, Uh, Uw};
    match (first, second) {
        (A | Aa | Ae, Ih | Iy) => Some("aI"),
        (E | Eh, Ih | Iy) => Some("eI"),
        (Ao | O, Ih | Iy) => Some("OI"),
        (A | Aa | Ae, Uh | Uw) => Some("aU"),
        (O | Ao, Uh | Uw) => Some("oU"),
        _ => None,
    }
}

fn letter(phone: Phone) -> &'static str {
    use Phone::*;
    match phone {
        Iy => "i:",
        Ih => "I",
        E | Eh => "E",
        Ae => "a",
        A | Aa => "A:",
        Ah => "V",
        Ax => "@",
        Ao => "O:",
        O => "oU",
        Uh => "U",
        Uw => "u:",
        Er => "3:",
        Y => "j",
        W => "w",
        L => "l",
        R | Trill => "r",
        Tap => "t#",
        M => "m",
        N => "n",
        Ng => "N",
        Ny => "nj",
        P => "p",
        B => "b",
        T => "t",
        D => "d",
        K => "k",
        G | Gamma => "g",
        Beta | V => "v",
        Delta | Dh => "D",
        F => "f",
        Th => "T",
        S => "s",
        Z => "z",
        Sh => "S",
        Zh => "Z",
        Hh | X => "h",
        Ch => "tS",
        Jh => "dZ",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        voice::{Spoken, Sung, Voice},
        words::{Syllable, Then},
    };
    use proptest::prelude::*;

    fn day() -> Lyric {
        let syllable = Syllable { onset: vec![Phone::D], nucleus: vec![Phone::E, Phone::Ih], ..Syllable::default() };
        Lyric::new(&syllable, Then::Word)
    }

    #[test]
    fn our_sounds_are_spelt_in_its_alphabet() {
        assert_eq!(spelling(&day()), "[['deI]]");
        assert_eq!(spelling(&Lyric::of(Phone::Sh, Then::Word)), "[['S]]");
    }

    #[test]
    fn a_wave_through_a_pipe_is_read_whatever_its_lengths_say() {
        let mut bytes = b"RIFF\xff\xff\xff\x7fWAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
        bytes.extend(22_050u32.to_le_bytes());
        bytes.extend([0; 8]);
        bytes.extend(b"data\xff\xff\xff\x7f\x00\x40\x00\xc0\x01");
        assert_eq!(wave(&bytes), Some((vec![0.5, -0.5], 22_050)));
    }

    proptest! {
        #[test]
        fn no_bytes_are_a_wave_that_breaks_us(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = wave(&bytes);
            let _ = wave(&[b"RIFF....WAVEfmt ....data".as_slice(), &bytes].concat());
        }
    }

    #[test]
    fn resampling_keeps_a_tone() {
        let tone = |rate: f32| move |n: usize| (std::f32::consts::TAU * 440.0 * n as f32 / rate).sin();
        let wave: Vec<f32> = (0..2205).map(tone(22_050.0)).collect();
        let again = resample(&wave, 22_050, 48_000);
        for (n, x) in again.iter().enumerate().skip(100).take(4500) {
            assert!((x - tone(48_000.0)(n)).abs() < 0.01, "{n}");
        }
    }

    /// A program that is called like espeak-ng and does this.
    #[cfg(unix)]
    fn started(script: &str) -> (tempfile::TempDir, Result<Ends, SpokenError>) {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("espeak-ng");
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        loop {
            let ends = start(&program, Timbre::Tenor, Arc::new(AtomicU32::new(48_000)));
            // Another test's child may for a moment hold what was just written.
            if !matches!(&ends, Err(SpokenError::Missing(e)) if e.kind() == ErrorKind::ExecutableFileBusy) {
                return (folder, ends);
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_hangs_from_the_start_is_no_voice() {
        let began = Instant::now();
        let (_folder, ends) = started("exec sleep 60");
        assert!(matches!(ends, Err(SpokenError::Missing(e)) if e.kind() == ErrorKind::TimedOut));
        assert!(began.elapsed() < Duration::from_secs(20));
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_hangs_is_asked_once_and_holds_a_render_up_once() {
        // It is left alone even when a child of its own holds the pipe.
        let (folder, ends) = started(r#"[ "$1" = --version ] && exit; echo >> "$0.asked"; sleep 30"#);
        let (mut prompter, mut arriving, _leaving) = ends.unwrap();
        let began = Instant::now();
        for _ in 0..20 {
            prompter.expect(day());
        }
        prompter.wait();
        assert_eq!(prompter.answered, 20);
        prompter.expect(day());
        prompter.wait();
        assert_eq!(prompter.answered, 21);
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
        assert!(arriving.pop().is_err());
        assert_eq!(std::fs::read(folder.path().join("espeak-ng.asked")).unwrap().len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_writes_nonsense_or_without_end_is_no_trouble() {
        for script in ["echo nonsense", "exec cat /dev/zero", "exit 1"] {
            let (_folder, ends) = started(&format!(r#"[ "$1" = --version ] && exit; {script}"#));
            let (mut prompter, mut arriving, _leaving) = ends.unwrap();
            prompter.expect(day());
            prompter.wait();
            assert_eq!(prompter.answered, 1, "{script}");
            assert!(arriving.pop().is_err(), "{script}");
        }
    }

    #[test]
    fn an_answer_that_comes_late_is_not_one_to_a_newer_question() {
        let (asks, asked) = sync_channel(8);
        let (tell, done) = sync_channel(8);
        let mut prompter = Prompter { asks, done, asked: 0, answered: 0, given_up: Arc::default() };
        prompter.expect(day());
        // The first was given up before it was answered.
        prompter.answered = 1;
        prompter.expect(day());
        assert_eq!(asked.try_iter().map(|(number, _)| number).collect::<Vec<_>>(), [1, 2]);
        tell.send(1).unwrap();
        tell.send(2).unwrap();
        prompter.wait();
        assert_eq!(prompter.answered, 2);
        assert!(prompter.done.try_recv().is_err(), "both answers were taken");
    }

    /// Where espeak-ng is installed, it speaks; elsewhere that is said.
    #[test]
    fn it_speaks_on_the_note_where_it_is_installed() {
        let mut voice = match Spoken::new(Timbre::Tenor) {
            Ok(voice) => voice,
            Err(why) => return assert!(why.to_string().contains("is it installed?")),
        };
        voice.prepare(48_000.0);
        let mut prompter = voice.prompter().unwrap();
        prompter.expect(day());
        prompter.wait();
        let sung = Sung::new(day(), 0.5);
        voice.sing(1, 57, 0.8, &sung);
        let mut out = vec![[0.0; 2]; 48_000];
        voice.render(&mut out);
        let part = |from: f32, to: f32| -> f32 {
            let at = |s: f32| ((sung.lead + s) * 48_000.0) as usize;
            let part = &out[at(from)..at(to)];
            (part.iter().map(|[l, _]| l * l).sum::<f32>() / part.len() as f32).sqrt()
        };
        assert!(
            part(0.05, 0.4) > 0.02 && part(0.05, 0.4) > 3.0 * part(0.7, 0.85),
            "{} {}",
            part(0.05, 0.4),
            part(0.7, 0.85)
        );
        // A period of an A is 218 frames: what comes one later is alike.
        let from = ((sung.lead + 0.15) * 48_000.0) as usize;
        let alike = |lag: usize| -> f32 {
            let (mut product, mut power) = (0.0, 0.0);
            for n in from..from + 2400 {
                product += out[n][0] * out[n + lag][0];
                power += out[n][0] * out[n][0];
            }
            product / power
        };
        assert!(alike(218) > 0.6 && alike(218) > alike(160), "{} {}", alike(218), alike(160));
    }
}
