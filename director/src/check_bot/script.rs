//! What happens in a session, step by step: a plan without any doing. The plans themselves are in `scenes.rs`.

use super::crafted::TickForm;
use musebot_protocol::ConfigTxt;
use std::time::Duration;

/// The tempo of all sessions: fast, so that a bar takes 1.2 s.
pub(crate) const BPM: f64 = 200.0;

/// A session.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    /// The id that the bot is given.
    pub(crate) id: &'static str,
    /// How config.txt is written.
    pub(crate) config: ConfigForm,
    /// Where the bot is told that the conductor is.
    pub(crate) host: &'static str,
    /// Started by config.txt alone, as other conductors do.
    pub(crate) foreign: bool,
    /// The number of the first tick.
    pub(crate) first_tick: i32,
    /// Whether a metre comes with every beat.
    pub(crate) meter: bool,
    /// Whether the conductor comes only some time after the bot.
    pub(crate) starts_alone: bool,
    pub(crate) steps: Vec<Step>,
    pub(crate) end: End,
}

/// How a config.txt may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConfigForm {
    /// Five lines.
    Plain,
    /// CRLF, and no end of the last line.
    Crlf,
    /// Blank and unknown lines, and the tail of an older file.
    Tails,
}

/// One step.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// From here on, this goes on.
    Stage(&'static str),
    /// Let so many ticks go by.
    Ticks(u32),
    /// Send this to the bot.
    Say(Vec<u8>),
    /// Ticks come in this form.
    Form(TickForm),
    /// The next tick is this one.
    Jump(i32),
    /// So many ticks get lost.
    Lose(u32),
    /// Everything is sent twice.
    Twice,
    /// What the bot broadcasts comes back to it.
    Echo,
    /// The agentList is sent in this style.
    List(ListStyle),
    /// The conductor ends: nobody listens on its port any more.
    Leave,
    /// It is back, on the same port.
    Return,
    /// Let time pass; stop when the bot has gone.
    Wait(Duration),
}

/// How the agentList is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListStyle {
    Separate,
    Joined,
    Empty,
    /// Not at all.
    Silent,
}

/// How a session ends.
#[derive(Debug, Clone)]
pub(crate) enum End {
    /// The bot gets this, and time to leave.
    Told(Vec<u8>),
    /// By force: all has been seen.
    Force,
}

/// The text of a config.txt.
pub(crate) fn config_txt(form: ConfigForm, config: &ConfigTxt) -> String {
    let text = config.to_string();
    match form {
        ConfigForm::Plain => text,
        ConfigForm::Crlf => text.trim_end().replace('\n', "\r\n"),
        ConfigForm::Tails => {
            let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
            format!("{first}\n\n# comment\ncolour deep blue\n{rest}els 2\nid an_older_and_longer_name\n 2\nhannels 2")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b1_every_form_of_config_txt_says_the_same_to_our_own_reader() {
        let config = ConfigTxt {
            id: "checked".into(),
            mc_hostname: "localhost".into(),
            mc_listen_port: 4747,
            my_listen_port: 7475,
            output_channels: 2,
        };
        for form in [ConfigForm::Plain, ConfigForm::Crlf, ConfigForm::Tails] {
            assert_eq!(ConfigTxt::parse(&config_txt(form, &config)).as_ref(), Some(&config), "{form:?}");
        }
    }
}
