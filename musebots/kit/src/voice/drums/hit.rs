//! One stroke on one drum: a few tones, two kinds of hiss, a piece of metal.

use super::hiss::Hiss;
use super::metal::Metal;
use super::tone::Tone;

/// Tones in a stroke, at most.
const TONES: usize = 4;
/// Softer than this (−100 dB) it is over.
const OVER: f32 = 1e-5;

/// Drums of one family: a stroke on one damps what still rings of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Kick,
    Snare,
    Hat,
    Tom(u8),
    Ride,
    Crash(u8),
    Small(u8),
}

/// A stroke under way. Realtime-safe: yes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit {
    pub(crate) family: Family,
    pub(crate) tones: [Option<Tone>; TONES],
    pub(crate) hisses: [Option<Hiss>; 2],
    pub(crate) metal: Option<Metal>,
    /// −1 left to 1 right.
    pub(crate) place: f32,
    /// How long, in seconds, an earlier stroke of the family goes on ringing.
    pub(crate) damps: f32,
    pub(crate) left: f32,
    pub(crate) shrink: f32,
    pub(crate) order: u64,
}

impl Hit {
    pub(crate) fn new(family: Family, place: f32, damps: f32) -> Self {
        Self {
            family,
            tones: [None; TONES],
            hisses: [None; 2],
            metal: None,
            place,
            damps,
            left: 1.0,
            shrink: 0.0,
            order: 0,
        }
    }

    /// Lets it fade by `shrink` a frame, unless it fades faster already.
    pub(crate) fn give_way(&mut self, shrink: f32) {
        self.shrink = self.shrink.max(shrink);
    }

    pub(crate) fn is_over(&self) -> bool {
        let tones = self.tones.iter().flatten().map(Tone::level);
        let hisses = self.hisses.iter().flatten().map(Hiss::level);
        let metal = self.metal.iter().map(Metal::level);
        self.left <= 0.0 || tones.chain(hisses).chain(metal).all(|level| level < OVER)
    }

    /// Adds it to a block.
    pub(crate) fn render(&mut self, mono: &mut [f32]) {
        for tone in self.tones.iter_mut().flatten().filter(|tone| tone.level() > OVER) {
            mono.iter_mut().for_each(|x| *x += tone.next());
        }
        for hiss in self.hisses.iter_mut().flatten().filter(|hiss| hiss.level() > OVER) {
            mono.iter_mut().for_each(|x| *x += hiss.next());
        }
        if let Some(metal) = self.metal.as_mut().filter(|metal| metal.level() > OVER) {
            mono.iter_mut().for_each(|x| *x += metal.next());
        }
    }
}
