//! A picture in memory, and its way in from files and out to them.

use std::path::{Path, PathBuf};

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
    /// It cannot be read.
    #[error("failed to read the picture `{}`: {what}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why, and what to do.
        what: String,
    },
    /// It cannot be written.
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

    /// Reads a PNG, JPEG or WebP file.
    ///
    /// # Errors
    /// When there is none, or it cannot be understood.
    pub fn open(path: &Path) -> Result<Self, PictureError> {
        let failed = |what: String| PictureError::Read { path: path.to_owned(), what };
        let rgb = image::open(path).map_err(|e| failed(e.to_string()))?.to_rgb8();
        let (width, height) = (rgb.width() as usize, rgb.height() as usize);
        let pixels = rgb.pixels().map(|p| p.0.map(|c| f32::from(c) / 255.0)).collect();
        Ok(Self { width, height, pixels })
    }

    /// Three bytes a pixel, row by row.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.pixels.as_flattened().iter().map(|c| (c.clamp(0.0, 1.0) * 255.0).round() as u8).collect()
    }

    /// Writes a PNG file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), PictureError> {
        image::save_buffer(
            path,
            &self.to_bytes(),
            self.width as u32,
            self.height as u32,
            image::ExtendedColorType::Rgb8,
        )
        .map_err(|e| PictureError::Write { path: path.to_owned(), what: e.to_string() })
    }

    /// The same picture at another size.
    #[must_use]
    pub fn resized(&self, width: usize, height: usize) -> Self {
        let pixels = self.pixels.as_flattened().to_vec();
        let from = image::Rgb32FImage::from_raw(self.width as u32, self.height as u32, pixels)
            .expect("as many numbers as its sides say");
        let filter = image::imageops::FilterType::Lanczos3;
        let to = image::imageops::resize(&from, width as u32, height as u32, filter);
        Self { width, height, pixels: to.pixels().map(|p| p.0.map(|c| c.clamp(0.0, 1.0))).collect() }
    }

    /// The same picture with its longer side `longest`, its shape kept (at least one pixel wide and high).
    #[must_use]
    pub fn with_longest(&self, longest: usize) -> Self {
        let most = self.width.max(self.height).max(1) as f64;
        let side = |side: usize| ((side as f64 * longest as f64 / most).round() as usize).max(1);
        self.resized(side(self.width), side(self.height))
    }
}
