//! Every decision of the director on virtual time: events go in, actions are looked at. The
//! names carry the numbers of the protocol's facts (D4, X3, see protocol/PROTOCOL.md).

#[path = "support/fake.rs"]
mod fake;
#[path = "support/hello.rs"]
mod hello;
#[path = "support/kit.rs"]
mod kit;
#[path = "support/rig.rs"]
mod rig;
#[path = "support/spell.rs"]
mod spell;

#[path = "director/anything.rs"]
mod anything;
#[path = "director/anywhere.rs"]
mod anywhere;
#[path = "director/beginning.rs"]
mod beginning;
#[path = "director/control.rs"]
mod control;
#[path = "director/dying.rs"]
mod dying;
#[path = "director/folders.rs"]
mod folders;
#[path = "director/following.rs"]
mod following;
#[path = "director/guests.rs"]
mod guests;
#[path = "director/hosts.rs"]
mod hosts;
#[path = "director/leaving.rs"]
mod leaving;
#[path = "director/listening.rs"]
mod listening;
#[path = "director/network.rs"]
mod network;
#[path = "director/peers.rs"]
mod peers;
#[path = "director/returning.rs"]
mod returning;
#[path = "director/score.rs"]
mod score;
#[path = "director/showing.rs"]
mod showing;
#[path = "director/singing.rs"]
mod singing;
#[path = "director/surfaces.rs"]
mod surfaces;
#[path = "director/terminals.rs"]
mod terminals;
#[path = "director/the_world.rs"]
mod the_world;
#[path = "director/ticks.rs"]
mod ticks;
