//! When a message arrived: the system stamps it with a clock of its own, and calls us some time
//! later. The quickest calls tell how the two clocks lie to each other. Pure.

use std::time::{Duration, Instant};

/// What is known of the stamping clock.
#[derive(Debug, Default)]
pub(crate) struct Arrival {
    /// When it showed zero, as the quickest call had it.
    zero: Option<Instant>,
}

/// The clocks may run apart: of every wait that was longer than the quickest, so much is believed.
const BELIEVED: u32 = 1000;
/// A clock that is off by this much was set, or a message was kept back: begin anew.
const STRANGE: Duration = Duration::from_millis(250);

impl Arrival {
    /// The instant of arrival of a message that we were called for now. Realtime-safe: yes.
    pub(crate) fn instant(&mut self, now: Instant, stamp: Duration) -> Instant {
        let Some(zero) = now.checked_sub(stamp) else { return now };
        let known = match self.zero {
            Some(known) if zero < known => zero,
            Some(known) if zero - known > STRANGE => zero,
            Some(known) => known + (zero - known) / BELIEVED,
            None => zero,
        };
        self.zero = Some(known);
        (known + stamp).min(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Duration = Duration::from_secs(5);

    fn ms(n: f64) -> Duration {
        Duration::from_secs_f64(n / 1000.0)
    }

    #[test]
    fn late_calls_do_not_make_late_arrivals() {
        let (mut arrival, zero) = (Arrival::default(), Instant::now());
        let mut at = |sent: f64, delay: f64| {
            let told = arrival.instant(zero + START + ms(sent + delay), START + ms(sent));
            told.duration_since(zero + START).as_secs_f64() * 1000.0 - sent
        };
        assert!((at(0.0, 0.1) - 0.1).abs() < 0.001);
        assert!((at(20.0, 5.0) - 0.1).abs() < 0.01);
        assert!((at(40.0, 0.05) - 0.05).abs() < 0.001);
        assert!((at(60.0, 3.0) - 0.05).abs() < 0.01);
    }

    #[test]
    fn a_clock_that_jumps_is_learnt_anew() {
        let (mut arrival, now) = (Arrival::default(), Instant::now() + START);
        arrival.instant(now, START);
        let told = arrival.instant(now + ms(1000.0), ms(10.0));
        assert_eq!(told, now + ms(1000.0));
    }
}
