//! `director check-bot` itself, on real bots: those of the kit, a right one, and one that is broken in each fact.

#[path = "check_bot/broken.rs"]
mod broken;
#[path = "check_bot/examined.rs"]
mod examined;
#[path = "check_bot/ours.rs"]
mod ours;
#[expect(dead_code, reason = "shared with the other tests")]
#[path = "support/process.rs"]
mod process;
#[path = "check_bot/refused.rs"]
mod refused;
