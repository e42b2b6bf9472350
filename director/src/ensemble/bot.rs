//! One bot of an ensemble file.

use super::{AgentListStyle, OutputSpec, Place, Program, SoundSpec};
use crate::musebot_folder::GainScale;
use musebot_protocol::{BotId, Gain, Temperament};
use std::time::Duration;

/// One `[[bot]]`.
#[derive(Debug, Clone, PartialEq)]
pub struct BotEntry {
    /// The name it goes by. On a network it says its host: `bass@laptop-2`.
    pub id: BotId,
    /// Its name in the file: where its seed comes from, wherever it plays.
    pub called: BotId,
    /// Where it plays, when not here.
    pub host: Option<Place>,
    /// What is run.
    pub program: Program,
    /// The flags it is run with.
    pub args: Vec<String>,
    /// Where it sounds.
    pub outputs: Vec<OutputSpec>,
    /// The SoundFont that it sounds with, instead of its own voice.
    pub sound: Option<SoundSpec>,
    /// Its gain.
    pub gain: Gain,
    /// The bar it enters at, from 1.
    pub enter: u32,
    /// The bar at whose beginning it leaves.
    pub leave: Option<u32>,
    /// When it is started again.
    pub restart: Restart,
    /// Its traits.
    pub temperament: Temperament,
    /// The group it can be muted with.
    pub group: Option<String>,
    /// How long its output takes (`latency-ms`), for a bot that does not know timetags.
    pub latency: Option<Duration>,
    /// How the list of bots is sent to it, when not as to the others.
    pub agent_list: Option<AgentListStyle>,
    /// What it makes of a gain, when not what its info.txt lets us think.
    pub gain_scale: Option<GainScale>,
    /// How long after the start it is launched.
    pub delay: Duration,
    /// How long after its first heartbeat it is told off (`leave-after`).
    pub leave_after: Option<Duration>,
    /// What is said to it alone, two seconds after the band is complete: topic and value.
    pub says: Vec<(String, f64)>,
}

impl BotEntry {
    /// The value of `MUSEBOT_OUTPUT`: one line of JSON.
    #[must_use]
    pub fn outputs_json(&self) -> String {
        serde_json::Value::from_iter(self.outputs.iter().map(|output| output.to_json(self.sound.as_ref()))).to_string()
    }
}

/// When a bot that has ended is started again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Restart {
    /// Never.
    Never,
    /// When it died, or ended with another code than 0.
    #[default]
    OnFailure,
    /// However it ended.
    Always,
}
