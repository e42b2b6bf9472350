//! Reading a picture between its pixels.

use generative_models::Picture;

/// A picture to be read from, at places in pixels (centres at halves).
#[derive(Clone, Copy)]
pub(super) struct Sampler<'a> {
    pixels: &'a [[f32; 3]],
    width: usize,
    right: f32,
    bottom: f32,
}

impl<'a> Sampler<'a> {
    /// `None` for a picture without pixels.
    pub(super) fn new(picture: &'a Picture) -> Option<Self> {
        let (width, height) = (picture.width(), picture.height());
        (width > 0 && height > 0).then(|| Self {
            pixels: picture.pixels(),
            width,
            right: (width - 1) as f32,
            bottom: (height - 1) as f32,
        })
    }

    /// The colour at a place: between four pixels; beyond an edge, the edge's.
    #[inline]
    pub(super) fn at(&self, x: f32, y: f32) -> [f32; 3] {
        let x = (x - 0.5).clamp(0.0, self.right);
        let y = (y - 0.5).clamp(0.0, self.bottom);
        let (x0, y0) = (x as usize, y as usize);
        let (u, v) = (x - x0 as f32, y - y0 as f32);
        // At the last column and row there is nothing beyond, and nothing of it is needed.
        let right = usize::from(u > 0.0);
        let upper = y0 * self.width + x0;
        let lower = if v > 0.0 { upper + self.width } else { upper };
        let (a, b) = (self.pixels[upper], self.pixels[upper + right]);
        let (c, d) = (self.pixels[lower], self.pixels[lower + right]);
        std::array::from_fn(|n| {
            let (above, below) = (a[n] + (b[n] - a[n]) * u, c[n] + (d[n] - c[n]) * u);
            above + (below - above) * v
        })
    }
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
        let sampler = Sampler::new(&picture).unwrap();
        assert_eq!(sampler.at(1.0, 0.5), [0.5; 3]);
        assert_eq!(sampler.at(-9.0, 5.0), [0.0; 3]);
        assert_eq!(sampler.at(9.0, -5.0), [1.0; 3]);
    }

    #[test]
    fn a_large_picture_shrinks_to_means() {
        let picture = Picture::new(9, 8, |x, _| [(x % 2) as f32; 3]);
        let shrunk = shrunk(&picture, 4, 3).unwrap();
        assert_eq!((shrunk.width(), shrunk.height(), shrunk.pixels()[5]), (4, 4, [0.5; 3]));
        assert!(super::shrunk(&picture, 5, 8).is_none());
    }
}
