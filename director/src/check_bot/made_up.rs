//! Records that nobody has heard: a well-behaved bot, to be spoilt by the tests of the facts.

use super::record::{Heard, Record, SentTick, Stage};
use crate::event::Exit;
use musebot_protocol::Arg;
use std::time::Duration;

/// When the first tick of a made-up record is sent.
const START: Duration = Duration::from_millis(500);

fn tick_at(place: i32) -> Duration {
    START + super::ticker::tick_length() * u32::try_from(place).unwrap()
}

/// So many ticks from this one on; heartbeats; told off, gone after 3.4 s with exit code 0.
pub(crate) fn ticking(first: i32, ticks: i32) -> Record {
    let told = tick_at(ticks);
    let gone = told + Duration::from_millis(3400);
    let beat = |n: u64| heard(Duration::from_millis(20 + 400 * n), "/agent/alive", "s", vec!["checked".into()]);
    Record {
        id: "checked".into(),
        bound: true,
        heard: (0..).map(beat).take_while(|b| b.at < gone).collect(),
        ticks: (0..ticks).map(|n| SentTick { at: tick_at(n), tick: first + n, lost: false }).collect(),
        stages: vec![Stage { name: "all of it", at: START }],
        told_off: Some(told),
        gone: Some(gone),
        exit: Some(Exit::Code(0)),
        ended: gone,
        ..Record::default()
    }
}

/// A stage that begins with the tick at this place.
pub(crate) fn stage(record: &mut Record, place: i32, name: &'static str) {
    record.stages.push(Stage { name, at: tick_at(place) });
}

/// A message.
pub(crate) fn heard(at: Duration, address: &str, tags: &str, args: Vec<Arg>) -> Heard {
    Heard { at, bundled: false, address: address.into(), tags: tags.into(), args }
}

/// The bot says a word right after the tick at this place.
pub(crate) fn said(record: &mut Record, place: i32, topic: &str) {
    said_with(record, place, topic, "si", vec!["checked".into(), Arg::Int(60)]);
}

/// The same, with these arguments.
pub(crate) fn said_with(record: &mut Record, place: i32, topic: &str, tags: &str, args: Vec<Arg>) {
    let at = tick_at(place) + Duration::from_millis(2);
    record.heard.push(heard(at, &format!("/broadcast/{topic}"), tags, args));
    record.heard.sort_by_key(|h| h.at);
}
