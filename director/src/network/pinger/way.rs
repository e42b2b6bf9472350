//! Which way pings take: as datagrams of their own, or through the link, where no datagram gets through. Pure.
//!
//! When no datagram comes back, the link is asked too. Only when it answers, and goes on answering alone, are datagrams
//! what is missing: a network that is away altogether answers neither way. Datagrams go on being tried, and take over again.

use std::time::Duration;

/// When no datagram has come back for so long, the link is asked too.
const SILENT: Duration = Duration::from_secs(1);
/// When it has answered alone for so long, pings go through the link;
const ALONE: Duration = Duration::from_secs(1);
/// after a pause like this, it has to begin again.
const PAUSE: Duration = Duration::from_millis(500);
/// Then datagrams are tried so often,
const TRIED: Duration = Duration::from_secs(1);
/// and when so many have come back, one after the other, they take over.
const BACK: u32 = 3;

/// How an answer has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Datagram,
    Link,
}

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Way {
    in_link: bool,
    /// When a datagram has come back last, or we began to wait for one.
    heard: Duration,
    /// From when to when the link has answered alone.
    alone: Option<(Duration, Duration)>,
    /// When a datagram was last tried, and how many have come back meanwhile.
    tried: Duration,
    back: u32,
}

impl Way {
    pub(super) fn new(now: Duration) -> Self {
        Self { heard: now, ..Self::default() }
    }

    /// The leader is asked as somebody else, or somewhere else: what was silent before may not be.
    pub(super) fn renewed(&mut self, now: Duration) {
        *self = Self { in_link: self.in_link, tried: self.tried, ..Self::new(now) };
    }

    /// Whether pings go through the link.
    pub(super) fn is_in_link(&self) -> bool {
        self.in_link
    }

    /// Whether a ping that is due is sent as a datagram.
    pub(super) fn takes_datagram(&mut self, now: Duration) -> bool {
        let takes = !self.in_link || now.saturating_sub(self.tried) >= TRIED;
        if takes {
            self.tried = now;
        }
        takes
    }

    /// And whether through the link; it may be both.
    pub(super) fn takes_link(&self, now: Duration) -> bool {
        self.in_link || now.saturating_sub(self.heard) >= SILENT
    }

    /// A ping has come back. Whether others take another way from now on.
    pub(super) fn answered(&mut self, by: By, now: Duration) -> bool {
        match by {
            By::Datagram => {
                if now.saturating_sub(self.heard) > TRIED * 5 / 2 {
                    self.back = 0;
                }
                (self.heard, self.alone) = (now, None);
                self.back += 1;
                let changes = self.in_link && self.back >= BACK;
                self.in_link &= !changes;
                changes
            }
            By::Link => {
                if self.in_link || !self.takes_link(now) {
                    return false;
                }
                let begun = self.alone.filter(|(_, last)| now.saturating_sub(*last) <= PAUSE).map_or(now, |(b, _)| b);
                self.alone = Some((begun, now));
                self.in_link = now.saturating_sub(begun) >= ALONE;
                if self.in_link {
                    self.back = 0;
                }
                self.in_link
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// A pinger's life, a ping each 100 ms, each answered 2 ms later where that way is open: when it changed to what.
    fn life(way: &mut Way, from: u64, to: u64, open: impl Fn(By, u64) -> bool) -> Vec<(u64, bool)> {
        let mut changes = Vec::new();
        for now in (from..to).step_by(100) {
            let asked = [(By::Datagram, way.takes_datagram(ms(now))), (By::Link, way.takes_link(ms(now)))];
            for (by, asked) in asked {
                if asked && open(by, now) && way.answered(by, ms(now + 2)) {
                    changes.push((now, way.is_in_link()));
                }
            }
        }
        changes
    }

    #[test]
    fn while_datagrams_come_back_the_link_is_left_alone() {
        let mut way = Way::new(ms(0));
        assert_eq!(life(&mut way, 0, 60_000, |_, _| true), []);
        assert!(!way.takes_link(ms(60_000)));
    }

    #[test]
    fn where_no_datagram_gets_through_the_link_is_asked_after_a_second_and_relied_on_after_two() {
        let mut way = Way::new(ms(0));
        assert!(!way.takes_link(ms(999)) && way.takes_link(ms(1000)));
        assert_eq!(life(&mut way, 0, 60_000, |by, _| by == By::Link), [(2000, true)]);
    }

    #[test]
    fn a_network_that_is_away_altogether_is_no_closed_port_also_when_it_comes_back() {
        let mut way = Way::new(ms(0));
        // The link answers first, with what has waited in it.
        let open = |by, now| !(10_000..20_000).contains(&now) && (by == By::Link || !(20_000..20_500).contains(&now));
        assert_eq!(life(&mut way, 0, 30_000, open), []);
        // An answer that the link gave before it went is no reason to rely on it when it is back.
        let open = |by, now| by == By::Link && !(41_500..50_000).contains(&now) || !(40_000..50_500).contains(&now);
        assert_eq!(life(&mut way, 30_000, 60_000, open), []);
    }

    #[test]
    fn datagrams_are_tried_once_a_second_and_take_over_when_three_have_come_back() {
        let mut way = Way::new(ms(0));
        life(&mut way, 0, 10_000, |by, _| by == By::Link);
        let tries = (100..110).filter(|n| way.takes_datagram(ms(n * 100))).count();
        assert_eq!(tries, 1);
        let changes = life(&mut way, 11_000, 60_000, |by, now| by == By::Link || now >= 20_000);
        assert_eq!(changes.len(), 1);
        assert!((22_000..=23_000).contains(&changes[0].0) && !changes[0].1, "{changes:?}");
    }

    #[test]
    fn a_datagram_now_and_then_does_not_take_over() {
        let mut way = Way::new(ms(0));
        life(&mut way, 0, 10_000, |by, _| by == By::Link);
        let open = |by, now| by == By::Link || now % 5000 < 1000;
        assert_eq!(life(&mut way, 10_000, 100_000, open), []);
    }

    #[test]
    fn who_is_let_in_again_waits_anew_and_goes_on_the_way_that_it_went() {
        let mut way = Way::new(ms(0));
        way.renewed(ms(5000));
        assert!(!way.takes_link(ms(5900)));
        life(&mut way, 5900, 10_000, |by, _| by == By::Link);
        way.renewed(ms(10_000));
        assert!(way.is_in_link() && way.takes_link(ms(10_000)));
    }

    proptest! {
        #[test]
        fn there_is_always_a_way_and_never_more_than_one_change_in_a_second(open in prop::collection::vec(0..4_u8, 1..200)) {
            let mut way = Way::new(ms(0));
            let mut last: Option<u64> = None;
            for (n, open) in open.iter().enumerate() {
                let (from, to) = (n as u64 * 500, (n as u64 + 1) * 500);
                let changes = life(&mut way, from, to, |by, _| open & if by == By::Link { 1 } else { 2 } != 0);
                for (at, _) in changes {
                    prop_assert!(last.is_none_or(|last| at - last >= 1000), "{last:?} {at}");
                    last = Some(at);
                }
                prop_assert!(way.takes_link(ms(to)) || way.takes_datagram(ms(to)));
            }
        }
    }
}
