//! Where a musebot's folder is: beside the ensemble file, above it, or anywhere in the nearest `Musebots`
//! folder, as the Max conductors look for it.

use super::MusebotFolder;
use crate::ensemble::nearest::nearest;
use std::{
    collections::HashSet,
    fmt, fs,
    path::{Path, PathBuf},
};

/// The folder that the world's bots are kept in.
const MUSEBOTS: &str = "Musebots";
/// Folders deeper than this are not searched.
const DEEPEST: usize = 12;
/// Folders that are looked at in one search: somebody may point us at a whole disk.
const MOST_FOLDERS: usize = 50_000;

impl MusebotFolder {
    /// Finds a bot by the name or the path that an ensemble file gives; `home` is that file's folder.
    ///
    /// # Errors
    /// With the places where it was looked for.
    pub fn find(wanted: &Path, home: &Path) -> Result<Self, FolderNotFound> {
        let home = std::path::absolute(home).unwrap_or_else(|_| home.to_owned());
        let (mut half, mut empty) = (None, None);
        // Of a mere name that is met on the way up nobody says that a bot was meant.
        let is_path = wanted.components().count() > 1;
        for above in home.ancestors() {
            let place = above.join(wanted);
            if let Some(found) = Self::read(&place) {
                return Ok(found);
            }
            // `Musebots` itself, or a folder of them, has no part of a bot in it.
            if ["config.txt", "info.txt"].iter().any(|f| place.join(f).is_file()) {
                half = half.or(Some(place));
            } else if is_path && place.is_dir() {
                empty = empty.or(Some(place));
            }
        }
        let musebots = nearest_musebots(&home);
        let Found { bots: all, halves } = musebots.as_deref().map(Found::below).unwrap_or_default();
        let name = wanted.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let named = |same: fn(&str, &str) -> bool| {
            let folder = all.iter().find(|bot| same(&bot.name(), &name));
            folder.or_else(|| all.iter().find(|bot| bot.config.as_ref().is_some_and(|config| same(&config.id, &name))))
        };
        let same = |a: &str, b: &str| a == b;
        let alike = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
        if let Some(found) = (!name.is_empty()).then(|| named(same).or_else(|| named(alike))).flatten() {
            return Ok(found.clone());
        }
        let is_named = |folder: &&PathBuf| folder.file_name().is_some_and(|n| alike(&n.to_string_lossy(), &name));
        let not_a_bot = half.or_else(|| halves.iter().find(is_named).cloned()).or(empty);
        let names = all.iter().flat_map(|bot| [bot.name(), bot.id()]);
        let small: Vec<(String, String)> = names.map(|name| (name.to_lowercase(), name)).collect();
        let meant = nearest(&name, small.iter().map(|(small, _)| small.as_str()))
            .and_then(|meant| small.iter().find(|(small, _)| small == meant))
            .map(|(_, name)| name.clone());
        Err(FolderNotFound { wanted: wanted.to_owned(), home, musebots, not_a_bot, meant })
    }

    /// All bots below a folder, or the one that it is, sorted by path.
    #[must_use]
    pub fn search(root: &Path) -> Vec<Self> {
        Found::below(root).bots
    }

    /// The folder's own name.
    #[must_use]
    pub fn name(&self) -> String {
        self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

/// What a search has found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// The bots, sorted by path.
    pub bots: Vec<MusebotFolder>,
    /// Folders that have something of a bot but lack what would make them one, sorted.
    pub halves: Vec<PathBuf>,
}

impl Found {
    /// All that is below a folder, or that it is itself. A bot's own folder is not searched, nor are hidden
    /// ones and what archivers leave behind.
    #[must_use]
    pub fn below(root: &Path) -> Self {
        let root = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
        let mut found = Self::default();
        let mut seen = HashSet::new();
        let mut waiting = vec![(root, 0)];
        while let Some((folder, depth)) = waiting.pop() {
            // A link may lead back to where we have been.
            let real = fs::canonicalize(&folder).unwrap_or_else(|_| folder.clone());
            if seen.len() >= MOST_FOLDERS || !seen.insert(real) {
                continue;
            }
            if let Some(bot) = MusebotFolder::read(&folder) {
                found.bots.push(bot);
                continue;
            }
            // A config.txt alone may be another program's, and a run script, too.
            let parts = [folder.join("config.txt").is_file(), folder.join("info.txt").is_file(), has_script(&folder)];
            let is_half = parts.into_iter().filter(|there| *there).count() == 2;
            if depth < DEEPEST {
                let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
                waiting.extend(entries.filter(|e| !is_skipped(&e.file_name().to_string_lossy())).filter_map(|entry| {
                    let path = entry.path();
                    path.is_dir().then_some((path, depth + 1))
                }));
            }
            if is_half {
                found.halves.push(folder);
            }
        }
        found.bots.sort_by(|a, b| a.path.cmp(&b.path));
        found.halves.sort();
        found
    }
}

/// The files that start a bot, here or on another system.
pub const RUN_SCRIPTS: &str = "run.sh, run.command or run.vbs";

fn has_script(folder: &Path) -> bool {
    ["run.sh", "run.command", "run.vbs"].iter().any(|script| folder.join(script).is_file())
}

/// What a folder lacks to be a bot.
#[must_use]
pub fn lacks(folder: &Path) -> String {
    match (folder.join("config.txt").is_file(), has_script(folder)) {
        (true, _) => format!("it has not got a run script ({RUN_SCRIPTS})"),
        (false, true) => "it has not got a config.txt".to_owned(),
        (false, false) => format!("it has neither a config.txt nor a run script ({RUN_SCRIPTS})"),
    }
}

/// The nearest `Musebots` folder, from `home` upwards.
#[must_use]
pub fn nearest_musebots(home: &Path) -> Option<PathBuf> {
    let home = std::path::absolute(home).unwrap_or_else(|_| home.to_owned());
    home.ancestors().find_map(|above| {
        if above.file_name().is_some_and(|name| name == MUSEBOTS) {
            return Some(above.to_owned());
        }
        Some(above.join(MUSEBOTS)).filter(|path| path.is_dir())
    })
}

fn is_skipped(name: &str) -> bool {
    name.starts_with('.') || matches!(name, "__MACOSX" | "node_modules" | "target") || name.ends_with(".app")
}

/// Why a bot's folder was not found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderNotFound {
    /// What was looked for.
    pub wanted: PathBuf,
    /// The ensemble file's folder.
    pub home: PathBuf,
    /// The folder of musebots that was searched, if one was near.
    pub musebots: Option<PathBuf>,
    /// A folder of that name that lacks what a bot needs.
    pub not_a_bot: Option<PathBuf>,
    /// A bot with a similar name.
    pub meant: Option<String>,
}

impl std::error::Error for FolderNotFound {}

impl fmt::Display for FolderNotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(folder) = &self.not_a_bot {
            return write!(f, "{} is no musebot: {}", folder.display(), lacks(folder));
        }
        write!(f, "there is no musebot `{}`", self.wanted.display())?;
        if let Some(meant) = &self.meant {
            write!(f, " (did you mean `{meant}`?)")?;
        }
        write!(f, ": looked in {} and the folders above it", self.home.display())?;
        match &self.musebots {
            Some(folder) => write!(f, ", and everywhere in {}", folder.display()),
            None => write!(f, "; no folder `{MUSEBOTS}` is near"),
        }
    }
}
