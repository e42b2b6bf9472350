//! Reading a picture between its pixels.

use generative_models::Picture;

/// The colour at a place in pixels (centres at halves): between four pixels; beyond an edge, the edge's.
#[inline]
pub(super) fn sample(picture: &Picture, x: f32, y: f32) -> [f32; 3] {
    let (width, height) = (picture.width(), picture.height());
    let x = (x - 0.5).clamp(0.0, (width - 1) as f32);
    let y = (y - 0.5).clamp(0.0, (height - 1) as f32);
    let (x0, y0) = (x as usize, y as usize);
    let (right, u, v) = (usize::from(x0 + 1 < width), x - x0 as f32, y - y0 as f32);
    let upper = y0 * width + x0;
    let lower = if y0 + 1 < height { upper + width } else { upper };
    let pixels = picture.pixels();
    let (a, b, c, d) = (pixels[upper], pixels[upper + right], pixels[lower], pixels[lower + right]);
    std::array::from_fn(|n| {
        let (above, below) = (a[n] + (b[n] - a[n]) * u, c[n] + (d[n] - c[n]) * u);
        above + (below - above) * v
    })
}

/// The mean of whole squares of pixels: as small as can be without being smaller than `width` × `height`.
pub(super) fn shrunk(picture: &Picture, width: usize, height: usize) -> Option<Picture> {
    let side = (picture.width() / width.max(1)).min(picture.height() / height.max(1));
    (side >= 2).then(|| {
        Picture::new(picture.width() / side, picture.height() / side, |x, y| {
            let mut sum = [0.0; 3];
            for row in 0..side {
                let start = (y * side + row) * picture.width() + x * side;
                for pixel in &picture.pixels()[start..start + side] {
                    (0..3).for_each(|n| sum[n] += pixel[n]);
                }
            }
            sum.map(|c| c / (side * side) as f32)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_two_pixels_is_their_mean_and_outside_is_the_edge() {
        let picture = Picture::new(2, 1, |x, _| [x as f32; 3]);
        assert_eq!(sample(&picture, 1.0, 0.5), [0.5; 3]);
        assert_eq!(sample(&picture, -9.0, 5.0), [0.0; 3]);
        assert_eq!(sample(&picture, 9.0, -5.0), [1.0; 3]);
    }

    #[test]
    fn a_large_picture_shrinks_to_means() {
        let picture = Picture::new(9, 8, |x, _| [(x % 2) as f32; 3]);
        let shrunk = shrunk(&picture, 4, 3).unwrap();
        assert_eq!((shrunk.width(), shrunk.height(), shrunk.pixels()[5]), (4, 4, [0.5; 3]));
        assert!(super::shrunk(&picture, 5, 8).is_none());
    }
}
