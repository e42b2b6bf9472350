//! The director of a band of musebots: keeps tempo, relays what they say to each other, mixes,
//! launches and supervises them; live or in a render.
//!
//! [`director::Director`] takes every decision and touches nothing; `event_loop` and `render`
//! touch everything and decide nothing.

pub mod artefacts;
pub mod calibrate;
pub mod check_bot;
pub mod cli;
pub mod clock;
pub mod clock_out;
pub mod clock_ports;
pub mod clock_thread;
pub mod clock_word;
pub mod death;
pub mod devices;
pub mod director;
pub mod doctor;
pub mod ensemble;
pub mod event;
pub mod event_loop;
pub mod follower;
pub mod import;
mod jack;
pub mod join;
pub mod launch;
pub mod learn;
pub mod list;
pub mod listen;
pub mod master;
pub mod memory;
pub mod metronome;
mod midi_ports;
pub mod mixer;
pub mod musebot_folder;
pub mod network;
pub mod new_bot;
pub mod opening;
pub mod page;
pub mod play;
pub mod playlist;
pub mod ports;
pub mod relay;
pub mod remote;
pub mod render;
pub mod render_to_files;
pub mod restarts;
pub mod roster;
pub mod runtime;
pub mod say;
pub mod score;
pub mod screen;
pub mod socket;
pub mod status;
pub mod supervisor;
pub mod surface;
pub mod surtitles;
pub mod tap;
