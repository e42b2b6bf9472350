//! The audio thread's side of an audio output: takes events from the ring, sounds them, and
//! tells what happened.

use crate::sounding::{Sounding, Stamped};
use musebot_devices::CallbackTime;
use rtrb::{Consumer, Producer};

/// What the audio thread tells the control thread.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Report {
    /// A callback came for the frames from `frame` on.
    Called { frame: u64, time: CallbackTime },
    /// A note began at this frame.
    Begun { id: u32, frame: u64 },
}

/// What lives on the audio thread.
pub(crate) struct Callback {
    pub(crate) sounding: Sounding,
    pub(crate) events: Consumer<Stamped>,
    pub(crate) reports: Producer<Report>,
}

impl Callback {
    /// Realtime-safe: yes. When nobody reads the reports, they are lost, and nothing else is.
    pub(crate) fn fill(&mut self, out: &mut [[f32; 2]], time: CallbackTime) {
        while let Ok(event) = self.events.pop() {
            self.sounding.push(event);
        }
        let reports = &mut self.reports;
        let _ = reports.push(Report::Called { frame: self.sounding.frame(), time });
        self.sounding.render_noting(out, |id, frame| _ = reports.push(Report::Begun { id, frame }));
    }
}
