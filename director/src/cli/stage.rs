//! The command line of what is set up before a concert: knobs and outputs.

use super::{Remote, nudge};
use clap::Args;

const LEARN: &str = "\
What can be turned: BOT.gain, BOT.mute, BOT.solo, BOT.start, BOT.stop (a group for a bot, where that makes sense), master, \
tempo, density, section:NAME, group:NAME, tap, nudge:MS and panic.

It works at once, until the ensemble ends; the line that is printed makes it last.";

/// `learn`.
#[derive(Debug, Args)]
#[command(after_long_help = LEARN)]
pub struct Learn {
    /// What is to be turned, such as bass.gain or section:chorus
    pub what: String,
    /// Write it into the ensemble file, whose comments stay as they are
    #[arg(long)]
    pub write: bool,
    /// Which director.
    #[command(flatten)]
    pub remote: Remote,
}

const CALIBRATE: &str = "\
Something has to hear the output: a microphone at the loudspeaker, or a cable. What is found is what the output adds to \
what it says of itself, together with what the input adds to what that says: on most machines that is little, but a cable \
from the output back to the input tells how much.

    director calibrate
    director calibrate --output \"audio:Scarlett 2i2\" --input Scarlett
    director calibrate --output midi:Digitone --channel 2
    director calibrate --output midi:Digitone --tap";

/// `calibrate`.
#[derive(Debug, Args)]
#[command(after_long_help = CALIBRATE)]
pub struct Calibrate {
    /// What is to be measured: `audio`, `audio:DEVICE`, `midi:PORT`
    #[arg(long, default_value = "audio")]
    pub output: String,
    /// The audio input that hears it [default: the system's]
    #[arg(long, conflicts_with = "tap")]
    pub input: Option<String>,
    /// The audio host of both: alsa, pulse, jack [default: the system's own]
    #[arg(long)]
    pub host: Option<String>,
    /// The output's sample rate, as in the ensemble file
    #[arg(long, value_parser = clap::value_parser!(u32).range(8000..=768_000))]
    pub rate: Option<u32>,
    /// The output's buffer in frames, as in the ensemble file: another one is another latency
    #[arg(long, value_parser = clap::value_parser!(u32).range(16..=16_384))]
    pub buffer: Option<u32>,
    /// Without an input: you press Enter with each click. Coarse
    #[arg(long)]
    pub tap: bool,
    /// The `offset-ms` that the output has already: what is left is measured
    #[arg(long, value_name = "MS", default_value_t = 0.0, allow_negative_numbers = true, value_parser = nudge)]
    pub offset_ms: f64,
    /// How many clicks
    #[arg(long, value_name = "NUMBER", default_value_t = 16, value_parser = clap::value_parser!(u32).range(3..=256))]
    pub clicks: u32,
    /// Of a MIDI output: the system, `alsa` or `jack`, when both have such a port
    #[arg(long)]
    pub system: Option<String>,
    /// Of a MIDI output: the channel
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=16))]
    pub channel: u8,
    /// Of a MIDI output: the note, best one that begins suddenly
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u8).range(0..=127))]
    pub note: u8,
}
