//! A voice that sings words: one throat, a source of puffs and a tract that filters them. What
//! it does follows a score of positions, and it never jumps from one to the next.

mod glottis;
pub(super) mod melody;
mod pose;
mod resonator;
mod score;
mod timbre;
mod tract;

pub(crate) use score::{LONGEST_LEAD, lead};
pub use timbre::Timbre;

use super::noise::Noise;
use super::quiet::Quiet;
use super::room::Room;
use super::{Sung, Voice};
use crate::words::{Lyric, Phone, Then};
use glottis::{Blow, Glottis};
use melody::Melody;
use pose::Pose;
use score::{Part, Score, Step};
use std::f32::consts::TAU;
use tract::Tract;

/// Frames between two positions of the mouth.
const BLOCK: usize = 16;
/// How early the mouth begins to close at the end of a vowel, in seconds.
const CLOSES_EARLY: f32 = 0.045;
/// A note that is let go so little before its words are over is not cut, in seconds.
const NEARLY_OVER: f32 = 0.25;
/// Loud enough to be heard.
const AUDIBLE: f32 = 1e-4;
/// Level of a note at full velocity; the reference is three bots in one mix.
const LEVEL: f32 = 0.20;
/// How much room, and how many seconds it rings.
const ROOM: (f32, f32) = (0.16, 0.9);

/// A singer, or with [`Singer::reciting`] a speaker. One throat: a new note ends the one before.
pub struct Singer {
    timbre: Timbre,
    reciting: bool,
    sample_rate: f32,
    glottis: Glottis,
    tract: Tract,
    melody: Melody,
    noise: Noise,
    room: Room,
    quiet: Quiet,
    score: Score,
    /// Of the step that is being done, in seconds.
    left: f32,
    pose: Pose,
    /// Halfway to the pose: what moves begins and ends gently.
    half: [f32; 3],
    /// Which note, and its pitch and strength when its vowel begins.
    note: Option<u32>,
    pitch: f32,
    effort: f32,
    effort_now: f32,
    /// Frames of the block that is under way.
    ready: usize,
    frame: Frame,
}

/// What changes evenly within a block.
#[derive(Debug, Clone, Copy, Default)]
struct Frame {
    now: [f32; 4],
    step: [f32; 4],
    mix: [f32; 3],
    blow: Option<Blow>,
}

impl Singer {
    /// A singer with such a throat.
    #[must_use]
    pub fn new(timbre: Timbre) -> Self {
        Self::with(timbre, false)
    }

    /// One who speaks on a pitch rather than sings it.
    #[must_use]
    pub fn reciting(timbre: Timbre) -> Self {
        Self::with(timbre, true)
    }

    fn with(timbre: Timbre, reciting: bool) -> Self {
        let rate = 48_000.0;
        let ring = if reciting { 0.0 } else { timbre.ring() };
        let score = Score::new();
        let pose = score.now().pose;
        Self {
            timbre,
            reciting,
            sample_rate: rate,
            glottis: Glottis::new(),
            tract: Tract::new(timbre, ring, rate),
            melody: Melody::new(reciting),
            noise: Noise::new(3),
            room: Room::new(ROOM.1, rate),
            quiet: Quiet::new(rate),
            left: score.now().length,
            score,
            half: pose.formants,
            pose,
            note: None,
            pitch: 60.0,
            effort: 0.7,
            effort_now: 0.7,
            ready: 0,
            frame: Frame::default(),
        }
    }

    fn sounds(&self) -> bool {
        self.pose.voice.max(self.pose.breath).max(self.pose.hiss) > AUDIBLE
    }

    /// Time goes on by a block: the next step, perhaps, and where the mouth is on its way.
    fn think(&mut self) {
        let seconds = BLOCK as f32 / self.sample_rate;
        self.left -= seconds;
        while self.left <= 0.0 && self.score.now().part != Part::Rest {
            let before = self.score.now().part;
            self.score.advance();
            self.left += self.score.now().length;
            self.turn(before);
        }
        let step = self.score.now();
        let mut formants = step.pose.formants;
        let next = self.score.next();
        if step.part == Part::Nucleus && next.part == Part::Coda && self.left < CLOSES_EARLY {
            formants = next.pose.formants;
        }
        self.approach(&step.clone(), formants, seconds);
        let hz = self.melody.step(seconds).min(0.3 * self.sample_rate);
        self.effort_now += (self.effort - self.effort_now) * (seconds / 0.02).min(1.0);
        self.tract.shape(&self.pose, hz);
        self.tract.settle();
        let effort = self.effort_now;
        let low_pass = |hz: f32| 1.0 - (-TAU * hz / self.sample_rate).exp();
        // Who sings louder closes faster, and longer.
        self.frame.blow = Some(Blow {
            pace: hz / self.sample_rate,
            open: self.timbre.open() + 0.12 * (0.6 - effort),
            bright: low_pass(1500.0 * (2.6 * effort).exp2()),
            murmur: low_pass(320.0),
        });
        let level = self.tract.level();
        let voice = self.pose.voice * level * self.melody.fading();
        let to = [
            voice * (1.0 - self.pose.murmur),
            voice * self.pose.murmur,
            self.pose.breath * level + self.timbre.breath() * voice,
            self.pose.hiss,
        ];
        self.frame.step = std::array::from_fn(|n| (to[n] - self.frame.now[n]) / BLOCK as f32);
        self.frame.mix = self.pose.mix;
        self.ready = BLOCK;
    }

    /// From one part of a syllable to the next.
    fn turn(&mut self, before: Part) {
        if self.score.now().part == Part::Nucleus && before != Part::Nucleus {
            self.melody.hold();
        }
    }

    fn approach(&mut self, step: &Step, formants: [f32; 3], seconds: f32) {
        let (to, pose) = (&step.pose, &mut self.pose);
        let way = |time: f32| 1.0 - (-seconds / time).exp();
        let (glide, swell, soon) = (way(step.glide), way(step.swell), way(0.004));
        for (n, half) in self.half.iter_mut().enumerate() {
            *half += (formants[n] - *half) * glide;
            pose.formants[n] += (*half - pose.formants[n]) * glide;
            pose.widths[n] += (to.widths[n] - pose.widths[n]) * glide;
        }
        pose.voice += (to.voice - pose.voice) * swell;
        pose.murmur += (to.murmur - pose.murmur) * soon;
        pose.breath += (to.breath - pose.breath) * swell;
        // A new noise has its own colour from its first moment: before it there was none.
        if to.hiss > 0.0 {
            let colour = if pose.hiss < 0.01 { 1.0 } else { way(0.006) };
            for n in 0..2 {
                pose.bands[n].0 += (to.bands[n].0 - pose.bands[n].0) * colour;
                pose.bands[n].1 += (to.bands[n].1 - pose.bands[n].1) * colour;
            }
            for n in 0..3 {
                pose.mix[n] += (to.mix[n] - pose.mix[n]) * colour;
            }
        }
        pose.hiss += (to.hiss - pose.hiss) * swell;
        pose.nose += (to.nose - pose.nose) * soon;
    }

    #[inline]
    fn next(&mut self) -> f32 {
        if self.ready == 0 {
            self.think();
        }
        self.ready -= 1;
        let Some(blow) = &self.frame.blow else { return 0.0 };
        for n in 0..4 {
            self.frame.now[n] += self.frame.step[n];
        }
        let [tone, murmur, breath, hiss] = self.frame.now;
        let (pulse, dark, gate) = self.glottis.next(blow);
        let noise = self.noise.next();
        // Noise comes in puffs where there is tone.
        let puff = if tone + murmur > 0.05 { gate } else { 1.0 };
        let glottis = pulse * tone + dark * murmur + noise * breath * gate * 0.5;
        self.tract.next(glottis, noise * hiss * puff, &self.frame.mix)
    }
}

/// What no throat can sing, it sings an octave or more nearer.
fn singable(pitch: u8) -> f32 {
    let mut pitch = pitch;
    while pitch < 31 {
        pitch += 12;
    }
    while pitch > 88 {
        pitch -= 12;
    }
    f32::from(pitch)
}

impl Voice for Singer {
    fn prepare(&mut self, sample_rate: f32) {
        let fresh = Self::with(self.timbre, self.reciting);
        let ring = if self.reciting { 0.0 } else { self.timbre.ring() };
        *self = Self {
            sample_rate,
            tract: Tract::new(self.timbre, ring, sample_rate),
            room: Room::new(ROOM.1, sample_rate),
            quiet: Quiet::new(sample_rate),
            ..fresh
        };
    }

    /// Without words it sings "ah".
    fn note_on(&mut self, id: u32, pitch: u8, velocity: f32) {
        let lyric = Lyric::of(Phone::A, Then::Word);
        self.sing(id, pitch, velocity, &Sung { lyric, lead: 0.0, length: 3600.0 });
    }

    fn sings(&self) -> bool {
        true
    }

    fn sing(&mut self, id: u32, pitch: u8, velocity: f32, sung: &Sung) {
        let sounds = self.sounds();
        self.score = Score::syllable(&sung.lyric, sung.lead, sung.length, Some(&self.score), self.pose, self.reciting);
        self.left = self.score.now().length;
        self.note = Some(id);
        self.pitch = singable(pitch);
        self.effort = velocity.clamp(0.0, 1.0);
        self.melody.go_to(self.pitch, !sounds);
        if !sounds {
            self.effort_now = self.effort;
            self.half = self.score.now().pose.formants;
            self.pose.formants = self.half;
        }
        self.turn(Part::Rest);
        self.quiet.wake();
    }

    fn note_off(&mut self, id: u32) {
        if self.note != Some(id) {
            return;
        }
        self.note = None;
        let part = self.score.now().part;
        let early =
            part == Part::Onset || (part == Part::Nucleus && self.left + self.score.rest_of_vowel() > NEARLY_OVER);
        if early {
            self.score.reach_coda();
            self.left = self.score.now().length;
        }
    }

    fn all_off(&mut self) {
        self.note = None;
        self.score.reach_rest();
        self.left = self.score.now().length;
    }

    fn render(&mut self, out: &mut [[f32; 2]]) {
        if self.is_silent() {
            return;
        }
        for frame in out {
            let effort = 0.35 + 0.65 * self.effort_now;
            let x = self.next() * LEVEL * effort * effort.sqrt();
            let [l, r] = self.room.next(x);
            let (l, r) = (bent(x + l * ROOM.0), bent(x + r * ROOM.0));
            self.quiet.hear(l, r);
            frame[0] += l;
            frame[1] += r;
        }
    }

    fn is_silent(&self) -> bool {
        self.score.now().part == Part::Rest && self.quiet.is_quiet()
    }
}

/// What no mouth sings (a tenor's consonants four octaves up) may ring louder than anything else: that is bent back below 1.8.
/// What is sung stays far below 1, and passes untouched.
fn bent(x: f32) -> f32 {
    const ABOVE: f32 = 0.8;
    let over = x.abs() - 1.0;
    if over <= 0.0 { x } else { (1.0 + ABOVE * (over / ABOVE).tanh()).copysign(x) }
}

#[cfg(test)]
mod tests;
