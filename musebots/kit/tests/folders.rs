//! Each of our bots is a musebot folder too, that any conductor can start.

mod support;

use musebot_protocol::{ConfigTxt, InfoTxt};
use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};
use support::{Conductor, parrot};

const BOTS: [&str; 4] = ["melody", "bass", "drums", "visualiser"];
const SECTIONS: [&str; 8] =
    ["name", "version", "instrumentation", "platform", "behaviour", "messages", "license", "credits"];
const WORDS: [&str; 23] = [
    "notepool",
    "hdensity",
    "vdensity",
    "density",
    "tala",
    "phraselength",
    "phrases",
    "plan/chords",
    "plan/chordDuration",
    "pcprob",
    "section",
    "progress",
    "onoff",
    "initialize",
    "exiting",
    "valence",
    "arousal",
    "meter",
    "onset",
    "text",
    "line",
    "nothing",
    "everything",
];

fn folder(bot: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(bot)
}

#[test]
fn b29_every_folder_has_a_config_txt_of_exactly_five_lines() {
    let mut ports = Vec::new();
    for bot in BOTS {
        let text = fs::read_to_string(folder(bot).join("config.txt")).unwrap();
        let config = ConfigTxt::parse(&text).unwrap();
        assert_eq!((config.id.as_str(), config.mc_listen_port), (bot, 4747));
        assert_eq!(text, config.to_string());
        ports.push(config.my_listen_port);
    }
    ports.dedup();
    assert_eq!(ports.len(), BOTS.len(), "each has a port of its own");
}

#[test]
fn b29_every_folder_has_an_info_txt_with_all_sections_and_known_tags() {
    for bot in BOTS {
        let info = fs::read_to_string(folder(bot).join("info.txt")).unwrap();
        for section in SECTIONS {
            assert!(info.lines().any(|line| line == format!("## {section} ##")), "{bot} lacks {section}");
        }
        let info = InfoTxt::parse(&info);
        assert!(info.warnings.is_empty(), "{bot}: {:?}", info.warnings);
        assert_eq!(info.types, [if bot == "visualiser" { "visual" } else { bot }]);
        // A word that nobody knows is one that nobody hears.
        let strange = info.sends.iter().chain(&info.receives).find(|tag| !WORDS.contains(&tag.as_str()));
        assert_eq!(strange, None, "{bot}");
        // Its gain is an amplitude: a platform that reads like Max would be sent decibels.
        assert!(!info.platform.to_lowercase().contains("max"), "{bot}: {}", info.platform);
    }
}

#[cfg(unix)]
#[test]
fn b29_every_run_command_is_executable_and_starts_the_program_beside_it() {
    use std::os::unix::fs::PermissionsExt;
    for bot in BOTS {
        let script = folder(bot).join("run.command");
        assert_eq!(fs::metadata(&script).unwrap().permissions().mode() & 0o777, 0o755, "{bot}");

        // In a folder of its own with a program beside it (any bot will do), started from elsewhere.
        let mut c = Conductor::new();
        let here = c.folder.path().to_owned();
        fs::copy(&script, here.join("run.command")).unwrap();
        fs::copy(parrot(), here.join(bot)).unwrap();
        let config = format!("id {bot}\nmc_hostname localhost\nmc_listen_port {}\n", c.port());
        fs::write(here.join("config.txt"), config).unwrap();
        let mut bash = Command::new("bash");
        bash.arg(here.join("run.command")).current_dir("/").env("MUSEBOT_OUTPUT", "null");
        c.child = Some(bash.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap());
        c.wait("its hello", |c| c.hello().is_some());
        assert_eq!(c.hello().unwrap().0.as_str(), bot);
    }
}

#[cfg(unix)]
#[test]
fn b29_a_run_command_needs_no_newer_shell_than_macos_has() {
    // What a POSIX shell runs, bash 3.2 does; the name of the shell in the first line is another matter.
    for shell in ["sh", "bash"] {
        for bot in BOTS {
            let mut c = Conductor::new();
            let here = c.folder.path().join("a folder with blanks");
            fs::create_dir(&here).unwrap();
            fs::copy(folder(bot).join("run.command"), here.join("run.command")).unwrap();
            fs::copy(parrot(), here.join(bot)).unwrap();
            let config = format!("id {bot}\nmc_hostname localhost\nmc_listen_port {}\n", c.port());
            fs::write(here.join("config.txt"), config).unwrap();
            let mut script = Command::new(shell);
            script.arg(here.join("run.command")).current_dir("/").env("MUSEBOT_OUTPUT", "null");
            c.child = Some(script.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap());
            c.wait("its hello", |c| c.hello().is_some());
            // What the script became is the bot itself: whoever ends the one ends the other.
            c.signal("-TERM");
            assert_eq!(c.wait_for_exit().code(), Some(0), "{shell} {bot}");
        }
    }
}

#[cfg(unix)]
#[test]
fn b29_a_run_command_without_its_program_says_what_to_do() {
    for bot in BOTS {
        let nowhere = tempfile::tempdir().unwrap();
        fs::copy(folder(bot).join("run.command"), nowhere.path().join("run.command")).unwrap();
        let output =
            Command::new("/bin/bash").arg(nowhere.path().join("run.command")).env("PATH", "/usr/bin:/bin").output();
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(127), "{bot}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(&format!("cargo build --release -p {bot}")), "{said}");
    }
}
