//! Paints a band that is not there, frame by frame, into a folder: to look at the pictures without any music.
//!
//! `cargo run --release -p visualiser --example draw -- OUT [MODE [SECONDS [WIDTHxHEIGHT [CONTENT]]]]`, where MODE is living, paint or plain.

mod band;

use anyhow::Context as _;
use generative_models::Picture;
use std::{path::PathBuf, time::Instant};
use visualiser::{Content, Mode, Painter};

const RATE: f64 = 25.0;
/// The contact sheet shows every so many frames.
const EVERY: usize = 40;

fn main() -> anyhow::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let word = |n: usize, otherwise: &'static str| words.get(n).map_or(otherwise, String::as_str);
    let out = PathBuf::from(words.first().context("where to? draw OUT [MODE [SECONDS [WIDTHxHEIGHT [CONTENT]]]]")?);
    let mode = match word(1, "living") {
        "living" => Mode::Living,
        "paint" => Mode::Paint,
        "plain" => Mode::Plain,
        other => anyhow::bail!("there is no mode `{other}`: there are living, paint, plain"),
    };
    let seconds: f64 = word(2, "43").parse().context("how many seconds?")?;
    let (width, height) = word(3, "384x216").split_once('x').context("how large? WIDTHxHEIGHT")?;
    let (width, height) = (width.parse().context("how wide?")?, height.parse().context("how high?")?);
    let content = Content::open_for_render(word(4, "drawing"), &std::env::current_dir()?, width, height)?;
    std::fs::create_dir_all(&out).with_context(|| format!("failed to make the folder `{}`", out.display()))?;

    let mut happenings = band::band(seconds, 1).into_iter().peekable();
    let mut painter = Painter::new((width, height), 1, mode, content);
    let (mut sheet, mut spent) = (Vec::new(), Vec::new());
    let frames = (seconds * RATE) as usize;
    for n in 0..frames {
        let now = n as f64 / RATE;
        while let Some(happening) = happenings.next_if(|happening| happening.due < now + 0.2) {
            painter.happen(&happening);
        }
        let start = Instant::now();
        let frame = painter.frame(now);
        spent.push(start.elapsed().as_secs_f64() * 1e3);
        let pixels = frame.rgb.as_chunks::<3>().0.iter().map(|rgb| rgb.map(|c| f32::from(c) / 255.0)).collect();
        let picture = Picture::of_pixels(width, height, pixels);
        picture.save(&out.join(format!("frame-{n:05}.png")))?;
        if n % EVERY == EVERY / 2 {
            sheet.push(picture);
        }
    }
    contact_sheet(&sheet, width, height).save(&out.join("sheet.png"))?;
    spent.sort_by(f64::total_cmp);
    let at = |share: usize| spent.get(spent.len() * share / 100).copied().unwrap_or_default();
    eprintln!("{frames} frames of {width} × {height}: one in {:.1} ms, the fastest tenth in {:.1}", at(50), at(10));
    Ok(())
}

/// Pictures of one size, side by side, five in a row.
fn contact_sheet(pictures: &[Picture], width: usize, height: usize) -> Picture {
    let rows = pictures.len().div_ceil(5).max(1);
    Picture::new(5 * width, rows * height, |x, y| {
        let picture = pictures.get(y / height * 5 + x / width);
        picture.map_or([0.0; 3], |picture| picture.pixels()[y % height * width + x % width])
    })
}
