//! Who is on which host, what they say and what they receive. Drawn from a seed.

use anyhow::Context;
use musebot_protocol::InfoTxt;
use std::path::Path;

/// How often a bot says a topic, in words a second, as counted in rendered ensembles of 30 to 100 s; whatever is
/// not here is said once a phrase.
const RATES: [(&str, f64); 6] = [
    ("onset", 1.9),
    ("text", 0.5),
    ("notepool", 0.3),
    ("line", 0.15),
    // Once in a life.
    ("exiting", 0.0),
    ("initialize", 0.0),
];
const ONCE_A_PHRASE: f64 = 0.12;

/// Topics, each a bit.
pub(crate) type Topics = u64;

/// The kinds of bots there are.
pub(crate) struct Kinds {
    pub(crate) names: Vec<String>,
    /// By kind and topic, words a second.
    says: Vec<Vec<f64>>,
    hears: Vec<Topics>,
    topics: usize,
}

impl Kinds {
    /// What the info.txt of the bots in a folder say.
    pub(crate) fn read(folder: &Path) -> anyhow::Result<Self> {
        let entries = std::fs::read_dir(folder).with_context(|| format!("failed to read {}", folder.display()))?;
        let mut infos: Vec<(String, InfoTxt)> = entries
            .flatten()
            .filter_map(|entry| {
                let text = std::fs::read(entry.path().join("info.txt")).ok()?;
                let name = entry.file_name().to_string_lossy().into_owned();
                Some((name, InfoTxt::parse(&String::from_utf8_lossy(&text))))
            })
            .collect();
        anyhow::ensure!(!infos.is_empty(), "no bot in {} has an info.txt", folder.display());
        infos.sort_by(|a, b| a.0.cmp(&b.0));
        let mut topics: Vec<&str> = infos.iter().flat_map(|(_, info)| &info.sends).map(String::as_str).collect();
        topics.sort_unstable();
        topics.dedup();
        anyhow::ensure!(topics.len() <= Topics::BITS as usize, "more than {} topics", Topics::BITS);
        let rate = |topic: &str| RATES.iter().find(|(t, _)| *t == topic).map_or(ONCE_A_PHRASE, |(_, rate)| *rate);
        let says = |info: &InfoTxt| {
            let says = |topic: &&str| if info.sends.iter().any(|t| t == topic) { rate(topic) } else { 0.0 };
            topics.iter().map(says).collect()
        };
        let hears = |info: &InfoTxt| {
            let heard = topics.iter().enumerate().filter(|(_, topic)| info.receives.iter().any(|t| t == *topic));
            heard.fold(0, |all, (bit, _)| all | 1 << bit)
        };
        Ok(Self {
            says: infos.iter().map(|(_, info)| says(info)).collect(),
            hears: infos.iter().map(|(_, info)| hears(info)).collect(),
            topics: topics.len(),
            names: infos.into_iter().map(|(name, _)| name).collect(),
        })
    }

    /// Bots that all say everything, and each receive so many of the topics, at random.
    pub(crate) fn even(topics: usize, receives: usize, chance: &mut Chance) -> Self {
        const KINDS: usize = 256;
        let draw = |_| {
            let mut hears: Topics = 0;
            while (hears.count_ones() as usize) < receives {
                hears |= 1 << chance.below(topics);
            }
            hears
        };
        Self {
            hears: (0..KINDS).map(draw).collect(),
            says: vec![vec![1.0; topics]; KINDS],
            names: (0..KINDS).map(|kind| format!("kind {kind}")).collect(),
            topics,
        }
    }

    /// Words a second of one bot, on average.
    pub(crate) fn pace(&self) -> f64 {
        self.says.iter().flatten().sum::<f64>() / self.names.len() as f64
    }

    /// How much of all that is said each kind receives.
    pub(crate) fn shares(&self) -> Vec<f64> {
        let said: Vec<f64> = (0..self.topics).map(|t| self.says.iter().map(|says| says[t]).sum()).collect();
        let all: f64 = said.iter().sum();
        let heard = |hears: &Topics| -> f64 {
            said.iter().enumerate().filter(|(topic, _)| hears >> topic & 1 == 1).map(|(_, rate)| rate).sum()
        };
        self.hears.iter().map(|hears| heard(hears) / all).collect()
    }
}

/// How kinds are spread.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Placing {
    /// Every bot of any kind anywhere.
    Mixed,
    /// All bots of a host of one kind.
    Alike,
    /// Those that receive most of what is said on one host, all others mixed on the rest.
    Apart,
}

/// One host, its bots together.
#[derive(Clone)]
pub(crate) struct Host {
    /// By topic, words a second.
    pub(crate) says: Vec<f64>,
    /// What at least one of its bots receives.
    pub(crate) hears: Topics,
    pub(crate) bots: usize,
}

/// All hosts.
pub(crate) struct Crowd {
    pub(crate) hosts: Vec<Host>,
    pub(crate) topics: usize,
}

impl Crowd {
    pub(crate) fn gather(kinds: &Kinds, hosts: usize, bots: usize, placing: Placing, seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let most: Vec<bool> = kinds.shares().iter().map(|share| *share > 0.5).collect();
        let host = |number| {
            let mut host = Host { says: vec![0.0; kinds.topics], hears: 0, bots };
            let fits = |kind: usize| !matches!(placing, Placing::Apart) || most[kind] == (number == 0);
            let mut from: Vec<usize> = (0..most.len()).filter(|kind| fits(*kind)).collect();
            if from.is_empty() {
                from.extend(0..most.len());
            }
            let mut kind = from[chance.below(from.len())];
            for _ in 0..bots {
                if !matches!(placing, Placing::Alike) {
                    kind = from[chance.below(from.len())];
                }
                host.hears |= kinds.hears[kind];
                host.says.iter_mut().zip(&kinds.says[kind]).for_each(|(all, one)| *all += one);
            }
            host
        };
        Self { hosts: (0..hosts).map(host).collect(), topics: kinds.topics }
    }
}

/// SplitMix64.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// Somewhere in 0..1.
    pub(crate) fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}
