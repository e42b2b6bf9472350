//! Hosts with clocks of their own make the same ticks at the same instants.

use crate::{
    player::{Player, in_order},
    stage::{Stage, does, duo},
};
use std::collections::BTreeMap;

/// Where two players hear the same tick, in the median: on an idle machine it is a tenth of that.
const APART_MS: f64 = 3.0;

#[test]
fn a_satellite_whose_clock_is_wrong_ticks_with_the_leader_and_none_is_missing_or_doubled() {
    let stage = Stage::new();
    // A guest's ticks are never late; here nobody's are.
    let studio = stage.lead(&duo("delay-historic = false"));
    let left = stage.join(&studio, "left", &["b"], &["--clock-skew", "37,80"]);
    let right = stage.join(&studio, "right", &[], &["--clock-skew", "-2500,-60"]);
    let players = [Player::new(&studio, "a@studio"), Player::new(&left, "b@left"), Player::new(&right, "guest")];
    // Where the clock is well known by then, a change of tempo comes in the middle of it.
    players[1].hears_ticks(200);
    does(&left, &["tempo", "240"]);
    players.iter().for_each(|player| player.hears_ticks(200));
    let leaders = players[0].ticks();
    in_order(&leaders);
    assert_eq!(leaders[0].1, 0);
    let leaders: BTreeMap<i32, _> = leaders.into_iter().map(|(at, number, tempo)| (number, (at, tempo))).collect();
    for player in &players[1..] {
        let ticks = player.ticks();
        in_order(&ticks);
        let mut apart = Vec::new();
        let mut other_tempo = 0;
        for (at, number, tempo) in ticks {
            let Some((leaders, leading)) = leaders.get(&number) else { continue };
            other_tempo += i32::from(tempo != *leading);
            apart.push(at.max(*leaders).duration_since(at.min(*leaders)).as_secs_f64() * 1000.0);
        }
        apart.sort_by(f64::total_cmp);
        assert!(apart.len() > 300, "{} ticks in common", apart.len());
        let median = apart[apart.len() / 2];
        assert!(median < APART_MS, "{median} ms apart in the median, {} at most", apart[apart.len() - 1]);
        assert!(other_tempo <= 4, "{other_tempo} ticks with another tempo");
    }
}
