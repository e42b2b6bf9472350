//! What is to be painted: the pictures, and all that has a default.

use super::scales;
use crate::Picture;
use crate::vgg::{Depth, Layer, Pass, Pooling, Vgg};

/// What the picture begins as.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Start {
    /// White noise, as in the paper.
    Noise,
    /// The content.
    #[default]
    Content,
    /// The first style.
    Style,
}

/// How the picture goes downhill.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Optimiser {
    /// D. P. Kingma and J. Ba (2015); the rate is in units of a pixel's range (0–1).
    Adam {
        /// How far a pixel moves in a step, at most about.
        rate: f64,
    },
    /// D. C. Liu and J. Nocedal (1989), with this many remembered steps.
    Lbfgs {
        /// Steps remembered.
        memory: usize,
    },
}

/// Whose colours the painting has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Colour {
    /// The style's.
    #[default]
    Taken,
    /// The content's, each in its place.
    Kept,
}

/// A task for the painter. All but the pictures has a default.
#[derive(Debug, Clone)]
pub struct Task {
    /// p: what is painted. Without one, only the style is made.
    pub content: Option<Picture>,
    /// a: how it is painted, each with a weight (relative to their sum). Without one, only the content is made.
    pub styles: Vec<(Picture, f64)>,
    /// The layers of the content loss, with weights.
    pub content_layers: Vec<(Layer, f64)>,
    /// The layers of the style loss, with weights w_l.
    pub style_layers: Vec<(Layer, f64)>,
    /// α.
    pub alpha: f64,
    /// β.
    pub beta: f64,
    /// The weight of the total variation.
    pub variation: f64,
    /// How the network halves.
    pub pooling: Pooling,
    /// What the picture begins as; without a content or style to begin with, it is noise.
    pub start: Start,
    /// How it goes downhill.
    pub optimiser: Optimiser,
    /// Whose colours.
    pub colour: Colour,
    /// The longer side of the painting in pixels.
    pub size: usize,
    /// How many times smaller the painting begins: 1 at full size, 3 at a quarter, then a half, then whole.
    /// Scales whose shorter side is less than 32 pixels are left out.
    pub scales: usize,
    /// Evaluations of the losses in all, over all scales.
    pub iterations: usize,
    /// Where noise comes from.
    pub seed: u64,
}

/// What keeps a painting from being begun.
#[derive(Debug, thiserror::Error)]
pub enum StyleError {
    /// The task makes no sense.
    #[error("{0}")]
    Task(String),
}

/// A picture's shorter side has at least so many pixels: `relu5_1` sees it at a 16th.
const LEAST: usize = 16;

/// How large a style is looked at for a painting whose longer side is this long; however narrow it is, the deepest layers see it at a 16th.
pub(super) fn style_sides(style: &Picture, longest: usize) -> (usize, usize) {
    let (width, height) = scales::sides(style, longest);
    (width.max(LEAST), height.max(LEAST))
}

impl Task {
    /// A content in a style, with the paper's layers: `relu4_2`, and `relu1_1` … `relu5_1` with equal weights.
    #[must_use]
    pub fn new(content: Picture, style: Picture) -> Self {
        let layer = |block, number| Layer { block, number };
        Self {
            content: Some(content),
            styles: vec![(style, 1.0)],
            content_layers: vec![(layer(4, 2), 1.0)],
            style_layers: [1, 2, 3, 4, 5].map(|block| (layer(block, 1), 0.2)).to_vec(),
            alpha: 1.0,
            beta: 1e7,
            variation: 5.0,
            pooling: Pooling::default(),
            start: Start::default(),
            optimiser: Optimiser::Lbfgs { memory: 10 },
            colour: Colour::default(),
            size: 512,
            scales: 2,
            iterations: 200,
            seed: 0,
        }
    }

    /// Only what a layer keeps of a picture, from noise: the content reconstructions of the paper's figure 1.
    #[must_use]
    pub fn content_only(content: Picture, layer: Layer) -> Self {
        let mut task = Self::new(content, Picture::new(0, 0, |_, _| [0.0; 3]));
        task.styles.clear();
        task.content_layers = vec![(layer, 1.0)];
        (task.start, task.variation) = (Start::Noise, 0.0);
        task
    }

    /// Only how a picture is painted, as the layers see it, from noise: the style reconstructions of the paper's figure 1.
    #[must_use]
    pub fn style_only(style: Picture, layers: &[Layer]) -> Self {
        let mut task = Self::new(Picture::new(0, 0, |_, _| [0.0; 3]), style);
        task.content = None;
        task.style_layers = layers.iter().map(|layer| (*layer, 1.0 / layers.len() as f64)).collect();
        (task.start, task.variation) = (Start::Noise, 0.0);
        task
    }

    /// Bytes that a painting takes with a network of this depth, whose weights as it packs them are among them: for an estimate
    /// before one begins.
    #[must_use]
    pub fn bytes(&self, depth: Depth) -> u64 {
        self.bytes_at(self.size, depth)
    }

    /// The same, if its longer side were of this size.
    #[must_use]
    pub fn bytes_at(&self, size: usize, depth: Depth) -> u64 {
        let Some(until) = self.until() else { return 0 };
        let (width, height) = self.sides_at(size);
        // Two of the widest layers' matrices and what they are added up in, at most.
        let grams = 40 << 20;
        let pixels = (width * height) as u64;
        let numbers = |layer: Layer| {
            let channels = [64, 128, 256, 512, 512][usize::from(layer.block.clamp(1, 5)) - 1];
            channels * (pixels >> (2 * (layer.block.clamp(1, 5) - 1)))
        };
        let targets: u64 = match self.content {
            Some(_) => self.content_layers.iter().map(|(layer, _)| 4 * numbers(*layer)).sum(),
            None => 0,
        };
        let vectors = match self.optimiser {
            Optimiser::Adam { .. } => 4,
            Optimiser::Lbfgs { memory } => 6 + 2 * memory as u64,
        };
        // The styles are looked at before the painting is.
        let looks = self.styles.iter().map(|(a, _)| style_sides(a, size)).chain([(width, height)]);
        let most = looks.map(|(width, height)| Pass::bytes(depth, width, height, until)).max().unwrap_or(0);
        most + targets + grams + vectors * pixels * 12
    }

    /// The layers whose losses count, the content's and the style's; each at most once.
    pub(super) fn counted(&self) -> [Vec<(Layer, f64)>; 2] {
        let of = |counts: bool, layers: &[(Layer, f64)]| {
            let mut counted: Vec<(Layer, f64)> = Vec::new();
            for (layer, weight) in layers.iter().filter(|(_, weight)| counts && *weight > 0.0) {
                match counted.iter_mut().find(|(known, _)| known == layer) {
                    Some((_, sum)) => *sum += weight,
                    None => counted.push((*layer, *weight)),
                }
            }
            counted
        };
        let content = self.content.is_some() && self.alpha > 0.0;
        let style = !self.styles.is_empty() && self.beta > 0.0;
        [of(content, &self.content_layers), of(style, &self.style_layers)]
    }

    /// The deepest layer that counts.
    pub(super) fn until(&self) -> Option<Layer> {
        self.counted().iter().flatten().map(|(layer, _)| *layer).max()
    }

    /// The painting's width and height: the content's shape, else the first style's.
    pub(super) fn sides(&self) -> (usize, usize) {
        self.sides_at(self.size)
    }

    fn sides_at(&self, size: usize) -> (usize, usize) {
        match self.content.as_ref().or(self.styles.first().map(|(style, _)| style)) {
            Some(picture) => scales::sides(picture, size),
            None => (0, 0),
        }
    }

    /// Says what makes no sense, if anything.
    pub(super) fn check(&self, vgg: &Vgg) -> Result<(), StyleError> {
        let failed = |what: String| Err(StyleError::Task(format!("failed to begin a painting: {what}")));
        let pictures = self.content.iter().map(|p| ("content", p)).chain(self.styles.iter().map(|(a, _)| ("style", a)));
        for (name, picture) in pictures.clone() {
            let (width, height) = (picture.width(), picture.height());
            if width.min(height) < LEAST {
                return failed(format!(
                    "the {name} is {width} × {height} pixels, too small to be looked at (give it at least {LEAST} each way)"
                ));
            }
            if picture.pixels().as_flattened().iter().any(|x| !x.is_finite()) {
                return failed(format!("the {name} has a pixel that is no number"));
            }
        }
        if pictures.count() == 0 {
            return failed("there is neither a content nor a style (give it one or both)".to_owned());
        }
        let weights = [("α", self.alpha), ("β", self.beta), ("the weight of the total variation", self.variation)];
        let styles = self.styles.iter().map(|(_, weight)| ("the weight of a style", *weight));
        let layers = self.content_layers.iter().chain(&self.style_layers);
        let of_layers = layers.clone().map(|(_, weight)| ("the weight of a layer", *weight));
        if let Some((name, weight)) =
            weights.into_iter().chain(styles).chain(of_layers).find(|(_, w)| !w.is_finite() || *w < 0.0)
        {
            return failed(format!("{name} is {weight} (a weight is 0 or more)"));
        }
        if !self.styles.is_empty() && self.styles.iter().all(|(_, weight)| *weight == 0.0) {
            return failed("all styles have weight 0 (give one of them more, or leave them out)".to_owned());
        }
        let known = vgg.layers();
        if let Some((layer, _)) = layers.clone().find(|(layer, _)| !known.contains(layer)) {
            let (block, number) = (layer.block, layer.number);
            return failed(format!("{} has no layer relu{block}_{number}", vgg.describe()));
        }
        if self.until().is_none() {
            return failed(
                "no layer's loss counts (give the content or the style a layer, and α or β more than 0)".to_owned(),
            );
        }
        match self.optimiser {
            Optimiser::Adam { rate } if !(rate > 0.0 && rate.is_finite()) => {
                return failed(format!("Adam's rate is {rate} (0.02 is usual)"));
            }
            Optimiser::Lbfgs { memory: 0 } => {
                return failed("L-BFGS is to remember no step (10 are usual)".to_owned());
            }
            _ => {}
        }
        let (width, height) = self.sides();
        if width.min(height) < LEAST {
            return failed(format!(
                "a size of {} makes it {width} × {height} pixels (it needs at least {LEAST} each way)",
                self.size
            ));
        }
        Ok(())
    }
}
