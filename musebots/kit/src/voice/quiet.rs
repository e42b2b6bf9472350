//! Notices when a sound's tail has died away.

/// Softer than −100 dB is quiet.
const INAUDIBLE: f32 = 1e-5;
/// It must stay so for this long, in seconds: longer than any echo is away.
const FOR: f32 = 0.1;

/// How long it has been quiet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quiet {
    frames: u32,
    enough: u32,
}

impl Quiet {
    /// Quiet from the start.
    pub(super) fn new(sample_rate: f32) -> Self {
        let enough = (FOR * sample_rate) as u32;
        Self { frames: enough, enough }
    }

    /// Something begins.
    pub(super) fn wake(&mut self) {
        self.frames = 0;
    }

    #[inline]
    pub(super) fn hear(&mut self, left: f32, right: f32) {
        self.frames = if left.abs().max(right.abs()) > INAUDIBLE { 0 } else { self.frames.saturating_add(1) };
    }

    pub(super) fn is_quiet(&self) -> bool {
        self.frames >= self.enough
    }
}
