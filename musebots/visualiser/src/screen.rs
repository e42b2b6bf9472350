//! The newest frame, for whoever looks: older ones are gone.

use std::{
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// A frame that was painted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// From 1; each is later than the one before.
    pub number: u64,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Red, green, blue, a byte each, row by row from the top.
    pub rgb: Vec<u8>,
}

/// What is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// The band, alive, through the fast network.
    #[default]
    Living,
    /// A painting that is worked on, phrase by phrase.
    Paint,
    /// The drawing itself, without any network.
    Plain,
}

/// How things stand, for whoever looks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Status {
    /// What is shown.
    pub mode: Mode,
    /// The style that weighs most, by name.
    pub style: String,
    /// Whether the music chooses it.
    pub auto: bool,
    /// How much of the painting covers the drawing, 0–1.
    pub strength: f32,
    /// Frames painted in a second.
    pub rate: f32,
}

/// What somebody at the screen wants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Wish {
    /// Another mode.
    Mode(Mode),
    /// A style by its place, from 0; the music no longer chooses.
    Style(usize),
    /// So many styles on (or back).
    Next(i32),
    /// The music chooses the style again.
    Auto,
    /// How much of the painting covers the drawing, added to what it is: −1 to 1.
    Stronger(f32),
}

/// Where painter and viewers meet. A viewer who is slow gets fewer frames, not older ones.
#[derive(Debug, Clone, Default)]
pub struct Screen(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    newest: Mutex<Option<Arc<Frame>>>,
    changed: Condvar,
    status: Mutex<Status>,
    /// When somebody last looked.
    looked: Mutex<Option<Instant>>,
}

impl Screen {
    /// Shows a frame instead of the one before.
    pub fn show(&self, frame: Frame) {
        *self.0.newest.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(frame));
        self.0.changed.notify_all();
    }

    /// The newest frame.
    #[must_use]
    pub fn newest(&self) -> Option<Arc<Frame>> {
        self.0.newest.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The newest frame once it is later than number `after`; `None` if there is none by `deadline`.
    #[must_use]
    pub fn after(&self, after: u64, deadline: Instant) -> Option<Arc<Frame>> {
        self.look();
        let mut newest = self.0.newest.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(frame) = newest.as_ref().filter(|frame| frame.number > after) {
                return Some(Arc::clone(frame));
            }
            let left = deadline.checked_duration_since(Instant::now()).filter(|left| *left > Duration::ZERO)?;
            newest = self.0.changed.wait_timeout(newest, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Whether somebody has looked within this time: for who need not paint for an empty room.
    #[must_use]
    pub fn looked_within(&self, time: Duration) -> bool {
        self.0.looked.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|looked| looked.elapsed() < time)
    }

    /// Somebody looks.
    pub fn look(&self) {
        *self.0.looked.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Tells whoever looks how things stand.
    pub fn tell(&self, status: Status) {
        *self.0.status.lock().unwrap_or_else(PoisonError::into_inner) = status;
    }

    /// How things stand, as last told.
    #[must_use]
    pub fn status(&self) -> Status {
        self.0.status.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
