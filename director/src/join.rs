//! The commands for several machines: `key` makes what they know each other by, `play --open` leads, `join` takes part.

#[cfg(feature = "network")]
mod commands;

#[cfg(feature = "network")]
pub use commands::{join, key, open};

#[cfg(not(feature = "network"))]
mod without {
    use crate::{
        cli::{Join, KeyCommand, Open},
        event_loop::Performance,
    };
    use anyhow::bail;

    const WITHOUT: &str = "this director was built without the network: build it with `cargo build --release -p director --features network`";

    /// # Errors
    /// Always: there is no network.
    pub fn key(_: &KeyCommand) -> anyhow::Result<u8> {
        bail!(WITHOUT)
    }

    /// # Errors
    /// Always: there is no network.
    pub fn join(_: &Join) -> anyhow::Result<u8> {
        bail!(WITHOUT)
    }

    /// # Errors
    /// When the ensemble is to be opened: there is no network.
    pub fn open(args: &Open, _: &mut crate::ensemble::Ensemble) -> anyhow::Result<Option<Opened>> {
        if args.open.is_some() { bail!(WITHOUT) } else { Ok(None) }
    }

    /// An ensemble that is open to other machines: there is none.
    pub enum Opened {}

    impl Opened {
        /// # Errors
        /// None.
        pub fn begin(self, _: &mut Performance) -> anyhow::Result<()> {
            match self {}
        }
    }
}

#[cfg(not(feature = "network"))]
pub use without::{join, key, open};
