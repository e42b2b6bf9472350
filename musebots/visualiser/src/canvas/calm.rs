//! Keeps a screen from flashing, whatever is to be shown: for viewers whom flashes harm. The rule is WCAG 2.3.1, "Three Flashes
//! or Below Threshold" <https://www.w3.org/WAI/WCAG22/Understanding/three-flashes-or-below-threshold.html>: a flash is a rise and a fall
//! of relative luminance by a tenth or more over a quarter of the field of view, and there may be three in a second.
//!
//! A quarter of the picture, wherever it lies, changes its luminance by at most [`RATE`] a second. Six swings of a tenth would take
//! 0.6, so that three flashes in a second cannot be. A change that would be faster is mixed with what was shown last.

use generative_models::Picture;

/// How much luminance a quarter of the picture may gain or lose in a second.
const RATE: f32 = 0.5;
/// The picture is measured in so many cells each way; two by two of them are a quarter.
const CELLS: usize = 4;

/// What was shown last, so that the next picture follows it calmly.
#[derive(Debug, Clone, Default)]
pub struct Calm {
    shown: Option<(Picture, Windows)>,
}

type Windows = [f32; (CELLS - 1) * (CELLS - 1)];

impl Calm {
    /// Makes `picture`, to be shown `passed` seconds after the one before, follow that one without a flash.
    pub fn settle(&mut self, picture: &mut Picture, passed: f64) {
        let same = |old: &Picture| (old.width(), old.height()) == (picture.width(), picture.height());
        let mut now = windows(picture);
        if let Some((old, before)) = self.shown.as_ref().filter(|(old, _)| same(old)) {
            let most = RATE * if passed > 0.0 { passed.min(60.0) as f32 } else { 0.0 };
            let change = now.iter().zip(before).map(|(now, before)| (now - before).abs()).fold(0.0, f32::max);
            if change > most {
                mix(picture, old, most / change);
                now = windows(picture);
            }
        }
        match &mut self.shown {
            Some((old, before)) if (old.width(), old.height()) == (picture.width(), picture.height()) => {
                old.pixels_mut().copy_from_slice(picture.pixels());
                *before = now;
            }
            shown => *shown = Some((picture.clone(), now)),
        }
    }
}

/// Mixes light, not numbers: then the luminance of any part lies as far between the two as the mixture does.
fn mix(picture: &mut Picture, old: &Picture, share: f32) {
    for (new, old) in picture.pixels_mut().as_flattened_mut().iter_mut().zip(old.pixels().as_flattened()) {
        let light = old * old + (*new * *new - old * old) * share;
        *new = light.max(0.0).sqrt();
    }
}

/// The luminance of each quarter. Light is taken as the square of what stands in a picture (nearly sRGB's curve).
fn windows(picture: &Picture) -> Windows {
    let (width, height) = (picture.width(), picture.height());
    let mut cells = [[0.0; CELLS]; CELLS];
    for (y, row) in picture.pixels().chunks_exact(width.max(1)).enumerate() {
        let across = &mut cells[y * CELLS / height];
        for (x, cell) in across.iter_mut().enumerate() {
            let pixels = &row[x * width / CELLS..(x + 1) * width / CELLS];
            *cell += pixels.iter().map(|[r, g, b]| 0.2126 * r * r + 0.7152 * g * g + 0.0722 * b * b).sum::<f32>();
        }
    }
    let quarter = (width * height) as f32 / 4.0;
    std::array::from_fn(|n| {
        let (x, y) = (n % (CELLS - 1), n / (CELLS - 1));
        (cells[y][x] + cells[y][x + 1] + cells[y + 1][x] + cells[y + 1][x + 1]) / quarter
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn black_to_white_takes_two_seconds() {
        let mut calm = Calm::default();
        let grey = |level: f32| Picture::new(16, 16, |_, _| [level; 3]);
        calm.settle(&mut grey(0.0), 0.04);
        let mut frames = 0;
        loop {
            let mut white = grey(1.0);
            calm.settle(&mut white, 0.04);
            frames += 1;
            if white.pixels()[0][0] > 0.999 {
                break;
            }
        }
        assert_eq!(frames, 50);
    }

    #[test]
    fn a_small_light_is_left_alone() {
        let mut calm = Calm::default();
        let dot = |level: f32| Picture::new(32, 32, |x, y| if x < 3 && y < 3 { [level; 3] } else { [0.3; 3] });
        calm.settle(&mut dot(0.0), 0.04);
        let mut lit = dot(0.9);
        calm.settle(&mut lit, 0.1);
        assert_eq!(lit, dot(0.9));
    }

    proptest! {
        #[test]
        fn no_quarter_changes_faster_than_it_may(
            frames in prop::collection::vec((prop::collection::vec(0.0..1.0_f32, 12), 0.0..0.1), 2..30),
        ) {
            let (mut calm, mut last) = (Calm::default(), None::<Windows>);
            for (levels, passed) in frames {
                let mut picture = Picture::new(9, 13, |x, y| [levels[(x / 3) + 3 * (y / 4)]; 3]);
                calm.settle(&mut picture, passed);
                let now = windows(&picture);
                if let Some(last) = last {
                    for (now, last) in now.iter().zip(last) {
                        prop_assert!((now - last).abs() <= RATE * passed as f32 + 1e-5);
                    }
                }
                last = Some(now);
            }
        }
    }
}
