//! Opens the ports of MIDI clocks, and opens them again when they come back: on a thread of its own, because
//! opening one may take its time. An open port for our clock goes to the clock thread; what the
//! master says comes through a bounded ring.

use crate::{
    clock,
    clock_out::ClockOut,
    clock_word::ClockWord,
    ensemble::{ClockPort, ClockPorts},
};
use musebot_devices::{MidiIn, MidiKind, MidiMessage, MidiOut};
use std::{
    fmt,
    os::unix::net::UnixDatagram,
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    time::{Duration, Instant},
};
use tokio::sync::mpsc;

/// What others see us as.
const CLIENT: &str = "director";
/// A port that is not there is looked for so often.
const RETRY: Duration = Duration::from_secs(1);
/// Whether the master's port is still there is looked at so often.
const LOOK: Duration = Duration::from_millis(200);
/// What the master may say while nobody listens: six seconds at 300 bpm. What is too much is lost, as on a full wire.
const RING: usize = 1024;
/// News that may wait; more than ports there can be.
const NEWS: usize = 256;

/// A port that is open and gets our clock.
pub struct OpenPort {
    /// Which one of the file.
    pub port: usize,
    midi: MidiOut,
    offset: f64,
    /// Sixteenths in a bar.
    bar: u32,
}

impl OpenPort {
    /// What it is to be told, from now on.
    #[must_use]
    pub fn clock(&self) -> ClockOut {
        ClockOut::new(self.offset, self.bar)
    }

    /// Says something at an instant of [`clock::now`]. Realtime-safe: yes.
    pub fn send(&mut self, at: Duration, word: ClockWord) -> bool {
        self.midi.send(clock::to_instant(at), message(word))
    }

    /// What has not been sent yet is not sent. Realtime-safe: yes.
    pub fn forget(&mut self) {
        self.midi.forget();
    }

    /// Whether it has gone. Realtime-safe: yes.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.midi.is_lost()
    }

    /// Its name, as the system has it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.midi.name()
    }

    /// Why its pulses will be late, when what sounds sounds so long after its tick.
    #[must_use]
    pub fn too_slow_for(&self, latency: Duration) -> Option<String> {
        let ahead = latency.as_secs_f64() + self.offset;
        let needs = self.midi.latency().as_secs_f64();
        (needs > ahead).then(|| {
            let more = (needs - self.offset) * 1000.0;
            format!(
                "{} needs its clock {:.1} ms ahead and gets it {:.1} ms ahead: write latency-ms = {} or more",
                self.name(),
                needs * 1000.0,
                ahead * 1000.0,
                more.ceil()
            )
        })
    }
}

impl fmt::Debug for OpenPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenPort").field("port", &self.port).field("name", &self.name()).finish_non_exhaustive()
    }
}

/// What the thread has to tell.
pub enum PortNews {
    /// A port for our clock is open.
    Out(Box<OpenPort>),
    /// It cannot be opened so far.
    NoOut(usize, String),
    /// The master's port is open, and this is where its words come out.
    In(String, Heard),
    /// It cannot be opened so far.
    NoIn(String),
    /// It has gone.
    InGone,
}

/// The master's words, with their arrival.
pub type Heard = rtrb::Consumer<(Instant, ClockWord)>;

/// The thread. It ends with this.
pub struct PortKeeper {
    /// What it tells.
    pub news: mpsc::Receiver<PortNews>,
    /// Something is written here when the master starts or stops, so that nobody has to look all the time.
    pub wake: tokio::net::UnixDatagram,
    lost: SyncSender<Box<OpenPort>>,
}

impl PortKeeper {
    /// Begins to open the ports. `bar` is how many sixteenths a bar has.
    ///
    /// # Errors
    /// When the system gives us no thread.
    pub fn start(ports: ClockPorts, bar: u32) -> std::io::Result<Self> {
        let (tell, news) = mpsc::channel(NEWS);
        let (lost, returned) = sync_channel(NEWS);
        let (bell, wake) = UnixDatagram::pair()?;
        bell.set_nonblocking(true)?;
        wake.set_nonblocking(true)?;
        if !ports.out.is_empty() || ports.input.is_some() {
            let mut keeper = Keeper::new(ports, bar, tell, bell);
            std::thread::Builder::new().name("clock ports".into()).spawn(move || keeper.run(&returned))?;
        }
        Ok(Self { news, wake: tokio::net::UnixDatagram::from_std(wake)?, lost })
    }

    /// A port that has gone: it is closed, and opened again when it is back.
    pub fn reopen(&self, port: Box<OpenPort>) {
        let _ = self.lost.try_send(port);
    }
}

/// A port that is to be open.
struct Place {
    wanted: ClockPort,
    open: bool,
    /// When it is tried again.
    again: Instant,
    /// Whether it has been said that it is not there.
    said: bool,
}

impl Place {
    fn new(wanted: ClockPort) -> Self {
        Self { wanted, open: false, again: Instant::now(), said: false }
    }

    fn is_due(&self, now: Instant) -> bool {
        !self.open && now >= self.again
    }

    /// It could not be opened. Whether that is news.
    fn failed(&mut self) -> bool {
        self.again = Instant::now() + RETRY;
        !std::mem::replace(&mut self.said, true)
    }

    /// It has gone, which is known by now.
    fn lost(&mut self) {
        (self.open, self.said, self.again) = (false, true, Instant::now() + RETRY);
    }
}

struct Keeper {
    outs: Vec<Place>,
    input: Option<Place>,
    heard: Option<MidiIn>,
    bar: u32,
    tell: mpsc::Sender<PortNews>,
    bell: UnixDatagram,
}

impl Keeper {
    fn new(ports: ClockPorts, bar: u32, tell: mpsc::Sender<PortNews>, bell: UnixDatagram) -> Self {
        let outs = ports.out.into_iter().map(Place::new).collect();
        Self { outs, input: ports.input.map(Place::new), heard: None, bar, tell, bell }
    }

    /// Until nobody wants to know any more.
    fn run(&mut self, returned: &Receiver<Box<OpenPort>>) {
        while self.look().is_some() {
            match returned.recv_timeout(LOOK) {
                Ok(port) => {
                    let place = port.port;
                    drop(port);
                    if let Some(place) = self.outs.get_mut(place) {
                        place.lost();
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Opens what is not open. `None` when nobody listens any more.
    fn look(&mut self) -> Option<()> {
        let now = Instant::now();
        for (port, place) in self.outs.iter_mut().enumerate().filter(|(_, place)| place.is_due(now)) {
            let news = match MidiOut::open(CLIENT, &place.wanted.address) {
                Ok(midi) => {
                    (place.open, place.said) = (true, true);
                    let offset = place.wanted.offset_ms / 1000.0;
                    Some(PortNews::Out(Box::new(OpenPort { port, midi, offset, bar: self.bar })))
                }
                Err(why) => place.failed().then(|| PortNews::NoOut(port, why.to_string())),
            };
            if let Some(news) = news {
                self.tell.blocking_send(news).ok()?;
            }
        }
        self.look_for_master(now)
    }

    fn look_for_master(&mut self, now: Instant) -> Option<()> {
        let Some(place) = &mut self.input else { return Some(()) };
        if self.heard.as_ref().is_some_and(MidiIn::is_lost) {
            self.heard = None;
            place.lost();
            self.tell.blocking_send(PortNews::InGone).ok()?;
        }
        if !place.is_due(now) {
            return Some(());
        }
        let (mut ring, words) = rtrb::RingBuffer::new(RING);
        let bell = self.bell.try_clone().ok()?;
        // On the system's own thread: nothing here waits.
        let hear = move |at: Instant, message: MidiMessage| {
            if let Some(word) = word(&message) {
                let _ = ring.push((at, word));
                if word != ClockWord::Pulse {
                    let _ = bell.send(&[0]);
                }
            }
        };
        let news = match MidiIn::open(CLIENT, &place.wanted.address, hear) {
            Ok(midi) => {
                (place.open, place.said) = (true, true);
                let name = midi.name().to_owned();
                self.heard = Some(midi);
                Some(PortNews::In(name, words))
            }
            Err(why) => place.failed().then(|| PortNews::NoIn(why.to_string())),
        };
        match news {
            Some(news) => self.tell.blocking_send(news).ok(),
            None => Some(()),
        }
    }
}

fn message(word: ClockWord) -> MidiMessage {
    match word {
        ClockWord::Pulse => MidiMessage::CLOCK,
        ClockWord::Start => MidiMessage::START,
        ClockWord::Continue => MidiMessage::CONTINUE,
        ClockWord::Stop => MidiMessage::STOP,
        ClockWord::Position(sixteenth) => MidiMessage::song_position(sixteenth),
    }
}

fn word(message: &MidiMessage) -> Option<ClockWord> {
    Some(match message.kind() {
        MidiKind::Clock => ClockWord::Pulse,
        MidiKind::Start => ClockWord::Start,
        MidiKind::Continue => ClockWord::Continue,
        MidiKind::Stop => ClockWord::Stop,
        MidiKind::SongPosition(sixteenth) => ClockWord::Position(sixteenth),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_clock_says_is_read_as_it_is_written() {
        let all =
            [ClockWord::Pulse, ClockWord::Start, ClockWord::Continue, ClockWord::Stop, ClockWord::Position(16_383)];
        for said in all {
            assert_eq!(word(&message(said)), Some(said));
        }
        assert_eq!(word(&MidiMessage::note_on(1, 60, 100)), None);
    }
}
