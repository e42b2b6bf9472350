//! The same performance on a virtual clock: as fast as the bots can play, to files, without any
//! device (X6).
//!
//! For each tick: what belongs to it and its `/mc/time` go out, each bot answers that it is done
//! and how much it has said, what was said is delivered in the roster's order, and the next tick
//! follows. So nothing depends on how fast anybody is.

mod in_bars;

use crate::{
    clock,
    death::{Cause, LastWords, card},
    director::{Director, Plan, Rules},
    ensemble::{Ensemble, Length},
    event::{Action, Event, Exit},
    launch::Terms,
    ports::Ports,
    roster::Bot,
    runtime, socket,
    supervisor::{News, Supervisor},
};
use anyhow::{Context, bail};
use in_bars::in_bars;
use musebot_protocol::{Broadcast, MAX_DATAGRAM, Tempo, Tick, ToBot, ToDirector, messages, time_message};
use std::{
    collections::VecDeque,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{sync::mpsc, time::timeout};

/// What is to be rendered.
#[derive(Debug, Clone)]
pub struct Request {
    /// The ensemble; its length is `bars`.
    pub ensemble: Ensemble,
    /// Bars.
    pub bars: u32,
    /// Where all chance comes from.
    pub seed: u64,
    /// Where the bots leave their stems.
    pub stems: PathBuf,
    /// Whether bots that cannot render are left out instead of ending it.
    pub leave_out: bool,
}

/// What a render is made of, tick by tick.
pub trait Record {
    /// A tick is about to be sent.
    ///
    /// # Errors
    /// When it cannot be written down.
    fn tick(&mut self, tick: Tick, tempo: Tempo, plan: &Plan) -> anyhow::Result<()>;

    /// A bot has said something in that tick.
    ///
    /// # Errors
    /// When it cannot be written down.
    fn said(&mut self, tick: Tick, said: &Broadcast) -> anyhow::Result<()>;
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// Who played and sounds, in the roster's order.
    pub bots: Vec<Arc<str>>,
    /// Who played and makes no sound: it leaves no stem.
    pub silent: Vec<Arc<str>>,
    /// Who was left out.
    pub left_out: Vec<Arc<str>>,
    /// Where the tempo changes.
    pub tempo_map: Vec<(Tick, Tempo)>,
    /// Which sections begin at which bar.
    pub sections: Vec<(u32, String)>,
    /// The length of every stem in frames at 48 kHz.
    pub frames: u32,
}

/// How long a bot may take for one tick, and one that makes no sound: it paints, and its first picture needs a model.
const SLOWEST_TICK: Duration = Duration::from_secs(10);
const SLOWEST_PAINTED_TICK: Duration = Duration::from_secs(60);
/// A bot that has not answered for so long is sent the tick again.
const ASK_AGAIN: Duration = Duration::from_secs(1);
/// How long a bot may take to be ready.
const SLOWEST_START: Duration = Duration::from_secs(60);
/// How long a bot that beats may take to say what it can.
const SLOWEST_HELLO: Duration = Duration::from_secs(5);
/// How long a bot may take to write its files at the end.
const SLOWEST_END: Duration = Duration::from_secs(60);
/// What rings on after the last bar.
const TAIL_SECONDS: f64 = 3.0;
/// Frames a second.
const SAMPLE_RATE: f64 = 48_000.0;

/// Renders. `progress` is told how many of how many ticks are done.
/// Must be called on the main thread, inside a `LocalSet` of a current-thread runtime.
///
/// # Errors
/// When a bot cannot be started, cannot render, dies or does not answer, by name and with what
/// it said last; when nothing can be written.
pub async fn render(
    request: Request,
    record: &mut dyn Record,
    progress: &mut dyn FnMut(u64, u64),
) -> anyhow::Result<Rendered> {
    let folder = runtime::private_folder()?;
    let mut house = House::open(&request, folder.path())?;
    house.everybody_ready().await?;
    let end = Tick(i64::from(request.bars) * request.ensemble.meter.ticks_per_bar());
    let mut sections = Vec::new();
    for tick in (0..end.0).map(Tick) {
        let plan = house.director.plan_render(tick);
        let tempo = house.director.map().tempo(tick);
        record.tick(tick, tempo, &plan)?;
        if let Some(section) = &plan.section {
            sections.push((house.director.position(tick).bar, section.clone()));
        }
        house.one_tick(tick, tempo, &plan, record).await?;
        progress(tick.0.unsigned_abs(), end.0.unsigned_abs());
    }
    let seconds = house.director.map().seconds(end) + TAIL_SECONDS;
    let frames = (seconds * SAMPLE_RATE).round() as u32;
    house.everybody_out(frames).await?;
    let who = |silent| house.players.iter().filter(|p| p.silent == silent).map(|p| p.name.clone()).collect();
    Ok(Rendered {
        bots: who(false),
        silent: who(true),
        left_out: house.left_out,
        tempo_map: house.director.map().changes().collect(),
        sections,
        frames,
    })
}

/// One bot that takes part.
struct Player {
    name: Arc<str>,
    to: SocketAddr,
    source: SocketAddr,
    /// Whether it makes no sound.
    silent: bool,
    /// Broadcasts received of it in all.
    heard: u32,
    /// Its answer: the last tick it has done, and how many broadcasts it had sent by then.
    done: Option<(i32, u32)>,
    /// What it said and nobody was told yet, as it came.
    said: VecDeque<Vec<u8>>,
}

/// Everything that a render holds on to.
struct House {
    director: Director,
    supervisor: Supervisor,
    news: mpsc::UnboundedReceiver<News>,
    socket: tokio::net::UdpSocket,
    players: Vec<Player>,
    left_out: Vec<Arc<str>>,
    /// Whether bots that cannot render are left out.
    leave_out: bool,
    buffer: Vec<u8>,
}

impl House {
    fn open(request: &Request, folder: &Path) -> anyhow::Result<Self> {
        let main = socket::open(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        let terms = Terms {
            director: main.local_addr()?,
            seed: request.seed,
            render: Some(request.stems.clone()),
            folder: folder.to_owned(),
            death_signal: true,
        };
        let mut ensemble = request.ensemble.clone();
        ensemble.length = Some(Length::Bars(request.bars));
        // Nothing of the world leads or follows a render.
        ensemble.clock = crate::ensemble::ClockPorts::default();
        in_bars(&mut ensemble);
        let (supervisor, news) = Supervisor::new(terms, Ports::new()?);
        let rules = Rules { seed: request.seed, guests: false };
        Ok(Self {
            director: Director::new(ensemble, rules, clock::now()),
            supervisor,
            news,
            socket: tokio::net::UdpSocket::from_std(main)?,
            players: Vec::new(),
            left_out: Vec::new(),
            leave_out: request.leave_out,
            buffer: vec![0; MAX_DATAGRAM],
        })
    }

    /// Launches all bots and waits until each has beaten and said what it can.
    async fn everybody_ready(&mut self) -> anyhow::Result<()> {
        for action in self.director.begin(clock::now()) {
            if let Action::Launch { name } = action
                && let Some(entry) = self.director.roster().get(&name).and_then(|b| b.entry.as_ref())
            {
                self.supervisor.launch(name, self.director.ensemble(), entry);
            }
        }
        let began = clock::now();
        while let Some((missing, patience)) = self.missing(began) {
            if clock::now() < began + patience {
                self.wait(Duration::from_millis(100)).await?;
            } else if self.leave_out {
                self.left_out.push(missing);
            } else {
                bail!(
                    "{missing} has not said hello within {} s: it may not be able to render \
                     (`--leave-out` renders without such bots)",
                    patience.as_secs()
                );
            }
        }
        for bot in self.director.roster().iter() {
            if self.left_out.contains(&bot.name) {
                continue;
            }
            let (Some(to), Some(source)) = (bot.to, bot.source) else { continue };
            if bot.accepts().render {
                let name = bot.name.clone();
                let silent = bot.hello.as_ref().is_some_and(|hello| hello.silent);
                self.players.push(Player { name, to, source, silent, heard: 0, done: None, said: VecDeque::new() });
            } else if self.leave_out {
                self.left_out.push(bot.name.clone());
            } else {
                bail!("{} cannot render (`--leave-out` renders without it)", bot.name);
            }
        }
        for name in &self.left_out {
            self.supervisor.signal(name, false);
        }
        if self.players.is_empty() && !self.left_out.is_empty() {
            bail!("none of the bots can render ({}): there is nothing to hear", self.left_out.join(", "));
        }
        Ok(())
    }

    /// Who has not said hello yet, and how long we wait for it. Who beats and does not answer
    /// the question what it is will not answer it later either.
    fn missing(&self, began: Duration) -> Option<(Arc<str>, Duration)> {
        let silent = |b: &&Bot| b.hello.is_none() && !self.left_out.contains(&b.name);
        self.director.roster().iter().find(silent).map(|b| {
            let patience = match b.alive {
                Some(_) => b.first_alive.saturating_sub(began) + SLOWEST_HELLO,
                None => SLOWEST_START,
            };
            (b.name.clone(), patience)
        })
    }

    async fn one_tick(&mut self, tick: Tick, tempo: Tempo, plan: &Plan, record: &mut dyn Record) -> anyhow::Result<()> {
        for (_, to, bytes) in &plan.sends {
            self.send(bytes, *to).await?;
        }
        let time = time_message(tempo, tick);
        for i in 0..self.players.len() {
            self.send(&time, self.players[i].to).await?;
        }
        let late = |p: &Player| !p.done.is_some_and(|(done, said)| done == tick.on_wire() && p.heard == said);
        let began = clock::now();
        let mut again = clock::now() + ASK_AGAIN;
        while let Some(player) = self.players.iter().find(|p| late(p)) {
            let now = clock::now();
            if now >= again {
                // A datagram may have been lost; who has done the tick already says so again.
                again = now + ASK_AGAIN;
                self.send(&time, player.to).await?;
                continue;
            }
            let patience = if player.silent { SLOWEST_PAINTED_TICK } else { SLOWEST_TICK };
            let left = (began + patience).saturating_sub(now);
            if left.is_zero() {
                let position = self.director.position(tick);
                bail!(
                    "{} did not answer for tick {tick} (bar {} beat {}) within {} s{}",
                    player.name,
                    position.bar,
                    position.beat,
                    patience.as_secs(),
                    crate::death::last_words(&self.supervisor.last_lines(&player.name))
                );
            }
            self.wait(left.min(again - now)).await?;
        }
        for i in 0..self.players.len() {
            while let Some(bytes) = self.players[i].said.pop_front() {
                for message in messages(&bytes).flatten() {
                    self.director.handle(clock::now(), Event::Spoke { from: self.players[i].source, message });
                    if let Ok(said) = Broadcast::decode(&message) {
                        record.said(tick, &said)?;
                    }
                    let forwards = message.topic().is_some_and(|topic| self.director.forwards(topic));
                    for to in 0..self.players.len() {
                        if forwards && (to != i || self.director.ensemble().echo) {
                            self.send(message.bytes, self.players[to].to).await?;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Ends the render: every stem gets the same length, every bot writes its files and goes.
    async fn everybody_out(&mut self, frames: u32) -> anyhow::Result<()> {
        let off = ToBot::Off { frames: Some(frames) }.encode();
        for i in 0..self.players.len() {
            self.send(&off, self.players[i].to).await?;
        }
        let deadline = clock::now() + SLOWEST_END;
        let mut left: Vec<Arc<str>> = self.players.iter().map(|p| p.name.clone()).collect();
        while !left.is_empty() {
            let Ok(Some(news)) = timeout(deadline.saturating_sub(clock::now()), self.news.recv()).await else {
                bail!("{} did not finish its files within {} s", left.join(", "), SLOWEST_END.as_secs());
            };
            if let News::Exited(name, exit, lines) = news {
                let expected = left.iter().position(|n| *n == name);
                if let Some(at) = expected {
                    left.remove(at);
                    if !exit.is_success() {
                        died(&name, &exit, &lines)?;
                    }
                }
            }
        }
        Ok(())
    }

    async fn send(&self, bytes: &[u8], to: SocketAddr) -> anyhow::Result<()> {
        self.socket.send_to(bytes, to).await.with_context(|| format!("failed to send to {to}"))?;
        Ok(())
    }

    /// Waits until something arrives, and takes it in.
    async fn wait(&mut self, longest: Duration) -> anyhow::Result<()> {
        tokio::select! {
            biased;
            ready = self.socket.readable() => ready.context("failed to listen to the bots")?,
            Some(news) = self.news.recv() => return self.take_news(news),
            () = tokio::time::sleep(longest) => return Ok(()),
        }
        while let Ok((length, from)) = self.socket.try_recv_from(&mut self.buffer) {
            let datagram = std::mem::take(&mut self.buffer);
            self.take_in(&datagram[..length], from);
            self.buffer = datagram;
        }
        Ok(())
    }

    fn take_in(&mut self, datagram: &[u8], from: SocketAddr) {
        let mut answers = Vec::new();
        for message in messages(datagram).flatten() {
            let player = self.players.iter_mut().find(|p| p.source == from);
            match (player, ToDirector::decode(&message)) {
                (Some(player), Ok(ToDirector::Broadcast(_))) => {
                    player.heard += 1;
                    player.said.push_back(message.bytes.to_vec());
                }
                (Some(player), Ok(ToDirector::Done { tick, said, .. })) => player.done = Some((tick, said)),
                (None, Ok(message)) => {
                    let event = Event::Heard { from, message };
                    answers.extend(self.director.handle(clock::now(), event));
                }
                _ => {}
            }
        }
        for action in answers {
            // Everything but the question who they are comes at fixed ticks.
            if let Action::Send { to, bytes } = action
                && bytes.starts_with(b"/mc/hello\0")
            {
                let _ = self.socket.try_send_to(&bytes, to);
            }
        }
    }

    fn take_news(&mut self, news: News) -> anyhow::Result<()> {
        match news {
            News::Launched(name, port, manners) => {
                self.director.handle(clock::now(), Event::Launched { name, port, manners });
                Ok(())
            }
            News::NotLaunched(name, reason) if self.may_do_without(&name) => {
                tracing::warn!("{name} cannot be started: {reason}");
                Ok(())
            }
            News::NotLaunched(name, reason) => bail!("{name} cannot be started: {reason}"),
            News::Exited(name, ..) if self.left_out.contains(&name) => Ok(()),
            News::Exited(name, exit, lines) if self.may_do_without(&name) => {
                tracing::warn!("{}", card(&name, Cause::Exited, &exit, &lines, ""));
                Ok(())
            }
            News::Exited(name, exit, lines) => died(&name, &exit, &lines),
        }
    }

    /// Before tick 0, one that cannot come is left out if the user said so.
    fn may_do_without(&mut self, name: &Arc<str>) -> bool {
        let may = self.leave_out && self.players.is_empty();
        if may {
            self.left_out.push(name.clone());
        }
        may
    }
}

fn died(name: &str, exit: &Exit, words: &LastWords) -> anyhow::Result<()> {
    bail!("{}", card(name, Cause::Exited, exit, words, "the render ends here"))
}
