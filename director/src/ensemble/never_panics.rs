//! No text panics the reader, and a valid file round-trips its values.

use super::{AudioSpec, Ensemble, Length, OutputSpec};
use proptest::prelude::*;

/// Lines that are nearly right, so that the checks are reached and not only the syntax.
fn line() -> impl Strategy<Value = String> {
    let key =
        prop::sample::select([super::check::KEYS.as_slice(), &super::check_bot::KEYS, &["density", "x"]].concat());
    let value = prop_oneof![
        any::<i64>().prop_map(|n| n.to_string()),
        (0..20i64).prop_map(|n| n.to_string()),
        any::<f64>().prop_map(|n| format!("{n:?}")),
        "\"[a-zé#/:. 0-9]{0,8}\"",
        Just("true".to_owned()),
        Just("[]".to_owned()),
        Just("[1, \"a\", {bar = 1}]".to_owned()),
        Just("{ bar = 3, b = 2 }".to_owned()),
        Just("1979-05-27".to_owned()),
    ];
    prop_oneof![
        8 => (key, value).prop_map(|(key, value)| format!("{key} = {value}")),
        1 => Just("[[bot]]".to_owned()),
        1 => Just("[[section]]".to_owned()),
        1 => Just("[control.midi]".to_owned()),
        1 => "map = \\[ [{] (cc|note|to|x) = (-?[0-9]{1,3}|\"[a-z.:]{0,9}\"|true), (from|value|hold|to) = ([0-9.]{1,4}|\"(tempo|x[.]gain)\") [}], [0-9]? \\]",
        1 => "\\PC{0,20}",
    ]
}

proptest! {
    #[test]
    fn no_text_panics_the_reader(text in "(?s).{0,200}") {
        if let Err(faults) = Ensemble::parse(&text, "x.toml") {
            prop_assert!(!faults.is_empty() && !faults.to_string().is_empty());
        }
    }

    #[test]
    fn no_list_of_keys_panics_the_reader(lines in prop::collection::vec(line(), 0..16)) {
        if let Err(faults) = Ensemble::parse(&lines.join("\n"), "x.toml") {
            prop_assert!(!faults.is_empty() && !faults.to_string().is_empty());
        }
    }

    #[test]
    fn a_valid_file_keeps_its_values(
        tempo in 10.0..999.0f64, seed: u64, bars in 1..9999u32, gain in 0.0..=1.0f64,
        enter in 1..100u32, id in "[a-z][a-z0-9_@.-]{0,12}", busy in 0.0..=1.0f64, device in "[A-Za-z0-9][A-Za-z0-9 ,:]{0,9}[a-z]",
    ) {
        let text = format!(
            "tempo = {tempo:?}\nseed = {seed}\nbars = {}\n[[bot]]\nid = \"{id}\"\nprogram = \"{id}\"\ngain = {gain:?}\n\
             enter = {enter}\noutput = [\"audio:{device}\", \"null\"]\ntemperament.busy = {busy:?}\n", bars + 100
        );
        let ensemble = Ensemble::parse(&text, "x.toml").map_err(|faults| TestCaseError::fail(faults.to_string()))?;
        let bot = &ensemble.bots[0];
        prop_assert_eq!(ensemble.tempo.bpm(), tempo);
        prop_assert_eq!((ensemble.seed, ensemble.length), (Some(seed), Some(Length::Bars(bars + 100))));
        prop_assert_eq!((bot.id.as_str(), bot.gain.linear(), bot.enter), (id.as_str(), gain as f32, enter));
        prop_assert_eq!(&bot.outputs, &[OutputSpec::Audio(AudioSpec { device: Some(device), ..AudioSpec::default() }), OutputSpec::Null]);
        prop_assert_eq!(bot.temperament.get("busy"), Some(busy));
    }
}
