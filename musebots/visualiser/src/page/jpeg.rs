//! The newest frame as a JPEG: made when somebody asks for it, once for all who do.

use crate::Frame;
use std::sync::{Arc, Mutex, PoisonError};

/// Good enough for a wall, small enough for many frames a second.
const QUALITY: u8 = 85;

/// The last JPEG, and of which frame it is.
#[derive(Debug, Default)]
pub(super) struct Jpegs(Mutex<Option<Coded>>);

/// A frame, and how it is sent.
type Coded = (Arc<Frame>, Arc<[u8]>);

impl Jpegs {
    /// The frame as a JPEG; `None` for one that cannot be one (without pixels, or of wrong length).
    pub(super) fn of(&self, frame: &Arc<Frame>) -> Option<Arc<[u8]>> {
        // Whoever comes while it is being made waits for it here.
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, jpeg)) = last.as_ref().filter(|(of, _)| Arc::ptr_eq(of, frame)) {
            return Some(Arc::clone(jpeg));
        }
        let jpeg: Arc<[u8]> = encode(frame)?.into();
        // A viewer who was slow to get here does not take the newer one away from the others.
        if last.as_ref().is_none_or(|(of, _)| of.number <= frame.number) {
            *last = Some((Arc::clone(frame), Arc::clone(&jpeg)));
        }
        Some(jpeg)
    }
}

fn encode(frame: &Frame) -> Option<Vec<u8>> {
    let (width, height) = (u16::try_from(frame.width).ok()?, u16::try_from(frame.height).ok()?);
    if width == 0 || height == 0 || frame.rgb.len() != usize::from(width) * usize::from(height) * 3 {
        return None;
    }
    let mut jpeg = Vec::new();
    jpeg_encoder::Encoder::new(&mut jpeg, QUALITY)
        .encode(&frame.rgb, width, height, jpeg_encoder::ColorType::Rgb)
        .ok()?;
    Some(jpeg)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(number: u64, width: usize, height: usize) -> Arc<Frame> {
        Arc::new(Frame { number, width, height, rgb: vec![200; width * height * 3] })
    }

    #[test]
    fn a_frame_is_encoded_once() {
        let jpegs = Jpegs::default();
        let (first, second) = (frame(1, 20, 10), frame(2, 20, 10));
        let jpeg = jpegs.of(&first).unwrap();
        assert!(Arc::ptr_eq(&jpeg, &jpegs.of(&first).unwrap()));
        assert!(!Arc::ptr_eq(&jpeg, &jpegs.of(&second).unwrap()));
        let picture = image::load_from_memory(&jpeg).unwrap().to_rgb8();
        assert_eq!(picture.dimensions(), (20, 10));
        assert!(picture.pixels().all(|p| p.0.iter().all(|c| c.abs_diff(200) < 4)));
    }

    #[test]
    fn what_is_no_picture_is_none() {
        let jpegs = Jpegs::default();
        assert!(jpegs.of(&frame(1, 0, 10)).is_none());
        assert!(jpegs.of(&frame(1, 70_000, 1)).is_none());
        let short = Arc::new(Frame { number: 1, width: 10, height: 10, rgb: vec![0; 7] });
        assert!(jpegs.of(&short).is_none());
    }
}
