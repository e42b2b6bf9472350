//! Where options come from, and who wins.

use super::*;
use crate::output::{Bank, Kind, MidiGain, Touch};

const CONFIG: &str = "id walker@host.local\r\nmc_hostname localhost\r\n\r\nmc_listen_port 4747\r\nmy_listen_port 7481\r\noutput_channels 2";

fn read(args: &[&str], variables: &[(&str, &str)], config: Option<&str>) -> Result<Options, String> {
    let about = About { flags: &[("register", "WHERE", "low or high")], ..About::default() };
    let sources = Sources {
        args: std::iter::once("/somewhere/bass").chain(args.iter().copied()).map(OsString::from).collect(),
        variables: variables.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
        config: config.and_then(ConfigTxt::parse),
        folder: PathBuf::from("/folder"),
        random_seed: 5,
    };
    Options::read(&about, sources).map_err(|e| e.to_string())
}

#[test]
fn with_nothing_at_all_it_is_a_guest_of_the_director_on_this_machine() {
    let o = read(&[], &[], None).unwrap();
    assert_eq!((o.id.as_str(), o.director, o.port), ("bass", ("localhost".into(), 4747), 0));
    assert!(!o.by_config_alone);
    assert_eq!(o.outputs, [OutputChoice::default()]);
    assert_eq!((o.seed, o.latency_ms), (5, 20.0));
}

#[test]
fn b1_config_txt_is_read_with_crlf_blank_and_unknown_lines_and_without_a_last_newline() {
    let o = read(&[], &[], Some(CONFIG)).unwrap();
    assert_eq!((o.id.as_str(), o.director, o.port), ("walker@host.local", ("localhost".into(), 4747), 7481));
    assert!(o.by_config_alone);
}

#[test]
fn b30_the_ids_of_all_three_conductors_are_taken_byte_for_byte() {
    for id in ["ae_WalkingBassBOT@Mac-mini.local", "ae_WalkingBassBOT", "ae_WalkingBassBOT_7475"] {
        let o = read(&[], &[], Some(&format!("id {id}\nmy_listen_port 7475\n"))).unwrap();
        assert_eq!(o.id.as_str(), id);
    }
}

#[test]
fn x9_a_flag_wins_over_a_variable_and_that_over_config_txt() {
    let o = read(&["--id", "flag"], &[("MUSEBOT_ID", "variable"), ("MUSEBOT_PORT", "9000")], Some(CONFIG)).unwrap();
    assert_eq!((o.id.as_str(), o.port, o.director.1), ("flag", 9000, 4747));
    assert!(!o.by_config_alone, "a variable means that a director of ours started it");
}

#[test]
fn x9_the_variables_are_understood() {
    let o = read(
        &[],
        &[
            ("MUSEBOT_SEED", "18446744073709551615"),
            ("MUSEBOT_KEY", "Eb"),
            ("MUSEBOT_MODE", "dorian"),
            ("MUSEBOT_STYLE", "swing"),
            ("MUSEBOT_TEMPERAMENT", "busy=0.7,bold=0.25"),
            ("MUSEBOT_OUTPUT", r#"[{"kind":"audio","device":"pulse","offset-ms":12,"colour":"red"},{"kind":"null"}]"#),
            ("MUSEBOT_RENDER", "/out"),
            ("MUSEBOT_LATENCY_MS", "35"),
            ("MUSEBOT_LOG", "debug"),
            ("MUSEBOT_HOME", "/home/band"),
        ],
        Some(CONFIG),
    )
    .unwrap();
    assert_eq!((o.seed, o.key.pitch_class(), o.mode, o.style), (u64::MAX, 3, Mode::Dorian, Style::Swing));
    assert_eq!(o.temperament.get("bold"), Some(0.25));
    assert_eq!(o.outputs[0].kind, Kind::Audio);
    assert_eq!((o.outputs[0].device.as_deref(), o.outputs[0].offset_ms), (Some("pulse"), 12.0));
    assert_eq!(o.outputs[1].kind, Kind::Null);
    assert_eq!((o.render, o.latency_ms, o.log.as_str()), (Some("/out".into()), 35.0, "debug"));
    assert_eq!(o.home, PathBuf::from("/home/band"));
}

#[test]
fn a_bare_word_is_an_output_too() {
    for (word, kind, device) in
        [("null", Kind::Null, None), ("auto", Kind::Auto, None), ("audio:hw:1", Kind::Audio, Some("hw:1"))]
    {
        let o = read(&["--output", word], &[], None).unwrap();
        assert_eq!((o.outputs[0].kind, o.outputs[0].device.as_deref()), (kind, device));
    }
}

#[test]
fn a_midi_port_comes_as_a_word_or_as_a_table_with_all_that_is_said_of_it() {
    let o = read(&["--output", "midi:Digitone MIDI 1"], &[], None).unwrap();
    assert_eq!((o.outputs[0].kind, o.outputs[0].device.as_deref()), (Kind::Midi, Some("Digitone MIDI 1")));
    let o = read(&["--output", "midi:virtual"], &[], None).unwrap();
    assert_eq!((o.outputs[0].device.as_deref(), o.outputs[0].own_port), (None, true));
    let json = r#"[{"kind":"audio","host":"jack","rate":48000,"buffer":256,"channels":[3,4]},{"kind":"midi","device":"a",
        "channel":2,"program":5,"bank":"0:1","velocity":"fixed:90","drums":{"kick":40},"gain":"velocity","system":"jack",
        "offset-ms":-12}]"#;
    let o = read(&[], &[("MUSEBOT_OUTPUT", json)], None).unwrap();
    assert_eq!((o.outputs[0].channels, o.outputs[0].buffer), (Some([3, 4]), Some(256)));
    let midi = &o.outputs[1];
    assert_eq!((midi.channel, midi.program, midi.bank), (Some(2), Some(5), Some(Bank(0, 1))));
    assert_eq!((midi.velocity, midi.gain, midi.offset_ms), (Touch::Fixed(90), MidiGain::Velocity, -12.0));
}

#[test]
fn what_a_midi_port_cannot_be_is_refused_with_what_would_be_right() {
    for (json, right) in [
        ("midi", "director devices"),
        (r#"{"kind":"midi","device":"a","channel":17}"#, "between 1 and 16"),
        (r#"{"kind":"midi","device":"a","velocity":"loud"}"#, "linear, soft, hard"),
        (r#"{"kind":"midi","device":"a","bank":128}"#, "0 to 127"),
        (r#"{"kind":"midi","device":"a","drums":{"kick":128}}"#, "between 0 and 127"),
        (r#"{"kind":"audio","channels":[0,1]}"#, "from 1"),
    ] {
        let refused = read(&["--output", json], &[], None).unwrap_err().to_string();
        assert!(refused.contains(right), "{json}: {refused}");
    }
}

#[test]
fn a_soundfont_comes_with_the_outputs_and_a_flag_is_nearer() {
    let json = r#"[{"kind":"auto","sound":"/a.sf2","preset":"Piano"}]"#;
    let sound = |flags: &[&str]| read(flags, &[("MUSEBOT_OUTPUT", json)], None).unwrap().sound;
    assert_eq!(sound(&[]), Some(("/a.sf2".into(), Some("Piano".into()))));
    assert_eq!(sound(&["--preset", "0:5"]), Some(("/a.sf2".into(), Some("0:5".into()))));
    assert_eq!(sound(&["--sound", "/b.sf2"]), Some(("/b.sf2".into(), None)));
    assert_eq!(read(&["--preset", "5"], &[], None).unwrap().sound, None);
}

#[test]
fn its_own_flags_arrive_and_unknown_ones_are_refused_with_help() {
    assert_eq!(read(&["--register", "low"], &[], None).unwrap().flags, [("register".to_owned(), "low".to_owned())]);
    let refused = read(&["--registre", "low"], &[], None).unwrap_err();
    assert!(refused.contains("--register") && refused.contains("--help"), "{refused}");
}

#[test]
fn a_wrong_value_is_named_with_its_source_and_what_is_possible() {
    let variable = read(&[], &[("MUSEBOT_STYLE", "polka")], None).unwrap_err();
    assert!(variable.contains("MUSEBOT_STYLE") && variable.contains("straight, swing"), "{variable}");
    let flag = read(&["--director", "here:there"], &[], None).unwrap_err();
    assert!(flag.contains("--director") && flag.contains("localhost:4747"), "{flag}");
    let output = read(&["--output", "[{]"], &[], None).unwrap_err();
    assert!(output.contains("--output"), "{output}");
}

#[test]
fn help_teaches() {
    let help = read(&["--help"], &[], None).unwrap_err();
    for word in ["director play", "MUSEBOT_SEED", "--output", "--register", "Ctrl-C"] {
        assert!(help.contains(word), "{word} is missing in\n{help}");
    }
}
