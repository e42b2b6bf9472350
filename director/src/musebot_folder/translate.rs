//! Run scripts that name a Mac's programs by their full path, read as if they named them plainly: the same
//! programs run elsewhere, under the same names, on PATH.

use super::{MusebotFolder, runs_here, text};
use std::path::Path;

/// Where a Mac keeps programs that other systems have on PATH.
const MAC_FOLDERS: [&str; 5] = ["/Applications/", "/opt/homebrew/", "/usr/local/bin/", "/Library/", "/System/"];

impl MusebotFolder {
    /// The text of its run script with a Mac's paths replaced by the names of programs that are on PATH here;
    /// `None` when there is nothing to replace, and the script is to be run as it is.
    #[must_use]
    pub fn translated_script(&self) -> Option<String> {
        // A run.sh was written for this system.
        let script = self.script.as_ref().filter(|script| script.ends_with("run.command"))?;
        let text = text(script)?;
        translated(&text, |path| path.exists(), runs_here::is_on_path)
    }
}

/// Replaces the paths of programs that are not `there` by their names, where `on_path` knows these.
pub(super) fn translated(text: &str, there: impl Fn(&Path) -> bool, on_path: impl Fn(&str) -> bool) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut replaced = false;
    while let Some(at) = MAC_FOLDERS.iter().filter_map(|folder| rest.find(folder)).min() {
        let (before, found) = rest.split_at(at);
        out.push_str(before);
        // A path in quotes ends with them, and may hold blanks; another ends where the word does.
        let quote = before.chars().next_back().filter(|c| matches!(c, '"' | '\''));
        let ends = |c: char| match quote {
            Some(quote) => c == quote || c == '\n',
            None => c.is_whitespace() || matches!(c, ';' | '&' | '|' | ')' | '"' | '\'' | '`'),
        };
        let (path, after) = found.split_at(found.find(ends).unwrap_or(found.len()));
        let name = path.rsplit('/').next().unwrap_or_default();
        let known = runs_here::is_a_known_program(name) && !there(Path::new(path)) && on_path(name);
        replaced |= known;
        out.push_str(if known { name } else { path });
        rest = after;
    }
    out.push_str(rest);
    replaced.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn here(text: &str) -> Option<String> {
        translated(text, |path| path == Path::new("/usr/local/bin/node"), |name| name != "java")
    }

    #[test]
    fn a_macs_sclang_is_the_one_on_path() {
        let script = "SC=\"/Applications/SuperCollider 3/SC.app/Contents/MacOS/sclang\"\n${SC} -d . bot.sc\n";
        assert_eq!(here(script).unwrap(), "SC=\"sclang\"\n${SC} -d . bot.sc\n");
        assert_eq!(here("exec /Applications/Pd.app/bin/pd -nogui x.pd").unwrap(), "exec pd -nogui x.pd");
        assert_eq!(here("x=$(/opt/homebrew/bin/python3 -V); y").unwrap(), "x=$(python3 -V); y");
    }

    #[test]
    fn what_is_there_or_is_nobodys_program_stays_as_it_is() {
        assert_eq!(here("/usr/local/bin/node bot.js"), None, "it is there");
        assert_eq!(here("open -a /Applications/Max.app x.maxpat"), None, "nobody else has it");
        assert_eq!(here("/Library/Java/bin/java -jar x.jar"), None, "it is not on PATH either");
        assert_eq!(here("cd `dirname $0`; ./bot"), None);
        assert_eq!(here(""), None);
    }

    proptest! {
        #[test]
        fn no_script_is_too_odd(text in r#"(/Applications/|/Library/|sclang|pd| |"|'|\n|ä|/|\$|;){0,40}"#) {
            if let Some(other) = translated(&text, |_| false, |_| true) {
                prop_assert!(other.len() < text.len());
            }
        }
    }
}
