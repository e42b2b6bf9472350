//! The total variation of a picture, which keeps it from becoming grainy: how much neighbours differ, added up. (A. Mahendran and A. Vedaldi,
//! "Understanding Deep Image Representations by Inverting Them", 2015, have it for such pictures; the paper does without.)
//!
//! ```text
//! V(x) = Σ_ij √(|x_i,j+1 − x_ij|² + |x_i+1,j − x_ij|² + ε²) − ε
//! ```
//!
//! ε makes it smooth where neighbours are alike. All three colours are under one root: edges in them stay together.

use crate::Picture;

/// A difference so small that it cannot be seen, one step of 256.
const EPSILON: f64 = 1.0 / 256.0;

/// V(x); adds `weight` · ∂V/∂x to the gradient.
pub(super) fn variation(weight: f64, x: &Picture, gradient: &mut [[f32; 3]]) -> f64 {
    let (width, height, pixels) = (x.width(), x.height(), x.pixels());
    let mut sum = 0.0;
    for row in 0..height {
        for column in 0..width {
            let n = row * width + column;
            // Beyond the edge the picture goes on as it ends.
            let right = if column + 1 < width { n + 1 } else { n };
            let below = if row + 1 < height { n + width } else { n };
            let difference = |to: usize| [0, 1, 2].map(|c| f64::from(pixels[to][c]) - f64::from(pixels[n][c]));
            let (across, down) = (difference(right), difference(below));
            let squares: f64 = across.iter().chain(&down).map(|d| d * d).sum();
            let root = (squares + EPSILON * EPSILON).sqrt();
            sum += root - EPSILON;
            for c in 0..3 {
                let [across, down] = [across[c], down[c]].map(|d| (weight * d / root) as f32);
                gradient[right][c] += across;
                gradient[below][c] += down;
                gradient[n][c] -= across + down;
            }
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture() -> Picture {
        Picture::new(7, 5, |x, y| [0, 1, 2].map(|c| ((x * 37 + y * 61 + c * 17) % 23) as f32 / 22.0))
    }

    #[test]
    fn an_even_picture_has_none() {
        let mut gradient = vec![[0.0; 3]; 35];
        assert_eq!(variation(1.0, &Picture::new(7, 5, |_, _| [0.3, 0.5, 0.7]), &mut gradient), 0.0);
        assert!(gradient.as_flattened().iter().all(|g| *g == 0.0));
    }

    #[test]
    fn an_edge_counts_by_its_length_and_height() {
        let edge = Picture::new(8, 6, |x, _| if x < 3 { [0.0; 3] } else { [0.5, 0.0, 0.0] });
        let v = variation(0.0, &edge, &mut [[0.0; 3]; 48]);
        assert!((v - 6.0 * 0.5).abs() < 0.03, "{v}");
    }

    #[test]
    fn its_gradient_is_what_differences_say() {
        let mut gradient = vec![[0.0; 3]; 35];
        variation(2.0, &picture(), &mut gradient);
        let at = |n: usize, c: usize, h: f32| {
            let mut moved = picture();
            moved.pixels_mut()[n][c] += h;
            2.0 * variation(0.0, &moved, &mut [[0.0; 3]; 35])
        };
        for (n, pixel) in gradient.iter().enumerate() {
            for (c, is) in pixel.iter().enumerate() {
                let h = 1.0 / 4096.0;
                let slope = (at(n, c, h) - at(n, c, -h)) / (2.0 * f64::from(h));
                assert!((slope - f64::from(*is)).abs() < 2e-3, "{n} {c}: {is} for {slope}");
            }
        }
    }
}
