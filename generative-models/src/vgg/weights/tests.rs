use super::*;
use proptest::prelude::*;
use safetensors::tensor::TensorView;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The file that comes with the project.
static SHIPPED: LazyLock<Vec<u8>> =
    LazyLock::new(|| std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/models/vgg16/weights.safetensors")).unwrap());

type Tensors = Vec<(String, Dtype, Vec<usize>, Vec<u8>)>;

fn f32s(numbers: impl Iterator<Item = f32>) -> Vec<u8> {
    numbers.flat_map(f32::to_le_bytes).collect()
}

/// A network of torchvision's names, or Oxford's.
fn tensors(depth: Depth, torch: bool) -> Tensors {
    let mut all = Vec::new();
    for (n, step) in plan::steps(depth).into_iter().enumerate() {
        let number = if depth == Depth::Sixteen { SIXTEEN.get(n) } else { NINETEEN.get(n) }.unwrap();
        let layer = step.layer;
        let name = if torch { format!("features.{number}") } else { format!("conv{}_{}", layer.block, layer.number) };
        let count = step.output * step.input * 9;
        let numbers = f32s((0..count).map(|n| (n % 1000) as f32 / 1000.0));
        all.push((format!("{name}.weight"), Dtype::F32, vec![step.output, step.input, 3, 3], numbers));
        all.push((format!("{name}.bias"), Dtype::F32, vec![step.output], f32s((0..step.output).map(|n| n as f32))));
    }
    all
}

fn file(tensors: &Tensors, input: Option<&str>) -> Vec<u8> {
    let views = tensors
        .iter()
        .map(|(name, dtype, shape, bytes)| (name.as_str(), TensorView::new(*dtype, shape.clone(), bytes).unwrap()));
    let metadata = input.map(|input| HashMap::from([("input".to_owned(), input.to_owned())]));
    safetensors::serialize(views, metadata).unwrap()
}

/// The first two weights of the first convolution's first and third channel.
fn first(weights: &Weights) -> [f32; 2] {
    let mut numbers = [0.0; 27];
    weights.convolutions[0].0.of_output(0, &mut numbers);
    [numbers[0], numbers[18]]
}

#[test]
fn the_names_tell_the_depth_and_how_pixels_enter() {
    for depth in [Depth::Sixteen, Depth::Nineteen] {
        let torch = read(&file(&tensors(depth, true), None)).unwrap();
        assert_eq!((torch.depth, torch.entry), (depth, Entry::NORMED));
        assert_eq!(first(&torch), [0.0, 0.018]);
        assert_eq!(torch.convolutions.last().unwrap().1[511], 511.0);
        let oxford = read(&file(&tensors(depth, false), None)).unwrap();
        assert_eq!((oxford.depth, oxford.entry), (depth, Entry::BYTES));
        assert_eq!(first(&oxford), [0.018, 0.0], "blue comes first in Caffe");
    }
}

#[test]
fn what_a_file_says_of_its_input_counts_more_than_its_names() {
    let mut all = tensors(Depth::Sixteen, true);
    for (input, entry, firsts) in [
        ("RGB, 0-255 less the mean", Entry::BYTES, [0.0, 0.018]),
        ("BGR, 0-255 less the mean", Entry::BYTES, [0.018, 0.0]),
        ("0-1, normalised", Entry::NORMED, [0.0, 0.018]),
    ] {
        let weights = read(&file(&all, Some(input))).unwrap();
        assert_eq!((weights.entry, first(&weights)), (entry, firsts), "{input}");
    }
    all[1].3[..4].copy_from_slice(&OXFORD.to_le_bytes());
    let johnson = read(&file(&all, None)).unwrap();
    assert_eq!((johnson.entry, first(&johnson)), (Entry::BYTES, [0.018, 0.0]));
    let shipped = read(&SHIPPED).unwrap();
    assert_eq!((shipped.depth, shipped.entry), (Depth::Sixteen, Entry::BYTES));
    assert!(matches!(shipped.convolutions[0].0, Numbers::Bytes(..)));
    assert!((shipped.convolutions[0].1[0] - OXFORD).abs() < 1e-6);
}

#[test]
fn halves_are_numbers_too() {
    let mut all = tensors(Depth::Sixteen, true);
    let (_, dtype, shape, bytes) = &mut all[0];
    *dtype = Dtype::F16;
    *bytes = (0..shape.iter().product()).flat_map(|n| f16::from_f32(n as f32 / 64.0).to_le_bytes()).collect();
    assert_eq!(first(&read(&file(&all, None)).unwrap()), [0.0, 18.0 / 64.0]);
}

#[test]
fn a_refusal_says_why() {
    let refused = |change: &dyn Fn(&mut Tensors)| {
        let mut all = tensors(Depth::Sixteen, true);
        change(&mut all);
        read(&file(&all, None)).unwrap_err()
    };
    assert!(refused(&|all| drop(all.remove(4))).starts_with("`features.5.weight` is missing; expected VGG16 or VGG19"));
    assert!(refused(&|all| all.clear()).starts_with("`conv1_1.weight` is missing"));
    let wrong = refused(&|all| all[0].2 = vec![64, 27]);
    assert!(wrong.starts_with("`features.0.weight` is 64 × 27, not 64 × 3 × 3 × 3; expected"), "{wrong}");
    let nan = refused(&|all| all[2].3[40..44].copy_from_slice(&f32::NAN.to_le_bytes()));
    assert!(nan.starts_with("`features.2.weight` has numbers that are none"), "{nan}");
    assert!(refused(&|all| all[3].3[..4].copy_from_slice(&f32::INFINITY.to_le_bytes())).contains("features.2.bias"));
    let other = refused(&|all| all[1].1 = Dtype::I32);
    assert_eq!(other, "`features.0.bias` is of I32, not of floating point numbers (F32, F16 or BF16)");
    assert!(read(b"").unwrap_err().starts_with("it is damaged or cut off"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_file_that_is_cut_off_is_refused(keep in 0.0..1.0) {
        let keep = (SHIPPED.len() as f64 * keep) as usize;
        prop_assert!(read(&SHIPPED[..keep]).is_err());
    }

    #[test]
    fn a_damaged_file_is_refused_or_has_numbers(hits in proptest::collection::vec((0_usize..6000, any::<u8>()), 1..40)) {
        let mut file = SHIPPED.clone();
        hits.iter().for_each(|(at, byte)| file[*at] = *byte);
        if let Ok(weights) = read(&file) {
            for (numbers, bias) in &weights.convolutions {
                prop_assert!(bias.iter().all(|x| x.is_finite()));
                let Numbers::Bytes(_, scales) = numbers else { continue };
                prop_assert!(scales.iter().all(|x| x.is_finite()));
            }
        }
    }
}
