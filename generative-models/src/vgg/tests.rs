//! Against a network that is written down as its definition says, in 64 bits.

use super::pooling::{Shape, pool, unpool};
use super::*;
use crate::Picture;
use proptest::prelude::*;

fn number(n: usize) -> f64 {
    (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23).wrapping_mul(0xd1b5_4a32_d192_ed03) as f64
        / u64::MAX as f64
        * 2.0
        - 1.0
}

fn picture(width: usize, height: usize) -> Picture {
    Picture::new(width, height, |x, y| [0, 1, 2].map(|c| number((y * 999 + x) * 3 + c + 1).mul_add(0.5, 0.5) as f32))
}

/// Random weights, with a bias that shows.
fn network(depth: Depth) -> Vgg {
    let mut vgg = Vgg::random(depth, 3);
    for block in &mut vgg.blocks {
        block.bias = (0..block.step.output).map(|n| 0.2 * number(n + 5) as f32).collect();
    }
    vgg
}

/// What went in and what came out of a step in 64 bits: rows × columns × channels.
struct Slow<'a> {
    vgg: &'a Vgg,
    pooling: Pooling,
    weights: Vec<Vec<f32>>,
}

impl<'a> Slow<'a> {
    fn new(vgg: &'a Vgg, pooling: Pooling) -> Self {
        let all = |block: &Block| {
            let Step { input, output, .. } = block.step;
            let mut numbers = vec![0.0; 9 * input * output];
            numbers.chunks_mut(9 * input).enumerate().for_each(|(n, to)| block.numbers.of_output(n, to));
            numbers
        };
        Self { vgg, pooling, weights: vgg.blocks.iter().map(all).collect() }
    }

    /// All activations of a picture of pixels 0–1.
    fn forward(&self, pixels: &[f64], mut width: usize, mut height: usize, until: usize) -> Vec<Vec<f64>> {
        let entry = self.vgg.entry;
        let enter = |(n, x): (usize, &f64)| x * f64::from(entry.scale[n % 3]) - f64::from(entry.shift[n % 3]);
        let mut now: Vec<f64> = pixels.iter().enumerate().map(enter).collect();
        let mut all = Vec::new();
        for (n, block) in self.vgg.blocks[..=until].iter().enumerate() {
            let Step { input, output, halved, .. } = block.step;
            if halved {
                let (w, h) = (plan::half(width), plan::half(height));
                let small = |at: usize| {
                    let (c, x, y) = (at % input, at / input % w, at / input / w);
                    let four = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(right, down)| {
                        let (x, y) = ((2 * x + right).min(width - 1), (2 * y + down).min(height - 1));
                        now[(y * width + x) * input + c]
                    });
                    match self.pooling {
                        Pooling::Average => four.iter().sum::<f64>() / 4.0,
                        Pooling::Max => four.into_iter().fold(f64::MIN, f64::max),
                    }
                };
                now = (0..w * h * input).map(small).collect();
                (width, height) = (w, h);
            }
            let mut next = vec![0.0; width * height * output];
            for (at, to) in next.iter_mut().enumerate() {
                let (o, x, y) = (at % output, at / output % width, at / output / width);
                let mut sum = f64::from(block.bias[o]);
                for (ky, kx) in (0..9).map(|tap| (tap / 3, tap % 3)) {
                    let (x, y) = ((x + kx).wrapping_sub(1), (y + ky).wrapping_sub(1));
                    if x < width && y < height {
                        for i in 0..input {
                            let weight = self.weights[n][((o * input + i) * 3 + ky) * 3 + kx];
                            sum += now[(y * width + x) * input + i] * f64::from(weight);
                        }
                    }
                }
                *to = sum.max(0.0);
            }
            now.clone_from(&next);
            all.push(next);
        }
        all
    }
}

fn pixels(picture: &Picture) -> Vec<f64> {
    picture.pixels().as_flattened().iter().map(|x| f64::from(*x)).collect()
}

/// How far apart, relative to the largest.
fn apart(is: &[f32], exact: &[f64]) -> f64 {
    assert_eq!(is.len(), exact.len());
    let most = exact.iter().fold(1e-30_f64, |most, x| most.max(x.abs()));
    is.iter().zip(exact).fold(0.0, |worst: f64, (is, exact)| worst.max((f64::from(*is) - exact).abs())) / most
}

#[test]
fn features_are_what_the_definition_says() {
    for (depth, pooling, width, height) in [
        (Depth::Sixteen, Pooling::Average, 9, 7),
        (Depth::Nineteen, Pooling::Max, 6, 11),
        (Depth::Sixteen, Pooling::Max, 1, 3),
    ] {
        let (vgg, picture) = (network(depth), picture(width, height));
        let mut pass = Pass::default();
        let until = vgg.layer("relu4_1").unwrap();
        vgg.forward(&picture, until, pooling, &mut pass);
        let exact = Slow::new(&vgg, pooling).forward(&pixels(&picture), width, height, vgg.position(until).unwrap());
        for (layer, exact) in vgg.layers().into_iter().zip(&exact) {
            let features = pass.features(layer);
            assert_eq!(features.numbers.len(), features.width * features.height * features.channels);
            let apart = apart(features.numbers, exact);
            assert!(apart < 1e-4, "{depth} {pooling:?} {layer}: {apart}");
        }
    }
}

/// The loss of the test: Σ c F + ½ F² over some layers.
fn loss(all: &[Vec<f64>], layers: &[usize]) -> f64 {
    let one = |layer: &usize| all[*layer].iter().enumerate().map(|(n, f)| number(n) * f + 0.5 * f * f).sum::<f64>();
    layers.iter().map(one).sum()
}

#[test]
fn the_gradient_is_that_of_finite_differences() {
    for (pooling, width, height) in [(Pooling::Average, 9, 7), (Pooling::Max, 7, 10), (Pooling::Max, 1, 3)] {
        let (vgg, picture) = (network(Depth::Sixteen), picture(width, height));
        let layers = [0, 2, 3, 4];
        let mut pass = Pass::default();
        let mut gradient = vec![[9.0; 3]; width * height];
        let mut asked = Vec::new();
        let mut add = |layer: Layer, features: Features, gradient: &mut [f32]| {
            let at = vgg.position(layer).unwrap();
            asked.push(at);
            if layers.contains(&at) {
                for (n, (g, f)) in gradient.iter_mut().zip(features.numbers).enumerate() {
                    *g += number(n) as f32 + f;
                }
            }
        };
        vgg.forward(&picture, vgg.layer("3_1").unwrap(), pooling, &mut pass);
        vgg.backward(&mut pass, &mut add, &mut gradient);
        assert_eq!(asked, [4, 3, 2, 1, 0]);
        let (slow, at) = (Slow::new(&vgg, pooling), pixels(&picture));
        let steps: Vec<usize> = (0..at.len()).step_by(at.len().div_ceil(8)).collect();
        let exact: Vec<f64> = steps
            .iter()
            .map(|n| {
                let moved = |by: f64| {
                    let mut pixels = at.clone();
                    pixels[*n] += by;
                    loss(&slow.forward(&pixels, width, height, 4), &layers)
                };
                (moved(1e-6) - moved(-1e-6)) / 2e-6
            })
            .collect();
        let is: Vec<f32> = steps.iter().map(|n| gradient.as_flattened()[*n]).collect();
        let apart = apart(&is, &exact);
        assert!(apart < 1e-3, "{pooling:?} {width} × {height}: {apart}: {is:?} for {exact:?}");
    }
}

#[test]
fn a_pass_serves_again_for_pictures_of_other_sizes() {
    let vgg = network(Depth::Sixteen);
    let until = vgg.layer("relu3_2").unwrap();
    let go = |pass: &mut Pass, width, height| {
        let mut gradient = vec![[0.0; 3]; width * height];
        vgg.forward(&picture(width, height), until, Pooling::Max, pass);
        vgg.backward(
            pass,
            &mut |_, features, to| to.iter_mut().zip(features.numbers).for_each(|(g, f)| *g += f),
            &mut gradient,
        );
        (pass.features(until).numbers.to_vec(), gradient)
    };
    let mut pass = Pass::default();
    for (width, height) in [(8, 8), (20, 13), (5, 4), (1, 1)] {
        assert_eq!(go(&mut pass, width, height), go(&mut Pass::default(), width, height));
    }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let go = |threads| {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| {
            let vgg = network(Depth::Nineteen);
            let (mut pass, mut gradient) = (Pass::default(), vec![[0.0; 3]; 45 * 38]);
            vgg.forward(&picture(45, 38), vgg.layer("relu4_1").unwrap(), Pooling::Average, &mut pass);
            vgg.backward(&mut pass, &mut |_, features, to| to.copy_from_slice(features.numbers), &mut gradient);
            (pass.features(vgg.layer("relu4_1").unwrap()).numbers.to_vec(), gradient)
        })
    };
    assert!(go(1) == go(2) && go(2) == go(3));
}

#[test]
fn a_picture_without_pixels_has_no_features() {
    let vgg = network(Depth::Sixteen);
    let mut pass = Pass::default();
    for (width, height) in [(0, 0), (3, 0), (0, 3)] {
        vgg.forward(&picture(width, height), vgg.layer("relu2_1").unwrap(), Pooling::Average, &mut pass);
        vgg.backward(&mut pass, &mut |_, _, gradient| assert!(gradient.is_empty()), &mut []);
        assert!(pass.features(vgg.layer("relu2_1").unwrap()).numbers.is_empty());
    }
}

proptest! {
    #[test]
    fn pooling_back_is_the_derivative_of_pooling(height in 1_usize..8, width in 1_usize..8, seed in 0_usize..1000) {
        let shape = Shape { height, width, channels: 3 };
        let small = shape.halved();
        // All different by at least one: a small step never changes which is the largest.
        let mut from: Vec<f32> = (0..shape.len()).map(|n| n as f32).collect();
        from.sort_by(|a, b| number(*a as usize + seed).total_cmp(&number(*b as usize + seed)));
        let gradient: Vec<f32> = (0..small.len()).map(|n| number(n + seed + 1) as f32).collect();
        for pooling in [Pooling::Average, Pooling::Max] {
            let mut to = vec![f32::NAN; shape.len()];
            unpool(pooling, shape, &from, &gradient, &mut to);
            for n in 0..shape.len() {
                let moved = |by: f32| {
                    let (mut from, mut to) = (from.clone(), vec![f32::NAN; small.len()]);
                    from[n] += by;
                    pool(pooling, shape, &from, &mut to);
                    to.iter().zip(&gradient).map(|(x, g)| f64::from(*x) * f64::from(*g)).sum::<f64>()
                };
                let exact = (moved(0.25) - moved(-0.25)) * 2.0;
                prop_assert!((f64::from(to[n]) - exact).abs() < 1e-4, "{pooling:?} {n}: {} for {exact}", to[n]);
            }
        }
    }
}

#[test]
fn names_of_layers_are_understood() {
    let (sixteen, nineteen) = (Vgg::random(Depth::Sixteen, 1), Vgg::random(Depth::Nineteen, 1));
    for layer in nineteen.layers() {
        assert_eq!(nineteen.layer(&layer.to_string()), Some(layer));
    }
    assert_eq!(sixteen.layers().len(), 11);
    assert_eq!(nineteen.layers().len(), 13);
    assert_eq!(sixteen.layer("conv4_2"), Some(Layer { block: 4, number: 2 }));
    assert_eq!(sixteen.layer("4_2"), sixteen.layer("relu4_2"));
    assert_eq!((sixteen.layer("relu3_4"), nineteen.layer("relu3_4").is_some()), (None, true));
    for name in ["", "relu", "relu5_2", "relu0_1", "relu1_1_1", "relu+1_1", "relu01_1", "pool1", "relu1_256"] {
        assert_eq!(nineteen.layer(name), None, "{name}");
    }
}

#[test]
fn the_same_seed_draws_the_same_weights() {
    let first = |seed| match &Vgg::random(Depth::Sixteen, seed).blocks[3].numbers {
        Numbers::Floats(floats) => floats[..20].to_vec(),
        Numbers::Bytes(..) => unreachable!(),
    };
    assert_eq!(first(7), first(7));
    assert_ne!(first(7), first(8));
    assert_eq!(Vgg::random(Depth::Nineteen, 7).describe(), "VGG19 with random weights, seed 7");
}

#[test]
fn the_weights_that_come_with_the_project_see_an_edge() {
    let vgg = Vgg::shipped().unwrap();
    assert_eq!((vgg.describe(), vgg.depth()), ("VGG16, ImageNet weights in 8 bits", Depth::Sixteen));
    let mut pass = Pass::default();
    let edge = Picture::new(16, 16, |x, _| if x < 8 { [0.0; 3] } else { [1.0; 3] });
    let layer = vgg.layer("relu1_2").unwrap();
    vgg.forward(&edge, layer, Pooling::Average, &mut pass);
    let features = pass.features(layer);
    let strength = |x: usize| -> f32 {
        let all = (5..11).flat_map(|y| &features.numbers[(y * 16 + x) * 64..][..64]);
        all.zip((0..6).cycle().flat_map(|_| &features.numbers[(8 * 16 + 4) * 64..][..64]))
            .map(|(a, b)| (a - b).abs())
            .sum()
    };
    assert!(strength(8) > 10.0 * strength(5) + 1.0, "{} {}", strength(8), strength(5));
}

#[test]
fn of_somebodys_own_file_it_is_said_how_pixels_enter() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/vgg16/weights.safetensors");
    let said = Vgg::open(&path).unwrap().describe().to_owned();
    assert_eq!(said, format!("VGG16 from {}, pixels 0–255 as Oxford's", path.display()));
    assert_eq!(Entry::NORMED.to_string(), "pixels as torchvision's");
}

/// A convolution's weights and bias as candle takes them.
#[cfg(feature = "learn")]
fn of_candle(block: &Block) -> candle_core::Result<[candle_core::Tensor; 2]> {
    use candle_core::{Device, Tensor};
    let Step { input, output, .. } = block.step;
    let mut weights = vec![0.0; 9 * input * output];
    weights.chunks_mut(9 * input).enumerate().for_each(|(n, to)| block.numbers.of_output(n, to));
    let weights = Tensor::from_vec(weights, (output, input, 3, 3), &Device::Cpu)?;
    Ok([weights, Tensor::from_slice(&block.bias, (1, output, 1, 1), &Device::Cpu)?])
}

/// On even sizes, where candle's way back through its pooling is right.
#[cfg(feature = "learn")]
#[test]
fn candles_own_way_back_leads_to_the_same_pixels() -> candle_core::Result<()> {
    use candle_core::{Device, Tensor, Var};
    let (vgg, picture) = (Vgg::shipped().unwrap(), picture(24, 16));
    let until = vgg.layer("relu4_1").unwrap();
    let (mut pass, mut gradient) = (Pass::default(), vec![[0.0; 3]; 24 * 16]);
    vgg.forward(&picture, until, Pooling::Average, &mut pass);
    // The loss Σ F² of the last layer.
    let mut add = |layer: Layer, features: Features, gradient: &mut [f32]| {
        if layer == until {
            gradient.iter_mut().zip(features.numbers).for_each(|(g, f)| *g += 2.0 * f);
        }
    };
    vgg.backward(&mut pass, &mut add, &mut gradient);
    let pixels = Var::from_slice(picture.pixels().as_flattened(), (16, 24, 3), &Device::Cpu)?;
    let mean = Tensor::new(&Entry::BYTES.shift, &Device::Cpu)?.reshape((3, 1, 1))?;
    let mut now = (pixels.permute((2, 0, 1))? * 255.0)?.broadcast_sub(&mean)?.unsqueeze(0)?;
    for block in vgg.blocks.iter().take_while(|block| block.step.layer <= until) {
        if block.step.halved {
            now = now.avg_pool2d(2)?;
        }
        let [weights, bias] = of_candle(block)?;
        now = now.contiguous()?.conv2d(&weights, 1, 1, 1, 1)?.broadcast_add(&bias)?.relu()?;
    }
    let gradients = now.sqr()?.sum_all()?.backward()?;
    let stock = gradients.get(&pixels).expect("the loss depends on the pixels").flatten_all()?.to_vec1::<f32>()?;
    let apart = apart(gradient.as_flattened(), &stock.iter().map(|x| f64::from(*x)).collect::<Vec<_>>());
    assert!(apart < 1e-3, "{apart}");
    Ok(())
}

#[cfg(feature = "learn")]
#[test]
fn candles_own_convolutions_see_the_same() -> candle_core::Result<()> {
    use candle_core::{Device, Tensor};
    let (vgg, picture) = (Vgg::shipped().unwrap(), picture(21, 18));
    let (mut pass, until) = (Pass::default(), vgg.layer("relu3_3").unwrap());
    vgg.forward(&picture, until, Pooling::Average, &mut pass);
    let mut now = Tensor::from_slice(picture.pixels().as_flattened(), (18, 21, 3), &Device::Cpu)?.permute((2, 0, 1))?;
    let mean = Tensor::new(&Entry::BYTES.shift, &Device::Cpu)?.reshape((3, 1, 1))?;
    now = (now * 255.0)?.broadcast_sub(&mean)?.unsqueeze(0)?;
    for block in vgg.blocks.iter().take_while(|block| block.step.layer <= until) {
        let Step { layer, halved, .. } = block.step;
        if halved {
            now = now.avg_pool2d(2)?;
        }
        let [weights, bias] = of_candle(block)?;
        now = now.contiguous()?.conv2d(&weights, 1, 1, 1, 1)?.broadcast_add(&bias)?.relu()?;
        let stock: Vec<f32> = now.squeeze(0)?.permute((1, 2, 0))?.flatten_all()?.to_vec1()?;
        let apart = apart(pass.features(layer).numbers, &stock.iter().map(|x| f64::from(*x)).collect::<Vec<_>>());
        assert!(apart < 1e-4, "{layer}: {apart}");
    }
    Ok(())
}

#[test]
fn the_memory_of_a_pass_grows_with_the_picture_and_the_layers() {
    let vgg = Vgg::random(Depth::Sixteen, 1);
    let layer = |name| vgg.layer(name).unwrap();
    let megabytes = |side, until| Pass::bytes(Depth::Sixteen, side, side, layer(until)) >> 20;
    assert!(megabytes(512, "relu5_1") > megabytes(256, "relu5_1"));
    assert!(megabytes(256, "relu5_1") > megabytes(256, "relu2_1"));
    // Two layers of 64 channels and their gradients, four times 16 MB, and next to no weights.
    assert!((64..72).contains(&megabytes(256, "relu1_2")), "{}", megabytes(256, "relu1_2"));
    assert!(Pass::bytes(Depth::Nineteen, 0, 0, layer("relu5_1")) > 0);
}
