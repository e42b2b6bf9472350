//! The promise of the audio thread, kept by a count: not one allocation in the callback.

use super::callback::{Callback, Report};
use crate::gain::{GainControl, Meters};
use crate::sounding::{Sound, Sounding, Stamped};
use crate::voice::{DrumKit, Patch, Poly, Singer, Spoken, Sung, Timbre, Voice};
use crate::words::{Lyric, Phone, Syllable, Then};
use musebot_devices::CallbackTime;
use rtrb::RingBuffer;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;
use std::time::{Duration, Instant};

thread_local! {
    static COUNTED: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator, with a count for each thread.
struct Counting;

#[expect(unsafe_code, reason = "an allocator is unsafe by its nature; this one only counts and passes on")]
// SAFETY: every call is passed to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count();
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as above.
        unsafe { System.realloc(block, layout, size) }
    }
}

fn count() {
    // The count is not there any more while its thread ends.
    let _ = COUNTED.try_with(|counted| counted.set(counted.get() + 1));
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn counted(run: impl FnOnce()) -> u64 {
    let before = COUNTED.with(Cell::get);
    run();
    COUNTED.with(Cell::get) - before
}

fn callback(voice: Box<dyn Voice>) -> (Callback, rtrb::Producer<Stamped>, rtrb::Consumer<Report>, Arc<GainControl>) {
    let gain = Arc::new(GainControl::new(1.0));
    let (to, events) = RingBuffer::new(4096);
    let (reports, from) = RingBuffer::new(256);
    let sounding = Sounding::new(voice, 48_000, Arc::clone(&gain), Arc::new(Meters::new()));
    (Callback { sounding, events, reports }, to, from, gain)
}

#[test]
fn the_count_counts() {
    assert!(counted(|| drop(std::hint::black_box(vec![1, 2, 3]))) >= 2);
}

#[test]
fn the_audio_callback_neither_allocates_nor_frees() {
    let mut voices: Vec<Box<dyn Voice>> = vec![Box::new(DrumKit::new())];
    voices.extend(Patch::ALL.map(|patch| Box::new(Poly::new(patch)) as Box<dyn Voice>));
    voices.push(Box::new(Singer::new(Timbre::Tenor)));
    let syllable = Syllable {
        onset: vec![Phone::S, Phone::T, Phone::R],
        nucleus: vec![Phone::A, Phone::Ih],
        coda: vec![Phone::N, Phone::T],
        ..Syllable::default()
    };
    let sung = Sung::new(Lyric::new(&syllable, Then::More), 0.2);
    voices.push(Box::new(Spoken::rehearsed(sung.lyric, 48_000)));
    for voice in voices {
        let (mut callback, mut to, _reports_that_nobody_reads, gain) = callback(voice);
        let mut out = [[0.0; 2]; 512];
        let mut id = 0;
        for n in 0..800u64 {
            // Everything at once: far too many notes, late ones, gains on the move, a panic.
            for k in 0..12 {
                let (pitch, velocity) = ((30 + (id * 7) % 60) as u8, (id % 10) as f32 / 10.0);
                let frame = (n * 512 + k * 97).saturating_sub(100);
                let sound = if k % 2 == 0 {
                    Sound::Sing { id, pitch, velocity, sung }
                } else {
                    Sound::On { id, pitch, velocity }
                };
                let _ = to.push(Stamped { frame, sound });
                let _ = to.push(Stamped { frame: frame + 9000, sound: Sound::Off { id } });
                id += 1;
            }
            if n % 100 == 99 {
                let _ = to.push(Stamped { frame: n * 512, sound: Sound::AllOff });
            }
            gain.set((n % 3) as f32 / 2.0, 30.0);
            let time = CallbackTime { at: Instant::now(), latency: Duration::from_millis(20) };
            assert_eq!(counted(|| callback.fill(&mut out, time)), 0, "in callback {n}");
        }
        assert!(out.iter().flatten().all(|x| x.is_finite()));
    }
}
