//! How the voice ends: the last syllable of its last name falls on the last bar line, and is home.

use crate::{Manner, NameVoice};
use musebot_kit::{
    Stage,
    music::{self, Intoned, Script},
    words::{Lyric, Then},
};

impl NameVoice {
    /// Writes the last name, whose last syllable falls on the bar line after `bars` more bars.
    pub(crate) fn plan_ending(&mut self, stage: &mut Stage, bars: i64) {
        let steps = stage.sixteenths_per_bar() as i64;
        let last = bars * steps;
        let stretch = self.stretch(stage, (-steps, last + steps.max(1)));
        let Some(round) = self.herald.round(self.daring(stage)) else { return };
        let Some(script) = Script::read(&round.call, self.language) else { return };
        let pace = self.pace(stage, Manner::Answered, script.feet.len());
        if stretch.from > last {
            return;
        }
        let falls = [pace, pace * 0.6].iter().find_map(|pace| {
            let ground = stretch.ground(*pace, last, Some(last));
            music::scan(&script.feet, &ground)
        });
        let Some(falls) = falls else { return };
        let (mut intoned, _) = self.intone(stage, &script, &stretch, &falls, 0.0, Manner::Answered);
        let bar_line = stretch.bar_line + bars * stage.ticks_per_bar();
        let Some(mut end) = intoned.pop() else { return };
        let line = script.text();
        let told = self.sheet.write(stage, stretch.bar_line, &line, &intoned);
        self.round_off(stage, &mut end);
        self.sheet.write_exactly(stage, bar_line, (!told).then_some(line.as_str()), &end);
        (self.ending, self.called) = (Some(bar_line), Some(script));
    }

    /// The last bar: its one syllable, if it is not planned already.
    pub(crate) fn end(&mut self, stage: &mut Stage) {
        if self.ending == Some(stage.tick()) {
            return;
        }
        // An echo belongs to the line before it.
        let alone = self.called.is_none();
        let Some(script) = self.called.take().or_else(|| Script::read("O", self.language)) else { return };
        let Some(syllable) = script.echo() else { return };
        let lyric = Lyric::new(syllable, Then::Line);
        let word = Some(syllable.text.clone());
        let mut end = Intoned { step: 0, steps: 1.0, pitch: 60, velocity: 0.7, lyric, word };
        self.round_off(stage, &mut end);
        let now = stage.tick();
        self.sheet.write_exactly(stage, now, alone.then_some(syllable.text.as_str()), &end);
        self.ending = Some(now);
    }

    /// Makes a syllable the last one: home, and held.
    fn round_off(&self, stage: &Stage, end: &mut Intoned) {
        end.pitch = self.caller.ending(&self.home());
        end.steps = stage.sixteenths_per_bar() as f64 * 0.9;
        end.velocity = (0.66 * self.temper.force()).min(1.0);
    }
}
