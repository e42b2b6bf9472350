//! A render knows no seconds of real time: what the file says in seconds becomes bar lines.

use crate::ensemble::{Ensemble, Length};
use std::time::Duration;

/// Who is launched later enters at the bar line after that
/// time, and who leaves after a time leaves there.
pub(super) fn in_bars(ensemble: &mut Ensemble) {
    let (tempo, meter) = (ensemble.tempo, ensemble.meter);
    let bar_line = |time: Duration| Length::Seconds(time.as_secs_f64()).in_bars(tempo, meter) + 1;
    for bot in &mut ensemble.bots {
        let delay = std::mem::take(&mut bot.delay);
        if !delay.is_zero() {
            bot.enter = bot.enter.max(bar_line(delay));
        }
        if let Some(time) = bot.leave_after.take() {
            let leave = bar_line(delay + time).max(bot.enter + 1);
            bot.leave = Some(bot.leave.map_or(leave, |said| said.min(leave)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_in_the_file_become_bar_lines() {
        // At 120 a bar of 4/4 takes 2 s.
        let text = "[[bot]]\nid = \"a\"\nprogram = \"a\"\ndelay = 5\nleave-after = 4\n\
                    [[bot]]\nid = \"b\"\nprogram = \"b\"\nenter = 9\nleave-after = 4\n\
                    [[bot]]\nid = \"c\"\nprogram = \"c\"\n";
        let mut ensemble = Ensemble::parse(text, "band.toml").unwrap();
        in_bars(&mut ensemble);
        let bars: Vec<_> = ensemble.bots.iter().map(|b| (b.enter, b.leave)).collect();
        assert_eq!(bars, [(4, Some(6)), (9, Some(10)), (1, None)]);
        assert!(ensemble.bots.iter().all(|b| b.delay.is_zero() && b.leave_after.is_none()));
    }
}
