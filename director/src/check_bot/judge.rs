//! Given what was heard, is a fact kept? Pure.

pub(crate) mod folder;
pub(crate) mod hearing;
pub(crate) mod leaving;
pub(crate) mod life;
pub(crate) mod time;
pub(crate) mod trouble;
pub(crate) mod words;

#[cfg(test)]
pub(crate) mod testing;

use super::{habit::Habit, record::Record, scenes::Scene};
use musebot_protocol::InfoTxt;
use std::{collections::BTreeMap, path::Path, time::Duration};

/// All that is known of the bot when a fact is judged.
pub(crate) struct Evidence<'a> {
    pub(crate) records: &'a BTreeMap<Scene, Record>,
    /// Its folder, if it has one.
    pub(crate) folder: Option<&'a Path>,
    /// What its info.txt says, if there is one.
    pub(crate) info: Option<&'a InfoTxt>,
    /// Whether what takes long was looked at.
    pub(crate) slow: bool,
}

impl Evidence<'_> {
    /// The record of a session. One that was not held is empty.
    pub(crate) fn of(&self, scene: Scene) -> &Record {
        static NONE: Record = Record::NONE;
        self.records.get(&scene).unwrap_or(&NONE)
    }

    pub(crate) fn plain(&self) -> &Record {
        self.of(Scene::Plain)
    }

    pub(crate) fn habit(&self) -> Option<Habit> {
        Habit::of(self.plain())
    }

    /// Whether it says of itself that it listens to a topic.
    pub(crate) fn listens_to(&self, topic: &str) -> bool {
        self.info.is_some_and(|info| info.receives.iter().any(|tag| tag == topic))
    }
}

/// Seconds for people.
pub(crate) fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

/// What it said last, for people.
pub(crate) fn last_words(record: &Record) -> String {
    if record.last_lines.is_empty() {
        String::new()
    } else {
        format!("; its last words: {}", record.last_lines.join(" | "))
    }
}
