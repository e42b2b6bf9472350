//! Control surfaces: what a hand turns there, a terminal could have said; and what their faders
//! and lamps show is how things stand.

use super::{Director, networking::Where};
use crate::{
    event::{Action, Inputs, SurfaceNews, Tone},
    mixer::When,
    surface::{Learning, Mapping, MidiSurface, Move, Names, Surface, Target},
};
use musebot_devices::MidiMessage;
use musebot_protocol::{Control, Reply, Tick};
use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    time::Duration,
};

/// Who asks with a hand is not answered.
const NOBODY: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0));
/// How long `learn` waits for a hand.
pub const LEARN_WITHIN: Duration = Duration::from_secs(30);
/// A hand that goes on asking for what cannot be done is told so at most this often.
const REFUSE_EVERY: Duration = Duration::from_secs(5);
/// Surfaces at most, those that are listened to while somebody learns included.
const MOST: usize = 256;

/// All control surfaces, by number: the file's first, then those that somebody learns from.
#[derive(Default)]
pub(super) struct Surfaces {
    all: BTreeMap<usize, Surface>,
    waiting: Option<Waiting>,
    /// When it was last said that a command of that name cannot be done.
    refused: BTreeMap<&'static str, Duration>,
}

/// A terminal that waits for a hand.
struct Waiting {
    from: SocketAddr,
    until: Duration,
    learning: Learning,
    /// Whether all inputs were opened for it: the ensemble file names none.
    opened: bool,
}

impl Surfaces {
    pub(super) fn new(specs: &[MidiSurface], now: Duration) -> Self {
        let all = specs.iter().map(|spec| Surface::new(spec, now)).enumerate().collect();
        Self { all, ..Self::default() }
    }
}

impl Director {
    /// A device has come, gone, or been touched.
    pub(super) fn surface(&mut self, now: Duration, number: usize, news: SurfaceNews) {
        match news {
            SurfaceNews::Here(port) => {
                let opened = self.surfaces.waiting.as_ref().is_some_and(|w| w.opened);
                if opened && self.surfaces.all.len() < MOST {
                    let spec =
                        MidiSurface { port: port.clone(), out: None, system: None, pick_up: true, map: Vec::new() };
                    self.surfaces.all.entry(number).or_insert_with(|| Surface::new(&spec, now));
                }
                let Some(surface) = self.surfaces.all.get_mut(&number) else { return };
                surface.begin();
                if !opened {
                    self.say(Tone::Note, format!("control surface {port} is here"));
                }
            }
            SurfaceNews::Gone => {
                let Some(surface) = self.surfaces.all.get_mut(&number) else { return };
                surface.end();
                let what = format!("control surface {} has gone: it is taken again when it is back", surface.name);
                self.say(Tone::Warning, what);
            }
            SurfaceNews::Moved(message) => self.moved(now, number, message),
            SurfaceNews::NoInputs => {
                if let Some(waiting) = self.surfaces.waiting.take_if(|w| w.opened) {
                    let why =
                        "there is no MIDI input here: plug the device in and try again (`director devices` lists them)";
                    self.reply(waiting.from, Reply::Error("learn".to_owned(), why.to_owned()));
                }
            }
        }
    }

    fn moved(&mut self, now: Duration, number: usize, message: MidiMessage) {
        let hand = Move::of(message);
        if let (Some(waiting), Some(hand)) = (&mut self.surfaces.waiting, hand)
            && waiting.learning.is_meant(number, hand)
        {
            return self.learnt(now, number, hand, message);
        }
        self.turn(now, |surfaces, values| {
            let surface = surfaces.all.get_mut(&number);
            surface.map(|surface| surface.heard(now, message, values)).unwrap_or_default()
        });
    }

    /// What time brings: faders that had to wait, what is to be shown, and the end of a vain wait.
    pub(super) fn tend_surfaces(&mut self, now: Duration) {
        if let Some(waiting) = self.surfaces.waiting.take_if(|w| w.until <= now) {
            let why = format!("nothing was moved for {} s", LEARN_WITHIN.as_secs());
            self.reply(waiting.from, Reply::Error("learn".to_owned(), why));
            if waiting.opened {
                self.surfaces.all.clear();
                self.out.push(Action::Inputs(Inputs::CloseAll));
            }
        }
        if self.surfaces.all.is_empty() {
            return;
        }
        self.turn(now, |surfaces, values| {
            surfaces.all.values_mut().flat_map(|surface| surface.due(now, values)).collect()
        });
        let mut surfaces = std::mem::take(&mut self.surfaces);
        let (when, tick) = (self.when(now), self.next_tick(now));
        for (number, surface) in &mut surfaces.all {
            let messages = surface.display(now, &|target| self.stands(target, when, tick));
            if !messages.is_empty() {
                self.out.push(Action::Show { surface: *number, messages });
            }
        }
        self.surfaces = surfaces;
    }

    /// Does what the surfaces ask for.
    fn turn(&mut self, now: Duration, ask: impl FnOnce(&mut Surfaces, crate::surface::Values<'_>) -> Vec<Control>) {
        let mut surfaces = std::mem::take(&mut self.surfaces);
        let (when, tick) = (self.when(now), self.next_tick(now));
        let commands = ask(&mut surfaces, &|target| self.stands(target, when, tick));
        self.surfaces = surfaces;
        for command in commands {
            let command = self.in_full(command);
            match self.whose(&command) {
                Where::There(host) => {
                    self.ask(now, NOBODY, host, &command);
                    continue;
                }
                Where::Everywhere => self.spread(&command),
                Where::Here => {}
            }
            let name = command.name();
            let Err(advice) = self.obey(now, NOBODY, command) else { continue };
            let said = self.surfaces.refused.get(name);
            if said.is_none_or(|said| now.saturating_sub(*said) >= REFUSE_EVERY) {
                self.surfaces.refused.insert(name, now);
                self.say(Tone::Note, format!("{name}: {advice}"));
            }
        }
        self.out.retain(|action| !matches!(action, Action::Reply { to: NOBODY, .. }));
    }

    /// The value of a target; of a switch 1 or 0. `None` for what has none.
    fn stands(&self, target: &Target, when: When, tick: Tick) -> Option<f64> {
        let on = |on: bool| Some(f64::from(u8::from(on)));
        match target {
            Target::Gain(who) => Some(self.mixer.stands(&self.full_name(who), when).linear().into()),
            Target::Mute(who) => on(self.mixer.is_muted(&self.full_name(who))),
            Target::Solo(who) => on(self.mixer.is_soloed(&self.full_name(who))),
            Target::Group(group) => on(self.mixer.is_group_muted(group)),
            Target::Start(who) => {
                self.roster.get(&self.full_name(who)).and_then(|bot| on(bot.is_ours() || bot.is_here()))
            }
            Target::Master => Some(self.mixer.master(when).linear().into()),
            Target::Tempo => Some(self.map.tempo(tick).bpm()),
            Target::Density => self.density,
            Target::Section(name) => on(self.score.section().is_some_and(|section| section.name == *name)),
            Target::Stop(_) | Target::Tap | Target::Nudge(_) | Target::Panic => None,
        }
    }

    /// A terminal wants the next knob to turn this.
    pub(super) fn learn(&mut self, now: Duration, from: SocketAddr, what: &str) -> Result<(), String> {
        let bots: Vec<_> = self.roster.iter().map(|bot| &*bot.name).collect();
        let groups: Vec<_> = self.ensemble.bots.iter().filter_map(|bot| bot.group.as_deref()).collect();
        let sections: Vec<_> = self.score.sections().iter().map(|section| section.name.as_str()).collect();
        let names = Names { bots: &bots, groups: &groups, sections: &sections };
        let target = match Target::read(what, names) {
            Err(no) if no.may_come && self.rules.guests => Target::parse(what),
            read => read,
        };
        let target = target.map_err(|no| format!("{}: {}", no.message, no.hint))?;
        let before = self.surfaces.waiting.take();
        if let Some(before) = before.as_ref().filter(|before| before.from != from) {
            let why = "another terminal has asked to learn meanwhile".to_owned();
            self.reply(before.from, Reply::Error("learn".to_owned(), why));
        }
        // Nobody has said where the knobs are: whatever is plugged in is listened to.
        let opened = before.as_ref().is_some_and(|before| before.opened) || self.surfaces.all.is_empty();
        if opened && before.is_none() {
            self.out.push(Action::Inputs(Inputs::OpenAll));
        }
        let absent = self.surfaces.all.values().filter(|surface| !surface.is_here());
        let absent: Vec<_> = absent.map(|surface| surface.name.as_str()).collect();
        let (seconds, absent) = (LEARN_WITHIN.as_secs() as i32, absent.join(", "));
        self.reply(from, Reply::Value("learn".to_owned(), vec![seconds.into(), absent.into()]));
        let learning = Learning::new(target);
        self.surfaces.waiting = Some(Waiting { from, until: now + LEARN_WITHIN, learning, opened });
        Ok(())
    }

    /// It was this one: it works at once, and whoever asked is told what to write.
    fn learnt(&mut self, now: Duration, number: usize, hand: Move, message: MidiMessage) {
        let Some(waiting) = self.surfaces.waiting.take() else { return };
        if waiting.opened {
            self.surfaces.all.retain(|other, _| *other == number);
            self.out.push(Action::Inputs(Inputs::Keep(number)));
        }
        let Some(surface) = self.surfaces.all.get_mut(&number) else { return };
        let mapping = Mapping::new(hand.source, Some(hand.channel), waiting.learning.target);
        let was = surface.learn(mapping.clone()).map(|was| was.to_string()).unwrap_or_default();
        let name = surface.name.clone();
        let (source, target) = (mapping.source, &mapping.target);
        let of_the_file = if number < self.ensemble.surfaces.len() { number as i32 } else { -1 };
        let file = self.ensemble.path.file_name().map(|file| self.ensemble.home.join(file)).unwrap_or_default();
        let told = vec![
            name.as_str().into(),
            source.to_string().into(),
            i32::from(hand.channel).into(),
            target.to_string().into(),
            mapping.to_string().into(),
            was.into(),
            file.to_string_lossy().into_owned().into(),
            of_the_file.into(),
        ];
        self.say(Tone::Note, format!("{source} on channel {} of {name}: {target}", hand.channel));
        self.reply(waiting.from, Reply::Value("learn".to_owned(), told));
        self.reply(waiting.from, Reply::Ok("learn".to_owned()));
        // A fader goes on from where the hand has it; a pad that was hit to be learnt does nothing yet.
        if mapping.target.is_fader() {
            self.moved(now, number, message);
        }
    }

    fn reply(&mut self, to: SocketAddr, reply: Reply) {
        self.out.push(Action::Reply { to, reply });
    }
}
