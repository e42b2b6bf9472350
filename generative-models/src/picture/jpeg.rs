//! What the segments of a JPEG say that its decoder does not tell: T.81, annex B.

/// What is known of a JPEG.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Jpeg {
    /// Colours as they are stored: 1 grey, 3 red, green and blue (or YCbCr), 4 printer's inks (CMYK or YCCK).
    pub(super) components: u8,
    /// Whether it goes on to its end.
    pub(super) has_end: bool,
}

const START_OF_SCAN: u8 = 0xda;
const END_OF_IMAGE: [u8; 2] = [0xff, 0xd9];

impl Jpeg {
    /// Walks over the segments up to the first scan; whatever is wrong there, the decoder will say.
    pub(super) fn look(bytes: &[u8]) -> Self {
        let mut jpeg = Self::default();
        let mut at = 2;
        while let Some([marker, kind, high, low]) =
            bytes.get(at..at + 4).and_then(|four| <[u8; 4]>::try_from(four).ok())
        {
            if marker != 0xff {
                break;
            }
            match kind {
                // Filling, and markers that stand alone.
                0xff => at += 1,
                0x01 | 0xd0..=0xd8 => at += 2,
                START_OF_SCAN => {
                    // In a scan 0xff is followed by zero or a restart; thumbnails with ends of their own lie before.
                    jpeg.has_end = bytes[at..].windows(2).any(|pair| pair == END_OF_IMAGE);
                    break;
                }
                _ => {
                    let is_frame = matches!(kind, 0xc0..=0xcf) && !matches!(kind, 0xc4 | 0xc8 | 0xcc);
                    if let (true, Some(count)) = (is_frame, bytes.get(at + 9)) {
                        jpeg.components = *count;
                    }
                    at += 2 + usize::from(u16::from_be_bytes([high, low])).max(2);
                }
            }
        }
        jpeg
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Picture;

    #[test]
    fn a_whole_one_has_its_end_and_a_cut_one_has_not() {
        let bytes = Picture::new(40, 30, |x, y| [x as f32 / 40.0, y as f32 / 30.0, 0.5]).jpeg(90).unwrap();
        assert_eq!(Jpeg::look(&bytes), Jpeg { components: 3, has_end: true });
        for cut in 1..bytes.len() {
            assert!(!Jpeg::look(&bytes[..cut]).has_end, "{cut}");
        }
    }

    #[test]
    fn the_end_of_a_thumbnail_is_not_the_end() {
        let mut bytes = Picture::new(16, 16, |_, _| [0.5; 3]).jpeg(90).unwrap();
        bytes.splice(2..2, [0xff, 0xe1, 0, 6, 0xff, 0xd9, 0xff, 0xd9]);
        assert!(Jpeg::look(&bytes).has_end);
        bytes.truncate(bytes.len() - 2);
        assert!(!Jpeg::look(&bytes).has_end);
    }
}
