//! What the models learn from is as its README says.

use std::{collections::BTreeSet, fs, path::Path};

fn data(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Genera whose names really differ in one letter. Any other such pair is one name and a slip.
const NEARLY_THE_SAME: [(&str, &str); 25] = [
    ("abrosaurus", "fabrosaurus"),
    ("abrosaurus", "labrosaurus"),
    ("alamosaurus", "calamosaurus"),
    ("anoplosaurus", "panoplosaurus"),
    ("aragosaurus", "aralosaurus"),
    ("bagaceratops", "vagaceratops"),
    ("berberosaurus", "kerberosaurus"),
    ("centrosaurus", "kentrosaurus"),
    ("fabrosaurus", "labrosaurus"),
    ("fukuisaurus", "fusuisaurus"),
    ("gryposaurus", "gyposaurus"),
    ("heishansaurus", "peishansaurus"),
    ("indosaurus", "inosaurus"),
    ("ingenia", "ingentia"),
    ("inosaurus", "sinosaurus"),
    ("isanosaurus", "pisanosaurus"),
    ("jiangshanosaurus", "jingshanosaurus"),
    ("jingshanosaurus", "yingshanosaurus"),
    ("lamaceratops", "yamaceratops"),
    ("mojoceratops", "ojoceratops"),
    ("shamosaurus", "siamosaurus"),
    ("sinosaurus", "spinosaurus"),
    ("torosaurus", "torvosaurus"),
    ("wulong", "yulong"),
    ("xunmenglong", "yunmenglong"),
];

/// Whether one letter changed, added or left out makes one word the other.
fn one_letter_apart(a: &str, b: &str) -> bool {
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let (a_rest, b_rest) = (&a[same..], &b[same..]);
    let after = |rest: &str| rest.get(1..).map(str::to_owned);
    a != b
        && (after(a_rest).is_some_and(|a| Some(a) == after(b_rest))
            || after(a_rest).as_deref() == Some(b_rest)
            || after(b_rest).as_deref() == Some(a_rest))
}

#[test]
fn one_letter_apart_is_what_it_says() {
    for (a, b) in [("abc", "abd"), ("abc", "ab"), ("bc", "abc"), ("abc", "xbc"), ("a", "")] {
        assert!(one_letter_apart(a, b) && one_letter_apart(b, a), "{a} {b}");
    }
    for (a, b) in [("abc", "abc"), ("abc", "acb"), ("abc", "a"), ("", "")] {
        assert!(!one_letter_apart(a, b) && !one_letter_apart(b, a), "{a} {b}");
    }
}

#[test]
fn there_are_a_thousand_dinosaurs_in_order_and_each_once() {
    let text = data("dinosaurs.txt");
    let names = text.lines().collect::<Vec<_>>();
    assert!(names.len() >= 1000, "{}", names.len());
    assert!(text.ends_with('\n'));
    for name in &names {
        assert!(!name.is_empty() && name.bytes().all(|letter| letter.is_ascii_lowercase()), "{name:?}");
    }
    for pair in names.windows(2) {
        assert!(pair[0] < pair[1], "{} before {}", pair[0], pair[1]);
    }
}

#[test]
fn no_dinosaur_is_another_with_a_slip() {
    let text = data("dinosaurs.txt");
    let names = text.lines().collect::<Vec<_>>();
    let mut found = BTreeSet::new();
    for (n, first) in names.iter().enumerate() {
        found.extend(
            names[n + 1..].iter().filter(|second| one_letter_apart(first, second)).map(|second| (*first, *second)),
        );
    }
    assert_eq!(found, NEARLY_THE_SAME.into_iter().collect());
}

#[test]
fn proverbs_are_whole_and_stand_once() {
    let text = data("refranes.txt");
    let mut seen = BTreeSet::new();
    for line in text.lines() {
        assert_eq!(line, line.trim());
        assert!(line.ends_with(['.', '!', '?']), "{line}");
        assert!(
            line.chars().all(|c| c.is_ascii_alphabetic() || " ,.:;?!¡¿áéíóúüñÁÉÍÓÚÑ".contains(c)),
            "{line}: nothing but Spanish letters and stops"
        );
        let plain = line.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect::<String>();
        assert!(seen.insert(plain), "twice: {line}");
    }
    assert!(seen.len() > 3000);
}

#[test]
fn plays_are_speeches_and_nothing_else() {
    let text = data("shakespeare.txt");
    assert!((1_500_000..2_500_000).contains(&text.len()));
    let of_plays = |c: char| c.is_ascii_alphabetic() || "\n !',-.:;?".contains(c);
    assert!(text.chars().all(of_plays), "{:?}", text.chars().find(|c| !of_plays(*c)));
    for speech in text.trim_end().split("\n\n") {
        let (name, said) = speech.split_once(":\n").unwrap_or_else(|| panic!("a name, then what is said: {speech}"));
        assert!(name.chars().all(|c| c.is_ascii_uppercase() || " ,'-".contains(c)), "{name}");
        for line in said.lines() {
            assert!(line.chars().any(char::is_alphabetic) && line == line.trim(), "{name}: {line:?}");
            for word in ["Exeunt", "SCENE", "ACT "] {
                assert!(!line.contains(word), "{name}: {line}");
            }
        }
    }
}
