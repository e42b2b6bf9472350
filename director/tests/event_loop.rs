//! The director on real sockets: what travels, byte for byte, and what may not stop it. Nothing
//! here asserts how fast anything is.

#[path = "support/hello.rs"]
mod hello;
#[path = "support/live.rs"]
mod live;
#[path = "support/socket_bot.rs"]
mod socket_bot;

use director::{
    ensemble::Ensemble,
    event_loop::{Options, Performance},
};
use live::{Live, ask, in_order, number};
use musebot_protocol::{Control, Reply, Tempo, Tick, TimeTag, time_message};
use socket_bot::{Bot, PATIENCE};
use std::{
    net::UdpSocket,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant, SystemTime},
};

/// One bot whose process does nothing and whose words are the test's: ticks begin with it.
const PUPPET: &str = "wait = 60\ntempo = 300\n[[bot]]\nid = \"a\"\nprogram = \"./puppet\"\noutput = \"null\"\n";

fn get(what: &str) -> Control {
    Control::Get { what: what.into() }
}

/// An OSC string: ended by a zero, padded to four bytes.
fn osc(text: &[u8]) -> Vec<u8> {
    let mut bytes = text.to_vec();
    bytes.resize((text.len() + 4) & !3, 0);
    bytes
}

fn message(address: &str, tags: &str, args: &[u8]) -> Vec<u8> {
    [osc(address.as_bytes()), osc(tags.as_bytes()), args.to_vec()].concat()
}

#[test]
fn d2_d3_ticks_are_fi_byte_for_byte_and_count_from_0_without_a_gap() {
    let live = Live::play(PUPPET);
    let bot = live.bot("a");
    let ticks = bot.hear_ticks(200);
    for (n, tick) in ticks.iter().enumerate() {
        let mut meant = b"/mc/time\0\0\0\0,fi\0".to_vec();
        meant.extend(300.0_f32.to_be_bytes());
        meant.extend((n as i32).to_be_bytes());
        assert_eq!(*tick, meant);
    }
}

#[test]
fn d5_a_change_of_tempo_shows_and_no_tick_is_lost_over_it() {
    let live = Live::play(PUPPET);
    let bot = live.bot("a");
    let mut ticks = bot.hear_ticks(20);
    let tempo = Tempo::new(600.0).unwrap();
    assert_eq!(live.ask(&Control::Tempo { tempo, over: None }), [Reply::Ok("tempo".into())]);
    ticks.extend(bot.hear_ticks(60));
    in_order(&ticks);
    let last = ticks.last().unwrap();
    assert_eq!(*last, time_message(tempo, Tick(number(last).into())));
}

#[test]
fn d4_after_so_much_time_so_many_ticks_have_come() {
    let live = Live::play(PUPPET);
    let bot = live.bot("a");
    bot.hear_ticks(1);
    let begun = Instant::now();
    let ticks = bot.hear_ticks(240); // 3 s at 300 bpm
    in_order(&ticks);
    // Only what cannot be by accident: ticks neither come at once nor at half the speed.
    let took = begun.elapsed().as_secs_f64();
    assert!((2.5..6.0).contains(&took), "{took}");
}

#[test]
fn x3_a_bot_that_accepts_timetags_gets_each_tick_in_a_bundle_that_says_when_it_sounds() {
    let live = Live::play(&format!("latency-ms = 2000\n{PUPPET}"));
    let bot = live.bot("a");
    bot.hello("timetags");
    let mut tags = Vec::new();
    for tick in bot.hear_ticks(40) {
        assert_eq!((tick.len(), &tick[..8]), (44, b"#bundle\0".as_slice()));
        let tag = u64::from_be_bytes(tick[8..16].try_into().unwrap());
        let sounds = TimeTag(tag).to_system_time().expect("an instant");
        tags.push((number(&tick), sounds));
        assert_eq!(tick[20..], time_message(Tempo::new(300.0).unwrap(), Tick(number(&tick).into())));
    }
    let ahead = tags.last().unwrap().1.duration_since(SystemTime::now()).expect("it sounds later than it is sent");
    assert!(ahead <= Duration::from_secs(2), "D is 2 s, and it sounds in {ahead:?}");
    let mut steps: Vec<f64> = tags.windows(2).map(|t| t[1].1.duration_since(t[0].1).unwrap().as_secs_f64()).collect();
    steps.sort_by(f64::total_cmp);
    let median = steps[steps.len() / 2];
    assert!((median - 0.0125).abs() < 0.001, "16 ticks of a beat at 300 bpm take 12.5 ms each, not {median}");
    let numbers: Vec<i32> = tags.iter().map(|t| t.0).collect();
    assert_eq!(numbers, (numbers[0]..numbers[0] + 40).collect::<Vec<_>>());
}

#[test]
fn d20_d21_d22_broadcasts_arrive_byte_for_byte_everywhere_their_speaker_included() {
    let live = Live::play("");
    let (a, b) = (live.bot("a"), live.bot("b"));
    a.hear_one(b"/mc/agentList\0\0\0,ss\0");
    let captured = include_str!("../../protocol/tests/golden/captured.txt");
    let golden = captured.lines().find(|l| l.contains("/broadcast/notepool 2f")).unwrap().rsplit(' ').next().unwrap();
    let golden: Vec<u8> =
        (0..golden.len()).step_by(2).map(|i| u8::from_str_radix(&golden[i..i + 2], 16).unwrap()).collect();
    let odd = [
        golden,
        message("/broadcast/hdensity", ",sf", &[osc(b"a"), 0.5_f32.to_be_bytes().to_vec()].concat()),
        message("/broadcast/plan/chords", ",sss", &[osc(b"a"), osc(b"0 3 7 10"), osc(b"11 15 18 21")].concat()),
        message("/broadcast/a/b/c/d", ",s", &osc(b"an id with spaces")),
        message("/broadcast/odd", ",sTFNI", &osc(b"a")),
        message("/broadcast/odd", ",shtd", &[osc(b"a"), vec![1; 24]].concat()),
        message("/broadcast/odd", ",sb", &[osc(b"a"), vec![0, 0, 0, 3, 9, 9, 9, 0]].concat()),
        message("/broadcast/odd", ",s[ii]c", &[osc(b"a"), vec![7; 12]].concat()),
        message("/broadcast/latin1", ",s", &osc(b"caf\xe9")),
        message("/broadcast/no-id", ",f", &0.5_f32.to_be_bytes()),
        message("/broadcast/empty", ",", b""),
        osc(b"/broadcast/untagged"),
        message("/broadcast/long", ",s", &osc(&[b'x'; 60_000])),
    ];
    for datagram in &odd {
        a.say(datagram);
        for bot in [&a, &b] {
            let heard = bot.hear_one(b"/broadcast/");
            assert_eq!(heard, *datagram, "{}", String::from_utf8_lossy(&datagram[..datagram.len().min(60)]));
        }
    }
}

#[test]
fn d20_what_comes_in_a_bundle_is_passed_on_message_by_message() {
    let live = Live::play("");
    let (a, b) = (live.bot("a"), live.bot("b"));
    a.hear_one(b"/mc/agentList\0\0\0,ss\0");
    let said = message("/broadcast/tala", ",sii", &[osc(b"a"), vec![0, 0, 0, 3, 0, 0, 0, 4]].concat());
    let mut bundle = b"#bundle\0\0\0\0\0\0\0\0\x01".to_vec();
    for _ in 0..2 {
        bundle.extend((said.len() as u32).to_be_bytes());
        bundle.extend(&said);
    }
    a.say(&bundle);
    assert_eq!(b.hear_one(b"/broadcast/"), said);
    assert_eq!(b.hear_one(b"/broadcast/"), said);
}

#[test]
fn d21_without_echo_a_bot_does_not_hear_itself() {
    let live = Live::play("echo = false");
    let (a, b) = (live.bot("a"), live.bot("b"));
    a.hear_one(b"/mc/agentList\0\0\0,ss\0");
    a.say(&message("/broadcast/one", ",s", &osc(b"a")));
    b.hear_one(b"/broadcast/one");
    b.say(&message("/broadcast/two", ",s", &osc(b"b")));
    let heard = a.hear(|h| h.last().is_some_and(|d| d.starts_with(b"/broadcast/two")));
    assert!(!heard.iter().any(|d| d.starts_with(b"/broadcast/one")));
}

#[test]
fn a_bot_that_takes_the_directors_port_for_its_own_does_not_make_every_word_echo_for_ever() {
    let live = Live::play("");
    let (a, mistaken) = (live.bot("a"), Bot::new("mistaken", live.address));
    mistaken.say(&message(
        "/agent/alive",
        ",si",
        &[osc(b"mistaken"), i32::from(live.address.port()).to_be_bytes().to_vec()].concat(),
    ));
    a.hear_one(b"/mc/agentList\0\0\0,ss\0");
    for word in ["/broadcast/one", "/broadcast/two", "/broadcast/three"] {
        a.say(&message(word, ",s", &osc(b"a")));
        let heard = a.hear(|h| h.last().is_some_and(|d| d.starts_with(word.as_bytes())));
        assert_eq!(heard.iter().filter(|d| d.starts_with(b"/broadcast/")).count(), 1, "each word comes once");
    }
}

#[test]
fn d25_odd_heartbeats_harm_nobody() {
    let live = Live::play("");
    let a = live.bot("a");
    for odd in [
        message("/agent/alive", ",i", &[0, 0, 0, 7]),
        message("/agent/alive", ",", b""),
        osc(b"/agent/alive"),
        message("/agent/alive", ",ss", &[osc(b"who"), osc(b"are you")].concat()),
        message("/agent/alive", ",s", &osc(&[b'i'; 4096])),
        message("/agent/alive", ",s", &osc(b"\xff\xfe")),
        message("/agent/alive", ",s", &osc(b"")),
        message("/agent/alive", ",si", &[osc(b"x"), 70_000_i32.to_be_bytes().to_vec()].concat()),
        message("/agent/alive", ",si", &[osc(b"x"), (-1_i32).to_be_bytes().to_vec()].concat()),
    ] {
        a.say(&odd);
    }
    let b = live.bot("b");
    assert_eq!(
        b.hear_one(b"/mc/agentList\0\0\0,ss\0"),
        message("/mc/agentList", ",ss", &[osc(b"a"), osc(b"b")].concat())
    );
}

#[test]
fn d26_junk_harms_nobody() {
    let live = Live::play(PUPPET);
    let bot = live.bot("a");
    let mut ticks = bot.hear_ticks(10);
    let bundle = |inside: &[u8]| {
        let size = (inside.len() as u32).to_be_bytes();
        [b"#bundle\0\0\0\0\0\0\0\0\x01".as_slice(), &size, inside].concat()
    };
    let deep = (0..30).fold(message("/broadcast/deep", ",", b""), |inside, _| bundle(&inside));
    for junk in [
        Vec::new(),
        vec![0; 4],
        b"hello\n".to_vec(),
        vec![255; 2000],
        b"#bundle".to_vec(),
        b"#bundle\0".to_vec(),
        bundle(b""),
        bundle(&[0xff; 7]),
        bundle(&bundle(&message("/agent/alive", ",i", &[0; 4]))),
        deep,
        message("/broadcast/cut", ",sb", &[osc(b"a"), vec![0, 0, 200, 0, 1]].concat()),
        message("/agent/alive", ",TFNht", &[0; 16]),
        message("/agent/level", ",s", &osc(b"a")),
        message("/agent/done", ",sii", &[osc(b"a"), vec![255; 8]].concat()),
        message("/mc/time", ",fi", &[1; 8]),
        message("/unknown/address", ",s", &osc(b"a")),
        osc(b"/broadcast/"),
    ] {
        bot.say(&junk);
        let _ = ask(live.control, &message("/director/get", ",s", &osc(b"tempo")));
        let control = UdpSocket::bind("127.0.0.1:0").unwrap();
        control.send_to(&junk, live.control).unwrap();
    }
    ticks.extend(bot.hear_ticks(100));
    in_order(&ticks);
}

#[test]
fn d36_a_dead_bots_port_stops_neither_ticks_nor_broadcasts() {
    let live = Live::play(PUPPET);
    let bot = live.bot("a");
    let mut ticks = bot.hear_ticks(10);
    drop(live.bot("dead-1"));
    drop(live.bot("dead-2"));
    ticks.extend(bot.hear_ticks(30));
    for n in 0..50_i32 {
        let said = message("/broadcast/n", ",si", &[osc(b"a"), n.to_be_bytes().to_vec()].concat());
        bot.say(&said);
        let heard = bot.hear(|h| h.last().is_some_and(|d| d.starts_with(b"/broadcast/n")));
        assert_eq!(heard.last(), Some(&said));
        ticks.extend(heard.into_iter().filter(|d| d.starts_with(b"/mc/time\0")));
    }
    ticks.extend(bot.hear_ticks(30));
    in_order(&ticks);
}

#[test]
fn d37_a_flood_of_5000_messages_a_second_costs_no_tick() {
    let live = Live::play(PUPPET);
    let bot = live.bot("a");
    let mut ticks = bot.hear_ticks(10);
    let flooder = live.bot("flooder");
    let flood = std::thread::spawn(move || {
        let said = message("/broadcast/centroid", ",sf", &[osc(b"flooder"), vec![0; 4]].concat());
        let begun = Instant::now();
        for burst in 0..300_u32 {
            (0..50).for_each(|_| flooder.say(&said));
            std::thread::sleep((begun + burst * Duration::from_millis(10)).saturating_duration_since(Instant::now()));
        }
    });
    let mut flooded = 0;
    while !flood.is_finished() {
        let heard = bot.hear(|h| h.last().is_some_and(|d| d.starts_with(b"/mc/time\0")));
        flooded += heard.iter().filter(|d| d.starts_with(b"/broadcast/centroid")).count();
        ticks.extend(heard.into_iter().filter(|d| d.starts_with(b"/mc/time\0")));
    }
    flood.join().unwrap();
    ticks.extend(bot.hear_ticks(20));
    in_order(&ticks);
    assert!(ticks.len() > 200 && flooded > 5000, "{} ticks among {flooded} broadcasts", ticks.len());
}

#[test]
fn a_bot_that_talks_as_fast_as_it_can_does_not_make_the_director_deaf() {
    let live = Live::play("tempo = 90");
    let bot = live.bot("a");
    bot.hear_one(b"/mc/hello\0");
    let stop = Arc::new(AtomicBool::new(false));
    let flooders: Vec<_> = (0..2)
        .map(|_| {
            let (stop, flooder) = (stop.clone(), Bot::new("flooder", live.address));
            std::thread::spawn(move || {
                let said = message("/broadcast/centroid", ",sf", &[osc(b"flooder"), vec![0; 4]].concat());
                while !stop.load(Relaxed) {
                    flooder.say(&said);
                }
            })
        })
        .collect();
    // Without its turn a terminal is answered only when the flood happens to pause: once a second or so.
    let begun = Instant::now();
    for n in 0..100 {
        assert_eq!(live.ask(&get("tempo")).last(), Some(&Reply::Ok("get".into())));
        assert!(begun.elapsed() < PATIENCE, "{n} answers in {PATIENCE:?}");
    }
    stop.store(true, Relaxed);
    flooders.into_iter().for_each(|f| f.join().unwrap());
}

#[test]
fn x7_terminals_are_answered_on_loopback_whatever_they_say() {
    let live = Live::play("tempo = 90");
    assert!(live.control.ip().is_loopback());
    assert_eq!(live.ask(&get("tempo")), [Reply::Value("tempo".into(), vec![90.0.into()]), Reply::Ok("get".into())]);
    for wrong in [message("/director/dance", ",", b""), message("/director/tempo", ",s", &osc(b"fast")), b"hm".to_vec()]
    {
        let answer = ask(live.control, &wrong);
        assert!(matches!(&answer[..], [Reply::Error(_, advice)] if advice.contains("--help")), "{answer:?}");
    }
}

#[test]
fn x7_the_control_port_stays_on_loopback_when_the_director_listens_to_the_world() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let ensemble = Ensemble::parse("", "band.toml").unwrap();
        let options =
            Options { listen: ([0, 0, 0, 0], 0).into(), control: Some(0), seed: 7, status: false, death_signal: true };
        let performance = Performance::open(ensemble, &options).unwrap();
        assert!(performance.address().unwrap().ip().is_unspecified());
        assert!(performance.control_address().unwrap().ip().is_loopback());
    });
}

#[test]
fn d1_the_port_can_be_chosen_and_a_taken_one_is_said_clearly() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let open = |port| {
            let ensemble = Ensemble::parse("", "band.toml").unwrap();
            let listen = ([127, 0, 0, 1], port).into();
            let options = Options { listen, control: Some(0), seed: 7, status: false, death_signal: true };
            Performance::open(ensemble, &options)
        };
        let free = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let first = open(free).unwrap();
        assert_eq!(first.address().unwrap().port(), free);
        let second = open(free).map(drop).unwrap_err().to_string();
        assert!(second.contains(&format!("127.0.0.1:{free}: the port is taken")), "{second}");
        assert!(second.contains("--listen"), "{second}");
    });
}
