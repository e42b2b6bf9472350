//! `director calibrate`: how much later than it says an output sounds, and so its `offset-ms`.
//!
//! Clicks go out; an input hears them, or a hand taps along. Both streams tell when their frames
//! are heard and were in the air; what is left between the two is what nobody tells.

mod click;
mod ear;
mod mouth;
mod onset;
mod tally;
mod tap;
mod timeline;

use crate::cli::Calibrate;
use anyhow::{Context, bail};
use ear::Ear;
use mouth::{Clicks, Where};
use musebot_devices::AudioWish;
use onset::Sound;
use std::{
    io::Write,
    time::{Duration, Instant},
};
use tally::Tally;

/// From click to click: an answer may take longer than half a second.
const EVERY: f64 = 0.7;
/// How long before and after its instant a click is looked for.
const WITHIN: (Duration, Duration) = (Duration::from_millis(60), Duration::from_millis(620));
/// After the last click.
const TAIL: f64 = 0.8;
/// How often streams are looked after.
const STEP: Duration = Duration::from_millis(10);
/// How long an input may take until the first sample comes.
const PATIENCE: Duration = Duration::from_secs(5);

/// Calibrates an output; the exit code.
///
/// # Errors
/// When the output or the input does not open, or nothing is heard.
pub fn command(args: &Calibrate) -> anyhow::Result<u8> {
    let mut out = std::io::stdout().lock();
    let place = Where::read(&args.output, args.channel, args.note)?;
    let host = args.host.as_deref().map(str::parse).transpose().context("failed to choose an audio host")?;
    let system = args.system.as_deref().map(str::parse).transpose().context("failed to choose a MIDI system")?;
    let input = AudioWish { host, device: args.input.clone(), ..AudioWish::default() };
    let output = AudioWish { host, rate: args.rate, buffer: args.buffer, ..AudioWish::default() };
    let epoch = Instant::now();
    // First what hears: nothing is to click while a microphone is looked for.
    let ear = if args.tap { None } else { Some(listening(input, epoch)?) };
    let many = if args.tap { args.clicks + tap::WARM_UP } else { args.clicks };
    let clicks = Clicks::open(&place, &output, system, epoch, EVERY, many)?;
    let tally = match ear {
        Some(ear) => heard(ear, clicks, &place, args, &mut out)?,
        None => tapped(clicks, epoch, args, &mut out)?,
    };
    writeln!(out, "{}", tally.words())?;
    if tally.is_unsteady() {
        writeln!(out, "they come too unevenly to trust: is something else sounding, or the machine busy?")?;
    }
    writeln!(out, "\noffset-ms = {}", tally.offset_ms(args.offset_ms))?;
    if args.tap {
        writeln!(
            out,
            "\nThis is coarse: people tap a little before a click, each by an amount of their own. Tap to another output\n\
             too: what counts is the difference between the two."
        )?;
    }
    Ok(u8::from(tally.is_unsteady()))
}

/// An input from which something arrives.
fn listening(wish: AudioWish, epoch: Instant) -> anyhow::Result<Ear> {
    let mut ear = Ear::open(wish, epoch)?;
    let deadline = Instant::now() + PATIENCE;
    while !ear.is_open() {
        if Instant::now() > deadline {
            bail!(
                "nothing comes from the input `{}`: choose another with --input (`director devices` lists them)",
                ear.name()
            );
        }
        std::thread::sleep(STEP);
        ear.listen();
    }
    Ok(ear)
}

fn heard(
    mut ear: Ear,
    mut clicks: Clicks,
    place: &Where,
    args: &Calibrate,
    out: &mut dyn Write,
) -> anyhow::Result<Tally> {
    writeln!(out, "{} clicks out of `{}`, heard by `{}`", args.clicks, clicks.name(), ear.name())?;
    out.flush()?;
    let ends = Instant::now() + Duration::from_secs_f64(1.5 + EVERY * f64::from(args.clicks) + TAIL);
    while Instant::now() < ends {
        std::thread::sleep(STEP);
        clicks.go_on();
        ear.listen();
    }
    let click = click::samples(ear.rate());
    let sound = if matches!(place, Where::Audio(_)) { Sound::Click(&click) } else { Sound::Note };
    let offset = args.offset_ms / 1000.0;
    let late: Vec<f64> = (0..args.clicks)
        .filter_map(|n| {
            // An output that has an offset is that much later, or earlier, on purpose.
            let due = clicks.due(n)?;
            Some(ear.lateness(due, WITHIN, sound)? + offset)
        })
        .collect();
    Tally::of(&late, args.clicks as usize).with_context(|| {
        format!(
            "only {} of {} clicks were heard: turn it up, bring the microphone nearer, or choose another --input",
            late.len(),
            args.clicks
        )
    })
}

fn tapped(mut clicks: Clicks, epoch: Instant, args: &Calibrate, out: &mut dyn Write) -> anyhow::Result<Tally> {
    let many = args.clicks + tap::WARM_UP;
    writeln!(
        out,
        "press Enter with each of {many} clicks out of `{}`; the first {} do not count",
        clicks.name(),
        tap::WARM_UP
    )?;
    out.flush()?;
    let keys = tap::keys();
    let ends = Instant::now() + Duration::from_secs_f64(1.5 + EVERY * f64::from(many) + TAIL);
    while Instant::now() < ends {
        std::thread::sleep(STEP);
        clicks.go_on();
    }
    let taps: Vec<f64> = keys.try_iter().map(|at| at.saturating_duration_since(epoch).as_secs_f64()).collect();
    let due: Vec<f64> = (0..many).filter_map(|n| clicks.due(n)).collect();
    let late: Vec<f64> = tap::lateness(&due, &taps).iter().map(|late| late + args.offset_ms / 1000.0).collect();
    Tally::of(&late, args.clicks as usize).with_context(|| {
        format!("only {} of {} clicks were tapped: press Enter with each of them", late.len(), args.clicks)
    })
}
