//! What MIDI clocks say to each other: the closed list, in and out.

/// One message of a MIDI clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockWord {
    /// A 24th of a beat.
    Pulse,
    /// From the beginning, with the next pulse.
    Start,
    /// From where we are, with the next pulse.
    Continue,
    /// No further.
    Stop,
    /// Where to go on from, in sixteenths of the piece; said while nothing plays.
    Position(u16),
}
