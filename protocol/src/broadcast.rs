//! What a bot says to everybody: `/broadcast/<topic> <speaker> <arguments…>`.

use crate::{Arg, Args, IntoArgs, Message, PacketError, Said, args};

/// One broadcast.
#[derive(Debug, Clone, PartialEq)]
pub struct Broadcast {
    /// What it is about: `notepool`, `plan/chords`, …
    pub topic: String,
    /// Who says so: an opaque name, empty when the sender left it out.
    pub speaker: String,
    /// What is said.
    pub args: Args,
}

impl Broadcast {
    /// A broadcast to be sent.
    #[must_use]
    pub fn new(topic: &str, speaker: &str, args: impl IntoArgs) -> Self {
        Self { topic: topic.to_owned(), speaker: speaker.to_owned(), args: args.into_args() }
    }

    /// Reads a broadcast. Without a leading text argument the speaker is empty.
    ///
    /// # Errors
    /// When the message is no broadcast or not well formed.
    pub fn decode(message: &Message) -> Result<Self, PacketError> {
        let topic = message.topic().ok_or(PacketError::Unknown)?;
        let mut args = message.args()?;
        let speaker = match args.first() {
            Some(Arg::Text(_)) => match args.remove(0) {
                Arg::Text(speaker) => speaker,
                _ => String::new(),
            },
            _ => String::new(),
        };
        Ok(Self { topic: topic.to_owned(), speaker, args })
    }

    /// As it travels.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut all = Vec::with_capacity(self.args.len() + 1);
        all.push(Arg::Text(self.speaker.clone()));
        all.extend(self.args.iter().cloned());
        args::encode(&format!("/broadcast/{}", self.topic), all)
    }

    /// What it means, if it is a word of the shared vocabulary with sensible arguments.
    #[must_use]
    pub fn said(&self) -> Option<Said> {
        Said::read(&self.topic, &self.args)
    }

    /// The arguments that are numbers, in order; stray words are skipped.
    pub fn numbers(&self) -> impl Iterator<Item = f64> {
        self.args.iter().filter_map(Arg::number)
    }

    /// The first number.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        self.numbers().next()
    }
}
