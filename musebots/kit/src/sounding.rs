//! A voice that is being played: events that wait for their frame, the voice, and what follows
//! it (DC blocker, limiter, gain, meters). The same object sounds live and in a render.

#[cfg(test)]
mod balance;
#[cfg(test)]
mod tests;

use crate::dc_blocker::DcBlocker;
use crate::gain::{GainControl, GainRamp, Meters};
use crate::limiter::Limiter;
use crate::output::Mute;
use crate::voice::{Sung, Voice};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

/// What happens to a note.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Sound {
    /// A note begins.
    On { id: u32, pitch: u8, velocity: f32 },
    /// A note begins with words: its vowel sounds on its frame, what comes before it earlier.
    Sing { id: u32, pitch: u8, velocity: f32, sung: Sung },
    /// A note is let go.
    Off { id: u32 },
    /// Every note is let go, and what was to sound after this moment is forgotten.
    AllOff,
}

/// An event and the frame it belongs to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stamped {
    pub(crate) frame: u64,
    pub(crate) sound: Sound,
}

/// Notes that may wait at a time. Beyond it new ones are not heard; their ends always fit.
const MOST_WAITING: usize = 2048;

/// An event in the queue: by frame, and then in the order they came.
struct Waiting {
    frame: u64,
    /// How much later it is what it was sent for: words begin before their note.
    lead: u32,
    order: u64,
    sound: Sound,
}

/// A voice being played.
pub(crate) struct Sounding {
    voice: Box<dyn Voice>,
    waiting: BinaryHeap<Reverse<Waiting>>,
    order: u64,
    frame: u64,
    sample_rate: f32,
    gain: Arc<GainControl>,
    meters: Arc<Meters>,
    ramp: GainRamp,
    dc_blocker: DcBlocker,
    limiter: Limiter,
}

impl Sounding {
    /// Makes the voice ready. Realtime-safe: no.
    pub(crate) fn new(
        mut voice: Box<dyn Voice>,
        sample_rate: u32,
        gain: Arc<GainControl>,
        meters: Arc<Meters>,
    ) -> Self {
        let rate = sample_rate as f32;
        voice.prepare(rate);
        Self {
            voice,
            waiting: BinaryHeap::with_capacity(2 * MOST_WAITING),
            order: 0,
            frame: 0,
            sample_rate: rate,
            ramp: GainRamp::new(&gain, rate),
            gain,
            meters,
            dc_blocker: DcBlocker::new(rate),
            limiter: Limiter::new(rate),
        }
    }

    /// From now on it comes up from silence, within so many milliseconds.
    pub(crate) fn fade_in(&mut self, ms: f32) {
        self.ramp.rise_from_silence(ms);
    }

    /// Gives its voice away, and is silent from then on.
    pub(crate) fn give_up_voice(&mut self) -> Box<dyn Voice> {
        std::mem::replace(&mut self.voice, Box::new(Mute))
    }

    /// Takes an event, in any order; one that is late sounds at once. Realtime-safe: yes.
    pub(crate) fn push(&mut self, event: Stamped) {
        match event.sound {
            Sound::AllOff => {
                self.waiting.retain(|Reverse(waiting)| waiting.frame < event.frame);
                if self.waiting.len() >= 2 * MOST_WAITING {
                    return self.sound(event.sound);
                }
            }
            Sound::On { .. } | Sound::Sing { .. } if self.waiting.len() >= MOST_WAITING => return,
            _ if self.waiting.len() >= 2 * MOST_WAITING => {
                // No place even for an end: the note ends now rather than never.
                return self.sound(event.sound);
            }
            _ => {}
        }
        let (sound, lead) = match event.sound {
            Sound::Sing { sung, .. } if self.voice.sings() => {
                let lead = (f64::from(sung.lead.max(0.0)) * f64::from(self.sample_rate)).round() as u64;
                (event.sound, lead.min(event.frame) as u32)
            }
            // Without words nothing sounds before its time.
            Sound::Sing { id, pitch, velocity, .. } => (Sound::On { id, pitch, velocity }, 0),
            sound => (sound, 0),
        };
        self.waiting.push(Reverse(Waiting { frame: event.frame - u64::from(lead), lead, order: self.order, sound }));
        self.order += 1;
    }

    /// Writes the next frames. Realtime-safe: yes.
    pub(crate) fn render(&mut self, out: &mut [[f32; 2]]) {
        self.render_noting(out, |_, _| {});
    }

    /// Writes the next frames, and tells of every note that begins (its id) at which frame it
    /// did. Realtime-safe: as far as `begun` is.
    pub(crate) fn render_noting(&mut self, out: &mut [[f32; 2]], mut begun: impl FnMut(u32, u64)) {
        out.fill([0.0; 2]);
        let mut rest = &mut *out;
        while !rest.is_empty() {
            while let Some(Reverse(next)) = self.waiting.peek()
                && next.frame <= self.frame
            {
                let (mut sound, due) = (next.sound, next.frame + u64::from(next.lead));
                self.waiting.pop();
                if let Sound::On { id, .. } | Sound::Sing { id, .. } = sound {
                    begun(id, self.frame.max(due));
                }
                if let Sound::Sing { sung, .. } = &mut sound {
                    // What begins late has less time for what comes before the beat, and the beat stays.
                    sung.lead = due.saturating_sub(self.frame) as f32 / self.sample_rate;
                }
                self.sound(sound);
            }
            let until = self.waiting.peek().map_or(u64::MAX, |Reverse(next)| next.frame - self.frame);
            let frames = usize::try_from(until).unwrap_or(usize::MAX).min(rest.len());
            let (now, later) = rest.split_at_mut(frames);
            self.voice.render(now);
            self.frame += frames as u64;
            rest = later;
        }
        self.dc_blocker.apply(out);
        self.limiter.apply(out);
        self.ramp.apply(&self.gain, out);
        self.meters.hear(out);
    }

    fn sound(&mut self, sound: Sound) {
        match sound {
            Sound::On { id, pitch, velocity } => self.voice.note_on(id, pitch, velocity),
            Sound::Sing { id, pitch, velocity, sung } => self.voice.sing(id, pitch, velocity, &sung),
            Sound::Off { id } => self.voice.note_off(id),
            Sound::AllOff => self.voice.all_off(),
        }
    }

    /// The next frame to be rendered.
    pub(crate) fn frame(&self) -> u64 {
        self.frame
    }

    /// Whether nothing sounds and nothing waits.
    pub(crate) fn is_silent(&self) -> bool {
        self.waiting.is_empty() && self.voice.is_silent()
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.frame, self.order).cmp(&(other.frame, other.order))
    }
}
