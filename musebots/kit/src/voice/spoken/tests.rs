//! Facts about takes: how they come, are kept, and leave.

use super::*;
use crate::words::{Lyric, Phone, Then};
use rtrb::RingBuffer;

impl Spoken {
    /// One for which these words have been said, several times, by nobody.
    pub(crate) fn rehearsed(lyric: Lyric, rate: u32) -> Self {
        let (mut give, arriving) = RingBuffer::new(8);
        // Nobody takes back what leaves: at some time there is no more room.
        let (leaving, _) = RingBuffer::new(1000);
        while give.push(take(lyric, rate)).is_ok() {}
        Self::between(Timbre::Tenor, Arc::new(AtomicU32::new(rate)), arriving, leaving)
    }
}

/// Pulses of 110 Hz.
fn take(lyric: Lyric, rate: u32) -> Arc<Said> {
    let period = rate as usize / 110;
    let pulse = |n: usize| {
        let x = (n % period) as f32 / rate as f32;
        (-x * 700.0).exp() * (x * 4500.0).cos()
    };
    let samples: Vec<f32> = (0..rate as usize / 3).map(pulse).collect();
    Arc::new(Said::new(lyric, &samples, rate).unwrap())
}

fn ah() -> Lyric {
    Lyric::of(Phone::A, Then::Word)
}

#[test]
fn a_new_sample_rate_brings_new_takes() {
    let (mut give, arriving) = RingBuffer::new(8);
    let (leaving, mut back) = RingBuffer::new(8);
    let mut voice = Spoken::between(Timbre::Tenor, Arc::new(AtomicU32::new(48_000)), arriving, leaving);
    let sung = Sung::new(ah(), 0.5);
    voice.prepare(48_000.0);
    give.push(take(ah(), 48_000)).unwrap();
    voice.sing(1, 57, 0.8, &sung);
    assert_eq!(voice.note, Some(1), "it is there");

    voice.prepare(44_100.0);
    // One was still on its way.
    give.push(take(ah(), 48_000)).unwrap();
    voice.sing(2, 57, 0.8, &sung);
    assert_eq!(voice.note, None, "our own voice sings");
    give.push(take(ah(), 44_100)).unwrap();
    voice.sing(3, 57, 0.8, &sung);
    assert_eq!(voice.note, Some(3));
    assert_eq!(voice.at_hand.iter().flatten().count(), 1);
    assert_eq!(std::iter::from_fn(|| back.pop().ok()).count(), 2);
}

#[test]
fn where_nothing_can_leave_our_own_voice_sings() {
    let (mut give, arriving) = RingBuffer::new(8);
    let (leaving, mut back) = RingBuffer::new(2);
    let mut voice = Spoken::between(Timbre::Tenor, Arc::new(AtomicU32::new(48_000)), arriving, leaving);
    voice.prepare(48_000.0);
    give.push(take(ah(), 48_000)).unwrap();
    let sung = Sung::new(ah(), 0.5);
    let mut spoken = |id| {
        voice.sing(id, 57, 0.8, &sung);
        voice.note == Some(id)
    };
    assert_eq!([1, 2, 3, 4].map(&mut spoken), [true, true, true, false]);
    back.pop().unwrap();
    assert!(spoken(5));
}

#[test]
fn a_note_without_words_ends_the_words_before() {
    let mut voice = Spoken::rehearsed(ah(), 48_000);
    voice.prepare(48_000.0);
    voice.sing(1, 57, 0.8, &Sung::new(ah(), 10.0));
    voice.render(&mut [[0.0; 2]; 4800]);
    assert!(!voice.grains.is_over());
    voice.note_on(2, 60, 0.8);
    voice.render(&mut [[0.0; 2]; 4800]);
    assert!(voice.grains.is_over());
}
