//! The rows of a picture one at a time, as numbers 0–1, so that a large one never is all numbers at once.

use super::Picture;
use image::DynamicImage;

/// Something with rows of pixels.
pub(super) trait Rows {
    /// Columns and rows.
    fn size(&self) -> (usize, usize);

    /// Writes row `y`.
    fn row(&self, y: usize, into: &mut [[f32; 3]]);
}

/// A picture whose pixels are numbers already.
pub(super) struct Floats<'a>(pub(super) &'a Picture);

impl Rows for Floats<'_> {
    fn size(&self) -> (usize, usize) {
        (self.0.width, self.0.height)
    }

    fn row(&self, y: usize, into: &mut [[f32; 3]]) {
        into.copy_from_slice(&self.0.pixels[y * self.0.width..][..self.0.width]);
    }
}

/// What a decoder gives. What is transparent lies on white.
pub(super) struct Decoded(pub(super) DynamicImage);

impl Decoded {
    /// Whether anything can be seen through.
    pub(super) fn is_transparent(&self) -> bool {
        match &self.0 {
            DynamicImage::ImageLumaA8(image) => image.pixels().any(|p| p.0[1] < u8::MAX),
            DynamicImage::ImageRgba8(image) => image.pixels().any(|p| p.0[3] < u8::MAX),
            DynamicImage::ImageLumaA16(image) => image.pixels().any(|p| p.0[1] < u16::MAX),
            DynamicImage::ImageRgba16(image) => image.pixels().any(|p| p.0[3] < u16::MAX),
            _ => false,
        }
    }
}

impl Rows for Decoded {
    fn size(&self) -> (usize, usize) {
        (self.0.width() as usize, self.0.height() as usize)
    }

    fn row(&self, y: usize, into: &mut [[f32; 3]]) {
        let byte = |c: u8| f32::from(c) / 255.0;
        let word = |c: u16| f32::from(c) / 65535.0;
        let on_white = |c: f32, alpha: f32| 1.0 - alpha + alpha * c;
        let width = into.len();
        macro_rules! fill {
            ($image:expr, $channels:literal, $pixel:expr) => {{
                let row = &$image.as_raw()[y * width * $channels..][..width * $channels];
                into.iter_mut().zip(row.as_chunks::<$channels>().0).for_each(|(to, p)| *to = $pixel(p));
            }};
        }
        match &self.0 {
            DynamicImage::ImageLuma8(image) => fill!(image, 1, |p: &[u8; 1]| [byte(p[0]); 3]),
            DynamicImage::ImageLumaA8(image) => fill!(image, 2, |p: &[u8; 2]| [on_white(byte(p[0]), byte(p[1])); 3]),
            DynamicImage::ImageRgb8(image) => fill!(image, 3, |p: &[u8; 3]| p.map(byte)),
            DynamicImage::ImageRgba8(image) => {
                fill!(image, 4, |p: &[u8; 4]| [p[0], p[1], p[2]].map(|c| on_white(byte(c), byte(p[3]))));
            }
            DynamicImage::ImageLuma16(image) => fill!(image, 1, |p: &[u16; 1]| [word(p[0]); 3]),
            DynamicImage::ImageLumaA16(image) => fill!(image, 2, |p: &[u16; 2]| [on_white(word(p[0]), word(p[1])); 3]),
            DynamicImage::ImageRgb16(image) => fill!(image, 3, |p: &[u16; 3]| p.map(word)),
            DynamicImage::ImageRgba16(image) => {
                fill!(image, 4, |p: &[u16; 4]| [p[0], p[1], p[2]].map(|c| on_white(word(c), word(p[3]))));
            }
            // PNG, JPEG and WebP have no others; should a decoder learn one, slowly is still right.
            other => {
                let bytes = other.crop_imm(0, y as u32, width as u32, 1).to_rgba8();
                fill_slowly(into, &bytes, on_white);
            }
        }
    }
}

fn fill_slowly(into: &mut [[f32; 3]], row: &image::RgbaImage, on_white: impl Fn(f32, f32) -> f32) {
    for (to, p) in into.iter_mut().zip(row.pixels()) {
        let [r, g, b, alpha] = p.0.map(|c| f32::from(c) / 255.0);
        *to = [r, g, b].map(|c| on_white(c, alpha));
    }
}
