//! How bots are launched, and what is said when that goes wrong.

use crate::{
    process::{Director, Home, wait_until},
    scripts::{bot, children, lives},
};
use std::{fs, os::unix::fs::PermissionsExt};

#[test]
fn a_missing_program_is_named_and_the_director_ends_with_1() {
    let home = Home::new();
    let file = home.ensemble("[[bot]]\nid = \"bass\"\nprogram = \"./bsas\"\noutput = \"null\"");
    let (status, said) = Director::play(&file, &[]).ends();
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains("bass cannot be started: the program `./bsas` was not found"), "{said}");
}

#[test]
fn a_program_that_is_not_executable_is_told_how_to_become_so_and_the_others_play() {
    let home = Home::new();
    home.beating("plays", "forever");
    home.script("rigid", "exit 0");
    fs::set_permissions(home.path().join("rigid"), fs::Permissions::from_mode(0o644)).unwrap();
    let director = Director::play(&home.ensemble(&(bot("rigid", "") + &bot("plays", ""))), &[]);
    assert!(director.says("rigid cannot be started").contains("chmod +x "));
    // The scripts beat with the first four letters of their names.
    assert!(director.said().contains("not executable"));
}

#[test]
fn a_bot_that_dies_at_start_is_shown_with_its_last_words_and_given_up_after_five_deaths() {
    let home = Home::new();
    home.script("sick", "echo out >&1\necho 'no such file: hall.wav' >&2\nexit 3");
    let director = Director::play(&home.ensemble(&bot("sick", "")), &[]);
    let (status, said) = director.ends();
    assert_eq!(status.code(), Some(1), "{said}");
    for wait in ["0.25", "0.5", "1", "2"] {
        assert!(said.contains(&format!("sick has died: exit code 3; starting it again in {wait} s")), "{wait}: {said}");
    }
    assert_eq!(said.matches("no such file: hall.wav").count(), 5, "nobody reads a line twice: {said}");
    assert!(said.contains("5 deaths within a minute: giving it up (`director start sick` tries again)"), "{said}");
}

#[test]
fn a_script_whose_interpreter_is_not_there_says_so() {
    let home = Home::new();
    let path = home.path().join("snake");
    fs::write(&path, "#!/no/such/python\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let (status, said) = Director::play(&home.ensemble(&bot("snake", "")), &[]).ends();
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains("snake cannot be started: failed to run"), "{said}");
    assert!(said.contains("its first line names an interpreter that is not there"), "{said}");
}

#[test]
fn a_bot_that_floods_its_stdout_is_cut_short_and_the_director_listens_on() {
    let home = Home::new();
    home.beating("loud", "yes 'la la la' &\nforever");
    let director = Director::play(&home.ensemble(&bot("loud", "")), &[]);
    director.plays(&["loud"]);
    director.says("lines more");
    for _ in 0..20 {
        assert!(director.command(&["get", "tempo"]).0);
    }
    let lines = director.said().lines().filter(|l| l.contains("la la la")).count();
    assert!((50..2000).contains(&lines), "{lines} of its millions of lines are shown");
}

#[test]
fn an_endless_line_does_not_fill_the_memory() {
    let home = Home::new();
    home.beating("loud", "tr '\\0' x < /dev/zero &\nforever");
    let director = Director::play(&home.ensemble(&bot("loud", "")), &[]);
    director.plays(&["loud"]);
    let status = fs::read_to_string(format!("/proc/{}/status", director.child.id())).unwrap();
    let kib: u64 =
        status.lines().find_map(|l| l.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok()).unwrap();
    assert!(kib < 200_000, "{kib} KiB");
}

#[test]
fn x9_a_bot_has_a_private_folder_with_config_txt_and_all_else_in_variables() {
    let home = Home::new();
    home.beating(
        "dump",
        "{ echo args \"$0\"; pwd; ls; cat config.txt; env | grep ^MUSEBOT_ | sort; echo end; } > \"$MUSEBOT_HOME/dump.txt\"\nforever",
    );
    home.script(
        "bare",
        "{ echo \"$@\"; pwd; env | grep ^MUSEBOT_ | sort; echo end; } > \"$MUSEBOT_HOME/bare.txt\"\nsleep 100",
    );
    let text = format!(
        "key = \"D\"\nmode = \"dorian\"\nstyle = \"swing\"\nseed = 7\n{}{}",
        bot("dump", "temperament = { busy = 0.7, bold = 0.2 }\nlatency-ms = 35"),
        bot("bare", "args = [\"--register\", \"low and slow\"]"),
    );
    let director = Director::play_in(&home.ensemble(&text), &[], &[("MUSEBOT_RENDER", "/somewhere")]);
    let dump = home.written("dump.txt");
    let lines: Vec<&str> = dump.lines().collect();
    let folder = lines[1];
    assert!(folder.ends_with("/dump") && !folder.starts_with(home.path().to_str().unwrap()), "{folder}");
    assert_eq!(lines[2], "config.txt", "and nothing else is in it");
    assert_eq!(lines[3..6], ["id dump", "mc_hostname localhost", &format!("mc_listen_port {}", director.port)]);
    let port: u16 = lines[6].strip_prefix("my_listen_port ").unwrap().parse().unwrap();
    assert!((7475..=15_535).contains(&port));
    assert_eq!(lines[7], "output_channels 2");
    assert_eq!(lines.len(), 8 + 8 + 1, "exactly five lines, and eight variables: {dump}");
    let variable = |name: &str| {
        lines.iter().find_map(|l| l.strip_prefix(name)?.strip_prefix('=')).unwrap_or_else(|| panic!("{name}: {dump}"))
    };
    assert_eq!(variable("MUSEBOT_HOME"), home.path().to_str().unwrap());
    assert_eq!(
        (variable("MUSEBOT_KEY"), variable("MUSEBOT_MODE"), variable("MUSEBOT_STYLE")),
        ("D", "dorian", "swing")
    );
    assert_eq!(variable("MUSEBOT_LATENCY_MS"), "35");
    assert_eq!(variable("MUSEBOT_OUTPUT"), r#"[{"kind":"null"}]"#);
    assert_eq!(variable("MUSEBOT_SEED"), director::launch::bot_seed(7, "dump").to_string());
    assert_eq!(variable("MUSEBOT_TEMPERAMENT"), "bold=0.2,busy=0.7");
    let bare = home.written("bare.txt");
    let lines: Vec<&str> = bare.lines().collect();
    assert_eq!(lines[0], "--register low and slow");
    assert_ne!(lines[1], folder, "everybody has one of its own");
    assert!(!bare.contains("MUSEBOT_LATENCY_MS") && !bare.contains("MUSEBOT_RENDER"), "{bare}");
}

#[test]
fn d30_bots_of_two_directors_have_ports_of_their_own() {
    let home = Home::new();
    for name in ["a", "b"] {
        home.script(name, "cat config.txt > \"$MUSEBOT_HOME/$PPID-$0\"\nexec sleep 1000".replace("$0", name).as_str());
    }
    let file = home.ensemble(&(bot("a", "") + &bot("b", "")));
    let (one, two) = (Director::play(&file, &[]), Director::play(&file, &[]));
    let mut ports = Vec::new();
    for director in [&one, &two] {
        for name in ["a", "b"] {
            let path = home.path().join(format!("{}-{name}", director.child.id()));
            let mut text = String::new();
            wait_until("config.txt is copied", || {
                text = fs::read_to_string(&path).unwrap_or_default();
                text.contains("output_channels")
            });
            ports.push(text.lines().nth(3).unwrap().to_owned());
        }
    }
    ports.sort();
    ports.dedup();
    assert_eq!(ports.len(), 4, "{ports:?}");
}

#[test]
fn what_a_bot_has_started_goes_with_it() {
    let home = Home::new();
    home.script("parent", "sleep 1000 &\necho $$ $! $(ps -o pgid= -p $$) > \"$MUSEBOT_HOME/pids\"\necho end >> \"$MUSEBOT_HOME/pids\"\nexit 0");
    let director = Director::play(&home.ensemble(&bot("parent", "restart = \"never\"")), &[]);
    let pids: Vec<u32> = home.written("pids").split_whitespace().filter_map(|w| w.parse().ok()).collect();
    assert_eq!(pids[0], pids[2], "it leads a process group of its own");
    let (status, said) = director.ends();
    assert_eq!(status.code(), Some(0), "{said}");
    wait_until("its child is gone too", || !lives(pids[1]));
}

#[test]
fn nobody_is_left_behind() {
    let home = Home::new();
    home.beating("stay", "sleep 1000 &\nforever");
    home.beating("away", "sleep 1000 &\nforever");
    let director = Director::play(&home.ensemble(&(bot("stay", "") + &bot("away", ""))), &[]);
    director.plays(&["stay", "away"]);
    let bots = children(director.child.id());
    assert_eq!(bots.len(), 2);
    let all: Vec<u32> = bots.iter().flat_map(|bot| [vec![*bot], children(*bot)].concat()).collect();
    assert!(all.len() >= 4);
    assert!(director.command(&["quit"]).0);
    assert_eq!(director.ends().0.code(), Some(0));
    for pid in all {
        wait_until("nobody is left", || !lives(pid));
    }
}
