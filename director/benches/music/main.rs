//! Whether the band's music keeps its promises: renders ensembles with seeds drawn afresh and
//! prints what is measured of the notes and of the sound.
//!
//! `cargo bench -p director --bench music` (SEEDS=10 for the trio, OTHERS=3 for each other
//! ensemble, BARS=64, FIRST=n to draw nothing and take the seeds n, n+1, …). It fails when a
//! bound does not hold for the trio; for the other styles the table only tells.
#![allow(clippy::print_stdout, missing_docs, reason = "it prints a table")]

mod measures;
mod piece;
mod rendered;
mod sound;
mod table;

use anyhow::Context;
use measures::MEASURES;
use rendered::Rendered;
use std::{hash::BuildHasher, path::Path, process::Command};

/// What a style may say to a bound that it does not keep.
const REASONS: [(&str, &str); 4] = [
    ("swing", "a short figure over AABA comes back more often"),
    ("house", "the bass plays where the kick does not"),
    ("ballad", "bars of two or three notes are soon alike, and the bass has a beat of its own"),
    ("funk", "the bass plays sixteenths around the kick"),
];

fn main() -> anyhow::Result<()> {
    let (seeds, others, bars) = (setting("SEEDS", 10), setting("OTHERS", 3), setting("BARS", 64));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the workspace is above this package")?;
    build_bots(root)?;
    println!("{bars} bars each; measured on the .mid, the log and the mix of `director render`");
    let mut kept = true;
    for name in ["trio", "swing", "house", "ballad", "funk"] {
        let file = root.join(format!("configs/ensembles/{name}.toml"));
        let seeds = draw(if name == "trio" { seeds } else { others });
        let pieces = seeds
            .iter()
            .map(|seed| Rendered::of(&file, *seed, bars))
            .collect::<anyhow::Result<Vec<_>>>()
            .with_context(|| format!("failed to measure {}", file.display()))?;
        println!("\n{name}, seeds {seeds:?}");
        let mut rows = Vec::new();
        for measure in &MEASURES {
            let values = pieces.iter().map(|rendered| (measure.of)(&rendered.piece)).collect();
            rows.push(table::Row::new(measure.name, measure.bounds, values));
        }
        for measure in &sound::MEASURES {
            let values = pieces.iter().map(|rendered| (measure.of)(&rendered.sound)).collect();
            rows.push(table::Row::new(measure.name, measure.bounds, values));
        }
        rows.push(table::Row::new("seeds that sound alike", (0.0, 0.0), vec![alike(&pieces)]));
        let all = table::print(&rows);
        if name == "trio" {
            kept = all;
        } else if !all {
            let reason = REASONS.iter().find(|(style, _)| *style == name).map_or("", |(_, reason)| reason);
            println!("({name}: {reason})");
        }
    }
    anyhow::ensure!(kept, "the trio does not keep its bounds");
    Ok(())
}

/// The bots are found beside the director, so they must be built as it was.
fn build_bots(root: &Path) -> anyhow::Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .current_dir(root)
        .args(["build", "--quiet", "--release", "-p", "melody", "-p", "bass", "-p", "drums"])
        .status()
        .context("failed to run cargo to build the bots")?;
    anyhow::ensure!(status.success(), "failed to build the bots: {status}");
    Ok(())
}

/// Seeds that nobody has seen before, small enough to be typed again.
fn draw(n: u32) -> Vec<u64> {
    let first: Option<u64> = std::env::var("FIRST").ok().and_then(|first| first.parse().ok());
    let chance = std::hash::RandomState::new();
    (0..u64::from(n)).map(|i| first.map_or_else(|| chance.hash_one(i) % 1_000_000, |first| first + i)).collect()
}

/// How many pieces have another with the very same notes in any part.
fn alike(pieces: &[Rendered]) -> f64 {
    let same = |a: &Rendered, b: &Rendered| a.piece.parts().iter().zip(b.piece.parts()).any(|(a, b)| **a == *b);
    let twins = (0..pieces.len()).filter(|i| pieces[..*i].iter().any(|other| same(other, &pieces[*i])));
    twins.count() as f64
}

fn setting(name: &str, otherwise: u32) -> u32 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}
