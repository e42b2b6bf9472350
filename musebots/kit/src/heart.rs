//! The heartbeat, and what a bot says of itself: at once, and then every 400 ms, from a thread of its own, whatever the rest
//! of the bot is busy with.

use crate::{About, Musebot, Setup, link::Link};
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

/// What a bot says of itself, and where it shows itself.
pub(crate) fn hello(about: &About, id: &BotId, port: u16, page: Option<String>) -> Vec<u8> {
    let words = |list: &[&str]| list.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
    let mut sends = words(about.sends);
    // The kit says it for every bot that sounds.
    if !about.silent && !about.sends.contains(&"onset") {
        sends.push("onset".to_owned());
    }
    let hello = Hello {
        kinds: words(about.kinds),
        sends,
        receives: words(about.receives),
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        page,
        silent: about.silent,
        accepts: Accepts::ALL,
    };
    ToDirector::Hello { id: id.clone(), port, hello }.encode()
}

/// A bot that has been built may have a page to show: from now on its hello says so.
pub(crate) fn show_page<B: Musebot>(setup: &Setup, link: &Link) {
    if let Some(page) = setup.page.take() {
        link.introduce(hello(&B::about(), &setup.id, link.port(), Some(page)));
        link.say_hello();
    }
}

/// Beats once, says hello, and goes on beating until the process ends. With `bare`, the beat is
/// the historic one and the port is only in the hello, which is repeated.
pub(crate) fn start(link: &Arc<Link>, id: &BotId, bare: bool) -> io::Result<()> {
    let beat = ToDirector::Alive { id: id.clone(), port: (!bare).then(|| link.port()) }.encode();
    let began = Instant::now();
    let mut reached = link.resolve();
    if reached {
        link.send(&beat);
        link.say_hello();
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
                link.say_hello();
                next_hello = next + HELLO_EVERY;
            }
            // After a suspended laptop: no burst of beats that were missed.
            next = (next + EVERY).max(Instant::now());
        }
    })?;
    Ok(())
}
