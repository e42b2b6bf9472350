//! What a bot makes of the ticks and of what others plan, as far as what it says, and when, tells: B7 to
//! B10, B20, B21.

use super::{
    Evidence,
    trouble::{trouble, unharmed, well},
};
use crate::check_bot::{
    finding::{Finding, Verdict},
    habit::{Moment, apart, moments, phase, whole_cycles},
    record::Record,
    scenes::{FIRST_LARGE, LOST, PLAN, Scene, TALA},
};
use std::{collections::BTreeSet, time::Duration};

const SAYS_NOTHING: &str = "says nothing from which one could tell";

/// B7: any first tick, and jumps.
pub(crate) fn any_tick(evidence: &Evidence) -> Finding {
    let expected = "it works whatever the first tick is, and when the count jumps or begins again";
    let first = unharmed(evidence, Scene::FirstOne, expected);
    if first.verdict == Verdict::Fail { first } else { unharmed(evidence, Scene::Jumps, expected) }
}

/// B8: 200 ms of ticks are lost, over a bar line.
pub(crate) fn lost_ticks(evidence: &Evidence) -> Finding {
    let expected = "what falls into a gap of 200 ms sounds when it should, or is made up at once";
    if let Some(seen) = trouble(evidence, Scene::LostTicks) {
        return Finding::fail(seen, expected);
    }
    let record = evidence.of(Scene::LostTicks);
    let (Some(every), Some((from, to))) = (regular(&plain_moments(evidence)), record.stage(LOST)) else {
        return Finding::not_applicable(format!("{}; it does not speak at regular ticks", well(evidence)));
    };
    if 64 % every != 0 {
        return Finding::not_applicable(format!("{}; it speaks every {every} ticks", well(evidence)));
    }
    // The gap ends some 80 ms after the bar line; a little is for making up.
    let gap = record.ticks_between(from, to).iter().filter(|t| t.lost).count();
    let end = from + super::super::ticker::tick_length() * (gap as u32 + 4);
    if moments(record, from, end).is_empty() {
        return Finding::advice("what it should have said in the gap was never said", expected);
    }
    Finding::pass("what fell into the gap was said all the same")
}

/// B9: where a beat begins.
pub(crate) fn beats(evidence: &Evidence) -> Finding {
    let record = evidence.of(Scene::Jumps);
    if let Some((from, to)) = record.stage(FIRST_LARGE) {
        let zero = places_in_beat(plain_moments(evidence), 2);
        let large = places_in_beat(moments(record, from, to), 1);
        if let (Some(zero), Some(large)) = (zero, large) {
            let seen = format!("begun at tick 0 it speaks at tick mod 16 = {zero}, begun at tick 80714 at {large}");
            return if apart(zero, large, 16) <= 3 {
                Finding::pass(seen)
            } else {
                Finding::fail(seen, "the same place in the beat, whichever tick was the first")
            };
        }
    }
    Finding::not_applicable(if evidence.habit().is_some() {
        "what it says is not bound to a place in the beat".to_owned()
    } else {
        format!("it {SAYS_NOTHING}")
    })
}

/// The place in the beat at which it speaks, if it is one, and it speaks at least so often.
fn places_in_beat(moments: Vec<Moment>, least: usize) -> Option<i32> {
    // What it says when it hears the first tick says where nothing begins but its life.
    let later: Vec<i32> = moments.iter().filter(|m| m.place >= 4).map(|m| m.tick).collect();
    if later.len() < least { None } else { phase(&later, 16) }
}

/// B10: no metre comes.
pub(crate) fn no_metre(evidence: &Evidence) -> Finding {
    let expected = "without a metre it takes 4/4: bars of 64 ticks";
    if let Some(seen) = trouble(evidence, Scene::NoMeter) {
        return Finding::fail(seen, expected);
    }
    let record = evidence.of(Scene::NoMeter);
    let whole_bars = |moments: &[Moment]| steps(moments).map(|steps| whole_cycles(&steps, 64));
    match (whole_bars(&plain_moments(evidence)), whole_bars(&moments(record, Duration::ZERO, record.until()))) {
        (_, Some(true)) => Finding::pass("it speaks in bars of 64 ticks"),
        (Some(true), Some(false)) => {
            let steps = steps(&moments(record, Duration::ZERO, record.until())).unwrap_or_default();
            let steps: Vec<String> = steps.iter().map(ToString::to_string).collect();
            Finding::fail(format!("it spoke after {} ticks", steps.join(", ")), expected)
        }
        _ if evidence.habit().is_some() => {
            Finding::not_applicable(format!("{}; what it says is not bound to bars", well(evidence)))
        }
        _ => Finding::not_applicable(format!("{}; it {SAYS_NOTHING}", well(evidence))),
    }
}

/// B20: plans of chords.
pub(crate) fn plans(evidence: &Evidence) -> Finding {
    let expected = "a chord for each string, each as long as its share of the phrase";
    for scene in [Scene::Plan, Scene::LongPlan] {
        if let Some(seen) = trouble(evidence, scene) {
            return Finding::fail(seen, expected);
        }
    }
    let [short, long] = [Scene::Plan, Scene::LongPlan].map(|scene| follows(evidence.of(scene)));
    match (short, long) {
        (None, None) => {
            Finding::not_applicable("it went on beating, and heard on; no notepool of its own follows a plan")
        }
        (Some(short), Some(long)) if apart(short, long, 1 << 20) <= 3 => {
            Finding::pass(format!("its notepool follows, a chord for {short} ticks"))
        }
        (Some(ticks), None) | (None, Some(ticks)) => Finding::fail(
            format!("it changes chords every {ticks} ticks or never, as the durations are 1 1 or 48 48"),
            expected,
        ),
        (Some(short), Some(long)) => Finding::fail(
            format!("with durations 1 1 it changes chords every {short} ticks, with 48 48 every {long}"),
            expected,
        ),
    }
}

/// Every how many ticks its notepool changes between the two chords of the plan, if it does.
fn follows(record: &Record) -> Option<i32> {
    let (from, to) = record.stage(PLAN)?;
    let mut last: Option<(usize, i32)> = None;
    let mut lengths = BTreeSet::new();
    for word in record.words().filter(|w| w.topic() == Some("notepool") && w.at >= from && w.at < to) {
        let classes: BTreeSet<i64> =
            word.args.iter().skip(1).filter_map(|a| a.whole()).map(|n| n.rem_euclid(12)).collect();
        let chords = [BTreeSet::from([1, 5, 8]), BTreeSet::from([3, 6, 10])];
        let chord = chords.iter().position(|chord| !classes.is_empty() && classes.is_subset(chord))?;
        let tick = record.ticks[record.tick_before(word.at)?].tick;
        match last {
            Some((before, _)) if before == chord => {}
            Some((_, since)) => {
                lengths.insert(tick - since);
                last = Some((chord, tick));
            }
            // Where the first one began is not known.
            None => last = Some((chord, tick)),
        }
    }
    // The first length may be cut short by the begin of the stage.
    let usual = lengths.last().copied()?;
    Some(usual)
}

/// B21: a tala.
pub(crate) fn tala(evidence: &Evidence) -> Finding {
    let expected = "a tala of 3 3 3 3 makes bars of 48 ticks";
    if let Some(seen) = trouble(evidence, Scene::Tala) {
        return Finding::fail(seen, expected);
    }
    let record = evidence.of(Scene::Tala);
    // The bar in which it was said may end as it began.
    let from = record.stage(TALA).map_or(Duration::ZERO, |(from, _)| from + super::super::ticker::tick_length() * 70);
    let steps = steps(&moments(record, from, record.until())).unwrap_or_default();
    match (whole_cycles(&steps, 48), whole_cycles(&steps, 64)) {
        (true, false) => Finding::pass("it speaks in bars of 48 ticks"),
        (false, true) if evidence.listens_to("tala") => {
            Finding::fail("it says that it listens to tala, and speaks in bars of 64 ticks", expected)
        }
        _ => Finding::not_applicable("it went on beating, and heard on; what it says does not follow a tala"),
    }
}

fn plain_moments(evidence: &Evidence) -> Vec<Moment> {
    moments(evidence.plain(), Duration::ZERO, evidence.plain().until())
}

/// Every how many ticks it speaks, if that is always the same.
fn regular(moments: &[Moment]) -> Option<i32> {
    let steps = steps(moments)?;
    let mut sorted = steps.clone();
    sorted.sort_unstable();
    let usual = sorted[sorted.len() / 2];
    // A power of two, if it is within reach: what comes late makes the usual step a little longer or shorter.
    let usual = [4, 8, 16, 32, 64].into_iter().find(|n| (n - usual).abs() <= 1).unwrap_or(usual);
    whole_cycles(&steps, usual).then_some(usual)
}

/// Ticks from moment to moment; at least two of them.
fn steps(moments: &[Moment]) -> Option<Vec<i32>> {
    let steps: Vec<i32> = moments.windows(2).map(|pair| pair[1].tick - pair[0].tick).collect();
    (steps.len() >= 2 && steps[0] > 0).then_some(steps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check_bot::{
        judge::testing::evidence,
        made_up::{said, said_with, stage, ticking},
    };

    /// Speaks at these places of a session that begins with this tick.
    fn speaking(first: i32, places: impl IntoIterator<Item = i32>) -> Record {
        let mut record = ticking(first, 390);
        places.into_iter().for_each(|place| said(&mut record, place, "hdensity"));
        record
    }

    fn bars(length: i32) -> Record {
        speaking(0, (0..390).filter(|n| n % length == 0))
    }

    #[test]
    fn b9_who_counts_from_the_first_tick_that_he_heard_is_found() {
        let judged = |first_beat: i32| {
            let mut jumps = speaking(80_714, (0..100).filter(|n| (n - first_beat) % 16 == 0));
            jumps.stages[0].name = FIRST_LARGE;
            evidence([(Scene::Plain, bars(16)), (Scene::Jumps, jumps)], beats).verdict
        };
        assert_eq!(judged(6), Verdict::Pass, "80714 + 6 is a beat");
        assert_eq!(judged(0), Verdict::Fail);
        let silent = evidence([(Scene::Plain, ticking(0, 390)), (Scene::Jumps, ticking(80_714, 390))], beats);
        assert_eq!(silent.verdict, Verdict::NotApplicable);
    }

    #[test]
    fn b10_a_bar_without_a_metre_has_64_ticks() {
        let judged = |length| evidence([(Scene::Plain, bars(64)), (Scene::NoMeter, bars(length))], no_metre).verdict;
        assert_eq!((judged(64), judged(48)), (Verdict::Pass, Verdict::Fail));
        let every_beat = evidence([(Scene::Plain, bars(16)), (Scene::NoMeter, bars(16))], no_metre);
        assert_eq!(every_beat.verdict, Verdict::NotApplicable);
        let mute = evidence([(Scene::Plain, bars(64)), (Scene::NoMeter, speaking(0, []))], no_metre);
        assert_eq!(mute.verdict, Verdict::Fail, "it speaks only with a metre");
    }

    #[test]
    fn b8_what_falls_into_the_gap_is_said_or_missed() {
        let judged = |gap: Option<i32>| {
            let mut record = speaking(0, [0, 64, 192, 256, 320, 384].into_iter().chain(gap));
            record.ticks[122..134].iter_mut().for_each(|t| t.lost = true);
            stage(&mut record, 122, LOST);
            evidence([(Scene::Plain, bars(64)), (Scene::LostTicks, record)], lost_ticks).verdict
        };
        assert_eq!(judged(Some(128)), Verdict::Pass);
        assert_eq!(judged(Some(134)), Verdict::Pass, "made up at once");
        assert_eq!(judged(None), Verdict::Advice);
    }

    #[test]
    fn b21_a_tala_of_twelve_sixteenths_makes_bars_of_48_ticks() {
        let judged = |length| {
            let mut record = bars(length);
            stage(&mut record, 20, TALA);
            evidence([(Scene::Plain, bars(64)), (Scene::Tala, record)], tala).verdict
        };
        assert_eq!((judged(48), judged(64)), (Verdict::Pass, Verdict::NotApplicable), "nobody said it listens to tala");
    }

    #[test]
    fn b20_durations_are_relative() {
        let following = |length: i32| {
            let mut record = ticking(0, 390);
            for place in (0..390).filter(|n| n % 32 == 0) {
                let chord: [i32; 3] = if place / length % 2 == 0 { [61, 65, 68] } else { [63, 66, 70] };
                let args = std::iter::once("checked".into()).chain(chord.map(Into::into)).collect();
                said_with(&mut record, place, "notepool", "siii", args);
            }
            stage(&mut record, 0, PLAN);
            record
        };
        let judged = |short, long| {
            let records = [(Scene::Plain, bars(64)), (Scene::Plan, short), (Scene::LongPlan, long)];
            evidence(records, plans).verdict
        };
        assert_eq!(judged(following(64), following(64)), Verdict::Pass);
        assert_eq!(judged(following(32), following(192)), Verdict::Fail);
        assert_eq!(judged(bars(64), bars(64)), Verdict::NotApplicable);
    }
}
