//! Where a bot sounds, and how that is written down for it (X9).

use musebot_protocol::Invalid;
use serde_json::{Map, Value, json};
use std::{fmt, path::PathBuf, str::FromStr};

/// One of a bot's outputs.
#[derive(Debug, Clone, PartialEq)]
pub enum OutputSpec {
    /// The default audio device, and nothing where there is none.
    Auto(AudioSpec),
    /// An audio device: the default one, or the one that is named.
    Audio(AudioSpec),
    /// A MIDI port.
    Midi(Box<MidiSpec>),
    /// Sound and notes into files.
    File,
    /// Nothing.
    Null,
}

/// Which audio device, and how it is opened; what is left open is the device's to choose.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AudioSpec {
    /// The device's name.
    pub device: Option<String>,
    /// `alsa`, `jack`, `pulse`, …
    pub host: Option<String>,
    /// Frames a second.
    pub rate: Option<u32>,
    /// Frames between two callbacks.
    pub buffer: Option<u32>,
    /// The two channels of it that sound, from 1.
    pub channels: Option<(u16, u16)>,
    /// How much later it is fed, in milliseconds.
    pub offset_ms: f64,
}

/// Which MIDI port, and how it is played.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MidiSpec {
    /// The port's name; none for a port of our own that others connect to (`midi:virtual`).
    pub port: Option<String>,
    /// 1–16; the bot's own choice when it does not say.
    pub channel: Option<u8>,
    /// The sound it is switched to at the start, counted from 1 as musicians do.
    pub program: Option<u8>,
    /// The bank of that sound: coarse (CC 0) and fine (CC 32), from 0 as synthesisers do.
    pub bank: Option<(u8, u8)>,
    /// How a note's strength becomes its velocity.
    pub velocity: Touch,
    /// What is played instead of a drum's note in General MIDI: the drum's name and the note.
    pub drums: Vec<(String, u8)>,
    /// What the gain moves.
    pub gain: MidiGain,
    /// How much later it is fed, in milliseconds.
    pub offset_ms: f64,
    /// `alsa`, `coremidi` or `jack`, when the port is not to be looked for in all of them.
    pub system: Option<&'static str>,
}

/// How a note's strength becomes its velocity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Touch {
    /// As it is.
    #[default]
    Linear,
    /// Softer in the middle.
    Soft,
    /// Harder in the middle.
    Hard,
    /// Always the same, 1–127.
    Fixed(u8),
}

/// What the gain of a bot moves at a MIDI port.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MidiGain {
    /// The channel's volume (CC 7).
    #[default]
    Volume,
    /// The velocity of each note.
    Velocity,
}

/// A SoundFont that is played instead of the bot's own voice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoundSpec {
    /// The file, absolute.
    pub path: PathBuf,
    /// Which of its sounds: a name or a part of one, `program` or `bank:program`; its first when it does not say.
    pub preset: Option<String>,
}

impl Default for OutputSpec {
    fn default() -> Self {
        Self::Auto(AudioSpec::default())
    }
}

impl OutputSpec {
    /// What may be written in a file.
    pub const WORDS: &[&str] = &["auto", "audio", "audio:DEVICE", "midi:PORT", "midi:virtual", "file", "null"];

    /// What it says of a MIDI port, if it is one.
    #[must_use]
    pub fn midi(&self) -> Option<&MidiSpec> {
        if let Self::Midi(midi) = self { Some(midi) } else { None }
    }

    /// The table that a bot reads in `MUSEBOT_OUTPUT`.
    #[must_use]
    pub fn to_json(&self, sound: Option<&SoundSpec>) -> Value {
        let mut table = Map::new();
        let mut say = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                table.insert(key.to_owned(), value);
            }
        };
        say("kind", Some(self.kind().into()));
        match self {
            Self::Auto(audio) | Self::Audio(audio) => {
                say("device", audio.device.clone().map(Value::from));
                say("host", audio.host.clone().map(Value::from));
                say("rate", audio.rate.map(Value::from));
                say("buffer", audio.buffer.map(Value::from));
                say("channels", audio.channels.map(|(left, right)| json!([left, right])));
                say("offset-ms", offset(audio.offset_ms));
            }
            Self::Midi(midi) => {
                say("device", midi.port.clone().map(Value::from));
                say("virtual", midi.port.is_none().then_some(true.into()));
                say("channel", midi.channel.map(Value::from));
                say("program", midi.program.map(Value::from));
                say("bank", midi.bank.map(|(coarse, fine)| if fine == 0 { coarse.into() } else { text(coarse, fine) }));
                say("velocity", (midi.velocity != Touch::Linear).then(|| midi.velocity.to_string().into()));
                let drums = midi.drums.iter().map(|(drum, note)| (drum.clone(), Value::from(*note)));
                say("drums", (!midi.drums.is_empty()).then(|| drums.collect::<Map<_, _>>().into()));
                say("gain", (midi.gain == MidiGain::Velocity).then(|| "velocity".into()));
                say("system", midi.system.map(Value::from));
                say("offset-ms", offset(midi.offset_ms));
            }
            Self::File | Self::Null => {}
        }
        say("sound", sound.map(|sound| sound.path.to_string_lossy().into()));
        say("preset", sound.and_then(|sound| sound.preset.clone()).map(Value::from));
        table.into()
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Auto(_) => "auto",
            Self::Audio(_) => "audio",
            Self::Midi(_) => "midi",
            Self::File => "file",
            Self::Null => "null",
        }
    }
}

fn offset(ms: f64) -> Option<Value> {
    (ms != 0.0).then(|| ms.into())
}

fn text(coarse: u8, fine: u8) -> Value {
    format!("{coarse}:{fine}").into()
}

impl fmt::Display for Touch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Linear => f.write_str("linear"),
            Self::Soft => f.write_str("soft"),
            Self::Hard => f.write_str("hard"),
            Self::Fixed(velocity) => write!(f, "fixed:{velocity}"),
        }
    }
}

impl fmt::Display for OutputSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())?;
        match self {
            Self::Auto(AudioSpec { device: Some(device), .. })
            | Self::Audio(AudioSpec { device: Some(device), .. }) => {
                write!(f, ":{device}")
            }
            Self::Midi(midi) => write!(f, ":{}", midi.port.as_deref().unwrap_or("virtual")),
            _ => Ok(()),
        }
    }
}

impl FromStr for OutputSpec {
    type Err = Invalid;
    fn from_str(s: &str) -> Result<Self, Invalid> {
        let audio = |device: &str| AudioSpec { device: Some(device.to_owned()), ..AudioSpec::default() };
        let midi = |port: Option<&str>| MidiSpec { port: port.map(str::to_owned), ..MidiSpec::default() };
        let (word, rest) = s.trim().split_once(':').map_or((s.trim(), None), |(word, rest)| (word, Some(rest.trim())));
        Ok(match (word, rest) {
            ("auto", None) => Self::default(),
            ("audio", None) => Self::Audio(AudioSpec::default()),
            ("file", None) => Self::File,
            ("null", None) => Self::Null,
            ("audio", Some("")) => {
                return Err(Invalid("the audio device has no name: write \"audio\" or its name".into()));
            }
            ("audio", Some(device)) => Self::Audio(audio(device)),
            ("midi", None | Some("")) => {
                return Err(Invalid("the MIDI port has no name (`director devices` lists them)".into()));
            }
            ("midi", Some("virtual")) => Self::Midi(Box::new(midi(None))),
            ("midi", Some(port)) => Self::Midi(Box::new(midi(Some(port)))),
            _ => return Err(Invalid(format!("`{}` is not an output ({})", s.trim(), Self::WORDS.join(", ")))),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_reads_as_it_is_written() {
        for word in ["auto", "audio", "audio:Scarlett 2i2: USB", "midi:Digitone", "midi:virtual", "file", "null"] {
            assert_eq!(word.parse::<OutputSpec>().unwrap().to_string(), word);
        }
    }

    #[test]
    fn an_output_without_a_device_says_what_to_write() {
        assert!("audio:".parse::<OutputSpec>().unwrap_err().to_string().contains("has no name"));
        assert!("midi".parse::<OutputSpec>().unwrap_err().to_string().contains("director devices"));
        assert!("speaker".parse::<OutputSpec>().unwrap_err().to_string().contains("auto, audio"));
    }

    #[test]
    fn a_bot_reads_its_device_as_json_and_nothing_that_goes_without_saying() {
        let json = |word: &str| word.parse::<OutputSpec>().unwrap().to_json(None).to_string();
        assert_eq!(json("audio:a \"b\""), r#"{"device":"a \"b\"","kind":"audio"}"#);
        assert_eq!(json("midi:TR-8"), r#"{"device":"TR-8","kind":"midi"}"#);
        assert_eq!(json("midi:virtual"), r#"{"kind":"midi","virtual":true}"#);
        assert_eq!(json("null"), r#"{"kind":"null"}"#);
    }

    #[test]
    fn a_bot_reads_how_its_port_is_played_and_which_sound_it_has() {
        let midi = MidiSpec {
            port: Some("Digitone".into()),
            channel: Some(2),
            program: Some(5),
            bank: Some((0, 1)),
            velocity: Touch::Fixed(100),
            drums: vec![("kick".into(), 48)],
            gain: MidiGain::Velocity,
            offset_ms: -12.0,
            system: Some("jack"),
        };
        let sound = SoundSpec { path: "/music/piano.sf2".into(), preset: Some("0:1".into()) };
        assert_eq!(
            OutputSpec::Midi(Box::new(midi)).to_json(Some(&sound)).to_string(),
            r#"{"bank":"0:1","channel":2,"device":"Digitone","drums":{"kick":48},"gain":"velocity","kind":"midi","#
                .to_owned()
                + r#""offset-ms":-12.0,"preset":"0:1","program":5,"sound":"/music/piano.sf2","system":"jack","velocity":"fixed:100"}"#
        );
    }
}
