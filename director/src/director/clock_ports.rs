//! The ports that get our MIDI clock: who is there, and when it ends.

use super::Director;
use crate::{
    clock_thread::Order,
    ensemble::ClockPort,
    event::{Action, ClockNews, Tone},
};
use musebot_devices::Wanted;
use musebot_protocol::Tick;
use std::time::Duration;

/// One port.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockOutView {
    /// What it is called.
    pub name: String,
    /// Whether it is there.
    pub here: bool,
}

impl ClockOutView {
    pub(super) fn new(port: &ClockPort) -> Self {
        let (Wanted::Named(name) | Wanted::Virtual(name)) = &port.address.port;
        Self { name: name.clone(), here: false }
    }
}

impl Director {
    pub(super) fn clock_port(&mut self, port: usize, news: ClockNews) {
        let Some(out) = self.clock_outs.get_mut(port) else { return };
        out.here = matches!(news, ClockNews::Here(_));
        let (tone, what) = match news {
            ClockNews::Here(name) => {
                out.name = name;
                (Tone::Note, format!("{} gets our MIDI clock", out.name))
            }
            ClockNews::Absent(why) => {
                (Tone::Warning, format!("{} gets our MIDI clock when it is there: {why}", out.name))
            }
            ClockNews::Gone => {
                (Tone::Warning, format!("{} has gone: it gets our MIDI clock again when it is back", out.name))
            }
        };
        self.say(tone, what);
    }

    /// The clocks stop where a tick would have been due, and go on with whichever tick comes next.
    pub(super) fn halt_clocks(&mut self, from: Tick, at: Duration) {
        if self.origin.is_some() && self.quitting.is_none() {
            self.out.push(Action::Clock(Order::Stop { from, at, again: true }));
        }
    }

    /// No more clock from this tick on.
    pub(super) fn end_clocks(&mut self, from: Tick) {
        if self.origin.is_some() && !self.clock_outs.is_empty() {
            let at = self.instant(from);
            self.out.push(Action::Clock(Order::Stop { from, at, again: false }));
        }
    }
}
