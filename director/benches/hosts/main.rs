//! One ensemble over several hosts: how far apart their clocks are, on wires that are clean, that are not, and that
//! are cut; what a broadcast costs on its way from host to host; what a satellite's death does to the others; how far
//! apart two bots sound that play at the same ticks on different hosts.
//!
//! `cargo bench -p director --features network --bench hosts` (SECONDS=60 a row, ROUNDS=1000 broadcasts; ONLY=clock,
//! cut, broadcast, flood, death or together for one table; WIRE=clean for one wire of a table; DIRECTOR=PATH for another
//! build). Linux, as root: the hosts are network namespaces, each with a clock of its own offset and drift, and what is
//! between them is a relay that delays and loses whole packets. The last table needs jackd2, and `cargo build --release --examples -p musebot-kit` (PARROT=PATH where it is elsewhere).
#![allow(clippy::print_stdout, missing_docs, reason = "it prints tables")]

#[cfg(target_os = "linux")]
mod band;
#[cfg(target_os = "linux")]
mod ears;
#[cfg(target_os = "linux")]
mod figures;
#[cfg(target_os = "linux")]
#[path = "../../tests/support/hosts.rs"]
#[allow(dead_code, unused_imports, reason = "the tests take the rest")]
mod hosts;
#[cfg(target_os = "linux")]
#[path = "../../tests/support/jack.rs"]
#[allow(dead_code, reason = "the tests take the rest")]
mod jack;
#[cfg(target_os = "linux")]
#[path = "../support/onsets.rs"]
mod onsets;
#[path = "../support/mod.rs"]
mod support;
#[cfg(target_os = "linux")]
mod together;
#[cfg(target_os = "linux")]
mod words;

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("not run: the hosts are network namespaces of Linux");
}

#[cfg(target_os = "linux")]
fn main() {
    linux::main();
}

#[cfg(target_os = "linux")]
mod linux {
    use crate::{
        band::{Band, LATENCY, Scene, TEMPO},
        ears::Ears,
        figures::{Reading, errors, missing, quantiles, worst},
        hosts::{Hosts, Link},
        support::{percentile, setting, sorted, until, wall},
        together, words,
    };

    const SEED: u64 = 7;
    /// How long after its instant a tick sounds, in ms.
    const D: f64 = LATENCY.as_millis() as f64;
    /// From the first tick on all hosts until their clocks are taken to have settled.
    const SETTLED: f64 = 20.0;
    /// How long a wire is cut.
    const CUT: f64 = 10.0;
    /// How soon after that all is to be well again.
    const WELL: f64 = 5.0;

    pub(crate) fn main() {
        if let Err(why) = Hosts::make(1, SEED) {
            println!("not run: {why}");
            return;
        }
        let only = std::env::var("ONLY").ok();
        let wanted = |table: &str| only.as_deref().is_none_or(|only| only == table);
        if wanted("clock") {
            clocks(setting("SECONDS", 60.0));
        }
        if wanted("cut") {
            cuts();
        }
        if wanted("broadcast") {
            words::broadcasts(setting("ROUNDS", 1_000.0) as usize);
        }
        if wanted("flood") {
            words::flood();
        }
        if wanted("death") {
            deaths(setting("SECONDS", 60.0) / 2.0);
        }
        if wanted("together") {
            together::onsets_apart(&wires(), setting("SECONDS", 60.0));
        }
    }

    fn wires() -> Vec<(&'static str, Link)> {
        let all = [("clean", Link::CLEAN), ("5 ± 3 ms, 1 % lost", Link::of(5.0, 3.0, 1.0))];
        all.into_iter().filter(|(name, _)| is_wanted(name)).collect()
    }

    /// Whether a row of this wire is wanted.
    pub(crate) fn is_wanted(wire: &str) -> bool {
        std::env::var("WIRE").ok().is_none_or(|only| wire == only)
    }

    /// A bot of the world goes by the arrival of a tick, one of ours by the instant that the tick names.
    const KINDS: [(&str, Reading); 2] = [("arrival", |tick| tick.at), ("instant", |tick| tick.sounds)];

    fn clocks(seconds: f64) {
        println!("clock error between hosts, ms against the leader's host, {seconds} s a row");
        println!(
            "{:8}{:22}{:>10}{:>10}{:>8} {:>8} {:>8} {:>8} {:>8} {:>8}",
            "hosts", "wire", "satellite", "by", "ticks", "p50", "p95", "p99", "worst", "mean"
        );
        for many in [2, 4] {
            for (name, link) in wires() {
                let hosts = Hosts::make(many, SEED).expect("hosts, as before");
                hosts.relay.set(link);
                let _band = Band::start(&hosts);
                let mut ears = Ears::open(&hosts);
                ears.until_all_tick();
                ears.listen(SETTLED);
                ears.forget();
                ears.listen(seconds);
                for satellite in 1..many {
                    for (by, what) in KINDS {
                        let errors = errors(&ears.ticks[0], &ears.ticks[satellite], what);
                        let [p50, p95, p99, most, mean] = quantiles(&errors);
                        println!(
                            "{many:<8}{name:22}{satellite:>10}{by:>10}{:>8} {p50:>8.3} {p95:>8.3} {p99:>8.3} {most:>8.3} {mean:>8.3}",
                            errors.len()
                        );
                    }
                }
                let odd: Vec<String> = ears.ticks.iter().map(|ticks| missing(ticks).to_string()).collect();
                println!("{:30} ticks missing or doubled: {}", "", odd.join(", "));
            }
        }
        println!();
    }

    fn cuts() {
        println!("a wire cut for {CUT} s: the worst error of a tick, ms, arrival / instant");
        println!(
            "{:8}{:22}{:>10} {:>17} {:>17} {:>17} {:>17}",
            "hosts", "wire", "satellite", "10 s before", "meanwhile", "5 s after", "the next 15 s"
        );
        for many in [2, 4] {
            for (name, link) in wires() {
                let hosts = Hosts::make(many, SEED).expect("hosts, as before");
                hosts.relay.set(link);
                let _band = Band::start(&hosts);
                let mut ears = Ears::open(&hosts);
                ears.until_all_tick();
                ears.listen(SETTLED);
                let begins = wall().as_secs_f64();
                (0..many).for_each(|other| {
                    if other != 1 {
                        hosts.relay.cut(1, other)
                    }
                });
                ears.listen(CUT);
                let mended = wall().as_secs_f64();
                (0..many).for_each(|other| {
                    if other != 1 {
                        hosts.relay.mend(1, other)
                    }
                });
                ears.listen(WELL + 15.0);
                let spans =
                    [(begins - 10.0, begins), (begins, mended), (mended, mended + WELL), (mended + WELL, f64::MAX)];
                // Those whose wires were whole have nothing to fear.
                for satellite in 1..many {
                    let cells = spans.map(|(from, to)| {
                        let worst =
                            KINDS.map(|(_, what)| worst(&ears.ticks[0], &ears.ticks[satellite], from, to, what));
                        format!("{:.3} / {:.3}", worst[0], worst[1])
                    });
                    let whose = format!("{satellite}{}", if satellite == 1 { " (cut)" } else { "" });
                    println!(
                        "{many:<8}{name:22}{whose:>10} {:>17} {:>17} {:>17} {:>17}",
                        cells[0], cells[1], cells[2], cells[3]
                    );
                }
                let odd: Vec<String> = ears.ticks.iter().map(|ticks| missing(ticks).to_string()).collect();
                println!("{:30} ticks missing or doubled: {}", "", odd.join(", "));
            }
        }
        println!();
    }

    /// The tick figures of two hosts while a third dies, and when it is back.
    fn deaths(seconds: f64) {
        println!("kill -9 of a satellite: lateness of the others' ticks, ms after the instant they name less D");
        println!("{:22}{:>8}{:>8} {:>8} {:>8} {:>8} {:>9}", "", "host", "ticks", "p50", "p99", "worst", "missing");
        let hosts = Hosts::make(3, SEED).expect("hosts, as before");
        let Some(parrot) = together::parrot() else { return };
        let bot = format!("[[bot]]\nid = \"bass\"\nprogram = \"{}\"\noutput = \"null\"\n", parrot.display());
        let more = format!("{bot}host = \"host-3\"\n");
        let mut band = Band::start_with(&hosts, Scene { more, bots: bot, ..Scene::default() });
        let mut ears = Ears::open(&hosts);
        ears.until_all_tick();
        ears.listen(SETTLED);
        for what in ["before", "one has been killed", "it is back"] {
            ears.forget();
            match what {
                "one has been killed" => band.kill(2),
                "it is back" => {
                    let from = wall();
                    band.join(&hosts, 2);
                    ears.until_ticks(2);
                    println!("{:22}its first tick {:.1} s after its start", "", (wall() - from).as_secs_f64());
                    let plays = |line: &str| line.starts_with("bass@host-3 ") && line.contains("playing");
                    until("its bot plays again", 30.0, || band.bots(&hosts).lines().any(plays));
                    let seconds = (wall() - from).as_secs_f64();
                    println!("{:22}its bot plays {seconds:.1} s after it, {:.2} bars", "", seconds * TEMPO / 240.0);
                    ears.forget();
                }
                _ => {}
            }
            ears.listen(seconds);
            for host in 0..3 {
                let ticks = &ears.ticks[host];
                let late = sorted(ticks.values().map(|tick| (tick.at - tick.sounds) * 1000.0 + D).collect());
                println!(
                    "{what:22}{host:>8}{:>8} {:>8.3} {:>8.3} {:>8.3} {:>9}",
                    late.len(),
                    percentile(&late, 0.5),
                    percentile(&late, 0.99),
                    percentile(&late, 1.0),
                    missing(ticks),
                );
            }
        }
    }
}
