//! The sounds that syllables are made of.

/// A speech sound. One alphabet for all languages: what a language has not, it does not use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
#[rustfmt::skip]
#[expect(missing_docs, reason = "each is shown by a word")]
pub enum Phone {
    // Vowels: beet, bit, (Spanish) e, bet, bat, (Spanish) a, father, but, about, thought, (Spanish) o, book, boot, bird.
    Iy, Ih, E, Eh, Ae, A, Aa, Ah, Ax, Ao, O, Uh, Uw, Er,
    // Glides and liquids: yes, we, let, red, (Spanish) pero, perro.
    Y, W, L, R, Tap, Trill,
    // Nasals: man, no, sing, (Spanish) ñ.
    M, N, Ng, Ny,
    // Plosives.
    P, B, T, D, K, G,
    // Spanish b, d, g between vowels.
    Beta, Delta, Gamma,
    // Fricatives: fee, vee, thin, then, see, zoo, she, vision, he, (Spanish) j.
    F, V, Th, Dh, S, Z, Sh, Zh, Hh, X,
    // Affricates: chin, gin.
    Ch, Jh,
}

impl Phone {
    /// Whether a syllable can rest on it.
    #[must_use]
    pub fn is_vowel(self) -> bool {
        self <= Self::Er
    }
}
