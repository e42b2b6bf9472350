//! What the world's bots and conductors really send is read as they meant it (B6–B15, B25, X2, X7).

use musebot_protocol::{
    Arg, Broadcast, Control, Gain, Meter, Over, PacketError, Tempo, Tick, ToBot, ToDirector, messages,
};
use rosc::{OscArray, OscMessage, OscPacket, OscTime, OscType};

fn datagram(address: &str, args: Vec<OscType>) -> Vec<u8> {
    rosc::encoder::encode(&OscPacket::Message(OscMessage { addr: address.to_owned(), args })).unwrap()
}

fn to_bot(address: &str, args: Vec<OscType>) -> Result<ToBot, PacketError> {
    let bytes = datagram(address, args);
    ToBot::decode(&messages(&bytes).next().expect("one message")?)
}

fn control(address: &str, args: Vec<OscType>) -> Result<Control, PacketError> {
    let bytes = datagram(address, args);
    Control::decode(&messages(&bytes).next().expect("one message")?)
}

fn text(s: &str) -> OscType {
    OscType::String(s.to_owned())
}

use OscType::{Double as D, Float as F, Int as I, Long as H};

#[test]
fn b6_a_tick_is_read_in_every_type_that_conductors_send() {
    let expected = Ok(ToBot::Time { tempo: Tempo::new(120.0).unwrap(), tick: Tick(80_714) });
    for args in [
        vec![F(120.0), I(80_714)],
        vec![I(120), I(80_714)],
        vec![F(120.0), F(80_714.0)],
        vec![D(120.0), I(80_714)],
        vec![H(120), H(80_714)],
        vec![D(120.0), D(80_714.0)],
        vec![text("120"), text("80714")],
        vec![F(120.0), I(80_714), I(1)],
    ] {
        assert_eq!(to_bot("/mc/time", args.clone()), expected, "{args:?}");
    }
}

#[test]
fn b6_a_tick_without_sense_is_an_error() {
    for args in [
        vec![],
        vec![F(120.0)],
        vec![text("fast"), I(1)],
        vec![F(f32::NAN), I(1)],
        vec![F(f32::INFINITY), I(1)],
        vec![F(120.0), text("1e300")],
        vec![F(120.0), F(3e9)],
        vec![OscType::Nil, OscType::Inf],
    ] {
        assert_eq!(to_bot("/mc/time", args.clone()), Err(PacketError::Arguments("/mc/time")), "{args:?}");
    }
}

#[test]
fn a_tempo_out_of_range_is_the_nearest_that_is_allowed() {
    for (sent, read) in [(0.0, 10.0), (-3.0, 10.0), (5000.0, 999.0)] {
        let Ok(ToBot::Time { tempo, .. }) = to_bot("/mc/time", vec![F(sent), I(0)]) else { panic!("a tick") };
        assert_eq!(tempo.bpm(), read);
    }
}

#[test]
fn b7_ticks_may_begin_anywhere() {
    for n in [0, 1, 80_714, i32::MAX, -1] {
        let Ok(ToBot::Time { tick, .. }) = to_bot("/mc/time", vec![F(120.0), I(n)]) else { panic!("a tick") };
        assert_eq!(tick, Tick(i64::from(n)));
    }
}

#[test]
fn b15_gain_is_read_as_int_float_double_or_text_and_clamped() {
    let full = Gain::FULL;
    for (arg, gain) in [
        (I(1), full),
        (F(1.0), full),
        (D(1.0), full),
        (H(1), full),
        (text("1.0"), full),
        (OscType::Bool(true), full),
        (I(0), Gain::SILENT),
        (F(-0.5), Gain::SILENT),
        (F(7.0), full),
        (F(0.25), Gain::new(0.25).unwrap()),
    ] {
        assert_eq!(to_bot("/agent/gain", vec![arg.clone()]), Ok(ToBot::Gain(gain, None)), "{arg:?}");
    }
    assert_eq!(to_bot("/agent/gain", vec![F(1.0), I(2000)]), Ok(ToBot::Gain(full, Some(2000.0))));
    assert_eq!(to_bot("/agent/gain", vec![F(1.0), F(-1.0)]), Ok(ToBot::Gain(full, Some(0.0))), "no time is at once");
    assert_eq!(to_bot("/agent/gain", vec![]), Err(PacketError::Arguments("/agent/gain")));
    assert_eq!(to_bot("/agent/gain", vec![text("loud")]), Err(PacketError::Arguments("/agent/gain")));
}

#[test]
fn b11_an_agent_list_is_read_joined_separate_and_empty() {
    let expected = Ok(ToBot::AgentList(vec!["ae_Bass@host".to_owned(), "mh_Pad_7476".to_owned()]));
    assert_eq!(to_bot("/mc/agentList", vec![text("ae_Bass@host"), text("mh_Pad_7476")]), expected);
    assert_eq!(to_bot("/mc/agentList", vec![text("ae_Bass@host mh_Pad_7476")]), expected);
    assert_eq!(to_bot("/mc/agentList", vec![text("  ae_Bass@host  "), text("mh_Pad_7476 ")]), expected);
    assert_eq!(to_bot("/mc/agentList", vec![]), Ok(ToBot::AgentList(Vec::new())));
    assert_eq!(to_bot("/mc/agentList", vec![text("")]), Ok(ToBot::AgentList(Vec::new())));
}

#[test]
fn b13_b14_off_kill_and_quit_are_one_with_any_arguments() {
    assert_eq!(to_bot("/agent/off", vec![]), Ok(ToBot::Off { frames: None }));
    assert_eq!(to_bot("/agent/off", vec![I(1)]), Ok(ToBot::Off { frames: Some(1) }));
    assert_eq!(to_bot("/agent/off", vec![text("now")]), Ok(ToBot::Off { frames: None }));
    assert_eq!(to_bot("/agent/off", vec![I(-1)]), Ok(ToBot::Off { frames: None }));
    assert_eq!(to_bot("/agent/kill", vec![]), Ok(ToBot::Off { frames: None }));
    assert_eq!(to_bot("/agent/quit", vec![I(1)]), Ok(ToBot::Off { frames: None }));
}

#[test]
fn b10_a_meter_is_read_and_an_impossible_one_is_an_error() {
    assert_eq!(to_bot("/mc/meter", vec![I(7), I(8)]), Ok(ToBot::Meter(Meter::new(7, 8).unwrap())));
    assert_eq!(to_bot("/mc/meter", vec![F(3.0), F(4.0)]), Ok(ToBot::Meter(Meter::new(3, 4).unwrap())));
    for (over, under) in [(0, 4), (4, 0), (4, 3), (-4, 4), (400, 4), (i32::MIN, i32::MAX)] {
        assert_eq!(to_bot("/mc/meter", vec![I(over), I(under)]), Err(PacketError::Arguments("/mc/meter")));
    }
}

#[test]
fn b25_addresses_that_nobody_knows_are_unknown() {
    for address in ["/", "/mc", "/mc/statechange", "/broadcast", "/broadcast/", "/agent/channel", "/MC/TIME"] {
        assert_eq!(to_bot(address, vec![text("x")]), Err(PacketError::Unknown), "{address}");
    }
}

#[test]
fn d26_the_rarer_types_are_skipped_or_understood() {
    let midi = rosc::OscMidiMessage { port: 0, status: 0x90, data1: 60, data2: 100 };
    let rgba = rosc::OscColor { red: 1, green: 2, blue: 3, alpha: 4 };
    let odd = vec![
        text("me"),
        OscType::Bool(true),
        OscType::Bool(false),
        OscType::Nil,
        OscType::Inf,
        H(1 << 40),
        OscType::Time(OscTime { seconds: 1, fractional: 2 }),
        OscType::Blob(vec![1, 2, 3]),
        OscType::Midi(midi),
        OscType::Color(rgba),
        OscType::Char('x'),
        OscType::Array(OscArray { content: vec![I(60), F(64.0)] }),
        D(0.5),
    ];
    let expected = [
        Arg::Int(1),
        Arg::Int(0),
        Arg::Int(i32::MAX),
        Arg::Text("x".to_owned()),
        Arg::Int(60),
        Arg::Float(64.0),
        Arg::Float(0.5),
    ];
    assert_eq!(to_bot("/broadcast/x", odd), Ok(ToBot::Broadcast(Broadcast::new("x", "me", expected))));
}

#[test]
fn x2_a_hello_is_read_with_keys_that_nobody_knows() {
    let words = ["type=bass", "colour=blue", "sends=a", "accepts=timetags gain-ramp,telepathy", "nonsense"];
    let mut args = vec![text("bass"), I(7475)];
    args.extend(words.map(text));
    let bytes = datagram("/agent/hello", args);
    let Ok(ToDirector::Hello { hello, port: 7475, .. }) =
        ToDirector::decode(&messages(&bytes).next().unwrap().unwrap())
    else {
        panic!("a hello")
    };
    assert_eq!((hello.kinds, hello.sends), (vec!["bass".to_owned()], vec!["a".to_owned()]));
    assert!(hello.accepts.timetags && hello.accepts.gain_ramp && !hello.accepts.position);
}

#[test]
fn x2_a_hello_without_a_port_is_an_error_and_a_huge_one_is_cut() {
    let read = |args| {
        let bytes = datagram("/agent/hello", args);
        ToDirector::decode(&messages(&bytes).next().unwrap().unwrap())
    };
    assert_eq!(read(vec![text("bass")]), Err(PacketError::Arguments("/agent/hello")));
    assert_eq!(read(vec![text("bass"), I(0)]), Err(PacketError::Arguments("/agent/hello")));
    let mut args = vec![text("bass"), I(7475)];
    args.extend((0..500).map(|_| text(&format!("sends={}", "x".repeat(1000)))));
    let Ok(ToDirector::Hello { hello, .. }) = read(args) else { panic!("a hello") };
    assert!(hello.sends.len() <= 64 && hello.sends.iter().all(|word| word.len() <= 256));
}

#[test]
fn x7_a_word_is_no_switch() {
    let mute = |args| control("/director/mute", args);
    let on = |on| Ok(Control::Mute { who: "bass".to_owned(), on });
    assert_eq!(mute(vec![text("bass")]), on(true));
    assert_eq!(mute(vec![text("bass"), I(0)]), on(false));
    assert_eq!(mute(vec![text("bass"), text("0")]), on(false));
    assert_eq!(mute(vec![text("bass"), text("off")]), Err(PacketError::Arguments("mute")));
}

#[test]
fn x7_wrong_values_are_refused_and_not_bent() {
    let bad = |what| Err(PacketError::Arguments(what));
    assert_eq!(control("/director/tempo", vec![F(5.0)]), bad("tempo"));
    assert_eq!(control("/director/tempo", vec![F(96.0), text("soon")]), bad("tempo"));
    assert_eq!(control("/director/gain", vec![text("bass"), F(1.5)]), bad("gain"));
    assert_eq!(control("/director/density", vec![F(-0.1)]), bad("density"));
    assert_eq!(control("/director/nudge", vec![F(5000.0)]), bad("nudge"));
    assert_eq!(control("/director/dance", vec![]), Err(PacketError::Unknown));
}

#[test]
fn x7_a_span_has_an_end() {
    let tempo = |over| control("/director/tempo", vec![F(96.0), over]);
    let seconds = |s| Ok(Control::Tempo { tempo: Tempo::new(96.0).unwrap(), over: Some(Over::Seconds(s)) });
    assert_eq!(tempo(F(1.5)), seconds(1.5), "a bare number is seconds");
    assert_eq!(tempo(text("2m")), seconds(120.0));
    assert_eq!(tempo(F(1e30)), Err(PacketError::Arguments("tempo")), "no clock could count that far");
    assert_eq!(tempo(text("1000000m")), Err(PacketError::Arguments("tempo")));
    assert_eq!(tempo(F(-1.0)), Err(PacketError::Arguments("tempo")));
}
