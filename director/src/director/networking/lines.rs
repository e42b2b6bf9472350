//! How much others make a director print: a few lines of each host, and so many of all. Pure.

use crate::network::HostName;
use std::{collections::BTreeMap, time::Duration};

/// So many lines of one host
const EACH: u32 = 20;
/// of those who come, go and are turned away
const NEWCOMERS: u32 = 50;
/// and of all together are printed
const ALL: u32 = 200;
/// within so long.
const WITHIN: Duration = Duration::from_secs(10);

/// What has been printed of others lately.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// When the first line of this while was printed.
    since: Duration,
    /// How many were, of which host; no host: of newcomers.
    printed: BTreeMap<Option<HostName>, u32>,
    /// How many were not.
    left_out: u64,
}

impl Lines {
    /// Whether one more line is printed; `whose` is a host that was let in, or nobody's.
    pub(super) fn takes(&mut self, whose: Option<&HostName>, now: Duration) -> bool {
        if self.printed.is_empty() {
            self.since = now;
        }
        let most = if whose.is_some() { EACH } else { NEWCOMERS };
        let whose = whose.cloned();
        let all: u32 = self.printed.values().sum();
        let its = self.printed.get(&whose).copied().unwrap_or_default();
        if its >= most || all >= ALL {
            self.left_out += 1;
            return false;
        }
        self.printed.insert(whose, its + 1);
        true
    }

    /// How many lines were left out, once that while is over; then a new one begins.
    pub(super) fn left_out(&mut self, now: Duration) -> Option<u64> {
        if self.printed.is_empty() || now.saturating_sub(self.since) < WITHIN {
            return None;
        }
        self.printed.clear();
        Some(std::mem::take(&mut self.left_out)).filter(|many| *many > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn host(number: u32) -> HostName {
        HostName::new(&format!("h{number}")).unwrap()
    }

    #[test]
    fn a_host_that_talks_without_end_is_cut_short_and_others_are_heard() {
        let mut lines = Lines::default();
        let printed = (0..1000).filter(|_| lines.takes(Some(&host(1)), SECOND)).count();
        assert_eq!(printed, EACH as usize);
        assert!(lines.takes(Some(&host(2)), SECOND) && lines.takes(None, SECOND));
    }

    #[test]
    fn what_was_left_out_is_said_once_and_then_all_are_heard_again() {
        let mut lines = Lines::default();
        let printed = (0..100).filter(|_| lines.takes(Some(&host(1)), SECOND * 5)).count();
        assert_eq!(printed, EACH as usize);
        assert_eq!(lines.left_out(SECOND * 14), None);
        assert_eq!(lines.left_out(SECOND * 15), Some(100 - u64::from(EACH)));
        assert_eq!(lines.left_out(SECOND * 30), None);
        assert!(lines.takes(Some(&host(1)), SECOND * 31));
    }

    #[test]
    fn whatever_they_are_called_there_is_an_end_to_what_all_of_them_print_and_to_what_is_kept_in_mind() {
        let mut lines = Lines::default();
        let printed = (0..20_000).filter(|n| lines.takes(Some(&host(n % 5000)), SECOND)).count();
        assert_eq!(printed, ALL as usize);
        assert!(lines.printed.len() <= ALL as usize);
    }
}
