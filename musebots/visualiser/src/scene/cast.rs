//! Who is on the scene. Each has a seat of its own, which gives it its colour and place, for as long as it is here.

use super::text::plain;

/// No more bots than this have a place.
pub(super) const SEATS: usize = 12;
/// Seconds to come in, or to go.
const ENTRANCE: f64 = 1.2;
/// Seconds in which a stroke's swelling falls to a third.
const SWELL: f64 = 0.35;
/// Seconds in which presence falls to a third, once it has begun to.
const SILENCE: f64 = 2.5;

/// A bot on the scene.
#[derive(Debug, Clone, PartialEq)]
pub struct Player {
    /// Its name.
    pub name: String,
    /// Whether what it plays is percussion.
    pub percussion: bool,
    /// How busy it is, 0–1.
    pub busy: f64,
    /// When it last began a note.
    pub last: Option<f64>,
    /// How present it is: 1 while it plays, less and less when it is silent.
    pub presence: f64,
    /// Its place among all, which no other has while it is here.
    pub seat: usize,
    /// How far it has come in: 0 not yet, or gone; 1 here.
    pub here: f64,
    /// How much its last notes still move it: their velocity, falling within half a second.
    pub swell: f64,
    /// Where it plays: the pitch of its last notes, followed softly.
    pub pitch: f64,
    /// How hard its last notes were, and how high.
    struck: (f64, f64),
    said_busy: bool,
    staying: bool,
}

impl Player {
    fn new(name: String, seat: usize) -> Self {
        // Until it plays, each waits at a height of its own.
        let pitch = [66.0, 44.0, 55.0, 74.0, 50.0, 61.0][seat % 6];
        Self {
            name,
            seat,
            percussion: false,
            busy: 0.0,
            last: None,
            presence: 0.0,
            here: 0.0,
            swell: 0.0,
            pitch,
            struck: (0.0, pitch),
            said_busy: false,
            staying: true,
        }
    }

    pub(super) fn strike(&mut self, due: f64, velocity: f64, pitch: f64, percussion: bool) {
        if self.last.is_none() {
            self.pitch = pitch;
        }
        self.percussion = percussion;
        self.last = Some(due.max(self.last.unwrap_or(due)));
        self.struck = (velocity, pitch);
    }

    pub(super) fn say_busy(&mut self, busy: f64) {
        (self.busy, self.said_busy) = (busy, true);
    }

    fn advance(&mut self, now: f64, passed: f64) {
        let step = passed / ENTRANCE;
        self.here = if self.staying { self.here + step } else { self.here - step }.clamp(0.0, 1.0);
        let silent = self.last.map_or(f64::INFINITY, |last| (now - last).max(0.0));
        self.presence = (-(silent - 0.6).max(0.0) / SILENCE).exp();
        self.swell = self.struck.0 * (-silent / SWELL).exp();
        self.pitch += (self.struck.1 - self.pitch) * (1.0 - (-passed / 0.07).exp());
    }
}

/// The place of a name among the players; it comes in if it is new and there is a seat.
pub(super) fn place(players: &mut Vec<Player>, name: &str) -> Option<usize> {
    let name = plain(name, 48);
    if let Some(place) = players.iter().position(|player| player.name == name) {
        players[place].staying = true;
        return Some(place);
    }
    let seat = (0..SEATS).find(|&seat| players.iter().all(|player| player.seat != seat))?;
    players.push(Player::new(name, seat));
    Some(players.len() - 1)
}

/// Exactly these are here: others go.
pub(super) fn roster(players: &mut Vec<Player>, names: &[String]) {
    players.iter_mut().for_each(|player| player.staying = false);
    for name in names.iter().take(4 * SEATS) {
        place(players, name);
    }
}

pub(super) fn advance(players: &mut [Player], now: f64, passed: f64) {
    players.iter_mut().for_each(|player| player.advance(now, passed));
}

/// The place of one that has gone.
pub(super) fn gone(players: &[Player]) -> Option<usize> {
    players.iter().position(|player| !player.staying && player.here <= 0.0)
}

/// How busy those who say so are, on average.
pub(super) fn busy(players: &[Player]) -> Option<f64> {
    let said: Vec<f64> = players.iter().filter(|player| player.said_busy).map(|player| player.busy).collect();
    (!said.is_empty()).then(|| said.iter().sum::<f64>() / said.len() as f64)
}
