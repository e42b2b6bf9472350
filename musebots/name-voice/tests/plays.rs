//! The name voice calls.

use musebot_kit::{
    Arg, Meter, Mode, Musebot, PlacedNote, Said, Setup, Stage, Style, Tempo, Tick,
    music::{Phrase, Rehearsal, Scale, trials},
    words::Language,
};
use name_voice::{Kinship, NameVoice, answers, sound};
use std::process::Command;

/// Tells the same plan in every phrase.
struct Leader;

const ROOTS: [i32; 4] = [9, 5, 0, 7];

impl Musebot for Leader {
    fn new(_: &Setup) -> anyhow::Result<Self> {
        Ok(Self)
    }
    fn tick(&mut self, _: Tick, stage: &mut Stage) {
        if stage.is_bar_line() && Phrase::of(stage.bar(), 4).begins() {
            let third = |root: i32| if root == 9 { 3 } else { 4 };
            stage.say("plan/chords", ROOTS.map(|root| format!("{root} {} {}", root + third(root), root + 7)).to_vec());
            stage.say("plan/chordDuration", [1, 1, 1, 1]);
        }
    }
}

fn setup(style: Style, seed: u64) -> Setup {
    let mut setup = Setup::rehearsal("name-voice", seed);
    setup.style = style;
    // The same names on every machine, whatever models are there.
    setup.flags = vec![("model".into(), "/nowhere".into())];
    setup
}

fn room() -> Rehearsal {
    Rehearsal::new(Meter::default(), Tempo::new(112.0).unwrap())
}

fn led(style: Style, seed: u64, density: f64) -> Rehearsal {
    let room = room().with::<Leader>(&Setup::rehearsal("leader", 0)).unwrap();
    room.with::<NameVoice>(&setup(style, seed)).unwrap().section("a", 8, density).section("b", 8, density).play(32)
}

fn notes(played: &Rehearsal) -> Vec<PlacedNote> {
    let mut notes: Vec<PlacedNote> = played.notes.iter().map(|heard| heard.placed).collect();
    notes.sort_by_key(|placed| placed.tick);
    notes
}

/// The names that were called, and when.
fn names(played: &Rehearsal) -> Vec<(i64, String)> {
    let lines = played.words.iter().filter(|(_, said)| said.speaker == "name-voice" && said.topic == "line");
    let text = |args: &[Arg]| match args.first() {
        Some(Arg::Text(text)) => text.clone(),
        _ => String::new(),
    };
    lines.map(|(tick, said)| (tick.0, text(&said.args))).collect()
}

#[test]
fn two_runs_with_one_seed_call_the_same() {
    for (style, _) in Style::ALL {
        let (once, twice) = (led(style, 7, 0.6), led(style, 7, 0.6));
        assert_eq!(once.notes, twice.notes);
        assert_eq!(once.words, twice.words);
        assert_ne!(once.notes, led(style, 8, 0.6).notes);
    }
}

#[test]
fn every_phrase_has_its_name_and_answers_that_are_akin() {
    let (mut akin, mut all) = (0, 0);
    for seed in 0..8 {
        let names = names(&led(Style::Straight, seed, 0.45));
        for phrase in 0..7 {
            // A call may begin with an upbeat.
            let here = phrase * 256 - 16..(phrase + 1) * 256 - 16;
            let called: Vec<&str> =
                names.iter().filter(|(tick, _)| here.contains(tick)).map(|(_, name)| name.as_str()).collect();
            assert!((1..=3).contains(&called.len()), "phrase {phrase}: {called:?}");
            let call = sound(called[0], Language::Latin).unwrap();
            for answer in &called[1..] {
                let word = sound(answer, Language::Latin).unwrap();
                all += 1;
                let ways = [Kinship::Rhyme, Kinship::Alliteration];
                akin += usize::from(ways.iter().any(|kinship| answers(&call, &word, *kinship).is_some()));
            }
        }
    }
    assert!(all > 50 && akin == all, "{akin} of {all}");
}

#[test]
fn a_litany_where_much_is_asked_for_and_one_name_held_where_little_is() {
    let (held, litany) = (led(Style::Straight, 3, 0.2), led(Style::Straight, 3, 0.95));
    let phrases = 7;
    assert!((phrases..=phrases + 2).contains(&names(&held).len()), "{:?}", names(&held));
    assert!(names(&litany).len() > 3 * phrases, "{:?}", names(&litany));
    let longest = |played: &Rehearsal| {
        let inner = notes(played).into_iter().filter(|placed| placed.tick.0 < 28 * 64);
        inner.map(|placed| placed.note.length).fold(0.0, f64::max)
    };
    assert!(longest(&held) > 64.0 && longest(&litany) < 64.0, "{} {}", longest(&held), longest(&litany));
}

#[test]
fn no_syllable_begins_before_the_last_has_ended() {
    for (style, _) in Style::ALL {
        for seed in 0..6 {
            for density in [0.2, 0.5, 0.9] {
                for pair in notes(&led(style, seed, density)).windows(2) {
                    let end = pair[0].tick.0 as f64 + pair[0].note.length;
                    assert!(end <= pair[1].tick.0 as f64 + 1.0, "{style}, {seed}: {pair:?}");
                }
            }
        }
    }
}

#[test]
fn it_stays_in_the_scale_and_lands_on_the_chords() {
    let scale = Scale::new("C".parse().unwrap(), Mode::Major);
    let (mut beats, mut fitting) = (0, 0);
    for (style, _) in Style::ALL {
        for seed in 0..6 {
            for placed in notes(&led(style, seed, 0.6)).iter().filter(|placed| placed.tick.0 < 31 * 64) {
                assert!(scale.has(placed.note.pitch.into()), "{style}, {seed}");
                if placed.tick.0 % 32 == 0 {
                    let root = ROOTS[(placed.tick.0 / 64 % 4) as usize];
                    beats += 1;
                    fitting +=
                        usize::from([0, 3, 4, 7].contains(&(i32::from(placed.note.pitch) - root).rem_euclid(12)));
                }
            }
        }
    }
    eprintln!("on strong beats {fitting} of {beats} of the chord");
    assert!(beats > 100 && fitting * 100 > beats * 95, "{fitting} of {beats}");
}

#[test]
fn a_motif_is_told_as_a_notepool_that_fits_the_chord_and_has_its_root_first() {
    let played = led(Style::Straight, 3, 0.6);
    let onsets: Vec<i64> = names(&played).iter().map(|(tick, _)| *tick).collect();
    let pools: Vec<(i64, Vec<u8>)> = played
        .words
        .iter()
        .filter_map(|(tick, said)| match said.said() {
            Some(Said::NotePool(pool)) => Some((tick.0, pool)),
            _ => None,
        })
        .collect();
    assert!(pools.len() >= 14, "{pools:?}");
    for (tick, pool) in pools {
        assert!(onsets.contains(&tick), "with the name's first syllable");
        let root = ROOTS[(tick / 64 % 4) as usize];
        assert_eq!(i32::from(pool[0]) % 12, root);
        assert!(pool.iter().all(|p| [0, 3, 4, 7].contains(&(i32::from(*p) - root).rem_euclid(12))), "{pool:?}");
    }
}

/// Speaks a word on every beat, for as long as it likes.
struct Talker;

impl Musebot for Talker {
    fn new(_: &Setup) -> anyhow::Result<Self> {
        Ok(Self)
    }
    fn tick(&mut self, tick: Tick, stage: &mut Stage) {
        // Two bars of speech, two of silence.
        if tick.0 % 16 == 0 && tick.0 / 128 % 2 == 0 {
            stage.say("text", "word");
        }
    }
}

#[test]
fn it_waits_for_another_voice_to_end() {
    let mut talks_over = 0;
    for seed in 0..6 {
        let room = room().with::<Talker>(&Setup::rehearsal("talker", 0)).unwrap();
        let played = room.with::<NameVoice>(&setup(Style::Straight, seed)).unwrap().section("a", 8, 0.45).play(24);
        let begins = names(&played);
        assert!(begins.len() >= 5, "{begins:?}");
        talks_over +=
            begins.iter().filter(|(tick, _)| tick / 128 % 2 == 0 && tick % 128 > 16 && tick % 128 < 96).count();
    }
    assert_eq!(talks_over, 0);
}

#[test]
fn the_last_syllable_is_at_home_on_the_last_bar_line() {
    for (style, _) in Style::ALL {
        for seed in 0..6 {
            let played = notes(&led(style, seed, 0.6));
            let last = played.last().unwrap();
            assert_eq!((last.tick.0, last.note.deviation_ms), (31 * 64, 0.0), "{style} {seed}");
            assert!([0, 7].contains(&(last.note.pitch % 12)), "{style} {seed}");
        }
    }
}

#[test]
fn initialize_makes_new_material_from_the_next_bar_on() {
    trials::initialize_makes_new_material_from_the_next_bar_on::<NameVoice>("name-voice");
}

#[test]
fn whatever_is_said_in_whatever_metre_it_calls_to_the_last_bar() {
    trials::whatever_is_said_in_whatever_metre_it_plays_to_the_last_bar::<NameVoice>("name-voice");
}

#[test]
fn help_teaches_the_traits_and_the_flags() {
    let output = Command::new(env!("CARGO_BIN_EXE_name-voice")).arg("--help").output().unwrap();
    let help = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success());
    let words =
        ["busy", "bold", "--model", "--language", "--timbre", "--voice", "espeak", "alto", "--temperature", "--seed"];
    assert!(words.iter().all(|word| help.contains(word)), "{help}");
}
