//! A bot on its stage, without sockets, clocks or sound: messages and ticks go in, notes and
//! broadcasts come out. Playing live, rendering and testing all drive this.

use crate::{Musebot, Setup, Stage, note::PlacedNote, stage::Ending};
use musebot_protocol::{Broadcast, CONDUCTOR, Said, TICKS_PER_SIXTEENTH, Tempo, Tick, ToBot};

/// A bot and all it knows.
pub struct Performer<B> {
    bot: B,
    stage: Stage,
}

impl<B: Musebot> Performer<B> {
    /// Builds the bot.
    ///
    /// # Errors
    /// What the bot's own `new` says.
    pub fn new(setup: &Setup) -> anyhow::Result<Self> {
        let stage = Stage::new(setup.id.as_str(), setup.tempo, setup.meter);
        Ok(Self { bot: B::new(setup)?, stage })
    }

    /// The stage as it is.
    #[must_use]
    pub fn stage(&self) -> &Stage {
        &self.stage
    }

    /// The bot itself.
    #[must_use]
    pub fn bot(&self) -> &B {
        &self.bot
    }

    /// Takes in one message. Ticks, gain and shutdown are not its business.
    pub fn receive(&mut self, message: &ToBot) {
        match message {
            ToBot::Meter(meter) => {
                if *meter != self.stage.meter && !self.stage.positioned {
                    self.stage.next_measure = Some(meter.ticks_per_bar() as u32);
                }
                self.stage.meter = *meter;
            }
            ToBot::Position(position) => {
                self.stage.anchor = *position;
                self.stage.positioned = true;
                self.stage.next_measure = None;
            }
            ToBot::Ending(left) => {
                self.stage.ending = Some(Ending { bar: self.stage.bar_meant(), left: *left });
            }
            ToBot::AgentList(names) => self.stage.roster.clone_from(names),
            ToBot::Broadcast(said) if said.speaker != self.stage.id => self.hear(said),
            _ => {}
        }
    }

    fn hear(&mut self, said: &Broadcast) {
        match said.said() {
            Some(Said::OnOff(on)) => self.stage.playing = on,
            // With a director of ours, its metre rules the bar, and a tala divides it.
            Some(Said::Tala(groups)) if !self.stage.positioned => {
                let sixteenths: u32 = groups.iter().map(|group| u32::from(*group)).sum();
                self.stage.next_measure = Some(sixteenths * TICKS_PER_SIXTEENTH);
            }
            Some(Said::Section(name)) if said.speaker == CONDUCTOR => self.stage.section = Some(name),
            Some(Said::Density(density)) if said.speaker == CONDUCTOR => self.stage.density = Some(density),
            _ => {}
        }
        self.stage.remember(said);
        self.bot.heard(said, &mut self.stage);
    }

    /// Whoever comes in the middle of the music comes in on the next bar line.
    pub(crate) fn wait_for_bar_line(&mut self) {
        self.stage.waiting = true;
    }

    /// Works off one tick, which sounds where the tempo so far puts it: tick 0 at 0 seconds.
    pub fn tick(&mut self, tempo: Tempo, tick: Tick) {
        let due = match self.stage.due {
            Some(_) => self.stage.due(tick),
            None => tick.0 as f64 * tempo.tick_seconds(),
        };
        self.tick_due(tempo, tick, due);
    }

    /// Works off one tick that sounds at so many seconds.
    pub(crate) fn tick_due(&mut self, tempo: Tempo, tick: Tick, due: f64) {
        self.stage.due = Some(due);
        self.stage.tempo = tempo;
        self.stage.tick = tick;
        self.stage.turn_over();
        if self.stage.waiting && self.stage.is_bar_line() {
            self.stage.waiting = false;
        }
        self.bot.tick(tick, &mut self.stage);
    }

    /// The notes played since the last call, in the order they were played.
    pub fn take_notes(&mut self) -> impl Iterator<Item = PlacedNote> {
        self.stage.notes.drain(..)
    }

    /// The broadcasts said since the last call, in order.
    pub fn take_words(&mut self) -> impl Iterator<Item = Broadcast> {
        self.stage.words.drain(..)
    }
}
