//! The visualiser paints what a band plays, into files.

use generative_models::models;
use musebot_kit::{Meter, Musebot, Note, Setup, Stage, Tempo, Tick, music::Rehearsal};
use std::{collections::BTreeMap, fs, io::Write};
use visualiser::Visualiser;

/// Plays a scale, a note on every beat.
struct Player;

impl Musebot for Player {
    fn new(_: &Setup) -> anyhow::Result<Self> {
        Ok(Self)
    }
    fn tick(&mut self, tick: Tick, stage: &mut Stage) {
        if tick.0 % 16 == 0 {
            stage.play(Note::new(48 + (tick.0 / 16 * 2) as u8, 0.8, 12.0));
        }
    }
}

/// One bar of two seconds, painted into a folder that is not there yet: all files in it.
fn painted(mode: &str, seed: u64) -> BTreeMap<String, Vec<u8>> {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("a film");
    let mut setup = Setup::rehearsal("visualiser", seed);
    setup.pictures = Some(folder.clone());
    let flags = [("show", mode), ("size", "64x36"), ("threads", "2")];
    setup.flags = flags.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let room = Rehearsal::new(Meter::default(), Tempo::new(120.0).unwrap());
    let room = room.with::<Player>(&Setup::rehearsal("player", 1)).unwrap().with::<Visualiser>(&setup).unwrap();
    drop(room.section("verse", 4, 0.7).play(1));
    let files = fs::read_dir(folder).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap())
    });
    files.collect()
}

/// Twenty-five a second, none left out, all of that size, and not all the same.
#[track_caller]
fn is_a_film(frames: &BTreeMap<String, Vec<u8>>) {
    let names: Vec<String> = (0..50).map(|number| format!("{number:05}.png")).collect();
    assert!(frames.keys().eq(&names), "{:?}", frames.keys());
    for (name, png) in frames {
        let picture = image::load_from_memory(png).unwrap();
        assert_eq!((picture.width(), picture.height()), (64, 36), "{name}");
    }
    assert_ne!(frames["00000.png"], frames["00049.png"]);
}

#[test]
fn the_same_seed_paints_the_same_bytes_and_another_one_does_not() {
    let once = painted("living", 7);
    is_a_film(&once);
    assert!(once == painted("living", 7));
    assert!(once != painted("living", 8));
}

#[test]
fn the_plain_drawing_is_a_film_too_and_another_one() {
    let plain = painted("plain", 7);
    is_a_film(&plain);
    assert!(plain != painted("living", 7));
}

#[test]
fn a_painting_is_worked_on_in_a_render() {
    if models::find("vgg16").is_none() {
        return left_out("painting in a render: there is no trained network");
    }
    let paint = painted("paint", 7);
    is_a_film(&paint);
    // Where it cannot paint it shows the living drawing, all but the same as from the beginning.
    let apart = apart(&paint["00049.png"], &painted("living", 7)["00049.png"]);
    assert!(apart > 5.0, "{apart}");
}

/// How far two pictures are apart, on the average of all bytes.
fn apart(one: &[u8], other: &[u8]) -> f64 {
    let [one, other] = [one, other].map(|png| image::load_from_memory(png).unwrap().to_rgb8().into_raw());
    let apart: u32 = one.iter().zip(&other).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
    f64::from(apart) / one.len() as f64
}

fn left_out(what: &str) {
    eprintln!("left out: {what}");
    if let Some(list) = std::env::var_os("MUSEBOT_LEFT_OUT") {
        let mut list = fs::OpenOptions::new().append(true).create(true).open(list).unwrap();
        writeln!(list, "{what}").unwrap();
    }
}
