//! Plays on a virtual clock and leaves `ID.wav` and `ID.mid` (and, where words are sung, `ID.lrc` and `ID.vtt`), or
//! nothing where the bot makes no sound: the same player, agenda and sound as live, but time is what the director's
//! ticks say. Sample 0 is tick 0's instant.

use crate::{
    Musebot,
    agenda::Cue,
    clock::Beat,
    gain::{GainControl, Meters},
    heart,
    inbox::Inbox,
    link::Link,
    lyrics::Lyrics,
    midi_file::{MidiFile, UNITS_PER_TICK},
    options::Options,
    output::{Mute, file_name, sound},
    player::{Player, makes_sense},
    session::gain_and_ramp,
    signals::Signals,
    sounding::{Sounding, Stamped},
    stem::{SAMPLE_RATE, Stem},
    timeline::Timeline,
    voice::Voice,
};
use anyhow::Context;
use musebot_protocol::{BotId, Tempo, Tick, ToBot, ToDirector, messages};
use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

/// Without any datagram for this long the director has gone: longer than it waits for the slowest bot, as a painter's
/// tick may take a minute. The one real time in here.
const ABANDONED: Duration = Duration::from_secs(120);
/// How long notes may ring when nobody says how long the file is to be, in frames.
const LONGEST_TAIL: u64 = 10 * SAMPLE_RATE as u64;
/// What the next tick may still place before itself.
const EARLIEST: f64 = 0.020;

/// Plays until told off, and returns when both files are whole.
///
/// # Errors
/// When the bot cannot be built, the files cannot be written, or the director is gone.
pub(crate) fn render<B: Musebot>(
    options: &Options,
    folder: &Path,
    link: &Link,
    inbox: &Inbox,
    signals: &Signals,
    began: Instant,
) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("failed to create `{}`", folder.display()))?;
    let setup = options.setup(began);
    let mut player = Player::<B>::new(&setup)?;
    heart::show_page::<B>(&setup, link);
    signals.playing();
    let mut instrument = options.instrument(setup.sound.take())?;
    player.prompt(instrument.voice.as_mut().and_then(|voice| voice.prompter()));
    let voice = instrument.voice.unwrap_or_else(|| Box::new(Mute));
    let mut part = Part::new(folder, &options.id, voice, instrument.channel.unwrap_or(1));
    part.silent = options.silent;
    tracing::debug!("rendering `{}` into {}, seed {}", options.id, folder.display(), options.seed);
    let mut cues = Vec::new();
    let mut patience = Instant::now() + ABANDONED;
    loop {
        let Some(arrival) = inbox.take(patience) else {
            if signals.take().is_some() {
                return part.finish(&mut player, None);
            }
            if Instant::now() < patience {
                continue;
            }
            part.finish(&mut player, None)?;
            anyhow::bail!("no word from the director for 120 s: the render is left as it is");
        };
        patience = Instant::now() + ABANDONED;
        for message in messages(&arrival.bytes).flatten() {
            let Ok(decoded) = ToBot::decode(&message) else { continue };
            if !makes_sense(&decoded) {
                continue;
            }
            match decoded {
                ToBot::Time { tempo, tick } => {
                    part.beats(tick, tempo, |beat, part| {
                        player.beat(beat, &mut cues);
                        part.take(&mut cues);
                        let seconds = beat.due;
                        for datagram in player.speech.take(seconds) {
                            link.send(&datagram);
                        }
                    });
                    let done =
                        ToDirector::Done { id: options.id.clone(), tick: tick.on_wire(), said: player.speech.said() };
                    link.send(&done.encode());
                    player.wait_for_prompter();
                    // The others are busy now too: time to sound.
                    part.sound_what_is_settled(player.stage().is_bar_line())?;
                }
                ToBot::Gain(gain, ramp) => {
                    player.gain(gain.linear());
                    part.gain(gain_and_ramp(gain, ramp));
                }
                ToBot::Off { frames } => return part.finish(&mut player, frames.map(u64::from)),
                other => player.receive(&other),
            }
        }
    }
}

/// The files, and where virtual time stands.
struct Part {
    /// Whether there are to be none.
    silent: bool,
    wav: PathBuf,
    gain: Arc<GainControl>,
    /// Begun with the first tick, at the gain that was set by then.
    stem: Option<Stem>,
    voice: Option<Box<dyn Voice>>,
    midi: MidiFile,
    lyrics: Lyrics,
    timeline: Option<Timeline>,
    tempo: Option<Tempo>,
    /// Gains that wait for their frame.
    gains: VecDeque<(u64, f32, f32)>,
    /// Notes so far, from their place in the beat they were played at.
    settled: f64,
}

impl Part {
    fn new(folder: &Path, id: &BotId, voice: Box<dyn Voice>, channel: u8) -> Self {
        Self {
            silent: false,
            wav: folder.join(file_name(id, "wav")),
            gain: Arc::new(GainControl::new(1.0)),
            stem: None,
            voice: Some(voice),
            midi: MidiFile::new(id.as_str(), channel),
            lyrics: Lyrics::default(),
            timeline: None,
            tempo: None,
            gains: VecDeque::new(),
            settled: 0.0,
        }
    }

    /// Works off a tick, and before it those that never came (a datagram that was lost).
    fn beats(&mut self, tick: Tick, tempo: Tempo, mut work: impl FnMut(&Beat, &mut Self)) {
        let last = self.timeline.map(|line| line.last());
        if last.is_some_and(|last| tick <= last) {
            return; // once more: the answer to it got lost
        }
        let mut line = self.timeline.unwrap_or_else(|| Timeline::new(tick, tempo));
        // A hole that wide is no loss but a jump, and a file has no room for what never was.
        let first = last.map_or(tick, |last| if tick - last <= 1024 { last + 1 } else { tick });
        for n in first.0..=tick.0 {
            let tempo = if n == tick.0 { tempo } else { self.tempo.unwrap_or(tempo) };
            line.tick(Tick(n), tempo);
            self.timeline = Some(line);
            let due = line.seconds(Tick(n));
            if self.tempo != Some(tempo) {
                self.midi.tempo(if self.tempo.is_none() { 0.0 } else { n as f64 * UNITS_PER_TICK }, tempo);
                self.tempo = Some(tempo);
            }
            self.settled = due - EARLIEST;
            let jumped = last.is_none() || (n == first.0 && last.is_some_and(|last| first != last + 1));
            work(&Beat { tick: Tick(n), tempo, due, jumped }, self);
        }
    }

    /// A gain that came before a tick takes effect at that tick.
    fn gain(&mut self, (gain, ramp_ms): (f32, f32)) {
        match self.timeline {
            Some(line) => self.gains.push_back((frame(line.seconds(line.last() + 1)), gain, ramp_ms)),
            None => self.gain = Arc::new(GainControl::new(gain)),
        }
    }

    fn take(&mut self, cues: &mut Vec<Cue>) {
        if self.silent {
            cues.clear();
        }
        for cue in cues.drain(..) {
            self.midi.cue(cue.position * UNITS_PER_TICK, &cue);
            self.lyrics.cue(cue.due, &cue);
            let event = Stamped { frame: frame(cue.due), sound: sound(&cue) };
            if let Ok(stem) = self.stem() {
                stem.push(event);
            }
        }
    }

    fn stem(&mut self) -> anyhow::Result<&mut Stem> {
        if self.stem.is_none() {
            let voice = self.voice.take().unwrap_or_else(|| Box::new(Mute));
            let sounding = Sounding::new(voice, SAMPLE_RATE, Arc::clone(&self.gain), Arc::new(Meters::new()));
            self.stem = Some(Stem::create(&self.wav, sounding)?);
        }
        Ok(self.stem.as_mut().expect("it was made just now"))
    }

    /// Sounds everything that the next tick cannot change any more.
    fn sound_what_is_settled(&mut self, flush: bool) -> anyhow::Result<()> {
        if self.silent {
            return Ok(());
        }
        self.sound_to(frame(self.settled))?;
        if flush {
            self.stem()?.flush()?;
        }
        Ok(())
    }

    fn sound_to(&mut self, end: u64) -> anyhow::Result<()> {
        while let Some((at, gain, ramp_ms)) = self.gains.front().copied().filter(|(at, ..)| *at < end) {
            self.gains.pop_front();
            self.stem()?.render_to(at)?;
            self.gain.set(gain, ramp_ms);
        }
        Ok(self.stem()?.render_to(end)?)
    }

    /// Lets everything ring out and makes both files whole.
    fn finish<B: Musebot>(mut self, player: &mut Player<B>, frames: Option<u64>) -> anyhow::Result<()> {
        if self.silent {
            return Ok(());
        }
        let mut cues = Vec::new();
        player.ring_off(&mut cues);
        self.take(&mut cues);
        self.stem()?;
        let length = match frames {
            Some(frames) => {
                // Gains of after the last tick still have their frames.
                let last = self.gains.back().map_or(0, |(at, ..)| at + 1);
                if last > 0 && last <= frames {
                    self.sound_to(last)?;
                }
                frames
            }
            None => {
                let stem = self.stem()?;
                let most = stem.frame() + LONGEST_TAIL;
                while !stem.is_silent() && stem.frame() < most {
                    stem.render_to(stem.frame() + 480)?;
                }
                stem.frame()
            }
        };
        let seconds = length as f64 / f64::from(SAMPLE_RATE);
        let units = self.timeline.map_or(0.0, |line| line.position(seconds) * UNITS_PER_TICK);
        if let Some(stem) = self.stem.take() {
            stem.finish_at(length)?;
        }
        self.lyrics.write(&self.wav).context("failed to write the words (is the disk full?)")?;
        let path = self.wav.with_extension("mid");
        self.midi
            .write(&path, units)
            .with_context(|| format!("failed to write `{}` (is the disk full?)", path.display()))
    }
}

/// What would fall before sample 0 sounds at 0.
fn frame(seconds: f64) -> u64 {
    (seconds * f64::from(SAMPLE_RATE)).round().max(0.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::voice::Sung;
    use crate::words::{Lyric, Syllable, Then};

    /// Sounds one sample for every note that begins.
    struct Click(bool);

    impl Voice for Click {
        fn prepare(&mut self, _sample_rate: f32) {}
        fn note_on(&mut self, _id: u32, _pitch: u8, _velocity: f32) {
            self.0 = true;
        }
        fn note_off(&mut self, _id: u32) {}
        fn all_off(&mut self) {}
        fn render(&mut self, out: &mut [[f32; 2]]) {
            if let Some(first) = out.first_mut().filter(|_| std::mem::take(&mut self.0)) {
                *first = [0.5; 2];
            }
        }
        fn is_silent(&self) -> bool {
            true
        }
    }

    #[test]
    fn x6_an_onset_is_on_its_sample_deviation_included_and_nothing_falls_before_sample_0() {
        let folder = tempfile::tempdir().unwrap();
        let id = BotId::new("click").unwrap();
        let mut part = Part::new(folder.path(), &id, Box::new(Click(false)), 1);
        let tempo = |bpm: f32| Tempo::new(f64::from(bpm)).unwrap();
        let mut belongs = Vec::new();
        let mut seconds = 0.0;
        for n in 0..400_i64 {
            let tempo = tempo(if n < 150 { 97.3 } else { 61.7 });
            let deviation = if n % 48 == 0 { -0.02 } else { 0.0137 };
            part.beats(Tick(n), tempo, |beat, part| {
                if n % 24 == 0 {
                    let due = beat.due + deviation;
                    part.take(&mut vec![Cue {
                        due,
                        position: n as f64,
                        id: n as u32,
                        pitch: 60,
                        velocity: Some(1.0),
                        sung: None,
                    }]);
                }
            });
            if n % 24 == 0 {
                belongs.push(((seconds + deviation) * 48_000.0_f64).round().max(0.0) as usize);
            }
            seconds += tempo.tick_seconds();
            part.sound_what_is_settled(false).unwrap();
        }
        part.stem.take().unwrap().finish_at(30 * 48_000).unwrap();
        let mut reader = hound::WavReader::open(folder.path().join("click.wav")).unwrap();
        let loud =
            reader.samples::<i32>().step_by(2).enumerate().filter(|(_, s)| s.as_ref().unwrap().abs() > 2_000_000);
        assert_eq!(loud.map(|(n, _)| n).collect::<Vec<_>>(), belongs);
    }

    #[test]
    fn words_are_left_beside_the_stem_with_the_times_of_their_notes() {
        let folder = tempfile::tempdir().unwrap();
        let id = BotId::new("voice").unwrap();
        let mut part = Part::new(folder.path(), &id, Box::new(Click(false)), 1);
        let syllable = Syllable { text: "Oh!".to_owned(), ..Syllable::default() };
        let sung = Some(Sung::new(Lyric::new(&syllable, Then::Line), 0.5));
        part.beats(Tick(0), Tempo::default(), |beat, part| {
            let cue = Cue { due: beat.due + 1.0, position: 32.0, id: 1, pitch: 60, velocity: Some(1.0), sung };
            let end = Cue { due: beat.due + 1.5, position: 48.0, velocity: None, sung: None, ..cue };
            part.take(&mut vec![cue, end]);
        });
        part.finish(&mut Player::<Nobody>::new(&crate::Setup::rehearsal("voice", 1)).unwrap(), Some(96_000)).unwrap();
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(read("voice.lrc"), "[00:01.00]<00:01.00>Oh!<00:01.50>\n");
        assert!(read("voice.vtt").contains("00:00:01.000 --> 00:00:01.500\nOh!"));
    }

    struct Nobody;

    impl Musebot for Nobody {
        fn new(_: &crate::Setup) -> anyhow::Result<Self> {
            Ok(Self)
        }
        fn tick(&mut self, _: Tick, _: &mut crate::Stage) {}
    }
}
