//! What a listening terminal makes of the datagrams that it gets: who said what, and where in the
//! music. Pure: no socket, no clock, nothing printed.

use musebot_protocol::{Arg, Args, Broadcast, CONDUCTOR, Message, Meter, Reply, TICKS_PER_BEAT, Tick, ToBot, messages};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// Where in the music something was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The tick that had been sent last.
    pub tick: i64,
    /// From 1.
    pub bar: i64,
    /// From 1.
    pub beat: i64,
    /// Ticks after the beat.
    pub after: i64,
}

impl Place {
    /// Where a tick stands.
    #[must_use]
    pub fn of(tick: i64, meter: Meter) -> Self {
        let (bar, beat) = (meter.ticks_per_bar(), i64::from(TICKS_PER_BEAT));
        let in_bar = tick.rem_euclid(bar);
        Self { tick, bar: tick.div_euclid(bar) + 1, beat: in_bar / beat + 1, after: in_bar % beat }
    }
}

/// One broadcast.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// Where in the music; nothing before the clock runs.
    pub place: Option<Place>,
    /// Who said it; empty when it did not say.
    pub from: String,
    /// To whom, when it is not for all.
    pub to: Option<String>,
    /// About what.
    pub topic: String,
    /// The types as they travelled, without the speaker's.
    pub types: String,
    /// What.
    pub args: Args,
}

/// What was heard.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// A bot, or the conductor, said something.
    Word(Word),
    /// The director answers: it plays this, in this metre, at this tick if it has begun.
    Director {
        /// The ensemble's name.
        name: String,
        /// Its metre.
        meter: Meter,
    },
    /// Who was here when we came.
    Here(Vec<String>),
    /// A bot has come.
    Joined(Option<Place>, String),
    /// A bot has gone.
    Left(Option<Place>, String),
    /// The director takes no more listeners, or does not know the word.
    Refused(String),
    /// The director says goodbye.
    Gone,
}

/// Who gets its ticks late speaks as late; that it may be so much earlier is no reason to think
/// that it had not heard the next one.
const EARLY: Duration = Duration::from_millis(2);

/// Ticks that are remembered: more than anybody may be late.
const MOST_TICKS: usize = 256;

/// What has to be remembered from one datagram to the next.
#[derive(Debug, Default)]
pub struct Ear {
    meter: Meter,
    tick: Option<i64>,
    /// The last ticks, and when they came.
    ticks: VecDeque<(i64, Duration)>,
    tempo: Option<f64>,
    director: Option<String>,
    /// Who is here, and how late each gets its ticks.
    here: Option<BTreeMap<String, Duration>>,
    missed: u64,
}

impl Ear {
    /// Takes one datagram that came at `now`; what it says, in order.
    pub fn hear(&mut self, now: Duration, datagram: &[u8]) -> Vec<Heard> {
        let mut heard = Vec::new();
        for message in messages(datagram).flatten() {
            if message.topic().is_some() {
                heard.extend(self.broadcast(now, &message));
            } else if let Ok(ToBot::Time { tempo, tick }) = ToBot::decode(&message) {
                self.ticked(now, tempo.bpm(), tick);
            } else if let Ok(reply) = Reply::decode(&message) {
                self.reply(reply, &mut heard);
            }
        }
        heard
    }

    /// The director is not there any more: what comes next begins anew.
    pub fn forget(&mut self) {
        *self = Self { missed: self.missed, ..Self::default() };
    }

    /// Beats a minute, once a tick has come.
    #[must_use]
    pub fn tempo(&self) -> Option<f64> {
        self.tempo
    }

    /// Ticks that did not reach us: what was said around them did not either.
    #[must_use]
    pub fn missed(&self) -> u64 {
        self.missed
    }

    fn ticked(&mut self, now: Duration, bpm: f64, tick: Tick) {
        let gap = self.tick.map_or(0, |last| tick.0 - last - 1);
        self.missed += u64::try_from(gap).unwrap_or(0);
        self.tick = Some(tick.0);
        self.tempo = Some(bpm);
        if self.ticks.len() == MOST_TICKS {
            self.ticks.pop_front();
        }
        self.ticks.push_back((tick.0, now));
    }

    /// The tick that a speaker has heard last.
    fn place_of(&self, now: Duration, speaker: &str) -> Option<Place> {
        let late = self.here.as_ref().and_then(|here| here.get(speaker)).copied().unwrap_or_default();
        let heard = || self.ticks.iter().rev().find(|(_, at)| *at + late <= now + EARLY).map(|(tick, _)| *tick);
        let tick = if late.is_zero() { self.tick } else { heard().or(self.tick) };
        tick.map(|tick| Place::of(tick, self.meter))
    }

    fn place(&self) -> Option<Place> {
        self.tick.map(|tick| Place::of(tick, self.meter))
    }

    fn broadcast(&self, now: Duration, message: &Message) -> Option<Heard> {
        let said = Broadcast::decode(message).ok()?;
        let types = message.tags();
        let types = if said.speaker.is_empty() { types } else { types.get(1..).unwrap_or_default() };
        let types = types.to_owned();
        Some(Heard::Word(Word {
            place: self.place_of(now, &said.speaker),
            from: said.speaker,
            to: None,
            topic: said.topic,
            types,
            args: said.args,
        }))
    }

    fn reply(&mut self, reply: Reply, heard: &mut Vec<Heard>) {
        match reply {
            Reply::Value(what, values) if what == "listen" => self.director(&values, heard),
            Reply::Value(what, values) if what == "here" => self.here(&values, heard),
            Reply::Value(what, values) if what == "told" => heard.extend(self.told(&values)),
            Reply::Value(what, _) if what == "gone" => heard.push(Heard::Gone),
            Reply::Error(what, advice) if what == "listen" => heard.push(Heard::Refused(advice)),
            Reply::Value(..) | Reply::Ok(_) | Reply::Error(..) => {}
        }
    }

    fn director(&mut self, values: &[Arg], heard: &mut Vec<Heard>) {
        let [Arg::Text(name), above, below, tick, ..] = values else { return };
        let whole = |arg: &Arg| arg.whole().and_then(|n| u8::try_from(n).ok());
        let meter = whole(above).zip(whole(below)).and_then(|(above, below)| Meter::new(above, below).ok());
        self.meter = meter.unwrap_or_default();
        // What was heard before belongs to one that has gone.
        if self.tick.is_none() || self.director.is_none() {
            self.tick = tick.whole().filter(|tick| *tick >= 0);
        }
        if self.director.as_ref() != Some(name) {
            self.director = Some(name.clone());
            heard.push(Heard::Director { name: name.clone(), meter: self.meter });
        }
    }

    fn here(&mut self, values: &[Arg], heard: &mut Vec<Heard>) {
        let late = |arg: &Arg| arg.number().and_then(|ms| Duration::try_from_secs_f64(ms / 1000.0).ok());
        let now: BTreeMap<String, Duration> = values
            .chunks(2)
            .filter_map(|pair| Some((pair.first()?.text()?.to_owned(), pair.get(1).and_then(late).unwrap_or_default())))
            .collect();
        match self.here.replace(now.clone()) {
            None => heard.push(Heard::Here(now.into_keys().collect())),
            Some(before) => {
                let place = self.place();
                let not_in = |others: &BTreeMap<String, Duration>, name: &&String| !others.contains_key(*name);
                heard.extend(now.keys().filter(|n| not_in(&before, n)).map(|name| Heard::Joined(place, name.clone())));
                heard.extend(before.keys().filter(|n| not_in(&now, n)).map(|name| Heard::Left(place, name.clone())));
            }
        }
    }

    fn told(&self, values: &[Arg]) -> Option<Heard> {
        let [tick, Arg::Text(to), Arg::Text(topic), args @ ..] = values else { return None };
        let types = args.iter().map(|arg| match arg {
            Arg::Int(_) => 'i',
            Arg::Float(_) => 'f',
            Arg::Text(_) => 's',
        });
        let tick = tick.whole().filter(|tick| *tick >= 0).or(self.tick);
        Some(Heard::Word(Word {
            place: tick.map(|tick| Place::of(tick, self.meter)),
            from: CONDUCTOR.to_owned(),
            to: Some(to.clone()).filter(|to| !to.is_empty()),
            topic: topic.clone(),
            types: types.collect(),
            args: args.to_vec(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use musebot_protocol::{Tempo, time_message};

    const NOW: Duration = Duration::from_secs(1000);

    fn place(bar: i64, beat: i64, after: i64) -> Option<(i64, i64, i64)> {
        Some((bar, beat, after))
    }

    /// Bar, beat and ticks after it; who, to whom, about what, in which types.
    type Seen<'a> = (Option<(i64, i64, i64)>, &'a str, Option<&'a str>, &'a str, &'a str);

    fn word(heard: &[Heard]) -> Seen<'_> {
        let [Heard::Word(word)] = heard else { panic!("one word, not {heard:?}") };
        let at = word.place.map(|p| (p.bar, p.beat, p.after));
        (at, word.from.as_str(), word.to.as_deref(), word.topic.as_str(), word.types.as_str())
    }

    fn listening(above: u8, below: u8) -> Ear {
        let mut ear = Ear::default();
        let values: Args = vec!["trio".into(), above.into(), below.into(), (-1).into()];
        let meter = Meter::new(above, below).unwrap();
        let heard = ear.hear(NOW, &Reply::Value("listen".into(), values).encode());
        assert_eq!(heard, [Heard::Director { name: "trio".into(), meter }]);
        ear
    }

    fn tick(ear: &mut Ear, tick: i64) {
        assert_eq!(ear.hear(NOW, &time_message(Tempo::default(), Tick(tick))), []);
    }

    #[test]
    fn a_broadcast_stands_at_the_tick_that_was_sent_before_it() {
        let mut ear = listening(7, 8);
        let said = Broadcast::new("hdensity", "drums", 0.5).encode();
        assert_eq!(word(&ear.hear(NOW, &said)), (None, "drums", None, "hdensity", "f"));
        tick(&mut ear, 0);
        assert_eq!(word(&ear.hear(NOW, &said)).0, place(1, 1, 0));
        tick(&mut ear, 56 + 48 + 7);
        assert_eq!(word(&ear.hear(NOW, &said)).0, place(2, 4, 7), "the last beat of seven eighths");
        tick(&mut ear, 112);
        assert_eq!(word(&ear.hear(NOW, &said)).0, place(3, 1, 0));
    }

    #[test]
    fn who_gets_its_ticks_late_stands_at_the_tick_that_it_has_heard() {
        let mut ear = listening(4, 4);
        let here = Reply::Value("here".into(), vec!["old".into(), 40.0.into(), "new".into(), 0.0.into()]).encode();
        ear.hear(NOW, &here);
        let at = |n: u64| NOW + Duration::from_micros(31_250 * n);
        for n in 0..10 {
            ear.hear(at(n), &time_message(Tempo::default(), Tick(n as i64)));
        }
        // Tick 7 reaches the old one 40 ms after its instant, when tick 8 has been sent.
        let now = at(7) + Duration::from_micros(40_200);
        let said = |who: &str| Broadcast::new("x", who, 1).encode();
        assert_eq!(word(&ear.hear(now, &said("old"))).0, place(1, 1, 7));
        assert_eq!(word(&ear.hear(now, &said("new"))).0, place(1, 1, 9), "the last that came");
        assert_eq!(
            word(&ear.hear(at(8) + Duration::from_millis(38), &said("old"))).0,
            place(1, 1, 8),
            "it may be early"
        );
    }

    #[test]
    fn the_conductors_word_stands_at_the_tick_it_is_for_and_names_the_one_it_is_for() {
        let mut ear = listening(4, 4);
        tick(&mut ear, 63);
        let told =
            |to: &str| Reply::Value("told".into(), vec![64.into(), to.into(), "onoff".into(), 0.into()]).encode();
        assert_eq!(word(&ear.hear(NOW, &told(""))), (place(2, 1, 0), "Conductor", None, "onoff", "i"));
        assert_eq!(word(&ear.hear(NOW, &told("bass"))), (place(2, 1, 0), "Conductor", Some("bass"), "onoff", "i"));
    }

    #[test]
    fn who_comes_and_goes_is_the_difference_of_two_lists() {
        let mut ear = listening(4, 4);
        let here = |names: &[&str]| {
            let values = names.iter().flat_map(|name| [Arg::from(*name), 0.0.into()]).collect();
            Reply::Value("here".into(), values).encode()
        };
        assert_eq!(ear.hear(NOW, &here(&["b", "a"])), [Heard::Here(vec!["a".into(), "b".into()])]);
        assert_eq!(ear.hear(NOW, &here(&["a", "b"])), []);
        let heard = ear.hear(NOW, &here(&["a", "c"]));
        assert_eq!(heard, [Heard::Joined(None, "c".into()), Heard::Left(None, "b".into())]);
        ear.forget();
        assert_eq!(ear.hear(NOW, &here(&["a"])), [Heard::Here(vec!["a".into()])]);
    }

    #[test]
    fn a_missing_speaker_and_rare_types_are_shown_as_they_came() {
        let mut ear = listening(4, 4);
        assert_eq!(word(&ear.hear(NOW, b"/broadcast/hdensity\0,f\0\0\x3f\0\0\0")).1, "");
        let heard = ear.hear(NOW, b"/broadcast/x\0\0\0\0,sdT\0\0\0\0me\0\0\0\0\0\0\0\0\0\0");
        assert_eq!(word(&heard), (None, "me", None, "x", "dT"));
    }

    #[test]
    fn a_gap_in_the_ticks_is_counted_and_a_fresh_start_is_none() {
        let mut ear = listening(4, 4);
        for n in [5, 6, 9, 0, 1] {
            tick(&mut ear, n);
        }
        assert_eq!(ear.missed(), 2);
    }

    #[test]
    fn nothing_that_arrives_panics_and_junk_says_nothing() {
        let mut ear = Ear::default();
        for junk in
            [&b""[..], b"junk", b"#bundle\0", b"/broadcast/x", &[0xff; 400], b"/director/value\0,s\0\0listen\0\0"]
        {
            assert_eq!(ear.hear(NOW, junk), []);
        }
    }
}
