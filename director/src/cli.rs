//! The command line.

mod doctor;
mod network;
mod stage;

pub use doctor::{Doctor, HostPort};
pub use network::{Join, KeyCommand, Open, with_port};
pub use stage::{Calibrate, Learn};

use crate::ensemble::Length;
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use musebot_protocol::{DIRECTOR_PORT, Over, Tempo};
use std::{net::SocketAddr, path::PathBuf};

/// Directs a band of musebots: programs that make music together.
///
/// Begin with `director play configs/ensembles/trio.toml`. While it plays, another terminal can
/// turn its knobs: `director tempo 96`, `director gain bass 0.5 --over 2s`, `director quit`.
#[derive(Debug, Parser)]
#[command(name = "director", version, max_term_width = 100, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
#[expect(missing_docs, reason = "a doc comment on a flattened field would replace the command's help")]
pub enum Command {
    /// Play an ensemble, live, until Ctrl-C (once: fade out; twice: stop at once)
    Play(Play),
    /// Render an ensemble to files, faster than it sounds, without any audio device
    Render(Render),
    /// Check an ensemble file and say everything that is wrong with it
    Check {
        /// The ensemble file
        #[arg(value_hint = ValueHint::FilePath, required = true)]
        files: Vec<PathBuf>,
    },
    /// List the musebots that are found on this machine, and whether they can run here
    List(List),
    /// List audio devices and MIDI ports, under the words that an ensemble file takes
    Devices(Devices),
    /// Look at this machine before the show, and say what to do about what is not good
    Doctor(Doctor),
    /// Turn a historic ensemble file (.txt) into one of ours
    Import(Import),
    /// Begin a bot of your own: a folder that plays as it is
    NewBot(NewBot),
    /// Examine one bot: does it keep to the protocol?
    CheckBot(CheckBot),
    /// Show what the bots say to each other, as it is said
    Listen(Listen),
    /// Say something to the band: `say /broadcast/hdensity me 0.7`
    Say(Say),
    /// Take part in an ensemble that another machine leads: `director join studio.local --key ensemble.key`
    Join(Join),
    /// Make or show the key by which the machines of an ensemble know each other
    #[command(subcommand)]
    Key(KeyCommand),
    /// List the machines of the ensemble: round trip, clock error, loss, bots
    Hosts(Remote),
    /// List the bots that play now: state, gain, level, lateness, restarts
    Bots(Remote),
    /// Change the tempo: `tempo 96`, `tempo 120 --over 8bars`
    Tempo {
        /// Beats a minute, 10 to 999
        tempo: Tempo,
        #[command(flatten)]
        over: OverArg,
        #[command(flatten)]
        remote: Remote,
    },
    /// Move the fader of a bot, a group or `master`: `gain bass 0.5 --over 2s`
    Gain {
        /// A bot, a group, or `master`
        who: String,
        /// 0 (silent) to 1 (as played)
        #[arg(value_parser = gain)]
        gain: f64,
        #[command(flatten)]
        over: OverArg,
        #[command(flatten)]
        remote: Remote,
    },
    /// Silence a bot or a group; `--off` lets it sound again
    Mute(Toggle),
    /// Let only this bot (and others soloed) sound; `--off` ends it
    Solo(Toggle),
    /// Silence a whole group apart from its bots' own mutes; `--off` lets it sound again
    Group(Toggle),
    /// Go to a section at the next bar line
    Section {
        /// Its name in the ensemble file
        name: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Ask all bots to play more or less densely, 0 to 1
    Density {
        /// 0 (almost nothing) to 1 (as much as they can)
        #[arg(value_parser = gain)]
        density: f64,
        #[command(flatten)]
        remote: Remote,
    },
    /// Launch a bot of the ensemble file that does not run
    Start(One),
    /// Let a bot fade out and go
    Stop(One),
    /// Let a bot go and launch it again
    Restart(One),
    /// Tap the tempo with the space bar (`q` ends it); in a script, each call is one tap
    Tap(Remote),
    /// Shift the grid by some milliseconds, once
    Nudge {
        /// Milliseconds, -1000 to 1000; positive is later
        #[arg(allow_negative_numbers = true, value_parser = nudge)]
        ms: f64,
        #[command(flatten)]
        remote: Remote,
    },
    /// Silence everything at once; the band enters again at the next bar line
    Panic(Remote),
    /// Print a value: address, bots, clock, density, hosts, master, name, position, section, seed, tempo
    Get {
        /// Which value
        what: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Print a value now and whenever it changes
    Watch {
        /// Which value
        what: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Let the next knob, fader or pad that you move turn something: `learn bass.gain`
    Learn(Learn),
    /// Find how late an output sounds: clicks that an input hears, or that you tap along to
    Calibrate(Calibrate),
    /// End the ensemble: all fade out and go
    Quit(Remote),
}

fn gain(s: &str) -> Result<f64, String> {
    s.parse::<f64>().ok().filter(|g| (0.0..=1.0).contains(g)).ok_or_else(|| "a number between 0 and 1".to_owned())
}

fn nudge(s: &str) -> Result<f64, String> {
    let ms = s.parse::<f64>().ok().filter(|ms| ms.abs() <= 1000.0);
    ms.ok_or_else(|| "a number of milliseconds between -1000 and 1000".to_owned())
}

/// `play`.
#[derive(Debug, Args)]
pub struct Play {
    /// The ensemble file, ours (.toml) or a historic one (.txt); without it, or with a folder, the ensembles
    /// there are listed
    #[arg(value_hint = ValueHint::AnyPath)]
    pub file: Option<PathBuf>,
    /// Play all ensembles of the folder, one after the other and for ever, each for so long at most: `5m`,
    /// `90s`, `64bars`. Each ends at a bar line, its bots fade out and go, then the next begins
    #[arg(long, value_name = "TIME")]
    pub set_length: Option<Length>,
    /// With --set-length: in another order each time round; --seed draws the same orders again
    #[arg(long, requires = "set_length")]
    pub shuffle: bool,
    /// Beats a minute, instead of the file's
    #[arg(long)]
    pub tempo: Option<Tempo>,
    /// Where all chance comes from, instead of the file's: the same seed, the same music
    #[arg(long)]
    pub seed: Option<u64>,
    /// End after so many bars
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub bars: Option<u32>,
    /// Where bots reach the director: PORT, or HOST:PORT (0.0.0.0:PORT lets other machines in)
    #[arg(long, value_name = "[HOST:]PORT", default_value_t = SocketAddr::from(([127, 0, 0, 1], DIRECTOR_PORT)), value_parser = listen)]
    pub listen: SocketAddr,
    /// The port for other terminals, on this machine only [default: the port after --listen]
    #[arg(long, value_name = "PORT")]
    pub control: Option<u16>,
    /// Other machines.
    #[command(flatten)]
    pub network: Open,
    /// Let bots outlive a director that is killed, until their own watchdog ends them
    #[arg(long, hide = true)]
    pub no_death_signal: bool,
}

fn listen(s: &str) -> Result<SocketAddr, String> {
    if let Ok(port) = s.parse::<u16>() {
        return Ok(SocketAddr::from(([127, 0, 0, 1], port)));
    }
    let s = s.replacen("localhost", "127.0.0.1", 1);
    s.parse().map_err(|_| "a port such as 4750, or an address with one such as 0.0.0.0:4747".to_owned())
}

/// `render`.
#[derive(Debug, Args)]
pub struct Render {
    /// The ensemble file
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// How many bars [default: what the file says, else 32]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub bars: Option<u32>,
    /// Where all chance comes from: same machine, build and seed, same bytes in every file
    #[arg(long)]
    pub seed: Option<u64>,
    /// Beats a minute, instead of the file's
    #[arg(long)]
    pub tempo: Option<Tempo>,
    /// The folder that the files go to [default: renders/NAME]
    #[arg(long, value_hint = ValueHint::DirPath)]
    pub out: Option<PathBuf>,
    /// Leave out bots that cannot render, instead of stopping
    #[arg(long)]
    pub leave_out: bool,
}

/// What `director devices` takes.
#[derive(Debug, Args)]
pub struct Devices {
    /// Only what has this in its name; the exit code is 1 when nothing has
    pub name: Option<String>,
    /// As JSON, for programs
    #[arg(long)]
    pub json: bool,
}

/// `list`.
#[derive(Debug, Args)]
pub struct List {
    /// Where to look, and below [default: the nearest `Musebots` folder from here upwards, else here]
    #[arg(value_hint = ValueHint::DirPath)]
    pub folder: Option<PathBuf>,
    /// Print JSON, for programs
    #[arg(long)]
    pub json: bool,
}

/// `import`.
#[derive(Debug, Args)]
pub struct Import {
    /// The historic ensemble file: `tempo 120 duration 300`, then a line for each bot. Its bots are looked
    /// for near it; what is missing or cannot run here is said, and left out
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Where to write it; a file that is there already is kept [default: to the screen]
    #[arg(long, short, value_hint = ValueHint::FilePath)]
    pub out: Option<PathBuf>,
}

const NEW_BOT: &str = "\
The folder holds a small bot that plays in time, hears notepool and hdensity, follows its fader and leaves when it is \
told off; with its info.txt, its test, a README, and try.toml, in which it plays with our drums and bass. What is yours \
of it has under 100 lines.

    director new-bot walker --lang python
    cd walker
    ./test.sh
    director play try.toml
    director check-bot .

Rust, SuperCollider and Pure Data sound by themselves. Python and Node play with words: they tell the band its chords, \
and others make them sound.";

/// `new-bot`.
#[derive(Debug, Args)]
#[command(after_long_help = NEW_BOT)]
pub struct NewBot {
    /// What it is called; the folder gets the same name
    pub name: String,
    /// What it is written in
    #[arg(long, value_enum)]
    pub lang: Lang,
    /// Where its folder is made [default: here]
    #[arg(long = "in", value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub parent: Option<PathBuf>,
    /// For Rust: the musebot kit [default: musebots/kit of the checkout that the director is in]
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub kit: Option<PathBuf>,
}

/// What a new bot is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// Rust, with the kit of our own bots
    Rust,
    /// Python, with python-osc
    Python,
    /// JavaScript, for Node
    Node,
    /// SuperCollider: sclang and scsynth
    Supercollider,
    /// Pure Data, vanilla
    Puredata,
}

/// `check-bot`.
#[derive(Debug, Args)]
pub struct CheckBot {
    /// The bot's folder; it is started as a conductor starts it
    #[arg(value_hint = ValueHint::DirPath, required_unless_present = "command", conflicts_with = "command")]
    pub folder: Option<PathBuf>,
    /// The command that runs the bot, with its arguments
    #[arg(last = true)]
    pub command: Vec<String>,
    /// Only this fact, such as B13; may be given several times
    #[arg(long, value_name = "FACT")]
    pub only: Vec<String>,
    /// Also what takes half a minute and more
    #[arg(long)]
    pub slow: bool,
    /// Count a SHOULD that is not kept as a fault
    #[arg(long)]
    pub strict: bool,
    /// How many of the bot run at once [default: 2 to 12, by how long it takes to start]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u8).range(1..=32))]
    pub jobs: Option<u8>,
    /// Print JSON, for programs
    #[arg(long)]
    pub json: bool,
}

/// `listen`.
#[derive(Debug, Args)]
pub struct Listen {
    /// Only this topic, such as notepool; may be given several times
    #[arg(long)]
    pub topic: Vec<String>,
    /// Only what this bot says; may be given several times
    #[arg(long)]
    pub from: Vec<String>,
    /// Also write it to a file, one JSON object a line
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub record: Option<PathBuf>,
    /// Which director.
    #[command(flatten)]
    pub remote: Remote,
}

/// `say`.
#[derive(Debug, Args)]
pub struct Say {
    /// The address, such as /broadcast/hdensity
    pub address: String,
    /// Who says it, then what: numbers and words
    #[arg(required = true, allow_negative_numbers = true)]
    pub args: Vec<String>,
    /// Which director.
    #[command(flatten)]
    pub remote: Remote,
}

/// How long a change takes.
#[derive(Debug, Args)]
pub struct OverArg {
    /// How long it takes: `8bars`, `2beats`, `1.5s` [default: at once]
    #[arg(long)]
    pub over: Option<Over>,
}

/// Which director is meant.
#[derive(Debug, Args)]
pub struct Remote {
    /// The port that the director listens on (what its --listen says)
    #[arg(long, default_value_t = DIRECTOR_PORT)]
    pub port: u16,
    /// Its control port, if it was given one [default: the port after --port]
    #[arg(long)]
    pub control: Option<u16>,
}

/// A bot and a switch.
#[derive(Debug, Args)]
pub struct Toggle {
    /// A bot or a group
    pub who: String,
    /// The other way round
    #[arg(long)]
    pub off: bool,
    /// Which director.
    #[command(flatten)]
    pub remote: Remote,
}

/// A bot.
#[derive(Debug, Args)]
pub struct One {
    /// Its id in the ensemble file
    pub bot: String,
    /// Which director.
    #[command(flatten)]
    pub remote: Remote,
}
