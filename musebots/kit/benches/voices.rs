//! What the voices cost: nanoseconds a stereo frame, and the share of a core at 48 kHz.
//! `cargo bench -p musebot-kit --bench voices`
#![expect(clippy::print_stdout, reason = "printing the table is what it is for")]

use musebot_kit::{
    DrumKit, Patch, Poly, Singer, Sung, Timbre, Voice,
    words::{Lyric, Phone, Syllable, Then},
};
use std::time::Instant;

const RATE: usize = 48_000;
const BLOCK: usize = 256;

/// The best of five runs of ten seconds, in nanoseconds a frame.
fn cost(voice: &mut dyn Voice, mut play: impl FnMut(&mut dyn Voice, usize)) -> f64 {
    let run = |play: &mut dyn FnMut(&mut dyn Voice, usize), voice: &mut dyn Voice| {
        voice.prepare(RATE as f32);
        let mut out = vec![[0.0f32; 2]; BLOCK];
        let start = Instant::now();
        let blocks = 10 * RATE / BLOCK;
        for block in 0..blocks {
            play(voice, block);
            out.fill([0.0; 2]);
            voice.render(&mut out);
            std::hint::black_box(&out);
        }
        start.elapsed().as_nanos() as f64 / (blocks * BLOCK) as f64
    };
    (0..5).map(|_| run(&mut play, voice)).fold(f64::MAX, f64::min)
}

fn row(name: &str, ns: f64) {
    println!("| {name:<44} | {ns:>8.1} | {:>8.2} % | {:>8.0} × |", ns * RATE as f64 / 1e7, 1e9 / ns / RATE as f64);
}

fn main() {
    println!("| voice                                        | ns/frame | of a core  | real time  |");
    println!("|----------------------------------------------|----------|------------|------------|");
    for patch in Patch::ALL {
        // Six notes that are struck anew every half second.
        let ns = cost(&mut Poly::new(patch), |voice, block| {
            if block % 94 == 0 {
                voice.all_off();
                for n in 0..6u8 {
                    voice.note_on((block * 6) as u32 + u32::from(n), 40 + 5 * n, 0.8);
                }
            }
        });
        row(&format!("{patch:?}, six notes twice a second"), ns);
    }
    // Straight sixteenths at 120: hats, kick, snare, ride, and a crash a bar.
    let ns = cost(&mut DrumKit::new(), |voice, block| {
        if block % 23 == 0 {
            let step = block / 23;
            voice.note_on(0, if step % 4 == 2 { 46 } else { 42 }, 0.6);
            match step % 8 {
                0 => voice.note_on(1, 36, 0.9),
                4 => voice.note_on(1, 38, 0.9),
                _ => {}
            }
            if step % 2 == 0 {
                voice.note_on(2, 51, 0.7);
            }
            if step % 16 == 0 {
                voice.note_on(3, 49, 0.9);
            }
        }
    });
    row("DrumKit, hats, kick, snare, ride, crash", ns);
    let syllable = Syllable {
        onset: vec![Phone::S, Phone::T, Phone::R],
        nucleus: vec![Phone::E, Phone::Ih],
        coda: vec![Phone::T],
        ..Syllable::default()
    };
    let sung = Sung::new(Lyric::new(&syllable, Then::Word), 0.25);
    for timbre in [Timbre::Bass, Timbre::Soprano] {
        let ns = cost(&mut Singer::new(timbre), |voice, block| {
            if block % 94 == 0 {
                voice.sing(block as u32, *timbre.range().end(), 0.8, &sung);
            }
        });
        row(&format!("Singer {timbre:?}, two syllables a second"), ns);
    }
}
