//! The conductor's clock in one session: ticks at absolute deadlines from a thread of their own, with the
//! metre and the agentList, in whatever odd way the session wants them.

use super::{
    crafted::{TickForm, Value, message},
    record::SentTick,
    script::{BPM, ListStyle},
};
use std::{
    net::{SocketAddr, UdpSocket},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// From agentList to agentList.
const LIST_EVERY: Duration = Duration::from_secs(1);

/// How long a tick lasts.
pub(crate) fn tick_length() -> Duration {
    Duration::from_secs_f64(60.0 / 16.0 / BPM)
}

/// What is sent, and how; may be changed at any time.
pub(crate) struct Manner {
    /// Ticks are sent.
    pub(crate) runs: bool,
    /// Nothing is sent for now.
    pub(crate) away: bool,
    pub(crate) next: i32,
    pub(crate) form: TickForm,
    pub(crate) meter: bool,
    pub(crate) twice: bool,
    /// So many of the next ticks are not sent.
    pub(crate) lose: u32,
    pub(crate) list: ListStyle,
    pub(crate) sent: Vec<SentTick>,
    /// How late the latest of them was.
    pub(crate) late: Duration,
    stop: bool,
}

/// The running clock.
pub(crate) struct Ticker {
    shared: Arc<(Mutex<Manner>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    /// Sends to the bot from now on: the agentList at once, ticks once [`Manner::runs`] is set.
    pub(crate) fn start(
        socket: UdpSocket,
        bot: SocketAddr,
        id: &'static str,
        began: Instant,
        first: i32,
        meter: bool,
    ) -> std::io::Result<Self> {
        let manner = Manner {
            runs: false,
            away: false,
            next: first,
            form: TickForm::default(),
            meter,
            twice: false,
            lose: 0,
            list: ListStyle::Separate,
            sent: Vec::new(),
            late: Duration::ZERO,
            stop: false,
        };
        let shared = Arc::new((Mutex::new(manner), Condvar::new()));
        let theirs = Arc::clone(&shared);
        let run = move || run(&theirs, &socket, bot, id, began);
        let thread = std::thread::Builder::new().name("ticks".into()).spawn(run)?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Changes what is sent.
    pub(crate) fn manner(&self) -> MutexGuard<'_, Manner> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until so many more ticks were due.
    pub(crate) fn wait(&self, ticks: u32) {
        let mut manner = self.manner();
        let enough = manner.sent.len() + ticks as usize;
        while manner.runs && manner.sent.len() < enough {
            manner = self.shared.1.wait(manner).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Ends it; all ticks that were due, and how late the latest was.
    pub(crate) fn finish(mut self) -> (Vec<SentTick>, Duration) {
        self.stop();
        let mut manner = self.manner();
        (std::mem::take(&mut manner.sent), manner.late)
    }

    fn stop(&mut self) {
        self.manner().stop = true;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.stop();
    }
}

fn run(shared: &(Mutex<Manner>, Condvar), socket: &UdpSocket, bot: SocketAddr, id: &str, began: Instant) {
    // What cannot be sent is lost: the bot may not be there yet, or any more.
    let send = |bytes: &[u8], times: usize| (0..times).for_each(|_| drop(socket.send_to(bytes, bot)));
    let mut next_list = Instant::now();
    let mut ran = false;
    let mut deadline = Instant::now();
    loop {
        std::thread::sleep(deadline.saturating_duration_since(Instant::now()));
        let late = deadline.elapsed();
        deadline += tick_length();
        let mut manner = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
        if manner.stop {
            return;
        }
        if manner.away {
            continue;
        }
        let times = if manner.twice { 2 } else { 1 };
        // Once it has beaten it is told at once who is here, as conductors do: before, it may have had no ears.
        if Instant::now() >= next_list || (manner.runs && !ran) {
            ran = manner.runs;
            next_list = Instant::now() + LIST_EVERY;
            if let Some(list) = agent_list(manner.list, id) {
                send(&list, times);
            }
        }
        if !manner.runs {
            continue;
        }
        let tick = manner.next;
        manner.next = tick.wrapping_add(1);
        let lost = manner.lose > 0;
        if lost {
            manner.lose -= 1;
        } else {
            if manner.meter && tick % 16 == 0 {
                send(&message("/mc/meter", &[Value::I(4), Value::I(4)]), times);
            }
            send(&manner.form.write(BPM, tick), times);
        }
        manner.late = manner.late.max(late);
        manner.sent.push(SentTick { at: began.elapsed(), tick, lost });
        shared.1.notify_all();
    }
}

/// Who is here: the bot, and one that only speaks in our sessions.
fn agent_list(style: ListStyle, id: &str) -> Option<Vec<u8>> {
    let values = match style {
        ListStyle::Separate => vec![Value::S(id), Value::S(super::scenes::OTHER)],
        ListStyle::Joined => {
            return Some(message("/mc/agentList", &[Value::S(&format!("{id} {}", super::scenes::OTHER))]));
        }
        ListStyle::Empty => Vec::new(),
        ListStyle::Silent => return None,
    };
    Some(message("/mc/agentList", &values))
}

#[cfg(test)]
mod tests {
    use super::*;
    use musebot_protocol::messages;

    #[test]
    fn a_bot_that_has_beaten_is_told_who_is_here_before_the_first_tick() {
        let bot = UdpSocket::bind("127.0.0.1:0").unwrap();
        bot.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let hear = || {
            let mut buffer = [0; 512];
            let length = bot.recv(&mut buffer).unwrap();
            messages(&buffer[..length]).next().unwrap().unwrap().address.to_owned()
        };
        let voice = UdpSocket::bind("127.0.0.1:0").unwrap();
        let ticker = Ticker::start(voice, bot.local_addr().unwrap(), "bot", Instant::now(), 1, false).unwrap();
        assert_eq!(hear(), "/mc/agentList");
        // The next one is due in a second.
        ticker.manner().runs = true;
        assert_eq!([hear(), hear()], ["/mc/agentList", "/mc/time"]);
    }
}
