//! Pictures in the shape of the canvas: its middle, as large as it goes.

use generative_models::Picture;

/// Fills the canvas with the picture; what does not fit is cut off at both sides.
pub(super) fn filled(picture: &Picture, (width, height): (usize, usize)) -> Picture {
    let (w, h) = (picture.width(), picture.height());
    // The largest part that has the canvas's shape.
    let (part_w, part_h) = if w * height > h * width {
        (((h * width) as f64 / height as f64).round() as usize, h)
    } else {
        (w, ((w * height) as f64 / width as f64).round() as usize)
    };
    let (part_w, part_h) = (part_w.clamp(1, w), part_h.clamp(1, h));
    let (left, top) = ((w - part_w) / 2, (h - part_h) / 2);
    let part = Picture::new(part_w, part_h, |x, y| picture.pixels()[(top + y) * w + left + x]);
    if (part_w, part_h) == (width, height) { part } else { part.resized(width, height) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_fills_the_canvas() {
        // Three stripes, the middle one green and as wide as it is high.
        let wide =
            Picture::new(30, 10, |x, _| [(x < 10) as u8, (10..20).contains(&x) as u8, (x >= 20) as u8].map(f32::from));
        let filled = filled(&wide, (8, 8));
        assert_eq!((filled.width(), filled.height()), (8, 8));
        assert!(filled.pixels().iter().all(|p| p.map(f32::round) == [0.0, 1.0, 0.0]));
    }

    #[test]
    fn any_shape_fills_any_canvas() {
        for from in [(1, 1), (1, 50), (50, 1), (7, 5), (640, 3)] {
            for to in [(1, 1), (16, 9), (9, 16), (64, 64)] {
                let picture = filled(&Picture::new(from.0, from.1, |_, _| [0.5; 3]), to);
                assert_eq!((picture.width(), picture.height()), to, "{from:?}");
                assert!(picture.pixels().iter().flatten().all(|c| (c - 0.5).abs() < 1e-3));
            }
        }
    }
}
