//! The painter's thread, live: frames as fast as they come, for whoever looks.

use crate::{Happening, Screen, Status, Wish, painter::Painter};
use std::{
    io,
    sync::mpsc::{Receiver, TryRecvError},
    thread,
    time::{Duration, Instant},
};

/// From when a frame is painted until it is seen, in seconds: coding, fetching, and the display's own.
const ON_THE_WAY: f64 = 0.03;
/// While nobody looks, a frame is painted this often, in seconds, so that whoever comes sees something.
const IDLE: f64 = 1.0;
/// Whoever looked within this time still looks.
const LOOKING: Duration = Duration::from_secs(3);

/// All that the thread takes with it.
pub(crate) struct Gallery {
    pub(crate) painter: Painter,
    pub(crate) pool: rayon::ThreadPool,
    pub(crate) screen: Screen,
    pub(crate) happened: Receiver<Happening>,
    pub(crate) wishes: Receiver<Wish>,
    /// From when [`Happening::due`] counts.
    pub(crate) began: Instant,
    /// Frames a second, at most.
    pub(crate) fps: f64,
    /// How much earlier frames are shown, in seconds.
    pub(crate) offset: f64,
}

impl Gallery {
    /// Opens it: paints until the bot is gone.
    pub(crate) fn open(self) -> io::Result<()> {
        thread::Builder::new().name("painter".into()).spawn(move || {
            crate::priority::lowest();
            let painting = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.paint()));
            if painting.is_err() {
                // A bot that only beats looks well to the director; one that has ended is started again.
                tracing::error!("the painter has failed: ending, to be started again");
                std::process::exit(1);
            }
        })?;
        Ok(())
    }

    fn paint(mut self) {
        let mut next = Instant::now();
        // How long a frame takes, lately.
        let mut takes = 0.02;
        let (mut last, mut rate) = (next, 0.0);
        let mut moment = f64::NEG_INFINITY;
        loop {
            loop {
                match self.happened.try_recv() {
                    Ok(happening) => self.painter.happen(&happening),
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => return,
                }
            }
            self.wishes.try_iter().for_each(|wish| self.painter.wish(wish));
            let began = Instant::now();
            let seconds = began.saturating_duration_since(self.began).as_secs_f64();
            moment = later(moment, seconds + takes + ON_THE_WAY + self.offset);
            self.painter.rest(!self.screen.looked_within(LOOKING));
            let frame = self.pool.install(|| self.painter.frame(moment));
            self.screen.show(frame);
            let every = began.saturating_duration_since(std::mem::replace(&mut last, began)).as_secs_f64();
            rate += (1.0 / every.max(1e-3) - rate) * 0.1;
            self.screen.tell(Status { rate: rate as f32, ..self.painter.status().clone() });
            takes += (began.elapsed().as_secs_f64().min(0.5) - takes) * 0.2;
            let every = if self.screen.looked_within(LOOKING) { 1.0 / self.fps } else { IDLE };
            next = (next + Duration::from_secs_f64(every)).max(Instant::now());
            // Whoever comes to look, or wants something, does not wait for an idle painter.
            while let Some(left) = next.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
                thread::sleep(left.min(Duration::from_millis(20)));
                if every == IDLE && self.screen.looked_within(LOOKING) {
                    next = Instant::now();
                }
            }
        }
    }
}

/// The moment of the next frame. A painter who becomes quicker would otherwise be sent back in time.
fn later(before: f64, meant: f64) -> f64 {
    meant.max(before + 1e-3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_on_when_frames_become_quicker() {
        let (mut takes, mut seconds, mut moment) = (0.02, 0.0, f64::NEG_INFINITY);
        for n in 0..60 {
            let before = moment;
            moment = later(moment, seconds + takes);
            assert!(moment > before, "frame {n}: from {before} to {moment}");
            let took: f64 = if n < 30 { 0.5 } else { 0.008 };
            seconds += took.max(1.0 / 60.0);
            takes += (took - takes) * 0.2;
        }
        assert!((moment - seconds).abs() < 0.1, "and it does not run ahead for good");
    }
}
