//! Spanish as it is said in America: c and z are s, ll is y. Its letters say all, where the word leans too.

use super::{Phone, Stress, sound::Sound};

/// Little words that nothing leans on.
#[rustfmt::skip]
const LIGHT: [&str; 61] = [
    "el", "la", "los", "las", "lo", "un", "una", "de", "del", "al", "a", "en", "y", "e", "o", "u", "ni", "que", "se", "su",
    "sus", "mi", "mis", "tu", "tus", "te", "me", "le", "les", "nos", "os", "con", "por", "para", "sin", "como", "pero", "si",
    "sobre", "entre", "desde", "hasta", "porque", "cuando", "donde", "mas", "cual", "quien", "aunque", "pues", "sino", "tan",
    "nuestro", "nuestra", "nuestros", "nuestras", "vuestro", "vuestra", "cuyo", "cuya", "tras",
];

/// The sounds of a word in small letters, accents and all.
pub(super) fn say(word: &str) -> Vec<Sound> {
    let letters: Vec<char> = word.chars().collect();
    let mut said = Speech { letters: &letters, at: 0, sounds: Vec::with_capacity(letters.len()), accent: None };
    while said.at < letters.len() {
        said.step();
    }
    let (mut sounds, accent) = (said.sounds, said.accent);
    lean(&letters, &mut sounds, accent, LIGHT.contains(&word));
    sounds
}

/// Puts the stress where the accent is or, without one, by the ending.
fn lean(letters: &[char], sounds: &mut [Sound], accent: Option<usize>, light: bool) {
    let vowels: Vec<usize> = (0..sounds.len()).filter(|&place| sounds[place].is_vowel()).collect();
    if light || vowels.is_empty() {
        return;
    }
    let last = vowels.len() - 1;
    let mente = letters.len() > 7 && letters.ends_with(&['m', 'e', 'n', 't', 'e']);
    let penult = !letters.last().is_some_and(|&end| !is_vowel(end) && !matches!(end, 'n' | 's') || end == 'y');
    let by_ending = |last: usize, penult: bool| last.saturating_sub(usize::from(penult));
    let marked = accent.and_then(|accent| vowels.iter().position(|&place| place == accent));
    if mente && last >= 2 {
        // Adverbs in -mente lean twice.
        let stem = letters[letters.len() - 6];
        let of_stem = marked.unwrap_or_else(|| by_ending(last - 2, is_vowel(stem) || matches!(stem, 'n' | 's')));
        sounds[vowels[of_stem]].stress = Stress::Half;
        sounds[vowels[last - 1]].stress = Stress::Full;
    } else {
        sounds[vowels[marked.unwrap_or_else(|| by_ending(last, penult))]].stress = Stress::Full;
    }
}

fn is_vowel(letter: char) -> bool {
    "aeiouáéíóúü".contains(letter)
}

fn is_front(letter: char) -> bool {
    "eiéí".contains(letter)
}

/// What can be the lesser part of a diphthong.
fn is_weak(letter: char) -> bool {
    "iuü".contains(letter)
}

struct Speech<'a> {
    letters: &'a [char],
    at: usize,
    sounds: Vec<Sound>,
    /// The sound that bears the accent.
    accent: Option<usize>,
}

impl Speech<'_> {
    fn here(&self, ahead: usize) -> char {
        self.letters.get(self.at + ahead).copied().unwrap_or(' ')
    }

    fn before(&self) -> char {
        self.at.checked_sub(1).map_or(' ', |before| self.letters[before])
    }

    fn put(&mut self, letters: usize, phone: Phone) {
        self.at += letters;
        self.sounds.push(Sound::new(phone));
    }

    /// A vowel at a place, where a silent h does not count, and the place after it. A y at the end is one.
    fn vowel(&self, at: usize) -> Option<(char, usize)> {
        let h = usize::from(at > self.at && self.letters.get(at) == Some(&'h'));
        match self.letters.get(at + h) {
            Some('y') if at + h + 1 == self.letters.len() => Some(('i', at + h + 1)),
            Some(&letter) if is_vowel(letter) => Some((letter, at + h + 1)),
            _ => None,
        }
    }

    fn step(&mut self) {
        if self.vowel(self.at).is_some() { self.step_vowel() } else { self.step_consonant() }
    }

    fn step_vowel(&mut self) {
        let Some((this, after)) = self.vowel(self.at) else { return };
        let next = self.vowel(after);
        if is_weak(this) && next.is_some_and(|(next, _)| next != this && plain(next) != plain(this)) {
            self.sounds.push(Sound::new(if this == 'i' { Phone::Y } else { Phone::W }));
            self.at = after;
            return;
        }
        let mut nucleus = Sound::new(match plain(this) {
            'a' => Phone::A,
            'e' => Phone::E,
            'o' => Phone::O,
            'i' => Phone::Iy,
            _ => Phone::Uw,
        });
        if "áéíóú".contains(this) {
            self.accent = Some(self.sounds.len());
        }
        self.at = after;
        // A weak vowel after a strong one ends its diphthong, unless it begins the next.
        if let Some((weak, end)) = next
            && is_weak(weak)
            && !"íúiu".contains(this)
            && self.vowel(end).is_none_or(|(third, _)| third == weak)
        {
            nucleus.second = Some(if weak == 'i' { Phone::Iy } else { Phone::Uw });
            self.at = end;
        }
        self.sounds.push(nucleus);
    }

    fn step_consonant(&mut self) {
        let (this, next, third) = (self.here(0), self.here(1), self.here(2));
        let first = self.at == 0;
        let nasal = matches!(self.before(), 'm' | 'n' | 'ñ');
        match this {
            'b' | 'v' => self.put(1, if first || nasal { Phone::B } else { Phone::Beta }),
            'd' => self.put(1, if first || nasal || self.before() == 'l' { Phone::D } else { Phone::Delta }),
            'c' if next == 'h' => self.put(2, Phone::Ch),
            'c' | 'z' if this == 'z' || is_front(next) => self.put(1, Phone::S),
            'c' | 'k' => self.put(1, Phone::K),
            'q' => self.put(1 + usize::from(next == 'u' && is_front(third)), Phone::K),
            'g' if is_front(next) => self.put(1, Phone::X),
            'g' => {
                let silent = usize::from(next == 'u' && is_front(third));
                self.put(1 + silent, if first || nasal { Phone::G } else { Phone::Gamma });
            }
            'j' => self.put(1, Phone::X),
            'l' if next == 'l' => self.put(2, Phone::Y),
            'n' if "gckqjx".contains(next) && !(next == 'c' && (is_front(third) || third == 'h')) => {
                self.put(1, Phone::Ng)
            }
            'n' if matches!(next, 'b' | 'v' | 'p' | 'm' | 'f') => self.put(1, Phone::M),
            'r' if next == 'r' => self.put(2, Phone::Trill),
            'r' if first || matches!(self.before(), 'n' | 'l' | 's') => self.put(1, Phone::Trill),
            'r' => self.put(1, Phone::Tap),
            'p' if first && matches!(next, 's' | 't' | 'n') => self.at += 1,
            'p' if next == 'h' => self.put(2, Phone::F),
            's' if next == 'h' => self.put(2, Phone::Sh),
            's' if next == 'c' && is_front(third) => self.put(2, Phone::S),
            'x' => self.step_x(),
            'y' if self.letters.len() > 1 && !is_vowel(next) => self.put(1, Phone::Iy),
            'f' | 'l' | 'm' | 'n' | 'ñ' | 'p' | 's' | 't' | 'w' | 'y' => {
                const PLAIN: [(char, Phone); 10] = [
                    ('f', Phone::F),
                    ('l', Phone::L),
                    ('m', Phone::M),
                    ('n', Phone::N),
                    ('ñ', Phone::Ny),
                    ('p', Phone::P),
                    ('s', Phone::S),
                    ('t', Phone::T),
                    ('w', Phone::W),
                    ('y', Phone::Y),
                ];
                self.at += 1;
                self.sounds
                    .extend(PLAIN.iter().find(|(letter, _)| *letter == this).map(|(_, phone)| Sound::new(*phone)));
            }
            _ => self.at += 1,
        }
    }

    /// x is ks between vowels, s elsewhere, and j in old names of places.
    fn step_x(&mut self) {
        let word: String = self.letters.iter().collect();
        if ["mexic", "méxic", "texa", "oaxa", "xavier"].iter().any(|name| word.contains(name)) {
            return self.put(1, Phone::X);
        }
        if self.at > 0 && (is_vowel(self.here(1)) || self.here(1) == 'h' || self.at + 1 == self.letters.len()) {
            self.sounds.push(Sound::new(Phone::K));
        }
        self.put(1, Phone::S);
    }
}

fn plain(letter: char) -> char {
    match letter {
        'á' => 'a',
        'é' => 'e',
        'í' => 'i',
        'ó' => 'o',
        'ú' | 'ü' => 'u',
        other => other,
    }
}

/// What a syllable may begin with.
pub(super) fn begins(cluster: &[Phone]) -> bool {
    use Phone::{B, Beta, D, Delta, F, G, Gamma, K, L, Ng, P, T, Tap, W, Y};
    match cluster {
        [] => true,
        [one] => *one != Ng,
        [P | B | Beta | T | K | G | Gamma | F, L] | [P | B | Beta | T | D | Delta | K | G | Gamma | F, Tap] => true,
        [rest @ .., Y | W] => !matches!(rest.last(), Some(Y | W)) && begins(rest),
        _ => false,
    }
}

/// b, d and g at the beginning of a word, as they sound after the one before.
pub(super) fn softened(phone: Phone, after: Phone) -> Phone {
    use Phone::{B, Beta, D, Delta, G, Gamma, L, M, N, Ng, Ny};
    match phone {
        _ if matches!(after, M | N | Ng | Ny) => phone,
        B => Beta,
        D if after != L => Delta,
        G => Gamma,
        other => other,
    }
}
