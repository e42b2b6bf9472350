//! Each of our bots is a musebot folder too, that any conductor can start.

mod support;

use musebot_protocol::ConfigTxt;
use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};
use support::{Conductor, parrot};

const BOTS: [&str; 3] = ["melody", "bass", "drums"];
const SECTIONS: [&str; 8] =
    ["name", "version", "instrumentation", "platform", "behaviour", "messages", "license", "credits"];
const WORDS: [&str; 20] = [
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
    "nothing",
    "everything",
];

fn folder(bot: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(bot)
}

/// The tags under `type:`, `sends:` and `receives:`, each only where conductors look for it.
fn tags(info: &str) -> BTreeMap<&'static str, Vec<String>> {
    let mut found = BTreeMap::<_, Vec<String>>::new();
    let (mut section, mut group) = ("", None);
    for line in info.lines() {
        let first = line.split_whitespace().next().unwrap_or("");
        if first == "##" {
            section = line.trim_matches(['#', ' ']);
            group = None;
        }
        group = match (section, first) {
            ("instrumentation", "type:") => Some("type"),
            ("messages", "sends:") => Some("sends"),
            ("messages", "receives:") => Some("receives"),
            _ => group,
        };
        if let (Some(group), Some(tag)) = (group, first.strip_prefix('@')) {
            found.entry(group).or_default().push(tag.to_owned());
        }
    }
    found
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
        let tags = tags(&info);
        assert_eq!(tags["type"], [bot]);
        for group in ["sends", "receives"] {
            assert!(tags[group].iter().all(|tag| WORDS.contains(&tag.as_str())), "{bot} {group}: {:?}", tags[group]);
        }
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
