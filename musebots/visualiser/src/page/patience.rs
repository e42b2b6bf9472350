//! How long the page waits for those who look at it.

use std::time::Duration;

/// How long for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a request to come in, the silence before it included.
    pub asking: Duration,
    /// For an answer to be taken.
    pub taking: Duration,
    /// For a newer frame, before a viewer is told that there is none yet.
    pub frame: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { asking: seconds(10), taking: seconds(5), frame: seconds(5) }
    }
}
