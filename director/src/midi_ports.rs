//! The director at MIDI ports: it holds the ports of our own that bots play (`midi:virtual`), so
//! that they outlive the bots, and makes silence where a bot has died with its notes on.
//!
//! Opening a port may take its time: silence is made on threads of their own.

use crate::ensemble::{BotEntry, Ensemble, MidiSpec, OutputSpec};
use musebot_devices::{MidiAddress, MidiMessage, MidiOut, MidiSystem, VirtualPort, Wanted};
use std::{
    collections::BTreeSet,
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// What others see us as.
const CLIENT: &str = "musebots";
/// How long it may take to silence a port: all keys of all channels on a slow cable.
const LONGEST: Duration = Duration::from_secs(5);
/// A connection that was made just now carries nothing for a moment.
const SETTLES: Duration = Duration::from_millis(100);
/// How long we wait for that when we leave.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// Ports that are silenced at the same time, at most.
const MOST_AT_ONCE: usize = 64;
const PEDAL: u8 = 64;
const ALL_NOTES_OFF: u8 = 123;

/// The ports of one performance.
#[derive(Default)]
pub(crate) struct MidiPorts {
    _virtual_ports: Vec<VirtualPort>,
    silencing: Vec<JoinHandle<()>>,
}

impl MidiPorts {
    /// Makes the ports of our own that the file asks for, each under its bot's name, and writes
    /// into the ensemble where they are to be played.
    pub(crate) fn open(ensemble: &mut Ensemble) -> Self {
        let mut ports = Vec::new();
        for bot in &mut ensemble.bots {
            let id = bot.id.to_string();
            let mut count = 0;
            for output in &mut bot.outputs {
                let OutputSpec::Midi(midi) = output else { continue };
                if midi.port.is_some() {
                    continue;
                }
                count += 1;
                let name = if count == 1 { id.clone() } else { format!("{id} {count}") };
                match VirtualPort::open(CLIENT, &name, system(midi)) {
                    Ok(port) => {
                        let address = port.input();
                        if let Wanted::Named(input) = address.port {
                            midi.port = Some(input);
                            midi.system = address.system.map(word);
                        }
                        tracing::info!("{id} plays to the MIDI port `{name}`: connect what is to sound");
                        ports.push(port);
                    }
                    Err(e) => tracing::warn!("{id} has no MIDI port of its own yet: {e}"),
                }
            }
        }
        Self { _virtual_ports: ports, silencing: Vec::new() }
    }

    /// Ends all that may sound at a bot's MIDI outputs; `ensemble` says whose channels are others'. `every_key` also
    /// where nobody is left who ends his own notes: on a slow cable that takes an eighth of a second a channel.
    pub(crate) fn silence(&mut self, bot: &BotEntry, ensemble: &Ensemble, every_key: bool) {
        self.silencing.retain(|thread| !thread.is_finished());
        if self.silencing.len() >= MOST_AT_ONCE {
            return;
        }
        for midi in bot.outputs.iter().filter_map(OutputSpec::midi) {
            let Some(port) = midi.port.clone() else { continue };
            let channels = channels(midi, bot, ensemble);
            // One channel is swept in no time; sixteen would hold up the notes that come next.
            let every_key = every_key || midi.channel.is_some();
            let address = MidiAddress { port: Wanted::Named(port), system: system(midi) };
            let who = bot.id.to_string();
            let silence = move || match silence(&address, &channels, every_key) {
                Ok(()) => tracing::debug!("{who}'s MIDI output is silenced"),
                Err(why) => tracing::warn!("failed to silence {who}'s MIDI output: {why}"),
            };
            match std::thread::Builder::new().name("silence".into()).spawn(silence) {
                Ok(thread) => self.silencing.push(thread),
                Err(e) => tracing::warn!("failed to silence {}'s MIDI output: {e}", bot.id),
            }
        }
    }
}

impl Drop for MidiPorts {
    /// Nothing is left sounding, and nobody waits for a port that does not open.
    fn drop(&mut self) {
        let deadline = Instant::now() + LAST_WORDS;
        while self.silencing.iter().any(|thread| !thread.is_finished()) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// The channel that the file gives the output; else all that it gives to nobody else at that port.
fn channels(midi: &MidiSpec, bot: &BotEntry, ensemble: &Ensemble) -> Vec<u8> {
    if let Some(channel) = midi.channel {
        return vec![channel];
    }
    let others = ensemble.bots.iter().filter(|other| other.id != bot.id).flat_map(|other| &other.outputs);
    let taken: BTreeSet<u8> =
        others.filter_map(OutputSpec::midi).filter(|other| other.port == midi.port).filter_map(|o| o.channel).collect();
    (1..=16).filter(|channel| !taken.contains(channel)).collect()
}

/// Opens the port and ends everything on these channels.
fn silence(address: &MidiAddress, channels: &[u8], every_key: bool) -> Result<(), String> {
    let mut port = MidiOut::open(CLIENT, address).map_err(|e| e.to_string())?;
    std::thread::sleep(SETTLES);
    let deadline = Instant::now() + LONGEST;
    let mut left = 0_usize;
    for message in silences(channels, every_key) {
        while !port.send(Instant::now(), message) {
            if port.is_lost() || Instant::now() > deadline {
                return Err("it takes no more messages".to_owned());
            }
            port.lateness(|_| left = left.saturating_sub(1));
            std::thread::sleep(Duration::from_millis(2));
        }
        left += 1;
    }
    while left > 0 && !port.is_lost() && Instant::now() < deadline {
        port.lateness(|_| left = left.saturating_sub(1));
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

/// Pedal up and all notes off, and then, for instruments that do not know that, every key.
fn silences(channels: &[u8], every_key: bool) -> impl Iterator<Item = MidiMessage> {
    let whole =
        |channel: &u8| [MidiMessage::control(*channel, PEDAL, 0), MidiMessage::control(*channel, ALL_NOTES_OFF, 0)];
    let swept = if every_key { channels } else { &[] };
    let keys = swept.iter().flat_map(|channel| (0..128).map(|pitch| MidiMessage::note_off(*channel, pitch)));
    channels.iter().flat_map(whole).chain(keys)
}

fn system(midi: &MidiSpec) -> Option<MidiSystem> {
    midi.system.and_then(|system| system.parse().ok())
}

fn word(system: MidiSystem) -> &'static str {
    match system {
        MidiSystem::Jack => "jack",
        MidiSystem::Native if cfg!(target_os = "macos") => "coremidi",
        MidiSystem::Native => "alsa",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use musebot_devices::MidiKind;

    const BAND: &str = "[[bot]]\nid = \"a\"\nprogram = \"a\"\noutput = \"midi:X\"\n\
        [[bot]]\nid = \"b\"\nprogram = \"b\"\noutput = { to = \"midi:X\", channel = 3 }\n\
        [[bot]]\nid = \"c\"\nprogram = \"c\"\noutput = { to = \"midi:Y\", channel = 4 }\n";

    fn of(id: &str) -> Vec<u8> {
        let ensemble = Ensemble::parse(BAND, "x.toml").unwrap();
        let bot = ensemble.bots.iter().find(|bot| bot.id.as_str() == id).unwrap();
        channels(bot.outputs[0].midi().unwrap(), bot, &ensemble)
    }

    #[test]
    fn a_bot_s_own_channel_is_silenced_or_all_that_are_nobody_s_at_that_port() {
        assert_eq!(of("b"), [3]);
        assert_eq!(of("a"), (1..=16).filter(|channel| *channel != 3).collect::<Vec<_>>());
    }

    #[test]
    fn silence_is_the_pedal_up_all_notes_off_and_every_key() {
        let all: Vec<MidiKind> = silences(&[5], true).map(|message| message.kind()).collect();
        assert_eq!(all.len(), 130);
        assert_eq!(all[0], MidiKind::Control { channel: 5, controller: 64, value: 0 });
        assert_eq!(all[1], MidiKind::Control { channel: 5, controller: 123, value: 0 });
        assert_eq!(silences(&[5, 6], false).count(), 4, "bots that live end their own notes");
        assert!((0..128).all(|pitch| all.contains(&MidiKind::NoteOff { channel: 5, pitch })));
    }
}
