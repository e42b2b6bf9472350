//! What gain each bot is to have: its own, mutes, solos, groups, master, and fades. Pure.
//!
//! What is set before a bot exists is kept and applied when it arrives.

use crate::{musebot_folder::GainScale, network::word::Mix};
use musebot_protocol::{BotId, Gain};
use std::collections::{BTreeMap, BTreeSet};

/// A gain on its way to another. Time is whatever the caller counts in: seconds or ticks.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Fader {
    from: f32,
    to: f32,
    fade: Option<Fade>,
}

/// When a fade runs.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fade {
    Seconds(f64, f64),
    Ticks(f64, f64),
}

/// Where we are in both kinds of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct When {
    /// Seconds of wall time.
    pub seconds: f64,
    /// Ticks, with fractions.
    pub ticks: f64,
}

/// How long a fade takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Span {
    /// At once.
    None,
    /// Wall time.
    Seconds(f64),
    /// Musical time.
    Ticks(f64),
}

impl Fader {
    fn at(gain: f32) -> Self {
        Self { from: gain, to: gain, fade: None }
    }

    fn value(&self, when: When) -> f32 {
        let progress = match self.fade {
            None => 1.0,
            Some(Fade::Seconds(start, length)) => (when.seconds - start) / length,
            Some(Fade::Ticks(start, length)) => (when.ticks - start) / length,
        };
        self.from + (self.to - self.from) * progress.clamp(0.0, 1.0) as f32
    }

    fn go(&mut self, to: Gain, when: When, span: Span) {
        self.from = self.value(when);
        self.to = to.linear();
        self.fade = match span {
            Span::Seconds(s) if s > 0.0 => Some(Fade::Seconds(when.seconds, s)),
            Span::Ticks(t) if t > 0.0 => Some(Fade::Ticks(when.ticks, t)),
            _ => None,
        };
    }
}

/// The mixing desk. Channels are named; a name may be heard of before its bot is here.
#[derive(Debug, Clone)]
pub struct Mixer {
    faders: BTreeMap<String, Fader>,
    muted: BTreeSet<String>,
    soloed: BTreeSet<String>,
    muted_groups: BTreeSet<String>,
    groups: BTreeMap<String, String>,
    master: Fader,
}

/// Names that can be set at all: a stranger cannot fill our memory with faders.
const MOST_NAMES: usize = 1024;

impl Mixer {
    /// A desk with its master fader at `master`.
    #[must_use]
    pub fn new(master: Gain) -> Self {
        Self {
            faders: BTreeMap::new(),
            muted: BTreeSet::new(),
            soloed: BTreeSet::new(),
            muted_groups: BTreeSet::new(),
            groups: BTreeMap::new(),
            master: Fader::at(master.linear()),
        }
    }

    /// A channel as the ensemble file has it.
    pub fn channel(&mut self, bot: &str, gain: Gain, group: Option<&str>) {
        self.faders.insert(bot.to_owned(), Fader::at(gain.linear()));
        if let Some(group) = group {
            self.groups.insert(bot.to_owned(), group.to_owned());
        }
    }

    /// A bot goes by another name from now on, and its channel with it.
    pub fn rename(&mut self, bot: &str, name: &str) {
        if let Some(fader) = self.faders.remove(bot) {
            self.faders.insert(name.to_owned(), fader);
        }
        if let Some(group) = self.groups.remove(bot) {
            self.groups.insert(name.to_owned(), group);
        }
        for set in [&mut self.muted, &mut self.soloed] {
            if set.remove(bot) {
                set.insert(name.to_owned());
            }
        }
    }

    /// Whether a bot or a group goes by this name, or something has been set for it.
    #[must_use]
    pub fn knows(&self, who: &str) -> bool {
        let set = self.faders.contains_key(who) || self.muted.contains(who) || self.soloed.contains(who);
        set || self.is_group(who)
    }

    /// Whether a group goes by this name.
    #[must_use]
    pub fn is_group(&self, who: &str) -> bool {
        self.groups.values().any(|g| g == who)
    }

    /// Moves the fader of a bot, or of all bots of a group.
    pub fn set_gain(&mut self, who: &str, gain: Gain, when: When, span: Span) {
        for bot in self.members(who) {
            if self.faders.len() < MOST_NAMES || self.faders.contains_key(&bot) {
                self.faders.entry(bot).or_insert(Fader::at(1.0)).go(gain, when, span);
            }
        }
    }

    /// Moves the master fader.
    pub fn set_master(&mut self, gain: Gain, when: When, span: Span) {
        self.master.go(gain, when, span);
    }

    /// The master fader.
    #[must_use]
    pub fn master(&self, when: When) -> Gain {
        Gain::clamped(self.master.value(when).into())
    }

    /// Mutes a bot or a group, or lets it sound again.
    pub fn mute(&mut self, who: &str, on: bool) {
        let names = self.members(who);
        toggle(&mut self.muted, names, on);
    }

    /// While anybody is soloed, only those sound.
    pub fn solo(&mut self, who: &str, on: bool) {
        let names = self.members(who);
        toggle(&mut self.soloed, names, on);
    }

    /// Mutes a whole group, apart from what its bots are muted by themselves.
    pub fn mute_group(&mut self, group: &str, on: bool) {
        toggle(&mut self.muted_groups, vec![group.to_owned()], on);
    }

    /// Whether a bot is silenced by a mute, a group, or another's solo.
    #[must_use]
    pub fn is_silenced(&self, bot: &str) -> bool {
        self.muted.contains(bot)
            || self.groups.get(bot).is_some_and(|g| self.muted_groups.contains(g))
            || (!self.soloed.is_empty() && !self.soloed.contains(bot))
    }

    /// The gain that a bot is to have now, master included.
    #[must_use]
    pub fn gain(&self, bot: &str, when: When) -> Gain {
        let master = self.master.value(when);
        Gain::clamped(f64::from(self.channel_gain(bot, when).linear() * master))
    }

    /// The gain that a bot is to have now, before the master.
    #[must_use]
    pub fn channel_gain(&self, bot: &str, when: When) -> Gain {
        if self.is_silenced(bot) { Gain::SILENT } else { self.fader(bot, when) }
    }

    /// Where a bot's fader stands, whatever silences it.
    #[must_use]
    pub fn fader(&self, bot: &str, when: When) -> Gain {
        Gain::clamped(self.faders.get(bot).map_or(1.0, |f| f.value(when)).into())
    }

    /// Where the fader of a bot stands; of a group, that of the first of its bots.
    #[must_use]
    pub fn stands(&self, who: &str, when: When) -> Gain {
        self.members(who).first().map_or(Gain::FULL, |bot| self.fader(bot, when))
    }

    /// Whether a bot is muted by itself; a group, if all of its bots are.
    #[must_use]
    pub fn is_muted(&self, who: &str) -> bool {
        self.members(who).iter().all(|bot| self.muted.contains(bot))
    }

    /// Whether a bot is soloed; a group, if all of its bots are.
    #[must_use]
    pub fn is_soloed(&self, who: &str) -> bool {
        self.members(who).iter().all(|bot| self.soloed.contains(bot))
    }

    /// Whether a group is muted as a whole.
    #[must_use]
    pub fn is_group_muted(&self, group: &str) -> bool {
        self.muted_groups.contains(group)
    }

    /// All names that have a fader.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.faders.keys().map(String::as_str)
    }

    /// Where everything stands, for another desk: but for names that no bot can have.
    #[must_use]
    pub fn as_word(&self, when: When) -> Mix {
        let is_name = |name: &&String| BotId::new(name).is_ok();
        let names = |set: &BTreeSet<String>| set.iter().filter(is_name).cloned().collect();
        let faders = self.faders.iter().filter(|(name, _)| is_name(name));
        Mix {
            faders: faders.map(|(name, fader)| (name.clone(), fader.value(when))).collect(),
            muted: names(&self.muted),
            soloed: names(&self.soloed),
            muted_groups: names(&self.muted_groups),
            master: self.master.value(when),
        }
    }

    /// Stands as another desk does.
    pub fn take_word(&mut self, mix: &Mix) {
        let gain = |gain: f32| Fader::at(Gain::clamped(gain.into()).linear());
        for (name, to) in mix.faders.iter().take(MOST_NAMES) {
            self.faders.insert(name.clone(), gain(*to));
        }
        let set = |names: &[String]| names.iter().take(MOST_NAMES).cloned().collect();
        (self.muted, self.soloed, self.muted_groups) = (set(&mix.muted), set(&mix.soloed), set(&mix.muted_groups));
        self.master = gain(mix.master);
    }

    fn members(&self, who: &str) -> Vec<String> {
        if self.faders.contains_key(who) || !self.is_group(who) {
            return vec![who.to_owned()];
        }
        self.groups.iter().filter(|(_, g)| *g == who).map(|(bot, _)| bot.clone()).collect()
    }
}

/// What a bot has to be sent so that it plays at this gain, whatever it makes of a number: half the
/// amplitude, −6 dB, is half the amplitude on every bot.
#[must_use]
pub fn on_scale(gain: Gain, scale: GainScale) -> Gain {
    /// What the standard Max bot takes 0 for: it maps 0–1 to −76–0 dB.
    const SOFTEST: f64 = 76.0;
    match scale {
        GainScale::Linear => gain,
        GainScale::Decibels if gain.linear() <= 0.0 => Gain::SILENT,
        GainScale::Decibels => Gain::clamped(1.0 + 20.0 * f64::from(gain.linear()).log10() / SOFTEST),
    }
}

fn toggle(set: &mut BTreeSet<String>, names: Vec<String>, on: bool) {
    for name in names {
        if !on {
            set.remove(&name);
        } else if set.len() < MOST_NAMES {
            set.insert(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: f64) -> When {
        When { seconds, ticks: seconds * 32.0 }
    }

    fn desk() -> Mixer {
        let mut mixer = Mixer::new(Gain::FULL);
        mixer.channel("bass", Gain::clamped(0.8), Some("rhythm"));
        mixer.channel("drums", Gain::FULL, Some("rhythm"));
        mixer.channel("melody", Gain::FULL, None);
        mixer
    }

    #[test]
    fn another_desk_is_told_of_no_name_that_no_bot_can_have() {
        let mut mixer = desk();
        for odd in ["\u{1b}[2J", "", &"x".repeat(256)] {
            mixer.set_gain(odd, Gain::SILENT, at(0.0), Span::None);
            mixer.mute(odd, true);
            mixer.solo(odd, true);
        }
        let word = mixer.as_word(at(0.0));
        let names: Vec<_> = word.faders.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["bass", "drums", "melody"]);
        assert!(word.muted.is_empty() && word.soloed.is_empty());
    }

    #[test]
    fn a_fade_in_seconds_goes_straight_from_where_it_was() {
        let mut mixer = desk();
        mixer.set_gain("bass", Gain::SILENT, at(10.0), Span::Seconds(2.0));
        assert_eq!(mixer.gain("bass", at(10.0)).linear(), 0.8);
        assert!((mixer.gain("bass", at(11.0)).linear() - 0.4).abs() < 1e-6);
        assert_eq!(mixer.gain("bass", at(99.0)).linear(), 0.0);
    }

    #[test]
    fn a_fade_in_ticks_does_not_care_for_seconds() {
        let mut mixer = desk();
        mixer.set_gain("melody", Gain::SILENT, When { seconds: 0.0, ticks: 0.0 }, Span::Ticks(64.0));
        assert_eq!(mixer.gain("melody", When { seconds: 50.0, ticks: 32.0 }).linear(), 0.5);
    }

    #[test]
    fn a_solo_silences_the_others_and_a_mute_wins_over_it() {
        let mut mixer = desk();
        mixer.solo("bass", true);
        assert!(mixer.is_silenced("drums") && !mixer.is_silenced("bass"));
        mixer.mute("bass", true);
        assert!(mixer.is_silenced("bass"));
        mixer.solo("bass", false);
        assert!(!mixer.is_silenced("drums"));
    }

    #[test]
    fn a_group_is_moved_and_muted_as_one() {
        let mut mixer = desk();
        mixer.set_gain("rhythm", Gain::clamped(0.25), at(0.0), Span::None);
        assert_eq!(mixer.gain("drums", at(0.0)).linear(), 0.25);
        mixer.mute_group("rhythm", true);
        assert!(mixer.is_silenced("bass") && !mixer.is_silenced("melody"));
    }

    #[test]
    fn what_was_set_before_a_bot_exists_is_applied_when_it_arrives() {
        let mut mixer = desk();
        mixer.set_gain("guest", Gain::clamped(0.3), at(0.0), Span::None);
        assert_eq!(mixer.gain("guest", at(5.0)).linear(), 0.3);
    }

    #[test]
    fn a_gain_is_as_loud_on_a_bot_that_counts_in_decibels_as_on_one_that_does_not() {
        for gain in [1.0, 0.8, 0.5, 0.1, 0.001] {
            let sent = on_scale(Gain::clamped(gain), GainScale::Decibels).linear();
            let heard = 10.0_f32.powf((sent * 76.0 - 76.0) / 20.0);
            assert!((heard - gain as f32).abs() < 1e-5, "{gain} is heard as {heard}");
        }
        let decibels = |gain| on_scale(Gain::clamped(gain), GainScale::Decibels).linear();
        assert_eq!((decibels(0.0), decibels(1e-6), decibels(1.0)), (0.0, 0.0, 1.0));
        assert!((decibels(0.5) - 0.920_787).abs() < 1e-5, "−6 dB");
    }

    #[test]
    fn the_master_scales_everybody() {
        let mut mixer = desk();
        mixer.set_master(Gain::clamped(0.5), at(0.0), Span::None);
        assert_eq!(mixer.gain("bass", at(0.0)).linear(), 0.4);
        assert_eq!(mixer.channel_gain("bass", at(0.0)).linear(), 0.8);
    }
}
