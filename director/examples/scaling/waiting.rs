//! How long words wait: a simulation of nodes that take one word after the other, with words that come when they come.

use crate::{
    costs::Costs,
    crowd::{Chance, Crowd},
    shape::{Hearing, Network, Part, Shape, parts},
};
use std::{cmp::Reverse, collections::BinaryHeap};

/// Words that are followed.
const WORDS: usize = 4_000;
/// Hosts at which their arrival is noted; all others cost their senders as much.
const LISTENED_AT: usize = 8;

/// Median, p99 and worst, in ms, from a bot's mouth to the last bot of another host; `None` where words pile up.
pub(crate) fn simulate(crowd: &Crowd, shape: Shape, hearing: Hearing, costs: &Costs, seed: u64) -> Option<[f64; 3]> {
    let network = Network::of(crowd, shape, hearing);
    if costs.cores_of_node(&network.busiest).max(costs.cores_of_host(&network.host)) >= 1.0 {
        return None;
    }
    let mut nodes = Nodes::new(crowd, shape, hearing);
    let mut chance = Chance::new(seed);
    let listened = |host: usize| host.is_multiple_of(crowd.hosts.len().div_ceil(LISTENED_AT));
    let pace: f64 = crowd.hosts.iter().flat_map(|host| &host.says).sum();
    let mut events = BinaryHeap::new();
    let (mut now, mut said) = (0.0, Vec::new());
    for word in 0..WORDS {
        now += -(1.0 - chance.share()).ln() / pace;
        let (speaker, topic) = speaker(crowd, chance.share() * pace);
        said.push((now, topic));
        events.push(Reverse(Event { at: nanos(now), word, node: speaker, from: None }));
    }
    let mut took = Vec::new();
    while let Some(Reverse(Event { at, word, node, from })) = events.pop() {
        let (began, topic) = said[word];
        let start = nodes.free[node].max(at as f64 * 1e-9) + if from.is_some() { costs.word_in } else { 0.0 };
        let mut free = start;
        for next in nodes.onward(node, from, topic) {
            free += costs.word_out;
            // A host that nobody listens at, and from which nothing goes on, ends the story.
            if nodes.passes_on(next) || listened(next) {
                events.push(Reverse(Event { at: nanos(free), word, node: next, from: Some(node) }));
            }
        }
        if let Some(host) = crowd.hosts.get(node) {
            let hears = nodes.parts[node].hears >> topic & 1 == 1;
            if hears || from.is_none() {
                free += host.bots as f64 * costs.datagram;
            }
            if hears && from.is_some() && listened(node) {
                took.push((free - began) * 1000.0);
            }
        }
        nodes.free[node] = free;
    }
    took.sort_by(f64::total_cmp);
    let at = |p: f64| took[((took.len() - 1) as f64 * p).round() as usize];
    (!took.is_empty()).then(|| [at(0.5), at(0.99), at(1.0)])
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    at: u64,
    word: usize,
    node: usize,
    from: Option<usize>,
}

fn nanos(seconds: f64) -> u64 {
    (seconds * 1e9) as u64
}

/// Who has said the word that stands at this place among all that are said in a second, and of which topic it is.
fn speaker(crowd: &Crowd, mut place: f64) -> (usize, usize) {
    let mut last = (0, 0);
    for (host, at) in crowd.hosts.iter().enumerate() {
        for (topic, rate) in at.says.iter().enumerate().filter(|(_, rate)| **rate > 0.0) {
            last = (host, topic);
            place -= rate;
            if place < 0.0 {
                return last;
            }
        }
    }
    last
}

/// Hosts first, then routers.
struct Nodes {
    hosts: usize,
    /// What is at a node and below it.
    parts: Vec<Part>,
    all: Part,
    /// Whom words go to upwards; a mesh has no above.
    above: Vec<Option<usize>>,
    below: Vec<Vec<usize>>,
    mesh: bool,
    /// When each has worked off what it has.
    free: Vec<f64>,
}

impl Nodes {
    fn new(crowd: &Crowd, shape: Shape, hearing: Hearing) -> Self {
        let mut parts = parts(crowd, hearing);
        let hosts = parts.len();
        let all = Part::joined(&parts);
        let (mut above, mut below) = (vec![None; hosts], vec![Vec::new(); hosts]);
        match shape {
            Shape::Mesh => {}
            Shape::Star => {
                below[0] = (1..hosts).collect();
                above[1..].fill(Some(0));
            }
            Shape::Tree(fan_out) => {
                let mut level: Vec<usize> = (0..hosts).collect();
                loop {
                    let mut next = Vec::new();
                    for group in level.chunks(fan_out) {
                        let router = parts.len();
                        let members: Vec<Part> = group.iter().map(|node| parts[*node].clone()).collect();
                        parts.push(Part::joined(&members));
                        group.iter().for_each(|node| above[*node] = Some(router));
                        above.push(None);
                        below.push(group.to_vec());
                        next.push(router);
                    }
                    level = next;
                    if level.len() == 1 {
                        break;
                    }
                }
            }
        }
        let free = vec![0.0; parts.len()];
        Self { hosts, parts, all, above, below, mesh: shape == Shape::Mesh, free }
    }

    fn passes_on(&self, node: usize) -> bool {
        !self.below[node].is_empty()
    }

    /// Where a word goes from here.
    fn onward(&self, node: usize, from: Option<usize>, topic: usize) -> Vec<usize> {
        let hears = |next: &usize| self.parts[*next].hears >> topic & 1 == 1;
        if self.mesh {
            return (0..self.hosts).filter(|next| from.is_none() && *next != node && hears(next)).collect();
        }
        let down = self.below[node].iter().copied().filter(|next| Some(*next) != from && hears(next));
        let wanted_above = self.all.listeners[topic] > self.parts[node].listeners[topic];
        down.chain(self.above[node].filter(|above| Some(*above) != from && wanted_above)).collect()
    }
}
