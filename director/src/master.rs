//! Another machine whose MIDI clock leads: where it is in its piece, by its pulses and by its start, stop,
//! continue and song position. Pure; times are seconds.

use crate::{
    clock_word::ClockWord,
    follower::{Follower, Hold, Line},
};

/// Pulses in a sixteenth.
const SIXTEENTH: i64 = 6;

/// What a message of the master means for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It plays from now on, from somewhere else than it was before or after a pause.
    Plays,
    /// It has stopped.
    Stops,
}

/// The master.
#[derive(Debug, Clone, Default)]
pub struct Master {
    follower: Follower,
    playing: bool,
    /// The number of the pulse that its piece began with, once that is known.
    beginning: Option<i64>,
    /// How many pulses of its piece lie before the next one.
    position: i64,
    /// It was told to play, and the next pulse is the first.
    poised: bool,
}

impl Master {
    /// It says something.
    pub fn hear(&mut self, at: f64, word: ClockWord) -> Option<Turn> {
        match word {
            ClockWord::Pulse => {
                let pulse = self.follower.hear(at);
                if std::mem::take(&mut self.poised) {
                    self.beginning = Some(pulse - self.position);
                }
                return None;
            }
            ClockWord::Start => self.position = 0,
            ClockWord::Continue => {}
            ClockWord::Stop => {
                if let Some(beginning) = self.beginning.take() {
                    self.position = self.follower.next() - beginning;
                }
                self.poised = false;
                return std::mem::take(&mut self.playing).then_some(Turn::Stops);
            }
            ClockWord::Position(sixteenth) => {
                if !self.playing {
                    self.position = i64::from(sixteenth) * SIXTEENTH;
                }
                return None;
            }
        }
        if let (ClockWord::Continue, true) = (word, self.playing) {
            return None;
        }
        self.beginning = None;
        self.poised = true;
        self.playing = true;
        Some(Turn::Plays)
    }

    /// Whether it plays, as far as it has said.
    #[must_use]
    pub fn is_playing(&self) -> bool {
        self.playing
    }

    /// Whether we know where it is in its bar.
    #[must_use]
    pub fn knows_its_place(&self) -> bool {
        self.playing && self.beginning.is_some()
    }

    /// Where its pulses lie.
    #[must_use]
    pub fn line(&self) -> Option<Line> {
        self.follower.line()
    }

    /// How well we follow its pulses.
    #[must_use]
    pub fn hold(&self, now: f64) -> Hold {
        self.follower.hold(now)
    }

    /// For how long it has been silent.
    #[must_use]
    pub fn silent_for(&self, now: f64) -> f64 {
        self.follower.silent_for(now)
    }

    /// How much its pulses jitter, in seconds.
    #[must_use]
    pub fn jitter(&self) -> f64 {
        self.follower.jitter()
    }

    /// The first pulse from `earliest` on that lies `within` pulses after a bar line of its piece, and when that is.
    #[must_use]
    pub fn place(&self, within: f64, bar: i64, earliest: f64) -> Option<(f64, f64)> {
        let line = self.line()?;
        let first = self.beginning? as f64 + within;
        let bar = bar.max(1) as f64;
        let bars = ((line.pulse(earliest) - first) / bar).ceil().max(0.0);
        let pulse = first + bars * bar;
        Some((pulse, line.instant(pulse)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Some beats at 120.
    fn beats(master: &mut Master, from: f64, beats: i64) -> f64 {
        let at = |pulse: i64| from + pulse as f64 / 48.0;
        for pulse in 0..beats * 24 {
            assert_eq!(master.hear(at(pulse), ClockWord::Pulse), None);
        }
        at(beats * 24)
    }

    #[test]
    fn a_started_master_is_at_a_bar_line_every_bar_from_its_first_pulse_on() {
        let mut master = Master::default();
        let start = beats(&mut master, 100.0, 3);
        assert!(!master.knows_its_place());
        assert_eq!(master.hear(start - 0.001, ClockWord::Start), Some(Turn::Plays));
        let now = beats(&mut master, start, 2);
        let (_, at) = master.place(0.0, 96, now).unwrap();
        assert!((at - start - 2.0).abs() < 1e-6, "{at}");
        let (_, at) = master.place(1.5, 96, now).unwrap();
        assert!((at - start - 2.0 - 1.5 / 48.0).abs() < 1e-6, "{at}");
        let (_, at) = master.place(0.0, 96, start - 10.0).unwrap();
        assert!((at - start).abs() < 1e-6, "nothing lies before its beginning");
    }

    #[test]
    fn it_goes_on_where_it_stopped_or_where_it_is_sent() {
        for (sent, position) in [(None, 36.0), (Some(14), 84.0)] {
            let mut master = Master::default();
            master.hear(99.0, ClockWord::Start);
            let mut now = 100.0 + 36.0 / 48.0;
            for pulse in 0..36 {
                master.hear(100.0 + f64::from(pulse) / 48.0, ClockWord::Pulse);
            }
            assert_eq!(master.hear(now, ClockWord::Stop), Some(Turn::Stops));
            assert_eq!(master.hear(now, ClockWord::Stop), None);
            now = beats(&mut master, now, 3);
            if let Some(sixteenth) = sent {
                master.hear(now, ClockWord::Position(sixteenth));
            }
            assert_eq!(master.hear(now, ClockWord::Continue), Some(Turn::Plays));
            let end = beats(&mut master, now, 1);
            let (_, at) = master.place(0.0, 96, end).unwrap();
            let meant = now + (96.0 - position) / 48.0;
            let meant = if meant < end { meant + 2.0 } else { meant };
            assert!((at - meant).abs() < 1e-6, "{at}, not {meant}");
        }
    }

    #[test]
    fn a_second_continue_changes_nothing() {
        let mut master = Master::default();
        assert_eq!(master.hear(1.0, ClockWord::Continue), Some(Turn::Plays));
        assert_eq!(master.hear(1.1, ClockWord::Continue), None);
    }
}
