//! What it says itself: B17, B18, B26.

use super::Evidence;
use crate::check_bot::{finding::Finding, record::Heard, scenes::Scene};
use musebot_protocol::Arg;
use std::time::Duration;

/// Most broadcasts in a second.
const MOST: usize = 20;

const NEVER_SPEAKS: &str = "it broadcasts nothing";

/// Where a bot is most likely to say all that it says.
pub(crate) const HEARD_IN: &[Scene] = &[Scene::Plain, Scene::Jumps, Scene::Plan, Scene::Exiting];

/// All that was heard there.
fn all<'a>(evidence: &'a Evidence) -> impl Iterator<Item = (&'a str, &'a Heard)> {
    HEARD_IN.iter().filter_map(|scene| evidence.records.get(scene)).flat_map(|record| {
        // Who beats under another name has another fault.
        let id = record.beats().find_map(Heard::speaker).unwrap_or(&record.id);
        record.heard.iter().map(move |heard| (id, heard))
    })
}

/// A message for people.
fn written(heard: &Heard) -> String {
    let args: Vec<String> = heard
        .args
        .iter()
        .take(8)
        .map(|arg| match arg {
            Arg::Int(i) => i.to_string(),
            Arg::Float(f) => format!("{f:?}"),
            Arg::Text(s) => s.chars().take(40).collect(),
        })
        .collect();
    format!("`{} ,{} {}`", heard.address.chars().take(80).collect::<String>(), heard.tags, args.join(" "))
        .replace(" `", "`")
}

/// B17: who speaks, and in which types.
pub(crate) fn form(evidence: &Evidence) -> Finding {
    let expected = "single messages of `i`, `f` and `s`; every broadcast begins with the speaker's id";
    let mut broadcasts = 0;
    for (id, heard) in all(evidence) {
        if !heard.address.starts_with('/') || heard.address.contains('(') {
            return Finding::fail(format!("it sent what is {}", heard.address), expected);
        }
        if heard.bundled {
            return Finding::fail(format!("{} came in a bundle", written(heard)), expected);
        }
        if let Some(tag) = heard.tags.chars().find(|tag| !matches!(tag, 'i' | 'f' | 's')) {
            return Finding::fail(format!("{} has an argument of the type `{tag}`", written(heard)), expected);
        }
        if heard.topic().is_some() {
            broadcasts += 1;
            if heard.speaker() != Some(id) {
                return Finding::fail(format!("{} does not begin with its id `{id}`", written(heard)), expected);
            }
        }
    }
    match broadcasts {
        0 => Finding::not_applicable(NEVER_SPEAKS),
        n => Finding::pass(format!("{n} broadcasts, all of them so")),
    }
}

/// B18: the ranges of what it says.
pub(crate) fn ranges(evidence: &Evidence) -> Finding {
    let mut looked_at = 0;
    for (_, heard) in all(evidence) {
        let Some(topic) = heard.topic() else { continue };
        let (tag, most) = match topic {
            "notepool" => ('i', 127.0),
            "hdensity" | "vdensity" | "density" | "activity" => ('f', 1.0),
            _ => continue,
        };
        looked_at += 1;
        let tags = heard.tags.chars().skip(1);
        let numbers = heard.args.iter().skip(1).map(Arg::number);
        if heard.args.len() < 2
            || tags.clone().any(|t| t != tag)
            || numbers.into_iter().any(|n| n.is_none_or(|n| !(0.0..=most).contains(&n)))
        {
            let kind = if tag == 'i' { "ints" } else { "a float" };
            return Finding::fail(format!("it said {}", written(heard)), format!("{topic}: {kind} from 0 to {most}"));
        }
    }
    match looked_at {
        0 => Finding::not_applicable("it never says a notepool or a density"),
        n => Finding::pass(format!("{n} notepools and densities, all within their ranges")),
    }
}

/// B26: how much it says.
pub(crate) fn rate(evidence: &Evidence) -> Finding {
    let times: Vec<Duration> = evidence.plain().words().map(|w| w.at).collect();
    if times.is_empty() {
        return Finding::not_applicable(NEVER_SPEAKS);
    }
    let within = |from: usize| times[from..].partition_point(|at| *at < times[from] + Duration::from_secs(1));
    let most = (0..times.len()).map(within).max().unwrap_or(0);
    let seen = format!("at most {most} in a second");
    // One more may have been held up by the system and run into the next second.
    if most <= MOST + 1 { Finding::pass(seen) } else { Finding::advice(seen, "at most 20 broadcasts in a second") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check_bot::{
        finding::Verdict,
        judge::testing::evidence,
        made_up::{said, said_with, ticking},
    };

    fn saying(topic: &str, tags: &str, args: Vec<Arg>) -> crate::check_bot::record::Record {
        let mut record = ticking(0, 390);
        said_with(&mut record, 5, topic, tags, args);
        record
    }

    #[test]
    fn b17_types_ids_and_bundles() {
        let judged = |tags: &str, args| evidence([(Scene::Plain, saying("tala", tags, args))], form);
        assert_eq!(judged("si", vec!["checked".into(), 3.into()]).verdict, Verdict::Pass);
        assert!(judged("sd", vec!["checked".into(), 0.5.into()]).seen.contains("type `d`"));
        assert!(judged("si", vec!["another".into(), 3.into()]).seen.contains("begin with its id"));
        assert!(judged("i", vec![3.into()]).seen.contains("begin with its id"));
        let mut bundled = saying("tala", "si", vec!["checked".into(), 3.into()]);
        bundled.heard.iter_mut().for_each(|h| h.bundled = true);
        assert!(evidence([(Scene::Plain, bundled)], form).seen.contains("bundle"));
        assert_eq!(evidence([(Scene::Plain, ticking(0, 9))], form).verdict, Verdict::NotApplicable);
    }

    #[test]
    fn b18_pitches_are_ints_to_127_and_densities_floats_to_1() {
        let judged = |topic: &str, tags: &str, value: Arg| {
            evidence([(Scene::Plain, saying(topic, tags, vec!["checked".into(), value]))], ranges).verdict
        };
        assert_eq!(judged("notepool", "si", 60.into()), Verdict::Pass);
        assert_eq!(judged("notepool", "si", 128.into()), Verdict::Fail);
        assert_eq!(judged("notepool", "sf", 60.0.into()), Verdict::Fail);
        assert_eq!(judged("hdensity", "sf", 1.0.into()), Verdict::Pass);
        assert_eq!(judged("hdensity", "sf", 1.5.into()), Verdict::Fail);
        assert_eq!(judged("hdensity", "si", 1.into()), Verdict::Fail);
        assert_eq!(judged("section", "ss", "A".into()), Verdict::NotApplicable);
    }

    #[test]
    fn b26_more_than_twenty_in_a_second_are_advised_against() {
        let judged = |every: i32| {
            let mut record = ticking(0, 390);
            (0..390).filter(|n| n % every == 0).for_each(|n| said(&mut record, n, "hdensity"));
            evidence([(Scene::Plain, record)], rate).verdict
        };
        assert_eq!((judged(4), judged(1)), (Verdict::Pass, Verdict::Advice));
    }
}
