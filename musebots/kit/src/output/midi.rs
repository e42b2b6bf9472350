//! Notes to a MIDI port. The port may come late, go, and come back: the music goes on in time,
//! silently while it is not there, and nothing is left hanging.

mod fader;
mod hand;
mod ledger;
mod part;

pub(crate) use hand::{Bank, Touch};

use super::{
    OutputChoice,
    door::Door,
    lateness::{Lateness, LatenessCollector},
};
use crate::agenda::Cue;
use hand::Hand;
use musebot_devices::{MidiAddress, MidiMessage, MidiOut, MidiSystem, Wanted};
use musebot_protocol::BotId;
use part::{Part, Wire};
use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// What waits on our side when the port takes no more, at most; of more, the oldest is lost.
const MOST_WAITING: usize = 1024;
/// A connection that was made just now carries nothing for a moment: what is said so early is lost.
const SETTLES: Duration = Duration::from_millis(100);
/// How long we wait at the end until the last has been sent.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// A MIDI port that a bot plays.
pub(crate) struct MidiOutput {
    part: Part,
    address: MidiAddress,
    door: Door<MidiOut>,
    port: Option<MidiOut>,
    /// One that has been opened, and from when on it is used.
    settling: Option<(Instant, MidiOut)>,
    /// What the port could not take yet.
    waiting: VecDeque<(Instant, MidiMessage)>,
    epoch: Instant,
    wires: Vec<Wire>,
    late: LatenessCollector,
    opened: u32,
}

impl MidiOutput {
    /// Begins to open the port that was chosen; times are seconds since `epoch`.
    ///
    /// # Errors
    /// When there is no such MIDI system, or no thread to be had.
    pub(crate) fn open(choice: &OutputChoice, id: &BotId, channel: u8, epoch: Instant) -> anyhow::Result<Self> {
        let address = address(choice, id)?;
        let (client, wanted) = (id.to_string(), address.clone());
        let open = move |old: Option<MidiOut>| {
            drop(old);
            MidiOut::open(&client, &wanted).map_err(|e| e.to_string())
        };
        let fails = |why: &str| tracing::warn!("{why}; playing on silently until it is there");
        let door = Door::new(open, fails)?;
        door.ask(None);
        Ok(Self {
            part: Part::new(Hand::new(choice, channel), choice.gain),
            address,
            door,
            port: None,
            settling: None,
            waiting: VecDeque::new(),
            epoch,
            wires: Vec::new(),
            late: LatenessCollector::new(),
            opened: 0,
        })
    }

    /// A note begins or ends at `due`, in seconds since the epoch.
    pub(crate) fn play(&mut self, cue: &Cue, due: f64) {
        self.part.cue(cue, due, &mut self.wires);
        self.give();
    }

    /// Gets to a gain in so many milliseconds.
    pub(crate) fn gain(&mut self, gain: f32, ramp_ms: f32) {
        self.part.gain(self.now(), gain, ramp_ms, &mut self.wires);
        self.give();
    }

    /// Looks after the port and does what is due; `true` when it has been opened just now.
    pub(crate) fn advance(&mut self) -> bool {
        let now = self.now();
        if let Some(port) = self.port.take_if(|port| port.is_lost()) {
            tracing::error!("MIDI port `{}` has gone: playing on silently until it is back", port.name());
            self.part.lost();
            self.waiting.clear();
            self.door.ask(Some(port));
        }
        if self.port.is_none() && self.settling.is_none() {
            self.settling = self.door.take().map(|port| (Instant::now() + SETTLES, port));
        }
        let new = self.settling.take_if(|(from, _)| *from <= Instant::now()).map(|(_, port)| port);
        let opened = new.is_some();
        if let Some(port) = new {
            let again = if self.opened > 0 { " again" } else { "" };
            tracing::info!("MIDI port `{}` is open{again} (channel {})", port.name(), self.part.channel());
            self.opened += 1;
            self.part.opened(now, port.latency().as_secs_f64(), &mut self.wires);
            self.port = Some(port);
        } else {
            self.part.advance(now, &mut self.wires);
        }
        self.give();
        opened
    }

    /// When [`Self::advance`] next has something to do, in seconds since the epoch.
    pub(crate) fn wake(&self) -> Option<f64> {
        /// How often we look whether the port has opened.
        const LOOK_EVERY: f64 = 0.05;
        if self.port.is_none() { Some(self.now() + LOOK_EVERY) } else { self.part.wake() }
    }

    /// How late what was sent since the last call got there.
    pub(crate) fn lateness(&mut self) -> Option<Lateness> {
        let late = &mut self.late;
        if let Some(port) = &mut self.port {
            port.lateness(|ms| late.add(ms));
        }
        late.take()
    }

    /// How long ahead of its instant a note must be played.
    pub(crate) fn latency(&self) -> Duration {
        self.port.as_ref().map(MidiOut::latency).unwrap_or_default()
    }

    /// The port and the channel, for the first line of the log.
    pub(crate) fn name(&self) -> String {
        let port = match &self.address.port {
            Wanted::Named(name) => format!("`{name}`"),
            Wanted::Virtual(name) => format!("a port of its own, `{name}`"),
        };
        format!("MIDI to {port}, channel {}", self.part.channel())
    }

    /// Ends every note, and waits until that has been sent.
    pub(crate) fn finish(mut self) {
        self.lateness();
        self.part.finish(self.now(), &mut self.wires);
        let mut left = self.wires.iter().filter(|wire| matches!(wire, Wire::Send(..))).count();
        self.give();
        let Some(mut port) = self.port else { return };
        let deadline = Instant::now() + LAST_WORDS;
        while left > 0 && Instant::now() < deadline && !port.is_lost() {
            port.lateness(|_| left = left.saturating_sub(1));
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn now(&self) -> f64 {
        self.epoch.elapsed().as_secs_f64()
    }

    /// Gives the port what there is for it. A beginning that finds no room is lost, and nothing
    /// else is.
    fn give(&mut self) {
        let Some(port) = &mut self.port else { return self.wires.clear() };
        while let Some((at, message)) = self.waiting.pop_front() {
            if !port.send(at, message) {
                self.waiting.push_front((at, message));
                break;
            }
        }
        for wire in self.wires.drain(..) {
            match wire {
                Wire::Forget => {
                    port.forget();
                    self.waiting.clear();
                }
                Wire::Send(at, message) => {
                    let at = self.epoch + Duration::from_secs_f64(at.max(0.0));
                    let begins = message.rank() == musebot_devices::Rank::On;
                    let sent = self.waiting.is_empty() && port.send(at, message);
                    if !sent && !begins {
                        if self.waiting.len() == MOST_WAITING {
                            self.waiting.pop_front();
                        }
                        self.waiting.push_back((at, message));
                    }
                }
            }
        }
    }
}

/// Where an output leads to.
fn address(choice: &OutputChoice, id: &BotId) -> anyhow::Result<MidiAddress> {
    let system = choice.system.as_deref().map(|name| {
        name.parse::<MidiSystem>()
            .map_err(|_| anyhow::anyhow!("there is no MIDI system `{name}` here (alsa, coremidi, jack)"))
    });
    let port = match &choice.device {
        Some(name) if !choice.own_port => Wanted::Named(name.clone()),
        _ => Wanted::Virtual(id.to_string()),
    };
    Ok(MidiAddress { port, system: system.transpose()? })
}
