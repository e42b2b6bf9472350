//! Scansion: which step each syllable of a line falls on. Stressed syllables look for beats,
//! light ones go between them, a comma is a short rest, and the line ends on a longer syllable.
//! Of all ways to place the line, the one with the least strain is taken.

use super::pulse::BEAT;
use crate::words::{Pause, Stress, Word};

/// A syllable as the metre sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Foot {
    /// How heavy it is.
    pub stress: Stress,
    /// What follows it; only the last of a word has a pause.
    pub pause: Pause,
    /// How long it likes to be beside the others; 1 is usual.
    pub breadth: f64,
}

/// The ground on which a line is placed.
#[derive(Debug, Clone, PartialEq)]
pub struct Ground {
    /// The weight of each step, 0–1 ([`pulse`](super::pulse) of every bar it reaches over).
    pub weights: Vec<f64>,
    /// Seconds that a step lasts.
    pub step_s: f64,
    /// Seconds from one syllable to the next, when nothing speaks against it.
    pub syllable_s: f64,
    /// Where the line would like to begin; it may begin earlier where that is better.
    pub begin: usize,
    /// A step on which the last syllable has to fall, if there is one.
    pub last: Option<usize>,
}

/// Where a syllable falls, in steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fall {
    /// Its vowel's step.
    pub step: usize,
    /// How long it is held.
    pub steps: f64,
}

/// No syllable is shorter: faster nobody can follow.
const SHORTEST_S: f64 = 0.125;
/// Steps between two syllables, at most; more would tear the line apart.
const WIDEST: usize = 64;
/// A line has no more syllables; what is longer does not fit into a breath.
pub const MOST_FEET: usize = 40;

/// The syllables of a line.
#[must_use]
pub fn feet(words: &[Word]) -> Vec<Foot> {
    let of = |word: &Word| {
        let (last, pause) = (word.syllables.len(), word.pause);
        let foot = move |(n, syllable): (usize, &crate::words::Syllable)| {
            let sounds = syllable.onset.len() + syllable.coda.len() + 2 * syllable.nucleus.len();
            Foot {
                stress: syllable.stress,
                pause: if n + 1 == last { pause } else { Pause::None },
                breadth: (0.82 + 0.05 * sounds as f64).clamp(0.85, 1.25),
            }
        };
        word.syllables.iter().enumerate().map(foot).collect::<Vec<_>>()
    };
    words.iter().flat_map(of).collect()
}

/// Seconds that a line would take, its last syllable included.
#[must_use]
pub fn natural_s(feet: &[Foot], syllable_s: f64) -> f64 {
    feet.iter().enumerate().map(|(n, foot)| wish_s(foot, n + 1 == feet.len(), syllable_s)).sum()
}

/// Places a line. `None` if the ground is too short for it.
#[must_use]
pub fn scan(feet: &[Foot], ground: &Ground) -> Option<Vec<Fall>> {
    let (count, steps) = (feet.len(), ground.weights.len());
    let last_step = ground.last.unwrap_or(steps.saturating_sub(1));
    if count == 0 || count > MOST_FEET || last_step >= steps {
        return None;
    }
    let shortest = (SHORTEST_S / ground.step_s.max(1e-3)).ceil().max(1.0) as usize;
    let wish = |n: usize| wish_s(&feet[n], n + 1 == count, ground.syllable_s) / ground.step_s.max(1e-3);
    // best[n][step]: the least strain with syllable n on that step, and the step before.
    let mut best: Vec<Vec<(f64, usize)>> = Vec::with_capacity(count);
    for (n, foot) in feet.iter().enumerate() {
        let final_one = n + 1 == count;
        let room = if final_one { final_steps(foot, ground) } else { 0 };
        let mut row = vec![(f64::INFINITY, 0); steps];
        for (step, cell) in row.iter_mut().enumerate() {
            let fits = match ground.last {
                Some(last) if final_one => step == last,
                _ => step <= last_step && (!final_one || step + room <= steps),
            };
            if !fits {
                continue;
            }
            let here = strain(foot, final_one, ground.weights[step], ground);
            if n == 0 {
                let away = (step as f64 - ground.begin as f64) * ground.step_s;
                // Where the end is fixed, the beginning is what gives.
                let eager = if ground.last.is_some() {
                    0.0
                } else if away < 0.0 {
                    0.5
                } else {
                    0.8
                };
                *cell = (here + eager * away.abs(), step);
                continue;
            }
            let rest = rest_steps(feet[n - 1].pause, ground);
            let (least, wish) = (shortest + rest, wish(n - 1));
            for gap in least..=WIDEST.min(step) {
                let before = best[n - 1][step - gap].0;
                let stretch = (gap as f64 / wish).ln();
                let total = before + here + 2.2 * stretch * stretch;
                if total < cell.0 {
                    *cell = (total, step - gap);
                }
            }
        }
        best.push(row);
    }
    let end = (0..steps).min_by(|a, b| best[count - 1][*a].0.total_cmp(&best[count - 1][*b].0))?;
    if best[count - 1][end].0.is_infinite() {
        return None;
    }
    let mut path = vec![end; count];
    for n in (1..count).rev() {
        path[n - 1] = best[n][path[n]].1;
    }
    let held = |n: usize| match path.get(n + 1) {
        Some(next) => {
            let gap = next - path[n];
            (gap - rest_steps(feet[n].pause, ground).min(gap - 1)) as f64
        }
        None => (wish(n).max(final_steps(&feet[n], ground) as f64)).min((steps - path[n]) as f64).max(1.0),
    };
    Some((0..count).map(|n| Fall { step: path[n], steps: held(n) }).collect())
}

/// Of the syllables with a full stress, and of the light ones, how many fall on beats.
#[must_use]
pub fn on_beats(feet: &[Foot], falls: &[Fall], ground: &Ground) -> [(usize, usize); 2] {
    let count = |stress: Stress| {
        let steps = feet.iter().zip(falls).filter(|(foot, _)| foot.stress == stress).map(|(_, fall)| fall.step);
        let on = steps.clone().filter(|step| ground.weights[*step] >= BEAT).count();
        (on, steps.count())
    };
    [count(Stress::Full), count(Stress::Weak)]
}

/// How badly a step suits a syllable.
fn strain(foot: &Foot, last: bool, weight: f64, ground: &Ground) -> f64 {
    // Where eighths are quick already, nothing goes between them.
    let hurried = if weight < 0.2 && ground.step_s < 0.2 { 0.45 } else { 0.0 };
    let suits = match foot.stress {
        Stress::Full => 2.2 * (1.0 - weight).powi(2),
        Stress::Half => 0.5 * (0.55 - weight).abs(),
        Stress::Weak => 0.9 * weight * weight,
    };
    // The last syllable is heard longest: a heavy one off the beat would limp.
    let limps = if last && foot.stress != Stress::Weak { (1.0 - weight).powi(2) } else { 0.0 };
    suits + hurried + limps
}

/// How many seconds a syllable would like to have until the next.
fn wish_s(foot: &Foot, last: bool, syllable_s: f64) -> f64 {
    let heavy = match foot.stress {
        Stress::Full => 1.15,
        Stress::Half => 1.0,
        Stress::Weak => 0.88,
    };
    let lengthens = match (foot.pause, last) {
        (Pause::None, false) => 0.0,
        (Pause::Comma, false) => 1.0,
        (_, false) => 1.8,
        (Pause::Question | Pause::Exclamation, true) => 0.8,
        (_, true) => 1.2,
    };
    syllable_s * (heavy * foot.breadth + lengthens)
}

/// Steps of silence that a pause is, at least.
fn rest_steps(pause: Pause, ground: &Ground) -> usize {
    let seconds = match pause {
        Pause::None => return 0,
        Pause::Comma => 0.12,
        Pause::Stop | Pause::Question | Pause::Exclamation => 0.25,
    };
    ((seconds / ground.step_s.max(1e-3)).round() as usize).clamp(1, 16)
}

/// Steps that the last syllable has, at least.
fn final_steps(foot: &Foot, ground: &Ground) -> usize {
    let seconds = if foot.stress == Stress::Weak { 0.2 } else { 0.35 };
    ((seconds / ground.step_s.max(1e-3)).ceil() as usize).max(1)
}

#[cfg(test)]
mod tests;
