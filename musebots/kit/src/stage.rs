//! What a bot sees and does while it plays.

use crate::note::{Note, PlacedNote};
use musebot_protocol::{Broadcast, IntoArgs, Meter, Position, Said, TICKS_PER_BEAT, TICKS_PER_SIXTEENTH, Tempo, Tick};
use std::collections::BTreeMap;

/// The stage: where we are in the music, who is here, what was said last; and the ways to
/// play and to speak.
pub struct Stage {
    pub(crate) id: String,
    pub(crate) tick: Tick,
    /// When this tick sounds, in seconds; nothing before the first.
    pub(crate) due: Option<f64>,
    pub(crate) tempo: Tempo,
    pub(crate) meter: Meter,
    /// The bar line that the current bar count hangs on.
    pub(crate) anchor: Position,
    /// Whether the director says where the bars are. Otherwise a tala that is heard makes them.
    pub(crate) positioned: bool,
    /// From the next bar line on, bars are so many ticks long.
    pub(crate) next_measure: Option<u32>,
    pub(crate) ending: Option<Ending>,
    pub(crate) playing: bool,
    /// Whether we came in the middle and wait for a bar line to come in on.
    pub(crate) waiting: bool,
    pub(crate) roster: Vec<String>,
    pub(crate) last: BTreeMap<String, Broadcast>,
    /// What the conductor itself said, apart from what bots said about the same.
    pub(crate) section: Option<String>,
    pub(crate) density: Option<f64>,
    pub(crate) notes: Vec<PlacedNote>,
    pub(crate) words: Vec<Broadcast>,
}

/// The end that was announced: at bar line `bar`, `left` bars were left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ending {
    pub(crate) bar: u32,
    pub(crate) left: u32,
}

/// Topics that are remembered, at most: beyond it new topics are heard but not kept.
const MOST_TOPICS: usize = 256;
/// Notes and words in one tick, at most: a bot that runs wild fills no memory.
const MOST_NOTES: usize = 4096;
const MOST_WORDS: usize = 256;

impl Stage {
    pub(crate) fn new(id: &str, tempo: Tempo, meter: Meter) -> Self {
        Self {
            id: id.to_owned(),
            tick: Tick(0),
            due: None,
            tempo,
            meter,
            anchor: Position { tick: Tick(0), bar: 1, beat: 1, ticks_per_bar: meter.ticks_per_bar() as u32 },
            positioned: false,
            next_measure: None,
            ending: None,
            playing: true,
            waiting: false,
            roster: Vec::new(),
            last: BTreeMap::new(),
            section: None,
            density: None,
            notes: Vec::new(),
            words: Vec::new(),
        }
    }

    /// The bot's own name.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The current tick.
    #[must_use]
    pub fn tick(&self) -> Tick {
        self.tick
    }

    /// When a tick sounds, in seconds: in a render since tick 0 sounded, else since the bot began
    /// ([`Setup::began`](crate::Setup::began)). The current tick's is exact; others are as far away as the tempo says.
    /// Before the first tick nobody knows, and everything is due at 0.
    #[must_use]
    pub fn due(&self, tick: Tick) -> f64 {
        self.due.map_or(0.0, |due| due + (tick - self.tick) as f64 * self.tempo.tick_seconds())
    }

    /// Beats a minute.
    #[must_use]
    pub fn tempo(&self) -> f64 {
        self.tempo.bpm()
    }

    /// Milliseconds from one tick to the next.
    #[must_use]
    pub fn tick_ms(&self) -> f64 {
        self.tempo.tick_seconds() * 1000.0
    }

    /// The metre.
    #[must_use]
    pub fn meter(&self) -> Meter {
        self.meter
    }

    /// Ticks in a bar: 64 in 4/4.
    #[must_use]
    pub fn ticks_per_bar(&self) -> i64 {
        i64::from(self.anchor.ticks_per_bar)
    }

    /// Sixteenths in a bar: 16 in 4/4.
    #[must_use]
    pub fn sixteenths_per_bar(&self) -> usize {
        (self.ticks_per_bar() / i64::from(TICKS_PER_SIXTEENTH)) as usize
    }

    /// The current bar, from 1.
    #[must_use]
    pub fn bar(&self) -> u32 {
        let bars = (self.tick - self.anchor_bar_line()).div_euclid(self.ticks_per_bar());
        u32::try_from(i64::from(self.anchor.bar) + bars).unwrap_or(1).max(1)
    }

    /// The bar that a leader means who speaks now: what belongs to a bar line may come just before
    /// its tick, but comes after that bar line's position.
    pub(crate) fn bar_meant(&self) -> u32 {
        if self.anchor.tick > self.tick { self.anchor.bar } else { self.bar() }
    }

    /// The current beat (quarter note) of the bar, from 1.
    #[must_use]
    pub fn beat(&self) -> u32 {
        (self.tick_in_bar() / i64::from(TICKS_PER_BEAT)) as u32 + 1
    }

    /// Ticks since the bar line, from 0.
    #[must_use]
    pub fn tick_in_bar(&self) -> i64 {
        (self.tick - self.anchor_bar_line()).rem_euclid(self.ticks_per_bar())
    }

    /// The sixteenth of the bar, from 0, if this tick is on one.
    #[must_use]
    pub fn sixteenth(&self) -> Option<usize> {
        let tick = self.tick_in_bar();
        (tick % i64::from(TICKS_PER_SIXTEENTH) == 0).then_some((tick / i64::from(TICKS_PER_SIXTEENTH)) as usize)
    }

    /// Whether a bar begins on this tick.
    #[must_use]
    pub fn is_bar_line(&self) -> bool {
        self.tick_in_bar() == 0
    }

    /// The section that we are in, as the conductor names it.
    #[must_use]
    pub fn section(&self) -> Option<&str> {
        self.section.as_deref()
    }

    /// The density that the conductor asks for, 0–1.
    #[must_use]
    pub fn density(&self) -> Option<f64> {
        self.density
    }

    /// Whole bars left, this one included, once the end is in sight: 1 in the last bar, 0 after it.
    #[must_use]
    pub fn bars_left(&self) -> Option<u32> {
        self.ending.map(|e| e.left.saturating_sub(self.bar().saturating_sub(e.bar)))
    }

    /// Whether the bot is to play. While it is not, notes are dropped, but it may go on listening.
    #[must_use]
    pub fn playing(&self) -> bool {
        self.playing && !self.waiting
    }

    /// Who is here, ourselves included, as the director lists them.
    #[must_use]
    pub fn who(&self) -> &[String] {
        &self.roster
    }

    /// The last that anybody else said about a topic.
    #[must_use]
    pub fn last(&self, topic: &str) -> Option<&Broadcast> {
        self.last.get(topic)
    }

    /// Plays a note at the current tick.
    pub fn play(&mut self, note: Note) {
        self.play_at(self.tick, note);
    }

    /// Plays a note at the current tick or a later one.
    pub fn play_at(&mut self, tick: Tick, note: Note) {
        if self.playing() && note.velocity > 0.0 && self.notes.len() < MOST_NOTES {
            let lyric = note.lyric;
            let note = Note { lyric, ..Note::new(note.pitch, note.velocity, note.length).deviating(note.deviation_ms) };
            self.notes.push(PlacedNote { tick: tick.max(self.tick), note });
        }
    }

    /// Tells everybody something.
    pub fn say(&mut self, topic: &str, args: impl IntoArgs) {
        let said = Broadcast::new(topic, &self.id, args);
        self.speak(said);
    }

    /// Tells everybody something of the shared vocabulary.
    pub fn tell(&mut self, said: &Said) {
        self.speak(said.by(&self.id));
    }

    fn speak(&mut self, said: Broadcast) {
        if self.words.len() < MOST_WORDS {
            self.words.push(said);
        }
    }

    pub(crate) fn remember(&mut self, said: &Broadcast) {
        if self.last.len() < MOST_TOPICS || self.last.contains_key(&said.topic) {
            self.last.insert(said.topic.clone(), said.clone());
        }
    }

    /// Takes up a new length of bars, if this is a bar line.
    pub(crate) fn turn_over(&mut self) {
        if self.is_bar_line()
            && let Some(ticks_per_bar) = self.next_measure.take()
        {
            self.anchor = Position { tick: self.tick, bar: self.bar(), beat: 1, ticks_per_bar };
        }
    }

    fn anchor_bar_line(&self) -> Tick {
        self.anchor.tick - i64::from(self.anchor.beat - 1) * i64::from(TICKS_PER_BEAT)
    }
}
