//! The sounds that a [`Poly`](super::Poly) knows: each a handful of numbers and the reason for them.

use super::analog::Analog;
use super::envelope::Adsr;
use super::struck::Struck;

/// A sound to choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Patch {
    /// A warm lead: two slightly detuned saws behind a soft filter, with a late vibrato.
    #[default]
    WarmLead,
    /// A bright plucked string that rings out by itself, between a harp and a nylon guitar.
    Pluck,
    /// An electric piano: round when soft, with a bark when hard.
    ElectricPiano,
    /// A slow, wide pad for chords.
    Pad,
    /// A round electric bass, played with the finger.
    ElectricBass,
    /// An upright bass, plucked: a thump, a short dark tone.
    UprightBass,
    /// A squelching saw bass, for house.
    AcidBass,
    /// A clean sub bass with just enough overtones to be heard on small speakers.
    SubBass,
}

impl Patch {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::WarmLead,
        Self::Pluck,
        Self::ElectricPiano,
        Self::Pad,
        Self::ElectricBass,
        Self::UprightBass,
        Self::AcidBass,
        Self::SubBass,
    ];
}

/// What a patch is made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timbre {
    pub(super) source: Source,
    /// The loudness of the whole note.
    pub(super) amp: Adsr,
    /// Level of a note at full velocity; the reference is three such bots in one mix.
    pub(super) level: f32,
    /// How far velocity reaches: 0 every note is equally loud, 1 a soft one is silent.
    pub(super) touch: f32,
    /// How far notes are spread over the stereo picture, 0–1.
    pub(super) spread: f32,
    /// A new note ends the others: a bass speaks with one voice.
    pub(super) alone: bool,
    /// How much chorus, 0–1.
    pub(super) chorus: f32,
    /// How much room, 0–1, and how many seconds it rings.
    pub(super) room: (f32, f32),
}

/// Where a note's sound comes from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source {
    /// Oscillators behind a filter.
    Analog(Analog),
    /// Something struck or plucked: partials that die away.
    Struck(Struck),
}

const fn adsr(attack: f32, decay: f32, sustain: f32, release: f32) -> Adsr {
    Adsr { attack, decay, sustain, release }
}

impl Timbre {
    pub(super) fn of(patch: Patch) -> Self {
        let plain = Self {
            source: Source::Struck(Struck::Nylon),
            amp: adsr(0.002, 1.0, 1.0, 0.12),
            level: 0.2,
            touch: 0.7,
            spread: 0.35,
            alone: false,
            chorus: 0.0,
            room: (0.18, 0.7),
        };
        let bass = Self { touch: 0.5, spread: 0.0, alone: true, room: (0.03, 0.35), ..plain };
        match patch {
            Patch::WarmLead => Self {
                source: Source::Analog(Analog {
                    unison: 2,
                    detune_cents: 7.0,
                    sub: 0.25,
                    noise: 0.004,
                    cutoff_hz: 900.0,
                    key_track: 0.5,
                    envelope_octaves: 1.6,
                    velocity_octaves: 1.4,
                    resonance: 0.18,
                    filter: adsr(0.015, 0.45, 0.35, 0.25),
                    vibrato_cents: 9.0,
                    drive: 0.0,
                }),
                amp: adsr(0.012, 0.5, 0.72, 0.16),
                level: 0.28,
                spread: 0.25,
                chorus: 0.25,
                room: (0.2, 0.9),
                ..plain
            },
            Patch::Pluck => {
                Self { source: Source::Struck(Struck::Nylon), level: 0.308, spread: 0.45, room: (0.2, 0.9), ..plain }
            }
            Patch::ElectricPiano => Self {
                source: Source::Struck(Struck::Tine),
                amp: adsr(0.002, 1.0, 1.0, 0.18),
                level: 0.325,
                spread: 0.4,
                chorus: 0.3,
                room: (0.14, 0.8),
                ..plain
            },
            Patch::Pad => Self {
                source: Source::Analog(Analog {
                    unison: 3,
                    detune_cents: 11.0,
                    sub: 0.15,
                    noise: 0.0,
                    cutoff_hz: 550.0,
                    key_track: 0.4,
                    envelope_octaves: 1.2,
                    velocity_octaves: 1.0,
                    resonance: 0.1,
                    filter: adsr(0.8, 1.5, 0.6, 0.8),
                    vibrato_cents: 0.0,
                    drive: 0.0,
                }),
                amp: adsr(0.28, 1.0, 0.85, 0.7),
                level: 0.195,
                touch: 0.5,
                spread: 0.7,
                chorus: 0.5,
                room: (0.35, 1.6),
                ..plain
            },
            Patch::ElectricBass => Self {
                source: Source::Struck(Struck::BassGuitar),
                amp: adsr(0.003, 1.0, 1.0, 0.07),
                level: 0.3,
                ..bass
            },
            Patch::UprightBass => Self {
                source: Source::Struck(Struck::DoubleBass),
                amp: adsr(0.004, 1.0, 1.0, 0.11),
                level: 0.36,
                room: (0.06, 0.5),
                ..bass
            },
            Patch::AcidBass => Self {
                source: Source::Analog(Analog {
                    unison: 1,
                    detune_cents: 0.0,
                    sub: 0.35,
                    noise: 0.0,
                    cutoff_hz: 230.0,
                    key_track: 0.4,
                    envelope_octaves: 3.0,
                    velocity_octaves: 1.6,
                    resonance: 0.7,
                    filter: adsr(0.003, 0.24, 0.1, 0.08),
                    vibrato_cents: 0.0,
                    drive: 0.5,
                }),
                amp: adsr(0.003, 0.35, 0.6, 0.05),
                level: 0.18,
                ..bass
            },
            Patch::SubBass => Self {
                source: Source::Analog(Analog {
                    unison: 1,
                    detune_cents: 0.0,
                    sub: 0.0,
                    noise: 0.0,
                    cutoff_hz: 240.0,
                    key_track: 0.6,
                    envelope_octaves: 1.0,
                    velocity_octaves: 1.6,
                    resonance: 0.1,
                    filter: adsr(0.003, 0.15, 0.3, 0.08),
                    vibrato_cents: 0.0,
                    drive: 0.4,
                }),
                amp: adsr(0.004, 0.6, 0.8, 0.06),
                level: 0.215,
                ..bass
            },
        }
    }
}
