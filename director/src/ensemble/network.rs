//! `[network]`: what holds when the ensemble plays on several machines; and where a bot plays (`host`).

use super::{
    Fault,
    fields::{Field, Fields},
};
use crate::network::{ANY, HostName};

const KEYS: [&str; 2] = ["on-leader-loss", "delay"];
const LOSSES: [(LeaderLoss, &str); 2] = [(LeaderLoss::PlayOn, "play-on"), (LeaderLoss::End, "end")];

/// The most phrases that hosts can be apart.
const MOST_PHRASES: u32 = 16;

/// What holds between machines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Network {
    /// What a satellite does that has lost the leader.
    pub on_leader_loss: LeaderLoss,
    /// How many phrases late hosts hear each other; 0: as soon as the network allows.
    pub delay_phrases: u32,
}

/// What a satellite does that has lost the leader.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LeaderLoss {
    /// It plays on, in time.
    #[default]
    PlayOn,
    /// Its bots fade out and go.
    End,
}

/// Where a bot plays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// On one of the other machines, as they come and go.
    Any,
    /// On this machine.
    On(HostName),
}

pub(super) fn read(fields: &Fields<'_>, faults: &mut Vec<Fault>) -> Network {
    let Some(table) = fields.read("network", faults, Field::table) else { return Network::default() };
    table.only("[network]", &KEYS, faults, |_| None);
    let on_leader_loss = table.read("on-leader-loss", faults, |v| v.choice("what happens without a leader", &LOSSES));
    Network {
        on_leader_loss: on_leader_loss.unwrap_or_default(),
        delay_phrases: table.read("delay", faults, delay).unwrap_or_default(),
    }
}

/// `{ phrases = 1 }`.
fn delay(v: &Field<'_>) -> Result<u32, Fault> {
    const HINT: &str = "such as { phrases = 1 }";
    let Ok(table) = v.table() else { return Err(v.fault("a delay between machines is counted in phrases", HINT)) };
    let mut odd = Vec::new();
    table.only("a delay", &["phrases"], &mut odd, |_| None);
    if let Some(fault) = odd.pop() {
        return Err(fault);
    }
    table.get("phrases").ok_or_else(|| v.fault("here are no phrases", HINT))?.whole_in(0..=MOST_PHRASES, "a delay")
}

/// A host's name, or `any`.
pub(super) fn host(v: &Field<'_>) -> Result<Place, Fault> {
    match v.text()? {
        ANY => Ok(Place::Any),
        name => {
            HostName::new(name).map(Place::On).map_err(|e| v.fault(e.to_string(), "such as \"laptop-2\" or \"any\""))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Ensemble, *};

    fn faults(toml: &str) -> String {
        Ensemble::parse(toml, "band.toml").unwrap_err().to_string()
    }

    #[test]
    fn a_bot_plays_here_or_on_a_host_or_on_any() {
        let bot = |host: &str| {
            let text = format!("[[bot]]\nid = \"bass\"\nprogram = \"bass\"\n{host}\n");
            Ensemble::parse(&text, "band.toml").unwrap().bots.remove(0).host
        };
        assert_eq!(bot(""), None);
        assert_eq!(bot("host = \"any\""), Some(Place::Any));
        assert_eq!(bot("host = \"laptop-2\""), Some(Place::On(HostName::new("laptop-2").unwrap())));
    }

    #[test]
    fn hosts_hear_each_other_at_once_and_play_on_when_nobody_says() {
        let network = |text: &str| Ensemble::parse(text, "band.toml").unwrap().network;
        assert_eq!(network(""), Network::default());
        let said = network("[network]\non-leader-loss = \"end\"\ndelay = { phrases = 1 }\n");
        assert_eq!(said, Network { on_leader_loss: LeaderLoss::End, delay_phrases: 1 });
    }

    #[test]
    fn what_is_wrong_with_a_network_is_said_all_at_once() {
        let said = faults(
            "[network]\nport = 1\non-leader-loss = \"cry\"\ndelay = { phrases = 99 }\n[[bot]]\nid = \"a\"\nprogram = \"a\"\nhost = \"a b\"\n",
        );
        for words in ["`port` is not a key", "`cry`", "between 0 and 16", "cannot hold ' '"] {
            assert!(said.contains(words), "{words}:\n{said}");
        }
        assert!(faults("[network]\ndelay = 1\n").contains("counted in phrases"));
    }
}
