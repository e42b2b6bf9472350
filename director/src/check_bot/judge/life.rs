//! Coming to be, and beating: B1 to B5, B28, B30.

use super::{
    Evidence, seconds,
    trouble::{SLOWEST_BEAT, longest_beat, never_beat},
};
use crate::check_bot::{
    finding::Finding,
    record::Record,
    scenes::{REOPENED, Scene},
};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// B1: config.txt is read, however it is written.
pub(crate) fn reads_config(evidence: &Evidence) -> Finding {
    let forms = [(Scene::Crlf, "with CRLF and no last newline"), (Scene::Tails, "with unknown lines and an old tail")];
    for (scene, form) in forms {
        let record = evidence.of(scene);
        if let Some(seen) = settled(record) {
            return Finding::fail(
                format!("with a config.txt {form}: {seen}"),
                format!(
                    "a heartbeat of `{}` to the port in the file, and somebody who listens on `my_listen_port`",
                    record.id
                ),
            );
        }
    }
    Finding::pass("read with CRLF, no last newline, unknown lines, and an old tail")
}

/// What did not come of it: the right id, at the right port, listening.
fn settled(record: &Record) -> Option<String> {
    never_beat(record)
        .or_else(|| wrong_id(record))
        .or_else(|| (!record.bound).then(|| format!("nobody listens on its port {}", record.port)))
}

fn wrong_id(record: &Record) -> Option<String> {
    let beat = record.beats().find(|b| b.speaker() != Some(&record.id))?;
    Some(match beat.speaker() {
        Some(id) => format!("it beats as `{id}`, and its id is `{}`", record.id),
        None => format!("it beats with the types `,{}`, and its id is text", beat.tags),
    })
}

/// B2: the first heartbeat.
pub(crate) fn first_beat(evidence: &Evidence) -> Finding {
    let Some(first) = evidence.plain().beats().next().map(|b| b.at) else {
        return Finding::fail("no heartbeat came", "one within a second of the start");
    };
    let seen = format!("after {}", seconds(first));
    if first <= SECOND {
        Finding::pass(seen)
    } else if first <= SECOND * 5 {
        Finding::advice(seen, "within a second of the start; some conductors give up after five")
    } else {
        Finding::fail(seen, "within a second of the start; some conductors give up after five")
    }
}

/// B3: those that follow.
pub(crate) fn keeps_beating(evidence: &Evidence) -> Finding {
    let plain = evidence.plain();
    let until = plain.until();
    let times: Vec<Duration> = plain.beats().map(|b| b.at).take_while(|at| *at <= until).collect();
    let mut gaps: Vec<Duration> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    gaps.sort_unstable();
    let longest = longest_beat(plain).unwrap_or(until);
    let usual = gaps.get(gaps.len() / 2).copied().unwrap_or(longest);
    let seen = format!("one every {}, at most {} apart", seconds(usual), seconds(longest));
    // What is over the 400 ms is for a machine that is busy.
    if usual <= Duration::from_millis(500) && longest < SECOND {
        Finding::pass(seen)
    } else if longest <= SLOWEST_BEAT {
        Finding::advice(
            seen,
            "one every 0.40 s; there are conductors that drop a bot after 1 s, others live with 2.5 s",
        )
    } else {
        Finding::fail(seen, "one every 0.40 s; no conductor waits longer than 2.5 s to 5 s")
    }
}

/// B4: its id.
pub(crate) fn own_id(evidence: &Evidence) -> Finding {
    let plain = evidence.plain();
    match wrong_id(plain) {
        Some(seen) => Finding::fail(seen, format!("`/agent/alive ,s {}`, as config.txt has it", plain.id)),
        None => Finding::pass(format!("`{}`, as in config.txt", plain.id)),
    }
}

/// B5: where it listens, and where it sends to.
pub(crate) fn ports(evidence: &Evidence) -> Finding {
    let (plain, other) = (evidence.plain(), evidence.of(Scene::OtherHost));
    let expected = "it binds `my_listen_port` and sends to `mc_hostname:mc_listen_port`";
    if !plain.bound {
        return Finding::fail(format!("nobody listens on the port {} that it was given", plain.port), expected);
    }
    match never_beat(other) {
        Some(seen) => {
            Finding::fail(format!("with another `mc_hostname` (another address of this machine): {seen}"), expected)
        }
        None => Finding::pass("it listens on its port, and sends where it is told"),
    }
}

/// B28: the conductor comes late, goes and comes back.
pub(crate) fn outlives_the_conductor(evidence: &Evidence) -> Finding {
    let record = evidence.of(Scene::Closed);
    let expected = "it runs while nobody listens, and is heard again when somebody does";
    if let Some(seen) = never_beat(record) {
        return Finding::fail(format!("the conductor came 1.3 s after the bot: {seen}"), expected);
    }
    if let Some(seen) = super::trouble::died(record) {
        return Finding::fail(seen, expected);
    }
    let beats_in = |name: &str| {
        let (from, to) = record.stage(name).unwrap_or_default();
        record.beats().filter(|b| b.at >= from && b.at <= to).map(move |b| b.at.saturating_sub(from)).next()
    };
    let limit = SLOWEST_BEAT.max(longest_beat(evidence.plain()).unwrap_or_default() * 5 / 2);
    match beats_in(REOPENED) {
        Some(after) if after <= limit => {
            if super::trouble::left_in_time(evidence.plain()) && !super::trouble::left_in_time(record) {
                return Finding::fail(
                    "it beats again, but hears nothing: it did not leave when it was told to",
                    expected,
                );
            }
            Finding::pass(format!("heard again {} after the port was open again", seconds(after)))
        }
        Some(after) => Finding::fail(format!("heard only {} after the port was open again", seconds(after)), expected),
        None => Finding::fail("no heartbeat came after the port had been closed for 1.5 s", expected),
    }
}

/// B30: three forms of id.
pub(crate) fn id_forms(evidence: &Evidence) -> Finding {
    for scene in [Scene::IdBare, Scene::IdHost, Scene::IdPort] {
        let record = evidence.of(scene);
        if let Some(seen) = never_beat(record).or_else(|| wrong_id(record)) {
            return Finding::fail(seen, format!("heartbeats as `{}`", record.id));
        }
    }
    let ids: Vec<_> =
        [Scene::IdBare, Scene::IdHost, Scene::IdPort].map(|scene| format!("`{}`", evidence.of(scene).id)).into();
    Finding::pass(ids.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check_bot::{
        finding::Verdict,
        judge::testing::evidence,
        made_up::{stage, ticking},
        scenes::SHUT,
    };

    fn beating(every_ms: u64) -> Record {
        let mut record = ticking(0, 390);
        let beat = record.heard[0].clone();
        let until = record.until();
        record.heard = (0..)
            .map(|n| Duration::from_millis(20 + n * every_ms))
            .take_while(|at| *at < until)
            .map(|at| crate::check_bot::record::Heard { at, ..beat.clone() })
            .collect();
        record
    }

    #[test]
    fn b3_every_400_ms_is_right_a_second_is_advised_against_and_three_are_wrong() {
        let judged = |ms| evidence([(Scene::Plain, beating(ms))], keeps_beating).verdict;
        assert_eq!(
            [400, 480, 1000, 2400, 3000].map(judged),
            [Verdict::Pass, Verdict::Pass, Verdict::Advice, Verdict::Advice, Verdict::Fail]
        );
    }

    #[test]
    fn b2_a_late_first_beat_is_advised_against_and_after_five_seconds_wrong() {
        let judged = |ms: u64| {
            let mut record = ticking(0, 390);
            record.heard.retain(|h| h.at >= Duration::from_millis(ms));
            evidence([(Scene::Plain, record)], first_beat).verdict
        };
        assert_eq!([0, 1500, 5400].map(judged), [Verdict::Pass, Verdict::Advice, Verdict::Fail]);
    }

    #[test]
    fn b4_an_id_that_is_changed_in_passing_is_found() {
        let mut record = ticking(0, 390);
        record.id = "Checked".into();
        let finding = evidence([(Scene::Plain, record)], own_id);
        assert!(finding.verdict == Verdict::Fail && finding.seen.contains("`checked`"), "{}", finding.seen);
    }

    #[test]
    fn b5_a_bot_that_listens_elsewhere_is_found() {
        let mut record = ticking(0, 390);
        record.bound = false;
        let finding = evidence([(Scene::Plain, record), (Scene::OtherHost, ticking(0, 30))], ports);
        assert_eq!(finding.verdict, Verdict::Fail);
    }

    #[test]
    fn b28_who_is_not_heard_again_fails() {
        let mut record = ticking(0, 300);
        stage(&mut record, 70, SHUT);
        stage(&mut record, 150, REOPENED);
        let judged = |record: Record| {
            evidence([(Scene::Plain, ticking(0, 390)), (Scene::Closed, record)], outlives_the_conductor).verdict
        };
        assert_eq!(judged(record.clone()), Verdict::Pass);
        record.heard.retain(|h| h.at < Duration::from_secs(2));
        assert_eq!(judged(record), Verdict::Fail);
    }

    #[test]
    fn b1_b30_a_bot_that_does_not_come_up_is_told_with_its_last_words() {
        let silent = Record {
            id: "checked".into(),
            gone: Some(SECOND),
            last_lines: vec!["ValueError".into()],
            ..Record::default()
        };
        let judged = |judge: fn(&Evidence) -> Finding| {
            evidence(
                [(Scene::Crlf, ticking(0, 9)), (Scene::Tails, silent.clone()), (Scene::IdBare, silent.clone())],
                judge,
            )
        };
        for finding in [judged(reads_config), judged(id_forms)] {
            assert!(finding.verdict == Verdict::Fail && finding.seen.contains("ValueError"), "{}", finding.seen);
        }
    }
}
