//! Letters and their relatives: an accent joined to its letter, the same letter without it, plain signs for typographic ones.
//! Latin only, from a table; other alphabets pass through untouched.

/// One row per accent: its combining mark, then pairs of a plain letter and the letter that carries it.
const ACCENTS: [(char, &str); 9] = [
    ('\u{300}', "aàeèiìoòuùnǹAÀEÈIÌOÒUÙNǸ"),
    ('\u{301}', "aáeéiíoóuúyýcćlĺnńrŕsśzźAÁEÉIÍOÓUÚYÝCĆLĹNŃRŔSŚZŹ"),
    ('\u{302}', "aâeêiîoôuûcĉgĝhĥjĵsŝwŵyŷAÂEÊIÎOÔUÛCĈGĜHĤJĴSŜWŴYŶ"),
    ('\u{303}', "aãnñoõiĩuũAÃNÑOÕIĨUŨ"),
    ('\u{304}', "aāeēiīoōuūyȳAĀEĒIĪOŌUŪYȲ"),
    ('\u{306}', "aăeĕgğiĭoŏuŭAĂEĔGĞIĬOŎUŬ"),
    ('\u{308}', "aäeëiïoöuüyÿAÄEËIÏOÖUÜYŸ"),
    ('\u{30c}', "cčdďeěnňrřsštťzžCČDĎEĚNŇRŘSŠTŤZŽ"),
    ('\u{327}', "cçsşgģkķlļnņCÇSŞGĢKĶLĻNŅ"),
];

/// A letter and the combining mark after it, as one letter.
pub(super) fn join(letter: char, mark: char) -> Option<char> {
    let (_, pairs) = ACCENTS.iter().find(|(accent, _)| *accent == mark)?;
    let letters: Vec<char> = pairs.chars().collect();
    letters.chunks_exact(2).find(|pair| pair[0] == letter).map(|pair| pair[1])
}

/// Whether this is a mark over or under the letter before it.
pub(super) fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}')
}

/// What to write where the letter itself is not to be had: the nearest first.
pub(super) fn relatives(letter: char) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |relative: String| {
        if !relative.is_empty() && !found.contains(&relative) {
            found.push(relative);
        }
    };
    for plain in
        [Some(letter.to_string()), signs(letter), without_accent(letter).map(String::from)].into_iter().flatten()
    {
        add(plain.clone());
        add(plain.to_lowercase());
        add(plain.to_uppercase());
    }
    if letter.is_whitespace() {
        [" ", "\n"].into_iter().for_each(|blank| add(blank.into()));
    }
    found
}

fn without_accent(letter: char) -> Option<char> {
    ACCENTS.iter().find_map(|(_, pairs)| {
        let letters: Vec<char> = pairs.chars().collect();
        letters.chunks_exact(2).find(|pair| pair[1] == letter).map(|pair| pair[0])
    })
}

fn signs(letter: char) -> Option<String> {
    let plain = match letter {
        '‘' | '’' | '‚' | '´' | '`' | 'ʼ' => "'",
        '“' | '”' | '„' | '«' | '»' => "\"",
        '‐' | '‑' | '‒' | '–' | '—' | '―' => "-",
        '…' => "...",
        '¡' => "!",
        '¿' => "?",
        'æ' => "ae",
        'Æ' => "Ae",
        'œ' => "oe",
        'Œ' => "Oe",
        'ß' => "ss",
        'ø' => "o",
        'Ø' => "O",
        'đ' | 'ð' => "d",
        'Đ' | 'Ð' => "D",
        'ł' => "l",
        'Ł' => "L",
        'ı' => "i",
        _ => return None,
    };
    Some(plain.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_accent_is_joined_to_its_letter() {
        assert_eq!(join('n', '\u{303}'), Some('ñ'));
        assert_eq!(join('U', '\u{308}'), Some('Ü'));
        assert_eq!(join('q', '\u{303}'), None);
    }

    #[test]
    fn the_nearest_relative_comes_first() {
        assert_eq!(relatives('É')[..3], ["É", "é", "E"]);
        assert_eq!(relatives('—')[1], "-");
        assert_eq!(relatives('x'), ["x", "X"]);
    }

    #[test]
    fn the_table_has_pairs_of_single_letters() {
        for (mark, pairs) in ACCENTS {
            assert!(is_mark(mark) && pairs.chars().count() % 2 == 0, "{pairs}");
        }
    }
}
