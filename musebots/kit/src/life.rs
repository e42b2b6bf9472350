//! When a bot goes: told off, told by a signal, or left alone by its conductor. Pure: time is
//! an argument, in seconds since the bot started.

/// Without an agentList for this long the conductor is gone.
pub(crate) const ABANDONED: f64 = 30.0;
/// How long the sound fades when we are told off, and when a signal ends us.
const FADE: f64 = 3.4;
const QUICK_FADE: f64 = 0.8;
/// From silence to the end, so that the last of it has left the output.
const AFTER: f64 = 0.15;

/// Why a bot goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// `/agent/off`, `/agent/kill`, `/agent/quit`, or Ctrl-C.
    ToldOff,
    /// SIGTERM: somebody is in a hurry.
    Terminated,
    /// No agentList for 30 s.
    Abandoned,
    /// Another bot ended the form.
    FormEnded,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Step {
    /// Fade to silence in this many seconds.
    Fade(f64, Why),
    /// The sound has faded: end the process.
    Exit,
}

/// The bot's life.
pub(crate) struct Life {
    listed: f64,
    leaving: Option<f64>,
}

impl Life {
    /// Begins at `now`. Being listed is counted from here, even if it never happens.
    pub(crate) fn new(now: f64) -> Self {
        Self { listed: now, leaving: None }
    }

    /// An agentList came: the conductor lives. Ticks do not count.
    pub(crate) fn listed(&mut self, now: f64) {
        self.listed = now;
    }

    /// Whether the bot is on its way out.
    pub(crate) fn leaves(&self) -> bool {
        self.leaving.is_some()
    }

    /// Goes, unless it is going that fast already.
    pub(crate) fn leave(&mut self, now: f64, why: Why) -> Option<Step> {
        let fade = if why == Why::Terminated { QUICK_FADE } else { FADE };
        let end = now + fade;
        let hurry = why == Why::Terminated && self.leaving.is_some_and(|at| end < at);
        if self.leaving.is_some() && !hurry {
            return None;
        }
        self.leaving = Some(end);
        Some(Step::Fade(fade, why))
    }

    /// What time itself demands.
    pub(crate) fn check(&mut self, now: f64) -> Option<Step> {
        match self.leaving {
            Some(end) => (now >= end + AFTER).then_some(Step::Exit),
            None if now - self.listed >= ABANDONED => self.leave(now, Why::Abandoned),
            None => None,
        }
    }

    /// When [`Self::check`] next has something to say.
    pub(crate) fn wake(&self) -> f64 {
        self.leaving.map_or(self.listed + ABANDONED, |end| end + AFTER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b13_told_off_it_fades_for_3_to_4_seconds_and_is_gone_within_5() {
        let mut life = Life::new(0.0);
        let Some(Step::Fade(fade, Why::ToldOff)) = life.leave(10.0, Why::ToldOff) else { panic!() };
        assert!((3.0..=3.8).contains(&fade));
        assert_eq!(life.check(10.0 + fade), None);
        assert_eq!(life.check(14.9), Some(Step::Exit));
        assert_eq!(life.leave(11.0, Why::ToldOff), None, "being told twice is no news");
    }

    #[test]
    fn a_sigterm_fades_within_a_second_even_in_the_middle_of_a_long_fade() {
        let mut life = Life::new(0.0);
        life.leave(10.0, Why::ToldOff);
        let Some(Step::Fade(fade, _)) = life.leave(10.5, Why::Terminated) else { panic!() };
        assert!(fade <= 1.0);
        assert_eq!(life.check(12.0), Some(Step::Exit));
    }

    #[test]
    fn b12_without_an_agent_list_for_30_s_it_goes_and_not_before() {
        let mut life = Life::new(0.0);
        assert_eq!(life.check(29.9), None);
        life.listed(20.0);
        assert_eq!(life.check(49.9), None);
        assert!(matches!(life.check(50.0), Some(Step::Fade(_, Why::Abandoned))));
        assert_eq!(life.check(54.0), Some(Step::Exit));
    }
}
