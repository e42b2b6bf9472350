//! Stand-in.
use super::{Patch, Poly, Voice};
use std::ops::RangeInclusive;

/// Stand-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "stand-in")]
pub enum Timbre {
    Bass,
    #[default]
    Tenor,
    Alto,
    Soprano,
}
#[expect(missing_docs, reason = "stand-in")]
impl Timbre {
    pub const ALL: [Self; 4] = [Self::Bass, Self::Tenor, Self::Alto, Self::Soprano];
    #[must_use]
    pub fn range(self) -> RangeInclusive<u8> {
        match self {
            Self::Bass => 40..=64,
            Self::Tenor => 47..=70,
            Self::Alto => 53..=76,
            Self::Soprano => 59..=83,
        }
    }
}
/// Stand-in.
pub struct Singer(Poly);
#[expect(missing_docs, reason = "stand-in")]
impl Singer {
    #[must_use]
    pub fn new(_: Timbre) -> Self {
        Self(Poly::new(Patch::WarmLead))
    }
    #[must_use]
    pub fn reciting(_: Timbre) -> Self {
        Self(Poly::new(Patch::WarmLead))
    }
}
impl Voice for Singer {
    fn prepare(&mut self, r: f32) {
        self.0.prepare(r);
    }
    fn note_on(&mut self, id: u32, pitch: u8, velocity: f32) {
        self.0.note_on(id, pitch, velocity);
    }
    fn note_off(&mut self, id: u32) {
        self.0.note_off(id);
    }
    fn all_off(&mut self) {
        self.0.all_off();
    }
    fn render(&mut self, out: &mut [[f32; 2]]) {
        self.0.render(out);
    }
    fn is_silent(&self) -> bool {
        self.0.is_silent()
    }
}
