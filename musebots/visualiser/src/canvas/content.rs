//! A picture behind the drawing: it covers the canvas and moves slowly, nearer and farther, to and fro.

use super::sample::{Sampler, shrunk};
use generative_models::Picture;

#[derive(Debug, Default)]
pub(super) struct Content {
    /// A large picture made smaller, and what it was made from.
    small: Option<(u64, Picture)>,
}

impl Content {
    /// Fills `canvas` with a picture, as it is seen at `now`.
    pub(super) fn draw(&mut self, picture: &Picture, now: f64, canvas: &mut Picture) {
        if picture.width() == 0 || picture.height() == 0 {
            return;
        }
        let (width, height) = (canvas.width(), canvas.height());
        if picture.width() >= 2 * width && picture.height() >= 2 * height {
            let print = fingerprint(picture);
            if self.small.as_ref().is_none_or(|(of, _)| *of != print) {
                self.small = shrunk(picture, width, height).map(|small| (print, small));
            }
        } else {
            self.small = None;
        }
        let picture = self.small.as_ref().map_or(picture, |(_, small)| small);
        let Some(sampler) = Sampler::new(picture) else { return };
        let (full_width, full_height) = (picture.width() as f32, picture.height() as f32);
        let wave = |seconds: f64| (now / seconds * std::f64::consts::TAU).sin() as f32;
        let near = 1.12 + 0.06 * wave(47.0);
        // Pixels of the picture to one of the canvas.
        let scale = (full_width / width as f32).min(full_height / height as f32) / near;
        let (room_x, room_y) = (full_width - scale * width as f32, full_height - scale * height as f32);
        let (left, top) = (room_x * (0.5 + 0.45 * wave(61.0)), room_y * (0.5 + 0.45 * wave(79.0)));
        for (y, line) in canvas.pixels_mut().chunks_exact_mut(width).enumerate() {
            let from_y = top + (y as f32 + 0.5) * scale;
            for (x, pixel) in line.iter_mut().enumerate() {
                *pixel = sampler.at(left + (x as f32 + 0.5) * scale, from_y);
            }
        }
    }
}

/// Two pictures with the same fingerprint are the same for us: their sides and some hundred of their pixels.
fn fingerprint(picture: &Picture) -> u64 {
    let pixels = picture.pixels().as_flattened();
    let some = pixels.iter().step_by((pixels.len() / 512).max(1)).map(|c| u64::from(c.to_bits()));
    [picture.width() as u64, picture.height() as u64]
        .into_iter()
        .chain(some)
        .fold(0xcbf2_9ce4_8422_2325, |sum, n| (sum ^ n).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(23))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_covers_the_canvas_whatever_its_shape() {
        let mut content = Content::default();
        for (width, height) in [(3, 90), (90, 3), (40, 40), (1, 1)] {
            let white = Picture::new(width, height, |_, _| [1.0; 3]);
            for now in [0.0, 12.0, 40.0, 1e6] {
                let mut canvas = Picture::new(17, 11, |_, _| [0.0; 3]);
                content.draw(&white, now, &mut canvas);
                assert!(canvas.pixels().iter().all(|pixel| pixel[0] > 0.99));
            }
        }
    }

    #[test]
    fn another_picture_of_the_same_size_is_seen() {
        let mut content = Content::default();
        let mut canvas = Picture::new(4, 4, |_, _| [0.5; 3]);
        for level in [0.0, 1.0] {
            content.draw(&Picture::new(40, 40, |_, _| [level; 3]), 0.0, &mut canvas);
            assert!((canvas.pixels()[5][1] - level).abs() < 1e-6);
        }
    }
}
