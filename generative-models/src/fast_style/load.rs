//! How a layer takes in a row of the layer before: normalised, rectified, and with a margin on both sides.

use super::normal::Normal;
use crate::kernels::{Level, at_each_level};
use rayon::prelude::*;

/// What is done to numbers that are taken in.
#[derive(Debug, Clone, Copy)]
pub(super) enum Load<'a> {
    /// Nothing.
    Plain,
    /// They are normalised, and what is below zero becomes zero.
    Rectified(&'a Normal),
}

/// What is beyond the edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    /// The picture, mirrored at its outermost place.
    Mirrored,
    /// The outermost place again.
    Repeated,
}

impl Edge {
    /// Where a place is found inside 0..length.
    pub(super) fn inside(self, place: isize, length: usize) -> usize {
        let last = length as isize - 1;
        match self {
            Self::Mirrored => (last - (last - place.abs()).abs()) as usize,
            Self::Repeated => place.clamp(0, last) as usize,
        }
    }
}

/// Fills `to` with a row of places of `channels` numbers, and one more beyond each end.
pub(super) fn load_row(level: Level, from: &[f32], channels: usize, load: Load, edge: Edge, to: &mut [f32]) {
    let inner = &mut to[channels..][..from.len()];
    match load {
        Load::Plain => inner.copy_from_slice(from),
        Load::Rectified(normal) => rectify(level, from, &normal.scale, &normal.shift, inner),
    }
    let count = from.len() / channels;
    let before = edge.inside(-1, count) + 1;
    let after = edge.inside(count as isize, count) + 1;
    to.copy_within(before * channels..(before + 1) * channels, 0);
    to.copy_within(after * channels..(after + 1) * channels, (count + 1) * channels);
}

/// Numbers that are worked on at once: whole places, and few enough for the first cache.
const PIECE: usize = 4096;

/// Normalises and rectifies all of `from` into `to`.
pub(super) fn rectify_all(level: Level, from: &[f32], normal: &Normal, to: &mut [f32]) {
    let pieces = to.par_chunks_mut(PIECE).zip(from.par_chunks(PIECE));
    pieces.for_each(|(to, from)| rectify(level, from, &normal.scale, &normal.shift, to));
}

/// Normalises all of `from` and adds it to `to`.
pub(super) fn add_all(level: Level, from: &[f32], normal: &Normal, to: &mut [f32]) {
    let pieces = to.par_chunks_mut(PIECE).zip(from.par_chunks(PIECE));
    pieces.for_each(|(to, from)| add(level, from, &normal.scale, &normal.shift, to));
}

at_each_level!(
    fn add(from: &[f32], scale: &[f32], shift: &[f32], to: &mut [f32]) = add_at
);

#[inline(always)]
fn add_at(from: &[f32], scale: &[f32], shift: &[f32], to: &mut [f32]) {
    let (Some(scale), Some(shift)) = (scale.first_chunk::<32>(), shift.first_chunk::<32>()) else { return };
    for (from, to) in from.as_chunks::<32>().0.iter().zip(to.as_chunks_mut::<32>().0) {
        for channel in 0..32 {
            to[channel] += from[channel] * scale[channel] + shift[channel];
        }
    }
}

at_each_level!(
    fn rectify(from: &[f32], scale: &[f32], shift: &[f32], to: &mut [f32]) = rectify_at
);

#[inline(always)]
fn rectify_at(from: &[f32], scale: &[f32], shift: &[f32], to: &mut [f32]) {
    match scale.len() {
        8 => rectify_places::<8>(from, scale, shift, to),
        _ => rectify_places::<32>(from, scale, shift, to),
    }
}

#[inline(always)]
fn rectify_places<const CHANNELS: usize>(from: &[f32], scale: &[f32], shift: &[f32], to: &mut [f32]) {
    let (Some(scale), Some(shift)) = (scale.first_chunk::<CHANNELS>(), shift.first_chunk::<CHANNELS>()) else { return };
    for (from, to) in from.as_chunks::<CHANNELS>().0.iter().zip(to.as_chunks_mut::<CHANNELS>().0) {
        for channel in 0..CHANNELS {
            to[channel] = rectified(from[channel] * scale[channel] + shift[channel]);
        }
    }
}

#[inline(always)]
fn rectified(x: f32) -> f32 {
    if x > 0.0 { x } else { 0.0 }
}

/// Numbers of a quad: two rows of two places with four channels.
pub(super) const QUAD: usize = 16;

/// Places beyond each end of the lines of [`load_lines`].
pub(super) const MARGIN: usize = 4;

/// Fills `to` with one line for each of four channels, from the upper or the lower row of a row of quads. The lines have
/// [`MARGIN`] more places, mirrored, beyond each end.
pub(super) fn load_lines(level: Level, quads: &[f32], lower: bool, normal: &Normal, to: &mut [f32]) {
    let from = if lower { QUAD / 2 } else { 0 };
    let count = quads.len() / QUAD * 2;
    for (channel, line) in to.chunks_exact_mut(count + 2 * MARGIN).enumerate() {
        let factors = [normal.scale[channel], normal.shift[channel]];
        unravel(level, quads, from + channel, factors, &mut line[MARGIN..][..count]);
        for n in 1..=MARGIN {
            line[MARGIN - n] = line[MARGIN + Edge::Mirrored.inside(-(n as isize), count)];
            line[MARGIN + count - 1 + n] = line[MARGIN + Edge::Mirrored.inside((count - 1 + n) as isize, count)];
        }
    }
}

at_each_level!(
    fn unravel(quads: &[f32], first: usize, factors: [f32; 2], to: &mut [f32]) = unravel_at
);

#[inline(always)]
fn unravel_at(quads: &[f32], first: usize, factors: [f32; 2], to: &mut [f32]) {
    let [scale, shift] = factors;
    for (quad, to) in quads.as_chunks::<QUAD>().0.iter().zip(to.as_chunks_mut::<2>().0) {
        *to = [rectified(quad[first] * scale + shift), rectified(quad[first + 4] * scale + shift)];
    }
}
