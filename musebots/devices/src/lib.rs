//! The one door to audio hardware.
