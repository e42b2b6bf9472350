//! What a frame costs, stage by stage and whole; and what somebody who looks at the page costs the painter.
//!
//! `cargo bench -p visualiser --bench paint` (SECONDS=5 a row)
#![allow(clippy::print_stdout, missing_docs, reason = "it prints a table")]

#[path = "../examples/draw/band.rs"]
mod band;

use generative_models::{Picture, fast_style::FastStyle};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
        mpsc::sync_channel,
    },
    time::{Duration, Instant},
};
use visualiser::{Canvas, Content, Director, Happening, Mode, Page, Painter, Scene, Screen};

/// A band for as long as anybody paints it.
const BAND_SECONDS: f64 = 40.0;
const RATE: f64 = 25.0;

fn main() {
    let seconds = std::env::var("SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(5.0);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("a frame, medians in ms");
    println!("{:12} {:>8} {:>9} {:>9} {:>9} {:>9}", "size", "threads", "drawing", "network", "whole", "frames/s");
    for size in [(256, 256), (384, 216), (384, 384), (640, 360)] {
        for threads in [1, cores] {
            pool(threads).install(|| stages(size, threads, seconds));
        }
    }
    println!("\nframes/s at 384x216 when nobody looks, and when somebody looks at every frame");
    println!("{:>8} {:>9} {:>9} {:>9} {:>9}", "threads", "alone", "looked at", "seen", "cost %");
    for threads in [1, cores] {
        let mut rates = [0.0, 0.0, 0.0];
        // Turn by turn, so that what else the machine does falls on both.
        for _ in 0..4 {
            rates[0] += painted(threads, seconds / 2.0, false).0 / 4.0;
            let (painted, seen) = painted(threads, seconds / 2.0, true);
            rates[1] += painted / 4.0;
            rates[2] += seen / 4.0;
        }
        let [alone, looked_at, seen] = rates;
        println!("{threads:>8} {alone:>9.1} {looked_at:>9.1} {seen:>9.1} {:>9.1}", 100.0 * (1.0 - looked_at / alone));
    }
}

fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads")
}

fn content() -> Content {
    Content::open("drawing", Path::new("."), 16, 16).expect("nothing is always there")
}

/// The band over and over, up to a time.
struct Band {
    all: Vec<Happening>,
    next: usize,
}

impl Band {
    fn new() -> Self {
        Self { all: band::band(BAND_SECONDS, 1), next: 0 }
    }

    fn until(&mut self, now: f64, mut happen: impl FnMut(&Happening)) {
        loop {
            let (round, n) = (self.next / self.all.len(), self.next % self.all.len());
            let mut happening = self.all[n].clone();
            happening.due += round as f64 * BAND_SECONDS;
            if happening.due > now + 0.2 {
                return;
            }
            happen(&happening);
            self.next += 1;
        }
    }
}

fn stages((width, height): (usize, usize), threads: usize, seconds: f64) {
    let (mut scene, mut director, mut canvas) = (Scene::default(), Director::new(1), Canvas::new(width, height, 1));
    let mut network = FastStyle::shipped();
    let mut painter = Painter::new((width, height), 1, Mode::Living, content());
    let (mut band, mut again) = (Band::new(), Band::new());
    let mut painted = Picture::new(width, height, |_, _| [0.0; 3]);
    let mut seen = None::<Picture>;
    let mut spent = [const { Vec::new() }; 3];
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    for n in 0.. {
        if Instant::now() > end {
            break;
        }
        let now = f64::from(n) / RATE;
        band.until(now, |happening| {
            scene.happen(happening);
            director.happen(happening);
        });
        let begin = Instant::now();
        scene.advance(now);
        let look = director.look(&scene);
        let drawn = canvas.draw(&scene, &look, None, seen.as_ref(), 1.0 / RATE);
        spent[0].push(begin.elapsed().as_secs_f64() * 1e3);
        let begin = Instant::now();
        network.paint(drawn, &look.styles, &mut painted);
        spent[1].push(begin.elapsed().as_secs_f64() * 1e3);
        seen = Some(drawn.clone());
        again.until(now, |happening| painter.happen(happening));
        let begin = Instant::now();
        std::hint::black_box(painter.frame(now));
        spent[2].push(begin.elapsed().as_secs_f64() * 1e3);
    }
    let [drawing, network, whole] = spent.map(median);
    let size = format!("{width}x{height}");
    println!("{size:12} {threads:>8} {drawing:>9.1} {network:>9.1} {whole:>9.1} {:>9.1}", 1e3 / whole);
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Frames painted in a second, and seen, with or without somebody who looks at every one.
fn painted(threads: usize, seconds: f64, looked_at: bool) -> (f64, f64) {
    let screen = Screen::default();
    let (wish, _wishes) = sync_channel(1);
    let page = Page::serve(screen.clone(), wish, 0).expect("a port");
    let (stop, seen) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let viewer = looked_at.then(|| {
        let (stop, seen, address) = (Arc::clone(&stop), Arc::clone(&seen), page.address().to_owned());
        std::thread::spawn(move || {
            let (mut after, mut viewer) = (0, Viewer::at(&address).expect("a page"));
            while !stop.load(Relaxed) {
                if let Some(number) = viewer.fetch(after) {
                    after = number;
                    seen.fetch_add(1, Relaxed);
                }
            }
        })
    });
    let mut painter = Painter::new((384, 216), 1, Mode::Living, content());
    let mut band = Band::new();
    let pool = pool(threads);
    let (begin, mut frames) = (Instant::now(), 0);
    while begin.elapsed().as_secs_f64() < seconds {
        let now = f64::from(frames) / RATE;
        band.until(now, |happening| painter.happen(happening));
        screen.show(pool.install(|| painter.frame(now)));
        frames += 1;
    }
    let took = begin.elapsed().as_secs_f64();
    let looked = seen.load(Relaxed) as f64;
    stop.store(true, Relaxed);
    drop(page);
    viewer.map(std::thread::JoinHandle::join);
    (f64::from(frames) / took, looked / took)
}

/// Somebody who looks, by one connection, as a browser does.
struct Viewer {
    stream: BufReader<TcpStream>,
    host: String,
}

impl Viewer {
    fn at(address: &str) -> Option<Self> {
        let host = address.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let stream = TcpStream::connect(&host).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(6))).ok()?;
        Some(Self { stream: BufReader::new(stream), host })
    }

    /// Fetches the next frame; its number.
    fn fetch(&mut self, after: u64) -> Option<u64> {
        let ask = format!("GET /frame?after={after} HTTP/1.1\r\nHost: {}\r\n\r\n", self.host);
        self.stream.get_mut().write_all(ask.as_bytes()).ok()?;
        let (mut length, mut number, mut line) = (0, None, String::new());
        while self.stream.read_line(&mut line).ok()? > 2 {
            let (name, value) = line.split_once(':').unwrap_or_default();
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse().ok()?,
                "x-frame" => number = value.trim().parse().ok(),
                _ => {}
            }
            line.clear();
        }
        let mut jpeg = vec![0; length];
        self.stream.read_exact(&mut jpeg).ok()?;
        number
    }
}
