//! What a bot is told when it starts. A flag wins over a `MUSEBOT_*` variable, that over
//! config.txt in the working directory, and that over the default; with nothing at all a bot
//! joins the director on this machine as a guest.

use crate::{
    About, Setup, SoundFont,
    output::{Kind, OutputChoice, file_name},
    setup::Sound,
};
use clap::{Arg, Command, parser::ValueSource};
use musebot_protocol::{BotId, ConfigTxt, DIRECTOR_PORT, Key, Meter, Mode, Style, Temperament, Tempo};
use std::{collections::BTreeMap, ffi::OsString, path::PathBuf, str::FromStr, time::Instant};

/// The channel of General MIDI's drums.
const PERCUSSION: u8 = 10;

/// What to do when another bot says that it ends its form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum OnExiting {
    /// With a director that says `/mc/hello`, play on: it decides who goes when. With a foreign
    /// conductor, as [`Self::Phrase`].
    #[default]
    Auto,
    /// Play on.
    Ignore,
    /// End with the phrase, say `exiting` once, fade out and go.
    Phrase,
    /// Say `exiting` once, fade out and go, now.
    Off,
}

impl FromStr for OnExiting {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        match s {
            "auto" => Ok(Self::Auto),
            "ignore" => Ok(Self::Ignore),
            "phrase" => Ok(Self::Phrase),
            "off" => Ok(Self::Off),
            _ => Err(format!("`{s}` is none of auto, ignore, phrase, off")),
        }
    }
}

/// Everything a bot was told.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) id: BotId,
    /// The director's host and port.
    pub(crate) director: (String, u16),
    /// Where we want to listen; 0 for any port.
    pub(crate) port: u16,
    /// Whether config.txt alone started us: then a foreign conductor did, and the heartbeat
    /// stays bare.
    pub(crate) by_config_alone: bool,
    pub(crate) seed: u64,
    pub(crate) key: Key,
    pub(crate) mode: Mode,
    pub(crate) style: Style,
    pub(crate) temperament: Temperament,
    pub(crate) outputs: Vec<OutputChoice>,
    /// Whether the bot makes no sound: then there is one output, and that is none.
    pub(crate) silent: bool,
    /// A SoundFont instead of its own voice, and which of its sounds.
    pub(crate) sound: Option<(PathBuf, Option<String>)>,
    pub(crate) render: Option<PathBuf>,
    /// How long after its arrival a bare tick sounds, in milliseconds.
    pub(crate) latency_ms: f64,
    pub(crate) on_exiting: OnExiting,
    pub(crate) log: String,
    pub(crate) home: PathBuf,
    pub(crate) flags: Vec<(String, String)>,
}

/// Where options come from, so that tests bring their own.
pub(crate) struct Sources {
    pub(crate) args: Vec<OsString>,
    pub(crate) variables: BTreeMap<String, String>,
    pub(crate) config: Option<ConfigTxt>,
    pub(crate) folder: PathBuf,
    /// A seed for whoever is given none.
    pub(crate) random_seed: u64,
}

impl Sources {
    /// The world's.
    pub(crate) fn real() -> Self {
        let folder = std::env::current_dir().unwrap_or_default();
        let now = std::time::UNIX_EPOCH.elapsed().unwrap_or_default().as_nanos() as u64;
        Self {
            args: std::env::args_os().collect(),
            variables: std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .filter(|(name, _)| name.starts_with("MUSEBOT_"))
                .collect(),
            // Read as bytes: a name in an old encoding is no reason not to play.
            config: std::fs::read(folder.join("config.txt"))
                .ok()
                .and_then(|bytes| ConfigTxt::parse(&String::from_utf8_lossy(&bytes))),
            folder,
            random_seed: (now ^ (u64::from(std::process::id()) << 40)) % 1_000_000,
        }
    }
}

/// Name, value's name, help. Each is also a variable: `--latency-ms` is `MUSEBOT_LATENCY_MS`.
const FLAGS: [(&str, &str, &str); 17] = [
    ("id", "NAME", "Its name in the ensemble [default: the program's name]"),
    ("director", "HOST:PORT", "Where the director listens [default: localhost:4747]"),
    ("port", "PORT", "Where the bot listens; 0 for any free port [default: 0]"),
    ("seed", "NUMBER", "Where all its randomness comes from [default: a new one each time]"),
    ("key", "KEY", "The tonic: C, C#, Db, D … B [default: C]"),
    ("mode", "MODE", "major, minor, dorian, phrygian, lydian, mixolydian, harmonic-minor [default: major]"),
    ("style", "STYLE", "straight, swing, house, ballad, funk [default: straight]"),
    ("temperament", "TRAITS", "Its traits, each 0 to 1, such as busy=0.7,bold=0.3"),
    (
        "output",
        "OUTPUT",
        "auto, audio, audio:DEVICE, midi:PORT, midi:virtual (a port of its own to connect to), file, null; or a JSON \
         list of tables such as [{\"kind\":\"audio\",\"device\":\"pulse\"},{\"kind\":\"midi\",\"device\":\"Digitone\",\
         \"channel\":2,\"program\":5}]; `director devices` lists devices and ports [default: auto: the default device, or \
         none if there is none]",
    ),
    ("sound", "FILE", "A SoundFont (.sf2) to sound with instead of its own voice"),
    (
        "preset",
        "PRESET",
        "Which of the SoundFont's sounds: its name or a part of it, a program (from 1), or BANK:PROGRAM [default: the first]",
    ),
    ("render", "DIR", "Play on a virtual clock and leave NAME.wav and NAME.mid in DIR"),
    ("latency-ms", "MS", "How long after its arrival a tick without a timetag sounds [default: 20]"),
    (
        "on-exiting",
        "WHAT",
        "When another bot ends its form: ignore it, end with the phrase, or off at once; auto ignores it where \
         the director decides who goes, and ends with the phrase elsewhere [default: auto]",
    ),
    ("log", "LEVEL", "error, warn, info, debug, trace [default: info]"),
    ("home", "DIR", "The folder that relative paths are meant against [default: the working directory]"),
    ("config", "FILE", "Another config.txt than the one in the working directory"),
];

const TEACH: &str = "\
Start a director first, then any number of bots, in any order:

  director play            in one terminal
  PROGRAM                  in another: it joins as a guest
  PROGRAM --id second --seed 7 --temperament busy=0.9

Every flag is also a variable (--seed is MUSEBOT_SEED). A flag wins over its variable, \
that over config.txt in the working directory, and that over the default. \
Ctrl-C or `director stop NAME` fades it out.";

impl Options {
    /// Reads all sources.
    ///
    /// # Errors
    /// What clap shows: a wrong flag or value, or the help that was asked for.
    pub(crate) fn read(about: &About, sources: Sources) -> Result<Self, clap::Error> {
        let program = sources
            .args
            .first()
            .map(PathBuf::from)
            .and_then(|path| Some(path.file_stem()?.to_str()?.to_owned()))
            .unwrap_or_else(|| "musebot".to_owned());
        let mut command = command(about, &program);
        let matches = command.try_get_matches_from_mut(sources.args)?;
        let given = |name: &str| {
            let typed = matches.value_source(name) == Some(ValueSource::CommandLine);
            typed.then(|| matches.get_one::<String>(name).cloned()).flatten()
        };
        let mut fault = None;
        let config = match given("config") {
            None => sources.config,
            Some(path) => match std::fs::read(&path) {
                Ok(bytes) => ConfigTxt::parse(&String::from_utf8_lossy(&bytes)),
                Err(e) => {
                    fault = Some(format!("failed to read `{path}` (--config): {e}"));
                    None
                }
            },
        };
        // The name of a source goes into its error: whoever launched us may look elsewhere.
        let text = |name: &str| {
            given(name).map(|v| (v, format!("--{name}"))).or_else(|| {
                let variable = format!("MUSEBOT_{}", name.to_uppercase().replace('-', "_"));
                sources.variables.get(&variable).filter(|v| !v.is_empty()).map(|v| (v.clone(), variable))
            })
        };
        let c = config.as_ref();
        let default_id = BotId::strict(&program).or_else(|_| BotId::new("musebot")).expect("a plain word is an id");
        let config_id = c.and_then(|c| BotId::new(&c.id).ok());
        let id = parse(text("id"), &mut fault).or(config_id).unwrap_or(default_id);
        let director = match text("director") {
            Some((value, source)) => host_and_port(&value).unwrap_or_else(|| {
                fault.get_or_insert(format!("`{value}` ({source}) is not HOST:PORT, such as localhost:4747"));
                (value, DIRECTOR_PORT)
            }),
            None => c.map_or(("localhost".into(), DIRECTOR_PORT), |c| (c.mc_hostname.clone(), c.mc_listen_port)),
        };
        let here = sources.folder;
        let mut options = Self {
            id,
            director,
            port: parse(text("port"), &mut fault).unwrap_or(c.map_or(0, |c| c.my_listen_port)),
            // Where models are is a matter of the machine, and not of who started us.
            by_config_alone: c.is_some() && sources.variables.keys().all(|name| name == "MUSEBOT_MODELS"),
            seed: parse(text("seed"), &mut fault).unwrap_or(sources.random_seed),
            key: parse(text("key"), &mut fault).unwrap_or_default(),
            mode: parse(text("mode"), &mut fault).unwrap_or_default(),
            style: parse(text("style"), &mut fault).unwrap_or_default(),
            temperament: parse(text("temperament"), &mut fault).unwrap_or_default(),
            outputs: match text("output") {
                None => vec![OutputChoice::default()],
                Some((value, source)) => OutputChoice::read(&value).unwrap_or_else(|e| {
                    fault.get_or_insert(format!("{e} ({source})"));
                    Vec::new()
                }),
            },
            silent: about.silent,
            sound: None,
            render: text("render").map(|(dir, _)| here.join(dir)),
            latency_ms: parse(text("latency-ms"), &mut fault)
                .filter(|ms: &f64| ms.is_finite())
                .unwrap_or(20.0)
                .clamp(0.0, 900.0),
            on_exiting: parse(text("on-exiting"), &mut fault).unwrap_or_default(),
            log: text("log").map_or_else(|| "info".into(), |(level, _)| level),
            home: text("home").map_or_else(|| here.clone(), |(dir, _)| here.join(dir)),
            flags: about.flags.iter().filter_map(|(name, ..)| Some(((*name).to_owned(), given(name)?))).collect(),
        };
        // What the outputs say of it is what the ensemble file says; a flag is nearer.
        let listed = options.outputs.iter().find_map(|choice| Some((choice.sound.clone()?, choice.preset.clone())));
        options.sound = match (text("sound"), text("preset").map(|(preset, _)| preset)) {
            (Some((path, _)), preset) => Some((options.home.join(path), preset)),
            (None, preset) => listed.map(|(path, listed)| (options.home.join(path), preset.or(listed))),
        };
        if about.silent {
            options.be_silent();
        }
        match fault {
            None => Ok(options),
            Some(fault) => Err(command.error(clap::error::ErrorKind::ValueValidation, fault)),
        }
    }

    /// A bot without any sound has no use for what the ensemble file says of it.
    fn be_silent(&mut self) {
        self.outputs = vec![OutputChoice { kind: Kind::Null, ..OutputChoice::default() }];
        self.sound = None;
    }

    /// The bot's own voice, or that of the SoundFont that was chosen for it.
    ///
    /// # Errors
    /// When the SoundFont cannot be had.
    pub(crate) fn instrument(&self, mut own: Sound) -> anyhow::Result<Sound> {
        if let Some((path, preset)) = &self.sound {
            let font = SoundFont::load(path, preset.as_deref(), own.channel == Some(PERCUSSION))?;
            own.voice = Some(Box::new(font));
        }
        Ok(own)
    }

    /// What the bot itself gets to know.
    pub(crate) fn setup(&self, began: Instant) -> Setup {
        Setup {
            id: self.id.clone(),
            seed: self.seed,
            key: self.key,
            mode: self.mode,
            style: self.style,
            temperament: self.temperament.clone(),
            meter: Meter::default(),
            tempo: Tempo::default(),
            home: self.home.clone(),
            rendering: self.render.is_some(),
            began,
            pictures: self.render.as_ref().map(|folder| folder.join(file_name(&self.id, "frames"))),
            page: std::cell::RefCell::default(),
            flags: self.flags.clone(),
            sound: Default::default(),
        }
    }
}

/// Reads one value; a fault is kept for the end, so that `--help` and wrong flags come first.
fn parse<T: FromStr<Err: std::fmt::Display>>(given: Option<(String, String)>, fault: &mut Option<String>) -> Option<T> {
    given.and_then(|(value, source)| match value.parse() {
        Ok(value) => Some(value),
        Err(e) => {
            fault.get_or_insert(format!("`{value}` ({source}): {e}"));
            None
        }
    })
}

fn host_and_port(text: &str) -> Option<(String, u16)> {
    match text.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() => Some((host.to_owned(), port.parse().ok().filter(|p| *p > 0)?)),
        Some(_) => None,
        None => Some((text.to_owned(), DIRECTOR_PORT)),
    }
}

fn command(about: &About, program: &str) -> Command {
    let mut command = Command::new(program.to_owned())
        .about(if about.summary.is_empty() { "A musebot" } else { about.summary })
        .after_help(TEACH.replace("PROGRAM", program))
        .version(env!("CARGO_PKG_VERSION"));
    for (name, value, help) in FLAGS {
        command = command.arg(Arg::new(name).long(name).value_name(value).help(help).allow_hyphen_values(true));
    }
    for (name, value, help) in about.flags {
        command = command.arg(
            Arg::new(*name)
                .long(*name)
                .value_name(*value)
                .help(*help)
                .help_heading("Its own")
                .allow_hyphen_values(true),
        );
    }
    command
}

#[cfg(test)]
mod tests;
