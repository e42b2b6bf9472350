//! Many machines, one ensemble: what directors of one band have between them.

pub mod bend;
pub mod offset;
pub mod ping;
pub mod pinger;
