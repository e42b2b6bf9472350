//! A phrase before it has pitches: which motif each bar states, and what is done with it.

use musebot_kit::music::Dice;

/// What a bar is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idea {
    /// The section's first motif.
    First,
    /// Its second motif, which answers.
    Second,
    /// The way to the phrase's last note.
    Cadence,
    /// Nothing: room for the others.
    Rest,
}

/// What is done with a motif.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// As it is.
    Plain,
    /// As it sounded the last time, note for note, if the chords allow.
    Again,
    /// Upside down.
    Inverted,
    /// With more notes.
    Ornamented,
    /// With fewer notes.
    Thinned,
    /// Only its beginning.
    Echo,
}

/// One bar of a sketch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BarSketch {
    /// What is stated.
    pub idea: Idea,
    /// How it is changed.
    pub change: Change,
    /// How many steps of the scale above the phrase's beginning it aims.
    pub lift: i32,
}

/// Sketches a phrase from its section's form. `times` says how often it was played already: it is
/// taken up and varied, the further the more often it was heard.
#[must_use]
pub fn sketch(form: &[BarSketch], times: u32, density: f64, bold: f64, dice: &mut Dice) -> Vec<BarSketch> {
    let mut bars = form.to_vec();
    if times > 0 {
        vary(&mut bars, times, bold, dice);
    }
    // Where little is to be played, a bar in the middle is left to the others.
    let middle = bars.len().saturating_sub(1);
    for bar in bars.iter_mut().take(middle).skip(1) {
        if dice.chance((0.45 - density).max(0.0) * 1.2) {
            *bar = BarSketch { idea: Idea::Rest, ..*bar };
            break;
        }
    }
    bars
}

/// The form of a phrase, decided once for a section: statement, repetition, answer, cadence.
#[must_use]
pub fn form(bars: usize, dice: &mut Dice) -> Vec<BarSketch> {
    use Change::{Echo, Inverted, Plain};
    use Idea::{Cadence, First, Second};
    let bar = |idea, change, lift| BarSketch { idea, change, lift };
    let up = *dice.pick(&[1, 1, 2, -1]);
    let four: [[BarSketch; 4]; 6] = [
        [bar(First, Plain, 0), bar(First, Plain, up), bar(Second, Plain, 2), bar(Cadence, Plain, 0)],
        [bar(First, Plain, 0), bar(Second, Plain, 1), bar(First, Plain, 2), bar(Cadence, Plain, 0)],
        [bar(First, Plain, 0), bar(First, Inverted, 2), bar(Second, Plain, 3), bar(Cadence, Plain, 0)],
        [bar(First, Plain, 0), bar(First, Echo, up), bar(Second, Plain, 2), bar(Cadence, Plain, 0)],
        [bar(First, Plain, 2), bar(First, Plain, 1), bar(First, Plain, 0), bar(Cadence, Plain, -1)],
        [bar(First, Plain, 0), bar(Second, Plain, 0), bar(Second, Plain, 2), bar(Cadence, Plain, 0)],
    ];
    let shape = *dice.weighted(&[(0, 2.5), (1, 2.0), (2, 1.2), (3, 1.5), (4, 0.8), (5, 1.0)]);
    match bars {
        0 | 1 => vec![bar(First, Plain, 0)],
        2 => vec![bar(First, Plain, 0), bar(Cadence, Plain, 0)],
        3 => vec![four[shape][0], four[shape][2], four[shape][3]],
        _ => {
            // Longer phrases go round until the last bar closes them.
            let mut all: Vec<BarSketch> = (0..bars - 1).map(|n| four[shape][n % 4]).collect();
            for (n, middle) in all.iter_mut().enumerate() {
                if middle.idea == Cadence && !(n + 1).is_multiple_of(4) {
                    middle.idea = Second;
                }
            }
            all.push(bar(Cadence, Plain, 0));
            all
        }
    }
}

/// Takes up what was played before and does something with it.
fn vary(bars: &mut [BarSketch], times: u32, bold: f64, dice: &mut Dice) {
    use Change::{Again, Inverted, Ornamented, Plain, Thinned};
    // What was heard often is less welcome note for note.
    let fresh = 1.0 / (1.0 + 0.3 * f64::from(times - 1));
    let ways = [
        ([Again, Again, Plain], 2.2 * fresh),
        ([Again, Ornamented, Plain], 2.0 * fresh),
        ([Again, Thinned, Again], 0.9 * fresh),
        ([Ornamented, Again, Ornamented], 1.2),
        ([Plain, Plain, Inverted], 1.0),
        ([Thinned, Plain, Ornamented], 0.9),
        ([Inverted, Plain, Plain], 0.4 + 0.8 * bold),
        ([Ornamented, Inverted, Plain], 0.2 + 0.6 * bold),
    ];
    let way = *dice.weighted(&ways);
    // A phrase that comes back may also come back higher; one that was heard often may change its
    // motifs for each other.
    let lift = if way[0] == Again { 0 } else { *dice.pick(&[0, 1, 2]) };
    let swapped = way[0] != Again && dice.chance(0.12 * f64::from(times));
    let last = bars.len().saturating_sub(1);
    for (n, bar) in bars.iter_mut().enumerate().take(last) {
        if way[n % 3] != Plain {
            bar.change = way[n % 3];
        }
        bar.lift += lift;
        bar.idea = match bar.idea {
            Idea::First if swapped => Idea::Second,
            Idea::Second if swapped => Idea::First,
            other => other,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_of_two_bars_or_more_ends_in_a_cadence() {
        for bars in 2..17 {
            for seed in 0..20 {
                let form = form(bars, &mut Dice::new(seed));
                assert_eq!(form.len(), bars);
                let sketch = sketch(&form, 3, 0.3, 0.5, &mut Dice::new(seed));
                assert_eq!(sketch[bars - 1].idea, Idea::Cadence);
                assert_ne!(sketch[0].idea, Idea::Rest);
            }
        }
    }
}
