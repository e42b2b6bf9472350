//! An input and an output of one client: what comes in goes out at the same frame.

use super::super::error::MidiError;
use super::port_watch::{Fate, Notices};
use super::{connect, failed, plain};
use ::jack::{AsyncClient, Client, Control, Port, ProcessHandler, ProcessScope};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The client. Dropping it leaves the server.
pub(crate) struct Through {
    _client: AsyncClient<Notices, Process>,
    input: String,
}

impl Through {
    pub(crate) fn open(client: &str, name: &str, lost: Arc<AtomicBool>) -> Result<Self, MidiError> {
        let client = connect(client)?;
        let input = plain(&format!("{name} in"));
        let input = client.register_port(&input, ::jack::MidiIn::default()).map_err(|e| failed(name, &e))?;
        let output = client.register_port(&plain(name), ::jack::MidiOut::default()).map_err(|e| failed(name, &e))?;
        let called = input.name().map_err(|e| failed(name, &e))?;
        let notices = Fate::new(lost).notices();
        let client = client.activate_async(notices, Process { input, output }).map_err(|e| failed(name, &e))?;
        Ok(Self { _client: client, input: called })
    }

    /// What the input is called.
    pub(crate) fn input(&self) -> &str {
        &self.input
    }
}

struct Process {
    input: Port<::jack::MidiIn>,
    output: Port<::jack::MidiOut>,
}

impl ProcessHandler for Process {
    /// Realtime-safe: yes. What does not fit into JACK's buffer is lost, as it would be without us.
    fn process(&mut self, _: &Client, scope: &ProcessScope) -> Control {
        let mut writer = self.output.writer(scope);
        for event in self.input.iter(scope) {
            let _ = writer.write(&event);
        }
        Control::Continue
    }
}
