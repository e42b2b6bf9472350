//! The subtractive kind of note: oscillators, a sub, a breath of noise, a filter that moves.

use super::envelope::{Adsr, Envelope};
use super::filter::{Filter, Tuning};
use super::noise::Noise;
use super::oscillator::{Oscillator, sine};

/// Oscillators of one note, at most.
const MOST_UNISON: usize = 3;
/// Frames between two settings of the filter; in between it glides.
const CONTROL: u32 = 16;
/// The vibrato comes in after the note is established, as a singer's does.
const VIBRATO_HZ: f32 = 5.3;
const VIBRATO_AFTER: f32 = 0.28;
const VIBRATO_FULL: f32 = 0.75;

/// How such a sound is made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Analog {
    /// Saws, up to three, and how far apart they are in tune.
    pub(super) unison: usize,
    pub(super) detune_cents: f32,
    /// A sine an octave below.
    pub(super) sub: f32,
    pub(super) noise: f32,
    /// Of a note at middle C that nothing opens.
    pub(super) cutoff_hz: f32,
    /// Octaves of cutoff for an octave of pitch.
    pub(super) key_track: f32,
    pub(super) envelope_octaves: f32,
    pub(super) velocity_octaves: f32,
    pub(super) resonance: f32,
    pub(super) filter: Adsr,
    pub(super) vibrato_cents: f32,
    /// Warmth from a soft curve after the filter, 0–1.
    pub(super) drive: f32,
}

/// One such note under way. Every method is realtime-safe.
#[derive(Debug, Clone, Copy)]
pub(super) struct AnalogNote {
    analog: Analog,
    sample_rate: f32,
    oscillators: [Oscillator; MOST_UNISON],
    steps: [f32; MOST_UNISON],
    sub: Oscillator,
    noise: Noise,
    filter: Filter,
    second_filter: Filter,
    tuning: Tuning,
    glide: Tuning,
    brightness: Envelope,
    /// In octaves above the patch's cutoff, before the envelope.
    opened: f32,
    age: u32,
    bend: f32,
    out_level: f32,
}

impl AnalogNote {
    pub(super) fn begin(analog: Analog, hz: f32, velocity: f32, sample_rate: f32, noise: Noise) -> Self {
        let mut steps = [0.0; MOST_UNISON];
        for (n, step) in steps.iter_mut().enumerate().take(analog.unison) {
            let place = if analog.unison == 1 { 0.0 } else { n as f32 / (analog.unison - 1) as f32 - 0.5 };
            *step = hz * (place * analog.detune_cents / 1200.0).exp2() / sample_rate;
        }
        // Spread phases: started together, they would sum to a spike at every onset.
        let phases = [0.0, 0.37, 0.71].map(Oscillator::new);
        let opened = analog.key_track * (hz / 261.6).log2() + analog.velocity_octaves * (velocity - 0.6);
        let mut note = Self {
            analog,
            sample_rate,
            oscillators: phases,
            steps,
            sub: Oscillator::default(),
            noise,
            filter: Filter::default(),
            second_filter: Filter::default(),
            tuning: Tuning::default(),
            glide: Tuning::default(),
            brightness: Envelope::new(analog.filter, sample_rate),
            opened,
            age: 0,
            bend: 1.0,
            out_level: 1.0 / (analog.unison as f32).sqrt() / (1.0 + 0.6 * analog.sub),
        };
        note.tuning = note.tuning_for(0.0);
        note
    }

    pub(super) fn release(&mut self) {
        self.brightness.release();
    }

    fn tuning_for(&self, envelope: f32) -> Tuning {
        let octaves = self.opened + envelope * self.analog.envelope_octaves;
        Tuning::new(self.analog.cutoff_hz * octaves.exp2(), self.analog.resonance, self.sample_rate)
    }

    fn control(&mut self) {
        let mut level = 0.0;
        for _ in 0..CONTROL {
            level = self.brightness.next();
        }
        self.glide = self.tuning.step_to(&self.tuning_for(level), CONTROL as f32);
        if self.analog.vibrato_cents > 0.0 {
            let seconds = self.age as f32 / self.sample_rate;
            let depth = ((seconds - VIBRATO_AFTER) / (VIBRATO_FULL - VIBRATO_AFTER)).clamp(0.0, 1.0);
            let cents = depth * self.analog.vibrato_cents * sine((seconds * VIBRATO_HZ).fract());
            self.bend = (cents / 1200.0).exp2();
        }
    }

    /// The next frames, added to `out`.
    pub(super) fn render(&mut self, mut out: &mut [f32]) {
        while !out.is_empty() {
            if self.age.is_multiple_of(CONTROL) {
                self.control();
            }
            let frames = ((CONTROL - self.age % CONTROL) as usize).min(out.len());
            let (now, later) = out.split_at_mut(frames);
            self.age += frames as u32;
            self.few(now);
            out = later;
        }
    }

    /// Frames up to the next setting of the filter; wave by wave, which keeps each in registers.
    fn few(&mut self, out: &mut [f32]) {
        let mut wave = [0.0f32; CONTROL as usize];
        let wave = &mut wave[..out.len()];
        for (oscillator, step) in self.oscillators.iter_mut().zip(self.steps).take(self.analog.unison) {
            let (mut saw, step) = (*oscillator, step * self.bend);
            wave.iter_mut().for_each(|x| *x += saw.saw(step));
            *oscillator = saw;
        }
        if self.analog.sub > 0.0 {
            let (mut sub, step) = (self.sub, self.steps[0] * self.bend * 0.5);
            wave.iter_mut().for_each(|x| *x += self.analog.sub * sub.sine(step));
            self.sub = sub;
        }
        if self.analog.noise > 0.0 {
            wave.iter_mut().for_each(|x| *x += self.analog.noise * self.noise.next());
        }
        let (mut first, mut second, mut tuning, glide) = (self.filter, self.second_filter, self.tuning, self.glide);
        for x in &mut *wave {
            tuning.add(&glide);
            *x = second.low(first.low(*x, &tuning), &tuning) * self.out_level;
        }
        (self.filter, self.second_filter, self.tuning) = (first, second, tuning);
        let drive = self.analog.drive;
        if drive > 0.0 {
            for x in &mut *wave {
                // A soft curve with odd overtones only: no DC.
                let driven = *x * (1.0 + 2.0 * drive);
                *x = driven / (1.0 + driven * driven * 0.3).sqrt() * (1.0 - 0.35 * drive);
            }
        }
        out.iter_mut().zip(wave).for_each(|(out, x)| *out += *x);
    }
}
