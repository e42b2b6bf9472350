//! What keys mean in the window: the same as on the page.

use crate::{Mode, Wish};
use winit::keyboard::{Key, NamedKey};

/// How much `+` and `-` change the painting.
const STEP: f32 = 0.1;

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Does {
    Wish(Wish),
    /// Fullscreen or not.
    Fullscreen,
    /// Fill the window, or show all of the picture.
    Fit,
    /// Out of fullscreen.
    Leave,
}

/// Said once, where there is nothing to write it on.
pub(super) const KEYS: &str = "keys in the window: ←/→ and 0–9 styles, a the music chooses, m mode, +/− more or less \
    painting, f fullscreen, c fill or fit";

/// What this key does while `mode` is shown.
pub(super) fn does(key: &Key, mode: Mode) -> Option<Does> {
    let wish = match key.as_ref() {
        Key::Named(NamedKey::ArrowLeft) => Wish::Next(-1),
        Key::Named(NamedKey::ArrowRight) => Wish::Next(1),
        Key::Named(NamedKey::F11) => return Some(Does::Fullscreen),
        Key::Named(NamedKey::Escape) => return Some(Does::Leave),
        Key::Character(sign) => match sign {
            "f" | "F" => return Some(Does::Fullscreen),
            "c" | "C" => return Some(Does::Fit),
            "a" | "A" => Wish::Auto,
            "m" | "M" => Wish::Mode(match mode {
                Mode::Living => Mode::Paint,
                Mode::Paint => Mode::Plain,
                Mode::Plain => Mode::Living,
            }),
            "+" | "=" => Wish::Stronger(STEP),
            "-" | "−" => Wish::Stronger(-STEP),
            digit => Wish::Style(digit.parse().ok().filter(|place| *place < 10)?),
        },
        _ => return None,
    };
    Some(Does::Wish(wish))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sign(sign: &str) -> Option<Does> {
        does(&Key::Character(sign.into()), Mode::Living)
    }

    #[test]
    fn keys_are_those_of_the_page() {
        assert_eq!(sign("7"), Some(Does::Wish(Wish::Style(7))));
        assert_eq!(sign("m"), Some(Does::Wish(Wish::Mode(Mode::Paint))));
        assert_eq!(sign("+"), Some(Does::Wish(Wish::Stronger(STEP))));
        assert_eq!(sign("f"), Some(Does::Fullscreen));
        assert_eq!(does(&Key::Named(NamedKey::F11), Mode::Living), Some(Does::Fullscreen));
        assert_eq!(does(&Key::Named(NamedKey::ArrowLeft), Mode::Living), Some(Does::Wish(Wish::Next(-1))));
    }

    #[test]
    fn other_keys_do_nothing() {
        for other in ["x", "é", "10", "", "?"] {
            assert_eq!(sign(other), None, "{other}");
        }
        assert_eq!(does(&Key::Named(NamedKey::Shift), Mode::Living), None);
    }
}
