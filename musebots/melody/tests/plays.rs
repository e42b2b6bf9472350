//! The melody plays.

use melody::Melody;
use musebot_kit::{
    Meter, Mode, Musebot, Said, Setup, Stage, Style, Tempo, Tick,
    music::{Phrase, Rehearsal, Scale, trials},
};
use std::process::Command;

/// A bot that leads the harmony from the beginning, in a key of its own.
struct Leader;

impl Musebot for Leader {
    fn new(_: &Setup) -> anyhow::Result<Self> {
        Ok(Self)
    }
    fn tick(&mut self, _: Tick, stage: &mut Stage) {
        if stage.is_bar_line() && Phrase::of(stage.bar(), 4).begins() {
            stage.say("plan/chords", ["4 8 11", "9 13 16"]);
            stage.say("plan/chordDuration", [1, 1]);
        }
    }
}

fn setup(style: Style, seed: u64) -> Setup {
    let mut setup = Setup::rehearsal("melody", seed);
    (setup.style, setup.key, setup.mode) = (style, "E".parse().unwrap(), Mode::Mixolydian);
    setup
}

fn room() -> Rehearsal {
    Rehearsal::new(Meter::default(), Tempo::default())
}

fn alone(style: Style, seed: u64) -> Rehearsal {
    room().with::<Melody>(&setup(style, seed)).unwrap().play(32)
}

#[test]
fn two_runs_with_one_seed_play_the_same() {
    for (style, _) in Style::ALL {
        let (once, twice) = (alone(style, 7), alone(style, 7));
        assert_eq!(once.notes, twice.notes);
        assert_eq!(once.words, twice.words);
        assert_ne!(once.notes, alone(style, 8).notes);
    }
}

#[test]
fn alone_it_offers_every_plan_a_phrase_ahead() {
    let played = alone(Style::Straight, 3);
    let plans: Vec<i64> = played
        .words
        .iter()
        .filter(|(_, words)| matches!(words.said(), Some(Said::PlanChords(_))))
        .map(|(tick, _)| tick.0)
        .collect();
    // The first phrase's at once, and on the second beat of each phrase the next one's.
    let ahead: Vec<i64> = std::iter::once(0).chain((0..8).map(|phrase| phrase * 256 + 16)).collect();
    assert_eq!(plans, ahead);
}

#[test]
fn the_notepool_is_told_at_every_change_of_the_plan() {
    let played = alone(Style::Straight, 3);
    let pools = played.words.iter().filter(|(_, words)| matches!(words.said(), Some(Said::NotePool(_))));
    let ticks: Vec<i64> = pools.map(|(tick, _)| tick.0).collect();
    assert!(ticks.len() >= 24, "{ticks:?}");
    assert!(ticks.iter().all(|tick| tick % 32 == 0), "{ticks:?}");
}

#[test]
fn where_somebody_else_leads_it_follows() {
    let room = room().with::<Leader>(&Setup::rehearsal("chords", 0)).unwrap();
    let played = room.with::<Melody>(&setup(Style::Straight, 3)).unwrap().play(32);
    let own = played
        .words
        .iter()
        .filter(|(tick, words)| words.speaker == "melody" && words.topic.starts_with("plan/") && tick.0 >= 256);
    assert_eq!(own.count(), 0, "it leaves the plan to whoever has one");
    let (mut strong, mut fitting) = (0, 0);
    for heard in played.notes.iter().filter(|heard| heard.placed.tick.0 >= 256) {
        let tick = heard.placed.tick.0;
        if tick % 32 == 0 && tick < 31 * 64 {
            let root = if tick.rem_euclid(256) < 128 { 4 } else { 9 };
            strong += 1;
            let above = (i32::from(heard.placed.note.pitch) - root).rem_euclid(12);
            fitting += usize::from([0, 4, 7].contains(&above));
        }
    }
    assert!(strong > 20 && fitting * 100 > strong * 80, "{fitting} of {strong}");
}

#[test]
fn of_two_melodies_one_makes_the_plan() {
    let two = room().with::<Melody>(&setup(Style::Straight, 3)).unwrap();
    let mut other = setup(Style::Straight, 4);
    other.id = "viola".parse().unwrap();
    let played = two.with::<Melody>(&other).unwrap().play(32);
    let plans = |who: &str| {
        let by = |(tick, said): &&(Tick, musebot_kit::Broadcast)| {
            said.speaker == who && said.topic == "plan/chords" && tick.0 >= 256
        };
        played.words.iter().filter(by).count()
    };
    assert_eq!((plans("melody"), plans("viola")), (7, 0));
}

#[test]
fn it_stays_in_the_scale() {
    let scale = Scale::new("E".parse().unwrap(), Mode::Mixolydian);
    for (style, _) in Style::ALL {
        assert!(alone(style, 5).notes.iter().all(|heard| scale.has(heard.placed.note.pitch.into())), "{style}");
    }
}

#[test]
fn it_breathes_at_the_end_of_every_phrase() {
    for (style, _) in Style::ALL {
        let played = alone(style, 2);
        for phrase in 0..7_i64 {
            let bar = (phrase * 4 + 3) * 64..(phrase * 4 + 4) * 64;
            let notes: Vec<_> = played.notes.iter().filter(|n| bar.contains(&n.placed.tick.0)).collect();
            let sounding: f64 = notes.iter().map(|n| n.placed.note.length).sum();
            assert!(sounding < 60.0, "{style}, phrase {phrase}: {sounding} of 64 ticks");
        }
    }
}

#[test]
fn the_last_note_is_the_tonic_on_the_last_bar_line() {
    for (style, _) in Style::ALL {
        let played = alone(style, 4);
        let last = played.notes.last().unwrap().placed;
        assert_eq!((last.tick.0, last.note.pitch % 12), (31 * 64, 4), "{style}");
    }
}

#[test]
fn more_is_asked_for_and_more_is_played() {
    let count = |density| {
        (0..5)
            .map(|seed| {
                let room = room().with::<Melody>(&setup(Style::Straight, seed)).unwrap();
                room.section("a", 8, density).play(32).notes.len()
            })
            .sum::<usize>()
    };
    assert!(count(0.15) * 10 < count(0.5) * 9 && count(0.5) * 10 < count(0.95) * 9);
}

/// Plays nothing and says that it is as dense as can be, or that it rests.
struct Neighbour {
    density: f64,
}

impl Musebot for Neighbour {
    fn new(setup: &Setup) -> anyhow::Result<Self> {
        Ok(Self { density: setup.trait_or("busy", 0.0) })
    }
    fn tick(&mut self, _: Tick, stage: &mut Stage) {
        if stage.is_bar_line() {
            stage.say("hdensity", self.density);
        }
    }
}

#[test]
fn it_leaves_room_when_the_others_are_dense() {
    let count = |density: f64| {
        (0..5)
            .map(|seed| {
                let mut neighbour = Setup::rehearsal("neighbour", 0);
                neighbour.temperament.set("busy", density).unwrap();
                let room = room().with::<Neighbour>(&neighbour).unwrap();
                let room = room.with::<Melody>(&setup(Style::Straight, seed)).unwrap();
                room.play(32).notes.len()
            })
            .sum::<usize>()
    };
    assert!(count(1.0) * 10 < count(0.1) * 9, "{} and {}", count(1.0), count(0.1));
}

/// Offers a motif in the first bar of every phrase, if it is busy.
struct Caller {
    offers: bool,
}

impl Musebot for Caller {
    fn new(setup: &Setup) -> anyhow::Result<Self> {
        Ok(Self { offers: setup.trait_or("busy", 0.0) > 0.5 })
    }
    fn tick(&mut self, tick: Tick, stage: &mut Stage) {
        if tick.0 % 256 == 32 && self.offers {
            stage.say("notepool", [64, 64, 71, 68, 76]);
        }
    }
}

#[test]
fn it_takes_up_a_motif_that_somebody_offers_where_it_leads() {
    let played = |busy: f64| {
        let mut caller = Setup::rehearsal("caller", 0);
        caller.temperament.set("busy", busy).unwrap();
        let room = room().with::<Caller>(&caller).unwrap();
        room.with::<Melody>(&setup(Style::Straight, 3)).unwrap().play(32)
    };
    let (alone, answering) = (played(0.0), played(1.0));
    assert_ne!(alone.notes, answering.notes);
    let scale = Scale::new("E".parse().unwrap(), Mode::Mixolydian);
    assert!(answering.notes.iter().all(|heard| scale.has(heard.placed.note.pitch.into())));
}

#[test]
fn initialize_makes_new_material_from_the_next_bar_on() {
    trials::initialize_makes_new_material_from_the_next_bar_on::<Melody>("melody");
}

#[test]
fn whatever_is_said_in_whatever_metre_it_plays_to_the_last_bar() {
    trials::whatever_is_said_in_whatever_metre_it_plays_to_the_last_bar::<Melody>("melody");
}

#[test]
fn help_teaches_the_traits_and_the_patches() {
    let output = Command::new(env!("CARGO_BIN_EXE_melody")).arg("--help").output().unwrap();
    let help = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success());
    assert!(["busy", "bold", "dark", "--patch", "warm-lead", "--seed"].iter().all(|w| help.contains(w)), "{help}");
}
