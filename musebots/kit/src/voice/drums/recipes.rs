//! Which General MIDI drum is made of what. Levels are those of a full stroke in a mix of three
//! bots; a softer stroke is not only softer but darker and shorter, as on a real kit.

use super::fall::Fall;
use super::hiss::{Hiss, Pass};
use super::hit::{Family, Hit};
use super::metal::Metal;
use super::tone::Tone;
use crate::voice::noise::Noise;

/// A stroke.
pub(crate) struct Stroke {
    pub(crate) velocity: f32,
    pub(crate) noise: Noise,
    pub(crate) sample_rate: f32,
}

/// The stroke that a General MIDI pitch asks for.
pub(crate) fn stroke(pitch: u8, stroke: &Stroke) -> Hit {
    match pitch {
        0..=36 => stroke.kick(if pitch == 35 { 44.0 } else { 49.0 }),
        37 => stroke.rim(),
        38 => stroke.snare(188.0, 1.0),
        39 => stroke.clap(),
        40 => stroke.snare(225.0, 0.75),
        42 => stroke.hat(0.075, 1.0),
        44 => stroke.hat(0.05, 0.6),
        46 => stroke.hat(0.75, 0.85),
        41 => stroke.tom(pitch, 76.0, 0.45),
        43 => stroke.tom(pitch, 90.0, 0.32),
        45 => stroke.tom(pitch, 108.0, 0.16),
        47 => stroke.tom(pitch, 130.0, 0.0),
        48 => stroke.tom(pitch, 154.0, -0.16),
        50 => stroke.tom(pitch, 182.0, -0.3),
        49 | 55 => stroke.crash(pitch, 1.0, -0.35),
        52 | 57 => stroke.crash(pitch, 0.86, 0.35),
        51 | 59 => stroke.ride(),
        53 => stroke.bell(),
        54 => stroke.tambourine(),
        56 => stroke.cowbell(),
        60 | 62 => stroke.tom(pitch, 330.0, 0.3),
        61 | 64 => stroke.tom(pitch, 230.0, 0.35),
        63 => stroke.tom(pitch, 290.0, 0.3),
        65 | 66 => stroke.tom(pitch, 260.0, -0.3),
        69 | 70 | 82 => stroke.shaker(),
        _ => stroke.wood(pitch),
    }
}

impl Stroke {
    fn fall(&self, level: f32, seconds: f32) -> Fall {
        Fall::new(level, seconds, self.sample_rate)
    }

    fn tone(&self, hz: f32, level: f32, seconds: f32) -> Tone {
        Tone::new(hz, self.fall(level, seconds), self.sample_rate)
    }

    fn hiss(&self, pass: Pass, hz: f32, level: f32, seconds: f32) -> Hiss {
        Hiss::new(self.noise, pass, hz, self.fall(level, seconds), self.sample_rate)
    }

    /// Loudness follows the stroke on a bent scale: ghost notes are really soft.
    fn loud(&self) -> f32 {
        self.velocity.powf(1.3)
    }

    fn kick(&self, hz: f32) -> Hit {
        let (v, loud, rate) = (self.velocity, self.loud(), self.sample_rate);
        let mut hit = Hit::new(Family::Kick, 0.0, 0.012);
        let body = self.tone(hz, 0.215 * loud, 0.36 + 0.16 * v).pushed(0.8 + 1.0 * v);
        hit.tones[0] = Some(body.falling(110.0 + 130.0 * v, 0.017, rate));
        // The punch: a second fall from higher up, gone before the pitch is noticed.
        hit.tones[1] = Some(self.tone(98.0, 0.10 * loud, 0.10).falling(260.0 * v, 0.009, rate));
        hit.hisses[0] = Some(self.hiss(Pass::Band, 2400.0 + 1800.0 * v, 0.17 * loud * v, 0.018));
        hit
    }

    fn snare(&self, hz: f32, wires: f32) -> Hit {
        let (v, loud, rate) = (self.velocity, self.loud(), self.sample_rate);
        let mut hit = Hit::new(Family::Snare, 0.04, 0.02);
        hit.tones[0] = Some(self.tone(hz, 0.14 * loud, 0.18).falling(hz * 0.45 * v, 0.012, rate).pushed(0.3));
        hit.tones[1] = Some(self.tone(hz * 1.78, 0.07 * loud, 0.11).falling(hz * 0.3, 0.01, rate));
        let bright = 2600.0 + 2600.0 * v;
        hit.hisses[0] = Some(self.hiss(Pass::Band, bright, 0.36 * loud * wires, 0.14 + 0.14 * v));
        hit.hisses[1] = Some(self.hiss(Pass::High, 5200.0, 0.14 * loud * v, 0.10 + 0.10 * v));
        hit
    }

    fn hat(&self, seconds: f32, level: f32) -> Hit {
        let (v, loud) = (self.velocity, self.loud());
        let seconds = seconds * (0.65 + 0.5 * v);
        let mut hit = Hit::new(Family::Hat, 0.22, 0.012);
        let top = 6400.0 + 700.0 * (1.0 - v);
        hit.metal = Some(Metal::new(4.1, top, self.fall(0.40 * loud * level, seconds), self.sample_rate));
        hit.hisses[0] = Some(self.hiss(Pass::High, 7600.0, 0.17 * loud * level, seconds * 0.8));
        // The stick.
        hit.hisses[1] = Some(self.hiss(Pass::Band, 5200.0, 0.16 * loud * v * level, 0.012));
        hit
    }

    fn tom(&self, pitch: u8, hz: f32, place: f32) -> Hit {
        let (v, loud, rate) = (self.velocity, self.loud(), self.sample_rate);
        let mut hit = Hit::new(Family::Tom(pitch), place, 0.03);
        let seconds = (0.62 - hz * 0.0011).max(0.22) * (0.75 + 0.3 * v);
        hit.tones[0] = Some(self.tone(hz, 0.23 * loud, seconds).falling(hz * 0.55 * v, 0.03, rate).pushed(0.25));
        hit.tones[1] = Some(self.tone(hz * 1.59, 0.05 * loud, seconds * 0.5).falling(hz * 0.4 * v, 0.025, rate));
        hit.hisses[0] = Some(self.hiss(Pass::Band, 1600.0 + 1500.0 * v, 0.07 * loud * v, 0.045));
        hit
    }

    fn ride(&self) -> Hit {
        let (v, loud, rate) = (self.velocity, self.loud(), self.sample_rate);
        let mut hit = Hit::new(Family::Ride, -0.25, 0.35);
        let wash = Fall::rising(0.19 * loud * (0.5 + 0.5 * v), 0.003, 1.9, rate);
        hit.metal = Some(Metal::new(3.3, 5200.0, wash, rate));
        hit.tones[0] = Some(self.tone(3170.0, 0.042 * loud, 0.55));
        hit.tones[1] = Some(self.tone(4385.0, 0.032 * loud, 0.42));
        hit.tones[2] = Some(self.tone(5920.0, 0.025 * loud * v, 0.3));
        hit.hisses[0] = Some(self.hiss(Pass::High, 6500.0, 0.14 * loud * v, 0.03));
        hit.hisses[1] = Some(self.hiss(Pass::High, 7800.0, 0.035 * loud, 1.1));
        hit
    }

    fn bell(&self) -> Hit {
        let (loud, rate) = (self.loud(), self.sample_rate);
        let mut hit = self.ride();
        hit.metal = Some(Metal::new(3.3, 5600.0, self.fall(0.05 * loud, 1.4), rate));
        for (n, (hz, level, seconds)) in
            [(835.0, 0.03, 0.9), (1490.0, 0.04, 1.1), (2630.0, 0.03, 0.7), (4120.0, 0.02, 0.45)].into_iter().enumerate()
        {
            hit.tones[n] = Some(self.tone(hz, level * loud, seconds));
        }
        hit
    }

    fn crash(&self, pitch: u8, scale: f32, place: f32) -> Hit {
        let (v, loud, rate) = (self.velocity, self.loud(), self.sample_rate);
        let mut hit = Hit::new(Family::Crash(pitch), place, 0.25);
        let seconds = 1.5 + 1.1 * v;
        hit.metal =
            Some(Metal::new(3.7 * scale, 3600.0 * scale, Fall::rising(0.17 * loud, 0.002, seconds * 0.7, rate), rate));
        let wash = Fall::rising(0.19 * loud, 0.004, seconds, rate);
        hit.hisses[0] = Some(Hiss::new(self.noise, Pass::High, 3900.0 * scale, wash, rate));
        hit.hisses[1] = Some(self.hiss(Pass::Band, 2300.0 * scale, 0.10 * loud * v, 0.35));
        hit
    }

    fn clap(&self) -> Hit {
        let (v, loud) = (self.velocity, self.loud());
        let mut hit = Hit::new(Family::Small(39), -0.1, 0.03);
        let hands = self.hiss(Pass::Band, 1150.0 + 350.0 * v, 0.62 * loud, 0.17 + 0.1 * v);
        hit.hisses[0] = Some(hands.in_bursts(3, 0.0105, self.sample_rate));
        hit.hisses[1] =
            Some(self.hiss(Pass::High, 3000.0, 0.10 * loud * v, 0.06).in_bursts(3, 0.0105, self.sample_rate));
        hit
    }

    fn rim(&self) -> Hit {
        let (v, loud) = (self.velocity, self.loud());
        let mut hit = Hit::new(Family::Small(37), 0.12, 0.02);
        hit.tones[0] = Some(self.tone(1720.0, 0.15 * loud, 0.045));
        hit.tones[1] = Some(self.tone(496.0, 0.14 * loud, 0.06));
        hit.tones[2] = Some(self.tone(2790.0, 0.05 * loud * v, 0.025));
        hit.hisses[0] = Some(self.hiss(Pass::Band, 3400.0, 0.08 * loud * v, 0.014));
        hit
    }

    fn cowbell(&self) -> Hit {
        let loud = self.loud();
        let mut hit = Hit::new(Family::Small(56), 0.25, 0.03);
        for (n, (hz, level, seconds)) in
            [(562.0, 0.075, 0.34), (845.0, 0.085, 0.3), (1690.0, 0.03, 0.14), (2810.0, 0.02, 0.08)]
                .into_iter()
                .enumerate()
        {
            hit.tones[n] = Some(self.tone(hz, level * loud, seconds).pushed(0.6));
        }
        hit.hisses[0] = Some(self.hiss(Pass::Band, 3000.0, 0.04 * loud, 0.012));
        hit
    }

    fn tambourine(&self) -> Hit {
        let (v, loud, rate) = (self.velocity, self.loud(), self.sample_rate);
        let mut hit = Hit::new(Family::Small(54), -0.3, 0.05);
        hit.metal = Some(Metal::new(6.3, 7000.0, self.fall(0.24 * loud, 0.22), rate));
        hit.hisses[0] =
            Some(self.hiss(Pass::High, 6800.0, 0.22 * loud * (0.5 + 0.5 * v), 0.13).in_bursts(2, 0.013, rate));
        hit
    }

    fn shaker(&self) -> Hit {
        let (v, loud, rate) = (self.velocity, self.loud(), self.sample_rate);
        let mut hit = Hit::new(Family::Small(70), 0.35, 0.04);
        let beads = Fall::rising(0.36 * loud, 0.016, 0.13, rate);
        hit.hisses[0] = Some(Hiss::new(self.noise, Pass::Band, 5600.0 + 900.0 * v, beads, rate));
        hit
    }

    fn wood(&self, pitch: u8) -> Hit {
        let (v, loud) = (self.velocity, self.loud());
        let hz = 620.0 + 55.0 * f32::from(pitch % 13);
        let mut hit = Hit::new(Family::Small(pitch), -0.2, 0.02);
        hit.tones[0] = Some(self.tone(hz, 0.13 * loud, 0.075));
        hit.tones[1] = Some(self.tone(hz * 2.7, 0.05 * loud * v, 0.03));
        hit
    }
}
