//! The tick itself, the only message that is in a hurry: fixed layouts, no allocation.

use crate::{Tempo, Tick, TimeTag};

/// Bytes of a bare `/mc/time ,fi`.
pub const TIME_LEN: usize = 24;

/// Bytes of a bundle that holds one `/mc/time ,fi`.
pub const TIME_BUNDLE_LEN: usize = 16 + 4 + TIME_LEN;

/// `/mc/time ,fi tempo tick`. Exactly these types: others make Java bots deaf.
/// Realtime-safe: yes.
#[must_use]
pub fn time_message(tempo: Tempo, tick: Tick) -> [u8; TIME_LEN] {
    let mut bytes = *b"/mc/time\0\0\0\0,fi\0\0\0\0\0\0\0\0\0";
    bytes[16..20].copy_from_slice(&(tempo.bpm() as f32).to_be_bytes());
    bytes[20..24].copy_from_slice(&tick.on_wire().to_be_bytes());
    bytes
}

/// The same in a bundle whose timetag says when the tick sounds. Realtime-safe: yes.
#[must_use]
pub fn time_bundle(tempo: Tempo, tick: Tick, sounds_at: TimeTag) -> [u8; TIME_BUNDLE_LEN] {
    let mut bytes = [0; TIME_BUNDLE_LEN];
    bytes[..8].copy_from_slice(b"#bundle\0");
    bytes[8..16].copy_from_slice(&sounds_at.0.to_be_bytes());
    bytes[16..20].copy_from_slice(&(TIME_LEN as u32).to_be_bytes());
    bytes[20..].copy_from_slice(&time_message(tempo, tick));
    bytes
}
