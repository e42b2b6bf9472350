//! New bots in every language, really written, tested, and played under the real director.
//!
//! A language that this machine does not have is left out, and said to be: on stderr, and in the file that
//! `MUSEBOT_LEFT_OUT` names, which scripts/test prints at its end.

#[path = "support/jack.rs"]
mod jack;
#[path = "support/process.rs"]
#[expect(dead_code, reason = "the support of all tests; each uses a part of it")]
mod process;
#[path = "support/socket_bot.rs"]
#[expect(dead_code, reason = "the support of all tests; each uses a part of it")]
mod socket_bot;

use jack::Jack;
use musebot_protocol::{Arg, Broadcast, ToBot, messages};
use process::{Director, Home, wait_until};
use socket_bot::Bot;
use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// A language, and what it needs.
struct Language {
    name: &'static str,
    programs: &'static [&'static str],
    fader: Fader,
    /// Which facts it is examined for; all of them where none is named.
    facts: &'static [&'static str],
}

/// Where it is heard that a bot follows its fader.
#[derive(PartialEq)]
enum Fader {
    /// In the density that it asks for: it has nothing but words.
    Words,
    /// In what it plays through JACK.
    Sound,
    /// The kit does it, and its own tests hear it.
    Kit,
}

const PYTHON: Language = Language { name: "python", programs: &["python3"], fader: Fader::Words, facts: &[] };
const NODE: Language = Language { name: "node", programs: &["node", "npm"], fader: Fader::Words, facts: &[] };
const SUPERCOLLIDER: Language = Language {
    name: "supercollider",
    programs: &["sclang", "scsynth"],
    fader: Fader::Sound,
    // It takes its time to start and starts anew for most facts: those that a band would hear at once.
    facts: &["B2", "B3", "B4", "B5", "B6", "B9", "B13", "B15", "B17", "B18", "B19", "B29"],
};
const PUREDATA: Language = Language { name: "puredata", programs: &["pd"], fader: Fader::Sound, facts: &[] };
const RUST: Language = Language { name: "rust", programs: &["cargo"], fader: Fader::Kit, facts: &[] };

#[test]
fn a_new_bot_in_python_plays_as_it_is() {
    plays_as_it_is(&PYTHON);
}

#[test]
fn a_new_bot_in_node_plays_as_it_is() {
    plays_as_it_is(&NODE);
}

#[test]
fn a_new_bot_in_supercollider_plays_as_it_is() {
    plays_as_it_is(&SUPERCOLLIDER);
}

#[test]
fn a_new_bot_in_puredata_plays_as_it_is() {
    plays_as_it_is(&PUREDATA);
}

#[test]
fn a_new_bot_in_rust_plays_as_it_is() {
    plays_as_it_is(&RUST);
}

/// Written by the command, tested by its own test, then in a band: heard to speak, hearing, following, leaving.
fn plays_as_it_is(language: &Language) {
    let Some(new) = New::write(language) else { return };
    let output = new.run("test.sh", &[]);
    assert!(output.status.success(), "its own test fails:\n{}", all(&output));
    let facts = language.facts.iter().flat_map(|fact| ["--only", fact]);
    let output = director(new.home.path(), &["check-bot", "walker"].into_iter().chain(facts).collect::<Vec<_>>());
    assert!(output.status.success(), "it does not keep to the protocol:\n{}", all(&output));

    new.note_exit_codes();
    let band = new.home.ensemble("tempo = 240\nguests = true\n\n[[bot]]\nfolder = \"walker\"\n");
    let jack = match language.fader {
        Fader::Sound => Jack::start(&["jack_rec"])
            .or_else(|| leave_out(language, "its fader is not heard: there is no JACK (jackd2)")),
        _ => None,
    };
    let mut variables = VARIABLES.to_vec();
    variables.extend(jack.iter().flat_map(Jack::variables));
    let director = Director::play_in(&band, &[], &variables);
    let guest = Bot::new("guest", ([127, 0, 0, 1], director.port).into());
    guest.beat();
    director.plays(&["walker"]);

    // It speaks: a chord in every bar.
    let chord = hear(&guest, |said| said.topic == "notepool");
    assert!(chord.args.iter().all(|arg| matches!(arg, Arg::Int(0..=127))), "{chord:?}");

    // It follows its fader.
    let gain = |gain: &str| {
        let (done, _, err) = director.command(&["gain", "walker", gain]);
        assert!(done, "{err}");
    };
    if let Some(jack) = &jack {
        let port = || jack.ports().into_iter().find(|port| port.starts_with("walker:") && port.contains("out"));
        wait_until("the bot plays through JACK", || port().is_some_and(|port| jack.loudness(&port) > 0.01));
        let port = port().expect("it was there");
        let full = jack.loudness(&port);
        gain("0.25");
        wait_until("a quarter of the gain is a quarter as loud", || {
            (0.15..0.4).contains(&(jack.loudness(&port) / full))
        });
    } else if language.fader == Fader::Words {
        gain("0.4");
        hear(&guest, |said| density(said).is_some_and(|density| (density - 0.4).abs() < 0.001));
    }

    // It hears: the busier another is, the less it plays or asks for.
    let busy = Broadcast::new("hdensity", "guest", 0.75_f32);
    guest.say(&ToBot::Broadcast(busy).encode());
    hear(&guest, |said| density(said).is_some_and(|density| density <= 0.25));

    // It leaves: told off, it fades and exits with 0.
    let (done, _, err) = director.command(&["stop", "walker"]);
    assert!(done, "{err}");
    let code = new.folder.join("exit-code");
    wait_until("the bot has gone", || fs::read_to_string(&code).is_ok_and(|text| text.ends_with('\n')));
    assert_eq!(fs::read_to_string(&code).unwrap(), "0\n", "{}", director.said());
}

#[test]
fn a_name_that_is_none_and_a_name_that_is_taken_are_refused() {
    let home = Home::new();
    let new_bot = |name: &str| director(home.path(), &["new-bot", name, "--lang", "node"]);
    assert!(new_bot("walker").status.success());
    for (name, why) in [("walker", "is there already"), ("up/there", "cannot hold '/'"), ("..", "cannot begin")] {
        let output = new_bot(name);
        assert!(!output.status.success() && all(&output).contains(why), "{name}: {}", all(&output));
    }
    let left: Vec<_> = fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["walker"], "something is left behind");
}

#[test]
fn new_bots_are_musebot_folders() {
    let home = Home::new();
    for lang in ["rust", "python", "node", "supercollider", "puredata"] {
        let output = director(home.path(), &["new-bot", lang, "--lang", lang, "--in", "Musebots"]);
        assert!(output.status.success(), "{}", all(&output));
        let folder = director::musebot_folder::MusebotFolder::read(&home.path().join("Musebots").join(lang))
            .expect("it is a musebot folder");
        assert_eq!(folder.config.as_ref().map(|config| config.id.as_str()), Some(lang));
    }
}

#[test]
fn rust_needs_to_know_where_the_kit_is() {
    let home = Home::new();
    let output = director(home.path(), &["new-bot", "walker", "--lang", "rust", "--kit", "."]);
    assert!(!output.status.success() && all(&output).contains("is not the musebot kit"), "{}", all(&output));
    assert!(!home.path().join("walker").exists());
}

/// Rust is built where this workspace is, in the same way, so that the same crates need not be built again.
const VARIABLES: &[(&str, &str)] = &[
    ("CARGO_TARGET_DIR", concat!(env!("CARGO_TARGET_TMPDIR"), "/..")),
    ("BUILD", "dev"),
    ("CARGO_NET_OFFLINE", "true"),
];

/// A new bot called walker.
struct New {
    home: Home,
    folder: PathBuf,
}

impl New {
    /// As the command writes it, with all it needs; `None` where that cannot be had.
    fn write(language: &Language) -> Option<Self> {
        for program in language.programs {
            if Command::new("sh")
                .args(["-c", &format!("command -v {program}")])
                .output()
                .is_ok_and(|o| !o.status.success())
            {
                return leave_out(language, &format!("there is no {program}"));
            }
        }
        let home = Home::new();
        let output = director(home.path(), &["new-bot", "walker", "--lang", language.name]);
        assert!(output.status.success(), "{}", all(&output));
        assert!(all(&output).contains("./test.sh"), "it says what to do next: {}", all(&output));
        let new = Self { folder: home.path().join("walker"), home };
        if ["python", "node", "rust"].contains(&language.name) {
            let output = new.run("run.sh", &["--prepare"]);
            if all(&output).contains("needs the network") || all(&output).contains("python3-venv") {
                return leave_out(language, &all(&output));
            }
            assert!(output.status.success(), "{}", all(&output));
        }
        Some(new)
    }

    fn run(&self, script: &str, args: &[&str]) -> Output {
        let mut command = Command::new(self.folder.join(script));
        command.args(args).envs(VARIABLES.iter().copied()).output().unwrap()
    }

    /// Lets the exit code of the bot be written down beside it.
    fn note_exit_codes(&self) {
        fs::rename(self.folder.join("run.sh"), self.folder.join("run-it.sh")).unwrap();
        self.home.script("walker/run.sh", "cd \"$(dirname \"$0\")\" || exit 1\n./run-it.sh\necho $? >exit-code");
    }
}

fn director(home: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_director"))
        .args(args)
        .envs(VARIABLES.iter().copied())
        .current_dir(home)
        .output()
        .unwrap()
}

fn all(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

/// Waits until the bot says something of this kind.
#[track_caller]
fn hear(guest: &Bot, wanted: impl Fn(&Broadcast) -> bool) -> Broadcast {
    let mut found = None;
    guest.hear(|heard| {
        let words = heard.last().into_iter().flat_map(|datagram| messages(datagram)).filter_map(Result::ok);
        let said = words.filter_map(|message| match ToBot::decode(&message) {
            Ok(ToBot::Broadcast(said)) if said.speaker == "walker" => Some(said),
            _ => None,
        });
        found = said.into_iter().find(|said| wanted(said));
        found.is_some()
    });
    found.expect("it was found")
}

fn density(said: &Broadcast) -> Option<f64> {
    match said.said() {
        Some(musebot_protocol::Said::HDensity(density)) => Some(density),
        _ => None,
    }
}

fn leave_out<T>(language: &Language, why: &str) -> Option<T> {
    let line = format!("the new bot in {}: {}", language.name, why.lines().next().unwrap_or_default());
    eprintln!("left out: {line}");
    if let Some(list) = std::env::var_os("MUSEBOT_LEFT_OUT") {
        let mut list = OpenOptions::new().append(true).create(true).open(list).unwrap();
        writeln!(list, "{line}").unwrap();
    }
    None
}
