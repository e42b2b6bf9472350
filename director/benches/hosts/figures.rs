//! What is made of the ticks that two hosts have heard. Pure.

use crate::support::{percentile, sorted};
use std::collections::BTreeMap;

/// What a host has heard of a tick; seconds of the wall clock, which all hosts here share, or not a number.
pub(crate) struct Heard {
    /// When the kernel took it for the bot that knows no more.
    pub(crate) at: f64,
    /// The instant that the other was told.
    pub(crate) sounds: f64,
    /// How often the first has heard it.
    pub(crate) times: u32,
}

impl Default for Heard {
    fn default() -> Self {
        Self { at: f64::NAN, sounds: f64::NAN, times: 0 }
    }
}

impl Heard {
    pub(crate) fn by_both(&self) -> bool {
        self.at.is_finite() && self.sounds.is_finite()
    }
}

/// What of a tick is compared, in seconds.
pub(crate) type Reading = fn(&Heard) -> f64;

/// By number.
pub(crate) type Ticks = BTreeMap<i64, Heard>;

/// How much later the second host has each tick than the first, in ms.
pub(crate) fn errors(first: &Ticks, second: &Ticks, what: Reading) -> Vec<f64> {
    let both = second.iter().filter_map(|(tick, heard)| Some(what(heard) - what(first.get(tick)?)));
    both.map(|seconds| seconds * 1000.0).filter(|ms| ms.is_finite()).collect()
}

/// p50, p95, p99 and worst of how large they are, and the mean with its sign.
pub(crate) fn quantiles(errors: &[f64]) -> [f64; 5] {
    let sizes = sorted(errors.iter().map(|ms| ms.abs()).collect());
    let mean = errors.iter().sum::<f64>() / errors.len() as f64;
    [percentile(&sizes, 0.5), percentile(&sizes, 0.95), percentile(&sizes, 0.99), percentile(&sizes, 1.0), mean]
}

/// The largest of those that the first host heard between two instants.
pub(crate) fn worst(first: &Ticks, second: &Ticks, from: f64, to: f64, what: Reading) -> f64 {
    let within = |tick: &i64| first.get(tick).is_some_and(|heard| heard.at >= from && heard.at < to);
    let both = second
        .iter()
        .filter(|(tick, _)| within(tick))
        .filter_map(|(tick, heard)| Some(what(heard) - what(first.get(tick)?)));
    both.map(|seconds| seconds.abs() * 1000.0).filter(|ms| ms.is_finite()).fold(f64::NAN, f64::max)
}

/// Ticks between the first and the last that were not heard, or heard twice.
pub(crate) fn missing(ticks: &Ticks) -> i64 {
    let heard = ticks.iter().filter(|(_, heard)| heard.times > 0);
    let (mut first, mut last, mut odd, mut many) = (None, 0, 0, 0);
    for (tick, heard) in heard {
        first = first.or(Some(*tick));
        last = *tick;
        many += 1;
        odd += i64::from(heard.times) - 1;
    }
    first.map_or(0, |first| last - first + 1 - many + odd)
}
