//! A render with real bots, from the command line to the files.

use crate::{
    folders::{entry, musebot},
    process::{Home, real_bots},
    scripts::bot,
};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

fn trio() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../configs/ensembles/trio.toml")
}

pub(crate) fn render(file: &Path, out: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_director"));
    command.arg("render").arg(file).arg("--out").arg(out).args(more);
    // A backtrace would push a bot's last words off its card.
    command.env_remove("RUST_BACKTRACE");
    // No audio device is opened: one that would be could only be this.
    command.env("ALSA_CONFIG_PATH", "/nonexistent").output().unwrap()
}

pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// All files below a folder, by their names.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            all.extend(files(&path).into_iter().map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else {
            all.insert(name, fs::read(&path).unwrap());
        }
    }
    all
}

#[test]
fn x6_the_same_seed_gives_the_same_bytes_in_every_file_and_another_seed_does_not() {
    real_bots();
    let home = Home::new();
    let one = |out: &str, seed: &str| {
        let output = render(&trio(), &home.path().join(out), &["--bars", "8", "--seed", seed]);
        assert!(output.status.success(), "{}", said(&output));
        files(&home.path().join(out))
    };
    let (first, again, other) = (one("first", "7"), one("again", "7"), one("other", "8"));
    let names: Vec<&str> = first.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "mix.wav",
            "piano-roll.png",
            "session.jsonl",
            "stems/bass.wav",
            "stems/drums.wav",
            "stems/melody.wav",
            "trio.mid"
        ]
    );
    for (name, bytes) in &first {
        assert!(*bytes == again[name], "{name} differs between two renders of one seed");
        assert!(*bytes != other[name], "{name} is the same for another seed");
        assert!(bytes.len() > 100, "{name} is empty");
    }
}

#[test]
fn a_missing_program_ends_a_render_with_its_name() {
    let home = Home::new();
    let file = home.ensemble("[[bot]]\nid = \"bass\"\nprogram = \"./bsas\"");
    let output = render(&file, &home.path().join("out"), &["--bars", "1"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("`./bsas` was not found"), "{}", said(&output));
}

#[test]
fn a_bot_that_dies_ends_a_render_with_its_card() {
    let home = Home::new();
    home.script("sick", "echo 'my knee' >&2\nexit 3");
    let output = render(&home.ensemble(&bot("sick", "")), &home.path().join("out"), &["--bars", "1"]);
    assert_eq!(output.status.code(), Some(1));
    let said = said(&output);
    assert!(said.contains("sick has died: exit code 3") && said.contains("sick: my knee"), "{said}");
}

/// A bot that beats and says hello with what it accepts (`,sis`, padded) or without, and does no more.
fn talker(home: &Home, name: &str, accepts: &str) {
    let tags = if accepts.is_empty() { ",si\\0" } else { ",sis\\0\\0\\0\\0" };
    home.beating(
        name,
        &format!(
            "id={name} at=$(printf '\\\\x%02x\\\\x%02x' $(($8 >> 8)) $(($8 & 255)))\n\
             hello() {{ printf \"/agent/hello\\0\\0\\0\\0{tags}$id\\0\\0\\0\\0\\0\\0${{at}}{accepts}\" > /dev/udp/127.0.0.1/$port; }}\n\
             while :; do beat; hello; sleep 0.2; done"
        ),
    );
}

#[test]
fn x6_a_bot_that_cannot_render_is_named_and_left_out_only_if_the_user_says_so() {
    real_bots();
    let home = Home::new();
    talker(&home, "plai", "");
    let text = format!("[[bot]]\nid = \"drums\"\nprogram = \"drums\"\n{}", bot("plai", ""));
    let file = home.ensemble(&text);
    let output = render(&file, &home.path().join("out"), &["--bars", "2"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("plai cannot render (`--leave-out` renders without it)"), "{}", said(&output));
    let output = render(&file, &home.path().join("out"), &["--bars", "2", "--leave-out"]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("left out plai"), "{}", said(&output));
    assert!(home.path().join("out/stems/drums.wav").exists());
}

/// Takes the 10 s that a bot is given for a tick.
#[test]
fn x6_a_bot_that_does_not_answer_for_a_tick_ends_the_render_with_its_name() {
    let home = Home::new();
    talker(&home, "mute", "accepts=render\\0\\0");
    let output = render(&home.ensemble(&bot("mute", "")), &home.path().join("out"), &["--bars", "1"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("mute did not answer for tick 0 (bar 1 beat 1) within 10 s"), "{}", said(&output));
}

/// A disk of so many KiB; `None` (and a line that says so) for those who may not mount one.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(home: &Home, kib: usize) -> Option<Self> {
        let disk = home.path().join(format!("disk-{kib}"));
        fs::create_dir(&disk).unwrap();
        let size = format!("size={kib}k");
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&disk).output();
        if mount.is_ok_and(|m| m.status.success()) {
            return Some(Self(disk));
        }
        #[expect(clippy::print_stdout, reason = "a test that is left out says so")]
        {
            println!("not run: a small disk can only be mounted as root");
        }
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_disk_that_is_full_while_the_bots_play_ends_a_render_with_a_clear_message() {
    real_bots();
    let home = Home::new();
    let Some(disk) = SmallDisk::mount(&home, 400) else { return };
    let output = render(&trio(), &disk.0.join("out"), &["--bars", "8", "--seed", "7"]);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("No space left on device"), "{said}");
    assert!(said.contains(disk.0.to_str().unwrap()), "it says where: {said}");
    assert!(said.contains("try: make room on that disk, or name another folder with `--out`"), "{said}");
}

#[test]
fn a_disk_that_is_full_while_the_mix_is_made_ends_a_render_with_a_clear_message() {
    real_bots();
    let home = Home::new();
    let seeded = ["--bars", "2", "--seed", "7"];
    assert!(render(&trio(), &home.path().join("out"), &seeded).status.success());
    let stems: usize = files(&home.path().join("out/stems")).values().map(Vec::len).sum();
    let Some(disk) = SmallDisk::mount(&home, stems / 1024 + 200) else { return };
    let output = render(&trio(), &disk.0.join("out"), &seeded);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("mix.wav") && said.contains("the disk is full: free some space"), "{said}");
}

#[test]
fn where_nothing_can_sound_play_says_so_in_one_line_and_renders_instead() {
    real_bots();
    let home = Home::new();
    let output = Command::new(env!("CARGO_BIN_EXE_director"))
        .arg("play")
        .arg(trio().canonicalize().unwrap())
        .args(["--bars", "2", "--seed", "7", "--listen", "0", "--control", "0"])
        .current_dir(home.path())
        .envs([("ALSA_CONFIG_PATH", "/nonexistent"), ("PULSE_SERVER", "/nonexistent"), ("JACK_NO_START_SERVER", "1")])
        .output()
        .unwrap();
    let said = said(&output);
    assert!(output.status.success(), "{said}");
    assert_eq!(said.lines().filter(|l| l.contains("no audio device")).count(), 1, "{said}");
    assert!(said.contains("rendering 2 bars to files instead") && said.contains("renders/trio"), "{said}");
    assert!(home.path().join("renders/trio/mix.wav").exists());
    assert!(output.stdout.is_empty(), "the status line is quiet where stdout is no terminal");
}

/// One of our bots, as the folder that it is too, with its program beside its script.
fn melody_folder(home: &Home) {
    let (folder, ours) = (home.path().join("Musebots/melody"), env!("CARGO_MANIFEST_DIR"));
    fs::create_dir_all(&folder).unwrap();
    for name in ["config.txt", "info.txt", "run.command"] {
        fs::copy(Path::new(ours).join("../musebots/melody").join(name), folder.join(name)).unwrap();
    }
    let program = Path::new(env!("CARGO_BIN_EXE_director")).with_file_name("melody");
    std::os::unix::fs::symlink(program, folder.join("melody")).unwrap();
}

#[test]
fn x6_a_bot_renders_the_same_bytes_as_a_folder_and_as_a_program() {
    real_bots();
    let home = Home::new();
    melody_folder(&home);
    let one = |out: &str, bot: &str| {
        let said_to_it = "say = { initialize = 1, density = 0.5 }\ngain = 0.5\n";
        fs::write(home.path().join("one.toml"), format!("[[bot]]\nid = \"melody\"\n{bot}\n{said_to_it}")).unwrap();
        let output = render(&home.path().join("one.toml"), &home.path().join(out), &["--bars", "4", "--seed", "7"]);
        assert!(output.status.success(), "{}", said(&output));
        files(&home.path().join(out))
    };
    let (program, folder) = (one("p", "program = \"melody\""), one("f", "folder = \"Musebots/melody\""));
    assert!(program.len() >= 5 && program.keys().eq(folder.keys()), "{:?}", program.keys());
    for (name, bytes) in &program {
        assert!(*bytes == folder[name], "{name} differs");
    }
}

#[test]
fn x6_a_folder_that_cannot_render_is_named_in_time_and_left_out_only_if_the_user_says_so() {
    real_bots();
    let home = Home::new();
    melody_folder(&home);
    // It beats and knows no hello, as nearly all of the world's bots.
    let beat = "set -- $(cat config.txt)\nwhile :; do\n\
                printf '/agent/alive\\0\\0\\0\\0,s\\0\\0oldy\\0\\0\\0\\0' > /dev/udp/127.0.0.1/$6\nsleep 0.3\ndone";
    musebot(&home, "oldy", beat);
    musebot(&home, "sick", "exit 3");
    let two = |other: &str| home.ensemble(&(entry("melody", "") + &entry(other, "")));
    let begun = std::time::Instant::now();
    let output = render(&two("oldy"), &home.path().join("out"), &["--bars", "2"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("oldy has not said hello within 5 s"), "{}", said(&output));
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    let output = render(&two("sick"), &home.path().join("out"), &["--bars", "2"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("sick has died: exit code 3"), "{}", said(&output));
    for other in ["oldy", "sick"] {
        let out = home.path().join(other);
        let output = render(&two(other), &out, &["--bars", "2", "--leave-out"]);
        assert!(output.status.success() && said(&output).contains(&format!("left out {other}")), "{}", said(&output));
        assert!(out.join("stems/melody.wav").exists() && !out.join("stems").join(format!("{other}.wav")).exists());
    }
}
