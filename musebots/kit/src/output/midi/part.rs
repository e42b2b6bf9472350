//! What is given to a MIDI port, and when: notes by hand and ledger, the volume by the fader, and
//! all that has to be said when the port comes, goes, or has to be silent. Pure.

use super::{
    fader::{Fader, Volume, share},
    hand::Hand,
    ledger::Ledger,
};
use crate::{agenda::Cue, output::choice::MidiGain};
use musebot_devices::MidiMessage;

/// How long ahead of its instant anything but a beginning is given, in seconds; what a port
/// needs comes on top. Before that it can still change.
const AHEAD: f64 = 0.020;
/// A channel's volume as instruments have it when they are switched on.
const USUAL_VOLUME: u8 = 100;
const VOLUME: u8 = 7;
const ALL_SOUND_OFF: u8 = 120;

/// What is to be done at the port.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Wire {
    /// Give it this, to be sent at this instant.
    Send(f64, MidiMessage),
    /// It is to forget what has not been sent yet.
    Forget,
}

/// One part at one port.
pub(crate) struct Part {
    hand: Hand,
    ledger: Ledger,
    fader: Fader,
    /// How loud the channel is, if the gain moves that.
    volume: Option<Volume>,
    /// How long ahead of its instant the port must be given a message; none while it is not open.
    open: Option<f64>,
    /// Whether the silence that the fader has come to has been made.
    silenced: bool,
    /// Pitches that may hang since the port was lost.
    hanging: Vec<u8>,
}

impl Part {
    pub(crate) fn new(hand: Hand, gain: MidiGain) -> Self {
        Self {
            hand,
            ledger: Ledger::new(),
            fader: Fader::new(),
            volume: (gain == MidiGain::Volume).then(Volume::default),
            open: None,
            silenced: false,
            hanging: Vec::new(),
        }
    }

    /// The channel it plays on, 1–16.
    pub(crate) fn channel(&self) -> u8 {
        self.hand.channel
    }

    /// The port is open, for the first time or again: what hung ends, and the instrument is
    /// told what it is to sound like.
    pub(crate) fn opened(&mut self, now: f64, latency: f64, out: &mut Vec<Wire>) {
        self.open = Some(latency);
        // A port that was not there has nothing to be silenced.
        self.silenced = self.fader.silent_at().is_some_and(|at| at <= now);
        let channel = self.hand.channel;
        out.extend(self.hanging.drain(..).map(|pitch| Wire::Send(now, MidiMessage::note_off(channel, pitch))));
        out.extend(self.hand.sound().map(|message| Wire::Send(now, message)));
        if let Some(volume) = &mut self.volume {
            volume.send_again(now);
        }
        self.advance(now, out);
    }

    /// The port is lost: from now on nothing is given to it.
    pub(crate) fn lost(&mut self) {
        self.open = None;
        self.ledger.lost(|pitch| self.hanging.push(pitch));
        self.hanging.sort_unstable();
        self.hanging.dedup();
    }

    /// A note begins or ends at `due`.
    pub(crate) fn cue(&mut self, cue: &Cue, due: f64, out: &mut Vec<Wire>) {
        let pitch = self.hand.note(cue.pitch);
        let Some(strength) = cue.velocity else { return self.ledger.off(cue.id, pitch, due) };
        let gain = self.fader.at(due);
        if self.open.is_none() || gain <= 0.0 {
            return;
        }
        let share = if self.volume.is_some() { 1.0 } else { share(gain) };
        let (cut, begin) = self.ledger.on(cue.id, pitch, due);
        let channel = self.hand.channel;
        out.extend(cut.map(|at| Wire::Send(at, MidiMessage::note_off(channel, pitch))));
        out.push(Wire::Send(begin, MidiMessage::note_on(channel, pitch, self.hand.velocity(strength, share))));
    }

    /// Gets to a gain in so many milliseconds.
    pub(crate) fn gain(&mut self, now: f64, gain: f32, ramp_ms: f32, out: &mut Vec<Wire>) {
        self.fader.set(now, gain, ramp_ms);
        self.silenced = false;
        self.advance(now, out);
    }

    /// Does what is due by `now`, or nearly.
    pub(crate) fn advance(&mut self, now: f64, out: &mut Vec<Wire>) {
        let Some(latency) = self.open else { return };
        let (until, channel) = (now + latency + AHEAD, self.hand.channel);
        if let Some(volume) = &mut self.volume {
            volume.steps(&self.fader, now, until, |at, value| {
                out.push(Wire::Send(at, MidiMessage::control(channel, VOLUME, value)));
            });
        }
        self.ledger.ends(until, |pitch, at| out.push(Wire::Send(at, MidiMessage::note_off(channel, pitch))));
        if !self.silenced && self.fader.silent_at().is_some_and(|at| at <= now) {
            self.silenced = true;
            self.end_all(now, out);
        }
    }

    /// When [`Self::advance`] next has something to do.
    pub(crate) fn wake(&self) -> Option<f64> {
        let latency = self.open?;
        let ahead = |at: f64| at - latency - AHEAD / 2.0;
        let silence = self.fader.silent_at().filter(|_| !self.silenced);
        let volume = self.volume.as_ref().and_then(|volume| volume.wake(&self.fader)).map(ahead);
        [silence, volume, self.ledger.next_end().map(ahead)].into_iter().flatten().min_by(f64::total_cmp)
    }

    /// Ends every note now, and what was to begin later does not.
    pub(crate) fn end_all(&mut self, now: f64, out: &mut Vec<Wire>) {
        if self.open.is_none() {
            return;
        }
        out.push(Wire::Forget);
        let channel = self.hand.channel;
        self.ledger.end_all(now, |pitch| out.push(Wire::Send(now, MidiMessage::note_off(channel, pitch))));
        // Steps of the volume were forgotten too.
        if let Some(volume) = &mut self.volume {
            volume.send_again(now);
            volume.steps(&self.fader, now, now, |at, value| {
                out.push(Wire::Send(at, MidiMessage::control(channel, VOLUME, value)));
            });
        }
    }

    /// The last that is done: every note ends, and an instrument whose volume was taken away
    /// gets it back for whoever plays it next, its tails cut before.
    pub(crate) fn finish(&mut self, now: f64, out: &mut Vec<Wire>) {
        self.end_all(now, out);
        if self.open.is_some() && self.volume.is_some() && self.fader.at(now) <= 0.0 {
            let channel = self.hand.channel;
            // A millisecond apart, so that nothing changes their order.
            out.push(Wire::Send(now + 0.001, MidiMessage::control(channel, ALL_SOUND_OFF, 0)));
            out.push(Wire::Send(now + 0.002, MidiMessage::control(channel, VOLUME, USUAL_VOLUME)));
        }
        self.open = None;
    }
}

#[cfg(test)]
mod tests;
