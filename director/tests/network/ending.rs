//! Hosts that go of their own accord say so.

use crate::{
    player::{Player, in_order},
    scripts::{children, send_signal},
    stage::{Stage, duo},
};

const INT: i32 = 2;
const TERM: i32 = 15;

#[test]
fn a_satellite_that_ends_takes_its_leave_and_the_others_play_on() {
    let stage = Stage::new();
    let studio = stage.lead(&duo(""));
    let left = stage.join(&studio, "left", &["b"], &[]);
    let right = stage.join(&studio, "right", &[], &[]);
    let (a, b, c) = (Player::new(&studio, "a@studio"), Player::new(&left, "b@left"), Player::new(&right, "guest"));
    a.knows(&["a@studio", "b@left", "guest"]);
    let puppet = children(left.child.id())[0];
    left.signal(TERM);
    b.hears(1, "/agent/off\0");
    send_signal(puppet, TERM);
    let (status, said) = left.ends();
    assert_eq!(status.code(), Some(0), "{said}");
    studio.says("left has left");
    right.says("left has left");
    a.knows(&["a@studio", "guest"]);
    c.knows(&["a@studio", "guest"]);
    c.hears_ticks(20);
    for player in [&a, &c] {
        in_order(&player.ticks());
    }
    assert!(!studio.said().contains("out of reach"), "{}", studio.said());
}

#[test]
fn a_leader_that_ends_ends_the_ensemble_everywhere() {
    let stage = Stage::new();
    let studio = stage.lead(&duo(""));
    let left = stage.join(&studio, "left", &["b"], &[]);
    let right = stage.join(&studio, "right", &[], &[]);
    let (a, b) = (Player::new(&studio, "a@studio"), Player::new(&left, "b@left"));
    a.knows(&["a@studio", "b@left"]);
    let puppets = [children(studio.child.id())[0], children(left.child.id())[0]];
    studio.signal(INT);
    a.hears(1, "/agent/off\0");
    b.hears(1, "/agent/off\0");
    puppets.into_iter().for_each(|puppet| send_signal(puppet, TERM));
    for satellite in [left, right] {
        let (status, said) = satellite.ends();
        assert_eq!(status.code(), Some(0), "{said}");
        assert!(said.contains("studio has ended the ensemble") && !said.contains("out of reach"), "{said}");
    }
    assert_eq!(studio.ends().0.code(), Some(0));
}
