//! Rendering, black box: a director that is not there sends ticks as fast as they are answered.

mod support;

use midly::{MetaMessage, MidiMessage, Smf, TrackEventKind};
use musebot_protocol::{Broadcast, Gain, Position, Tempo, Tick, ToBot, ToDirector};
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use support::*;

const SECOND: u32 = 48_000;

/// Starts a bot that renders into its own folder.
fn start(more: &[&str]) -> Conductor {
    let mut c = Conductor::new();
    let mut args = vec!["--render", "out", "--seed", "7"];
    args.extend(more);
    c.launch(&args);
    c
}

/// Sends a tick and waits for the answer: what it says it has said in all.
fn tick(c: &mut Conductor, n: i64, bpm: f64) -> u32 {
    c.send(&ToBot::Time { tempo: Tempo::new(bpm).unwrap(), tick: Tick(n) });
    let done = |c: &Conductor| {
        c.heard.iter().rev().find_map(|h| match h.said {
            Some(ToDirector::Done { tick, said, .. }) if i64::from(tick) == n => Some(said),
            _ => None,
        })
    };
    c.wait("done", |c| done(c).is_some());
    done(c).unwrap()
}

fn play(c: &mut Conductor, ticks: std::ops::Range<i64>, bpm: f64) {
    for n in ticks {
        tick(c, n, bpm);
    }
}

fn finish(c: &mut Conductor, frames: u32) {
    c.send(&ToBot::Off { frames: Some(frames) });
    let status = c.wait_for_exit();
    assert!(status.success(), "{status}: {}", c.log());
}

fn samples(folder: &Path) -> Vec<f32> {
    let mut reader = hound::WavReader::open(folder.join("out/parrot.wav")).unwrap();
    let spec = reader.spec();
    assert_eq!((spec.channels, spec.sample_rate, spec.bits_per_sample), (2, SECOND, 24));
    reader.samples::<i32>().step_by(2).map(|s| s.unwrap() as f32 / 8_388_608.0).collect()
}

fn peak(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |most, s| s.abs().max(most))
}

#[test]
fn x6_every_tick_is_answered_with_how_much_was_said_and_what_was_said_came_before() {
    let mut c = start(&[]);
    for n in 0..200 {
        let said = tick(&mut c, n, 120.0);
        let heard = c.heard.iter().filter(|h| matches!(h.said, Some(ToDirector::Broadcast(_)))).count();
        assert_eq!(said as usize, heard, "at tick {n}");
    }
    assert_eq!(c.said("where").len(), 4);
}

#[test]
fn x6_the_file_is_exactly_as_long_as_it_was_told_and_an_onset_is_on_its_sample() {
    let mut c = start(&[]);
    play(&mut c, 0..64, 120.0);
    play(&mut c, 64..128, 90.0);
    finish(&mut c, 5 * SECOND);
    let samples = samples(c.folder.path());
    assert_eq!(samples.len(), 5 * SECOND as usize);
    // Beats at 0, 0.5, 1, 1.5, 2 s and then every 2/3 s; the notes of 8 ticks have died away by then.
    for (beat, at) in [(1, 0.5), (4, 2.0), (5, 2.0 + 2.0 / 3.0), (7, 4.0)] {
        let frame = (at * f64::from(SECOND)).round() as usize;
        let (before, after) = (peak(&samples[frame - 480..frame]), peak(&samples[frame..frame + 480]));
        assert!(after > 4.0 * before, "beat {beat}: {before} then {after}");
    }
    assert!(peak(&samples[..480]) > 0.01, "tick 0 is sample 0");
}

#[test]
fn x6_the_same_seed_gives_the_same_bytes() {
    let render = || {
        let mut c = start(&[]);
        c.send(&ToBot::Gain(Gain::new(0.5).unwrap(), None));
        play(&mut c, 0..80, 131.0);
        c.send(&ToBot::Broadcast(Broadcast::new("notepool", "other", [62, 65])));
        c.send(&ToBot::Gain(Gain::FULL, Some(500.0)));
        play(&mut c, 80..200, 97.3);
        finish(&mut c, 6 * SECOND);
        let read = |name: &str| fs::read(c.folder.path().join("out").join(name)).unwrap();
        (read("parrot.wav"), read("parrot.mid"))
    };
    assert!(render() == render());
}

#[test]
fn x6_the_midi_file_plays_right_by_itself() {
    let mut c = start(&[]);
    play(&mut c, 0..64, 120.0);
    play(&mut c, 64..96, 60.0);
    finish(&mut c, 4 * SECOND);
    let bytes = fs::read(c.folder.path().join("out/parrot.mid")).unwrap();
    let smf = Smf::parse(&bytes).unwrap();
    let (mut at, mut names, mut tempos, mut ons) = (0, vec![], vec![], vec![]);
    for event in &smf.tracks[0] {
        at += event.delta.as_int();
        match event.kind {
            TrackEventKind::Meta(MetaMessage::TrackName(name)) => {
                names.push(String::from_utf8_lossy(name).into_owned())
            }
            TrackEventKind::Meta(MetaMessage::Tempo(us)) => tempos.push((at, us.as_int())),
            TrackEventKind::Midi { channel, message: MidiMessage::NoteOn { .. } } => {
                ons.push((at, channel.as_int() + 1))
            }
            _ => {}
        }
    }
    assert_eq!(names, ["parrot"]);
    assert_eq!(tempos, [(0, 500_000), (3840, 1_000_000)]);
    assert_eq!(ons, [0, 1, 2, 3, 4, 5].map(|beat| (beat * 960, 2)));
}

#[test]
fn x6_a_gain_of_0_takes_effect_at_its_tick_and_the_file_is_what_is_heard() {
    let mut c = start(&["--length", "60"]);
    c.send(&ToBot::Gain(Gain::SILENT, None));
    play(&mut c, 0..32, 120.0);
    c.send(&ToBot::Gain(Gain::FULL, None));
    play(&mut c, 32..64, 120.0);
    finish(&mut c, 2 * SECOND);
    let samples = samples(c.folder.path());
    assert_eq!(peak(&samples[..SECOND as usize]), 0.0);
    assert!(peak(&samples[SECOND as usize..]) > 0.01);
}

#[test]
fn x6_what_is_switched_off_at_a_bar_line_is_silent_until_it_is_switched_on() {
    let mut c = start(&[]);
    play(&mut c, 0..64, 120.0);
    c.send(&ToBot::Broadcast(Broadcast::new("onoff", "Conductor", 0)));
    play(&mut c, 64..128, 120.0);
    c.send(&ToBot::Broadcast(Broadcast::new("onoff", "Conductor", 1)));
    play(&mut c, 128..192, 120.0);
    finish(&mut c, 6 * SECOND);
    let samples = samples(c.folder.path());
    let second = |n: usize| &samples[n * SECOND as usize..(n + 1) * SECOND as usize];
    assert!(peak(second(1)) > 0.01 && peak(second(3)) < 0.001 && peak(second(4)) > 0.01);
}

#[test]
fn x6_a_file_shorter_than_what_was_played_is_cut_and_fades() {
    let mut c = start(&["--length", "60"]);
    play(&mut c, 0..64, 120.0);
    finish(&mut c, SECOND);
    let samples = samples(c.folder.path());
    assert_eq!(samples.len(), SECOND as usize);
    assert!(samples.last().unwrap().abs() < 0.001);
}

#[test]
fn x6_a_position_makes_the_bars() {
    let mut c = start(&[]);
    c.send(&ToBot::Position(Position { tick: Tick(0), bar: 1, beat: 1, ticks_per_bar: 56 }));
    play(&mut c, 0..120, 120.0);
    let bars: Vec<_> = c.said("where").iter().filter_map(Broadcast::number).collect();
    assert_eq!(bars, [0.0, 56.0, 112.0]);
}

#[test]
fn x6_twenty_words_a_second_are_counted_on_the_virtual_clock() {
    let mut c = start(&[]);
    c.send(&ToBot::Broadcast(Broadcast::new("initialize", "x", 1)));
    // 64 topics wait: four virtual seconds, whatever the real ones are.
    let mut said = Vec::new();
    for n in 0..160 {
        said.push(tick(&mut c, n, 120.0));
    }
    assert!(said[0] <= 20 && said[31] <= 20, "{} in the first second", said[31]);
    assert!(said[159] >= 60, "{} in five seconds", said[159]);
}

#[test]
fn a_full_disk_is_told_and_the_exit_code_is_not_0() {
    let mut c = Conductor::new();
    let line = format!(
        "trap '' XFSZ; ulimit -f 64; exec '{}' --director 127.0.0.1:{} --id parrot --render out",
        parrot().display(),
        c.port()
    );
    let mut shell = Command::new("sh");
    shell.args(["-c", &line]).current_dir(c.folder.path()).stdin(Stdio::null()).stderr(Stdio::piped());
    c.child = Some(shell.spawn().unwrap());
    c.wait("its hello", |c| c.hello().is_some());
    let deadline = Instant::now() + PATIENCE;
    let mut n = 0;
    let status = loop {
        c.send(&ToBot::Time { tempo: Tempo::default(), tick: Tick(n) });
        n += 1;
        c.listen_for(Duration::from_millis(1));
        if let Some(status) = c.child.as_mut().unwrap().try_wait().unwrap() {
            break status;
        }
        assert!(Instant::now() < deadline, "it goes on as if the disk were not full");
    };
    assert!(!status.success());
    let log = c.log();
    assert!(log.contains("parrot.wav") && log.contains("is the disk full?"), "{log}");
}
