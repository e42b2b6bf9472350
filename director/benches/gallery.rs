//! What painting costs the music: how late ticks reach a bot, and how late the trio's notes are, by themselves and
//! beside a visualiser whose painters may have every core and whose page is looked at all the time.
//!
//! `cargo build --release && SECONDS=60 cargo bench -p director --bench gallery`
//! To an audio device where there is one (a sound server's null sink will do), else to `null`.
#![allow(clippy::print_stdout, missing_docs, reason = "it prints a table")]

mod support;

use musebot_protocol::{Accepts, Arg, Control, Reply, messages};
use std::{
    io::{Read, Write},
    net::{TcpStream, UdpSocket},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    thread::sleep,
    time::{Duration, Instant},
};
use support::{Director, Guest, Hearts, percentile, setting, sorted, time_of};

const PORT: u16 = 14_777;
const PAGE: u16 = 14_787;
const LATENCY: Duration = Duration::from_millis(60);

fn main() {
    let seconds = setting("SECONDS", 30.0);
    let sounds = musebot_devices::has_output_device().is_ok();
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    println!(
        "the trio to {}, {seconds} s a row; ms",
        if sounds { "the audio device" } else { "null (no audio device here)" }
    );
    println!(
        "{:42} {:>8} {:>8} {:>8} {:>10} {:>10} {:>6} {:>9}",
        "", "tick p50", "p99", "max", "notes p50", "p99 worst", "gaps", "frames/s"
    );
    let painters = |mode: &str, size: &str| {
        format!(
            "\n[[bot]]\nid = \"visualiser\"\nprogram = \"visualiser\"\nargs = [\"--show\", \"{mode}\", \"--size\", \"{size}\", \
             \"--threads\", \"{cores}\", \"--fps\", \"60\", \"--page\", \"{PAGE}\"]\n"
        )
    };
    // Turn by turn, so that what else the machine does falls on all rows.
    for _ in 0..2 {
        row("the trio", "", seconds, sounds);
        row("and a living canvas, all cores painting", &painters("living", "384x216"), seconds, sounds);
        row("and paint mode", &painters("paint", "384x216"), seconds, sounds);
    }
}

fn row(name: &str, more: &str, seconds: f64, sounds: bool) {
    let output = if sounds { "auto" } else { "null" };
    let bot = |id: &str| format!("[[bot]]\nid = \"{id}\"\nprogram = \"{id}\"\noutput = \"{output}\"\n");
    let ensemble = format!(
        "tempo = 112\nseed = 3\nlatency-ms = {}\n{}{}{}{more}",
        LATENCY.as_millis(),
        bot("melody"),
        bot("bass"),
        bot("drums")
    );
    let director = Director::start(&ensemble, PORT);
    let guests = [Guest::new("guest".to_owned())];
    let hearts = Hearts::start(&guests, director.address(), Accepts { timetags: true, ..Accepts::default() });
    let viewer = (!more.is_empty()).then(Viewer::begin);
    // Everything is there, and models are open.
    sleep(Duration::from_secs(6));
    let mut buffer = [0; 2048];
    while guests[0].next(&mut buffer).is_some() {}
    let before = viewer.as_ref().map_or(0, Viewer::frames);
    let (mut late, mut notes) = (Vec::new(), [Vec::new(), Vec::new()]);
    let mut asked = Instant::now();
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    while Instant::now() < end {
        while let Some((n, at)) = guests[0].next(&mut buffer) {
            let Some((_, _, Some(sounds))) = time_of(&buffer[..n]) else { continue };
            late.push((at.as_secs_f64() - (sounds - LATENCY).as_secs_f64()) * 1000.0);
        }
        if asked.elapsed() > Duration::from_secs(1) {
            asked = Instant::now();
            for bot in bots().iter().filter(|bot| bot.get(7).and_then(Arg::number).is_some_and(|p99| p99 >= 0.0)) {
                for (figures, column) in notes.iter_mut().zip([6, 7]) {
                    figures.extend(bot.get(column).and_then(Arg::number));
                }
            }
        }
        sleep(Duration::from_millis(20));
    }
    let frames = viewer.as_ref().map(|viewer| (viewer.frames() - before) as f64 / seconds);
    let gaps: f64 = bots().iter().filter_map(|bot| bot.get(10).and_then(Arg::number)).sum();
    drop((viewer, hearts, director));
    let (late, [p50, p99]) = (sorted(late), notes.map(sorted));
    println!(
        "{name:42} {:>8.3} {:>8.3} {:>8.3} {:>10.3} {:>10.3} {gaps:>6} {:>9}",
        percentile(&late, 0.5),
        percentile(&late, 0.99),
        percentile(&late, 1.0),
        percentile(&p50, 0.5),
        percentile(&p99, 1.0),
        frames.map_or("-".to_owned(), |frames| format!("{frames:.1}")),
    );
}

fn bots() -> Vec<Vec<Arg>> {
    let ask = || {
        let socket = UdpSocket::bind("127.0.0.1:0").ok()?;
        socket.set_read_timeout(Some(Duration::from_millis(200))).ok()?;
        let control = Control::Get { what: "bots".to_owned() }.encode();
        socket.send_to(&control, ("127.0.0.1", PORT + 1)).ok()?;
        let (mut buffer, mut bots) = ([0; 65_535], Vec::new());
        loop {
            let n = socket.recv(&mut buffer).ok()?;
            for message in messages(&buffer[..n]).flatten() {
                match Reply::decode(&message).ok()? {
                    Reply::Value(_, bot) => bots.push(bot),
                    Reply::Ok(_) => return Some(bots),
                    Reply::Error(..) => return None,
                }
            }
        }
    };
    ask().unwrap_or_default()
}

/// Somebody who looks at the page all the time.
struct Viewer(Arc<AtomicBool>, Arc<AtomicUsize>);

impl Viewer {
    fn begin() -> Self {
        let (stop, frames) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let viewer = Self(Arc::clone(&stop), Arc::clone(&frames));
        std::thread::spawn(move || {
            let mut after = 0;
            while !stop.load(Relaxed) {
                match frame(after) {
                    Some(number) => {
                        after = number;
                        frames.fetch_add(1, Relaxed);
                    }
                    None => sleep(Duration::from_millis(100)),
                }
            }
        });
        viewer
    }

    fn frames(&self) -> usize {
        self.1.load(Relaxed)
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

/// Fetches the next frame; its number.
fn frame(after: u64) -> Option<u64> {
    let mut stream = TcpStream::connect(("127.0.0.1", PAGE)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(6))).ok()?;
    let ask = format!("GET /frame?after={after} HTTP/1.1\r\nHost: 127.0.0.1:{PAGE}\r\nConnection: close\r\n\r\n");
    stream.write_all(ask.as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let head = String::from_utf8_lossy(&answer[..answer.len().min(1024)]).to_ascii_lowercase();
    head.starts_with("http/1.1 200").then_some(())?;
    head.lines().find_map(|line| line.strip_prefix("x-frame:")?.trim().parse().ok())
}
