//! Nothing that arrives can make us panic, hang or grow without bound (D25, D26, B25).

use musebot_protocol::{
    Arg, BotId, Broadcast, ConfigTxt, Control, MAX_DATAGRAM, MAX_DEPTH, Message, Meter, PacketError, Reply, Said,
    Temperament, Tempo, Tick, TimeTag, ToBot, ToDirector, messages, time_bundle,
};
use proptest::{collection::vec, prelude::*};
use std::time::{Duration, Instant};

/// Reads a datagram as everybody would, and says how many messages and errors it held.
fn read_in_every_way(datagram: &[u8]) -> (usize, usize) {
    let (mut whole, mut broken) = (0, 0);
    for message in messages(datagram) {
        let Ok(message) = message else {
            broken += 1;
            continue;
        };
        whole += 1;
        let _ = message.topic();
        let _ = message.args();
        let _ = message.timetag.map(TimeTag::to_system_time);
        let _ = ToDirector::decode(&message);
        let _ = Control::decode(&message);
        let _ = Reply::decode(&message);
        match ToBot::decode(&message) {
            Ok(ToBot::Broadcast(broadcast)) => drop(broadcast.said()),
            // Counting on from a tick must not overflow.
            Ok(ToBot::Time { tick, tempo }) => drop((tick + 1, tick - Tick(i64::from(i32::MIN)), tempo.tick_period())),
            _ => {}
        }
    }
    // Four bytes of size and four of content are the least that an element takes.
    assert!(whole + broken <= datagram.len() / 4 + 1, "more messages than bytes could hold");
    (whole, broken)
}

/// One valid datagram of every kind.
fn valid() -> Vec<Vec<u8>> {
    let id = BotId::new("bass").unwrap();
    let tempo = Tempo::new(96.0).unwrap();
    let plan = Said::PlanChords(vec![vec![0, 4, 7], vec![5, 9, 12]]).by("melody");
    vec![
        time_bundle(tempo, Tick(1), TimeTag(3_900_000_000 << 32)).to_vec(),
        ToBot::Time { tempo, tick: Tick(1) }.encode(),
        ToBot::Meter(Meter::default()).encode(),
        ToBot::AgentList(vec!["bass".to_owned(), "drums".to_owned()]).encode(),
        ToBot::Broadcast(plan).encode(),
        ToBot::Off { frames: Some(48_000) }.encode(),
        ToDirector::Alive { id: id.clone(), port: Some(7475) }.encode(),
        ToDirector::Late { id: id.clone(), p50_ms: 0.1, p99_ms: 0.2, n: 16, xruns: 0 }.encode(),
        ToDirector::Hello { id, port: 7475, hello: musebot_protocol::Hello::default() }.encode(),
        Control::Tempo { tempo, over: Some("8bars".parse().unwrap()) }.encode(),
        Reply::Error("tempo".to_owned(), "say 10 to 999".to_owned()).encode(),
    ]
}

fn bundle(elements: &[u8]) -> Vec<u8> {
    let mut bytes = b"#bundle\0\0\0\0\0\0\0\0\x01".to_vec();
    bytes.extend(elements);
    bytes
}

fn element(content: &[u8]) -> Vec<u8> {
    let mut bytes = (content.len() as u32).to_be_bytes().to_vec();
    bytes.extend(content);
    bytes
}

fn nested(levels: usize, innermost: &[u8]) -> Vec<u8> {
    (0..levels).fold(innermost.to_vec(), |inner, _| bundle(&element(&inner)))
}

fn message(address: &str, tags: &[u8], values: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for text in [address.as_bytes(), tags] {
        bytes.extend(text);
        bytes.extend([0; 4].into_iter().take(4 - text.len() % 4));
    }
    bytes.extend(values);
    bytes
}

fn in_time<T>(work: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let result = work();
    assert!(begun.elapsed() < Duration::from_secs(2), "took {:?}", begun.elapsed());
    result
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn d26_random_bytes_never_panic(bytes in vec(any::<u8>(), 0..400)) {
        read_in_every_way(&bytes);
    }

    #[test]
    fn d26_random_bytes_behind_a_plausible_beginning_never_panic(
        head in prop::sample::select(vec![
            "#bundle\0", "#bundle\0\0\0\0\0\0\0\0\x01\0\0\0\x10/", "/agent/alive\0\0\0\0,s\0\0", "/mc/time\0\0\0\0,", "/broadcast/",
            "/agent/hello\0\0\0\0,sisss\0\0", "/director/gain\0\0,sfs\0\0\0\0", "/broadcast/tala\0,sb[ihfdTFNI]\0\0",
        ]),
        bytes in vec(any::<u8>(), 0..200),
    ) {
        read_in_every_way(&[head.as_bytes(), &bytes].concat());
    }

    #[test]
    fn d26_flipped_bytes_never_panic(which in 0..11_usize, flips in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut datagram = valid().swap_remove(which);
        for (at, byte) in flips {
            let at = at.index(datagram.len());
            datagram[at] = byte;
        }
        read_in_every_way(&datagram);
    }

    #[test]
    fn text_files_and_flags_never_panic(text in "\\PC{0,80}") {
        let _ = ConfigTxt::parse(&text);
        let _ = (BotId::new(&text), BotId::strict(&text), text.parse::<Meter>(), text.parse::<Tempo>());
        let _ = (text.parse::<musebot_protocol::Over>(), text.parse::<Temperament>());
        let _ = (text.parse::<musebot_protocol::Key>(), text.parse::<musebot_protocol::Gain>());
    }

    #[test]
    fn b19_any_arguments_of_any_topic_are_survived(
        topic in prop::sample::select(vec![
            "notepool", "hdensity", "tala", "phraselength", "phrases", "plan/chords", "plan/chordDuration", "pcprob",
            "section", "progress", "onoff", "initialize", "exiting", "activity", "onset", "text", "line", "nonsense",
        ]),
        args in vec(prop_oneof![
            any::<i32>().prop_map(Arg::Int), any::<f32>().prop_map(Arg::Float), "\\PC{0,12}".prop_map(Arg::Text),
            "[-0-9. e]{0,12}".prop_map(Arg::Text),
        ], 0..20),
    ) {
        match Said::read(topic, &args) {
            Some(Said::HDensity(x) | Said::VDensity(x) | Said::Progress(x)) => prop_assert!((0.0..=1.0).contains(&x)),
            Some(Said::NotePool(pitches)) => prop_assert!(!pitches.is_empty() && pitches.iter().all(|p| *p < 128)),
            Some(Said::Tala(groups)) => prop_assert!(!groups.is_empty() && !groups.contains(&0)),
            Some(Said::PlanChords(chords)) => prop_assert!(!chords.is_empty() && chords.iter().all(|c| !c.is_empty())),
            Some(Said::PlanChordDuration(shares)) => prop_assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-6),
            Some(Said::PhraseLength(n) | Said::Phrases(n)) => prop_assert!(n >= 1),
            Some(Said::Onset { channel, notes, .. }) => {
                prop_assert!((1..=16).contains(&channel) && (1..=16).contains(&notes.len()));
                prop_assert!(notes.iter().all(|(pitch, velocity)| *pitch < 128 && *velocity > 0.0 && *velocity <= 1.0));
            }
            _ => {}
        }
    }
}

#[test]
fn d26_whatever_is_cut_off_is_an_error() {
    for datagram in valid() {
        assert_eq!(read_in_every_way(&datagram), (1, 0));
        for length in 0..datagram.len() {
            let (whole, _) = read_in_every_way(&datagram[..length]);
            // A bundle's head alone is a bundle of nothing, an address alone a message of old senders.
            let plausible = messages(&datagram[..length]).all(|m| m.is_ok_and(|m| m.args() == Ok(Vec::new())));
            assert!(whole == 0 || plausible, "{length} bytes of {:?}", String::from_utf8_lossy(&datagram));
        }
    }
}

#[test]
fn d26_an_empty_datagram_and_plain_text_are_named() {
    let first = |bytes| messages(bytes).next().unwrap().unwrap_err();
    assert_eq!(first(b""), PacketError::Empty);
    assert_eq!(first(b"GET / HTTP/1.1\r\n"), PacketError::NotOsc);
    assert_eq!(first(b"#bundle\0\0\0"), PacketError::Cut);
    assert_eq!(first(b"/no-end"), PacketError::Cut);
    assert_eq!(first(b"/\xff\0\0"), PacketError::NotUtf8);
    assert_eq!(first(&message("/a", b",q", b"")), PacketError::Tag(b'q'));
}

#[test]
fn d26_a_truncated_blob_is_cut() {
    let datagram = message("/broadcast/x", b",sb", b"me\0\0\0\0\x01\0abcd");
    assert_eq!(messages(&datagram).next(), Some(Err(PacketError::Cut)));
    let negative = message("/broadcast/x", b",sb", b"me\0\0\xff\xff\xff\xffabcd");
    assert_eq!(messages(&negative).next(), Some(Err(PacketError::Cut)));
}

#[test]
fn d26_bundles_in_bundles_are_read_to_a_depth_and_refused_beyond() {
    let tick = ToBot::Time { tempo: Tempo::default(), tick: Tick(7) }.encode();
    for levels in 0..=MAX_DEPTH {
        assert_eq!(read_in_every_way(&nested(levels, &tick)), (1, 0), "{levels} deep");
    }
    for levels in MAX_DEPTH + 1..=20 {
        let mut walk = nested(levels, &tick);
        assert_eq!(messages(&walk).collect::<Vec<_>>(), [Err(PacketError::TooDeep)], "{levels} deep");
        walk.truncate(walk.len() - 1);
        assert_eq!(read_in_every_way(&walk).0, 0);
    }
}

#[test]
fn d26_a_broken_element_does_not_hide_its_neighbours() {
    let tick = element(&ToBot::Hello.encode());
    let datagram = bundle(&[tick.clone(), element(b"junk"), element(&message("/a", b",q", b"")), tick].concat());
    assert_eq!(read_in_every_way(&datagram), (2, 2));
}

#[test]
fn d26_an_element_that_reaches_beyond_its_bundle_ends_that_bundle_only() {
    let tick = element(&ToBot::Hello.encode());
    let liar = element(&bundle(&[0x7f, 0xff, 0xff, 0xfc, b'/', 0, 0, 0]));
    assert_eq!(read_in_every_way(&bundle(&[liar, tick].concat())), (1, 1));
}

#[test]
fn d26_sixty_four_kibibytes_of_bundle_heads_are_read_at_once() {
    let heads: Vec<u8> = b"#bundle\0\0\0\0\0\0\0\0\x01".iter().copied().cycle().take(MAX_DATAGRAM).collect();
    in_time(|| read_in_every_way(&heads));
    let empty_bundles: Vec<u8> = element(&bundle(b"")).into_iter().cycle().take(20 * 3275).collect();
    assert_eq!(in_time(|| read_in_every_way(&bundle(&empty_bundles))), (0, 0));
    let zeros = vec![0; MAX_DATAGRAM];
    in_time(|| read_in_every_way(&bundle(&zeros)));
    assert!(nested(3000, b"/a\0\0").len() <= MAX_DATAGRAM);
    assert_eq!(in_time(|| read_in_every_way(&nested(3000, b"/a\0\0"))), (0, 1));
}

#[test]
fn d26_arrays_thirty_thousand_deep_do_not_overflow_the_stack() {
    let deep = 32_000;
    for tags in [[b"[".repeat(deep), b"]".repeat(deep)].concat(), b"[".repeat(2 * deep), b"]".repeat(2 * deep)] {
        let datagram = message("/broadcast/x", &[b",".as_slice(), &tags].concat(), b"");
        let stack = 256 * 1024; // as small as a thread of a busy program may have
        let read = std::thread::Builder::new().stack_size(stack).spawn(move || read_in_every_way(&datagram));
        assert_eq!(read.unwrap().join().unwrap(), (1, 0));
    }
}

#[test]
fn d26_the_longest_of_everything_is_read_in_time() {
    let many = message("/broadcast/notepool", &[b",s".as_slice(), &b"T".repeat(60_000)].concat(), b"me\0\0");
    assert_eq!(in_time(|| read_in_every_way(&many)), (1, 0));
    let long = Broadcast::new("plan/chords", "me", "0 ".repeat(32_000)).encode();
    assert_eq!(in_time(|| read_in_every_way(&long)), (1, 0));
    let Some(Said::PlanChords(chords)) = Broadcast::decode(&messages(&long).next().unwrap().unwrap()).unwrap().said()
    else {
        panic!("chords")
    };
    assert!(chords[0].len() <= 32, "a chord has an end");
}

fn alive(tags: &[u8], values: &[u8]) -> Result<ToDirector, PacketError> {
    let datagram = message("/agent/alive", tags, values);
    let message: Message = messages(&datagram).next().unwrap()?;
    ToDirector::decode(&message)
}

#[test]
fn d25_odd_heartbeats_are_errors_or_names_and_nothing_else() {
    let bad = Err(PacketError::Arguments("/agent/alive"));
    assert_eq!(alive(b",i", &[0, 0, 0, 1]), bad);
    assert_eq!(alive(b",", b""), bad);
    assert_eq!(alive(b"", b""), Err(PacketError::Cut));
    assert_eq!(alive(b",s", b"\0\0\0\0"), bad, "an empty name");
    let long = "x".repeat(4096);
    assert_eq!(alive(b",s", format!("{long}\0\0\0\0").as_bytes()), bad, "a name of 4 KiB");
    assert_eq!(alive(b",s", b"\xff\xfe\xfd\0"), Err(PacketError::NotUtf8));
    let id = BotId::new("bass").unwrap();
    let two = alive(b",ss", b"bass\0\0\0\0viol\0\0\0\0");
    assert_eq!(two, Ok(ToDirector::Alive { id: id.clone(), port: None }), "what is no port is none");
    let far = alive(b",si", b"bass\0\0\0\0\0\x01\0\0");
    assert_eq!(far, Ok(ToDirector::Alive { id, port: None }), "65536 is no port");
}

#[test]
fn d25_an_address_alone_without_type_tags_is_a_message_without_arguments() {
    let datagram = b"/agent/off\0\0";
    let message = messages(datagram).next().unwrap().unwrap();
    assert_eq!(message.args(), Ok(Vec::new()));
    assert_eq!(ToBot::decode(&message), Ok(ToBot::Off { frames: None }));
}
