//! The course of a note's loudness or brightness: attack, decay, sustain, release.

/// Seconds, but for the sustain, which is a level of 0–1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Adsr {
    pub(super) attack: f32,
    pub(super) decay: f32,
    pub(super) sustain: f32,
    pub(super) release: f32,
}

/// No edge is steeper than this, in seconds: faster ones click.
const SHORTEST: f32 = 0.001;
/// The attack aims above 1 and the release below 0, so that both arrive instead of creeping.
const ABOVE: f32 = 1.3;
const BELOW: f32 = -0.001;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Stage {
    Attack,
    Decay,
    Release,
    Done,
}

/// One envelope under way. Every method is realtime-safe.
#[derive(Debug, Clone, Copy)]
pub(super) struct Envelope {
    stage: Stage,
    level: f32,
    sustain: f32,
    attack: f32,
    decay: f32,
    release: f32,
}

impl Envelope {
    /// Begins at 0.
    pub(super) fn new(adsr: Adsr, sample_rate: f32) -> Self {
        // How many time constants it takes to get from 0 to 1 when aiming at ABOVE, and so on.
        let attack_spans = (ABOVE / (ABOVE - 1.0)).ln();
        let rate = |seconds: f32, spans: f32| 1.0 - (-spans / (seconds.max(SHORTEST) * sample_rate)).exp();
        Self {
            stage: Stage::Attack,
            level: 0.0,
            sustain: adsr.sustain,
            attack: rate(adsr.attack, attack_spans),
            // Decay and release times are to −40 dB.
            decay: rate(adsr.decay, 4.6),
            release: rate(adsr.release, 4.6),
        }
    }

    /// Lets it fall to 0 from wherever it is.
    pub(super) fn release(&mut self) {
        if self.stage != Stage::Done {
            self.stage = Stage::Release;
        }
    }

    /// The level of the next frame.
    #[inline]
    pub(super) fn next(&mut self) -> f32 {
        match self.stage {
            Stage::Attack => {
                self.level += (ABOVE - self.level) * self.attack;
                if self.level >= 1.0 {
                    self.level = 1.0;
                    self.stage = Stage::Decay;
                }
            }
            Stage::Decay => self.level += (self.sustain - self.level) * self.decay,
            Stage::Release => {
                self.level += (BELOW - self.level) * self.release;
                if self.level <= 0.0 {
                    self.level = 0.0;
                    self.stage = Stage::Done;
                }
            }
            Stage::Done => {}
        }
        self.level
    }

    pub(super) fn is_releasing(&self) -> bool {
        matches!(self.stage, Stage::Release | Stage::Done)
    }

    pub(super) fn is_done(&self) -> bool {
        self.stage == Stage::Done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIANO: Adsr = Adsr { attack: 0.01, decay: 0.1, sustain: 0.5, release: 0.05 };

    fn after(seconds: f32, envelope: &mut Envelope) -> f32 {
        (0..(seconds * 48_000.0) as usize).map(|_| envelope.next()).last().unwrap()
    }

    #[test]
    fn it_peaks_when_the_attack_is_over_and_settles_on_the_sustain() {
        let mut envelope = Envelope::new(PIANO, 48_000.0);
        assert!(after(0.0099, &mut envelope) > 0.97);
        assert!((after(0.5, &mut envelope) - 0.5).abs() < 0.01);
    }

    #[test]
    fn a_release_ends_and_has_no_edge() {
        let mut envelope = Envelope::new(PIANO, 48_000.0);
        let mut before = after(0.005, &mut envelope);
        envelope.release();
        let mut frames = 0;
        while !envelope.is_done() {
            let level = envelope.next();
            assert!((level - before).abs() < 0.01, "a step of {}", level - before);
            before = level;
            frames += 1;
        }
        assert_eq!(before, 0.0);
        assert!(frames < 48_000 / 5, "{frames} frames");
    }
}
