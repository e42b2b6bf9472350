//! The only `select!`: sockets, timer, children and signals become events; the director's
//! actions become I/O.

mod network;

use crate::{
    clock,
    clock_ports::{Heard, PortKeeper, PortNews},
    clock_thread::{ClockThread, Order},
    director::{Director, Rules},
    ensemble::Ensemble,
    event::{Action, ClockNews, Event, Tone},
    launch::Terms,
    midi_ports::MidiPorts,
    network::Edge,
    ports::Ports,
    relay::SharedRelay,
    runtime, socket,
    status::StatusLine,
    supervisor::{News, Supervisor},
    surface::door::{self, Doors},
};
use anyhow::Context;
use musebot_protocol::{Control, MAX_DATAGRAM, PacketError, Reply, Tick, ToDirector, messages};
use std::{
    io,
    net::{SocketAddr, UdpSocket},
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::mpsc,
    time::MissedTickBehavior,
};

/// How a performance is run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where bots reach us.
    pub listen: SocketAddr,
    /// Where terminals reach us, on loopback; by default the port after `listen`.
    pub control: Option<u16>,
    /// Where all chance comes from.
    pub seed: u64,
    /// Whether the status line is wanted.
    pub status: bool,
    /// Whether bots are killed by the system when the director dies.
    pub death_signal: bool,
}

/// How a performance has ended.
#[derive(Debug, Clone, Copy)]
pub struct Ended {
    /// The exit code.
    pub code: u8,
    /// Whether somebody asked for the end: Ctrl-C, or `quit` from another terminal.
    pub asked: bool,
    /// Whether the piece had come to its own end.
    pub over: bool,
    /// Whether any bot had been heard.
    pub heard: bool,
    /// Whether the director that led has been started again, and is to be joined anew.
    pub anew: bool,
}

/// Time flows in steps of this; what has to be exact is the clock thread's.
const TIMER: Duration = Duration::from_millis(20);
/// The status line is drawn so often.
const DRAW_EVERY: u32 = 12;
/// Datagrams that are worked off before everybody else gets a turn.
const BATCH: usize = 64;
/// What happens often is reported at most this often.
const REPORT_EVERY: Duration = Duration::from_secs(10);

/// A performance, ready to begin.
pub struct Performance {
    director: Director,
    supervisor: Supervisor,
    news: mpsc::UnboundedReceiver<News>,
    socket: tokio::net::UdpSocket,
    /// The same socket, for sending without ceremony.
    out: UdpSocket,
    /// Where it listens.
    address: SocketAddr,
    control: tokio::net::UdpSocket,
    midi: MidiPorts,
    clock: ClockThread,
    /// The ports of other machines' clocks, and what the one that leads says.
    clock_ports: PortKeeper,
    master: Option<Heard>,
    doors: Doors,
    touched: mpsc::Receiver<door::Heard>,
    relay: Arc<SharedRelay>,
    /// The other machines.
    network: Option<Edge>,
    status: StatusLine,
    nonsense: Tally,
    /// What there was no room for on the way to or from other machines.
    dropped: Tally,
    /// What other machines say and nobody understands.
    senseless: Tally,
    asked: bool,
    _folder: tempfile::TempDir,
}

/// What happens often, and is reported now and then.
#[derive(Default)]
struct Tally {
    count: u64,
    reported: Option<Duration>,
}

impl Tally {
    /// Counts; how many there were since the last report, when it is time for another.
    fn add(&mut self, many: u64, now: Duration) -> Option<u64> {
        self.count += many;
        let due = self.count > 0 && self.reported.is_none_or(|at| now.saturating_sub(at) >= REPORT_EVERY);
        due.then(|| {
            self.reported = Some(now);
            std::mem::take(&mut self.count)
        })
    }
}

impl Performance {
    /// Opens the sockets and starts the clock thread; no bot is launched yet.
    /// Must be called on the main thread, inside a `LocalSet` of a current-thread runtime.
    ///
    /// # Errors
    /// When a port is taken or the runtime folder cannot be made.
    pub fn open(mut ensemble: Ensemble, options: &Options) -> anyhow::Result<Self> {
        let main = socket::open(options.listen)?;
        let here = main.local_addr().context("failed to ask for our own address")?;
        let control_port = options.control.unwrap_or_else(|| here.port().wrapping_add(1));
        let control = socket::open_for_control(control_port)?;
        let folder = runtime::private_folder()?;
        let terms = Terms {
            director: here,
            seed: options.seed,
            render: None,
            folder: folder.path().to_owned(),
            death_signal: options.death_signal,
        };
        let ports = Ports::new().context("failed to make the folder for port locks")?;
        let (supervisor, news) = Supervisor::new(terms, ports);
        let guests = ensemble.guests.unwrap_or(here.ip().is_loopback());
        let clock = ClockThread::start(main.try_clone().context("failed to share the socket")?, ensemble.latency)
            .context("failed to start the clock thread")?;
        let clock_ports = PortKeeper::start(ensemble.clock.clone(), ensemble.meter.sixteenths())
            .context("failed to start the thread for clock ports")?;
        let (doors, touched) = Doors::open(&ensemble.surfaces);
        let midi = MidiPorts::open(&mut ensemble);
        let out = main.try_clone().context("failed to share the socket")?;
        let speaks = out.try_clone().context("failed to share the socket")?;
        let relay = Arc::new(SharedRelay::new(speaks, ensemble.exiting));
        let mut director = Director::new(ensemble, Rules { seed: options.seed, guests }, clock::now());
        director.listens_at(here.ip());
        Ok(Self {
            director,
            supervisor,
            news,
            address: here,
            out,
            socket: tokio::net::UdpSocket::from_std(main).context("failed to watch the socket")?,
            control: tokio::net::UdpSocket::from_std(control).context("failed to watch the control socket")?,
            midi,
            clock,
            clock_ports,
            master: None,
            doors,
            touched,
            relay,
            network: None,
            status: StatusLine::new(options.status),
            nonsense: Tally::default(),
            dropped: Tally::default(),
            senseless: Tally::default(),
            asked: false,
            _folder: folder,
        })
    }

    /// The director's mind, before it plays: who leads or joins a network says so here.
    pub fn director(&mut self) -> &mut Director {
        &mut self.director
    }

    /// Plays with other machines.
    pub fn connect(&mut self, network: Edge) {
        let relay = self.relay.clone();
        network.heard_by(move |bytes| relay.pass_on_from_afar(bytes));
        self.network = Some(network);
    }

    /// Where bots reach us.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Where terminals reach us.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn control_address(&self) -> io::Result<SocketAddr> {
        self.control.local_addr()
    }

    /// Plays until it is over.
    ///
    /// # Errors
    /// When the system denies us signals.
    pub async fn run(mut self) -> anyhow::Result<Ended> {
        let mut interrupt = signal(SignalKind::interrupt()).context("failed to listen for Ctrl-C")?;
        let mut terminate = signal(SignalKind::terminate()).context("failed to listen for SIGTERM")?;
        let mut hangup = signal(SignalKind::hangup()).context("failed to listen for SIGHUP")?;
        let mut timer = tokio::time::interval(TIMER);
        timer.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut buffer = vec![0_u8; MAX_DATAGRAM];
        let mut ticks = 0_u32;
        let mut told_priority = false;
        let mut stalled = Duration::ZERO;

        let begin = self.director.begin(clock::now());
        let mut code = self.carry_out(begin);
        while code.is_none() {
            code = tokio::select! {
                ready = self.socket.readable() => match ready {
                    Ok(()) => {
                        let code = self.hear(&mut buffer);
                        // Where datagrams never end, the timer, signals and children still get their turn.
                        tokio::task::yield_now().await;
                        code
                    }
                    Err(_) => None,
                },
                ready = self.control.readable() => match ready {
                    Ok(()) => self.listen_to_terminals(&mut buffer),
                    Err(_) => None,
                },
                Some(news) = self.news.recv() => self.event(match news {
                    News::Launched(name, port, manners) => Event::Launched { name, port, manners },
                    News::NotLaunched(name, reason) => Event::NotLaunched { name, reason },
                    News::Exited(name, exit, last_words) => Event::Exited { name, exit, last_words },
                }),
                brings = network::next_of(&mut self.network), if self.network.is_some() => {
                    let code = self.hear_network(brings);
                    tokio::task::yield_now().await;
                    code
                },
                Some(news) = self.clock_ports.news.recv() => self.clock_port(news),
                _ = self.clock_ports.wake.recv(&mut buffer), if self.master.is_some() => self.hear_master(),
                Some(heard) = self.touched.recv() => match heard {
                    door::Heard::News { number, news } => self.event(Event::Surface { number, news }),
                    door::Heard::Inputs(ports) => { self.doors.open_ports(ports); None }
                },
                _ = timer.tick() => {
                    ticks += 1;
                    if self.director.has_new_words() || ticks.is_multiple_of(DRAW_EVERY) {
                        self.status.draw(&self.director.view(clock::now()));
                    }
                    if !told_priority && ticks == 10 {
                        told_priority = true;
                        self.say_priority();
                    }
                    self.report_dropped();
                    self.clock.flush();
                    let still = Duration::from_nanos(self.clock.pulse().stalled_ns.load(Relaxed));
                    if still > stalled {
                        stalled = still;
                        self.event(Event::Stalled(still));
                    }
                    let code = self.hear_master().or_else(|| self.return_lost_ports());
                    code.or(self.event(Event::Timer))
                }
                _ = interrupt.recv() => self.event(Event::Interrupted),
                _ = terminate.recv() => self.event(Event::Interrupted),
                _ = hangup.recv() => self.event(Event::Interrupted),
            };
        }
        self.status.end();
        let heard = self.director.roster().iter().any(|bot| !bot.first_alive.is_zero());
        let (over, anew) = (self.director.is_over(), self.director.joins_anew());
        Ok(Ended { code: code.unwrap_or_default(), asked: self.asked, over, heard, anew })
    }

    /// What the leading machine has said since we listened last.
    fn hear_master(&mut self) -> Option<u8> {
        while let Some((at, word)) = self.master.as_mut().and_then(|words| words.pop().ok()) {
            let code = self.event(Event::Master { at: clock::from_instant(at), word });
            if code.is_some() {
                return code;
            }
        }
        None
    }

    /// A port of a clock has come or gone.
    fn clock_port(&mut self, news: PortNews) -> Option<u8> {
        let event = match news {
            PortNews::Out(open) => {
                let (port, news) = (open.port, ClockNews::Here(open.name().to_owned()));
                if let Some(why) = open.too_slow_for(self.director.ensemble().latency) {
                    tracing::warn!("{why}");
                }
                self.clock.order(Order::Port(open));
                Event::ClockPort { port, news }
            }
            PortNews::NoOut(port, why) => Event::ClockPort { port, news: ClockNews::Absent(why) },
            PortNews::In(name, words) => {
                self.master = Some(words);
                Event::MasterPort(ClockNews::Here(name))
            }
            PortNews::NoIn(why) => Event::MasterPort(ClockNews::Absent(why)),
            PortNews::InGone => Event::MasterPort(ClockNews::Gone),
        };
        self.event(event)
    }

    /// Ports that the clock thread has lost.
    fn return_lost_ports(&mut self) -> Option<u8> {
        let lost = self.clock.lost_port()?;
        let port = lost.port;
        self.clock_ports.reopen(lost);
        self.event(Event::ClockPort { port, news: ClockNews::Gone })
    }

    fn say_priority(&self) {
        if !self.clock.pulse().realtime.load(Relaxed) {
            tracing::info!(
                "the clock runs without real-time priority: fine on an idle machine; for the stage, \
                 give your user `rtprio` (on Debian: a line `@audio - rtprio 90` in /etc/security/limits.conf)"
            );
        }
    }

    fn event(&mut self, event: Event) -> Option<u8> {
        self.asked |= matches!(event, Event::Interrupted | Event::Asked { control: Control::Quit, .. });
        let actions = self.director.handle(clock::now(), event);
        self.carry_out(actions)
    }

    /// Works off what has arrived, up to a batch.
    fn hear(&mut self, buffer: &mut [u8]) -> Option<u8> {
        for _ in 0..BATCH {
            let (length, from) = match self.socket.try_recv_from(buffer) {
                Ok(received) => received,
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return None,
                // A bot that is gone (its port answers "unreachable") concerns nobody else.
                Err(_) => continue,
            };
            // Our own words: somebody says that it listens where we do. They would go round for ever.
            let (ours, theirs) = (self.address.ip(), from.ip());
            if from.port() == self.address.port() && (theirs == ours || ours.is_unspecified() && theirs.is_loopback()) {
                continue;
            }
            for message in messages(&buffer[..length]) {
                let code = match message {
                    Ok(message) => match message.topic() {
                        Some(topic) => {
                            if self.relay.forwards(topic) {
                                let next = Tick(self.clock.pulse().next_tick.load(Relaxed) as i64);
                                self.relay.pass_on(from, message.bytes);
                                // Everybody here comes first.
                                self.say_afar(from, topic, next, message.bytes);
                            }
                            self.event(Event::Spoke { from, message })
                        }
                        None => match ToDirector::decode(&message) {
                            Ok(message) => self.event(Event::Heard { from, message }),
                            Err(PacketError::Unknown) => None,
                            Err(e) => self.nonsense(from, e),
                        },
                    },
                    Err(e) => self.nonsense(from, e),
                };
                if code.is_some() {
                    return code;
                }
            }
        }
        None
    }

    fn listen_to_terminals(&mut self, buffer: &mut [u8]) -> Option<u8> {
        for _ in 0..BATCH {
            let Ok((length, from)) = self.control.try_recv_from(buffer) else { return None };
            for message in messages(&buffer[..length]) {
                // Whoever answers is no terminal: two directors would answer each other for ever.
                if message.is_ok_and(|m| Reply::decode(&m).is_ok()) {
                    continue;
                }
                let code = match message.and_then(|m| Control::decode(&m)) {
                    Ok(control) => self.event(Event::Asked { from, control }),
                    Err(e) => {
                        let name = message.ok().and_then(|m| m.address.strip_prefix("/director/")).unwrap_or("?");
                        let reply = Reply::Error(name.to_owned(), advice(name, e));
                        let _ = self.control.try_send_to(&reply.encode(), from);
                        None
                    }
                };
                if code.is_some() {
                    return code;
                }
            }
        }
        None
    }

    fn nonsense(&mut self, from: SocketAddr, why: PacketError) -> Option<u8> {
        if let Some(count) = self.nonsense.add(1, clock::now()) {
            tracing::warn!("ignored {count} message(s) that make no sense, the last from {from}: {why}");
        }
        None
    }

    fn carry_out(&mut self, actions: Vec<Action>) -> Option<u8> {
        let mut finish = None;
        for action in actions {
            match action {
                Action::Send { to, bytes } => {
                    let _ = self.out.send_to(&bytes, to);
                }
                Action::Clock(order) => self.clock.order(order),
                Action::Relay(listeners) => self.relay.hears(listeners),
                Action::Launch { name } => {
                    if let Some(entry) = self.director.roster().get(&name).and_then(|b| b.entry.as_ref()) {
                        self.supervisor.launch(name, self.director.ensemble(), entry);
                    }
                }
                Action::Signal { name, kill } => self.supervisor.signal(&name, kill),
                Action::Release { name } => self.supervisor.release(&name),
                Action::Connect(pairs) => self.supervisor.connect(pairs),
                Action::Silence { name, every_key } => {
                    if let Some(entry) = self.director.roster().get(&name).and_then(|b| b.entry.as_ref()) {
                        self.midi.silence(entry, self.director.ensemble(), every_key);
                    }
                }
                Action::Reply { to, reply } => {
                    let _ = self.control.try_send_to(&reply.encode(), to);
                }
                Action::Show { surface, messages } => self.doors.show(surface, &messages),
                Action::Inputs(inputs) => self.doors.inputs(inputs),
                Action::Tell { to, word } => {
                    if let Some(network) = &mut self.network {
                        network.tell(to.as_ref(), *word);
                    }
                }
                Action::SayAfar { topic, bytes } => self.say_afar_again(&topic, &bytes),
                Action::Refuse { host, to, why } => {
                    if let Some(network) = &self.network {
                        network.refuse(&host, to, why);
                    }
                }
                Action::HearsAtOnce(at_once) => self.relay.at_once(at_once),
                Action::Dismiss { host } => {
                    if let Some(network) = &mut self.network {
                        network.dismiss(&host);
                    }
                }
                Action::Topics(topics) => {
                    if let Some(network) = &self.network {
                        network.listen_to(topics);
                    }
                }
                Action::Say(Tone::Note, what) => tracing::info!("{what}"),
                Action::Say(Tone::Warning, what) => tracing::warn!("{what}"),
                Action::Say(Tone::Loud, what) => tracing::error!("{what}"),
                Action::Sung { name, line } if !self.status.is_shown() => tracing::info!("{name}: {line}"),
                Action::Sung { .. } => {}
                Action::Finish(code) => finish = Some(code),
            }
        }
        finish
    }
}

/// What to say to somebody whose command cannot be read.
fn advice(name: &str, why: PacketError) -> String {
    match Control::takes(name) {
        Some(takes) => format!("{why}: it takes {takes} (`director {name} --help` says more)"),
        None => format!("{why} (`director --help` lists the commands)"),
    }
}
