//! What can be asked for, and what of it makes sense together.

use crate::weighted::Weighted;
use anyhow::bail;
use clap::{Parser, ValueEnum};
use std::path::PathBuf;

/// Paint a picture in the style of others.
///
/// The algorithm is that of Gatys, Ecker and Bethge, "A Neural Algorithm of Artistic Style" (2015). A network that learnt to tell
/// what is in photos (VGG) looks at the CONTENT, at the STYLE, and at a picture that is to be. That picture is changed, evaluation
/// by evaluation, to make small
///
/// loss = α · content + β · style
///
/// where content is how far the activations of a deep layer are from those of CONTENT, and style is how far the correlations
/// between the channels of several layers (Gram matrices) are from those of STYLE. A larger β/α paints more and resembles less;
/// deeper style layers give larger strokes.
#[derive(Debug, Parser)]
#[command(
    name = "stylise",
    override_usage = "stylise [OPTIONS] CONTENT STYLE[=WEIGHT]… -o OUT.png
       stylise CONTENT --fast STYLE[=WEIGHT]… -o OUT.png     (at once; `--fast list` names the styles)
       stylise CONTENT STYLE --figure -o OUT.png             (what the layers see, as in the paper)
       stylise PICTURE --content-only LAYER -o OUT.png
       stylise PICTURE --style-only LAYER -o OUT.png",
    after_help = "Examples:
  stylise cat.jpg waves.jpg -o cat.png
  stylise cat.jpg waves.jpg -o cat.png --beta 1e8 --start noise --save-every 20 --loss-curve
  stylise cat.jpg waves.jpg=0.7 mosaic.png=0.3 -o cat.png --size 768 --keep-colours
  stylise cat.jpg waves.jpg -o cat.png --style-layers relu1_1,relu2_1=0.5,relu3_1=0.2
  stylise cat.jpg --content-only relu4_2 -o what-relu4_2-keeps.png
  stylise cat.jpg waves.jpg --figure -o layers.png
  stylise cat.jpg --fast starlight=2 mosaic -o cat.png

Pictures to begin with are in generative-models/pictures, styles in musebots/visualiser/styles.

Ctrl-C saves the picture as it is; a second one ends at once. The same command with the same seed makes the same
file on the same machine with the same build."
)]
pub(crate) struct Options {
    /// What is painted, then how: one style or several, each with a weight if one likes (PNG, JPEG or WebP).
    #[arg(value_name = "CONTENT STYLE[=WEIGHT]", hide_possible_values = true)]
    pub(crate) pictures: Vec<PathBuf>,
    /// The file to write: .png, .jpg or .webp. It is never one of the pictures that are read.
    #[arg(short, long, value_name = "OUT.png")]
    pub(crate) out: Option<PathBuf>,

    /// The longer side of the painting in pixels [default: 512; with --figure 224, of each of its pictures; with --fast the content's].
    #[arg(long, value_name = "PIXELS", value_parser = clap::value_parser!(u64).range(16..=16384))]
    pub(crate) size: Option<u64>,
    /// Evaluations of the losses, each a step [default: 200; with --figure 100 for each of its ten pictures].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub(crate) iterations: Option<u64>,
    /// α, the weight of the content [default: 1].
    #[arg(long, value_name = "α")]
    pub(crate) alpha: Option<f64>,
    /// β, the weight of the style [default: 1e7]. Ten times more, and the style wins; ten times less, and it is a tint.
    #[arg(long, value_name = "β")]
    pub(crate) beta: Option<f64>,
    /// Where the content is compared, each layer with a weight if one likes [default: relu4_2]. A higher layer keeps less of it.
    #[arg(long, value_name = "LAYER[=WEIGHT],…", value_delimiter = ',')]
    pub(crate) content_layers: Vec<Weighted>,
    /// Where the style is compared [default: relu1_1,relu2_1,relu3_1,relu4_1,relu5_1, a fifth each].
    #[arg(long, value_name = "LAYER[=WEIGHT],…", value_delimiter = ',')]
    pub(crate) style_layers: Vec<Weighted>,
    /// What the painting begins as [default: content; with only content or only style: noise].
    #[arg(long, value_enum)]
    pub(crate) start: Option<Begin>,
    /// How the loss is made smaller [default: lbfgs].
    #[arg(long, value_enum)]
    pub(crate) optimiser: Option<Downhill>,
    /// Adam's rate: how far a pixel (0–1) moves in a step, about [default: 0.02]. Takes Adam.
    #[arg(long, value_name = "RATE")]
    pub(crate) rate: Option<f64>,
    /// How many sizes the painting goes through, each twice the last; small ones are quick, and lay out the large shapes [default: 2].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=8))]
    pub(crate) scales: Option<u64>,
    /// How the network halves what it sees; the paper likes the average better [default: average].
    #[arg(long, value_enum)]
    pub(crate) pooling: Option<Halving>,
    /// The weight of the total variation, which smoothes [default: 5; with only content or only style 0].
    #[arg(long, value_name = "WEIGHT")]
    pub(crate) variation: Option<f64>,
    /// Keep the content's colours, and take only the style's strokes.
    #[arg(long)]
    pub(crate) keep_colours: bool,
    /// Where noise, and random weights, come from [default: 0].
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,

    /// Write the painting also every so many evaluations: OUT-0010.png, OUT-0020.png …
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) save_every: Option<u64>,
    /// Draw how the losses fell, into a PNG file [without a name: OUT-losses.png].
    #[arg(long, value_name = "PATH.png", require_equals = true, num_args = 0..=1)]
    pub(crate) loss_curve: Option<Option<PathBuf>>,
    /// Who looks: vgg16 (comes with the project), vgg16=PATH or vgg19=PATH (safetensors), or random (weights that learnt nothing, to
    /// see what learning does). It is always said which, and how pixels enter: with names like features.0.weight as torchvision's
    /// networks take them, with names like conv1_1.weight as Oxford's; where a file's metadata has `input`, such as `RGB, 0-255`,
    /// that decides.
    #[arg(long, value_name = "FEATURES", default_value = "vgg16")]
    pub(crate) features: String,

    /// Make only the content, from noise, as this layer sees it.
    #[arg(long, value_name = "LAYER", conflicts_with_all = ["style_only", "figure", "fast", "content_layers", "style_layers", "beta"])]
    pub(crate) content_only: Option<String>,
    /// Make only the style, from noise, as the first layers of the blocks up to this one see it.
    #[arg(long, value_name = "LAYER", conflicts_with_all = ["figure", "fast", "content_layers", "style_layers", "alpha", "keep_colours"])]
    pub(crate) style_only: Option<String>,
    /// Draw the paper's figure of one's own pictures, in some minutes: what each layer keeps of the content, and of the style.
    #[arg(long, conflicts_with_all = ["fast", "save_every", "loss_curve", "content_layers", "style_layers", "keep_colours", "start"])]
    pub(crate) figure: bool,
    /// Paint at once, by a network that learnt these styles; `list` names them.
    #[arg(long, value_name = "STYLE[=WEIGHT]", num_args = 1.., value_delimiter = ',', conflicts_with_all = OF_THE_PAINTER)]
    pub(crate) fast: Vec<Weighted>,

    /// Processor threads [default: all]. The picture does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1024))]
    pub(crate) threads: Option<u64>,
    /// Begin even if there seems to be too little memory.
    #[arg(long)]
    pub(crate) anyway: bool,
}

/// What the fast network knows nothing of.
const OF_THE_PAINTER: [&str; 16] = [
    "iterations",
    "alpha",
    "beta",
    "content_layers",
    "style_layers",
    "start",
    "optimiser",
    "rate",
    "scales",
    "pooling",
    "variation",
    "keep_colours",
    "seed",
    "save_every",
    "loss_curve",
    "features",
];

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Begin {
    /// White noise, as in the paper
    Noise,
    Content,
    /// The first style
    Style,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Downhill {
    Adam,
    Lbfgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Halving {
    Average,
    Max,
}

/// What is to be done.
#[derive(Debug, PartialEq)]
pub(crate) enum Job {
    /// Name the styles of the fast network.
    List,
    /// Paint at once.
    Fast { content: PathBuf, styles: Vec<Weighted> },
    /// Draw what the layers see.
    Figure { content: PathBuf, style: PathBuf },
    /// Paint, with both or with only one of them.
    Paint { content: Option<PathBuf>, styles: Vec<(PathBuf, f64)> },
}

impl Options {
    pub(crate) fn job(&self) -> anyhow::Result<Job> {
        let pictures = &self.pictures[..];
        if let [Weighted { name, weight: None }] = &self.fast[..]
            && name == "list"
        {
            return Ok(Job::List);
        }
        if !self.fast.is_empty() {
            return match pictures {
                [content] => Ok(Job::Fast { content: content.clone(), styles: self.fast.clone() }),
                [] => bail!("--fast paints one picture, and none is named: stylise CONTENT --fast STYLE -o OUT.png"),
                _ => {
                    bail!("--fast paints one picture, and its styles have names of their own; `--fast list` shows them")
                }
            };
        }
        if self.content_only.is_some() {
            let [content] = pictures else { bail!("--content-only takes one picture, not {}", pictures.len()) };
            if matches!(self.start, Some(Begin::Style)) {
                bail!("--content-only has no style to start from; --start noise or --start content");
            }
            return Ok(Job::Paint { content: Some(content.clone()), styles: Vec::new() });
        }
        let styles = |paths: &[PathBuf]| paths.iter().map(|path| crate::weighted::path(path)).collect();
        if self.style_only.is_some() {
            if pictures.is_empty() {
                bail!("--style-only takes the picture whose style is made, and none is named");
            }
            if matches!(self.start, Some(Begin::Content)) {
                bail!("--style-only has no content to start from; --start noise or --start style");
            }
            return Ok(Job::Paint { content: None, styles: styles(pictures) });
        }
        match pictures {
            [] => bail!("nothing to paint: stylise CONTENT STYLE -o OUT.png; --help says more"),
            [_] => bail!(
                "a content without a style: name a picture to paint like, or --content-only LAYER, or --fast STYLE"
            ),
            [content, style] if self.figure => {
                Ok(Job::Figure { content: content.clone(), style: crate::weighted::path(style).0 })
            }
            [..] if self.figure => bail!("--figure takes one content and one style, not {} pictures", pictures.len()),
            [content, rest @ ..] => Ok(Job::Paint { content: Some(content.clone()), styles: styles(rest) }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    fn job(words: &str) -> Result<Job, String> {
        let options = Options::try_parse_from(format!("stylise {words}").split(' ')).map_err(|e| e.to_string())?;
        options.job().map_err(|e| e.to_string())
    }

    #[test]
    fn the_command_line_is_sound() {
        Options::command().debug_assert();
    }

    #[test]
    fn what_is_asked_for_is_what_is_done() {
        let content = || PathBuf::from("a.png");
        assert_eq!(job("--fast list"), Ok(Job::List));
        let styles = vec!["wave".parse().unwrap(), "rain=0.5".parse().unwrap()];
        assert_eq!(job("a.png --fast wave rain=0.5 -o b.png"), Ok(Job::Fast { content: content(), styles }));
        assert_eq!(
            job("a.png b.png=0.5 c.png -o d.png"),
            Ok(Job::Paint { content: Some(content()), styles: vec![("b.png".into(), 0.5), ("c.png".into(), 1.0)] })
        );
        assert_eq!(job("a.png b.png --figure"), Ok(Job::Figure { content: content(), style: "b.png".into() }));
        assert_eq!(job("a.png --content-only relu1_1"), Ok(Job::Paint { content: Some(content()), styles: vec![] }));
        assert_eq!(job("a.png --style-only relu1_1"), Ok(Job::Paint { content: None, styles: vec![(content(), 1.0)] }));
    }

    #[test]
    fn what_makes_no_sense_says_what_to_write() {
        for (words, says) in [
            ("-o a.png", "stylise CONTENT STYLE -o OUT.png"),
            ("a.png -o b.png", "a content without a style"),
            ("--fast wave -o b.png", "none is named"),
            ("a.png b.png c.png --figure", "not 3 pictures"),
            ("a.png b.png --content-only relu1_1", "one picture, not 2"),
            ("a.png b.png --size 3", "16..=16384"),
            ("a.png b.png --content-only relu1_1 --style-only relu1_1", "cannot be used with"),
            ("a.png b.png --style-layers relu1_1=much", "`much`"),
            ("a.png --fast wave --beta 1e8", "cannot be used with"),
            ("a.png --fast wave --iterations 10", "cannot be used with"),
            ("a.png --fast wave --features random", "cannot be used with"),
            ("a.png --style-only relu1_1 --style-layers relu2_1", "cannot be used with"),
            ("a.png --style-only relu1_1 --keep-colours", "cannot be used with"),
            ("a.png --style-only relu1_1 --start content", "--start style"),
            ("a.png --content-only relu1_1 --content-layers relu2_1", "cannot be used with"),
            ("a.png --content-only relu1_1 --start style", "--start content"),
        ] {
            let said = job(words).unwrap_err();
            assert!(said.contains(says), "{words}: {said}");
        }
    }
}
