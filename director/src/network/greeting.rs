//! The first thing that is said in a call, before the link speaks: each end tells the other which words it speaks, of which
//! release it is, and what it is called. So the leader knows from where a host calls, whatever the link makes of it, and
//! two that do not understand each other say so.
//!
//! Its form never changes, whatever becomes of all the rest. The caller begins, and who was called answers in the same form:
//!
//! | bytes | what |
//! |---|---|
//! | 1 | how many bytes follow, all told |
//! | 4 | the vocabulary (`word.rs`), a whole number, its highest byte first |
//! | 1, and that many | the version: 1 to 64 letters, digits and signs of ASCII |
//! | 1, and that many | the name: 1 to 63 letters, as [`HostName`] has it |
//! | what is left | nothing yet; who does not know what it means ignores it |
//!
//! Where both speak one vocabulary, the link follows; where they do not, both hang up.

use super::{HostName, word::VOCABULARY};
use std::{io, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::timeout,
};

/// Whoever has proved itself says this within so long, and takes it within so long.
const WITHIN: Duration = Duration::from_secs(3);
/// The longest version, in bytes.
const LONGEST_VERSION: usize = 64;

/// What one end of a call says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Greeting {
    /// Which words it speaks: both ends the same, or none.
    pub vocabulary: u32,
    /// Of which release it is.
    pub version: String,
    /// What it is called.
    pub name: HostName,
}

impl Greeting {
    /// What this director says, by this name.
    #[must_use]
    pub fn of(name: &HostName) -> Self {
        Self { vocabulary: VOCABULARY, version: env!("CARGO_PKG_VERSION").to_owned(), name: name.clone() }
    }

    /// Whether what the other end says after this can be understood.
    #[must_use]
    pub fn understands(&self, other: &Self) -> bool {
        self.vocabulary == other.vocabulary
    }

    /// For whoever is to do something about it: what the other end speaks, and what this director does.
    #[must_use]
    pub fn and_ours(&self) -> String {
        format!(
            "speaks version {} (vocabulary {}), this director {} (vocabulary {VOCABULARY}): use the same release on both",
            self.version,
            self.vocabulary,
            env!("CARGO_PKG_VERSION"),
        )
    }

    /// As it travels.
    fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![0];
        bytes.extend(self.vocabulary.to_be_bytes());
        let version: String = self.version.chars().filter(char::is_ascii_graphic).take(LONGEST_VERSION).collect();
        for text in [version.as_str(), self.name.as_str()] {
            bytes.push(text.len() as u8);
            bytes.extend(text.as_bytes());
        }
        bytes[0] = (bytes.len() - 1) as u8;
        bytes
    }

    /// Reads what follows the first byte.
    fn decode(bytes: &[u8]) -> Option<Self> {
        let (vocabulary, bytes) = bytes.split_first_chunk()?;
        let (version, bytes) = text(bytes)?;
        let (name, _) = text(bytes)?;
        let plain = (1..=LONGEST_VERSION).contains(&version.len()) && version.bytes().all(|b| b.is_ascii_graphic());
        plain.then(|| version.to_owned()).and_then(|version| {
            Some(Self { vocabulary: u32::from_be_bytes(*vocabulary), version, name: HostName::new(name).ok()? })
        })
    }
}

/// A text, and what comes after it.
fn text(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (length, rest) = bytes.split_first()?;
    let (text, rest) = rest.split_at_checked(usize::from(*length))?;
    Some((std::str::from_utf8(text).ok()?, rest))
}

/// Says it.
///
/// # Errors
/// When the other end does not take it.
pub async fn say(call: &mut (impl AsyncWrite + Unpin), greeting: &Greeting) -> io::Result<()> {
    timeout(WITHIN, async {
        call.write_all(&greeting.encode()).await?;
        call.flush().await
    })
    .await?
}

/// Hears what the other end says.
///
/// # Errors
/// When it says something else, or nothing.
pub async fn hear(call: &mut (impl AsyncRead + Unpin)) -> io::Result<Greeting> {
    timeout(WITHIN, async {
        let mut bytes = vec![0; usize::from(call.read_u8().await?)];
        call.read_exact(&mut bytes).await?;
        Greeting::decode(&bytes).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "it does not greet"))
    })
    .await?
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wait<T>(task: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(task)
    }

    #[test]
    fn its_form_never_changes() {
        let greeting = Greeting { vocabulary: 1, version: "0.1.0".into(), name: HostName::new("left").unwrap() };
        let bytes = b"\x0f\0\0\0\x01\x050.1.0\x04left";
        assert_eq!(greeting.encode(), bytes);
        let longer = [b"\x12".as_slice(), &bytes[1..], b"new"].concat();
        assert_eq!(wait(hear(&mut longer.as_slice())).unwrap(), greeting, "what a later one adds is ignored");
    }

    proptest! {
        #[test]
        fn it_is_heard_as_it_was_said_and_what_follows_it_is_left(
            vocabulary: u32, version in "[!-~]{1,64}", name in "[a-z0-9][a-z0-9._-]{3,62}",
        ) {
            let greeting = Greeting { vocabulary, version, name: HostName::new(&name).unwrap() };
            let mut said = Vec::new();
            wait(say(&mut said, &greeting)).unwrap();
            said.extend(b"more");
            let mut rest = said.as_slice();
            prop_assert_eq!(wait(hear(&mut rest)).unwrap(), greeting);
            prop_assert_eq!(rest, b"more");
        }

        #[test]
        fn junk_is_a_greeting_or_an_error(
            mut junk in prop::collection::vec(any::<u8>(), 0..300), nearly: bool, at in 0..16_usize, byte: u8,
        ) {
            if nearly {
                junk = b"\x0f\0\0\0\x01\x050.1.0\x04left".to_vec();
                junk[at] = byte;
            }
            if let Ok(greeting) = wait(hear(&mut junk.as_slice())) {
                prop_assert!(greeting.and_ours().chars().all(|c| !c.is_control()));
            }
        }
    }
}
