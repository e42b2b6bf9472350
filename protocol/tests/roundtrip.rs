//! Whatever can be said is understood as it was meant, and travels as `i`, `f` and `s` only.

use musebot_protocol::{
    Accepts, Arg, BotId, Broadcast, Control, Gain, Hello, Message, Meter, Over, Position, Reply, Said, Tempo, Tick,
    ToBot, ToDirector, messages,
};
use proptest::{collection::vec, option, prelude::*};

fn only(datagram: &[u8]) -> Message<'_> {
    let mut walk = messages(datagram);
    let message = walk.next().expect("one message").expect("well formed");
    assert!(walk.next().is_none(), "nothing else in the datagram");
    message
}

/// The type tags of a single message.
fn tags(datagram: &[u8]) -> Vec<u8> {
    let (_, packet) = rosc::decoder::decode_udp(datagram).expect("an OSC library reads it too");
    let rosc::OscPacket::Message(message) = packet else { panic!("one message") };
    let tag = |arg: &rosc::OscType| match arg {
        rosc::OscType::Int(_) => b'i',
        rosc::OscType::Float(_) => b'f',
        rosc::OscType::String(_) => b's',
        other => panic!("{other:?} travels"),
    };
    message.args.iter().map(tag).collect()
}

// What the wire can carry exactly: floats of 32 bits.
prop_compose! { fn tempo()(bpm in 10.0_f32..=999.0) -> Tempo { Tempo::new(bpm.into()).unwrap() } }
prop_compose! { fn gain()(gain in 0.0_f32..=1.0) -> Gain { Gain::new(gain.into()).unwrap() } }
prop_compose! { fn unit()(x in 0.0_f32..=1.0) -> f64 { x.into() } }
prop_compose! { fn tick()(tick: i32) -> Tick { tick.into() } }
prop_compose! { fn count()(n in 0..=i32::MAX) -> u32 { n as u32 } }

fn id() -> impl Strategy<Value = BotId> {
    "[ -~äß鼓@/_.]{1,40}".prop_map(|name| BotId::new(&name).unwrap())
}

fn text() -> impl Strategy<Value = String> {
    "[ -~äß鼓]{0,40}"
}

fn arg() -> impl Strategy<Value = Arg> {
    prop_oneof![any::<i32>().prop_map(Arg::Int), any::<f32>().prop_map(Arg::Float), text().prop_map(Arg::Text)]
}

fn broadcast() -> impl Strategy<Value = Broadcast> {
    ("[a-zA-Z]{1,12}(/[a-zA-Z]{1,12})?", text(), vec(arg(), 0..20)).prop_map(|(topic, speaker, args)| Broadcast {
        topic,
        speaker,
        args,
    })
}

fn over() -> impl Strategy<Value = Over> {
    let n = || prop_oneof![(0_u32..1000).prop_map(f64::from), 0.0..=Over::MAX];
    prop_oneof![n().prop_map(Over::Bars), n().prop_map(Over::Beats), n().prop_map(Over::Seconds)]
}

fn meter() -> impl Strategy<Value = Meter> {
    (1_u8..=32, prop::sample::select(vec![1, 2, 4, 8, 16])).prop_map(|(n, d)| Meter::new(n, d).unwrap())
}

fn to_bot() -> impl Strategy<Value = ToBot> {
    let position = (tick(), 1..=i32::MAX as u32, 1..=64_u32, 1..=2048_u32)
        .prop_map(|(tick, bar, beat, ticks_per_bar)| Position { tick, bar, beat, ticks_per_bar });
    prop_oneof![
        (tempo(), tick()).prop_map(|(tempo, tick)| ToBot::Time { tempo, tick }),
        meter().prop_map(ToBot::Meter),
        vec("[!-~]{1,20}", 0..12).prop_map(ToBot::AgentList),
        position.prop_map(ToBot::Position),
        count().prop_map(ToBot::Ending),
        Just(ToBot::Hello),
        (gain(), option::of(0.0_f32..=3_600_000.0)).prop_map(|(gain, ms)| ToBot::Gain(gain, ms.map(f64::from))),
        option::of(count()).prop_map(|frames| ToBot::Off { frames }),
        broadcast().prop_map(ToBot::Broadcast),
    ]
}

fn hello() -> impl Strategy<Value = Hello> {
    let words = || vec("[a-z/A-Z= ]{0,20}", 0..6);
    let accepts = any::<[bool; 5]>().prop_map(|[timetags, gain_ramp, position, ending, render]| Accepts {
        timetags,
        gain_ramp,
        position,
        ending,
        render,
    });
    let facts = (option::of(text()), option::of(text()), any::<bool>());
    (words(), words(), words(), facts, accepts).prop_map(
        |(kinds, sends, receives, (version, page, silent), accepts)| Hello {
            kinds,
            sends,
            receives,
            version,
            page,
            silent,
            accepts,
        },
    )
}

fn to_director() -> impl Strategy<Value = ToDirector> {
    let level = || 0.0_f32..1000.0;
    prop_oneof![
        (id(), option::of(1..=u16::MAX)).prop_map(|(id, port)| ToDirector::Alive { id, port }),
        (id(), 1..=u16::MAX, hello()).prop_map(|(id, port, hello)| ToDirector::Hello { id, port, hello }),
        (id(), level(), level()).prop_map(|(id, peak, rms)| ToDirector::Level { id, peak, rms }),
        (id(), level(), level(), count(), count()).prop_map(|(id, p50_ms, p99_ms, n, xruns)| ToDirector::Late {
            id,
            p50_ms,
            p99_ms,
            n,
            xruns,
        }),
        (id(), any::<i32>(), count()).prop_map(|(id, tick, said)| ToDirector::Done { id, tick, said }),
        broadcast().prop_map(ToDirector::Broadcast),
    ]
}

fn control() -> impl Strategy<Value = Control> {
    let over = || option::of(over());
    prop_oneof![
        (tempo(), over()).prop_map(|(tempo, over)| Control::Tempo { tempo, over }),
        (text(), gain(), over()).prop_map(|(who, gain, over)| Control::Gain { who, gain, over }),
        (gain(), over()).prop_map(|(gain, over)| Control::Master { gain, over }),
        (text(), any::<bool>()).prop_map(|(who, on)| Control::Mute { who, on }),
        (text(), any::<bool>()).prop_map(|(who, on)| Control::Solo { who, on }),
        (text(), any::<bool>()).prop_map(|(group, on)| Control::Group { group, on }),
        text().prop_map(|bot| Control::Start { bot }),
        text().prop_map(|bot| Control::Stop { bot }),
        text().prop_map(|bot| Control::Restart { bot }),
        text().prop_map(|name| Control::Section { name }),
        unit().prop_map(|density| Control::Density { density }),
        Just(Control::Tap),
        (-1000.0_f32..=1000.0).prop_map(|ms| Control::Nudge { ms: ms.into() }),
        Just(Control::Panic),
        Just(Control::Quit),
        text().prop_map(|what| Control::Get { what }),
        text().prop_map(|what| Control::Watch { what }),
        any::<bool>().prop_map(|on| Control::Listen { on }),
        text().prop_map(|what| Control::Learn { what }),
    ]
}

fn reply() -> impl Strategy<Value = Reply> {
    prop_oneof![
        text().prop_map(Reply::Ok),
        (text(), text()).prop_map(|(what, advice)| Reply::Error(what, advice)),
        (text(), vec(arg(), 0..10)).prop_map(|(what, values)| Reply::Value(what, values)),
    ]
}

fn said() -> impl Strategy<Value = Said> {
    let chord = vec(-127..=127_i32, 1..8);
    prop_oneof![
        vec(0..=127_u8, 1..16).prop_map(Said::NotePool),
        unit().prop_map(Said::HDensity),
        unit().prop_map(Said::VDensity),
        unit().prop_map(Said::Density),
        vec(1..=16_u8, 1..16).prop_map(Said::Tala),
        (1..=1_000_000_u32).prop_map(Said::PhraseLength),
        (1..=1_000_000_u32).prop_map(Said::Phrases),
        vec(chord, 1..8).prop_map(Said::PlanChords),
        "[A-Za-z0-9]{1,9}".prop_map(Said::Section),
        unit().prop_map(Said::Progress),
        any::<bool>().prop_map(Said::OnOff),
        Just(Said::Initialize),
        Just(Said::Exiting),
        unit().prop_map(Said::Valence),
        unit().prop_map(Said::Arousal),
        ".{0,20}[a-zé!?]"
            .prop_filter("no text on the wire holds a zero", |text| !text.contains('\0'))
            .prop_map(Said::Text),
        ".{0,80}[a-zé!?]"
            .prop_filter("no text on the wire holds a zero", |text| !text.contains('\0'))
            .prop_map(Said::Line),
        vec(unit(), 12).prop_map(|shares| Said::PcProb(shares.try_into().unwrap())),
        (tick(), 1..=16_u8, vec((0..=127_u8, 0.001_f32..=1.0), 1..=16))
            .prop_map(|(tick, channel, notes)| { Said::Onset { tick, channel, notes } }),
    ]
}

/// Equal, where what is not a number equals itself.
fn same(a: &[Arg], b: &[Arg]) -> bool {
    let equal = |(a, b): (&Arg, &Arg)| match (a, b) {
        (Arg::Float(a), Arg::Float(b)) => a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()),
        _ => a == b,
    };
    a.len() == b.len() && a.iter().zip(b).all(equal)
}

proptest! {
    #[test]
    fn what_a_director_says_to_a_bot_is_understood(word in to_bot()) {
        let datagram = word.encode();
        tags(&datagram);
        let heard = ToBot::decode(&only(&datagram)).unwrap();
        match (&heard, &word) {
            (ToBot::Broadcast(a), ToBot::Broadcast(b)) => {
                prop_assert!(a.topic == b.topic && a.speaker == b.speaker && same(&a.args, &b.args));
            }
            _ => prop_assert_eq!(heard, word),
        }
    }

    #[test]
    fn what_a_bot_says_to_the_director_is_understood(word in to_director()) {
        let datagram = word.encode();
        let tags = tags(&datagram);
        prop_assert_eq!(tags[0], b's', "the id comes first");
        let heard = ToDirector::decode(&only(&datagram)).unwrap();
        match (&heard, &word) {
            (ToDirector::Broadcast(a), ToDirector::Broadcast(b)) => {
                prop_assert!(a.topic == b.topic && a.speaker == b.speaker && same(&a.args, &b.args));
            }
            _ => prop_assert_eq!(heard, word),
        }
    }

    #[test]
    fn x7_commands_are_understood(command in control()) {
        let datagram = command.encode();
        let message = only(&datagram);
        prop_assert_eq!(message.address, format!("/director/{}", command.name()));
        prop_assert_eq!(Control::decode(&message).unwrap(), command);
    }

    #[test]
    fn x7_answers_are_understood(reply in reply()) {
        let heard = Reply::decode(&only(&reply.encode())).unwrap();
        match (&heard, &reply) {
            (Reply::Value(a, values), Reply::Value(b, expected)) => prop_assert!(a == b && same(values, expected)),
            _ => prop_assert_eq!(heard, reply),
        }
    }

    #[test]
    fn the_vocabulary_is_understood(said in said()) {
        let broadcast = said.by("somebody");
        let datagram = broadcast.encode();
        let ToBot::Broadcast(heard) = ToBot::decode(&only(&datagram)).unwrap() else { panic!("a broadcast") };
        prop_assert_eq!(&heard.speaker, "somebody");
        prop_assert_eq!(heard.said(), Some(said));
    }

    #[test]
    fn b20_chord_durations_sum_to_one_and_keep_their_shares(shares in vec(0.01..100.0_f64, 1..16)) {
        let sum: f64 = shares.iter().sum();
        let sent = Said::PlanChordDuration(shares.clone());
        let heard = sent.by("melody").said();
        let Some(Said::PlanChordDuration(heard)) = heard else { panic!("{heard:?}") };
        prop_assert!((heard.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        prop_assert_eq!(heard.len(), shares.len());
        for (heard, share) in heard.iter().zip(&shares) {
            prop_assert!((heard - share / sum).abs() < 1e-6);
        }
    }

    #[test]
    fn spans_are_written_as_they_are_read(over in over()) {
        prop_assert_eq!(over.to_string().parse::<Over>().unwrap(), over);
    }
}

#[test]
fn d19_only_a_bot_that_takes_ramps_is_sent_one() {
    let gain = Gain::new(0.5).unwrap();
    assert_eq!(tags(&ToBot::gain_for(Accepts::default(), gain, 50.0).encode()), b"f");
    assert_eq!(tags(&ToBot::gain_for(Accepts::ALL, gain, 50.0).encode()), b"ff");
}

#[test]
fn a_count_beyond_int32_arrives_as_the_largest() {
    let datagram = ToBot::Off { frames: Some(u32::MAX) }.encode();
    assert_eq!(ToBot::decode(&only(&datagram)).unwrap(), ToBot::Off { frames: Some(i32::MAX as u32) });
}

#[test]
fn a_zero_byte_in_text_does_not_shift_what_follows() {
    let datagram = Broadcast::new("section", "a\0b", vec!["c\0d", "e"]).encode();
    let heard = Broadcast::decode(&only(&datagram)).unwrap();
    assert_eq!(heard, Broadcast::new("section", "ab", vec!["cd", "e"]));
}
