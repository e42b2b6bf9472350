//! Whether a musebot can run on this machine, by the words of its run script.

use crate::{RUNS, World};
use proptest::prelude::*;
use std::{path::Path, process::Command};

/// What is said against a script; nothing when it can run.
fn against(script: &str) -> Option<String> {
    let world = World::new();
    world.write("bot/bot.py", "");
    world.write("bot/bot.jar", "");
    world.write("bot/sub/thing", "");
    world.bot_that("bot", "bot", script).runs_here().err().map(|why| why.to_string())
}

#[test]
fn scripts_that_can_start_something_here_run() {
    for script in [
        RUNS,
        "",
        "cd \"$(dirname \"$0\")\" || exit 1\n# open nothing.app\nexec ./sub/thing \"$@\"\n",
        "cd `dirname $0`/..\nwhatever\n",
        "cd sub && ./thing &\n",
        "BIN=./sub/thing\n\"$BIN\" -d . \"$FILE\"\n",
        "\"${SOMEWHERE}/bin/java\" -jar x.jar\n",
        "if [ \"$(uname)\" = Darwin ]; then\n  open bot.app\nelse\n  ./sub/thing\nfi\n",
        "for program in ./nothing ./sub/thing; do\n  [ -x \"$program\" ] && exec \"$program\"\ndone\n",
        "/Applications/Thing.app/thing || ./sub/thing\n",
        "./sub/thing 2>&1 > log.txt\n",
        "echo 'open; java; /nothing'\n",
    ] {
        assert_eq!(against(script), None, "{script}");
    }
}

#[cfg(not(target_os = "macos"))]
#[test]
fn what_a_mac_alone_can_run_is_said_to_need_one() {
    for script in [
        "#!/bin/bash\n\ncd \"`dirname \"$0\"`\"\n\nopen bot.app\n",
        "open -n bot.app &\n",
        "if [ -e bot.app ]; then\n\topen -n bot.app\nelse\n\topen -a \"Max.app\" bot.maxpat &\nfi",
        "cd \"$(dirname \"$0\")\"; nohup open bot.app\n",
        "osascript start.scpt\n",
        "/Applications/Other.app/Contents/MacOS/other -d . bot.sc\n",
        "cd /Applications/SuperCollider.app && ./sclang\n",
        "cd \"`dirname \"$0\"`\"\n\nBIN=\"/Applications/Other/other\"\nMB=\"bot.sc\"\n\n${BIN} -d . ${MB}\n",
    ] {
        let why = against(script).unwrap_or_else(|| panic!("it does not run: {script}"));
        assert!(why.starts_with("needs macOS: its run script uses "), "{why}: {script}");
    }
}

#[cfg(not(target_os = "macos"))]
#[test]
fn a_program_of_a_mac_that_is_on_path_here_will_do() {
    let script = "#!/bin/bash\n\ncd \"`dirname \"$0\"`\"\nBIN=\"/Applications/My Tools/bin/perl\"\n${BIN} bot.py\n";
    assert_eq!(against(script), None);
    let why = against("/Applications/Some.app/bin/processing-java --run\n").unwrap();
    assert!(why.starts_with("needs processing-java, which is not on PATH"), "{why}");
}

#[test]
fn what_is_missing_is_named() {
    for (script, missing) in [
        ("./nothing\n", "uses nothing, which is not there"),
        ("exec sub/nothing --loud\n", "uses sub/nothing, which is not there"),
        ("/nowhere/program\n", "uses /nowhere/program, which is not there"),
        ("cd nowhere\n./thing\n", "uses nowhere, which is not there"),
        ("for p in ./one ./two; do exec $p; done\n", "uses one, which is not there"),
    ] {
        let why = against(script).unwrap_or_else(|| panic!("it does not run: {script}"));
        assert!(why.contains(missing), "{why}: {script}");
    }
}

#[test]
fn a_program_that_is_not_on_path_is_named_and_so_is_the_file_it_is_to_run() {
    let world = World::new();
    for (folder, script) in
        [("a", "java -Xmx2000m -cp bot.jar Main &\n"), ("b", "python3 bot.py\n"), ("c", "node sub/x.js\n")]
    {
        world.bot_that(&format!("Musebots/{folder}"), folder, script);
    }
    world.write("Musebots/b/bot.py", "");
    let here = |path: &Path| -> Vec<Option<String>> {
        let output = Command::new(env!("CARGO_BIN_EXE_director"))
            .args(["list", "--json"])
            .current_dir(world.0.path())
            .env("PATH", path)
            .output()
            .unwrap();
        let list: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let bots = list["bots"].as_array().unwrap();
        bots.iter().map(|bot| bot["why_not"].as_str().map(str::to_owned)).collect()
    };
    let said = |why: &str| Some(why.to_owned());
    let missing = |name: &str| said(&format!("needs {name}, which is not on PATH"));
    assert_eq!(here(&world.path("empty")), [missing("java"), missing("python3"), missing("node")]);
    for program in ["java", "python3", "node"] {
        world.write(&format!("bin/{program}"), "");
    }
    let not_there = |name: &str| said(&format!("its run script uses {name}, which is not there"));
    assert_eq!(here(&world.path("bin")), [not_there("bot.jar"), None, not_there("sub/x.js")]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_run_script_is_too_odd(script in r#"(?s)(open |java |-jar |for |if |command -v |A=|cd |\./|/|\$\(|\)|`|"|'|\\|;|&|\||>|#|\$A|\n|.){0,60}"#) {
        let _ = against(&script);
    }
}

#[test]
fn check_says_of_a_doubtful_folder_what_play_does_with_it_and_moves_no_cursor() {
    let world = World::new();
    world.bot_that("Musebots/doubt", "doubt", "#!/bin/bash\npython3 no\u{1b}[2Jsuch.py\n");
    world.bot_that("Musebots/mac", "mac", "open Ghost.app\n");
    world.write("doubt.toml", "[[bot]]\nfolder = \"Musebots/doubt\"\n");
    world.write("mac.toml", "[[bot]]\nfolder = \"Musebots/mac\"\n");
    let check = |file: &str| {
        let output = world.director(&["check", file]);
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, said) = check("doubt.toml");
    assert!(code == Some(0) && said.contains("warning: `doubt` may fail to start: "), "{said}");
    assert!(said.contains("Musebots/doubt: "), "its folder and what is said of it are kept apart: {said}");
    assert!(said.contains("fine") && !said.contains('\u{1b}'), "{said:?}");
    if cfg!(not(target_os = "macos")) {
        let (code, said) = check("mac.toml");
        assert!(code == Some(1) && said.contains("error: `mac` cannot be started: "), "{said}");
    }
}
