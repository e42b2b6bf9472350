//! A picture's way out. The same picture always becomes the same bytes: no file says when it was written.

use super::container::Kind;
use super::{Picture, PictureError};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder as _, ImageResult};
use std::path::Path;

/// Of a JPEG that is written by its extension alone.
const QUALITY: u8 = 92;

impl Picture {
    /// The bytes of a PNG file.
    ///
    /// # Errors
    /// When it has no pixels.
    pub fn png(&self) -> Result<Vec<u8>, PictureError> {
        self.encoded("PNG", |bytes, pixels, (width, height)| {
            PngEncoder::new_with_quality(bytes, CompressionType::Default, FilterType::Adaptive).write_image(
                pixels,
                width,
                height,
                ExtendedColorType::Rgb8,
            )
        })
    }

    /// The bytes of a JPEG file; `quality` 1–100.
    ///
    /// # Errors
    /// When it has no pixels, or a side is longer than 65,535.
    pub fn jpeg(&self, quality: u8) -> Result<Vec<u8>, PictureError> {
        self.encoded("JPEG", |bytes, pixels, (width, height)| {
            JpegEncoder::new_with_quality(bytes, quality.clamp(1, 100)).encode(
                pixels,
                width,
                height,
                ExtendedColorType::Rgb8,
            )
        })
    }

    /// The bytes of a WebP file that loses nothing.
    ///
    /// # Errors
    /// When it has no pixels, or a side is longer than 16,384.
    pub fn webp(&self) -> Result<Vec<u8>, PictureError> {
        self.encoded("WebP", |bytes, pixels, (width, height)| {
            WebPEncoder::new_lossless(bytes).encode(pixels, width, height, ExtendedColorType::Rgb8)
        })
    }

    /// Whether [`save`](Self::save) knows a file's extension.
    ///
    /// # Errors
    /// When it does not.
    pub fn can_save(path: &Path) -> Result<(), PictureError> {
        kind(path).map(drop)
    }

    /// Writes a file: PNG, JPEG or WebP (which loses nothing), as its extension says.
    ///
    /// # Errors
    /// When the extension is another, or the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), PictureError> {
        let bytes = match kind(path)? {
            Kind::Png => self.png(),
            Kind::Jpeg => self.jpeg(QUALITY),
            Kind::WebP => self.webp(),
        }?;
        let failed = |error: std::io::Error| match (error.kind(), path.parent()) {
            (std::io::ErrorKind::NotFound, Some(folder)) => format!("there is no folder `{}`", folder.display()),
            _ => error.to_string(),
        };
        std::fs::write(path, bytes).map_err(|e| PictureError::Write { path: path.to_owned(), what: failed(e) })
    }

    fn encoded(
        &self,
        format: &'static str,
        encode: impl FnOnce(&mut Vec<u8>, &[u8], (u32, u32)) -> ImageResult<()>,
    ) -> Result<Vec<u8>, PictureError> {
        let (width, height) = (self.width, self.height);
        let failed = |what: String| PictureError::Encode { width, height, format, what };
        let mut bytes = Vec::new();
        match (u32::try_from(width), u32::try_from(height)) {
            (Ok(0), _) | (_, Ok(0)) => Err(failed("it has no pixels".into())),
            (Ok(w), Ok(h)) => {
                encode(&mut bytes, &self.to_bytes(), (w, h)).map_err(|e| failed(e.to_string()))?;
                Ok(bytes)
            }
            _ => Err(failed("its sides are too long".into())),
        }
    }
}

fn kind(path: &Path) -> Result<Kind, PictureError> {
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    Kind::of_extension(&extension).ok_or_else(|| PictureError::Write {
        path: path.to_owned(),
        what: "its name tells no kind of picture; let it end in .png, .jpg or .webp".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colours() -> Picture {
        Picture::new(33, 21, |x, y| [x as f32 / 33.0, y as f32 / 21.0, ((x * y) % 7) as f32 / 7.0])
    }

    #[test]
    fn png_and_webp_give_back_every_byte() {
        for bytes in [colours().png().unwrap(), colours().webp().unwrap()] {
            assert_eq!(Picture::decode(&bytes).unwrap().to_bytes(), colours().to_bytes());
        }
        assert_eq!(colours().png().unwrap(), colours().png().unwrap());
    }

    #[test]
    fn a_jpeg_is_near_and_better_ones_are_longer() {
        let smooth = Picture::new(64, 48, |x, y| [x as f32 / 64.0, y as f32 / 48.0, 0.5]);
        let bytes = smooth.jpeg(95).unwrap();
        let back = Picture::decode(&bytes).unwrap();
        let far = smooth.to_bytes().iter().zip(back.to_bytes()).map(|(a, b)| a.abs_diff(b)).max();
        assert!(far < Some(10), "{far:?}");
        assert!(bytes.len() > smooth.jpeg(30).unwrap().len());
    }

    #[test]
    fn a_file_is_what_its_extension_says() {
        let folder = tempfile::tempdir().unwrap();
        for (name, begins) in [("a.PNG", &b"\x89PNG"[..]), ("b.jpeg", b"\xff\xd8"), ("c.webp", b"RIFF")] {
            let path = folder.path().join(name);
            colours().save(&path).unwrap();
            assert!(std::fs::read(&path).unwrap().starts_with(begins), "{name}");
        }
    }

    #[test]
    fn what_cannot_be_written_says_what_to_try() {
        let refused = |path: &str| colours().save(Path::new(path)).unwrap_err().to_string();
        assert!(refused("a.tiff").contains("let it end in .png"), "{}", refused("a.tiff"));
        assert!(refused("nowhere/a.png").contains("there is no folder `nowhere`"), "{}", refused("nowhere/a.png"));
        let empty = Picture::new(0, 4, |_, _| [0.0; 3]).png().unwrap_err().to_string();
        assert!(empty.contains("no pixels"), "{empty}");
        let long = Picture::new(16_500, 1, |_, _| [0.0; 3]);
        assert!(long.webp().unwrap_err().to_string().contains("16500 × 1 pixels as WebP"));
    }
}
