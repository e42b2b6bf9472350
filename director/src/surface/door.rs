//! The edge of control surfaces: each device on a thread of its own, which opens it, passes on
//! what comes and goes, and opens it again when it was lost. The event loop never waits for it.

use super::{MidiSurface, Move};
use crate::event::{Inputs, SurfaceNews};
use musebot_devices::{MidiAddress, MidiError, MidiIn, MidiMessage, MidiOut, MidiPort, Wanted, midi_inputs};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};
use tokio::sync::mpsc;

/// What we are called where MIDI programs have names.
const CLIENT: &str = "director";
/// The name of a port of our own.
const OUR_PORT: &str = "control";
/// How long after a device was not there, or was lost, it is looked for again.
const TRY_EVERY: Duration = Duration::from_secs(1);
/// How often a thread looks whether its device is still there, when nothing happens.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// Messages that wait at most; the device's are dropped then, and those to it come again.
const MOST_WAITING: usize = 1024;

/// What arrives from the threads.
#[derive(Debug)]
pub enum Heard {
    /// Something has happened to a surface.
    News {
        /// Its number.
        number: usize,
        /// What.
        news: SurfaceNews,
    },
    /// The inputs that there are, to be opened by [`Doors::open_ports`].
    Inputs(Vec<MidiPort>),
}

/// All devices that are listened to. They are let go with this.
pub struct Doors {
    tell: mpsc::Sender<Heard>,
    doors: BTreeMap<usize, Door>,
    /// How many of them the ensemble file names.
    of_the_file: usize,
    next: usize,
}

/// One of them.
struct Door {
    show: SyncSender<MidiMessage>,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Drop for Door {
    fn drop(&mut self) {
        // Not waited for: a system that hangs must not hold up the end.
        self.stop.store(true, Relaxed);
        self.thread.thread().unpark();
    }
}

/// Where a surface's messages come from and go to.
struct Ports {
    input: MidiAddress,
    output: MidiAddress,
    /// Whether it is not complete without its output, which the file names.
    shows: bool,
    /// Whether its absence is worth a word: the file names it.
    named: bool,
}

impl Doors {
    /// Begins to look for the surfaces of an ensemble.
    #[must_use]
    pub fn open(surfaces: &[MidiSurface]) -> (Self, mpsc::Receiver<Heard>) {
        let (tell, heard) = mpsc::channel(MOST_WAITING);
        let mut doors = Self { tell, doors: BTreeMap::new(), of_the_file: surfaces.len(), next: surfaces.len() };
        for (number, surface) in surfaces.iter().enumerate() {
            let address = |port: &str| {
                let ours = port == "virtual";
                let port = if ours { Wanted::Virtual(OUR_PORT.to_owned()) } else { Wanted::Named(port.to_owned()) };
                MidiAddress { port, system: surface.system }
            };
            let (input, output) = (address(&surface.port), address(surface.out.as_ref().unwrap_or(&surface.port)));
            doors.add(number, Ports { input, output, shows: surface.out.is_some(), named: true });
        }
        (doors, heard)
    }

    fn add(&mut self, number: usize, ports: Ports) {
        let (show, shown) = sync_channel(MOST_WAITING);
        let stop = Arc::new(AtomicBool::new(false));
        let (tell, stopped) = (self.tell.clone(), stop.clone());
        let thread = thread::Builder::new().name(format!("surface {number}"));
        match thread.spawn(move || keep_open(number, &ports, &tell, &shown, &stopped)) {
            Ok(thread) => _ = self.doors.insert(number, Door { show, stop, thread }),
            Err(e) => tracing::warn!("failed to start a thread for a control surface: {e}"),
        }
    }

    /// Hands messages to a surface. What there is no room for comes again with the next change.
    pub fn show(&self, number: usize, messages: &[MidiMessage]) {
        let Some(door) = self.doors.get(&number) else { return };
        for message in messages {
            let _ = door.show.try_send(*message);
        }
        door.thread.thread().unpark();
    }

    /// Listens to inputs that no file names, or no more.
    pub fn inputs(&mut self, inputs: Inputs) {
        let of_the_file = self.of_the_file;
        match inputs {
            Inputs::OpenAll => {
                let tell = self.tell.clone();
                // Asking may take its time.
                thread::spawn(move || _ = tell.blocking_send(Heard::Inputs(midi_inputs())));
            }
            Inputs::Keep(kept) => self.doors.retain(|number, _| *number < of_the_file || *number == kept),
            Inputs::CloseAll => self.doors.retain(|number, _| *number < of_the_file),
        }
    }

    /// Listens to these as well.
    pub fn open_ports(&mut self, ports: Vec<MidiPort>) {
        if ports.is_empty() {
            let news = SurfaceNews::NoInputs;
            let _ = self.tell.try_send(Heard::News { number: self.next, news });
        }
        for port in ports {
            let address = MidiAddress { port: Wanted::Named(port.name), system: Some(port.system) };
            self.add(self.next, Ports { input: address.clone(), output: address, shows: false, named: false });
            self.next += 1;
        }
    }
}

/// The life of a surface's thread.
fn keep_open(
    number: usize,
    ports: &Ports,
    tell: &mpsc::Sender<Heard>,
    shown: &Receiver<MidiMessage>,
    stop: &AtomicBool,
) {
    let mut said = !ports.named;
    let news = |news| tell.blocking_send(Heard::News { number, news }).is_ok();
    while !stop.load(Relaxed) {
        match Device::open(ports) {
            Ok(mut device) => {
                said = true;
                if !news(SurfaceNews::Here(device.input.name().to_owned())) {
                    return;
                }
                // What waits is from before it was here.
                while shown.try_recv().is_ok() {}
                device.serve(number, tell, shown, stop);
                if stop.load(Relaxed) || !news(SurfaceNews::Gone) {
                    return;
                }
            }
            Err(error) if !said => {
                said = true;
                tracing::warn!("no control surface yet: {error}; it is taken when it comes");
            }
            Err(_) => {}
        }
        let until = Instant::now() + TRY_EVERY;
        while !stop.load(Relaxed) && Instant::now() < until {
            thread::park_timeout(until.saturating_duration_since(Instant::now()));
        }
    }
}

/// An open device.
struct Device {
    input: MidiIn,
    /// Many have none: then there is nothing to show.
    output: Option<MidiOut>,
    arrived: rtrb::Consumer<MidiMessage>,
}

impl Device {
    /// Opens it; what it sends wakes the thread that we are on.
    fn open(ports: &Ports) -> Result<Self, MidiError> {
        let (mut arrives, arrived) = rtrb::RingBuffer::new(MOST_WAITING);
        let us = thread::current();
        // Realtime-safe: a ring, and waking a thread.
        let input = MidiIn::open(CLIENT, &ports.input, move |_, message| {
            // Its clock, if it sends one, is not ours to follow.
            if Move::of(message).is_some() {
                let _ = arrives.push(message);
                us.unpark();
            }
        })?;
        let output = match MidiOut::open(CLIENT, &ports.output) {
            Err(error) if ports.shows => return Err(error),
            output => output.ok(),
        };
        Ok(Self { input, output, arrived })
    }

    /// Passes on what comes and goes, until it is lost or no longer wanted.
    fn serve(&mut self, number: usize, tell: &mpsc::Sender<Heard>, shown: &Receiver<MidiMessage>, stop: &AtomicBool) {
        let is_lost = |this: &Self| this.input.is_lost() || this.output.as_ref().is_some_and(MidiOut::is_lost);
        while !stop.load(Relaxed) && !is_lost(self) && !tell.is_closed() {
            while let Ok(message) = self.arrived.pop() {
                if tell.blocking_send(Heard::News { number, news: SurfaceNews::Moved(message) }).is_err() {
                    return;
                }
            }
            for message in shown.try_iter() {
                if let Some(output) = &mut self.output {
                    output.send(Instant::now(), message);
                }
            }
            thread::park_timeout(LOOK_EVERY);
        }
    }
}
