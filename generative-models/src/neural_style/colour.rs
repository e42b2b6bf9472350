//! The content's colours kept: L. A. Gatys, M. Bethge, A. Hertzmann and E. Shechtman, "Preserving Color in Neural Artistic
//! Style Transfer" (2016), <https://arxiv.org/abs/1606.05897>.
//!
//! It has two ways, and here they are taken one after the other. Before a style is looked at it gets the content's colours as a
//! whole, so that the painting becomes as bright as the content, and its strokes are made where the content has something to
//! tell apart. Each pixel goes the way that takes the style's mean μ_a and covariance Σ_a to the content's:
//!
//! ```text
//! a' = Σ_p^½ Σ_a^-½ (a − μ_a) + μ_p
//! ```
//!
//! After that, what is shown has the luminance of the painting and the colours of the content: without, some strokes have a
//! colour that the content has elsewhere; and without the first, a dark style makes a dark painting.

use crate::Picture;

type Colour = [f64; 3];
type Matrix = [Colour; 3];

/// Spread that a picture of one colour is taken to have: one step of 256.
const LEAST: f64 = 1.0 / 65_536.0;

/// The style in the content's colours.
pub(super) fn recoloured(style: &Picture, content: &Picture) -> Picture {
    let ((from, spread), (to, wanted)) = (statistics(style), statistics(content));
    let turn = product(&power(&wanted, 0.5), &power(&spread, -0.5));
    let pixels = style.pixels();
    Picture::new(style.width(), style.height(), |x, y| {
        let pixel = pixels[y * style.width() + x];
        let off = [0, 1, 2].map(|c| f64::from(pixel[c]) - from[c]);
        [0, 1, 2].map(|c| (to[c] + (0..3).map(|k| turn[c][k] * off[k]).sum::<f64>()).clamp(0.0, 1.0) as f32)
    })
}

/// The painting's luminance in the content's colours; both are of the same size.
pub(super) fn coloured(painting: &Picture, content: &Picture) -> Picture {
    let luminance = |[r, g, b]: [f32; 3]| 0.299 * r + 0.587 * g + 0.114 * b;
    let pixels = painting.pixels().iter().zip(content.pixels());
    let coloured = pixels.map(|(x, p)| {
        let lighter = luminance(*x) - luminance(*p);
        p.map(|p| (p + lighter).clamp(0.0, 1.0))
    });
    Picture::of_pixels(painting.width(), painting.height(), coloured.collect())
}

/// The mean colour, and the covariance.
fn statistics(picture: &Picture) -> (Colour, Matrix) {
    let count = picture.pixels().len().max(1) as f64;
    let mut mean = [0.0; 3];
    for pixel in picture.pixels() {
        (0..3).for_each(|c| mean[c] += f64::from(pixel[c]) / count);
    }
    let mut covariance = [[0.0; 3]; 3];
    for pixel in picture.pixels() {
        let off = [0, 1, 2].map(|c| f64::from(pixel[c]) - mean[c]);
        for (row, x) in covariance.iter_mut().zip(off) {
            row.iter_mut().zip(off).for_each(|(sum, y)| *sum += x * y / count);
        }
    }
    (mean, covariance)
}

fn product(a: &Matrix, b: &Matrix) -> Matrix {
    [0, 1, 2].map(|i| [0, 1, 2].map(|j| (0..3).map(|k| a[i][k] * b[k][j]).sum()))
}

/// A symmetric matrix to a power: along each of its axes on its own.
fn power(matrix: &Matrix, exponent: f64) -> Matrix {
    let (mut a, mut axes) = (*matrix, [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
    // C. G. J. Jacobi's rotations (1846): each makes one number off the diagonal 0, and soon all are.
    for (p, q) in [(0, 1), (0, 2), (1, 2)].repeat(8) {
        if a[p][q].abs() < 1e-15 {
            continue;
        }
        let angle = 0.5 * (2.0 * a[p][q]).atan2(a[q][q] - a[p][p]);
        let mut rotation = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        (rotation[p][p], rotation[q][q]) = (angle.cos(), angle.cos());
        (rotation[p][q], rotation[q][p]) = (angle.sin(), -angle.sin());
        a = product(&product(&turned(&rotation), &a), &rotation);
        axes = product(&axes, &rotation);
    }
    let along = |k: usize| a[k][k].max(LEAST).powf(exponent);
    [0, 1, 2].map(|i| [0, 1, 2].map(|j| (0..3).map(|k| axes[i][k] * along(k) * axes[j][k]).sum()))
}

fn turned(matrix: &Matrix) -> Matrix {
    [0, 1, 2].map(|i| [0, 1, 2].map(|j| matrix[j][i]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speckled(low: Colour, high: Colour) -> Picture {
        Picture::new(40, 30, |x, y| {
            let n = x * 31 + y * 17;
            let share = [n % 7, n % 11, n % 5].map(|k| k as f64 / 10.0);
            [0, 1, 2].map(|c| (low[c] + (high[c] - low[c]) * (0.7 * share[c] + 0.3 * share[0])) as f32)
        })
    }

    #[test]
    fn a_recoloured_style_has_the_contents_mean_and_covariance() {
        let (style, content) = (speckled([0.4, 0.3, 0.5], [0.5, 0.6, 0.6]), speckled([0.3, 0.4, 0.2], [0.6, 0.5, 0.7]));
        let ((mean, spread), (wanted, wanted_spread)) =
            (statistics(&recoloured(&style, &content)), statistics(&content));
        for i in 0..3 {
            assert!((mean[i] - wanted[i]).abs() < 1e-4, "{mean:?} for {wanted:?}");
            for j in 0..3 {
                assert!((spread[i][j] - wanted_spread[i][j]).abs() < 1e-4, "{spread:?} for {wanted_spread:?}");
            }
        }
    }

    #[test]
    fn what_is_shown_has_the_paintings_luminance_and_the_contents_colours() {
        let painting = Picture::new(2, 1, |x, _| if x == 0 { [0.5, 0.5, 0.5] } else { [0.2, 0.6, 0.4] });
        let content = Picture::new(2, 1, |x, _| if x == 0 { [0.6, 0.3, 0.4] } else { [0.5; 3] });
        let shown = coloured(&painting, &content);
        let [r, g, b] = shown.pixels()[0];
        assert!((r - g - 0.3).abs() < 1e-6 && (b - g - 0.1).abs() < 1e-6, "the differences are the content's");
        assert!((0.299 * r + 0.587 * g + 0.114 * b - 0.5).abs() < 1e-6, "it is as light as the painting");
        let [r, g, b] = shown.pixels()[1];
        assert!((r - g).abs() < 1e-6 && (g - b).abs() < 1e-6, "grey stays grey");
    }

    #[test]
    fn a_grey_content_makes_a_grey_style() {
        let grey = Picture::new(20, 20, |x, y| [((x * 7 + y * 3) % 20) as f32 / 20.0; 3]);
        let style = recoloured(&speckled([0.1; 3], [0.9; 3]), &grey);
        for [r, g, b] in style.pixels() {
            assert!((r - g).abs() < 0.02 && (g - b).abs() < 0.02, "{r} {g} {b}");
        }
    }

    #[test]
    fn pictures_of_one_colour_do_no_harm() {
        let one = Picture::new(16, 16, |_, _| [0.2, 0.4, 0.6]);
        let many = speckled([0.1; 3], [0.9; 3]);
        for (style, content) in [(&one, &many), (&many, &one), (&one, &one)] {
            assert!(recoloured(style, content).pixels().as_flattened().iter().all(|x| (0.0..=1.0).contains(x)));
        }
    }

    #[test]
    fn the_square_of_a_square_root_is_the_matrix() {
        let matrix = [[2.0, 0.5, -0.3], [0.5, 1.0, 0.2], [-0.3, 0.2, 0.7]];
        let root = power(&matrix, 0.5);
        let square = product(&root, &root);
        assert!((0..9).all(|n| (square[n / 3][n % 3] - matrix[n / 3][n % 3]).abs() < 1e-12), "{square:?}");
    }
}
