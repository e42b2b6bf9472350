//! Runs espeak-ng, one syllable at a time, on a thread of its own: a program beside ours that is
//! never part of it. It is given our sounds in its own alphabet.

use super::super::Timbre;
use super::said::Said;
use crate::words::{Lyric, Phone};
use rtrb::{Consumer, Producer, RingBuffer};
use std::{
    io::Read,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    time::Duration,
};

/// Syllables on their way in each direction, at most. What does not fit is sung by our own voice.
const ON_THE_WAY: usize = 256;
/// Syllables that are remembered, so that they need not be said again.
const REMEMBERED: usize = 256;
/// What takes longer than this, a render does not wait for.
const PATIENCE: Duration = Duration::from_secs(10);
const PROGRAM: &str = "espeak-ng";

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
    asks: SyncSender<Lyric>,
    done: Receiver<()>,
    asked: usize,
}

impl Prompter {
    /// These words will be sung. When too many wait already, they are not prepared.
    pub(crate) fn expect(&mut self, lyric: Lyric) {
        while self.done.try_recv().is_ok() {
            self.asked = self.asked.saturating_sub(1);
        }
        match self.asks.try_send(lyric) {
            Ok(()) => self.asked += 1,
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {}
        }
    }

    /// Waits until all that was expected has been said.
    pub(crate) fn wait(&mut self) {
        while self.asked > 0 {
            match self.done.recv_timeout(PATIENCE) {
                Ok(()) => self.asked -= 1,
                Err(_) => self.asked = 0,
            }
        }
    }
}

type Ends = (Prompter, Consumer<Arc<Said>>, Producer<Arc<Said>>);

/// Looks for espeak-ng, and starts the thread.
pub(super) fn start(timbre: Timbre, rate: Arc<AtomicU32>) -> Result<Ends, SpokenError> {
    let found = Command::new(PROGRAM).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    found.map_err(SpokenError::Missing)?;
    let (asks, asked) = sync_channel(ON_THE_WAY);
    // Every answer has room: there are never more than questions that wait.
    let (tell, done) = sync_channel(2 * ON_THE_WAY);
    let (give, arriving) = RingBuffer::new(ON_THE_WAY);
    let (leaving, back) = RingBuffer::new(2 * ON_THE_WAY);
    let work = move || work(timbre, &rate, &asked, &tell, give, back);
    std::thread::Builder::new().name("espeak".into()).spawn(work).map_err(SpokenError::Thread)?;
    Ok((Prompter { asks, done, asked: 0 }, arriving, leaving))
}

fn work(
    timbre: Timbre,
    rate: &AtomicU32,
    asked: &Receiver<Lyric>,
    tell: &SyncSender<()>,
    mut give: Producer<Arc<Said>>,
    mut back: Consumer<Arc<Said>>,
) {
    let mut remembered: Vec<Arc<Said>> = Vec::new();
    let mut fails = false;
    while let Ok(lyric) = asked.recv() {
        while back.pop().is_ok() {}
        let rate = rate.load(Ordering::Relaxed);
        let known = remembered.iter().position(|said| said.rate == rate && said.lyric.sounds_like(&lyric));
        let said = match known {
            // What was used last is at the end, and what is at the beginning is forgotten first.
            Some(n) => Some(remembered.remove(n)),
            None => match say(timbre, &lyric, rate) {
                Ok(said) => said.map(Arc::new),
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
        let _ = tell.try_send(());
    }
}

/// Lets it say one syllable.
fn say(timbre: Timbre, lyric: &Lyric, rate: u32) -> Result<Option<Said>, String> {
    let (voice, pitch) = match timbre {
        Timbre::Bass => ("en-us+m3", "20"),
        Timbre::Tenor => ("en-us", "45"),
        Timbre::Alto => ("en-us+f3", "45"),
        Timbre::Soprano => ("en-us+f2", "65"),
    };
    let mut child = Command::new(PROGRAM)
        .args(["-v", voice, "-p", pitch, "-s", "130", "-z", "--stdout", &spelling(lyric)])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| e.to_string())?;
    let mut bytes = Vec::new();
    // A syllable is half a second: a program that says more than this has lost its mind.
    let read = child.stdout.take().map(|out| out.take(1 << 20).read_to_end(&mut bytes));
    let _ = child.kill();
    let _ = child.wait();
    read.unwrap_or(Ok(0)).map_err(|e| e.to_string())?;
    let (samples, from) = wave(&bytes).ok_or("what it writes is no WAV")?;
    Ok(Said::new(*lyric, &resample(&samples, from, rate), rate))
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
