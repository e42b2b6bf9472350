//! Why a director has no network.

use crate::network::key::KeyError;
use std::{io, net::SocketAddr};

/// Why a director is not on the network.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// The key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The port for the link or the pings.
    #[error("failed to open port {0} for other machines: {1} (`--open ADDRESS:PORT` takes another one)")]
    Port(SocketAddr, String),
    /// The leader does not answer at all.
    #[error(
        "failed to reach {leader}: {why}. Is `director play FILE --open` running there, and its port open in the firewall? \
         (`director doctor --to {leader}` looks at the way)"
    )]
    NotReached {
        /// Who.
        leader: String,
        /// Why not.
        why: String,
    },
    /// It answers, but not to this key.
    #[error(
        "{leader} answers, but its key is another one: this is {fingerprint} ({file}); compare with `director key show` \
         there, and carry the right file here"
    )]
    WrongKey {
        /// Who.
        leader: String,
        /// Ours.
        fingerprint: String,
        /// Where ours is.
        file: String,
    },
    /// It speaks other words than we do: which, and what to do.
    #[error("{0}")]
    AnotherVocabulary(String),
    /// It does not want us.
    #[error("{0}")]
    Refused(String),
    /// The system does not give us what we need.
    #[error("failed to join the network: {0}")]
    Other(String),
}

impl From<io::Error> for NetworkError {
    fn from(e: io::Error) -> Self {
        Self::Other(e.to_string())
    }
}
