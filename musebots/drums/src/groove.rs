//! A groove: what the drummer plays in a section, as hits that join one by one as it gets denser.

use crate::{drum::Drum, styles};
use musebot_kit::{
    Meter, Style,
    music::{Dice, Tala, Temper, backbeats},
};

/// In which bars of a phrase a hit is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bars {
    /// In all.
    All,
    /// In the first, third, …: the question.
    Question,
    /// In the second, fourth, …: the answer.
    Answer,
}

/// One hit of a groove.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// On which step of the bar.
    pub step: usize,
    /// What is hit.
    pub drum: Drum,
    /// How hard, 0–1.
    pub velocity: f64,
    /// From which density on it is played.
    pub from: f64,
    /// In which bars.
    pub bars: Bars,
}

impl Hit {
    /// A hit of every bar.
    #[must_use]
    pub fn new(step: usize, drum: Drum, velocity: f64, from: f64) -> Self {
        Self { step, drum, velocity, from, bars: Bars::All }
    }

    /// The same in some bars only.
    #[must_use]
    pub fn only(self, bars: Bars) -> Self {
        Self { bars, ..self }
    }
}

/// What is played in a section.
#[derive(Debug, Clone, PartialEq)]
pub struct Groove {
    hits: Vec<Hit>,
    /// Where a ghost note may go; which of them do changes from phrase to phrase.
    ghost_places: Vec<usize>,
    ghosts: Vec<usize>,
    meter: Meter,
    style: Style,
}

impl Groove {
    /// A groove in this style and metre. Where somebody else's tala is followed, the kick falls on
    /// its groups.
    #[must_use]
    pub fn new(style: Style, meter: Meter, temper: Temper, tala: Option<&Tala>, dice: &mut Dice) -> Self {
        let mut hits = styles::hits(style, meter, temper, dice);
        let back = backbeats(meter, style);
        if let Some(tala) = tala.filter(|_| !matches!(style, Style::House | Style::Swing)) {
            hits.retain(|hit| hit.drum != Drum::Kick);
            for start in tala.starts().filter(|s| !back.contains(s)) {
                hits.push(Hit::new(start, Drum::Kick, if start == 0 { 0.95 } else { 0.82 }, 0.0));
            }
        }
        let taken: Vec<usize> = hits.iter().filter(|h| h.drum == Drum::Snare).map(|h| h.step).collect();
        let ghost_places = styles::ghost_places(style, meter).into_iter().filter(|s| !taken.contains(s)).collect();
        let mut groove = Self { hits, ghost_places, ghosts: Vec::new(), meter, style };
        let wanted = styles::ghosts(style);
        for _ in 0..wanted {
            groove.add_ghost(dice);
        }
        groove
    }

    /// The hits of one bar of a phrase at a density, in the order of their steps.
    #[must_use]
    pub fn bar(&self, bar: u32, density: f64) -> Vec<Hit> {
        let kind = if bar.is_multiple_of(2) { Bars::Question } else { Bars::Answer };
        let mut hits: Vec<Hit> = self.hits.iter().copied().chain(self.ghost_hits()).collect();
        hits.retain(|hit| hit.from <= density && (hit.bars == Bars::All || hit.bars == kind));
        // A hand plays one thing at a time: an open hat takes the place of a closed one.
        let open: Vec<usize> = hits.iter().filter(|h| h.drum == Drum::OpenHat).map(|h| h.step).collect();
        hits.retain(|hit| hit.drum != Drum::ClosedHat || !open.contains(&hit.step));
        hits.sort_by_key(|hit| (hit.step, hit.drum));
        hits
    }

    /// The tala of this groove: kick and backbeat together, so that a bass that knows the style's
    /// backbeat finds the kick.
    #[must_use]
    pub fn tala(&self, density: f64) -> Tala {
        let mut starts: Vec<usize> = backbeats(self.meter, self.style);
        let kicks = self.hits.iter().filter(|h| h.drum == Drum::Kick && h.bars == Bars::All && h.from <= density);
        starts.extend(kicks.map(|hit| hit.step));
        starts.sort_unstable();
        starts.dedup();
        Tala::from_starts(&starts, self.meter.sixteenths() as usize)
    }

    /// A small change for a new phrase: one ghost note moves.
    pub fn turn(&mut self, dice: &mut Dice) {
        if !self.ghosts.is_empty() && dice.chance(0.6) {
            let leaves = dice.below(self.ghosts.len());
            self.ghosts.remove(leaves);
            self.add_ghost(dice);
        }
    }

    fn add_ghost(&mut self, dice: &mut Dice) {
        let free: Vec<usize> = self.ghost_places.iter().copied().filter(|p| !self.ghosts.contains(p)).collect();
        if !free.is_empty() {
            self.ghosts.push(*dice.pick(&free));
        }
    }

    fn ghost_hits(&self) -> impl Iterator<Item = Hit> {
        self.ghosts.iter().enumerate().map(|(n, step)| {
            let from = 0.45 + 0.15 * n as f64;
            let velocity = styles::ghost_velocity(self.style) + 0.04 * (*step % 3) as f64;
            Hit::new(*step, styles::ghost_drum(self.style), velocity, from)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPER: Temper = Temper { busy: 0.5, bold: 0.5, loose: 0.4, loud: 0.5 };
    const METERS: [&str; 6] = ["4/4", "3/4", "6/8", "5/4", "7/8", "2/4"];

    fn every(mut check: impl FnMut(Style, Meter, &Groove)) {
        for (style, _) in Style::ALL {
            for meter in METERS {
                for seed in 0..20 {
                    let meter = meter.parse().unwrap();
                    check(style, meter, &Groove::new(style, meter, TEMPER, None, &mut Dice::new(seed)));
                }
            }
        }
    }

    #[test]
    fn the_tala_of_every_groove_fills_the_bar() {
        every(|style, meter, groove| {
            for density in [0.1, 0.5, 1.0] {
                let tala = groove.tala(density);
                assert_eq!(tala.steps(), meter.sixteenths() as usize, "{style} {meter}");
                assert!(tala.groups().iter().all(|g| (2..=4).contains(g)), "{style} {meter} {tala:?}");
            }
        });
    }

    #[test]
    fn the_first_beat_has_a_kick_at_any_density() {
        every(|style, meter, groove| {
            for density in [0.05, 0.5, 1.0] {
                let first = |bar| groove.bar(bar, density).iter().any(|h| h.drum == Drum::Kick && h.step == 0);
                assert!(first(0) && first(1), "{style} {meter} at {density}");
            }
        });
    }

    #[test]
    fn more_density_never_takes_a_hit_away() {
        every(|style, meter, groove| {
            for bar in 0..2 {
                let steps = |d| groove.bar(bar, d).iter().map(|h| h.step).collect::<std::collections::BTreeSet<_>>();
                assert!(steps(0.2).is_subset(&steps(0.6)) && steps(0.6).is_subset(&steps(1.0)), "{style} {meter}");
                assert!(!steps(0.05).is_empty());
            }
        });
    }

    #[test]
    fn somebody_elses_tala_places_the_kick() {
        let meter: Meter = "4/4".parse().unwrap();
        let tala = Tala::heard(&[3, 3, 4, 2, 4], 16).unwrap();
        let groove = Groove::new(Style::Straight, meter, TEMPER, Some(&tala), &mut Dice::new(1));
        let kicks: Vec<usize> = groove.bar(0, 1.0).iter().filter(|h| h.drum == Drum::Kick).map(|h| h.step).collect();
        assert_eq!(kicks, [0, 3, 6, 10]);
    }
}
