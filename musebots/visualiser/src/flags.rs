//! What the visualiser's flags ask for.

use crate::Mode;
use anyhow::{Context, bail};
use musebot_kit::Setup;

/// Name, value's name, help.
pub(crate) const ALL: &[(&str, &str, &str)] = &[
    (
        "content",
        "WHAT",
        "What lies behind the drawing: a picture, a folder of pictures (the next one with each section), `camera` or \
         `camera:DEVICE` (needs ffmpeg), `ffmpeg:ARGUMENTS` for anything that ffmpeg can read, or `drawing` for nothing \
         [default: drawing]",
    ),
    (
        "show",
        "MODE",
        "living (the fast network paints over the drawing), paint (a painting is worked on from phrase to phrase), \
         or plain (the drawing itself) [default: living]",
    ),
    ("size", "WIDTHxHEIGHT", "How many pixels are painted, 16 to 2048 a side [default: 384x216]"),
    ("fps", "NUMBER", "Frames a second, at most, 1 to 60; a render has 25 [default: 20]"),
    ("threads", "NUMBER", "Processors that may paint when nobody else wants them [default: all but one]"),
    (
        "page",
        "PORT",
        "The port on this machine where the page is, 0 for any that is free [default: 8626, or else any that is free]",
    ),
    (
        "window",
        "WHICH",
        "A window of its own beside the page: yes, fullscreen, or no; needs a build with `--features window` [default: no]",
    ),
    ("offset", "MS", "How much earlier frames are shown, for a slow projector, -500 to 2000 [default: 0]"),
];

/// A window of the bot's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opens {
    Window,
    Fullscreen,
}

/// The flags, read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Flags {
    pub(crate) content: String,
    pub(crate) mode: Mode,
    pub(crate) size: (usize, usize),
    pub(crate) fps: f64,
    pub(crate) threads: usize,
    /// `None`: the usual one, or any.
    pub(crate) page: Option<u16>,
    pub(crate) window: Option<Opens>,
    /// Seconds.
    pub(crate) offset: f64,
}

impl Flags {
    pub(crate) fn read(setup: &Setup, processors: usize) -> anyhow::Result<Self> {
        let spare = if setup.rendering { processors } else { processors.saturating_sub(1) };
        Ok(Self {
            content: setup.flag("content").unwrap_or("drawing").to_owned(),
            mode: mode(setup.flag("show"))?,
            size: size(setup.flag("size"))?,
            fps: setup.number("fps", 1.0..=60.0)?.unwrap_or(20.0),
            threads: setup.number("threads", 1..=256)?.unwrap_or(spare.max(1)),
            page: setup.number("page", 0..=u16::MAX)?,
            window: window(setup.flag("window"))?,
            offset: setup.number("offset", -500.0..=2000.0)?.unwrap_or(0.0) / 1000.0,
        })
    }
}

fn mode(given: Option<&str>) -> anyhow::Result<Mode> {
    Ok(match given.unwrap_or("living") {
        "living" => Mode::Living,
        "paint" => Mode::Paint,
        "plain" => Mode::Plain,
        other => bail!("failed to show `{other}`: there are living, paint, plain"),
    })
}

fn window(given: Option<&str>) -> anyhow::Result<Option<Opens>> {
    Ok(match given.unwrap_or("no") {
        "no" => None,
        "yes" => Some(Opens::Window),
        "fullscreen" => Some(Opens::Fullscreen),
        other => bail!("failed to read `--window {other}`: yes, fullscreen or no is meant"),
    })
}

fn size(given: Option<&str>) -> anyhow::Result<(usize, usize)> {
    let Some(given) = given else { return Ok((384, 216)) };
    let side = |text: &str| text.trim().parse().ok().filter(|side| (16..=2048).contains(side));
    let (width, height) = given.split_once(['x', 'X', '×']).unwrap_or((given, given));
    side(width).zip(side(height)).with_context(|| {
        format!("failed to read the size `{given}`: something like 384x216 is meant, 16 to 2048 a side")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(flags: &[(&str, &str)]) -> anyhow::Result<Flags> {
        let mut setup = Setup::rehearsal("visualiser", 1);
        setup.rendering = false;
        setup.flags = flags.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Flags::read(&setup, 2)
    }

    #[test]
    fn one_processor_is_left_to_the_music() {
        assert_eq!(read(&[]).unwrap().threads, 1);
        assert_eq!(read(&[("threads", "2")]).unwrap().threads, 2);
    }

    #[test]
    fn a_size_is_two_sides_or_one() {
        assert_eq!(read(&[("size", "640x360")]).unwrap().size, (640, 360));
        assert_eq!(read(&[("size", "256")]).unwrap().size, (256, 256));
    }

    #[test]
    fn a_port_is_that_one_and_none_is_the_usual_one() {
        assert_eq!(read(&[]).unwrap().page, None);
        assert_eq!(read(&[("page", "0")]).unwrap().page, Some(0));
        assert_eq!(read(&[("page", "9000")]).unwrap().page, Some(9000));
    }

    #[test]
    fn a_window_comes_to_whoever_asks() {
        assert_eq!(read(&[]).unwrap().window, None);
        assert_eq!(read(&[("window", "no")]).unwrap().window, None);
        assert_eq!(read(&[("window", "yes")]).unwrap().window, Some(Opens::Window));
        assert_eq!(read(&[("window", "fullscreen")]).unwrap().window, Some(Opens::Fullscreen));
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        for (flag, value) in [
            ("show", "dance"),
            ("size", "huge"),
            ("size", "0x4"),
            ("size", "99999999999999999999x4"),
            ("fps", "0"),
            ("fps", "NaN"),
            ("threads", "-1"),
            ("page", "70000"),
            ("window", "ajar"),
            ("offset", "soon"),
        ] {
            let said = format!("{:#}", read(&[(flag, value)]).unwrap_err());
            assert!(said.contains(value), "{said}");
        }
    }
}
