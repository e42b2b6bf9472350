//! Datagrams captured from real bots and a real conductor mean what they should, and where we
//! say the same we say it with the same bytes.

use musebot_protocol::{Arg, Broadcast, Message, Tempo, Tick, TimeTag, ToBot, ToDirector, messages};
use proptest::prelude::*;
use rosc::{OscBundle, OscMessage, OscPacket, OscTime, OscType};

/// One line of `golden/captured.txt`: who sent it, and the datagram.
struct Captured {
    from: &'static str,
    datagram: Vec<u8>,
}

fn captured() -> Vec<Captured> {
    let lines = include_str!("golden/captured.txt").lines().filter(|line| !line.starts_with('#'));
    let all: Vec<Captured> = lines
        .map(|line| {
            let (from, _) = line.split_once(' ').expect("a sender");
            let (_, hex) = line.rsplit_once(' ').expect("a datagram");
            let byte = |i| u8::from_str_radix(&hex[i..i + 2], 16).expect("hex");
            Captured { from, datagram: (0..hex.len()).step_by(2).map(byte).collect() }
        })
        .collect();
    assert_eq!(all.len(), 11, "every captured datagram is looked at");
    all
}

fn only(datagram: &[u8]) -> Message<'_> {
    let mut walk = messages(datagram);
    let message = walk.next().expect("one message").expect("well formed");
    assert!(walk.next().is_none(), "nothing else in the datagram");
    message
}

fn from_the_java_conductor() -> Vec<(Vec<u8>, ToBot)> {
    let java = captured().into_iter().filter(|c| c.from == "Java-conductor");
    java.map(|c| (c.datagram.clone(), ToBot::decode(&only(&c.datagram)).expect("a word to a bot"))).collect()
}

#[test]
fn heartbeats_of_real_bots_are_read_and_said_again_byte_for_byte() {
    let names = ["py-musebot@localhost", "sc-musebot@localhost", "Java_Keys_Examplebot@localhost"];
    let beats: Vec<Captured> = captured().into_iter().filter(|c| c.from != "Java-conductor").collect();
    assert_eq!(beats.len(), names.len());
    for (beat, name) in beats.iter().zip(names) {
        let heard = ToDirector::decode(&only(&beat.datagram)).expect("a heartbeat");
        let ToDirector::Alive { id, port: None } = &heard else { panic!("{} sent {heard:?}", beat.from) };
        assert_eq!(id.as_str(), name);
        assert_eq!(heard.encode(), beat.datagram);
    }
}

#[test]
fn the_java_conductors_words_are_read_and_said_again_byte_for_byte() {
    let words = from_the_java_conductor();
    assert_eq!(words.len(), 8);
    for (datagram, word) in words {
        assert_eq!(word.encode(), datagram, "{word:?}");
    }
}

#[test]
fn the_java_conductors_words_mean_what_they_should() {
    let words: Vec<ToBot> = from_the_java_conductor().into_iter().map(|(_, word)| word).collect();
    let tick = |n| ToBot::Time { tempo: Tempo::new(120.0).unwrap(), tick: Tick(n) };
    let notes = ToBot::Broadcast(Broadcast::new("notepool", "bot0@localhost", vec![60, 64, 67]));
    let here = ToBot::AgentList(vec!["bot1@localhost".to_owned(), "bot0@localhost".to_owned()]);
    let to_each_bot = [notes, here, tick(90), tick(91)];
    assert_eq!(words, [to_each_bot.clone(), to_each_bot].concat());
}

#[test]
fn d2_a_tick_is_byte_for_byte_the_java_conductors() {
    let ticks: Vec<Vec<u8>> =
        captured().into_iter().map(|c| c.datagram).filter(|d| d.starts_with(b"/mc/time\0")).collect();
    assert_eq!(ticks.len(), 4);
    for (datagram, n) in ticks.iter().zip([90, 91, 90, 91]) {
        assert_eq!(musebot_protocol::time_message(Tempo::new(120.0).unwrap(), Tick(n)).as_slice(), datagram);
    }
}

fn time_by_rosc(bpm: f64, tick: i32) -> OscPacket {
    let args = vec![OscType::Float(bpm as f32), OscType::Int(tick)];
    OscPacket::Message(OscMessage { addr: "/mc/time".to_owned(), args })
}

proptest! {
    #[test]
    fn d2_every_tick_is_what_an_osc_library_would_encode(bpm in 10.0..=999.0, tick: i32) {
        let ours = musebot_protocol::time_message(Tempo::new(bpm).unwrap(), tick.into());
        prop_assert_eq!(ours.as_slice(), rosc::encoder::encode(&time_by_rosc(bpm, tick)).unwrap());
    }

    #[test]
    fn x3_every_stamped_tick_is_what_an_osc_library_would_encode(bpm in 10.0..=999.0, tick: i32, tag: u64) {
        let ours = musebot_protocol::time_bundle(Tempo::new(bpm).unwrap(), tick.into(), TimeTag(tag));
        let timetag = OscTime { seconds: (tag >> 32) as u32, fractional: tag as u32 };
        let theirs = OscPacket::Bundle(OscBundle { timetag, content: vec![time_by_rosc(bpm, tick)] });
        prop_assert_eq!(ours.as_slice(), rosc::encoder::encode(&theirs).unwrap());
    }

    #[test]
    fn x3_a_stamped_tick_is_read_as_the_tick_and_its_instant(bpm in 10_u16..=999, tick: i32, tag: u64) {
        let tempo = Tempo::new(bpm.into()).unwrap();
        let datagram = musebot_protocol::time_bundle(tempo, tick.into(), TimeTag(tag));
        let message = only(&datagram);
        prop_assert_eq!(message.timetag, Some(TimeTag(tag)));
        let bare = musebot_protocol::time_message(tempo, tick.into());
        prop_assert_eq!(message.bytes, bare.as_slice());
        prop_assert_eq!(ToBot::decode(&message).unwrap(), ToBot::Time { tempo, tick: tick.into() });
    }
}

#[test]
fn d20_a_message_keeps_its_own_bytes_in_and_out_of_a_bundle() {
    let bare = captured().swap_remove(3).datagram;
    let timetag = OscTime { seconds: 0, fractional: 1 };
    let (_, packet) = rosc::decoder::decode_udp(&bare).unwrap();
    let bundle = rosc::encoder::encode(&OscPacket::Bundle(OscBundle { timetag, content: vec![packet] })).unwrap();
    assert_eq!(only(&bare).bytes, bare);
    assert_eq!(only(&bundle).bytes, bare);
    assert_eq!(only(&bundle).topic(), Some("notepool"));
}

#[test]
fn whole_gains_travel_as_floats() {
    for (gain, bytes) in [(0.0, [0, 0, 0, 0]), (1.0, [0x3f, 0x80, 0, 0])] {
        let gain = musebot_protocol::Gain::new(gain).unwrap();
        let mut expected = b"/agent/gain\0,f\0\0".to_vec();
        expected.extend(bytes);
        assert_eq!(ToBot::Gain(gain, None).encode(), expected);
    }
}

#[test]
fn d16_off_has_no_arguments() {
    assert_eq!(ToBot::Off { frames: None }.encode(), b"/agent/off\0\0,\0\0\0");
}

#[test]
fn d9_an_agent_list_can_be_one_string_or_several() {
    let names = ["bass".to_owned(), "drums".to_owned()];
    let joined = ToBot::agent_list_joined(&names);
    assert_eq!(joined, b"/mc/agentList\0\0\0,s\0\0bass drums\0\0");
    let separate = ToBot::AgentList(names.to_vec()).encode();
    assert_eq!(separate, b"/mc/agentList\0\0\0,ss\0bass\0\0\0\0drums\0\0\0");
    assert_eq!(ToBot::decode(&only(&joined)), ToBot::decode(&only(&separate)));
}

#[test]
fn d20_strings_with_spaces_stay_one_argument() {
    let plan = Broadcast::new("plan/chords", "melody", vec!["0 4 7", "5 9 12"]);
    let datagram = plan.encode();
    let message = only(&datagram);
    assert_eq!(message.topic(), Some("plan/chords"));
    let args = ["melody", "0 4 7", "5 9 12"].map(|text| Arg::Text(text.to_owned()));
    assert_eq!(message.args().unwrap(), args);
}
