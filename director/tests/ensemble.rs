//! The real director with real processes: scripts of ours, and the real bots.

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
#[path = "ensemble/playing.rs"]
mod playing;
#[path = "ensemble/rendering.rs"]
mod rendering;
#[path = "ensemble/surviving.rs"]
mod surviving;
