//! Runs one session: launches the bot, takes it through the script, and brings back the record. All that
//! is decided about it is decided elsewhere.

use super::{
    bot::Bot,
    crafted::{Value, message},
    ear::Ear,
    process::Process,
    record::{Record, Stage},
    script::{End, ListStyle, Script, Step, config_txt},
    ticker::Ticker,
};
use crate::{event::Exit, ports::Ports};
use anyhow::Context;
use musebot_protocol::ConfigTxt;
use std::{
    net::{SocketAddr, UdpSocket},
    time::{Duration, Instant},
};

/// How often we look whether something has happened.
const LOOK: Duration = Duration::from_millis(5);
/// How long a bot that is told to leave is waited for: it has 5 seconds, and we see it a little late.
const LEAVING: Duration = Duration::from_millis(5600);
/// How long nobody listens when the bot starts, in a session that begins so.
const ALONE: Duration = Duration::from_millis(1300);
/// A bot whose script has ended, and whose heartbeats have, is taken to be gone after this.
const SILENT: Duration = Duration::from_secs(3);

/// Runs a session. `patience` is how long the first heartbeat is waited for; `alive` hears when it has come.
pub(crate) fn run(bot: &Bot, script: &Script, patience: Duration, alive: &dyn Fn(Duration)) -> Record {
    let mut record = Record { id: script.id.to_owned(), ..Record::default() };
    if let Err(e) = try_run(bot, script, patience, alive, &mut record) {
        record.not_started = Some(format!("{e:#}"));
    }
    record
}

fn try_run(
    bot: &Bot,
    script: &Script,
    patience: Duration,
    alive: &dyn Fn(Duration),
    record: &mut Record,
) -> anyhow::Result<()> {
    let ports = Ports::new().context("failed to find free ports")?;
    let (ours, theirs) = (ports.allot()?, ports.allot()?);
    let folder = crate::runtime::private_folder().context("failed to make a folder for the bot")?;
    let config = ConfigTxt {
        id: script.id.to_owned(),
        mc_hostname: script.host.to_owned(),
        mc_listen_port: ours.number,
        my_listen_port: theirs.number,
        output_channels: 2,
    };
    let text = config_txt(script.config, &config);
    let command = bot.prepare(folder.path(), &text, script.foreign).context("failed to make the bot's folder")?;
    record.port = theirs.number;

    let host = if script.host == "localhost" { [127, 0, 0, 1] } else { super::scenes::OTHER_HOST };
    let at = SocketAddr::from((host, ours.number));
    let bot_at = SocketAddr::from(([127, 0, 0, 1], theirs.number));
    let voice = UdpSocket::bind("127.0.0.1:0").context("failed to open a UDP socket")?;
    let began = Instant::now();
    let ear = Ear::open(at, began, !script.starts_alone).with_context(|| format!("failed to listen on {at}"))?;
    let ticker = Ticker::start(voice.try_clone()?, bot_at, script.id, began, script.first_tick, script.meter)?;
    let process = Process::start(command).with_context(|| format!("failed to start `{}`", bot.name()))?;
    let mut session = Session { process, ear, ticker, voice, bot_at, began, record };
    if script.starts_alone {
        session.conductor_is_here(false);
        session.wait(ALONE);
        session.conductor_is_here(true);
    }
    if session.wait_until(patience, |s| s.ear.beats() > 0) {
        alive(began.elapsed());
        session.looks_at_port();
        session.send(&message("/agent/gain", &[Value::F(0.0)]));
        session.ticker.manner().runs = true;
        for step in &script.steps {
            session.step(step);
        }
        if let End::Told(bytes) = &script.end {
            session.tell_off(bytes);
        }
    }
    session.finish();
    drop((folder, ours, theirs));
    Ok(())
}

struct Session<'a> {
    process: Process,
    ear: Ear,
    ticker: Ticker,
    voice: UdpSocket,
    bot_at: SocketAddr,
    began: Instant,
    record: &'a mut Record,
}

impl Session<'_> {
    fn send(&self, bytes: &[u8]) {
        // A bot that has gone hears nothing; that is seen elsewhere.
        for _ in 0..if self.ticker.manner().twice { 2 } else { 1 } {
            let _ = self.voice.send_to(bytes, self.bot_at);
        }
    }

    fn step(&mut self, step: &Step) {
        if self.gone() {
            return;
        }
        match step {
            Step::Stage(name) => self.record.stages.push(Stage { name, at: self.began.elapsed() }),
            Step::Ticks(ticks) => self.ticker.wait(*ticks),
            Step::Say(bytes) => self.send(bytes),
            Step::Form(form) => self.ticker.manner().form = *form,
            Step::Jump(tick) => self.ticker.manner().next = *tick,
            Step::Lose(ticks) => {
                self.ticker.manner().lose = *ticks;
                self.ticker.wait(*ticks);
            }
            Step::Twice => self.ticker.manner().twice = true,
            Step::Echo => self.ear.listening().echo = Some(self.bot_at),
            Step::List(style) => self.ticker.manner().list = *style,
            Step::Leave => self.conductor_is_here(false),
            Step::Return => self.conductor_is_here(true),
            Step::Wait(time) => self.wait(*time),
        }
    }

    /// A conductor that is not there neither listens nor speaks.
    fn conductor_is_here(&self, here: bool) {
        self.ear.listening().open = here;
        self.ticker.manner().away = !here;
    }

    /// A port that is taken cannot be bound: then the bot listens there.
    fn looks_at_port(&mut self) {
        let port = self.record.port;
        let taken = |_: &mut Self| UdpSocket::bind(("0.0.0.0", port)).is_err();
        self.record.bound = self.wait_until(Duration::from_secs(1), taken);
    }

    /// Says that it is to leave, and sees whether it does.
    fn tell_off(&mut self, bytes: &[u8]) {
        if self.gone() {
            return;
        }
        self.record.told_off = Some(self.began.elapsed());
        self.send(bytes);
        self.wait_until(LEAVING, Self::gone);
    }

    fn gone(&mut self) -> bool {
        if self.record.gone.is_none() {
            let exit = self.process.gone();
            let returned = self.process.returned();
            let last = self.ear.listening().last;
            let silent = returned.is_some() && last.is_some_and(|at| at.elapsed() > SILENT);
            if exit.is_some() || silent {
                // A bot that was there until it was told to leave has gone with what we started, and not with
                // the last of its helpers, a sound server say.
                let after_off = |(at, exit): (Instant, Exit)| {
                    let at = at.saturating_duration_since(self.began);
                    self.record.told_off.is_some_and(|told| at >= told).then_some((at, Some(exit)))
                };
                let (at, exit) = returned.and_then(after_off).unwrap_or((self.began.elapsed(), exit));
                (self.record.gone, self.record.exit) = (Some(at), exit);
            }
        }
        self.record.gone.is_some()
    }

    /// Waits, but not for a bot that has gone.
    fn wait(&mut self, time: Duration) {
        self.wait_until(time, |_| false);
    }

    /// Waits until something is so; whether it is. In vain for a bot that has gone.
    fn wait_until(&mut self, time: Duration, mut so: impl FnMut(&mut Self) -> bool) -> bool {
        let until = Instant::now() + time;
        loop {
            if so(self) {
                return true;
            }
            if self.gone() || Instant::now() >= until {
                return so(self);
            }
            std::thread::sleep(LOOK);
        }
    }

    fn finish(mut self) {
        self.ticker.manner().list = ListStyle::Silent;
        self.gone();
        self.record.ended = self.began.elapsed();
        self.record.last_lines = self.process.last_lines();
        drop(self.process);
        (self.record.ticks, self.record.late) = self.ticker.finish();
        self.record.heard = self.ear.finish();
    }
}
