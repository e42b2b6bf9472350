//! The rhythm of a bass line and the part each note plays in it, style by style. Which pitches
//! that makes is another matter.

use crate::bar::Bar;
use musebot_kit::{
    Style,
    music::{Dice, Temper},
};

/// The part a note plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The chord's root.
    Root,
    /// The root an octave higher.
    Octave,
    /// The fifth.
    Fifth,
    /// The third.
    Third,
    /// On the way: a step of a walking line.
    Walk,
    /// Leads into the next chord.
    Approach,
    /// More rhythm than pitch.
    Dead,
}

/// One note of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Onset {
    /// At which step.
    pub step: usize,
    /// As what.
    pub role: Role,
    /// How hard, 0–1.
    pub velocity: f64,
}

/// What a section's line has of its own, so that it is recognised when it comes back.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The part of the first, second, … kick after the first of the bar.
    on_kicks: Vec<Role>,
    /// Notes besides the kick: where, as what, and from which density on.
    besides: Vec<(usize, Role, f64)>,
}

impl Figure {
    /// A figure for a bar of `steps`.
    #[must_use]
    pub fn new(style: Style, steps: usize, temper: Temper, dice: &mut Dice) -> Self {
        let bold = temper.bold;
        let roles = [(Role::Root, 5.0), (Role::Octave, 1.0 + bold), (Role::Fifth, 2.5), (Role::Third, 0.8)];
        let on_kicks = (0..8).map(|_| *dice.weighted(&roles)).collect();
        let besides = match style {
            Style::Straight => {
                // A pickup before the bar line, and perhaps an eighth that answers a kick.
                let mut besides = vec![(steps.saturating_sub(2), Role::Approach, dice.between(0.35, 0.6))];
                if dice.chance(0.4 + 0.4 * temper.busy) {
                    let place = 2 + 4 * dice.below((steps / 4).max(2) - 1);
                    besides.push((
                        place,
                        *dice.pick(&[Role::Root, Role::Octave, Role::Fifth]),
                        dice.between(0.45, 0.75),
                    ));
                }
                besides
            }
            Style::Funk => {
                let mut besides = vec![(steps.saturating_sub(1), Role::Approach, dice.between(0.4, 0.6))];
                for n in 0..if temper.busy > 0.6 { 3 } else { 2 } {
                    let place = 1 + dice.below(steps.saturating_sub(3));
                    let role = *dice.weighted(&[(Role::Dead, 3.0), (Role::Octave, 2.0 + bold), (Role::Fifth, 1.0)]);
                    besides.push((place, role, 0.35 + 0.2 * f64::from(n)));
                }
                besides
            }
            Style::Ballad => vec![
                (steps.saturating_sub(4), *dice.pick(&[Role::Fifth, Role::Third]), 0.25),
                (steps.saturating_sub(2), Role::Approach, 0.6),
            ],
            Style::House => {
                let mut besides = Vec::new();
                if dice.chance(0.6) {
                    besides.push((steps.saturating_sub(1), Role::Approach, 0.55));
                }
                besides.push((3 + 4 * dice.below((steps / 4).max(2) - 1), Role::Octave, dice.between(0.6, 0.85)));
                besides
            }
            Style::Swing => Vec::new(),
        };
        Self { on_kicks, besides }
    }

    /// The line of one bar.
    pub fn line(&self, style: Style, bar: &Bar, dice: &mut Dice) -> Vec<Onset> {
        let mut line = match style {
            Style::Swing => walk(bar, dice),
            Style::House => self.between_kicks(bar),
            Style::Straight | Style::Ballad | Style::Funk => self.with_kicks(style, bar, dice),
        };
        if bar.phrase.ends() && matches!(style, Style::Straight | Style::Funk) && bar.density > 0.35 {
            run_out(&mut line, bar, dice);
        }
        line.sort_by_key(|onset| onset.step);
        line.dedup_by_key(|onset| onset.step);
        line
    }

    /// Roots on changes, the figure on kicks, and a little besides.
    fn with_kicks(&self, style: Style, bar: &Bar, dice: &mut Dice) -> Vec<Onset> {
        let mut line = roots_on_changes(bar);
        let kicks = bar.kicks.iter().filter(|step| !bar.changes.contains(step));
        // With little density only the first kicks are played; a ballad goes on to its last beat.
        let (skip, most) = match style {
            Style::Ballad => (bar.kicks.len().saturating_sub(2), usize::from(bar.density > 0.4)),
            _ => (0, (bar.density * 9.0).ceil() as usize),
        };
        for (n, step) in kicks.skip(skip).take(most).enumerate() {
            let mut role = self.on_kicks[n % self.on_kicks.len()];
            if dice.chance(0.15) {
                role = Role::Root;
            }
            if bar.leads(*step, 2) {
                role = Role::Approach;
            }
            line.push(Onset { step: *step, role, velocity: if *step == 0 { 0.84 } else { 0.74 } });
        }
        let besides = self.besides.iter().filter(|(step, ..)| *step < bar.steps && *step > 0);
        for (step, role, from) in besides {
            let taken = line.iter().any(|onset| onset.step == *step);
            let now = *from <= bar.density && dice.chance(0.85) && !taken;
            if now && (*role != Role::Approach || bar.leads(*step, 4) || dice.chance(0.3)) {
                let velocity = if *role == Role::Dead { 0.36 } else { 0.66 };
                let role = if *role == Role::Approach && !bar.leads(*step, 4) { Role::Fifth } else { *role };
                line.push(Onset { step: *step, role, velocity });
            }
        }
        line
    }

    /// Where the kick is not: the eighth after every beat.
    fn between_kicks(&self, bar: &Bar) -> Vec<Onset> {
        let mut line = Vec::new();
        let off: Vec<usize> = (2..bar.steps).step_by(4).collect();
        for (n, step) in off.iter().enumerate() {
            // The first after a chord's beginning is its root.
            let first = bar.changes.iter().any(|change| (*change..*change + 4).contains(step));
            let role = if first { Role::Root } else { self.on_kicks[n % self.on_kicks.len()] };
            let role = if bar.leads(*step, 2) { Role::Approach } else { role };
            if first || bar.density > 0.15 + 0.07 * n as f64 {
                line.push(Onset { step: *step, role, velocity: if n % 2 == 0 { 0.8 } else { 0.72 } });
            }
        }
        for (step, role, from) in &self.besides {
            if *from <= bar.density && *step < bar.steps {
                line.push(Onset { step: *step, role: *role, velocity: 0.6 });
            }
        }
        line
    }
}

fn roots_on_changes(bar: &Bar) -> Vec<Onset> {
    bar.changes.iter().map(|step| Onset { step: *step, role: Role::Root, velocity: 0.86 }).collect()
}

/// A note on every beat, each on its way to the next chord.
fn walk(bar: &Bar, dice: &mut Dice) -> Vec<Onset> {
    let mut line = roots_on_changes(bar);
    // With little density the bass plays in two.
    let every = if bar.density < 0.3 { 8 } else { 4 };
    for step in (0..bar.steps).step_by(every) {
        if !line.iter().any(|onset| onset.step == step) {
            let role = if bar.leads(step, 4) { Role::Approach } else { Role::Walk };
            line.push(Onset { step, role, velocity: 0.74 });
        }
        // Now and then a skip between two beats.
        if every == 4 && step + 2 < bar.steps && dice.chance(0.22 * bar.density) {
            line.push(Onset { step: step + 2, role: Role::Dead, velocity: 0.42 });
        }
    }
    line
}

/// The end of a phrase runs on into the next one.
fn run_out(line: &mut Vec<Onset>, bar: &Bar, dice: &mut Dice) {
    if bar.steps < 8 || !dice.chance(0.35 + 0.4 * bar.density) {
        return;
    }
    let shapes: [&[usize]; 4] = [&[4, 2], &[4, 3, 2], &[4, 2, 1], &[2]];
    for before in *dice.pick::<&[usize]>(&shapes) {
        let step = bar.steps - before;
        line.retain(|onset| onset.step != step || bar.changes.contains(&onset.step));
        let role = if *before <= 2 { Role::Approach } else { Role::Walk };
        if !line.iter().any(|onset| onset.step == step) {
            line.push(Onset { step, role, velocity: 0.72 });
        }
    }
}
