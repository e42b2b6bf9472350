//! What others say to it, sense and nonsense: B6, B11, B15, B16, B19, B24, B25, B27.

use super::{
    Evidence,
    trouble::{died, never_beat, trouble, unharmed, well},
};
use crate::check_bot::{
    finding::{Finding, Verdict},
    habit::moments,
    record::Record,
    scenes::{ECHO, INITIALIZED, OFF, ON_AGAIN, Scene, TWICE},
};
use std::time::Duration;

/// So many times its usual words are a storm.
const STORM: f64 = 1.6;

/// B6: ticks of other types.
pub(crate) fn tick_types(evidence: &Evidence) -> Finding {
    unharmed(evidence, Scene::TickTypes, "ticks are taken as `fi`, `ii`, `ff`, `di`, alone or in a bundle")
}

/// B11: the styles of the agentList.
pub(crate) fn agent_lists(evidence: &Evidence) -> Finding {
    unharmed(evidence, Scene::Lists, "the agentList is taken as one string, as several, and empty")
}

/// B15: gains of all kinds.
pub(crate) fn gains(evidence: &Evidence) -> Finding {
    let expected = "gains are taken as `i`, `f`, `d`, held within 0 to 1, and the end of a ramp ends nothing";
    unharmed(evidence, Scene::Gains, expected)
}

/// B16: its own words.
pub(crate) fn own_words(evidence: &Evidence) -> Finding {
    let expected = "what carries its own id is ignored";
    storm(evidence, Scene::OwnWords, ECHO, expected).unwrap_or_else(|| unharmed(evidence, Scene::OwnWords, expected))
}

/// B27: everything twice.
pub(crate) fn twice(evidence: &Evidence) -> Finding {
    let expected = "hearing a thing twice is the same as hearing it once";
    storm(evidence, Scene::Twice, TWICE, expected).unwrap_or_else(|| unharmed(evidence, Scene::Twice, expected))
}

/// It speaks much more than it is used to.
fn storm(evidence: &Evidence, scene: Scene, stage: &str, expected: &str) -> Option<Finding> {
    let habit = evidence.habit()?;
    let record = evidence.of(scene);
    let (from, to) = record.stage(stage)?;
    let ticks = record.ticks_between(from, to).len();
    let words = record.words().filter(|w| w.at >= from && w.at < to).count() as f64;
    let usual = habit.rate * ticks as f64;
    (words > usual * STORM + 3.0).then(|| {
        Finding::fail(format!("it broadcast {words:.0} times in {ticks} ticks, where {usual:.0} are usual"), expected)
    })
}

/// B19: broadcasts that make no sense.
pub(crate) fn junk_words(evidence: &Evidence) -> Finding {
    let expected = "missing ids, nothing after the id, words among numbers and odd numbers are skipped";
    unharmed(evidence, Scene::JunkWords, expected)
}

/// B25: what nobody knows, and what is no message at all.
pub(crate) fn junk(evidence: &Evidence) -> Finding {
    let expected = "unknown addresses, junk, empty datagrams and rare types neither end it nor make it deaf";
    let junk = unharmed(evidence, Scene::Junk, expected);
    match trouble(evidence, Scene::Cut) {
        // Some languages' own OSC readers break here: nothing that the bot's author could mend.
        Some(seen) if junk.verdict == Verdict::Pass => Finding::advice(
            format!("packets that are cut off (which UDP never does by itself) break it: {seen}"),
            expected,
        ),
        _ => junk,
    }
}

/// B24: `onoff` and `initialize`, whoever says them.
pub(crate) fn conductors_words(evidence: &Evidence) -> Finding {
    let expected = "`onoff` and `initialize` are obeyed whoever says them, `Conductor` too";
    let scenes = [Scene::OnOffOther, Scene::OnOffConductor, Scene::InitializeOther, Scene::InitializeConductor];
    for record in scenes.map(|scene| evidence.of(scene)) {
        if let Some(seen) = never_beat(record).or_else(|| died(record)) {
            return Finding::fail(seen, expected);
        }
    }
    let [on_off, conductor] = [Scene::OnOffOther, Scene::OnOffConductor].map(|scene| obeys_off(evidence, scene));
    let [initialize, by_conductor] =
        [Scene::InitializeOther, Scene::InitializeConductor].map(|scene| answers_initialize(evidence.of(scene)));
    if on_off && !conductor {
        return Finding::fail("it obeys `onoff` of another bot, but not of `Conductor`", expected);
    }
    if initialize && !by_conductor {
        return Finding::fail("it obeys `initialize` of another bot, but not of `Conductor`", expected);
    }
    if conductor && !speaks_in(evidence.of(Scene::OnOffConductor), ON_AGAIN) {
        return Finding::fail("after `onoff 1` of `Conductor` it said nothing any more", expected);
    }
    match (conductor, by_conductor) {
        (true, true) => Finding::pass("both are obeyed"),
        (true, false) => Finding::pass("`onoff` is obeyed; what `initialize` does cannot be heard in what it says"),
        (false, true) => Finding::pass("`initialize` is obeyed; what `onoff` does cannot be heard in what it says"),
        (false, false) if evidence.habit().is_none() => {
            Finding::not_applicable("it took them; it says too little to tell whether it obeys")
        }
        (false, false) => Finding::not_applicable(format!("{}; what it says does not depend on them", well(evidence))),
    }
}

/// Whether it fell silent between `onoff 0` and `onoff 1`, though it would have spoken.
fn obeys_off(evidence: &Evidence, scene: Scene) -> bool {
    let record = evidence.of(scene);
    let (Some(habit), Some((from, to))) = (evidence.habit(), record.stage(OFF)) else { return false };
    habit.speaks_within(record.ticks_between(from, to).len()) && !speaks_in(record, OFF)
}

fn speaks_in(record: &Record, stage: &str) -> bool {
    record.stage(stage).is_some_and(|(from, to)| record.words().any(|w| w.at >= from && w.at <= to))
}

/// Whether it spoke right after `initialize`, at a place where it would not have: most times. A busy machine may hold up one answer, and
/// once is chance.
fn answers_initialize(record: &Record) -> bool {
    let answers = |(before, after)| {
        let (Some((before, from)), Some((_, to))) = (record.stage(before), record.stage(after)) else { return false };
        moments(record, before, from).is_empty() && !moments(record, from, to + Duration::from_millis(20)).is_empty()
    };
    INITIALIZED.into_iter().filter(|stages| answers(*stages)).count() * 2 > INITIALIZED.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check_bot::{
        judge::testing::evidence,
        made_up::{said, stage, ticking},
    };

    fn speaking(every: i32) -> Record {
        let mut record = ticking(0, 390);
        (0..390 / every + 1).for_each(|n| said(&mut record, n * every, "notepool"));
        record
    }

    #[test]
    fn b27_who_counts_messages_instead_of_ticks_is_found() {
        let judged = |every| {
            let mut record = speaking(every);
            stage(&mut record, 0, TWICE);
            evidence([(Scene::Plain, speaking(32)), (Scene::Twice, record)], twice).verdict
        };
        assert_eq!((judged(32), judged(16)), (Verdict::Pass, Verdict::Fail));
    }

    #[test]
    fn b16_who_answers_himself_is_found() {
        let judged = |every| {
            let mut record = speaking(every);
            stage(&mut record, 0, ECHO);
            evidence([(Scene::Plain, speaking(32)), (Scene::OwnWords, record)], own_words)
        };
        assert!(judged(4).seen.contains("where 13 are usual"), "{}", judged(4).seen);
        assert_eq!(judged(32).verdict, Verdict::Pass);
    }

    #[test]
    fn b25_what_ends_at_junk_fails_and_what_ends_at_cut_packets_is_told() {
        let ended = || crate::check_bot::record::Record { told_off: None, ..ticking(0, 390) };
        let judged = |junk_record, cut| {
            let records = [(Scene::Plain, speaking(32)), (Scene::Junk, junk_record), (Scene::Cut, cut)];
            evidence(records, junk).verdict
        };
        assert_eq!(judged(speaking(32), speaking(32)), Verdict::Pass);
        assert_eq!(judged(speaking(32), ended()), Verdict::Advice);
        assert_eq!(judged(ended(), speaking(32)), Verdict::Fail);
    }

    fn on_off(obeys: bool) -> Record {
        let mut record = speaking(32);
        stage(&mut record, 24, OFF);
        stage(&mut record, 164, ON_AGAIN);
        let (off, on) = record.stage(OFF).unwrap();
        record.heard.retain(|h| !obeys || h.is_beat() || h.at < off || h.at > on);
        record
    }

    #[test]
    fn b24_who_obeys_others_but_not_the_conductor_fails() {
        let judged = |other, conductor| {
            let records = [
                (Scene::Plain, speaking(32)),
                (Scene::OnOffOther, on_off(other)),
                (Scene::OnOffConductor, on_off(conductor)),
                (Scene::InitializeOther, ticking(0, 200)),
                (Scene::InitializeConductor, ticking(0, 200)),
            ];
            evidence(records, conductors_words).verdict
        };
        assert_eq!(judged(true, true), Verdict::Pass);
        assert_eq!(judged(true, false), Verdict::Fail);
        assert_eq!(judged(false, false), Verdict::NotApplicable);
    }

    /// Initialised three times; how many ticks after that it answers each time, if it does.
    fn initialized(answers: [Option<i32>; 3]) -> Record {
        let mut record = ticking(0, 330);
        for (n, ((before, after), answer)) in (0..).zip(INITIALIZED.into_iter().zip(answers)) {
            let at = 92 + n * 64;
            stage(&mut record, at - 6, before);
            stage(&mut record, at, after);
            stage(&mut record, at + 6, "a while ago");
            answer.into_iter().for_each(|after| said(&mut record, at + after, "notepool"));
        }
        record
    }

    #[test]
    fn b24_one_answer_of_three_that_a_busy_machine_holds_up_is_no_disobedience_and_one_alone_no_obedience() {
        let judged = |conductor| {
            let records = [
                (Scene::Plain, speaking(32)),
                (Scene::OnOffOther, speaking(32)),
                (Scene::OnOffConductor, speaking(32)),
                (Scene::InitializeOther, initialized([Some(1); 3])),
                (Scene::InitializeConductor, initialized(conductor)),
            ];
            evidence(records, conductors_words).verdict
        };
        assert_eq!(judged([Some(1); 3]), Verdict::Pass);
        assert_eq!(judged([Some(20), Some(1), Some(1)]), Verdict::Pass);
        assert_eq!(judged([Some(1), Some(20), None]), Verdict::Fail);
        assert_eq!(judged([None; 3]), Verdict::Fail);
        assert_eq!(judged([Some(20); 3]), Verdict::Fail);
    }
}
