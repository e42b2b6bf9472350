//! A level that rises at once and falls away.

/// Realtime-safe: yes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fall {
    level: f32,
    keep: f32,
    risen: f32,
    rise: f32,
}

impl Fall {
    /// From `level` down by 60 dB in `seconds`, after a rise of some tenths of a millisecond.
    pub(crate) fn new(level: f32, seconds: f32, sample_rate: f32) -> Self {
        Self::rising(level, 0.0004, seconds, sample_rate)
    }

    /// The same with a slower rise, in seconds.
    pub(crate) fn rising(level: f32, rise: f32, seconds: f32, sample_rate: f32) -> Self {
        let per_frame = |spans: f32, seconds: f32| (-spans / (seconds * sample_rate)).exp();
        Self { level, keep: per_frame(6.908, seconds), risen: 0.0, rise: 1.0 - per_frame(2.3, rise) }
    }

    #[inline]
    pub(crate) fn next(&mut self) -> f32 {
        self.risen += (1.0 - self.risen) * self.rise;
        self.level *= self.keep;
        self.level * self.risen
    }

    /// The same fall again, from another level and without a new rise.
    pub(crate) fn anew(self, level: f32) -> Self {
        Self { level, ..self }
    }

    pub(crate) fn level(&self) -> f32 {
        self.level
    }
}
