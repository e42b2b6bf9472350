//! What is seen of a painting in the making: a bar with both losses on a terminal, elsewhere a line now and then.

use generative_models::neural_style::Losses;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

pub(crate) struct Screen {
    bar: ProgressBar,
    is_terminal: bool,
    length: usize,
    began: Instant,
    shown: Option<Instant>,
}

impl Screen {
    /// For so many evaluations.
    pub(crate) fn new(length: usize) -> Self {
        let style = ProgressStyle::with_template("{prefix}{bar:24} {pos}/{len} · {msg}");
        let bar = ProgressBar::new(length as u64);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { bar, is_terminal: std::io::stderr().is_terminal(), length, began: Instant::now(), shown: None }
    }

    /// Says what is being made, before the numbers.
    pub(crate) fn set_part(&self, part: &str) {
        self.bar.set_prefix(format!("{part} "));
        if !self.is_terminal {
            crate::say(format_args!("{part}"));
        }
    }

    /// Shows the losses after so many evaluations, of which `share` (0–1) of the work is done.
    pub(crate) fn show(&mut self, done: usize, share: f64, losses: &Losses) {
        let now = Instant::now();
        let spent = now - self.began;
        let left = spent.mul_f64((1.0 / share.max(1e-6) - 1.0).clamp(0.0, 1e6));
        let line = format!("{} · {} left", both(losses), clock(left));
        if self.is_terminal {
            if self.shown.is_none_or(|shown| now - shown > Duration::from_millis(100)) || done == self.length {
                self.shown = Some(now);
                self.bar.set_position(done as u64);
                self.bar.set_message(line);
            }
        } else if done == 1 || done * 10 / self.length != (done - 1) * 10 / self.length {
            crate::say(format_args!("{done}/{} · {line}", self.length));
        }
    }

    pub(crate) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// The losses as they enter the total.
pub(crate) fn both(losses: &Losses) -> String {
    let named = [("α·content", losses.content), ("β·style", losses.style), ("variation", losses.variation)];
    let parts = named.iter().filter(|(_, loss)| *loss != 0.0).map(|(name, loss)| format!("{name} {}", short(*loss)));
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { "loss 0".into() } else { parts.join(" · ") }
}

fn short(loss: f64) -> String {
    match loss {
        l if (0.01..1e5).contains(&l) => {
            let digits = 3 - (l.log10().floor() as i32).clamp(0, 3);
            format!("{l:.*}", digits as usize)
        }
        l => format!("{l:.2e}"),
    }
}

fn clock(time: Duration) -> String {
    let seconds = time.as_secs_f64().round() as u64;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, minutes, seconds) => format!("{minutes}:{seconds:02}"),
        (hours, minutes, seconds) => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_have_four_figures_and_those_that_are_none_are_left_out() {
        assert_eq!(both(&Losses { content: 1234.56, style: 7.0, variation: 0.0 }), "α·content 1235 · β·style 7.000");
        assert_eq!(both(&Losses { content: 0.0, style: 3e9, variation: 0.0 }), "β·style 3.00e9");
        assert_eq!(both(&Losses::default()), "loss 0");
    }

    #[test]
    fn time_is_read_as_on_a_clock() {
        assert_eq!(clock(Duration::from_millis(61_400)), "1:01");
        assert_eq!(clock(Duration::from_secs(3 * 3600 + 62)), "3:01:02");
    }
}
