//! A picture's way in: PNG, JPEG and WebP of any colours, each refused before it is unpacked if it is too large.

use super::container::{Kind, check_jpeg, check_webp};
use super::rows::{Decoded, Rows as _};
use super::{Picture, PictureError, resize};
use image::codecs::{jpeg::JpegDecoder, png::PngDecoder, webp::WebPDecoder};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, Limits};
use std::fs::File;
use std::io::{Cursor, Read as _};
use std::path::Path;

/// The longest file that is read.
pub const MOST_BYTES: u64 = 256 << 20;

/// The most pixels of a picture that is read.
pub const MOST_PIXELS: u64 = 100_000_000;

/// What a decoder may take beside: sixteen bits of four colours are 8 bytes a pixel.
const MOST_MEMORY: u64 = 9 * MOST_PIXELS;

/// A picture that was read, and what was odd about it.
#[derive(Debug, Clone)]
pub struct Reading {
    /// It.
    pub picture: Picture,
    /// Columns and rows in the file, as it is looked at.
    pub size: (usize, usize),
    /// What somebody may want to know.
    pub remarks: Vec<Remark>,
}

/// What is odd about a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remark {
    /// Something of it can be seen through.
    Transparent,
    /// It moves.
    Animated,
    /// It has a printer's colours.
    Inks,
    /// It is not what its extension says, but this.
    Misnamed(&'static str),
}

impl std::fmt::Display for Remark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Transparent => f.write_str("transparent: laid on white"),
            Self::Animated => f.write_str("animated: its first frame is taken"),
            Self::Inks => f.write_str("in a printer's colours (CMYK): on a screen they are only near"),
            Self::Misnamed(kind) => write!(f, "a {kind}, whatever its name says"),
        }
    }
}

impl Reading {
    /// Reads a file. With `longest`, a picture with a longer side is shrunk to it, and never is in memory as a whole but in the
    /// bytes that the file unpacks to.
    ///
    /// # Errors
    /// When there is none, it is too large, or it cannot be understood.
    pub fn open(path: &Path, longest: Option<usize>) -> Result<Self, PictureError> {
        let failed = |what: String| PictureError::Read { path: path.to_owned(), what };
        let bytes = bytes(path).map_err(failed)?;
        let mut reading = read(&bytes, longest).map_err(failed)?;
        let kind = Kind::of(&bytes).map_err(failed)?;
        let promised = path.extension().and_then(|extension| Kind::of_extension(&extension.to_string_lossy()));
        if promised.is_some_and(|promised| promised != kind) {
            reading.remarks.push(Remark::Misnamed(kind.name()));
        }
        Ok(reading)
    }

    /// Reads the bytes of a file; see [`open`](Self::open).
    ///
    /// # Errors
    /// When it is too large, or cannot be understood.
    pub fn of(bytes: &[u8], longest: Option<usize>) -> Result<Self, PictureError> {
        read(bytes, longest).map_err(|what| PictureError::Decode { what })
    }
}

/// What is in a file, if it is a file, and not too long.
fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let unreadable = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => error.to_string(),
    };
    let about = std::fs::metadata(path).map_err(unreadable)?;
    if about.is_dir() {
        return Err("it is a folder; name a picture in it".into());
    }
    let too_long = || format!("it is longer than {} MB; save it smaller", MOST_BYTES >> 20);
    if about.len() > MOST_BYTES {
        return Err(too_long());
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MOST_BYTES { Err(too_long()) } else { Ok(bytes) }
}

fn read(bytes: &[u8], longest: Option<usize>) -> Result<Reading, String> {
    let kind = Kind::of(bytes)?;
    // What a decoder has not thought of is a fault of the file all the same.
    let unpacked = std::panic::catch_unwind(|| unpack(bytes, kind));
    let gave_up = |_| Err(format!("the {} is damaged, its decoder gave up; fetch it again", kind.name()));
    let (image, mut remarks) = unpacked.unwrap_or_else(gave_up)?;
    let rows = Decoded(image);
    if rows.is_transparent() {
        remarks.push(Remark::Transparent);
    }
    let size = rows.size();
    if size.0 == 0 || size.1 == 0 {
        return Err("it has no pixels".into());
    }
    let picture = match longest {
        Some(longest) if size.0.max(size.1) > longest => {
            let (width, height) = resize::with_longest(size, longest);
            resize::resized(&rows, width, height)
        }
        _ => resize::as_it_is(&rows),
    };
    Ok(Reading { picture, size, remarks })
}

/// The pixels of a file, the way up that they are looked at.
fn unpack(bytes: &[u8], kind: Kind) -> Result<(DynamicImage, Vec<Remark>), String> {
    let mut remarks = Vec::new();
    let what = |error: ImageError| explain(kind, &error);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MOST_MEMORY);
    let file = Cursor::new(bytes);
    let mut decoder: Box<dyn ImageDecoder + '_> = match kind {
        Kind::Png => {
            let png = PngDecoder::with_limits(file, limits).map_err(what)?;
            remarks.extend(png.is_apng().unwrap_or(false).then_some(Remark::Animated));
            Box::new(png)
        }
        Kind::Jpeg => {
            let segments = check_jpeg(bytes)?;
            remarks.extend((segments.components == 4).then_some(Remark::Inks));
            Box::new(JpegDecoder::new(file).map_err(what)?)
        }
        Kind::WebP => {
            check_webp(bytes)?;
            let webp = WebPDecoder::new(file).map_err(what)?;
            remarks.extend(webp.has_animation().then_some(Remark::Animated));
            Box::new(webp)
        }
    };
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        let most = MOST_PIXELS / 1_000_000;
        return Err(format!("{width} × {height} are more than {most} megapixels; save it smaller"));
    }
    // What turns it is not worth losing it for.
    let turn = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(what)?;
    image.apply_orientation(turn);
    Ok((image, remarks))
}

fn explain(kind: Kind, error: &ImageError) -> String {
    let name = kind.name();
    match error {
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            format!("the {name} ends too early; fetch it again")
        }
        ImageError::Limits(_) => format!("unpacking the {name} would take too much memory; save it smaller"),
        ImageError::Unsupported(_) => format!("{error}; save it as PNG"),
        error => format!("the {name} is damaged ({error}); fetch it again"),
    }
}

#[cfg(test)]
mod tests;
