//! What a player knows of its band from listening: the tala, the length of phrases, the chords,
//! and how much the others play.

use super::{Harmony, Phrase, Tala};
use crate::{Broadcast, Said, Stage};
use std::collections::BTreeMap;

/// Bars in a phrase until somebody says otherwise.
const PHRASE_BARS: u32 = 4;

/// After how many bars what somebody said of its density no longer counts.
const STALE_BARS: u32 = 12;

/// What was heard.
#[derive(Debug, Clone)]
pub struct Band {
    /// The chords.
    pub harmony: Harmony,
    phrase_bars: u32,
    tala: Option<Vec<u8>>,
    /// How dense each of the others plays, and in which bar it said so.
    densities: BTreeMap<String, (f64, u32)>,
    news: bool,
}

impl Default for Band {
    fn default() -> Self {
        Self {
            harmony: Harmony::default(),
            phrase_bars: PHRASE_BARS,
            tala: None,
            densities: BTreeMap::new(),
            news: false,
        }
    }
}

impl Band {
    /// Takes in what somebody said.
    pub fn heard(&mut self, said: &Broadcast, stage: &Stage) {
        let phrase = self.phrase(stage);
        match said.said() {
            Some(Said::Tala(groups)) => {
                // A tala is for the next bar, unless it is said as this one begins.
                self.news |= stage.tick_in_bar() <= 1 && self.tala.as_ref() != Some(&groups);
                self.tala = Some(groups);
            }
            Some(Said::PhraseLength(bars)) => self.phrase_bars = bars.clamp(1, 64),
            Some(Said::HDensity(density)) => {
                self.densities.insert(said.speaker.clone(), (density, stage.bar()));
            }
            _ => self.news |= self.harmony.heard(said, phrase),
        }
    }

    /// A bar line: the phrase this bar belongs to.
    pub fn bar(&mut self, stage: &Stage) -> Phrase {
        let phrase = self.phrase(stage);
        self.harmony.bar(phrase, stage.who());
        self.news = false;
        phrase
    }

    /// The phrase we are in.
    #[must_use]
    pub fn phrase(&self, stage: &Stage) -> Phrase {
        Phrase::of(stage.bar(), self.phrase_bars)
    }

    /// The tala of this bar, the metre's own if nobody said one.
    #[must_use]
    pub fn tala(&self, stage: &Stage) -> Tala {
        let heard = self.tala.as_ref().and_then(|groups| Tala::heard(groups, stage.sixteenths_per_bar()));
        heard.unwrap_or_else(|| Tala::plain(stage.meter()))
    }

    /// Whether anybody said a tala.
    #[must_use]
    pub fn has_tala(&self) -> bool {
        self.tala.is_some()
    }

    /// The mean density of the others; `None` if none of them said any lately.
    #[must_use]
    pub fn others(&self, stage: &Stage) -> Option<f64> {
        let bar = stage.bar();
        let fresh = |(_, said): &&(f64, u32)| said + STALE_BARS >= bar;
        let (sum, n) = self.densities.values().filter(fresh).fold((0.0, 0), |(s, n), (d, _)| (s + d, n + 1));
        (n > 0).then(|| sum / f64::from(n))
    }

    /// Whether something was heard since the last call that changes the bar we are in.
    pub fn take_news(&mut self) -> bool {
        std::mem::take(&mut self.news)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{IntoArgs, Meter, Position, Tempo, Tick};

    fn stage_at(bar: u32, tick_in_bar: i64) -> Stage {
        let mut stage = Stage::new("bass", Tempo::default(), Meter::default());
        let line = Tick(i64::from(bar - 1) * 64);
        stage.anchor = Position { tick: line, bar, beat: 1, ticks_per_bar: 64 };
        stage.tick = line + tick_in_bar;
        stage
    }

    fn says(band: &mut Band, stage: &Stage, topic: &str, args: impl IntoArgs) {
        band.heard(&Broadcast::new(topic, "drums", args), stage);
    }

    #[test]
    fn without_a_word_the_metre_is_the_tala() {
        assert_eq!(Band::default().tala(&stage_at(1, 0)).groups(), [4, 4, 4, 4]);
    }

    #[test]
    fn a_tala_said_as_the_bar_begins_changes_this_bar_and_later_ones_the_next() {
        let mut band = Band::default();
        says(&mut band, &stage_at(1, 0), "tala", [3, 3, 4, 2, 4]);
        assert!(band.take_news());
        says(&mut band, &stage_at(1, 0), "tala", [3, 3, 4, 2, 4]);
        assert!(!band.take_news(), "the same again is no news");
        says(&mut band, &stage_at(1, 20), "tala", [4, 4, 4, 4]);
        assert!(!band.take_news());
        assert_eq!(band.tala(&stage_at(2, 0)).groups(), [4, 4, 4, 4]);
    }

    #[test]
    fn what_was_said_of_density_long_ago_no_longer_counts() {
        let mut band = Band::default();
        assert_eq!(band.others(&stage_at(1, 0)), None);
        says(&mut band, &stage_at(1, 0), "hdensity", 0.5);
        assert_eq!(band.others(&stage_at(9, 0)), Some(0.5));
        assert_eq!(band.others(&stage_at(30, 0)), None);
    }

    #[test]
    fn phrases_are_as_long_as_somebody_says() {
        let mut band = Band::default();
        says(&mut band, &stage_at(1, 0), "phraselength", 8);
        let phrase = band.phrase(&stage_at(10, 0));
        assert_eq!((phrase.index, phrase.bar, phrase.bars), (1, 1, 8));
    }
}
