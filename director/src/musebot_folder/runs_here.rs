//! Whether a musebot can run on this machine, judged by the words of its run script. Nothing is run.

use super::{MusebotFolder, shell::script, text};
use std::{
    env,
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
};

/// Why a musebot cannot be expected to run on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotHere {
    why: String,
    /// Whether there is no doubt. Otherwise a script may know a way that its words do not show.
    pub certain: bool,
}

impl NotHere {
    fn certainly(why: String) -> Self {
        Self { why, certain: true }
    }

    fn perhaps(why: String) -> Self {
        Self { why, certain: false }
    }
}

impl fmt::Display for NotHere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

/// What people start bots with, beside programs of their own.
const PROGRAMS: [&str; 22] = [
    "java",
    "python",
    "python2",
    "python3",
    "node",
    "nodejs",
    "npm",
    "npx",
    "deno",
    "bun",
    "sclang",
    "scsynth",
    "pd",
    "puredata",
    "extempore",
    "chuck",
    "csound",
    "ruby",
    "perl",
    "processing-java",
    "wine",
    "cargo",
];
/// What a program says of the platform.
const PLATFORMS: [(&str, &str); 13] = [
    ("java", "Java"),
    ("python", "Python"),
    ("python2", "Python"),
    ("python3", "Python"),
    ("node", "Node"),
    ("nodejs", "Node"),
    ("sclang", "SC"),
    ("pd", "Pd"),
    ("puredata", "Pd"),
    ("extempore", "Extempore"),
    ("chuck", "ChucK"),
    ("csound", "Csound"),
    ("processing-java", "Java"),
];
/// What only a Mac has.
const MAC_PROGRAMS: [&str; 3] = ["open", "osascript", "automator"];
/// Files that a program is given to run; they have to be there.
const STARTED: [&str; 13] =
    [".jar", ".py", ".js", ".mjs", ".cjs", ".sc", ".scd", ".pd", ".ck", ".csd", ".rb", ".pl", ".xtm"];

impl MusebotFolder {
    /// Whether its script can be expected to start it on this machine.
    ///
    /// # Errors
    /// Why not, for a person.
    pub fn runs_here(&self) -> Result<(), NotHere> {
        let here = Here { mac: cfg!(target_os = "macos"), path: env::var_os("PATH"), folder: &self.path };
        let Some(script) = &self.script else {
            return Err(NotHere::certainly("has no run script for this system (run.vbs is for Windows)".to_owned()));
        };
        let text = text(script).ok_or_else(|| NotHere::certainly(format!("cannot read {}", script.display())))?;
        here.judge(&self.translated_script().unwrap_or(text))
    }

    /// The platform that its run script starts, if that can be told: `Java`, `Python`, `Max` …
    #[must_use]
    pub fn started_with(&self) -> Option<&'static str> {
        let text = text(self.script.as_ref()?)?;
        script(&text).iter().find_map(|command| {
            let (name, args) = command.words.split_first()?;
            let name = Path::new(name).file_name()?.to_str()?;
            if MAC_PROGRAMS.contains(&name) {
                return args.iter().any(|arg| arg.ends_with(".maxpat")).then_some("Max");
            }
            PLATFORMS.iter().find(|(program, _)| *program == name).map(|(_, platform)| *platform)
        })
    }
}

/// Whether people start bots with it.
pub(super) fn is_a_known_program(name: &str) -> bool {
    PROGRAMS.contains(&name)
}

/// Whether a program is to be had here by its name.
pub(super) fn is_on_path(name: &str) -> bool {
    env::var_os("PATH").iter().flat_map(env::split_paths).any(|folder| folder.join(name).is_file())
}

/// The machine, and the bot's folder on it.
struct Here<'a> {
    mac: bool,
    path: Option<OsString>,
    folder: &'a Path,
}

impl Here<'_> {
    /// All commands of the script have to be there, or one of them where the script chooses.
    fn judge(&self, text: &str) -> Result<(), NotHere> {
        let mut at = Some(self.folder.to_owned());
        let mut verdicts = Vec::new();
        let mut chooses = false;
        for command in script(text) {
            chooses |= command.chooses;
            let Some((name, args)) = command.words.split_first() else { continue };
            if name == "cd" {
                at = changed(at.as_deref(), args, self.folder);
                if let Some(gone) = at.as_ref().filter(|place| !place.is_dir()) {
                    verdicts.push(Err(self.missing(gone)));
                }
            } else if let Some(verdict) = self.command(name, args, at.as_deref()) {
                verdicts.push(verdict);
            }
        }
        let works = verdicts.iter().any(Result::is_ok);
        match verdicts.into_iter().find_map(Result::err) {
            Some(why) if !(chooses && works) => Err(why),
            _ => Ok(()),
        }
    }

    /// Whether a command can work; nothing of those that are of no consequence.
    fn command(&self, name: &str, args: &[String], at: Option<&Path>) -> Option<Result<(), NotHere>> {
        if name.contains('$') || name.contains('*') {
            return None;
        }
        if MAC_PROGRAMS.contains(&name) {
            let app = args.iter().find(|arg| [".app", ".maxpat"].iter().any(|end| arg.ends_with(end)));
            return Some(match (self.mac, app.and_then(|app| gone(app, at))) {
                (false, _) => Err(NotHere::certainly(format!("needs macOS: its run script uses `{name}`"))),
                // `open -a Max.app` looks among the applications, too.
                (true, Some(gone)) if !args.iter().any(|arg| arg == "-a") => Err(self.missing(&gone)),
                (true, _) => Ok(()),
            });
        }
        if name.contains('/') {
            let place = if name.starts_with('/') { PathBuf::from(name) } else { at?.join(name) };
            return Some(if place.is_file() { Ok(()) } else { Err(self.missing(&place)) });
        }
        if !PROGRAMS.contains(&name) {
            return None;
        }
        if !self.on_path(name) {
            return Some(Err(NotHere::perhaps(format!("needs {name}, which is not on PATH"))));
        }
        let mut after_classpath = false;
        for arg in args {
            let starts = STARTED.iter().any(|end| arg.ends_with(end)) && !arg.starts_with('-');
            if (starts || after_classpath)
                && let Some(gone) = gone(arg, at)
            {
                return Some(Err(self.missing(&gone)));
            }
            after_classpath = matches!(arg.as_str(), "-cp" | "-classpath") && name == "java";
        }
        Some(Ok(()))
    }

    fn missing(&self, path: &Path) -> NotHere {
        let mac = ["/Applications", "/Library", "/System"].iter().any(|folder| path.starts_with(folder));
        if mac && !self.mac {
            let shown = path.to_string_lossy().chars().take(200).collect::<String>();
            return NotHere::certainly(match path.file_name().and_then(|name| name.to_str()) {
                Some(name) if is_a_known_program(name) => {
                    format!("needs {name}, which is not on PATH ({shown} is a Mac's)")
                }
                _ => format!("needs macOS: its run script uses {shown}"),
            });
        }
        let path = path.strip_prefix(self.folder).unwrap_or(path).to_string_lossy();
        // It is for a line on a screen.
        NotHere::perhaps(format!(
            "its run script uses {}, which is not there",
            path.chars().take(200).collect::<String>()
        ))
    }

    fn on_path(&self, name: &str) -> bool {
        self.path.iter().flat_map(env::split_paths).any(|folder| folder.join(name).is_file())
    }
}

/// A file that is named plainly and is not there. Lists such as a Java class path count when nothing of them is.
fn gone(arg: &str, at: Option<&Path>) -> Option<PathBuf> {
    let at = at?;
    let places: Vec<PathBuf> = arg.split(':').filter(|part| !part.is_empty()).map(|part| at.join(part)).collect();
    let unknown = arg.contains(['$', '*', '`', '?']);
    (!unknown && !places.iter().any(|place| place.exists())).then(|| places.into_iter().next()).flatten()
}

/// Where a script is after `cd`; nowhere that we know if it computes the place.
fn changed(at: Option<&Path>, args: &[String], folder: &Path) -> Option<PathBuf> {
    let to = args.first()?;
    if to.contains("dirname") || to.contains("BASH_SOURCE") || to.contains("%/*") {
        return Some(folder.to_owned());
    }
    let unknown = to.contains(['$', '`', '~', '*']) || to == "-";
    if unknown { None } else { Some(at?.join(to)) }
}
