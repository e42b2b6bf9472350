//! What the world's bots make of a director, as their code has it: three kits (the Java assistant, the
//! standard Max bot, the Python and SuperCollider templates) and two that differ from them. Pure, on
//! virtual time. They hear datagrams as `spell` writes them, and the types are what matters.

use std::time::Duration;

const MS: fn(u64) -> Duration = Duration::from_millis;
/// Java and Max bots end themselves after so long without agentList.
const WATCHDOG: Duration = Duration::from_secs(30);

/// Who made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kit {
    /// The Java bot assistant.
    Java,
    /// `musebot_config.maxpat`, the link of nearly all Max bots.
    Max,
    /// The Python and SuperCollider templates.
    Script,
    /// The Max bots of the conductor on port 7474.
    Horrigan,
    /// ae_ServerBOT, which beats slowly.
    Server,
}

/// One bot's state of mind.
#[derive(Debug, Clone)]
pub(crate) struct Manner {
    pub(crate) kit: Kit,
    born: Duration,
    /// Its receiver has died of this.
    pub(crate) deaf: Option<String>,
    /// It has ended itself, and why.
    pub(crate) quit: Option<String>,
    /// When it heard agentList last.
    listed: Option<Duration>,
    /// The longest it had to wait for the next.
    pub(crate) longest_wait: Duration,
    /// How often it was told the metre.
    pub(crate) meters: u32,
    /// Whom it believes to be here.
    pub(crate) others: Vec<String>,
    /// The last gain, as a number.
    pub(crate) gain: Option<f64>,
    /// All ticks it has heard.
    pub(crate) ticks: Vec<i64>,
    /// All broadcasts it has heard.
    pub(crate) broadcasts: Vec<String>,
    /// What it heard that no conductor says.
    pub(crate) strange: Vec<String>,
}

/// What a bot does about what it has heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reaction {
    /// It plays on.
    Nothing,
    /// It fades for so long and goes.
    Goes(Duration),
}

impl Kit {
    /// From one heartbeat to the next.
    pub(crate) fn every(self) -> u64 {
        if self == Self::Server { 2500 } else { 1000 }
    }

    /// The port that its heartbeats come from, if it is not the one it listens on.
    pub(crate) fn source(self, port: u16) -> u16 {
        match self {
            Self::Script => 57_120,
            _ => port + 40_000,
        }
    }

    fn fade(self) -> Duration {
        match self {
            Self::Java => MS(4000),
            Self::Max | Self::Horrigan => MS(5000),
            Self::Script => MS(0),
            Self::Server => MS(100),
        }
    }

    fn has_watchdog(self) -> bool {
        matches!(self, Self::Java | Self::Max | Self::Server)
    }
}

impl Manner {
    pub(crate) fn new(kit: Kit) -> Self {
        Self {
            kit,
            born: MS(0),
            deaf: None,
            quit: None,
            listed: None,
            longest_wait: MS(0),
            meters: 0,
            others: Vec::new(),
            gain: None,
            ticks: Vec::new(),
            broadcasts: Vec::new(),
            strange: Vec::new(),
        }
    }

    /// A new life begins.
    pub(crate) fn starts(&mut self, now: Duration) {
        *self = Self { born: now, ..Self::new(self.kit) };
    }

    /// Time passes; `true` when its watchdog ends it.
    pub(crate) fn gives_up(&mut self, now: Duration) -> bool {
        let since = match self.kit {
            // Counted from its start even if none was ever received.
            Kit::Java => Some(self.listed.unwrap_or(self.born)),
            _ => self.listed,
        };
        let bites = self.kit.has_watchdog() && since.is_some_and(|at| now - at >= WATCHDOG);
        if bites {
            self.quit.get_or_insert("30 s without agentList".to_owned());
        }
        bites
    }

    /// A datagram arrives.
    pub(crate) fn hears(&mut self, now: Duration, text: &str) -> Reaction {
        if self.deaf.is_some() {
            return Reaction::Nothing;
        }
        let mut words = text.split(' ');
        let (address, tags) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let rest = text.splitn(3, ' ').nth(2).unwrap_or_default();
        let first = || rest.split(' ').next().unwrap_or_default();
        match address {
            "/mc/time" => {
                if self.kit == Kit::Java && !tags.starts_with(",fi") {
                    self.deaf = Some(text.to_owned());
                }
                self.ticks.extend(rest.split(' ').nth(1).and_then(|tick| tick.parse::<i64>().ok()));
            }
            "/agent/gain" => {
                if self.kit == Kit::Java && !matches!(tags, ",f" | ",ff" | ",fff") {
                    self.deaf = Some(text.to_owned());
                }
                self.gain = first().parse().ok();
                if self.kit != Kit::Java && self.kit != Kit::Script && tags == ",ff" {
                    // The end of a ramp opens the gate that quits.
                    self.quit = Some(text.to_owned());
                    return Reaction::Goes(MS(0));
                }
            }
            "/mc/agentList" => {
                self.longest_wait = self.longest_wait.max(now - self.listed.unwrap_or(self.born));
                self.listed = Some(now);
                // A Max object takes the first argument apart; the others read one name an argument.
                self.others = match (self.kit, tags.len()) {
                    (Kit::Max | Kit::Server, 3..) => vec![first().to_owned()],
                    (Kit::Horrigan | Kit::Java | Kit::Script, 2) => vec![rest.to_owned()],
                    _ => rest.split(' ').map(str::to_owned).collect(),
                };
            }
            "/agent/off" => return Reaction::Goes(self.kit.fade()),
            "/mc/meter" if tags == ",ii" => self.meters += 1,
            _ if address.starts_with("/broadcast/") => self.broadcasts.push(text.to_owned()),
            _ => self.strange.push(text.to_owned()),
        }
        Reaction::Nothing
    }

    /// How loud it plays, in decibels, after what it takes the number for.
    pub(crate) fn decibels(&self) -> Option<f64> {
        let gain = self.gain?;
        Some(match self.kit {
            Kit::Java | Kit::Script => 20.0 * gain.log10(),
            Kit::Max | Kit::Horrigan | Kit::Server => gain * 76.0 - 76.0,
        })
    }
}
