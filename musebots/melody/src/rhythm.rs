//! The rhythm of a motif: cells of one, two or three beats that each style likes, put together
//! to a bar.

use musebot_kit::{Style, music::Dice};

/// Lengths in sixteenths, rests negative, and how much the style likes them.
type Cell = (&'static [i32], f64);

/// One bar's rhythm: where notes begin and how long they last, in sixteenths.
#[must_use]
pub fn rhythm(style: Style, steps: usize, compound: bool, density: f64, dice: &mut Dice) -> Vec<(usize, usize)> {
    // How many notes a beat is to have; cells that come near are likelier.
    let wanted = match style {
        Style::Ballad => 0.6 + 0.9 * density,
        Style::House => 0.8 + 1.4 * density,
        Style::Funk => 1.0 + 2.0 * density,
        Style::Straight | Style::Swing => 0.9 + 1.6 * density,
    };
    let mut at = 0;
    let mut notes: Vec<(usize, usize)> = Vec::new();
    while at < steps {
        let fits: Vec<(&[i32], f64)> = cells(style, compound)
            .iter()
            .filter(|(cell, _)| fills(cell, steps - at))
            .map(|(cell, likes)| {
                let beats = length(cell) as f64 / 4.0;
                let notes = cell.iter().filter(|n| **n > 0).count() as f64 / beats;
                (*cell, likes * (-(notes - wanted).powi(2) * 0.9).exp())
            })
            .collect();
        let left = [(steps - at) as i32];
        let cell: &[i32] = if fits.is_empty() { &left } else { dice.weighted::<&[i32]>(&fits) };
        for part in cell {
            let part_length = part.unsigned_abs() as usize;
            if *part > 0 {
                notes.push((at, part_length));
            }
            at += part_length;
        }
    }
    // A bar of rests is no motif.
    if notes.is_empty() { vec![(0, steps.min(4))] } else { notes }
}

fn length(cell: &[i32]) -> usize {
    cell.iter().map(|n| n.unsigned_abs() as usize).sum()
}

/// Whether a cell fits what is left of the bar without leaving a single sixteenth over.
fn fills(cell: &[i32], left: usize) -> bool {
    let length = length(cell);
    length <= left && left - length != 1
}

fn cells(style: Style, compound: bool) -> &'static [Cell] {
    if compound {
        return &[
            (&[6], 1.0),
            (&[4, 2], 2.5),
            (&[2, 2, 2], 2.0),
            (&[3, 1, 2], 0.8),
            (&[-2, 2, 2], 0.8),
            (&[-2, 4], 0.5),
            (&[2], 0.1),
        ];
    }
    match style {
        Style::Straight => &[
            (&[4], 1.4),
            (&[2, 2], 2.6),
            (&[3, 1], 0.7),
            (&[-2, 2], 1.0),
            (&[2, 1, 1], 0.5),
            (&[1, 1, 2], 0.3),
            (&[-4], 0.4),
            (&[6, 2], 1.2),
            (&[3, 3, 2], 1.5),
            (&[2, 4, 2], 1.2),
            (&[-2, 2, 4], 0.7),
            (&[4, -2, 2], 0.7),
            (&[8], 0.5),
            (&[2], 0.1),
        ],
        Style::Swing => &[
            (&[4], 1.0),
            (&[2, 2], 3.2),
            (&[-2, 2], 1.4),
            (&[1, 1, 2], 0.5),
            (&[-4], 0.5),
            (&[6, 2], 1.2),
            (&[2, 4, 2], 1.4),
            (&[-2, 2, 2, 2], 1.4),
            (&[-2, 6], 0.8),
            (&[2, 2, -2, 2], 1.0),
            (&[2], 0.1),
        ],
        Style::House => &[
            (&[3, 3, 2], 2.6),
            (&[-2, 2, -2, 2], 1.4),
            (&[3, 3, -2], 1.2),
            (&[2, 1, 3, 2], 0.8),
            (&[-3, 3, 2], 0.8),
            (&[-2, 2], 0.8),
            (&[4], 0.5),
            (&[6, 2], 0.6),
            (&[-4], 0.6),
            (&[2], 0.1),
        ],
        Style::Ballad => &[
            (&[4], 1.4),
            (&[2, 2], 1.1),
            (&[8], 1.6),
            (&[6, 2], 1.6),
            (&[12], 0.6),
            (&[8, 4], 1.4),
            (&[6, 2, 4], 1.4),
            (&[4, 8], 0.9),
            (&[3, 1], 0.3),
            (&[-4], 0.3),
            (&[2], 0.1),
        ],
        Style::Funk => &[
            (&[2, 2], 0.8),
            (&[3, 1], 1.2),
            (&[-1, 1, 2], 0.9),
            (&[1, 2, 1], 0.9),
            (&[2, -1, 1], 1.1),
            (&[1, 1, -2], 1.0),
            (&[-2, 1, 1], 0.9),
            (&[-4], 1.0),
            (&[3, 3, 2], 1.2),
            (&[-1, 3, 2, -2], 0.7),
            (&[4], 0.4),
            (&[2], 0.1),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_follow_each_other_and_stay_in_the_bar() {
        for (style, _) in Style::ALL {
            for steps in [8, 10, 12, 14, 16, 20] {
                for seed in 0..50 {
                    let notes = rhythm(style, steps, false, 0.6, &mut Dice::new(seed));
                    assert!(!notes.is_empty());
                    assert!(notes.windows(2).all(|w| w[0].0 + w[0].1 <= w[1].0), "{notes:?}");
                    assert!(notes.iter().all(|(at, length)| *length > 0 && at + length <= steps), "{notes:?}");
                }
            }
        }
    }

    #[test]
    fn more_density_makes_more_notes() {
        for (style, _) in Style::ALL {
            let count = |density| -> usize {
                (0..200).map(|seed| rhythm(style, 16, false, density, &mut Dice::new(seed)).len()).sum()
            };
            assert!(count(0.2) < count(0.5) && count(0.5) < count(0.9), "{style}");
        }
    }
}
