//! A musebot's folder, as the world's musebots come: config.txt, info.txt, a run script. Where it is
//! found, what it says, and whether it can run on this machine. Launching it is `launch.rs`'s business.

mod find;
mod runs_here;
mod shell;
mod translate;

pub use find::{FolderNotFound, Found, RUN_SCRIPTS, lacks, nearest_musebots};
pub use runs_here::NotHere;

use crate::ensemble::AgentListStyle;
use musebot_protocol::{ConfigTxt, InfoTxt};
use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

/// A folder with a musebot in it.
#[derive(Debug, Clone, PartialEq)]
pub struct MusebotFolder {
    /// Where it is, absolute.
    pub path: PathBuf,
    /// What its config.txt says, if it can be read.
    pub config: Option<ConfigTxt>,
    /// What its info.txt says; `unknown` of everything if there is none.
    pub info: InfoTxt,
    /// What starts it: `run.sh`, else `run.command`.
    pub script: Option<PathBuf>,
}

/// What a bot's platform makes of a gain between 0 and 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum GainScale {
    /// A linear amplitude.
    #[default]
    Linear,
    /// Decibels: 0 to 1 is −76 to 0 dB, as the standard Max bot has it.
    Decibels,
}

/// How to treat a bot of a certain platform, as far as its info.txt tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Manners {
    /// What it makes of a gain.
    pub gain_scale: GainScale,
    /// How it wants its agentList.
    pub agent_list: AgentListStyle,
}

/// The most of a file that is read: these are a few lines.
const MAX_BYTES: u64 = 256 * 1024;

impl MusebotFolder {
    /// Reads a folder, if it is a musebot: it has a config.txt and something that starts it,
    /// here or on another system.
    #[must_use]
    pub fn read(path: &Path) -> Option<Self> {
        let has = |name: &str| Some(path.join(name)).filter(|file| file.is_file());
        let config = has("config.txt")?;
        let script = has("run.sh").or_else(|| has("run.command"));
        if script.is_none() && has("run.vbs").is_none() {
            return None;
        }
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        Some(Self {
            config: text(&config).and_then(|text| ConfigTxt::parse(&text)),
            info: text(&path.join("info.txt")).map_or_else(InfoTxt::missing, |text| InfoTxt::parse(&text)),
            script: script.map(|script| std::path::absolute(&script).unwrap_or(script)),
            path,
        })
    }

    /// The name it goes by: its config's id, else the folder's.
    #[must_use]
    pub fn id(&self) -> String {
        self.config.as_ref().map_or_else(|| self.name(), |config| config.id.clone())
    }

    /// How to treat it. Bots made with Max map a gain to decibels and read the list of bots as one text,
    /// but for Horrigan's (`mh_…`), who read one argument a bot; all others take amplitudes and arguments.
    #[must_use]
    pub fn manners(&self) -> Manners {
        // What the script starts is certain; info.txt may still hold the words of the form that it was made from.
        let max = self.started_with().map_or_else(|| names_max(&self.info.platform), |platform| platform == "Max");
        if !max {
            return Manners::default();
        }
        let horrigan = [self.name(), self.id()].iter().any(|name| name.to_lowercase().starts_with("mh_"));
        let agent_list = if horrigan { AgentListStyle::Separate } else { AgentListStyle::Joined };
        Manners { gain_scale: GainScale::Decibels, agent_list }
    }
}

/// Whether a platform's text has the word: `Max`, `Max7`, `MaxMSP`.
fn names_max(platform: &str) -> bool {
    platform.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|word| {
        word.strip_prefix("max").is_some_and(|rest| rest == "msp" || rest.chars().all(|c| c.is_ascii_digit()))
    })
}

/// A file's text, however it is encoded: the world's files are in Latin-1, Mac Roman and UTF-8.
fn text(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    fs::File::open(path).ok()?.take(MAX_BYTES).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
