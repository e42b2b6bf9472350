//! The real director with real processes: scripts of ours, and the real bots.

#[expect(dead_code, reason = "other tests take the rest")]
#[path = "support/jack.rs"]
mod jack;
#[path = "support/process.rs"]
mod process;
#[path = "support/scripts.rs"]
mod scripts;
#[path = "support/socket_bot.rs"]
mod socket_bot;

#[path = "ensemble/connecting.rs"]
mod connecting;
#[path = "ensemble/ending.rs"]
mod ending;
#[path = "ensemble/folders.rs"]
mod folders;
#[path = "ensemble/launching.rs"]
mod launching;
#[path = "ensemble/painting.rs"]
mod painting;
#[path = "ensemble/playing.rs"]
mod playing;
#[path = "ensemble/rendering.rs"]
mod rendering;
#[path = "ensemble/surviving.rs"]
mod surviving;
