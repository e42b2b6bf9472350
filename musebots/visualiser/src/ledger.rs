//! The losses of a painting, drawn small in a corner: the content's pale, the style's warm, both
//! falling, on a logarithmic scale.

use generative_models::{Picture, neural_style::Losses};

/// The panel's sides, as parts of the picture's.
const SIDES: (f64, f64) = (0.22, 0.18);
const CONTENT: [f32; 3] = [0.75, 0.88, 1.0];
const STYLE: [f32; 3] = [1.0, 0.62, 0.35];
/// How much of the picture is seen through the panel.
const THROUGH: f32 = 0.35;

/// Draws the losses so far; with `all` of them the panel is full.
pub(crate) fn draw(picture: &mut Picture, losses: &[Losses], all: usize) {
    let (width, height) = (picture.width(), picture.height());
    let side = |whole: usize, part: f64| ((whole as f64 * part) as usize).min(whole.saturating_sub(2));
    let (wide, high) = (side(width, SIDES.0), side(height, SIDES.1));
    if wide < 16 || high < 8 {
        return;
    }
    let (left, top) = (width - wide - width / 50, height - high - height / 50);
    for y in top..top + high {
        picture.pixels_mut()[y * width + left..][..wide].iter_mut().flatten().for_each(|c| *c *= THROUGH);
    }
    for (colour, of) in [(CONTENT, (|l: &Losses| l.content) as fn(&Losses) -> f64), (STYLE, |l| l.style)] {
        let Some(scale) = Scale::of(losses.iter().map(of)) else { continue };
        let mut before = None;
        for (n, loss) in losses.iter().enumerate() {
            let Some(falls) = scale.falls(of(loss)) else { continue };
            let x = left + 1 + n * (wide - 2) / all.max(losses.len()).max(1);
            let y = top + 1 + (falls * (high - 3) as f64) as usize;
            let from = before.unwrap_or(y);
            for y in from.min(y)..=from.max(y) {
                picture.pixels_mut()[y * width + x] = colour;
            }
            before = Some(y);
        }
    }
}

/// From the largest loss, at the top, to the smallest.
struct Scale {
    most: f64,
    least: f64,
}

impl Scale {
    fn of(losses: impl Iterator<Item = f64>) -> Option<Self> {
        let (most, least) = losses
            .filter(|loss| loss.is_finite() && *loss > 0.0)
            .map(f64::ln)
            .fold((f64::NEG_INFINITY, f64::INFINITY), |(most, least), loss| (most.max(loss), least.min(loss)));
        // A loss that hardly moves is a level line and no noise.
        (most >= least).then_some(Self { most, least: least.min(most - 1.0) })
    }

    /// How far down from the top, 0–1.
    fn falls(&self, loss: f64) -> Option<f64> {
        (loss.is_finite() && loss > 0.0).then(|| ((self.most - loss.ln()) / (self.most - self.least)).clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn white() -> Picture {
        Picture::new(200, 100, |_, _| [1.0; 3])
    }

    /// The rows in which a colour is, column by column.
    fn rows(picture: &Picture, colour: [f32; 3]) -> Vec<usize> {
        let at = |x: usize| (0..picture.height()).find(|y| picture.pixels()[y * picture.width() + x] == colour);
        (0..picture.width()).filter_map(at).collect()
    }

    #[test]
    fn a_loss_that_falls_is_a_line_that_falls() {
        let losses: Vec<Losses> =
            (1..40).map(|n| Losses { content: 5.0, style: 100.0 / f64::from(n), ..Losses::default() }).collect();
        let mut picture = white();
        draw(&mut picture, &losses, 60);
        let falling = rows(&picture, STYLE);
        assert!(falling.len() > 20 && falling.is_sorted() && falling[0] + 10 < *falling.last().unwrap(), "{falling:?}");
    }

    #[test]
    fn nonsense_is_left_out() {
        let losses = [f64::NAN, f64::INFINITY, 0.0, -1.0].map(|style| Losses { style, ..Losses::default() });
        let mut picture = white();
        draw(&mut picture, &losses, 0);
        assert!(rows(&picture, STYLE).is_empty());
        draw(&mut Picture::new(3, 3, |_, _| [0.0; 3]), &losses, 4);
    }
}
