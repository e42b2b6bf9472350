//! What a bot is told before it plays, and what it says of itself.

use crate::voice::Voice;
use anyhow::Context;
use musebot_protocol::{BotId, Key, Meter, Mode, Style, Temperament, Tempo};
use rand::SeedableRng;
use std::{cell::RefCell, fmt::Display, ops::RangeInclusive, path::PathBuf, str::FromStr, time::Instant};

/// The random numbers of a bot: the same for the same seed, on every machine.
pub type Rng = rand_chacha::ChaCha8Rng;

/// What a bot is.
#[derive(Debug, Clone, Copy, Default)]
pub struct About {
    /// One line for `--help`.
    pub summary: &'static str,
    /// In the words of info.txt: `drums`, `bass`, `melody`, …
    pub kinds: &'static [&'static str],
    /// The topics it sends.
    pub sends: &'static [&'static str],
    /// The topics it listens to.
    pub receives: &'static [&'static str],
    /// Flags of its own: name, value name, help. They arrive in [`Setup::flag`].
    pub flags: &'static [(&'static str, &'static str, &'static str)],
    /// Whether it makes no sound at all, whatever its notes: then it opens no output, tells nobody which notes
    /// begin, and leaves no stem in a render.
    pub silent: bool,
}

/// All that is known before the first tick.
pub struct Setup {
    /// Its name in the ensemble.
    pub id: BotId,
    /// Where all its randomness comes from.
    pub seed: u64,
    /// The tonic.
    pub key: Key,
    /// The scale.
    pub mode: Mode,
    /// The feel.
    pub style: Style,
    /// Its traits.
    pub temperament: Temperament,
    /// The metre, if it is known already; it may change later.
    pub meter: Meter,
    /// The tempo, if it is known already; every tick brings its own.
    pub tempo: Tempo,
    /// The folder against which relative paths of flags are meant.
    pub home: PathBuf,
    /// Whether time is virtual, as in a render or a rehearsal: then whoever waits holds nobody up.
    pub rendering: bool,
    /// Where the bot's own time began: [`Stage::due`](crate::Stage::due) counts from it, except in a render.
    pub began: Instant,
    /// In a render, the folder for the pictures of who shows some, `00000.png` and so on, 25 a second from
    /// tick 0 on. It is not made yet.
    pub pictures: Option<PathBuf>,
    /// The values of the bot's own flags.
    pub flags: Vec<(String, String)>,
    pub(crate) sound: RefCell<Sound>,
    pub(crate) page: RefCell<Option<String>>,
}

/// How a bot sounds: its voice and its MIDI channel.
#[derive(Default)]
pub(crate) struct Sound {
    pub(crate) voice: Option<Box<dyn Voice>>,
    /// 1–16.
    pub(crate) channel: Option<u8>,
}

impl Setup {
    /// A setup with defaults, for tests and rehearsals.
    #[must_use]
    pub fn rehearsal(id: &str, seed: u64) -> Self {
        Self {
            id: BotId::new(id).unwrap_or_else(|_| BotId::new("bot").expect("a plain word is an id")),
            seed,
            key: Key::default(),
            mode: Mode::default(),
            style: Style::default(),
            temperament: Temperament::default(),
            meter: Meter::default(),
            tempo: Tempo::default(),
            home: PathBuf::new(),
            rendering: true,
            began: Instant::now(),
            pictures: None,
            flags: Vec::new(),
            sound: RefCell::default(),
            page: RefCell::default(),
        }
    }

    /// The bot's random numbers.
    #[must_use]
    pub fn rng(&self) -> Rng {
        Rng::seed_from_u64(self.seed)
    }

    /// A trait of its temperament, or `otherwise`.
    #[must_use]
    pub fn trait_or(&self, name: &str, otherwise: f64) -> f64 {
        self.temperament.get(name).unwrap_or(otherwise)
    }

    /// The value of one of the bot's own flags.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<&str> {
        self.flags.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The number of one of the bot's own flags.
    ///
    /// # Errors
    /// When it is no number, or outside the range: the message says what is meant.
    pub fn number<N>(&self, name: &str, range: RangeInclusive<N>) -> anyhow::Result<Option<N>>
    where
        N: FromStr + PartialOrd + Display,
    {
        let Some(given) = self.flag(name) else { return Ok(None) };
        let number = given.trim().parse().ok().filter(|number| range.contains(number));
        let (least, most) = (range.start(), range.end());
        number
            .map(Some)
            .with_context(|| format!("failed to read `--{name} {given}`: a number between {least} and {most} is meant"))
    }

    /// Says where a browser finds what the bot shows, such as `http://127.0.0.1:4750/`: to be called in
    /// [`Musebot::new`](crate::Musebot::new). The director is told, and tells the people.
    pub fn page(&self, address: &str) {
        *self.page.borrow_mut() = Some(address.to_owned());
    }

    /// Says which voice sounds the bot.
    pub fn sounds_like(&self, voice: impl Voice + 'static) {
        self.sound.borrow_mut().voice = Some(Box::new(voice));
    }

    /// Says which MIDI channel it is written to, 1–16; 10 is percussion.
    pub fn channel(&self, channel: u8) {
        self.sound.borrow_mut().channel = Some(channel.clamp(1, 16));
    }
}
