//! What happens to the director, and what it decides to do: the two closed lists between the
//! pure core and everything that touches the world.

use crate::{
    clock_thread::Order,
    clock_word::ClockWord,
    death::LastWords,
    director::Reckoning,
    musebot_folder::Manners,
    network::{HostName, word::Word},
};
use musebot_devices::MidiMessage;
use musebot_protocol::{BotId, Control, Message, Reply, Tick, ToDirector};
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

/// What happened.
#[derive(Debug)]
pub enum Event<'a> {
    /// A bot said something to the director.
    Heard {
        /// Where the datagram came from.
        from: SocketAddr,
        /// What it said.
        message: ToDirector,
    },
    /// A bot said something to everybody; it has been relayed already.
    Spoke {
        /// Where the datagram came from.
        from: SocketAddr,
        /// The broadcast.
        message: Message<'a>,
    },
    /// A terminal wants something.
    Asked {
        /// Whom to answer.
        from: SocketAddr,
        /// What it wants.
        control: Control,
    },
    /// A bot's process runs.
    Launched {
        /// Its name in the roster.
        name: Arc<str>,
        /// The port it was told to listen on.
        port: u16,
        /// How it wants to be treated, when it is a musebot folder.
        manners: Option<Manners>,
    },
    /// A bot's process could not be started, and another try would not help.
    NotLaunched {
        /// Its name in the roster.
        name: Arc<str>,
        /// Why, and what to do.
        reason: String,
    },
    /// A bot's process has ended; of a musebot folder, its script and all that this had started
    /// in its process group.
    Exited {
        /// Its name in the roster.
        name: Arc<str>,
        /// How.
        exit: Exit,
        /// The last lines it printed.
        last_words: LastWords,
    },
    /// The machine whose clock leads says something.
    Master {
        /// When it arrived.
        at: Duration,
        /// What.
        word: ClockWord,
    },
    /// The port of that machine has come or gone.
    MasterPort(ClockNews),
    /// A port that gets our clock has come or gone.
    ClockPort {
        /// Which one of the file.
        port: usize,
        /// What is the matter with it.
        news: ClockNews,
    },
    /// A control surface has come, gone, or been touched.
    Surface {
        /// Its number: that of the ensemble file, or a later one while somebody learns.
        number: usize,
        /// What it is.
        news: SurfaceNews,
    },
    /// Another director says something.
    Letter {
        /// Its host.
        host: HostName,
        /// Which director there: drawn when it began.
        from: u64,
        /// Where that host is reached, as far as we see it.
        at: Option<IpAddr>,
        /// What.
        word: Box<Word>,
    },
    /// A bot of another host said something to everybody.
    FarSpoke {
        /// Its host.
        host: HostName,
        /// The tick at which it was said there.
        tick: Tick,
        /// The broadcast.
        message: Message<'a>,
        /// Whether it has been relayed already; otherwise it is heard later.
        relayed: bool,
    },
    /// The leader's clock has been measured.
    Reckoned(Reckoning),
    /// Some milliseconds have passed.
    Timer,
    /// The process had been stopped or suspended; the clock stood still for so long in all.
    Stalled(Duration),
    /// Ctrl-C or SIGTERM; the second one kills.
    Interrupted,
}

/// What has become of a port for a MIDI clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClockNews {
    /// It is open, under this name.
    Here(String),
    /// It cannot be opened so far, and why.
    Absent(String),
    /// It was there, and is no more.
    Gone,
}

/// What happens to a control surface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SurfaceNews {
    /// Its port is open; this is its name.
    Here(String),
    /// Its port has gone.
    Gone,
    /// Somebody has moved something.
    Moved(MidiMessage),
    /// All inputs were to be opened, and there is none.
    NoInputs,
}

/// How a process ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this code.
    Code(i32),
    /// By a signal.
    Signal(i32),
    /// Its script ended well before what it had started did: how that ended nobody can tell.
    Unknown,
}

impl Exit {
    /// Whether it ended as one that does its work ends.
    #[must_use]
    pub fn is_success(&self) -> bool {
        *self == Self::Code(0)
    }
}

/// What is to be done.
#[derive(Debug)]
pub enum Action {
    /// Send a datagram to a bot, now.
    Send {
        /// To whom.
        to: SocketAddr,
        /// What.
        bytes: Vec<u8>,
    },
    /// Tell the clock thread.
    Clock(Order),
    /// These bots get every broadcast from now on.
    Relay(Vec<Listener>),
    /// Start a bot's process.
    Launch {
        /// Its name in the roster.
        name: Arc<str>,
    },
    /// Send a signal to a bot's process group.
    Signal {
        /// Its name in the roster.
        name: Arc<str>,
        /// SIGKILL instead of SIGTERM.
        kill: bool,
    },
    /// A bot has gone that beat without a process of ours: its port and folder may be given again.
    Release {
        /// Its name in the roster.
        name: Arc<str>,
    },
    /// Connect the outputs of the first with the inputs of the second, where JACK runs.
    Connect(Vec<(BotId, BotId)>),
    /// End all that may still sound at a bot's MIDI outputs.
    Silence {
        /// Its name in the roster.
        name: Arc<str>,
        /// Every key by itself, too: nobody is left who ends his own notes.
        every_key: bool,
    },
    /// Answer a terminal.
    Reply {
        /// To whom.
        to: SocketAddr,
        /// What.
        reply: Reply,
    },
    /// Move the faders and light the lamps of a control surface.
    Show {
        /// Its number.
        surface: usize,
        /// What it is sent.
        messages: Vec<MidiMessage>,
    },
    /// Listen to MIDI inputs that no file names, or no more.
    Inputs(Inputs),
    /// Pass on at once what other hosts' bots say, from now on; or leave it to us.
    HearsAtOnce(bool),
    /// Say something to another director, or to all.
    Tell {
        /// To whom.
        to: Option<HostName>,
        /// What. A welcome gets its session and key on the way out.
        word: Box<Word>,
    },
    /// Pass a bot's word of some time ago on to the other hosts, once more.
    SayAfar {
        /// Its topic.
        topic: String,
        /// The datagram.
        bytes: Vec<u8>,
    },
    /// Tell a director that it is not let in.
    Refuse {
        /// Its host.
        host: HostName,
        /// Which director there.
        to: u64,
        /// Why.
        why: String,
    },
    /// A host has gone: it is not told the time any more.
    Dismiss {
        /// Which.
        host: HostName,
    },
    /// These topics are wanted from other hosts; all, when there is no list.
    Topics(Option<Vec<String>>),
    /// Tell the person at the screen.
    Say(Tone, String),
    /// A voice begins a line: for the log, where no status line shows its words.
    Sung {
        /// Whose it is.
        name: String,
        /// What it will sing.
        line: String,
    },
    /// All is over; leave with this exit code.
    Finish(u8),
}

/// MIDI inputs that somebody learns from, when no file names any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inputs {
    /// Listen to all that there are.
    OpenAll,
    /// Go on with this one alone.
    Keep(usize),
    /// Listen to none of them any more.
    CloseAll,
}

/// How loudly something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Good to know.
    Note,
    /// Something is not as it should be, but the rest plays on.
    Warning,
    /// Somebody has to do something.
    Loud,
}

/// One bot that hears broadcasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listener {
    /// Where it listens.
    pub to: SocketAddr,
    /// Where its own datagrams come from, when its own words are not to come back to it.
    pub not_from: Option<SocketAddr>,
}
