//! `--figure`: the paper's figure 1 of one's own pictures. From the left to the right, what higher and higher layers keep: above of
//! the content, below of the style.

use crate::options::Options;
use crate::outputs::Outputs;
use crate::screen::Screen;
use crate::{features, inputs, memory, paint};
use anyhow::Context as _;
use generative_models::chart::{Canvas, Colour};
use generative_models::neural_style::{Painting, Task};
use generative_models::vgg::{Layer, Vgg};
use generative_models::{Picture, ctrl_c};
use std::io::Write as _;
use std::path::Path;

/// The longer side of a picture in it, if nothing else is asked for.
const SIZE: usize = 224;
/// Evaluations for each of its pictures, if nothing else is asked for.
const ITERATIONS: usize = 100;
const BLOCKS: u8 = 5;
/// Between pictures.
const GAP: usize = 12;
/// Above the pictures.
const TITLE: usize = 40;
/// Above the lower row.
const NAMES: usize = 34;
const INK: Colour = [40, 40, 48];
const QUIET: Colour = [110, 110, 120];

pub(crate) fn draw(options: &Options, content: &Path, style: &Path) -> anyhow::Result<()> {
    let inputs: Vec<&Path> = [content, style].into_iter().chain(features::file(&options.features)).collect();
    let outputs = Outputs::new(options.out.as_deref(), None, &inputs)?;
    let size = options.size.map_or(SIZE, |size| size as usize);
    let content = inputs::read(content, Some(size))?.with_longest(size);
    let style = inputs::read(style, Some(size))?.with_longest(size);
    let vgg = features::open(&options.features, options.seed.unwrap_or(0))?;

    let tasks = tasks(options, &content, &style)?;
    let most = |size| tasks.iter().map(|task| task.bytes_at(size, vgg.depth())).max().unwrap_or(0);
    memory::check(size, options.anyway, most)?;
    let all: usize = tasks.iter().map(|task| task.iterations).sum();
    crate::say(format_args!("{} · {} pictures, {all} evaluations", vgg.describe(), tasks.len()));

    let stopped = ctrl_c::flag().context("failed to listen for Ctrl-C")?;
    let mut screen = Screen::new(all);
    let (mut before, mut made) = (0, Vec::new());
    for (n, mut task) in tasks.into_iter().enumerate() {
        let (row, layer) = (["content", "style"][n / usize::from(BLOCKS)], column(n));
        screen.set_part(&format!("{row}, {}", features::name_of(layer)));
        let iterations = task.iterations;
        task.size = size;
        let mut painting = Painting::new(&vgg, task)?;
        let is_stopped = paint::run(&mut painting, iterations, &stopped, &mut |painting, losses| {
            let done = before + painting.iteration();
            screen.show(done, done as f64 / all as f64, losses);
            Ok(())
        })?;
        before += iterations;
        made.push(painting.picture());
        if is_stopped {
            break;
        }
    }
    screen.end();
    let canvas = canvas(&vgg, &content, &style, &made);
    canvas.save(&outputs.out)?;
    let (out, whole) = (outputs.out.display(), 2 * usize::from(BLOCKS));
    if made.len() < whole {
        crate::say(format_args!("stopped at picture {} of {whole}; what there is is in {out}", made.len()));
    }
    writeln!(std::io::stdout(), "{out}: {} × {} pixels · {}", canvas.width(), canvas.height(), vgg.describe())?;
    Ok(())
}

/// Which layer the picture `n` is made from.
fn column(n: usize) -> Layer {
    Layer { block: (n % usize::from(BLOCKS)) as u8 + 1, number: 1 }
}

/// The upper row, then the lower.
fn tasks(options: &Options, content: &Picture, style: &Picture) -> anyhow::Result<Vec<Task>> {
    let row = 0..usize::from(BLOCKS);
    let contents = row.clone().map(|n| Task::content_only(content.clone(), column(n)));
    let styles = row.map(|n| Task::style_only(style.clone(), &features::up_to(column(n))));
    contents
        .chain(styles)
        .map(|mut task| {
            // Small pictures: one size is enough.
            (task.scales, task.iterations) = (1, ITERATIONS);
            paint::set(options, &mut task)?;
            Ok(task)
        })
        .collect()
}

fn canvas(vgg: &Vgg, content: &Picture, style: &Picture, made: &[Picture]) -> Picture {
    let columns = usize::from(BLOCKS) + 1;
    let cell_width = content.width().max(style.width());
    let left = |column: usize| GAP + column * (cell_width + GAP);
    let (width, lower) = (left(columns), TITLE + NAMES + content.height() + GAP);
    let mut canvas = Canvas::new(width, lower + NAMES + style.height() + TITLE);
    for (row, (top, original)) in [(TITLE, content), (lower, style)].into_iter().enumerate() {
        let first = row * usize::from(BLOCKS);
        let originals = std::iter::once((["the content", "the style"][row].to_owned(), original));
        let of_layers = made.iter().enumerate().skip(first).take(usize::from(BLOCKS));
        let name = |n: usize| {
            let layer = features::name_of(column(n));
            if row == 1 && column(n).block > 1 { format!("relu1_1 … {layer}") } else { layer }
        };
        for (column, (name, picture)) in originals.chain(of_layers.map(|(n, p)| (name(n), p))).enumerate() {
            let middle = left(column) + cell_width / 2;
            canvas.text(&name, 15.0, (middle as f32, (top + NAMES / 2) as f32), 0.5, INK);
            canvas.paste(&picture.to_bytes(), picture.width(), (middle - picture.width() / 2, top + NAMES));
        }
    }
    let heading = "What the layers keep: of the content (above) and of the style (below)";
    canvas.text(heading, 18.0, (GAP as f32, TITLE as f32 / 2.0), 0.0, INK);
    let foot = (lower + NAMES + style.height() + TITLE / 2) as f32;
    canvas.text(vgg.describe(), 14.0, (GAP as f32, foot), 0.0, QUIET);
    let pixel = |x, y| canvas.pixel(x, y).map(|c| f32::from(c) / 255.0);
    Picture::new(width, lower + NAMES + style.height() + TITLE, pixel)
}
