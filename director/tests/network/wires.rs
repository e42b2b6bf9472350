//! Directors on hosts of their own (`support/hosts.rs`): wires that delay, lose and are cut, and addresses that change.

use crate::{
    hosts::{Hosts, Link},
    player::{Player, Tick, in_order, word},
    process::{Director, wait_so_long, wait_until},
    stage::{Stage, duo, puppet},
};
use std::{
    collections::BTreeMap,
    net::Ipv4Addr,
    process::Command,
    time::{Duration, Instant},
};

const SEED: u64 = 7;
/// The leader's host, and the satellite's.
const STUDIO: usize = 0;
const LEFT: usize = 1;
/// Two seconds, and what a loaded machine takes.
const NOTICED: Duration = Duration::from_secs(4);
/// Ticks of the same number arrive no further apart, by the middle of so many: a busy machine is late now and then.
const TOGETHER: Duration = Duration::from_millis(20);
const COMPARED: usize = 80;

/// `studio` leads on one host, with the bot `a`; `left` has joined on the other, with `b` and a clock of its own.
struct Apart {
    studio: Director,
    left: Director,
    a: Player,
    b: Player,
    hosts: Hosts,
    _stage: Stage,
}

impl Apart {
    /// Both, on a wire like this; `None`, and a word of what is left out, where there are no hosts.
    #[track_caller]
    fn on(wire: Link, what: &str) -> Option<Self> {
        let hosts = Hosts::or_leave_out(what, 2, SEED)?;
        hosts.relay.set(wire);
        let stage = Stage::new();
        let list = stage.home.path().join("left.toml");
        std::fs::write(&list, puppet("b", "")).unwrap();
        let mut play = director(&hosts, STUDIO, "play");
        play.args(["--name", "studio", "--open", "--key"]).arg(&stage.key).arg(stage.home.ensemble(&duo("")));
        let mut join = director(&hosts, LEFT, "join");
        join.arg(hosts.address(STUDIO).to_string()).args(["--name", "left", "--clock-skew=37,80", "--bots"]);
        join.arg(list).arg("--key").arg(&stage.key);
        let studio = Director::start(play).listens();
        let left = Director::start(join).listens();
        let a = hosts.on(STUDIO, || Player::new(&studio, "a@studio"));
        let b = hosts.on(LEFT, || Player::new(&left, "b@left"));
        a.knows(&["a@studio", "b@left"]);
        b.knows(&["a@studio", "b@left"]);
        let this = Self { studio, left, a, b, hosts, _stage: stage };
        this.ticks_together();
        Some(this)
    }

    /// Waits until the same ticks arrive at both at the same time.
    #[track_caller]
    fn ticks_together(&self) {
        wait_until("both tick together", || {
            let (a, b) = (self.a.ticks(), self.b.ticks());
            middle(&a[a.len().saturating_sub(COMPARED)..], &b).is_some_and(|apart| apart < TOGETHER)
        });
    }

    /// Waits until the leader shows the satellite so.
    #[track_caller]
    fn is_shown(&self, at: Ipv4Addr, state: &str) {
        let words = ["left".to_owned(), state.to_owned(), at.to_string()];
        wait_until(&format!("{} is shown", words.join(" ")), || {
            self.hosts_table().lines().any(|line| line.split_whitespace().take(3).eq(words.iter()))
        });
    }

    /// What `director hosts` says on the leader's host.
    fn hosts_table(&self) -> String {
        let (port, control) = (self.studio.port.to_string(), self.studio.control.to_string());
        let mut hosts = self.hosts.command(STUDIO, env!("CARGO_BIN_EXE_director"));
        let told = hosts.args(["hosts", "--port", &port, "--control", &control]).output().unwrap();
        String::from_utf8(told.stdout).unwrap()
    }

    /// Waits until the leader shows that what the satellite's bots say comes early.
    #[track_caller]
    fn speaks_early(&self) {
        wait_until("what bots say comes by datagram, too", || {
            self.hosts_table().lines().any(|line| line.starts_with("left ") && line.ends_with("  udp"))
        });
    }

    /// No tick was lost, doubled or out of order anywhere, all the time.
    #[track_caller]
    fn no_tick_is_amiss(&self) {
        in_order(&self.a.ticks());
        in_order(&self.b.ticks());
    }
}

/// A director on a host, at ports of the system's choice.
fn director(hosts: &Hosts, host: usize, what: &str) -> Command {
    let mut command = hosts.command(host, env!("CARGO_BIN_EXE_director"));
    command.args([what, "--listen", "0", "--control", "0"]);
    command
}

/// How far apart ticks arrive that both have heard: the middle of them, once nearly all of `a` have been heard at `b`.
fn middle(a: &[Tick], b: &[Tick]) -> Option<Duration> {
    let b: BTreeMap<i32, Instant> = b.iter().map(|(at, number, _)| (*number, *at)).collect();
    let apart = |(at, number, _): &Tick| {
        let other = *b.get(number)?;
        Some(at.saturating_duration_since(other).max(other.saturating_duration_since(*at)))
    };
    let mut all: Vec<_> = a.iter().filter_map(apart).collect();
    all.sort();
    // The last ones may still be on their way.
    (all.len() * 10 >= COMPARED * 9).then(|| all[all.len() / 2])
}

#[test]
fn on_a_wire_with_jitter_and_loss_two_directors_tick_together_and_no_tick_is_lost_or_doubled() {
    let Some(band) = Apart::on(Link::of(5.0, 3.0, 1.0), "two directors on a wire with jitter and loss") else { return };
    band.b.hears_ticks(240);
    band.ticks_together();
    band.no_tick_is_amiss();
    let lost = [(STUDIO, LEFT), (LEFT, STUDIO)].map(|(from, to)| band.hosts.relay.counts(from, to).lost);
    assert!(lost.iter().sum::<u64>() > 0, "the wire has lost nothing");
}

#[test]
fn what_bots_say_is_heard_while_no_call_gets_through_and_once_and_in_order_all_the_time() {
    let Some(band) = Apart::on(Link::of(2.0, 1.0, 0.0), "two directors between which no call gets through") else {
        return;
    };
    band.speaks_early();
    let mut said = Vec::new();
    let mut says = |both_hear: bool| {
        let n = said.len() as i32;
        let words = [word("x-a", "a@studio", n), word("x-b", "b@left", n)];
        band.a.say(&words[0]);
        band.b.say(&words[1]);
        said.push(words);
        if both_hear {
            band.b.hears(said.len(), "/broadcast/x-a\0");
            band.a.hears(said.len(), "/broadcast/x-b\0");
        }
    };
    says(true);
    band.hosts.relay.cut_calls(STUDIO, LEFT);
    (0..12).for_each(|_| says(true));
    assert!(band.hosts.relay.counts(LEFT, STUDIO).cut > 0, "no call was cut");
    band.hosts.relay.mend(STUDIO, LEFT);
    // And what the link brings after all has been heard already.
    (0..20).for_each(|_| says(false));
    let lists = [(&band.b, "/broadcast/x-a\0", 0), (&band.a, "/broadcast/x-b\0", 1)];
    for (ears, begins, n) in lists {
        let words: Vec<_> = said.iter().map(|words| words[n].clone()).collect();
        assert_eq!(ears.hears(words.len(), begins), words);
    }
    band.no_tick_is_amiss();
}

#[test]
fn a_cut_of_four_seconds_is_said_on_both_sides_and_after_it_they_are_together_again() {
    let Some(band) = Apart::on(Link::of(2.0, 1.0, 0.0), "two directors and a cut between them") else { return };
    let begun = Instant::now();
    band.hosts.relay.cut(STUDIO, LEFT);
    band.studio.says_within(NOTICED, "left is out of reach");
    let line = band.left.says_within(NOTICED, "which leads, is out of reach: playing on");
    assert!(line.contains("joined by its address"), "{line}");
    wait_so_long(NOTICED, "four seconds have passed", || begun.elapsed() >= Duration::from_secs(4));
    band.hosts.relay.mend(STUDIO, LEFT);
    band.left.says("studio is back");
    band.studio.says("left is back");
    band.a.knows(&["a@studio", "b@left"]);
    band.b.hears_ticks(COMPARED);
    band.ticks_together();
    band.no_tick_is_amiss();
}

#[test]
fn a_satellite_whose_address_changes_is_back_from_the_new_one_with_its_ticks_in_order() {
    let Some(band) = Apart::on(Link::of(2.0, 1.0, 0.0), "a satellite whose address changes") else { return };
    let old = band.hosts.address(LEFT);
    band.is_shown(old, "here");
    let [a, b, c, _] = old.octets();
    let new = Ipv4Addr::new(a, b, c, 77);
    band.hosts.readdress(LEFT, new);
    band.is_shown(new, "here");
    band.a.knows(&["a@studio", "b@left"]);
    band.b.hears_ticks(COMPARED);
    band.ticks_together();
    band.no_tick_is_amiss();
}
