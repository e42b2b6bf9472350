//! The tala: the bar as groups of two, three or four sixteenths.

use super::beats;
use crate::Meter;

/// An additive metre. Ours always sum to the bar of the director's metre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tala(Vec<u8>);

impl Tala {
    /// The plain tala of a metre: its beats, those of six sixteenths in halves.
    #[must_use]
    pub fn plain(meter: Meter) -> Self {
        Self::from_starts(&beats(meter), meter.sixteenths() as usize)
    }

    /// The tala whose groups begin on these steps and fill `steps`. Starts that would make a group
    /// of one are left out, long gaps are divided.
    #[must_use]
    pub fn from_starts(starts: &[usize], steps: usize) -> Self {
        let mut kept = vec![0];
        for start in starts.iter().copied().filter(|s| *s > 0 && s + 2 <= steps) {
            if start >= kept[kept.len() - 1] + 2 {
                kept.push(start);
            }
        }
        kept.push(steps);
        let groups = kept.windows(2).flat_map(|pair| divided(pair[0], pair[1])).collect();
        Self(groups)
    }

    /// A tala that somebody said, made to fit `steps`: its grouping goes on as long as the bar
    /// does, because the director's metre rules the bar line. `None` for an empty one.
    #[must_use]
    pub fn heard(groups: &[u8], steps: usize) -> Option<Self> {
        let sum: usize = groups.iter().map(|g| usize::from(*g)).sum();
        if sum == 0 {
            return None;
        }
        if sum == steps {
            return Some(Self(groups.iter().copied().filter(|g| *g > 0).collect()));
        }
        let mut starts = Vec::new();
        let mut at = 0;
        for group in groups.iter().cycle().filter(|g| **g > 0) {
            if at >= steps {
                break;
            }
            starts.push(at);
            at += usize::from(*group);
        }
        Some(Self::from_starts(&starts, steps))
    }

    /// The groups, in sixteenths.
    #[must_use]
    pub fn groups(&self) -> &[u8] {
        &self.0
    }

    /// The steps on which its groups begin.
    pub fn starts(&self) -> impl Iterator<Item = usize> {
        self.0.iter().scan(0, |at, group| {
            let start = *at;
            *at += usize::from(*group);
            Some(start)
        })
    }

    /// How many sixteenths it has.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.0.iter().map(|g| usize::from(*g)).sum()
    }
}

/// A gap as groups of two to four, which begin on beats where they can.
fn divided(mut from: usize, to: usize) -> Vec<u8> {
    let mut groups = Vec::new();
    while to - from > 4 {
        let left = to - from;
        let fits = |part: &usize| left - part >= 2;
        let on_a_beat = |part: &usize| (from + part).is_multiple_of(4);
        let part = [4, 3, 2].into_iter().find(|part| fits(part) && on_a_beat(part));
        let part = part.or_else(|| [3, 2].into_iter().find(fits)).expect("what is longer than four divides");
        groups.push(part as u8);
        from += part;
    }
    if to > from {
        groups.push((to - from) as u8);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kick_and_backbeat_become_groups() {
        assert_eq!(Tala::from_starts(&[0, 4, 8, 10, 12], 16).groups(), [4, 4, 2, 2, 4]);
        assert_eq!(Tala::from_starts(&[0, 4, 7, 10, 12], 16).groups(), [4, 3, 3, 2, 4]);
    }

    #[test]
    fn long_gaps_are_divided_on_beats() {
        assert_eq!(Tala::from_starts(&[0, 4, 10, 12], 16).groups(), [4, 4, 2, 2, 4]);
        assert_eq!(Tala::from_starts(&[0, 3, 8], 12).groups(), [3, 3, 2, 4]);
        assert_eq!(Tala::from_starts(&[0, 6], 12).groups(), [4, 2, 2, 4]);
    }

    #[test]
    fn every_tala_fills_the_bar_with_groups_of_two_to_four() {
        for text in ["4/4", "3/4", "2/4", "5/4", "6/8", "7/8", "9/8", "12/8", "7/4"] {
            let meter: Meter = text.parse().unwrap();
            let tala = Tala::plain(meter);
            assert_eq!(tala.steps(), meter.sixteenths() as usize, "{text}: {tala:?}");
            assert!(tala.groups().iter().all(|g| (2..=4).contains(g)), "{text}: {tala:?}");
        }
    }

    #[test]
    fn a_foreign_tala_keeps_its_grouping_and_our_bar_line() {
        assert_eq!(Tala::heard(&[3, 3, 2], 16).unwrap().groups(), [3, 3, 2, 3, 3, 2]);
        assert_eq!(Tala::heard(&[4, 4, 4, 4, 4], 16).unwrap().groups(), [4, 4, 4, 4]);
        assert!(Tala::heard(&[], 16).is_none());
    }
}
