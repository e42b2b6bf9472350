//! `director render`: a render, and what is made of it: mix, stems, MIDI, session log, piano roll, films.

use crate::{
    artefacts::{
        Part, Song,
        film::{Film, FilmError},
        midi, mix,
        piano_roll::{self, Roll},
        pictures,
        session::SessionLog,
    },
    cli::Render,
    director::Plan,
    ensemble::{Ensemble, Length},
    opening,
    render::{self, Record, Request},
};
use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use musebot_protocol::{BotId, Broadcast, Tempo, Tick};
use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    time::Instant,
};

/// Bars of a render of an ensemble that would play for ever.
const USUAL_BARS: u32 = 32;

/// A WAV file of 48 kHz, 24 bit, stereo holds a little more.
const LONGEST_SECONDS: f64 = 4.0 * 3600.0;

/// How far the limiter may have worked before we say so, in dB.
const WORTH_SAYING_DB: f64 = 1.0;

/// Renders as the command line asks; the exit code.
///
/// # Errors
/// When the file is wrong, a bot fails, or nothing can be written.
pub fn command(args: &Render) -> anyhow::Result<u8> {
    let ensemble = opening::ensemble(&args.file, args.tempo)?;
    let stem = args.file.file_stem().map_or_else(|| "ensemble".into(), |s| s.to_string_lossy().into_owned());
    let out = args.out.clone().unwrap_or_else(|| PathBuf::from("renders").join(&stem));
    let seed = opening::seed(args.seed, &ensemble);
    let bars = args.bars.or_else(|| bars_of(&ensemble)).unwrap_or(USUAL_BARS);
    let longest = Length::Seconds(LONGEST_SECONDS).in_bars(ensemble.tempo, ensemble.meter);
    if bars > longest {
        anyhow::bail!(
            "{bars} bars at {} bpm are more than the 4 hours that a WAV file holds: render at most {longest} (--bars)",
            ensemble.tempo
        );
    }
    let began = Instant::now();
    let seconds = to_files(&ensemble, bars, seed, &out, &stem, args.leave_out)?;
    let took = began.elapsed().as_secs_f64();
    tracing::info!(
        "{bars} bars ({seconds:.1} s) with seed {seed} in {took:.1} s, {:.0} times as fast as it sounds; listen to {}",
        seconds / took,
        std::path::absolute(&out).unwrap_or(out).join("mix.wav").display()
    );
    Ok(0)
}

fn bars_of(ensemble: &Ensemble) -> Option<u32> {
    match ensemble.length {
        Some(Length::Seconds(_)) => ensemble.length.map(|l| l.in_bars(ensemble.tempo, ensemble.meter)),
        _ => ensemble.end_bar(),
    }
}

/// Renders an ensemble into a folder; how many seconds it sounds.
fn to_files(ensemble: &Ensemble, bars: u32, seed: u64, out: &Path, name: &str, leave_out: bool) -> anyhow::Result<f64> {
    let stems = out.join("stems");
    std::fs::create_dir_all(&stems).with_context(|| format!("failed to make the folder {}", stems.display()))?;
    // Bots run in folders of their own.
    let out = &std::path::absolute(out).context("failed to find the current folder")?;
    let stems = out.join("stems");
    let mut log = Log(SessionLog::create(&out.join("session.jsonl"), ensemble.meter)?);
    for old in ensemble.bots.iter().flat_map(|bot| word_files(&stems, bot.id.as_str())) {
        // A render in which nobody sings leaves no words of an earlier one.
        std::fs::remove_file(&old).with_context(|| format!("failed to remove {}", old.display()))?;
    }
    for bot in &ensemble.bots {
        let frames = frames_of(bot.id.as_str());
        pictures::remove(&stems.join(&frames))?;
        pictures::remove(&out.join(&frames))?;
        // A film of other pictures would be taken for one of these.
        let _ = std::fs::remove_file(out.join(film_of(bot.id.as_str())));
    }
    let bar = progress_bar("playing");
    let request = Request { ensemble: ensemble.clone(), bars, seed, stems: stems.clone(), leave_out };
    let rendered = opening::on_this_thread(render::render(request, &mut log, &mut |done, all| {
        if done % 16 == 0 {
            bar.set_length(all);
            bar.set_position(done);
        }
    }))?;
    bar.finish_and_clear();
    log.0.finish()?;
    for bot in &rendered.left_out {
        tracing::warn!("left out {bot}: it cannot render");
    }

    let parts = rendered
        .bots
        .iter()
        .map(|bot| Ok(Part { bot: BotId::new(bot)?, path: stems.join(format!("{bot}.mid")) }))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let ticks_per_bar = ensemble.meter.ticks_per_bar();
    let song = Song {
        name: ensemble.name.clone(),
        meter: ensemble.meter,
        bars,
        tempo_map: rendered.tempo_map.iter().map(|(tick, tempo)| (tick.0, tempo.bpm() as f32)).collect(),
        sections: rendered
            .sections
            .iter()
            .map(|(bar, name)| (i64::from(bar - 1) * ticks_per_bar, name.clone()))
            .collect(),
    };
    let bar = progress_bar("mixing");
    bar.set_length(1000);
    let wavs: Vec<_> = rendered.bots.iter().map(|bot| mix::StemIn { path: stems.join(format!("{bot}.wav")) }).collect();
    let report = mix::mix(&wavs, ensemble.master, &out.join("mix.wav"), &mut |done| {
        bar.set_position((done * 1000.0) as u64);
    })?;
    bar.finish_and_clear();
    if report.reduction_db > WORTH_SAYING_DB {
        tracing::warn!(
            "the limiter turned the mix down by up to {:.1} dB: lower the gains in {}",
            report.reduction_db,
            ensemble.path.display()
        );
    }
    midi::merge(&parts, &song, &out.join(format!("{name}.mid")))?;
    let rolls = parts
        .iter()
        .map(|part| {
            let (notes, syllables) = (midi::notes(&part.path)?, midi::syllables(&part.path)?);
            Ok(Roll { bot: part.bot.clone(), notes, syllables })
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    // The picture itself tells bars, metre and tempo.
    let caption = format!("{} {}  ·  {}  ·  seed {seed}", ensemble.key, ensemble.mode, ensemble.style);
    piano_roll::draw(&rolls, &song, &caption, &out.join("piano-roll.png"))?;
    for part in &parts {
        std::fs::remove_file(&part.path).with_context(|| format!("failed to remove {}", part.path.display()))?;
    }
    let words: Vec<_> = rendered.bots.iter().flat_map(|bot| word_files(&stems, bot)).collect();
    if !words.is_empty() {
        let words = words.iter().map(|path| path.display().to_string()).collect::<Vec<_>>();
        tracing::info!("what was sung, with its times: {}", words.join(", "));
    }
    let sound = (report.frames > 0).then(|| (out.join("mix.wav"), report.frames as f64 / f64::from(mix::SAMPLE_RATE)));
    for bot in rendered.bots.iter().chain(&rendered.silent) {
        let painted = out.join(frames_of(bot));
        let count = pictures::bring_out(&stems.join(frames_of(bot)), &painted)?;
        if count > 0 {
            film(bot, Film { pictures: painted, count, sound: sound.clone(), out: out.join(film_of(bot)) });
        }
    }
    Ok(f64::from(rendered.frames) / 48_000.0)
}

/// The folder of a bot's pictures.
fn frames_of(bot: &str) -> String {
    format!("{bot}.frames")
}

fn film_of(bot: &str) -> String {
    format!("{bot}.mp4")
}

/// Makes a film of a bot's pictures. They are there in any case: what keeps it from being made ends nothing.
fn film(bot: &str, film: Film) {
    let bar = progress_bar("filming");
    bar.set_length(1000);
    let made = film.make(OsStr::new("ffmpeg"), &mut |done| bar.set_position((done * 1000.0) as u64));
    bar.finish_and_clear();
    let what = format!("what {bot} has painted: {} pictures in {}", film.count, film.pictures.display());
    match made {
        Ok(()) => tracing::info!("{what}, and the film of them: {}", film.out.display()),
        Err(FilmError::NoFfmpeg) => {
            tracing::info!("{what}; where ffmpeg is installed, this makes a film of them: {}", film.command());
        }
        Err(error) => tracing::warn!("{what}, but no film ({error}); to try again: {}", film.command()),
    }
}

/// The files with a bot's words that lie beside its stem.
fn word_files(stems: &Path, bot: &str) -> impl Iterator<Item = PathBuf> {
    ["lrc", "vtt"].map(|kind| stems.join(format!("{bot}.{kind}"))).into_iter().filter(|path| path.is_file())
}

fn progress_bar(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(1).with_message(what);
    if let Ok(style) = ProgressStyle::with_template("{msg:8} {wide_bar} {percent:>3} % {eta:>4} left") {
        bar.set_style(style);
    }
    bar
}

/// Writes what happens into session.jsonl.
struct Log(SessionLog);

impl Record for Log {
    fn tick(&mut self, tick: Tick, tempo: Tempo, plan: &Plan) -> anyhow::Result<()> {
        if let Some(position) = &plan.position {
            self.0.position(position)?;
        }
        for said in &plan.said {
            self.0.broadcast(tick, said)?;
        }
        Ok(self.0.tick(tick, tempo.bpm() as f32)?)
    }

    fn said(&mut self, tick: Tick, said: &Broadcast) -> anyhow::Result<()> {
        Ok(self.0.broadcast(tick, said)?)
    }
}
