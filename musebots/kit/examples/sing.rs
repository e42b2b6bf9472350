//! Sings or recites a score of syllables into a WAV file, to judge the voice by ear or by machine:
//! `cargo run -p musebot-kit --example sing -- tenor recite OUT.wav < SCORE`
//!
//! A line of the score is a note: `PITCH SECONDS TEXT PHONES…`, or `- SECONDS` for a rest; a text
//! that ends in `-` goes on with the next syllable. Without a score on stdin it sings one of its own.

use anyhow::{Context, bail};
use musebot_kit::{
    Singer, Sung, Timbre, Voice,
    words::{Lyric, Phone, Syllable, Then},
};
use std::io::Read;

const RATE: usize = 48_000;

const OWN: &str = "\
60 0.6 Shall Sh Ae L
62 0.6 I A Ih
64 0.6 com- K Ax M
65 0.6 pare P Eh R
67 1.2 thee Dh Iy
- 0.3
65 0.6 to T Uw
64 0.6 a Ax
62 0.6 sum- S Ah M
64 0.6 mer's Er Z
60 1.8 day? D E Ih";

const PHONES: [Phone; 46] = {
    use Phone::*;
    [
        Iy, Ih, E, Eh, Ae, A, Aa, Ah, Ax, Ao, O, Uh, Uw, Er, Y, W, L, R, Tap, Trill, M, N, Ng, Ny, P, B, T, D, K, G,
        Beta, Delta, Gamma, F, V, Th, Dh, S, Z, Sh, Zh, Hh, X, Ch, Jh, Ax,
    ]
};

fn phone(name: &str) -> anyhow::Result<Phone> {
    let found = PHONES.into_iter().find(|phone| format!("{phone:?}") == name);
    found.with_context(|| format!("`{name}` is no phone (they are written as in Phone: Iy, Sh, …)"))
}

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [timbre, manner, path] = args.as_slice() else { bail!("bass|tenor|alto|soprano sing|recite OUT.wav") };
    let timbre = Timbre::ALL.into_iter().find(|t| format!("{t:?}").eq_ignore_ascii_case(timbre));
    let timbre = timbre.context("the voice is none of bass, tenor, alto, soprano")?;
    let mut singer = if manner == "recite" { Singer::reciting(timbre) } else { Singer::new(timbre) };
    let mut score = String::new();
    std::io::stdin().read_to_string(&mut score)?;
    let out = perform(&mut singer, if score.trim().is_empty() { OWN } else { &score })?;
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: RATE as u32,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut file = hound::WavWriter::create(path, spec)?;
    out.iter().flatten().try_for_each(|x| file.write_sample(*x))?;
    Ok(file.finalize()?)
}

/// The score, after half a second in which nothing but the first consonants sounds.
fn perform(singer: &mut Singer, score: &str) -> anyhow::Result<Vec<[f32; 2]>> {
    let mut notes = Vec::new();
    let mut at = 0.5;
    for line in score.lines().filter(|line| !line.trim().is_empty()) {
        let mut words = line.split_whitespace();
        let pitch = words.next().unwrap_or_default();
        let seconds: f32 =
            words.next().unwrap_or_default().parse().with_context(|| format!("no length in `{line}`"))?;
        if pitch != "-" {
            let text = words.next().unwrap_or_default();
            let onset = words.map(phone).collect::<Result<_, _>>()?;
            let then = if text.ends_with('-') { Then::More } else { Then::Word };
            let syllable = Syllable { text: text.trim_end_matches('-').to_owned(), onset, ..Syllable::default() };
            notes.push((at, seconds, pitch.parse()?, Sung::new(Lyric::new(&syllable, then), seconds)));
        }
        at += seconds;
    }
    singer.prepare(RATE as f32);
    let mut out = vec![[0.0f32; 2]; ((at + 1.0) * RATE as f32) as usize];
    let mut from = 0;
    for n in 0..notes.len() {
        let (at, seconds, pitch, mut sung) = notes[n];
        if let Some((next, .., after)) = notes.get(n + 1) {
            sung.length = (next - after.lead - at).min(seconds);
        }
        let frame = ((at - sung.lead) * RATE as f32) as usize;
        singer.render(&mut out[from..frame.max(from)]);
        from = frame.max(from);
        singer.sing(n as u32, pitch, 0.7, &sung);
    }
    singer.render(&mut out[from..]);
    Ok(out)
}
