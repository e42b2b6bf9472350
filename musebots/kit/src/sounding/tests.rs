//! Facts about a voice being played.

use super::*;
use crate::voice::{DrumKit, Patch, Poly, Singer, Sung, Timbre};
use crate::words::{Lyric, Phone, Syllable, Then};

/// Writes 0.1 at the frame a note begins and −0.1 at the frame one ends, and nothing else.
#[derive(Default)]
struct Marks {
    next: f32,
    sounding: usize,
}

impl Voice for Marks {
    fn prepare(&mut self, _sample_rate: f32) {}
    fn note_on(&mut self, _id: u32, _pitch: u8, _velocity: f32) {
        self.next += 0.1;
        self.sounding += 1;
    }
    fn note_off(&mut self, _id: u32) {
        self.next -= 0.1;
        self.sounding = self.sounding.saturating_sub(1);
    }
    fn all_off(&mut self) {
        self.sounding = 0;
    }
    fn render(&mut self, out: &mut [[f32; 2]]) {
        if let Some(first) = out.first_mut() {
            *first = [self.next; 2];
            self.next = 0.0;
        }
    }
    fn is_silent(&self) -> bool {
        self.sounding == 0
    }
}

fn playing(voice: impl Voice + 'static) -> Sounding {
    Sounding::new(Box::new(voice), 48_000, Arc::new(GainControl::new(1.0)), Arc::new(Meters::new()))
}

fn on(frame: u64, id: u32) -> Stamped {
    Stamped { frame, sound: Sound::On { id, pitch: 60, velocity: 0.8 } }
}

fn off(frame: u64, id: u32) -> Stamped {
    Stamped { frame, sound: Sound::Off { id } }
}

/// Frames at which something begins or ends.
fn marks(sounding: &mut Sounding, chunks: &[usize]) -> Vec<usize> {
    let mut out = Vec::new();
    for frames in chunks {
        let mut chunk = vec![[0.0; 2]; *frames];
        sounding.render(&mut chunk);
        out.extend(chunk);
    }
    let step = |n: &usize| (out[*n][0] - if *n == 0 { 0.0 } else { out[n - 1][0] }).abs() > 0.05;
    // A mark is one frame long: it goes up and comes down.
    let edges: Vec<usize> = (0..out.len()).filter(step).collect();
    edges.chunks(2).map(|edge| edge[0]).collect()
}

#[test]
fn an_onset_is_on_its_frame_whatever_the_chunks_and_the_order() {
    for chunks in [vec![1000], vec![1; 1000], vec![100, 3, 397, 500]] {
        let mut sounding = playing(Marks::default());
        for event in [on(700, 1), on(103, 2), off(999, 1), on(0, 3)] {
            sounding.push(event);
        }
        assert_eq!(marks(&mut sounding, &chunks), [0, 103, 700, 999]);
        assert_eq!(sounding.frame(), 1000);
    }
}

#[test]
fn what_is_late_sounds_at_once_and_is_told_where() {
    let mut sounding = playing(Marks::default());
    sounding.render(&mut [[0.0; 2]; 500]);
    sounding.push(on(17, 1));
    let mut begun = Vec::new();
    sounding.render_noting(&mut [[0.0; 2]; 100], |id, frame| begun.push((id, frame)));
    assert_eq!(begun, [(1, 500)]);
}

#[test]
fn all_off_forgets_what_was_to_come_and_ends_what_sounds() {
    let mut sounding = playing(Marks::default());
    for event in [on(10, 1), on(50, 2), on(300, 3), Stamped { frame: 100, sound: Sound::AllOff }] {
        sounding.push(event);
    }
    assert_eq!(marks(&mut sounding, &[1000]), [10, 50]);
    assert!(sounding.is_silent());
    sounding.push(on(1200, 4));
    assert_eq!(marks(&mut sounding, &[1000]), [200]);
}

#[test]
fn too_many_notes_are_refused_and_their_ends_do_no_harm() {
    let mut sounding = playing(Poly::new(Patch::Pluck));
    let capacity = sounding.waiting.capacity();
    for id in 0..100_000 {
        sounding.push(on(u64::from(id % 480), id));
        sounding.push(off(u64::from(id % 480) + 100, id));
    }
    sounding.push(Stamped { frame: 2000, sound: Sound::AllOff });
    assert_eq!(sounding.waiting.capacity(), capacity, "the queue grew");
    for _ in 0..48_000 * 12 / 512 {
        sounding.render(&mut [[0.0; 2]; 512]);
    }
    assert!(sounding.is_silent());
}

#[test]
fn a_gain_of_zero_is_silence() {
    let gain = Arc::new(GainControl::new(0.0));
    let meters = Arc::new(Meters::new());
    let mut sounding = Sounding::new(Box::new(DrumKit::new()), 48_000, Arc::clone(&gain), Arc::clone(&meters));
    sounding.push(on(0, 1));
    let mut out = [[1.0; 2]; 4800];
    sounding.render(&mut out);
    assert!(out.iter().flatten().all(|x| *x == 0.0));
    assert_eq!(meters.take(), (0.0, 0.0));
}

#[test]
fn the_meters_hear_what_leaves() {
    let meters = Arc::new(Meters::new());
    let gain = Arc::new(GainControl::new(0.5));
    let mut sounding = Sounding::new(Box::new(DrumKit::new()), 48_000, gain, Arc::clone(&meters));
    sounding.push(Stamped { frame: 0, sound: Sound::On { id: 1, pitch: 36, velocity: 1.0 } });
    let mut out = [[0.0; 2]; 9600];
    sounding.render(&mut out);
    let peak = out.iter().flatten().fold(0.0f32, |peak, x| peak.max(x.abs()));
    let (metered, rms) = meters.take();
    assert_eq!(metered, peak);
    assert!(peak > 0.05 && rms > 0.01 && rms < peak);
}

/// A voice is made new by `prepare`, and its noise with it.
#[test]
fn two_renders_are_the_same_to_the_bit() {
    let render = |voice: &mut dyn Voice| {
        voice.prepare(48_000.0);
        let mut out = vec![[0.0; 2]; 48_000];
        for (n, chunk) in out.chunks_mut(6000).enumerate() {
            voice.note_on(n as u32, [36, 38, 42, 39][n % 4], 0.8);
            voice.render(chunk);
        }
        out.into_iter().flatten().map(f32::to_bits).collect::<Vec<_>>()
    };
    let mut kit = DrumKit::new();
    let first = render(&mut kit);
    assert_eq!(first, render(&mut kit));
    for patch in Patch::ALL {
        assert_eq!(render(&mut Poly::new(patch)), render(&mut Poly::new(patch)), "{patch:?}");
    }
}

fn sing(frame: u64, id: u32, lead: f32) -> Stamped {
    let syllable = Syllable { onset: vec![Phone::S, Phone::T], nucleus: vec![Phone::A], ..Syllable::default() };
    let sung = Sung { lyric: Lyric::new(&syllable, Then::Word), lead, length: 0.2 };
    Stamped { frame, sound: Sound::Sing { id, pitch: 60, velocity: 0.8, sung } }
}

#[test]
fn a_voice_without_words_gets_sung_notes_when_they_are_due() {
    let mut sounding = playing(Marks::default());
    sounding.push(sing(700, 1, 0.01));
    sounding.push(off(900, 1));
    assert_eq!(marks(&mut sounding, &[1000]), [700, 900]);
}

/// Notes down at which frame it is asked to sing, and with how much lead.
#[derive(Default)]
struct Choir {
    frame: usize,
    asked: Arc<std::sync::Mutex<Vec<(usize, usize)>>>,
}

impl Voice for Choir {
    fn prepare(&mut self, _sample_rate: f32) {}
    fn note_on(&mut self, _id: u32, _pitch: u8, _velocity: f32) {}
    fn sings(&self) -> bool {
        true
    }
    fn sing(&mut self, _id: u32, _pitch: u8, _velocity: f32, sung: &Sung) {
        self.asked.lock().unwrap().push((self.frame, (sung.lead * 48_000.0).round() as usize));
    }
    fn note_off(&mut self, _id: u32) {}
    fn all_off(&mut self) {}
    fn render(&mut self, out: &mut [[f32; 2]]) {
        self.frame += out.len();
    }
    fn is_silent(&self) -> bool {
        true
    }
}

#[test]
fn a_voice_with_words_begins_before_the_note_and_when_late_with_less_lead() {
    let choir = Choir::default();
    let asked = Arc::clone(&choir.asked);
    let mut sounding = playing(choir);
    sounding.push(sing(700, 1, 0.01));
    // Before the first frame there is nothing, and what comes late has what is left.
    sounding.push(sing(100, 2, 0.01));
    sounding.render(&mut [[0.0; 2]; 1000]);
    sounding.push(sing(1200, 3, 0.01));
    let mut begun = Vec::new();
    sounding.render_noting(&mut [[0.0; 2]; 1000], |id, frame| begun.push((id, frame)));
    assert_eq!(*asked.lock().unwrap(), [(0, 100), (220, 480), (1000, 200)]);
    assert_eq!(begun, [(3, 1200)], "what is told is where the note is");
}

#[test]
fn all_off_ends_a_song() {
    let mut sounding = playing(Singer::new(Timbre::Tenor));
    for n in 0..20 {
        sounding.push(sing(9000 * (n + 1), n as u32, 0.1));
    }
    sounding.push(Stamped { frame: 30_000, sound: Sound::AllOff });
    sounding.render(&mut vec![[0.0; 2]; 30_000 + 2 * 48_000]);
    assert!(sounding.is_silent());
}
