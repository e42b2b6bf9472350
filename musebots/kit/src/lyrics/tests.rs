//! Facts about what can be read along.

use super::*;
use crate::{voice::Sung, words};
use proptest::prelude::*;

fn lyric(text: &str, then: Then) -> Lyric {
    Lyric::new(&words::Syllable { text: text.to_owned(), ..words::Syllable::default() }, then)
}

fn on(id: u32, lyric: Lyric) -> Cue {
    let sung = Some(Sung { lyric, lead: 0.0, length: 0.5 });
    Cue { due: 0.0, position: 0.0, id, pitch: 60, velocity: Some(0.5), sung }
}

fn off(id: u32) -> Cue {
    Cue { due: 0.0, position: 0.0, id, pitch: 60, velocity: None, sung: None }
}

/// Begin, end, text, what comes then.
fn part(syllables: &[(f64, f64, &str, Then)]) -> Lyrics {
    let mut lyrics = Lyrics::default();
    for (id, (begin, end, text, then)) in syllables.iter().enumerate() {
        lyrics.cue(*begin, &on(id as u32, lyric(text, *then)));
        lyrics.cue(*end, &off(id as u32));
    }
    lyrics
}

fn summer() -> Lyrics {
    part(&[
        (61.0, 61.4, "Shall", Then::Word),
        (61.5, 61.9, "I", Then::Word),
        (62.0, 62.4, "com", Then::More),
        (62.5, 63.25, "pare", Then::Line),
        (64.0, 64.5, "thee?", Then::Line),
    ])
}

#[test]
fn lrc_has_a_time_for_every_syllable_and_a_space_between_words() {
    assert_eq!(
        summer().lrc(),
        "[01:01.00]<01:01.00>Shall <01:01.50>I <01:02.00>com<01:02.50>pare<01:03.25>\n[01:04.00]<01:04.00>thee?<01:04.50>\n"
    );
}

#[test]
fn vtt_has_a_cue_a_line_and_times_within_it() {
    assert_eq!(
        summer().vtt(),
        "WEBVTT\n\n00:01:01.000 --> 00:01:03.250\nShall <00:01:01.500>I <00:01:02.000>com<00:01:02.500>pare\n\n\
         00:01:04.000 --> 00:01:04.500\nthee?\n"
    );
}

#[test]
fn what_the_formats_would_take_for_their_own_is_written_otherwise() {
    let lyrics = part(&[(0.0, 1.0, "<b>[R&B]\n", Then::Line)]);
    assert_eq!(lyrics.lrc(), "[00:00.00]<00:00.00>‹b›(R&B)<00:01.00>\n");
    assert_eq!(lyrics.vtt(), "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n&lt;b&gt;(R&amp;B)\n");
}

#[test]
fn where_nothing_was_sung_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let stem = folder.path().join("bass.wav");
    Lyrics::default().write(&stem).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    summer().write(&stem).unwrap();
    assert!(folder.path().join("bass.lrc").exists() && folder.path().join("bass.vtt").exists());
}

#[test]
fn a_long_silence_ends_a_line_that_nobody_ended() {
    let lyrics = part(&[(0.0, 1.0, "oh", Then::Word), (9.0, 10.0, "ah", Then::Word)]);
    assert_eq!(lyrics.lines().count(), 2);
}

/// `hh:mm:ss.ttt` in milliseconds.
fn read_clock(text: &str) -> u64 {
    let parts: Vec<f64> = text.split(':').map(|part| part.parse().unwrap()).collect();
    ((parts[0] * 3600.0 + parts[1] * 60.0 + parts[2]) * 1000.0).round() as u64
}

proptest! {
    #[test]
    fn whatever_is_sung_both_files_read_back(
        sung in prop::collection::vec((0.0..5.0f64, 0.0..3.0f64, "\\PC{0,9}", 0..3u8), 1..40)
    ) {
        let mut at = 0.0;
        let syllables: Vec<_> = sung.iter().map(|(gap, length, text, then)| {
            at += gap;
            (at, at + length, text.as_str(), [Then::More, Then::Word, Then::Line][usize::from(*then)])
        }).collect();
        let lyrics = part(&syllables);
        let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let meant: String = lyrics.sung.iter().map(|s| letters(&plain(&s.lyric))).collect();

        let mut read = String::new();
        let vtt = lyrics.vtt();
        let mut cues = vtt.split("\n\n");
        prop_assert_eq!(cues.next().map(str::trim_end), Some("WEBVTT"));
        let mut before = 0;
        for cue in cues {
            let (times, text) = cue.split_once('\n').unwrap();
            let (begin, end) = times.split_once(" --> ").unwrap();
            let (begin, end) = (read_clock(begin), read_clock(end));
            prop_assert!(begin >= before && begin < end, "{}", times);
            before = begin;
            let mut last = begin;
            for piece in text.split('<').enumerate() {
                let text = match piece {
                    (0, text) => text,
                    (_, piece) => {
                        let (time, text) = piece.split_once('>').unwrap();
                        prop_assert!((last + 1..end).contains(&read_clock(time)));
                        last = read_clock(time);
                        text
                    }
                };
                let text = text.trim_end_matches('\n');
                read += &letters(&text.replace("&lt;", "‹").replace("&gt;", "›").replace("&amp;", "&"));
            }
        }
        prop_assert_eq!(&read, &meant);

        let lrc = lyrics.lrc();
        let times = lrc.lines().flat_map(|line| line.split('<').skip(1)).map(|piece| piece.split_once('>').unwrap());
        let mut read = String::new();
        for (time, text) in times {
            let (minutes, seconds) = time.split_once(':').unwrap();
            prop_assert!(minutes.parse::<u32>().is_ok() && seconds.parse::<f64>().unwrap() < 60.0);
            read += &letters(text);
        }
        prop_assert_eq!(&read, &meant);
    }
}
