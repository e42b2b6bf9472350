//! A performer with its agenda and its mouth: what playing live and rendering share. Messages
//! and beats go in; cues and words come out. No sockets, no clocks, no sound.

use crate::{
    Musebot, Performer, Setup,
    agenda::{Agenda, Cue},
    clock::Beat,
    note::PlacedNote,
    onsets::Onsets,
    speech::Speech,
    voice::Prompter,
};
use musebot_protocol::{Broadcast, Position, Tick, ToBot};

/// Numbers beyond these are junk from the wire: nobody counts that far.
const MOST_TICKS: i64 = 1 << 33;
const MOST_BARS: u32 = 1 << 28;
const MOST_TICKS_PER_BAR: u32 = 2048;

/// Whether a message can be meant.
pub(crate) fn makes_sense(message: &ToBot) -> bool {
    let near = |tick: Tick| (-MOST_TICKS..MOST_TICKS).contains(&tick.0);
    match message {
        ToBot::Time { tick, .. } => near(*tick),
        ToBot::Position(Position { tick, bar, beat, ticks_per_bar }) => {
            near(*tick)
                && *bar < MOST_BARS
                && (4..=MOST_TICKS_PER_BAR).contains(ticks_per_bar)
                && *beat <= ticks_per_bar / 4
        }
        _ => true,
    }
}

/// The player.
pub(crate) struct Player<B> {
    performer: Performer<B>,
    agenda: Agenda,
    pub(crate) speech: Speech,
    onsets: Onsets,
    /// From the next beat on, nothing that was begun before goes on.
    hush: bool,
    last: Option<Beat>,
    notes: Vec<PlacedNote>,
    prompter: Option<Prompter>,
}

impl<B: Musebot> Player<B> {
    /// Builds the bot.
    pub(crate) fn new(setup: &Setup) -> anyhow::Result<Self> {
        let performer = Performer::new(setup)?;
        let channel = setup.sound.borrow().channel.unwrap_or(1);
        Ok(Self {
            performer,
            onsets: Onsets::new(B::about().silent, channel),
            agenda: Agenda::default(),
            speech: Speech::default(),
            hush: false,
            last: None,
            notes: Vec::new(),
            prompter: None,
        })
    }

    /// From now on, a voice is told its words as soon as they are played.
    pub(crate) fn prompt(&mut self, prompter: Option<Prompter>) {
        self.prompter = prompter;
    }

    /// Waits until the voice knows its words: for who has the time.
    pub(crate) fn wait_for_prompter(&mut self) {
        if let Some(prompter) = &mut self.prompter {
            prompter.wait();
        }
    }

    /// Takes in a message that is not the clock's, the mixer's or the reaper's.
    pub(crate) fn receive(&mut self, message: &ToBot) {
        let played = self.performer.stage().playing();
        self.performer.receive(message);
        self.hush |= played && !self.performer.stage().playing();
        self.gather();
    }

    /// Works off one beat.
    pub(crate) fn beat(&mut self, beat: &Beat, cues: &mut Vec<Cue>) {
        if self.last.is_none() && beat.tick.0 > 1 {
            self.performer.wait_for_bar_line();
        }
        if std::mem::take(&mut self.hush) || beat.jumped {
            self.notes.clear();
            if let Some(last) = &self.last {
                self.agenda.silence(last, beat.due, cues);
            }
            self.onsets.forget();
        }
        self.plan();
        self.performer.tick_due(beat.tempo, beat.tick, beat.due);
        self.gather();
        self.plan();
        self.agenda.beat(beat, cues);
        if let Some(onset) = self.onsets.beat(beat.tick, beat.due) {
            self.speech.onset(onset.by(self.performer.stage().id()));
        }
        self.last = Some(*beat);
    }

    /// Time stands still, or ends: what sounds ends where it was meant to.
    pub(crate) fn ring_off(&mut self, cues: &mut Vec<Cue>) {
        self.notes.clear();
        self.onsets.forget();
        if let Some(last) = &self.last {
            self.agenda.ring_off(last, cues);
        }
    }

    /// What comes now was missed: it comes in again on the next bar line.
    pub(crate) fn wait_for_bar_line(&mut self) {
        self.performer.wait_for_bar_line();
    }

    /// Says something that the bot itself did not think of.
    pub(crate) fn say(&mut self, said: Broadcast) {
        self.speech.say(said);
    }

    /// What the bot knows.
    pub(crate) fn stage(&self) -> &crate::Stage {
        self.performer.stage()
    }

    /// Its gain has changed: what nobody hears does not begin.
    pub(crate) fn gain(&mut self, gain: f32) {
        self.onsets.heard(gain > 0.0);
    }

    /// The last beat came too late to be played.
    pub(crate) fn missed(&mut self) {
        self.speech.forget_onsets();
    }

    fn plan(&mut self) {
        for note in self.notes.drain(..) {
            self.onsets.plan(&note);
            self.agenda.add(note);
        }
    }

    fn gather(&mut self) {
        let from = self.notes.len();
        self.notes.extend(self.performer.take_notes());
        if let Some(prompter) = &mut self.prompter {
            self.notes[from..].iter().filter_map(|placed| placed.note.lyric).for_each(|lyric| prompter.expect(lyric));
        }
        for word in self.performer.take_words() {
            self.speech.say(word);
        }
        // A bot that plays while it listens, without any tick to work it off, fills no memory.
        self.notes.truncate(4096);
    }
}
