//! Musical thinking that more than one bot needs: the scale, chords, the plan and who makes it,
//! the tala, phrases, the feel of a style, and how a piece ends.
//!
//! Nothing in here knows sockets, clocks or sound. Bars and steps are plain numbers: a *step* is
//! a sixteenth of the bar, counted from 0.

mod band;
mod chord;
mod density;
mod dice;
mod ending;
mod feel;
mod form;
mod harmony;
mod human;
mod lead;
mod metre;
mod phrase;
mod plan;
mod progression;
mod pulse;
mod rehearsal;
mod scale;
mod scansion;
mod script;
mod sheet;
mod songsheet;
mod stretch;
mod tala;
mod temper;
pub mod trials;

pub use band::Band;
pub use chord::Chord;
pub use density::density;
pub use dice::Dice;
pub use ending::{FINAL_STEP, final_chord, is_last_bar};
pub use feel::Feel;
pub use form::{Form, material_of};
pub use harmony::Harmony;
pub use human::Human;
pub use lead::Lead;
pub use metre::{backbeats, beats, is_compound, strong_beats};
pub use phrase::Phrase;
pub use plan::Plan;
pub use progression::{Close, progression};
pub use pulse::{BEAT, pulse};
pub use rehearsal::{Heard, Rehearsal};
pub use scale::Scale;
pub use scansion::{Fall, Foot, Ground, MOST_FEET, feet, natural_s, on_beats, scan};
pub use script::Script;
pub use sheet::Sheet;
pub use songsheet::{Intoned, Songsheet};
pub use stretch::Stretch;
pub use tala::Tala;
pub use temper::Temper;
