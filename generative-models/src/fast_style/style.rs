//! What the styles are called, and how they look.

use super::STYLES;

/// A style of the network. Its figures are means over what it paints of six photographs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Style {
    /// A word for what it looks like.
    pub name: &'static str,
    /// How much more red there is than blue, compared with the other styles: −1 cold to 1 warm.
    pub warmth: f32,
    /// How much changes from pixel to pixel (the logarithm of the gradient's magnitude): 0 the calmest to 1 the most agitated.
    pub energy: f32,
    /// How light it is: 0 black to 1 white.
    pub light: f32,
}

/// All styles, in the order of their weights.
pub(super) const ALL: [Style; STYLES] = [
    style("fresco", 0.21, 0.35, 0.60),
    style("hornet", 0.51, 0.47, 0.63),
    style("charcoal", -0.13, 0.40, 0.57),
    style("carnival", -0.13, 0.64, 0.27),
    style("wine", 0.52, 0.57, 0.56),
    style("autumn", 0.37, 0.45, 0.44),
    style("midnight", -0.81, 0.48, 0.23),
    style("lantern", 0.08, 0.12, 0.27),
    style("crayon", -0.24, 0.61, 0.80),
    style("mosaic", -0.42, 0.68, 0.48),
    style("copper", 0.41, 0.41, 0.33),
    style("etching", 0.69, 0.61, 0.65),
    style("haze", 0.09, 0.18, 0.62),
    style("jungle", 0.10, 0.76, 0.42),
    style("frost", -0.69, 0.18, 0.70),
    style("glass", -0.09, 0.84, 0.68),
    style("twilight", -0.74, 0.46, 0.39),
    style("weave", 1.00, 0.54, 0.33),
    style("sepia", 0.63, 0.50, 0.63),
    style("starlight", -0.87, 1.00, 0.44),
    style("ember", 0.70, 0.18, 0.17),
    style("cutout", -0.10, 0.46, 0.59),
    style("comic", -0.35, 0.52, 0.45),
    style("shadow", -0.30, 0.00, 0.40),
    style("wave", -0.22, 0.51, 0.61),
    style("tapestry", -0.21, 0.74, 0.40),
];

const fn style(name: &'static str, warmth: f32, energy: f32, light: f32) -> Style {
    Style { name, warmth, energy, light }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Picture;
    use crate::fast_style::FastStyle;

    #[test]
    fn every_style_has_a_name_of_its_own_that_is_one_small_word() {
        let mut names = FastStyle::names().to_vec();
        assert!(names.iter().all(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase())));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), STYLES);
    }

    #[test]
    fn the_figures_stay_within_their_bounds() {
        for style in FastStyle::styles() {
            assert!((-1.0..=1.0).contains(&style.warmth), "{style:?}");
            assert!((0.0..=1.0).contains(&style.energy) && (0.0..=1.0).contains(&style.light), "{style:?}");
        }
    }

    /// The mean over a painted picture of red less blue, and of all three.
    fn warmth_and_light(style: usize) -> (f32, f32) {
        let from =
            Picture::new(48, 48, |x, y| [(x as f32 / 47.0), (x + y) as f32 / 94.0, ((x / 8 + y / 8) % 2) as f32]);
        let mut weights = [0.0; STYLES];
        weights[style] = 1.0;
        let mut to = from.clone();
        FastStyle::shipped().paint(&from, &weights, &mut to);
        let sum = to.pixels().iter().fold((0.0, 0.0), |(w, l), [r, g, b]| (w + r - b, l + (r + g + b) / 3.0));
        (sum.0 / 2304.0, sum.1 / 2304.0)
    }

    #[test]
    fn warm_styles_paint_warmer_and_light_ones_lighter() {
        let by = |key: fn(&Style) -> f32| {
            let mut order: Vec<usize> = (0..STYLES).collect();
            order.sort_by(|a, b| key(&ALL[*a]).total_cmp(&key(&ALL[*b])));
            (order[..3].to_vec(), order[STYLES - 3..].to_vec())
        };
        let (cold, warm) = by(|style| style.warmth);
        let warmth = |styles: &[usize]| styles.iter().map(|s| warmth_and_light(*s).0).sum::<f32>();
        assert!(warmth(&warm) > warmth(&cold) + 0.3);
        let (dark, light) = by(|style| style.light);
        let lightness = |styles: &[usize]| styles.iter().map(|s| warmth_and_light(*s).1).sum::<f32>();
        assert!(lightness(&light) > lightness(&dark) + 0.6);
    }
}
