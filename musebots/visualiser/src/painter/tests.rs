use super::*;
use crate::What;
use std::path::Path;

const SIZE: (usize, usize) = (64, 36);

fn painter(mode: Mode) -> Painter {
    let content = Content::open_for_render("drawing", Path::new("."), SIZE.0, SIZE.1).unwrap();
    Painter::new(SIZE, 7, mode, content)
}

fn beat(n: u32) -> Happening {
    let what = What::Beat { tempo: 120.0, bar: n / 4 + 1, beat: n % 4 + 1, beats: 4, phrase: 2, left: None };
    Happening { due: f64::from(n) * 0.5, what }
}

fn onset(n: u32) -> Happening {
    let notes = vec![(60 + (n % 12) as u8, 0.8)];
    Happening { due: f64::from(n) * 0.25, what: What::Onsets { player: "bass".to_owned(), percussion: false, notes } }
}

/// A band that plays, and what is seen of it, 25 times a second.
fn frames(painter: &mut Painter, count: usize, mut before: impl FnMut(usize, &mut Painter)) -> Vec<Frame> {
    painter.happen(&Happening { due: 0.0, what: What::Roster(vec!["bass".to_owned()]) });
    painter.happen(&Happening { due: 0.0, what: What::Section("verse".to_owned()) });
    (0..count as u32 / 10 + 2).for_each(|n| painter.happen(&onset(n)));
    (0..count as u32 / 12 + 2).for_each(|n| painter.happen(&beat(n)));
    (0..count)
        .map(|n| {
            before(n, painter);
            painter.frame(n as f64 / 25.0)
        })
        .collect()
}

fn in_pool(threads: usize, mode: Mode, count: usize) -> Vec<Frame> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| frames(&mut painter(mode), count, |_, _| {}))
}

#[test]
fn the_same_band_is_painted_the_same_whatever_the_threads() {
    for (mode, count) in [(Mode::Plain, 30), (Mode::Living, 30), (Mode::Paint, 8)] {
        let once = in_pool(1, mode, count);
        assert_eq!(once, in_pool(2, mode, count), "{mode:?}");
        assert!(once.windows(2).any(|pair| pair[0].rgb != pair[1].rgb), "{mode:?} lives");
    }
}

#[test]
fn a_painting_begins_as_the_canvas_and_its_losses_are_drawn() {
    let frames = in_pool(2, Mode::Paint, 16);
    let far = |a: &Frame, b: &Frame| a.rgb.iter().zip(&b.rgb).map(|(a, b)| u64::from(a.abs_diff(*b))).sum::<u64>();
    assert!(far(&frames[0], &frames[1]) < far(&frames[0], &frames[15]), "it moves away from where it began");
}

#[test]
fn a_key_chooses_the_picture_that_is_painted_like() {
    let mut painter = painter(Mode::Paint);
    let mut names = Vec::new();
    frames(&mut painter, 4, |n, painter| {
        match n {
            1 => painter.wish(Wish::Style(3)),
            2 => painter.wish(Wish::Next(1)),
            3 => painter.wish(Wish::Auto),
            _ => {}
        }
        names.push((painter.status().style.clone(), painter.status().auto));
    });
    names.push((painter.status().style.clone(), painter.status().auto));
    let all = styles::all();
    assert_eq!(names[2], (all[3].name.to_owned(), false));
    assert_eq!(names[3].0, all[4].name);
    assert_eq!(names[4], (names[1].0.clone(), true), "the music's again");
}

#[test]
fn whoever_plays_with_the_modes_makes_nobody_blink() {
    let modes = [Mode::Plain, Mode::Living];
    let frames = frames(&mut painter(Mode::Plain), 50, |n, painter| painter.wish(Wish::Mode(modes[n % 2])));
    // Mean light, 0–1.
    let light = |frame: &Frame| {
        let squares = frame.rgb.iter().map(|c| f64::from(*c) / 255.0 * f64::from(*c) / 255.0);
        squares.sum::<f64>() / frame.rgb.len() as f64
    };
    for pair in frames.windows(2) {
        let step = (light(&pair[0]) - light(&pair[1])).abs();
        // Half of what there is, in a second.
        assert!(step <= 0.5 / 25.0 + 0.01, "{step}");
    }
}
