//! How often a host is welcomed: a welcome costs more than asking for one. Pure.

use crate::network::HostName;
use std::{collections::BTreeMap, time::Duration};

/// Who asks again sooner is not answered: a little less than a satellite waits for an answer, one of which may be lost.
const AGAIN_AFTER: Duration = Duration::from_millis(700);
/// Hosts that are kept in mind, at most.
const MOST: usize = 4096;

/// When hosts were welcomed last.
#[derive(Debug, Default)]
pub(super) struct Welcomes(BTreeMap<HostName, Duration>);

impl Welcomes {
    /// Whether a host is welcomed now.
    pub(super) fn may(&mut self, host: &HostName, now: Duration) -> bool {
        let lately = |at: &Duration| now.saturating_sub(*at) < AGAIN_AFTER;
        if self.0.get(host).is_some_and(lately) {
            return false;
        }
        if self.0.len() >= MOST {
            self.0.retain(|_, at| lately(at));
        }
        if self.0.len() >= MOST {
            self.0.clear();
        }
        self.0.insert(host.clone(), now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    fn host(name: &str) -> HostName {
        HostName::new(name).unwrap()
    }

    #[test]
    fn a_host_that_asks_without_end_is_welcomed_about_once_a_second() {
        let mut welcomes = Welcomes::default();
        let welcomed = (0..10_000).filter(|ms| welcomes.may(&host("left"), MS(5000 + ms))).count();
        assert!((10..=15).contains(&welcomed), "{welcomed} times in 10 s");
        assert!(welcomes.may(&host("right"), MS(5000)));
    }

    #[test]
    fn a_satellite_whose_welcome_was_lost_is_answered_when_it_asks_again() {
        let mut welcomes = Welcomes::default();
        assert!((0..8).all(|hello| welcomes.may(&host("left"), MS(hello * 800))));
    }

    #[test]
    fn there_is_an_end_to_what_is_kept_in_mind() {
        let mut welcomes = Welcomes::default();
        assert!((0..20_000).all(|n| welcomes.may(&host(&format!("h{n}")), MS(5000))));
        assert!(welcomes.0.len() <= MOST);
    }
}
