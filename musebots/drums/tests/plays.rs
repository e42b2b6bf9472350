//! The drummer plays.

use drums::{Drum, Drums};
use musebot_kit::{
    Meter, Said, Setup, Style, Tempo,
    music::{Heard, Rehearsal, backbeats, trials},
};
use std::{collections::BTreeSet, process::Command};

fn setup(style: Style, meter: Meter, seed: u64) -> Setup {
    let mut setup = Setup::rehearsal("drums", seed);
    (setup.style, setup.meter) = (style, meter);
    setup
}

fn alone(style: Style, meter: &str, seed: u64, bars: u32) -> Rehearsal {
    let meter = meter.parse().unwrap();
    Rehearsal::new(meter, Tempo::default()).with::<Drums>(&setup(style, meter, seed)).unwrap().play(bars)
}

/// The sixteenths of the piece on which a drum is hit.
fn steps(notes: &[Heard], drum: Drum) -> BTreeSet<i64> {
    let hits = notes.iter().filter(|heard| i32::from(heard.placed.note.pitch) == drum.number());
    hits.map(|heard| (heard.placed.tick.0 as f64 / 4.0).round() as i64).collect()
}

#[test]
fn two_runs_with_one_seed_play_the_same() {
    for (style, _) in Style::ALL {
        let (once, twice) = (alone(style, "4/4", 7, 32), alone(style, "4/4", 7, 32));
        assert_eq!(once.notes, twice.notes);
        assert_eq!(once.words, twice.words);
        assert_ne!(once.notes, alone(style, "4/4", 8, 32).notes);
    }
}

#[test]
fn the_tala_it_tells_is_where_its_kick_and_backbeat_are() {
    for seed in 0..20 {
        let played = alone(Style::Straight, "4/4", seed, 8);
        let told = played.words.iter().find_map(|(_, words)| match words.said() {
            Some(Said::Tala(groups)) => Some(groups),
            _ => None,
        });
        let mut starts = BTreeSet::new();
        let mut at = 0;
        for group in told.expect("it tells its tala") {
            starts.insert(at);
            at += i64::from(group);
        }
        assert_eq!(at, 16);
        let back: BTreeSet<i64> =
            backbeats(Meter::default(), Style::Straight).iter().map(|step| *step as i64).collect();
        let kicks: BTreeSet<i64> = steps(&played.notes, Drum::Kick).into_iter().filter(|step| *step < 16).collect();
        assert!(kicks.is_subset(&starts), "{kicks:?} {starts:?}");
        assert!(back.is_subset(&starts), "{starts:?}");
    }
}

#[test]
fn the_last_bar_is_one_stroke_on_its_first_beat() {
    for (style, _) in Style::ALL {
        for meter in ["4/4", "3/4", "7/8"] {
            let bar = meter.parse::<Meter>().unwrap().ticks_per_bar();
            let played = alone(style, meter, 5, 16);
            let last: Vec<i64> =
                played.notes.iter().map(|n| n.placed.tick.0).filter(|tick| *tick >= 15 * bar).collect();
            assert!(!last.is_empty() && last.iter().all(|tick| *tick == 15 * bar), "{style} {meter}: {last:?}");
        }
    }
}

#[test]
fn density_opens_the_groove_and_never_switches_it_off() {
    let count = |density| {
        let meter = Meter::default();
        let room = Rehearsal::new(meter, Tempo::default()).with::<Drums>(&setup(Style::Straight, meter, 3)).unwrap();
        let played = room.section("a", 8, density).play(16);
        for bar in 0..16 {
            let in_bar = |heard: &&Heard| heard.placed.tick.0.div_euclid(64) == bar;
            assert!(played.notes.iter().filter(in_bar).count() > 0, "bar {} at {density}", bar + 1);
        }
        played.notes.len()
    };
    assert!(count(0.0) < count(0.4) && count(0.4) < count(1.0));
}

#[test]
fn a_swung_offbeat_comes_late_by_a_third_of_the_way() {
    let played = alone(Style::Swing, "4/4", 1, 4);
    let tick_ms = 60_000.0 / (16.0 * 120.0);
    let offs: Vec<f64> = played
        .notes
        .iter()
        .filter(|heard| i32::from(heard.placed.note.pitch) == Drum::Ride.number())
        .map(|heard| heard.placed.tick.0 as f64 + f64::from(heard.placed.note.deviation_ms) / tick_ms)
        .map(|tick| tick.rem_euclid(16.0))
        .filter(|tick| (5.0..14.0).contains(tick))
        .collect();
    let mean = offs.iter().sum::<f64>() / offs.len() as f64;
    assert!((mean - 32.0 / 3.0).abs() < 0.3, "{mean}: {offs:?}");
}

#[test]
fn initialize_makes_new_material_from_the_next_bar_on() {
    trials::initialize_makes_new_material_from_the_next_bar_on::<Drums>("drums");
}

#[test]
fn whatever_is_said_in_whatever_metre_it_plays_to_the_last_bar() {
    trials::whatever_is_said_in_whatever_metre_it_plays_to_the_last_bar::<Drums>("drums");
}

#[test]
fn help_teaches_the_traits() {
    let output = Command::new(env!("CARGO_BIN_EXE_drums")).arg("--help").output().unwrap();
    let help = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success());
    assert!(["busy", "bold", "loose", "loud", "--seed"].iter().all(|word| help.contains(word)), "{help}");
}
