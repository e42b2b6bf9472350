//! The backbone of every style: which hits there are, how hard, and from which density on.

use crate::{
    drum::Drum,
    groove::{Bars, Hit},
};
use musebot_kit::{
    Meter, Style,
    music::{Dice, Temper, backbeats, beats},
};

/// The hits of a groove without its ghost notes.
pub(crate) fn hits(style: Style, meter: Meter, temper: Temper, dice: &mut Dice) -> Vec<Hit> {
    match style {
        Style::Straight => straight(meter, temper, dice),
        Style::Swing => swing(meter, dice),
        Style::House => house(meter, dice),
        Style::Ballad => ballad(meter, dice),
        Style::Funk => funk(meter, temper, dice),
    }
}

/// Where ghost notes may fall.
pub(crate) fn ghost_places(style: Style, meter: Meter) -> Vec<usize> {
    let steps = meter.sixteenths() as usize;
    let place = |step: &usize| match style {
        Style::Straight | Style::Funk => step % 2 == 1 && *step > 2,
        // The comping hand answers between the beats.
        Style::Swing => step % 4 == 2,
        Style::House => step % 2 == 1,
        Style::Ballad => step % 4 == 2 && *step > 2,
    };
    (0..steps).filter(place).collect()
}

/// How many ghost notes there are when all of them play.
pub(crate) fn ghosts(style: Style) -> usize {
    match style {
        Style::Funk => 4,
        Style::House | Style::Straight | Style::Swing => 2,
        Style::Ballad => 1,
    }
}

/// What a ghost note is played on.
pub(crate) fn ghost_drum(style: Style) -> Drum {
    match style {
        Style::House => Drum::ClosedHat,
        Style::Ballad => Drum::SideStick,
        _ => Drum::Snare,
    }
}

/// How hard a ghost note is, at least. In swing it is no ghost but a word in the conversation.
pub(crate) fn ghost_velocity(style: Style) -> f64 {
    if style == Style::Swing { 0.36 } else { 0.2 }
}

/// Kicks apart from the first beat: `n` of the places that leave two sixteenths to their
/// neighbours, those with more weight more often.
fn more_kicks(meter: Meter, style: Style, n: usize, off: f64, dice: &mut Dice) -> Vec<usize> {
    let steps = meter.sixteenths() as usize;
    let (beats, back) = (beats(meter), backbeats(meter, style));
    let mut starts = back.clone();
    starts.push(0);
    let mut kicks = Vec::new();
    for _ in 0..n {
        let free = |s: &usize| starts.iter().all(|other| s.abs_diff(*other) >= 2) && *s + 2 <= steps;
        let weight = |s: usize| match s % 4 {
            _ if beats.contains(&s) => 4.0,
            2 if s > steps / 2 => 2.2,
            2 => 1.0,
            _ => off,
        };
        let places: Vec<(usize, f64)> = (2..steps).filter(free).map(|s| (s, weight(s))).collect();
        if places.is_empty() {
            break;
        }
        let kick = *dice.weighted(&places);
        starts.push(kick);
        kicks.push(kick);
    }
    kicks
}

fn kick_and_backbeat(meter: Meter, style: Style, n: usize, off: f64, dice: &mut Dice) -> Vec<Hit> {
    let mut hits = vec![Hit::new(0, Drum::Kick, 0.95, 0.0)];
    for (order, step) in more_kicks(meter, style, n, off, dice).into_iter().enumerate() {
        hits.push(Hit::new(step, Drum::Kick, 0.84 - 0.03 * order as f64, 0.12 + 0.16 * order as f64));
    }
    hits.extend(backbeats(meter, style).into_iter().map(|step| Hit::new(step, Drum::Snare, 0.86, 0.1)));
    hits
}

/// Even eighths with a backbeat; the hand goes to the ride in some sections.
fn straight(meter: Meter, temper: Temper, dice: &mut Dice) -> Vec<Hit> {
    let steps = meter.sixteenths() as usize;
    let mut hits = kick_and_backbeat(meter, Style::Straight, 2 + dice.below(2), 0.25 + 0.5 * temper.bold, dice);
    let hand = if dice.chance(0.3) { Drum::Ride } else { Drum::ClosedHat };
    for step in (0..steps).step_by(2) {
        let (velocity, from) = if step % 4 == 0 { (0.62, 0.0) } else { (0.44, 0.2) };
        hits.push(Hit::new(step, hand, velocity, from));
    }
    for step in (1..steps).step_by(2) {
        hits.push(Hit::new(step, Drum::ClosedHat, 0.28, 0.93));
    }
    if hand == Drum::ClosedHat {
        // The hat opens before the next bar, in the answer or always.
        let bars = if dice.chance(0.5) { Bars::Answer } else { Bars::All };
        hits.push(Hit::new(steps - 2, Drum::OpenHat, 0.5, 0.4).only(bars));
    }
    hits
}

/// The ride swings, the left foot closes the hat on two and four, the kick is only felt.
fn swing(meter: Meter, dice: &mut Dice) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (n, beat) in beats(meter).into_iter().enumerate() {
        let answers = n % 2 == 1;
        hits.push(Hit::new(beat, Drum::Kick, if n == 0 { 0.5 } else { 0.38 }, if n == 0 { 0.0 } else { 0.1 }));
        hits.push(Hit::new(beat, Drum::Ride, if answers { 0.88 } else { 0.74 }, 0.0));
        if answers {
            hits.push(Hit::new(beat, Drum::PedalHat, 0.66, 0.1));
            hits.push(Hit::new(beat + 2, Drum::Ride, 0.6, 0.2));
        }
    }
    // Now and then the kick drops a bomb before the bar line.
    if dice.chance(0.5) {
        let last = meter.sixteenths() as usize - 2;
        hits.push(Hit::new(last, Drum::Kick, 0.62, 0.55).only(Bars::Answer));
    }
    hits
}

/// Four on the floor, the hat opens between them.
fn house(meter: Meter, dice: &mut Dice) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (n, beat) in beats(meter).into_iter().enumerate() {
        hits.push(Hit::new(beat, Drum::Kick, 0.95, 0.0));
        if n % 2 == 1 {
            hits.push(Hit::new(beat, Drum::Clap, 0.74, 0.25));
        }
        hits.push(Hit::new(beat + 2, Drum::OpenHat, 0.58, 0.15));
    }
    let steps = meter.sixteenths() as usize;
    for step in (0..steps).step_by(2) {
        hits.push(Hit::new(step, Drum::ClosedHat, 0.36, 0.35));
    }
    for step in (1..steps).step_by(2) {
        hits.push(Hit::new(step, Drum::ClosedHat, 0.26, 0.8));
    }
    // A low tom figure against the four.
    if dice.chance(0.6) {
        for step in (3..steps.saturating_sub(2)).step_by(6) {
            hits.push(Hit::new(step, Drum::LowTom, 0.4, 0.6));
        }
    }
    if dice.chance(0.5) {
        hits.push(Hit::new(steps - 1, Drum::Kick, 0.6, 0.7).only(Bars::Answer));
    }
    hits
}

/// Soft and sparse: kick on one, a stick on the last beat.
fn ballad(meter: Meter, dice: &mut Dice) -> Vec<Hit> {
    let mut hits = vec![Hit::new(0, Drum::Kick, 0.8, 0.0)];
    let beats = beats(meter);
    for step in backbeats(meter, Style::Ballad) {
        hits.push(Hit::new(step, Drum::SideStick, 0.72, 0.1));
    }
    let hand = if dice.chance(0.5) { Drum::Ride } else { Drum::ClosedHat };
    for (n, beat) in beats.iter().enumerate() {
        hits.push(Hit::new(*beat, hand, if n == 0 { 0.66 } else { 0.56 }, 0.0));
        hits.push(Hit::new(beat + 2, hand, 0.38, 0.4));
    }
    if let Some(kick) = more_kicks(meter, Style::Ballad, 1, 0.0, dice).first() {
        hits.push(Hit::new(*kick, Drum::Kick, 0.66, 0.35));
    }
    hits
}

/// Syncopated sixteenths under a firm backbeat.
fn funk(meter: Meter, temper: Temper, dice: &mut Dice) -> Vec<Hit> {
    let steps = meter.sixteenths() as usize;
    let mut hits = kick_and_backbeat(meter, Style::Funk, 3 + dice.below(2), 1.4 + 1.6 * temper.bold, dice);
    // No kick on the third beat is what makes room for the syncopation, most of the time.
    if dice.chance(0.6) && hits.iter().filter(|h| h.drum == Drum::Kick).count() > 3 {
        hits.retain(|hit| hit.drum != Drum::Kick || hit.step == 0 || hit.step != steps / 2);
    }
    for step in (0..steps).step_by(2) {
        let (velocity, from) = if step % 4 == 0 { (0.6, 0.0) } else { (0.42, 0.15) };
        hits.push(Hit::new(step, Drum::ClosedHat, velocity, from));
    }
    // One or two of the sixteenths between, always the same ones.
    for n in 0..2 {
        let step = 1 + 2 * dice.below(steps / 2);
        hits.push(Hit::new(step, Drum::ClosedHat, 0.34, 0.35 + 0.3 * f64::from(n)));
    }
    let open = *dice.pick(&[6, 10, 14]);
    if open < steps {
        hits.push(Hit::new(open, Drum::OpenHat, 0.54, 0.3));
    }
    hits
}
