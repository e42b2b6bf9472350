//! Timetags name the instant that they were made from (X3).

use musebot_protocol::TimeTag;
use proptest::prelude::*;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

fn at(seconds: u64, nanos: u32) -> SystemTime {
    UNIX_EPOCH + Duration::new(seconds, nanos)
}

/// 1 January 1970 and the turn of 2036, when the 32 bits of seconds begin anew, in Unix time.
const TURN: u64 = (1 << 32) - 2_208_988_800;

proptest! {
    #[test]
    fn x3_a_timetag_gives_back_its_instant_within_a_microsecond(seconds in 0..3 * TURN / 2, nanos in 0..1_000_000_000_u32) {
        let time = at(seconds, nanos);
        let back = TimeTag::from_system_time(time).to_system_time().unwrap();
        let error = back.duration_since(time).unwrap_or_else(|e| e.duration());
        prop_assert!(error < Duration::from_micros(1), "off by {error:?}");
    }

    #[test]
    fn x3_later_is_greater(seconds in 0..TURN, nanos in 0..999_998_999_u32, step in 1_000..1_000_000_u32) {
        let nanos_after = (nanos + step).min(999_999_999);
        prop_assert!(TimeTag::from_system_time(at(seconds, nanos)) < TimeTag::from_system_time(at(seconds, nanos_after)));
    }

    #[test]
    fn any_timetag_is_an_instant_or_none(tag: u64) {
        let _ = TimeTag(tag).to_system_time();
    }
}

#[test]
fn x3_known_instants() {
    assert_eq!(TimeTag::from_system_time(UNIX_EPOCH), TimeTag(2_208_988_800 << 32));
    // Half a second is the highest bit of the fraction.
    assert_eq!(TimeTag::from_system_time(at(1, 500_000_000)), TimeTag((2_208_988_801 << 32) | (1 << 31)));
    assert_eq!(TimeTag((2_208_988_801 << 32) | (1 << 30)).to_system_time(), Some(at(1, 250_000_000)));
}

#[test]
fn x3_the_clock_goes_on_after_february_2036() {
    assert_eq!(TimeTag::from_system_time(at(TURN, 0)), TimeTag(0));
    assert_eq!(TimeTag::from_system_time(at(TURN + 5, 0)).to_system_time(), Some(at(TURN + 5, 0)));
}

#[test]
fn immediate_is_no_instant() {
    assert_eq!(TimeTag::IMMEDIATE.to_system_time(), None);
    assert_eq!(TimeTag(0).to_system_time(), None);
}

#[test]
fn an_instant_before_1970_does_not_panic() {
    assert_eq!(TimeTag::from_system_time(UNIX_EPOCH - Duration::from_secs(5)), TimeTag::from_system_time(UNIX_EPOCH));
}
