//! The facts B1 to B30: where each is seen, and who judges it. What they demand is PROTOCOL.md's business.

use super::{
    finding::Finding,
    judge::{Evidence, folder, hearing, leaving, life, time, words},
    scenes::Scene::{self, *},
};

/// One fact.
#[derive(Clone, Copy)]
pub(crate) struct Fact {
    /// The number after the B.
    pub(crate) number: u8,
    /// In a few words; all of it is in PROTOCOL.md.
    pub(crate) title: &'static str,
    /// The sessions that show it, beside the plain one; with none, nothing is launched for it.
    pub(crate) scenes: &'static [Scene],
    pub(crate) judge: fn(&Evidence) -> Finding,
}

/// All of them.
pub(crate) static FACTS: [Fact; 30] = [
    fact(1, "reads config.txt in its working directory, whatever else is in it", &[Crlf, Tails], life::reads_config),
    fact(2, "the first heartbeat within a second", &[Plain], life::first_beat),
    fact(3, "then one every 400 ms", &[Plain], life::keeps_beating),
    fact(4, "its id is config.txt's to the byte", &[Plain], life::own_id),
    fact(5, "binds its port, and sends where config.txt says", &[Plain, OtherHost], life::ports),
    fact(6, "takes ticks as fi, ii, ff, di, and in bundles", &[TickTypes], hearing::tick_types),
    fact(7, "takes any first tick, and jumps of the count", &[FirstOne, Jumps], time::any_tick),
    fact(8, "keeps time through 200 ms without ticks", &[LostTicks], time::lost_ticks),
    fact(9, "a beat is where tick mod 16 is 0", &[Jumps], time::beats),
    fact(10, "4/4 as long as no metre comes", &[NoMeter], time::no_metre),
    fact(11, "takes the agentList in both styles, and empty", &[Lists], hearing::agent_lists),
    fact(12, "leaves when no agentList has come for 30 s, and not earlier", &[Silence], leaving::left_alone),
    fact(13, "leaves at /agent/off: fades, beats to the end, exits with 0", &[Plain, OffOne], leaving::told_off),
    fact(14, "/agent/kill and /agent/quit are the same as off", &[Kill, Quit], leaving::other_words_for_off),
    fact(15, "takes any gain; the end of a ramp ends nothing", &[Gains], hearing::gains),
    fact(16, "ignores what it said itself", &[OwnWords], hearing::own_words),
    fact(17, "its broadcasts begin with its id; i, f and s only", words::HEARD_IN, words::form),
    fact(18, "a notepool is ints 0 to 127, a density a float 0 to 1", words::HEARD_IN, words::ranges),
    fact(19, "takes missing ids, empty broadcasts, and words among numbers", &[JunkWords], hearing::junk_words),
    fact(20, "reads chords from strings; durations are relative to their sum", &[Plan, LongPlan], time::plans),
    fact(21, "the sum of a tala is a bar in sixteenths", &[Tala], time::tala),
    fact(
        22,
        "another's exiting 0 means nothing; at 1 it ends, or plays on",
        &[ExitingZero, Exiting],
        leaving::others_exit,
    ),
    fact(23, "says exiting at most once", &[Exiting], leaving::exits_once),
    fact(
        24,
        "obeys onoff and initialize from Conductor too",
        &[OnOffOther, OnOffConductor, InitializeOther, InitializeConductor],
        hearing::conductors_words,
    ),
    fact(25, "ignores unknown addresses and junk", &[Junk, Cut], hearing::junk),
    fact(26, "broadcasts at most 20 times a second", &[Plain], words::rate),
    fact(27, "hearing a thing twice is the same as once", &[Twice], hearing::twice),
    fact(28, "runs while the conductor's port is closed, and is heard again", &[Closed], life::outlives_the_conductor),
    fact(29, "its folder has config.txt, info.txt and an executable run.command", &[], folder::files),
    fact(30, "ids of all three forms come back as they were", &[IdBare, IdHost, IdPort], life::id_forms),
];

const fn fact(number: u8, title: &'static str, scenes: &'static [Scene], judge: fn(&Evidence) -> Finding) -> Fact {
    Fact { number, title, scenes, judge }
}

impl Fact {
    /// Such as `B13`.
    pub(crate) fn name(&self) -> String {
        format!("B{}", self.number)
    }

    /// Whether it is judged by the instants at which the bot does something: a busy machine moves those.
    pub(crate) fn is_about_instants(&self) -> bool {
        matches!(self.number, 2 | 3 | 8 | 9 | 10 | 20 | 21)
    }

    /// The sessions to hold for it.
    pub(crate) fn scenes(&self, slow: bool) -> impl Iterator<Item = Scene> {
        let needed = self.scenes.iter().copied().filter(move |scene| slow || *scene != Silence);
        // What is odd is seen beside what is plain.
        let any = self.scenes.iter().any(|scene| slow || *scene != Silence);
        any.then_some(Plain).into_iter().chain(needed)
    }
}

/// The facts that were asked for, in their order; all of them if none was named.
///
/// # Errors
/// What to say about a fact that there is not.
pub(crate) fn chosen(only: &[String]) -> Result<Vec<&'static Fact>, String> {
    let find = |name: &String| {
        FACTS.iter().find(|fact| fact.name().eq_ignore_ascii_case(name.trim())).ok_or_else(|| unknown(name))
    };
    let mut facts = match only {
        [] => FACTS.iter().collect(),
        names => names.iter().flat_map(|n| n.split(',')).map(|n| find(&n.to_owned())).collect::<Result<Vec<_>, _>>()?,
    };
    facts.sort_by_key(|fact| fact.number);
    facts.dedup_by_key(|fact| fact.number);
    Ok(facts)
}

fn unknown(name: &str) -> String {
    let mut list = format!("there is no fact `{name}`; there are");
    for fact in &FACTS {
        list += &format!("\n  {:<4} {}", fact.name(), fact.title);
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_chosen_in_order_and_once() {
        let names = |only: &[&str]| {
            let only: Vec<String> = only.iter().map(|s| (*s).to_owned()).collect();
            chosen(&only).map(|facts| facts.iter().map(|f| f.number).collect::<Vec<_>>())
        };
        assert_eq!(names(&["b13", "B2", "B13"]), Ok(vec![2, 13]));
        assert_eq!(names(&["B2,B5"]), Ok(vec![2, 5]));
        assert_eq!(names(&[]).unwrap(), (1..=30).collect::<Vec<u8>>());
        let error = names(&["B31"]).unwrap_err();
        assert!(error.contains("`B31`") && error.contains("B13"), "{error}");
    }

    #[test]
    fn what_takes_long_is_only_looked_at_when_it_was_asked_for() {
        assert_eq!(FACTS[11].scenes(false).count(), 0);
        assert!(FACTS[11].scenes(true).any(|scene| scene == Silence));
        assert_eq!(FACTS[28].scenes(true).count(), 0, "a folder is looked at without any launch");
    }
}
