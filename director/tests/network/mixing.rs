//! Faders that are moved on one host move on all of them.

use crate::{
    process::wait_until,
    stage::{Stage, does},
};

#[test]
fn gains_mutes_solos_and_the_master_reach_the_bots_of_all_hosts_wherever_they_are_given() {
    let stage = Stage::new();
    let (studio, left, a, b) = stage.duo();
    b.knows(&["a@studio", "b@left"]);
    does(&left, &["gain", "a", "0.5"]);
    a.has_gain(0.5);
    does(&studio, &["gain", "b@left", "0.25"]);
    b.has_gain(0.25);
    for director in [&studio, &left] {
        wait_until("both show both faders", || {
            let table = does(director, &["bots"]);
            let shows = |bot: &str, gain: &str| table.lines().any(|line| line.starts_with(bot) && line.contains(gain));
            shows("a@studio", "0.50") && shows("b@left", "0.25")
        });
    }
    does(&studio, &["mute", "b"]);
    b.has_gain(0.0);
    does(&left, &["mute", "b", "--off"]);
    b.has_gain(0.25);
    does(&left, &["solo", "a"]);
    b.has_gain(0.0);
    does(&studio, &["solo", "a", "--off"]);
    b.has_gain(0.25);
    does(&left, &["gain", "master", "0.5"]);
    a.has_gain(0.25);
    b.has_gain(0.125);
    does(&studio, &["gain", "master", "1"]);
    a.has_gain(0.5);
    b.has_gain(0.25);
    // A host that comes later finds the faders where they are.
    let right = stage.join(&studio, "right", &[], &[]);
    wait_until("the newcomer shows them", || {
        let table = does(&right, &["bots"]);
        table.contains("0.50") && table.contains("0.25")
    });
}
