//! What goes out with a tick: metre, position, sections, entries and the end. The same for a
//! performance, where it is handed to the clock thread ahead of time, and for a render.

use super::{
    Director, HORIZON,
    settling::{SETTLED_AFTER, said},
};
use crate::{
    clock_thread::Order,
    event::{Action, Tone},
    memory::Voice,
    roster::Life,
};
use musebot_protocol::{Broadcast, CONDUCTOR, Position, Said, TICKS_PER_BEAT, Tick, ToBot};
use std::{net::SocketAddr, sync::Arc, time::Duration};

/// What goes out just before one tick's `/mc/time`.
#[derive(Debug, Default)]
pub struct Plan {
    /// Datagrams in order: to whom, where that is, and what.
    pub sends: Vec<(Arc<str>, SocketAddr, Vec<u8>)>,
    /// Where the tick stands, if it stands on a beat or a bar line.
    pub position: Option<Position>,
    /// What the conductor says with it.
    pub said: Vec<Broadcast>,
    /// The section that begins.
    pub section: Option<String>,
    /// The piece is over at this tick.
    pub over: bool,
}

impl Director {
    /// Where a tick stands.
    #[must_use]
    pub fn position(&self, tick: Tick) -> Position {
        let bar = self.ensemble.meter.ticks_per_bar();
        Position {
            tick,
            bar: u32::try_from(tick.0.div_euclid(bar) + 1).unwrap_or(1),
            beat: (tick.0.rem_euclid(bar) / i64::from(TICKS_PER_BEAT)) as u32 + 1,
            ticks_per_bar: bar as u32,
        }
    }

    /// Plans one tick. Called once for each, in order.
    pub fn plan(&mut self, tick: Tick) -> Plan {
        debug_assert_eq!(tick, self.unplanned, "ticks are planned in order");
        self.unplanned = tick + 1;
        let mut plan = Plan::default();
        let in_bar = tick.0.rem_euclid(self.ensemble.meter.ticks_per_bar());
        let beat = i64::from(TICKS_PER_BEAT);
        if in_bar % beat == 0 {
            let position = self.position(tick);
            plan.position = Some(position);
            self.to_all(&mut plan, |b| b.accepts().position, &ToBot::Position(position));
        }
        if tick.0 % beat == 0 {
            self.to_all(&mut plan, |_| true, &ToBot::Meter(self.ensemble.meter));
        }
        if in_bar == 0 {
            self.plan_bar_line(&mut plan, tick);
        }
        plan
    }

    fn plan_bar_line(&mut self, plan: &mut Plan, tick: Tick) {
        let bar = self.position(tick).bar;
        let line = self.score.bar_line(bar);
        if bar == 1
            && let Some(length) = self.ensemble.phraselength
        {
            self.conduct(plan, &Said::PhraseLength(length));
            if let Some(end) = self.score.end() {
                self.conduct(plan, &Said::Phrases((end - 1).div_ceil(length)));
            }
        }
        if let Some(section) = line.section {
            plan.section = Some(section.name.clone());
            self.conduct(plan, &Said::Section(section.name));
            if let Some(density) = section.density {
                self.density = Some(density);
                self.conduct(plan, &Said::Density(density));
            }
        }
        if let Some(far) = line.progress {
            self.conduct(plan, &Said::Progress(far));
        }
        for bot in self.roster.iter_mut().filter(|b| b.is_here() && b.life == Life::Playing) {
            let on = bot.plays_in(bar) && !line.over;
            // Nobody needs to be told to play who was never told not to.
            if bot.told_on.unwrap_or(true) != on
                && let Some(to) = bot.to
                && !line.over
            {
                bot.told_on = Some(on);
                let said = Said::OnOff(on).by(CONDUCTOR);
                plan.sends.push((bot.name.clone(), to, said.encode()));
            }
        }
        if let Some(left) = line.bars_left {
            self.to_all(plan, |b| b.accepts().ending, &ToBot::Ending(left));
        }
        if line.over {
            plan.over = true;
            self.over.get_or_insert(tick);
        }
    }

    /// The conductor says something to everybody.
    fn conduct(&mut self, plan: &mut Plan, said: &Said) {
        let said = said.by(CONDUCTOR);
        let bytes = said.encode();
        self.memory.remember(Voice::Director, &said.topic, &bytes);
        for bot in self.roster.iter().filter(|b| b.is_here()) {
            plan.sends.extend(bot.to.map(|to| (bot.name.clone(), to, bytes.clone())));
        }
        plan.said.push(said);
    }

    fn to_all(&self, plan: &mut Plan, whom: impl Fn(&crate::roster::Bot) -> bool, what: &ToBot) {
        let bytes = what.encode();
        for bot in self.roster.iter().filter(|b| b.is_here() && whom(b)) {
            plan.sends.extend(bot.to.map(|to| (bot.name.clone(), to, bytes.clone())));
        }
    }

    /// In a render: who is here and how loud, at fixed ticks. The master is the mix's business.
    pub fn plan_render(&mut self, tick: Tick) -> Plan {
        let mut plan = self.plan(tick);
        let mut first = Vec::new();
        if tick.0 % 64 == 0 {
            let list = ToBot::AgentList(self.roster.names()).encode();
            for bot in self.roster.iter() {
                first.extend(bot.to.map(|to| (bot.name.clone(), to, list.clone())));
            }
        }
        if tick.0 == 0 {
            let when = crate::mixer::When { seconds: 0.0, ticks: 0.0 };
            for bot in self.roster.iter() {
                let gain = bot.on_its_scale(self.mixer.channel_gain(&bot.name, when));
                let gain = ToBot::Gain(gain, None).encode();
                first.extend(bot.to.map(|to| (bot.name.clone(), to, gain.clone())));
            }
        }
        // What is for one bot alone, so long after the beginning as it comes on a stage.
        if tick == self.map.first_tick_from(SETTLED_AFTER.as_secs_f64()) {
            for bot in self.roster.iter() {
                let says = bot.entry.iter().flat_map(|e| &e.says).map(|(topic, value)| said(topic, *value).encode());
                first.extend(bot.to.iter().flat_map(|to| says.clone().map(|bytes| (bot.name.clone(), *to, bytes))));
            }
        }
        plan.sends.splice(0..0, first);
        plan
    }

    /// Live: hands everything that falls into the next moments to the clock thread.
    pub(super) fn plan_ahead(&mut self, now: Duration) {
        if self.origin.is_none() {
            return;
        }
        while self.over.is_none() && self.instant(self.unplanned) < now + HORIZON {
            let tick = self.unplanned;
            self.release(now, tick);
            let plan = self.plan(tick);
            for (name, to, bytes) in plan.sends {
                let delay = self
                    .roster
                    .get(&name)
                    .map_or(Duration::ZERO, |b| b.delay(self.ensemble.latency, self.ensemble.delay_historic));
                self.out.push(Action::Clock(Order::Before { tick, to, delay, bytes: bytes.into() }));
            }
            if plan.over {
                self.end_clocks(tick);
            }
            if let Some(section) = plan.section.filter(|_| self.score.sections().len() > 1) {
                self.say(Tone::Note, format!("section {section} at bar {}", self.position(tick).bar));
            }
        }
        // Some get their ticks late, by up to the ensemble's latency.
        let old = self.since_origin(now) - self.ensemble.latency.as_secs_f64() - 1.0;
        self.map.forget_before(self.map.first_tick_from(old));
    }

    /// The first bar line that is not planned yet.
    pub(super) fn next_bar_line(&self) -> Tick {
        let bar = self.ensemble.meter.ticks_per_bar();
        Tick((self.unplanned.0 + bar - 1).div_euclid(bar) * bar)
    }

    /// Sends a newcomer all that the others know already (X4), and lets it in at a bar line.
    pub(super) fn bring_up_to_date(&mut self, now: Duration, name: &str) {
        let when = self.when(now);
        let running = self.origin.is_some() && self.unplanned > Tick(0);
        let current = self.map.first_tick_from(self.since_origin(now));
        let beat = i64::from(TICKS_PER_BEAT);
        let bar = self.ensemble.meter.ticks_per_bar();
        // A bar of 7/8 has a last beat of 8 ticks: count from its bar line.
        let in_bar = current.0.rem_euclid(bar);
        let position = self.position(current - in_bar % beat);
        let next = self.next_tick(now).0;
        let line = Tick((next + bar - 1).div_euclid(bar) * bar);
        let bar_of_line = self.position(line).bar;
        let gain = self.mixer.gain(name, when);
        let Some(bot) = self.roster.get_mut(name) else { return };
        let Some(to) = bot.to else { return };
        for bytes in self.memory.recall() {
            self.out.push(Action::Send { to, bytes: bytes.to_vec() });
        }
        bot.briefed = true;
        bot.sent_gain = Some(gain.linear());
        let heard = bot.on_its_scale(gain);
        let mut send = |bytes| self.out.push(Action::Send { to, bytes });
        send(ToBot::Gain(heard, None).encode());
        if running && bot.accepts().position {
            send(ToBot::Position(position).encode());
        }
        if running && bot.life == Life::Playing {
            bot.told_on = Some(false);
            send(Said::OnOff(false).by(CONDUCTOR).encode());
            // The next bar line may have been planned without it.
            let ended = self.over.is_some_and(|over| line >= over);
            if line < self.unplanned && !ended && bot.plays_in(bar_of_line) {
                bot.told_on = Some(true);
                let delay = bot.delay(self.ensemble.latency, self.ensemble.delay_historic);
                let bytes = Said::OnOff(true).by(CONDUCTOR).encode().into();
                self.out.push(Action::Clock(Order::Before { tick: line, to, delay, bytes }));
            }
        }
    }
}
