//! Several directors on this machine, each with a name, a key and ports of its own: one ensemble over a network. The
//! processes are real; the bots are sockets whose words are the test's.

#[cfg(target_os = "linux")]
#[path = "support/hosts.rs"]
#[allow(dead_code, unused_imports, reason = "other tests take the rest")]
mod hosts;
#[path = "support/process.rs"]
#[expect(dead_code, reason = "other tests take the rest")]
mod process;
#[path = "support/scripts.rs"]
#[expect(dead_code, reason = "other tests take the rest")]
mod scripts;
#[path = "support/socket_bot.rs"]
#[expect(dead_code, reason = "other tests take the rest")]
mod socket_bot;

#[path = "network/player.rs"]
mod player;
#[path = "network/stage.rs"]
mod stage;

#[path = "network/blocked.rs"]
mod blocked;
#[path = "network/conducting.rs"]
mod conducting;
#[path = "network/ending.rs"]
mod ending;
#[path = "network/examining.rs"]
mod examining;
#[path = "network/families.rs"]
mod families;
#[path = "network/joining.rs"]
mod joining;
#[path = "network/losing.rs"]
mod losing;
#[path = "network/mixing.rs"]
mod mixing;
#[path = "network/nonsense.rs"]
mod nonsense;
#[path = "network/peers.rs"]
mod peers;
#[path = "network/speaking.rs"]
mod speaking;
#[path = "network/strangers.rs"]
mod strangers;
#[path = "network/ticking.rs"]
mod ticking;
#[path = "network/versions.rs"]
mod versions;
#[cfg(target_os = "linux")]
#[path = "network/wires.rs"]
mod wires;
