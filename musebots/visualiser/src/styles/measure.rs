//! What a picture is like, in two numbers. Pure.

use generative_models::Picture;

/// What a picture is like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Character {
    /// How much more red there is than blue: −1 (a cold blue) to 1 (fire).
    pub warmth: f64,
    /// How strong its colours and contrasts are: 0 (a wash on paper) to 1 (black on white, all over).
    pub energy: f64,
}

/// Across which contrasts of a picture's larger forms are measured, in pixels.
const BLOCK: usize = 4;

impl Character {
    /// Measures a picture.
    #[must_use]
    pub fn of(picture: &Picture) -> Self {
        let pixels = picture.pixels();
        let mean = |number: &dyn Fn([f32; 3]) -> f32| {
            pixels.iter().map(|pixel| f64::from(number(*pixel))).sum::<f64>() / pixels.len().max(1) as f64
        };
        let warmer = mean(&|[red, _, blue]| red - blue);
        let colourful = mean(&|pixel| {
            let (least, most) = pixel.iter().fold((1.0_f32, 0.0_f32), |(least, most), c| (least.min(*c), most.max(*c)));
            most - least
        });
        let light = mean(&lightness);
        let spread = mean(&|pixel| (f64::from(lightness(pixel)) - light).powi(2) as f32).sqrt();
        let excitement = 0.6 * colourful + spread + 2.0 * busyness(picture);
        // Facets in ochre and slate have 0.37, a woodcut 0.71.
        Self { warmth: (2.0 * warmer).clamp(-1.0, 1.0), energy: ((excitement - 0.3) / 0.45).clamp(0.0, 1.0) }
    }
}

/// As eyes weigh the colours (ITU-R BT.709).
fn lightness([red, green, blue]: [f32; 3]) -> f32 {
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// By how much neighbouring blocks differ, on average.
fn busyness(picture: &Picture) -> f64 {
    let (across, down) = (picture.width() / BLOCK, picture.height() / BLOCK);
    let blocks: Vec<f32> = (0..across * down)
        .map(|block| {
            let corner = block / across * BLOCK * picture.width() + block % across * BLOCK;
            let pixel = |n: usize| picture.pixels()[corner + n / BLOCK * picture.width() + n % BLOCK];
            (0..BLOCK * BLOCK).map(|n| lightness(pixel(n))).sum::<f32>() / (BLOCK * BLOCK) as f32
        })
        .collect();
    let right = (0..blocks.len()).filter(|n| n % across + 1 < across).map(|n| (n, n + 1));
    let below = (0..blocks.len().saturating_sub(across)).map(|n| (n, n + across));
    let pairs: Vec<(usize, usize)> = right.chain(below).collect();
    let sum: f64 = pairs.iter().map(|(a, b)| f64::from((blocks[*a] - blocks[*b]).abs())).sum();
    sum / pairs.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grey_picture_is_neither_warm_nor_lively() {
        let grey = Character::of(&Picture::new(16, 16, |_, _| [0.5; 3]));
        assert_eq!(grey, Character { warmth: 0.0, energy: 0.0 });
    }

    #[test]
    fn red_is_warm_and_blue_is_cold() {
        assert_eq!(Character::of(&Picture::new(16, 16, |_, _| [0.8, 0.1, 0.1])).warmth, 1.0);
        assert_eq!(Character::of(&Picture::new(16, 16, |_, _| [0.1, 0.1, 0.8])).warmth, -1.0);
    }

    #[test]
    fn stripes_are_livelier_than_two_halves_of_the_same_black_and_white() {
        let stripes = |wide: usize| Picture::new(64, 64, |x, _| [(x / wide % 2) as f32; 3]);
        let (wide, narrow) = (Character::of(&stripes(32)), Character::of(&stripes(16)));
        assert!(wide.energy < narrow.energy, "{wide:?} {narrow:?}");
    }

    #[test]
    fn a_picture_smaller_than_a_block_can_be_measured() {
        let Character { warmth, energy } = Character::of(&Picture::new(1, 1, |_, _| [1.0, 0.0, 0.0]));
        assert!(warmth == 1.0 && (0.0..=1.0).contains(&energy));
        assert!(Character::of(&Picture::new(0, 0, |_, _| [0.0; 3])).energy.is_finite());
    }
}
