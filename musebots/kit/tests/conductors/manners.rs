//! How the five conductors of the world behave, as far as a bot can tell: each a table of what
//! it sends, when, and whom it takes for dead.

use super::stranger::osc;

/// One conductor's manners. Seconds are the conductor's own.
pub(crate) struct Manners {
    pub(crate) name: &'static str,
    /// The first tick after its transport starts.
    pub(crate) first_tick: i32,
    /// Whether starting its transport again begins at the first tick again.
    pub(crate) restarts_ticks: bool,
    pub(crate) meter: Meters,
    pub(crate) list: Lists,
    pub(crate) list_every: f64,
    /// Whether an empty list is sent, too.
    pub(crate) lists_nobody: bool,
    pub(crate) dropping: Dropping,
    pub(crate) id: fn(bot: &str, port: u16) -> String,
    pub(crate) config: fn(&Place) -> Vec<u8>,
    pub(crate) gain: fn(level: f64) -> Vec<u8>,
    /// `/agent/off`, and the seconds from bot to bot.
    pub(crate) off: (fn() -> Vec<u8>, f64),
    pub(crate) exiting: Exiting,
    /// A message that is the same as the one before is not sent again to a bot.
    pub(crate) swallows_repeats: bool,
    /// What else it says now and then.
    pub(crate) besides: &'static [&'static str],
    /// Whether it says `/broadcast/KEY Conductor VALUE` to a bot whose ensemble line has such a key.
    pub(crate) says_keys: bool,
}

/// When a meter is sent.
pub(crate) enum Meters {
    Never,
    EveryBeat,
    /// When the conductor itself has loaded: no bot ever hears it.
    BeforeAnyBot,
}

/// How the names of an agentList travel.
pub(crate) enum Lists {
    /// One argument each.
    Separate,
    /// One argument with blanks in it.
    Joined,
}

/// Whom it takes for dead.
#[derive(Clone, Copy)]
pub(crate) enum Dropping {
    /// Whoever has been silent for more than `most`, looked at every `every`; a bot that has never
    /// beaten counts from its launch, where the conductor has so little patience.
    Silent { most: f64, every: f64, from_launch: bool },
    /// Whoever has not beaten in a window of this length.
    Window(f64),
}

/// What it does with a bot's `/broadcast/exiting`.
#[derive(PartialEq, Eq)]
pub(crate) enum Exiting {
    Forwards,
    EndsTheOthers,
    EndsAll,
}

/// What goes into a config.txt.
pub(crate) struct Place<'a> {
    pub(crate) id: &'a str,
    pub(crate) director_port: u16,
    pub(crate) port: u16,
    /// This machine's name, or `localhost` where it has none that leads back to it.
    pub(crate) machine: &'a str,
    /// What was in the file before.
    pub(crate) before: &'a [u8],
}

impl Place<'_> {
    fn lines(&self, host: &str) -> String {
        let Self { id, director_port, port, .. } = self;
        format!(
            "id {id}\nmc_hostname {host}\nmc_listen_port {director_port}\nmy_listen_port {port}\noutput_channels 2\n"
        )
    }
}

/// The Java conductor of the developer kit.
pub(crate) const JAVA: Manners = Manners {
    name: "Java",
    first_tick: 0,
    restarts_ticks: false,
    meter: Meters::Never,
    list: Lists::Separate,
    list_every: 5.0,
    lists_nobody: true,
    dropping: Dropping::Silent { most: 5.0, every: 5.0, from_launch: true },
    id: |bot, _| format!("{bot}@Mac-mini.local"),
    // What `hostname` prints ends in a newline, and goes into the file as it is.
    config: |place| place.lines(&format!("{}\n", place.machine)).into_bytes(),
    gain: |level| osc("/agent/gain", "ff", &[level, 50.0], &[]),
    off: (|| osc("/agent/off", "", &[], &[]), 0.0),
    exiting: Exiting::Forwards,
    swallows_repeats: false,
    besides: &[],
    says_keys: false,
};

/// Eigenfeldt's, in Max.
pub(crate) const AE: Manners = Manners {
    name: "AE",
    first_tick: 1,
    restarts_ticks: true,
    meter: Meters::EveryBeat,
    list: Lists::Joined,
    list_every: 5.0,
    lists_nobody: false,
    dropping: Dropping::Window(5.0),
    id: |bot, _| bot.to_owned(),
    config: |place| place.lines("localhost").into_bytes(),
    gain: |level| osc("/agent/gain", "f", &[(level * 100.0).round() / 100.0], &[]),
    off: (|| osc("/agent/off", "i", &[1.0], &[]), 0.5),
    exiting: Exiting::EndsTheOthers,
    swallows_repeats: false,
    besides: &[],
    says_keys: true,
};

/// Carey's, in Max.
pub(crate) const BC: Manners = Manners {
    name: "BC",
    first_tick: 1,
    restarts_ticks: false,
    meter: Meters::EveryBeat,
    list: Lists::Joined,
    list_every: 5.0,
    lists_nobody: false,
    dropping: Dropping::Window(5.0),
    id: |bot, _| bot.to_owned(),
    config: |place| place.lines("localhost").into_bytes(),
    gain: |level| osc("/agent/gain", "f", &[level], &[]),
    off: (|| osc("/agent/off", "", &[], &[]), 0.0),
    exiting: Exiting::Forwards,
    swallows_repeats: false,
    besides: &["first", "next", "previous", "any"],
    says_keys: false,
};

/// Candau's, in Max and JavaScript.
pub(crate) const YC: Manners = Manners {
    name: "YC",
    first_tick: 0,
    restarts_ticks: false,
    meter: Meters::EveryBeat,
    list: Lists::Joined,
    list_every: 1.0,
    lists_nobody: false,
    dropping: Dropping::Silent { most: 1.0, every: 1.0, from_launch: false },
    id: |bot, _| bot.to_owned(),
    // It knows the file by its lines and rewrites the fourth.
    config: |place| {
        let all = place.lines("localhost");
        all.replace("output_channels 2\n", "output_channels 2").into_bytes()
    },
    // A whole number leaves JavaScript as an integer.
    gain: |level| {
        let tag = if level.fract() == 0.0 { "i" } else { "f" };
        osc("/agent/gain", tag, &[level], &[])
    },
    off: (|| osc("/agent/off", "", &[], &[]), 0.0),
    exiting: Exiting::EndsAll,
    swallows_repeats: false,
    besides: &[],
    says_keys: false,
};

/// Horrigan's, in Max.
pub(crate) const MH: Manners = Manners {
    name: "MH",
    first_tick: 1,
    restarts_ticks: false,
    meter: Meters::BeforeAnyBot,
    list: Lists::Separate,
    list_every: 5.0,
    lists_nobody: true,
    dropping: Dropping::Silent { most: 5.0, every: 1.0, from_launch: false },
    id: |bot, port| format!("{bot}_{port}"),
    // It writes over what is there and does not cut off the rest.
    config: |place| {
        let mut bytes = place.before.to_vec();
        let new = place.lines("localhost").into_bytes();
        bytes.resize(bytes.len().max(new.len()), b' ');
        bytes[..new.len()].copy_from_slice(&new);
        bytes
    },
    gain: |level| osc("/agent/gain", "f", &[level], &[]),
    off: (|| osc("/agent/off", "", &[], &[]), 0.0),
    exiting: Exiting::Forwards,
    swallows_repeats: true,
    besides: &[],
    says_keys: false,
};

/// All of them.
pub(crate) const ALL: [&Manners; 5] = [&JAVA, &AE, &BC, &YC, &MH];
