use super::*;
use crate::artefacts::canvas::Canvas;
use std::{fs, io::Write};

/// A folder with pictures of an odd size, each another, and a second of sound.
struct Studio(tempfile::TempDir);

impl Studio {
    fn new(count: u32) -> Self {
        let studio = Self(tempfile::Builder::new().prefix("100% film's ").tempdir().unwrap());
        fs::create_dir(studio.film(count).pictures).unwrap();
        for n in 0..count {
            let picture = Canvas::new(51, 33, [(n * 5) as u8, 90, 200]).to_png().unwrap();
            fs::write(studio.film(count).pictures.join(format!("{n:05}.png")), picture).unwrap();
        }
        let spec = hound::WavSpec {
            channels: 2,
            sample_rate: 48_000,
            bits_per_sample: 24,
            sample_format: hound::SampleFormat::Int,
        };
        let mut wav = hound::WavWriter::create(studio.0.path().join("mix.wav"), spec).unwrap();
        (0..96_000).for_each(|n| wav.write_sample((n % 200) * 10_000).unwrap());
        wav.finalize().unwrap();
        studio
    }

    fn film(&self, count: u32) -> Film {
        Film {
            pictures: self.0.path().join("eye.frames"),
            count,
            sound: Some((self.0.path().join("mix.wav"), 1.0)),
            out: self.0.path().join("eye.mp4"),
        }
    }

    fn left(&self) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(self.0.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// Whether there is an ffmpeg here; tests that need one are left out elsewhere.
fn has(program: &str) -> bool {
    let there = Command::new(program).arg("-version").stdout(Stdio::null()).status().is_ok();
    if !there {
        eprintln!("left out: there is no {program}");
        // For the list that scripts/test prints at its end.
        if let Some(list) = std::env::var_os("MUSEBOT_LEFT_OUT") {
            let mut list = fs::OpenOptions::new().append(true).create(true).open(list).unwrap();
            writeln!(list, "films: there is no {program}").unwrap();
        }
    }
    there
}

/// What ffprobe says of a file, a line for each value.
fn probed(file: &Path, stream: &str, what: &str) -> Vec<String> {
    let args = ["-v", "error", "-count_packets", "-select_streams", stream, "-show_entries", what, "-of", "csv=p=0"];
    let said = Command::new("ffprobe").args(args).arg(file).output().unwrap();
    String::from_utf8(said.stdout).unwrap().trim().split([',', '\n']).map(str::to_owned).collect()
}

#[test]
fn a_film_is_even_yuv420p_as_long_as_its_sound_and_the_same_each_time() {
    if !has("ffmpeg") || !has("ffprobe") {
        return;
    }
    let studio = Studio::new(10);
    let film = studio.film(10);
    let mut heard = Vec::new();
    film.make(OsStr::new("ffmpeg"), &mut |share| heard.push(share)).unwrap();
    assert_eq!(studio.left(), ["eye.frames", "eye.mp4", "mix.wav"], "no half film is left");
    assert!(heard.is_sorted() && heard.last().is_some_and(|last| *last > 0.9), "{heard:?}");
    let video = probed(&film.out, "v:0", "stream=codec_name,width,height,pix_fmt,r_frame_rate,nb_read_packets");
    assert_eq!(
        video,
        ["h264", "50", "32", "yuv420p", "25/1", "25"],
        "ten pictures, and the last for as long as it sounds"
    );
    assert_eq!(probed(&film.out, "a:0", "stream=codec_name,sample_rate"), ["aac", "48000"]);
    let bytes = fs::read(&film.out).unwrap();
    let at = |what: &[u8]| bytes.windows(4).position(|window| window == what).unwrap();
    assert!(at(b"moov") < at(b"mdat"), "it can begin before all of it is there");
    film.make(OsStr::new("ffmpeg"), &mut |_| {}).unwrap();
    assert!(bytes == fs::read(&film.out).unwrap());
}

#[test]
fn silence_follows_a_sound_that_ends_before_the_pictures_do() {
    if !has("ffmpeg") || !has("ffprobe") {
        return;
    }
    let studio = Studio::new(40);
    let film = studio.film(40);
    film.make(OsStr::new("ffmpeg"), &mut |_| {}).unwrap();
    assert_eq!(probed(&film.out, "v:0", "stream=nb_read_packets"), ["40"]);
    let seconds: f64 = probed(&film.out, "a:0", "stream=duration")[0].parse().unwrap();
    assert!((1.58..1.65).contains(&seconds), "{seconds}");
    let mute = Film { sound: None, ..film };
    mute.make(OsStr::new("ffmpeg"), &mut |_| {}).unwrap();
    assert_eq!(probed(&mute.out, "a", "stream=codec_name"), [""], "nobody sounds");
}

#[test]
fn without_ffmpeg_there_is_no_film_and_a_command_that_a_shell_understands() {
    let studio = Studio::new(1);
    let film = studio.film(1);
    assert!(matches!(film.make(OsStr::new("/nowhere/ffmpeg"), &mut |_| {}), Err(FilmError::NoFfmpeg)));
    assert_eq!(studio.left(), ["eye.frames", "mix.wav"]);
    // What a shell makes of the command are the arguments that we would have given.
    let echo = format!("ffmpeg() {{ for word in \"$@\"; do echo \"$word\"; done; }}; {}", film.command());
    let words = Command::new("sh").args(["-c", &echo]).output().unwrap();
    let words: Vec<String> = String::from_utf8(words.stdout).unwrap().lines().map(str::to_owned).collect();
    let args: Vec<String> = film.args(&film.out).into_iter().map(|arg| arg.into_string().unwrap()).collect();
    assert_eq!(words, args);
}

#[test]
fn what_ffmpeg_complains_of_is_told_and_nothing_half_is_left() {
    if !has("ffmpeg") {
        return;
    }
    let studio = Studio::new(3);
    let film = studio.film(3);
    fs::write(film.pictures.join("00000.png"), "no picture").unwrap();
    (1..3).for_each(|n| fs::remove_file(film.pictures.join(format!("0000{n}.png"))).unwrap());
    let error = film.make(OsStr::new("ffmpeg"), &mut |_| {}).unwrap_err().to_string();
    assert!(error.starts_with("ffmpeg has failed: ") && error.len() > 60, "{error}");
    assert_eq!(studio.left(), ["eye.frames", "mix.wav"]);
}
