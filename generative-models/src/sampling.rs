//! From what a model expects to what it writes: temperature, top-k, top-p, and a seeded choice.

use crate::rng::Rng;
use rand::RngExt as _;

/// How daring a choice is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// 1 as learnt, less is safer, more is wilder; 0 always takes the likeliest.
    pub temperature: f32,
    /// Only among so many of the likeliest.
    pub top_k: Option<usize>,
    /// Only among the likeliest that together have at least this probability (Holtzman et al. 2020).
    pub top_p: Option<f32>,
}

impl Default for Sampling {
    fn default() -> Self {
        Self { temperature: 1.0, top_k: None, top_p: None }
    }
}

impl Sampling {
    /// Who may be chosen and how likely, likeliest first; equals in the order of their numbers. Empty if nobody may.
    pub(crate) fn candidates(&self, logits: &[f32], allowed: impl Fn(u32) -> bool) -> Vec<(u32, f64)> {
        let finite =
            |(id, logit): (usize, &f32)| (logit.is_finite() && allowed(id as u32)).then_some((id as u32, *logit));
        let mut likeliest: Vec<(u32, f32)> = logits.iter().enumerate().filter_map(finite).collect();
        likeliest.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let Some((first, highest)) = likeliest.first().copied() else { return Vec::new() };
        // A temperature that is no number is as if none was given.
        let temperature = if self.temperature.is_nan() { 1.0 } else { f64::from(self.temperature) };
        if temperature <= 0.0 {
            return vec![(first, 1.0)];
        }
        likeliest.truncate(self.top_k.unwrap_or(usize::MAX).max(1));
        let weight = |(id, logit): &(u32, f32)| (*id, ((f64::from(*logit) - f64::from(highest)) / temperature).exp());
        let mut candidates: Vec<(u32, f64)> = likeliest.iter().map(weight).collect();
        scale(&mut candidates);
        if let Some(least) = self.top_p {
            let mut sum = 0.0;
            let within = |(_, p): &(u32, f64)| {
                let before = sum;
                sum += p;
                before < f64::from(least)
            };
            let count = candidates.iter().map(within).take_while(|within| *within).count();
            candidates.truncate(count.max(1));
            scale(&mut candidates);
        }
        candidates
    }

    /// One of them.
    pub(crate) fn choose(&self, logits: &[f32], rng: &mut Rng, allowed: impl Fn(u32) -> bool) -> Option<u32> {
        let candidates = self.candidates(logits, allowed);
        let mut left = rng.random::<f64>();
        let chosen = candidates.iter().find(|(_, p)| {
            left -= p;
            left < 0.0
        });
        chosen.or(candidates.last()).map(|(id, _)| *id)
    }
}

fn scale(candidates: &mut [(u32, f64)]) {
    let sum: f64 = candidates.iter().map(|(_, p)| p).sum();
    candidates.iter_mut().for_each(|(_, p)| *p /= sum);
}

/// −ln of the probability of each character, for logits.
pub(crate) fn nats(logits: &[f32], id: u32) -> f64 {
    let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = logits.iter().map(|logit| f64::from(logit - highest).exp()).sum();
    sum.ln() - f64::from(logits[id as usize] - highest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::{Purpose, seeded};
    use proptest::prelude::*;
    use std::f32::consts::LN_2;

    /// Probabilities 0.1, 0.4, 0.3, 0.2.
    const LOGITS: [f32; 4] = [0.0, 2.0 * LN_2, 1.098_612_3, LN_2];

    fn candidates(temperature: f32, top_k: Option<usize>, top_p: Option<f32>) -> Vec<(u32, f64)> {
        let all = Sampling { temperature, top_k, top_p }.candidates(&LOGITS, |_| true);
        all.into_iter().map(|(id, p)| (id, (p * 1e6).round() / 1e6)).collect()
    }

    #[test]
    fn at_temperature_one_it_is_as_learnt() {
        assert_eq!(candidates(1.0, None, None), [(1, 0.4), (2, 0.3), (3, 0.2), (0, 0.1)]);
    }

    #[test]
    fn temperature_bends_and_zero_decides() {
        // Squares: 16, 9, 4, 1 of 30.
        assert_eq!(candidates(0.5, None, None), [(1, 0.533333), (2, 0.3), (3, 0.133333), (0, 0.033333)]);
        assert_eq!(candidates(0.0, None, None), [(1, 1.0)]);
        assert_eq!(candidates(f32::INFINITY, None, None)[3], (0, 0.25));
    }

    #[test]
    fn top_k_keeps_the_likeliest() {
        assert_eq!(candidates(1.0, Some(2), None), [(1, 0.571429), (2, 0.428571)]);
        assert_eq!(candidates(1.0, Some(0), None), [(1, 1.0)]);
    }

    #[test]
    fn top_p_keeps_just_enough() {
        assert_eq!(candidates(1.0, None, Some(0.6)), [(1, 0.571429), (2, 0.428571)]);
        assert_eq!(candidates(1.0, None, Some(0.75)), [(1, 0.444444), (2, 0.333333), (3, 0.222222)]);
        assert_eq!(candidates(1.0, None, Some(0.0)), [(1, 1.0)]);
        assert_eq!(candidates(1.0, Some(3), Some(1.0)).len(), 3);
    }

    #[test]
    fn what_is_not_allowed_is_not_chosen() {
        let how = Sampling { temperature: 1.0, top_k: Some(1), top_p: None };
        assert_eq!(how.candidates(&LOGITS, |id| id == 3), [(3, 1.0)]);
        assert!(how.candidates(&LOGITS, |_| false).is_empty());
    }

    #[test]
    fn choices_are_as_frequent_as_they_are_likely() {
        let mut rng = seeded(1, Purpose::Sample, 0);
        let mut counts = [0.0_f64; 4];
        for _ in 0..40_000 {
            counts[Sampling::default().choose(&LOGITS, &mut rng, |_| true).unwrap() as usize] += 1.0 / 40_000.0;
        }
        for (count, wanted) in counts.iter().zip([0.1, 0.4, 0.3, 0.2]) {
            assert!((count - wanted).abs() < 0.01, "{counts:?}");
        }
    }

    #[test]
    fn surprise_is_the_negative_logarithm() {
        assert!((nats(&LOGITS, 0) - 10_f64.ln()).abs() < 1e-6);
    }

    proptest! {
        #[test]
        fn any_logits_and_settings_give_a_distribution(
            logits in prop::collection::vec(any::<f32>(), 0..20),
            temperature in any::<f32>(),
            top_k in any::<Option<usize>>(),
            top_p in any::<Option<f32>>(),
        ) {
            let how = Sampling { temperature, top_k, top_p };
            let all = how.candidates(&logits, |_| true);
            prop_assert_eq!(all.is_empty(), !logits.iter().any(|l| l.is_finite()));
            if !all.is_empty() {
                prop_assert!((all.iter().map(|(_, p)| p).sum::<f64>() - 1.0).abs() < 1e-9, "{:?}", all);
            }
        }
    }
}
