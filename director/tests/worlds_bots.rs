//! The world's public musebots under our director, as their authors left them. They are not part of
//! this project: `MUSEBOTS=PATH cargo test -p director --test worlds_bots -- --nocapture` finds them
//! in a checkout, and what it does not find, or what this machine has not got, is said to be not run.

#[path = "worlds_bots/checkout.rs"]
mod checkout;
#[expect(dead_code, reason = "other tests take the rest")]
#[path = "support/jack.rs"]
mod jack;
#[path = "worlds_bots/java.rs"]
mod java;
#[path = "worlds_bots/max_rules.rs"]
mod max_rules;
#[expect(dead_code, reason = "other tests take the rest")]
#[path = "support/process.rs"]
mod process;
#[path = "worlds_bots/stage.rs"]
mod stage;

use checkout::Checkout;
use director::musebot_folder::{GainScale, MusebotFolder};
use jack::Jack;
use musebot_protocol::InfoTxt;
use process::{Director, Home, real_bots};
use stage::{Screen, has};
use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

/// How long a Java bot has to answer: a minute, or with `MUSEBOTS_SLOW` the ten of D39.
fn long_enough() -> Duration {
    Duration::from_secs(if std::env::var_os("MUSEBOTS_SLOW").is_some() { 600 } else { 60 })
}

#[expect(clippy::print_stdout, reason = "a test that is left out says so")]
fn not_run(what: &str, why: &str) {
    println!("not run: {what}: {why}");
}

/// The checkout, or the word that there is none.
fn checkout(what: &str) -> Option<Checkout> {
    let checkout = Checkout::here();
    if checkout.is_none() {
        not_run(what, "set MUSEBOTS to a checkout of the public bots");
    }
    checkout
}

/// What `director list` says of the bots here.
fn listed(folder: &Path) -> String {
    let list = Command::new(env!("CARGO_BIN_EXE_director")).arg("list").arg(folder).output().unwrap();
    String::from_utf8(list.stdout).unwrap()
}

/// An ensemble of one bot that is a folder.
fn alone(home: &Home, folder: &str) -> std::path::PathBuf {
    home.ensemble(&format!("tempo = 120.0\n[[bot]]\nid = \"guest\"\nfolder = \"Musebots/{folder}\"\ngain = 0.5\n"))
}

/// Plays on for a while. A template that is told off in its first second has not yet got what it
/// closes then, and hangs: nothing tells from outside when it has.
fn plays_a_while(director: &Director) {
    std::thread::sleep(Duration::from_secs(5));
    director.plays(&["guest"]);
}

/// Waits until nothing has been printed for longer than the second whose lines are counted.
fn becomes_quiet(director: &Director) {
    let (mut said, mut since) = (director.said(), Instant::now());
    process::wait_until("it prints nothing more", || {
        let now = director.said();
        if now != said {
            (said, since) = (now, Instant::now());
        }
        since.elapsed() > Duration::from_millis(1500)
    });
}

/// It was told off, went by itself, and nobody died or had to be ended.
fn ends_well(director: Director) {
    assert!(director.command(&["quit"]).0);
    let (status, said) = director.ends();
    assert_eq!(status.code(), Some(0), "{said}");
    assert!(!said.contains("has died") && !said.contains("SIGTERM") && !said.contains("SIGKILL"), "{said}");
}

#[test]
#[expect(clippy::print_stdout, reason = "its figures are what it is for")]
fn d32_every_info_txt_of_the_world_is_read_by_the_rules_of_the_max_conductor() {
    let Some(checkout) = checkout("D32") else { return };
    let files = checkout.files(|name| name == "info.txt");
    assert!(!files.is_empty(), "{} holds no info.txt", checkout.root.display());
    let (mut tags, mut incomplete) = (0, Vec::new());
    for file in &files {
        let text = String::from_utf8_lossy(&fs::read(file).unwrap()).into_owned();
        let info = InfoTxt::parse(&text);
        let read = [info.types, info.sends, info.receives];
        assert_eq!(read, max_rules::tags(&text), "{}", file.display());
        tags += read.iter().flatten().filter(|tag| *tag != "unknown").count();
        assert!(info.warnings.len() <= 3, "{}: {:?}", file.display(), info.warnings);
        if !info.warnings.is_empty() {
            incomplete.push(file.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    println!("D32: {} info.txt read, {tags} tags; something is missing in {}", files.len(), incomplete.join(", "));
}

#[test]
#[expect(clippy::print_stdout, reason = "its figures are what it is for")]
fn every_folder_of_the_world_is_found_and_says_whether_it_runs_here() {
    let Some(checkout) = checkout("finding all bots") else { return };
    let scripts = ["run.sh", "run.command", "run.vbs"];
    let bots = |file: &std::path::PathBuf| scripts.iter().any(|script| file.with_file_name(script).is_file());
    let expected: Vec<_> = checkout.files(|name| name == "config.txt").into_iter().filter(bots).collect();
    let found = MusebotFolder::search(&checkout.root);
    assert_eq!(found.len(), expected.len());
    let mut max = 0;
    for bot in &found {
        // D31: whatever older conductors have left behind the fifth line.
        let config = bot.config.as_ref().unwrap_or_else(|| panic!("{}: no config", bot.path.display()));
        assert!(!config.id.is_empty() && config.my_listen_port > 0, "{}: {config:?}", bot.path.display());
        let script = bot.script.as_ref().map(|script| fs::read_to_string(script).unwrap_or_default());
        if cfg!(target_os = "linux") && script.is_some_and(|text| text.lines().any(|line| line.starts_with("open "))) {
            let why = bot.runs_here().unwrap_err().to_string();
            assert!(why.contains("macOS"), "{}: {why}", bot.path.display());
        }
        max += usize::from(bot.manners().gain_scale == GainScale::Decibels);
    }
    let here = found.iter().filter(|bot| bot.runs_here().is_ok()).count();
    println!("{} bots, {max} of them made with Max; {here} run here as they are", found.len());
}

#[test]
fn d40_the_supercollider_template_launches_beats_follows_gain_and_leaves() {
    let Some(checkout) = checkout("D40") else { return };
    let main =
        checkout.file(|name| name.starts_with("sc-musebot") && name.ends_with(".sc") && !name.contains("include"));
    let Some(main) = main else { return not_run("D40", "no sc-musebot*.sc is in the checkout") };
    let jack = Jack::start(&[]).filter(|_| has("sclang", &["-v"]) && has("scsynth", &["-v"]));
    let Some(jack) = jack else {
        return not_run(
            "D40",
            "it needs sclang, scsynth and jackd (supercollider-language supercollider-server jackd2)",
        );
    };
    let home = Home::new();
    let folder = home.path().join("Musebots/sc");
    checkout::copy(main.parent().unwrap(), &folder);
    // Its script names a Mac's sclang; the one that is on PATH is meant.
    assert!(listed(home.path()).contains("yes"), "{}", listed(home.path()));
    let director = Director::play_in(&alone(&home, "sc"), &[], &jack.variables());
    director.plays(&["guest"]);
    // Its sound server is a process of its own. What that says may be among the lines left out.
    process::wait_until("it sounds", || jack.ports().iter().any(|port| port.starts_with("SuperCollider")));
    // What it prints at its start may fill the lines of a second that are shown.
    becomes_quiet(&director);
    assert!(director.command(&["gain", "guest", "0.25"]).0);
    director.says("[ /agent/gain, 0.25 ]");
    plays_a_while(&director);
    ends_well(director);
}

#[test]
fn the_python_template_launches_beats_and_leaves() {
    let Some(checkout) = checkout("the Python template") else { return };
    let include = checkout.file(|name| name == "musebot_include.py");
    let Some(include) = include else { return not_run("the Python template", "it is not in the checkout") };
    // Its window closes itself only with wxWidgets: without, it has to be ended by a signal.
    let python = ["python3", "/usr/bin/python3"].into_iter().find(|python| has(python, &["-c", "import pyo, wx"]));
    let (Some(python), Some(jack), Some(screen)) = (python, Jack::start(&[]), Screen::start()) else {
        let needs = "it needs pyo, wxPython, jackd and Xvfb (python3-pyo python3-wxgtk4.0 jackd2 xvfb)";
        return not_run("the Python template", needs);
    };
    let home = Home::new();
    checkout::copy(include.parent().unwrap(), &home.path().join("Musebots/py"));
    let mut path = std::env::var("PATH").unwrap_or_default();
    if let Some(folder) = Path::new(python).parent().filter(|folder| folder.is_absolute()) {
        path = format!("{}:{path}", folder.display());
    }
    let mut variables = jack.variables().to_vec();
    variables.extend([("PYO_SERVER_AUDIO", "jack"), ("DISPLAY", screen.display.as_str()), ("PATH", path.as_str())]);
    let director = Director::play_in(&alone(&home, "py"), &[], &variables);
    director.plays(&["guest"]);
    assert!(director.command(&["gain", "guest", "0.25"]).0);
    let (_, table, _) = director.command(&["bots"]);
    assert!(table.contains("0.25"), "{table}");
    plays_a_while(&director);
    ends_well(director);
}

#[test]
#[expect(clippy::print_stdout, reason = "its figures are what it is for")]
fn d39_a_bot_on_the_java_assistant_stays_responsive() {
    let Some(checkout) = checkout("D39") else { return };
    let assistant = checkout.file(|name| name == "MusebotAssistant.java");
    let library = checkout.file(|name| name == "NetUtil.jar");
    let (assistant, library) = match (assistant, library) {
        (Some(assistant), Some(library)) => (assistant, library),
        (assistant, library) => {
            let files = [("MusebotAssistant.java", assistant), ("NetUtil.jar", library)];
            return not_run("D39", &checkout::lacking(&files));
        }
    };
    if !has("javac", &["-version"]) || !has("java", &["-version"]) {
        return not_run("D39", "it needs java and javac");
    }
    let home = Home::new();
    java::bot(&home.path().join("Musebots/Listener"), &assistant, &library);
    // Beside it, bots that talk all the time and are told all that ours are told.
    real_bots();
    let programs = Path::new(env!("CARGO_BIN_EXE_director")).parent().unwrap();
    let ours = ["melody", "bass", "drums"].map(|bot| {
        let program = programs.join(bot);
        format!("[[bot]]\nid = \"{bot}\"\nprogram = \"{}\"\noutput = \"null\"\n", program.display())
    });
    let listener = "[[bot]]\nid = \"guest\"\nfolder = \"Musebots/Listener\"\ngain = 0.5\n";
    let file = home.ensemble(&format!("tempo = 120.0\nkey = \"C\"\n{}{listener}", ours.join("")));
    let director = Director::play_in(&file, &[], &[]);
    director.plays(&["melody", "bass", "drums", "guest"]);
    director.says("gain 0.5");
    let (began, mut asked) = (Instant::now(), 0);
    while began.elapsed() < long_enough() {
        asked += 1;
        // Whole numbers among them: a gain that came as an integer would make it deaf.
        let gain = f64::from(asked % 5) / 4.0;
        assert!(director.command(&["gain", "guest", &gain.to_string()]).0);
        let heard = || director.said().lines().filter(|line| line.contains(": gain ")).count();
        process::wait_until("it tells the gain", || heard() > asked as usize);
        let (ok, ..) = director.command(&["tempo", &(100 + asked % 40).to_string()]);
        assert!(ok);
        std::thread::sleep(Duration::from_secs(1));
    }
    println!("D39: it answered {asked} gains in {:.0} s", began.elapsed().as_secs_f64());
    director.plays(&["guest"]);
    ends_well(director);
}
