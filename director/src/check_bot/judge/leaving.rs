//! Going: B12, B13, B14, B22, B23.

use super::{
    Evidence, seconds,
    trouble::{LEAVES_WITHIN, died, how, left_in_time, never_beat, unharmed},
};
use crate::{
    check_bot::{
        finding::{Finding, Verdict},
        record::Record,
        scenes::{EXITING, SILENCE, SLOW_SECONDS, Scene},
    },
    event::Exit,
};
use std::time::Duration;

/// How long a fade lasts; a little more on both sides is for the way.
const FADE: std::ops::RangeInclusive<Duration> = Duration::from_millis(2900)..=Duration::from_millis(4100);

/// B12: no agentList for half a minute.
pub(crate) fn left_alone(evidence: &Evidence) -> Finding {
    if !evidence.slow {
        return Finding::not_applicable(format!("needs --slow ({SLOW_SECONDS} s)"));
    }
    let record = evidence.of(Scene::Silence);
    let expected = "without an agentList for 30 s it fades and exits with 0, and not earlier; ticks do not count";
    if let Some(seen) = never_beat(record) {
        return Finding::fail(seen, expected);
    }
    let alone = record.stage(SILENCE).map_or(record.until(), |(from, _)| from);
    let Some(gone) = record.gone.filter(|gone| record.told_off.is_none_or(|told| *gone < told)) else {
        return Finding::advice(
            format!("still there {} after the last agentList", seconds(record.until() - alone)),
            expected,
        );
    };
    let after = gone.saturating_sub(alone);
    let seen = format!("gone {} after the last agentList, {}", seconds(after), how(record.exit.as_ref()));
    if after < Duration::from_secs(29) || bad_exit(record) {
        Finding::fail(seen, expected)
    } else {
        Finding::pass(seen)
    }
}

fn bad_exit(record: &Record) -> bool {
    !matches!(record.exit, Some(Exit::Code(0) | Exit::Unknown) | None)
}

/// B13: told off, with and without an argument.
pub(crate) fn told_off(evidence: &Evidence) -> Finding {
    let one = told(evidence.of(Scene::OffOne), "`/agent/off ,i 1`");
    let none = told(evidence.plain(), "`/agent/off`");
    if one.verdict == Verdict::Fail { one } else { none }
}

/// B14: other words for the same.
pub(crate) fn other_words_for_off(evidence: &Evidence) -> Finding {
    let kill = told(evidence.of(Scene::Kill), "`/agent/kill`");
    let quit = told(evidence.of(Scene::Quit), "`/agent/quit`");
    match (kill.verdict, quit.verdict) {
        (Verdict::Fail, _) => kill,
        (_, Verdict::Fail) => quit,
        _ => Finding::pass(format!("{}; {}", kill.seen, quit.seen)),
    }
}

/// How it leaves when it is told to.
fn told(record: &Record, word: &str) -> Finding {
    let expected = "exit code 0 within 5 s; a bot that sounds fades for 3.0 to 3.8 s and beats to the end";
    if let Some(seen) = never_beat(record).or_else(|| died(record)) {
        return Finding::fail(seen, expected);
    }
    let (Some(told), Some(gone)) = (record.told_off, record.gone) else {
        return Finding::fail(format!("still there {} after {word}", seconds(record.ended - record.until())), expected);
    };
    let took = gone.saturating_sub(told);
    let seen = format!("gone {} after {word}, {}", seconds(took), how(record.exit.as_ref()));
    if took > LEAVES_WITHIN || bad_exit(record) {
        return Finding::fail(seen, expected);
    }
    let last_beat = record.beats().map(|b| b.at).filter(|at| *at <= gone).last().unwrap_or_default();
    let quiet = gone.saturating_sub(last_beat.max(told));
    if !FADE.contains(&took) {
        Finding::advice(seen, "a bot that sounds should fade for 3.0 to 3.8 s")
    } else if quiet > Duration::from_millis(1200) {
        Finding::advice(format!("{seen}; its last heartbeat came {} before", seconds(quiet)), "heartbeats to the end")
    } else {
        Finding::pass(seen)
    }
}

/// B22: others end their form.
pub(crate) fn others_exit(evidence: &Evidence) -> Finding {
    let zero = unharmed(evidence, Scene::ExitingZero, "an `exiting 0` is ignored");
    if zero.verdict == Verdict::Fail {
        return zero;
    }
    let record = evidence.of(Scene::Exiting);
    let expected = "after another's `exiting 1` it ends (exit code 0), or plays on";
    if let Some(seen) = never_beat(record) {
        return Finding::fail(seen, expected);
    }
    let by_itself = died(record).is_some();
    if by_itself && (bad_exit(record) || record.stage(EXITING).is_none()) {
        return Finding::fail(died(record).unwrap_or_default(), expected);
    }
    let asked = record.stage(EXITING).map_or(record.until(), |(from, _)| from);
    let seen = match record.gone.filter(|_| by_itself) {
        Some(gone) => format!("ignores 0; at 1 it was gone after {}", seconds(gone.saturating_sub(asked))),
        None if left_in_time(record) || !left_in_time(evidence.plain()) => "ignores 0; at 1 it played on".to_owned(),
        None => return Finding::fail("it did not leave at /agent/off after another's `exiting`", expected),
    };
    Finding::pass(seen)
}

/// B23: it says so itself, once.
pub(crate) fn exits_once(evidence: &Evidence) -> Finding {
    let record = evidence.of(Scene::Exiting);
    if let Some(seen) = never_beat(record) {
        return Finding::fail(seen, "at most one `exiting` in a life");
    }
    let said = record.heard.iter().filter(|h| h.topic() == Some("exiting")).count();
    if said > 1 {
        let seen = format!("`exiting` was said {said} times after others had said it");
        return Finding::fail(seen, "at most one `exiting` in a life, and none in another's name");
    }
    Finding::pass(if said == 1 { "said once" } else { "it said none, though others did" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check_bot::{
        judge::testing::evidence,
        made_up::{said, stage, ticking},
    };

    fn leaving(ms: u64, exit: Exit) -> Record {
        let mut record = ticking(0, 390);
        record.gone = record.told_off.map(|told| told + Duration::from_millis(ms));
        record.exit = Some(exit);
        record
    }

    #[test]
    fn b13_fading_is_right_going_at_once_is_advised_against_and_staying_is_wrong() {
        let judged =
            |ms, exit| evidence([(Scene::Plain, leaving(ms, exit)), (Scene::OffOne, ticking(0, 40))], told_off).verdict;
        assert_eq!(judged(3400, Exit::Code(0)), Verdict::Pass);
        assert_eq!(judged(3400, Exit::Unknown), Verdict::Pass, "its script had returned");
        assert_eq!(judged(20, Exit::Code(0)), Verdict::Advice);
        assert_eq!(judged(3400, Exit::Code(1)), Verdict::Fail);
        assert_eq!(judged(5400, Exit::Code(0)), Verdict::Fail);
    }

    #[test]
    fn b13_off_with_an_argument_counts_too() {
        let mut deaf = ticking(0, 40);
        deaf.gone = None;
        let finding = evidence([(Scene::Plain, ticking(0, 390)), (Scene::OffOne, deaf)], told_off);
        assert!(finding.verdict == Verdict::Fail && finding.seen.contains(",i 1"), "{}", finding.seen);
    }

    #[test]
    fn b12_not_before_30_s_and_with_exit_code_0() {
        let judged = |after: f64, exit| {
            let mut record = ticking(0, 64);
            stage(&mut record, 64, SILENCE);
            let alone = record.stages.last().unwrap().at;
            (record.told_off, record.gone) = (None, Some(alone + Duration::from_secs_f64(after)));
            record.exit = Some(exit);
            evidence([(Scene::Silence, record)], left_alone).verdict
        };
        assert_eq!(judged(33.5, Exit::Code(0)), Verdict::Pass);
        assert_eq!(judged(33.5, Exit::Code(1)), Verdict::Fail);
        assert_eq!(judged(10.0, Exit::Code(0)), Verdict::Fail);
        assert_eq!(evidence([(Scene::Silence, ticking(0, 2000))], left_alone).verdict, Verdict::Advice, "stays");
    }

    #[test]
    fn b22_leaving_at_1_is_right_and_at_0_wrong() {
        let plain = ticking(0, 390);
        let mut left = ticking(0, 390);
        stage(&mut left, 32, EXITING);
        (left.told_off, left.gone) = (None, Some(Duration::from_secs(5)));
        let judged = |zero: Record, one: Record| {
            let records = [(Scene::Plain, plain.clone()), (Scene::ExitingZero, zero), (Scene::Exiting, one)];
            evidence(records, others_exit).verdict
        };
        assert_eq!(judged(plain.clone(), left.clone()), Verdict::Pass);
        assert_eq!(judged(left.clone(), left.clone()), Verdict::Fail);
        left.exit = Some(Exit::Code(1));
        assert_eq!(judged(plain.clone(), left), Verdict::Fail);
    }

    #[test]
    fn b23_a_second_exiting_is_one_too_many() {
        let judged = |times| {
            let mut record = ticking(0, 390);
            (0..times).for_each(|n| said(&mut record, n * 20, "exiting"));
            evidence([(Scene::Exiting, record)], exits_once).verdict
        };
        assert_eq!([0, 1, 2].map(judged), [Verdict::Pass, Verdict::Pass, Verdict::Fail]);
    }
}
