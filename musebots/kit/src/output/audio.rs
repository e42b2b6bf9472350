//! Sound on a device: notes that are due at an instant go through a ring to the audio thread,
//! stamped with the frame that is heard then. A device that vanishes is taken again when it is
//! back; until then the music goes on silently, in time.

mod opener;
mod playing;

use super::OutputChoice;
use super::door::Door;
use super::lateness::{Lateness, LatenessCollector};
use crate::gain::{GainControl, Meters};
use crate::sounding::Sound;
use crate::voice::Voice;
use anyhow::Context;
use musebot_devices::{AudioHost, AudioWish};
use opener::Opener;
use playing::Playing;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Between two lines about the same trouble.
const SAY_AGAIN: Duration = Duration::from_secs(20);

/// An audio device that plays a voice.
pub(crate) struct AudioOutput {
    playing: Option<Playing>,
    door: Door<Playing>,
    lateness: LatenessCollector,
    name: String,
    latency: Duration,
    said: Option<Instant>,
    gaps: u32,
    /// Gaps since the start.
    xruns: u32,
}

impl AudioOutput {
    /// Opens the device that is wished for, and waits until it runs.
    ///
    /// # Errors
    /// When there is no such device, or it does not open or never starts.
    pub(crate) fn open(
        wish: AudioWish,
        voice: Box<dyn Voice>,
        gain: Arc<GainControl>,
        meters: Arc<Meters>,
    ) -> anyhow::Result<Self> {
        let mut opener = Opener::new(wish, voice, gain, meters);
        let playing = opener.open(None)?;
        let open = move |old| opener.open(old).map_err(|e| e.to_string());
        let fails = |why: &str| tracing::debug!("{why}; trying again every second");
        let door = Door::new(open, fails).context("failed to start a thread for the device")?;
        Ok(Self {
            name: playing.name.clone(),
            latency: playing.latency(),
            playing: Some(playing),
            door,
            lateness: LatenessCollector::new(),
            said: None,
            gaps: 0,
            xruns: 0,
        })
    }

    /// Plays a sound that is to be heard at `due`.
    pub(crate) fn play(&mut self, due: Instant, sound: Sound) {
        if let Some(playing) = &mut self.playing {
            playing.hear_reports(&mut self.lateness);
            playing.play(due, sound);
        }
    }

    /// Looks after the device; `true` when it has been opened again just now.
    pub(crate) fn advance(&mut self) -> bool {
        if let Some(lost) = self.playing.take_if(|playing| playing.stream.health().is_lost()) {
            tracing::error!("audio device `{}` has gone: playing on silently until it is back", self.name);
            self.door.ask(Some(lost));
        }
        if self.playing.is_some() {
            return false;
        }
        self.playing = self.door.take();
        let Some(playing) = &self.playing else { return false };
        (self.name, self.latency) = (playing.name.clone(), playing.latency());
        tracing::info!("audio device `{}` is back", self.name);
        true
    }

    /// When [`Self::advance`] is to look again, in seconds from now.
    pub(crate) fn wake(&self) -> Option<f64> {
        self.playing.is_none().then_some(0.1)
    }

    /// How far notes were placed from where they belonged, since the last call.
    pub(crate) fn lateness(&mut self) -> Option<Lateness> {
        if let Some(playing) = &mut self.playing {
            playing.hear_reports(&mut self.lateness);
            playing.hand_over();
            self.latency = playing.latency();
        }
        self.say_troubles();
        self.lateness.take()
    }

    /// How far ahead of its being heard a note must be played.
    pub(crate) fn latency(&self) -> Duration {
        self.playing.as_ref().map_or(self.latency, Playing::latency)
    }

    /// The device's name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// How often the sound had a gap, since the start.
    pub(crate) fn xruns(&self) -> u32 {
        self.xruns
    }

    fn say_troubles(&mut self) {
        let Some(trouble) = self.playing.as_ref().and_then(|playing| playing.stream.health().take()) else { return };
        self.gaps += trouble.gaps;
        self.xruns = self.xruns.saturating_add(trouble.gaps);
        if self.gaps > 0 && self.said.is_none_or(|said| said.elapsed() > SAY_AGAIN) {
            tracing::warn!("the sound had {} gap(s): the machine is too busy, or the buffer too small", self.gaps);
            self.said = Some(Instant::now());
            self.gaps = 0;
        }
        if trouble.complaints > 0 {
            tracing::debug!("audio device `{}` complained {} time(s)", self.name, trouble.complaints);
        }
    }
}

/// What is asked of a device.
///
/// # Errors
/// When there is no such audio system.
pub(crate) fn wish(choice: &OutputChoice) -> anyhow::Result<AudioWish> {
    let host = choice.host.as_deref().map(str::parse::<AudioHost>).transpose()?;
    let channels = choice.channels.map(|pair| pair.to_vec());
    Ok(AudioWish { host, device: choice.device.clone(), rate: choice.rate, buffer: choice.buffer, channels })
}
