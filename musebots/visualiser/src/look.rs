//! How the scene is painted: what the music does to styles, strength, colour and motion. Pure.
//!
//! Nothing here jumps. What changes, changes from a beat on, softly, and in no less than [`SHORTEST`] seconds: no style, colour
//! or strength can flicker, however fast the music is.

mod ease;
mod motion;
mod repertoire;
mod tint;

use crate::{Happening, Scene, What, Wish, scene::Queue};
use ease::Ease;
use generative_models::fast_style::{FastStyle, STYLES, Style};
use motion::Motion;
use repertoire::Repertoire;
pub(crate) use tint::hue;

/// A change takes a beat, but never less than so many seconds.
const SHORTEST: f64 = 0.6;
/// And never more: without a band a beat is a slow breath.
const LONGEST: f64 = 2.0;
/// What is asked for within this much of a beat still lands on it.
const STILL: f64 = 0.15;
/// What is asked for at the keys does not wait longer than so many seconds for a beat.
const PATIENCE: f64 = 0.7;

/// How a frame is painted.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// How much of each style, together 1.
    pub styles: [f32; STYLES],
    /// How much of the painting covers the drawing, 0–1.
    pub strength: f32,
    /// What red, green and blue of the finished picture are multiplied by.
    pub balance: [f32; 3],
    /// How much larger what was seen a second ago is now: 1 is as large.
    pub zoom: f32,
    /// By how much it is turned in a second, in radians.
    pub turn: f32,
    /// How much of what was seen a second ago is still there, 0–1.
    pub trail: f32,
}

/// Directs the look: takes what happens, and says how a moment looks.
#[derive(Debug)]
pub struct Director {
    queue: Queue,
    repertoire: Repertoire,
    characters: [Style; STYLES],
    /// The style somebody wants, instead of the music's.
    wanted: Option<usize>,
    stronger: f32,
    section: String,
    /// Phrases since the section began.
    phrase: u32,
    motion: Motion,
    styles: Ease<STYLES>,
    balance: Ease<3>,
    strength: Ease<1>,
    /// Another style is to come; since when.
    waiting: Option<f64>,
    /// Somebody at the keys waits for it.
    hurry: bool,
    /// The instant and the beat of the look before.
    before: Option<(f64, f64)>,
}

impl Director {
    /// A director that chooses by `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut repertoire = Repertoire::new(seed);
        let style = repertoire.of("");
        Self {
            queue: Queue::default(),
            repertoire,
            characters: FastStyle::styles(),
            wanted: None,
            stronger: 0.0,
            section: String::new(),
            phrase: 0,
            motion: Motion::default(),
            styles: Ease::resting(only(style)),
            balance: Ease::resting([1.0; 3]),
            strength: Ease::resting([0.7]),
            waiting: None,
            hurry: false,
            before: None,
        }
    }

    /// Something has happened. Whatever it changes, changes on beats.
    pub fn happen(&mut self, happening: &Happening) {
        let seen =
            matches!(happening.what, What::Beat { .. } | What::Onsets { .. } | What::Section(_) | What::Playing(_));
        if seen {
            self.queue.put(happening);
        }
    }

    /// Somebody wants something.
    pub fn wish(&mut self, wish: Wish) {
        match wish {
            Wish::Mode(_) => return,
            Wish::Style(style) => self.wanted = Some(style % STYLES),
            Wish::Next(steps) => {
                let now = self.wanted.unwrap_or_else(|| self.repertoire.of(&self.section)) as i64;
                self.wanted = Some((now + i64::from(steps)).rem_euclid(STYLES as i64) as usize);
            }
            Wish::Auto => self.wanted = None,
            Wish::Stronger(more) if more.is_finite() => self.stronger = (self.stronger + more).clamp(-1.0, 1.0),
            Wish::Stronger(_) => return,
        }
        self.wait(self.before.map_or(0.0, |(now, _)| now));
        self.hurry = true;
    }

    /// Whether the music chooses the style.
    #[must_use]
    pub fn auto(&self) -> bool {
        self.wanted.is_none()
    }

    /// How the scene looks now.
    #[must_use]
    pub fn look(&mut self, scene: &Scene) -> Look {
        let (now, beat) = (scene.now, scene.beat);
        let (last, last_beat) = self.before.filter(|before| before.0 <= now).unwrap_or((now, beat));
        if self.before.is_some_and(|before| before.0 > now) {
            self.restart(now);
        }
        // The beats that have begun since the last look, each at its instant. After a gap only the last few matter.
        let first = (last_beat.floor() + 1.0).max(beat.floor() - 3.0);
        let mut next = first;
        while next <= beat {
            let at = last + (now - last) * ((next - last_beat) / (beat - last_beat)).clamp(0.0, 1.0);
            self.take(at);
            self.land(at, scene);
            next += 1.0;
        }
        self.take(now);
        let long = self.hurry || scene.tempo == 0.0;
        if self.waiting.is_some_and(|since| beat.fract() < STILL || long && now - since > PATIENCE) {
            self.land(now, scene);
        }
        self.before = Some((now, beat));
        self.seen(scene)
    }

    fn restart(&mut self, now: f64) {
        self.motion.restart(now);
        self.styles = Ease::resting(self.styles.at(f64::INFINITY));
        self.balance = Ease::resting(self.balance.at(f64::INFINITY));
        self.strength = Ease::resting(self.strength.at(f64::INFINITY));
        self.waiting = Some(now);
    }

    fn wait(&mut self, since: f64) {
        self.waiting = Some(self.waiting.unwrap_or(since));
    }

    /// Takes what is due by `now`.
    fn take(&mut self, now: f64) {
        while let Some(happening) = self.queue.due_by(now) {
            match happening.what {
                What::Onsets { percussion, notes, .. } => self.motion.push(happening.due, percussion, &notes),
                What::Section(name) if name != self.section => {
                    (self.section, self.phrase) = (name.chars().take(48).collect(), 0);
                    self.wait(happening.due);
                }
                What::Beat { bar, beat: 1, phrase, .. } if bar.saturating_sub(1) % phrase.max(1) == 0 => {
                    self.phrase = self.phrase.wrapping_add(1);
                    self.wait(happening.due);
                }
                _ => {}
            }
        }
    }

    /// A beat begins at `at`: what has changed sets out.
    fn land(&mut self, at: f64, scene: &Scene) {
        let beat = if scene.tempo > 0.0 { 60.0 / scene.tempo } else { LONGEST };
        let length = beat.clamp(SHORTEST, LONGEST);
        self.hurry = false;
        if self.waiting.take().is_some() {
            let styles = self.mixture(scene);
            self.styles.go(styles, at, length);
        }
        self.balance.go(tint::balance(scene.harmony), at, length);
        let heat = 0.6 * scene.arousal + 0.4 * scene.density;
        // In steps, so that it does not set out anew at each beat for nothing.
        let strength = 0.6 + 0.35 * (heat * 20.0).round() as f32 / 20.0 + self.stronger;
        self.strength.go([strength.clamp(0.0, 1.0)], at, length);
    }

    /// The section's style; every other phrase has some of a second one, more of it the more heated it is.
    fn mixture(&mut self, scene: &Scene) -> [f32; STYLES] {
        if let Some(wanted) = self.wanted {
            return only(wanted);
        }
        let style = self.repertoire.of(&self.section);
        let mut styles = only(style);
        if self.phrase > 0 && self.phrase.is_multiple_of(2) {
            // Brighter music is warmer, more heated music more agitated.
            let (warm, agitated) = (1.4 * scene.valence - 0.7, scene.arousal);
            let far = |style: usize| {
                let style = self.characters[style];
                (f64::from(style.warmth) - warm).abs() + (f64::from(style.energy) - agitated).abs()
            };
            let beside = self.repertoire.beside(style, &self.section, self.phrase, far);
            let share = 0.25 + 0.2 * scene.arousal as f32;
            styles[style] -= share;
            styles[beside] += share;
        }
        styles
    }

    fn seen(&self, scene: &Scene) -> Look {
        let now = scene.now;
        let (growth, turn) = self.motion.at(now);
        let breath = |beats: f64| (scene.beat / beats * std::f64::consts::TAU).sin();
        // Where little happens, what was lingers.
        let linger = 0.28 - 0.2 * scene.density;
        Look {
            styles: self.styles.at(now),
            strength: self.strength.at(now)[0],
            balance: self.balance.at(now),
            zoom: (1.0 + 0.05 + 0.06 * scene.arousal + 0.03 * breath(8.0) + growth) as f32,
            turn: (0.04 * breath(32.0) + turn) as f32,
            trail: linger.clamp(0.0, 1.0) as f32,
        }
    }
}

fn only(style: usize) -> [f32; STYLES] {
    std::array::from_fn(|n| if n == style { 1.0 } else { 0.0 })
}

#[cfg(test)]
mod tests;
