//! OSC timetags: 32.32 fixed point seconds since 1900 (OSC 1.0, NTP).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const SECONDS_1900_TO_1970: u64 = 2_208_988_800;

/// The seconds run over in February 2036; small ones are then meant to be after that (RFC 4330).
const ERA: u64 = 1 << 32;

/// An instant of the wall clock as it travels in an OSC bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TimeTag(pub u64);

impl TimeTag {
    /// "Now", whenever that is.
    pub const IMMEDIATE: Self = Self(1);

    /// The timetag of a wall-clock instant, to the quarter of a nanosecond.
    #[must_use]
    pub fn from_system_time(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let seconds = since.as_secs().wrapping_add(SECONDS_1900_TO_1970) << 32;
        let fraction = (u64::from(since.subsec_nanos()) << 32) / 1_000_000_000;
        Self(seconds | fraction)
    }

    /// The wall-clock instant; `None` for [`Self::IMMEDIATE`] and for 0, which some send instead.
    #[must_use]
    pub fn to_system_time(self) -> Option<SystemTime> {
        if self.0 <= Self::IMMEDIATE.0 {
            return None;
        }
        let since_1900 = self.0 >> 32;
        let since_1900 = if since_1900 < ERA / 2 { since_1900 + ERA } else { since_1900 };
        // Between 1968 and 1970 there was no OSC either.
        let seconds = since_1900.checked_sub(SECONDS_1900_TO_1970)?;
        let nanos = ((self.0 & 0xffff_ffff) * 1_000_000_000 + (1 << 31)) >> 32;
        Some(UNIX_EPOCH + Duration::from_secs(seconds) + Duration::from_nanos(nanos))
    }
}
