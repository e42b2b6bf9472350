//! Ports that write down what they get.

use super::*;
use crate::metronome::TempoMap;
use musebot_protocol::Tempo;
use proptest::prelude::*;

/// What a port got: seconds, and what.
type Got = Vec<(f64, ClockWord)>;

/// The constant latency of the tests.
const D: Duration = Duration::from_millis(60);

fn tempo(bpm: f64) -> Tempo {
    Tempo::clamped(bpm)
}

/// Ticks as the clock thread sends them.
fn send(out: &mut ClockOut, map: &TempoMap, ticks: std::ops::Range<i64>, got: &mut Got) {
    for tick in ticks.map(Tick) {
        let due = Duration::from_secs_f64(map.seconds(tick));
        out.tick(tick, due + D, map.period(tick), &mut |at, word| {
            got.push((at.as_secs_f64(), word));
            true
        });
    }
}

fn words(got: &Got) -> Vec<ClockWord> {
    got.iter().map(|(_, word)| *word).filter(|word| *word != ClockWord::Pulse).collect()
}

fn pulse_times(got: &Got) -> Vec<f64> {
    got.iter().filter(|(_, word)| *word == ClockWord::Pulse).map(|(at, _)| *at).collect()
}

#[test]
fn a_beat_has_24_pulses_and_they_are_evenly_spread() {
    let (mut out, mut got) = (ClockOut::new(0.0, 16), Vec::new());
    send(&mut out, &TempoMap::new(tempo(120.0)), 0..64, &mut got);
    assert_eq!(got[0].1, ClockWord::Start);
    let pulses = pulse_times(&got);
    assert_eq!(pulses.len(), 96);
    for (n, at) in pulses.iter().enumerate() {
        assert!((at - 0.06 - n as f64 / 48.0).abs() < 1e-8, "pulse {n} at {at}");
    }
    assert!((got[1].0 - got[0].0 - 0.001).abs() < 1e-9, "the start comes a millisecond before its pulse");
}

#[test]
fn the_offset_moves_a_ports_pulses_either_way() {
    for offset in [-0.012, 0.003] {
        let (mut out, mut got) = (ClockOut::new(offset, 16), Vec::new());
        send(&mut out, &TempoMap::new(tempo(120.0)), 0..4, &mut got);
        assert!((pulse_times(&got)[0] - 0.06 - offset).abs() < 1e-9);
    }
}

#[test]
fn a_port_that_comes_late_is_told_the_place_at_the_next_sixteenth() {
    let (mut out, mut got) = (ClockOut::new(0.0, 16), Vec::new());
    let map = TempoMap::new(tempo(120.0));
    send(&mut out, &map, 66..80, &mut got);
    assert_eq!(words(&got), [ClockWord::Position(17), ClockWord::Continue]);
    assert_eq!(pulse_times(&got).len(), 18, "from tick 68 on");
    assert!((pulse_times(&got)[0] - 0.06 - 68.0 / 32.0).abs() < 1e-8);
    assert!(got[1].0 - got[0].0 >= 0.004, "the machine gets a moment to find the place");
}

#[test]
fn a_place_beyond_what_midi_can_say_is_in_the_same_place_of_the_bar() {
    for bar in [16, 14, 12, 1] {
        let out = ClockOut::new(0.0, bar);
        for sixteenth in [0_i64, 16_383, 16_384, 100_001] {
            let position = i64::from(out.position(Tick(4 * sixteenth)));
            assert_eq!(position % i64::from(bar), sixteenth % i64::from(bar));
        }
    }
}

#[test]
fn a_pause_is_a_stop_and_a_continue_and_loses_no_pulse() {
    let (mut out, mut got) = (ClockOut::new(0.0, 16), Vec::new());
    let mut map = TempoMap::new(tempo(120.0));
    send(&mut out, &map, 0..35, &mut got);
    let sounds = Duration::from_secs_f64(map.seconds(Tick(35))) + D;
    out.stop(Tick(35), sounds, true, &mut |at, word| {
        got.push((at.as_secs_f64(), word));
        true
    });
    map.pause(Tick(35));
    map.resume(Tick(35), 20.0, tempo(90.0));
    send(&mut out, &map, 35..64, &mut got);
    assert_eq!(words(&got), [ClockWord::Start, ClockWord::Stop, ClockWord::Continue]);
    assert_eq!(pulse_times(&got).len(), 96);
}

#[test]
fn at_the_end_it_stops_once_and_says_nothing_more() {
    let (mut out, mut got) = (ClockOut::new(0.0, 16), Vec::new());
    let map = TempoMap::new(tempo(120.0));
    send(&mut out, &map, 0..64, &mut got);
    for _ in 0..2 {
        let sounds = Duration::from_secs_f64(map.seconds(Tick(64))) + D;
        out.stop(Tick(64), sounds, false, &mut |at, word| {
            got.push((at.as_secs_f64(), word));
            true
        });
    }
    send(&mut out, &map, 64..128, &mut got);
    assert_eq!(words(&got), [ClockWord::Start, ClockWord::Stop]);
    assert_eq!(pulse_times(&got).len(), 96);
    assert_eq!(got.last().unwrap().1, ClockWord::Stop);
}

#[test]
fn a_machine_that_lost_a_pulse_is_told_where_we_are() {
    let map = TempoMap::new(tempo(120.0));
    let (mut out, mut got) = (ClockOut::new(0.0, 16), Vec::new());
    let mut full = 30;
    for tick in (0..64).map(Tick) {
        out.tick(tick, Duration::from_secs_f64(map.seconds(tick)), map.period(tick), &mut |at, word| {
            full -= 1;
            if full != 0 {
                got.push((at.as_secs_f64(), word));
            }
            full != 0
        });
    }
    assert_eq!(words(&got), [ClockWord::Start, ClockWord::Position(5), ClockWord::Continue]);
}

proptest! {
    /// Whatever becomes of the tempo: 24 pulses a beat, each once, in order, none further from the last than the
    /// slowest tempo has it.
    #[test]
    fn no_pulse_is_doubled_or_lost_over_any_changes_of_tempo(
        changes in prop::collection::vec((1_i64..60, 0_u8..4, 10.0_f64..999.0, 0_i64..80), 0..12),
        offset in -0.05_f64..0.05,
    ) {
        let mut map = TempoMap::new(tempo(120.0));
        let (mut out, mut got) = (ClockOut::new(offset, 16), Vec::new());
        let mut next = 0;
        for (ticks, what, bpm, over) in changes {
            send(&mut out, &map, next..next + ticks, &mut got);
            next += ticks;
            match what {
                0 => map.change(Tick(next), tempo(bpm), over),
                1 => map.nudge(Tick(next), bpm - 500.0),
                2 => map.steer(Tick(next), tempo(bpm), 16, tempo(bpm / 2.0)),
                _ => {
                    let sounds = Duration::from_secs_f64(map.seconds(Tick(next))) + D;
                    out.stop(Tick(next), sounds, true, &mut |at, word| {
                        got.push((at.as_secs_f64(), word));
                        true
                    });
                    let then = map.seconds(Tick(next)) + bpm / 100.0;
                    map.pause(Tick(next));
                    map.resume(Tick(next), then, tempo(bpm));
                }
            }
            map.forget_before(Tick(next - 1));
        }
        let end = next + next % 2;
        send(&mut out, &map, next..end, &mut got);
        let pulses = pulse_times(&got);
        prop_assert_eq!(pulses.len() as i64, end * 3 / 2);
        prop_assert!(got.windows(2).all(|pair| pair[0].0 <= pair[1].0 + 1e-9));
        prop_assert!(pulses.windows(2).all(|pair| pair[1] > pair[0]));
    }

    /// On a ramp each pulse lies where its tick's own length puts it: on the instants of the even ticks exactly.
    #[test]
    fn on_a_ramp_every_third_pulse_is_an_even_tick(from in 40.0_f64..200.0, to in 40.0_f64..200.0, ticks in 1_i64..300) {
        let mut map = TempoMap::new(tempo(from));
        map.change(Tick(16), tempo(to), ticks);
        let (mut out, mut got) = (ClockOut::new(0.0, 16), Vec::new());
        send(&mut out, &map, 0..400, &mut got);
        let pulses = pulse_times(&got);
        for n in 0..200 {
            prop_assert!((pulses[3 * n] - 0.06 - map.seconds(Tick(2 * n as i64))).abs() < 1e-8);
        }
    }
}

#[test]
fn what_comes_before_a_stop_that_was_told_early_is_played_to_the_end() {
    let map = TempoMap::new(tempo(120.0));
    for again in [true, false] {
        // 250 ms ahead, as at the end of a piece; and with the last tick on its way, as when a master stops.
        for told in [56, 63] {
            let (mut out, mut got) = (ClockOut::new(0.0, 16), Vec::new());
            send(&mut out, &map, 0..told, &mut got);
            let sounds = Duration::from_secs_f64(map.seconds(Tick(64))) + D;
            out.stop(Tick(64), sounds, again, &mut |at, word| {
                got.push((at.as_secs_f64(), word));
                true
            });
            send(&mut out, &map, told..64, &mut got);
            assert_eq!(pulse_times(&got).len(), 96);
            for (n, at) in pulse_times(&got).iter().enumerate() {
                assert!((at - 0.06 - n as f64 / 48.0).abs() < 1e-8, "pulse {n} at {at}");
            }
            assert_eq!(got.last().unwrap(), &(2.06, ClockWord::Stop));
            assert_eq!(words(&got), [ClockWord::Start, ClockWord::Stop]);
        }
    }
}

#[test]
fn who_is_stopped_before_a_tick_that_is_left_out_finds_the_place_of_the_one_that_comes() {
    let map = TempoMap::new(tempo(120.0));
    // The order to stop comes with the tick before it sent already, or still to come; and then never.
    for told in [31, 29] {
        let (mut out, mut got) = (ClockOut::new(0.0, 16), Vec::new());
        send(&mut out, &map, 0..told, &mut got);
        let now = Duration::from_secs_f64(map.seconds(Tick(31))) + D;
        out.stop(Tick(31), now, true, &mut |at, word| {
            got.push((at.as_secs_f64(), word));
            true
        });
        send(&mut out, &map, 98..110, &mut got);
        let place = ClockWord::Position(25);
        assert_eq!(words(&got), [ClockWord::Start, ClockWord::Stop, place, ClockWord::Continue]);
        let stopped = got.iter().position(|(_, word)| *word == ClockWord::Stop).unwrap();
        assert_eq!(got[stopped + 1].1, place, "no pulse comes between");
    }
}
