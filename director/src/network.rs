//! Many machines, one ensemble: a leader and its satellites, each a whole director with its own bots.
//!
//! What is decided is pure and always here; what touches the network comes with the feature `network`.

pub mod allowed;
pub mod bend;
mod host;
mod lost;
pub mod offset;
pub mod sheet;
pub mod word;

#[cfg(feature = "network")]
mod breath;
#[cfg(feature = "network")]
mod bucket;
#[cfg(feature = "network")]
mod door;
#[cfg(feature = "network")]
mod early;
#[cfg(feature = "network")]
mod edge;
#[cfg(feature = "network")]
mod families;
#[cfg(feature = "network")]
pub mod greeting;
#[cfg(feature = "network")]
pub mod key;
#[cfg(feature = "network")]
pub mod link;
#[cfg(not(feature = "network"))]
mod none;
#[cfg(feature = "network")]
pub mod notice;
#[cfg(feature = "network")]
mod number;
#[cfg(feature = "network")]
pub mod ping;
#[cfg(feature = "network")]
pub mod pinger;
#[cfg(feature = "network")]
mod porch;
#[cfg(feature = "network")]
mod room;
#[cfg(feature = "network")]
pub mod seal;
#[cfg(feature = "network")]
mod thread;
#[cfg(feature = "network")]
mod topic;

#[cfg(feature = "network")]
pub use door::Whom;
#[cfg(feature = "network")]
pub use edge::{Brings, Edge, NetworkError};

pub use host::{ANY, HostName};
pub use lost::Lost;
#[cfg(not(feature = "network"))]
pub use none::{Brings, Edge};

/// The port that directors reach each other at: TCP for the link, UDP for the pings.
pub const PORT: u16 = 4750;
