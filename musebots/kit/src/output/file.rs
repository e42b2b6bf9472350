//! A WAV and a MIDI file, written while the music plays, on a thread of its own; where words are sung,
//! they are left beside them.

use super::{
    lateness::{Lateness, LatenessCollector},
    sound,
};
use crate::{
    agenda::Cue,
    gain::{GainControl, Meters},
    lyrics::Lyrics,
    midi_file::{MidiFile, UNITS_PER_BEAT},
    sounding::{Sounding, Stamped},
    stem::{SAMPLE_RATE, Stem},
    voice::Voice,
};
use anyhow::Context;
use musebot_protocol::{BotId, Tempo};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// How far the file lags behind what is due: notes that deviate backwards still find their place.
const LAG: Duration = Duration::from_millis(100);
/// How often it is written, and made whole on disk.
const WRITE_EVERY: Duration = Duration::from_millis(50);
const FLUSH_EVERY: Duration = Duration::from_secs(1);
/// Events that may wait for the writer; beyond it they are lost, and that is said.
const MOST_WAITING: usize = 4096;

/// The files.
pub(crate) struct FileOutput {
    path: PathBuf,
    to_writer: Option<SyncSender<Stamped>>,
    writer: Option<JoinHandle<anyhow::Result<()>>>,
    midi: MidiFile,
    lyrics: Lyrics,
    /// The last tempo, and where in the MIDI file and in time it began.
    tempo: (Tempo, f64, f64),
    began: Instant,
    late: LatenessCollector,
    overrun: bool,
}

impl FileOutput {
    /// Begins `ID.wav` (and in the end `ID.mid`) in `folder`; frame 0 is `began`.
    ///
    /// # Errors
    /// When they cannot be created.
    pub(crate) fn open(
        folder: &Path,
        id: &BotId,
        channel: u8,
        voice: Box<dyn Voice>,
        gain: Arc<GainControl>,
        meters: Arc<Meters>,
        began: Instant,
    ) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("failed to create `{}`", folder.display()))?;
        let path = folder.join(file_name(id, "wav"));
        let stem = Stem::create(&path, Sounding::new(voice, SAMPLE_RATE, gain, meters))?;
        let (to_writer, events) = sync_channel(MOST_WAITING);
        let writer = std::thread::Builder::new().name("file".into()).spawn(move || write(stem, &events, began))?;
        let mut midi = MidiFile::new(id.as_str(), channel);
        midi.tempo(0.0, Tempo::default());
        Ok(Self {
            path,
            to_writer: Some(to_writer),
            writer: Some(writer),
            midi,
            lyrics: Lyrics::default(),
            tempo: (Tempo::default(), 0.0, 0.0),
            began,
            late: LatenessCollector::new(),
            overrun: false,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn play(&mut self, cue: &Cue, due: Instant) {
        let seconds = due.saturating_duration_since(self.began).as_secs_f64();
        self.midi.cue(self.units(seconds), cue);
        self.lyrics.cue(seconds, cue);
        if cue.velocity.is_some() {
            self.late.add(Instant::now().saturating_duration_since(due + LAG).as_secs_f32() * 1000.0);
        }
        let event = Stamped { frame: frame(seconds), sound: sound(cue) };
        let lost = self.to_writer.as_ref().is_none_or(|to| to.try_send(event).is_err());
        if lost && !std::mem::replace(&mut self.overrun, true) {
            tracing::warn!("`{}` cannot be written as fast as it sounds: notes are missing in it", self.path.display());
        }
    }

    pub(crate) fn tempo(&mut self, due: Instant, tempo: Tempo) {
        let seconds = due.saturating_duration_since(self.began).as_secs_f64();
        let units = self.units(seconds);
        self.midi.tempo(units, tempo);
        self.tempo = (tempo, units, seconds);
    }

    /// The MIDI file runs along with the WAV, whatever the ticks do.
    fn units(&self, seconds: f64) -> f64 {
        let (tempo, units, since) = self.tempo;
        units + (seconds - since) * tempo.bpm() / 60.0 * f64::from(UNITS_PER_BEAT)
    }

    pub(crate) fn lateness(&mut self) -> Option<Lateness> {
        self.late.take()
    }

    /// Ends both files.
    pub(crate) fn finish(mut self) -> anyhow::Result<()> {
        let end = self.units(self.began.elapsed().as_secs_f64());
        self.to_writer = None;
        if let Some(writer) = self.writer.take() {
            writer.join().map_err(|_| anyhow::anyhow!("the writer of `{}` broke", self.path.display()))??;
        }
        self.lyrics.write(&self.path).context("failed to write the words")?;
        let midi = self.path.with_extension("mid");
        self.midi.write(&midi, end).with_context(|| format!("failed to write `{}`", midi.display()))
    }
}

/// The name of a bot's file. Names of ours are fit for one; those of the world need not be.
pub(crate) fn file_name(id: &BotId, extension: &str) -> String {
    let stem: String =
        id.as_str().chars().map(|c| if c.is_alphanumeric() || "-_.@".contains(c) { c } else { '_' }).collect();
    format!("{}.{extension}", stem.trim_start_matches('.'))
}

fn frame(seconds: f64) -> u64 {
    (seconds * f64::from(SAMPLE_RATE)).round().max(0.0) as u64
}

fn write(mut stem: Stem, events: &Receiver<Stamped>, began: Instant) -> anyhow::Result<()> {
    let mut flushed = Instant::now();
    loop {
        let next = Instant::now() + WRITE_EVERY;
        let over = loop {
            match events.recv_timeout(next.saturating_duration_since(Instant::now())) {
                Ok(event) => stem.push(event),
                Err(RecvTimeoutError::Timeout) => break false,
                Err(RecvTimeoutError::Disconnected) => break true,
            }
        };
        let now = began.elapsed();
        stem.render_to(frame(if over { now } else { now.saturating_sub(LAG) }.as_secs_f64()))?;
        if over {
            return Ok(stem.finish()?);
        }
        if flushed.elapsed() >= FLUSH_EVERY {
            flushed = Instant::now();
            stem.flush()?;
        }
    }
}
