//! On paper: what an ensemble of many hosts costs, by the shape of the network between them, what saturates first,
//! and what it saves that a director subscribes to nothing but what its bots receive. Seeded; nothing is sent.
//! docs/scaling.md explains it.
//!
//! `cargo run --release -p director --example scaling` (SEED=1, BOTS=10 a host, HOSTS=1000 at most)
#![allow(clippy::print_stdout, missing_docs, reason = "it prints tables")]

mod costs;
mod crowd;
mod shape;
mod waiting;

use anyhow::Context;
use costs::{Costs, RESOURCES};
use crowd::{Chance, Crowd, Kinds, Placing};
use shape::{Hearing, Network, SHAPES, Shape};
use std::path::Path;

fn main() -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the workspace is above this package")?;
    let paper = Paper {
        kinds: Kinds::read(&root.join("musebots"))?,
        costs: Costs::default(),
        bots: setting("BOTS", 10),
        most: setting("HOSTS", 1_000),
        seed: setting("SEED", 1) as u64,
    };
    paper.who();
    paper.loads(Hearing::Everything);
    paper.loads(Hearing::ByTopic);
    paper.limits();
    paper.savings();
    paper.waits();
    Ok(())
}

/// What the tables are made from.
struct Paper {
    kinds: Kinds,
    costs: Costs,
    bots: usize,
    most: usize,
    seed: u64,
}

impl Paper {
    fn crowd(&self, hosts: usize) -> Crowd {
        Crowd::gather(&self.kinds, hosts, self.bots, Placing::Mixed, self.seed)
    }

    fn who(&self) {
        let kinds = &self.kinds;
        println!(
            "{} bots a host, drawn from {} kinds; one says {:.1} words/s",
            self.bots,
            kinds.names.len(),
            kinds.pace()
        );
        println!("what each receives of all that is said, by its info.txt:");
        for (name, share) in kinds.names.iter().zip(kinds.shares()) {
            println!("    {name:12} {:>4.0}%", 100.0 * share);
        }
    }

    fn loads(&self, hearing: Hearing) {
        println!("\n{}:", heading(hearing));
        println!(
            "{:>6} {:12}|{:>6} {:>11} {:>9} {:>9} {:>7} |{:>11} {:>12} {:>7}",
            "hosts", "", "links", "words/s out", "Mbit/s", "+ states", "cores", "words/s in", "datagrams/s", "cores"
        );
        for hosts in sizes(self.most) {
            let crowd = self.crowd(hosts);
            for shape in SHAPES {
                let network = Network::of(&crowd, shape, hearing);
                let (node, host) = (network.busiest, network.host);
                let [words, states] = self.costs.megabits(&node, self.bots);
                println!(
                    "{hosts:>6} {:12}|{:>6} {:>11.0} {words:>9.1} {states:>9.1} {:>7.2} |{:>11.0} {:>12.0} {:>7.2}",
                    shape.name(),
                    node.links,
                    node.words_out,
                    self.costs.cores_of_node(&node),
                    host.words_in,
                    host.datagrams,
                    self.costs.cores_of_host(&host),
                );
            }
        }
        println!(
            "left: the node that passes on most (star: the leader; tree: a router; mesh: any host); right: the busiest host"
        );
    }

    fn limits(&self) {
        let bound = self.most * 8;
        let ways = [
            (Hearing::ByTopic, Placing::Apart),
            (Hearing::ByTopic, Placing::Mixed),
            (Hearing::Everything, Placing::Mixed),
        ];
        println!(
            "\nfor how many hosts each thing is enough: by topic, with who receives most on one host / by topic / everything:"
        );
        println!("{:36} {:>20} {:>20} {:>20}", "", SHAPES[0].name(), SHAPES[1].name(), SHAPES[2].name());
        let said = |hosts: usize| if hosts >= bound { format!(">{bound}") } else { hosts.to_string() };
        for resource in RESOURCES {
            let cells = SHAPES.map(|shape| {
                let enough = ways.map(|(hearing, placing)| {
                    let network = |hosts| {
                        let crowd = Crowd::gather(&self.kinds, hosts, self.bots, placing, self.seed);
                        Network::of(&crowd, shape, hearing)
                    };
                    said(largest(bound, |hosts| resource.load(&self.costs, &network(hosts)) <= 1.0))
                });
                enough.join(" / ")
            });
            println!("{:36} {:>20} {:>20} {:>20}", resource.name(), cells[0], cells[1], cells[2]);
        }
    }

    fn savings(&self) {
        const BOTS: [usize; 5] = [1, 2, 5, 10, 20];
        let saved = |kinds: &Kinds, bots, placing| {
            let crowd = Crowd::gather(kinds, 100, bots, placing, self.seed);
            let words = |hearing| Network::of(&crowd, Shape::Star, hearing).words_to_hosts;
            format!("{:.0}%", 100.0 * (1.0 - words(Hearing::ByTopic) / words(Hearing::Everything)))
        };
        println!("\nwhat subscribing by topic saves of the words that reach a host:");
        println!(
            "{:>14} {:>12} {:>18} {:>32}",
            "bots a host", "kinds mixed", "a kind to a host", "who receives most on one host"
        );
        for bots in BOTS {
            let placed = [Placing::Mixed, Placing::Alike, Placing::Apart];
            let [mixed, alike, apart] = placed.map(|placing| saved(&self.kinds, bots, placing));
            println!("{bots:>14} {mixed:>12} {alike:>18} {apart:>32}");
        }
        println!("were there 32 topics, all said as often, of which each bot receives k at random:");
        println!("{:>14} {:>8} {:>8} {:>8} {:>8} {:>8}", "bots a host", "k = 1", "k = 2", "k = 4", "k = 8", "k = 16");
        for bots in BOTS {
            let k = |k| saved(&Kinds::even(32, k, &mut Chance::new(self.seed)), bots, Placing::Mixed);
            println!("{bots:>14} {:>8} {:>8} {:>8} {:>8} {:>8}", k(1), k(2), k(4), k(8), k(16));
        }
    }

    fn waits(&self) {
        println!(
            "\nhow long a word takes through nodes that are busy with others, ms, wires left out (words by topic):"
        );
        println!("{:>6} {:12} {:>8} {:>8} {:>8}", "hosts", "", "p50", "p99", "worst");
        for hosts in sizes(self.most) {
            let crowd = self.crowd(hosts);
            for shape in SHAPES {
                match waiting::simulate(&crowd, shape, Hearing::ByTopic, &self.costs, self.seed) {
                    Some([p50, p99, worst]) => {
                        println!("{hosts:>6} {:12} {p50:>8.3} {p99:>8.3} {worst:>8.3}", shape.name());
                    }
                    None => println!("{hosts:>6} {:12} more comes in than can go out", shape.name()),
                }
            }
        }
    }
}

fn heading(hearing: Hearing) -> &'static str {
    match hearing {
        Hearing::Everything => "every director subscribes to everything",
        Hearing::ByTopic => "every director subscribes to what its bots say they receive",
    }
}

/// Half steps of ten, from two hosts on.
fn sizes(most: usize) -> Vec<usize> {
    let mut sizes: Vec<usize> = [2, 4, 10, 32, 100, 316, 1_000].into_iter().filter(|hosts| *hosts < most).collect();
    sizes.push(most);
    sizes
}

/// The largest number up to a bound that fits, where all that are larger than one that does not, do not either.
fn largest(bound: usize, fits: impl Fn(usize) -> bool) -> usize {
    let (mut good, mut bad) = (0, 1);
    while bad <= bound && fits(bad) {
        (good, bad) = (bad, bad * 2);
    }
    bad = bad.min(bound + 1);
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        if fits(middle) { good = middle } else { bad = middle }
    }
    good
}

fn setting(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(otherwise)
}
