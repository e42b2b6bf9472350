//! Ticks, and when whom reach them.

use crate::{
    fake::Fake,
    rig::{Done, FIRST, Rig, file},
};
use musebot_protocol::{Control, Over, Tempo, Tick};
use std::time::Duration;

const D: Duration = Duration::from_millis(60);

fn trio() -> Rig {
    Rig::playing(&file(&["bass"]), vec![Fake::ours("bass")])
}

fn bpm(bpm: f64) -> Tempo {
    Tempo::new(bpm).unwrap()
}

/// How late a bot's ticks are sent, and whether with a timetag.
fn delay_of(rig: &Rig, port: u16) -> (u64, bool) {
    let target = rig.targets.iter().find(|t| t.to.port() == port).expect("it gets ticks");
    (target.delay.as_millis() as u64, target.tagged)
}

#[test]
fn d4_ticks_are_60_over_16_bpm_apart_and_an_hour_does_not_drift() {
    let rig = trio();
    let (_, map) = rig.clock.as_ref().unwrap();
    assert_eq!(map.seconds(Tick(1)), 60.0 / (16.0 * 120.0));
    assert!((map.seconds(Tick(32 * 3600)) - 3600.0).abs() < 1e-6);
}

#[test]
fn d5_a_change_of_tempo_shows_in_the_next_tick_and_the_count_goes_on() {
    let mut rig = trio();
    rig.run(3.0);
    let next = rig.director.map().first_tick_from(rig.seconds() - rig.due(0)).0;
    let before = rig.due(next);
    assert_eq!(rig.ask(Control::Tempo { tempo: bpm(60.0), over: None }), ["ok tempo"]);
    let (_, map) = rig.clock.clone().unwrap();
    assert_eq!(map.tempo(Tick(next - 1)).bpm(), 120.0);
    // The order needs a moment to reach the clock, which may cost the very next tick.
    let first = (next..next + 2).find(|t| map.tempo(Tick(*t)).bpm() == 60.0).expect("the next tick or the one after");
    assert!((rig.due(next) - before).abs() < 1e-9, "the next tick is not moved");
    assert!((rig.due(first + 16) - rig.due(first) - 1.0).abs() < 1e-9);
}

#[test]
fn d5_a_ramp_over_8_bars_arrives_after_8_bars() {
    let mut rig = trio();
    rig.run(1.0);
    rig.ask(Control::Tempo { tempo: bpm(160.0), over: Some(Over::Bars(8.0)) });
    let map = rig.clock.clone().unwrap().1;
    let first = (0..).find(|t| map.tempo(Tick(*t)).bpm() != 120.0).unwrap();
    assert!(map.tempo(Tick(first)).bpm() < 120.2);
    assert!(map.tempo(Tick(first + 8 * 64 - 1)).bpm() < 160.0);
    assert_eq!(map.tempo(Tick(first + 8 * 64)).bpm(), 160.0);
}

#[test]
fn x7_a_ramp_in_seconds_takes_those_seconds() {
    let mut rig = trio();
    rig.run(1.0);
    rig.ask(Control::Tempo { tempo: bpm(60.0), over: Some(Over::Seconds(10.0)) });
    let map = rig.clock.clone().unwrap().1;
    let first = (0..).find(|t| map.tempo(Tick(*t)).bpm() != 120.0).unwrap();
    let last = (first..).find(|t| map.tempo(Tick(*t)).bpm() == 60.0).unwrap();
    let took = map.seconds(Tick(last)) - map.seconds(Tick(first));
    assert!((took - 10.0).abs() < 0.5, "it took {took} s");
}

#[test]
fn a_late_bots_ticks_stay_where_they_were_when_the_tempo_changes_behind_them() {
    let text = format!("latency-ms = 2000\n{}", file(&["old"]));
    let mut rig = Rig::playing(&text, vec![Fake::historic("old")]);
    rig.run(5.0);
    let now = rig.seconds();
    let tick = rig.director.map().first_tick_from(now - 1.9 - rig.due(0)).0;
    let before = rig.due(tick);
    rig.ask(Control::Tempo { tempo: bpm(30.0), over: None });
    rig.run(0.1);
    rig.ask(Control::Tempo { tempo: bpm(40.0), over: None });
    rig.run(1.3);
    rig.ask(Control::Tempo { tempo: bpm(50.0), over: None });
    let later = rig.director.map().first_tick_from(rig.seconds() - 1.95 - rig.due(0)).0;
    assert!(later > tick);
    // What is still to be sent to it late was due at the first tempo, and is sent with it.
    assert_eq!(rig.clock.as_ref().unwrap().1.tempo(Tick(later)).bpm(), 120.0);
    assert!((rig.due(later) - before - (later - tick) as f64 / 32.0).abs() < 1e-9);
}

#[test]
fn d6_the_metre_comes_with_every_16th_tick() {
    let mut rig = trio();
    rig.run(20.0);
    let meters = rig.planned(FIRST, "/mc/meter");
    assert!(meters.len() > 30);
    for (n, (tick, text)) in meters.iter().enumerate() {
        assert_eq!((*tick, text.as_str()), (16 * n as i64, "/mc/meter ,ii 4 4"));
    }
}

#[test]
fn d3_every_tick_is_planned_once_and_ahead_of_its_instant() {
    let mut rig = Rig::playing(&format!("meter = \"1/16\"\n{}", file(&["bass"])), vec![Fake::ours("bass")]);
    rig.run(5.0);
    // In 1/16 every bar has 4 ticks, and a position comes with each.
    for (n, (tick, _)) in rig.planned(FIRST, "/mc/position").iter().enumerate() {
        assert_eq!(*tick, 4 * n as i64);
    }
    for (at, done) in &rig.log {
        if let Done::Before(tick, ..) = done {
            assert!(*at < rig.due(*tick), "tick {tick} was planned at {at}, and was due at {}", rig.due(*tick));
        }
    }
}

#[test]
fn x3_a_bot_with_timetags_gets_its_ticks_at_their_instant_and_others_late_enough_to_sound_with_it() {
    let text = "latency-ms = 60
        [[bot]]\nid = \"new\"\nprogram = \"new\"
        [[bot]]\nid = \"plain\"\nprogram = \"plain\"
        [[bot]]\nid = \"old\"\nprogram = \"old\"
        [[bot]]\nid = \"slow\"\nprogram = \"slow\"\nlatency-ms = 35";
    let bots = vec![
        Fake::ours("new"),
        Fake::ours("plain").accepting("position"),
        Fake::historic("old"),
        Fake::historic("slow"),
        Fake::guest("stranger", 9000),
        Fake::guest("friend", 9001).accepting("ending"),
    ];
    let mut rig = Rig::playing(text, bots);
    rig.bot("stranger").accepts = None;
    rig.run(1.0);
    assert_eq!(delay_of(&rig, FIRST), (0, true));
    assert_eq!(delay_of(&rig, FIRST + 1), (40, false), "it says hello, but nothing of timetags");
    assert_eq!(delay_of(&rig, FIRST + 2), (40, false), "D less the usual 20 ms");
    assert_eq!(delay_of(&rig, FIRST + 3), (25, false), "D less its own latency");
    assert_eq!(delay_of(&rig, 9001), (40, false));
    let plan: Vec<u64> = rig
        .log
        .iter()
        .filter_map(|(_, d)| match d {
            Done::Before(_, port, delay, text) if *port == FIRST + 3 && text.starts_with("/mc/meter") => Some(*delay),
            _ => None,
        })
        .collect();
    assert!(!plan.is_empty() && plan.iter().all(|delay| *delay == 25), "what belongs to a tick comes as late as it");
}

#[test]
fn x3_a_guest_that_says_no_hello_gets_the_tick_at_its_instant() {
    let mut stranger = Fake::guest("stranger", 9000);
    stranger.accepts = None;
    let mut rig = Rig::playing("", vec![stranger]);
    rig.run(1.0);
    assert_eq!(delay_of(&rig, 9000), (0, false));
}

#[test]
fn x3_without_delay_historic_everybody_gets_the_tick_at_its_instant() {
    let text = format!("delay-historic = false\n{}", file(&["old"]));
    let rig = Rig::playing(&text, vec![Fake::historic("old")]);
    assert_eq!(delay_of(&rig, FIRST), (0, false));
}

#[test]
fn x3_an_output_slower_than_the_constant_gets_its_ticks_at_once_and_never_before() {
    let text = "[[bot]]\nid = \"old\"\nprogram = \"old\"\nlatency-ms = 500";
    let rig = Rig::playing(text, vec![Fake::historic("old")]);
    assert!(D < Duration::from_millis(500));
    assert_eq!(delay_of(&rig, FIRST), (0, false));
}

#[test]
fn x7_a_nudge_moves_the_grid_once() {
    let mut rig = trio();
    rig.run(2.0);
    let far = rig.due(1000);
    assert_eq!(rig.ask(Control::Nudge { ms: -12.0 }), ["ok nudge"]);
    assert!((rig.due(1000) - far + 0.012).abs() < 1e-9);
    assert_eq!(rig.clock.as_ref().unwrap().1.tempo(Tick(1000)).bpm(), 120.0);
}

#[test]
fn x7_two_taps_make_a_tempo() {
    let mut rig = trio();
    assert_eq!(rig.ask(Control::Tap), ["ok tap"]);
    rig.run(0.6);
    assert_eq!(rig.ask(Control::Tap), ["value ,sf tap 100", "ok tap"]);
    rig.run(0.2);
    assert_eq!(rig.ask(Control::Get { what: "tempo".into() }), ["value ,sf tempo 100", "ok get"]);
}
