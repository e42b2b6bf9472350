//! A voice that another program speaks: espeak-ng, where it is installed, is run ahead of time for
//! each syllable on a thread of its own; here what it said is fitted to pitch and time. What is not
//! there in time, our own singer sings.

mod espeak;
mod grains;
mod said;
#[cfg(test)]
mod tests;

pub use espeak::{Prompter, SpokenError};

use super::quiet::Quiet;
use super::room::Room;
use super::singer::melody::Melody;
use super::{Singer, Sung, Timbre, Voice};
use grains::Grains;
use rtrb::{Consumer, Producer};
use said::Said;
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

/// Syllables that are kept at hand.
const AT_HAND: usize = 128;
/// Frames from one look at the melody to the next.
const BLOCK: usize = 64;
/// Level of a note at full velocity, against what was said at a peak of 1.
const LEVEL: f32 = 0.55;
/// How much room, and how many seconds it rings.
const ROOM: (f32, f32) = (0.16, 0.9);

/// espeak-ng's voice, fitted to notes.
pub struct Spoken {
    own: Singer,
    prompter: Option<Prompter>,
    rate: Arc<AtomicU32>,
    sample_rate: f32,
    arriving: Consumer<Arc<Said>>,
    /// What was thrown out goes back, to be freed where that may take its time.
    leaving: Producer<Arc<Said>>,
    at_hand: [Option<Arc<Said>>; AT_HAND],
    oldest: usize,
    melody: Melody,
    grains: Grains,
    room: Room,
    quiet: Quiet,
    note: Option<u32>,
}

impl Spoken {
    /// Finds espeak-ng and starts the thread that runs it.
    ///
    /// # Errors
    /// When there is no espeak-ng, or no thread to be had.
    pub fn new(timbre: Timbre) -> Result<Self, SpokenError> {
        let rate = Arc::new(AtomicU32::new(48_000));
        let (prompter, arriving, leaving) = espeak::start(Path::new(espeak::PROGRAM), timbre, Arc::clone(&rate))?;
        Ok(Self { prompter: Some(prompter), ..Self::between(timbre, rate, arriving, leaving) })
    }

    /// Between what is said and where it goes.
    fn between(
        timbre: Timbre,
        rate: Arc<AtomicU32>,
        arriving: Consumer<Arc<Said>>,
        leaving: Producer<Arc<Said>>,
    ) -> Self {
        Self {
            own: Singer::new(timbre),
            prompter: None,
            rate,
            sample_rate: 48_000.0,
            arriving,
            leaving,
            at_hand: [const { None }; AT_HAND],
            oldest: 0,
            melody: Melody::new(false),
            grains: Grains::new(),
            room: Room::new(ROOM.1, 48_000.0),
            quiet: Quiet::new(48_000.0),
            note: None,
        }
    }

    /// Takes in what has been said since. Realtime-safe: yes.
    fn take_in(&mut self) {
        let rate = self.rate.load(Ordering::Relaxed);
        // One place is kept for what is being said.
        while self.leaving.slots() > 1
            && let Ok(said) = self.arriving.pop()
        {
            let same = |other: &Option<Arc<Said>>| other.as_ref().is_some_and(|it| it.lyric.sounds_like(&said.lyric));
            let known = self.at_hand.iter().position(same);
            let old = if said.rate == rate {
                let place = known.unwrap_or(self.oldest);
                self.oldest = (self.oldest + usize::from(known.is_none())) % AT_HAND;
                self.at_hand[place].replace(said)
            } else {
                // The sample rate has changed since.
                Some(said)
            };
            if let Some(old) = old {
                // There is room: it was looked for.
                let _ = self.leaving.push(old);
            }
        }
    }
}

impl Voice for Spoken {
    fn prepare(&mut self, sample_rate: f32) {
        self.rate.store(sample_rate as u32, Ordering::Relaxed);
        self.sample_rate = sample_rate;
        self.own.prepare(sample_rate);
        self.melody = Melody::new(false);
        self.grains = Grains::new();
        self.room = Room::new(ROOM.1, sample_rate);
        self.quiet = Quiet::new(sample_rate);
    }

    fn note_on(&mut self, id: u32, pitch: u8, velocity: f32) {
        self.grains.stop();
        self.note = None;
        self.own.note_on(id, pitch, velocity);
    }

    fn sings(&self) -> bool {
        true
    }

    fn sing(&mut self, id: u32, pitch: u8, velocity: f32, sung: &Sung) {
        self.take_in();
        let said = self.at_hand.iter().flatten().find(|said| said.lyric.sounds_like(&sung.lyric));
        let rate = self.rate.load(Ordering::Relaxed);
        // What was said before must have somewhere to go: here nothing is freed.
        let fits = |said: &&Arc<Said>| said.rate == rate && self.leaving.slots() > 0;
        let Some(said) = said.filter(fits).map(Arc::clone) else {
            self.grains.stop();
            self.note = None;
            return self.own.sing(id, pitch, velocity, sung);
        };
        self.own.all_off();
        let frames = |seconds: f32| (seconds.max(0.0) * self.sample_rate) as usize;
        let effort = 0.35 + 0.65 * velocity.clamp(0.0, 1.0);
        let level = LEVEL * effort * effort.sqrt();
        let (lead, length) = (frames(sung.lead), frames(sung.length.max(0.05)));
        if let Some(old) = self.grains.begin(said, lead, length, level) {
            // There is room, as above.
            let _ = self.leaving.push(old);
        }
        self.melody.go_to(f32::from(pitch.min(127)), self.note.is_none());
        self.melody.hold();
        self.note = Some(id);
        self.quiet.wake();
    }

    fn prompter(&mut self) -> Option<Prompter> {
        self.prompter.take()
    }

    fn note_off(&mut self, id: u32) {
        self.own.note_off(id);
        if self.note == Some(id) {
            self.grains.close();
        }
    }

    fn all_off(&mut self) {
        self.own.all_off();
        self.grains.stop();
        self.note = None;
    }

    fn render(&mut self, out: &mut [[f32; 2]]) {
        self.own.render(out);
        if self.quiet.is_quiet() && self.grains.is_over() {
            return;
        }
        for block in out.chunks_mut(BLOCK) {
            let hz = self.melody.step(block.len() as f32 / self.sample_rate);
            let period = self.sample_rate / hz.clamp(30.0, 2000.0);
            for frame in block {
                let x = self.grains.next(period);
                let [l, r] = self.room.next(x);
                let (l, r) = (x + l * ROOM.0, x + r * ROOM.0);
                self.quiet.hear(l, r);
                frame[0] += l;
                frame[1] += r;
            }
        }
    }

    fn is_silent(&self) -> bool {
        self.own.is_silent() && self.grains.is_over() && self.quiet.is_quiet()
    }
}
