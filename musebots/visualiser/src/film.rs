//! The pictures of a render: 25 a second, one file each, as fast or slow as it comes.

use crate::{Frame, Happening, painter::Painter};
use anyhow::Context;
use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use std::{fs::File, io::BufWriter, path::PathBuf};

/// Frames a second.
const RATE: f64 = 25.0;

/// A film in the making.
pub(crate) struct Film {
    /// None in a rehearsal: then frames are painted, and nobody sees them.
    folder: Option<PathBuf>,
    painter: Painter,
    pool: rayon::ThreadPool,
    next: u64,
    failed: bool,
}

impl Film {
    /// Begins a film in a folder, which is made.
    pub(crate) fn new(folder: Option<PathBuf>, painter: Painter, pool: rayon::ThreadPool) -> anyhow::Result<Self> {
        if let Some(folder) = &folder {
            let made = std::fs::create_dir_all(folder);
            made.with_context(|| format!("failed to make the folder {}", folder.display()))?;
        }
        Ok(Self { folder, painter, pool, next: 0, failed: false })
    }

    /// Takes what happened, and then paints every frame before `until`, in seconds from tick 0: nothing that is
    /// still to be heard belongs there.
    pub(crate) fn go_on(&mut self, happened: &mut Vec<Happening>, until: f64) {
        happened.drain(..).for_each(|happening| self.painter.happen(&happening));
        while self.next as f64 / RATE < until && !self.failed {
            let frame = self.pool.install(|| self.painter.frame(self.next as f64 / RATE));
            if let Err(e) = self.write(&frame) {
                tracing::error!("{e:#}; the film ends here");
                self.failed = true;
            }
            self.next += 1;
        }
    }

    fn write(&self, frame: &Frame) -> anyhow::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let path = folder.join(format!("{:05}.png", self.next));
        let file = File::create(&path).map(BufWriter::new).map_err(image::ImageError::IoError);
        file.and_then(|mut file| {
            let (width, height) = (frame.width as u32, frame.height as u32);
            PngEncoder::new(&mut file).write_image(&frame.rgb, width, height, ExtendedColorType::Rgb8)?;
            Ok(std::io::Write::flush(&mut file)?)
        })
        .with_context(|| format!("failed to write {} (is the disk full?)", path.display()))
    }
}
