//! One map at a time: what is bent, and by how much.

use super::*;
use musebot_protocol::Tempo;
use proptest::prelude::*;

fn tempo(bpm: f64) -> Tempo {
    Tempo::clamped(bpm)
}

/// A clock that is known, some minutes ago, to be 37 ms ahead and 80 millionths fast.
fn clock() -> Estimate {
    Estimate { at: Duration::from_secs(1000), offset: -0.037, drift: -80e-6, sigma: 0.0 }
}

/// A leader that began 1,200 s into its own time.
fn leader(map: &TempoMap) -> Leader<'_> {
    Leader { origin: 1200.0, map, clock: clock() }
}

const ORIGIN: Duration = Duration::from_millis(1_200_500);

/// Our map as it should be, moved by so many seconds.
fn off_by(map: &TempoMap, seconds: f64) -> TempoMap {
    let leader = leader(map);
    let origin = ORIGIN.as_secs_f64();
    TempoMap::beginning(
        Tick(0),
        leader.plan(Tick(0), leader.due(Tick(0), origin), origin).into_iter().map(|segment| {
            let seconds = if segment.seconds < SOME_DAY { segment.seconds - seconds } else { segment.seconds };
            Segment { seconds, ..segment }
        }),
    )
}

/// We are at the first tick after an instant of our map.
fn satellite(map: &TempoMap, seconds: f64) -> Satellite<'_> {
    let next = map.first_tick_from(seconds);
    Satellite { origin: ORIGIN, map, next, earliest: ORIGIN + Duration::from_secs_f64(seconds) }
}

fn due(leader: &Leader, tick: i64) -> f64 {
    leader.due(Tick(tick), ORIGIN.as_secs_f64())
}

fn map_with_changes(changes: &[(i64, f64, i64)], bpm: f64) -> TempoMap {
    let mut map = TempoMap::new(tempo(bpm));
    let mut tick = 0;
    for &(later, bpm, ticks) in changes {
        tick += later;
        map.change(Tick(tick), tempo(bpm), ticks);
    }
    map
}

proptest! {
    #[test]
    fn what_is_near_is_bent_by_at_most_a_millisecond_a_beat_and_arrives(
        changes in prop::collection::vec((0..200_i64, 10.0..999.0_f64, 0..100_i64), 0..6), bpm in 10.0..999.0_f64,
        off in -0.049..0.049_f64, at in 0.0..20.0_f64,
    ) {
        let led = map_with_changes(&changes, bpm);
        let (leader, before) = (leader(&led), off_by(&led, off));
        let ours = satellite(&before, at);
        let (map, how) = bend(&leader, &ours);
        prop_assert!(matches!(how, Move::Bent { off: is } if (is - off).abs() < 1e-9), "{:?}", how);
        let next = ours.next.0;
        let remembered = before.first_tick_from(at - REMEMBERED).0;
        for tick in remembered..=next {
            prop_assert!((map.seconds(Tick(tick)) - before.seconds(Tick(tick))).abs() < 1e-9, "what was planned stays");
        }
        let left = |tick: i64| due(&leader, tick) - map.seconds(Tick(tick));
        for tick in next..next + 1000 {
            prop_assert!(map.seconds(Tick(tick + 1)) > map.seconds(Tick(tick)));
            prop_assert_eq!(map.tempo(Tick(tick)), led.tempo(Tick(tick)));
            let step = left(tick) - left(tick + 16);
            prop_assert!(step.abs() <= BEND + 1e-9 && step * off >= -1e-9, "moved by {}", step);
        }
        let beats = (off.abs() / BEND).ceil() as i64;
        prop_assert!(left(next + (beats + 1) * 16).abs() < 1e-9);
    }

    #[test]
    fn wherever_we_are_no_tick_comes_twice_or_before_its_time(
        changes in prop::collection::vec((0..200_i64, 10.0..999.0_f64, 0..100_i64), 0..6), bpm in 10.0..999.0_f64,
        off in prop_oneof![-0.2..0.2_f64, -40.0..40.0_f64], at in 0.0..20.0_f64,
    ) {
        let led = map_with_changes(&changes, bpm);
        let (leader, before) = (leader(&led), off_by(&led, off));
        let ours = satellite(&before, at);
        let (map, how) = bend(&leader, &ours);
        let next = if let Move::Skips { from, to } = how {
            prop_assert!(from == ours.next && to > from);
            to
        } else {
            ours.next
        };
        prop_assert_eq!(map.begins(), if next == ours.next { Tick(0) } else { next });
        let origin_to_first = map.seconds(next);
        prop_assert!(next == ours.next && origin_to_first >= before.seconds(next) - 1e-9 || origin_to_first >= at - 1e-9);
        prop_assert!(ours.next.0 == 0 || origin_to_first > before.seconds(ours.next - 1));
        for tick in next.0..next.0 + 500 {
            prop_assert!(map.seconds(Tick(tick + 1)) > map.seconds(Tick(tick)));
        }
        let late = map.seconds(next) - due(&leader, next.0);
        prop_assert!(late.abs() <= FAR + 1e-9, "{} of {:?}", late, how);
    }
}

#[test]
fn who_is_ahead_waits_and_no_tick_is_left_out() {
    let led = TempoMap::new(tempo(120.0));
    let before = off_by(&led, 5.0);
    let (map, how) = bend(&leader(&led), &satellite(&before, 3.01));
    assert!(matches!(how, Move::Waits { by } if (by - 5.0).abs() < 1e-6), "{how:?}");
    let next = before.first_tick_from(3.01);
    assert_eq!(map.seconds(next - 1), before.seconds(next - 1));
    assert!((map.seconds(next) - due(&leader(&led), next.0)).abs() < 1e-9);
}

#[test]
fn who_is_far_behind_goes_on_with_the_tick_that_is_due() {
    let led = TempoMap::new(tempo(120.0));
    let before = off_by(&led, -30.0);
    let (map, how) = bend(&leader(&led), &satellite(&before, 40.01));
    let Move::Skips { from, to } = how else { panic!("{how:?}") };
    assert_eq!(from, before.first_tick_from(40.01));
    assert!((959..=961).contains(&(to - from)), "{to} {from}");
    assert_eq!(map.begins(), to);
    assert!(map.seconds(to) >= 40.01 && map.seconds(to) < 40.01 + 1.0 / 32.0);
}

#[test]
fn who_is_a_little_behind_at_a_slow_tempo_leaves_nothing_out() {
    let led = TempoMap::new(tempo(10.0));
    let before = off_by(&led, -0.3);
    let at = before.seconds(Tick(20)) - 0.32;
    let (map, how) = bend(&leader(&led), &satellite(&before, at));
    assert!(matches!(how, Move::Sooner { by } if (by - 0.3).abs() < 1e-6), "{how:?}");
    assert!((map.seconds(Tick(20)) - due(&leader(&led), 20)).abs() < 1e-9);
}

#[test]
fn a_leader_that_pauses_is_waited_for_and_gone_on_with() {
    let mut led = TempoMap::new(tempo(120.0));
    let mut ours = off_by(&led, 0.0);
    led.pause(Tick(100));
    let (map, how) = bend(&leader(&led), &satellite(&ours, 2.0));
    assert!(matches!(how, Move::Bent { .. }), "{how:?}");
    assert!(map.seconds(Tick(100)) >= SOME_DAY && map.seconds(Tick(99)) < 4.0);
    ours = map;
    let (map, how) = bend(&leader(&led), &satellite(&ours, 5.0));
    assert_eq!((how, map.first_tick_from(5.0)), (Move::Bent { off: 0.0 }, Tick(100)));
    assert!(map.seconds(Tick(101)) > map.seconds(Tick(100)));
    ours = map;
    // It goes on, and we hear of it 20 ms late.
    let now = 6.0;
    let began = leader(&led).clock.seconds_to_theirs(ORIGIN.as_secs_f64() + now) - 1200.0 - 0.02;
    led.resume(Tick(100), began, tempo(90.0));
    let (map, how) = bend(&leader(&led), &satellite(&ours, now));
    assert!(matches!(how, Move::Sooner { .. }), "{how:?}");
    assert!((map.seconds(Tick(100)) - now).abs() < 1e-6, "the first tick is not left out");
    assert!((map.seconds(Tick(100 + 21 * 16)) - due(&leader(&led), 436)).abs() < 1e-9);
}

#[test]
fn who_joins_begins_with_the_tick_that_comes_next() {
    let led = map_with_changes(&[(200, 90.0, 64)], 120.0);
    let leader = leader(&led);
    let map = begin(&leader, ORIGIN + Duration::from_secs(60));
    let first = map.begins();
    assert!(first.0 > 1000 && map.seconds(first) >= 0.0 && map.seconds(first) < 0.05);
    let late = ORIGIN.as_secs_f64() + 60.0;
    assert!((map.seconds(first + 77) - leader.due(first + 77, late)).abs() < 1e-9);
    let early = begin(&leader, ORIGIN - Duration::from_secs(10));
    assert_eq!(early.begins(), Tick(0), "a leader that has not begun yet");
}

#[test]
fn an_origin_that_no_clock_shows_does_no_harm() {
    let led = map_with_changes(&[(200, 90.0, 64)], 120.0);
    let before = off_by(&led, 0.0);
    for origin in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e300, 1e9, -1e9] {
        let leader = Leader { origin, ..leader(&led) };
        for map in [begin(&leader, ORIGIN), bend(&leader, &satellite(&before, 3.0)).0] {
            let first = map.begins().0.max(100);
            for tick in first..first + 300 {
                assert!(map.seconds(Tick(tick + 1)) > map.seconds(Tick(tick)), "{origin}: {tick}");
                let _ = ORIGIN + Duration::from_secs_f64(map.seconds(Tick(tick)).max(0.0));
            }
        }
    }
}

#[test]
fn an_evening_of_bending_does_not_pile_up() {
    let led = map_with_changes(&[(200, 90.0, 64)], 120.0);
    let mut map = off_by(&led, 0.01);
    for n in 0..20_000 {
        let wobble = 1e-4 * f64::from(n % 7 - 3);
        let clock = Estimate { offset: clock().offset + wobble, ..clock() };
        map = bend(&Leader { clock, ..leader(&led) }, &satellite(&map, 0.1 * f64::from(n))).0;
        assert!(map.changes().count() < 120, "{} steps", map.changes().count());
    }
}

#[test]
fn the_clock_thread_goes_on_with_the_tick_that_a_map_begins_with() {
    use crate::{
        clock,
        clock_thread::{ClockThread, Order, Target},
    };
    use musebot_protocol::{ToBot, messages};
    use std::{net::UdpSocket, sync::Arc};

    let ear = UdpSocket::bind("127.0.0.1:0").unwrap();
    ear.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let hear = || {
        let mut buffer = [0; 256];
        let length = ear.recv(&mut buffer).unwrap();
        match ToBot::decode(&messages(&buffer[..length]).next().unwrap().unwrap()) {
            Ok(ToBot::Time { tick, .. }) => tick,
            other => panic!("{other:?}"),
        }
    };
    let mut thread = ClockThread::start(UdpSocket::bind("127.0.0.1:0").unwrap(), Duration::from_millis(60)).unwrap();
    let to = ear.local_addr().unwrap();
    thread.order(Order::Targets(Arc::from([Target { to, tagged: false, delay: Duration::ZERO }])));
    let (origin, map) = (clock::now(), TempoMap::new(tempo(600.0)));
    thread.order(Order::Map { origin, stalled: Duration::ZERO, map: Arc::new(map.clone()) });
    let mut ticks: Vec<Tick> = (0..20).map(|_| hear()).collect();

    let same = Estimate { at: Duration::ZERO, offset: 0.0, drift: 0.0, sigma: 0.0 };
    let leader = Leader { origin: origin.as_secs_f64() - 3.0, map: &TempoMap::new(tempo(600.0)), clock: same };
    let earliest = clock::now() + Duration::from_millis(4);
    let next = map.first_tick_from((earliest - origin).as_secs_f64());
    let (map, how) = bend(&leader, &Satellite { origin, map: &map, next, earliest });
    let Move::Skips { to, .. } = how else { panic!("{how:?}") };
    thread.order(Order::Map { origin, stalled: Duration::ZERO, map: Arc::new(map) });
    while ticks.last().is_none_or(|tick| *tick < to + 20) {
        ticks.push(hear());
    }
    let gaps: Vec<_> = ticks.windows(2).filter(|pair| pair[1] != pair[0] + 1).collect();
    assert!(matches!(gaps[..], [gap] if gap[0] < gap[1] && gap[1] == to), "{gaps:?}");
}
