//! Terminals that listen in (`director listen`): they hear what the bots hear, and are never bots:
//! on no list, in no count, and never a reason to go on.

use super::Director;
use crate::{
    clock_thread::{Order, Target},
    event::{Action, Listener},
};
use musebot_protocol::{Arg, Args, Broadcast, CONDUCTOR, Reply, Tick, messages};
use std::{net::SocketAddr, time::Duration};

/// Terminals at most: each gets every broadcast.
const MOST: usize = 16;

/// One that has not said `listen` again for so long has gone.
const FORGET_AFTER: Duration = Duration::from_secs(6);

/// Those who listen, in the order in which they came.
#[derive(Default)]
pub(super) struct Terminals {
    all: Vec<Terminal>,
}

struct Terminal {
    to: SocketAddr,
    renewed: Duration,
}

/// One thing that the director says to bots with this action: for which tick, to whom, what.
type Told = (Option<Tick>, Vec<SocketAddr>, Vec<u8>);

impl Terminals {
    /// They get their ticks after all bots, at the instant and bare: the order in which ticks and
    /// broadcasts arrive says exactly at which tick each was said.
    pub(super) fn targets(&self) -> impl Iterator<Item = Target> {
        self.all.iter().map(|t| Target { to: t.to, tagged: false, delay: Duration::ZERO })
    }

    /// Whether anybody listens.
    pub(super) fn anybody(&self) -> bool {
        !self.all.is_empty()
    }

    /// They get every broadcast, after all bots.
    pub(super) fn listeners(&self) -> impl Iterator<Item = Listener> {
        self.all.iter().map(|t| Listener { to: t.to, not_from: None })
    }
}

impl Director {
    /// A terminal begins to listen, goes on, or ends.
    pub(super) fn listen(&mut self, now: Duration, from: SocketAddr, on: bool) -> Result<(), String> {
        let known = self.terminals.all.iter().position(|t| t.to == from);
        match (known, on) {
            (Some(i), true) => self.terminals.all[i].renewed = now,
            (None, true) if self.terminals.all.len() >= MOST => {
                return Err(format!("{MOST} terminals listen already: end one of them"));
            }
            (None, true) => {
                self.terminals.all.push(Terminal { to: from, renewed: now });
                self.send_routes();
            }
            (Some(i), false) => {
                self.terminals.all.remove(i);
                self.send_routes();
            }
            (None, false) => {}
        }
        if on {
            let view = self.view(now);
            let tick = if view.running { view.tick.on_wire() } else { -1 };
            let (above, below) = (self.ensemble.meter.numerator(), self.ensemble.meter.denominator());
            let name = self.ensemble.name.as_str();
            self.value(from, "listen", vec![name.into(), above.into(), below.into(), tick.into()]);
            self.value(from, "here", self.here_with_delays());
        }
        Ok(())
    }

    /// Who has not renewed has gone.
    pub(super) fn forget_terminals(&mut self, now: Duration) {
        let before = self.terminals.all.len();
        self.terminals.all.retain(|t| now.saturating_sub(t.renewed) < FORGET_AFTER);
        if self.terminals.all.len() != before {
            self.send_routes();
        }
    }

    /// Somebody has come or gone.
    pub(super) fn tell_terminals_who_is_here(&mut self) {
        let here = self.here_with_delays();
        for to in self.addresses_of_terminals() {
            self.value(to, "here", here.clone());
        }
    }

    /// What the director itself is about to say to bots, terminals hear too: once, with its tick,
    /// and to whom it is said if not to all.
    pub(super) fn let_terminals_hear(&mut self) {
        if self.terminals.all.is_empty() {
            return;
        }
        let terminals = self.addresses_of_terminals();
        for (tick, to, bytes) in told(&self.out) {
            let Some(Ok(message)) = messages(&bytes).next() else { continue };
            let Ok(said) = Broadcast::decode(&message) else { continue };
            if said.speaker != CONDUCTOR {
                continue;
            }
            for whom in self.addressed(&to) {
                let mut values: Args =
                    vec![tick.map_or(-1, Tick::on_wire).into(), whom.into(), said.topic.clone().into()];
                values.extend(said.args.iter().cloned());
                for to in &terminals {
                    match tick {
                        None => self.value(*to, "told", values.clone()),
                        // In time, and after what was said before it.
                        Some(tick) => {
                            let bytes = Reply::Value("told".to_owned(), values.clone()).encode().into();
                            let before = Order::Before { tick, to: *to, delay: Duration::ZERO, bytes };
                            self.out.push(Action::Clock(before));
                        }
                    }
                }
            }
        }
        if self.out.iter().any(|action| matches!(action, Action::Finish(_))) {
            for to in terminals {
                self.value(to, "gone", Args::new());
            }
        }
    }

    /// Whom a word is for: nobody by name when it goes to all who are here.
    fn addressed(&self, to: &[SocketAddr]) -> Vec<String> {
        if self.roster.iter().filter(|b| b.is_here()).filter_map(|b| b.to).all(|here| to.contains(&here)) {
            return vec![String::new()];
        }
        self.roster.iter().filter(|b| b.to.is_some_and(|at| to.contains(&at))).map(|b| b.name.to_string()).collect()
    }

    /// Who is here, and how many milliseconds after their instants each gets its ticks: as much
    /// later comes what it says at a tick.
    fn here_with_delays(&self) -> Args {
        let late = |b: &crate::roster::Bot| {
            let target = b.target(self.ensemble.latency, self.ensemble.delay_historic);
            target.map_or(0.0, |target| 1000.0 * target.delay.as_secs_f64())
        };
        let here = self.roster.iter().filter(|b| b.is_here()).flat_map(|b| [Arg::from(&*b.name), late(b).into()]);
        here.chain(self.far_names().flat_map(|name| [Arg::from(name), 0.0_f32.into()])).collect()
    }

    fn addresses_of_terminals(&self) -> Vec<SocketAddr> {
        self.terminals.all.iter().map(|t| t.to).collect()
    }

    fn value(&mut self, to: SocketAddr, what: &str, values: Args) {
        self.out.push(Action::Reply { to, reply: Reply::Value(what.to_owned(), values) });
    }
}

/// The broadcasts among what is about to be done, each once.
fn told(actions: &[Action]) -> Vec<Told> {
    let mut told: Vec<Told> = Vec::new();
    for action in actions {
        let (tick, to, bytes) = match action {
            Action::Send { to, bytes } => (None, *to, bytes.as_slice()),
            Action::Clock(Order::Before { tick, to, bytes, .. }) => (Some(*tick), *to, &**bytes),
            _ => continue,
        };
        if !bytes.starts_with(b"/broadcast/") {
            continue;
        }
        match told.iter_mut().find(|(t, _, b)| *t == tick && b == bytes) {
            Some((_, all, _)) => all.push(to),
            None => told.push((tick, vec![to], bytes.to_vec())),
        }
    }
    told
}
