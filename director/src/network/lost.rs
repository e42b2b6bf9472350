//! What never arrives, counted.

/// Messages between machines that were dropped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lost {
    /// Because there was no room for them.
    pub no_room: u64,
    /// Because they made no sense, or were too long.
    pub nonsense: u64,
}

impl Lost {
    /// How many these are more than before.
    #[must_use]
    pub fn since(self, before: Self) -> Self {
        Self { no_room: self.no_room - before.no_room, nonsense: self.nonsense - before.nonsense }
    }
}
