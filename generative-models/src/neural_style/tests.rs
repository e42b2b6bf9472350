//! The formulas against the definitions and against differences, and whole paintings with small pictures.

use super::*;
use crate::vgg::Depth;

fn numbers(count: usize, seed: usize) -> Vec<f32> {
    (0..count).map(|n| ((n * 7919 + seed * 104_729) % 1009) as f32 / 504.5 - 0.9).map(|x| x.max(0.0)).collect()
}

fn features(height: usize, width: usize, channels: usize, numbers: &[f32]) -> Features<'_> {
    Features { height, width, channels, numbers }
}

/// E_l as the paper has it, in 64 bits, for F and A of the same number of places.
fn e(f: &[f64], a: &[f64], n: usize) -> f64 {
    let m = f.len() / n;
    let gram = |f: &[f64], i: usize, j: usize| (0..m).map(|k| f[k * n + i] * f[k * n + j]).sum::<f64>();
    let squares = (0..n * n).map(|c| (gram(f, c / n, c % n) - gram(a, c / n, c % n)).powi(2));
    squares.sum::<f64>() / (4.0 * (n * n * m * m) as f64)
}

fn wide(numbers: &[f32], scale: f64) -> Vec<f64> {
    numbers.iter().map(|x| f64::from(*x) / scale).collect()
}

/// A style's Gram matrix, per place.
fn per_place(numbers: &[f32], channels: usize) -> Vec<f64> {
    let places = (numbers.len() / channels) as f64;
    Gram::default().of(Level::best(), channels, numbers).iter().map(|g| g / places).collect()
}

#[test]
fn the_content_loss_and_its_gradient_are_what_the_paper_says() {
    let (f, p) = (numbers(3 * 5 * 20, 1), numbers(3 * 5 * 20, 2));
    let mut df = vec![1.0; f.len()];
    let loss = content(0.3, 2.0, features(3, 5, 20, &f), &p, &mut df);
    let (f, p) = (wide(&f, 2.0), wide(&p, 2.0));
    let exact = 0.3 * 0.5 * f.iter().zip(&p).map(|(f, p)| (f - p).powi(2)).sum::<f64>();
    assert!((loss / exact - 1.0).abs() < 1e-6, "{loss} for {exact}");
    for (n, df) in df.iter().enumerate() {
        // ∂L/∂(2F) is half of ∂L/∂F.
        let exact = 1.0 + 0.3 * (f[n] - p[n]) / 2.0;
        assert!((f64::from(*df) - exact).abs() < 1e-6);
    }
}

#[test]
fn the_style_loss_and_its_gradient_are_what_the_paper_says() {
    let (height, width, channels) = (4, 7, 18);
    let (f, a) = (numbers(28 * 18, 3), numbers(28 * 18, 4));
    let mut df = vec![0.5; f.len()];
    let targets = per_place(&a, channels);
    let of = features(height, width, channels, &f);
    let loss = style(7.0, 0.5, of, &targets, &mut df, &mut Matrices::default());
    let (f, a) = (wide(&f, 0.5), wide(&a, 0.5));
    let exact = 7.0 * e(&f, &a, channels);
    assert!((loss / exact - 1.0).abs() < 1e-5, "{loss} for {exact}");
    for n in 0..f.len() {
        let at = |h: f64| {
            let mut f = f.clone();
            f[n] += h;
            7.0 * e(&f, &a, channels)
        };
        let slope = (at(1e-4) - at(-1e-4)) / 2e-4 / 0.5;
        assert!(
            (f64::from(df[n]) - 0.5 - slope).abs() < 1e-5 * (1.0 + slope.abs()),
            "{n}: {} for {slope}",
            df[n] - 0.5
        );
    }
}

#[test]
fn a_style_of_another_size_and_the_same_texture_costs_nothing() {
    let (f, channels) = (numbers(12 * 18, 5), 18);
    let twice: Vec<f32> = f.iter().chain(&f).copied().collect();
    let mut df = vec![0.0; twice.len()];
    let of = features(6, 4, channels, &twice);
    let loss = style(1.0, 1.0, of, &per_place(&f, channels), &mut df, &mut Matrices::default());
    assert!(loss < 1e-10, "{loss}");
    assert!(df.iter().all(|df| df.abs() < 1e-6));
}

/// A picture with shapes and colours of its own.
fn picture(width: usize, height: usize, seed: usize) -> Picture {
    let wave = |x: usize, y: usize, c: usize| {
        let turn = (x * (seed + 1)) as f32 * 0.13 + (y * (c + 1)) as f32 * 0.21 + (seed * 7 + c) as f32;
        turn.sin() * (y as f32 * 0.05 + seed as f32).cos()
    };
    Picture::new(width, height, |x, y| [0, 1, 2].map(|c| 0.5 + 0.4 * wave(x, y, c)))
}

fn small() -> Task {
    let mut task = Task::new(picture(60, 44, 1), picture(50, 50, 2));
    (task.size, task.iterations) = (48, 12);
    task
}

fn vgg() -> Vgg {
    Vgg::random(Depth::Sixteen, 7)
}

fn painted(vgg: &Vgg, task: Task) -> (Picture, Vec<Losses>) {
    let mut painting = Painting::new(vgg, task).unwrap();
    while painting.step().is_some() {}
    (painting.picture(), painting.history().to_vec())
}

#[test]
fn the_gradient_of_the_total_is_what_differences_say() {
    let (vgg, mut task) = (vgg(), small());
    (task.variation, task.beta) = (3.0, 1e4);
    let x = picture(48, 35, 3);
    let goal =
        Goal::new(&vgg, &task, task.content.as_ref().map(|p| p.resized(48, 35)).as_ref(), &task.styles, (48, 35));
    let (goal, mut scratch) = (goal.unwrap(), Scratch::default());
    let mut gradient = vec![[0.0; 3]; 48 * 35];
    let mut shares = Vec::new();
    let losses = goal.evaluate(&vgg, &x, &mut scratch, &mut gradient, &mut shares);
    assert!(losses.content > 0.0 && losses.style > 0.0 && losses.variation > 0.0, "{losses:?}");
    assert!((shares.iter().map(|(_, share)| share).sum::<f64>() / losses.style - 1.0).abs() < 1e-9);
    assert_eq!(
        shares.iter().map(|(layer, _)| *layer).collect::<Vec<_>>(),
        task.style_layers.iter().map(|(l, _)| *l).collect::<Vec<_>>()
    );
    // Along the gradient itself and along another picture.
    let along = [gradient.clone(), picture(48, 35, 4).pixels().to_vec()];
    for direction in along {
        let length = vectors::dot(direction.as_flattened(), direction.as_flattened()).sqrt();
        let mut at = |h: f64| {
            let mut moved = x.clone();
            vectors::add(moved.pixels_mut().as_flattened_mut(), h / length, direction.as_flattened());
            goal.evaluate(&vgg, &moved, &mut scratch, &mut vec![[0.0; 3]; 48 * 35], &mut Vec::new()).total()
        };
        let slope = (at(0.02) - at(-0.02)) / 0.04;
        let exact = vectors::dot(gradient.as_flattened(), direction.as_flattened()) / length;
        assert!((slope / exact - 1.0).abs() < 0.02, "{exact} for {slope}");
    }
}

#[test]
fn the_losses_fall() {
    let vgg = vgg();
    for (optimiser, most) in [(Optimiser::Lbfgs { memory: 10 }, 0.7), (Optimiser::Adam { rate: 0.02 }, 0.7)] {
        let mut task = small();
        (task.optimiser, task.scales, task.start) = (optimiser, 1, Start::Noise);
        let history = painted(&vgg, task).1;
        let (first, last) = (history[0].total(), history[11].total());
        assert!(last < most * first, "{optimiser:?}: {last} after {first}");
    }
}

#[test]
fn the_same_seed_makes_the_same_picture_with_any_number_of_threads() {
    let vgg = vgg();
    let with = |seed, threads| {
        let mut task = small();
        (task.seed, task.start, task.iterations) = (seed, Start::Noise, 5);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| painted(&vgg, task))
    };
    let once = with(1, 1);
    assert!(once == with(1, 1) && once == with(1, 2));
    assert_ne!(once.0, with(2, 1).0);
}

#[test]
fn a_content_is_found_again_from_the_first_layer() {
    let content = picture(40, 40, 1);
    let mut task = Task::content_only(content.clone(), Layer { block: 1, number: 1 });
    (task.size, task.iterations, task.scales) = (40, 60, 1);
    let (found, history) = painted(&vgg(), task);
    let off = content.pixels().as_flattened().iter().zip(found.pixels().as_flattened()).map(|(a, b)| (a - b).powi(2));
    let off = (off.sum::<f32>() / 4800.0).sqrt();
    assert!(off < 0.02, "{off} off, {:?}", history.last());
}

#[test]
fn a_style_alone_has_its_own_shape_and_needs_no_content() {
    let mut task =
        Task::style_only(picture(64, 32, 2), &[Layer { block: 1, number: 1 }, Layer { block: 2, number: 1 }]);
    (task.size, task.iterations) = (48, 6);
    let (found, history) = painted(&vgg(), task);
    assert_eq!((found.width(), found.height()), (48, 24));
    assert!(history.iter().all(|losses| losses.content == 0.0));
    assert!(history[5].style < history[0].style);
}

#[test]
fn a_painting_is_always_as_large_as_it_will_be() {
    let (vgg, mut task) = (vgg(), small());
    (task.size, task.scales, task.content) = (96, 2, Some(picture(60, 50, 1)));
    let mut painting = Painting::new(&vgg, task).unwrap();
    let mut count = 0;
    loop {
        assert_eq!(painting.iteration(), count);
        let picture = painting.picture();
        assert_eq!((picture.width(), picture.height()), (96, 80));
        assert!(picture.pixels().as_flattened().iter().all(|x| (0.0..=1.0).contains(x)));
        if painting.step().is_none() {
            break;
        }
        count += 1;
    }
    assert_eq!(count, 12);
    assert!(painting.step().is_none());
}

#[test]
fn a_style_of_weight_0_does_not_show() {
    let vgg = vgg();
    let (alone, mut two) = (small(), small());
    two.styles.push((picture(40, 40, 5), 0.0));
    assert_eq!(painted(&vgg, alone).0, painted(&vgg, two).0);
}

#[test]
fn a_grey_content_whose_colours_are_kept_stays_grey() {
    let mut task = small();
    let grey = picture(60, 44, 1);
    task.content = Some(Picture::new(60, 44, |x, y| [grey.pixels()[y * 60 + x][1]; 3]));
    (task.colour, task.iterations) = (Colour::Kept, 4);
    let painted = painted(&vgg(), task).0;
    assert!(painted.pixels().iter().all(|[r, g, b]| (r - g).abs() < 1e-5 && (g - b).abs() < 1e-5));
    let spread = |pixels: &[[f32; 3]]| pixels.iter().map(|p| p[0]).fold(0.0, f32::max);
    assert!(spread(painted.pixels()) > 0.1, "it is not black");
}

#[test]
fn two_styles_pull_both_ways() {
    let vgg = vgg();
    let mut task = small();
    task.styles.push((picture(40, 40, 5), 1.0));
    let both = painted(&vgg, task).0;
    assert_ne!(both, painted(&vgg, small()).0);
}

fn refused(change: impl Fn(&mut Task)) -> String {
    let mut task = small();
    change(&mut task);
    Painting::new(&vgg(), task).unwrap_err().to_string()
}

#[test]
fn what_makes_no_sense_is_refused_with_advice() {
    let nothing = refused(|task| (task.content, task.styles) = (None, Vec::new()));
    assert!(nothing.contains("neither a content nor a style"), "{nothing}");
    let layers = refused(|task| (task.content_layers, task.style_layers) = (Vec::new(), Vec::new()));
    assert!(layers.contains("no layer's loss counts"), "{layers}");
    assert!(refused(|task| (task.alpha, task.beta) = (0.0, 0.0)).contains("no layer's loss counts"));
    assert!(refused(|task| task.alpha = f64::NAN).contains("α is NaN"));
    assert!(refused(|task| task.beta = -1.0).contains("β is -1"));
    assert!(refused(|task| task.variation = f64::INFINITY).contains("total variation"));
    assert!(refused(|task| task.style_layers[0].1 = f64::NAN).contains("weight of a layer"));
    assert!(refused(|task| task.styles[0].1 = 0.0).contains("all styles have weight 0"));
    let unknown = refused(|task| task.style_layers[0].0 = Layer { block: 9, number: 1 });
    assert!(unknown.contains("no layer relu9_1"), "{unknown}");
    assert!(refused(|task| task.size = 0).contains("at least 16"));
    assert!(refused(|task| task.size = 15).contains("at least 16"));
    assert!(refused(|task| task.content = Some(picture(15, 90, 1))).contains("the content is 15 × 90"));
    assert!(refused(|task| task.styles[0].0 = picture(90, 3, 1)).contains("the style is 90 × 3"));
    assert!(refused(|task| task.optimiser = Optimiser::Adam { rate: f64::NAN }).contains("rate"));
    assert!(refused(|task| task.optimiser = Optimiser::Lbfgs { memory: 0 }).contains("remember"));
    let dark = refused(|task| task.styles[0].0.pixels_mut()[0][1] = f32::NAN);
    assert!(dark.contains("no number"), "{dark}");
}

#[test]
fn a_larger_painting_is_said_to_take_more() {
    let bytes = |size| {
        let mut task = small();
        task.size = size;
        task.bytes(Depth::Sixteen)
    };
    assert!(bytes(256) < bytes(512) && bytes(512) < bytes(1024));
}
