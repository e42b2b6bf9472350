//! What any player has to live with, as trials for a bot's own tests: each plays a rehearsal and
//! panics, saying what went wrong, if the bot does not pass.

use super::{Heard, Rehearsal};
use crate::{Meter, Musebot, Said, Setup, Stage, Style, Tempo, Tick};

const WHY: &str = "a rehearsal of a bot that can be built begins";

/// Asks everybody for new material in the middle of the fourth bar, if it is busy.
struct Producer {
    asks: bool,
}

impl Musebot for Producer {
    fn new(setup: &Setup) -> anyhow::Result<Self> {
        Ok(Self { asks: setup.trait_or("busy", 0.0) > 0.5 })
    }
    fn tick(&mut self, tick: Tick, stage: &mut Stage) {
        if tick.0 == 3 * 64 + 30 && self.asks {
            stage.tell(&Said::Initialize);
        }
    }
}

/// Told to `initialize`, a bot plays on as it did until the bar line, and other notes from there.
///
/// # Panics
/// When it changes earlier, or not at all.
pub fn initialize_makes_new_material_from_the_next_bar_on<B: Musebot + 'static>(id: &str) {
    let played = |busy: f64| {
        let mut producer = Setup::rehearsal("producer", 0);
        producer.temperament.set("busy", busy).expect("0 and 1 are traits");
        let room = Rehearsal::new(Meter::default(), Tempo::default());
        let room = room.with::<B>(&Setup::rehearsal(id, 5)).expect(WHY);
        room.with::<Producer>(&producer).expect(WHY).section("a", 4, 0.6).play(12).notes
    };
    let (renewed, gone_on) = (played(1.0), played(0.0));
    let until = |notes: &[Heard]| notes.iter().copied().filter(|n| n.placed.tick.0 < 256).collect::<Vec<_>>();
    assert_eq!(until(&renewed), until(&gone_on));
    assert_ne!(renewed, gone_on);
}

/// Says whatever comes to its mind, as strangers on the network may.
struct Babbler;

impl Musebot for Babbler {
    fn new(_: &Setup) -> anyhow::Result<Self> {
        Ok(Self)
    }
    fn tick(&mut self, tick: Tick, stage: &mut Stage) {
        match tick.0 % 97 {
            5 => stage.say("phraselength", [3, 1, 16, 5][(tick.0 % 4) as usize]),
            6 => stage.say("tala", [3, 3, 2]),
            7 => stage.say("tala", [1, 15, 0, 4]),
            8 => stage.say("plan/chords", ["5 9 12", "1 x 5", ""]),
            9 => stage.say("plan/chordDuration", [1.5, 0.0, 3.0]),
            10 => stage.say("notepool", [61, 65, 200]),
            11 => stage.say("hdensity", "much"),
            12 => stage.say("progress", 0.3),
            _ => {}
        }
    }
}

/// In every style and in nine metres, beside somebody who talks nonsense, a bot plays until beat 1
/// of the last bar.
///
/// # Panics
/// When it ends elsewhere.
pub fn whatever_is_said_in_whatever_metre_it_plays_to_the_last_bar<B: Musebot + 'static>(id: &str) {
    for (style, _) in Style::ALL {
        for meter in ["4/4", "3/4", "5/4", "6/8", "7/8", "12/8", "1/8", "11/16", "32/1"] {
            let meter: Meter = meter.parse().expect("these are metres");
            let mut setup = Setup::rehearsal(id, 5);
            (setup.style, setup.meter) = (style, meter);
            let room = Rehearsal::new(meter, Tempo::clamped(77.0));
            let room = room.with::<Babbler>(&Setup::rehearsal("babbler", 0)).expect(WHY);
            let played = room.with::<B>(&setup).expect(WHY).section("a", 5, 0.0).section("b", 3, 1.0).play(11);
            let last = played.notes.iter().map(|heard| heard.placed.tick.0).max();
            assert_eq!(last, Some(10 * meter.ticks_per_bar()), "{style} {meter}");
        }
    }
}
