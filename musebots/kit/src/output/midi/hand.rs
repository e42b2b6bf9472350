//! How a note is written for an instrument at a MIDI port: channel, velocity, drum map, and the
//! sound that the instrument is switched to. Pure.

use crate::output::OutputChoice;
use musebot_devices::MidiMessage;
use musebot_protocol::drum_note;
use serde::{Deserialize, Deserializer, de::Error};
use std::{fmt, str::FromStr};

/// How a note's strength becomes its velocity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Touch {
    /// As it is.
    #[default]
    Linear,
    /// Softer in the middle.
    Soft,
    /// Harder in the middle.
    Hard,
    /// Always the same.
    Fixed(u8),
}

impl Touch {
    /// A velocity of 1–127 for a strength of 0–1.
    fn velocity(self, strength: f32) -> f32 {
        let strength = strength.clamp(0.0, 1.0);
        match self {
            Self::Linear => strength * 127.0,
            Self::Soft => strength.powf(1.5) * 127.0,
            Self::Hard => strength.powf(1.0 / 1.5) * 127.0,
            Self::Fixed(velocity) => f32::from(velocity),
        }
    }
}

impl FromStr for Touch {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let fixed = |text: &str| text.strip_prefix("fixed:")?.trim().parse().ok().filter(|n| (1..=127).contains(n));
        match text {
            "linear" => Ok(Self::Linear),
            "soft" => Ok(Self::Soft),
            "hard" => Ok(Self::Hard),
            _ => fixed(text)
                .map(Self::Fixed)
                .ok_or(format!("`{text}` is none of linear, soft, hard, fixed:1 to fixed:127")),
        }
    }
}

impl<'de> Deserialize<'de> for Touch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// A bank of sounds: coarse (CC 0) and fine (CC 32). Written `1`, or `"0:1"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bank(pub(crate) u8, pub(crate) u8);

impl<'de> Deserialize<'de> for Bank {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Bank;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a bank: a number from 0 to 127, or \"0:1\"")
            }
            fn visit_u64<E: Error>(self, n: u64) -> Result<Bank, E> {
                let coarse = u8::try_from(n).ok().filter(|n| *n < 128);
                Ok(Bank(coarse.ok_or_else(|| E::invalid_value(serde::de::Unexpected::Unsigned(n), &self))?, 0))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Bank, E> {
                let number = |text: &str| text.trim().parse().ok().filter(|n: &u8| *n < 128);
                let both = text.split_once(':').and_then(|(coarse, fine)| Some(Bank(number(coarse)?, number(fine)?)));
                both.ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// The hand that plays one instrument.
pub(crate) struct Hand {
    pub(crate) channel: u8,
    touch: Touch,
    notes: [u8; 128],
    bank: Option<Bank>,
    program: Option<u8>,
}

impl Hand {
    /// The bot's own channel is taken where none was chosen.
    pub(crate) fn new(choice: &OutputChoice, channel: u8) -> Self {
        let mut notes = std::array::from_fn(|note| note as u8);
        for (drum, note) in &choice.drums {
            match drum_note(drum) {
                Some(usual) => notes[usize::from(usual)] = (*note).min(127),
                None => tracing::warn!("no drum is called `{drum}`: its note stays where it is"),
            }
        }
        Self {
            channel: choice.channel.unwrap_or(channel).clamp(1, 16),
            touch: choice.velocity,
            notes,
            bank: choice.bank,
            program: choice.program,
        }
    }

    /// The note that stands for a pitch.
    pub(crate) fn note(&self, pitch: u8) -> u8 {
        self.notes[usize::from(pitch.min(127))]
    }

    /// How hard a note of this strength is played; `share` is what a gain leaves of it.
    pub(crate) fn velocity(&self, strength: f32, share: f32) -> u8 {
        (self.touch.velocity(strength) * share).round().clamp(1.0, 127.0) as u8
    }

    /// Switches the instrument to its sound.
    pub(crate) fn sound(&self) -> impl Iterator<Item = MidiMessage> {
        let bank = self.bank.map(|Bank(coarse, fine)| {
            [MidiMessage::control(self.channel, 0, coarse), MidiMessage::control(self.channel, 32, fine)]
        });
        // Programs count from 0 on the wire.
        let program = self.program.map(|program| MidiMessage::program(self.channel, program.saturating_sub(1)));
        bank.into_iter().flatten().chain(program)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hand(json: &str, channel: u8) -> Hand {
        Hand::new(&OutputChoice::read(json).unwrap()[0], channel)
    }

    #[test]
    fn programs_count_from_1_for_musicians_and_from_0_on_the_wire() {
        let bytes =
            |json: &str| -> Vec<Vec<u8>> { hand(json, 1).sound().map(|message| message.bytes().to_vec()).collect() };
        let json = r#"{"kind":"midi","device":"a","channel":2,"program":5,"bank":1}"#;
        assert_eq!(bytes(json), [vec![0xb1, 0, 1], vec![0xb1, 32, 0], vec![0xc1, 4]]);
        assert_eq!(bytes(r#"{"kind":"midi","device":"a","bank":"0:3"}"#), [[0xb0, 0, 0], [0xb0, 32, 3]]);
        assert!(bytes(r#"{"kind":"midi","device":"a"}"#).is_empty());
    }

    #[test]
    fn the_bot_s_own_channel_is_played_where_none_is_chosen() {
        assert_eq!(hand("midi:a", 10).channel, 10);
        assert_eq!(hand(r#"{"kind":"midi","device":"a","channel":3}"#, 10).channel, 3);
    }

    #[test]
    fn every_curve_keeps_the_ends_and_bends_the_middle() {
        let velocity = |touch: &str, strength| {
            hand(&format!(r#"{{"kind":"midi","device":"a","velocity":"{touch}"}}"#), 1).velocity(strength, 1.0)
        };
        for touch in ["linear", "soft", "hard"] {
            assert_eq!((velocity(touch, 0.0), velocity(touch, 1.0)), (1, 127), "{touch}");
            assert!((1..100).all(|n| velocity(touch, n as f32 / 100.0) <= velocity(touch, (n + 1) as f32 / 100.0)));
        }
        assert_eq!((velocity("soft", 0.5), velocity("linear", 0.5), velocity("hard", 0.5)), (45, 64, 80));
        assert_eq!((velocity("fixed:100", 0.1), velocity("fixed:100", 1.0)), (100, 100));
        assert!("loud".parse::<Touch>().is_err() && "fixed:0".parse::<Touch>().is_err());
    }

    #[test]
    fn drums_lie_where_general_midi_has_them_or_where_the_map_says() {
        let hand = hand(r#"{"kind":"midi","device":"a","drums":{"kick":60,"closed-hat":61,"gong":5}}"#, 10);
        assert_eq!([36, 42, 38, 46].map(|pitch| hand.note(pitch)), [60, 61, 38, 46]);
    }
}
