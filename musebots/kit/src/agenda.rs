//! Keeps notes until their tick, and their ends until theirs: notes in, beginnings and ends with
//! their instants out. Every beginning has its end. Words go out earlier than other notes, so that
//! the consonants before the beat can be sung before it.

use crate::{
    clock::Beat,
    note::PlacedNote,
    voice::{LONGEST_LEAD, Sung, lead},
    words::{Lyric, Then},
};
use musebot_protocol::Tick;
use std::collections::BTreeMap;

/// A note begins or ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cue {
    /// When, in the seconds of the beat it belongs to.
    pub(crate) due: f64,
    /// Where on the grid, in ticks.
    pub(crate) position: f64,
    /// Which note: unique among sounding ones.
    pub(crate) id: u32,
    pub(crate) pitch: u8,
    /// How hard it begins; `None` when it ends.
    pub(crate) velocity: Option<f32>,
    /// What it sings.
    pub(crate) sung: Option<Sung>,
}

/// Notes that wait for a later tick, at most; what goes beyond is not played.
const MOST_WAITING: usize = 4096;
/// How early the next tick's notes may be: ends up to there are settled with this tick.
const EARLIEST: f64 = 0.020;
/// No note is shorter, in ticks.
const SHORTEST: f64 = 0.05;
/// Syllables that are closer than this are sung in one breath, in seconds.
const LEGATO: f64 = 0.12;
/// No syllable is over sooner after its beat, in seconds.
const SHORTEST_SUNG: f64 = 0.06;

/// The agenda.
#[derive(Default)]
pub(crate) struct Agenda {
    waiting: BTreeMap<Tick, Vec<PlacedNote>>,
    count: usize,
    sounding: Vec<Sounding>,
    next_id: u32,
    full: bool,
}

/// A note that has begun; where it did and where it ends, in ticks.
struct Sounding {
    id: u32,
    pitch: u8,
    begin: f64,
    end: f64,
}

impl Sounding {
    /// Ends earlier than meant; but no note ends before it has begun, or it never would.
    fn cut(&self, position: f64) -> f64 {
        self.end.min(position).max(self.begin + SHORTEST)
    }
}

/// Where a note begins, in ticks.
fn place(placed: &PlacedNote, tick_s: f64) -> f64 {
    placed.tick.0 as f64 + f64::from(placed.note.deviation_ms) / 1000.0 / tick_s
}

impl Agenda {
    /// Keeps a note until its tick.
    pub(crate) fn add(&mut self, note: PlacedNote) {
        if self.count >= MOST_WAITING {
            if !std::mem::replace(&mut self.full, true) {
                tracing::warn!("more than {MOST_WAITING} notes are planned ahead: the rest is not played");
            }
            return;
        }
        self.count += 1;
        self.waiting.entry(note.tick).or_default().push(note);
    }

    /// All that begins or ends with this beat.
    pub(crate) fn beat(&mut self, beat: &Beat, cues: &mut Vec<Cue>) {
        let tick_s = beat.tempo.tick_seconds();
        let position = beat.tick.0 as f64;
        let due = |at: f64| beat.due + (at - position) * tick_s;
        let ready = self.ready(beat);
        for (n, placed) in ready.iter().enumerate() {
            let note = placed.note;
            let begin = place(placed, tick_s).max(place(&PlacedNote { tick: beat.tick, note }, tick_s));
            // A pitch that still sounds ends where it begins anew.
            self.sounding.retain(|old| {
                let again = old.pitch == note.pitch;
                if again {
                    let end = old.cut(begin);
                    cues.push(Cue {
                        due: due(end),
                        position: end,
                        id: old.id,
                        pitch: old.pitch,
                        velocity: None,
                        sung: None,
                    });
                }
                !again
            });
            let id = self.next_id;
            self.next_id = self.next_id.wrapping_add(1);
            cues.push(Cue {
                due: due(begin),
                position: begin,
                id,
                pitch: note.pitch,
                velocity: Some(note.velocity),
                sung: self.sung(placed, begin, beat, &ready[n + 1..]),
            });
            self.sounding.push(Sounding { id, pitch: note.pitch, begin, end: begin + note.length.max(SHORTEST) });
        }
        let settled = position + 1.0 - EARLIEST / tick_s;
        self.sounding.retain(|s| {
            if s.end < settled {
                cues.push(Cue {
                    due: due(s.end),
                    position: s.end,
                    id: s.id,
                    pitch: s.pitch,
                    velocity: None,
                    sung: None,
                });
            }
            s.end >= settled
        });
    }

    /// Takes out what is to be let go with this beat: what is due, and words that begin before the
    /// next one.
    fn ready(&mut self, beat: &Beat) -> Vec<PlacedNote> {
        let tick_s = beat.tempo.tick_seconds();
        let next = beat.tick.0 as f64 + 1.0;
        let early = |placed: &PlacedNote| {
            let before = placed.note.lyric.map_or(0.0, |lyric| f64::from(lead(&lyric)) / tick_s);
            before > 0.0 && place(placed, tick_s) - before < next
        };
        let farthest = beat.tick + ((f64::from(LONGEST_LEAD) + EARLIEST) / tick_s).ceil() as i64 + 1;
        let mut ready = Vec::new();
        let mut emptied = Vec::new();
        for (tick, notes) in self.waiting.range_mut(..=farthest) {
            notes.retain(|placed| {
                let now = *tick <= beat.tick || early(placed);
                ready.extend(now.then_some(*placed));
                !now
            });
            emptied.extend(notes.is_empty().then_some(*tick));
        }
        emptied.iter().for_each(|tick| _ = self.waiting.remove(tick));
        self.count -= ready.len();
        ready
    }

    /// How a note's words lie around its beginning: up to the words that come next, if they are known.
    fn sung(&self, placed: &PlacedNote, begin: f64, beat: &Beat, ready: &[PlacedNote]) -> Option<Sung> {
        let lyric = placed.note.lyric?;
        let tick_s = beat.tempo.tick_seconds();
        let wanted = |lyric: &Lyric| f64::from(lead(lyric));
        // Nothing begins earlier than a note may that is played with this beat.
        let room = (begin - beat.tick.0 as f64) * tick_s + EARLIEST;
        let own = placed.note.length * tick_s;
        let later = self.waiting.values().flatten().filter(|other| other.tick > placed.tick);
        let next = ready.iter().chain(later).find_map(|other| {
            let at = (place(other, tick_s) - begin) * tick_s - wanted(&other.note.lyric?);
            (other.tick > placed.tick).then_some(at)
        });
        let until = next.map_or(own, |next| {
            let legato = lyric.then != Then::Line && next - own < LEGATO;
            if legato { next } else { own.min(next) }
        });
        let lead = wanted(&lyric).min(room).max(0.0) as f32;
        Some(Sung { lyric, lead, length: until.max(SHORTEST_SUNG) as f32 })
    }

    /// Ends all that sounds at one beat, and forgets what was planned. Notes count from where
    /// the last beat stood, because the next may be anywhere.
    pub(crate) fn silence(&mut self, last: &Beat, due: f64, cues: &mut Vec<Cue>) {
        self.forget();
        let tick_s = last.tempo.tick_seconds();
        let position = last.tick.0 as f64 + (due - last.due) / tick_s;
        for s in self.sounding.drain(..) {
            let end = s.cut(position);
            let due = last.due + (end - last.tick.0 as f64) * tick_s;
            cues.push(Cue { due, position: end, id: s.id, pitch: s.pitch, velocity: None, sung: None });
        }
    }

    /// Lets all that sounds end where it was meant to, by the last beat's tempo, and forgets
    /// what was planned.
    pub(crate) fn ring_off(&mut self, last: &Beat, cues: &mut Vec<Cue>) {
        self.forget();
        let position = last.tick.0 as f64;
        for s in self.sounding.drain(..) {
            let due = last.due + (s.end - position) * last.tempo.tick_seconds();
            cues.push(Cue { due, position: s.end, id: s.id, pitch: s.pitch, velocity: None, sung: None });
        }
    }

    fn forget(&mut self) {
        self.waiting.clear();
        self.count = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Note;
    use crate::words::{Phone, Syllable};
    use musebot_protocol::Tempo;

    fn beat(tick: i64) -> Beat {
        Beat { tick: Tick(tick), tempo: Tempo::default(), due: tick as f64 / 32.0, jumped: false }
    }

    fn run(agenda: &mut Agenda, ticks: std::ops::Range<i64>) -> Vec<Cue> {
        let mut cues = Vec::new();
        ticks.for_each(|t| agenda.beat(&beat(t), &mut cues));
        cues
    }

    fn placed(tick: i64, note: Note) -> PlacedNote {
        PlacedNote { tick: Tick(tick), note }
    }

    #[test]
    fn a_note_begins_at_its_tick_and_ends_after_its_length() {
        let mut agenda = Agenda::default();
        agenda.add(placed(5, Note::new(60, 0.5, 4.0)));
        let cues = run(&mut agenda, 0..32);
        assert_eq!(cues.len(), 2);
        assert_eq!((cues[0].due, cues[0].velocity), (5.0 / 32.0, Some(0.5)));
        assert_eq!((cues[1].due, cues[1].velocity), (9.0 / 32.0, None));
    }

    #[test]
    fn a_deviation_moves_both_ends() {
        let mut agenda = Agenda::default();
        agenda.add(placed(5, Note::new(60, 0.5, 4.0).deviating(-20.0)));
        let cues = run(&mut agenda, 0..32);
        assert!((cues[0].due - 5.0 / 32.0 + 0.02).abs() < 1e-9);
        assert!((cues[1].due - 9.0 / 32.0 + 0.02).abs() < 1e-9);
    }

    #[test]
    fn a_pitch_played_again_ends_first() {
        let mut agenda = Agenda::default();
        agenda.add(placed(0, Note::new(60, 0.5, 100.0)));
        agenda.add(placed(8, Note::new(60, 0.6, 4.0)));
        let cues = run(&mut agenda, 0..200);
        let shape: Vec<_> = cues.iter().map(|c| (c.position, c.id, c.velocity.is_some())).collect();
        assert_eq!(shape, [(0.0, 0, true), (8.0, 0, false), (8.0, 1, true), (12.0, 1, false)]);
    }

    #[test]
    fn silence_ends_everything_and_forgets_what_was_planned() {
        let mut agenda = Agenda::default();
        agenda.add(placed(0, Note::new(60, 0.5, 100.0)));
        agenda.add(placed(0, Note::new(64, 0.5, 100.0)));
        agenda.add(placed(50, Note::new(67, 0.5, 4.0)));
        let mut cues = run(&mut agenda, 0..10);
        agenda.silence(&beat(9), 10.0 / 32.0, &mut cues);
        let ends: Vec<_> = cues[2..].iter().map(|c| (c.due, c.position, c.velocity)).collect();
        assert_eq!(ends, [(0.3125, 10.0, None); 2]);
        assert!(run(&mut agenda, 10..100).is_empty());
    }

    #[test]
    fn no_note_ends_before_it_has_begun() {
        let mut agenda = Agenda::default();
        agenda.add(placed(5, Note::new(60, 0.5, 4.0).deviating(50.0)));
        agenda.add(placed(6, Note::new(60, 0.5, 4.0).deviating(-20.0)));
        agenda.add(placed(6, Note::new(64, 0.5, 4.0).deviating(50.0)));
        let mut cues = run(&mut agenda, 0..7);
        agenda.silence(&beat(6), 7.0 / 32.0, &mut cues);
        for on in cues.iter().filter(|c| c.velocity.is_some()) {
            let off = cues.iter().find(|c| c.id == on.id && c.velocity.is_none()).unwrap();
            assert!(off.due > on.due && off.position > on.position, "{on:?} {off:?}");
        }
    }

    #[test]
    fn a_note_without_end_ends_at_a_time_that_can_be_counted() {
        let mut agenda = Agenda::default();
        agenda.add(placed(0, Note::new(60, 0.5, f64::MAX)));
        let mut cues = run(&mut agenda, 0..2);
        agenda.ring_off(&beat(1), &mut cues);
        let end = std::time::Duration::try_from_secs_f64(cues[1].due).unwrap();
        assert!(std::time::Instant::now().checked_add(end).is_some());
    }

    #[test]
    fn a_bot_that_plans_without_end_fills_no_memory() {
        let mut agenda = Agenda::default();
        (0..100_000).for_each(|n| agenda.add(placed(1000 + n, Note::new(60, 0.5, 4.0))));
        assert_eq!(agenda.count, MOST_WAITING);
    }

    fn lyric(onset: &[Phone], then: Then) -> Lyric {
        let syllable = Syllable { onset: onset.to_vec(), nucleus: vec![Phone::A], ..Syllable::default() };
        Lyric::new(&syllable, then)
    }

    /// Every beat's cues with the beat they went out with.
    fn words(agenda: &mut Agenda, ticks: std::ops::Range<i64>) -> Vec<(i64, Cue)> {
        let mut all = Vec::new();
        for tick in ticks {
            let mut cues = Vec::new();
            agenda.beat(&beat(tick), &mut cues);
            all.extend(cues.into_iter().filter(|cue| cue.sung.is_some()).map(|cue| (tick, cue)));
        }
        all
    }

    #[test]
    fn words_go_out_early_enough_for_their_consonants_and_stay_on_their_tick() {
        let mut agenda = Agenda::default();
        let sta = lyric(&[Phone::S, Phone::T], Then::Word);
        agenda.add(placed(20, Note::new(60, 0.5, 8.0).singing(sta)));
        let (tick, cue) = words(&mut agenda, 0..30)[0];
        let sung = cue.sung.unwrap();
        assert_eq!((cue.due, cue.position), (20.0 / 32.0, 20.0));
        assert_eq!(sung.lead, lead(&sta));
        let begins = cue.due - f64::from(sung.lead);
        assert!((tick as f64 / 32.0..(tick + 1) as f64 / 32.0).contains(&begins), "{begins} with tick {tick}");
    }

    #[test]
    fn words_that_come_on_their_tick_are_hurried_and_not_late() {
        let mut agenda = Agenda::default();
        run(&mut agenda, 0..5);
        agenda.add(placed(5, Note::new(60, 0.5, 8.0).singing(lyric(&[Phone::S], Then::Word))));
        let (_, cue) = words(&mut agenda, 5..6)[0];
        assert_eq!(cue.due, 5.0 / 32.0);
        assert!((cue.sung.unwrap().lead - EARLIEST as f32).abs() < 1e-6);
    }

    #[test]
    fn a_syllable_reaches_to_the_next_but_not_over_the_end_of_its_line() {
        for (then, expected) in
            [(Then::Word, 8.0 / 32.0 - lead(&lyric(&[Phone::M], Then::Word))), (Then::Line, 6.0 / 32.0)]
        {
            let mut agenda = Agenda::default();
            agenda.add(placed(20, Note::new(60, 0.5, 6.0).singing(lyric(&[], then))));
            agenda.add(placed(
                if then == Then::Line { 36 } else { 28 },
                Note::new(60, 0.5, 6.0).singing(lyric(&[Phone::M], Then::Word)),
            ));
            let (_, cue) = words(&mut agenda, 0..40)[0];
            assert!((cue.sung.unwrap().length - expected).abs() < 1e-5, "{then:?}: {:?}", cue.sung);
        }
    }

    #[test]
    fn a_syllable_makes_room_for_the_consonants_of_the_next() {
        let mut agenda = Agenda::default();
        let sta = lyric(&[Phone::S, Phone::T], Then::Word);
        agenda.add(placed(20, Note::new(60, 0.5, 8.0).singing(sta)));
        agenda.add(placed(28, Note::new(62, 0.5, 8.0).singing(sta)));
        let cues = words(&mut agenda, 0..40);
        let over = cues[0].1.due + f64::from(cues[0].1.sung.unwrap().length);
        let begins = cues[1].1.due - f64::from(cues[1].1.sung.unwrap().lead);
        assert!((over - begins).abs() < 1e-6, "{over} {begins}");
    }
}
