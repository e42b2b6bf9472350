//! Opens an audio device for a voice, and opens it anew when it was lost: the voice comes home
//! from the audio thread that has ended, and goes out again with a fade.

use super::super::callback::Callback;
use super::playing::{Ends, Playing};
use crate::gain::{GainControl, Meters};
use crate::sounding::Sounding;
use crate::voice::Voice;
use musebot_devices::{AudioDevice, AudioWish, CallbackTime, DeviceError, OutputStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

/// How long a device may take until it first asks for sound.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a lost device may take to give up its voice.
const PARTING: Duration = Duration::from_secs(5);
/// What a device that is back fades in within, in milliseconds.
const FADE_IN_MS: f32 = 500.0;

/// What it takes to open the device.
pub(super) struct Opener {
    wish: AudioWish,
    gain: Arc<GainControl>,
    meters: Arc<Meters>,
    voice: Option<Box<dyn Voice>>,
    homeward: SyncSender<Box<dyn Voice>>,
    home: Receiver<Box<dyn Voice>>,
    opened: bool,
}

/// What lives on the audio thread. When that ends, the voice goes home.
struct Outing {
    callback: Callback,
    homeward: SyncSender<Box<dyn Voice>>,
}

impl Outing {
    /// Realtime-safe: yes.
    fn fill(&mut self, out: &mut [[f32; 2]], time: CallbackTime) {
        self.callback.fill(out, time);
    }
}

impl Drop for Outing {
    fn drop(&mut self) {
        // There is room for one, and there is only one.
        let _ = self.homeward.try_send(self.callback.sounding.give_up_voice());
    }
}

impl Opener {
    pub(super) fn new(wish: AudioWish, voice: Box<dyn Voice>, gain: Arc<GainControl>, meters: Arc<Meters>) -> Self {
        let (homeward, home) = sync_channel(1);
        Self { wish, gain, meters, voice: Some(voice), homeward, home, opened: false }
    }

    /// Puts the old stream away, if there is one, opens the device and waits until it runs.
    ///
    /// # Errors
    /// When there is no such device, or it does not open or never starts.
    pub(super) fn open(&mut self, old: Option<Playing>) -> Result<Playing, DeviceError> {
        if old.is_some() {
            drop(old);
            self.take_home();
        }
        let device = AudioDevice::find(&self.wish)?;
        let (name, rate) = (device.name().to_owned(), device.sample_rate());
        let fault = |reason: &str| DeviceError::Open { device: name.clone(), reason: reason.to_owned() };
        // It may have come home since, later than we waited for it.
        self.voice = self.voice.take().or_else(|| self.home.try_recv().ok());
        let voice = self.voice.take().ok_or_else(|| fault("the lost one still holds the voice"))?;
        let mut sounding = Sounding::new(voice, rate, Arc::clone(&self.gain), Arc::clone(&self.meters));
        if self.opened {
            sounding.fade_in(FADE_IN_MS);
        }
        let (ends, callback) = Ends::of(sounding);
        let mut outing = Outing { callback, homeward: self.homeward.clone() };
        let stream = match OutputStream::open(&device, move |out: &mut [[f32; 2]], time| outing.fill(out, time)) {
            Ok(stream) => stream,
            Err(error) => {
                self.take_home();
                return Err(error);
            }
        };
        let mut playing = Playing::new(stream, name.clone(), rate, ends);
        if !playing.runs_within(PATIENCE) {
            drop(playing);
            self.take_home();
            return Err(fault("it opened, but has not asked for sound in 2 s"));
        }
        self.opened = true;
        Ok(playing)
    }

    fn take_home(&mut self) {
        self.voice = self.home.recv_timeout(PARTING).ok().or(self.voice.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::voice::{Patch, Poly};

    #[test]
    fn a_voice_comes_home_from_an_audio_thread_that_ends_and_can_go_out_again() {
        let (gain, meters) = (Arc::new(GainControl::new(1.0)), Arc::new(Meters::new()));
        let voice = Box::new(Poly::new(Patch::Pluck));
        let mut opener = Opener::new(AudioWish::default(), voice, Arc::clone(&gain), Arc::clone(&meters));
        for rate in [48_000, 44_100] {
            let voice = opener.voice.take().unwrap();
            let (_ends, callback) = Ends::of(Sounding::new(voice, rate, Arc::clone(&gain), Arc::clone(&meters)));
            let mut outing = Outing { callback, homeward: opener.homeward.clone() };
            let time = CallbackTime { at: std::time::Instant::now(), latency: Duration::ZERO };
            std::thread::spawn(move || outing.fill(&mut [[0.0; 2]; 64], time)).join().unwrap();
            opener.take_home();
        }
        assert!(opener.voice.is_some());
    }

    #[test]
    fn a_device_that_is_not_there_leaves_the_voice_at_home() {
        let (gain, meters) = (Arc::new(GainControl::new(1.0)), Arc::new(Meters::new()));
        let wish = AudioWish::from("a device that nobody has");
        let mut opener = Opener::new(wish, Box::new(Poly::new(Patch::Pluck)), gain, meters);
        assert!(opener.open(None).is_err() && opener.voice.is_some());
    }
}
