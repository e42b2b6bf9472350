//! The film of a render: a bot's pictures with the mix, as H.264 and AAC in an MP4 file. `ffmpeg` makes it, where it is
//! installed; the same pictures and sound give the same bytes with the same `ffmpeg`.

use super::pictures;
use std::{
    ffi::{OsStr, OsString},
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// What is kept of what `ffmpeg` has to say, in bytes.
const LONGEST_COMPLAINT: u64 = 4096;

/// What is to be filmed.
#[derive(Debug, Clone)]
pub struct Film {
    /// The folder with `00000.png` and so on.
    pub pictures: PathBuf,
    /// How many there are.
    pub count: u32,
    /// The sound, and how long it is in seconds.
    pub sound: Option<(PathBuf, f64)>,
    /// The file to be made.
    pub out: PathBuf,
}

/// Why there is no film.
#[derive(Debug, thiserror::Error)]
pub enum FilmError {
    /// There is no `ffmpeg`.
    #[error("there is no ffmpeg on the PATH")]
    NoFfmpeg,
    /// It cannot be run.
    #[error("failed to run ffmpeg: {0}")]
    Run(io::Error),
    /// It has failed.
    #[error("ffmpeg has failed: {0}")]
    Failed(String),
    /// The film is made, but cannot be given its name.
    #[error("failed to write {}: {error}", path.display())]
    Write {
        /// Its file.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
}

impl Film {
    /// Makes it with this `ffmpeg`. `progress` hears of the share that is done, 0 to 1.
    ///
    /// # Errors
    /// When there is no `ffmpeg`, or it fails. No half film is left behind.
    pub fn make(&self, ffmpeg: &OsStr, progress: &mut dyn FnMut(f64)) -> Result<(), FilmError> {
        let part = self.out.with_extension("part.mp4");
        let named = |error| FilmError::Write { path: self.out.clone(), error };
        let made = self.run(ffmpeg, &part, progress);
        let made = made.and_then(|()| std::fs::rename(&part, &self.out).map_err(named));
        if made.is_err() {
            let _ = std::fs::remove_file(&part);
        }
        made
    }

    /// The command that makes it, for a person to type.
    #[must_use]
    pub fn command(&self) -> String {
        let mut words = vec!["ffmpeg".to_owned()];
        words.extend(self.args(&self.out).iter().map(|word| quoted(&word.to_string_lossy())));
        words.join(" ")
    }

    fn run(&self, ffmpeg: &OsStr, out: &Path, progress: &mut dyn FnMut(f64)) -> Result<(), FilmError> {
        let mut command = Command::new(ffmpeg);
        command.args(["-nostdin", "-hide_banner", "-loglevel", "error", "-progress", "pipe:1", "-y"]);
        command.args(self.args(out)).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => FilmError::NoFfmpeg,
            _ => FilmError::Run(error),
        })?;
        let complaints = child.stderr.take().map(|stderr| std::thread::spawn(move || first_of(stderr)));
        let all = self.seconds() * f64::from(pictures::A_SECOND);
        for line in child.stdout.take().map(BufReader::new).into_iter().flat_map(BufRead::lines).map_while(Result::ok) {
            if let Some(done) = line.strip_prefix("frame=").and_then(|number| number.trim().parse::<f64>().ok()) {
                progress((done / all).min(1.0));
            }
        }
        let status = child.wait().map_err(FilmError::Run)?;
        let complaints = complaints.and_then(|thread| thread.join().ok()).unwrap_or_default();
        if status.success() { Ok(()) } else { Err(FilmError::Failed(format!("{status}{complaints}"))) }
    }

    /// What follows `ffmpeg`.
    fn args(&self, out: &Path) -> Vec<OsString> {
        let mut args: Vec<OsString> = Vec::new();
        let mut add = |words: &[&str]| args.extend(words.iter().map(OsString::from));
        // A `%` of the folder's own name is no place for a number.
        let pattern = format!("{}/%05d.png", self.pictures.to_string_lossy().replace('%', "%%"));
        add(&["-framerate", &pictures::A_SECOND.to_string(), "-i", &pattern]);
        if let Some((sound, _)) = &self.sound {
            add(&["-i", &sound.to_string_lossy()]);
        }
        // The last picture stays as long as the sound rings; silence follows a sound that ends before.
        let missing = self.seconds() - self.seen();
        let mut filters = vec![];
        if missing > 0.0 {
            filters.push(format!("tpad=stop_mode=clone:stop_duration={missing:.3}"));
        }
        filters.push("scale='max(2,trunc(iw/2)*2)':'max(2,trunc(ih/2)*2)':out_color_matrix=bt709".to_owned());
        filters.push("format=yuv420p".to_owned());
        add(&["-vf", &filters.join(",")]);
        add(&["-c:v", "libx264", "-preset", "medium", "-crf", "18", "-threads", "1"]);
        add(&["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"]);
        if let Some((_, seconds)) = &self.sound {
            add(&["-c:a", "aac", "-b:a", "192k"]);
            if *seconds < self.seen() {
                add(&["-af", &format!("apad=whole_dur={:.3}", self.seen())]);
            }
        }
        add(&["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"]);
        add(&["-movflags", "+faststart"]);
        args.push(out.into());
        args
    }

    /// How long the pictures last, in seconds.
    fn seen(&self) -> f64 {
        f64::from(self.count) / f64::from(pictures::A_SECOND)
    }

    /// How long the film is, in seconds.
    fn seconds(&self) -> f64 {
        self.sound.as_ref().map_or(0.0, |(_, seconds)| *seconds).max(self.seen())
    }
}

/// The beginning of what is said, as it goes behind an error; the rest is read and forgotten, so that nobody waits.
fn first_of(mut from: impl Read) -> String {
    let mut said = Vec::new();
    let _ = from.by_ref().take(LONGEST_COMPLAINT).read_to_end(&mut said);
    let _ = io::copy(&mut from, &mut io::sink());
    let said = crate::listen::reading::printable(String::from_utf8_lossy(&said).trim().replace('\n', "; ").as_str());
    if said.is_empty() { said } else { format!(": {said}") }
}

/// A word as a shell takes it for one.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=+%,@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests;
