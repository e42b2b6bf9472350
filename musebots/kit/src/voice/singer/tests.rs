//! Facts about how it sings.

use super::*;
use crate::words::Syllable;
use proptest::prelude::*;

const RATE: f32 = 48_000.0;

pub(super) fn all_phones() -> Vec<Phone> {
    use Phone::{
        A, Aa, Ae, Ah, Ao, Ax, B, Beta, Ch, D, Delta, Dh, E, Eh, Er, F, G, Gamma, Hh, Ih, Iy, Jh, K, L, M, N, Ng, Ny,
        O, P, R, S, Sh, T, Tap, Th, Trill, Uh, Uw, V, W, X, Y, Z, Zh,
    };
    vec![
        Iy, Ih, E, Eh, Ae, A, Aa, Ah, Ax, Ao, O, Uh, Uw, Er, Y, W, L, R, Tap, Trill, M, N, Ng, Ny, P, B, T, D, K, G,
        Beta, Delta, Gamma, F, V, Th, Dh, S, Z, Sh, Zh, Hh, X, Ch, Jh,
    ]
}

fn sung(onset: &[Phone], vowel: Phone, coda: &[Phone], length: f32) -> Sung {
    let syllable = Syllable { onset: onset.into(), nucleus: vec![vowel], coda: coda.into(), ..Syllable::default() };
    Sung::new(Lyric::new(&syllable, Then::Word), length)
}

/// Sings one syllable after another, each beginning when the last is over, at a pitch.
fn wave(singer: &mut Singer, pitch: u8, syllables: &[Sung]) -> Vec<f32> {
    singer.prepare(RATE);
    let mut out = Vec::new();
    for (n, sung) in syllables.iter().enumerate() {
        singer.sing(n as u32, pitch, 0.8, sung);
        let mut part = vec![[0.0; 2]; ((sung.lead + sung.length) * RATE) as usize];
        singer.render(&mut part);
        out.extend(part.iter().map(|[l, _]| *l));
    }
    out
}

fn held(vowel: Phone, pitch: u8, timbre: Timbre) -> Vec<f32> {
    let mut singer = Singer::new(timbre);
    wave(&mut singer, pitch, &[sung(&[], vowel, &[], 0.8)]).split_off(7200)
}

fn rms(wave: &[f32]) -> f32 {
    (wave.iter().map(|x| x * x).sum::<f32>() / wave.len().max(1) as f32).sqrt()
}

/// How strongly a wave swings between two frequencies.
fn band(wave: &[f32], from: f32, to: f32) -> f32 {
    let level = |hz: f32| {
        let (re, im) = wave.iter().enumerate().fold((0.0f64, 0.0f64), |(re, im), (n, x)| {
            let (sin, cos) = (f64::from(TAU * hz) * n as f64 / f64::from(RATE)).sin_cos();
            (re + f64::from(*x) * cos, im + f64::from(*x) * sin)
        });
        (re * re + im * im) as f32
    };
    let steps = ((to - from) / 12.0) as usize;
    (0..steps).map(|n| level(from + 12.0 * n as f32)).sum::<f32>().sqrt() / wave.len() as f32
}

#[test]
fn every_vowel_peaks_where_its_formants_are() {
    for (vowel, first, second) in
        [(Phone::Iy, 290.0, 2200.0), (Phone::Aa, 720.0, 1110.0), (Phone::Eh, 540.0, 1750.0), (Phone::Er, 470.0, 1300.0)]
    {
        let wave = &held(vowel, 40, Timbre::Tenor)[..9600];
        let at = |hz: f32| band(wave, hz - 100.0, hz + 100.0);
        // Halfway between the two there is less than at the second.
        let between = (first + second) / 2.0;
        if second - first > 600.0 {
            assert!(at(second) > 1.5 * at(between), "{vowel:?}: {} at {second}, {} between", at(second), at(between));
        }
        assert!(at(first) > 1.5 * at(second + 800.0), "{vowel:?}");
    }
}

#[test]
fn vowels_are_about_as_loud_on_all_notes() {
    for timbre in Timbre::ALL {
        let (low, high) = timbre.range().into_inner();
        let mut levels = Vec::new();
        for vowel in all_phones().into_iter().filter(|phone| phone.is_vowel()) {
            for pitch in [low, (low + high) / 2, high] {
                levels.push(20.0 * rms(&held(vowel, pitch, timbre)).log10());
            }
        }
        let spread = levels.iter().copied().fold(f32::MIN, f32::max) - levels.iter().copied().fold(f32::MAX, f32::min);
        assert!(spread < 10.0, "{timbre:?}: {spread} dB");
    }
}

#[test]
fn a_note_above_the_first_formant_takes_it_along() {
    // An i at 700 Hz, whose own first formant would be far below.
    let wave = held(Phone::Iy, 77, Timbre::Soprano);
    assert!(rms(&wave) > 0.02, "{}", rms(&wave));
    assert!(band(&wave[..9600], 650.0, 750.0) > band(&wave[..9600], 1350.0, 1450.0));
}

#[test]
fn the_vowel_is_on_the_note_and_the_consonants_before_it() {
    for onset in [[Phone::S].as_slice(), &[Phone::T], &[Phone::M], &[Phone::S, Phone::T, Phone::R]] {
        let sung = sung(onset, Phone::A, &[], 0.4);
        let wave = wave(&mut Singer::new(Timbre::Tenor), 48, &[sung]);
        let note = (sung.lead * RATE) as usize;
        let loud = rms(&wave[note + 4800..note + 9600]);
        let before = rms(&wave[note - 1440..note - 480]);
        let after = rms(&wave[note + 960..note + 1920]);
        assert!(before < 0.7 * loud && after > 0.6 * loud, "{onset:?}: {before} {after} {loud}");
        assert!(rms(&wave[..note]) > 1e-4, "{onset:?} is not heard");
    }
}

#[test]
fn the_consonants_at_the_end_come_when_the_note_is_let_go() {
    let mut singer = Singer::new(Timbre::Tenor);
    singer.prepare(RATE);
    singer.sing(1, 48, 0.8, &sung(&[], Phone::A, &[Phone::S], 10.0));
    let mut held = vec![[0.0; 2]; 24_000];
    singer.render(&mut held);
    singer.note_off(1);
    let mut end = vec![[0.0; 2]; 9600];
    singer.render(&mut end);
    let hiss = |part: &[[f32; 2]]| band(&part.iter().map(|[l, _]| *l).collect::<Vec<_>>(), 5000.0, 6000.0);
    assert!(hiss(&end[1920..4320]) > 4.0 * hiss(&held[19_200..21_600]));
    singer.render(&mut vec![[0.0; 2]; 96_000]);
    assert!(singer.is_silent());
}

#[test]
fn a_reciter_who_is_stopped_in_a_diphthong_does_not_speak_on() {
    let mut singer = Singer::reciting(Timbre::Tenor);
    singer.prepare(RATE);
    let syllable = Syllable { nucleus: vec![Phone::A, Phone::Ih], ..Syllable::default() };
    singer.sing(1, 48, 0.8, &Sung::new(Lyric::new(&syllable, Then::Word), 10.0));
    // The first of the two vowels has a tenth of a second left, the second six.
    singer.render(&mut vec![[0.0; 2]; (3.9 * RATE) as usize]);
    singer.note_off(1);
    singer.render(&mut vec![[0.0; 2]; (2.5 * RATE) as usize]);
    assert!(singer.is_silent());
}

#[test]
fn fricatives_hiss_where_they_should() {
    let colour = |phone| {
        let sung = sung(&[phone], Phone::A, &[], 0.3);
        let wave = wave(&mut Singer::new(Timbre::Tenor), 48, &[sung]);
        let note = (sung.lead * RATE) as usize;
        let hiss = &wave[note - 3600..note - 960];
        band(hiss, 4800.0, 7000.0) / band(hiss, 2200.0, 3400.0)
    };
    let (s, sh) = (colour(Phone::S), colour(Phone::Sh));
    assert!(s > 2.0 && sh < 1.0, "s {s}, sh {sh}");
}

#[test]
fn from_syllable_to_syllable_it_neither_clicks_nor_stops() {
    let mut singer = Singer::new(Timbre::Tenor);
    let syllables: Vec<Sung> = [Phone::M, Phone::L, Phone::N, Phone::W, Phone::Y]
        .iter()
        .cycle()
        .take(20)
        .map(|onset| sung(&[*onset], Phone::A, &[], 0.22))
        .collect();
    let wave = wave(&mut singer, 55, &syllables);
    let loud = rms(&wave);
    for (n, part) in wave[9600..].chunks(960).enumerate() {
        assert!(rms(part) > 0.12 * loud, "a hole at {}: {} of {loud}", 9600 + n * 960, rms(part));
    }
}

#[test]
fn two_songs_are_the_same_to_the_bit() {
    let mut singer = Singer::new(Timbre::Alto);
    let song = [sung(&[Phone::S], Phone::A, &[Phone::T], 0.3), sung(&[Phone::L], Phone::O, &[], 0.3)];
    let first = wave(&mut singer, 60, &song);
    assert_eq!(first, wave(&mut singer, 60, &song));
}

#[test]
fn without_words_it_sings_ah_until_it_is_let_go() {
    let mut singer = Singer::new(Timbre::Soprano);
    singer.prepare(RATE);
    singer.note_on(1, 72, 0.8);
    let mut out = vec![[0.0; 2]; 96_000];
    singer.render(&mut out);
    assert!(out[90_000..].iter().any(|[l, _]| l.abs() > 0.02));
    singer.note_off(1);
    singer.render(&mut vec![[0.0; 2]; 120_000]);
    assert!(singer.is_silent());
}

#[test]
fn what_no_tenor_can_sing_is_not_loud_for_it() {
    let all = all_phones();
    let mut singer = Singer::with(Timbre::Tenor, false);
    singer.prepare(44_100.0);
    singer.note_on(0, 92, 0.0);
    singer.render(&mut vec![[0.0; 2]; 1985]);
    let onset = [14, 29, 19, 0].map(|n| all[n]).to_vec();
    let lyric = Lyric::new(&Syllable { onset, ..Syllable::default() }, Then::Word);
    singer.sing(1, 110, 0.984_774_23, &Sung { lyric, lead: 0.148_371_56, length: -0.892_619_5 });
    let mut out = vec![[0.0; 2]; 5117];
    singer.render(&mut out);
    let peak = out.iter().flatten().fold(0.0f32, |peak, x| peak.max(x.abs()));
    assert!(peak < 1.8, "{peak}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn whatever_it_is_asked_it_stays_within_bounds(
        events in prop::collection::vec((0..5u8, 0..=127u8, 0.0..1.0f32, prop::collection::vec(0..45usize, 0..12), -0.1..0.3f32, -1.0..2.0f32, 0..6000usize), 1..30),
        reciting: bool,
    ) {
        let all = all_phones();
        let mut singer = Singer::with(Timbre::Tenor, reciting);
        singer.prepare(44_100.0);
        for (n, (what, pitch, velocity, phones, lead, length, frames)) in events.into_iter().enumerate() {
            let onset = phones.iter().map(|n| all[*n]).collect();
            let lyric = Lyric::new(&Syllable { onset, ..Syllable::default() }, Then::Word);
            match what {
                0 => singer.note_off(n.saturating_sub(1) as u32),
                1 => singer.all_off(),
                2 => singer.note_on(n as u32, pitch, velocity),
                _ => singer.sing(n as u32, pitch, velocity, &Sung { lyric, lead, length }),
            }
            let mut out = vec![[0.0; 2]; frames];
            singer.render(&mut out);
            let peak = out.iter().flatten().fold(0.0f32, |peak, x| peak.max(x.abs()));
            prop_assert!(peak < 2.0, "{peak} at event {n} of pitch {pitch}");
        }
        singer.all_off();
        singer.render(&mut vec![[0.0; 2]; 4 * 44_100]);
        prop_assert!(singer.is_silent());
    }
}
