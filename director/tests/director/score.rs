//! What the conductor says of the form (X8): sections, entries, positions, the end.

use crate::{
    fake::Fake,
    rig::{Done, FIRST, Rig, file},
};
use musebot_protocol::{Control, Tempo};

/// A bar of 4/4 at 120 bpm.
const BAR: f64 = 2.0;

fn play(toml: &str, bars: f64) -> Rig {
    let mut rig = Rig::playing(toml, vec![Fake::ours("new"), Fake::historic("old")]);
    rig.run(bars * BAR);
    rig
}

fn with(head: &str) -> String {
    format!("{head}\n{}", file(&["new", "old"]))
}

const FORM: &str = "[[section]]\nname = \"A\"\nbars = 2\ndensity = 0.25\n[[section]]\nname = \"B\"\nbars = 1\n";

#[test]
fn x8_a_section_and_its_density_are_said_to_everybody_at_its_bar_line() {
    let rig = play(&with(FORM), 5.0);
    for port in [FIRST, FIRST + 1] {
        let sections = rig.planned(port, "/broadcast/section");
        let line = |bar: i64, name: &str| ((bar - 1) * 64, format!("/broadcast/section ,ss Conductor {name}"));
        assert_eq!(sections[..4], [line(1, "A"), line(3, "B"), line(4, "A"), line(6, "B")]);
        let density = rig.planned(port, "/broadcast/density");
        assert_eq!(density[0], (0, "/broadcast/density ,sf Conductor 0.25".into()));
        assert_eq!(density[1].0, 3 * 64, "B says nothing of density");
    }
}

#[test]
fn x7_a_section_that_is_asked_for_begins_at_the_next_bar_line() {
    let mut rig = play(&with(FORM), 0.1);
    rig.forget();
    assert_eq!(rig.ask(Control::Section { name: "B".into() }), ["ok section"]);
    rig.run(2.5 * BAR);
    let sections = rig.planned(FIRST, "/broadcast/section");
    assert_eq!(
        sections[..2],
        [(64, "/broadcast/section ,ss Conductor B".into()), (128, "/broadcast/section ,ss Conductor A".into())]
    );
    let wrong = rig.ask(Control::Section { name: "Z".into() });
    assert_eq!(wrong, ["error section: no section is called `Z` (there are A, B)"]);
}

#[test]
fn x8_a_wrong_section_does_not_undo_one_that_was_asked_for() {
    let mut rig = play(&with(FORM), 0.1);
    rig.ask(Control::Section { name: "B".into() });
    rig.ask(Control::Section { name: "Z".into() });
    rig.forget();
    rig.run(BAR);
    assert_eq!(rig.planned(FIRST, "/broadcast/section")[0].1, "/broadcast/section ,ss Conductor B");
}

#[test]
fn x8_phraselength_and_phrases_are_said_before_the_first_tick_and_kept_for_newcomers() {
    let mut rig = play(&with("phraselength = 8\nbars = 20"), 1.0);
    for port in [FIRST, FIRST + 1] {
        assert_eq!(
            rig.planned(port, "/broadcast/phraselength"),
            [(0, "/broadcast/phraselength ,si Conductor 8".into())]
        );
        assert_eq!(rig.planned(port, "/broadcast/phrases"), [(0, "/broadcast/phrases ,sf Conductor 3".into())]);
    }
    rig.add(Fake::guest("tuba", 9000));
    rig.run(0.1);
    assert_eq!(rig.sent(9000, "/broadcast/phraselength").len(), 1);
}

#[test]
fn x8_an_ensemble_without_an_end_says_no_number_of_phrases() {
    let rig = play(&with(""), 1.0);
    assert!(rig.planned(FIRST, "/broadcast/phrases").is_empty());
}

#[test]
fn x8_a_bot_enters_and_leaves_at_its_bars_and_only_it_is_told() {
    let text =
        "[[bot]]\nid = \"new\"\nprogram = \"new\"\nenter = 3\nleave = 5\n[[bot]]\nid = \"old\"\nprogram = \"old\"";
    let rig = play(text, 6.0);
    let onoff: Vec<_> = rig.planned(FIRST, "/broadcast/onoff");
    let said = |bar: i64, on: u8| ((bar - 1) * 64, format!("/broadcast/onoff ,si Conductor {on}"));
    assert_eq!(onoff, [said(1, 0), said(3, 1), said(5, 0)]);
    assert!(rig.planned(FIRST + 1, "/broadcast/onoff").is_empty());
    assert!(rig.sent(FIRST + 1, "/broadcast/onoff").is_empty());
}

#[test]
fn x8_a_bot_that_returns_before_its_entry_is_told_to_wait_right_after_its_hello() {
    let text = "[[bot]]\nid = \"new\"\nprogram = \"new\"\nenter = 9\n[[bot]]\nid = \"old\"\nprogram = \"old\"";
    let mut rig = play(text, 1.5);
    rig.dies("new", director::event::Exit::Code(1), &[]);
    rig.forget();
    rig.run(2.0 * BAR);
    assert_eq!(rig.sent(FIRST, "/broadcast/onoff"), ["/broadcast/onoff ,si Conductor 0"]);
    assert!(rig.planned(FIRST, "/broadcast/onoff").is_empty(), "bar 9 is far");
    rig.run(6.0 * BAR);
    assert_eq!(rig.planned(FIRST, "/broadcast/onoff"), [(8 * 64, "/broadcast/onoff ,si Conductor 1".into())]);
}

#[test]
fn x8_a_bot_that_returns_before_its_entry_is_not_let_in_at_a_near_bar_line() {
    let text = "[[bot]]\nid = \"new\"\nprogram = \"new\"\nenter = 9\n[[bot]]\nid = \"old\"\nprogram = \"old\"";
    for step in 0..50 {
        let mut rig = play(text, 1.0 + 0.02 * f64::from(step));
        rig.dies("new", director::event::Exit::Code(1), &[]);
        rig.forget();
        rig.run(1.5 * BAR);
        assert!(rig.planned(FIRST, "/broadcast/onoff").is_empty(), "let in at step {step}");
    }
}

#[test]
fn x8_a_bot_that_is_on_its_way_out_is_not_told_to_play() {
    let text = "[[bot]]\nid = \"new\"\nprogram = \"new\"\nenter = 2\n[[bot]]\nid = \"old\"\nprogram = \"old\"";
    let mut rig = play(text, 0.2);
    rig.forget();
    rig.ask(Control::Stop { bot: "new".into() });
    rig.run(1.2 * BAR);
    assert!(rig.planned(FIRST, "/broadcast/onoff").is_empty());
}

#[test]
fn x8_positions_come_at_bar_lines_and_every_16th_tick_after_them() {
    let rig = play(&with(""), 3.0);
    let positions = rig.planned(FIRST, "/mc/position");
    for (n, (tick, text)) in positions.iter().enumerate() {
        let n = n as i64;
        assert_eq!(*tick, 16 * n);
        assert_eq!(*text, format!("/mc/position ,iiii {tick} {} {} 64", n / 4 + 1, n % 4 + 1));
    }
    assert!(positions.len() > 10);
    assert!(rig.planned(FIRST + 1, "/mc/position").is_empty(), "only to those who know it");
}

#[test]
fn x8_the_last_beat_of_a_7_8_bar_has_8_ticks() {
    let rig = play(&with("meter = \"7/8\""), 3.0);
    let ticks: Vec<i64> = rig.planned(FIRST, "/mc/position").iter().map(|p| p.0).collect();
    assert_eq!(ticks[..9], [0, 16, 32, 48, 56, 72, 88, 104, 112]);
    assert_eq!(rig.planned(FIRST, "/mc/position")[4].1, "/mc/position ,iiii 56 2 1 56");
    let meters: Vec<i64> = rig.planned(FIRST, "/mc/meter").iter().map(|p| p.0).collect();
    assert_eq!(meters[..6], [0, 16, 32, 48, 64, 80], "the metre comes with every 16th tick, wherever the bar line is");
    assert_eq!(rig.planned(FIRST, "/mc/meter")[0].1, "/mc/meter ,ii 7 8");
}

#[test]
fn x8_the_end_is_counted_down_from_a_phrase_before_it() {
    let rig = play(&with("bars = 7\nphraselength = 4"), 6.8);
    let ending: Vec<_> = rig.planned(FIRST, "/mc/ending").into_iter().filter(|(tick, _)| *tick < 7 * 64).collect();
    let line = |bar: i64, left: u32| ((bar - 1) * 64, format!("/mc/ending ,i {left}"));
    assert_eq!(ending, [line(4, 4), line(5, 3), line(6, 2), line(7, 1)]);
    assert!(rig.planned(FIRST + 1, "/mc/ending").is_empty(), "only to those who know it");
}

#[test]
fn x8_at_the_last_bar_line_everybody_is_told_off_and_the_director_ends() {
    let mut rig = play(&with("bars = 3"), 0.0);
    let at = rig.run_until(10.0, |d| *d == Done::Sent(FIRST + 1, "/agent/off ,".into()));
    let line = rig.due(3 * 64);
    assert!(at >= line && at - line < 0.05, "off at {at}, the bar line was at {line}");
    assert_eq!(rig.sent(FIRST, "/agent/off").len(), 1);
    rig.run_until(10.0, |d| *d == Done::Finish(0));
}

#[test]
fn a_duration_in_seconds_ends_with_the_bar_in_which_it_is_over() {
    let mut rig = play(&with("duration = \"5s\""), 0.0);
    let at = rig.run_until(20.0, |d| *d == Done::Sent(FIRST, "/agent/off ,".into()));
    assert!((at - rig.due(3 * 64)).abs() < 0.05, "5 s at 120 bpm end with bar 3");
}

#[test]
fn a_duration_in_seconds_stays_one_when_the_tempo_changes() {
    let mut rig = play(&with("duration = \"20s\""), 2.0);
    rig.ask(Control::Tempo { tempo: Tempo::new(60.0).unwrap(), over: None });
    let at = rig.run_until(60.0, |d| *d == Done::Sent(FIRST, "/agent/off ,".into())) - rig.due(0);
    assert!((20.0..24.1).contains(&at), "ended after {at} s");
}

#[test]
fn x8_sections_once_end_the_piece() {
    let mut rig = play(&with(&format!("sections = \"once\"\n{FORM}")), 0.0);
    let at = rig.run_until(20.0, |d| *d == Done::Sent(FIRST, "/agent/off ,".into()));
    assert!((at - rig.due(3 * 64)).abs() < 0.05);
}

#[test]
fn ticks_go_on_while_the_band_fades_out() {
    let mut rig = play(&with("bars = 1"), 0.0);
    rig.run_until(10.0, |d| *d == Done::Sent(FIRST, "/agent/off ,".into()));
    assert_eq!(rig.targets.len(), 2, "who fades still gets ticks");
    assert_eq!(rig.listeners.len(), 2, "and hears the others");
}

#[test]
fn x4_the_conductors_own_words_are_kept_for_newcomers() {
    let mut rig = play(&with(FORM), 0.6);
    rig.add(Fake::guest("tuba", 9000));
    rig.run(0.1);
    assert_eq!(rig.sent(9000, "/broadcast/section"), ["/broadcast/section ,ss Conductor A"]);
    assert_eq!(rig.sent(9000, "/broadcast/density"), ["/broadcast/density ,sf Conductor 0.25"]);
}
