//! Finds the even beat behind the pulses of a master's MIDI clock. Pure; times are seconds.
//!
//! A pulse arrives when it is due, give or take some milliseconds. How many of the last pulses to believe is
//! a question of taste: the more, the less is left of the jitter, and the later a change of tempo is noticed.
//! So there are several listeners, from quick to patient. Each fits a polynomial to the last n pulses, a line
//! (the tempo stands) or a parabola (it changes), by least squares, in polynomials that are orthogonal over
//! the pulses that were heard:
//!
//! ```text
//! p0 = 1    p1 = x − a0    p2 = (x − a1) p1 − b1          at = Σ ck pk(x)    ck = Σ at·pk / Σ pk²
//! ```
//!
//! where x counts pulses from the last one. With noise s a pulse, what a listener says of x is uncertain by
//! s·√(Σ pk(x)² / Σ pk²). We believe the most patient one whom nobody quicker contradicts: going from quick to
//! patient, each must lie, within `DOUBT` times both their uncertainties, where all before it may lie (the
//! rule of intersecting confidence intervals). They are compared `AHEAD` of the last pulse, where they are
//! needed. So the noise of ±2.5 ms comes out at 0.2 ms while the tempo stands, and a ramp is followed by the parabola.
//!
//! A pulse far from where it should be is counted but not believed. Four of them in a row are
//! the truth: pulses were lost (or came twice), or the tempo has jumped, and we begin anew from them.

use std::collections::VecDeque;

/// Pulses in a beat.
pub const PULSES_PER_BEAT: i64 = 24;

/// The listeners, from quick to patient: how many pulses, and of which degree.
const LISTENERS: [(usize, usize); 7] = [(12, 1), (48, 2), (24, 1), (96, 2), (48, 1), (96, 1), (192, 1)];
/// The most patient one's memory.
const MEMORY: usize = 192;
/// Two listeners contradict each other when they are further apart than so many times their uncertainties.
const DOUBT: f64 = 2.0;
/// So many pulses ahead of the last one we want to know.
const AHEAD: f64 = 4.0;
/// A parabola is believed for so many pulses ahead; after that the tempo stays.
const BEND: f64 = 6.0;
/// With so many pulses in a row we say that we follow: half of the two beats that we may take.
const SURE: usize = 24;
/// With so many, when the tempo is known from before.
const SURE_AGAIN: usize = 6;
/// Less than this is no fit.
const LEAST: usize = 12;
/// So many odd pulses in a row are the truth.
const AGREEING: usize = 4;
/// The noise that we expect before we have heard any, and how many pulses it takes to learn better.
const NOISE: f64 = 0.001;
const NOISE_WEIGHT: f64 = 4.0;
/// A pulse is odd when it is off by more than so many times the noise, and more than so many seconds.
const ODD: f64 = 5.0;
const ODD_SECONDS: f64 = 0.005;
/// The seconds from pulse to pulse that any music has: 5 to 1,000 bpm, and something to spare.
const PERIODS: std::ops::Range<f64> = 0.002..0.6;
/// No pulse for so long, and for so many periods: the master is silent.
const SILENCE: f64 = 0.4;
const SILENT_PULSES: f64 = 6.0;

/// Which instant a pulse is due at: a line, or a parabola that goes on as a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// A pulse,
    pub pulse: i64,
    /// when it is due,
    pub at: f64,
    /// the seconds from there to the next,
    pub period: f64,
    /// and how much longer each is than the one before.
    pub bend: f64,
}

impl Line {
    /// When a pulse is due.
    #[must_use]
    pub fn instant(&self, pulse: f64) -> f64 {
        let x = pulse - self.pulse as f64;
        let bent = x.clamp(-BEND, BEND);
        self.at + x * (self.period + self.bend * bent) - 0.5 * self.bend * bent * bent
    }

    /// How far it is from a pulse to the next.
    #[must_use]
    pub fn period_at(&self, pulse: f64) -> f64 {
        self.period + self.bend * (pulse - self.pulse as f64).clamp(-BEND, BEND)
    }

    /// Which pulse is due at an instant, and which part of the way to the next has passed.
    #[must_use]
    pub fn pulse(&self, at: f64) -> f64 {
        let mut pulse = self.pulse as f64 + (at - self.at) / self.period;
        for _ in 0..3 {
            pulse += (at - self.instant(pulse)) / self.period_at(pulse);
        }
        pulse
    }
}

/// How well we follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// We do not know the tempo yet.
    Searching,
    /// We know it.
    Locked,
    /// The master is silent, and we keep its tempo.
    Holding,
}

/// The follower.
#[derive(Debug, Clone, Default)]
pub struct Follower {
    /// The pulses that are believed: number and arrival, the last at the end.
    heard: VecDeque<(i64, f64)>,
    /// Pulses in a row that are not, and how late each was.
    odd: Vec<(i64, f64, f64)>,
    /// The number of the next pulse.
    next: i64,
    /// When the last pulse came, believed or not.
    last: Option<f64>,
    /// The tempo from before a silence.
    known: Option<f64>,
    /// What new pulses are measured by.
    rough: Option<Line>,
    line: Option<Line>,
    noise: f64,
}

impl Follower {
    /// A pulse arrives. Its number: one more than the last one's, unless pulses have been lost meanwhile.
    pub fn hear(&mut self, at: f64) -> i64 {
        let at = self.last.map_or(at, |last| at.max(last));
        if self.is_silent(at) {
            self.begin_again(at);
        }
        let mut pulse = self.next;
        self.next += 1;
        self.last = Some(at);
        let late = self.rough.map(|line| at - line.instant(pulse as f64));
        match late {
            Some(late) if late.abs() > self.gate() => {
                self.odd.push((pulse, at, late));
                if self.odd.len() == AGREEING {
                    pulse += self.believe_the_odd();
                }
            }
            _ => {
                self.odd.clear();
                self.heard.push_back((pulse, at));
                self.fit();
            }
        }
        pulse
    }

    /// Where the pulses lie, as far as we know: for as long as you like after the last of them.
    #[must_use]
    pub fn line(&self) -> Option<Line> {
        self.line
    }

    /// The number that the next pulse will have if none is lost.
    #[must_use]
    pub fn next(&self) -> i64 {
        self.next
    }

    /// How well we follow, at an instant.
    #[must_use]
    pub fn hold(&self, now: f64) -> Hold {
        let needed = if self.known.is_some() { SURE_AGAIN } else { SURE };
        match self.line {
            Some(_) if self.is_silent(now) => Hold::Holding,
            Some(_) if self.heard.len() >= needed => Hold::Locked,
            _ => Hold::Searching,
        }
    }

    /// For how long no pulse has come.
    #[must_use]
    pub fn silent_for(&self, now: f64) -> f64 {
        self.last.map_or(f64::INFINITY, |last| (now - last).max(0.0))
    }

    /// How far pulses arrive from where they are due: one standard deviation, in seconds.
    #[must_use]
    pub fn jitter(&self) -> f64 {
        let believed = self.heard.len().min(48) as f64;
        let known = (believed - 3.0).max(0.0);
        let all = self.noise * self.noise * (known + NOISE_WEIGHT);
        if known > 0.0 { ((all - NOISE * NOISE * NOISE_WEIGHT).max(0.0) / known).sqrt() } else { 0.0 }
    }

    fn is_silent(&self, now: f64) -> bool {
        let Some((last, line)) = self.last.zip(self.rough.or(self.line)) else { return false };
        now - last > SILENCE.max(SILENT_PULSES * line.period)
    }

    /// How far from its place a pulse may be to be believed.
    fn gate(&self) -> f64 {
        let period = self.rough.map_or(1.0, |line| line.period);
        let wide =
            if self.heard.len() < LEAST && self.known.is_none() { period } else { (ODD * self.noise).max(ODD_SECONDS) };
        wide.min(0.4 * period)
    }

    /// The first pulse after a silence: it is the one that would have come by now, as near as can be.
    fn begin_again(&mut self, at: f64) {
        let Some(line) = self.line else { return *self = Self { next: self.next, ..Self::default() } };
        let lost = line.pulse(at).round() as i64 - self.next;
        self.next += lost.max(0);
        let period = line.period_at(f64::INFINITY);
        self.known = Some(period);
        self.heard.clear();
        self.odd.clear();
        self.rough = Some(Line { pulse: self.next, at, period, bend: 0.0 });
    }

    /// Pulses have been odd so often that they are right. Says by how much the count has to be moved.
    fn believe_the_odd(&mut self) -> i64 {
        let odd = std::mem::take(&mut self.odd);
        let Some(line) = self.rough else { return 0 };
        // Whole pulses late, each the same: so many were lost on the way.
        let lost = (odd[0].2 / line.period).round();
        let agree = odd.iter().all(|(_, _, late)| (late - lost * line.period).abs() < 0.25 * line.period);
        let lost = if agree { lost as i64 } else { 0 };
        self.next += lost;
        if lost == 0 {
            self.heard.clear();
            self.known = None;
        }
        self.heard.extend(odd.iter().map(|(pulse, at, _)| (pulse + lost, *at)));
        self.fit();
        lost
    }

    /// Looks at the pulses that are believed.
    fn fit(&mut self) {
        while self.heard.len() > MEMORY {
            self.heard.pop_front();
        }
        let Some(&(last, _)) = self.heard.back() else { return };
        if self.heard.len() < LEAST {
            self.rough = match self.known {
                Some(period) => {
                    let at = |(pulse, at): &(i64, f64)| at + (last - pulse) as f64 * period;
                    let mean = self.heard.iter().map(at).sum::<f64>() / self.heard.len() as f64;
                    Some(Line { pulse: last, at: mean, period, bend: 0.0 })
                }
                None if self.heard.len() >= 3 => Some(Fit::of(&self.heard, self.heard.len(), 1).line(last)),
                None => None,
            };
            if self.known.is_some() {
                self.line = self.rough;
            }
            return;
        }
        let recent = self.heard.len().min(48);
        let squares = Fit::of(&self.heard, recent, 2).squares;
        self.noise = ((squares + NOISE_WEIGHT * NOISE * NOISE) / (recent as f64 - 3.0 + NOISE_WEIGHT)).sqrt();
        let mut believed = None;
        let (mut least, mut most) = (f64::NEG_INFINITY, f64::INFINITY);
        let mut longest = [0; 3];
        for (pulses, degree) in LISTENERS {
            let pulses = pulses.min(self.heard.len());
            // Too few pulses yet for this one to be any more patient than another.
            if pulses <= longest[degree] || degree == 2 && pulses < 36 {
                continue;
            }
            longest[degree] = pulses;
            let fit = Fit::of(&self.heard, pulses, degree);
            let (says, doubt) = (fit.at(AHEAD), DOUBT * self.noise * fit.spread(AHEAD));
            least = least.max(says - doubt);
            most = most.min(says + doubt);
            if least > most {
                break;
            }
            believed = Some(fit);
        }
        // What has no tempo is no clock.
        let line = believed.map(|fit| fit.line(last)).filter(|line| PERIODS.contains(&line.period));
        self.line = line.or(self.line);
        self.rough = line;
        if self.heard.len() >= SURE {
            self.known = None;
        }
    }
}

/// A polynomial through pulses.
struct Fit {
    degree: usize,
    /// What all arrivals are counted from.
    from: f64,
    /// What the polynomials are made of.
    a: [f64; 2],
    b: f64,
    /// Σ pk² and the coefficients.
    norms: [f64; 3],
    c: [f64; 3],
    /// The sum of what is left, squared.
    squares: f64,
}

impl Fit {
    /// Through the last so many pulses.
    fn of(heard: &VecDeque<(i64, f64)>, pulses: usize, degree: usize) -> Self {
        let (last, from) = heard.back().copied().unwrap_or_default();
        let points = || heard.iter().rev().take(pulses).map(|(pulse, at)| ((pulse - last) as f64, at - from));
        let n = pulses as f64;
        let a0 = points().map(|(x, _)| x).sum::<f64>() / n;
        let mut fit = Self { degree, from, a: [a0, 0.0], b: 0.0, norms: [n, 1.0, 1.0], c: [0.0; 3], squares: 0.0 };
        fit.norms[1] = points().map(|(x, _)| (x - a0).powi(2)).sum();
        if degree == 2 {
            fit.a[1] = points().map(|(x, _)| x * (x - a0).powi(2)).sum::<f64>() / fit.norms[1];
            fit.b = fit.norms[1] / n;
            fit.norms[2] = points().map(|(x, _)| fit.basis(x)[2].powi(2)).sum();
        }
        for (x, y) in points() {
            let basis = fit.basis(x);
            for ((c, p), norm) in fit.c.iter_mut().zip(basis).zip(fit.norms).take(degree + 1) {
                *c += y * p / norm;
            }
        }
        fit.squares = points().map(|(x, y)| (y + from - fit.at(x)).powi(2)).sum();
        fit
    }

    fn basis(&self, x: f64) -> [f64; 3] {
        let p1 = x - self.a[0];
        let p2 = if self.degree == 2 { (x - self.a[1]) * p1 - self.b } else { 0.0 };
        [1.0, p1, p2]
    }

    fn at(&self, x: f64) -> f64 {
        self.from + self.basis(x).iter().zip(self.c).map(|(p, c)| p * c).sum::<f64>()
    }

    /// How uncertain that is, as a multiple of the noise.
    fn spread(&self, x: f64) -> f64 {
        self.basis(x).iter().zip(self.norms).take(self.degree + 1).map(|(p, n)| p * p / n).sum::<f64>().sqrt()
    }

    /// As seen from the last pulse.
    fn line(&self, last: i64) -> Line {
        let period = self.c[1] - self.c[2] * (self.a[0] + self.a[1]);
        Line { pulse: last, at: self.at(0.0), period, bend: 2.0 * self.c[2] }
    }
}

#[cfg(test)]
mod tests;
