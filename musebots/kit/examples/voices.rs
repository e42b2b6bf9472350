//! Renders a phrase on every voice of the kit into WAV files, to listen to:
//! `cargo run --release -p musebot-kit --example voices -- FOLDER`

use musebot_kit::{DrumKit, Patch, Poly, Voice};
use std::path::Path;

const RATE: u32 = 48_000;

/// At which sixteenth, pitch, velocity, how many sixteenths.
type Phrase = Vec<(usize, u8, f32, usize)>;

fn main() -> anyhow::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    for patch in Patch::ALL {
        let phrase = match patch {
            Patch::ElectricBass | Patch::UprightBass | Patch::AcidBass | Patch::SubBass => bass(),
            Patch::Pad => chords(16),
            Patch::ElectricPiano => chords(6),
            Patch::WarmLead | Patch::Pluck => tune(),
        };
        render(&mut Poly::new(patch), &phrase, &folder.join(format!("{patch:?}.wav")))?;
    }
    render(&mut DrumKit::new(), &groove(), &folder.join("DrumKit.wav"))?;
    render(&mut DrumKit::new(), &every_drum(), &folder.join("every-drum.wav"))
}

fn tune() -> Phrase {
    let pitches = [69, 72, 76, 74, 72, 71, 69, 64, 67, 69, 72, 67, 64, 62, 64, 69];
    let lengths = [2, 2, 3, 1, 2, 2, 4, 4, 2, 2, 3, 1, 2, 2, 4, 8];
    let mut at = 0;
    let mut place = |n: usize, pitch: &u8| {
        let note = (at, *pitch, if n.is_multiple_of(4) { 0.9 } else { 0.6 }, lengths[n]);
        at += lengths[n];
        note
    };
    pitches.iter().enumerate().map(|(n, pitch)| place(n, pitch)).collect()
}

fn chords(length: usize) -> Phrase {
    let chords = [[57, 60, 64, 67], [53, 57, 60, 64], [48, 55, 60, 64], [55, 59, 62, 65]];
    let place = |(n, chord): (usize, &[u8; 4])| chord.map(|pitch| (n * 16, pitch, 0.5 + 0.12 * n as f32, length));
    chords.iter().enumerate().flat_map(place).collect()
}

fn bass() -> Phrase {
    let bar = |root: u8| {
        [
            (0, root, 0.9, 3),
            (3, root, 0.5, 1),
            (6, root + 12, 0.7, 2),
            (8, root + 7, 0.8, 3),
            (12, root, 0.7, 2),
            (14, root + 5, 0.6, 2),
        ]
    };
    let place =
        |(n, root): (usize, u8)| bar(root).map(|(at, pitch, velocity, length)| (n * 16 + at, pitch, velocity, length));
    [33, 29, 36, 31].into_iter().enumerate().flat_map(place).collect()
}

fn groove() -> Phrase {
    let mut phrase = vec![(0, 49, 0.8, 1)];
    for bar in 0..4 {
        let at = bar * 16;
        phrase.extend(
            (0..16).step_by(2).map(|n| (at + n, if n == 14 { 46 } else { 42 }, if n % 4 == 0 { 0.8 } else { 0.5 }, 1)),
        );
        phrase.extend([0, 7, 10].map(|n| (at + n, 36, if n == 0 { 0.95 } else { 0.75 }, 1)));
        phrase.extend([4, 12].map(|n| (at + n, 38, 0.9, 1)));
        phrase.extend([3, 9].map(|n| (at + n, 38, 0.25, 1)));
    }
    phrase.extend([
        (60, 50, 0.8, 1),
        (61, 48, 0.8, 1),
        (62, 45, 0.85, 1),
        (63, 41, 0.9, 1),
        (64, 57, 0.9, 1),
        (64, 36, 0.9, 1),
    ]);
    phrase
}

fn every_drum() -> Phrase {
    let drums = [36, 38, 42, 46, 44, 50, 48, 47, 45, 43, 41, 51, 53, 49, 57, 37, 39, 56, 54, 70, 76];
    drums.into_iter().enumerate().flat_map(|(n, drum)| [(n * 12, drum, 0.9, 1), (n * 12 + 6, drum, 0.35, 1)]).collect()
}

/// At 110 beats a minute, with two seconds to ring out.
fn render(voice: &mut dyn Voice, phrase: &Phrase, path: &Path) -> anyhow::Result<()> {
    let sixteenth = (f64::from(RATE) * 60.0 / 110.0 / 4.0) as usize;
    voice.prepare(RATE as f32);
    let mut events = Vec::new();
    for (id, (at, pitch, velocity, length)) in phrase.iter().enumerate() {
        events.push((at * sixteenth, id as u32, Some((*pitch, *velocity))));
        events.push(((at + length) * sixteenth - sixteenth / 8, id as u32, None));
    }
    events.sort_by_key(|(frame, ..)| *frame);
    let end = events.last().map_or(0, |(frame, ..)| *frame) + 2 * RATE as usize;
    let mut out = vec![[0.0f32; 2]; end];
    let mut from = 0;
    for (frame, id, note) in events {
        voice.render(&mut out[from..frame]);
        from = frame;
        match note {
            Some((pitch, velocity)) => voice.note_on(id, pitch, velocity),
            None => voice.note_off(id),
        }
    }
    voice.render(&mut out[from..]);
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: RATE,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut file = hound::WavWriter::create(path, spec)?;
    out.iter().flatten().try_for_each(|x| file.write_sample(*x))?;
    file.finalize()?;
    tracing::info!("{}", path.display());
    Ok(())
}
