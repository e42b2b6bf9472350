//! Clock, real-time priority, and how punctually a thread wakes: as the clock thread does it.

use super::{asking::ask, root::Root};
use crate::{
    clock,
    clock_thread::realtime::realtime,
    doctor::findings::{ClockSource, Governor, Limits, Time, Wakes},
};
use rustix::process::{Resource, getrlimit};
use std::time::Duration;

/// A wake every 2 ms for half a second.
const WAKES: u32 = 250;
const STEP: Duration = Duration::from_millis(2);
/// A thread with real-time priority that takes longer than this has been forgotten by the system.
const PATIENCE: Duration = Duration::from_secs(3);
/// Enough readings for one of them to be counted.
const READINGS: u32 = 10_000;

pub(super) fn look(root: &Root) -> Time {
    // With its priority, the thread goes.
    let woken = ask("how we wake", PATIENCE, || {
        let granted = realtime();
        (granted, wakes())
    });
    let woken = woken.answer();
    Time {
        clock_source: clock_source(root),
        clock_read_ns: Some(clock_read_ns()),
        real_time: woken.as_ref().map(|(granted, _)| *granted),
        real_time_limit: real_time_limit(),
        wakes: woken.map(|(_, wakes)| wakes),
        governor: governor(root),
        limits: Limits {
            open_files: getrlimit(Resource::Nofile).current,
            processes: getrlimit(Resource::Nproc).current,
        },
    }
}

fn wakes() -> Wakes {
    let begin = clock::now() + STEP;
    let late = (0..WAKES).map(|n| {
        let deadline = begin + STEP * n;
        clock::sleep_until(deadline);
        clock::now().saturating_sub(deadline)
    });
    quantiles(late.collect())
}

fn quantiles(mut late: Vec<Duration>) -> Wakes {
    late.sort();
    let at = |share: f64| {
        let index = ((late.len() as f64 * share).ceil() as usize).saturating_sub(1);
        late.get(index).map_or(0.0, |late| late.as_secs_f64() * 1e3)
    };
    Wakes { count: late.len(), p50_ms: at(0.5), p99_ms: at(0.99), worst_ms: at(1.0) }
}

fn clock_read_ns() -> f64 {
    let begin = clock::now();
    for _ in 0..READINGS {
        std::hint::black_box(clock::now());
    }
    (clock::now() - begin).as_secs_f64() * 1e9 / f64::from(READINGS)
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn real_time_limit() -> Option<u64> {
    getrlimit(Resource::Rtprio).current
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn real_time_limit() -> Option<u64> {
    None
}

fn clock_source(root: &Root) -> Option<ClockSource> {
    const FOLDER: &str = "sys/devices/system/clocksource/clocksource0";
    let current = root.read(format!("{FOLDER}/current_clocksource")).filter(|name| !name.is_empty())?;
    let available = root.read(format!("{FOLDER}/available_clocksource")).unwrap_or_default();
    Some(ClockSource { current, available: available.split_whitespace().map(str::to_owned).collect() })
}

fn governor(root: &Root) -> Option<Governor> {
    const FOLDER: &str = "sys/devices/system/cpu";
    let processors = root.names(FOLDER);
    let each = |file: &str| {
        let read = processors.iter().filter_map(|cpu| root.read(format!("{FOLDER}/{cpu}/cpufreq/{file}")));
        let mut words: Vec<String> = read.collect();
        words.sort();
        words.dedup();
        words
    };
    let governors = each("scaling_governor");
    let driver = each("scaling_driver").join(", ");
    (!governors.is_empty()).then_some(Governor { driver, governors })
}

#[cfg(test)]
mod tests {
    use super::super::root::with_files;
    use super::*;

    #[test]
    fn the_clock_source_is_read_and_what_else_there_is() {
        let (_folder, root) = with_files(&[
            ("sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n"),
            ("sys/devices/system/clocksource/clocksource0/available_clocksource", "tsc hpet acpi_pm \n"),
        ]);
        let source = clock_source(&root).unwrap();
        assert_eq!((source.current.as_str(), source.available.len()), ("hpet", 3));
    }

    #[test]
    fn governors_are_read_of_every_processor_and_told_once() {
        let (_folder, root) = with_files(&[
            ("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n"),
            ("sys/devices/system/cpu/cpu0/cpufreq/scaling_driver", "acpi-cpufreq\n"),
            ("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave\n"),
            ("sys/devices/system/cpu/cpu2/cpufreq/scaling_governor", "performance\n"),
            ("sys/devices/system/cpu/online", "0-2\n"),
        ]);
        let governor = governor(&root).unwrap();
        assert_eq!(governor.governors, ["performance", "powersave"]);
        assert_eq!(governor.driver, "acpi-cpufreq");
    }

    #[test]
    fn a_machine_that_tells_nothing_of_its_clock_has_none() {
        let (_folder, root) = with_files(&[]);
        assert_eq!((clock_source(&root), governor(&root)), (None, None));
    }

    #[test]
    fn quantiles_are_of_the_lateness_and_the_last_is_the_worst() {
        let ms = |ms: u64| Duration::from_millis(ms);
        let wakes = quantiles((1..=100).rev().map(ms).collect());
        assert_eq!((wakes.count, wakes.p50_ms, wakes.p99_ms, wakes.worst_ms), (100, 50.0, 99.0, 100.0));
        assert_eq!(quantiles(Vec::new()), Wakes::default());
    }
}
