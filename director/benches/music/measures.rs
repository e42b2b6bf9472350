//! What is measured of a piece. Where the MusPy library has a measure of the same name, this is
//! its definition with 16 steps to a 4/4 bar.

use super::piece::{Piece, Played};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// One measure: its name, its lower and upper bound, and how it is taken.
pub(crate) struct Measure {
    pub(crate) name: &'static str,
    pub(crate) bounds: (f64, f64),
    pub(crate) of: fn(&Piece) -> f64,
}

/// All measures of the notes, in the order of the table.
pub(crate) const MEASURES: [Measure; 13] = [
    Measure { name: "pitches in the scale", bounds: (0.95, 1.0), of: in_scale },
    Measure { name: "strong melody notes in the chord", bounds: (0.75, 1.0), of: strong_in_chord },
    Measure { name: "bass on the root at a change", bounds: (0.85, 1.0), of: |piece| bass_on_root(piece, 0) },
    Measure { name: "  or within half a beat of it", bounds: (0.85, 1.0), of: |piece| bass_on_root(piece, 2) },
    Measure { name: "bass onsets with the kick", bounds: (0.5, 1.0), of: bass_with_kick },
    Measure { name: "melody intervals to a fourth", bounds: (0.85, 1.0), of: small_intervals },
    Measure { name: "pitch-class entropy, bits", bounds: (2.2, 3.0), of: entropy },
    Measure { name: "bars with a known pattern", bounds: (0.05, 0.6), of: known_patterns },
    Measure { name: "groove consistency", bounds: (0.9, 0.9999), of: groove_consistency },
    Measure { name: "longest run of equal fours", bounds: (0.0, 2.0), of: equal_fours },
    Measure { name: "last onsets before the last bar", bounds: (0.0, 0.0), of: early_endings },
    Measure { name: "spread of last onsets, beats", bounds: (0.0, 1.5), of: ending_spread },
    Measure { name: "melody notes a bar", bounds: (1.0, 9.0), of: notes_per_bar },
];

/// MusPy's `pitch_in_scale_rate` over all that has a pitch.
fn in_scale(piece: &Piece) -> f64 {
    share(piece.melody.iter().chain(&piece.bass), |note| piece.scale.contains(&(note.pitch % 12)))
}

/// Of the melody's notes on strong beats, those that belong to the chord.
fn strong_in_chord(piece: &Piece) -> f64 {
    let strong = piece.melody.iter().filter(|note| piece.strong.contains(&(note.step() % piece.steps)));
    share(strong, |note| {
        piece.chord_at(note.step()).is_some_and(|chord| chord.iter().any(|tone| tone % 12 == note.pitch % 12))
    })
}

/// Of all changes to another root, those on which the bass begins a note on that root, at most
/// so many sixteenths after it (a bass that plays off the kick comes an eighth later).
fn bass_on_root(piece: &Piece, late: i64) -> f64 {
    let mut changes = Vec::new();
    let mut before = None;
    for (tick, chord) in &piece.chords {
        let root = chord.first().map(|p| p % 12);
        if root != before {
            changes.push(((*tick + 2) / 4, root));
        }
        before = root;
    }
    share(changes.iter(), |(step, root)| {
        let first = piece.bass.iter().find(|note| (*step..=*step + late).contains(&note.step()));
        first.is_some_and(|note| Some(note.pitch % 12) == *root)
    })
}

/// Of the bass's onsets, those on a sixteenth where the kick is.
fn bass_with_kick(piece: &Piece) -> f64 {
    let kicks: HashSet<i64> =
        piece.drums.iter().filter(|note| matches!(note.pitch, 35 | 36)).map(Played::step).collect();
    share(piece.bass.iter(), |note| kicks.contains(&note.step()))
}

/// Of the melody's intervals, those of five semitones or less.
fn small_intervals(piece: &Piece) -> f64 {
    share(piece.melody.windows(2), |pair| pair[0].pitch.abs_diff(pair[1].pitch) <= 5)
}

/// MusPy's `pitch_class_entropy` of the melody.
fn entropy(piece: &Piece) -> f64 {
    let mut counts = [0.0_f64; 12];
    for note in &piece.melody {
        counts[usize::from(note.pitch % 12)] += 1.0;
    }
    let all: f64 = counts.iter().sum();
    counts.iter().filter(|n| **n > 0.0).map(|n| -(n / all) * (n / all).log2()).sum()
}

/// Of the melody's bars with at least one interval, those whose intervals were all heard before in
/// the same order in one bar.
fn known_patterns(piece: &Piece) -> f64 {
    let mut heard = HashSet::new();
    let bars = by_bar(&piece.melody, piece.steps);
    let patterns = bars.values().filter(|notes| notes.len() > 1).map(|notes| {
        notes.windows(2).map(|pair| i32::from(pair[1].pitch) - i32::from(pair[0].pitch)).collect::<Vec<_>>()
    });
    share(patterns, |pattern| !heard.insert(pattern.clone()))
}

/// MusPy's `groove_consistency` of the drums.
fn groove_consistency(piece: &Piece) -> f64 {
    let grooves: Vec<BTreeSet<i64>> = (0..piece.bars)
        .map(|bar| {
            let in_bar = piece.drums.iter().map(Played::step).filter(|step| step.div_euclid(piece.steps) == bar);
            in_bar.map(|step| step % piece.steps).collect()
        })
        .collect();
    let differences: usize = grooves.windows(2).map(|pair| pair[0].symmetric_difference(&pair[1]).count()).sum();
    1.0 - differences as f64 / (piece.steps as f64 * (grooves.len() as f64 - 1.0).max(1.0))
}

/// How many times running, at most, any part plays four bars that are the same as its four
/// before, wherever the four begin.
fn equal_fours(piece: &Piece) -> f64 {
    let mut longest = 0;
    for part in piece.parts() {
        let bars = by_bar(part, piece.steps);
        let four = |first: i64| -> Vec<Vec<(i64, u8)>> {
            let bar = |n| {
                bars.get(&n).map(|notes: &Vec<Played>| {
                    notes.iter().map(|note| (note.step() % piece.steps, note.pitch)).collect()
                })
            };
            (first..first + 4).map(|n| bar(n).unwrap_or_default()).collect()
        };
        for offset in 0..4 {
            let mut run = 0;
            for first in (offset + 4..=piece.bars - 4).step_by(4) {
                // Four bars of silence are a rest, not a repetition.
                let same = four(first) == four(first - 4) && four(first).iter().any(|bar| !bar.is_empty());
                run = if same { run + 1 } else { 0 };
                longest = longest.max(run);
            }
        }
    }
    f64::from(longest)
}

/// How many parts do not reach the last bar.
fn early_endings(piece: &Piece) -> f64 {
    let last_bar = (piece.bars - 1) * piece.steps;
    piece.parts().iter().filter(|part| last(part).is_none_or(|step| step < last_bar)).count() as f64
}

/// How far the last onsets are from each other, in beats.
fn ending_spread(piece: &Piece) -> f64 {
    let ends: Vec<i64> = piece.parts().iter().filter_map(|part| last(part)).collect();
    let (first, last) = (ends.iter().min().unwrap_or(&0), ends.iter().max().unwrap_or(&0));
    (last - first) as f64 / 4.0
}

fn notes_per_bar(piece: &Piece) -> f64 {
    piece.melody.len() as f64 / piece.bars as f64
}

fn last(part: &[Played]) -> Option<i64> {
    part.iter().map(Played::step).max()
}

fn by_bar(part: &[Played], steps: i64) -> BTreeMap<i64, Vec<Played>> {
    let mut bars: BTreeMap<i64, Vec<Played>> = BTreeMap::new();
    for note in part {
        bars.entry(note.step().div_euclid(steps)).or_default().push(*note);
    }
    bars
}

/// The share of items for which something holds; 0 without any.
fn share<T>(items: impl Iterator<Item = T>, mut holds: impl FnMut(&T) -> bool) -> f64 {
    let (mut all, mut held) = (0.0, 0.0);
    for item in items {
        all += 1.0;
        if holds(&item) {
            held += 1.0;
        }
    }
    if all > 0.0 { held / all } else { 0.0 }
}
