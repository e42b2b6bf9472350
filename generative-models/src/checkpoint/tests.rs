use super::tensors::{Entry, entries};
use super::*;
use crate::chance::{Purpose, seeded};
use crate::char_rnn::{Cell, Shape};
use crate::weights::Matrix;
use proptest::prelude::*;

fn model() -> Checkpoint {
    let shape = Shape { cell: Cell::Gru, layers: 2, hidden: 6, embedding: Some(3), dropout: 0.1 };
    let mut rng = seeded(1, Purpose::Weights, 0);
    let weights = layout(&shape, 4).into_iter().map(|(name, rows, columns)| {
        let values = (0..rows * columns).map(|_| rng.random_range(-2.0..2.0)).collect();
        (name, Matrix { rows, columns, values })
    });
    let weights = weights.collect();
    let recipe = Recipe { mode: Mode::Names, shape, ..Recipe::new("names.txt") };
    Checkpoint { recipe, vocab: Vocab::of("\nañz").unwrap(), weights }
}

/// A saved model whose one file is replaced.
fn spoilt(file: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Result<Checkpoint, String> {
    let folder = tempfile::tempdir().unwrap();
    model().save(folder.path(), Precision::F32).unwrap();
    let path = folder.path().join(file);
    std::fs::write(&path, change(std::fs::read(&path).unwrap())).unwrap();
    Checkpoint::open(folder.path()).map_err(|error| error.to_string())
}

fn with_entries(change: impl FnOnce(&mut Vec<Entry>)) -> String {
    let mut all = entries(&model().weights, Precision::F32);
    change(&mut all);
    spoilt(WEIGHTS, |_| tensors::write(&all)).unwrap_err()
}

#[test]
fn a_model_comes_back_as_it_was_saved() {
    let folder = tempfile::tempdir().unwrap();
    model().save(folder.path(), Precision::F32).unwrap();
    assert_eq!(Checkpoint::open(folder.path()).unwrap(), model());
    let mut files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().file_name()).collect();
    files.sort();
    assert_eq!(files, [CONFIG, VOCAB, WEIGHTS]);
}

#[test]
fn fewer_bits_are_near_and_small() {
    for (precision, most) in [(Precision::F16, 2.0 / 2048.0), (Precision::Q8, 2.0 / 254.0 + 1e-6)] {
        let folder = tempfile::tempdir().unwrap();
        model().save(folder.path(), precision).unwrap();
        let opened = Checkpoint::open(folder.path()).unwrap();
        for (name, matrix) in model().weights {
            let far = matrix.values.iter().zip(&opened.weights[&name].values).map(|(a, b)| (a - b).abs());
            assert!(far.fold(0.0, f32::max) <= most, "{name} {precision:?}");
        }
    }
}

#[test]
fn the_same_model_is_saved_as_the_same_bytes() {
    let bytes = || tensors::write(&entries(&model().weights, Precision::Q8));
    assert_eq!(bytes(), bytes());
}

#[test]
fn a_missing_folder_and_a_missing_file_are_named() {
    let error = Checkpoint::open(Path::new("no/such/model")).unwrap_err().to_string();
    assert!(error.starts_with("failed to open the model no/such/model: weights.safetensors: "), "{error}");
    let folder = tempfile::tempdir().unwrap();
    model().save(folder.path(), Precision::F32).unwrap();
    std::fs::remove_file(folder.path().join(WEIGHTS)).unwrap();
    assert!(Checkpoint::open(folder.path()).unwrap_err().to_string().contains("weights.safetensors: "));
    model().save(folder.path(), Precision::F32).unwrap();
    std::fs::remove_file(folder.path().join(CONFIG)).unwrap();
    assert!(Checkpoint::open(folder.path()).unwrap_err().to_string().contains("config.toml: "));
}

#[test]
fn a_model_of_a_later_version_is_known_by_its_weights_before_its_recipe_is_read() {
    let folder = tempfile::tempdir().unwrap();
    model().save(folder.path(), Precision::F32).unwrap();
    let path = folder.path().join(WEIGHTS);
    let mut bytes = std::fs::read(&path).unwrap();
    let version = bytes.windows(14).position(|b| b == b"\"char-rnn\":\"1\"").unwrap();
    bytes[version + 12] = b'2';
    std::fs::write(&path, bytes).unwrap();
    std::fs::write(folder.path().join(CONFIG), "new = 1").unwrap();
    assert!(Checkpoint::open(folder.path()).unwrap_err().to_string().contains("of version 2"));
}

#[test]
fn a_truncated_file_is_said_to_be_cut_off() {
    for share in [0.0, 0.001, 0.1, 0.5, 0.99] {
        let cut = |bytes: Vec<u8>| bytes[..(bytes.len() as f64 * share) as usize].to_vec();
        assert!(spoilt(WEIGHTS, cut).unwrap_err().contains("damaged or cut off"), "{share}");
    }
}

#[test]
fn another_version_and_a_foreign_file_are_told_apart() {
    let swap = |from: &'static str, to: &'static str| {
        spoilt(WEIGHTS, move |bytes| {
            let at = bytes.windows(from.len()).position(|w| w == from.as_bytes()).unwrap();
            [&bytes[..at], to.as_bytes(), &bytes[at + from.len()..]].concat()
        })
    };
    assert!(swap("\"char-rnn\":\"1\"", "\"char-rnn\":\"7\"").unwrap_err().contains("of version 7"));
    assert!(swap("char-rnn", "something").is_err());
    assert!(swap("\"char-rnn\":\"1\"", "\"char-xnn\":\"1\"").unwrap_err().contains("not of a character RNN of ours"));
}

#[test]
fn numbers_that_are_none_are_refused() {
    for bad in [f32::NAN, f32::INFINITY] {
        let error = with_entries(|all| all[1].bytes[40..44].copy_from_slice(&bad.to_le_bytes()));
        assert!(error.contains("`head.weight` has numbers that are none"), "{error}");
    }
}

#[test]
fn weights_of_another_shape_are_refused() {
    assert!(with_entries(|all| drop(all.pop())).contains("`layer1.weight` is missing"));
    assert!(
        with_entries(|all| all.push(Entry::f32("layer2.weight", &[1], &[0.0]))).contains("`layer2.weight` is not part")
    );
    let error = with_entries(|all| {
        all.remove(1);
        all.push(Entry::f32("head.weight", &[7, 5], &[0.0; 35]));
    });
    assert!(error.contains("`head.weight` is F32 [7, 5], expected F32 [7, 4]"), "{error}");
}

#[test]
fn a_false_recipe_or_alphabet_is_named() {
    assert!(
        spoilt(CONFIG, |_| b"corpse = 1".to_vec()).unwrap_err().contains("config.toml: the recipe is not understood")
    );
    assert!(spoilt(CONFIG, |_| vec![0xff]).unwrap_err().contains("config.toml: it is not UTF-8"));
    assert!(spoilt(VOCAB, |_| b"a\nb\nc\nd\n".to_vec()).unwrap_err().contains("names end with a newline"));
    assert!(spoilt(VOCAB, |_| b"\\n\na\nb\n".to_vec()).unwrap_err().contains("is F32"));
}

proptest! {
    #[test]
    fn a_damaged_file_never_panics(
        file in prop::sample::select(vec![WEIGHTS, CONFIG, VOCAB]),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<bool>(),
    ) {
        let _ = spoilt(file, |mut bytes| {
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if cut {
                bytes.truncate(at);
            }
            bytes
        });
    }
}
