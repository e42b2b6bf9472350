use super::*;
use proptest::prelude::*;

fn scene(happenings: impl IntoIterator<Item = (f64, What)>) -> Scene {
    let mut scene = Scene::default();
    happenings.into_iter().for_each(|(due, what)| scene.happen(&Happening { due, what }));
    scene
}

fn onset(player: &str, pitch: u8) -> What {
    What::Onsets { player: player.into(), percussion: false, notes: vec![(pitch, 0.8)] }
}

fn roster(names: &[&str]) -> What {
    What::Roster(names.iter().map(|&name| name.into()).collect())
}

#[test]
fn a_note_is_seen_when_it_is_due_and_gone_after_some_seconds() {
    let mut scene = scene([(1.0, onset("bass", 40))]);
    scene.advance(0.9);
    assert!(scene.marks.is_empty());
    scene.advance(1.0);
    assert_eq!((scene.marks.len(), scene.marks[0].pitch), (1, 40));
    scene.advance(1.0 + MARK_LIFE);
    assert!(scene.marks.is_empty());
}

#[test]
fn marks_stand_in_the_order_of_time_whatever_order_they_came_in() {
    let mut scene = scene([(1.2, onset("a", 1)), (1.0, onset("b", 2)), (1.1, onset("a", 3))]);
    scene.advance(1.25);
    scene.happen(&Happening { due: 1.05, what: onset("late", 4) });
    scene.advance(1.3);
    assert_eq!(scene.marks.iter().map(|mark| mark.pitch).collect::<Vec<_>>(), [2, 4, 3, 1]);
}

#[test]
fn who_plays_is_present_and_who_falls_silent_fades() {
    let mut scene = scene([(0.0, roster(&["melody", "bass"])), (5.0, onset("bass", 40))]);
    scene.advance(5.0);
    assert_eq!((scene.players[0].presence, scene.players[1].presence), (0.0, 1.0));
    assert!(scene.players[1].swell > 0.7);
    scene.advance(12.0);
    assert!(scene.players[1].presence < 0.1 && scene.players[1].swell < 0.01);
}

#[test]
fn a_player_keeps_its_seat_when_another_goes() {
    let mut scene = scene([(0.0, roster(&["a", "b", "c"])), (4.0, roster(&["a", "c"])), (4.5, onset("c", 50))]);
    scene.advance(3.0);
    let seat = scene.players[2].seat;
    scene.advance(3.9);
    scene.advance(4.6);
    assert_eq!(scene.players.len(), 3, "one goes slowly");
    scene.advance(6.0);
    assert_eq!((scene.players[1].name.as_str(), scene.players[1].seat), ("c", seat));
    assert_eq!(scene.marks[0].player, 1, "its marks are still its own");
}

#[test]
fn density_is_the_conductors_or_else_what_bots_say_or_else_what_is_played() {
    let busy = What::Busy { player: "bass".into(), density: 0.2 };
    let mut scene = scene([(0.0, busy), (10.0, What::Density(0.9))]);
    scene.advance(9.0);
    assert!((scene.density - 0.2).abs() < 0.01, "{}", scene.density);
    scene.advance(20.0);
    assert!((scene.density - 0.9).abs() < 0.01, "{}", scene.density);
}

#[test]
fn harmony_is_pitch_classes() {
    let mut scene = scene([(0.0, What::Harmony(vec![60, 64, 67, 72]))]);
    scene.advance(0.1);
    assert_eq!(scene.harmony, 0b1001_0001);
}

#[test]
fn a_line_stays_while_its_words_come() {
    let word = |text: &str| What::Word { player: "voice".into(), text: text.into() };
    let line = What::Line { player: "voice".into(), text: "to be".into() };
    let mut scene = scene([(0.0, line), (1.0, word("to")), (5.0, word("be"))]);
    scene.advance(1.0);
    scene.advance(3.5);
    assert_eq!((scene.lines.len(), scene.words.len()), (1, 1));
    scene.advance(7.0);
    assert_eq!(scene.lines.len(), 1);
    scene.advance(9.0);
    assert!(scene.lines.is_empty() && scene.words.is_empty());
}

#[test]
fn beats_count_and_bars_begin() {
    let beat = |n: u32| What::Beat { tempo: 120.0, bar: 1 + n / 4, beat: 1 + n % 4, beats: 4, phrase: 4, left: None };
    let mut scene = scene((0..7).map(|n| (f64::from(n) * 0.5, beat(n))));
    scene.advance(3.25);
    assert!((scene.beat - scene.downbeat - 2.5).abs() < 0.05, "{} {}", scene.beat, scene.downbeat);
}

#[test]
fn a_flood_is_bounded() {
    let mut scene = Scene::default();
    for n in 0..4000_u32 {
        let name = format!("bot {n}");
        let what = [
            What::Onsets { player: name.clone(), percussion: false, notes: vec![(200, 9.0); 500] },
            What::Line { player: name.clone(), text: "la ".repeat(1000) },
            What::Word { player: name.clone(), text: "la".repeat(1000) },
            What::Roster((0..300).map(|m| format!("{n} {m}")).collect()),
        ];
        let due = f64::from(n) * 0.001;
        what.into_iter().for_each(|what| scene.happen(&Happening { due, what }));
        scene.advance(due);
    }
    assert!(scene.marks.len() <= MARKS && scene.words.len() <= WORDS && scene.lines.len() <= LINES);
    assert!(scene.players.len() <= cast::SEATS);
    assert!(scene.words.iter().all(|word| word.text.len() <= 24) && scene.marks.iter().all(|mark| mark.pitch < 128));
}

/// Anything that can arrive.
pub(crate) fn anything() -> impl Strategy<Value = What> {
    let number = prop_oneof![4 => -0.5..1.5, 1 => any::<f64>()];
    let name = prop_oneof![3 => "[a-d]", 1 => ".{0,8}"];
    let velocity = prop_oneof![4 => 0.0..1.0_f32, 1 => any::<f32>()];
    let tempo = prop_oneof![6 => 30.0..240.0, 1 => any::<f64>()];
    prop_oneof![
        4 => (tempo, any::<u32>(), 0..9_u32, 0..9_u32).prop_map(|(tempo, bar, beat, beats)| What::Beat {
            tempo, bar, beat, beats, phrase: bar % 9, left: None,
        }),
        1 => prop::collection::vec(name.clone(), 0..5).prop_map(What::Roster),
        8 => (name.clone(), any::<bool>(), prop::collection::vec((any::<u8>(), velocity), 0..5))
            .prop_map(|(player, percussion, notes)| What::Onsets { player, percussion, notes }),
        2 => name.clone().prop_map(What::Section),
        1 => number.clone().prop_map(What::Density),
        1 => (name.clone(), number.clone()).prop_map(|(player, density)| What::Busy { player, density }),
        1 => number.clone().prop_map(What::Arousal),
        1 => number.prop_map(What::Valence),
        2 => prop::collection::vec(any::<u8>(), 0..6).prop_map(What::Harmony),
        1 => (name.clone(), ".{0,60}").prop_map(|(player, text)| What::Line { player, text }),
        1 => (name, ".{0,12}").prop_map(|(player, text)| What::Word { player, text }),
        1 => any::<bool>().prop_map(What::Playing),
    ]
}

proptest! {
    #[test]
    fn nothing_that_arrives_breaks_the_scene(stream in prop::collection::vec((anything(), -0.3..0.3), 0..120)) {
        let (mut scene, mut last) = (Scene::default(), 0.0);
        for (n, (what, early)) in stream.into_iter().enumerate() {
            let now = n as f64 * 0.04;
            scene.happen(&Happening { due: now + early, what });
            scene.advance(now);
            prop_assert!(scene.beat >= last);
            last = scene.beat;
            for number in [scene.density, scene.arousal, scene.valence] {
                prop_assert!((0.0..=1.0).contains(&number));
            }
            for mark in &scene.marks {
                prop_assert!(mark.player < scene.players.len() && (0.0..=1.0).contains(&mark.velocity));
            }
            for player in &scene.players {
                prop_assert!(player.pitch.is_finite() && player.swell <= 1.0);
            }
        }
    }
}
