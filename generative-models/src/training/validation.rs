//! How well a model foresees what it has not learnt: every character of the validation part counts once.

use super::feed::{Portion, framed};
use crate::char_rnn::CharRnn;
use candle_core::Result;

/// A text is judged in stretches side by side, for speed. Each but the first reads so much of the one before it first, so that
/// it starts as if it had read all.
const WARM: usize = 200;
const ROWS: usize = 50;
const STEPS: usize = 100;

/// Mean nats per character.
pub(crate) fn nats(model: &CharRnn, pieces: &[&[u32]], end: Option<u32>) -> Result<f64> {
    let (mut sum, mut count) = (0.0, 0.0);
    let mut add = |portion: &Portion, state: &crate::char_rnn::State| -> Result<_> {
        let (loss, after) = model.loss(&portion.chunk(), state, None)?;
        let characters = portion.characters() as f64;
        sum += f64::from(loss.to_scalar::<f32>()?) * characters;
        count += characters;
        Ok(after)
    };
    match end {
        Some(end) => {
            for names in pieces.chunks(ROWS) {
                let rows: Vec<_> = names.iter().map(|name| framed(name, end)).collect();
                add(&Portion::padded(&rows), &model.initial(rows.len()))?;
            }
        }
        None => {
            for text in pieces {
                let rows = stretches(text);
                let mut state = model.initial(rows.len());
                let longest = rows.iter().map(Vec::len).max().unwrap_or(0);
                for from in (0..longest).step_by(STEPS) {
                    let cut =
                        |row: &Vec<(u32, u32, bool)>| row[from.min(row.len())..(from + STEPS).min(row.len())].to_vec();
                    let portion = Portion::padded(&rows.iter().map(cut).collect::<Vec<_>>());
                    state = add(&portion, &state)?;
                }
            }
        }
    }
    Ok(sum / count)
}

fn stretches(text: &[u32]) -> Vec<Vec<(u32, u32, bool)>> {
    let foreseen = text.len().saturating_sub(1);
    let rows = (foreseen / WARM).clamp(1, ROWS);
    let length = foreseen.div_ceil(rows);
    let stretch = |row: usize| {
        let (from, to) = (row * length, ((row + 1) * length).min(foreseen));
        let warm = from.saturating_sub(WARM);
        (warm..to).map(|at| (text[at], text[at + 1], at >= from)).collect()
    };
    (0..rows).map(stretch).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::{Purpose, seeded};
    use crate::char_rnn::{Cell, Chunk, Shape};

    #[test]
    fn every_character_but_the_first_is_foreseen_once() {
        for length in [1, 2, 10, 399, 400, 401, 777, 10_001, 50_123] {
            let text: Vec<u32> = (0..length).collect();
            let rows = stretches(&text);
            let counted: Vec<u32> = rows.iter().flatten().filter(|place| place.2).map(|place| place.1).collect();
            assert_eq!(counted, (1..length).collect::<Vec<_>>());
            assert!(rows.iter().flatten().all(|place| place.1 == place.0 + 1));
        }
    }

    #[test]
    fn stretches_side_by_side_judge_like_one_long_reading() {
        let shape = Shape { cell: Cell::Gru, layers: 1, hidden: 8, embedding: None, dropout: 0.0 };
        let model = CharRnn::new(&shape, 5, &mut seeded(1, Purpose::Weights, 0)).unwrap();
        let text: Vec<u32> =
            (0..1500_u32).map(|n| n.wrapping_mul(2_654_435_761) >> 13 & 0xffff).map(|n| n % 5).collect();
        let steps = text.len() - 1;
        let whole = Chunk { inputs: &text[..steps], targets: &text[1..], weights: None, steps, batch: 1 };
        let one = model.loss(&whole, &model.initial(1), None).unwrap().0.to_scalar::<f32>().unwrap();
        let many = nats(&model, &[&text], None).unwrap();
        assert!((f64::from(one) - many).abs() < 1e-5, "{one} {many}");
    }
}
