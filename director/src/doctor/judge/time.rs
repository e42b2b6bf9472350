//! Whether this machine can keep time.

use super::ms;
use crate::doctor::{
    findings::{ClockSource, Governor, Limits, Time, Wakes},
    line::{Line, Mark},
};

/// Sources that take a trip to a chip to read, or step coarsely.
const SLOW_SOURCES: [&str; 6] = ["acpi_pm", "hpet", "hyperv_clocksource_msr", "jiffies", "pit", "refined-jiffies"];
/// Reading the clock costs some 30 ns; where it takes this long, something is in between.
const SLOW_READ_NS: f64 = 1000.0;
/// Players do not notice a jitter of 1 ms; one of 3 ms and more they rate clearly worse.
const LATE_MS: f64 = 1.0;
const TOO_LATE_MS: f64 = 5.0;
/// What the clock thread asks for.
const CLOCK_PRIORITY: u64 = 50;
/// A director holds some four files for each bot, and runs some six threads in it.
const FEW_FILES: u64 = 128;
const FEW_PROCESSES: u64 = 512;

pub(super) fn judge(found: &Time) -> Vec<Line> {
    let mut lines = vec![clock(found.clock_source.as_ref(), found.clock_read_ns), real_time(found)];
    lines.push(punctuality(found.wakes.as_ref()));
    lines.extend(found.governor.as_ref().map(speed));
    lines.extend(limits(&found.limits));
    lines
}

fn clock(source: Option<&ClockSource>, read_ns: Option<f64>) -> Line {
    let read = read_ns.map_or(String::new(), |ns| format!(", read in {ns:.0} ns"));
    let Some(source) = source else {
        return match read_ns {
            Some(ns) if ns <= SLOW_READ_NS => Line::ok(format!("the system's clock is read in {ns:.0} ns")),
            Some(ns) => Line::warning(format!("the system's clock is slow: it takes {ns:.0} ns to read"))
                .advise("on a virtual machine, look for its setting of the guest's clock"),
            None => Line::note("what the clock is made of is not told here")
                .advise("nothing, unless the line on waking below is bad"),
        };
    };
    let found = format!("clock source `{}`{read}", source.current);
    if !SLOW_SOURCES.contains(&source.current.as_str()) && read_ns.is_none_or(|ns| ns <= SLOW_READ_NS) {
        return Line::ok(found);
    }
    let line = Line::warning(format!("{found}: a slow one"));
    if source.current != "tsc" && source.available.iter().any(|name| name == "tsc") {
        line.run(
            "take the processor's own counter (until the next start)",
            "echo tsc | sudo tee /sys/devices/system/clocksource/clocksource0/current_clocksource",
        )
    } else {
        line.run(
            "the kernel found the processor's own counter unsteady and says why",
            "sudo dmesg | grep -i -e tsc -e clocksource",
        )
    }
}

fn real_time(found: &Time) -> Line {
    let limit = found.real_time_limit;
    match (found.real_time, limit) {
        (Some(true), _) => Line::ok("real-time priority is granted: ticks do not wait behind other programs"),
        (None, _) => Line::note("real-time priority could not be tried").advise("nothing: a performance tries again"),
        (Some(false), Some(limit)) if limit < CLOCK_PRIORITY => Line::warning(format!(
            "real-time priority is not granted (our limit is {limit}, the clock wants {CLOCK_PRIORITY}): when the \
             machine is busy, ticks come late"
        ))
        .run("let the group `audio` have it", "echo '@audio - rtprio 95' | sudo tee /etc/security/limits.d/audio.conf")
        .run("be in that group, and log in again", "sudo usermod -aG audio $USER"),
        (Some(false), Some(limit)) => Line::warning(format!(
            "real-time priority is not granted, though our limit of {limit} would allow it"
        ))
        .advise(
            "a container or a control group forbids it: play outside of it, or start it with `--cap-add sys_nice \
             --ulimit rtprio=95`",
        ),
        (Some(false), None) => Line::warning("real-time priority is not granted")
            .advise("close what keeps the processors busy while you play"),
    }
}

fn punctuality(wakes: Option<&Wakes>) -> Line {
    let Some(wakes) = wakes else {
        return Line::note("how punctually a thread wakes could not be measured").advise("run this again");
    };
    let (mark, how) = match wakes.p99_ms {
        late if late <= LATE_MS => (Mark::Ok, "on time"),
        late if late <= TOO_LATE_MS => (Mark::Warning, "late at times"),
        _ => (Mark::Problem, "too late"),
    };
    let found = format!(
        "a thread wakes {how}: half within {}, 99 of 100 within {}, the worst {} late ({} tries)",
        ms(wakes.p50_ms),
        ms(wakes.p99_ms),
        ms(wakes.worst_ms),
        wakes.count
    );
    if mark == Mark::Ok {
        return Line::ok(found);
    }
    Line::new(mark, found)
        .run("see what keeps this machine busy, and end it", "top")
        .advise("plug a laptop in; give a virtual machine more processors, or play outside of it")
}

fn speed(found: &Governor) -> Line {
    let names = found.governors.join(", ");
    // These two drivers call their usual, quick governor so.
    let is_slow = found.governors.iter().any(|governor| governor == "powersave")
        && !found.driver.starts_with("intel_pstate")
        && !found.driver.starts_with("amd-pstate");
    if is_slow {
        Line::warning(format!("the processors are kept slow (governor `{names}`)"))
            .run("let them run while you play", "sudo cpupower frequency-set -g performance")
    } else {
        Line::ok(format!("the processors speed up when there is work (governor `{names}`, driver `{}`)", found.driver))
    }
}

/// Only what is scarce.
fn limits(found: &Limits) -> Vec<Line> {
    let files = found.open_files.filter(|files| *files < FEW_FILES).map(|files| {
        Line::warning(format!("only {files} files may be open at once: enough for some {} bots", files / 4))
            .run("allow more in the terminal that plays", "ulimit -n 4096")
    });
    let processes = found.processes.filter(|processes| *processes < FEW_PROCESSES).map(|processes| {
        Line::warning(format!("only {processes} processes and threads are allowed, and a bot takes some six"))
            .run("allow more in the terminal that plays", "ulimit -u 4096")
    });
    files.into_iter().chain(processes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(current: &str, available: &[&str]) -> Option<ClockSource> {
        Some(ClockSource { current: current.into(), available: available.iter().map(|s| (*s).to_owned()).collect() })
    }

    #[test]
    fn a_slow_clock_source_is_warned_of_with_the_command_that_takes_a_better_one() {
        let line = clock(source("hpet", &["tsc", "hpet"]).as_ref(), Some(900.0));
        assert_eq!(line.mark, Mark::Warning);
        assert!(line.todo[0].command.as_deref().is_some_and(|c| c.starts_with("echo tsc |")), "{line:?}");
        let line = clock(source("hpet", &["hpet", "acpi_pm"]).as_ref(), None);
        assert!(line.todo[0].command.as_deref().is_some_and(|c| c.contains("dmesg")), "{line:?}");
    }

    #[test]
    fn usual_clock_sources_are_good_and_one_that_is_unknown_is_judged_by_how_it_reads() {
        for name in ["tsc", "kvm-clock", "arch_sys_counter", "something-new"] {
            assert_eq!(clock(source(name, &[name]).as_ref(), Some(30.0)).mark, Mark::Ok, "{name}");
        }
        assert_eq!(clock(source("something-new", &[]).as_ref(), Some(4000.0)).mark, Mark::Warning);
        assert_eq!(clock(None, Some(30.0)).mark, Mark::Ok);
    }

    #[test]
    fn without_real_time_priority_it_is_said_how_to_get_it() {
        let of = |real_time, real_time_limit| super::real_time(&Time { real_time, real_time_limit, ..Time::default() });
        assert_eq!(of(Some(true), Some(0)).mark, Mark::Ok, "root needs no limit");
        let plain = of(Some(false), Some(0));
        assert_eq!(plain.mark, Mark::Warning);
        assert!(plain.todo.iter().any(|t| t.command.as_deref().is_some_and(|c| c.contains("usermod"))), "{plain:?}");
        let caged = of(Some(false), Some(95));
        assert!(caged.todo[0].advice.contains("container"), "{caged:?}");
    }

    #[test]
    fn a_machine_that_wakes_late_is_warned_of_and_a_very_late_one_is_a_problem() {
        let of = |p99_ms| punctuality(Some(&Wakes { count: 250, p50_ms: 0.05, p99_ms, worst_ms: p99_ms })).mark;
        assert_eq!([of(0.2), of(1.5), of(12.0)], [Mark::Ok, Mark::Warning, Mark::Problem]);
    }

    #[test]
    fn a_slow_governor_is_warned_of_unless_its_driver_only_calls_it_so() {
        let of = |driver: &str, governor: &str| {
            speed(&Governor { driver: driver.into(), governors: vec![governor.into()] }).mark
        };
        assert_eq!(of("acpi-cpufreq", "powersave"), Mark::Warning);
        assert_eq!(of("intel_pstate", "powersave"), Mark::Ok);
        assert_eq!(of("amd-pstate-epp", "powersave"), Mark::Ok);
        assert_eq!(of("acpi-cpufreq", "schedutil"), Mark::Ok);
    }

    #[test]
    fn limits_are_told_only_where_a_band_would_meet_them() {
        assert!(limits(&Limits { open_files: Some(1024), processes: None }).is_empty());
        let lines = limits(&Limits { open_files: Some(64), processes: Some(100) });
        assert!(lines.len() == 2 && lines.iter().all(|line| line.mark == Mark::Warning), "{lines:?}");
    }
}
