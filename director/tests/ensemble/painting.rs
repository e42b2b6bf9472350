//! Bots that are seen: a page that people are told of, and pictures in a render.

use crate::{
    process::{Director, Home, build, wait_until},
    rendering::{files, render, said},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Once,
};

/// One of the kit's examples, built once.
fn example(name: &str) -> PathBuf {
    static BUILT: Once = Once::new();
    let folder = Path::new(env!("CARGO_BIN_EXE_director")).parent().unwrap();
    BUILT.call_once(|| build(&["-p", "musebot-kit", "--examples"]));
    folder.join("examples").join(name)
}

/// A bot that plays, and one that paints what it hears of that.
fn band(home: &Home) -> PathBuf {
    let (parrot, painter) = (example("parrot"), example("painter"));
    home.ensemble(&format!(
        "tempo = 240\n\
         [[bot]]\nid = \"parrot\"\nprogram = {parrot:?}\noutput = \"null\"\n\
         [[bot]]\nid = \"eye\"\nprogram = {painter:?}\noutput = \"null\"\n"
    ))
}

#[test]
fn x2_a_page_is_told_once_in_the_log_and_to_whoever_asks_who_is_here() {
    let home = Home::new();
    let director = Director::play(&band(&home), &[]);
    director.says("eye shows itself at http://127.0.0.1:4750/");
    let mut seen = String::new();
    wait_until("its page stands below it", || {
        seen = director.command(&["bots"]).1;
        let mut lines = seen.lines().skip_while(|line| !line.starts_with("eye "));
        lines.next().is_some() && lines.next().is_some_and(|line| line.trim() == "http://127.0.0.1:4750/")
    });
}

/// The colour of the middle of a picture.
fn colour(png: &[u8]) -> [u8; 3] {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let at = (info.height / 2 * info.width + info.width / 2) as usize * 3;
    pixels[at..at + 3].try_into().unwrap()
}

#[test]
fn x12_pictures_are_left_beside_the_mix_and_follow_what_is_played() {
    let home = Home::new();
    let out = home.path().join("out");
    // What an earlier render left.
    fs::create_dir_all(out.join("eye.frames")).unwrap();
    fs::write(out.join("eye.frames/00999.png"), "old").unwrap();
    let film = Command::new("ffmpeg").arg("-version").stdout(Stdio::null()).status().is_ok();
    let once = |out: &Path| {
        let output = render(&band(&home), out, &["--bars", "2", "--seed", "7"]);
        assert!(output.status.success(), "{}", said(&output));
        (files(out), said(&output))
    };
    let (left, told) = once(&out);
    // Two bars at 240 are two seconds; the last tick is one 64th of a second before their end.
    let pictures: Vec<_> = left.iter().filter(|(name, _)| name.starts_with("eye.frames/")).collect();
    assert_eq!(pictures.len(), 50, "{:?}", left.keys());
    assert_eq!(colour(pictures[0].1), [0, 90, 255], "the first onset is heard a tick after it sounds");
    assert_eq!(colour(pictures[1].1), [72, 90, 183], "the pitch of the parrot");
    assert!(told.contains("what eye has painted: 50 pictures in "), "{told}");
    assert_eq!(left.contains_key("eye.mp4"), film, "{told}");
    let others: Vec<_> = left.keys().filter(|name| !name.starts_with("eye.")).map(String::as_str).collect();
    assert_eq!(others, ["band.mid", "mix.wav", "piano-roll.png", "session.jsonl", "stems/parrot.wav"]);
    assert!(String::from_utf8_lossy(&left["session.jsonl"]).contains("\"topic\":\"onset\",\"from\":\"parrot\""));
    let (again, _) = once(&home.path().join("again"));
    assert!(left.keys().eq(again.keys()));
    for (name, bytes) in &left {
        assert!(*bytes == again[name], "{name} differs between two renders of one seed");
    }
}

#[test]
fn x12_without_ffmpeg_the_pictures_are_there_and_the_command_that_makes_a_film() {
    let home = Home::new();
    let (file, out) = (band(&home), home.path().join("out"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_director"));
    command.arg("render").arg(&file).arg("--out").arg(&out).args(["--bars", "1"]).env("PATH", home.path());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let said = said(&output);
    let line = said.lines().find(|line| line.contains("what eye has painted: 25 pictures")).unwrap_or(&said);
    assert!(line.contains("where ffmpeg is installed, this makes a film of them: ffmpeg -framerate 25"), "{said}");
    assert!(line.ends_with("/out/eye.mp4"), "{said}");
    assert!(out.join("eye.frames/00024.png").is_file() && !out.join("eye.mp4").exists());
}

#[test]
fn x12_a_band_that_makes_no_sound_at_all_has_pictures_and_a_film_without_sound() {
    let home = Home::new();
    let (painter, out) = (example("painter"), home.path().join("out"));
    let file = home.ensemble(&format!("[[bot]]\nid = \"eye\"\nprogram = {painter:?}\n"));
    let output = render(&file, &out, &["--bars", "1"]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(out.join("eye.frames/00000.png").is_file() && !out.join("stems/eye.wav").exists());
    assert!(!said(&output).contains("no film"), "{}", said(&output));
}

/// The bass and the visualiser, built once; where they are.
fn bots() -> &'static Path {
    static BUILT: Once = Once::new();
    let folder = Path::new(env!("CARGO_BIN_EXE_director")).parent().unwrap();
    BUILT.call_once(|| build(&["-p", "bass", "-p", "visualiser"]));
    folder
}

#[test]
fn x12_the_visualiser_paints_the_same_film_on_one_processor_and_on_two() {
    let (home, bots) = (Home::new(), bots());
    let film = |threads: &str| {
        let (bass, visualiser) = (bots.join("bass"), bots.join("visualiser"));
        let file = home.ensemble(&format!(
            "tempo = 240\n\
             [[bot]]\nid = \"bass\"\nprogram = {bass:?}\n\
             [[bot]]\nid = \"eye\"\nprogram = {visualiser:?}\noutput = \"null\"\n\
             args = [\"--show\", \"living\", \"--size\", \"64x36\", \"--threads\", \"{threads}\"]\n"
        ));
        let out = home.path().join(threads);
        let output = render(&file, &out, &["--bars", "2", "--seed", "7"]);
        assert!(output.status.success(), "{}", said(&output));
        files(&out.join("eye.frames"))
    };
    let one = film("1");
    // Two bars at 240 are two seconds.
    assert!(one.keys().eq(&(0..50).map(|n| format!("{n:05}.png")).collect::<Vec<_>>()), "{:?}", one.keys());
    assert_ne!(one["00000.png"], one["00049.png"]);
    for (name, picture) in film("2") {
        assert!(picture == one[&name], "{name} is another with two threads");
    }
}
