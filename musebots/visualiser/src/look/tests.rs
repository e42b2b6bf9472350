use super::*;
use crate::scene::tests::anything;
use proptest::prelude::*;

/// A scene and its director, told the same.
struct Show {
    scene: Scene,
    director: Director,
}

impl Show {
    fn new(seed: u64) -> Self {
        Self { scene: Scene::default(), director: Director::new(seed) }
    }

    fn happen(&mut self, due: f64, what: What) {
        let happening = Happening { due, what };
        self.scene.happen(&happening);
        self.director.happen(&happening);
    }

    fn look(&mut self, now: f64) -> Look {
        self.scene.advance(now);
        self.director.look(&self.scene)
    }

    /// Frames from the last look to `now`.
    fn go_to(&mut self, now: f64) -> Look {
        while self.scene.now + 0.04 < now {
            self.look(self.scene.now + 0.04);
        }
        self.look(now)
    }

    /// Beats at 120 a minute, from 0 on.
    fn beats(&mut self, many: u32) {
        for n in 0..many {
            let (bar, beat) = (1 + n / 4, 1 + n % 4);
            let what = What::Beat { tempo: 120.0, bar, beat, beats: 4, phrase: 4, left: None };
            self.happen(f64::from(n) * 0.5, what);
        }
    }
}

fn main_style(look: &Look) -> usize {
    (0..STYLES).max_by(|&a, &b| look.styles[a].total_cmp(&look.styles[b])).unwrap()
}

#[test]
fn a_section_has_its_style_whenever_it_comes() {
    let mut show = Show::new(3);
    show.beats(80);
    for (n, name) in ["verse", "chorus", "verse", "chorus"].into_iter().enumerate() {
        show.happen(n as f64 * 8.0, What::Section(name.into()));
    }
    let styles = [3.0, 11.0, 19.0, 27.0].map(|now| main_style(&show.go_to(now)));
    assert_eq!((styles[0], styles[1]), (styles[2], styles[3]));
    assert_ne!(styles[0], styles[1]);
}

#[test]
fn a_change_between_beats_begins_on_the_next_one() {
    let mut show = Show::new(3);
    show.beats(20);
    show.look(4.05);
    let before = show.look(4.2);
    show.happen(4.21, What::Section("other".into()));
    let waiting = show.look(4.49);
    assert_eq!(waiting.styles, before.styles);
    let (moving, there) = (show.look(4.75).styles, show.look(5.2).styles);
    assert!(moving != before.styles && there != moving);
    assert_eq!(there, show.look(5.9).styles, "and is through after a beat, or the shortest time there is");
}

#[test]
fn the_keys_choose_a_style_and_give_it_back() {
    let mut show = Show::new(3);
    show.beats(60);
    show.happen(0.0, What::Section("verse".into()));
    let own = main_style(&show.go_to(3.0));
    show.director.wish(Wish::Style(21));
    show.look(3.1);
    assert_eq!(show.look(4.9).styles, only(21));
    show.director.wish(Wish::Next(-22));
    show.look(5.0);
    assert_eq!(show.look(6.9).styles, only(25));
    show.director.wish(Wish::Auto);
    show.look(7.0);
    assert_eq!(main_style(&show.go_to(8.9)), own);
}

#[test]
fn the_keys_do_not_wait_for_a_beat_that_does_not_come() {
    let mut show = Show::new(3);
    show.look(10.0);
    show.director.wish(Wish::Style(4));
    assert_eq!(show.go_to(13.5).styles, only(4));
}

#[test]
fn the_more_heated_the_more_is_painted_and_the_keys_add_to_it() {
    let strength = |arousal: f64, wish: f32| {
        let mut show = Show::new(1);
        show.beats(60);
        show.happen(0.0, What::Arousal(arousal));
        show.director.wish(Wish::Stronger(wish));
        (0..200).map(|n| show.look(f64::from(n) * 0.1).strength).last().unwrap()
    };
    assert!(strength(0.9, 0.0) > strength(0.1, 0.0) + 0.1);
    assert!(strength(0.5, -0.3) < strength(0.5, 0.0) - 0.2);
    assert_eq!(strength(0.5, -1.0), 0.0);
}

#[test]
fn drums_move_the_picture() {
    let mut show = Show::new(1);
    let kick = What::Onsets { player: "drums".into(), percussion: true, notes: vec![(36, 1.0)] };
    let calm = show.look(0.9).zoom;
    show.happen(1.0, kick);
    assert!(show.look(1.02).zoom > calm + 0.15);
    assert!((show.look(4.0).zoom - calm).abs() < 0.08);
}

#[test]
fn twelve_and_twenty_five_frames_a_second_arrive_at_nearly_the_same_look() {
    let at_rate = |rate: f64| {
        let mut show = Show::new(5);
        show.beats(60);
        for (n, name) in ["a", "b", "c"].into_iter().enumerate() {
            show.happen(n as f64 * 6.3 + 0.1, What::Section(name.into()));
            show.happen(n as f64 * 4.0, What::Harmony(vec![60 + n as u8, 64 + n as u8, 67]));
            show.happen(n as f64 * 5.0, What::Density(0.3 * n as f64));
            let notes = vec![(36, 0.9), (38, 0.7), (60, 0.5)];
            show.happen(n as f64 * 7.0, What::Onsets { player: "d".into(), percussion: true, notes });
        }
        (0..(12.6 * rate) as u32).map(|n| show.look(f64::from(n) / rate)).last();
        [12.6, 13.0, 14.02].map(|now| show.look(now))
    };
    for (one, other) in at_rate(12.0).into_iter().zip(at_rate(25.0)) {
        let near = |a: f32, b: f32| assert!((a - b).abs() < 0.02, "{one:?} {other:?}");
        one.styles.iter().zip(&other.styles).for_each(|(a, b)| near(*a, *b));
        one.balance.iter().zip(&other.balance).for_each(|(a, b)| near(*a, *b));
        near(one.strength, other.strength);
        near(one.zoom, other.zoom);
        near(one.turn, other.turn);
        near(one.trail, other.trail);
    }
}

proptest! {
    #[test]
    fn nothing_flickers_whatever_arrives(
        stream in prop::collection::vec((anything(), -0.3..0.3), 0..150),
        wishes in prop::collection::vec((0_usize..150, 0_usize..40, -1.0..1.0_f32), 0..20),
    ) {
        let (mut show, step) = (Show::new(9), 0.04);
        let mut last = show.look(0.0);
        for (n, (what, early)) in stream.into_iter().enumerate() {
            let now = (n + 1) as f64 * step;
            show.happen(now + early, what);
            for (_, style, more) in wishes.iter().filter(|wish| wish.0 == n) {
                show.director.wish(Wish::Style(*style));
                show.director.wish(Wish::Stronger(*more));
            }
            let look = show.look(now);
            prop_assert!((look.styles.iter().sum::<f32>() - 1.0).abs() < 1e-4);
            prop_assert!((0.0..=1.0).contains(&look.strength) && (0.0..=1.0).contains(&look.trail));
            prop_assert!((0.4..1.8).contains(&look.zoom) && look.turn.abs() < 0.6);
            // At most 1.5 of its way in the shortest time.
            let fastest = (1.5 / SHORTEST * step) as f32 + 1e-4;
            for (a, b) in look.styles.iter().zip(&last.styles) {
                prop_assert!((a - b).abs() <= fastest);
            }
            for (a, b) in look.balance.iter().zip(&last.balance) {
                prop_assert!((0.84..=1.16).contains(a) && (a - b).abs() <= 0.3 * fastest);
            }
            prop_assert!((look.strength - last.strength).abs() <= fastest);
            last = look;
        }
    }
}
