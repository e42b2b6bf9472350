//! Character n-grams, the plain models a network has to beat: interpolated Kneser-Ney (Chen and Goodman 1999), each with the
//! discount that suits the validation part best, so that the baseline is given every advantage.

use std::collections::HashMap;

/// An n-gram model over `vocab` characters.
pub(crate) struct Ngram {
    orders: Vec<HashMap<u64, Context>>,
    vocab: usize,
    discount: f64,
    end: Option<u32>,
}

#[derive(Default)]
struct Context {
    total: f64,
    followers: HashMap<u32, f64>,
}

/// What one model reaches, in nats per character.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Baseline {
    /// 2 for bigrams.
    pub order: usize,
    /// On the validation part.
    pub valid: f64,
    /// On the test part, where there is one.
    pub test: Option<f64>,
}

/// Bigrams, trigrams, five-grams.
const ORDERS: [usize; 3] = [2, 3, 5];
const DISCOUNTS: [f64; 9] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/// The table of baselines for a corpus.
pub(crate) fn baselines(corpus: &crate::Corpus) -> Vec<Baseline> {
    let (train, valid, test) = (corpus.train(), corpus.valid(), corpus.test());
    let measure = |order| {
        let mut model = Ngram::new(order, corpus.vocab().len(), corpus.end(), &train);
        let mut tried = DISCOUNTS.map(|discount| {
            model.discount = discount;
            (model.nats(&valid), discount)
        });
        tried.sort_by(|a, b| a.0.total_cmp(&b.0));
        model.discount = tried[0].1;
        Baseline { order, valid: tried[0].0, test: (!test.is_empty()).then(|| model.nats(&test)) }
    };
    ORDERS.map(measure).to_vec()
}

impl Ngram {
    pub(crate) fn new(order: usize, vocab: usize, end: Option<u32>, pieces: &[&[u32]]) -> Self {
        let mut orders: Vec<HashMap<u64, Context>> = (0..order).map(|_| HashMap::new()).collect();
        for piece in pieces {
            let (ids, first) = framed(piece, end, order);
            for at in first..ids.len() {
                for (length, contexts) in orders.iter_mut().enumerate().rev() {
                    if length > at {
                        continue;
                    }
                    let context = contexts.entry(key(&ids[at - length..at])).or_default();
                    context.total += 1.0;
                    let times = context.followers.entry(ids[at]).or_default();
                    *times += 1.0;
                    // A shorter context counts in how many longer ones a character was seen, not how often.
                    if *times > 1.0 {
                        break;
                    }
                }
            }
        }
        Self { orders, vocab, discount: 0.5, end }
    }

    /// Mean nats per character (in names, the end counts as one).
    pub(crate) fn nats(&self, pieces: &[&[u32]]) -> f64 {
        let (mut sum, mut count) = (0.0, 0);
        for piece in pieces {
            let (ids, first) = framed(piece, self.end, self.orders.len());
            for at in first.max(1)..ids.len() {
                let longest = (self.orders.len() - 1).min(at);
                sum -= self.probability(&ids[at - longest..at], ids[at]).ln();
                count += 1;
            }
        }
        sum / f64::from(count.max(1))
    }

    /// Of a character after a context of at most `order - 1`.
    pub(crate) fn probability(&self, context: &[u32], next: u32) -> f64 {
        (0..=context.len().min(self.orders.len() - 1)).fold(1.0 / self.vocab as f64, |lower, length| {
            let Some(seen) = self.orders[length].get(&key(&context[context.len() - length..])) else { return lower };
            let times = seen.followers.get(&next).copied().unwrap_or(0.0);
            let spared = self.discount * seen.followers.len() as f64;
            ((times - self.discount).max(0.0) + spared * lower) / seen.total
        })
    }
}

/// A piece as it is counted, and the place of the first character that is predicted.
fn framed(piece: &[u32], end: Option<u32>, order: usize) -> (Vec<u32>, usize) {
    match end {
        None => (piece.to_vec(), 0),
        Some(end) => {
            let before = order - 1;
            let ids = std::iter::repeat_n(end, before).chain(piece.iter().copied()).chain([end]).collect();
            (ids, before)
        }
    }
}

/// Up to four characters below 2^15 in one number; a number per length, as the maps are per length.
fn key(context: &[u32]) -> u64 {
    context.iter().fold(0, |key, id| (key << 16) | u64::from(id & 0xffff))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_after_any_context_sum_to_one() {
        let text: Vec<u32> = (0..500).map(|n: u32| (n * n / 7) % 6).collect();
        for order in [1, 2, 3, 5] {
            let model = Ngram::new(order, 7, None, &[&text]);
            for context in [&[][..], &[0], &[6], &[1, 2], &[5, 5, 5, 5], &text[40..40 + order - 1]] {
                let sum: f64 = (0..7).map(|id| model.probability(context, id)).sum();
                assert!((sum - 1.0).abs() < 1e-9, "{order} {context:?} {sum}");
            }
        }
    }

    #[test]
    fn bigrams_of_a_known_chain_reach_its_entropy() {
        // From 0 to 1 or 2 in turn and back: ln 2 nats at every second step.
        let turns: Vec<u32> =
            (0..20_000_u32).flat_map(|n| [0, 1 + (n.wrapping_mul(2_654_435_761) >> 16 & 1)]).collect();
        let model = Ngram::new(2, 3, None, &[&turns]);
        let nats = model.nats(&[&turns]);
        assert!((nats - 0.5 * 2_f64.ln()).abs() < 0.001, "{nats}");
    }

    #[test]
    fn a_name_s_end_is_foreseen() {
        let names: Vec<Vec<u32>> = (0..50).map(|_| vec![1, 2, 1]).collect();
        let names: Vec<&[u32]> = names.iter().map(Vec::as_slice).collect();
        let mut model = Ngram::new(3, 3, Some(0), &names);
        model.discount = 0.1;
        assert!(model.nats(&names) < 0.02);
        assert!(model.probability(&[2, 1], 0) > 0.99);
        assert!(model.probability(&[0, 0], 1) > 0.99);
    }
}
