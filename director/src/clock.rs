//! The monotonic clock as a number, so that it can be compared, passed in, and slept towards.

use std::time::Duration;

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
