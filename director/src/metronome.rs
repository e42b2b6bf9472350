//! The tempo map: which instant each tick falls on. Pure; all times are seconds since tick 0
//! was due to sound its first datagram.
//!
//! Each tick has one tempo, the `f32` that travels in its `/mc/time`, and lasts exactly
//! 60 / (16 · tempo) seconds. A ramp is a staircase of ticks. So a bot that adds up what it
//! was told arrives at the same instants as we do, and nothing ever drifts.
//!
//! Where another machine leads, its map is ours, bent to where its ticks fall on our clock
//! (`network/bend.rs`): the tempo that travels stays, and the periods differ a little.

mod plan;
mod wire;

pub use wire::Step;

use musebot_protocol::{TICKS_PER_BEAT, Tempo, Tick};

/// From `tick` on, until the next segment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Segment {
    pub(crate) tick: i64,
    /// When it is due.
    pub(crate) seconds: f64,
    pub(crate) tempo: Tempo,
    /// Seconds a tick; not the tempo's own while the grid is being nudged or bent.
    pub(crate) period: f64,
}

/// Longest ramp, in ticks: 1,000 bars of 4/4.
const LONGEST_RAMP: i64 = 64_000;

/// When a tick is due that nobody knows the instant of: in thirty years.
pub(crate) const SOME_DAY: f64 = 1e9;

/// The tempo map.
#[derive(Debug, Clone, PartialEq)]
pub struct TempoMap {
    segments: Vec<Segment>,
    /// No tick before it is ever due.
    begins: Tick,
}

/// The tempo as it travels.
fn on_wire(tempo: Tempo) -> Tempo {
    Tempo::clamped(f64::from(tempo.bpm() as f32))
}

impl TempoMap {
    /// One tempo for ever.
    #[must_use]
    pub fn new(tempo: Tempo) -> Self {
        let tempo = on_wire(tempo);
        let segment = Segment { tick: 0, seconds: 0.0, tempo, period: tempo.tick_seconds() };
        Self { segments: vec![segment], begins: Tick(0) }
    }

    /// The first tick that is ever due: whoever counts begins there. Not tick 0 for who joins late.
    #[must_use]
    pub fn begins(&self) -> Tick {
        self.begins
    }

    /// Nothing before `tick` is due any more: whoever counts goes on there.
    pub fn begin_at(&mut self, tick: Tick) {
        self.begins = self.begins.max(tick);
    }

    fn segment(&self, tick: i64) -> &Segment {
        let after = self.segments.partition_point(|s| s.tick <= tick);
        &self.segments[after.saturating_sub(1)]
    }

    /// When a tick is due, in seconds since tick 0.
    #[must_use]
    pub fn seconds(&self, tick: Tick) -> f64 {
        let s = self.segment(tick.0);
        s.seconds + (tick.0 - s.tick) as f64 * s.period
    }

    /// The tempo that a tick is sent with.
    #[must_use]
    pub fn tempo(&self, tick: Tick) -> Tempo {
        self.segment(tick.0).tempo
    }

    /// How many seconds a tick lasts.
    #[must_use]
    pub fn period(&self, tick: Tick) -> f64 {
        self.segment(tick.0).period
    }

    /// The first tick that is due at or after an instant.
    #[must_use]
    pub fn first_tick_from(&self, seconds: f64) -> Tick {
        let after = self.segments.partition_point(|s| s.seconds <= seconds);
        let s = &self.segments[after.saturating_sub(1)];
        let mut tick = s.tick + ((seconds - s.seconds) / s.period).ceil() as i64;
        if let Some(next) = self.segments.get(after) {
            tick = tick.min(next.tick);
        }
        Tick(tick.max(0))
    }

    /// From `tick` on: `to`, reached in equal steps over `ticks` ticks (0: at once).
    /// What was planned from there on is forgotten.
    pub fn change(&mut self, tick: Tick, to: Tempo, ticks: i64) {
        let from = self.tempo(tick - 1).bpm();
        let ticks = ticks.clamp(0, LONGEST_RAMP);
        let mut seconds = self.cut(tick);
        for step in 0..ticks {
            let bpm = from + (to.bpm() - from) * (step + 1) as f64 / (ticks + 1) as f64;
            let tempo = on_wire(Tempo::clamped(bpm));
            let period = tempo.tick_seconds();
            self.segments.push(Segment { tick: tick.0 + step, seconds, tempo, period });
            seconds += period;
        }
        let tempo = on_wire(to);
        self.segments.push(Segment { tick: tick.0 + ticks, seconds, tempo, period: tempo.tick_seconds() });
    }

    /// Moves the grid from `tick` on by `ms`, spread over the next beat; the tempo that is
    /// sent stays. Never so much that time would stand still. A ramp that is going on stops.
    pub fn nudge(&mut self, tick: Tick, ms: f64) {
        let beat = i64::from(TICKS_PER_BEAT);
        let tempo = self.tempo(tick);
        let own = tempo.tick_seconds();
        let period = (own + ms / 1000.0 / beat as f64).clamp(own * 0.5, own * 2.0);
        let seconds = self.cut(tick);
        self.segments.push(Segment { tick: tick.0, seconds, tempo, period });
        let seconds = seconds + period * beat as f64;
        self.segments.push(Segment { tick: tick.0 + beat, seconds, tempo, period: own });
    }

    /// From `tick` on for some ticks at one tempo, then at another; what was planned from there on is forgotten.
    pub fn steer(&mut self, tick: Tick, tempo: Tempo, ticks: i64, then: Tempo) {
        let seconds = self.cut(tick);
        let (tempo, then) = (on_wire(tempo), on_wire(then));
        let period = tempo.tick_seconds();
        self.segments.push(Segment { tick: tick.0, seconds, tempo, period });
        let (tick, seconds) = (tick.0 + ticks, seconds + period * ticks as f64);
        self.segments.push(Segment { tick, seconds, tempo: then, period: then.tick_seconds() });
    }

    /// `tick` and all after it wait until somebody says when they are due ([`Self::resume`]).
    pub fn pause(&mut self, tick: Tick) {
        let tempo = self.tempo(tick);
        self.cut(tick);
        self.segments.push(Segment { tick: tick.0, seconds: SOME_DAY, tempo, period: tempo.tick_seconds() });
    }

    /// `tick` is due so many seconds after tick 0, and from there it goes on at a tempo.
    pub fn resume(&mut self, tick: Tick, seconds: f64, tempo: Tempo) {
        self.cut(tick);
        let tempo = on_wire(tempo);
        // Never before the tick that it follows.
        let seconds = if self.segments.is_empty() { seconds } else { seconds.max(self.seconds(tick)) };
        self.segments.push(Segment { tick: tick.0, seconds, tempo, period: tempo.tick_seconds() });
    }

    /// Forgets everything from `tick` on and says when `tick` is due.
    fn cut(&mut self, tick: Tick) -> f64 {
        let seconds = self.seconds(tick);
        self.segments.retain(|s| s.tick < tick.0);
        seconds
    }

    /// Forgets what lies before `tick`, so that a long evening of changes does not pile up.
    pub fn forget_before(&mut self, tick: Tick) {
        let mut current = self.segments.partition_point(|s| s.tick <= tick.0).saturating_sub(1);
        // In a pause it is still the tick before it that we are at.
        if self.segments.get(current).is_some_and(|s| s.seconds >= SOME_DAY) {
            current = current.saturating_sub(1);
        }
        self.segments.drain(..current);
    }

    /// Where the tempo changes: (tick, tempo), from the first.
    pub fn changes(&self) -> impl Iterator<Item = (Tick, Tempo)> {
        self.segments.iter().map(|s| (Tick(s.tick), s.tempo))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tempo(bpm: f64) -> Tempo {
        Tempo::new(bpm).unwrap()
    }

    #[test]
    fn ten_hours_do_not_drift() {
        let map = TempoMap::new(tempo(120.0));
        assert!((map.seconds(Tick(32 * 36_000)) - 36_000.0).abs() < 1e-6);
    }

    #[test]
    fn d5_a_tempo_change_shows_in_its_tick_and_moves_nothing_before() {
        let mut map = TempoMap::new(tempo(120.0));
        let before = map.seconds(Tick(64));
        map.change(Tick(64), tempo(60.0), 0);
        assert_eq!(map.seconds(Tick(64)), before);
        assert_eq!(map.tempo(Tick(63)).bpm(), 120.0);
        assert_eq!(map.tempo(Tick(64)).bpm(), 60.0);
        assert!((map.seconds(Tick(80)) - before - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_ramp_is_monotonic_and_arrives() {
        let mut map = TempoMap::new(tempo(100.0));
        map.change(Tick(32), tempo(140.0), 128);
        for t in 0..400 {
            assert!(map.seconds(Tick(t + 1)) > map.seconds(Tick(t)));
            assert!(map.tempo(Tick(t + 1)).bpm() >= map.tempo(Tick(t)).bpm());
        }
        assert_eq!(map.tempo(Tick(160)).bpm(), 140.0);
        assert!(map.tempo(Tick(32)).bpm() > 100.0, "the ramp shows from its first tick on");
    }

    #[test]
    fn a_bot_that_adds_up_the_tempos_it_hears_arrives_at_our_instants() {
        let mut map = TempoMap::new(tempo(97.3));
        map.change(Tick(10), tempo(201.7), 100);
        map.change(Tick(150), tempo(33.1), 0);
        let mut seconds = 0.0;
        for t in 0..1000 {
            assert!((map.seconds(Tick(t)) - seconds).abs() < 1e-9, "tick {t}");
            seconds += 60.0 / (16.0 * f64::from(map.tempo(Tick(t)).bpm() as f32));
        }
    }

    #[test]
    fn the_first_tick_from_an_instant_is_the_next_one_due() {
        let mut map = TempoMap::new(tempo(120.0));
        map.change(Tick(32), tempo(240.0), 16);
        for t in 0..100 {
            let due = map.seconds(Tick(t));
            assert_eq!(map.first_tick_from(due - 1e-6), Tick(t));
            assert_eq!(map.first_tick_from(due + 1e-6), Tick(t + 1));
        }
    }

    #[test]
    fn a_nudge_moves_the_grid_once_and_keeps_the_tempo() {
        let mut map = TempoMap::new(tempo(120.0));
        let before = map.seconds(Tick(100));
        map.nudge(Tick(20), 12.0);
        assert!((map.seconds(Tick(100)) - before - 0.012).abs() < 1e-9);
        assert_eq!(map.tempo(Tick(25)).bpm(), 120.0);
        map.nudge(Tick(120), -5_000.0);
        assert!(map.seconds(Tick(121)) > map.seconds(Tick(120)));
    }

    #[test]
    fn a_pause_lasts_until_somebody_ends_it_and_no_tick_is_left_out() {
        let mut map = TempoMap::new(tempo(120.0));
        map.pause(Tick(40));
        assert_eq!(map.seconds(Tick(39)), 39.0 / 32.0);
        assert_eq!(map.first_tick_from(86_400.0), Tick(40));
        assert_eq!(map.period(Tick(39)), 1.0 / 32.0, "the last tick before it is as long as it was");
        map.forget_before(map.first_tick_from(50.0));
        assert_eq!(map.first_tick_from(50.0), Tick(40), "what is forgotten in a pause is not where we are");
        map.resume(Tick(40), 100.0, tempo(60.0));
        assert_eq!(map.seconds(Tick(40)), 100.0);
        assert_eq!(map.seconds(Tick(56)), 101.0);
        assert_eq!(map.first_tick_from(50.0), Tick(40));
        assert_eq!(map.seconds(Tick(39)), 39.0 / 32.0);
    }

    #[test]
    fn a_map_that_is_steered_goes_on_at_the_second_tempo() {
        let mut map = TempoMap::new(tempo(120.0));
        map.steer(Tick(32), tempo(125.0), 16, tempo(100.0));
        assert_eq!(map.seconds(Tick(32)), 1.0);
        assert!((map.seconds(Tick(48)) - 1.0 - 60.0 / 125.0).abs() < 1e-9);
        assert!((map.seconds(Tick(64)) - map.seconds(Tick(48)) - 0.6).abs() < 1e-9);
    }

    #[test]
    fn what_is_forgotten_changes_nothing_ahead() {
        let mut map = TempoMap::new(tempo(120.0));
        map.change(Tick(32), tempo(90.0), 64);
        let ahead = map.seconds(Tick(500));
        map.forget_before(Tick(80));
        assert_eq!(map.seconds(Tick(500)), ahead);
        assert_eq!(map.changes().next().unwrap().0, Tick(80));
    }
}
