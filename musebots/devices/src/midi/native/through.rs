//! An input and an output of our own: what comes in goes out at once.

use super::super::error::MidiError;
use super::{Receiver, absent, failed, list};
use crate::midi::port::Way;
use crate::priority::{Priority, promote};
use crate::quietly::quietly;
use midir::MidiOutput;
#[cfg(unix)]
use midir::os::unix::VirtualOutput;

/// Both ports. Dropping it takes them away.
pub(crate) struct Through {
    _receiver: Receiver,
    input: String,
}

impl Through {
    #[cfg(unix)]
    pub(crate) fn open(client: &str, name: &str) -> Result<Self, MidiError> {
        // Bots find the input by its name, so it must be the only one that has it.
        let taken: Vec<String> = [Way::Out, Way::In]
            .into_iter()
            .flat_map(|way| list(way).unwrap_or_default())
            .map(|port| port.name)
            .collect();
        let called = |n: usize| if n == 1 { client.to_owned() } else { format!("{client} {n}") };
        let client = (1..).map(called).find(|client| !taken.contains(&full_name(client, name))).unwrap_or_default();
        let mut output = quietly(|| {
            let midi = MidiOutput::new(&client).map_err(|_| absent())?;
            midi.create_virtual(name).map_err(|e| failed(name, e))
        })?;
        let mut promoted = false;
        let pass_on = move |_: u64, bytes: &[u8], (): &mut ()| {
            if !promoted {
                promoted = true;
                promote(Priority::Midi);
            }
            // Once: where one listener's buffer is full, the others have it already.
            let _ = output.send(bytes);
        };
        let receiver = Receiver::create_raw(&client, name, pass_on)?;
        Ok(Self { _receiver: receiver, input: full_name(&client, name) })
    }

    #[cfg(not(unix))]
    pub(crate) fn open(_client: &str, name: &str) -> Result<Self, MidiError> {
        Err(failed(name, "this system has no virtual ports"))
    }

    /// What the input is called.
    pub(crate) fn input(&self) -> &str {
        &self.input
    }
}

/// As it is listed: ALSA puts the client before it.
fn full_name(client: &str, name: &str) -> String {
    if cfg!(target_os = "linux") { format!("{client}:{name}") } else { name.to_owned() }
}
