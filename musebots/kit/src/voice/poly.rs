//! A polyphonic synthesiser with a handful of good sounds.

use super::Voice;
use super::analog::AnalogNote;
use super::chorus::Chorus;
use super::envelope::Envelope;
use super::noise::Noise;
use super::patch::{Patch, Source, Timbre};
use super::quiet::Quiet;
use super::room::Room;
use super::struck::Ringing;

/// Notes that may sound at once; beyond it the oldest gives way.
const POLYPHONY: usize = 16;
/// Room for those that are giving way. When all of it is taken, a new note is not heard.
const PLACES: usize = 2 * POLYPHONY;
/// How long a note takes to give way, in seconds: too short to notice, too long to click.
const GIVE_WAY: f32 = 0.003;
/// How long it takes when one bass note ends another, as a finger on the string does.
const ALONE_GIVE_WAY: f32 = 0.010;
/// A note that is softer than this is over (−100 dB of a full one).
const OVER: f32 = 1e-5;
/// Frames rendered in one go.
const BLOCK: usize = 64;

/// A polyphonic synthesiser: up to 16 notes of one [`Patch`].
///
/// A note that must give way to another fades within 3 ms instead of being cut; struck and
/// plucked sounds end by themselves.
pub struct Poly {
    timbre: Timbre,
    sample_rate: f32,
    notes: Vec<Note>,
    chorus: Chorus,
    room: Room,
    quiet: Quiet,
    noise: Noise,
    begun: u64,
}

/// One note under way.
#[derive(Clone, Copy)]
struct Note {
    id: u32,
    order: u64,
    tone: Tone,
    amp: Envelope,
    /// Left and right, the level included.
    pan: [f32; 2],
    /// What is left of it while it gives way, and how fast that shrinks.
    left: f32,
    shrink: f32,
}

#[derive(Clone, Copy)]
#[expect(clippy::large_enum_variant, reason = "notes lie side by side in memory that is never allocated anew")]
enum Tone {
    Analog(AnalogNote),
    Struck(Ringing),
}

impl Poly {
    /// A synthesiser that sounds like `patch`.
    #[must_use]
    pub fn new(patch: Patch) -> Self {
        let timbre = Timbre::of(patch);
        let sample_rate = 48_000.0;
        Self {
            timbre,
            sample_rate,
            notes: Vec::with_capacity(PLACES),
            chorus: Chorus::new(sample_rate),
            room: Room::new(timbre.room.1, sample_rate),
            quiet: Quiet::new(sample_rate),
            noise: Noise::new(1),
            begun: 0,
        }
    }

    fn make_way(&mut self) {
        if self.timbre.alone {
            let shrink = 1.0 / (ALONE_GIVE_WAY * self.sample_rate);
            self.notes.iter_mut().for_each(|note| note.give_way(shrink));
        } else if self.notes.iter().filter(|note| note.shrink == 0.0).count() >= POLYPHONY {
            let shrink = 1.0 / (GIVE_WAY * self.sample_rate);
            // First one that was let go already, then the oldest.
            let least = self.notes.iter_mut().filter(|note| note.shrink == 0.0);
            if let Some(note) = least.min_by_key(|note| (!note.amp.is_releasing(), note.order)) {
                note.give_way(shrink);
            }
        }
    }
}

impl Voice for Poly {
    fn prepare(&mut self, sample_rate: f32) {
        self.sample_rate = sample_rate;
        self.notes.clear();
        self.chorus = Chorus::new(sample_rate);
        self.room = Room::new(self.timbre.room.1, sample_rate);
        self.quiet = Quiet::new(sample_rate);
        self.noise = Noise::new(1);
        self.begun = 0;
    }

    fn note_on(&mut self, id: u32, pitch: u8, velocity: f32) {
        let velocity = velocity.clamp(0.0, 1.0);
        let shrink = 1.0 / (GIVE_WAY * self.sample_rate);
        self.notes.iter_mut().filter(|note| note.id == id).for_each(|note| note.give_way(shrink));
        self.make_way();
        if self.notes.len() >= PLACES {
            return;
        }
        // Keeps successive notes from having the very same noise.
        self.noise.next();
        let pitch = pitch.min(127);
        // What no ear and no sample rate can hold is brought down to what they can.
        let hz = (440.0 * ((f32::from(pitch) - 69.0) / 12.0).exp2()).min(self.sample_rate * 0.4);
        let tone = match self.timbre.source {
            Source::Analog(analog) => {
                Tone::Analog(AnalogNote::begin(analog, hz, velocity, self.sample_rate, self.noise))
            }
            Source::Struck(what) => Tone::Struck(Ringing::strike(what, hz, velocity, self.sample_rate)),
        };
        // Neighbours in pitch sit apart; what is low stays in the middle.
        let width = self.timbre.spread * ((f32::from(pitch) - 40.0) / 24.0).clamp(0.0, 1.0);
        let place = width * (f32::from(u16::from(pitch) * 7 % 12) / 5.5 - 1.0);
        let angle = (place + 1.0) * std::f32::consts::FRAC_PI_4;
        let touch = self.timbre.touch;
        // Squared: the ear hears loudness on a bent scale.
        let level = self.timbre.level * (1.0 - touch + touch * velocity) * (1.0 - touch + touch * velocity).sqrt();
        self.notes.push(Note {
            id,
            order: self.begun,
            tone,
            amp: Envelope::new(self.timbre.amp, self.sample_rate),
            pan: [angle.cos() * level * std::f32::consts::SQRT_2, angle.sin() * level * std::f32::consts::SQRT_2],
            left: 1.0,
            shrink: 0.0,
        });
        self.begun += 1;
        self.quiet.wake();
    }

    fn note_off(&mut self, id: u32) {
        self.notes.iter_mut().filter(|note| note.id == id).for_each(Note::release);
    }

    fn all_off(&mut self) {
        self.notes.iter_mut().for_each(Note::release);
    }

    fn render(&mut self, out: &mut [[f32; 2]]) {
        if self.is_silent() {
            return;
        }
        for block in out.chunks_mut(BLOCK) {
            let mut wet = [[0.0f32; 2]; BLOCK];
            let wet = &mut wet[..block.len()];
            for note in &mut self.notes {
                note.render(wet);
            }
            self.notes.retain(|note| !note.is_over());
            let (chorus, room) = (self.timbre.chorus, self.timbre.room.0);
            for (frame, [left, right]) in block.iter_mut().zip(wet.iter().copied()) {
                let middle = (left + right) * 0.5;
                let (mut l, mut r) = (left, right);
                if chorus > 0.0 {
                    let [cl, cr] = self.chorus.next(middle);
                    let dry = 1.0 - 0.3 * chorus;
                    (l, r) = (l * dry + cl * chorus, r * dry + cr * chorus);
                }
                let [rl, rr] = self.room.next(middle);
                (l, r) = (l + rl * room, r + rr * room);
                self.quiet.hear(l, r);
                frame[0] += l;
                frame[1] += r;
            }
        }
    }

    fn is_silent(&self) -> bool {
        self.notes.is_empty() && self.quiet.is_quiet()
    }
}

impl Note {
    fn give_way(&mut self, shrink: f32) {
        self.shrink = self.shrink.max(shrink);
    }

    fn release(&mut self) {
        self.amp.release();
        if let Tone::Analog(note) = &mut self.tone {
            note.release();
        }
    }

    fn is_over(&self) -> bool {
        self.amp.is_done()
            || self.left <= 0.0
            || matches!(&self.tone, Tone::Struck(ringing) if ringing.loudness() < OVER)
    }

    fn render(&mut self, out: &mut [[f32; 2]]) {
        let mut tone = [0.0f32; BLOCK];
        let tone = &mut tone[..out.len()];
        match &mut self.tone {
            Tone::Analog(note) => note.render(tone),
            Tone::Struck(ringing) => ringing.render(tone),
        }
        for (frame, x) in out.iter_mut().zip(tone) {
            let x = *x * self.amp.next() * self.left;
            self.left = (self.left - self.shrink).max(0.0);
            frame[0] += x * self.pan[0];
            frame[1] += x * self.pan[1];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f32 = 48_000.0;

    fn prepared(patch: Patch, rate: f32) -> Poly {
        let mut poly = Poly::new(patch);
        poly.prepare(rate);
        poly
    }

    fn left(poly: &mut Poly, frames: usize) -> Vec<f32> {
        let mut out = vec![[0.0; 2]; frames];
        poly.render(&mut out);
        out.into_iter().map(|[left, _]| left).collect()
    }

    fn peak(wave: &[f32]) -> f32 {
        wave.iter().fold(0.0, |peak, x| peak.max(x.abs()))
    }

    /// How strongly a wave swings at a frequency.
    fn level(wave: &[f32], hz: f64) -> f64 {
        let (re, im) = wave.iter().enumerate().fold((0.0, 0.0), |(re, im), (n, x)| {
            let angle = std::f64::consts::TAU * hz * n as f64 / f64::from(RATE);
            (re + f64::from(*x) * angle.cos(), im + f64::from(*x) * angle.sin())
        });
        re.hypot(im)
    }

    #[test]
    fn every_patch_is_in_tune() {
        for patch in Patch::ALL {
            let mut poly = prepared(patch, RATE);
            // The A of 220 Hz; what is a quarter tone off is much weaker over half a second.
            poly.note_on(1, 57, 0.8);
            left(&mut poly, 4800);
            let wave = left(&mut poly, 24_000);
            let (low, right, high) = (level(&wave, 213.7), level(&wave, 220.0), level(&wave, 226.4));
            assert!(right > 4.0 * low && right > 4.0 * high, "{patch:?}: {low:.1} {right:.1} {high:.1}");
        }
    }

    #[test]
    fn a_note_that_is_let_go_ends_and_then_all_is_silent() {
        for patch in Patch::ALL {
            let mut poly = prepared(patch, RATE);
            assert!(poly.is_silent());
            poly.note_on(1, 60, 1.0);
            assert!(peak(&left(&mut poly, 4800)) > 0.03, "{patch:?}");
            assert!(!poly.is_silent());
            poly.note_off(1);
            left(&mut poly, 4 * RATE as usize);
            assert!(poly.is_silent(), "{patch:?} still sounds");
        }
    }

    #[test]
    fn of_too_many_notes_the_oldest_gives_way_and_the_newest_is_heard() {
        let mut poly = prepared(Patch::WarmLead, RATE);
        for id in 0..40 {
            poly.note_on(id, 40 + id as u8, 0.5);
            left(&mut poly, 480);
        }
        let sounding: Vec<u32> = poly.notes.iter().filter(|note| note.shrink == 0.0).map(|note| note.id).collect();
        assert_eq!(sounding, (24..40).collect::<Vec<_>>());
    }

    #[test]
    fn a_bass_speaks_with_one_voice() {
        let mut poly = prepared(Patch::ElectricBass, RATE);
        poly.note_on(1, 33, 0.9);
        left(&mut poly, 4800);
        poly.note_on(2, 45, 0.9);
        left(&mut poly, 960);
        assert_eq!(poly.notes.iter().map(|note| note.id).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn a_soft_note_is_softer_and_darker() {
        for patch in Patch::ALL {
            let measure = |velocity| {
                let mut poly = prepared(patch, RATE);
                poly.note_on(1, 50, velocity);
                let wave = left(&mut poly, 24_000);
                let power: f32 = wave.iter().map(|x| x * x).sum();
                let slope: f32 = wave.windows(2).map(|w| (w[1] - w[0]).powi(2)).sum();
                (power, slope / power)
            };
            let ((soft, dark), (loud, bright)) = (measure(0.3), measure(1.0));
            assert!(loud > 2.0 * soft, "{patch:?}: {soft} {loud}");
            assert!(bright > 1.05 * dark, "{patch:?}: {dark} {bright}");
        }
    }

    #[test]
    fn any_pitch_at_any_rate_is_a_sound_and_stays_in_bounds() {
        for patch in Patch::ALL {
            for rate in [22_050.0, 44_100.0, 96_000.0, 192_000.0] {
                let mut poly = prepared(patch, rate);
                for pitch in [0, 21, 60, 108, 127, 255] {
                    poly.note_on(u32::from(pitch), pitch, 1.0);
                    let wave = left(&mut poly, 4410);
                    assert!(wave.iter().all(|x| x.abs() < 4.0), "{patch:?}, {pitch} at {rate}: {}", peak(&wave));
                }
            }
        }
    }
}
