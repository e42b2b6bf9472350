//! Whether a bot came through a session unharmed: it beats, speaks as it is used to, and still hears.

use super::{Evidence, last_words, seconds};
use crate::{
    check_bot::{finding::Finding, record::Record, scenes::Scene},
    event::Exit,
};
use std::time::Duration;

/// The slowest heartbeat that all conductors live with.
pub(crate) const SLOWEST_BEAT: Duration = Duration::from_millis(2600);
/// How soon a bot that is told to leave has to have left; a little is for seeing it.
pub(crate) const LEAVES_WITHIN: Duration = Duration::from_millis(5200);

/// What is wrong with it after a session, if anything.
pub(crate) fn trouble(evidence: &Evidence, scene: Scene) -> Option<String> {
    let record = evidence.of(scene);
    never_beat(record).or_else(|| died(record)).or_else(|| fell_silent(evidence, scene)).or_else(|| {
        // One that never leaves when it is told to has another fault.
        let plain = evidence.plain();
        (left_in_time(plain) && !left_in_time(record) && record.told_off.is_some())
            .then(|| "it hears nothing any more: it did not leave when it was told to".to_owned())
    })
}

/// Pass unless there is trouble.
pub(crate) fn unharmed(evidence: &Evidence, scene: Scene, expected: &str) -> Finding {
    match trouble(evidence, scene) {
        Some(seen) => Finding::fail(seen, expected),
        None if may_fall_silent(scene) => Finding::pass("it went on beating, and heard on"),
        None => Finding::pass(well(evidence)),
    }
}

/// What was seen where there was no trouble.
pub(crate) fn well(evidence: &Evidence) -> &'static str {
    if evidence.habit().is_some() {
        "it went on beating and speaking, and heard on"
    } else {
        "it went on beating, and heard on"
    }
}

/// It could not be started, or nothing came of it.
pub(crate) fn never_beat(record: &Record) -> Option<String> {
    if let Some(why) = &record.not_started {
        return Some(why.clone());
    }
    record.beats().next().is_none().then(|| {
        let what = match (record.gone, record.exit.as_ref()) {
            (Some(at), exit) => format!("it ended after {} ({}) without a heartbeat", seconds(at), how(exit)),
            (None, _) => format!("no heartbeat came in {}", seconds(record.ended)),
        };
        what + &last_words(record)
    })
}

/// It ended without being told to.
pub(crate) fn died(record: &Record) -> Option<String> {
    let at = record.gone?;
    if record.told_off.is_some_and(|told| told <= at) {
        return None;
    }
    let during = record.stage_at(at).map(|stage| format!(", after this: {stage}")).unwrap_or_default();
    Some(format!(
        "it ended by itself after {} ({}){during}{}",
        seconds(at),
        how(record.exit.as_ref()),
        last_words(record)
    ))
}

/// Whether a bot may have reasons to say no more: others lead, or say that there is little to be played.
fn may_fall_silent(scene: Scene) -> bool {
    matches!(scene, Scene::JunkWords | Scene::Plan | Scene::LongPlan | Scene::Tala)
}

fn fell_silent(evidence: &Evidence, scene: Scene) -> Option<String> {
    let record = evidence.of(scene);
    let plain = longest_beat(evidence.plain()).unwrap_or_default();
    let longest = longest_beat(record)?;
    if longest > SLOWEST_BEAT.max(plain * 5 / 2) {
        return Some(format!("no heartbeat came for {}", seconds(longest)));
    }
    let habit = evidence.habit().filter(|_| !may_fall_silent(scene))?;
    let silent = record.stages.iter().find(|stage| {
        let Some((from, to)) = record.stage(stage.name) else { return false };
        habit.speaks_within(record.ticks_between(from, to).len())
            && !record.words().any(|word| (from..=to).contains(&word.at))
    })?;
    Some(format!("it said nothing any more when {}", silent.name))
}

/// The longest time from heartbeat to heartbeat until it was told to leave.
pub(crate) fn longest_beat(record: &Record) -> Option<Duration> {
    let until = record.until();
    let times: Vec<Duration> = record.beats().map(|b| b.at).take_while(|at| *at <= until).chain([until]).collect();
    times.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).max()
}

/// Whether it left when it was told to.
pub(crate) fn left_in_time(record: &Record) -> bool {
    matches!((record.told_off, record.gone), (Some(told), Some(gone)) if gone.saturating_sub(told) <= LEAVES_WITHIN)
}

/// How a process ended, for people.
pub(crate) fn how(exit: Option<&Exit>) -> String {
    match exit {
        Some(Exit::Code(code)) => format!("exit code {code}"),
        Some(Exit::Signal(signal)) => format!("signal {signal}"),
        Some(Exit::Unknown) | None => "its exit code cannot be known".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check_bot::{
        finding::Verdict,
        judge::testing::evidence,
        made_up::{said, stage, ticking},
        record::Heard,
    };

    fn speaking() -> Record {
        let mut record = ticking(0, 390);
        (0..6).for_each(|bar| said(&mut record, bar * 64, "notepool"));
        record
    }

    fn seen(record: Record) -> Finding {
        evidence([(Scene::Plain, speaking()), (Scene::Junk, record)], |e| unharmed(e, Scene::Junk, "…"))
    }

    #[test]
    fn who_goes_on_is_unharmed() {
        assert_eq!(seen(speaking()).verdict, Verdict::Pass);
    }

    #[test]
    fn who_does_not_leave_any_more_is_deaf() {
        let mut record = speaking();
        record.gone = None;
        assert!(seen(record).seen.contains("hears nothing"));
    }

    #[test]
    fn who_ends_is_asked_after_what() {
        let mut record = speaking();
        stage(&mut record, 100, "junk came");
        (record.told_off, record.gone, record.exit) = (None, Some(Duration::from_secs(4)), Some(Exit::Code(1)));
        record.last_lines = vec!["KeyError: 'b'".into()];
        let finding = seen(record);
        assert!(finding.seen.contains("junk came") && finding.seen.contains("KeyError"), "{}", finding.seen);
    }

    #[test]
    fn who_defers_to_what_others_say_is_not_harmed() {
        let mut record = speaking();
        record.heard.retain(Heard::is_beat);
        let records = [(Scene::Plain, speaking()), (Scene::JunkWords, record)];
        assert_eq!(evidence(records, |e| unharmed(e, Scene::JunkWords, "…")).verdict, Verdict::Pass);
    }

    #[test]
    fn who_speaks_no_more_or_beats_no_more_is_harmed() {
        let mut record = speaking();
        record.heard.retain(|h| h.is_beat() || h.at < Duration::from_secs(3));
        stage(&mut record, 200, "junk came");
        assert!(seen(record).seen.contains("said nothing any more when junk came"));
        let mut record = speaking();
        record.heard.retain(|h| !h.is_beat() || h.at < Duration::from_secs(3));
        assert!(seen(record).seen.contains("no heartbeat"));
    }
}
