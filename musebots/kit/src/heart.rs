//! The heartbeat: at once, and then every 400 ms, from a thread of its own, whatever the rest
//! of the bot is busy with.

use crate::{About, link::Link};
use musebot_protocol::{Accepts, BotId, Hello, ToDirector};
use std::{
    io,
    sync::Arc,
    time::{Duration, Instant},
};

/// From beat to beat: fast enough for a conductor that gives up after a second.
const EVERY: Duration = Duration::from_millis(400);
/// From hello to hello, as long as a foreign conductor has not answered.
const HELLO_EVERY: Duration = Duration::from_secs(5);

/// What a bot says of itself.
pub(crate) fn hello(about: &About, id: &BotId, port: u16) -> Vec<u8> {
    let words = |list: &[&str]| list.iter().map(|w| (*w).to_owned()).collect();
    let hello = Hello {
        kinds: words(about.kinds),
        sends: words(about.sends),
        receives: words(about.receives),
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        page: None,
        accepts: Accepts::ALL,
    };
    ToDirector::Hello { id: id.clone(), port, hello }.encode()
}

/// Beats once, says hello, and goes on beating until the process ends. With `bare`, the beat is
/// the historic one and the port is only in the hello, which is repeated.
pub(crate) fn start(link: &Arc<Link>, id: &BotId, bare: bool, hello: Vec<u8>) -> io::Result<()> {
    let beat = ToDirector::Alive { id: id.clone(), port: (!bare).then(|| link.port()) }.encode();
    let began = Instant::now();
    let mut reached = link.resolve();
    if reached {
        link.send(&beat);
        link.send(&hello);
    } else {
        tracing::warn!("the director's host is not known (yet); looking on");
    }
    let link = Arc::clone(link);
    std::thread::Builder::new().name("heartbeat".into()).spawn(move || {
        let mut next = began + EVERY;
        let mut next_hello = began + HELLO_EVERY;
        loop {
            std::thread::sleep(next.saturating_duration_since(Instant::now()));
            if !std::mem::replace(&mut reached, link.resolve()) && reached {
                next_hello = next;
            }
            link.send(&beat);
            if next >= next_hello && !link.known() {
                link.send(&hello);
                next_hello = next + HELLO_EVERY;
            }
            // After a suspended laptop: no burst of beats that were missed.
            next = (next + EVERY).max(Instant::now());
        }
    })?;
    Ok(())
}
