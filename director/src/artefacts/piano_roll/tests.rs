use super::*;
use musebot_protocol::Meter;
use std::collections::HashSet;

fn song(bars: u32) -> Song {
    Song {
        name: "trio".into(),
        meter: Meter::default(),
        bars,
        tempo_map: vec![(0, 96.0)],
        sections: vec![(0, "verse".into()), (i64::from(bars) * 32, "chorus".into())],
    }
}

fn note(start: f64, pitch: u8, drum: bool) -> PlayedNote {
    PlayedNote { start, end: start + 8.0, pitch, velocity: 1.0, drum }
}

fn roll(name: &str, notes: Vec<PlayedNote>) -> Roll {
    Roll { bot: BotId::new(name).unwrap(), notes, syllables: Vec::new() }
}

/// Width, height and pixels of what is drawn.
fn drawn(rolls: &[Roll], song: &Song) -> (u32, u32, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("roll.png");
    draw(rolls, song, "C major", &path).unwrap();
    let file = std::io::BufReader::new(fs::File::open(path).unwrap());
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    (info.width, info.height, pixels)
}

#[test]
fn a_note_is_drawn_where_and_when_it_sounds() {
    let rolls =
        [roll("melody", vec![note(0.0, 60, false), note(128.0, 64, false)]), roll("drums", vec![note(64.0, 36, true)])];
    let song = song(4);
    let layout = Layout::new(&rolls, &song);
    let (width, _, pixels) = drawn(&rolls, &song);
    let at = |x: f32, row: Area| {
        let y = ((row.top + row.bottom) / 2.0) as usize;
        let i = (y * width as usize + x as usize) * 3;
        [pixels[i], pixels[i + 1], pixels[i + 2]]
    };
    let hard = |colour| blend(colour, INK, 0.15);
    let near = |a: Colour, b: Colour| a.iter().zip(b).all(|(a, b)| a.abs_diff(b) < 24);
    let (c, e, kick) = (layout.pitch_row(60).unwrap(), layout.pitch_row(64).unwrap(), layout.drum_row(36).unwrap());
    assert!(near(at(layout.x(4.0), c), hard(COLOURS[0])));
    assert!(near(at(layout.x(132.0), e), hard(COLOURS[0])));
    assert!(near(at(layout.x(64.0) + 3.0, kick), hard(COLOURS[1])));
    assert!(near(at(layout.x(12.0), c), PANEL) && near(at(layout.x(4.0), e), PANEL));
}

#[test]
fn the_picture_is_2400_by_1200_and_grows_with_long_songs() {
    let size = |bars| {
        let (width, height, _) = drawn(&[], &song(bars));
        (width, height)
    };
    assert_eq!(size(8), (2400, 1200));
    assert_eq!(size(64), (2400, 1200));
    assert!(size(200).0 > 6000);
    assert_eq!(size(100_000), (12_000, 1200));
}

#[test]
fn the_same_notes_give_the_same_picture() {
    let rolls = [roll("bass", (0..200).map(|n| note(f64::from(n) * 3.7, 30 + (n % 40) as u8, n % 5 == 0)).collect())];
    assert!(drawn(&rolls, &song(16)) == drawn(&rolls, &song(16)));
}

#[test]
fn no_song_is_too_odd_to_draw() {
    let everything: Vec<_> = (0..=127).flat_map(|p| [note(-9.0, p, false), note(1e9, p, true)]).collect();
    drawn(&[roll("all", everything)], &song(1));
    drawn(&[roll("none", vec![])], &song(0));
    drawn(&[roll("drums", vec![note(0.0, 36, true)])], &song(2));
    let high = [note(0.0, 127, false)];
    drawn(&[roll("high", high.to_vec())], &song(2));
    let many: Vec<_> = (0..40).map(|n| roll(&format!("bot-with-quite-a-long-name-{n}"), high.to_vec())).collect();
    drawn(&many, &Song { tempo_map: vec![], name: "a".repeat(500), ..song(2) });
}

#[test]
fn every_bot_of_eight_has_a_colour_of_its_own() {
    assert_eq!(COLOURS.iter().collect::<HashSet<_>>().len(), COLOURS.len());
}

#[test]
fn what_is_sung_stands_under_its_note_and_makes_room_for_itself() {
    let song = song(32);
    let notes = vec![note(0.0, 60, false), note(16.0, 64, false)];
    let silent = [roll("poet", notes)];
    let mut singing = silent.clone();
    singing[0].syllables = vec![
        SungSyllable { start: 0.0, text: "Tyran".into() },
        SungSyllable { start: 0.2, text: "left out: there is one already".into() },
        SungSyllable { start: 16.0, text: "no".into() },
        SungSyllable { start: 32.0, text: "no note, no syllable".into() },
    ];
    let layout = Layout::new(&singing, &song);
    assert!(layout.width > 3.0 * Layout::new(&silent, &song).width, "a bar is wide enough to be read");
    let (width, _, pixels) = drawn(&singing, &song);
    // Bright dots just below a row, from one tick to another.
    let bright = |pitch: u8, from: f64, to: f64| {
        let row = layout.pitch_row(pitch).unwrap();
        let across = layout.x(from) as usize..layout.x(to) as usize;
        let down = row.bottom as usize + 3..row.bottom as usize + 18;
        down.flat_map(|y| across.clone().map(move |x| (y * width as usize + x) * 3))
            .filter(|i| pixels[*i..*i + 3].iter().all(|c| *c > 0xa0))
            .count()
    };
    assert!(bright(60, 0.0, 15.0) > 15, "{}", bright(60, 0.0, 15.0));
    assert!(bright(64, 16.0, 24.0) > 5, "{}", bright(64, 16.0, 24.0));
    assert_eq!(bright(60, 32.0, 60.0), 0);
}
