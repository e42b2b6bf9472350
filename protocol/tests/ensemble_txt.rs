//! Historic ensemble files (D33).

use musebot_protocol::{EnsembleTxt, EnsembleTxtBot, EnsembleTxtConnect, LineFault};
use proptest::prelude::*;

fn parse(text: &str) -> (EnsembleTxt, Vec<LineFault>) {
    EnsembleTxt::parse(text).expect("its first line is right")
}

/// The file's bots from a single line.
fn bot(line: &str) -> EnsembleTxtBot {
    let (ensemble, faults) = parse(&format!("tempo 120 duration 60\n{line}\n"));
    assert_eq!(faults, [], "{line}");
    ensemble.bots.into_iter().next().expect("a bot")
}

/// The fault of a single line, which costs no other.
fn fault(line: &str) -> String {
    let (ensemble, faults) = parse(&format!("tempo 120 duration 60\nfirst gain 0.5\n{line}\nlast\n"));
    let names: Vec<_> = ensemble.bots.iter().map(|b| b.name.as_str()).collect();
    assert_eq!(names, ["first", "last"], "{line}");
    assert_eq!(faults.len(), 1, "{line}: {faults:?}");
    assert_eq!(faults[0].line, 3);
    faults[0].message.clone()
}

#[test]
fn d33_a_whole_file_is_read() {
    let (ensemble, faults) = parse(
        "tempo 132 duration 300\nae_HouseBeatBOT gain .8\nae_WalkingBassBOT kill 20 delay 10 gain 0.5 initialize 1 onoff 0 hdensity 0.3\n\
         jack_connect ae_HouseBeatBOT bc.resynth_bot\n",
    );
    assert_eq!(faults, []);
    assert_eq!((ensemble.tempo, ensemble.duration), (132.0, 300.0));
    let beat = EnsembleTxtBot { line: 2, name: "ae_HouseBeatBOT".into(), gain: Some(0.8), ..EnsembleTxtBot::default() };
    let bass = EnsembleTxtBot {
        line: 3,
        name: "ae_WalkingBassBOT".into(),
        gain: Some(0.5),
        delay: 10.0,
        kill: Some(20.0),
        says: vec![("initialize".into(), 1.0), ("onoff".into(), 0.0), ("hdensity".into(), 0.3)],
    };
    assert_eq!(ensemble.bots, [beat, bass]);
    let connect = EnsembleTxtConnect { line: 4, from: "ae_HouseBeatBOT".into(), to: "bc.resynth_bot".into() };
    assert_eq!(ensemble.jack_connects, [connect]);
}

#[test]
fn d33_blanks_tabs_and_the_ends_of_lines_make_no_difference() {
    let plain = parse("tempo 60 duration 0\na gain 1\nb\n").0;
    for text in [
        "tempo 60 duration 0\r\na gain 1\r\nb\r\n",
        "tempo 60 duration 0\ra gain 1\rb",
        "\u{feff}tempo  60   duration 0  \n a\tgain\t1\nb",
    ] {
        assert_eq!(parse(text).0, plain, "{text:?}");
    }
    let spaced = parse("tempo 60 duration 0\n\n   \na\n\n").0;
    assert_eq!((spaced.bots.len(), spaced.bots[0].line), (1, 4));
}

#[test]
fn d33_a_bad_first_line_rejects_the_file() {
    for text in [
        "",
        "\ntempo 120 duration 60\na\n",
        "a gain 1\n",
        "tempo 120\n",
        "tempo 120 duration\n",
        "tempo fast duration 60\n",
        "tempo 120 duration long\n",
        "tempo 120 duration 60 more\n",
        "duration 60 tempo 120\n",
        "Tempo 120 duration 60\n",
        "tempo nan duration 60\n",
        "tempo -3 duration 60\n",
        "tempo 120 duration -1\n",
        "tempo 120 duration inf\n",
    ] {
        let fault = EnsembleTxt::parse(text).expect_err(text);
        assert_eq!(fault.line, 1);
        assert!(fault.message.contains("`tempo BPM duration SECONDS`"), "{text:?}: {}", fault.message);
    }
    let fault = EnsembleTxt::parse(&"long ".repeat(9999)).unwrap_err();
    assert!(fault.message.len() < 300);
}

#[test]
fn d33_a_bad_line_is_reported_and_the_rest_plays() {
    assert!(fault("bass gain").contains("invalid syntax: `gain` has no value"));
    assert!(fault("bass gain loud").contains("`loud` is no number (it is the value of `gain`)"));
    assert!(fault("bass gain 0.5 0.6").contains("`0.6` has no value"));
    assert!(fault("bass delay -1").contains("`delay -1` is less than no time"));
    assert!(fault("bass kill nan").contains("`nan` is no number"));
    assert!(fault("bass # 1").contains("`#` cannot be said"));
    assert!(fault("jack_connect bass").contains("takes two bots"));
    assert!(fault("jack_connect a b c").contains("takes two bots"));
}

#[test]
fn d33_a_gain_out_of_range_is_full() {
    for (line, gain) in
        [("a gain 0", 0.0), ("a gain 1.", 1.0), ("a gain 75", 1.0), ("a gain -1", 1.0), ("a gain 1e-1", 0.1)]
    {
        assert_eq!(bot(line).gain, Some(gain), "{line}");
    }
    assert_eq!(bot("a").gain, None);
}

#[test]
fn d34_any_other_key_is_something_to_say() {
    let says = bot("a initialize 1 Section 3 onoff 0 initialize 2").says;
    assert_eq!(says, [("initialize".into(), 2.0), ("Section".into(), 3.0), ("onoff".into(), 0.0)]);
}

#[test]
fn d33_there_is_an_end_to_the_bots_that_are_read() {
    let (ensemble, faults) = parse(&format!("tempo 60 duration 0\n{}", "bot\n".repeat(1000)));
    assert_eq!((ensemble.bots.len(), faults.len()), (256, 1));
    assert_eq!(faults[0].line, 258);
}

proptest! {
    #[test]
    fn d33_no_text_is_too_odd(text in r"(?s)(tempo |duration |jack_connect |gain |delay |kill |[0-9.e-]{1,6} |bot |\n|\r|\t|.){0,80}") {
        for text in [text.clone(), format!("tempo 120 duration 60\n{text}")] {
            if let Ok((ensemble, faults)) = EnsembleTxt::parse(&text) {
                prop_assert!(ensemble.tempo > 0.0 && ensemble.tempo.is_finite() && ensemble.duration >= 0.0);
                for bot in &ensemble.bots {
                    prop_assert!(bot.delay >= 0.0 && bot.kill.is_none_or(|kill| kill >= 0.0));
                    prop_assert!(bot.gain.is_none_or(|gain| (0.0..=1.0).contains(&gain)));
                    prop_assert!(bot.says.iter().all(|(_, value)| value.is_finite()));
                }
                // Every line with words on it is a bot, a connection or a fault.
                let ends = if text.contains('\n') { '\n' } else { '\r' };
                let lines = text.split(ends).skip(1).filter(|line| !line.trim().is_empty()).count();
                prop_assert_eq!(lines, ensemble.bots.len() + ensemble.jack_connects.len() + faults.len());
            }
        }
    }
}
