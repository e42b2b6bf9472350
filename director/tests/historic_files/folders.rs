//! Musebot folders: what is one, where it is found, how it is treated.

use crate::World;
use director::{
    ensemble::AgentListStyle,
    musebot_folder::{GainScale, MusebotFolder},
};
use std::path::Path;

#[test]
fn a_musebot_is_a_folder_with_a_config_and_a_run_script() {
    let world = World::new();
    let read = |folder: &str| MusebotFolder::read(&world.path(folder));
    world.write("a/info.txt", "");
    world.write("a/run.command", crate::RUNS);
    assert_eq!(read("a"), None, "it has no config.txt");
    world.write("b/config.txt", crate::CONFIG);
    assert_eq!(read("b"), None, "it has no run script");
    world.write("b/run.vbs", "");
    assert_eq!(read("b").expect("it is a bot of another system").script, None);
    world.write("b/run.command", crate::RUNS);
    assert_eq!(read("b").unwrap().script, Some(world.path("b/run.command")));
    world.write("b/run.sh", crate::RUNS);
    assert_eq!(read("b").unwrap().script, Some(world.path("b/run.sh")));
    assert_eq!(read("nothing"), None);
}

#[test]
fn d31_a_config_that_was_damaged_is_still_read() {
    let world = World::new();
    world.bot("Musebots/mh", "mh_X");
    world.write("Musebots/mh/config.txt", b"id mh_X_7477\nmc_hostname localhost\nmc_listen_port 7474\nmy_listen_port 7477\noutput_channels 2\nhannels 2\n\xff");
    let bot = MusebotFolder::read(&world.path("Musebots/mh")).unwrap();
    assert_eq!((bot.id().as_str(), bot.config.unwrap().my_listen_port), ("mh_X_7477", 7477));
    world.write("Musebots/mh/config.txt", "");
    let bot = MusebotFolder::read(&world.path("Musebots/mh")).unwrap();
    assert_eq!((bot.id().as_str(), bot.config), ("mh", None));
}

#[test]
fn a_bot_is_found_beside_the_file_then_above_it_then_in_musebots() {
    let world = World::new();
    world.bot("Musebots/Bass Generators/walkBOT", "walkBOT");
    assert_eq!(world.found("walkBOT"), Path::new("Musebots/Bass Generators/walkBOT"));
    assert_eq!(world.found("Musebots/walkBOT"), Path::new("Musebots/Bass Generators/walkBOT"));
    assert_eq!(world.found("Musebots/Bass Generators/walkBOT"), Path::new("Musebots/Bass Generators/walkBOT"));
    world.bot("walkBOT", "walkBOT");
    assert_eq!(world.found("walkBOT"), Path::new("walkBOT"));
    world.bot("Ensembles/walkBOT", "walkBOT");
    assert_eq!(world.found("walkBOT"), Path::new("Ensembles/walkBOT"));
}

#[test]
fn a_bot_goes_by_its_folder_or_its_id_and_letters_of_any_case() {
    let world = World::new();
    world.bot("Musebots/ob_prockrockbeadsbot", "ob_prockRockBeadsBot");
    world.bot("Musebots/Other", "ob_prockrockbeadsbot2");
    for name in ["ob_prockrockbeadsbot", "ob_prockRockBeadsBot", "OB_PROCKROCKBEADSBOT"] {
        assert_eq!(world.found(name), Path::new("Musebots/ob_prockrockbeadsbot"), "{name}");
    }
    world.bot("Musebots/zz/OTHER", "other");
    assert_eq!(world.found("OTHER"), Path::new("Musebots/zz/OTHER"), "the exact name comes first");
    assert_eq!(world.found("other"), Path::new("Musebots/zz/OTHER"), "an exact id comes before a name of other case");
}

#[test]
fn the_search_stops_at_each_bot_and_skips_what_archivers_leave() {
    let world = World::new();
    for folder in ["b/two", "a", "a/inner", "__MACOSX/three", ".hidden/four"] {
        world.bot(&format!("Musebots/{folder}"), "x");
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(world.path("Musebots"), world.path("Musebots/b/again")).unwrap();
    let found = MusebotFolder::search(&world.path("Musebots"));
    let names: Vec<_> = found.iter().map(|bot| bot.path.strip_prefix(world.path("Musebots")).unwrap()).collect();
    assert_eq!(names, [Path::new("a"), Path::new("b/two")]);
    assert_eq!(MusebotFolder::search(&world.path("nowhere")), []);
}

#[test]
fn who_is_not_found_learns_where_we_looked_and_what_may_be_meant() {
    let world = World::new();
    world.bot("Musebots/walkBOT", "walkBOT");
    let why = |wanted: &str| MusebotFolder::find(Path::new(wanted), &world.path("Ensembles")).unwrap_err().to_string();
    let said = why("wlakBOT");
    assert!(said.contains("no musebot `wlakBOT` (did you mean `walkBOT`?)"), "{said}");
    assert!(said.contains(&world.path("Ensembles").display().to_string()), "{said}");
    assert!(said.contains(&format!("everywhere in {}", world.path("Musebots").display())), "{said}");
    world.write("half/config.txt", crate::CONFIG);
    assert!(why("half").ends_with("half is no musebot: it has not got a run script (run.sh, run.command or run.vbs)"));
    assert!(why("..").contains("no musebot `..`"));
}

#[test]
fn who_names_half_a_bot_learns_what_it_lacks_wherever_it_is_and_however_it_is_named() {
    let world = World::new();
    world.write("Musebots/Beat/beadsbot/config.txt", crate::CONFIG);
    world.write("Musebots/Beat/beadsbot/info.txt", "");
    world.write("Musebots/Beat/template/info.txt", "");
    world.write("Musebots/Beat/template/run.command", crate::RUNS);
    world.write("empty/notes.md", "");
    let why = |wanted: &Path| MusebotFolder::find(wanted, &world.path("Ensembles")).unwrap_err().to_string();
    let no_script = "beadsbot is no musebot: it has not got a run script (run.sh, run.command or run.vbs)";
    let paths = ["beadsbot", "BeadsBot", "Musebots/Beat/beadsbot"].map(Into::into);
    for wanted in paths.into_iter().chain([world.path("Musebots/Beat/beadsbot")]) {
        assert!(why(&wanted).ends_with(no_script), "{}", why(&wanted));
    }
    assert!(why(Path::new("template")).ends_with("template is no musebot: it has not got a config.txt"));
    let said = why(&world.path("empty"));
    let neither = "empty is no musebot: it has neither a config.txt nor a run script (run.sh, run.command or run.vbs)";
    assert!(said.ends_with(neither), "{said}");
    let said = world.ensemble("tempo 120 duration 0\nbeadsbot\n").unwrap_err().to_string();
    assert!(said.contains(no_script) && !said.contains("looked"), "{said}");
}

#[test]
fn a_bot_is_treated_as_its_platform_wants_it() {
    let world = World::new();
    for (folder, platform, gain, list) in [
        ("ae_X", "Max standalone, built from Max 7.0.3", GainScale::Decibels, AgentListStyle::Joined),
        ("bc.X", "MaxMSP", GainScale::Decibels, AgentListStyle::Joined),
        ("q", "built with max7", GainScale::Decibels, AgentListStyle::Joined),
        ("mh_X", "Max standalone", GainScale::Decibels, AgentListStyle::Separate),
        ("ob_X", "java", GainScale::Linear, AgentListStyle::Separate),
        ("py", "Python 3, to the maximum", GainScale::Linear, AgentListStyle::Separate),
        ("sc", "SuperCollider", GainScale::Linear, AgentListStyle::Separate),
        ("none", "", GainScale::Linear, AgentListStyle::Separate),
    ] {
        let manners = world.bot_of(folder, platform).manners();
        assert_eq!((manners.gain_scale, manners.agent_list), (gain, list), "{folder}: {platform}");
    }
}

#[test]
fn what_the_script_starts_is_more_certain_than_what_info_txt_says() {
    let world = World::new();
    let platform = "## platform ##\nWhat your bot is built in, e.g. MaxMSP, C++, etc.\n";
    for (script, gain) in [
        ("cd \"`dirname \"$0\"`\"\njava -jar app/bot.jar\n", GainScale::Linear),
        ("# open bot.app\nSC=/Applications/SC/sclang\n${SC} -d . bot.sc\n", GainScale::Linear),
        ("open bot.app\n", GainScale::Decibels),
    ] {
        world.write("bot/info.txt", platform);
        assert_eq!(world.bot_that("bot", "bot", script).manners().gain_scale, gain, "{script}");
    }
    let script = "if [ -e x.app ]; then\n open -n x.app\nelse\n open -a \"Max.app\" x.maxpat &\nfi\n";
    let manners = world.bot_that("mh_VideoBOT", "mh_VideoBOT", script).manners();
    assert_eq!((manners.gain_scale, manners.agent_list), (GainScale::Decibels, AgentListStyle::Separate));
}

#[test]
fn d32_all_public_folders_are_read() {
    let Some(root) = std::env::var_os("MUSEBOTS") else {
        eprintln!("not run: MUSEBOTS names no checkout of the public musebots");
        return;
    };
    let found = MusebotFolder::search(Path::new(&root));
    assert!(!found.is_empty(), "no musebots in {}", root.display());
    let mut max = 0;
    for bot in &found {
        let info = bot.path.join("info.txt").is_file();
        let groups = [&bot.info.types, &bot.info.sends, &bot.info.receives];
        assert!(groups.iter().all(|tags| !tags.is_empty() && tags.iter().all(|tag| !tag.is_empty())), "{bot:?}");
        let unknown = groups.iter().filter(|tags| **tags == &["unknown"]).count();
        assert!(bot.info.warnings.len() <= if info { unknown } else { 1 }, "{bot:?}");
        assert!(!info || !bot.info.platform.is_empty(), "every public info.txt names its platform: {bot:?}");
        assert!(bot.config.is_some(), "{bot:?}");
        max += usize::from(bot.manners().gain_scale == GainScale::Decibels);
    }
    let run = found.iter().filter(|bot| bot.runs_here().is_ok()).count();
    eprintln!("{} public musebots: {max} made with Max, {run} run here", found.len());
}
