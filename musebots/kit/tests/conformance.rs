//! What a bot must do, black box: a real process, real datagrams, a conductor that is not there.
//! Facts that take longer than five seconds are shown on virtual time, inside the kit.

mod support;

use musebot_protocol::{Arg, Broadcast, Gain, ToBot, ToDirector};
use std::{
    net::UdpSocket,
    time::{Duration, Instant},
};
use support::*;

fn config(id: &str, director: u16, port: u16) -> String {
    format!("id {id}\nmc_hostname localhost\nmc_listen_port {director}\nmy_listen_port {port}\noutput_channels 2\n")
}

#[test]
fn b12_it_fades_and_exits_with_0_though_nobody_reads_its_lines_any_more() {
    let mut c = Conductor::new();
    c.launch(&[]);
    c.wait("it plays", |c| {
        !c.said("where").is_empty() || {
            c.send_bytes(&bare(0));
            false
        }
    });
    drop(c.child.as_mut().unwrap().stderr.take());
    c.signal("-TERM");
    assert_eq!(c.wait_for_exit().code(), Some(0), "a line that cannot be written is no reason to break off");
}

#[test]
fn b1_it_reads_config_txt_from_its_folder_whatever_else_is_in_there() {
    let (mut c, port) = (Conductor::new(), Conductor::free_port());
    let text = format!(
        "id walker\r\n\r\n# a comment\r\nmc_hostname localhost\r\nmc_listen_port {}\r\nmy_listen_port {port}\r\n\
         output_channels 2\r\nhannels 2\r\nid other",
        c.port()
    );
    c.launch_by_config(&text);
    c.wait("a heartbeat", |c| !c.beats().is_empty());
    assert!(matches!(&c.heard[0].said, Some(ToDirector::Alive { id, .. }) if id.as_str() == "walker"));
}

#[test]
fn b2_the_first_heartbeat_comes_before_anything_that_takes_time() {
    let mut c = Conductor::new();
    let director = format!("127.0.0.1:{}", c.port());
    c.start(&["--director", &director, "--output", "null", "--slow-start", "10000"], &[]);
    c.wait("a heartbeat and its hello", |c| c.addresses().len() >= 2);
    let first = c.beats()[0] - c.started;
    eprintln!("first heartbeat after {first:?}");
    // Loading takes ten seconds: the cause is shown, whatever this machine is busy with.
    assert!(first < Duration::from_secs(5), "{first:?}");
    assert!(c.addresses()[0] == "/agent/alive" && c.addresses()[1] == "/agent/hello");
}

#[test]
fn b3_beats_at_most_every_400_ms_after_the_first() {
    let mut c = Conductor::new();
    c.launch(&[]);
    c.wait("twelve heartbeats", |c| c.beats().len() >= 12);
    let beats = c.beats();
    let mean = (beats[11] - beats[0]) / 11;
    eprintln!("mean distance {mean:?}");
    assert!((390..=450).contains(&mean.as_millis()), "{mean:?}");
    assert!(beats.windows(2).all(|w| w[1] - w[0] < Duration::from_secs(1)));
}

#[test]
fn b4_and_b30_the_id_is_that_of_config_txt_byte_for_byte_in_all_three_forms() {
    for id in ["ae_WalkingBassBOT@Mac-mini.local", "ae_WalkingBassBOT", "ae_WalkingBassBOT_7475"] {
        let (mut c, port) = (Conductor::new(), Conductor::free_port());
        c.launch_by_config(&config(id, c.port(), port));
        c.wait("a heartbeat", |c| !c.beats().is_empty());
        assert_eq!(c.heard[0].bytes, osc("/agent/alive", "s", &[], &[id]));
    }
}

#[test]
fn b5_it_listens_where_config_txt_says_and_sends_to_where_the_conductor_listens() {
    let (mut c, port) = (Conductor::new(), Conductor::free_port());
    c.launch_by_config(&config("parrot", c.port(), port));
    c.wait("a heartbeat", |c| !c.beats().is_empty());
    c.bot = Some(([127, 0, 0, 1], port).into());
    c.send(&ToBot::Broadcast(Broadcast::new("tala", "drums", [3, 3, 2])));
    c.wait("its being heard", |c| c.repeated("tala") == 1);
}

#[test]
fn b6_a_tick_may_come_as_fi_ii_ff_di_hi_or_text() {
    let mut c = Conductor::new();
    c.launch(&[]);
    let forms: [(&str, &[f64], &[&str]); 6] = [
        ("fi", &[120.0, 0.0], &[]),
        ("ii", &[120.0, 64.0], &[]),
        ("ff", &[120.0, 128.0], &[]),
        ("di", &[120.0, 192.0], &[]),
        ("fh", &[120.0, 256.0], &[]),
        ("ss", &[], &["120.0", "320"]),
    ];
    for (n, (tags, values, texts)) in forms.into_iter().enumerate() {
        c.send_bytes(&osc("/mc/time", tags, values, texts));
        c.wait("a bar line", |c| c.said("where").len() > n);
        let tick = c.said("where").last().and_then(Broadcast::number);
        assert_eq!(tick, Some(n as f64 * 64.0), "{tags}");
    }
    // And those that are none do no harm.
    c.send_bytes(&osc("/mc/time", "f", &[120.0], &[]));
    c.send_bytes(&osc("/mc/time", "", &[], &[]));
    c.send_bytes(&osc("/mc/time", "fi", &[120.0, 384.0], &[]));
    c.wait("the next bar line", |c| c.said("where").len() == 7);
}

#[test]
fn b7_the_first_tick_may_be_80704_and_ticks_may_jump_and_restart() {
    let mut c = Conductor::new();
    c.launch(&[]);
    c.ticks(80_704..80_710, 960.0, bare);
    c.ticks(128..134, 960.0, bare);
    c.ticks(0..6, 960.0, bare);
    c.wait("the last bar line", |c| c.said("where").iter().any(|s| s.number() == Some(0.0)));
    // Between the series, ticks may have been made up beyond another bar line.
    let sent = [80_704.0, 128.0, 0.0];
    let ticks = c.said("where").into_iter().filter_map(|s| s.number()).filter(|n| sent.contains(n));
    assert_eq!(ticks.collect::<Vec<_>>(), sent);
}

#[test]
fn b8_it_plays_through_lost_ticks() {
    let mut c = Conductor::new();
    c.launch(&[]);
    // The bar line at 64 is among the lost: it is made up.
    c.ticks(0..61, 120.0, stamped);
    c.wait("the bar line that nobody sent", |c| c.said("where").len() >= 2);
    assert_eq!(c.said("where")[1].number(), Some(64.0));
}

#[test]
fn b9_and_b10_a_beat_is_16_ticks_and_a_bar_four_beats_until_a_meter_comes() {
    let mut c = Conductor::new();
    c.launch(&[]);
    c.ticks(0..65, 480.0, bare);
    c.wait("two bar lines", |c| c.said("where").len() >= 2);
    let place = |s: &Broadcast| s.args.iter().filter_map(Arg::whole).collect::<Vec<_>>();
    assert_eq!(c.said("where").iter().take(2).map(place).collect::<Vec<_>>(), [[0, 1, 1], [64, 2, 1]]);
}

#[test]
fn b13_told_off_with_or_without_arguments_it_fades_beats_on_and_exits_0_within_5_s() {
    // Both are there before either is told off: what a launch takes is not taken from a fade.
    let both = [osc("/agent/off", "", &[], &[]), osc("/agent/off", "i", &[1.0], &[])].map(|off| {
        let mut c = Conductor::new();
        c.launch(&[]);
        (c, off)
    });
    let both = both.map(|(mut c, off)| {
        std::thread::spawn(move || {
            c.ticks(0..8, 120.0, stamped);
            let told = Instant::now();
            c.send_bytes(&off);
            let status = c.wait_for_exit();
            (status, told.elapsed(), *c.beats().last().unwrap() - told)
        })
    });
    for told in both {
        let (status, took, last) = told.join().unwrap();
        assert!(status.success(), "{status}");
        assert!((2.5..5.0).contains(&last.as_secs_f64()), "the last heartbeat came {last:?} after off");
        eprintln!("gone after {took:?}");
        assert!((3.0..5.5).contains(&took.as_secs_f64()), "{took:?}");
    }
}

#[test]
fn b14_kill_and_quit_are_off_too() {
    let mut both = ["/agent/kill", "/agent/quit"].map(|address| {
        let mut c = Conductor::new();
        c.launch(&[]);
        c.send_bytes(&osc(address, "", &[], &[]));
        c
    });
    assert!(both.iter_mut().all(|c| c.wait_for_exit().success()));
}

#[test]
fn b15_a_gain_of_0_is_silence_in_any_type_and_out_of_range_is_brought_in() {
    let mut c = Conductor::new();
    c.launch(&["--output", "file", "--length", "15"]);
    c.send(&ToBot::Hello);
    let loud = |c: &Conductor| {
        c.heard
            .iter()
            .rev()
            .find_map(|h| if let Some(ToDirector::Level { peak, .. }) = h.said { Some(peak) } else { None })
    };
    let mut tick = 0;
    let mut until = |c: &mut Conductor, what: &str, so: &dyn Fn(f32) -> bool| {
        let deadline = Instant::now() + PATIENCE;
        loop {
            c.heard.clear();
            c.ticks(tick..tick + 16, 120.0, stamped);
            tick += 16;
            if loud(c).is_some_and(so) {
                return;
            }
            assert!(Instant::now() < deadline, "{what}: {:?}", loud(c));
        }
    };
    until(&mut c, "it sounds", &|peak| peak > 0.01);
    let silences = [
        osc("/agent/gain", "i", &[0.0], &[]),
        osc("/agent/gain", "d", &[-3.0], &[]),
        osc("/agent/gain", "ff", &[0.0, 50.0], &[]),
    ];
    let louds = [
        osc("/agent/gain", "f", &[1.0], &[]),
        osc("/agent/gain", "i", &[7.0], &[]),
        osc("/agent/gain", "d", &[1.0], &[]),
    ];
    for (silence, sound) in silences.iter().zip(&louds) {
        c.send_bytes(silence);
        until(&mut c, "a gain of 0 is silence", &|peak| peak == 0.0);
        c.send_bytes(sound);
        until(&mut c, "a gain of 1 is as played", &|peak| peak > 0.01 && peak <= 1.0);
    }
    c.send(&ToBot::Gain(Gain::FULL, None));
    c.send(&ToBot::Off { frames: None });
    assert!(c.wait_for_exit().success());
    let wav = hound::WavReader::open(c.folder.path().join("parrot.wav")).unwrap();
    assert!(wav.duration() > 48_000);
    assert!(c.folder.path().join("parrot.mid").exists());
}

#[test]
fn b16_it_does_not_hear_its_own_words() {
    let mut c = Conductor::new();
    c.launch(&[]);
    c.send(&ToBot::Broadcast(Broadcast::new("tala", "parrot", [3, 3, 2])));
    c.send(&ToBot::Broadcast(Broadcast::new("density", "other", 0.5)));
    c.wait("the other's words", |c| c.repeated("density") == 1);
    assert_eq!(c.repeated("tala"), 0);
}

#[test]
fn b17_all_it_says_has_its_id_first_and_no_types_but_i_f_and_s() {
    let mut c = Conductor::new();
    c.launch(&[]);
    c.send(&ToBot::Hello);
    c.ticks(0..130, 480.0, stamped);
    c.send(&ToBot::Broadcast(Broadcast::new("initialize", "x", 1)));
    c.wait("many words", |c| c.heard.len() > 20 && !c.said("where").is_empty());
    for heard in &c.heard {
        let comma = heard.bytes.iter().position(|b| *b == b',').unwrap();
        let tags: String = heard.bytes[comma + 1..].iter().take_while(|b| **b != 0).map(|b| char::from(*b)).collect();
        assert!(tags.starts_with('s') && tags.chars().all(|t| "ifs".contains(t)), "{tags}");
        let id = &heard.bytes[(comma + 1 + tags.len() + 4) & !3..];
        assert!(id.starts_with(b"parrot\0"), "{heard:?}");
    }
}

#[test]
fn b18_a_density_is_a_float_between_0_and_1() {
    let mut c = Conductor::new();
    c.launch(&[]);
    c.send_bytes(&bare(0));
    c.wait("its density", |c| !c.said("hdensity").is_empty());
    assert_eq!(c.said("hdensity")[0].args, [Arg::Float(0.25)]);
}

#[test]
fn b19_b25_and_b27_junk_unknown_addresses_and_doubles_do_no_harm() {
    let mut c = Conductor::new();
    c.launch(&[]);
    for junk in [
        &b""[..],
        b"/",
        b"#bundle\0",
        b"\xff\xfe\xfd",
        &[0; 60_000],
        b"/mc/time\0\0\0\0,fi\0\0",
        b"/agent/gain\0,T\0\0",
    ] {
        c.send_bytes(junk);
    }
    c.send_bytes(&osc("/mc/weather", "s", &[], &["rain"]));
    c.send_bytes(&osc("/broadcast/density", "f", &[0.5], &[]));
    c.send_bytes(&osc("/broadcast/meter", "s", &[], &["mh_WhinyBOT"]));
    c.send_bytes(&osc("/broadcast/notepool", "ssi", &[64.0], &["x", "set"]));
    c.wait("what can be heard of it", |c| c.repeated("notepool") == 1);
    for _ in 0..3 {
        c.send_bytes(&bare(0));
    }
    c.wait("the bar line", |c| !c.said("where").is_empty());
    c.listen_for(Duration::from_millis(100));
    assert_eq!(c.said("where").len(), 1);
}

#[test]
fn a_flood_of_long_words_costs_neither_ticks_nor_memory() {
    let mut c = Conductor::new();
    c.launch(&[]);
    let words = vec![Arg::from("la"); 1500];
    for n in 0..20_000 {
        // Topics without end, each as long as a datagram may be that is listened to.
        let long = Broadcast { topic: format!("t{n}"), speaker: "x".into(), args: words.clone() };
        c.send(&ToBot::Broadcast(long));
    }
    c.wait("that it plays all the same", |c| {
        c.send_bytes(&bare(0));
        !c.said("where").is_empty()
    });
    let status = std::fs::read_to_string(format!("/proc/{}/status", c.child.as_ref().unwrap().id()));
    if let Ok(status) = status {
        let most = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap().trim();
        eprintln!("at most {most}");
        assert!(most.trim_end_matches(" kB").parse::<u64>().unwrap() < 100_000, "{most}");
    }
}

#[test]
fn b22_and_b23_with_a_foreign_conductor_it_ends_with_the_phrase_and_says_so_once() {
    let mut c = Conductor::new();
    c.launch(&[]);
    c.send(&ToBot::Broadcast(Broadcast::new("exiting", "drums", 0)));
    c.send(&ToBot::Broadcast(Broadcast::new("phraselength", "drums", 1)));
    c.ticks(0..10, 480.0, bare);
    for n in 0..50 {
        c.send(&ToBot::Broadcast(Broadcast::new("exiting", &format!("bot{n}"), 1)));
    }
    assert!(c.said("exiting").is_empty());
    c.ticks(10..66, 480.0, bare);
    assert!(c.wait_for_exit().success());
    assert_eq!(c.said("exiting").len(), 1);
}

#[test]
fn b26_it_says_at_most_twenty_things_a_second() {
    let mut c = Conductor::new();
    c.launch(&[]);
    let asked = Instant::now();
    c.send(&ToBot::Broadcast(Broadcast::new("initialize", "x", 1)));
    let words = |c: &Conductor| c.heard.iter().filter(|h| matches!(h.said, Some(ToDirector::Broadcast(_)))).count();
    c.wait("three rounds of words", |c| words(c) >= 50);
    // By count, so that no delay on our side matters.
    assert!(words(&c) as f64 <= 20.0 * (asked.elapsed().as_secs_f64() + 1.0));
    assert!(asked.elapsed() >= Duration::from_secs(2));
}

#[test]
fn b28_a_conductor_that_is_closed_and_comes_back_finds_it_beating() {
    let mut c = Conductor::new();
    c.launch(&[]);
    let port = c.port();
    let other = UdpSocket::bind("127.0.0.1:0").unwrap();
    c.socket = other;
    // The old port is closed now; two or three heartbeats bounce.
    let closed = Instant::now();
    while closed.elapsed() < Duration::from_secs(1) {
        std::thread::park_timeout(Duration::from_millis(100));
    }
    c.socket = UdpSocket::bind(("127.0.0.1", port)).unwrap();
    c.socket.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
    c.heard.clear();
    c.wait("heartbeats again", |c| c.beats().len() >= 2);
    c.send(&ToBot::Broadcast(Broadcast::new("tala", "drums", [4, 4])));
    c.wait("its hearing", |c| c.repeated("tala") == 1);
}

#[test]
fn x1_started_by_config_alone_its_beat_is_bare_and_its_port_is_in_the_hello() {
    let (mut c, port) = (Conductor::new(), Conductor::free_port());
    c.launch_by_config(&config("parrot", c.port(), port));
    c.wait("its hello", |c| c.hello().is_some());
    assert_eq!(c.hello().unwrap().1, port);
    assert!(matches!(c.heard[0].said, Some(ToDirector::Alive { port: None, .. })));
}

#[test]
fn x1_an_unanswered_hello_is_repeated_every_5_s_until_a_tick_comes() {
    let (mut c, port) = (Conductor::new(), Conductor::free_port());
    c.launch_by_config(&config("parrot", c.port(), port));
    let hellos = |c: &Conductor| -> Vec<Instant> {
        c.heard.iter().filter(|h| h.bytes.starts_with(b"/agent/hello\0")).map(|h| h.at).collect()
    };
    c.wait("a second hello", |c| hellos(c).len() == 2);
    let said = hellos(&c);
    let apart = said[1] - said[0];
    assert!((4.5..7.0).contains(&apart.as_secs_f64()), "{apart:?}");
    c.send_bytes(&bare(0));
    c.listen_for(Duration::from_millis(5500));
    assert_eq!(hellos(&c).len(), 2);
}

#[test]
fn x1_a_guest_gives_its_port_in_every_beat() {
    let mut c = Conductor::new();
    c.launch(&[]);
    let bot = c.bot.unwrap();
    assert!(matches!(c.heard[0].said, Some(ToDirector::Alive { port: Some(port), .. }) if port == bot.port()));
}

#[test]
fn x1_a_port_that_is_taken_is_no_obstacle_and_the_other_one_is_told() {
    let taken = UdpSocket::bind("0.0.0.0:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let mut c = Conductor::new();
    c.launch(&["--port", &port.to_string()]);
    assert_ne!(c.bot.unwrap().port(), port);
    c.send(&ToBot::Broadcast(Broadcast::new("tala", "drums", [4, 4])));
    c.wait("its hearing", |c| c.repeated("tala") == 1);
    c.signal("-TERM");
    c.wait_for_exit();
    let log = c.log();
    assert!(log.contains(&format!("port {port}")), "{log}");
}

#[test]
fn x2_hello_says_what_it_is_and_is_said_again_when_asked() {
    let mut c = Conductor::new();
    c.launch(&["--slow-start", "10000"]);
    let (_, _, hello) = c.hello().unwrap();
    assert_eq!((hello.kinds, hello.receives), (vec!["bass".to_owned()], vec!["everything".to_owned()]));
    let accepts = hello.accepts;
    assert!(accepts.timetags && accepts.gain_ramp && accepts.position && accepts.ending && accepts.render);
    c.heard.clear();
    c.send(&ToBot::Hello);
    c.wait("another hello, even while it is loading", |c| c.hello().is_some());
    assert!(c.started.elapsed() < Duration::from_secs(10));
}

#[test]
fn x5_level_and_lateness_come_only_after_a_hello_and_not_too_often() {
    let mut c = Conductor::new();
    c.launch(&[]);
    c.ticks(0..32, 120.0, stamped);
    let levels = |c: &Conductor| c.heard.iter().filter(|h| matches!(h.said, Some(ToDirector::Level { .. }))).count();
    assert_eq!(levels(&c), 0);
    c.send(&ToBot::Hello);
    let asked = Instant::now();
    c.ticks(32..128, 120.0, stamped);
    let late = c
        .heard
        .iter()
        .find_map(|h| if let Some(ToDirector::Late { n, p99_ms, .. }) = h.said { Some((n, p99_ms)) } else { None });
    assert!(levels(&c) >= 5 && levels(&c) as f64 <= 10.0 * asked.elapsed().as_secs_f64() + 1.0);
    eprintln!("lateness (notes, p99 ms): {late:?}");
    assert!(late.is_some_and(|(n, _)| n >= 1));
}

#[test]
fn a_sigterm_fades_within_a_second_and_exits_0() {
    let mut c = Conductor::new();
    c.launch(&[]);
    c.ticks(0..4, 120.0, stamped);
    c.wait("that it plays", |c| !c.said("where").is_empty());
    let told = Instant::now();
    c.signal("-TERM");
    assert!(c.wait_for_exit().success());
    assert!(told.elapsed() < Duration::from_millis(2800), "{:?}", told.elapsed());
}

#[test]
fn a_sigterm_while_it_loads_ends_it_at_once() {
    let mut c = Conductor::new();
    c.launch(&["--slow-start", "15000"]);
    c.signal("-TERM");
    assert!(c.wait_for_exit().success());
    assert!(c.started.elapsed() < Duration::from_secs(10));
}

#[test]
fn ctrl_c_is_off_and_a_second_one_ends_at_once() {
    let mut c = Conductor::new();
    c.launch(&[]);
    c.ticks(0..4, 120.0, stamped);
    c.wait("that it plays", |c| !c.said("where").is_empty());
    let told = Instant::now();
    c.signal("-INT");
    c.listen_for(Duration::from_millis(300));
    assert!(c.child.as_mut().unwrap().try_wait().unwrap().is_none(), "the first one fades");
    c.signal("-INT");
    assert_eq!(c.wait_for_exit().code(), Some(130));
    assert!(told.elapsed() < Duration::from_secs(2));
}

#[test]
fn a_wrong_flag_is_told_with_help_and_exit_code_2() {
    let mut c = Conductor::new();
    c.start(&["--tempo", "fast"], &[]);
    assert_eq!(c.wait_for_exit().code(), Some(2));
    let log = c.log();
    assert!(log.contains("--tempo") && log.contains("--help"), "{log}");
}

#[test]
fn x2_a_bot_that_has_a_page_says_hello_again_as_soon_as_it_is_built() {
    let mut c = Conductor::new();
    c.launch(&["--slow-start", "300", "--page", "http://127.0.0.1:4750/"]);
    assert_eq!(c.hello().unwrap().2.page, None, "while it loads it has none");
    let pages = |c: &Conductor| {
        let page = |h: &Heard| match &h.said {
            Some(ToDirector::Hello { hello, .. }) => hello.page.clone(),
            _ => None,
        };
        c.heard.iter().filter_map(page).collect::<Vec<_>>()
    };
    c.wait("its page", |c| !pages(c).is_empty());
    c.send(&ToBot::Hello);
    c.wait("its page, asked for", |c| pages(c).len() == 2);
    assert_eq!(pages(&c), ["http://127.0.0.1:4750/"; 2]);
}

#[test]
fn x11_a_bot_that_sounds_says_which_notes_begin() {
    let mut c = Conductor::new();
    c.launch(&[]);
    assert!(c.hello().unwrap().2.sends.contains(&"onset".to_owned()));
    c.ticks(0..36, 240.0, bare);
    c.wait("three beats", |c| c.said("onset").len() >= 3);
    let args = |tick: i32| vec![Arg::Int(tick), Arg::Int(2), Arg::Int(36), Arg::Float(0.8)];
    let said: Vec<_> = c.said("onset").into_iter().take(3).map(|said| (said.speaker, said.args)).collect();
    assert_eq!(said, [0, 16, 32].map(|tick| ("parrot".to_owned(), args(tick))));
}
