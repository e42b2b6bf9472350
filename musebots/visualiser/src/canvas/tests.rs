use super::*;
use crate::{Director, Happening, What, scene::tests::anything};
use generative_models::fast_style::STYLES;
use proptest::prelude::*;

fn look() -> Look {
    let mut styles = [0.0; STYLES];
    styles[0] = 1.0;
    Look { styles, strength: 0.7, balance: [1.0; 3], zoom: 1.05, turn: 0.0, trail: 0.1 }
}

fn scene(what: impl IntoIterator<Item = What>, now: f64) -> Scene {
    let mut scene = Scene::default();
    scene.advance(now - 3.0);
    what.into_iter().for_each(|what| scene.happen(&Happening { due: now - 0.3, what }));
    scene.advance(now);
    scene
}

fn onset(pitch: u8, percussion: bool) -> What {
    What::Onsets { player: "somebody".into(), percussion, notes: vec![(pitch, 0.9)] }
}

fn drawn(scene: &Scene, width: usize, height: usize) -> Picture {
    Canvas::new(width, height, 1).draw(scene, &look(), None, None, 0.04).clone()
}

/// How much two pictures differ in a row of pixels.
fn row_difference(one: &Picture, other: &Picture, y: usize) -> f32 {
    let row = |picture: &Picture| picture.pixels()[y * picture.width()..][..picture.width()].as_flattened().to_vec();
    row(one).iter().zip(row(other)).map(|(a, b)| (a - b).abs()).sum()
}

#[test]
fn an_onset_is_seen_where_its_pitch_is() {
    let layout = Layout::new(96, 96);
    let before = drawn(&scene([], 10.0), 96, 96);
    for (pitch, elsewhere) in [(36, 84), (84, 36)] {
        let after = drawn(&scene([onset(pitch, false)], 10.0), 96, 96);
        let at = |pitch: u8| row_difference(&before, &after, layout.height_of(pitch.into()) as usize);
        assert!(at(pitch) > 2.0 * at(elsewhere) && at(pitch) > 3.0, "{pitch}: {} {}", at(pitch), at(elsewhere));
    }
}

#[test]
fn kinds_of_drums_look_different() {
    let pictures = [36, 38, 42, 49, 45, 75].map(|pitch| drawn(&scene([onset(pitch, true)], 10.0), 64, 64));
    for (n, one) in pictures.iter().enumerate() {
        assert!(pictures[n + 1..].iter().all(|other| one != other), "{n}");
    }
}

#[test]
fn with_nobody_there_it_draws_and_breathes() {
    let (one, later) = (drawn(&scene([], 10.0), 64, 64), drawn(&scene([], 11.5), 64, 64));
    assert_ne!(one, later);
    let (least, most) = one.pixels().iter().fold((9.0_f32, 0.0_f32), |(a, b), p| (a.min(p[1]), b.max(p[1])));
    assert!(most - least > 0.3, "there is something to see: {least} {most}");
}

#[test]
fn a_word_is_lettered_and_a_line_below_it() {
    let said = |what| drawn(&scene([what], 10.0), 96, 96);
    let (player, text) = ("voice".to_owned(), "Juliet".to_owned());
    let silent = said(What::Roster(vec!["voice".into()]));
    let word = said(What::Word { player: player.clone(), text: text.clone() });
    let line = said(What::Line { player, text });
    assert!(row_difference(&silent, &word, 50) > 3.0 && row_difference(&silent, &word, 92) < 0.1);
    assert!(row_difference(&silent, &line, 50) < 0.1 && row_difference(&silent, &line, 92) > 3.0);
}

#[test]
fn a_picture_is_seen_behind_the_band() {
    let red = Picture::new(20, 10, |_, _| [1.0, 0.0, 0.0]);
    let mut canvas = Canvas::new(48, 48, 1);
    let picture = canvas.draw(&scene([], 10.0), &look(), Some(&red), None, 0.04);
    let red = picture.pixels().iter().filter(|p| p[0] > p[2] + 0.3).count();
    assert!(red > 48 * 48 / 2, "{red}");
}

#[test]
fn what_was_seen_lingers_and_grows() {
    let seen = Picture::new(64, 64, |x, y| [if (28..36).contains(&x) && (28..36).contains(&y) { 1.0 } else { 0.0 }; 3]);
    let look = Look { trail: 0.5, zoom: 2.0, ..look() };
    let mut picture = Picture::new(64, 64, |_, _| [0.0; 3]);
    feedback::draw(&mut picture, &seen, &look, 0.5);
    let at = |x: usize| picture.pixels()[32 * 64 + x][0];
    assert!((at(32) - 0.5_f32.sqrt()).abs() < 0.01 && at(27) > 0.6 && at(20) < 0.01, "{} {}", at(27), at(20));
}

#[test]
fn a_minute_of_feedback_neither_blows_up_nor_fades_to_mud() {
    let look = Look { trail: 1.0, zoom: 1.2, turn: 0.3, ..look() };
    let mut canvas = Canvas::new(48, 48, 1);
    let mut seen = None;
    for frame in 0..750 {
        let now = 10.0 + f64::from(frame) * 0.08;
        let scene = scene([onset(40 + (frame % 40) as u8, frame % 3 == 0)], now);
        seen = Some(canvas.draw(&scene, &look, None, seen.as_ref(), 0.08).clone());
    }
    let pixels = seen.unwrap();
    let (least, most) = pixels.pixels().iter().fold((9.0_f32, 0.0_f32), |(a, b), p| (a.min(p[1]), b.max(p[1])));
    assert!(pixels.pixels().as_flattened().iter().all(|c| (0.0..=1.0).contains(c)));
    assert!(most - least > 0.3, "{least} {most}");
}

#[test]
fn the_same_music_is_drawn_in_the_same_bytes() {
    let show = || {
        let (mut scene, mut director, mut canvas) = (Scene::default(), Director::new(2), Canvas::new(40, 30, 2));
        let mut seen: Option<Picture> = None;
        for n in 0..20_u8 {
            for what in [onset(36 + n, n % 2 == 0), What::Harmony(vec![n, n + 4, n + 7])] {
                let happening = Happening { due: f64::from(n) * 0.05, what };
                scene.happen(&happening);
                director.happen(&happening);
            }
            scene.advance(f64::from(n) * 0.05);
            seen = Some(canvas.draw(&scene, &director.look(&scene), None, seen.as_ref(), 0.05).clone());
        }
        seen.unwrap().to_bytes()
    };
    assert_eq!(show(), show());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_size_and_anything_that_arrives_is_drawn(
        (width, height) in (0_usize..40, 0_usize..40),
        stream in prop::collection::vec(anything(), 0..40),
        (zoom, turn, trail) in (any::<f32>(), any::<f32>(), any::<f32>()),
        passed in any::<f64>(),
        content in prop::option::of((0_usize..90, 0_usize..90)),
    ) {
        let scene = scene(stream, 5.0);
        let look = Look { zoom, turn, trail, ..look() };
        let content = content.map(|(width, height)| Picture::new(width, height, |x, y| [x as f32, y as f32, f32::NAN]));
        let mut canvas = Canvas::new(width, height, 1);
        for _ in 0..2 {
            let seen = canvas.draw(&scene, &look, content.as_ref(), None, passed).clone();
            let picture = canvas.draw(&scene, &look, content.as_ref(), Some(&seen), passed);
            prop_assert_eq!((picture.width(), picture.height()), (width.max(1), height.max(1)));
        }
        let mut finished = Picture::new(width.max(1), height.max(1), |_, _| [0.5; 3]);
        canvas.letter(&scene, &mut finished);
    }

    #[test]
    fn any_text_is_lettered(word in ".{0,40}", line in "\\PC{0,200}", width in 1_usize..64) {
        let player = || "voice".to_owned();
        let what = [What::Word { player: player(), text: word }, What::Line { player: player(), text: line }];
        drawn(&scene(what, 5.0), width, 40);
    }
}
