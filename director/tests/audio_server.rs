//! The real trio through a real audio server: recorded, and listened to by measuring.

#[path = "support/audio_server.rs"]
mod audio_server;
#[path = "support/process.rs"]
mod process;

use crate::{
    audio_server::{AudioServer, RATE},
    process::{Director, Home, real_bots},
};
use std::f64::consts::TAU;

const BOTS: [&str; 3] = ["melody", "bass", "drums"];
const TEMPO: f64 = 120.0;
/// What is played before anything is looked at, in seconds; what is looked at; and what a fader needs.
const WARM_UP: f64 = 2.0;
const PLAYED: f64 = 12.0;
const FADE: f64 = 2.0;
const AFTER: f64 = 5.0;
/// How long after a quit something may still sound.
const FADED_WITHIN: f64 = 4.0;

/// The trio, each bot in a sink of its own.
fn trio(server: &AudioServer) -> (Home, Director) {
    real_bots();
    let home = Home::new();
    let programs = std::path::Path::new(env!("CARGO_BIN_EXE_director")).parent().unwrap();
    let mut text = format!("tempo = {TEMPO}\nkey = \"C\"\nmode = \"major\"\nstyle = \"straight\"\n");
    for bot in BOTS {
        home.script(bot, &format!("PULSE_SINK={bot} exec {}/{bot} \"$@\"", programs.display()));
        text += &format!("[[bot]]\nid = \"{bot}\"\nprogram = \"./{bot}\"\noutput = \"audio\"\n");
    }
    let variables = server.variables();
    let variables: Vec<(&str, &str)> = variables.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let director = Director::play_in(&home.ensemble(&text), &["--seed", "7"], &variables);
    director.plays(&BOTS);
    (home, director)
}

fn part(sound: &[f32], from: f64, to: f64) -> &[f32] {
    let at = |seconds: f64| ((seconds * RATE as f64) as usize).min(sound.len());
    &sound[at(from)..at(to)]
}

fn rms(sound: &[f32]) -> f64 {
    (sound.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / sound.len().max(1) as f64).sqrt()
}

/// Where notes begin, in seconds: something sharper than all of the 20 ms before. What is sharp is
/// the change from sample to sample, in which an attack stands out from what rings on.
fn onsets(sound: &[f32]) -> Vec<f64> {
    const HOP: usize = RATE / 500;
    let change: Vec<f32> = sound.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let sharp: Vec<f64> = change.chunks(HOP).map(rms).collect();
    let floor = sharp.iter().copied().fold(0.0, f64::max) * 0.05;
    let mut found: Vec<f64> = Vec::new();
    for n in 10..sharp.len() {
        let before = sharp[n - 10..n].iter().copied().fold(0.0, f64::max);
        let at = (n * HOP) as f64 / RATE as f64;
        if sharp[n] > floor && sharp[n] > 1.3 * before && found.last().is_none_or(|last| at - last > 0.06) {
            found.push(at);
        }
    }
    found
}

/// Where onsets lie between the sixteenths: how far from the grid's zero in seconds, and how
/// much they agree on that (0 to 1).
fn phase(onsets: &[f64]) -> (f64, f64) {
    let sixteenth = 60.0 / TEMPO / 4.0;
    let (sin, cos) =
        onsets.iter().map(|t| (t / sixteenth * TAU).sin_cos()).fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
    let n = onsets.len() as f64;
    (sin.atan2(cos) / TAU * sixteenth, sin.hypot(cos) / n)
}

#[test]
#[expect(clippy::print_stdout, reason = "a test that is left out says so, and one that measures says what")]
fn three_bots_sound_in_time_and_a_gain_of_0_silences_exactly_one() {
    let Some(server) = AudioServer::start(&BOTS) else {
        println!(
            "not run: pulseaudio is not installed (apt-get install pulseaudio pulseaudio-utils libasound2-plugins)"
        );
        return;
    };
    let (_home, director) = trio(&server);
    let recording = server.record();
    recording.until(WARM_UP + PLAYED);
    assert!(director.command(&["gain", "bass", "0"]).0);
    let turned_down = recording.seconds();
    recording.until(turned_down + FADE + AFTER);
    let quit = recording.seconds();
    assert!(director.command(&["quit"]).0);
    recording.until(quit + FADED_WITHIN + 1.0);
    let sound = recording.stop();

    let mut phases = Vec::new();
    for (bot, sound) in BOTS.iter().zip(&sound) {
        let played = part(sound, WARM_UP, WARM_UP + PLAYED);
        let onsets = onsets(played);
        let (shift, agreement) = phase(&onsets);
        println!(
            "{bot}: {:.1} dB, {} onsets, {:.1} ms from the grid, agreement {agreement:.2}",
            20.0 * rms(played).log10(),
            onsets.len(),
            shift * 1000.0
        );
        assert!(rms(played) > 0.001, "{bot} is not heard");
        assert!(onsets.len() >= 6, "{bot} has played {} notes in {PLAYED} s", onsets.len());
        assert!(agreement > 0.5, "{bot} keeps no time: {agreement:.2}");
        phases.push(shift);
    }
    let sixteenth = 60.0 / TEMPO / 4.0;
    for (bot, shift) in BOTS.iter().zip(&phases) {
        let apart = (shift - phases[2] + 1.5 * sixteenth).rem_euclid(sixteenth) - 0.5 * sixteenth;
        assert!(apart.abs() < 0.02, "{bot} is {:.1} ms beside the drums", apart * 1000.0);
    }
    for (bot, sound) in BOTS.iter().zip(&sound) {
        let after = rms(part(sound, turned_down + FADE, turned_down + FADE + AFTER));
        match *bot {
            "bass" => assert_eq!(after, 0.0, "the bass still sounds"),
            _ => assert!(after > 0.001, "{bot} has fallen silent with the bass"),
        }
    }
    for (bot, sound) in BOTS.iter().zip(&sound) {
        let rest = rms(part(sound, quit + FADED_WITHIN, quit + FADED_WITHIN + 1.0));
        assert_eq!(rest, 0.0, "{bot} still sounds {FADED_WITHIN} s after the end");
    }
    let (status, said) = director.ends();
    assert_eq!(status.code(), Some(0), "{said}");
}
