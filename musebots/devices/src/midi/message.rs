//! A MIDI message: made, read, and told apart. At most three bytes, so that it travels through
//! rings as it is; long ones (system exclusive) are not ours.

/// One complete message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MidiMessage {
    bytes: [u8; 3],
    length: u8,
}

/// What a message says. Channels are 1–16.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MidiKind {
    /// A note begins.
    NoteOn {
        /// 1–16.
        channel: u8,
        /// 0–127, 60 is middle C.
        pitch: u8,
        /// 1–127: a velocity of 0 on the wire is a note's end.
        velocity: u8,
    },
    /// A note ends.
    NoteOff {
        /// 1–16.
        channel: u8,
        /// 0–127.
        pitch: u8,
    },
    /// A controller moves.
    Control {
        /// 1–16.
        channel: u8,
        /// 0–127; from 120 on they are commands to the whole channel.
        controller: u8,
        /// 0–127.
        value: u8,
    },
    /// Another sound.
    Program {
        /// 1–16.
        channel: u8,
        /// 0–127 as on the wire; devices often show 1–128.
        program: u8,
    },
    /// A twenty-fourth of a beat has passed.
    Clock,
    /// Play from the beginning, with the next clock.
    Start,
    /// Play from where it stopped, with the next clock.
    Continue,
    /// Stop.
    Stop,
    /// Where to go on from, in sixteenths from the beginning.
    SongPosition(u16),
    /// Whatever else there is.
    Other,
}

/// What goes first where not all can go at once: a late clock is heard everywhere, a note that
/// hangs is worse than one that begins late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// Clock, start, stop and where from.
    Clock,
    /// What ends notes: note-off, the pedal let go, and the commands to the whole channel.
    Off,
    /// What begins notes.
    On,
    /// All the rest.
    Control,
}

/// The hold pedal, and the first of the commands to a whole channel (all sound off, … all notes off, …).
const PEDAL: u8 = 64;
const CHANNEL_MODE: u8 = 120;
/// Where bank select has its two halves.
const BANK: [u8; 2] = [0, 32];

impl MidiMessage {
    /// A twenty-fourth of a beat.
    pub const CLOCK: Self = Self::one(0xF8);
    /// Play from the beginning.
    pub const START: Self = Self::one(0xFA);
    /// Play on.
    pub const CONTINUE: Self = Self::one(0xFB);
    /// Stop.
    pub const STOP: Self = Self::one(0xFC);

    const fn one(status: u8) -> Self {
        Self { bytes: [status, 0, 0], length: 1 }
    }

    /// Reads one complete message; `None` for anything else, and for system exclusive.
    /// Realtime-safe: yes.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (status, data) = bytes.split_first()?;
        let wanted = match status {
            0x80..=0xBF | 0xE0..=0xEF | 0xF2 => 2,
            0xC0..=0xDF | 0xF1 | 0xF3 => 1,
            0xF6 | 0xF8 | 0xFA..=0xFC | 0xFE | 0xFF => 0,
            _ => return None,
        };
        if data.len() != wanted || data.iter().any(|byte| *byte > 127) {
            return None;
        }
        let mut message = Self::one(*status);
        message.bytes[1..=wanted].copy_from_slice(data);
        message.length += wanted as u8;
        Some(message)
    }

    /// As it travels. Realtime-safe: yes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// A note begins. A velocity of 0 would be its end, so the softest is 1. Realtime-safe: yes.
    #[must_use]
    pub fn note_on(channel: u8, pitch: u8, velocity: u8) -> Self {
        Self::of_channel(0x90, channel, pitch, velocity.max(1))
    }

    /// A note ends. Realtime-safe: yes.
    #[must_use]
    pub fn note_off(channel: u8, pitch: u8) -> Self {
        // How fast the key comes up: 64 is what those send who do not know.
        Self::of_channel(0x80, channel, pitch, 64)
    }

    /// A controller moves. Realtime-safe: yes.
    #[must_use]
    pub fn control(channel: u8, controller: u8, value: u8) -> Self {
        Self::of_channel(0xB0, channel, controller, value)
    }

    /// Another sound, counted from 0. Realtime-safe: yes.
    #[must_use]
    pub fn program(channel: u8, program: u8) -> Self {
        Self { length: 2, ..Self::of_channel(0xC0, channel, program, 0) }
    }

    /// Where to go on from, in sixteenths from the beginning. Realtime-safe: yes.
    #[must_use]
    pub fn song_position(sixteenths: u16) -> Self {
        let at = sixteenths.min(0x3FFF);
        Self { bytes: [0xF2, (at & 0x7F) as u8, (at >> 7) as u8], length: 3 }
    }

    fn of_channel(status: u8, channel: u8, first: u8, second: u8) -> Self {
        let channel = channel.clamp(1, 16) - 1;
        Self { bytes: [status | channel, first.min(127), second.min(127)], length: 3 }
    }

    /// What it says. Realtime-safe: yes.
    #[must_use]
    pub fn kind(&self) -> MidiKind {
        let [status, first, second] = self.bytes;
        let channel = (status & 0x0F) + 1;
        match status {
            0x90..=0x9F if second > 0 => MidiKind::NoteOn { channel, pitch: first, velocity: second },
            0x80..=0x9F => MidiKind::NoteOff { channel, pitch: first },
            0xB0..=0xBF => MidiKind::Control { channel, controller: first, value: second },
            0xC0..=0xCF => MidiKind::Program { channel, program: first },
            0xF2 => MidiKind::SongPosition(u16::from(first) | u16::from(second) << 7),
            0xF8 => MidiKind::Clock,
            0xFA => MidiKind::Start,
            0xFB => MidiKind::Continue,
            0xFC => MidiKind::Stop,
            _ => MidiKind::Other,
        }
    }

    /// How important it is. Realtime-safe: yes.
    #[must_use]
    pub fn rank(&self) -> Rank {
        match self.kind() {
            MidiKind::Clock | MidiKind::Start | MidiKind::Continue | MidiKind::Stop | MidiKind::SongPosition(_) => {
                Rank::Clock
            }
            MidiKind::NoteOff { .. } => Rank::Off,
            MidiKind::Control { controller: CHANNEL_MODE.., .. } => Rank::Off,
            MidiKind::Control { controller: PEDAL, value: 0..64, .. } => Rank::Off,
            MidiKind::NoteOn { .. } => Rank::On,
            MidiKind::Control { .. } | MidiKind::Program { .. } | MidiKind::Other => Rank::Control,
        }
    }

    /// What it may neither overtake nor be overtaken by.
    pub(crate) fn place(&self) -> Place {
        match self.kind() {
            MidiKind::NoteOn { channel, pitch, .. } | MidiKind::NoteOff { channel, pitch } => {
                Place::Key(channel, pitch)
            }
            MidiKind::Control { channel, controller, .. }
                if controller == PEDAL || controller >= CHANNEL_MODE || BANK.contains(&controller) =>
            {
                Place::Channel(channel)
            }
            MidiKind::Program { channel, .. } => Place::Channel(channel),
            _ => Place::Free,
        }
    }
}

/// Where order matters more than importance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The beginning and the end of one key.
    Key(u8, u8),
    /// What changes how the channel's notes sound, or ends them all.
    Channel(u8),
    /// Nowhere.
    Free,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_is_read_back_and_says_the_same() {
        let all = [
            (MidiMessage::note_on(10, 36, 100), MidiKind::NoteOn { channel: 10, pitch: 36, velocity: 100 }),
            (MidiMessage::note_off(1, 60), MidiKind::NoteOff { channel: 1, pitch: 60 }),
            (MidiMessage::control(16, 7, 90), MidiKind::Control { channel: 16, controller: 7, value: 90 }),
            (MidiMessage::program(2, 5), MidiKind::Program { channel: 2, program: 5 }),
            (MidiMessage::song_position(1000), MidiKind::SongPosition(1000)),
            (MidiMessage::CLOCK, MidiKind::Clock),
            (MidiMessage::START, MidiKind::Start),
            (MidiMessage::CONTINUE, MidiKind::Continue),
            (MidiMessage::STOP, MidiKind::Stop),
        ];
        for (message, kind) in all {
            assert_eq!(message.kind(), kind);
            assert_eq!(MidiMessage::read(message.bytes()), Some(message));
        }
        assert_eq!(MidiMessage::note_on(10, 36, 100).bytes(), [0x99, 36, 100]);
        assert_eq!(MidiMessage::program(2, 5).bytes(), [0xC1, 5]);
    }

    #[test]
    fn values_are_brought_into_range_and_a_beginning_is_never_an_end() {
        assert_eq!(MidiMessage::note_on(0, 200, 0).bytes(), [0x90, 127, 1]);
        assert_eq!(MidiMessage::control(99, 7, 255).bytes(), [0xBF, 7, 127]);
        assert_eq!(MidiMessage::song_position(u16::MAX).kind(), MidiKind::SongPosition(0x3FFF));
        let silent = MidiMessage::read(&[0x90, 60, 0]).unwrap();
        assert_eq!((silent.kind(), silent.rank()), (MidiKind::NoteOff { channel: 1, pitch: 60 }, Rank::Off));
    }

    #[test]
    fn junk_halves_and_system_exclusive_are_no_messages() {
        for junk in [&[][..], &[60, 100], &[0x90, 60], &[0x90, 60, 200], &[0xF8, 0], &[0xF0, 1, 0xF7], &[0xF7], &[0xF4]]
        {
            assert_eq!(MidiMessage::read(junk), None, "{junk:?}");
        }
    }

    #[test]
    fn what_ends_notes_is_more_important_than_what_begins_them() {
        assert!(MidiMessage::CLOCK.rank() < MidiMessage::note_off(1, 60).rank());
        assert!(MidiMessage::note_off(1, 60).rank() < MidiMessage::note_on(1, 60, 100).rank());
        assert!(MidiMessage::note_on(1, 60, 100).rank() < MidiMessage::control(1, 7, 100).rank());
        assert_eq!(MidiMessage::control(1, 123, 0).rank(), Rank::Off);
        assert_eq!(MidiMessage::control(1, 64, 0).rank(), Rank::Off);
        assert_eq!(MidiMessage::control(1, 64, 127).rank(), Rank::Control);
    }
}
