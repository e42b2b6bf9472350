//! The whole algorithm: from the command line to the painting.

use crate::options::{Begin, Downhill, Halving, Options};
use crate::outputs::Outputs;
use crate::screen::{Screen, both};
use crate::weighted::Weighted;
use crate::{features, inputs, memory};
use anyhow::{Context as _, bail};
use generative_models::chart;
use generative_models::neural_style::{Colour, Losses, Optimiser, Painting, Start, Task};
use generative_models::vgg::{Layer, Pooling, Vgg};
use generative_models::{Picture, ctrl_c};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// The longer side, if nothing else is asked for.
const SIZE: usize = 512;

/// Adam's rate, if nothing else is asked for.
const RATE: f64 = 0.02;

pub(crate) fn paint(options: &Options, content: Option<&Path>, styles: &[(PathBuf, f64)]) -> anyhow::Result<()> {
    let read: Vec<&Path> = content.into_iter().chain(styles.iter().map(|(path, _)| path.as_path())).collect();
    let inputs: Vec<&Path> = read.iter().copied().chain(features::file(&options.features)).collect();
    let outputs = Outputs::new(options.out.as_deref(), options.loss_curve.as_ref().map(Option::as_deref), &inputs)?;
    let size = options.size.map_or(SIZE, |size| size as usize);
    let content = content.map(|path| inputs::read(path, Some(size))).transpose()?;
    let of_style = |(path, weight): &(PathBuf, f64)| Ok((inputs::read(path, Some(size))?, *weight));
    let styles = styles.iter().map(of_style).collect::<anyhow::Result<Vec<_>>>()?;
    let vgg = features::open(&options.features, options.seed.unwrap_or(0))?;
    let task = task(options, &vgg, content, styles, size)?;
    if let Some(every) = options.save_every {
        outputs.check_numbered(every as usize, task.iterations, &inputs)?;
    }
    let bytes = memory::check(size, options.anyway, |size| task.bytes_at(size, vgg.depth()))?;
    let (iterations, how) = (task.iterations, described(&task));
    let mut painting = Painting::new(&vgg, task)?;
    let (width, height) = painting.size();
    crate::say(format_args!("{} · {how} · {width} × {height} pixels · {}", vgg.describe(), memory::spoken(bytes)));

    let stopped = ctrl_c::flag().context("failed to listen for Ctrl-C")?;
    let mut screen = Screen::new(iterations);
    let every = options.save_every.map(|n| n as usize);
    let ending = run(&mut painting, iterations, &stopped, &mut |painting, losses| {
        let done = painting.iteration();
        screen.show(done, share(&painting.sizes(), done), losses);
        if every.is_some_and(|every| done % every == 0 && done < iterations) {
            painting.picture().save(&outputs.numbered(done))?;
        }
        Ok(())
    });
    screen.end();
    let picture = painting.picture();
    picture.save(&outputs.out)?;
    if let Some(curve) = &outputs.curve {
        let title = outputs.out.file_stem().unwrap_or_default().to_string_lossy();
        let chart = chart::losses(&title, painting.history(), painting.losses(), &enlarged(&painting.sizes()))
            .context("failed to draw the loss curve")?;
        std::fs::write(curve, chart).with_context(|| format!("failed to write `{}`", curve.display()))?;
    }
    let (out, done) = (outputs.out.display(), painting.iteration());
    if ending? {
        crate::say(format_args!("stopped after {done} of {iterations} evaluations; what there is is in {out}"));
    }
    let losses = painting.losses().map_or_else(String::new, |losses| format!(" · {}", both(losses)));
    writeln!(std::io::stdout(), "{out}: {width} × {height} pixels · {done} evaluations{losses}")?;
    Ok(())
}

/// Paints until it is done, or stopped: then it returns true.
pub(crate) fn run<'a>(
    painting: &mut Painting<'a>,
    iterations: usize,
    stopped: &AtomicBool,
    show: &mut dyn FnMut(&Painting<'a>, &Losses) -> anyhow::Result<()>,
) -> anyhow::Result<bool> {
    while let Some(losses) = painting.step() {
        show(painting, &losses)?;
        if !losses.total().is_finite() {
            let done = painting.iteration();
            bail!("the loss is no number any more after {done} evaluations; try smaller weights, or a smaller --rate");
        }
        if stopped.load(Ordering::Relaxed) {
            return Ok(painting.iteration() < iterations);
        }
    }
    Ok(false)
}

/// How much of the work is done after so many evaluations: one of twice the width and height takes four times as long.
fn share(sizes: &[(usize, usize, usize)], done: usize) -> f64 {
    let mut left = done;
    let (mut spent, mut all) = (0.0, 0.0);
    for (width, height, iterations) in sizes {
        let (here, pixels) = (left.min(*iterations), (width * height) as f64);
        left -= here;
        spent += here as f64 * pixels;
        all += *iterations as f64 * pixels;
    }
    if all > 0.0 { spent / all } else { 1.0 }
}

/// The evaluations after which the painting is made larger.
fn enlarged(sizes: &[(usize, usize, usize)]) -> Vec<usize> {
    let ends = sizes.iter().scan(0, |before, (_, _, iterations)| {
        *before += iterations;
        Some(*before)
    });
    ends.take(sizes.len().saturating_sub(1)).collect()
}

/// What is asked for, and the defaults of what is not.
fn task(
    options: &Options,
    vgg: &Vgg,
    content: Option<Picture>,
    mut styles: Vec<(Picture, f64)>,
    size: usize,
) -> anyhow::Result<Task> {
    let only = options.content_only.as_ref().or(options.style_only.as_ref());
    let only = only.map(|name| features::layer(vgg, name)).transpose()?;
    let mut task = match (content, only) {
        (Some(content), Some(layer)) => Task::content_only(content, layer),
        (Some(content), None) => {
            let Some((style, weight)) = styles.first().cloned() else { bail!("a content without a style") };
            let task = Task::new(content, style.clone());
            styles[0] = (style, weight);
            task
        }
        (None, layer) => {
            let Some((style, _)) = styles.first().cloned() else { bail!("a style is missing") };
            let layers = layer.map(features::up_to).unwrap_or_default();
            Task::style_only(style, &layers)
        }
    };
    task.styles = styles;
    task.size = size;
    set(options, &mut task)?;
    if !options.content_layers.is_empty() {
        task.content_layers = layers(vgg, &options.content_layers, 1.0)?;
    }
    if !options.style_layers.is_empty() {
        task.style_layers = layers(vgg, &options.style_layers, 1.0 / options.style_layers.len() as f64)?;
    }
    Ok(task)
}

/// All but pictures, size and layers.
pub(crate) fn set(options: &Options, task: &mut Task) -> anyhow::Result<()> {
    task.iterations = options.iterations.map_or(task.iterations, |n| n as usize);
    task.alpha = options.alpha.unwrap_or(task.alpha);
    task.beta = options.beta.unwrap_or(task.beta);
    task.variation = options.variation.unwrap_or(task.variation);
    task.scales = options.scales.map_or(task.scales, |n| n as usize);
    task.seed = options.seed.unwrap_or(task.seed);
    task.colour = if options.keep_colours { Colour::Kept } else { task.colour };
    task.pooling = match options.pooling {
        Some(Halving::Average) => Pooling::Average,
        Some(Halving::Max) => Pooling::Max,
        None => task.pooling,
    };
    task.start = match options.start {
        Some(Begin::Noise) => Start::Noise,
        Some(Begin::Content) => Start::Content,
        Some(Begin::Style) => Start::Style,
        None => task.start,
    };
    task.optimiser = match (options.optimiser, options.rate) {
        (Some(Downhill::Lbfgs), Some(_)) => bail!("--rate is Adam's; L-BFGS finds its steps itself"),
        (None, None) => task.optimiser,
        (Some(Downhill::Lbfgs), None) => Optimiser::Lbfgs { memory: 10 },
        (_, rate) => Optimiser::Adam { rate: rate.unwrap_or(RATE) },
    };
    Ok(())
}

fn layers(vgg: &Vgg, named: &[Weighted], other: f64) -> anyhow::Result<Vec<(Layer, f64)>> {
    named.iter().map(|named| Ok((features::layer(vgg, &named.name)?, named.weight_or(other)))).collect()
}

fn described(task: &Task) -> String {
    let layers = |layers: &[(Layer, f64)]| {
        layers.iter().map(|(layer, _)| features::name_of(*layer)).collect::<Vec<_>>().join(", ")
    };
    let content =
        task.content.as_ref().map(|_| format!("content by {} (α {})", layers(&task.content_layers), task.alpha));
    let style =
        (!task.styles.is_empty()).then(|| format!("style by {} (β {:e})", layers(&task.style_layers), task.beta));
    let optimiser = match task.optimiser {
        Optimiser::Adam { rate } => format!("Adam at {rate}"),
        Optimiser::Lbfgs { .. } => "L-BFGS".to_owned(),
    };
    content.into_iter().chain(style).chain([optimiser]).collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn large_evaluations_are_more_work_than_small_ones() {
        let sizes = [(10, 10, 60), (20, 20, 40)];
        assert_eq!(share(&sizes, 0), 0.0);
        assert_eq!(share(&sizes, 60), 6000.0 / 22_000.0);
        assert_eq!(share(&sizes, 100), 1.0);
        assert_eq!(share(&[], 1), 1.0);
        assert_eq!(enlarged(&sizes), [60]);
        assert!(enlarged(&[]).is_empty());
    }

    #[test]
    fn the_help_tells_the_defaults_that_there_are() {
        let picture = || Picture::new(16, 16, |_, _| [0.5; 3]);
        let task = Task::new(picture(), picture());
        let help = Options::command().render_long_help().to_string().replace("\n          ", " ");
        let of =
            |flag: &str| help.split(&format!("--{flag} <")).nth(1).unwrap().split("\n\n").next().unwrap().to_owned();
        let (content, style) = (&task.content_layers, &task.style_layers);
        let style: Vec<String> = style.iter().map(|(layer, _)| features::name_of(*layer)).collect();
        for (flag, default) in [
            ("size", format!("{SIZE};")),
            ("iterations", format!("{};", task.iterations)),
            ("alpha", format!("{}]", task.alpha)),
            ("beta", format!("{:e}]", task.beta)),
            ("variation", format!("{};", task.variation)),
            ("rate", format!("{RATE}]")),
            ("scales", format!("{}]", task.scales)),
            ("seed", format!("{}]", task.seed)),
            ("content-layers", format!("{}]", features::name_of(content[0].0))),
            ("style-layers", style.join(",")),
        ] {
            assert!(of(flag).contains(&format!("[default: {default}")), "{flag}: {default}, not {}", of(flag));
        }
        assert_eq!((task.pooling, task.start), (Pooling::Average, Start::Content));
        assert_eq!((task.optimiser, task.size), (Optimiser::Lbfgs { memory: 10 }, SIZE));
    }
}
