//! How the voice ends: the last syllable of its last line falls on the last bar line, and is home.

use crate::TextVoice;
use musebot_kit::{
    Stage,
    music::{self, Intoned, Script, natural_s},
    words::{Lyric, Then},
};

impl TextVoice {
    /// Writes the last line, whose last syllable falls on the bar line after `bars` more bars.
    pub(crate) fn plan_ending(&mut self, stage: &mut Stage, bars: i64) {
        let steps = stage.sixteenths_per_bar() as i64;
        let last = bars * steps;
        // The last bar itself is the last syllable's.
        let stretch = self.stretch(stage, (-4.min(steps), last + steps.max(1)));
        if stretch.from > last {
            return;
        }
        let line = self.poet.line(self.daring(stage));
        let Some(mut script) = Script::read(&line, self.language) else { return };
        if self.room(stage) < 0.3 {
            script = script.clause();
        }
        script.close();
        let pace = self.pace(stage);
        let begin = last - (natural_s(&script.feet, pace) / (stage.tick_ms() / 250.0).max(1e-3)) as i64;
        let ground = stretch.ground(pace, begin.max(stretch.from), Some(last));
        let falls = match music::scan(&script.feet, &ground) {
            Some(falls) => falls,
            None => {
                script = script.clause();
                script.close();
                let Some(falls) = music::scan(&script.feet, &ground) else { return };
                falls
            }
        };
        let mut intoned = self.intone(stage, &script, &stretch, &falls);
        let bar_line = stretch.bar_line + bars * stage.ticks_per_bar();
        let Some(mut end) = intoned.pop() else { return };
        let line = script.text();
        let told = self.sheet.write(stage, stretch.bar_line, &line, &intoned);
        self.round_off(stage, &mut end);
        self.sheet.write_exactly(stage, bar_line, (!told).then_some(line.as_str()), &end);
        (self.ending, self.spoken) = (Some(bar_line), Some(script));
    }

    /// The last bar: its one syllable, if it is not planned already.
    pub(crate) fn end(&mut self, stage: &mut Stage) {
        if self.ending == Some(stage.tick()) {
            return;
        }
        let interjection = || Script::read("O!", self.language);
        // An echo belongs to the line before it.
        let alone = self.spoken.is_none();
        let Some(script) = self.spoken.take().or_else(interjection) else { return };
        let Some(syllable) = script.echo() else { return };
        let lyric = Lyric::new(syllable, Then::Line);
        let mut end =
            Intoned { step: 0, steps: 1.0, pitch: 60, velocity: 0.7, lyric, word: Some(syllable.text.clone()) };
        self.round_off(stage, &mut end);
        let now = stage.tick();
        self.sheet.write_exactly(stage, now, alone.then_some(syllable.text.as_str()), &end);
        self.ending = Some(now);
    }

    /// Makes a syllable the last one: home, and held.
    fn round_off(&self, stage: &Stage, end: &mut Intoned) {
        end.pitch = self.reciter.ending(self.home().root());
        end.steps = stage.sixteenths_per_bar() as f64 * 0.9;
        end.velocity = (0.72 * self.temper.force()).min(1.0);
    }
}
