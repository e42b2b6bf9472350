//! What a file is, told by its first bytes and not by its name; and whether it is all there.

use super::jpeg::Jpeg;

/// A kind of file that pictures come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Png,
    Jpeg,
    WebP,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::WebP => "WebP",
        }
    }

    /// What a file's extension promises.
    pub(super) fn of_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "png" | "apng" => Some(Self::Png),
            "jpg" | "jpeg" | "jpe" | "jfif" => Some(Self::Jpeg),
            "webp" => Some(Self::WebP),
            _ => None,
        }
    }

    /// What bytes are; otherwise why they are no picture of ours, and what to do.
    pub(super) fn of(bytes: &[u8]) -> Result<Self, String> {
        let begins = |with: &[u8]| bytes.starts_with(with);
        let has = |at: usize, what: &[u8]| bytes.get(at..at + what.len()) == Some(what);
        if begins(b"\x89PNG\r\n\x1a\n") {
            return Ok(Self::Png);
        }
        if begins(b"\xff\xd8\xff") {
            return Ok(Self::Jpeg);
        }
        if begins(b"RIFF") && has(8, b"WEBP") {
            return Ok(Self::WebP);
        }
        let brands = [b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc", b"ftypmsf1"];
        let other = if bytes.is_empty() {
            return Err("the file is empty; fetch it again".into());
        } else if begins(b"GIF8") {
            "a GIF"
        } else if begins(b"BM") && bytes.len() > 26 {
            "a BMP"
        } else if begins(b"II*\0") || begins(b"MM\0*") {
            "a TIFF or a camera's raw picture"
        } else if brands.iter().any(|brand| has(4, *brand)) {
            "a HEIC photo"
        } else if has(4, b"ftypavif") || has(4, b"ftypavis") {
            "an AVIF"
        } else if begins(b"8BPS") {
            "a Photoshop file"
        } else if begins(b"%PDF") {
            "a PDF"
        } else if begins(b"<svg") || begins(b"<?xml") {
            "an SVG or other XML"
        } else if begins(b"<!DOCTYPE") || begins(b"<!doctype") || begins(b"<html") {
            return Err("it is a web page and no picture; save the picture itself from it".into());
        } else if begins(b"version https://git-lfs") {
            return Err("it is a Git LFS pointer; `git lfs pull` fetches the picture".into());
        } else {
            return Err("it is none of PNG, JPEG and WebP; is it a picture at all?".into());
        };
        Err(format!("it is {other}; save it as PNG, JPEG or WebP"))
    }
}

/// Whether a WebP's parts all end within its bytes; otherwise what to do.
///
/// Its decoder would first make room for as much as a part says that it has.
pub(super) fn check_webp(bytes: &[u8]) -> Result<(), String> {
    let number = |at: usize| {
        let four = bytes.get(at..at + 4)?;
        Some(u32::from_le_bytes([four[0], four[1], four[2], four[3]]) as usize)
    };
    let end = number(4).map_or(usize::MAX, |length| length.saturating_add(8));
    // The last byte of a part with an odd length is often left out.
    if end > bytes.len() + 1 {
        return Err(truncated(bytes.len(), Some(end)));
    }
    let mut at = 12;
    while at + 8 <= end {
        let length = number(at + 4).unwrap_or(usize::MAX);
        let next = at.saturating_add(8).saturating_add(length);
        if next > bytes.len() {
            return Err(truncated(bytes.len(), None));
        }
        at = next + length % 2;
    }
    Ok(())
}

/// Whether a JPEG goes on to its end.
pub(super) fn check_jpeg(bytes: &[u8]) -> Result<Jpeg, String> {
    let jpeg = Jpeg::look(bytes);
    // Its decoder would fill what is missing with grey, and say nothing.
    if jpeg.has_end { Ok(jpeg) } else { Err(truncated(bytes.len(), None)) }
}

fn truncated(there: usize, wanted: Option<usize>) -> String {
    let of = wanted.map_or_else(String::new, |wanted| format!(" of {wanted}"));
    format!("it ends too early (after {there}{of} bytes); fetch it again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_how_they_begin() {
        assert_eq!(Kind::of(b"\x89PNG\r\n\x1a\n..."), Ok(Kind::Png));
        assert_eq!(Kind::of(b"RIFF\0\0\0\0WEBPVP8 "), Ok(Kind::WebP));
        let refused = |bytes: &[u8]| Kind::of(bytes).unwrap_err();
        assert!(refused(b"").contains("empty"));
        assert!(refused(b"\0\0\0\x18ftypheic").contains("HEIC") && refused(b"GIF89a").contains("GIF"));
        assert!(refused(b"<!DOCTYPE html>").contains("web page") && refused(b"abc").contains("none of PNG"));
    }

    #[test]
    fn a_webp_part_that_claims_gigabytes_is_refused() {
        let file = |claims: u32| {
            let mut file = b"RIFF\x14\0\0\0WEBPEXIF".to_vec();
            file.extend(claims.to_le_bytes());
            file.extend(*b"12345678");
            file
        };
        assert!(check_webp(&file(8)).is_ok());
        assert!(check_webp(&file(u32::MAX)).unwrap_err().contains("ends too early"));
        assert!(check_webp(&file(8)[..20]).unwrap_err().contains("of 28 bytes"));
    }
}
