//! What drums are made of: tones that fall, hiss, and metal; and which drum is made of which.

pub(super) mod fall;
pub(super) mod hiss;
pub(super) mod hit;
pub(super) mod metal;
pub(super) mod recipes;
pub(super) mod tone;
