//! Fills: what leads into a new phrase, and more of it into a new section.

use crate::{drum::Drum, groove::Hit};
use musebot_kit::{Style, music::Dice};

/// How much is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// The last beat, into a new phrase.
    Phrase,
    /// The last two beats, into a new section or the last bar.
    Section,
}

/// Which sixteenths of the last beat are hit.
const SMALL: [&[usize]; 7] = [&[0, 2, 3], &[0, 2], &[2, 3], &[0, 1, 2], &[2], &[0, 3], &[0, 1, 2, 3]];

/// Which sixteenths of the last two beats are hit.
const BIG: [&[usize]; 5] =
    [&[0, 2, 3, 4, 6, 7], &[0, 2, 4, 5, 6, 7], &[0, 3, 4, 6, 7], &[0, 1, 2, 4, 6], &[2, 3, 4, 6, 7]];

/// The drummer's fills: never the same twice running.
#[derive(Debug, Clone, Default)]
pub struct Fills {
    last: Option<(Size, usize)>,
}

impl Fills {
    /// Plays a fill into the end of a bar of `steps`.
    pub fn play(&mut self, hits: &mut Vec<Hit>, steps: usize, size: Size, style: Style, bold: f64, dice: &mut Dice) {
        let (length, shapes): (usize, &[&[usize]]) = match size {
            Size::Phrase => (4, &SMALL),
            Size::Section => (8, &BIG),
        };
        let Some(start) = steps.checked_sub(length) else { return };
        let weights: Vec<(usize, f64)> = (0..shapes.len())
            .map(|shape| {
                let repeats = self.last == Some((size, shape));
                // A bold drummer fills more notes; a calm one does with two.
                let notes = shapes[shape].len() as f64 / length as f64;
                (shape, if repeats { 0.0 } else { (notes * 2.0).powf(2.0 * bold - 1.0) })
            })
            .collect();
        let shape = *dice.weighted(&weights);
        self.last = Some((size, shape));

        let hand = [Drum::ClosedHat, Drum::OpenHat, Drum::Ride, Drum::PedalHat, Drum::LowTom];
        let filled: Vec<usize> = shapes[shape].iter().map(|s| start + s).collect();
        // The foot goes on; the hands leave what they were doing where the fill is, the hat's
        // eighths excepted, which go on under a small one.
        hits.retain(|hit| {
            hit.step < start
                || hit.drum == Drum::Kick
                || (hand.contains(&hit.drum) && !filled.contains(&hit.step) && size == Size::Phrase)
        });
        let drums = drums(style, size, dice);
        for (n, step) in filled.iter().enumerate() {
            let far = n as f64 / (filled.len().max(2) - 1) as f64;
            let drum = drums[(far * (drums.len() - 1) as f64).round() as usize];
            let soft = if style == Style::Ballad { 0.6 } else { 1.0 };
            hits.push(Hit::new(*step, drum, (0.55 + 0.3 * far) * soft, 0.0));
        }
        hits.sort_by_key(|hit| (hit.step, hit.drum));
        hits.dedup_by_key(|hit| (hit.step, hit.drum));
    }
}

/// What a fill goes over, from its first note to its last.
fn drums(style: Style, size: Size, dice: &mut Dice) -> &'static [Drum] {
    use Drum::{Clap, HighTom, LowTom, MidTom, SideStick, Snare};
    let ways: &'static [&'static [Drum]] = match (style, size) {
        (Style::House, Size::Phrase) => &[&[Clap, Clap], &[Snare, Clap]],
        (Style::House, Size::Section) => &[&[Snare, Snare], &[Clap, Snare]],
        (Style::Ballad, _) => &[&[SideStick, LowTom], &[MidTom, LowTom], &[HighTom, MidTom, LowTom]],
        (_, Size::Phrase) => &[&[Snare, Snare], &[Snare, MidTom], &[MidTom, LowTom], &[Snare, HighTom, LowTom]],
        (_, Size::Section) => &[&[Snare, HighTom, MidTom, LowTom], &[HighTom, MidTom, LowTom], &[Snare, Snare, LowTom]],
    };
    dice.pick::<&[Drum]>(ways)
}
