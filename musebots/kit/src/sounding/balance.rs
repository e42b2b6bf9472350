//! Facts about the voices' levels, measured as a listener's meters would: loudness, true peak,
//! offset, clicks, mono.
#![expect(clippy::print_stdout, reason = "the figures are worth reading")]

use super::*;
use crate::voice::{DrumKit, Patch, Poly, Singer, Timbre};
use crate::words::{Lyric, Phone, Syllable, Then};
use ebur128::{EbuR128, Mode};

const RATE: u32 = 48_000;
/// A sixteenth at 110 beats a minute.
const SIXTEENTH: u64 = 6545;
const MELODIES: [Patch; 4] = [Patch::WarmLead, Patch::Pluck, Patch::ElectricPiano, Patch::Pad];
const BASSES: [Patch; 4] = [Patch::ElectricBass, Patch::UprightBass, Patch::AcidBass, Patch::SubBass];

/// At which sixteenth, pitch, velocity, how many sixteenths.
type Note = (u64, u8, f32, u64);

fn render(voice: impl Voice + 'static, notes: &[Note], bars: u64) -> Vec<[f32; 2]> {
    let mut sounding = Sounding::new(Box::new(voice), RATE, Arc::new(GainControl::new(1.0)), Arc::new(Meters::new()));
    for (id, (at, pitch, velocity, length)) in notes.iter().enumerate() {
        let id = id as u32;
        sounding.push(Stamped { frame: at * SIXTEENTH, sound: Sound::On { id, pitch: *pitch, velocity: *velocity } });
        sounding.push(Stamped { frame: (at + length) * SIXTEENTH - 600, sound: Sound::Off { id } });
    }
    let mut out = vec![[0.0; 2]; (bars * 16 * SIXTEENTH) as usize + RATE as usize * 2];
    out.chunks_mut(512).for_each(|chunk| sounding.render(chunk));
    out
}

fn tune() -> Vec<Note> {
    let tune =
        [(0, 69), (2, 72), (4, 76), (7, 74), (8, 72), (10, 71), (12, 69), (18, 67), (20, 69), (24, 72), (28, 64)];
    let place = |bar: u64| {
        tune.map(|(at, pitch)| {
            (bar * 32 + at, pitch, if at % 8 == 0 { 0.9 } else { 0.65 }, if at == 12 { 5 } else { 2 })
        })
    };
    (0..4).flat_map(place).collect()
}

fn bass() -> Vec<Note> {
    let bar = |(n, root): (u64, u8)| {
        [(0, 0, 0.9, 3), (3, 0, 0.55, 1), (6, 12, 0.7, 2), (8, 7, 0.8, 4), (12, 0, 0.7, 2), (14, 5, 0.6, 2)]
            .map(|(at, above, velocity, length)| (n * 16 + at, root + above, velocity, length))
    };
    (0..8).zip([33, 29, 36, 31].into_iter().cycle()).flat_map(bar).collect()
}

fn groove() -> Vec<Note> {
    let bar = |n: u64| {
        let mut bar: Vec<Note> =
            (0..16).step_by(2).map(|at| (at, 42, if at % 4 == 0 { 0.8 } else { 0.5 }, 1)).collect();
        bar.extend([
            (0, 36, 0.95, 1),
            (7, 36, 0.7, 1),
            (10, 36, 0.8, 1),
            (4, 38, 0.9, 1),
            (12, 38, 0.9, 1),
            (14, 46, 0.6, 1),
        ]);
        bar.push(if n.is_multiple_of(4) { (0, 49, 0.8, 1) } else { (9, 38, 0.25, 1) });
        bar.into_iter().map(move |(at, pitch, velocity, length)| (n * 16 + at, pitch, velocity, length))
    };
    (0..8).flat_map(bar).collect()
}

fn meter(out: &[[f32; 2]]) -> EbuR128 {
    let mut meter = EbuR128::new(2, RATE, Mode::I | Mode::TRUE_PEAK).unwrap();
    meter.add_frames_f32(out.as_flattened()).unwrap();
    meter
}

fn lufs(out: &[[f32; 2]]) -> f64 {
    meter(out).loudness_global().unwrap()
}

fn sum(parts: &[&Vec<[f32; 2]>]) -> Vec<[f32; 2]> {
    (0..parts[0].len()).map(|n| parts.iter().fold([0.0; 2], |s, p| [s[0] + p[n][0], s[1] + p[n][1]])).collect()
}

#[test]
fn any_melody_bass_and_drums_sum_to_the_loudness_of_a_record_and_leave_headroom() {
    let drums = render(DrumKit::new(), &groove(), 8);
    println!("drums {:.1} LUFS", lufs(&drums));
    let basses = BASSES.map(|patch| render(Poly::new(patch), &bass(), 8));
    BASSES.iter().zip(&basses).for_each(|(patch, out)| println!("{patch:?} {:.1} LUFS", lufs(out)));
    for patch in MELODIES {
        let melody = render(Poly::new(patch), &tune(), 8);
        println!("{patch:?} {:.1} LUFS", lufs(&melody));
        for (name, bass) in BASSES.iter().zip(&basses) {
            let meter = meter(&sum(&[&melody, bass, &drums]));
            let loudness = meter.loudness_global().unwrap();
            let peak = 20.0 * meter.true_peak(0).unwrap().max(meter.true_peak(1).unwrap()).log10();
            println!("  with {name:?} and drums: {loudness:.1} LUFS, {peak:.1} dBTP");
            assert!((-20.0..=-14.0).contains(&loudness), "{patch:?} with {name:?}: {loudness:.1} LUFS");
            assert!(peak <= -1.0, "{patch:?} with {name:?}: {peak:.1} dBTP");
        }
    }
}

#[test]
fn no_voice_is_much_louder_than_its_like() {
    for voices in [MELODIES, BASSES] {
        let notes = if voices == MELODIES { tune() } else { bass() };
        let loudness = voices.map(|patch| lufs(&render(Poly::new(patch), &notes, 8)));
        let spread =
            loudness.iter().copied().fold(f64::MIN, f64::max) - loudness.iter().copied().fold(f64::MAX, f64::min);
        assert!(spread < 3.5, "{voices:?}: {loudness:.1?}");
    }
}

#[test]
fn nothing_has_an_offset_and_everything_dies_away() {
    let check = |name: &str, out: &[[f32; 2]]| {
        for side in 0..2 {
            let mean = out.iter().map(|f| f64::from(f[side])).sum::<f64>() / out.len() as f64;
            assert!(mean.abs() < 3e-4, "{name}: offset {mean}");
        }
        let tail = out[out.len() - 4800..].iter().flatten().fold(0.0f32, |peak, x| peak.max(x.abs()));
        assert!(tail < 1e-3, "{name}: {tail} left after two seconds");
    };
    check("drums", &render(DrumKit::new(), &groove(), 8));
    BASSES.iter().for_each(|patch| check(&format!("{patch:?}"), &render(Poly::new(*patch), &bass(), 8)));
    MELODIES.iter().for_each(|patch| check(&format!("{patch:?}"), &render(Poly::new(*patch), &tune(), 8)));
}

/// Frames whose second difference stands out by itself and from its neighbours.
fn clicks(out: &[[f32; 2]], least: f32) -> Vec<usize> {
    let mut clicks = Vec::new();
    for side in 0..2 {
        let second: Vec<f32> = out.windows(3).map(|w| w[2][side] - 2.0 * w[1][side] + w[0][side]).collect();
        for n in (240..second.len() - 240).filter(|n| second[*n].abs() > least) {
            let around = second[n - 240..n].iter().chain(&second[n + 1..=n + 240]);
            let rms = (around.map(|x| x * x).sum::<f32>() / 480.0).sqrt();
            if second[n].abs() > 8.0 * rms {
                clicks.push(n);
            }
        }
    }
    clicks
}

#[test]
fn notes_that_are_cut_stolen_and_piled_up_do_not_click() {
    // The same pitch again and again, far too many at once, ends in the middle of everything.
    let busy: Vec<Note> =
        (0..400u64).map(|n| (n / 4, 36 + (n * 7 % 48) as u8, 0.3 + (n % 7) as f32 / 10.0, 1 + n % 9)).collect();
    for patch in Patch::ALL {
        let out = render(Poly::new(patch), &busy, 8);
        // A fifth of what is allowed.
        let found = clicks(&out, 0.1);
        let far = |n: &&usize| **n as u64 % SIXTEENTH > 96 && SIXTEENTH - **n as u64 % SIXTEENTH > 4;
        assert_eq!(found.iter().filter(far).count(), 0, "{patch:?}: {found:?}");
        assert!(clicks(&out, 0.5).is_empty(), "{patch:?}");
    }
}

#[test]
fn drums_do_not_click_but_at_their_onsets() {
    let busy: Vec<Note> =
        (0..600u64).map(|n| (n / 5, 35 + (n * 11 % 40) as u8, 0.2 + (n % 9) as f32 / 10.0, 1)).collect();
    let out = render(DrumKit::new(), &busy, 8);
    let found = clicks(&out, 0.1);
    let far: Vec<_> = found.iter().filter(|n| **n as u64 % SIXTEENTH > 96).collect();
    assert!(far.is_empty(), "{far:?}");
}

#[test]
fn in_mono_nothing_gets_lost() {
    let check = |name: &str, out: &[[f32; 2]]| {
        let mono: Vec<[f32; 2]> = out.iter().map(|[l, r]| [(l + r) * 0.5; 2]).collect();
        let lost = lufs(out) - lufs(&mono);
        assert!(lost < 1.5, "{name} loses {lost:.1} LU in mono");
    };
    check("drums", &render(DrumKit::new(), &groove(), 8));
    MELODIES.iter().for_each(|patch| check(&format!("{patch:?}"), &render(Poly::new(*patch), &tune(), 8)));
}

#[test]
fn a_singer_is_as_loud_as_other_melodies_and_as_clean() {
    let others = MELODIES.map(|patch| lufs(&render(Poly::new(patch), &tune(), 8)));
    let usual = others.iter().sum::<f64>() / others.len() as f64;
    for timbre in Timbre::ALL {
        let down = if timbre.range().contains(&76) { 0 } else { 12 };
        let notes: Vec<Note> = tune().iter().map(|(at, pitch, v, length)| (*at, pitch - down, *v, *length)).collect();
        let out = render(Singer::new(timbre), &notes, 8);
        let loudness = lufs(&out);
        let peak = 20.0 * meter(&out).true_peak(0).unwrap().log10();
        println!("{timbre:?} {loudness:.1} LUFS, {peak:.1} dBTP; others {usual:.1}");
        assert!((loudness - usual).abs() < 2.5, "{timbre:?}: {loudness:.1} LUFS, others {usual:.1}");
        assert!(peak < -3.0, "{timbre:?}: {peak:.1} dBTP");
        let mean = out.iter().map(|f| f64::from(f[0])).sum::<f64>() / out.len() as f64;
        assert!(mean.abs() < 3e-4, "{timbre:?}: offset {mean}");
        let mono: Vec<[f32; 2]> = out.iter().map(|[l, r]| [(l + r) * 0.5; 2]).collect();
        assert!(loudness - lufs(&mono) < 1.5, "{timbre:?}");
    }
}

/// The sharpest corner (second difference) of a stretch.
fn sharpest(out: &[[f32; 2]]) -> f32 {
    out.windows(3)
        .flat_map(|w| [0, 1].map(|side| (w[2][side] - 2.0 * w[1][side] + w[0][side]).abs()))
        .fold(0.0, f32::max)
}

/// A glottis closes with a click that a resonance answers, and plosives burst. So it is where a
/// vowel is cut that we look, and against the vowel before.
#[test]
fn words_that_are_cut_in_the_middle_of_a_vowel_do_not_click() {
    let mut worst: f32 = 0.0;
    for timbre in Timbre::ALL {
        for reciting in [false, true] {
            for (n, onset) in [Phone::P, Phone::T, Phone::K, Phone::B, Phone::D, Phone::G].into_iter().enumerate() {
                let word = |onset: &[Phone]| {
                    let syllable = Syllable { onset: onset.into(), nucleus: vec![Phone::A], ..Syllable::default() };
                    Sung::new(Lyric::new(&syllable, Then::Word), 3.0)
                };
                let (sung, next) = (word(&[onset]), word(&[]));
                let pitch = *timbre.range().start() + 5 + n as u8;
                let start = |frame, id, sung| Stamped { frame, sound: Sound::Sing { id, pitch, velocity: 1.0, sung } };
                for (how, what) in ["let go", "stopped", "sung over"].into_iter().enumerate() {
                    // Wherever in a period it happens.
                    for part in 0..4 {
                        let cut = 24_000 + 61 * part;
                        let mut sounding = Sounding::new(
                            Box::new(if reciting { Singer::reciting(timbre) } else { Singer::new(timbre) }),
                            RATE,
                            Arc::new(GainControl::new(1.0)),
                            Arc::new(Meters::new()),
                        );
                        sounding.push(start(12_000, 1, sung));
                        sounding.push(match how {
                            0 => Stamped { frame: cut, sound: Sound::Off { id: 1 } },
                            1 => Stamped { frame: cut, sound: Sound::AllOff },
                            _ => start(cut, 2, next),
                        });
                        let mut out = vec![[0.0; 2]; cut as usize + 2400];
                        sounding.render(&mut out);
                        let at = cut as usize;
                        let (vowel, after) = (sharpest(&out[14_400..at]), sharpest(&out[at - 2..]));
                        assert!(vowel > 0.001, "{timbre:?} does not sing");
                        // Who recites fades to 0.6 within a syllable, and begins the next as loud as ever.
                        let louder = if reciting && how == 2 { 1.0 / 0.6 } else { 1.0 };
                        worst = worst.max(after / vowel / louder);
                        assert!(
                            after < 1.25 * louder * vowel,
                            "{timbre:?} {onset:?} {what} at {cut}: {after} after {vowel}"
                        );
                    }
                }
            }
        }
    }
    println!("no corner is sharper than {worst:.2} times those of the vowel");
}
