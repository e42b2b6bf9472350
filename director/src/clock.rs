//! The machine's clock as a number, so that it can be compared, passed in, and slept towards.

mod skew;

use skew::Skew;
use std::{
    sync::OnceLock,
    time::{Duration, Instant},
};

/// What makes this process's clock another machine's, if anything does.
static SKEW: OnceLock<Skew> = OnceLock::new();

/// From now on the clock of this process is `ahead` seconds ahead of the machine's, and `ppm` millionths too fast: so
/// that several directors on one machine are as on several, in tests and benches. Once, before anybody reads the
/// clock; what comes later changes nothing, and says so with `false`.
pub fn set_skew(ahead: f64, ppm: f64) -> bool {
    SKEW.set(Skew::new(machine(), ahead, ppm)).is_ok()
}

/// What a machine counts its time with: also that in which it slept, so that it is not taken up again where it was, while
/// others played on. (What Linux calls monotonic stands still meanwhile; macOS's goes on.)
#[cfg(any(target_os = "linux", target_os = "android"))]
const CLOCK: rustix::time::ClockId = rustix::time::ClockId::Boottime;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const CLOCK: rustix::time::ClockId = rustix::time::ClockId::Monotonic;

/// Time since some fixed point before this process began, sleep of the machine included. Never steps back.
/// Realtime-safe: yes.
#[must_use]
pub fn now() -> Duration {
    let now = machine();
    SKEW.get().map_or(now, |skew| skew.shows(now))
}

/// The machine's clock at an instant of [`now`].
fn to_machine(at: Duration) -> Duration {
    SKEW.get().map_or(at, |skew| skew.machine(at))
}

/// The machine's own clock.
fn machine() -> Duration {
    let t = rustix::time::clock_gettime(CLOCK);
    Duration::new(t.tv_sec.unsigned_abs(), t.tv_nsec as u32)
}

/// Sleeps until an instant of [`now`]; returns at once if it has passed.
/// Absolute where the system can (Linux), so that nothing between reading the clock and
/// falling asleep adds up.
pub fn sleep_until(deadline: Duration) {
    #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
    {
        use rustix::thread::clock_nanosleep_absolute;
        let deadline = to_machine(deadline);
        let at = rustix::time::Timespec { tv_sec: deadline.as_secs() as _, tv_nsec: deadline.subsec_nanos().into() };
        while clock_nanosleep_absolute(CLOCK, &at) == Err(rustix::io::Errno::INTR) {}
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
    let (at, (here, there)) = (to_machine(at), both());
    if at >= here { there + (at - here) } else { there.checked_sub(here - at).unwrap_or(there) }
}

/// And the other way round. Realtime-safe: yes.
#[must_use]
pub fn from_instant(at: Instant) -> Duration {
    let (here, there) = both();
    let at = if at >= there { here + (at - there) } else { here.saturating_sub(there - at) };
    SKEW.get().map_or(at, |skew| skew.shows(at))
}

/// Both of the machine's clocks at the same moment, as near as can be had: whoever is put aside between reading one
/// and the other would be as much in error.
fn both() -> (Duration, Instant) {
    /// No read takes longer, unless somebody else gets the processor meanwhile.
    const UNDISTURBED: Duration = Duration::from_micros(5);
    let read = || {
        let before = machine();
        let there = Instant::now();
        let width = machine() - before;
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A skew is set once in a process, and changes the clock for all in it: it gets one of its own.
    const ALONE: &str = "DIRECTOR_TEST_SKEW";

    #[cfg(target_os = "linux")]
    #[test]
    fn the_clock_goes_on_while_the_machine_sleeps() {
        use rustix::time::{ClockId, clock_gettime};
        let uptime = || {
            let t = clock_gettime(ClockId::Boottime);
            Duration::new(t.tv_sec.unsigned_abs(), t.tv_nsec as u32)
        };
        let (before, at, after) = (uptime(), now(), uptime());
        assert!(before <= at && at <= after, "{before:?} {at:?} {after:?}");
    }

    #[test]
    fn a_process_lives_by_its_skewed_clock_and_sleeps_by_it() {
        if std::env::var_os(ALONE).is_some() {
            return skewed();
        }
        let test = "clock::tests::a_process_lives_by_its_skewed_clock_and_sleeps_by_it";
        let alone = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test])
            .env(ALONE, "1")
            .output()
            .unwrap();
        assert!(alone.status.success(), "{}", String::from_utf8_lossy(&alone.stdout));
    }

    fn skewed() {
        let apart = |a: Duration, b: Duration| a.abs_diff(b);
        let (before, there) = (now(), Instant::now());
        assert!(set_skew(37.0, 50_000.0) && !set_skew(1.0, 0.0));
        assert!(now() - before >= Duration::from_secs(37) && now() - before < Duration::from_secs(67));
        let deadline = now() + Duration::from_millis(105);
        sleep_until(deadline);
        assert!(now() >= deadline);
        let real = there.elapsed();
        assert!(real >= Duration::from_millis(99), "a clock that is 5 % fast sleeps for 100 ms, not {real:?}");
        // There and back again, and where the standard library's clock says it is.
        for at in [now(), now() + Duration::from_secs(3), now() - Duration::from_secs(2)] {
            assert!(apart(from_instant(to_instant(at)), at) < Duration::from_millis(5));
        }
        let at = now();
        let second = to_instant(at + Duration::from_millis(1050)) - to_instant(at);
        assert!(apart(second, Duration::from_millis(1000)) < Duration::from_millis(5), "{second:?}");
    }
}
