//! Facts about outputs as they are written in an ensemble file.

use crate::ensemble::{AudioSpec, BotEntry, Ensemble, MidiGain, MidiSpec, OutputSpec, Touch};

fn bot(lines: &str) -> BotEntry {
    let text = format!("[[bot]]\nid = \"a\"\nprogram = \"a\"\n{lines}\n");
    Ensemble::parse(&text, "/band/x.toml").unwrap_or_else(|faults| panic!("{faults}")).bots.remove(0)
}

/// What is wrong, each as `line: message (hint)`.
fn faults(lines: &str) -> Vec<String> {
    let text = format!("[[bot]]\nid = \"a\"\nprogram = \"a\"\n{lines}\n");
    let faults = Ensemble::parse(&text, "x.toml").expect_err("something is wrong with it");
    faults.list().iter().map(|f| format!("{}: {} ({})", faults.line_of(f), f.message, f.hint)).collect()
}

fn midi(lines: &str) -> MidiSpec {
    match &bot(lines).outputs[..] {
        [OutputSpec::Midi(midi)] => (**midi).clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_word_a_table_and_a_list_of_both_are_outputs() {
    assert_eq!(midi("output = \"midi:Digitone\"").port.as_deref(), Some("Digitone"));
    assert_eq!(midi("output = { to = \"midi:virtual\" }"), MidiSpec::default());
    let both = bot("output = [\"audio\", { to = \"midi:TR-8\", channel = 10 }]").outputs;
    assert_eq!(both[0], OutputSpec::Audio(AudioSpec::default()));
    assert_eq!(both[1].midi().and_then(|midi| midi.channel), Some(10));
}

#[test]
fn a_midi_output_keeps_all_that_is_said_of_it() {
    let midi = midi(
        "[bot.output]\nto = \"midi:Digitone\"\nchannel = 2\nprogram = 5\nbank = 1\nvelocity = \"soft\"\n\
         drums = { kick = 36, snare = \"D2\", crash = \"Bb-1\" }\ngain = \"velocity\"\noffset-ms = -12\nsystem = \"jack\"",
    );
    let drums = [("kick", 36), ("snare", 38), ("crash", 10)].map(|(drum, note)| (drum.to_owned(), note));
    assert_eq!(
        midi,
        MidiSpec {
            port: Some("Digitone".into()),
            channel: Some(2),
            program: Some(5),
            bank: Some((1, 0)),
            velocity: Touch::Soft,
            drums: drums.to_vec(),
            gain: MidiGain::Velocity,
            offset_ms: -12.0,
            system: Some("jack"),
        }
    );
}

#[test]
fn an_audio_output_keeps_all_that_is_said_of_it() {
    let outputs =
        bot("output = { to = \"audio:Scarlett\", host = \"jack\", rate = 48000, buffer = 256, channels = [3, 4], offset-ms = 5 }")
            .outputs;
    let audio = AudioSpec {
        device: Some("Scarlett".into()),
        host: Some("jack".into()),
        rate: Some(48_000),
        buffer: Some(256),
        channels: Some((3, 4)),
        offset_ms: 5.0,
    };
    assert_eq!(outputs, [OutputSpec::Audio(audio)]);
}

#[test]
fn velocities_and_banks_come_in_several_spellings() {
    assert_eq!(
        midi("output = { to = \"midi:a\", velocity = \"fixed:100\", bank = \"0:3\" }").velocity,
        Touch::Fixed(100)
    );
    assert_eq!(midi("output = { to = \"midi:a\", bank = \"0:3\" }").bank, Some((0, 3)));
}

#[test]
fn a_sound_is_meant_from_the_file_s_folder_and_travels_with_the_outputs() {
    let bot = bot("sound = \"sounds/piano.sf2\"\npreset = \"Grand Piano\"\noutput = \"audio\"");
    let json = r#"[{"kind":"audio","preset":"Grand Piano","sound":"/band/sounds/piano.sf2"}]"#;
    assert_eq!(bot.outputs_json(), json);
    assert_eq!(self::bot("sound = \"/a.sf2\"\npreset = 5").sound.unwrap().preset.as_deref(), Some("5"));
}

#[test]
fn all_that_is_wrong_with_an_output_is_said_at_once_with_what_to_write() {
    let found = faults(
        "[bot.output]\nto = \"midi:Digitone\"\nchannel = 0\nprogram = 129\nbank = 128\nvelocity = \"sofft\"\ngain = 0.5\n\
         drums = { kik = 36, snare = \"H2\" }\noffset-ms = 2000\nsystem = \"alsaa\"\nrate = 48000\nchanel = 3",
    );
    let expected = [
        "6: a MIDI channel is between 1 and 16, not 0 (write a number from 1 to 16)",
        "7: a program, counted from 1, is between 1 and 128, not 129 (write a number from 1 to 128)",
        "8: a bank is between 0 and 127, not 128 (write a number from 0 to 127)",
        "9: `sofft` is not a velocity curve (did you mean \"soft\"? (\"linear\", \"soft\", \"hard\", \"fixed:100\"))",
        "10: here `gain` says what the gain moves (\"cc7\" or \"velocity\"; how much is said beside `output`)",
        "11: `kik` is not a drum (did you mean `kick`?)",
        "11: this is not a note (a number from 0 to 127, or a name such as \"D2\" (\"C4\" is 60))",
        "12: an offset in milliseconds is between -1000 and 1000, not 2000 (write a number from -1000 to 1000)",
        "13: `alsaa` is not a MIDI system (did you mean \"alsa\"? (\"alsa\", \"coremidi\", \"jack\"))",
        "14: `rate` says nothing about a MIDI output (remove it)",
        "15: `chanel` is not an output's key",
    ];
    for (found, expected) in found.iter().zip(expected) {
        let expected = expected.replace("not an output's key", "not a key of an output (did you mean `channel`?)");
        assert_eq!(*found, expected);
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
}

#[test]
fn an_audio_output_with_faults_says_all_of_them() {
    let found = faults(
        "output = { to = \"audio\", host = \"jak\", rate = 10, buffer = 1, channels = [1, 1], channel = 3, velocity = \"hard\" }",
    );
    assert_eq!(found.len(), 6, "{found:#?}");
    assert!(found[0].contains("did you mean \"jack\"?") && found[3].contains("both sides"), "{found:#?}");
    assert!(found[4].contains("`channel` says nothing about an audio output"), "{found:#?}");
}

#[test]
fn a_table_that_does_not_say_where_to_is_told_so_and_its_other_faults_too() {
    let found = faults("output = { kind = \"midi\", channel = 17 }");
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found.iter().any(|f| f.contains("write `to`, such as")), "{found:#?}");
    assert!(found.iter().any(|f| f.contains("this output has no `to`")), "{found:#?}");
    assert_eq!(faults("output = { to = \"file\", rate = 48000 }").len(), 1);
    assert!(faults("output = 5")[0].contains("an output is a text or a table"));
}

#[test]
fn a_preset_without_a_soundfont_and_a_file_that_is_none_are_faults() {
    assert!(faults("preset = \"Piano\"")[0].contains("add `sound"));
    assert!(faults("sound = \"~/a.sf2\"")[0].contains("`~` is not understood"));
    assert!(faults("sound = \"a.sf2\"\npreset = 0")[0].contains("counted from 1"));
    assert!(faults("sound = \"a.sf2\"\npreset = true")[0].contains("a name or a number"));
}
