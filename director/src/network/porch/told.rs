//! Of which hosts something has been said already. Pure.

use crate::network::HostName;
use std::collections::BTreeSet;

/// Hosts of which something is said, at most: whoever makes up names does not fill a screen.
const MOST: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Told(BTreeSet<HostName>);

impl Told {
    /// Whether it is to be said of this host: once.
    pub(super) fn is_new(&mut self, host: &HostName) -> bool {
        self.0.len() < MOST && self.0.insert(host.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_once_of_each_and_not_without_end() {
        let mut told = Told::default();
        let new = |n: usize| HostName::new(&format!("h{n}")).unwrap();
        assert!(told.is_new(&new(0)) && !told.is_new(&new(0)));
        assert_eq!((0..1000).filter(|n| told.is_new(&new(*n))).count(), MOST - 1);
    }
}
