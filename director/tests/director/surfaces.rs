//! Control surfaces: a hand does what a terminal does, and sees what others do.

use crate::{
    fake::Fake,
    rig::{Done, Rig},
};
use director::event::{Event, Inputs, SurfaceNews, Tone};
use musebot_devices::MidiMessage;
use musebot_protocol::{Control, Gain, Over};

fn band() -> Rig {
    let text = "tempo = 120\n[[section]]\nname = \"A\"\nbars = 2\n[[section]]\nname = \"B\"\nbars = 2\n\
                [[bot]]\nid = \"bass\"\nprogram = \"bass\"\ngroup = \"rhythm\"\n\
                [[bot]]\nid = \"drums\"\nprogram = \"drums\"\ngroup = \"rhythm\"\n\
                [control.midi]\nport = \"nano\"\npick-up = false\nmap = [\n\
                  { cc = 0, to = \"bass.gain\" }, { note = 36, to = \"drums.mute\" }, { cc = 60, to = \"tempo\" },\n\
                  { note = 40, to = \"section:B\" }, { note = 41, to = \"panic\" }, { cc = 1, to = \"rhythm.gain\" },\n\
                  { note = 42, to = \"bass.stop\" }, { note = 43, to = \"bass.start\" }, { cc = 2, to = \"density\" },\n\
                ]\n";
    let mut rig = Rig::playing(text, vec![Fake::ours("bass"), Fake::ours("drums")]);
    rig.run(1.0);
    surface(&mut rig, 0, SurfaceNews::Here("nano SLIDER".into()));
    rig.forget();
    rig
}

fn surface(rig: &mut Rig, number: usize, news: SurfaceNews) {
    rig.event(Event::Surface { number, news });
}

fn hears(rig: &mut Rig, bytes: &[u8]) {
    surface(rig, 0, SurfaceNews::Moved(MidiMessage::read(bytes).unwrap()));
}

fn shown(rig: &Rig) -> Vec<String> {
    rig.log
        .iter()
        .filter_map(|(_, d)| if let Done::Show(0, m) = d { Some(m.clone()) } else { None })
        .flatten()
        .collect()
}

fn get(rig: &mut Rig, what: &str) -> Vec<String> {
    rig.ask(Control::Get { what: what.into() })
}

#[test]
fn a_hand_does_what_a_terminal_does() {
    let mut rig = band();
    hears(&mut rig, &[0xB0, 0, 64]);
    rig.run(0.1);
    assert!(
        get(&mut rig, "bots")[0].starts_with("value ,sssfiffffisi bots bass playing 0.253"),
        "{:?}",
        get(&mut rig, "bots")
    );
    hears(&mut rig, &[0x90, 36, 100]);
    rig.run(0.1);
    assert_eq!(rig.director.roster().get("drums").unwrap().sent_gain, Some(0.0));
    hears(&mut rig, &[0xB0, 60, 127]);
    rig.run(0.1);
    assert_eq!(get(&mut rig, "tempo")[0], "value ,sf tempo 180");
    hears(&mut rig, &[0xB0, 2, 127]);
    assert_eq!(get(&mut rig, "density")[0], "value ,sf density 1");
    hears(&mut rig, &[0x90, 40, 1]);
    rig.run(4.0);
    assert!(rig.told(Tone::Note).iter().any(|t| t.starts_with("section B")), "{:?}", rig.told(Tone::Note));
    hears(&mut rig, &[0x90, 41, 1]);
    assert_eq!(rig.told(Tone::Loud), ["panic: silence until the next bar line"]);
    hears(&mut rig, &[0x90, 42, 1]);
    rig.run(6.0);
    assert_eq!(rig.state("bass"), "stopped");
    hears(&mut rig, &[0x90, 43, 1]);
    rig.run(2.0);
    assert_eq!(rig.state("bass"), "playing");
    assert!(rig.times(|d| matches!(d, Done::Reply(r) if !r.contains("value") && !r.contains("ok get"))).is_empty());
}

#[test]
fn what_a_pad_cannot_do_is_said_on_the_screen_once_in_a_while_and_nowhere_else() {
    let mut rig = band();
    for _ in 0..20 {
        hears(&mut rig, &[0x90, 43, 1]);
    }
    assert_eq!(rig.told(Tone::Note), ["start: bass runs already"]);
    rig.run(6.0);
    hears(&mut rig, &[0x90, 43, 1]);
    assert_eq!(rig.told(Tone::Note).iter().filter(|said| said.starts_with("start")).count(), 2);
    assert!(rig.times(|d| matches!(d, Done::Reply(_))).is_empty());
}

#[test]
fn what_another_terminal_moves_is_shown_on_the_surface() {
    let mut rig = band();
    rig.run(1.0);
    let first = shown(&rig);
    assert!(first.contains(&"[176, 0, 127]".to_owned()) && first.contains(&"[144, 36, 0]".to_owned()), "{first:?}");
    assert!(
        !first.iter().any(|m| m.contains(" 41, ") || m.contains(" 42, ")),
        "panic and stop have no lamp: {first:?}"
    );
    assert!(first.contains(&"[144, 43, 127]".to_owned()), "the bass runs: {first:?}");
    rig.forget();
    rig.ask(Control::Gain { who: "bass".into(), gain: Gain::clamped(0.25), over: None });
    rig.ask(Control::Mute { who: "drums".into(), on: true });
    rig.run(0.1);
    let mut now = shown(&rig);
    now.sort();
    assert_eq!(now, ["[144, 36, 127]", "[176, 0, 64]", "[176, 1, 64]"]);
    rig.forget();
    rig.ask(Control::Gain { who: "bass".into(), gain: Gain::FULL, over: Some(Over::Seconds(1.0)) });
    rig.run(2.0);
    let fader: Vec<_> = shown(&rig).into_iter().filter(|m| m.starts_with("[176, 0,")).collect();
    assert!(fader.len() > 20, "a fade moves it step by step: {fader:?}");
    assert_eq!(fader.last().unwrap(), "[176, 0, 127]");
}

#[test]
fn a_section_lights_its_pad() {
    let mut rig = band();
    rig.run(1.0);
    rig.forget();
    rig.run(10.0);
    let lamp: Vec<_> = shown(&rig).into_iter().filter(|m| m.starts_with("[144, 40,")).collect();
    assert!(lamp.contains(&"[144, 40, 127]".to_owned()) && lamp.contains(&"[144, 40, 0]".to_owned()), "{lamp:?}");
}

#[test]
fn a_surface_that_goes_is_said_and_told_everything_when_it_is_back() {
    let mut rig = band();
    rig.run(1.0);
    rig.forget();
    surface(&mut rig, 0, SurfaceNews::Gone);
    assert_eq!(rig.told(Tone::Warning), ["control surface nano has gone: it is taken again when it is back"]);
    rig.ask(Control::Gain { who: "bass".into(), gain: Gain::clamped(0.25), over: None });
    rig.run(1.0);
    assert!(shown(&rig).is_empty());
    surface(&mut rig, 0, SurfaceNews::Here("nano SLIDER".into()));
    rig.run(0.1);
    assert!(shown(&rig).contains(&"[176, 0, 64]".to_owned()));
}

#[test]
fn the_next_knob_learns_what_it_is_to_turn_and_turns_it_at_once() {
    let mut rig = band();
    let answer = rig.ask(Control::Learn { what: "drums.gain".into() });
    assert_eq!(answer, ["value ,sis learn 30 "], "no end of the answer yet");
    for to in [100, 101, 102] {
        hears(&mut rig, &[0xB0, 14, to]);
    }
    assert!(rig.told(Tone::Note).is_empty());
    hears(&mut rig, &[0xB0, 14, 104]);
    assert_eq!(rig.told(Tone::Note), ["cc 14 on channel 1 of nano: drums.gain"]);
    let replies: Vec<_> =
        rig.log.iter().filter_map(|(_, d)| if let Done::Reply(r) = d { Some(r.as_str()) } else { None }).collect();
    let line = "{ cc = 14, channel = 1, to = \"drums.gain\" }";
    assert!(replies[1].starts_with(&format!("value ,sssissssi learn nano cc 14 1 drums.gain {line}")), "{replies:?}");
    assert!(replies[1].ends_with("band.toml 0") && replies[2] == "ok learn", "{replies:?}");
    hears(&mut rig, &[0xB0, 14, 64]);
    rig.run(0.1);
    assert!((rig.director.roster().get("drums").unwrap().sent_gain.unwrap() - 0.254).abs() < 0.001);
}

#[test]
fn a_pad_that_is_hit_to_be_learnt_does_nothing_yet() {
    let mut rig = band();
    rig.ask(Control::Learn { what: "panic".into() });
    hears(&mut rig, &[0x90, 50, 100]);
    assert!(rig.told(Tone::Loud).is_empty());
    hears(&mut rig, &[0x80, 50, 100]);
    hears(&mut rig, &[0x90, 50, 100]);
    assert_eq!(rig.told(Tone::Loud).len(), 1);
}

#[test]
fn what_cannot_be_learnt_is_said() {
    let mut rig = band();
    let answer = |rig: &mut Rig, what: &str| rig.ask(Control::Learn { what: what.into() }).remove(0);
    assert_eq!(
        answer(&mut rig, "bas.gain"),
        "error learn: no bot or group is called `bas`: did you mean \"bass.gain\"?"
    );
    assert!(answer(&mut rig, "colour").contains("nothing that a knob or pad turns"));
    rig.ask(Control::Learn { what: "tempo".into() });
    rig.run(31.0);
    let said = rig.times(|d| *d == Done::Reply("error learn: nothing was moved for 30 s".into()));
    assert_eq!(said.len(), 1);
}

#[test]
fn without_a_surface_in_the_file_all_inputs_are_listened_to_while_somebody_learns() {
    let file = "[[bot]]\nid = \"bass\"\nprogram = \"bass\"\n";
    let mut rig = Rig::playing(file, vec![Fake::ours("bass")]);
    let inputs = |rig: &Rig| -> Vec<Inputs> {
        rig.log.iter().filter_map(|(_, d)| if let Done::Inputs(i) = d { Some(*i) } else { None }).collect()
    };
    rig.ask(Control::Learn { what: "bass.gain".into() });
    assert_eq!(inputs(&rig), [Inputs::OpenAll]);
    surface(&mut rig, 0, SurfaceNews::Here("keys".into()));
    surface(&mut rig, 1, SurfaceNews::Here("faders".into()));
    let slide = |rig: &mut Rig, to| surface(rig, 1, SurfaceNews::Moved(MidiMessage::control(2, 7, to)));
    for to in [10, 20, 126] {
        slide(&mut rig, to);
    }
    assert_eq!(inputs(&rig), [Inputs::OpenAll, Inputs::Keep(1)]);
    for to in [127, 64] {
        slide(&mut rig, to);
    }
    rig.run(0.1);
    assert!(rig.director.roster().get("bass").unwrap().sent_gain.unwrap() < 0.3);

    // The other one is not listened to any more, and whoever learns again has one surface.
    surface(&mut rig, 0, SurfaceNews::Moved(MidiMessage::control(1, 7, 1)));
    rig.forget();
    rig.ask(Control::Learn { what: "tempo".into() });
    assert!(inputs(&rig).is_empty());
}

#[test]
fn without_any_input_there_is_nothing_to_learn_from() {
    let mut rig = Rig::playing("[[bot]]\nid = \"bass\"\nprogram = \"bass\"\n", vec![Fake::ours("bass")]);
    rig.ask(Control::Learn { what: "bass.gain".into() });
    surface(&mut rig, 0, SurfaceNews::NoInputs);
    let said = rig.times(|d| matches!(d, Done::Reply(r) if r.starts_with("error learn: there is no MIDI input here")));
    assert_eq!(said.len(), 1);
}
