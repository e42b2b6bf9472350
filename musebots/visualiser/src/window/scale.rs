//! A frame in the size of the window, its shape kept: between pixels, colours go over into one another.

use crate::Frame;

/// Pixels as the window wants them: `0x00RRGGBB`, row by row.
pub(super) struct Scaled<'a> {
    pub(super) pixels: &'a mut [u32],
    pub(super) width: usize,
    pub(super) height: usize,
}

impl Scaled<'_> {
    /// Fills the window with the frame: all of it with black beside it, or (`cover`) as much of it as leaves nothing black.
    pub(super) fn fill(self, frame: &Frame, cover: bool) {
        let Self { pixels, width, height } = self;
        pixels.fill(0);
        if frame.rgb.len() != frame.width * frame.height * 3 || frame.rgb.is_empty() || width == 0 || height == 0 {
            return;
        }
        let (across, down) = (width as f64 / frame.width as f64, height as f64 / frame.height as f64);
        let scale = if cover { across.max(down) } else { across.min(down) };
        let columns = places(width, frame.width, scale);
        let rows = places(height, frame.height, scale);
        let mut line = vec![0_u32; frame.width * 3];
        for (row, place) in pixels.chunks_exact_mut(width).zip(&rows) {
            let Some(place) = place else { continue };
            let source = |y: usize| &frame.rgb[y * frame.width * 3..][..frame.width * 3];
            for ((to, above), below) in line.iter_mut().zip(source(place.first)).zip(source(place.second)) {
                *to = u32::from(*above) * (256 - place.share) + u32::from(*below) * place.share;
            }
            for (pixel, place) in row.iter_mut().zip(&columns) {
                let Some(place) = place else { continue };
                let (left, right) = (&line[place.first * 3..][..3], &line[place.second * 3..][..3]);
                // Two steps of 8 bits, rounded.
                let mix = |c: usize| (left[c] * (256 - place.share) + right[c] * place.share + (1 << 15)) >> 16;
                *pixel = mix(0) << 16 | mix(1) << 8 | mix(2);
            }
        }
    }
}

/// Between which two of the frame's columns (or rows) one of the window's lies, and how near the second, in 256ths.
#[derive(Clone, Copy)]
struct Place {
    first: usize,
    second: usize,
    share: u32,
}

/// The places of the window's columns (or rows) in the frame; `None` for those beside it.
fn places(to: usize, from: usize, scale: f64) -> Vec<Option<Place>> {
    let margin = (to as f64 - from as f64 * scale) / 2.0;
    let place = |n: usize| {
        let at = (n as f64 + 0.5 - margin) / scale;
        (0.0..from as f64).contains(&at).then(|| {
            let at = (at - 0.5).clamp(0.0, from as f64 - 1.0);
            let first = at as usize;
            Place { first, second: (first + 1).min(from - 1), share: ((at - first as f64) * 256.0) as u32 }
        })
    };
    (0..to).map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn filled(frame: &Frame, width: usize, height: usize, cover: bool) -> Vec<u32> {
        let mut pixels = vec![0x00AB_CDEF; width * height];
        Scaled { pixels: &mut pixels, width, height }.fill(frame, cover);
        pixels
    }

    /// Red at the left, blue at the right.
    fn halves(width: usize, height: usize) -> Frame {
        let pixels = (0..width * height).flat_map(|n| if n % width < width / 2 { [255, 0, 0] } else { [0, 0, 255] });
        Frame { number: 1, width, height, rgb: pixels.collect() }
    }

    #[test]
    fn a_window_of_the_same_size_shows_the_same() {
        let frame = Frame { number: 1, width: 2, height: 2, rgb: (0..12).map(|n| n * 20).collect() };
        assert_eq!(filled(&frame, 2, 2, false), [0x0000_1428, 0x003C_5064, 0x0078_8CA0, 0x00B4_C8DC]);
    }

    #[test]
    fn all_is_shown_with_black_beside_it_or_as_much_as_covers() {
        let frame = halves(8, 8);
        let all = filled(&frame, 32, 16, false);
        let row = &all[8 * 32..9 * 32];
        assert!(row[..8].iter().chain(&row[24..]).all(|p| *p == 0), "black at both sides");
        assert_eq!((row[8], row[14], row[17], row[23]), (0xFF_0000, 0xFF_0000, 0x00_00FF, 0x00_00FF));
        let much = filled(&frame, 32, 16, true);
        assert!(much.iter().all(|p| *p != 0));
        assert_eq!((much[0], much[31]), (0xFF_0000, 0x00_00FF));
    }

    proptest! {
        #[test]
        fn any_frame_fits_any_window(w in 0_usize..9, h in 0_usize..9, width in 0_usize..40, height in 0_usize..40, cover: bool) {
            let frame = halves(w, h);
            let pixels = filled(&frame, width, height, cover);
            prop_assert!(pixels.iter().all(|p| p >> 24 == 0));
        }
    }
}
