//! What the queue promises, with made-up instants.

use super::*;
use crate::midi::message::MidiKind;
use proptest::prelude::*;

/// What goes, and how many microseconds after the beginning, when somebody asks without end.
fn play(queue: &mut Queue, start: Instant) -> Vec<(u128, MidiMessage)> {
    let (mut now, mut sent) = (start, Vec::new());
    loop {
        match queue.next(now) {
            Next::Send(at, message) => {
                assert!(at <= now, "nothing goes before its time");
                sent.push(((now - start).as_micros(), message));
            }
            Next::Wait(until) => {
                assert!(until > now, "waiting until now would never end");
                now = until;
            }
            Next::Nothing => return sent,
        }
    }
}

fn micros(n: u64) -> Duration {
    Duration::from_micros(n)
}

#[test]
fn each_goes_at_its_instant_whatever_order_it_was_given_in() {
    let start = Instant::now();
    let mut queue = Queue::new(true);
    for ms in [30, 10, 20] {
        queue.give(start + Duration::from_millis(ms), MidiMessage::note_on(1, ms as u8, 100));
    }
    assert_eq!(queue.next(start), Next::Wait(start + Duration::from_millis(10)));
    let times: Vec<_> = play(&mut queue, start).into_iter().map(|(at, _)| at).collect();
    assert_eq!(times, [10_000, 20_000, 30_000]);
}

#[test]
fn at_one_instant_the_clock_goes_first_then_ends_then_beginnings_then_controls() {
    let start = Instant::now();
    let mut queue = Queue::new(true);
    let wanted = [
        MidiMessage::CLOCK,
        MidiMessage::note_off(1, 60),
        MidiMessage::note_on(1, 62, 100),
        MidiMessage::control(1, 7, 100),
    ];
    for message in wanted.iter().rev() {
        queue.give(start, *message);
    }
    assert_eq!(play(&mut queue, start).into_iter().map(|(_, m)| m).collect::<Vec<_>>(), wanted);
}

#[test]
fn a_chord_of_three_is_not_spread_and_a_flood_keeps_the_wire_just_full() {
    let start = Instant::now();
    let mut queue = Queue::new(true);
    (0..20).for_each(|n| queue.give(start, MidiMessage::note_on(1, 40 + n, 100)));
    let times: Vec<_> = play(&mut queue, start).into_iter().map(|(at, _)| at).collect();
    assert_eq!(times[..4], [0, 0, 0, 0], "as long as less than 3 ms are on their way");
    assert_eq!(times[4], 4 * 960 - 3000);
    assert_eq!(times[19], 19 * 960 - 3000);
}

#[test]
fn where_no_wire_can_fill_all_go_at_once() {
    let start = Instant::now();
    let mut queue = Queue::new(false);
    (0..100).for_each(|n| queue.give(start, MidiMessage::note_on(1, n, 100)));
    assert!(play(&mut queue, start).into_iter().all(|(at, _)| at == 0));
}

#[test]
fn the_clock_waits_for_nobody_and_an_end_passes_the_beginnings_of_other_keys() {
    let start = Instant::now();
    let mut queue = Queue::new(true);
    (0..20).for_each(|n| queue.give(start, MidiMessage::note_on(1, 40 + n, 100)));
    queue.give(start + micros(2500), MidiMessage::CLOCK);
    queue.give(start + micros(2500), MidiMessage::note_off(2, 60));
    let sent = play(&mut queue, start);
    let clock = sent.iter().position(|(_, m)| *m == MidiMessage::CLOCK).unwrap();
    assert_eq!(sent[clock].0, 2500);
    assert_eq!(sent[clock + 1].1, MidiMessage::note_off(2, 60));
}

#[test]
fn an_end_that_is_due_while_its_beginning_waits_stays_behind_it() {
    let start = Instant::now();
    let mut queue = Queue::new(true);
    (0..10).for_each(|n| queue.give(start, MidiMessage::note_on(1, 40 + n, 100)));
    queue.give(start + micros(10), MidiMessage::note_off(1, 49));
    let sent: Vec<_> = play(&mut queue, start).into_iter().map(|(_, m)| m).collect();
    assert_eq!(sent[9..], [MidiMessage::note_on(1, 49, 100), MidiMessage::note_off(1, 49)]);
}

#[test]
fn notes_stay_behind_the_change_of_sound_and_before_the_end_of_all() {
    let start = Instant::now();
    let mut queue = Queue::new(true);
    let wanted = [
        MidiMessage::control(3, 0, 1),
        MidiMessage::control(3, 32, 0),
        MidiMessage::program(3, 5),
        MidiMessage::note_on(3, 60, 100),
        MidiMessage::control(3, 123, 0),
    ];
    wanted.iter().for_each(|message| queue.give(start, *message));
    assert_eq!(play(&mut queue, start).into_iter().map(|(_, m)| m).collect::<Vec<_>>(), wanted);
}

#[test]
fn what_is_forgotten_does_not_go_and_does_not_hold_back_what_comes_after() {
    let start = Instant::now();
    let mut queue = Queue::new(false);
    queue.give(start, MidiMessage::control(1, 0, 1));
    queue.give(start, MidiMessage::note_on(1, 60, 100));
    queue.give(start, MidiMessage::program(1, 1));
    assert!(matches!(queue.next(start), Next::Send(..)));
    queue.forget();
    assert_eq!(queue.next(start), Next::Nothing);
    queue.give(start, MidiMessage::control(1, 7, 1));
    queue.give(start, MidiMessage::note_off(1, 60));
    assert_eq!(queue.next(start), Next::Send(start, MidiMessage::note_off(1, 60)));
}

#[test]
fn a_full_queue_has_room_for_all_in_one_place_without_growing() {
    let start = Instant::now();
    let mut queue = Queue::new(true);
    let room = |queue: &Queue| (queue.later.capacity(), queue.due.each_ref().map(VecDeque::capacity));
    let before = room(&queue);
    while !queue.is_full() {
        queue.give(start, MidiMessage::note_on(1, 60, 100));
    }
    assert!(matches!(queue.next(start), Next::Send(..)) && queue.is_behind(start) && !queue.is_full());
    queue.give(start, MidiMessage::note_on(1, 60, 100));
    assert_eq!((room(&queue), play(&mut queue, start).len()), (before, MOST_WAITING));
}

fn any_message() -> impl Strategy<Value = MidiMessage> {
    prop_oneof![
        Just(MidiMessage::CLOCK),
        (1..3u8, 60..64u8).prop_map(|(c, p)| MidiMessage::note_on(c, p, 100)),
        (1..3u8, 60..64u8).prop_map(|(c, p)| MidiMessage::note_off(c, p)),
        (1..3u8, prop_oneof![Just(0u8), Just(7), Just(64), Just(123)]).prop_map(|(c, n)| MidiMessage::control(c, n, 0)),
        (1..3u8, 0..4u8).prop_map(|(c, n)| MidiMessage::program(c, n)),
    ]
}

proptest! {
    #[test]
    fn nothing_is_lost_and_no_key_is_ended_before_it_began(
        given in prop::collection::vec((0..40_000u64, any_message()), 1..120),
        wired in any::<bool>(),
    ) {
        let start = Instant::now();
        let mut queue = Queue::new(wired);
        for (at, message) in &given {
            queue.give(start + micros(*at), *message);
        }
        let sent = play(&mut queue, start);
        // Nothing lost, nothing twice.
        let sorted = |mut bytes: Vec<Vec<u8>>| { bytes.sort(); bytes };
        prop_assert_eq!(
            sorted(sent.iter().map(|(_, m)| m.bytes().to_vec()).collect()),
            sorted(given.iter().map(|(_, m)| m.bytes().to_vec()).collect())
        );
        // In one place all keep the order of their instants.
        let mut in_order = given.clone();
        in_order.sort_by_key(|(at, _)| *at);
        for channel in 1..3 {
            for pitch in 60..64 {
                let here = |m: &MidiMessage| {
                    m.place() == Place::Key(channel, pitch) || m.place() == Place::Channel(channel)
                };
                let wanted: Vec<_> = in_order.iter().map(|(_, m)| *m).filter(here).collect();
                let got: Vec<_> = sent.iter().map(|(_, m)| *m).filter(here).collect();
                prop_assert_eq!(got, wanted);
            }
        }
        // The clock is never late, and nothing is where no wire fills.
        let clocks: Vec<_> = in_order.iter().filter(|(_, m)| m.kind() == MidiKind::Clock).map(|(at, _)| u128::from(*at)).collect();
        let ticked: Vec<_> = sent.iter().filter(|(_, m)| m.kind() == MidiKind::Clock).map(|(at, _)| *at).collect();
        prop_assert_eq!(ticked, clocks);
        if !wired {
            let times: Vec<_> = sent.iter().map(|(at, _)| *at).collect();
            let wanted: Vec<_> = in_order.iter().map(|(at, _)| u128::from(*at)).collect();
            prop_assert_eq!(times, wanted);
        }
    }
}
