//! Where the notes go: audio, MIDI, a file, or nowhere. Playing does not care which.

mod audio;
mod callback;
mod choice;
mod door;
mod file;
mod lateness;
mod midi;
mod null;
#[cfg(test)]
mod realtime;
#[cfg(test)]
mod rehearsal;
mod stream_clock;

use crate::{
    agenda::Cue,
    gain::{GainControl, Meters},
    options::Options,
    setup::Sound as Instrument,
    sounding::Sound,
    voice::Voice,
};
use audio::AudioOutput;
#[cfg(test)]
pub(crate) use choice::MidiGain;
pub(crate) use choice::{Kind, OutputChoice};
use file::FileOutput;
pub(crate) use file::file_name;
pub(crate) use lateness::Lateness;
use midi::MidiOutput;
#[cfg(test)]
pub(crate) use midi::{Bank, Touch};
use musebot_protocol::Tempo;
use null::NullOutput;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// One output, open.
enum Output {
    Audio(Box<AudioOutput>),
    Midi(Box<MidiOutput>),
    File(Box<FileOutput>),
    Null(NullOutput),
}

/// All outputs of a bot.
pub(crate) struct Outputs {
    /// Each with how much later (or, if negative, earlier) than due it is to be fed, in seconds.
    all: Vec<(f64, Output)>,
    /// The instant from which the session counts its seconds.
    epoch: Instant,
    gain: Arc<GainControl>,
    meters: Arc<Meters>,
}

impl Outputs {
    /// Opens what was chosen. A bot has one voice: the first output that sounds gets it.
    ///
    /// # Errors
    /// When an output that was asked for by name cannot be had.
    pub(crate) fn open(options: &Options, instrument: Instrument, epoch: Instant) -> anyhow::Result<Self> {
        let mut outputs =
            Self { all: Vec::new(), epoch, gain: Arc::new(GainControl::new(1.0)), meters: Arc::new(Meters::new()) };
        let mut voice = instrument.voice;
        for choice in &options.outputs {
            let output = outputs.open_one(choice, options, &mut voice, instrument.channel.unwrap_or(1))?;
            outputs.all.push((choice.offset_ms / 1000.0, output));
        }
        Ok(outputs)
    }

    fn open_one(
        &self,
        choice: &OutputChoice,
        options: &Options,
        voice: &mut Option<Box<dyn Voice>>,
        channel: u8,
    ) -> anyhow::Result<Output> {
        let (gain, meters) = (Arc::clone(&self.gain), Arc::clone(&self.meters));
        Ok(match choice.kind {
            Kind::Null => Output::Null(NullOutput::new()),
            Kind::Midi => Output::Midi(Box::new(MidiOutput::open(choice, &options.id, channel, self.epoch)?)),
            Kind::Auto | Kind::Audio => {
                let Some(voice) = voice.take() else {
                    tracing::warn!("no voice (left) for an audio output: it stays silent");
                    return Ok(Output::Null(NullOutput::new()));
                };
                match audio::wish(choice).and_then(|wish| AudioOutput::open(wish, voice, gain, meters)) {
                    Ok(audio) => Output::Audio(Box::new(audio)),
                    Err(e) if choice.kind == Kind::Auto => {
                        tracing::warn!("no sound: {e}; playing on without (--output null says that it is meant)");
                        Output::Null(NullOutput::new())
                    }
                    Err(e) => return Err(e.context("failed to open the audio output")),
                }
            }
            Kind::File => {
                let folder = choice.path.as_ref().map_or_else(|| options.home.clone(), |p| options.home.join(p));
                if voice.is_none() {
                    tracing::warn!("no voice left for the file output: its sound is silence, its MIDI is not");
                }
                let voice = voice.take().unwrap_or_else(|| Box::new(Mute));
                let file = FileOutput::open(&folder, &options.id, channel, voice, gain, meters, self.epoch)?;
                Output::File(Box::new(file))
            }
        })
    }

    /// A note begins or ends.
    pub(crate) fn play(&mut self, cue: &Cue) {
        for (offset, output) in &mut self.all {
            let seconds = cue.due + *offset;
            let due = self.epoch + Duration::from_secs_f64(seconds.max(0.0));
            match output {
                Output::Midi(midi) => midi.play(cue, seconds),
                Output::Audio(audio) => audio.play(due, sound(cue)),
                Output::File(file) => file.play(cue, due),
                Output::Null(null) => null.play(cue, due),
            }
        }
    }

    /// From then on, this is the tempo.
    pub(crate) fn tempo(&mut self, due: f64, tempo: Tempo) {
        for (_, output) in &mut self.all {
            if let Output::File(file) = output {
                file.tempo(self.epoch + Duration::from_secs_f64(due.max(0.0)), tempo);
            }
        }
    }

    /// Gets to a gain in so many milliseconds.
    pub(crate) fn gain(&mut self, gain: f32, ramp_ms: f32) {
        self.gain.set(gain, ramp_ms);
        for (_, output) in &mut self.all {
            if let Output::Midi(midi) = output {
                midi.gain(gain, ramp_ms);
            }
        }
    }

    /// Does what is due at outputs that look after time themselves. `true` when one has been
    /// opened: it may take longer than was known.
    pub(crate) fn advance(&mut self) -> bool {
        let mut opened = false;
        for (_, output) in &mut self.all {
            opened |= match output {
                Output::Midi(midi) => midi.advance(),
                Output::Audio(audio) => audio.advance(),
                Output::File(_) | Output::Null(_) => false,
            };
        }
        opened
    }

    /// When [`Self::advance`] next has something to do, in the session's seconds.
    pub(crate) fn wake(&self) -> f64 {
        let wakes = self.all.iter().filter_map(|(_, output)| match output {
            Output::Midi(midi) => midi.wake(),
            Output::Audio(audio) => audio.wake().map(|later| self.epoch.elapsed().as_secs_f64() + later),
            Output::File(_) | Output::Null(_) => None,
        });
        wakes.fold(f64::INFINITY, f64::min)
    }

    /// Peak and RMS since the last call.
    pub(crate) fn level(&self) -> (f32, f32) {
        self.meters.take()
    }

    /// How late the notes got there since the last call, by the output that is worst. To be asked
    /// now and then even if nobody wants to know: outputs look after themselves on the way.
    pub(crate) fn lateness(&mut self) -> Option<Lateness> {
        let each = self.all.iter_mut().filter_map(|(_, output)| match output {
            Output::Audio(audio) => audio.lateness(),
            Output::Midi(midi) => midi.lateness(),
            Output::File(file) => file.lateness(),
            Output::Null(null) => null.lateness(),
        });
        each.max_by(|a, b| a.p99_ms.total_cmp(&b.p99_ms))
    }

    /// How often the sound had a gap, since the start.
    pub(crate) fn xruns(&self) -> u32 {
        let xruns =
            self.all.iter().map(|(_, output)| if let Output::Audio(audio) = output { audio.xruns() } else { 0 });
        xruns.fold(0, u32::saturating_add)
    }

    /// How long ahead a note must be played to sound on its place, in seconds.
    pub(crate) fn latency(&self) -> f64 {
        let needs = self.all.iter().map(|(offset, output)| match output {
            Output::Audio(audio) => audio.latency().as_secs_f64() - offset,
            Output::Midi(midi) => midi.latency().as_secs_f64() - offset,
            Output::File(_) | Output::Null(_) => -offset,
        });
        needs.fold(0.0, f64::max)
    }

    /// What is open, for the first line of the log.
    pub(crate) fn names(&self) -> String {
        let name = |output: &Output| match output {
            Output::Audio(audio) => {
                format!("audio on `{}` ({:.0} ms)", audio.name(), audio.latency().as_secs_f64() * 1000.0)
            }
            Output::Midi(midi) => midi.name(),
            Output::File(file) => format!("file {}", file.path().display()),
            Output::Null(_) => "nothing is heard of it".to_owned(),
        };
        self.all.iter().map(|(_, output)| name(output)).collect::<Vec<_>>().join(", ")
    }

    /// Ends all outputs and makes files whole.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        for (_, output) in self.all {
            match output {
                Output::Audio(mut audio) => audio.play(Instant::now(), Sound::AllOff),
                Output::Midi(midi) => midi.finish(),
                Output::File(file) => file.finish()?,
                Output::Null(_) => {}
            }
        }
        Ok(())
    }
}

/// The voice of a bot that has none.
pub(crate) struct Mute;

impl Voice for Mute {
    fn prepare(&mut self, _sample_rate: f32) {}
    fn note_on(&mut self, _id: u32, _pitch: u8, _velocity: f32) {}
    fn note_off(&mut self, _id: u32) {}
    fn all_off(&mut self) {}
    fn render(&mut self, _out: &mut [[f32; 2]]) {}
    fn is_silent(&self) -> bool {
        true
    }
}

/// A cue as the sounding side knows it.
pub(crate) fn sound(cue: &Cue) -> Sound {
    let (id, pitch) = (cue.id, cue.pitch);
    match (cue.velocity, cue.sung) {
        (Some(velocity), Some(sung)) => Sound::Sing { id, pitch, velocity, sung },
        (Some(velocity), None) => Sound::On { id, pitch, velocity },
        (None, _) => Sound::Off { id },
    }
}
