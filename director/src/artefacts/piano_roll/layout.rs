//! Where everything is on the picture.

use super::{Roll, names};
use crate::artefacts::{Song, canvas::Area};
use std::cmp::Reverse;

/// Wide enough that 64 bars can be read; longer songs get more.
const WIDTH: f32 = 2400.0;
const WIDEST: f32 = 12_000.0;
const HEIGHT: f32 = 1200.0;
const BAR: f32 = 34.0;
/// Of a bar with words in it, which have to be read.
const SUNG_BAR: f32 = 240.0;
const LEFT: f32 = 150.0;
const RIGHT: f32 = 48.0;
const TOP: f32 = 132.0;
const BAND: f32 = 44.0;
const BOTTOM: f32 = 60.0;
const GAP: f32 = 22.0;
const DRUM_ROW: f32 = 32.0;

pub(crate) struct Layout {
    pub(crate) width: f32,
    pub(crate) height: f32,
    pub(crate) left: f32,
    pub(crate) right: f32,
    pub(crate) bottom: f32,
    /// The top of the band of sections.
    pub(crate) band_top: f32,
    pub(crate) pitches: Option<Area>,
    pub(crate) lowest: u8,
    pub(crate) highest: u8,
    pub(crate) drums: Option<Area>,
    /// From the top row to the lowest.
    pub(crate) drum_pitches: Vec<u8>,
    per_tick: f32,
}

impl Layout {
    pub(crate) fn new(rolls: &[Roll], song: &Song) -> Self {
        let notes = || rolls.iter().flat_map(|roll| &roll.notes);
        let mut drum_pitches: Vec<u8> = notes().filter(|note| note.drum).map(|note| note.pitch).collect();
        drum_pitches.sort_unstable_by_key(|drum| (names::height(*drum), Reverse(*drum)));
        drum_pitches.dedup();
        let pitched = || notes().filter(|note| !note.drum).map(|note| note.pitch);
        let (mut lowest, mut highest) = match (pitched().min(), pitched().max()) {
            (Some(lowest), Some(highest)) => (lowest.saturating_sub(2), highest.saturating_add(2).min(127)),
            _ => (48, 72),
        };
        // A few notes close together would else be as high as houses.
        while highest - lowest < 24 {
            (lowest, highest) = (lowest.saturating_sub(1), (highest + 1).min(127));
        }

        let bar = if rolls.iter().any(|roll| !roll.syllables.is_empty()) { SUNG_BAR } else { BAR };
        let width = (LEFT + RIGHT + bar * song.bars as f32).clamp(WIDTH, WIDEST);
        let (left, right, bottom) = (LEFT, width - RIGHT, HEIGHT - BOTTOM);
        let band = if song.sections.is_empty() { 0.0 } else { BAND };
        let top = TOP + band;
        let has_pitches = pitched().next().is_some() || drum_pitches.is_empty();
        let most = if has_pitches { (bottom - top) * 0.45 } else { bottom - top };
        let drums_height = (DRUM_ROW * drum_pitches.len() as f32).min(most);
        let drums = (!drum_pitches.is_empty()).then(|| Area::new(left, bottom - drums_height, right, bottom));
        let pitch_bottom = drums.map_or(bottom, |drums| drums.top - GAP);
        let pitches = has_pitches.then(|| Area::new(left, top, right, pitch_bottom));
        let per_tick = (right - left) / song.end_tick().max(1) as f32;
        Self {
            width: width.round(),
            height: HEIGHT,
            left,
            right,
            bottom,
            band_top: TOP,
            pitches,
            lowest,
            highest,
            drums,
            drum_pitches,
            per_tick,
        }
    }

    /// Where a tick is.
    pub(crate) fn x(&self, tick: f64) -> f32 {
        self.left + tick as f32 * self.per_tick
    }

    /// The row of a pitch.
    pub(crate) fn pitch_row(&self, pitch: u8) -> Option<Area> {
        let panel = self.pitches?;
        let rows = f32::from(self.highest - self.lowest) + 1.0;
        let from_top = self.highest.checked_sub(pitch).filter(|_| pitch >= self.lowest)?;
        Some(row(panel, f32::from(from_top), rows))
    }

    /// The row of a drum.
    pub(crate) fn drum_row(&self, drum: u8) -> Option<Area> {
        let from_top = self.drum_pitches.iter().position(|other| *other == drum)?;
        Some(row(self.drums?, from_top as f32, self.drum_pitches.len() as f32))
    }
}

fn row(panel: Area, from_top: f32, rows: f32) -> Area {
    let height = panel.height() / rows;
    let top = panel.top + from_top * height;
    Area::new(panel.left, top, panel.right, top + height)
}
