//! From a line of text to words: what is a word, what it is written in, and what follows it. Any text can be read; what has no
//! letters and no digits is only seen.

use super::{
    Language, Pause, Phone, Stress, Syllable, Word, english, latin, letters, numbers,
    sound::{Sound, sounds},
    spanish, syllables,
};

mod alphabet;

/// Letters in a word, at most. A longer one is read as several.
const MOST_LETTERS: usize = 40;

/// Reads a line.
#[must_use]
pub fn read(text: &str, language: Language) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut before = String::new();
    for token in text.split_whitespace() {
        let cores = cores(token);
        if cores.is_empty() {
            // Punctuation that stands alone belongs to the word before it, or to the first one.
            match words.last_mut() {
                Some(word) => follow(word, token),
                None => before = if before.is_empty() { token.to_owned() } else { format!("{before} {token}") },
            }
            continue;
        }
        for (nth, core) in cores.iter().enumerate() {
            let start = if nth == 0 { 0 } else { core.start };
            let end = cores.get(nth + 1).map_or(token.len(), |next| next.start);
            let opening = std::mem::take(&mut before);
            let opening = if opening.is_empty() { opening } else { opening + " " } + &token[start..core.start];
            if opening.contains(['(', '[', '—', '–'])
                && let Some(word) = words.last_mut()
            {
                word.pause = word.pause.max(Pause::Comma);
            }
            let inside = nth + 1 < cores.len();
            let written = Written { opening, core: &token[core.clone()], closing: &token[core.end..end] };
            let mut word = written.word(words.last(), language);
            if inside && word.pause == Pause::Stop {
                // As in 3.5 and e.g.
                word.pause = Pause::None;
            }
            words.push(word);
        }
    }
    if language == Language::Spanish {
        soften(&mut words);
    }
    words
}

/// The last syllable that shows anything.
fn last_shown(syllables: &mut [Syllable]) -> Option<&mut Syllable> {
    let shown = syllables.iter().rposition(|syllable| !syllable.text.is_empty())?;
    syllables.get_mut(shown)
}

/// Hangs a piece of punctuation on a word.
fn follow(word: &mut Word, token: &str) {
    for text in [Some(&mut word.text), last_shown(&mut word.syllables).map(|last| &mut last.text)].into_iter().flatten()
    {
        text.push(' ');
        text.push_str(token);
    }
    word.pause = word.pause.max(pause(token));
}

/// What punctuation says about the time after a word.
fn pause(closing: &str) -> Pause {
    let has = |what: &[char]| closing.contains(what);
    if has(&['?', '？', '؟']) {
        Pause::Question
    } else if has(&['!', '！']) {
        Pause::Exclamation
    } else if closing.contains("..")
        || has(&['…', ',', ';', ':', '—', '–', '―', ')', ']', '(', '[', '/', '，', '、', '¡', '¿'])
        || closing.contains("--")
    {
        Pause::Comma
    } else if has(&['.', '。']) {
        Pause::Stop
    } else {
        Pause::None
    }
}

/// Where the words of a token are: letters and digits, apostrophes anywhere, single hyphens between them.
fn cores(token: &str) -> Vec<std::ops::Range<usize>> {
    let chars: Vec<(usize, char)> = token.char_indices().collect();
    let mut cores: Vec<std::ops::Range<usize>> = Vec::new();
    let mut open: Option<std::ops::Range<usize>> = None;
    let (mut sounding, mut length) = (false, 0);
    for (nth, &(at, letter)) in chars.iter().enumerate() {
        let neighbour = |step: isize| nth.checked_add_signed(step).and_then(|place| chars.get(place)).map(|&(_, c)| c);
        let between = |is: fn(char) -> bool| neighbour(-1).is_some_and(is) && neighbour(1).is_some_and(is);
        let sounds = letter.is_alphanumeric() || letter == '&';
        let belongs = sounds
            || alphabet::is_apostrophe(letter)
            || alphabet::is_mark(letter)
            || (alphabet::is_hyphen(letter) && between(char::is_alphanumeric))
            || (matches!(letter, '.' | ',') && between(|c| c.is_ascii_digit()) && is_thousands(&chars[nth + 1..]));
        if belongs && length < MOST_LETTERS {
            let core = open.get_or_insert(at..at);
            core.end = at + letter.len_utf8();
            sounding |= sounds;
            length += 1;
        } else {
            cores.extend(open.take().filter(|_| sounding));
            (sounding, length) = (false, 0);
            if belongs {
                (open, sounding, length) = (Some(at..at + letter.len_utf8()), sounds, 1);
            }
        }
    }
    cores.extend(open.filter(|_| sounding));
    cores
}

/// Whether a point or a comma before this parts thousands.
fn is_thousands(after: &[(usize, char)]) -> bool {
    after.iter().take_while(|(_, digit)| digit.is_ascii_digit()).count() == 3
}

/// A word on paper.
struct Written<'a> {
    opening: String,
    core: &'a str,
    closing: &'a str,
}

impl Written<'_> {
    fn word(&self, before: Option<&Word>, language: Language) -> Word {
        let mut said: Vec<Syllable> = Vec::new();
        let title = title(self.core, language).filter(|_| self.closing.starts_with('.'));
        let kings =
            before.filter(|word| word.text.starts_with(char::is_uppercase)).and_then(|_| numbers::of_a_king(self.core));
        if let Some(king) = kings {
            let the = (language != Language::Spanish).then(|| "the".to_owned());
            let words = the.into_iter().chain(numbers::ordinal(king, language));
            said.extend(spoken(words, self.core, language));
        } else if let Some(number) = in_a_row(self.core).filter(|_| language != Language::Spanish) {
            said.extend(spoken(numbers::ordinal(number, language).into_iter(), self.core, language));
        } else if let Some(title) = title {
            said.extend(spoken(std::iter::once(title.to_owned()), self.core, language));
        } else {
            for part in parts(self.core) {
                said.extend(part_of(part, language));
            }
        }
        if let Some(first) = said.first_mut() {
            first.text.insert_str(0, &self.opening);
        }
        if let Some(last) = last_shown(&mut said) {
            last.text.push_str(self.closing);
        }
        let text = format!("{}{}{}", self.opening, self.core, self.closing);
        let closing = if title.is_some() { &self.closing[1..] } else { self.closing };
        Word { text, syllables: said, pause: pause(closing) }
    }
}

/// `3rd`.
fn in_a_row(core: &str) -> Option<u32> {
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|end| core.strip_suffix(end))?;
    digits.parse().ok().filter(|number| *number < 10_000)
}

/// What is written short before a name, with a full stop that stops nothing.
fn title(core: &str, language: Language) -> Option<&'static str> {
    #[rustfmt::skip]
    const ENGLISH: [(&str, &str); 6] = [
        ("Mr", "mister"), ("Mrs", "missis"), ("Ms", "miz"), ("Dr", "doctor"), ("St", "saint"), ("Sr", "senior"),
    ];
    #[rustfmt::skip]
    const SPANISH: [(&str, &str); 8] = [
        ("Sr", "señor"), ("Sra", "señora"), ("Srta", "señorita"), ("Dr", "doctor"), ("Dra", "doctora"), ("D", "don"),
        ("Ud", "usted"), ("Uds", "ustedes"),
    ];
    let titles: &[(&str, &'static str)] = if language == Language::Spanish { &SPANISH } else { &ENGLISH };
    titles.iter().find(|(short, _)| *short == core).map(|(_, title)| *title)
}

/// The pieces of a word that are read one by one: runs of letters, runs of digits, an ampersand, and what a hyphen joins.
fn parts(core: &str) -> Vec<&str> {
    let kind = |letter: char| match letter {
        '0'..='9' => 1,
        '&' => 2,
        _ => 0,
    };
    let chars: Vec<(usize, char)> = core.char_indices().collect();
    let mut cuts = vec![0];
    for (nth, pair) in chars.windows(2).enumerate() {
        let ((_, left), (next, right)) = (pair[0], pair[1]);
        let in_number = |letter: char, beside: Option<&(usize, char)>| {
            matches!(letter, '.' | ',') && beside.is_some_and(|(_, beside)| beside.is_ascii_digit())
        };
        let same = kind(left) == kind(right)
            || in_number(right, chars.get(nth + 2))
            || in_number(left, nth.checked_sub(1).and_then(|before| chars.get(before)))
            || alphabet::is_hyphen(right);
        if !same || alphabet::is_hyphen(left) {
            cuts.push(next);
        }
    }
    cuts.push(core.len());
    cuts.windows(2).map(|cut| &core[cut[0]..cut[1]]).filter(|part| !part.is_empty()).collect()
}

/// A piece of a word in syllables.
fn part_of(part: &str, language: Language) -> Vec<Syllable> {
    if part.starts_with(|first: char| first.is_ascii_digit()) {
        let digits: String = part.chars().filter(char::is_ascii_digit).collect();
        return spoken(numbers::spoken(&digits, language).into_iter(), part, language);
    }
    if part.starts_with('&') {
        let and = if language == Language::Spanish { "y" } else { "and" };
        return spoken(std::iter::once(and.to_owned()), part, language);
    }
    let spelling = alphabet::spelling(part, language);
    let said = say(&spelling.letters, part, language);
    let plain = spelling.plain();
    let beginnings = letters::beginnings(&plain, &said);
    let syllables = syllables::split(&said, begins(language));
    let mut cuts: Vec<usize> = syllables
        .iter()
        .map(|syllable| {
            spelling
                .at
                .get(letters::cut(&plain, &beginnings, syllable.start, language != Language::Spanish))
                .copied()
                .unwrap_or(part.len())
        })
        .collect();
    cuts[0] = 0;
    cuts.push(part.len());
    syllables
        .into_iter()
        .zip(cuts.windows(2))
        .map(|(syllable, cut)| syllables::syllable(&said[syllable], part.get(cut[0]..cut[1]).unwrap_or_default()))
        .collect()
}

/// Other words in the place of what is written: the first syllable shows it all.
fn spoken(words: impl Iterator<Item = String>, written: &str, language: Language) -> Vec<Syllable> {
    let mut said: Vec<Syllable> = words.flat_map(|word| part_of(&word, language)).collect();
    for (nth, syllable) in said.iter_mut().enumerate() {
        syllable.text = if nth == 0 { written.to_owned() } else { String::new() };
    }
    said
}

fn begins(language: Language) -> fn(&[Phone]) -> bool {
    if language == Language::Spanish { spanish::begins } else { english::begins }
}

/// The sounds of letters, with one vowel at least.
fn say(letters: &str, written: &str, language: Language) -> Vec<Sound> {
    let vowels = letters.bytes().any(super::rules::is_vowel);
    let capitals = (2..6).contains(&written.len()) && written.chars().all(|letter| letter.is_ascii_uppercase());
    let alone = letters.len() == 1 && letters.is_ascii();
    let said: Vec<Sound> = match language {
        _ if !vowels && (alone || capitals) => letters.bytes().flat_map(|letter| name_of(letter, language)).collect(),
        Language::English => english::say(letters),
        Language::Spanish => spanish::say(letters),
        Language::Latin => latin::say(letters),
    };
    if said.iter().any(|sound| sound.is_vowel()) { said } else { said.into_iter().chain(dull()).collect() }
}

/// What a letter is called.
fn name_of(letter: u8, language: Language) -> Vec<Sound> {
    #[rustfmt::skip]
    const SPANISH: [&str; 26] = [
        "a", "be", "ce", "de", "e", "efe", "ge", "hache", "i", "jota", "ca", "ele", "eme", "ene", "o", "pe", "cu", "erre",
        "ese", "te", "u", "uve", "uvedoble", "equis", "ye", "zeta",
    ];
    if language != Language::Spanish {
        return english::letter(letter);
    }
    let name = letter.checked_sub(b'a').and_then(|nth| SPANISH.get(usize::from(nth)));
    name.map_or_else(Vec::new, |name| spanish::say(name))
}

/// What is said where nothing is known.
fn dull() -> impl Iterator<Item = Sound> {
    sounds("@").map(|sound| sound.stressed(Stress::Full))
}

/// Where a Spanish word follows another without a pause, its first b, d or g is soft.
fn soften(words: &mut [Word]) {
    for nth in 1..words.len() {
        let last = words[nth - 1].syllables.last().and_then(|syllable| syllable.phones().last());
        let after = last.filter(|_| words[nth - 1].pause == Pause::None);
        if let (Some(after), Some(syllable)) = (after, words[nth].syllables.first_mut())
            && let Some(first) = syllable.onset.first_mut()
        {
            *first = spanish::softened(*first, after);
        }
    }
}
