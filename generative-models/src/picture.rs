//! A picture in memory, its way in from files (`reading.rs`) and out to them (`writing.rs`).

mod container;
mod jpeg;
mod light;
mod reading;
mod resize;
mod rows;
mod writing;

use std::path::{Path, PathBuf};

pub use reading::{MOST_BYTES, MOST_PIXELS, Reading, Remark};

/// A picture: rows from the top, pixels from the left.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    width: usize,
    height: usize,
    /// Red, green, blue; 0–1, as in a file (sRGB).
    pixels: Vec<[f32; 3]>,
}

/// What keeps a picture from being read or written.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// The file cannot be read.
    #[error("failed to read the picture `{}`: {what}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why, and what to do.
        what: String,
    },
    /// Bytes are no picture.
    #[error("failed to read a picture: {what}")]
    Decode {
        /// Why, and what to do.
        what: String,
    },
    /// It cannot be turned into the bytes of a file.
    #[error("failed to write a picture of {width} × {height} pixels as {format}: {what}")]
    Encode {
        /// Its columns.
        width: usize,
        /// Its rows.
        height: usize,
        /// As what.
        format: &'static str,
        /// Why, and what to do.
        what: String,
    },
    /// The file cannot be written.
    #[error("failed to write the picture `{}`: {what}", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why, and what to do.
        what: String,
    },
}

impl Picture {
    /// A picture of `width` × `height` pixels, each made by `pixel(x, y)`.
    #[must_use]
    pub fn new(width: usize, height: usize, mut pixel: impl FnMut(usize, usize) -> [f32; 3]) -> Self {
        let pixels = (0..width * height).map(|n| pixel(n % width, n / width)).collect();
        Self { width, height, pixels }
    }

    /// A picture of pixels, row by row from the top.
    ///
    /// # Panics
    /// When there are not `width` × `height` of them.
    #[must_use]
    pub fn of_pixels(width: usize, height: usize, pixels: Vec<[f32; 3]>) -> Self {
        assert_eq!(pixels.len(), width * height, "as many pixels as its sides say");
        Self { width, height, pixels }
    }

    /// Columns.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// Its pixels, row by row from the top; red, green, blue, each 0–1.
    #[must_use]
    pub fn pixels(&self) -> &[[f32; 3]] {
        &self.pixels
    }

    /// The same, to be changed.
    pub fn pixels_mut(&mut self) -> &mut [[f32; 3]] {
        &mut self.pixels
    }

    /// Three bytes a pixel, row by row.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.pixels.as_flattened().iter().map(|c| (c.clamp(0.0, 1.0) * 255.0).round() as u8).collect()
    }

    /// Reads a PNG, JPEG or WebP file, told by what is in it; [`Reading::open`] says more about it, and can shrink it on the way.
    ///
    /// # Errors
    /// When there is none, it is too large, or it cannot be understood.
    pub fn open(path: &Path) -> Result<Self, PictureError> {
        Ok(Reading::open(path, None)?.picture)
    }

    /// The picture in the bytes of a PNG, JPEG or WebP file.
    ///
    /// # Errors
    /// When it is too large, or cannot be understood.
    pub fn decode(bytes: &[u8]) -> Result<Self, PictureError> {
        Ok(Reading::of(bytes, None)?.picture)
    }

    /// The same picture at another size (each side at least 1).
    ///
    /// A smaller one is the mean of the light that falls on each of its pixels: reckoned in linear light, so that fine bright
    /// lines on black keep their brightness, and with weights that are never negative, so that no edge gets a halo.
    /// A larger one is a Catmull-Rom curve through the pixels.
    #[must_use]
    pub fn resized(&self, width: usize, height: usize) -> Self {
        resize::resized(&rows::Floats(self), width.max(1), height.max(1))
    }

    /// The same picture with its longer side `longest`, its shape kept (at least one pixel wide and high).
    #[must_use]
    pub fn with_longest(&self, longest: usize) -> Self {
        let (width, height) = resize::with_longest((self.width, self.height), longest);
        self.resized(width, height)
    }

    /// The largest part from the middle that has the shape of `width` × `height`, at that size.
    #[must_use]
    pub fn covering(&self, width: usize, height: usize) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        let (wide, high) = (self.width as u128 * height as u128, self.height as u128 * width as u128);
        // One side stays; the other is what the shape asks for, rounded.
        let (w, h) = if wide > high {
            (((high + height as u128 / 2) / height as u128) as usize, self.height)
        } else {
            (self.width, ((wide + width as u128 / 2) / width as u128) as usize)
        };
        let (w, h) = (w.clamp(1, self.width.max(1)), h.clamp(1, self.height.max(1)));
        self.cropped((self.width.saturating_sub(w)) / 2, (self.height.saturating_sub(h)) / 2, w, h)
            .resized(width, height)
    }

    /// The part that begins at column `left` and row `top`; less of it where the picture ends.
    #[must_use]
    pub fn cropped(&self, left: usize, top: usize, width: usize, height: usize) -> Self {
        let (left, top) = (left.min(self.width), top.min(self.height));
        let (width, height) = (width.min(self.width - left), height.min(self.height - top));
        let rows = (top..top + height).flat_map(|y| &self.pixels[y * self.width + left..][..width]);
        Self { width, height, pixels: rows.copied().collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(width: usize, height: usize) -> Picture {
        Picture::new(width, height, |x, y| [x as f32 / 255.0, y as f32 / 255.0, 0.0])
    }

    #[test]
    fn a_part_is_where_it_was() {
        let part = numbered(9, 7).cropped(2, 3, 4, 2);
        assert_eq!((part.width(), part.height()), (4, 2));
        assert_eq!(part.to_bytes()[..3], [2, 3, 0]);
        assert_eq!(part.to_bytes()[21..], [5, 4, 0]);
        assert_eq!(numbered(9, 7).cropped(8, 6, 100, 100).pixels().len(), 1);
        assert!(numbered(9, 7).cropped(100, 100, 5, 5).pixels().is_empty());
    }

    #[test]
    fn what_covers_comes_from_the_middle() {
        let tall = numbered(8, 20).covering(8, 4);
        assert_eq!((tall.width(), tall.height()), (8, 4));
        assert_eq!(tall.to_bytes()[..3], [0, 8, 0]);
        let wide = numbered(20, 4).covering(4, 4);
        assert_eq!(wide.to_bytes()[..3], [8, 0, 0]);
        for (w, h) in [(1, 1), (1, 300), (300, 1), (7, 5)] {
            let covered = numbered(3, 50).covering(w, h);
            assert_eq!((covered.width(), covered.height()), (w, h));
        }
    }

    #[test]
    fn numbers_outside_become_black_and_white() {
        let picture = Picture::of_pixels(1, 1, vec![[-1.0, 2.0, f32::NAN]]);
        assert_eq!(picture.to_bytes(), [0, 255, 0]);
    }
}
