//! Every way of computing, at every level of the machine, against the definition in 64 bits.

use super::*;
use crate::rng::Rng;
use proptest::prelude::*;
use rand::SeedableRng as _;

/// A convolution with everything that it works on.
#[derive(Debug)]
struct Case {
    size: Size,
    input: usize,
    output: usize,
    back: bool,
    weights: Vec<f32>,
    from: Vec<f32>,
    mask: Option<Vec<f32>>,
    bias: Option<Vec<f32>>,
}

impl Case {
    fn new(size: (usize, usize), channels: (usize, usize), back: bool, masked: bool, relu: bool) -> Self {
        let mut rng = Rng::seed_from_u64(size.0 as u64 * 64 + size.1 as u64);
        let mut numbers = |count: usize| (0..count).map(|_| 2.0 * rng.random::<f32>() - 1.0).collect::<Vec<f32>>();
        let (input, output) = channels;
        let (from, to) = if back { (output, input) } else { (input, output) };
        let weights = numbers(9 * input * output);
        let pixels = numbers(size.0 * size.1 * from);
        let mask = masked.then(|| numbers(pixels.len()));
        let bias = relu.then(|| numbers(to));
        Self { size: Size { height: size.0, width: size.1 }, input, output, back, weights, from: pixels, mask, bias }
    }

    fn fetch(&self) -> impl Fn(usize, &mut [f32]) {
        |n, to| to.copy_from_slice(&self.weights[n * 9 * self.input..][..9 * self.input])
    }

    fn pack(&self) -> Convolution {
        let fetch = self.fetch();
        if self.back {
            Convolution::back(self.input, self.output, &fetch)
        } else {
            Convolution::new(self.input, self.output, &fetch)
        }
    }

    fn run(&self, convolution: &Convolution, level: Level) -> Vec<f32> {
        let then = self.bias.as_ref().map_or(Then::Nothing, |bias| Then::BiasAndRelu(bias));
        let task = Task { size: self.size, from: &self.from, mask: self.mask.as_deref(), then };
        let to = if self.back { self.input } else { self.output };
        let mut numbers = vec![f32::NAN; self.size.height * self.size.width * to];
        convolution.run(level, task, &mut numbers);
        numbers
    }

    fn exact(&self) -> Vec<f64> {
        let Size { height, width } = self.size;
        let (from, to) = if self.back { (self.output, self.input) } else { (self.input, self.output) };
        let one = |at: usize| {
            let (o, x, y) = (at % to, at / to % width, at / to / width);
            let mut sum = self.bias.as_ref().map_or(0.0, |bias| f64::from(bias[o]));
            for tap in 0..9 {
                let (y, x) = ((y + tap / 3).wrapping_sub(1), (x + tap % 3).wrapping_sub(1));
                for i in (0..from).filter(|_| y < height && x < width) {
                    let at = (y * width + x) * from + i;
                    if self.mask.as_ref().is_none_or(|mask| mask[at] > 0.0) {
                        let weight =
                            if self.back { (i * self.input + o) * 9 + 8 - tap } else { (o * self.input + i) * 9 + tap };
                        sum += f64::from(self.from[at]) * f64::from(self.weights[weight]);
                    }
                }
            }
            if self.bias.is_some() { sum.max(0.0) } else { sum }
        };
        (0..height * width * to).map(one).collect()
    }

    /// The largest error, relative to what a sum of so many numbers is like.
    fn error(&self, is: &[f32]) -> f64 {
        let from = if self.back { self.output } else { self.input };
        let typical = (9.0 * from as f64).sqrt() / 3.0;
        let errors = is.iter().zip(self.exact()).map(|(is, exact)| (f64::from(*is) - exact).abs());
        // A NaN is an error too.
        errors.fold(0.0, |worst: f64, error| if error <= worst { worst } else { error }) / typical
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn a_convolution_is_what_the_definition_says(
        size in (1_usize..19, 1_usize..19),
        channels in prop_oneof![
            (1_usize..4, 1_usize..4).prop_map(|(a, b)| (16 * a, 16 * b)),
            (1_usize..40, 1_usize..40),
            Just((3, 64)),
            Just((208, 16)),
        ],
        back: bool,
        masked: bool,
        relu: bool,
    ) {
        let case = Case::new(size, channels, back, masked, relu);
        let convolution = case.pack();
        // A sum of n numbers, one after the other, is off by 0.4 · 2⁻²⁴ √n of what it is like: 5e-7 for the longest here. The largest of
        // the ten thousands that all cases have is five times that.
        let worst = if matches!(convolution, Convolution::Winograd(_)) { 1e-4 } else { 5e-6 };
        for level in Level::all() {
            let error = case.error(&case.run(&convolution, level));
            prop_assert!(error < worst, "{level:?}: {error}");
        }
    }
}

#[test]
fn channels_decide_the_way() {
    let way = |input, output, back| Case::new((1, 1), (input, output), back, false, false).pack();
    assert!(matches!(way(3, 64, false), Convolution::Direct(_)));
    assert!(matches!(way(3, 64, true), Convolution::Few(_)));
    assert!(matches!(way(64, 64, false), Convolution::Winograd(_)));
    assert!(matches!(way(64, 20, true), Convolution::Direct(_)));
}

#[test]
fn many_pictures_worth_of_tiles_are_taken_in_parts() {
    // More tiles than fit one part, near (16 channels in) and far (256).
    for (size, channels) in [((9, 700), (16, 16)), ((17, 450), (256, 16)), ((5, 2), (128, 32))] {
        let case = Case::new(size, channels, false, false, true);
        let error = case.error(&case.run(&case.pack(), Level::best()));
        assert!(error < 1e-4, "{size:?} {channels:?}: {error}");
    }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    for (channels, back) in
        [((48, 32), false), ((208, 224), false), ((208, 224), true), ((3, 64), true), ((3, 64), false)]
    {
        let case = Case::new((21, 30), channels, back, true, true);
        let go = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| case.run(&case.pack(), Level::best()))
        };
        assert!(go(1) == go(2) && go(2) == go(5), "{channels:?}");
    }
}
