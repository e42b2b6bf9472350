//! Numbers as they are spoken, and kings by theirs.

use super::Language;

#[rustfmt::skip]
const ENGLISH: [&str; 20] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
];
const TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
#[rustfmt::skip]
const SPANISH: [&str; 30] = [
    "cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce", "trece",
    "catorce", "quince", "dieciséis", "diecisiete", "dieciocho", "diecinueve", "veinte", "veintiuno", "veintidós",
    "veintitrés", "veinticuatro", "veinticinco", "veintiséis", "veintisiete", "veintiocho", "veintinueve",
];
const DIEZ: [&str; 10] = ["", "", "", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"];
#[rustfmt::skip]
const CIEN: [&str; 10] = [
    "", "ciento", "doscientos", "trescientos", "cuatrocientos", "quinientos", "seiscientos", "setecientos", "ochocientos",
    "novecientos",
];
#[rustfmt::skip]
const ORDINALS: [&str; 11] = [
    "", "primero", "segundo", "tercero", "cuarto", "quinto", "sexto", "séptimo", "octavo", "noveno", "décimo",
];

/// The words of a run of digits. What has more than six is said digit by digit.
pub(super) fn spoken(digits: &str, language: Language) -> Vec<String> {
    let say = |number| if language == Language::Spanish { spanish(number) } else { english(number) };
    match digits.parse::<u32>() {
        Ok(number) if digits.len() <= 6 && (!digits.starts_with('0') || digits == "0") => say(number),
        _ => digits.chars().take(20).filter_map(|digit| digit.to_digit(10)).flat_map(say).collect(),
    }
}

/// The words of a number in a row: `3rd`, and the third of his name.
pub(super) fn ordinal(number: u32, language: Language) -> Vec<String> {
    if language == Language::Spanish {
        let ordinal = ORDINALS.get(number as usize).filter(|word| !word.is_empty());
        return ordinal.map_or_else(|| spanish(number), |word| vec![(*word).to_owned()]);
    }
    let mut words = english(number);
    if let Some(last) = words.last_mut() {
        *last = match last.as_str() {
            "one" => "first".to_owned(),
            "two" => "second".to_owned(),
            "three" => "third".to_owned(),
            "five" => "fifth".to_owned(),
            "eight" => "eighth".to_owned(),
            "nine" => "ninth".to_owned(),
            "twelve" => "twelfth".to_owned(),
            tens if tens.ends_with('y') => format!("{}ieth", &tens[..tens.len() - 1]),
            other => format!("{other}th"),
        };
    }
    words
}

/// The number that a king bears, of capital letters I, V and X.
pub(super) fn of_a_king(letters: &str) -> Option<u32> {
    const KINGS: [&str; 21] = [
        "", "", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "", "XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII",
        "XVIII", "XIX", "XX",
    ];
    KINGS.iter().position(|king| !king.is_empty() && *king == letters).and_then(|number| u32::try_from(number).ok())
}

fn english(number: u32) -> Vec<String> {
    let word = |word: &str| vec![word.to_owned()];
    let rest = |rest: u32| if rest == 0 { Vec::new() } else { english(rest) };
    match number {
        0..20 => word(ENGLISH[number as usize]),
        20..100 => [word(TENS[number as usize / 10]), rest(number % 10)].concat(),
        100..1_000 => [english(number / 100), word("hundred"), rest(number % 100)].concat(),
        _ => [english(number / 1_000), word("thousand"), rest(number % 1_000)].concat(),
    }
}

fn spanish(number: u32) -> Vec<String> {
    let word = |word: &str| vec![word.to_owned()];
    let rest = |rest: u32| if rest == 0 { Vec::new() } else { spanish(rest) };
    match number {
        0..30 => word(SPANISH[number as usize]),
        30..100 if number.is_multiple_of(10) => word(DIEZ[number as usize / 10]),
        30..100 => [word(DIEZ[number as usize / 10]), word("y"), spanish(number % 10)].concat(),
        100 => word("cien"),
        101..1_000 => [word(CIEN[number as usize / 100]), rest(number % 100)].concat(),
        1_000..2_000 => [word("mil"), rest(number % 1_000)].concat(),
        _ => {
            let mut thousands = spanish(number / 1_000);
            // Before a noun, and mil is one, uno loses its end.
            if let Some(last) = thousands.last_mut() {
                match last.as_str() {
                    "uno" => "un".clone_into(last),
                    "veintiuno" => "veintiún".clone_into(last),
                    _ => {}
                }
            }
            [thousands, word("mil"), rest(number % 1_000)].concat()
        }
    }
}
