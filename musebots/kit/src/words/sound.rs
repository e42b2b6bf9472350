//! Sounds as the tables write them: a letter a sound, a mark before a syllable that is stressed.
//!
//! i beet, I bit, e bet, a bat, A father, V but, @ about, O thought, U book, u boot, 3 bird; E bay, Y my, o go, W how, Q boy;
//! y yes, N sing, T thin, D then, S she, Z vision, c chin, j gin, x loch; the rest as in English. `'` a full stress, `,` a half one.

use super::{Phone, Stress};

/// A consonant, a vowel or a diphthong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sound {
    pub(super) first: Phone,
    /// The end of a diphthong.
    pub(super) second: Option<Phone>,
    pub(super) stress: Stress,
}

impl Sound {
    pub(super) fn new(first: Phone) -> Self {
        Self { first, second: None, stress: Stress::Weak }
    }

    pub(super) fn glide(first: Phone, second: Phone) -> Self {
        Self { first, second: Some(second), stress: Stress::Weak }
    }

    pub(super) fn stressed(self, stress: Stress) -> Self {
        Self { stress, ..self }
    }

    pub(super) fn is_vowel(self) -> bool {
        self.first.is_vowel()
    }
}

/// The sound that a letter of the tables stands for.
fn sound(letter: u8) -> Option<Sound> {
    use Phone::{A, Aa, Ae, Ah, Ao, Ax, B, Ch, D, Dh, E, Eh, Er, F, G, Hh, Ih, Iy, Jh, K, L, M, N, Ng, O, P, R, S, Sh};
    use Phone::{T, Th, Uh, Uw, V, W, X, Y, Z, Zh};
    let first = match letter {
        b'E' => return Some(Sound::glide(E, Ih)),
        b'Y' => return Some(Sound::glide(A, Ih)),
        b'o' => return Some(Sound::glide(O, Uh)),
        b'W' => return Some(Sound::glide(A, Uh)),
        b'Q' => return Some(Sound::glide(Ao, Ih)),
        b'i' => Iy,
        b'I' => Ih,
        b'e' => Eh,
        b'a' => Ae,
        b'A' => Aa,
        b'V' => Ah,
        b'@' => Ax,
        b'O' => Ao,
        b'U' => Uh,
        b'u' => Uw,
        b'3' => Er,
        b'y' => Y,
        b'w' => W,
        b'l' => L,
        b'r' => R,
        b'm' => M,
        b'n' => N,
        b'N' => Ng,
        b'p' => P,
        b'b' => B,
        b't' => T,
        b'd' => D,
        b'k' => K,
        b'g' => G,
        b'f' => F,
        b'v' => V,
        b'T' => Th,
        b'D' => Dh,
        b's' => S,
        b'z' => Z,
        b'S' => Sh,
        b'Z' => Zh,
        b'h' => Hh,
        b'x' => X,
        b'c' => Ch,
        b'j' => Jh,
        _ => return None,
    };
    Some(Sound::new(first))
}

/// What a table writes, with the stresses that are written.
pub(super) fn sounds(code: &str) -> impl Iterator<Item = Sound> + '_ {
    let mut stress = Stress::Weak;
    code.bytes().filter_map(move |letter| {
        match letter {
            b'\'' => stress = Stress::Full,
            b',' => stress = Stress::Half,
            _ => {
                let sound = sound(letter)?;
                return Some(if sound.is_vowel() { sound.stressed(std::mem::take(&mut stress)) } else { sound });
            }
        }
        None
    })
}
