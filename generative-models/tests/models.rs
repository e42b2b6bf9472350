//! The models in the repository: they open, are small, and learnt from the data beside them.

use generative_models::{Sampling, Writer};
use std::path::{Path, PathBuf};

/// Bytes of a model's weights, at most.
const LARGEST: u64 = 6 << 20;

fn model(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models").join(name)
}

/// Those that write. Others look at pictures, and somebody's own may lie there too.
fn models() -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = std::fs::read_dir(model("")).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.retain(|path| path.join("config.toml").is_file());
    all.sort();
    all
}

fn written(folder: &Path, seed: u64) -> String {
    let mut writer = Writer::open(folder).unwrap();
    writer.begin(seed);
    let how = Sampling { temperature: 0.7, ..Sampling::default() };
    (0..400).map_while(|_| writer.next(&how)).collect()
}

#[test]
fn the_three_models_are_there_and_small() {
    let names: Vec<String> =
        models().iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(names, ["dinosaurs", "refranes", "shakespeare"]);
    for model in models() {
        let size = model.join("weights.safetensors").metadata().unwrap().len();
        assert!((10_000..LARGEST).contains(&size), "{}: {size} bytes", model.display());
        for file in ["card.md", "config.toml", "vocab.txt", "log.csv", "curve.png"] {
            assert!(model.join(file).is_file(), "{} has a {file}", model.display());
        }
    }
}

#[test]
fn those_that_look_at_pictures_are_there_and_say_where_they_come_from() {
    for name in ["vgg16", "multistyle26"] {
        let size = model(name).join("weights.safetensors").metadata().unwrap().len();
        assert!((100_000..11_000_000).contains(&size), "{name}: {size} bytes");
        assert!(model(name).join("card.md").is_file(), "{name} has a card.md");
    }
}

#[test]
fn they_write_the_same_for_the_same_seed_and_something_else_for_another() {
    for model in models() {
        assert_eq!(written(&model, 1), written(&model, 1));
        assert_ne!(written(&model, 1), written(&model, 2));
        assert!((1..20).any(|seed| written(&model, seed).len() > 5));
    }
}

#[test]
fn the_plays_are_written_in_lines_with_speakers() {
    let model = model("shakespeare");
    let text: String = (1..9).map(|seed| written(&model, seed)).collect();
    let speakers = text.lines().filter(|line| line.ends_with(':') && !line.contains(char::is_lowercase)).count();
    assert!(speakers > 8, "{speakers} speakers in {} characters", text.len());
    assert!(text.lines().all(|line| line.chars().count() < 200), "verse comes in lines");
}

#[test]
fn names_of_dinosaurs_are_mostly_new_and_end_as_such_names_do() {
    let model = model("dinosaurs");
    let known = include_str!("../data/dinosaurs.txt");
    let names: Vec<String> = (0..200).map(|seed| written(&model, seed)).collect();
    let new = names.iter().filter(|name| !known.lines().any(|line| line == name.as_str())).count();
    let saurus = names.iter().filter(|name| name.ends_with("saurus")).count();
    assert!(new > 140, "{new} of 200 are new");
    assert!((40..180).contains(&saurus), "{saurus} of 200 are sauri");
}
