//! What `check` says of an ensemble file: all its faults at once, each where it is.

use director::ensemble::{
    AgentListStyle, AudioSpec, Ensemble, Exiting, Form, Length, LoadError, OutputSpec, Program, Restart, Severity, list,
};
use director::musebot_folder::GainScale;
use musebot_protocol::Meter;
use std::{fs, path::Path, time::Duration};

const ALL_KEYS: &str = include_str!("fixtures/all_keys.toml");
const MANY_FAULTS: &str = include_str!("fixtures/many_faults.toml");

fn ensemble(text: &str) -> Ensemble {
    Ensemble::parse(text, "sets/trio.toml").unwrap_or_else(|faults| panic!("{faults}"))
}

/// What is said of a text that is wrong.
fn faults(text: &str) -> String {
    Ensemble::parse(text, "trio.toml").expect_err("this is wrong").to_string()
}

/// The one fault of a text: its line, message and hint in one.
#[track_caller]
fn only_fault(text: &str, line: usize, words: &[&str]) {
    let faults = Ensemble::parse(text, "trio.toml").expect_err("this is wrong");
    assert_eq!(faults.len(), 1, "{faults}");
    assert_eq!(faults.line_of(&faults.list()[0]), line, "{faults}");
    for word in words {
        assert!(faults.to_string().contains(word), "`{word}` is not in: {faults}");
    }
}

#[test]
fn an_empty_file_is_an_ensemble_of_defaults() {
    let e = ensemble("");
    assert_eq!((e.name.as_str(), e.tempo.bpm(), e.meter), ("trio", 120.0, Meter::default()));
    assert_eq!((e.latency, e.delay_historic, e.wait), (Duration::from_millis(60), true, None));
    assert_eq!((e.exiting, e.echo, e.agent_list), (Exiting::Forward, true, AgentListStyle::Separate));
    assert_eq!((e.form, e.phraselength, e.guests), (Form::Loop, None, None));
    assert_eq!((e.seed, e.length, e.master.linear()), (None, None, 1.0));
    assert!(e.bots.is_empty() && e.sections.is_empty() && e.warnings.is_empty());
    assert!(e.home.is_absolute() && e.home.ends_with("sets"), "{:?}", e.home);
}

#[test]
fn every_key_is_read() {
    let e = ensemble(ALL_KEYS);
    assert_eq!((e.name.as_str(), e.tempo.bpm(), e.key.pitch_class()), ("quartet", 96.5, 6));
    assert_eq!(
        (e.mode.to_string(), e.style.to_string(), e.meter.to_string()),
        ("dorian".into(), "swing".into(), "7/8".into())
    );
    assert_eq!((e.seed, e.length), (Some(u64::MAX), Some(Length::Seconds(90.0))));
    assert_eq!((e.latency, e.wait), (Duration::from_millis(80), Some(Duration::from_millis(2500))));
    assert_eq!((e.delay_historic, e.guests, e.master.linear()), (false, Some(true), 0.9));
    assert_eq!((e.exiting, e.echo, e.agent_list), (Exiting::OffOthers, false, AgentListStyle::Joined));
    assert_eq!((e.form, e.phraselength, e.section_bars(), e.end_bar()), (Form::Once, Some(8), Some(24), None));
    assert_eq!((e.sections[0].name.as_str(), e.sections[0].bars, e.sections[0].density), ("verse", 8, Some(0.4)));
    assert_eq!(e.sections[1].density, None);

    let bass = &e.bots[0];
    assert_eq!((bass.id.as_str(), &bass.program), ("bass", &Program::Name("bass".into())));
    assert_eq!(bass.args, ["--register", "low"]);
    let device = AudioSpec { device: Some("Scarlett 2i2".into()), ..AudioSpec::default() };
    assert_eq!(bass.outputs, [OutputSpec::Audio(device), OutputSpec::File]);
    assert_eq!(bass.outputs_json(), r#"[{"device":"Scarlett 2i2","kind":"audio"},{"kind":"file"}]"#);
    assert_eq!((bass.gain.linear(), bass.enter, bass.leave, bass.restart), (0.8, 9, Some(17), Restart::Always));
    assert_eq!((bass.temperament.get("busy"), bass.temperament.get("bold")), (Some(0.7), Some(0.0)));
    assert_eq!((bass.group.as_deref(), bass.latency), (Some("rhythm"), Some(Duration::from_millis(35))));
    assert_eq!(bass.agent_list, Some(AgentListStyle::Separate));

    let mine = &e.bots[1];
    assert_eq!(
        (&mine.program, mine.enter, mine.restart),
        (&Program::Path("./bots/mine".into()), 5, Restart::OnFailure)
    );
    assert_eq!(mine.outputs, [OutputSpec::default()]);
    assert_eq!((mine.gain_scale, mine.delay, mine.leave_after, mine.says.len()), (None, Duration::ZERO, None, 0));

    let pad = &e.bots[2];
    assert_eq!((pad.id.as_str(), &pad.program), ("ae_PadBOT", &Program::Folder("Musebots/ae_PadBOT".into())));
    assert_eq!((pad.gain_scale, pad.delay), (Some(GainScale::Decibels), Duration::from_secs(20)));
    assert_eq!(pad.leave_after, Some(Duration::from_secs(90)));
    assert_eq!(pad.says, [("initialize".to_owned(), 1.0), ("plan/tension".to_owned(), 0.25)]);
    assert_eq!(e.jack_connects, [(bass.id.clone(), pad.id.clone())]);
}

#[test]
fn all_faults_are_shown_at_once() {
    let shown = Ensemble::parse(MANY_FAULTS, "many_faults.toml").unwrap_err().to_string();
    assert_eq!(shown, include_str!("fixtures/many_faults.txt"), "\n{shown}");
}

#[test]
fn a_wrong_key_names_the_right_one() {
    only_fault("tempoo = 96", 1, &["`tempoo` is not a key of an ensemble file", "^^^^^^ did you mean `tempo`?"]);
    only_fault("bpm = 96", 1, &["write `tempo`"]);
    only_fault("latency_ms = 96", 1, &["did you mean `latency-ms`?"]);
    only_fault("colour = 96", 1, &["known keys: name, tempo"]);
    only_fault("gain = 0.4", 1, &["`gain` is said of one bot"]);
}

#[test]
fn a_key_below_the_wrong_header_is_told_where_it_belongs() {
    only_fault("[[bot]]\nid = \"a\"\nprogram = \"a\"\ntempo = 90", 4, &["above the first [[bot]]"]);
    only_fault("[[section]]\nname = \"a\"\nbars = 4\ntempo = 90", 4, &["above the first [[section]]"]);
}

#[test]
fn a_header_without_its_second_brackets_says_so() {
    only_fault("[bot]\nid = \"a\"", 1, &["write [[bot]]"]);
    only_fault("bot = \"bass\"", 1, &["write [[bot]] and its keys below"]);
    only_fault("[[bots]]\nid = \"a\"", 1, &["each bot begins with [[bot]]"]);
    only_fault("[[sections]]\nname = \"a\"", 1, &["each section begins with [[section]]"]);
}

#[test]
fn a_bot_may_be_a_folder_and_then_goes_by_its_name() {
    let bot = |text: &str| ensemble(&format!("[[bot]]\n{text}")).bots.remove(0);
    let named = bot("folder = \"Musebots/pads/ae_PadBOT/\"");
    assert_eq!((named.id.as_str(), named.program), ("ae_PadBOT", Program::Folder("Musebots/pads/ae_PadBOT/".into())));
    assert_eq!(bot("id = \"pad\"\nfolder = \"../My Bots/Pad 2\"").id.as_str(), "pad");
}

#[test]
fn a_folder_that_contradicts_itself_says_what_to_do() {
    only_fault("[[bot]]\nfolder = \"a/My Pad\"", 2, &["its folder's name, `My Pad`, cannot be one", "add `id"]);
    only_fault("[[bot]]\nfolder = \"..\"\nid = \"a\"", 2, &["this names no folder"]);
    only_fault("[[bot]]\nfolder = \"a\"\nprogram = \"a\"", 3, &["`folder` and `program` are both given", "keep one"]);
    only_fault("[[bot]]\nfolder = \"a\"\nargs = [\"-x\"]", 3, &["`folder` and `args` are both given"]);
    only_fault("[[bot]]\nfolder = \"a\"\n[[bot]]\nfolder = \"b/a\"", 4, &["two bots named `a`"]);
}

#[test]
fn missing_keys_are_shown_at_their_header() {
    let shown = faults("name = \"x\"\n[[bot]]\ngain = 1");
    assert!(shown.contains("2 | [[bot]]\n  | ^"), "{shown}");
    assert!(shown.contains("this bot has no `id`") && shown.contains("this bot has no `program`"), "{shown}");
}

#[test]
fn a_syntax_error_stands_alone() {
    let faults = Ensemble::parse("tempoo = 96\nname = \"x\nbars = 0\n[[bot]\n", "trio.toml").unwrap_err();
    assert_eq!((faults.len(), faults.line_of(&faults.list()[0])), (1, 2), "{faults}");
}

#[test]
fn a_key_that_is_there_twice_is_a_fault_like_any_other() {
    let faults = Ensemble::parse("tempo = 96\ntempo = 97\nmod = \"minor\"", "trio.toml").unwrap_err();
    assert_eq!(faults.len(), 2, "{faults}");
    assert!(faults.to_string().contains("duplicate key"), "{faults}");
}

#[test]
fn numbers_are_finite_and_in_range() {
    for wrong in [
        "tempo = inf",
        "tempo = nan",
        "tempo = 9",
        "tempo = 1000",
        "tempo = 99999999999999999999",
        "master = -0.1",
        "seed = -1",
        "seed = 18446744073709551616",
        "seed = 1.5",
        "bars = 0",
        "bars = 2.5",
        "bars = 1000001",
        "duration = 0",
        "duration = -3",
        "duration = inf",
        "latency-ms = -1",
        "wait = \"64bars\"",
        "phraselength = 0",
        "phraselength = 65",
        "wait = 1e300",
    ] {
        only_fault(wrong, 1, &["^"]);
    }
}

#[test]
fn what_cannot_both_be_true_is_a_fault() {
    only_fault("bars = 8\nduration = \"3m\"", 2, &["`bars` and `duration` are both given"]);
    let bot = |keys: &str| format!("bars = 8\n[[bot]]\nid = \"a\"\nprogram = \"a\"\n{keys}");
    only_fault(&bot("enter = 5\nleave = 5"), 6, &["leaves at bar 5, but enters at bar 5"]);
    only_fault(&bot("enter = 9"), 5, &["enters at bar 9, but the ensemble ends after bar 8"]);
    ensemble(&bot("enter = 8\nleave = 9"));
}

#[test]
fn warnings_do_not_keep_an_ensemble_from_playing() {
    let e = ensemble("[[bot]]\nid = \"a\"\nprogram = \"a\"\nlatency-ms = 200");
    assert_eq!((e.warnings.len(), e.warnings.list()[0].severity), (1, Severity::Warning));
    let shown = e.warnings.to_string();
    assert!(shown.starts_with("warning: ") && shown.contains("latency-ms = 220 or more"), "{shown}");
}

#[test]
fn what_is_no_ensemble_file_says_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("trio.toml"), "tempo = 96").unwrap();
    fs::write(at("latin1.toml"), b"name = \"caf\xe9\"").unwrap();
    fs::write(at("long.toml"), vec![b'#'; 1024 * 1024 + 1]).unwrap();
    let says = |path: &Path| Ensemble::load(path).unwrap_err().to_string();

    assert_eq!(Ensemble::load(at("trio.toml")).unwrap().home, folder.path());
    assert!(says(&at("tiro.toml")).contains("(there are: latin1.toml, long.toml, trio.toml)"));
    assert!(says(&at("no/trio.toml")).contains("there is no folder"));
    assert!(says(folder.path()).contains("is a folder, not an ensemble file"));
    assert!(says(&at("latin1.toml")).contains("byte 11 is not UTF-8"));
    assert!(says(&at("long.toml")).contains("longer than 1 MiB"));
    assert!(matches!(Ensemble::load("/dev/zero").unwrap_err(), LoadError::TooLong { .. }));
}

#[test]
fn a_folder_of_ensembles_is_listed_by_name_with_the_broken_ones() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("b.toml", "name = \"second\""), ("a.toml", "tempoo = 1"), ("notes.txt", "")] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let listed = list(folder.path()).unwrap();
    assert_eq!(listed.len(), 2);
    assert!(listed[0].0.ends_with("a.toml") && matches!(listed[0].1, Err(LoadError::Faults(_))));
    assert_eq!(listed[1].1.as_ref().unwrap().name, "second");
}

#[test]
fn every_ensemble_that_comes_along_is_without_fault_or_warning() {
    let shipped = list(Path::new(env!("CARGO_MANIFEST_DIR")).join("../configs/ensembles")).unwrap();
    assert!(!shipped.is_empty());
    for (path, ensemble) in shipped {
        let ensemble = ensemble.unwrap_or_else(|error| panic!("{error}"));
        assert!(ensemble.warnings.is_empty(), "{}: {}", path.display(), ensemble.warnings);
    }
}

const SURFACE: &str =
    "[[bot]]\nid = \"bass\"\nprogram = \"bass\"\ngroup = \"rhythm\"\n[[section]]\nname = \"chorus\"\nbars = 8\n";

/// An ensemble with one surface, whose only knob is this.
fn knob(line: &str) -> String {
    format!("{SURFACE}[control.midi]\nport = \"nano\"\nmap = [ {line} ]")
}

#[test]
fn knobs_and_pads_are_mapped_to_what_they_turn() {
    let text = format!(
        "{SURFACE}[control.midi]\nport = \"nanoKONTROL2\"\nsystem = \"jack\"\npick-up = false\nmap = [\n\
           {{ cc = 0, channel = 1, to = \"bass.gain\" }},\n  {{ cc = 60, to = \"tempo\", from = 90, until = 140 }},\n\
           {{ note = 36, to = \"rhythm.mute\", hold = true }},\n  {{ note = 40, to = \"section:chorus\" }},\n\
           {{ note = 41, to = \"tempo\", value = 120 }}, {{ note = 42, to = \"panic\" }},\n]\n"
    );
    let surface = ensemble(&text).surfaces.remove(0);
    assert_eq!((surface.port.as_str(), surface.out, surface.pick_up), ("nanoKONTROL2", None, false));
    assert_eq!(surface.system.map(|s| s.to_string()).as_deref(), Some("jack"));
    let lines: Vec<_> = surface.map.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "{ cc = 0, channel = 1, to = \"bass.gain\" }",
            "{ cc = 60, to = \"tempo\", from = 90, until = 140 }",
            "{ note = 36, to = \"rhythm.mute\", hold = true }",
            "{ note = 40, to = \"section:chorus\" }",
            "{ note = 41, to = \"tempo\", value = 120 }",
            "{ note = 42, to = \"panic\" }",
        ]
    );
}

#[test]
fn there_may_be_several_surfaces() {
    let text = format!("{SURFACE}[[control.midi]]\nport = \"a\"\n[[control.midi]]\nport = \"b\"\nout = \"c\"\n");
    let surfaces = ensemble(&text).surfaces;
    assert_eq!(surfaces.len(), 2);
    assert_eq!((surfaces[1].port.as_str(), surfaces[1].out.as_deref(), surfaces[1].pick_up), ("b", Some("c"), true));
}

#[test]
fn a_knob_that_is_wrong_is_told_what_to_write() {
    only_fault(
        &knob("{ cc = 0, to = \"bas.gain\" }"),
        10,
        &["no bot or group is called `bas`", "did you mean \"bass.gain\"?"],
    );
    only_fault(&knob("{ cc = 0, to = \"section:corus\" }"), 10, &["did you mean \"section:chorus\"?"]);
    only_fault(&knob("{ cc = 0, to = \"bass.volume\" }"), 10, &["did you mean \"bass.gain\"?"]);
    only_fault(&knob("{ cc = 123, to = \"master\" }"), 10, &["orders to synthesisers"]);
    only_fault(&knob("{ cc = 0, channel = 17, to = \"master\" }"), 10, &["a MIDI channel is between 1 and 16"]);
    only_fault(&knob("{ cc = 0, note = 1, to = \"panic\" }"), 10, &["`cc` and `note` are both given"]);
    only_fault(&knob("{ to = \"panic\" }"), 10, &["neither `cc` nor `note`"]);
    only_fault(&knob("{ note = 1 }"), 10, &["this knob has no `to`"]);
    only_fault(&knob("{ note = 1, to = \"master\" }"), 10, &["a pad is no fader", "value = 0.5"]);
    only_fault(&knob("{ note = 1, to = \"panic\", value = 1 }"), 10, &["`panic` takes no value"]);
    only_fault(&knob("{ cc = 1, to = \"tempo\", from = 90, until = 90 }"), 10, &["two different values"]);
    only_fault(&knob("{ cc = 1, to = \"tempo\", from = 5 }"), 10, &["between 10 and 999"]);
    only_fault(&knob("{ cc = 1, to = \"panic\", hold = true }"), 10, &["`panic` is not held"]);
    only_fault(&knob("{ key = 1, cc = 2, to = \"panic\" }"), 10, &["write `note`"]);
    only_fault(&knob("7"), 10, &["this is not a knob or pad"]);
}

#[test]
fn all_faults_of_a_surface_are_shown_at_once() {
    let text = knob("{ cc = 0, to = \"bas.gain\" },\n { cc = 200, to = \"master\" },\n 3");
    let shown = faults(&text.replace("port", "prot"));
    for words in
        ["did you mean `port`?", "this control surface has no `port`", "bass.gain", "between 0 and 119", "not a knob"]
    {
        assert!(shown.contains(words), "`{words}` is not in: {shown}");
    }
}

#[test]
fn a_surface_in_the_wrong_place_is_told_where_it_belongs() {
    only_fault("control = 3", 1, &["write [control.midi]"]);
    only_fault("[control]\nport = \"x\"", 2, &["write it below [control.midi]"]);
    only_fault("[control]\nosc = 3", 2, &["known keys: midi"]);
    only_fault("[control]\nmidi = 3", 2, &["a control surface is a table"]);
    only_fault("[control.midi]\nport = \"x\"\nsystem = \"oss\"", 3, &["`oss`"]);
}

#[test]
fn who_welcomes_guests_may_have_knobs_for_them() {
    let text = knob("{ cc = 0, to = \"tuba.gain\" }");
    assert!(faults(&text).contains("there are bass, rhythm"));
    let welcome = ensemble(&format!("guests = true\n{text}"));
    assert_eq!((welcome.surfaces[0].map.len(), welcome.warnings.len()), (1, 1), "{}", welcome.warnings);
}
