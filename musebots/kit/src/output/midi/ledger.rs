//! The ledger of sounding notes: every note that was begun at a MIDI port is ended, once, and a
//! note's end never cuts another one of the same pitch. Pure.
//!
//! A port knows pitches, not notes. What was given to it cannot be taken back one by one, so
//! ends stay here until they are near, and of one pitch nothing is given out of its order.

/// No note is shorter, in seconds: a beginning and an end of the same instant might change places.
const SHORTEST: f64 = 0.002;
/// What was given so long before it was forgotten has certainly been sent, in seconds: longer than a port may be
/// held up until it counts as lost.
const RECENT: f64 = 2.0;

/// One of the 128 pitches of a channel.
#[derive(Clone, Copy, Default)]
struct Key {
    /// The note that holds it down.
    holder: Option<u32>,
    began: f64,
    /// When it is let go, if that is known already.
    ends: Option<f64>,
    /// Until when what was given for it reaches.
    given: f64,
    /// Whether it was played since the port was opened.
    used: bool,
}

/// The ledger.
pub(crate) struct Ledger {
    keys: [Key; 128],
}

impl Ledger {
    pub(crate) fn new() -> Self {
        Self { keys: [Key { given: f64::MIN, ..Key::default() }; 128] }
    }

    /// A note begins at `due`: when the one before it on this pitch has to end first, if there
    /// is one, and when this one can begin.
    pub(crate) fn on(&mut self, id: u32, pitch: u8, due: f64) -> (Option<f64>, f64) {
        let key = &mut self.keys[usize::from(pitch.min(127))];
        let mut begin = due.max(key.given);
        let mut cut = None;
        if key.holder.is_some() {
            let end = key.ends.unwrap_or(begin).min(begin).max(key.began + SHORTEST);
            begin = begin.max(end);
            cut = Some(end);
        }
        *key = Key { holder: Some(id), began: begin, ends: None, given: begin, used: true };
        (cut, begin)
    }

    /// A note is to end at `due`. One that was cut, or never begun, has nothing to end.
    pub(crate) fn off(&mut self, id: u32, pitch: u8, due: f64) {
        let key = &mut self.keys[usize::from(pitch.min(127))];
        if key.holder == Some(id) {
            key.ends = Some(due.max(key.began + SHORTEST));
        }
    }

    /// Gives all ends up to `until`: pitch and instant.
    pub(crate) fn ends(&mut self, until: f64, mut end: impl FnMut(u8, f64)) {
        for (pitch, key) in self.keys.iter_mut().enumerate() {
            if let Some(at) = key.ends.filter(|at| *at <= until) {
                (key.holder, key.ends, key.given) = (None, None, at);
                end(pitch as u8, at);
            }
        }
    }

    /// When the next end is due.
    pub(crate) fn next_end(&self) -> Option<f64> {
        self.keys.iter().filter_map(|key| key.ends).min_by(f64::total_cmp)
    }

    /// Ends all that sounds or may sound at `now`, when the port has forgotten what it was given
    /// for later.
    pub(crate) fn end_all(&mut self, now: f64, mut end: impl FnMut(u8)) {
        for (pitch, key) in self.keys.iter_mut().enumerate() {
            if key.holder.is_some() || key.given > now - RECENT {
                end(pitch as u8);
                *key = Key { given: now, used: true, ..Key::default() };
            }
        }
    }

    /// The port is lost: whatever was played on it may hang. The pitches, for when it is back.
    pub(crate) fn lost(&mut self, mut hangs: impl FnMut(u8)) {
        for (pitch, key) in self.keys.iter_mut().enumerate() {
            if key.used {
                hangs(pitch as u8);
            }
            *key = Key { given: f64::MIN, ..Key::default() };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A wire on which what was given happens in the order of its instants, an end before a
    /// beginning of the same instant.
    #[derive(Default)]
    struct Wire {
        sent: Vec<(f64, bool, u8)>,
        given: Vec<(f64, bool, u8)>,
    }

    impl Wire {
        fn on(&mut self, ledger: &mut Ledger, id: u32, pitch: u8, due: f64) -> f64 {
            let (cut, begin) = ledger.on(id, pitch, due);
            self.given.extend(cut.map(|at| (at, false, pitch)));
            self.given.push((begin, true, pitch));
            begin
        }

        fn ends(&mut self, ledger: &mut Ledger, until: f64) {
            ledger.ends(until, |pitch, at| self.given.push((at, false, pitch)));
        }

        fn end_all(&mut self, ledger: &mut Ledger, now: f64) {
            // What was due has been sent, and the rest is forgotten.
            let sent = self.in_order().into_iter().filter(|(at, ..)| *at <= now).collect();
            (self.sent, self.given) = (sent, Vec::new());
            ledger.end_all(now, |pitch| self.given.push((now, false, pitch)));
        }

        fn in_order(&self) -> Vec<(f64, bool, u8)> {
            let mut given = self.given.clone();
            given.sort_by(|a, b| (a.0, a.1).partial_cmp(&(b.0, b.1)).unwrap());
            [self.sent.clone(), given].concat()
        }

        /// The pitches that hang in the end.
        fn hanging(&self) -> Vec<u8> {
            let mut down = [false; 128];
            self.in_order().iter().for_each(|(_, on, pitch)| down[usize::from(*pitch)] = *on);
            (0..128).filter(|pitch| down[usize::from(*pitch)]).collect()
        }
    }

    #[test]
    fn a_note_ends_where_it_was_meant_to() {
        let (mut ledger, mut wire) = (Ledger::new(), Wire::default());
        wire.on(&mut ledger, 1, 60, 1.0);
        ledger.off(1, 60, 1.5);
        assert_eq!(ledger.next_end(), Some(1.5));
        wire.ends(&mut ledger, 1.4);
        assert_eq!(wire.given.len(), 1);
        wire.ends(&mut ledger, 1.5);
        assert_eq!(wire.in_order(), [(1.0, true, 60), (1.5, false, 60)]);
    }

    #[test]
    fn the_end_of_a_note_does_not_cut_the_next_of_its_pitch() {
        let (mut ledger, mut wire) = (Ledger::new(), Wire::default());
        wire.on(&mut ledger, 1, 60, 1.0);
        wire.on(&mut ledger, 2, 60, 1.2);
        ledger.off(1, 60, 1.5);
        wire.ends(&mut ledger, 2.0);
        ledger.off(2, 60, 3.0);
        wire.ends(&mut ledger, 3.0);
        assert_eq!(wire.in_order(), [(1.0, true, 60), (1.2, false, 60), (1.2, true, 60), (3.0, false, 60)]);
    }

    #[test]
    fn a_note_that_comes_before_the_end_of_the_last_waits_for_it() {
        let (mut ledger, mut wire) = (Ledger::new(), Wire::default());
        wire.on(&mut ledger, 1, 60, 1.05);
        ledger.off(1, 60, 1.06);
        wire.ends(&mut ledger, 1.1);
        // It was given already, and this one belongs 30 ms before it.
        assert_eq!(wire.on(&mut ledger, 2, 60, 1.03), 1.06);
        ledger.off(2, 60, 1.5);
        wire.ends(&mut ledger, 2.0);
        assert!(wire.hanging().is_empty());
    }

    #[test]
    fn a_lost_port_s_pitches_hang_until_it_is_back() {
        let (mut ledger, mut wire) = (Ledger::new(), Wire::default());
        for (id, pitch) in [(1, 60), (2, 64), (3, 67)] {
            wire.on(&mut ledger, id, pitch, 1.0);
        }
        ledger.off(1, 60, 1.1);
        wire.ends(&mut ledger, 2.0);
        let mut hanging = Vec::new();
        // Even the one that was ended: nobody knows since when the port had been gone.
        ledger.lost(|pitch| hanging.push(pitch));
        assert_eq!(hanging, [60, 64, 67]);
        ledger.lost(|pitch| panic!("{pitch} was told already"));
        ledger.off(2, 64, 3.0);
        assert_eq!(ledger.next_end(), None);
    }

    /// What may happen: 20 to 200 ms later something begins, ends, is asked for, or is forgotten.
    #[derive(Debug, Clone)]
    enum Step {
        On(u8, f64),
        Off(usize, f64),
        Time(f64),
        EndAll,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => (58..62u8, -0.02..0.11f64).prop_map(|(pitch, late)| Step::On(pitch, late)),
            4 => (0..6usize, -0.02..0.5f64).prop_map(|(which, late)| Step::Off(which, late)),
            3 => (0.0..0.2f64).prop_map(Step::Time),
            1 => Just(Step::EndAll),
        ]
    }

    proptest! {
        #[test]
        fn whatever_happens_every_beginning_has_had_its_end_after_end_all(steps in prop::collection::vec(step(), 0..80)) {
            let (mut ledger, mut wire, mut now) = (Ledger::new(), Wire::default(), 10.0);
            let mut notes: Vec<(u32, u8, f64)> = Vec::new();
            for (id, step) in (0..).zip(steps) {
                match step {
                    Step::On(pitch, late) => {
                        wire.on(&mut ledger, id, pitch, now + late);
                        notes.push((id, pitch, now + late));
                    }
                    Step::Off(which, late) if !notes.is_empty() => {
                        let (id, pitch, began) = notes.remove(which % notes.len());
                        ledger.off(id, pitch, began.max(now + late));
                    }
                    Step::Off(..) => {}
                    Step::Time(passes) => {
                        now += passes;
                        wire.ends(&mut ledger, now + 0.05);
                    }
                    Step::EndAll => {
                        wire.end_all(&mut ledger, now);
                        prop_assert_eq!(wire.hanging(), Vec::<u8>::new());
                        prop_assert_eq!(ledger.next_end(), None);
                    }
                }
                // Of one pitch, ends and beginnings take turns, and a beginning comes first.
                for pitch in 58..62 {
                    let mut down = false;
                    for (_, on, _) in wire.in_order().iter().filter(|(.., p)| *p == pitch) {
                        prop_assert!(!(down && *on), "{} begins twice: {:?}", pitch, wire.in_order());
                        down = *on;
                    }
                }
            }
            wire.end_all(&mut ledger, now);
            prop_assert_eq!(wire.hanging(), Vec::<u8>::new());
        }
    }
}
