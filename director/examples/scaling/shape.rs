//! The shapes that a network of directors can have, and what each makes its busiest node carry.

use crate::crowd::{Crowd, Topics};

/// Who is linked to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Every satellite to the leader, which passes on what they say.
    Star,
    /// Hosts to routers, and these to routers, at most so many to each.
    Tree(usize),
    /// Everybody to everybody.
    Mesh,
}

pub(crate) const SHAPES: [Shape; 3] = [Shape::Star, Shape::Tree(32), Shape::Mesh];

impl Shape {
    pub(crate) fn name(self) -> String {
        match self {
            Self::Star => "star".to_owned(),
            Self::Tree(fan_out) => format!("tree of {fan_out}"),
            Self::Mesh => "mesh".to_owned(),
        }
    }
}

/// What travels to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hearing {
    Everything,
    ByTopic,
}

/// A director says so often how it and its bots are doing.
const STATES: f64 = 2.0;

/// What a node of the network carries.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Node {
    pub(crate) links: usize,
    pub(crate) words_in: f64,
    pub(crate) words_out: f64,
    /// What directors say of themselves, which goes to all others: so many a second.
    pub(crate) states_in: f64,
    pub(crate) states_out: f64,
    /// Subscriptions that it knows of.
    pub(crate) subscriptions: usize,
}

/// What a host has to do for its own bots.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AtHome {
    /// Over the network.
    pub(crate) words_in: f64,
    pub(crate) states_in: f64,
    /// To its bots, over loopback.
    pub(crate) datagrams: f64,
    /// Words that each of its bots reads.
    pub(crate) heard: f64,
}

/// What one crowd makes of one shape.
pub(crate) struct Network {
    pub(crate) busiest: Node,
    pub(crate) host: AtHome,
    /// Over the network to all hosts together.
    pub(crate) words_to_hosts: f64,
    pub(crate) bots: usize,
    pub(crate) bots_a_host: usize,
}

/// A host, or all that is below a router.
#[derive(Clone)]
pub(crate) struct Part {
    pub(crate) says: Vec<f64>,
    pub(crate) hears: Topics,
    /// By topic, how many hosts of it receive it.
    pub(crate) listeners: Vec<usize>,
    hosts: usize,
    /// Whether it is the node itself and no link leads to it.
    here: bool,
}

impl Part {
    pub(crate) fn joined(parts: &[Self]) -> Self {
        let topics = parts[0].says.len();
        let mut all = Self { says: vec![0.0; topics], hears: 0, listeners: vec![0; topics], hosts: 0, here: false };
        for part in parts {
            all.hosts += part.hosts;
            all.hears |= part.hears;
            all.says.iter_mut().zip(&part.says).for_each(|(a, b)| *a += b);
            all.listeners.iter_mut().zip(&part.listeners).for_each(|(a, b)| *a += b);
        }
        all
    }

    /// What comes to it from all others.
    fn hears_of(&self, all: &Self) -> f64 {
        words(self.hears, all.says.iter().zip(&self.says).map(|(all, own)| all - own))
    }

    /// How many states a second come to it from all others.
    fn states_from(&self, all: &Self) -> f64 {
        STATES * (all.hosts - self.hosts) as f64
    }

    /// How many of its own others get.
    fn states_to(&self, all: &Self) -> f64 {
        if all.hosts > self.hosts { STATES * self.hosts as f64 } else { 0.0 }
    }

    /// What others want of what it says.
    fn wanted_by(&self, all: &Self) -> f64 {
        let outside = all.listeners.iter().zip(&self.listeners).enumerate();
        let wanted = outside.filter(|(_, (all, own))| all > own).fold(0, |topics, (bit, _)| topics | 1 << bit);
        words(wanted, self.says.iter().copied())
    }
}

fn words(topics: Topics, rates: impl Iterator<Item = f64>) -> f64 {
    rates.enumerate().filter(|(bit, _)| topics >> bit & 1 == 1).map(|(_, rate)| rate).sum()
}

/// The hosts as the network sees them.
pub(crate) fn parts(crowd: &Crowd, hearing: Hearing) -> Vec<Part> {
    crowd
        .hosts
        .iter()
        .map(|host| {
            let hears = if hearing == Hearing::Everything { Topics::MAX } else { host.hears };
            let listeners = (0..crowd.topics).map(|bit| (hears >> bit & 1) as usize).collect();
            Part { says: host.says.clone(), hears, listeners, hosts: 1, here: false }
        })
        .collect()
}

impl Network {
    pub(crate) fn of(crowd: &Crowd, shape: Shape, hearing: Hearing) -> Self {
        let mut parts = parts(crowd, hearing);
        let all = Part::joined(&parts);
        let mut host = AtHome::default();
        let mut words_to_hosts = 0.0;
        for (part, at) in parts.iter().zip(&crowd.hosts) {
            let words_in = part.hears_of(&all);
            let heard = words_in + at.says.iter().sum::<f64>();
            words_to_hosts += words_in;
            // The relay at home gives each bot all that is here.
            let datagrams = heard * at.bots as f64;
            if datagrams >= host.datagrams {
                host = AtHome { words_in, states_in: part.states_from(&all), datagrams, heard };
            }
        }
        let busiest = match shape {
            Shape::Mesh => mesh(&parts, &all),
            Shape::Star => {
                parts[0].here = true;
                router(&parts, &all, false)
            }
            Shape::Tree(fan_out) => tree(parts, &all, fan_out),
        };
        let bots = crowd.hosts.iter().map(|host| host.bots).sum();
        Self { busiest, host, words_to_hosts, bots, bots_a_host: crowd.hosts[0].bots }
    }
}

/// A router with these below it.
fn router(below: &[Part], all: &Part, has_more_above: bool) -> Node {
    let mut node = Node::default();
    for part in below.iter().filter(|part| !part.here) {
        node.links += 1;
        node.words_out += part.hears_of(all);
        node.words_in += part.wanted_by(all);
        node.states_out += part.states_from(all);
        node.states_in += part.states_to(all);
        node.subscriptions += part.listeners.iter().filter(|hosts| **hosts > 0).count();
    }
    if has_more_above {
        let own = Part::joined(below);
        node.links += 1;
        node.words_in += own.hears_of(all);
        node.words_out += own.wanted_by(all);
        node.states_in += own.states_from(all);
        node.states_out += own.states_to(all);
        node.subscriptions += own.says.len();
    }
    node
}

/// The busiest router of a tree.
fn tree(mut level: Vec<Part>, all: &Part, fan_out: usize) -> Node {
    let mut busiest = Node::default();
    loop {
        let top = level.len() <= fan_out;
        let groups: Vec<&[Part]> = level.chunks(fan_out).collect();
        for group in &groups {
            let node = router(group, all, !top);
            if node.words_out >= busiest.words_out {
                busiest = node;
            }
        }
        if top {
            return busiest;
        }
        level = groups.into_iter().map(Part::joined).collect();
    }
}

/// The busiest host where each sends to each.
fn mesh(parts: &[Part], all: &Part) -> Node {
    let subscriptions = all.listeners.iter().sum();
    let node = |part: &Part| {
        let copies = part.says.iter().zip(&all.listeners).zip(&part.listeners);
        let words_out = copies.map(|((rate, all), own)| rate * (all - own) as f64).sum();
        let links = parts.len() - 1;
        let [states_in, states_out] = [STATES * links as f64; 2];
        Node { links, words_in: part.hears_of(all), words_out, states_in, states_out, subscriptions }
    };
    parts.iter().map(node).max_by(|a, b| a.words_out.total_cmp(&b.words_out)).unwrap_or_default()
}
