//! A gain in time, as an instrument at a MIDI port hears it: as steps of its volume (CC 7), or
//! as what is left of each note's velocity. Pure.

use crate::gain::SHORTEST_RAMP_MS;

/// From one step of a volume to the next, in seconds: fifty a second are smooth enough, and more
/// would crowd the wire.
const STEP: f64 = 0.020;

/// A gain and its ramp.
pub(crate) struct Fader {
    from: f32,
    to: f32,
    began: f64,
    seconds: f64,
}

impl Fader {
    /// All the way up.
    pub(crate) fn new() -> Self {
        Self { from: 1.0, to: 1.0, began: f64::MIN, seconds: 0.0 }
    }

    /// Moves to a gain of 0–1 in so many milliseconds from `now` on.
    pub(crate) fn set(&mut self, now: f64, gain: f32, ramp_ms: f32) {
        let gain = if gain.is_nan() { 1.0 } else { gain.clamp(0.0, 1.0) };
        let ms = if ramp_ms.is_nan() { SHORTEST_RAMP_MS } else { ramp_ms.clamp(SHORTEST_RAMP_MS, 600_000.0) };
        *self = Self { from: self.at(now), to: gain, began: now, seconds: f64::from(ms) / 1000.0 };
    }

    /// The gain at an instant: the same ramp as a sound card's.
    pub(crate) fn at(&self, at: f64) -> f32 {
        if at >= self.rests_at() {
            return self.to;
        }
        let t = ((at - self.began) / self.seconds).max(0.0) as f32;
        self.from + (self.to - self.from) * t * t * (3.0 - 2.0 * t)
    }

    /// When it stands still.
    fn rests_at(&self) -> f64 {
        self.began + self.seconds
    }

    /// From when on nothing is to sound, if that is where it goes.
    pub(crate) fn silent_at(&self) -> Option<f64> {
        (self.to <= 0.0).then(|| self.rests_at())
    }
}

/// What an instrument makes of a volume or a velocity grows with its square: the root of a gain
/// is the share of them that sounds like it.
pub(crate) fn share(gain: f32) -> f32 {
    gain.max(0.0).sqrt()
}

fn volume(gain: f32) -> u8 {
    (share(gain) * 127.0).round() as u8
}

/// The volume of a channel as it was last sent.
#[derive(Default)]
pub(crate) struct Volume {
    sent: Option<u8>,
    /// Before this instant none is sent.
    next: f64,
}

impl Volume {
    /// Gives the steps from `now` to `until`: instant and value.
    pub(crate) fn steps(&mut self, fader: &Fader, now: f64, until: f64, mut step: impl FnMut(f64, u8)) {
        let mut at = self.next.max(now);
        while at <= until {
            let value = volume(fader.at(at));
            if self.sent != Some(value) {
                self.sent = Some(value);
                step(at, value);
            } else if at >= fader.rests_at() {
                break;
            }
            at += STEP;
        }
        self.next = at;
    }

    /// When there is something to look at next, if the gain is on its way.
    pub(crate) fn wake(&self, fader: &Fader) -> Option<f64> {
        (self.sent != Some(volume(fader.to))).then_some(self.next)
    }

    /// The instrument may not know it any more: it is sent again.
    pub(crate) fn send_again(&mut self, now: f64) {
        *self = Self { sent: None, next: now };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All steps when it is asked every 10 ms.
    fn run(fader: &Fader, volume: &mut Volume, from: f64, to: f64) -> Vec<(f64, u8)> {
        let mut steps = Vec::new();
        let mut now = from;
        while now < to {
            volume.steps(fader, now, now + 0.03, |at, value| steps.push((at, value)));
            now += 0.01;
        }
        steps
    }

    #[test]
    fn at_the_start_the_volume_is_sent_once() {
        let (fader, mut volume) = (Fader::new(), Volume::default());
        assert_eq!(run(&fader, &mut volume, 5.0, 8.0), [(5.0, 127)]);
    }

    #[test]
    fn a_ramp_is_sent_in_at_most_fifty_steps_a_second_and_arrives() {
        let (mut fader, mut volume) = (Fader::new(), Volume::default());
        run(&fader, &mut volume, 0.0, 1.0);
        fader.set(1.0, 0.0, 2000.0);
        let steps = run(&fader, &mut volume, 1.0, 4.0);
        assert!(steps.windows(2).all(|w| w[1].0 - w[0].0 > 0.0199 && w[1].1 < w[0].1), "{steps:?}");
        assert!((60..=101).contains(&steps.len()), "{}", steps.len());
        let (at, value) = *steps.last().unwrap();
        assert!(value == 0 && (2.9..3.03).contains(&at), "{at} {value}");
    }

    #[test]
    fn half_the_gain_is_the_volume_that_sounds_six_decibels_softer() {
        let (mut fader, mut volume) = (Fader::new(), Volume::default());
        fader.set(0.0, 0.5, 0.0);
        assert_eq!(run(&fader, &mut volume, 1.0, 2.0), [(1.0, 90)]);
    }

    #[test]
    fn it_wakes_as_long_as_it_is_on_its_way_and_then_rests() {
        let (mut fader, mut volume) = (Fader::new(), Volume::default());
        assert!(volume.wake(&fader).is_some());
        let mut now = 0.0;
        fader.set(now, 0.3, 500.0);
        let mut turns = 0;
        while let Some(at) = volume.wake(&fader) {
            now = at.max(now);
            volume.steps(&fader, now, now, |_, _| ());
            turns += 1;
            assert!(turns < 100, "it never rests");
            now += 1e-4;
        }
        assert!((0.4..0.53).contains(&now), "{now}");
    }

    #[test]
    fn a_fader_that_goes_down_says_from_when_on_it_is_silent() {
        let mut fader = Fader::new();
        assert_eq!(fader.silent_at(), None);
        fader.set(2.0, 0.0, 100.0);
        assert!((fader.silent_at().unwrap() - 2.1).abs() < 1e-9 && fader.at(2.05) > 0.4 && fader.at(2.2) == 0.0);
        fader.set(2.05, 1.0, 100.0);
        assert_eq!(fader.silent_at(), None);
    }
}
