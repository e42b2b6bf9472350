//! Plays live: the session's actions meet the socket, the outputs and the signals.

use crate::{
    Musebot, heart,
    inbox::Inbox,
    life::Why,
    link::Link,
    options::Options,
    output::Outputs,
    session::{Action, Manner, Session},
    signals::Signals,
};
use musebot_protocol::ToDirector;
use std::time::{Duration, Instant};

/// At most so many datagrams are worked off before time itself is looked at again.
const AT_ONCE: usize = 64;

/// Plays until told off, and returns when the sound has faded.
///
/// # Errors
/// When the bot or its output cannot be had.
pub(crate) fn play<B: Musebot>(
    options: &Options,
    link: &Link,
    inbox: &Inbox,
    signals: &Signals,
    began: Instant,
) -> anyhow::Result<()> {
    let setup = options.setup(began);
    let manner =
        Manner { id: options.id.clone(), latency: options.latency_ms / 1000.0, on_exiting: options.on_exiting };
    let mut session = Session::<B>::new(&setup, manner, 0.0)?;
    heart::show_page::<B>(&setup, link);
    let mut instrument = options.instrument(setup.sound.take())?;
    session.prompt(instrument.voice.as_mut().and_then(|voice| voice.prompter()));
    let mut outputs = Outputs::open(options, instrument, began)?;
    signals.playing();
    session.allow_for(outputs.latency());
    tracing::info!(
        "playing as `{}` for the director at {}:{}, listening on {}, seed {}; {}",
        options.id,
        options.director.0,
        options.director.1,
        link.port(),
        options.seed,
        outputs.names(),
    );
    let seconds = |at: Instant| at.saturating_duration_since(began).as_secs_f64();
    let mut actions = Vec::new();
    loop {
        let wake = began + Duration::from_secs_f64(session.wake().min(outputs.wake()).clamp(0.0, 1e9));
        let mut arrival = inbox.take(wake);
        for _ in 0..AT_ONCE {
            let Some(a) = arrival else { break };
            session.receive(seconds(a.at), a.wall, seconds(Instant::now()), &a.bytes, &mut actions);
            arrival = inbox.take(a.at);
        }
        if let Some(a) = arrival {
            session.receive(seconds(a.at), a.wall, seconds(Instant::now()), &a.bytes, &mut actions);
        }
        let now = seconds(Instant::now());
        if let Some(why) = signals.take() {
            session.leave(now, why, &mut actions);
        }
        session.advance(now, &mut actions);
        if outputs.advance() {
            session.allow_for(outputs.latency());
        }
        for action in actions.drain(..) {
            match action {
                Action::Send(datagram) => link.send(&datagram),
                Action::Cue(cue) => outputs.play(&cue),
                Action::Tempo { due, tempo } => outputs.tempo(due, tempo),
                Action::Gain(gain, ramp_ms) => outputs.gain(gain, ramp_ms),
                Action::Fade(ms, why) => {
                    say_why(why);
                    outputs.gain(0.0, ms);
                }
                // Who makes no sound is neither loud nor late.
                Action::Level | Action::Late { .. } if options.silent => {}
                Action::Level => {
                    let (peak, rms) = outputs.level();
                    link.send(&ToDirector::Level { id: options.id.clone(), peak, rms }.encode());
                }
                Action::Late { tell } => {
                    if let Some(late) = outputs.lateness().filter(|_| tell) {
                        let (p50_ms, p99_ms, n, xruns) = (late.p50_ms, late.p99_ms, late.n, outputs.xruns());
                        link.send(&ToDirector::Late { id: options.id.clone(), p50_ms, p99_ms, n, xruns }.encode());
                    }
                }
                Action::Warn(line) => tracing::warn!("{line}"),
                Action::Exit => return outputs.finish(),
            }
        }
    }
}

fn say_why(why: Why) {
    match why {
        Why::ToldOff => tracing::info!("told off: fading out"),
        Why::Terminated => tracing::info!("terminated: fading out quickly"),
        Why::Abandoned => tracing::warn!("no agentList for 30 s, the conductor is gone: fading out"),
        Why::FormEnded => tracing::info!("the form has ended: fading out"),
    }
}
