//! A rehearsal: several bots play together in one process, without sockets or sound. They get
//! every tick in turn; what is said in a tick reaches everybody before the next one.

use super::Phrase;
use crate::{
    Broadcast, Meter, Musebot, PlacedNote, Position, Setup, Tempo, Tick, ToBot, onsets::Onsets, performer::Performer,
};

/// One note that was played in a rehearsal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Heard {
    /// Which bot played it, counted in the order they came in.
    pub bot: usize,
    /// What it played, and when.
    pub placed: PlacedNote,
}

/// A band in one process.
pub struct Rehearsal {
    players: Vec<(String, Box<dyn Player>)>,
    meter: Meter,
    tempo: Tempo,
    sections: Vec<(String, u32, f64)>,
    /// What was played.
    pub notes: Vec<Heard>,
    /// What was said, and at which tick.
    pub words: Vec<(Tick, Broadcast)>,
}

/// A bot of any kind on its stage.
trait Player {
    fn receive(&mut self, message: &ToBot);
    fn tick(&mut self, tempo: Tempo, tick: Tick) -> (Vec<PlacedNote>, Vec<Broadcast>);
}

/// A performer that says which of its notes begin.
struct Member<B> {
    performer: Performer<B>,
    onsets: Onsets,
}

impl<B: Musebot> Player for Member<B> {
    fn receive(&mut self, message: &ToBot) {
        self.performer.receive(message);
    }

    fn tick(&mut self, tempo: Tempo, tick: Tick) -> (Vec<PlacedNote>, Vec<Broadcast>) {
        self.performer.tick(tempo, tick);
        let notes: Vec<_> = self.performer.take_notes().collect();
        notes.iter().for_each(|note| self.onsets.plan(note));
        let mut words: Vec<_> = self.performer.take_words().collect();
        let stage = self.performer.stage();
        words.extend(self.onsets.beat(tick, stage.due(tick)).map(|onset| onset.by(stage.id())));
        (notes, words)
    }
}

impl Rehearsal {
    /// An empty room.
    #[must_use]
    pub fn new(meter: Meter, tempo: Tempo) -> Self {
        Self { players: Vec::new(), meter, tempo, sections: Vec::new(), notes: Vec::new(), words: Vec::new() }
    }

    /// A bot comes in.
    ///
    /// # Errors
    /// What the bot's `new` says.
    pub fn with<B: Musebot + 'static>(mut self, setup: &Setup) -> anyhow::Result<Self> {
        let performer = Performer::<B>::new(setup)?;
        let onsets = Onsets::new(B::about().silent, setup.sound.borrow().channel.unwrap_or(1));
        self.players.push((setup.id.to_string(), Box::new(Member { performer, onsets })));
        Ok(self)
    }

    /// A section of so many bars and such a density; sections follow each other in a loop.
    #[must_use]
    pub fn section(mut self, name: &str, bars: u32, density: f64) -> Self {
        self.sections.push((name.to_owned(), bars.max(1), density));
        self
    }

    /// Plays `bars` bars to the end.
    #[must_use]
    pub fn play(mut self, bars: u32) -> Self {
        let per_bar = self.meter.ticks_per_bar();
        let names: Vec<String> = self.players.iter().map(|(name, _)| name.clone()).collect();
        self.tell(&ToBot::AgentList(names));
        self.tell(&ToBot::Meter(self.meter));
        for tick in 0..per_bar * i64::from(bars) {
            if tick % per_bar == 0 {
                self.bar_line((tick / per_bar) as u32 + 1, Tick(tick), bars);
            }
            let mut said = Vec::new();
            for (bot, (_, player)) in self.players.iter_mut().enumerate() {
                let (notes, words) = player.tick(self.tempo, Tick(tick));
                self.notes.extend(notes.into_iter().map(|placed| Heard { bot, placed }));
                said.extend(words);
            }
            for words in said {
                self.tell(&ToBot::Broadcast(words.clone()));
                self.words.push((Tick(tick), words));
            }
        }
        self
    }

    fn bar_line(&mut self, bar: u32, tick: Tick, bars: u32) {
        self.tell(&ToBot::Position(Position { tick, bar, beat: 1, ticks_per_bar: self.meter.ticks_per_bar() as u32 }));
        let left = bars + 1 - bar;
        if left <= Phrase::of(1, 4).bars {
            self.tell(&ToBot::Ending(left));
        }
        let all: u32 = self.sections.iter().map(|(_, bars, _)| bars).sum();
        let mut at = 0;
        for (name, bars, density) in self.sections.clone() {
            if all > 0 && (bar - 1) % all == at {
                self.tell(&ToBot::Broadcast(Broadcast::new("section", "Conductor", name.as_str())));
                self.tell(&ToBot::Broadcast(Broadcast::new("density", "Conductor", density)));
            }
            at += bars;
        }
    }

    fn tell(&mut self, message: &ToBot) {
        for (_, player) in &mut self.players {
            player.receive(message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Note, Said, Stage};

    /// Says its tick, and plays a note for every word of somebody else that it hears.
    struct Echo {
        heard: u32,
    }

    impl Musebot for Echo {
        fn new(_: &Setup) -> anyhow::Result<Self> {
            Ok(Self { heard: 0 })
        }
        fn tick(&mut self, tick: Tick, stage: &mut Stage) {
            for _ in 0..std::mem::take(&mut self.heard) {
                stage.play(Note::new(60, 0.5, 4.0));
            }
            if tick.0 == 8 {
                stage.say("hdensity", 0.5);
            }
        }
        fn heard(&mut self, said: &Broadcast, _: &mut Stage) {
            if said.topic == "hdensity" {
                self.heard += 1;
            }
        }
    }

    #[test]
    fn what_is_said_in_a_tick_is_heard_before_the_next_one() {
        let room = Rehearsal::new(Meter::default(), Tempo::default());
        let room = room.with::<Echo>(&Setup::rehearsal("one", 1)).unwrap();
        let played = room.with::<Echo>(&Setup::rehearsal("two", 2)).unwrap().play(1);
        let notes: Vec<(usize, i64)> = played.notes.iter().map(|heard| (heard.bot, heard.placed.tick.0)).collect();
        assert_eq!(notes, [(0, 9), (1, 9)]);
    }

    /// Plays on every beat, and says when what it hears of others is due.
    struct Watcher;

    impl Musebot for Watcher {
        fn new(setup: &Setup) -> anyhow::Result<Self> {
            setup.channel(4);
            Ok(Self)
        }
        fn tick(&mut self, tick: Tick, stage: &mut Stage) {
            if tick.0 % 16 == 0 {
                stage.play_at(tick + 2, Note::new(60, 0.5, 4.0));
            }
        }
        fn heard(&mut self, said: &Broadcast, stage: &mut Stage) {
            if let Some(Said::Onset { tick, channel: 4, .. }) = said.said() {
                let due = stage.due(tick);
                stage.say("due", due);
            }
        }
    }

    #[test]
    fn x11_who_plays_says_which_notes_begin_and_others_know_when_they_sound() {
        let room = Rehearsal::new(Meter::default(), Tempo::default());
        let room = room.with::<Watcher>(&Setup::rehearsal("one", 1)).unwrap();
        let played = room.with::<Watcher>(&Setup::rehearsal("two", 2)).unwrap().play(1);
        let said = |topic: &str| -> Vec<_> {
            let by_one = |(_, said): &&(Tick, Broadcast)| said.topic == topic && said.speaker == "one";
            played.words.iter().filter(by_one).map(|(tick, said)| (tick.0, said.number().unwrap())).collect()
        };
        assert_eq!(said("onset"), [(2, 2.0), (18, 18.0), (34, 34.0), (50, 50.0)]);
        let due = |tick: i64| (tick + 1, tick as f64 / 32.0);
        assert_eq!(said("due"), [due(2), due(18), due(34), due(50)], "it is said a tick later");
    }

    /// Plays the section's name and the bars that are left, once a bar.
    struct Sections;

    impl Musebot for Sections {
        fn new(_: &Setup) -> anyhow::Result<Self> {
            Ok(Self)
        }
        fn tick(&mut self, _: Tick, stage: &mut Stage) {
            if stage.is_bar_line() {
                let left = stage.bars_left().map_or(0, |left| left as i32);
                stage.say(stage.section().unwrap_or("none").to_owned().as_str(), left);
            }
        }
    }

    #[test]
    fn sections_loop_and_the_end_is_announced_a_phrase_ahead() {
        let room = Rehearsal::new(Meter::default(), Tempo::default());
        let room = room.with::<Sections>(&Setup::rehearsal("one", 1)).unwrap();
        let played = room.section("a", 2, 0.5).section("b", 1, 0.7).play(6);
        let said: Vec<(String, f64)> =
            played.words.iter().map(|(_, said)| (said.topic.clone(), said.number().unwrap())).collect();
        let names: Vec<&str> = said.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a", "a", "b", "a", "a", "b"]);
        assert_eq!(said.iter().map(|(_, left)| *left).collect::<Vec<_>>(), [0.0, 0.0, 4.0, 3.0, 2.0, 1.0]);
    }
}
