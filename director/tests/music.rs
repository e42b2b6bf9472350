//! The band's promises, held to on renders of the real bots: the same measures that the bench
//! prints for many seeds, for a few here.

#[path = "support/build.rs"]
mod build;
#[path = "../benches/music/measures.rs"]
mod measures;
#[path = "../benches/music/piece.rs"]
mod piece;
#[path = "../benches/music/rendered.rs"]
mod rendered;
#[path = "../benches/music/sound.rs"]
mod sound;

use build::build;
use measures::MEASURES;
use rendered::Rendered;
use std::{
    path::{Path, PathBuf},
    sync::Once,
};

/// The file of an ensemble, once the bots are built beside the director.
fn ensemble(name: &str) -> PathBuf {
    static BUILT: Once = Once::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    BUILT.call_once(|| build(&["-p", "melody", "-p", "bass", "-p", "drums"]));
    root.join(format!("configs/ensembles/{name}.toml"))
}

fn missed(rendered: &Rendered, notes: bool) -> Vec<String> {
    let of_notes = MEASURES.iter().filter(|_| notes).map(|m| (m.name, m.bounds, (m.of)(&rendered.piece)));
    let of_sound = sound::MEASURES.iter().map(|m| (m.name, m.bounds, (m.of)(&rendered.sound)));
    of_notes
        .chain(of_sound)
        .filter(|(_, (low, high), value)| !(low..=high).contains(&value))
        .map(|(name, bounds, value)| format!("{name}: {value} is not within {bounds:?}"))
        .collect()
}

#[test]
fn the_trio_keeps_every_musical_bound_and_no_two_seeds_are_alike() {
    let file = ensemble("trio");
    let pieces = [11, 12].map(|seed| Rendered::of(&file, seed, 64).unwrap());
    for piece in &pieces {
        assert_eq!(missed(piece, true), Vec::<String>::new());
    }
    assert_ne!(pieces[0].piece.melody, pieces[1].piece.melody);
    assert_ne!(pieces[0].piece.bass, pieces[1].piece.bass);
    assert_ne!(pieces[0].piece.drums, pieces[1].piece.drums);
}

#[test]
fn every_ensemble_sounds_without_clipping_clicks_or_offset() {
    for name in ["swing", "house", "ballad", "funk"] {
        let rendered = Rendered::of(&ensemble(name), 13, 32).unwrap();
        assert_eq!(missed(&rendered, false), Vec::<String>::new(), "{name}");
    }
}
