//! What a knob or a pad turns: the words behind `to = "…"`.

use crate::ensemble::nearest::nearest;
use musebot_protocol::{Control, Gain, Tempo};
use std::fmt;

/// What is turned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// `bass.gain`: the fader of a bot, or of all bots of a group.
    Gain(String),
    /// `bass.mute`.
    Mute(String),
    /// `bass.solo`.
    Solo(String),
    /// `group:rhythm`: silences a group apart from its bots' own mutes.
    Group(String),
    /// `bass.start`.
    Start(String),
    /// `bass.stop`.
    Stop(String),
    /// `master`.
    Master,
    /// `tempo`.
    Tempo,
    /// `density`.
    Density,
    /// `section:chorus`.
    Section(String),
    /// `tap`.
    Tap,
    /// `nudge:-5`, in milliseconds.
    Nudge(i32),
    /// `panic`.
    Panic,
}

/// What can be turned of one bot.
const OF_A_BOT: [&str; 5] = ["gain", "mute", "solo", "start", "stop"];
/// What can be turned of all; those with a colon take a word.
const OF_ALL: [&str; 8] = ["master", "tempo", "density", "section:NAME", "group:NAME", "tap", "nudge:MS", "panic"];

/// What a name may be the name of.
#[derive(Debug, Clone, Copy, Default)]
pub struct Names<'a> {
    /// The bots.
    pub bots: &'a [&'a str],
    /// Their groups.
    pub groups: &'a [&'a str],
    /// The sections.
    pub sections: &'a [&'a str],
}

/// Why a target is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoTarget {
    /// What is wrong.
    pub message: String,
    /// What to write.
    pub hint: String,
    /// Whether only a bot of that name is missing: it may come yet as a guest.
    pub may_come: bool,
}

impl Target {
    /// Reads a target, and looks up what it names.
    ///
    /// # Errors
    /// When it is none, or nothing goes by its name.
    pub fn read(text: &str, names: Names<'_>) -> Result<Self, NoTarget> {
        let target = Self::parse(text)?;
        target.check(names)?;
        Ok(target)
    }

    /// Reads a target without looking up what it names.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, NoTarget> {
        let text = text.trim();
        match text {
            "master" | "master.gain" => return Ok(Self::Master),
            "tempo" => return Ok(Self::Tempo),
            "density" => return Ok(Self::Density),
            "tap" => return Ok(Self::Tap),
            "panic" => return Ok(Self::Panic),
            _ => {}
        }
        if let Some((what, name)) = text.split_once(':') {
            let name = name.trim();
            let whole = || name.parse().ok().filter(|ms: &i32| (-1000..=1000).contains(ms));
            return match what.trim() {
                "section" if !name.is_empty() => Ok(Self::Section(name.to_owned())),
                "group" if !name.is_empty() => Ok(Self::Group(name.to_owned())),
                "nudge" => whole().map(Self::Nudge).ok_or_else(|| {
                    no(format!("`{text}` is no nudge"), "whole milliseconds from -1000 to 1000, such as \"nudge:-5\"")
                }),
                _ => Err(Self::unknown(text)),
            };
        }
        match text.rsplit_once('.') {
            Some((who, what)) if !who.is_empty() => {
                let who = who.to_owned();
                Ok(match what {
                    "gain" => Self::Gain(who),
                    "mute" => Self::Mute(who),
                    "solo" => Self::Solo(who),
                    "start" => Self::Start(who),
                    "stop" => Self::Stop(who),
                    _ => {
                        let meant = if what == "volume" { Some("gain") } else { nearest(what, OF_A_BOT) };
                        let hint = match meant {
                            Some(meant) => format!("did you mean \"{who}.{meant}\"?"),
                            None => format!("of a bot there are {}", OF_A_BOT.join(", ")),
                        };
                        return Err(no(format!("a bot has no `{what}` to turn"), hint));
                    }
                })
            }
            _ => Err(Self::unknown(text)),
        }
    }

    fn unknown(text: &str) -> NoTarget {
        let words = OF_ALL.iter().filter(|word| !word.contains(':')).copied();
        let hint = match (nearest(text, words), text) {
            (Some(meant), _) => format!("did you mean \"{meant}\"?"),
            (None, "section" | "group" | "nudge") => format!("such as \"{text}:{}\"", Self::example(text)),
            (None, _) => format!("such as \"bass.gain\", or one of {}", OF_ALL.join(", ")),
        };
        no(format!("`{text}` is nothing that a knob or pad turns"), hint)
    }

    fn example(word: &str) -> &'static str {
        match word {
            "section" => "chorus",
            "group" => "rhythm",
            _ => "-5",
        }
    }

    fn check(&self, names: Names<'_>) -> Result<(), NoTarget> {
        let (kind, name, known): (_, _, Vec<&str>) = match self {
            Self::Gain(who) | Self::Mute(who) | Self::Solo(who) => {
                ("bot or group", who, names.bots.iter().chain(names.groups).copied().collect())
            }
            Self::Start(who) | Self::Stop(who) => ("bot", who, names.bots.to_vec()),
            Self::Group(name) => ("group", name, names.groups.to_vec()),
            Self::Section(name) => ("section", name, names.sections.to_vec()),
            _ => return Ok(()),
        };
        if known.contains(&name.as_str()) {
            return Ok(());
        }
        let hint = match nearest(name, known.iter().copied()) {
            Some(meant) => format!("did you mean \"{}\"?", self.of(meant)),
            None if known.is_empty() => format!("this ensemble has no {kind}s"),
            None => format!("there are {}", known.join(", ")),
        };
        // One that stops and starts is of the file, and a word that is nearly right is a slip.
        let may_come = matches!(self, Self::Gain(_) | Self::Mute(_) | Self::Solo(_)) && !hint.starts_with("did");
        Err(NoTarget { message: format!("no {kind} is called `{name}`"), hint, may_come })
    }

    /// The same of another.
    fn of(&self, name: &str) -> Self {
        let name = name.to_owned();
        match self {
            Self::Gain(_) => Self::Gain(name),
            Self::Mute(_) => Self::Mute(name),
            Self::Solo(_) => Self::Solo(name),
            Self::Start(_) => Self::Start(name),
            Self::Stop(_) => Self::Stop(name),
            Self::Group(_) => Self::Group(name),
            Self::Section(_) => Self::Section(name),
            other => other.clone(),
        }
    }

    /// Whether it has a position between two ends, as a fader has.
    #[must_use]
    pub fn is_fader(&self) -> bool {
        matches!(self, Self::Gain(_) | Self::Master | Self::Tempo | Self::Density)
    }

    /// Whether it is on or off, as a lamp is.
    #[must_use]
    pub fn is_switch(&self) -> bool {
        matches!(self, Self::Mute(_) | Self::Solo(_) | Self::Group(_))
    }

    /// The command that gives it a value: of a fader the value itself, of a switch on (1) or off (0).
    #[must_use]
    pub fn command(&self, value: f64) -> Control {
        let on = value >= 0.5;
        match self.clone() {
            Self::Gain(who) => Control::Gain { who, gain: Gain::clamped(value), over: None },
            Self::Master => Control::Master { gain: Gain::clamped(value), over: None },
            Self::Tempo => Control::Tempo { tempo: Tempo::clamped(value), over: None },
            Self::Density => Control::Density { density: value.clamp(0.0, 1.0) },
            Self::Mute(who) => Control::Mute { who, on },
            Self::Solo(who) => Control::Solo { who, on },
            // As on a desk: a lit group is silenced.
            Self::Group(group) => Control::Group { group, on: !on },
            Self::Start(bot) => Control::Start { bot },
            Self::Stop(bot) => Control::Stop { bot },
            Self::Section(name) => Control::Section { name },
            Self::Tap => Control::Tap,
            Self::Nudge(ms) => Control::Nudge { ms: ms.into() },
            Self::Panic => Control::Panic,
        }
    }
}

fn no(message: impl Into<String>, hint: impl Into<String>) -> NoTarget {
    NoTarget { message: message.into(), hint: hint.into(), may_come: false }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gain(who) => write!(f, "{who}.gain"),
            Self::Mute(who) => write!(f, "{who}.mute"),
            Self::Solo(who) => write!(f, "{who}.solo"),
            Self::Start(who) => write!(f, "{who}.start"),
            Self::Stop(who) => write!(f, "{who}.stop"),
            Self::Group(name) => write!(f, "group:{name}"),
            Self::Section(name) => write!(f, "section:{name}"),
            Self::Nudge(ms) => write!(f, "nudge:{ms}"),
            Self::Master => f.write_str("master"),
            Self::Tempo => f.write_str("tempo"),
            Self::Density => f.write_str("density"),
            Self::Tap => f.write_str("tap"),
            Self::Panic => f.write_str("panic"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: Names<'static> = Names { bots: &["bass", "a.b"], groups: &["rhythm"], sections: &["chorus"] };

    #[test]
    fn a_target_reads_as_it_is_written() {
        for text in [
            "bass.gain",
            "a.b.mute",
            "rhythm.solo",
            "bass.start",
            "bass.stop",
            "group:rhythm",
            "section:chorus",
            "nudge:-5",
            "master",
            "tempo",
            "density",
            "tap",
            "panic",
        ] {
            assert_eq!(Target::read(text, NAMES).unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_slip_is_told_what_was_meant() {
        let hint = |text: &str| Target::read(text, NAMES).unwrap_err().hint;
        assert_eq!(hint("bas.gain"), "did you mean \"bass.gain\"?");
        assert_eq!(hint("bass.gian"), "did you mean \"bass.gain\"?");
        assert_eq!(hint("bass.volume"), "did you mean \"bass.gain\"?");
        assert_eq!(hint("section:corus"), "did you mean \"section:chorus\"?");
        assert_eq!(hint("tmepo"), "did you mean \"tempo\"?");
        assert_eq!(hint("section"), "such as \"section:chorus\"");
        assert!(hint("colour").contains("bass.gain"));
        assert!(hint("nudge:soon").contains("milliseconds"));
        assert_eq!(hint("tuba.gain"), "there are bass, a.b, rhythm");
    }

    #[test]
    fn only_a_name_that_nobody_has_may_come_as_a_guest() {
        let may_come = |text: &str| Target::read(text, NAMES).unwrap_err().may_come;
        assert!(may_come("tuba.gain") && !may_come("bas.gain") && !may_come("tuba.start") && !may_come("section:x"));
    }
}
