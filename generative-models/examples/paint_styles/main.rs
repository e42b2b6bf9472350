//! Paints the style pictures that the visualiser brings: `cargo run --release -p generative-models --example paint_styles -- OUT`.
//! Every run makes the same pictures. Names after OUT choose some of them.

mod chalk;
mod chance;
mod colour;
mod dots;
mod embers;
mod facets;
mod geometry;
mod ink_wash;
mod marbling;
mod mosaic;
mod noise;
mod plane;
mod sheet;
mod stained_glass;
mod stroke;
mod swirls;
mod watercolour;
mod woodcut;

use anyhow::Context as _;
use generative_models::{Picture, PictureError};
use rayon::prelude::*;
use sheet::Sheet;
use std::{fs, path::PathBuf};

/// Of JPEG, at most.
const QUALITY: u8 = 85;
/// What a file may take.
const BYTES: usize = 80 * 1024;

type Paint = fn(u64) -> Sheet;

/// What each is called, its seed, and what paints it.
const STYLES: [(&str, u64, Paint); 12] = [
    ("chalk", 11, chalk::paint),
    ("dots", 6, dots::paint),
    ("embers", 10, embers::paint),
    ("facets", 5, facets::paint),
    ("geometry", 9, geometry::paint),
    ("ink-wash", 8, ink_wash::paint),
    ("marbling", 7, marbling::paint),
    ("mosaic", 12, mosaic::paint),
    ("stained-glass", 4, stained_glass::paint),
    ("swirls", 1, swirls::paint),
    ("watercolour", 3, watercolour::paint),
    ("woodcut", 2, woodcut::paint),
];

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let out = PathBuf::from(args.next().context("where to? `paint_styles OUT [NAME]…`")?);
    let wanted: Vec<String> = args.collect();
    fs::create_dir_all(&out).with_context(|| format!("failed to make the folder `{}`", out.display()))?;
    STYLES.par_iter().filter(|(name, ..)| wanted.is_empty() || wanted.iter().any(|w| w == name)).try_for_each(
        |(name, seed, paint)| {
            let path = out.join(name).with_extension("jpg");
            let jpeg = encoded(&paint(*seed).finish())?;
            fs::write(&path, &jpeg).with_context(|| format!("failed to write `{}`", path.display()))?;
            eprintln!("{} ({} KB)", path.display(), jpeg.len() / 1024);
            Ok(())
        },
    )
}

/// As a JPEG file, as good as it can be without being too large.
fn encoded(picture: &Picture) -> Result<Vec<u8>, PictureError> {
    let mut quality = QUALITY;
    loop {
        let jpeg = picture.jpeg(quality)?;
        if jpeg.len() <= BYTES || quality <= 60 {
            return Ok(jpeg);
        }
        quality -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_the_same_every_time_and_another_with_another_seed() {
        let paint = |seed| facets::paint(seed).finish();
        assert_eq!(paint(1), paint(1));
        assert_ne!(paint(1), paint(2));
    }

    #[test]
    fn a_file_is_a_small_jpeg_of_the_picture() {
        let noisy = Picture::new(384, 384, |x, y| [noise::Noise::new(1).cell(x as i32, y as i32); 3]);
        let jpeg = encoded(&noisy).unwrap();
        let read = Picture::decode(&jpeg).unwrap();
        assert_eq!((read.width(), read.height()), (384, 384));
        assert!(encoded(&Picture::new(384, 384, |_, _| [0.5; 3])).unwrap().len() < BYTES);
    }
}
