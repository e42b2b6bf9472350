//! The bass plays.

use bass::{Bass, REGISTER};
use musebot_kit::{
    Broadcast, Meter, Musebot, PlacedNote, Setup, Stage, Style, Tempo, Tick,
    music::{Phrase, Rehearsal, trials},
};
use std::process::Command;

/// Tells the same plan in every phrase, and a tala, as somebody else's bots would.
struct Leader;

const ROOTS: [i32; 4] = [9, 5, 0, 7];

impl Musebot for Leader {
    fn new(_: &Setup) -> anyhow::Result<Self> {
        Ok(Self)
    }
    fn tick(&mut self, _: Tick, stage: &mut Stage) {
        if stage.is_bar_line() && Phrase::of(stage.bar(), 4).begins() {
            stage.say("plan/chords", ROOTS.map(|root| format!("{root} {} {}", root + 4, root + 7)).to_vec());
            stage.say("plan/chordDuration", [16, 16, 16, 16]);
            stage.say("tala", [4, 3, 3, 2, 4]);
        }
    }
}

fn setup(style: Style, seed: u64) -> Setup {
    let mut setup = Setup::rehearsal("bass", seed);
    setup.style = style;
    setup
}

fn room() -> Rehearsal {
    Rehearsal::new(Meter::default(), Tempo::default())
}

fn notes(rehearsal: &Rehearsal) -> Vec<PlacedNote> {
    rehearsal.notes.iter().map(|heard| heard.placed).collect()
}

fn led(style: Style, seed: u64) -> Vec<PlacedNote> {
    let room = room().with::<Leader>(&Setup::rehearsal("leader", 0)).unwrap();
    notes(&room.with::<Bass>(&setup(style, seed)).unwrap().play(32))
}

#[test]
fn two_runs_with_one_seed_play_the_same() {
    for (style, _) in Style::ALL {
        assert_eq!(led(style, 7), led(style, 7));
        assert_ne!(led(style, 7), led(style, 8));
    }
}

#[test]
fn the_bass_lands_on_the_root_when_the_chord_changes() {
    for style in [Style::Straight, Style::Swing, Style::Ballad, Style::Funk] {
        for seed in 0..5 {
            let played = led(style, seed);
            for bar in 1..31_i64 {
                let root = ROOTS[(bar % 4) as usize];
                let first = played.iter().find(|note| note.tick.0 == bar * 64).expect("a note on every change");
                assert_eq!(i32::from(first.note.pitch) % 12, root, "{style}, bar {}", bar + 1);
            }
        }
    }
}

#[test]
fn it_plays_with_the_kick_and_leaves_the_backbeat_to_the_snare() {
    let (mut kicks, mut all, mut snares) = (0, 0, 0);
    for seed in 0..10 {
        for note in led(Style::Straight, seed).iter().filter(|note| note.tick.0 >= 64) {
            let step = note.tick.0.rem_euclid(64) / 4;
            all += 1;
            // The tala 4 3 3 2 4 begins groups on 0, 4, 7, 10 and 12, of which 4 and 12 are the snare's.
            kicks += usize::from([0, 7, 10].contains(&step));
            snares += usize::from(step == 4);
        }
    }
    assert!(kicks * 10 > all * 6, "{kicks} of {all}");
    assert!(snares * 20 < all, "{snares} of {all}");
}

#[test]
fn it_walks_on_every_beat_and_by_a_step_or_a_fifth_into_the_next_chord() {
    let (mut near, mut all) = (0, 0);
    for seed in 0..10 {
        let played = led(Style::Swing, seed);
        for bar in 1..31_i64 {
            let at = |tick: i64| played.iter().find(|note| note.tick.0 == tick).map(|note| i32::from(note.note.pitch));
            assert!((0..4).all(|beat| at(bar * 64 + beat * 16).is_some()), "a beat of bar {} is empty", bar + 1);
            if let (Some(last), Some(root)) = (at(bar * 64 + 48), at(bar * 64 + 64)) {
                all += 1;
                near += usize::from((last - root).abs() <= 2 || [5, 7].contains(&(last - root).abs()));
            }
        }
    }
    assert!(near * 10 > all * 8, "{near} of {all}");
}

#[test]
fn it_stays_in_its_register() {
    for (style, _) in Style::ALL {
        for seed in 0..10 {
            let out = led(style, seed).into_iter().find(|n| !(REGISTER.0..=REGISTER.1).contains(&n.note.pitch.into()));
            assert_eq!(out, None, "{style}");
        }
    }
}

#[test]
fn alone_it_makes_its_own_roots() {
    for (style, _) in Style::ALL {
        let played = notes(&room().with::<Bass>(&setup(style, 3)).unwrap().play(16));
        let roots: std::collections::BTreeSet<u8> =
            played.iter().filter(|note| note.tick.0.rem_euclid(64) < 12).map(|note| note.note.pitch % 12).collect();
        assert!(roots.len() > 2, "{style}: {roots:?}");
    }
}

#[test]
fn a_notepool_is_enough_to_follow() {
    /// A bot that only ever says what sounds now.
    struct Pool;
    impl Musebot for Pool {
        fn new(_: &Setup) -> anyhow::Result<Self> {
            Ok(Self)
        }
        fn tick(&mut self, _: Tick, stage: &mut Stage) {
            if stage.is_bar_line() {
                let root = if stage.bar().is_multiple_of(2) { 65 } else { 62 };
                stage.say("notepool", [root, root + 4, root + 7]);
            }
        }
        fn heard(&mut self, _: &Broadcast, _: &mut Stage) {}
    }
    let room = room().with::<Pool>(&Setup::rehearsal("pool", 0)).unwrap();
    let played = notes(&room.with::<Bass>(&setup(Style::Swing, 4)).unwrap().play(12));
    // The second beat's note cannot know more than the first tick's word; the bar's second half does.
    let fits = |note: &&PlacedNote| {
        let root = if (note.tick.0 / 64) % 2 == 1 { 65 } else { 62 };
        [0, 4, 7].contains(&(i32::from(note.note.pitch) - root).rem_euclid(12))
    };
    let inner: Vec<&PlacedNote> = played.iter().filter(|n| (16..48).contains(&(n.tick.0 % 64))).collect();
    let fitting = inner.iter().copied().filter(|n| fits(n)).count();
    assert!(fitting * 2 > inner.len(), "{fitting} of {}", inner.len());
}

#[test]
fn initialize_makes_new_material_from_the_next_bar_on() {
    trials::initialize_makes_new_material_from_the_next_bar_on::<Bass>("bass");
}

#[test]
fn whatever_is_said_in_whatever_metre_it_plays_to_the_last_bar() {
    trials::whatever_is_said_in_whatever_metre_it_plays_to_the_last_bar::<Bass>("bass");
}

#[test]
fn help_teaches_the_traits_and_the_patches() {
    let output = Command::new(env!("CARGO_BIN_EXE_bass")).arg("--help").output().unwrap();
    let help = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success());
    assert!(["busy", "bold", "--patch", "upright-bass", "--seed"].iter().all(|word| help.contains(word)), "{help}");
}
