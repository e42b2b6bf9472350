//! Facts about SoundFonts, with a tiny one that is made here: a sine and a square for all keys.

use super::*;
use crate::gain::{GainControl, Meters};
use crate::sounding::{Sound, Sounding, Stamped};

const RATE: f32 = 48_000.0;

/// A SoundFont of a few KB: `Sine Piano` (0:1), `Sine Organ` (0:20), `Square Lead` (8:81) and
/// `Square Drums` (128:1).
pub(crate) fn tiny() -> Vec<u8> {
    let wave = |of: fn(f32) -> f32| (0..480).map(move |n| (of(n as f32 / 480.0 * 5.0 % 1.0) * 20_000.0) as i16);
    let samples = wave(|t| (t * std::f32::consts::TAU).sin()).chain([0; 46]);
    let samples = samples.chain(wave(|t| if t < 0.5 { 0.7 } else { -0.7 })).chain([0; 46]);
    let smpl: Vec<u8> = samples.flat_map(i16::to_le_bytes).collect();

    let text = |text: &str, length: usize| {
        let mut bytes = text.as_bytes().to_vec();
        bytes.resize(length, 0);
        bytes
    };
    let words = |words: &[u16]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
    let chunk = |name: &str, body: Vec<u8>| {
        let mut bytes = name.as_bytes().to_vec();
        bytes.extend((body.len() as u32).to_le_bytes());
        bytes.extend(body);
        bytes
    };
    let presets =
        [("Sine Piano", 0, 0), ("Sine Organ", 19, 0), ("Square Lead", 80, 8), ("Square Drums", 0, 128), ("EOP", 0, 0)];
    let phdr = presets
        .iter()
        .zip(0..)
        .flat_map(|((name, patch, bank), bag)| [text(name, 20), words(&[*patch, *bank, bag]), vec![0; 12]].concat());
    let pbag = (0..5).flat_map(|n| words(&[n, 0]));
    // Each preset plays one instrument: generator 41.
    let pgen = [0, 0, 1, 1].iter().flat_map(|instrument| words(&[41, *instrument])).chain(words(&[0, 0]));
    let inst = [("Sine", 0), ("Square", 1), ("EOI", 2)];
    let inst = inst.iter().flat_map(|(name, bag)| [text(name, 20), words(&[*bag])].concat());
    let ibag = (0..3).flat_map(|n| words(&[n * 2, 0]));
    // Each instrument loops (54 = 1) over one sample (53).
    let igen = [[54, 1], [53, 0], [54, 1], [53, 1], [0, 0]].iter().flat_map(|pair| words(pair)).collect();
    let sample = |name: &str, start: u32| {
        let numbers = [start, start + 480, start, start + 480, 48_000];
        let numbers: Vec<u8> = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
        // Its five waves in 480 frames are 500 Hz: 71 is the nearest key, some 21 cents below.
        [text(name, 20), numbers, vec![71, -21_i8 as u8], words(&[0, 1])].concat()
    };
    let shdr = [sample("sine", 0), sample("square", 526), vec![0; 46]].concat();
    let pdta = [
        b"pdta".to_vec(),
        chunk("phdr", phdr.collect()),
        chunk("pbag", pbag.collect()),
        chunk("pmod", vec![0; 10]),
        chunk("pgen", pgen.collect()),
        chunk("inst", inst.collect()),
        chunk("ibag", ibag.collect()),
        chunk("imod", vec![0; 10]),
        chunk("igen", igen),
        chunk("shdr", shdr),
    ];
    let info = [b"INFO".to_vec(), chunk("ifil", words(&[2, 1])), chunk("INAM", text("tiny", 6))].concat();
    let sdta = [b"sdta".to_vec(), chunk("smpl", smpl)].concat();
    let all = [b"sfbk".to_vec(), chunk("LIST", info), chunk("LIST", sdta), chunk("LIST", pdta.concat())].concat();
    chunk("RIFF", all)
}

fn load(preset: Option<&str>, drums: bool) -> Result<SoundFont, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tiny.sf2");
    std::fs::write(&path, tiny()).unwrap();
    SoundFont::load(&path, preset, drums).map_err(|e| e.to_string())
}

fn chosen(preset: Option<&str>, drums: bool) -> (i32, i32) {
    load(preset, drums).unwrap_or_else(|e| panic!("{e}")).preset
}

fn playing(preset: &str) -> SoundFont {
    let mut voice = load(Some(preset), false).unwrap_or_else(|e| panic!("{e}"));
    voice.prepare(RATE);
    voice
}

fn left(voice: &mut impl Voice, frames: usize) -> Vec<f32> {
    let mut out = vec![[0.0; 2]; frames];
    voice.render(&mut out);
    out.into_iter().map(|[left, _]| left).collect()
}

fn peak(wave: &[f32]) -> f32 {
    wave.iter().fold(0.0, |peak, x| peak.max(x.abs()))
}

#[test]
fn a_preset_is_found_by_name_by_a_part_of_it_and_by_number() {
    assert_eq!(chosen(None, false), (0, 0));
    assert_eq!(chosen(None, true), (128, 0), "drums take the percussion");
    assert_eq!(chosen(Some("sine organ"), false), (0, 19));
    assert_eq!(chosen(Some("LEAD"), false), (8, 80));
    assert_eq!(chosen(Some("20"), false), (0, 19));
    assert_eq!(chosen(Some("8:81"), false), (8, 80));
    assert_eq!(chosen(Some("1"), true), (128, 0));
}

#[test]
fn a_preset_that_is_not_there_is_told_with_those_that_are_nearest() {
    let wrong = |preset| load(Some(preset), false).err().unwrap();
    assert!(wrong("sqare lead").contains("(there are: 8:81 Square Lead, "), "{}", wrong("sqare lead"));
    assert!(wrong("sine").contains("several with that in their name (there are: 0:1 Sine Piano, 0:20 Sine Organ)"));
    assert!(wrong("0:19").contains("(there are: 0:20 Sine Organ, "), "{}", wrong("0:19"));
    assert!(wrong("0").contains("programs count from 1"));
}

#[test]
fn it_is_in_tune_sounds_until_it_is_let_go_and_then_dies_away() {
    let mut voice = playing("sine piano");
    assert!(voice.is_silent());
    voice.note_on(1, 69, 0.8);
    left(&mut voice, 4800);
    let wave = left(&mut voice, 48_000);
    assert!(peak(&wave) > 0.05, "{}", peak(&wave));
    let crossings = wave.windows(2).filter(|w| w[0] < 0.0 && w[1] >= 0.0).count();
    assert!((438..=442).contains(&crossings), "{crossings} Hz");
    voice.note_off(1);
    left(&mut voice, 4 * RATE as usize);
    assert!(voice.is_silent() && peak(&left(&mut voice, 100)) == 0.0);
}

#[test]
fn the_end_of_a_note_does_not_cut_the_next_of_its_pitch() {
    let mut voice = playing("sine piano");
    voice.note_on(1, 60, 0.8);
    left(&mut voice, 4800);
    voice.note_on(2, 60, 0.8);
    voice.note_off(1);
    left(&mut voice, 96_000);
    assert!(peak(&left(&mut voice, 4800)) > 0.05);
    voice.note_off(2);
    left(&mut voice, 4 * RATE as usize);
    assert!(voice.is_silent());
}

#[test]
fn the_same_notes_give_the_same_samples() {
    let run = || {
        let mut voice = playing("lead");
        (0..20).for_each(|id| voice.note_on(id, 40 + id as u8, 0.5));
        left(&mut voice, 48_000)
    };
    assert_eq!(run(), run());
}

#[test]
fn a_note_begins_within_a_millisecond_of_its_frame() {
    for frame in [1000, 1003, 1015, 2000] {
        let voice = load(Some("lead"), false).unwrap();
        let mut sounding =
            Sounding::new(Box::new(voice), 48_000, Arc::new(GainControl::new(1.0)), Arc::new(Meters::new()));
        sounding.push(Stamped { frame, sound: Sound::On { id: 1, pitch: 60, velocity: 1.0 } });
        let mut out = vec![[0.0; 2]; 4000];
        sounding.render(&mut out);
        let begun = out.iter().position(|[left, _]| left.abs() > 1e-4).unwrap();
        assert!((frame as usize..frame as usize + 48).contains(&begun), "{frame}: {begun}");
    }
}

#[test]
fn what_is_no_soundfont_is_refused_and_no_broken_one_crashes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.sf2");
    let load = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        SoundFont::load(&path, None, false).map(drop).map_err(|e| e.to_string())
    };
    assert!(SoundFont::load(Path::new("/nowhere.sf2"), None, false).is_err());
    assert!(load(b"").unwrap_err().contains("it is no SoundFont"));
    assert!(load(b"OggS and so on").unwrap_err().contains("has to be an .sf2"));
    let tiny = tiny();
    for length in (0..tiny.len()).step_by(37) {
        assert!(load(&tiny[..length]).is_err(), "cut at {length}");
    }
    // Any byte may be wrong: it is refused, or it plays something.
    for n in 0..tiny.len() - 2200 {
        let mut bytes = tiny.clone();
        let at = if n < 80 { n } else { n + 2200 };
        bytes[at] ^= 0xFF;
        std::fs::write(&path, &bytes).unwrap();
        if let Ok(mut voice) = SoundFont::load(&path, None, false) {
            voice.prepare(RATE);
            voice.note_on(1, 60, 1.0);
            assert!(
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| left(&mut voice, 2048))).is_ok(),
                "byte {at}"
            );
        }
    }
}
