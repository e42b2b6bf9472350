//! Fits what was said to a pitch and a time: period by period it is taken out and set down again,
//! closer or farther apart, some twice and some not at all (TD-PSOLA).

use super::said::Said;
use std::sync::Arc;

/// Room for what has been set down but not yet heard: more than two periods of the lowest tone.
const ROOM: usize = 4096;
/// What is cut off fades in so many frames.
const FADE: f32 = 480.0;

/// What is being said.
pub(super) struct Grains {
    said: Option<Arc<Said>>,
    /// Sums of grains, from `at` on, around and around.
    sums: [f32; ROOM],
    at: usize,
    /// Frames since it began, and when the next grain is due.
    now: usize,
    next: f32,
    /// Onset, vowel, coda: how many frames each takes.
    parts: [usize; 3],
    closed: bool,
    /// How loud what is set down now is.
    level: f32,
    /// What is left of it while it is cut off.
    left: f32,
    stopping: bool,
}

impl Grains {
    pub(super) fn new() -> Self {
        Self {
            said: None,
            sums: [0.0; ROOM],
            at: 0,
            now: 0,
            next: 0.0,
            parts: [0; 3],
            closed: false,
            level: 0.0,
            left: 0.0,
            stopping: true,
        }
    }

    /// Begins so many frames before the vowel, which with what follows it lasts `length`. Gives back
    /// what was said before, of which the last periods sound out as loud as they are.
    pub(super) fn begin(&mut self, said: Arc<Said>, lead: usize, length: usize, level: f32) -> Option<Arc<Said>> {
        if self.left < 1.0 {
            self.sums.iter_mut().for_each(|x| *x *= self.left);
        }
        self.level = level;
        let coda = (said.samples.len() - said.vowel.1).min(length / 2);
        // What comes before the vowel is not drawn out: it begins later instead.
        let onset = said.vowel.0.min(lead);
        self.parts = [onset, length - coda, coda];
        (self.now, self.next) = (0, (lead - onset) as f32);
        self.parts[0] = lead;
        (self.closed, self.left, self.stopping) = (false, 1.0, false);
        self.said.replace(said)
    }

    /// The note is let go: what comes after the vowel comes now, unless it does soon anyway.
    pub(super) fn close(&mut self) {
        let [onset, vowel, _] = self.parts;
        if !self.closed && self.now + 12_000 < onset + vowel {
            self.parts[1] = self.now.saturating_sub(onset).max(480);
        }
        self.closed = true;
    }

    /// Is cut off.
    pub(super) fn stop(&mut self) {
        self.stopping = true;
    }

    pub(super) fn is_over(&self) -> bool {
        self.left <= 0.0 || self.now > self.parts.iter().sum::<usize>() + ROOM
    }

    /// The next frame; tones have this period, in frames.
    #[inline]
    pub(super) fn next(&mut self, period: f32) -> f32 {
        if self.is_over() {
            return 0.0;
        }
        while (self.now as f32) >= self.next {
            let set = self.set_down(period);
            self.next += set.max(16.0);
        }
        let x = std::mem::take(&mut self.sums[self.at]) * self.left;
        self.at = (self.at + 1) % ROOM;
        self.now += 1;
        if self.stopping {
            self.left = (self.left - 1.0 / FADE).max(0.0);
            if self.left <= 0.0 {
                self.sums = [0.0; ROOM];
            }
        }
        x
    }

    /// Sets down the grain that belongs here, and says how far the next one is.
    fn set_down(&mut self, period: f32) -> f32 {
        let Some(said) = &self.said else { return ROOM as f32 };
        let [onset, vowel, coda] = self.parts;
        let now = self.now;
        if now >= onset + vowel + coda || self.stopping {
            return 480.0;
        }
        let (from, to) = said.vowel;
        let place = if now < onset {
            // The onset ends with the vowel's beginning.
            from.saturating_sub(onset - now)
        } else if now < onset + vowel {
            let way = (now - onset) as f32 / vowel.max(1) as f32;
            // Who is longer in a vowel is longer in its middle.
            let source = (to - from) as f32;
            let edge = 0.3 * source.min(vowel as f32);
            let at = (now - onset) as f32;
            let until = vowel as f32 - at;
            if at < edge {
                from + at as usize
            } else if until < edge {
                to.saturating_sub(until as usize)
            } else {
                let middle = (at - edge) / (vowel as f32 - 2.0 * edge).max(1.0);
                debug_assert!(way <= 1.0);
                from + (edge + middle * (source - 2.0 * edge).max(0.0)) as usize
            }
        } else {
            to + (now - onset - vowel)
        };
        let n = said.marks.partition_point(|(at, _)| *at < place).min(said.marks.len().saturating_sub(1));
        let Some((mark, tone)) = said.marks.get(n).copied() else { return 480.0 };
        let own = match (n.checked_sub(1).and_then(|n| said.marks.get(n)), said.marks.get(n + 1)) {
            (_, Some((next, _))) => next - mark,
            (Some((before, _)), None) => mark - before,
            (None, None) => 240,
        }
        .clamp(16, ROOM / 3);
        let apart = if tone { period } else { own as f32 };
        // As wide as two of the shorter periods: so neither an echo nor a gap is heard.
        let half = if tone { own.min((period * 1.2) as usize) } else { own }.max(16);
        for k in 0..2 * half {
            let Some(source) = (mark + k).checked_sub(half).and_then(|at| said.samples.get(at)) else { continue };
            let window = 0.5 - 0.5 * (std::f32::consts::PI * k as f32 / half as f32).cos();
            self.sums[(self.at + k) % ROOM] += source * window * self.level;
        }
        apart
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{Lyric, Phone, Then};

    /// Periods of 200 frames that add up to a plain 1.
    fn plain() -> Arc<Said> {
        Arc::new(Said {
            lyric: Lyric::of(Phone::A, Then::Word),
            rate: 48_000,
            samples: vec![1.0; 8000],
            marks: (0..40).map(|n| (n * 200, true)).collect(),
            // Before it there is enough for a whole grain.
            vowel: (400, 8000),
        })
    }

    fn largest_step(wave: &[f32]) -> f32 {
        wave.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn a_softer_note_does_not_jump() {
        let mut grains = Grains::new();
        grains.begin(plain(), 0, 8000, 1.0);
        let mut wave: Vec<f32> = (0..3000).map(|_| grains.next(200.0)).collect();
        assert!((wave[2999] - 1.0).abs() < 0.01, "{}", wave[2999]);
        grains.begin(plain(), 0, 8000, 0.2);
        wave.extend((0..3000).map(|_| grains.next(200.0)));
        assert!((wave[5999] - 0.2).abs() < 0.01, "{}", wave[5999]);
        assert!(largest_step(&wave[1000..]) < 0.03, "{}", largest_step(&wave[1000..]));
    }

    #[test]
    fn a_note_after_a_cut_does_not_bring_back_what_faded() {
        for faded in [1, 100, 300, 479, 480, 2000] {
            let mut grains = Grains::new();
            grains.begin(plain(), 0, 8000, 1.0);
            let mut wave: Vec<f32> = (0..3000).map(|_| grains.next(200.0)).collect();
            grains.stop();
            wave.extend((0..faded).map(|_| grains.next(200.0)));
            grains.begin(plain(), 0, 8000, 1.0);
            wave.extend((0..3000).map(|_| grains.next(200.0)));
            assert!(largest_step(&wave[1000..]) < 0.03, "{faded}: {}", largest_step(&wave[1000..]));
        }
    }
}
