//! A synthesised drum kit, with the drums of General MIDI.

use super::Voice;
use super::drums::hit::{Family, Hit};
use super::drums::recipes::{self, Stroke};
use super::noise::Noise;
use super::quiet::Quiet;
use super::room::Room;

/// Strokes that may ring at once; beyond it the oldest gives way.
const RINGING: usize = 20;
/// Room for those that are giving way. When all of it is taken, a new stroke is not heard.
const PLACES: usize = 2 * RINGING;
/// How long one takes to give way, and how long all do when told to, in seconds.
const GIVE_WAY: f32 = 0.003;
const ALL_GIVE_WAY: f32 = 0.25;
/// Drums stand in a short, dry room.
const ROOM: (f32, f32) = (0.11, 0.45);
/// Drums are all peaks: the bot's limiter rounds the strongest, so that they hold their own
/// beside a bass and a melody.
const LEVEL: f32 = 1.42;
const BLOCK: usize = 64;

/// A drum kit: General MIDI pitches (36 kick, 38 snare, 42 closed hat, …).
///
/// Strokes ring out by themselves, so the end of a note means nothing to it. A closed hat
/// damps an open one, and a stroke damps what still rings of the same drum.
pub struct DrumKit {
    sample_rate: f32,
    hits: Vec<Hit>,
    noise: Noise,
    room: Room,
    quiet: Quiet,
    begun: u64,
}

impl DrumKit {
    /// A kit.
    #[must_use]
    pub fn new() -> Self {
        let sample_rate = 48_000.0;
        Self {
            sample_rate,
            hits: Vec::with_capacity(PLACES),
            noise: Noise::new(7),
            room: Room::new(ROOM.1, sample_rate),
            quiet: Quiet::new(sample_rate),
            begun: 0,
        }
    }

    fn shrink(&self, seconds: f32) -> f32 {
        1.0 / (seconds * self.sample_rate)
    }
}

impl Default for DrumKit {
    fn default() -> Self {
        Self::new()
    }
}

impl Voice for DrumKit {
    fn prepare(&mut self, sample_rate: f32) {
        self.sample_rate = sample_rate;
        self.hits.clear();
        self.noise = Noise::new(7);
        self.room = Room::new(ROOM.1, sample_rate);
        self.quiet = Quiet::new(sample_rate);
        self.begun = 0;
    }

    fn note_on(&mut self, _id: u32, pitch: u8, velocity: f32) {
        // Each stroke has noise of its own: two equal strokes in a row sound like a machine.
        self.noise.next();
        let stroke = Stroke { velocity: velocity.clamp(0.0, 1.0), noise: self.noise, sample_rate: self.sample_rate };
        let mut hit = recipes::stroke(pitch, &stroke);
        let damped = self.shrink(if hit.family == Family::Hat { GIVE_WAY * 3.0 } else { hit.damps });
        self.hits.iter_mut().filter(|other| other.family == hit.family).for_each(|other| other.give_way(damped));
        if self.hits.iter().filter(|hit| hit.shrink == 0.0).count() >= RINGING {
            let soon = self.shrink(GIVE_WAY);
            if let Some(oldest) = self.hits.iter_mut().filter(|hit| hit.shrink == 0.0).min_by_key(|hit| hit.order) {
                oldest.give_way(soon);
            }
        }
        if self.hits.len() < PLACES {
            hit.order = self.begun;
            self.begun += 1;
            self.hits.push(hit);
            self.quiet.wake();
        }
    }

    fn note_off(&mut self, _id: u32) {}

    fn all_off(&mut self) {
        let slowly = self.shrink(ALL_GIVE_WAY);
        self.hits.iter_mut().for_each(|hit| hit.give_way(slowly));
    }

    fn render(&mut self, out: &mut [[f32; 2]]) {
        if self.is_silent() {
            return;
        }
        for block in out.chunks_mut(BLOCK) {
            let mut dry = [[0.0f32; 2]; BLOCK];
            let dry = &mut dry[..block.len()];
            for hit in &mut self.hits {
                let mut mono = [0.0f32; BLOCK];
                let mono = &mut mono[..dry.len()];
                hit.render(mono);
                let angle = (hit.place + 1.0) * std::f32::consts::FRAC_PI_4;
                let (right, left) = angle.sin_cos();
                for (frame, x) in dry.iter_mut().zip(mono.iter()) {
                    let x = x * hit.left * LEVEL * std::f32::consts::SQRT_2;
                    hit.left = (hit.left - hit.shrink).max(0.0);
                    frame[0] += x * left;
                    frame[1] += x * right;
                }
            }
            self.hits.retain(|hit| !hit.is_over());
            for (frame, [left, right]) in block.iter_mut().zip(dry.iter().copied()) {
                let [rl, rr] = self.room.next((left + right) * 0.5);
                let (l, r) = (left + rl * ROOM.0, right + rr * ROOM.0);
                self.quiet.hear(l, r);
                frame[0] += l;
                frame[1] += r;
            }
        }
    }

    fn is_silent(&self) -> bool {
        self.hits.is_empty() && self.quiet.is_quiet()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: usize = 48_000;

    fn strokes(strokes: &[(usize, u8, f32)], frames: usize) -> Vec<f32> {
        let mut kit = DrumKit::new();
        kit.prepare(RATE as f32);
        let mut out = vec![[0.0; 2]; frames];
        let mut from = 0;
        for (at, pitch, velocity) in strokes {
            kit.render(&mut out[from..*at]);
            kit.note_on(0, *pitch, *velocity);
            from = *at;
        }
        kit.render(&mut out[from..]);
        out.into_iter().map(|[left, right]| (left + right) * 0.5).collect()
    }

    fn power(wave: &[f32]) -> f32 {
        wave.iter().map(|x| x * x).sum()
    }

    /// High for what is bright.
    fn brightness(wave: &[f32]) -> f32 {
        wave.windows(2).map(|w| (w[1] - w[0]).powi(2)).sum::<f32>() / power(wave)
    }

    #[test]
    fn every_drum_of_general_midi_sounds_in_bounds_and_rings_out() {
        for pitch in 27..=87 {
            let wave = strokes(&[(0, pitch, 1.0)], 5 * RATE);
            let peak = wave.iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
            assert!((0.02..0.8).contains(&peak), "{pitch}: {peak}");
            assert!(power(&wave[5 * RATE - 4800..]) < 1e-6, "{pitch} rings on");
        }
    }

    #[test]
    fn a_closed_hat_chokes_an_open_one() {
        let open = strokes(&[(0, 46, 0.9)], RATE / 2);
        let choked = strokes(&[(0, 46, 0.9), (9600, 42, 0.3)], RATE / 2);
        let rest = 9600 + 7200;
        assert!(power(&choked[rest..]) < 0.02 * power(&open[rest..]));
    }

    #[test]
    fn a_soft_stroke_is_another_sound_and_not_only_softer() {
        for pitch in [36, 38, 45, 39, 37, 51] {
            let (soft, hard) = (strokes(&[(0, pitch, 0.25)], RATE), strokes(&[(0, pitch, 1.0)], RATE));
            assert!(power(&soft) < 0.3 * power(&hard), "{pitch}");
            let ratio = brightness(&hard) / brightness(&soft);
            assert!(ratio > 1.1, "{pitch}: {ratio}");
        }
    }

    #[test]
    fn the_kick_is_low_the_snare_in_between_and_the_hat_high() {
        let [kick, snare, hat] = [36, 38, 42].map(|pitch| brightness(&strokes(&[(0, pitch, 0.8)], RATE)));
        assert!(kick * 10.0 < snare && snare * 1.5 < hat, "{kick} {snare} {hat}");
    }

    #[test]
    fn equal_strokes_are_not_equal_to_the_sample() {
        let wave = strokes(&[(0, 38, 0.8), (24_000, 38, 0.8)], 48_000);
        let difference: Vec<f32> = wave[..12_000].iter().zip(&wave[24_000..36_000]).map(|(a, b)| a - b).collect();
        assert!(power(&difference) > 0.05 * power(&wave[..12_000]));
    }

    #[test]
    fn a_roll_on_everything_never_grows_beyond_its_places() {
        let many: Vec<_> = (0..2000).map(|n| (n * 24, 35 + (n % 40) as u8, 0.9)).collect();
        let wave = strokes(&many, RATE);
        assert!(wave.iter().all(|x| x.is_finite()));
    }
}
