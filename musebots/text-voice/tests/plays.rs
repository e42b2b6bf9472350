//! The text voice speaks.

use musebot_kit::{
    Meter, Mode, Musebot, PlacedNote, Said, Setup, Stage, Style, Tempo, Tick,
    music::{self, Dice, Ground, Phrase, Rehearsal, Scale, Script, Tala, pulse, trials},
    words::Language,
};
use std::process::Command;
use text_voice::{TextVoice, Verses};

/// Tells the same plan in every phrase, in the voice's own key.
struct Leader;

const ROOTS: [i32; 4] = [9, 5, 0, 7];

impl Musebot for Leader {
    fn new(_: &Setup) -> anyhow::Result<Self> {
        Ok(Self)
    }
    fn tick(&mut self, _: Tick, stage: &mut Stage) {
        if stage.is_bar_line() && Phrase::of(stage.bar(), 4).begins() {
            let minor = |root: i32| if root == 9 { 3 } else { 4 };
            stage.say("plan/chords", ROOTS.map(|root| format!("{root} {} {}", root + minor(root), root + 7)).to_vec());
            stage.say("plan/chordDuration", [1, 1, 1, 1]);
        }
    }
}

fn setup(style: Style, seed: u64) -> Setup {
    let mut setup = Setup::rehearsal("text-voice", seed);
    setup.style = style;
    // The same text on every machine, whatever models are there.
    setup.flags = vec![("model".into(), "/nowhere".into())];
    setup
}

fn room() -> Rehearsal {
    Rehearsal::new(Meter::default(), Tempo::new(112.0).unwrap())
}

fn led(style: Style, seed: u64, density: f64) -> Rehearsal {
    let room = room().with::<Leader>(&Setup::rehearsal("leader", 0)).unwrap();
    room.with::<TextVoice>(&setup(style, seed)).unwrap().section("a", 8, density).section("b", 8, density).play(32)
}

fn notes(played: &Rehearsal) -> Vec<PlacedNote> {
    let mut notes: Vec<PlacedNote> = played.notes.iter().map(|heard| heard.placed).collect();
    notes.sort_by_key(|placed| placed.tick);
    notes
}

fn said<'a>(played: &'a Rehearsal, topic: &'a str) -> impl Iterator<Item = (i64, String)> + 'a {
    played.words.iter().filter(move |(_, said)| said.speaker == "text-voice" && said.topic == topic).map(
        |(tick, said)| {
            let text = said.args.iter().filter_map(|arg| match arg {
                musebot_kit::Arg::Text(text) => Some(text.clone()),
                _ => None,
            });
            (tick.0, text.collect())
        },
    )
}

#[test]
fn two_runs_with_one_seed_speak_the_same() {
    for (style, _) in Style::ALL {
        let (once, twice) = (led(style, 7, 0.7), led(style, 7, 0.7));
        assert_eq!(once.notes, twice.notes);
        assert_eq!(once.words, twice.words);
        assert_ne!(once.notes, led(style, 8, 0.7).notes);
    }
}

#[test]
fn stressed_syllables_fall_on_beats_and_light_ones_between_them() {
    for (language, name) in [(Language::English, "en"), (Language::Spanish, "es"), (Language::Latin, "la")] {
        let (mut heavy, mut light) = ((0, 0), (0, 0));
        for bpm in [72.0, 96.0, 112.0, 132.0] {
            let mut verses = Verses::new(language, Dice::new(1));
            for _ in 0..60 {
                let Some(script) = Script::read(verses.line(), language) else { continue };
                let bar = pulse(Meter::default(), &Tala::plain(Meter::default()));
                let weights: Vec<f64> = bar[12..].iter().chain((0..6).flat_map(|_| &bar)).copied().collect();
                let ground = Ground { weights, step_s: 15.0 / bpm, syllable_s: 0.27, begin: 4, last: None };
                let falls = music::scan(&script.feet, &ground).unwrap();
                let [full, weak] = music::on_beats(&script.feet, &falls, &ground);
                (heavy, light) = ((heavy.0 + full.0, heavy.1 + full.1), (light.0 + weak.0, light.1 + weak.1));
            }
        }
        eprintln!("{name}: on beats {heavy:?} of the stressed syllables and {light:?} of the light ones");
        assert!(heavy.0 * 100 >= heavy.1 * 75, "{name}: {heavy:?}");
        assert!(light.0 * 100 <= light.1 * 25, "{name}: {light:?}");
    }
}

#[test]
fn no_syllable_begins_before_the_last_has_ended() {
    for (style, _) in Style::ALL {
        for seed in 0..8 {
            for pair in notes(&led(style, seed, 0.9)).windows(2) {
                let end = pair[0].tick.0 as f64 + pair[0].note.length;
                // What lies between ticks is the feel's: a swung syllable may reach a tick further.
                assert!(end <= pair[1].tick.0 as f64 + 1.0, "{style}, {seed}: {pair:?}");
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
            for placed in notes(&led(style, seed, 0.7)).iter().filter(|placed| placed.tick.0 < 31 * 64) {
                assert!(scale.has(placed.note.pitch.into()), "{style}, {seed}");
                if placed.tick.0 % 32 == 0 {
                    let root = ROOTS[(placed.tick.0 / 64 % 4) as usize];
                    let above = (i32::from(placed.note.pitch) - root).rem_euclid(12);
                    beats += 1;
                    fitting += usize::from([0, 3, 4, 7].contains(&above));
                }
            }
        }
    }
    eprintln!("on strong beats {fitting} of {beats} of the chord");
    assert!(beats > 100 && fitting * 100 > beats * 88, "{fitting} of {beats}");
}

#[test]
fn words_are_told_as_they_sound_in_the_order_of_the_line() {
    let played = led(Style::Straight, 3, 0.7);
    let ticks: Vec<i64> = notes(&played).iter().map(|placed| placed.tick.0).collect();
    let words: Vec<(i64, String)> = said(&played, "text").collect();
    let lines: Vec<(i64, String)> = said(&played, "line").filter(|(_, line)| !line.ends_with(':')).collect();
    assert!(lines.len() >= 6, "{lines:?}");
    assert!(words.iter().all(|(tick, _)| ticks.contains(tick)), "a word sounds on its tick");
    let told: Vec<&str> = words.iter().map(|(_, word)| word.as_str()).collect();
    assert_eq!(told.join(" "), lines.iter().map(|(_, line)| line.as_str()).collect::<Vec<_>>().join(" "));
    assert!(lines.iter().all(|(tick, _)| words.iter().any(|(at, _)| at == tick)), "a line begins with its first word");
}

#[test]
fn a_new_section_brings_a_new_speaker() {
    let played = led(Style::Straight, 5, 0.7);
    let speakers: Vec<(i64, String)> = said(&played, "line").filter(|(_, line)| line.ends_with(':')).collect();
    let ticks: Vec<i64> = speakers.iter().map(|(tick, _)| *tick).collect();
    assert_eq!(ticks, [0, 512, 1024, 1536]);
    assert!(speakers.windows(2).all(|pair| pair[0].1 != pair[1].1), "{speakers:?}");
}

#[test]
fn more_is_asked_for_and_more_is_spoken() {
    let count = |density| (0..6).map(|seed| led(Style::Straight, seed, density).notes.len()).sum::<usize>();
    let (little, some, much) = (count(0.2), count(0.5), count(0.95));
    assert!(little * 10 < some * 9 && some * 10 < much * 9, "{little} {some} {much}");
}

/// Says how dense it plays.
struct Neighbour(f64);

impl Musebot for Neighbour {
    fn new(setup: &Setup) -> anyhow::Result<Self> {
        Ok(Self(setup.trait_or("busy", 0.0)))
    }
    fn tick(&mut self, _: Tick, stage: &mut Stage) {
        if stage.is_bar_line() {
            stage.say("hdensity", self.0);
        }
    }
}

#[test]
fn it_is_silent_or_short_where_the_others_are_dense() {
    let count = |density: f64| {
        let count = |seed| {
            let mut neighbour = Setup::rehearsal("neighbour", 0);
            neighbour.temperament.set("busy", density).unwrap();
            let room = room().with::<Neighbour>(&neighbour).unwrap();
            let room = room.with::<TextVoice>(&setup(Style::Straight, seed)).unwrap();
            room.section("a", 8, 0.5).play(32).notes.len()
        };
        (0..6).map(count).sum::<usize>()
    };
    assert!(count(1.0) * 3 < count(0.2), "{} and {}", count(1.0), count(0.2));
}

#[test]
fn the_last_syllable_is_the_tonic_on_the_last_bar_line() {
    for (style, _) in Style::ALL {
        for seed in 0..6 {
            let played = notes(&led(style, seed, 0.6));
            let last = played.last().unwrap();
            assert_eq!(
                (last.tick.0, last.note.pitch % 12, last.note.deviation_ms),
                (31 * 64, 0, 0.0),
                "{style} {seed}"
            );
        }
    }
}

#[test]
fn the_band_hears_how_much_it_speaks() {
    let played = led(Style::Straight, 3, 0.7);
    let densities: Vec<f64> = played
        .words
        .iter()
        .filter_map(|(_, said)| match said.said() {
            Some(Said::HDensity(density)) => Some(density),
            _ => None,
        })
        .collect();
    assert!(densities.len() >= 8 && densities.iter().any(|density| (0.2..0.6).contains(density)), "{densities:?}");
}

#[test]
fn every_language_speaks() {
    for language in ["en", "es", "la"] {
        let mut setup = setup(Style::Straight, 2);
        setup.flags.push(("language".into(), language.into()));
        let played = room().with::<TextVoice>(&setup).unwrap().play(16);
        assert!(said(&played, "text").count() > 10, "{language}");
    }
    let mut klingon = setup(Style::Straight, 2);
    klingon.flags.push(("language".into(), "tlh".into()));
    let refused = TextVoice::new(&klingon).err().unwrap().to_string();
    assert!(refused.contains("en, es, la"), "{refused}");
}

#[test]
fn initialize_makes_new_material_from_the_next_bar_on() {
    trials::initialize_makes_new_material_from_the_next_bar_on::<TextVoice>("text-voice");
}

#[test]
fn whatever_is_said_in_whatever_metre_it_speaks_to_the_last_bar() {
    trials::whatever_is_said_in_whatever_metre_it_plays_to_the_last_bar::<TextVoice>("text-voice");
}

#[test]
fn help_teaches_the_traits_and_the_flags() {
    let output = Command::new(env!("CARGO_BIN_EXE_text-voice")).arg("--help").output().unwrap();
    let help = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success());
    let words =
        ["busy", "bold", "--model", "--language", "--timbre", "--voice", "espeak", "tenor", "--temperature", "--seed"];
    assert!(words.iter().all(|word| help.contains(word)), "{help}");
}
