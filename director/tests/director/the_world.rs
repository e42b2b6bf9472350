//! The real director core among the world's bots: test doubles of the three kits and their kin, with
//! the code's own traps (types, watchdogs, gates), over minutes of virtual time.

use crate::{
    fake::Fake,
    kit::Kit,
    rig::{Done, FIRST, Rig},
};
use director::{
    ensemble::AgentListStyle::{Joined, Separate},
    event::Tone,
    musebot_folder::{GainScale, Manners},
};
use musebot_protocol::{Arg, Control, Gain, Over, Said, Tempo};

const MAX: Manners = Manners { gain_scale: GainScale::Decibels, agent_list: Joined };
const HORRIGAN: Manners = Manners { gain_scale: GainScale::Decibels, agent_list: Separate };
const OTHERS: Manners = Manners { gain_scale: GainScale::Linear, agent_list: Separate };

/// Every kind of bot in one band.
const BAND: [(&str, Kit, Manners); 5] = [
    ("java", Kit::Java, OTHERS),
    ("max", Kit::Max, MAX),
    ("python", Kit::Script, OTHERS),
    ("mh_bot", Kit::Horrigan, HORRIGAN),
    ("server", Kit::Server, MAX),
];

/// The band plays, all of it at gain 0.5.
fn band(above: &str) -> Rig {
    let bots = BAND.map(|(id, ..)| format!("[[bot]]\nfolder = \"Musebots/{id}\"\ngain = 0.5\n"));
    let fakes = BAND.map(|(id, kit, manners)| Fake::of(kit, id, manners)).to_vec();
    let mut rig = Rig::with(&(above.to_owned() + &bots.concat()), fakes).begin();
    rig.run(12.0);
    assert!(rig.clock.is_some(), "all are here");
    rig
}

/// Nobody has gone deaf, quit, died, or was restarted, and nobody was told off.
#[track_caller]
fn all_are_well(rig: &Rig) {
    for (id, ..) in BAND {
        let manner = rig.manner(id);
        assert_eq!((&manner.deaf, &manner.quit), (&None, &None), "{id}");
        assert!(manner.strange.is_empty(), "{id} has heard what no conductor says: {:?}", manner.strange);
        assert_eq!(rig.state(id), "playing", "{id}");
    }
    assert_eq!(rig.times(|d| matches!(d, Done::Launch(_))).len(), BAND.len());
    assert!(rig.told(Tone::Loud).is_empty() && rig.told(Tone::Warning).is_empty(), "{:?}", rig.told(Tone::Warning));
}

#[test]
fn d11_d12_for_ten_minutes_nobody_goes_deaf_quits_or_is_dropped() {
    let mut rig = band("bars = 400\n");
    for minute in 0..10 {
        rig.run(60.0);
        assert_eq!(rig.list().len(), BAND.len(), "minute {minute}");
    }
    all_are_well(&rig);
}

#[test]
fn d2_d18_nothing_that_is_done_to_a_performance_sends_a_type_that_deafens_a_bot() {
    let sections = "[[section]]\nname = \"A\"\nbars = 4\ndensity = 0.2\n[[section]]\nname = \"B\"\nbars = 4\n";
    let text = format!("phraselength = 4\nmeter = \"7/8\"\n{sections}");
    let mut rig = band(&text);
    let gain = |gain: f64| Gain::new(gain).unwrap();
    let tempo = |bpm: f64| Tempo::new(bpm).unwrap();
    for control in [
        Control::Tempo { tempo: tempo(90.0), over: None },
        Control::Tempo { tempo: tempo(140.0), over: Some(Over::Bars(4.0)) },
        Control::Gain { who: "java".into(), gain: gain(1.0), over: None },
        Control::Gain { who: "max".into(), gain: gain(0.0), over: Some(Over::Seconds(2.0)) },
        Control::Gain { who: "mh_bot".into(), gain: gain(0.25), over: Some(Over::Beats(3.0)) },
        Control::Master { gain: gain(0.5), over: Some(Over::Bars(1.0)) },
        Control::Mute { who: "python".into(), on: true },
        Control::Mute { who: "python".into(), on: false },
        Control::Solo { who: "server".into(), on: true },
        Control::Solo { who: "server".into(), on: false },
        Control::Section { name: "B".into() },
        Control::Density { density: 0.7 },
        Control::Nudge { ms: 12.0 },
    ] {
        let answer = rig.ask(control.clone());
        assert!(answer.iter().any(|a| a.starts_with("ok")), "{control:?}: {answer:?}");
        rig.run(7.0);
        all_are_well(&rig);
    }
    rig.ask(Control::Panic);
    rig.run(10.0);
    for (id, ..) in BAND {
        assert_eq!((&rig.manner(id).deaf, &rig.manner(id).quit), (&None, &None), "{id}");
    }
}

#[test]
fn d18_half_a_gain_is_6_db_less_on_every_bot_and_so_is_every_other() {
    let mut rig = band("");
    let decibels = |rig: &Rig| BAND.map(|(id, ..)| rig.manner(id).decibels().expect("it was told its gain"));
    for (master, expected) in [(1.0, -6.02), (0.5, -12.04), (0.1, -26.02)] {
        rig.ask(Control::Master { gain: Gain::new(master).unwrap(), over: None });
        rig.run(1.0);
        for (heard, (id, ..)) in decibels(&rig).into_iter().zip(BAND) {
            assert!((heard - expected).abs() < 0.05, "{id} plays at {heard} dB instead of {expected}");
        }
    }
    rig.ask(Control::Master { gain: Gain::SILENT, over: None });
    rig.run(1.0);
    for (id, kit, _) in BAND {
        let silence = if matches!(kit, Kit::Java | Kit::Script) { f64::NEG_INFINITY } else { -76.0 };
        assert_eq!(rig.manner(id).decibels(), Some(silence), "{id}");
    }
}

#[test]
fn a_gain_scale_that_the_file_names_wins_over_what_the_platform_suggests() {
    let text = "[[bot]]\nfolder = \"odd\"\ngain = 0.5\ngain-scale = \"linear\"\nagent-list = \"separate\"\n";
    let mut rig = Rig::with(text, vec![Fake::of(Kit::Max, "odd", MAX)]).begin();
    rig.run(12.0);
    assert_eq!(rig.manner("odd").gain, Some(0.5));
    assert!(rig.sent(FIRST, "/mc/agentList").contains(&"/mc/agentList ,s odd".to_owned()));
}

#[test]
fn d9_everybody_reads_who_is_here_in_the_style_of_its_kit() {
    let rig = band("");
    let all = BAND.map(|(id, ..)| id);
    for (id, ..) in BAND {
        assert_eq!(rig.manner(id).others, all, "{id}");
    }
    let lists = |n: u16| rig.sent(FIRST + n, "/mc/agentList").pop().unwrap();
    assert_eq!(lists(0), "/mc/agentList ,sssss java max python mh_bot server");
    assert_eq!(lists(1), "/mc/agentList ,s java max python mh_bot server");
}

#[test]
fn d9_what_the_ensemble_says_holds_for_those_whose_kit_says_nothing_else() {
    let rig = band("agent-list = \"joined\"\n");
    assert_eq!(rig.sent(FIRST, "/mc/agentList").pop().unwrap(), "/mc/agentList ,s java max python mh_bot server");
}

#[test]
fn d7_a_java_bot_whose_director_only_keeps_time_ends_itself_and_ours_keeps_it_alive() {
    // The trap itself: without the list, its watchdog bites whatever else it hears.
    let mut alone = crate::kit::Manner::new(Kit::Java);
    let s = std::time::Duration::from_secs;
    alone.starts(s(100));
    alone.hears(s(110), "/mc/time ,fi 120 0");
    assert!(!alone.gives_up(s(129)) && alone.gives_up(s(130)));
    let mut rig = band("");
    rig.run(120.0);
    all_are_well(&rig);
}

#[test]
fn d2_the_traps_of_the_kits_are_real() {
    let s = std::time::Duration::from_secs;
    for wrong in
        ["/mc/time ,ii 120 0", "/mc/time ,ff 120 0", "/mc/time ,f 120", "/agent/gain ,i 1", "/agent/gain ,fi 1 2"]
    {
        let mut java = crate::kit::Manner::new(Kit::Java);
        java.hears(s(1), wrong);
        assert_eq!(java.deaf.as_deref(), Some(wrong));
    }
    let mut max = crate::kit::Manner::new(Kit::Max);
    max.hears(s(1), "/agent/gain ,ff 0.5 50");
    assert!(max.quit.is_some(), "the end of a ramp ends it");
}

#[test]
fn d3_every_bot_hears_every_tick_once_and_from_0() {
    let mut rig = band("");
    rig.run(30.0);
    for (id, ..) in BAND {
        let ticks = &rig.manner(id).ticks;
        assert_eq!(ticks.first(), Some(&0), "{id}");
        assert!(ticks.len() > 900 && ticks.windows(2).all(|pair| pair[1] == pair[0] + 1), "{id}");
    }
}

#[test]
fn d17_every_kit_has_its_time_to_fade_and_its_heartbeats_meanwhile_are_no_error() {
    let mut rig = band("");
    rig.forget();
    rig.ask(Control::Quit);
    let told = rig.seconds();
    let end = rig.run_until(10.0, |d| matches!(d, Done::Finish(0)));
    assert!((4.9..6.0).contains(&(end - told)), "the longest fade is 5 s, not {}", end - told);
    assert!(rig.times(|d| matches!(d, Done::Signal(..))).is_empty(), "nobody is forced");
    assert!(rig.told(Tone::Loud).is_empty() && rig.told(Tone::Warning).is_empty(), "{:?}", rig.log);
    for n in 0..BAND.len() as u16 {
        assert_eq!(rig.sent(FIRST + n, "/agent/off"), ["/agent/off ,"], "D16");
    }
}

#[test]
fn d22_what_one_says_all_hear_as_it_was_said() {
    let mut rig = band("");
    let said =
        musebot_protocol::Broadcast::new("plan/chords", "max", vec![Arg::from("0 3 7 10"), Arg::from("11 15 18 21")]);
    rig.speaks(FIRST + 1 + 40_000, &said.encode());
    for (id, ..) in BAND {
        let heard = rig.manner(id).broadcasts.last().expect("it heard something");
        assert_eq!(heard, "/broadcast/plan/chords ,sss max 0 3 7 10 11 15 18 21", "{id}");
    }
}

/// What the bots of each conductor are used to: from its code, how often it lists them at least, which
/// tick it begins with, whether it tells the metre, and how it writes the list.
#[test]
fn d3_d6_d7_d9_bots_of_each_conductor_find_in_us_what_they_are_used_to() {
    // Java's, Eigenfeldt's, Carey's, Candau's, Horrigan's.
    for (conductor, kit, manners, list_every, ticks_from, tells_metre) in [
        ("java", Kit::Java, OTHERS, 5, 0, false),
        ("ae", Kit::Max, MAX, 5, 1, true),
        ("bc", Kit::Server, MAX, 5, 1, true),
        ("yc", Kit::Max, MAX, 5, 0, true),
        ("mh", Kit::Horrigan, HORRIGAN, 5, 1, true),
    ] {
        let text = format!("tempo = 120\n[[bot]]\nfolder = \"{conductor}\"\n");
        let mut rig = Rig::with(&text, vec![Fake::of(kit, conductor, manners)]).begin();
        rig.run(80.0);
        let heard = rig.manner(conductor);
        assert!(heard.longest_wait.as_secs() < list_every, "{conductor}: {:?} without the list", heard.longest_wait);
        assert_eq!(heard.others, [conductor]);
        assert!(heard.ticks[0] <= ticks_from, "{conductor}: what begins at 1 is lost by nobody who hears 0");
        let seconds = heard.ticks.len() as f64 / 32.0;
        assert!(seconds > 60.0);
        // Java's bots know no metre and let it pass.
        assert!(!tells_metre || (f64::from(heard.meters) - seconds * 2.0).abs() < 3.0, "{conductor}: {}", heard.meters);
        assert_eq!((&heard.deaf, &heard.quit, heard.strange.len()), (&None, &None, 0), "{conductor}");
        assert_eq!(heard.decibels(), Some(0.0), "{conductor}: as loud as it is");
    }
}

/// The conductors differ in what becomes of the band when one bot says that it leaves.
#[test]
fn d24_exiting_does_what_each_of_the_conductors_does() {
    let leaves = |policy: &str| {
        let mut rig = band(&format!("exiting = \"{policy}\"\n"));
        rig.forget();
        rig.speaks(FIRST + 1 + 40_000, &Said::Exiting.by("max").encode());
        rig.run(0.1);
        let off = (0..5).map(|n| !rig.sent(FIRST + n, "/agent/off").is_empty()).collect::<Vec<_>>();
        let heard = BAND.map(|(id, ..)| rig.manner(id).broadcasts.iter().any(|b| b.contains("exiting")));
        (off, heard)
    };
    // The Java conductor, Carey's and Horrigan's pass it on, to the speaker too.
    assert_eq!(leaves("forward"), (vec![false; 5], [true; 5]));
    // Eigenfeldt's ends all others; Candau's ends all.
    assert_eq!(leaves("off-others"), (vec![true, false, true, true, true], [false; 5]));
    assert_eq!(leaves("off-all"), (vec![true; 5], [false; 5]));
}

#[test]
fn d13_one_that_hangs_is_ended_and_comes_back_while_the_others_play() {
    let mut rig = band("");
    rig.falls_silent("java");
    rig.run(20.0);
    assert!(rig.told(Tone::Loud)[0].contains("java has been silent for 8 s while its process lives"));
    assert_eq!(rig.times(|d| matches!(d, Done::Launch(name) if name == "java")).len(), 2);
    rig.run(5.0);
    assert_eq!(rig.list().len(), 5);
    let ticks = &rig.manner("java").ticks;
    assert!(ticks[0] > 500, "it comes in at the tick that the others are at, not {}", ticks[0]);
    assert_eq!(rig.manner("java").deaf, None);
}

#[test]
fn d38_a_java_bot_whose_director_was_killed_is_gone_after_30_s() {
    let mut rig = band("");
    rig.run(10.0);
    // Nothing more is sent: only its own clock goes on.
    let mut bot = rig.manner("java").clone();
    let died = rig.now;
    let mut at = died;
    while !bot.gives_up(at) {
        at += std::time::Duration::from_millis(100);
    }
    let after = (at - died).as_secs_f64();
    assert!((28.0..=30.0).contains(&after), "{after}");
}
