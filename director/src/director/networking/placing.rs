//! On which host those bots play that may play on any (`host = "any"`). Pure.
//!
//! A bot is given to the host that has the fewest, once those who join together have joined. There it stays, unless that host
//! leaves, cannot start it, or is lost for long; and who comes back is told what it plays no more.

use crate::network::HostName;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// So long after the first host has joined, bots are given out: hosts that are started together join together.
pub(super) const GATHERS: Duration = Duration::from_secs(2);
/// So long after a host was missed (after two seconds of silence), its bots are given to others: who is started again at once
/// is back sooner, and a band that lacks its drums for longer is worse than drums that change their place.
pub(super) const GIVEN_UP_AFTER: Duration = Duration::from_secs(8);

/// A host, as far as it matters here.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seat<'a> {
    pub(super) host: &'a HostName,
    /// Since when it is missed, if it is.
    pub(super) lost: Option<Duration>,
    /// When it joined, and as which.
    pub(super) joined: Duration,
    pub(super) number: u64,
    /// How many bots the file itself puts there.
    pub(super) own: usize,
    /// What it has said that it cannot start.
    pub(super) cannot: &'a BTreeSet<String>,
}

/// Why a bot plays elsewhere now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// It plays for the first time.
    First,
    /// Its host has left.
    Left,
    /// Its host is out of reach.
    Lost,
    /// Its host cannot start it.
    Cannot,
}

/// A bot that has another place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) bot: String,
    pub(super) from: Option<HostName>,
    /// Nowhere: it waits for a host.
    pub(super) to: Option<HostName>,
    pub(super) why: Why,
}

/// Gives every bot that needs one a place, and says what has changed.
pub(super) fn place(
    bots: &[&str],
    placed: &mut BTreeMap<String, HostName>,
    seats: &[Seat],
    now: Duration,
) -> Vec<Change> {
    let first = seats.iter().map(|seat| seat.joined).min();
    let gathered = first.is_some_and(|first| now.saturating_sub(first) >= GATHERS);
    let mut changes = Vec::new();
    // Who stays is counted before anybody is given away.
    let mut homeless = Vec::new();
    for bot in bots {
        let why = why_not_there(bot, placed.get(*bot), seats, now);
        if let Some(why) = why {
            // Where it is lost with its host it may play on: whoever finds no other place keeps that one.
            let from = if why == Why::Lost { placed.get(*bot).cloned() } else { placed.remove(*bot) };
            homeless.push((*bot, from, why));
        }
    }
    for (bot, from, why) in homeless {
        if why == Why::First && !gathered {
            continue;
        }
        let to = fewest(bot, placed, seats).cloned();
        match &to {
            Some(host) => drop(placed.insert(bot.to_owned(), host.clone())),
            None if why == Why::Lost || from.is_none() => continue,
            None => {}
        }
        changes.push(Change { bot: bot.to_owned(), from, to, why });
    }
    changes
}

/// Why a bot cannot stay where it is.
fn why_not_there(bot: &str, host: Option<&HostName>, seats: &[Seat], now: Duration) -> Option<Why> {
    let Some(host) = host else { return Some(Why::First) };
    let Some(seat) = seats.iter().find(|seat| seat.host == host) else { return Some(Why::Left) };
    if seat.cannot.contains(bot) {
        return Some(Why::Cannot);
    }
    seat.lost.is_some_and(|lost| now.saturating_sub(lost) >= GIVEN_UP_AFTER).then_some(Why::Lost)
}

/// The host that has the fewest bots, of those that are here and can start this one; of equals, the one that joined first.
fn fewest<'a>(bot: &str, placed: &BTreeMap<String, HostName>, seats: &[Seat<'a>]) -> Option<&'a HostName> {
    let able = seats.iter().filter(|seat| seat.lost.is_none() && !seat.cannot.contains(bot));
    let bots = |seat: &Seat| seat.own + placed.values().filter(|host| *host == seat.host).count();
    able.min_by_key(|seat| (bots(seat), seat.number)).map(|seat| seat.host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Duration = Duration::from_secs(1000);
    const BOTS: [&str; 4] = ["bass", "drums", "melody", "pad"];

    fn host(name: &str) -> HostName {
        HostName::new(name).unwrap()
    }

    fn seat<'a>(host: &'a HostName, number: u64, cannot: &'a BTreeSet<String>) -> Seat<'a> {
        Seat { host, lost: None, joined: NOW - GATHERS, number, own: 0, cannot }
    }

    fn where_they_are(placed: &BTreeMap<String, HostName>) -> Vec<String> {
        placed.iter().map(|(bot, host)| format!("{bot}@{host}")).collect()
    }

    #[test]
    fn bots_go_to_the_host_with_the_fewest_and_of_equals_to_the_one_that_joined_first() {
        let (a, b, none, mut placed) = (host("a"), host("b"), BTreeSet::new(), BTreeMap::new());
        // B joined first, and has one bot of its own.
        let seats = [seat(&a, 2, &none), Seat { own: 1, ..seat(&b, 1, &none) }];
        let changes = place(&BOTS, &mut placed, &seats, NOW);
        assert_eq!(where_they_are(&placed), ["bass@a", "drums@b", "melody@a", "pad@b"]);
        assert!(changes.iter().all(|change| change.why == Why::First && change.from.is_none()));
        assert!(place(&BOTS, &mut placed, &seats, NOW).is_empty(), "and stay there");
    }

    #[test]
    fn nobody_is_placed_before_those_who_join_together_have_joined_and_nobody_moves_after() {
        let (a, b, none, mut placed) = (host("a"), host("b"), BTreeSet::new(), BTreeMap::new());
        let first = Seat { joined: NOW, ..seat(&a, 1, &none) };
        let soon = NOW + GATHERS / 2;
        assert!(place(&BOTS, &mut placed, &[first], soon).is_empty() && placed.is_empty());
        let both = [first, Seat { joined: soon, ..seat(&b, 2, &none) }];
        assert_eq!(place(&BOTS, &mut placed, &both, NOW + GATHERS).len(), 4);
        assert_eq!(placed.values().filter(|on| **on == a).count(), 2);
        let (c, before) = (host("c"), placed.clone());
        let third = [both[0], both[1], seat(&c, 3, &none)];
        assert!(place(&BOTS, &mut placed, &third, NOW + GATHERS * 9).is_empty());
        assert_eq!(placed, before);
    }

    #[test]
    fn the_bots_of_a_host_that_is_lost_for_long_or_has_left_play_on_another() {
        let (a, b, none) = (host("a"), host("b"), BTreeSet::new());
        let on_a = || BTreeMap::from([("bass".to_owned(), a.clone())]);
        let lost = Seat { lost: Some(NOW), ..seat(&a, 1, &none) };
        let there = seat(&b, 2, &none);
        let moved = |seats: &[Seat], now| {
            let mut placed = on_a();
            (place(&["bass"], &mut placed, seats, now), where_they_are(&placed))
        };
        let short = NOW + GIVEN_UP_AFTER - Duration::from_millis(1);
        assert_eq!(moved(&[lost, there], short), (Vec::new(), vec!["bass@a".into()]), "it may come back");
        let change = |from: &HostName, to: Option<&HostName>, why| {
            vec![Change { bot: "bass".into(), from: Some(from.clone()), to: to.cloned(), why }]
        };
        let long = NOW + GIVEN_UP_AFTER;
        assert_eq!(moved(&[lost, there], long), (change(&a, Some(&b), Why::Lost), vec!["bass@b".into()]));
        assert_eq!(moved(&[lost], long), (Vec::new(), vec!["bass@a".into()]), "there is no other");
        assert_eq!(moved(&[there], NOW), (change(&a, Some(&b), Why::Left), vec!["bass@b".into()]));
        assert_eq!(moved(&[], NOW), (change(&a, None, Why::Left), Vec::new()));
    }

    #[test]
    fn who_cannot_start_a_bot_is_not_asked_again_and_the_next_is() {
        let (a, b, none) = (host("a"), host("b"), BTreeSet::new());
        let no_bass = BTreeSet::from(["bass".to_owned()]);
        let mut placed = BTreeMap::from([("bass".to_owned(), a.clone())]);
        let changes = place(&["bass"], &mut placed, &[seat(&a, 1, &no_bass), seat(&b, 2, &none)], NOW);
        assert_eq!((changes[0].why, changes[0].to.as_ref()), (Why::Cannot, Some(&b)));
        let changes = place(&["bass"], &mut placed, &[seat(&a, 1, &no_bass), seat(&b, 2, &no_bass)], NOW);
        assert_eq!((changes[0].why, changes[0].to.as_ref()), (Why::Cannot, None));
        assert!(place(&["bass"], &mut placed, &[seat(&a, 1, &no_bass)], NOW).is_empty(), "it is said once");
    }

    proptest! {
        /// However hosts come and go: who plays where it may plays on there, and who is given away goes to one that is there.
        #[test]
        fn who_can_stay_stays_and_nobody_is_sent_where_nobody_is(
            hosts in prop::collection::vec((prop::option::of(0..20_u64), 0..3_usize, prop::collection::btree_set(0..4_usize, 0..3)), 0..5),
            at in prop::collection::btree_map(0..4_usize, 0..6_usize, 0..5),
        ) {
            let names: Vec<_> = (0..6).map(|n| host(&format!("h{n}"))).collect();
            let cannot: Vec<BTreeSet<String>> =
                hosts.iter().map(|(.., cannot)| cannot.iter().map(|n| BOTS[*n].to_owned()).collect()).collect();
            let seats: Vec<_> = hosts.iter().enumerate().map(|(n, (lost, own, _))| Seat {
                lost: lost.map(|ago| NOW - Duration::from_secs(ago)), own: *own, ..seat(&names[n], n as u64, &cannot[n])
            }).collect();
            let mut placed: BTreeMap<_, _> = at.iter().map(|(bot, on)| (BOTS[*bot].to_owned(), names[*on].clone())).collect();
            let before = placed.clone();
            let changes = place(&BOTS, &mut placed, &seats, NOW);
            for bot in BOTS {
                let change = changes.iter().find(|change| change.bot == bot);
                let seat = |on: Option<&HostName>| seats.iter().find(|seat| Some(seat.host) == on);
                if let Some(was) = seat(before.get(bot)) && was.lost.is_none() && !was.cannot.contains(bot) {
                    prop_assert_eq!(change, None);
                }
                if let Some(change) = change {
                    prop_assert_eq!(change.to.as_ref(), placed.get(bot));
                    prop_assert!(change.to.is_none() || seat(change.to.as_ref()).is_some_and(|s| s.lost.is_none() && !s.cannot.contains(bot)));
                } else {
                    prop_assert_eq!(placed.get(bot), before.get(bot));
                }
            }
            prop_assert!(place(&BOTS, &mut placed, &seats, NOW).is_empty(), "once is enough");
        }
    }
}
