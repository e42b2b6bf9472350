//! A leader and its satellites on loopback, at ports of the system's choice.

use crate::{
    player::Player,
    process::{Director, Home},
};
use director::network::key::Key;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The folder of an ensemble: its key, its file, and the lists of its satellites.
pub(crate) struct Stage {
    pub(crate) home: Home,
    pub(crate) key: PathBuf,
}

/// A bot whose process does nothing and whose words are the test's.
pub(crate) fn puppet(id: &str, more: &str) -> String {
    format!("[[bot]]\nid = \"{id}\"\nprogram = \"./puppet\"\noutput = \"null\"\n{more}\n")
}

/// The same on another host.
pub(crate) fn puppet_on(host: &str, id: &str) -> String {
    puppet(id, &format!("host = \"{host}\""))
}

/// An ensemble with `a` on the leader and `b` on the host `left`. Ticks begin with `a`.
pub(crate) fn duo(more: &str) -> String {
    format!("wait = 60\ntempo = 300\n{more}\n{}{}", puppet("a", ""), puppet_on("left", "b"))
}

impl Stage {
    /// An empty one, with a key of its own.
    pub(crate) fn new() -> Self {
        let home = Home::new();
        let key = home.path().join("ensemble.key");
        Key::make().unwrap().write(&key).unwrap();
        home.script("puppet", "exec sleep 1000");
        Self { home, key }
    }

    /// Leads, as `studio`.
    #[track_caller]
    pub(crate) fn lead(&self, toml: &str) -> Director {
        self.lead_at("127.0.0.1:0", toml)
    }

    /// The same at this address.
    #[track_caller]
    pub(crate) fn lead_at(&self, at: &str, toml: &str) -> Director {
        self.lead_with(&["--open", at], toml)
    }

    /// The same with whatever else is to be said on its command line.
    #[track_caller]
    pub(crate) fn lead_with(&self, open: &[&str], toml: &str) -> Director {
        let key = self.key.to_str().unwrap();
        let args = [open, &["--name", "studio", "--key", key]].concat();
        Director::play_in(&self.home.ensemble(toml), &args, &[])
    }

    /// A satellite with a list of puppets, and whatever else is to be said on its command line.
    #[track_caller]
    pub(crate) fn join(&self, leader: &Director, name: &str, bots: &[&str], more: &[&str]) -> Director {
        let list = self.home.path().join(format!("{name}.toml"));
        fs::write(&list, bots.iter().map(|id| puppet(id, "")).collect::<String>()).unwrap();
        self.join_with(leader, name, &list, more).listens()
    }

    /// Both directors of a duo, and its bots, who know each other.
    #[track_caller]
    pub(crate) fn duo(&self) -> (Director, Director, Player, Player) {
        let studio = self.lead(&duo(""));
        let left = self.join(&studio, "left", &["b"], &[]);
        let (a, b) = (Player::new(&studio, "a@studio"), Player::new(&left, "b@left"));
        a.knows(&["a@studio", "b@left"]);
        (studio, left, a, b)
    }

    /// A satellite with a list that is there already; it is not waited for.
    pub(crate) fn join_with(&self, leader: &Director, name: &str, list: &Path, more: &[&str]) -> Director {
        let mut command = asks(&address(leader), name, &self.key);
        command.arg("--bots").arg(list).args(more);
        Director::start(command)
    }
}

/// A satellite of nothing but a name and a key, before it asks.
pub(crate) fn asks(leader: &str, name: &str, key: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_director"));
    command.args(["join", leader, "--name", name, "--listen", "0", "--control", "0", "--key"]).arg(key);
    command
}

/// The same, with a leader that has to be found.
pub(crate) fn asks_whoever_is_there(name: &str, key: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_director"));
    command.args(["join", "--name", name, "--listen", "0", "--control", "0", "--key"]).arg(key);
    command
}

/// Where a leader is open to others.
pub(crate) fn address(leader: &Director) -> String {
    let line = leader.says("open to other machines on ");
    line.split("open to other machines on ").nth(1).unwrap().split(',').next().unwrap().to_owned()
}

/// What a command says that must be obeyed.
#[track_caller]
pub(crate) fn does(director: &Director, words: &[&str]) -> String {
    let (done, out, err) = director.command(words);
    assert!(done, "`director {}` failed: {err}", words.join(" "));
    out
}

/// How a bot stands in `director bots`.
pub(crate) fn state(director: &Director, bot: &str) -> String {
    let table = director.command(&["bots"]).1;
    let mut lines = table.lines().map(|line| line.split_whitespace());
    let found = lines.find_map(|mut words| (words.next() == Some(bot)).then(|| words.next().map(str::to_owned)));
    found.flatten().unwrap_or_default()
}
