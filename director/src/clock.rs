//! The monotonic clock as a number, so that it can be compared, passed in, and slept towards.

use std::time::{Duration, Instant};

/// Time since some fixed point of this machine's uptime. Never steps.
#[must_use]
pub fn now() -> Duration {
    let t = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    Duration::new(t.tv_sec.unsigned_abs(), t.tv_nsec as u32)
}

/// Sleeps until an instant of [`now`]; returns at once if it has passed.
/// Absolute where the system can (Linux), so that nothing between reading the clock and
/// falling asleep adds up.
pub fn sleep_until(deadline: Duration) {
    #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
    {
        use rustix::thread::{ClockId, clock_nanosleep_absolute};
        let at = rustix::time::Timespec { tv_sec: deadline.as_secs() as _, tv_nsec: deadline.subsec_nanos().into() };
        while clock_nanosleep_absolute(ClockId::Monotonic, &at) == Err(rustix::io::Errno::INTR) {}
    }
    #[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
    loop {
        let left = deadline.saturating_sub(now());
        if left.is_zero() {
            return;
        }
        std::thread::sleep(left);
    }
}

/// An instant of [`now`] as the standard library has it. Realtime-safe: yes.
#[must_use]
pub fn to_instant(at: Duration) -> Instant {
    let (here, there) = both();
    if at >= here { there + (at - here) } else { there.checked_sub(here - at).unwrap_or(there) }
}

/// And the other way round. Realtime-safe: yes.
#[must_use]
pub fn from_instant(at: Instant) -> Duration {
    let (here, there) = both();
    if at >= there { here + (at - there) } else { here.saturating_sub(there - at) }
}

/// Both clocks at the same moment, as near as can be had: whoever is put aside between reading one
/// and the other would be as much in error.
fn both() -> (Duration, Instant) {
    /// No read takes longer, unless somebody else gets the processor meanwhile.
    const UNDISTURBED: Duration = Duration::from_micros(5);
    let read = || {
        let before = now();
        let there = Instant::now();
        let width = now() - before;
        (width, before + width / 2, there)
    };
    let mut best = read();
    for _ in 0..3 {
        if best.0 <= UNDISTURBED {
            break;
        }
        let again = read();
        best = if again.0 < best.0 { again } else { best };
    }
    (best.1, best.2)
}
