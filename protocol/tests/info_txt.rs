//! info.txt, read as the Max conductors read it (D32).

use musebot_protocol::InfoTxt;
use proptest::prelude::*;

const WHOLE: &str = "\
## name ##\nae_ThatBOT\n\n## version ##\n1.0\n\n## instrumentation ##\n\nbass, mostly\ntype:\n    @bass\n    @synth low\n\n\
## platform ##\n\nMax standalone,\n  built from Max 7.0.3\n\n## behaviour ##\nwalks\n\n## messages ##\n\
sends:\n\t@nothing\nreceives:\n@notepool the chord, @chord too\n@plan/chords\n@hdensity(0-1)\n\n## license ##\nCC\n\n## credits ##\nsomebody @home\n";

fn words(list: &[String]) -> Vec<&str> {
    list.iter().map(String::as_str).collect()
}

#[test]
fn d32_types_sends_receives_and_platform_are_read() {
    let info = InfoTxt::parse(WHOLE);
    assert_eq!(words(&info.types), ["bass", "synth"]);
    assert_eq!(words(&info.sends), ["nothing"]);
    assert_eq!(words(&info.receives), ["notepool", "plan/chords", "hdensity"]);
    assert_eq!(info.platform, "Max standalone, built from Max 7.0.3");
    assert_eq!(info.warnings, Vec::<String>::new());
}

#[test]
fn d32_lines_may_end_as_on_any_system() {
    for end in ["\r\n", "\r"] {
        assert_eq!(InfoTxt::parse(&WHOLE.replace('\n', end)), InfoTxt::parse(WHOLE), "{end:?}");
    }
    assert_eq!(InfoTxt::parse(&format!("\u{feff}{WHOLE}")), InfoTxt::parse(WHOLE));
}

#[test]
fn d32_what_follows_the_tag_is_comment() {
    // Curly quotes, a comma, a letter that was Latin-1: all end the tag.
    let info =
        InfoTxt::parse("## messages ##\nsends:\n@tala\u{2019}s\n@hdensity, 0-1\n@vdensity\u{fffd}x\n@a-b\n@c:d@e#f\n");
    assert_eq!(words(&info.sends), ["tala", "hdensity", "vdensity", "a", "c:d@e#f"]);
}

#[test]
fn d32_groups_count_in_their_own_section_only() {
    let info = InfoTxt::parse(
        "## messages ##\ntype:\n@no\nsends:\n@yes\n## instrumentation ##\n@no\nreceives:\n@no\ntype:\n@beat\n",
    );
    assert_eq!((words(&info.types), words(&info.sends)), (vec!["beat"], vec!["yes"]));
    assert_eq!(words(&info.receives), ["unknown"]);
}

#[test]
fn d32_any_other_section_ends_a_group() {
    let info = InfoTxt::parse("## messages ##\nsends:\n@yes\n##\n@no\n## messages ##\n@no\n");
    assert_eq!(words(&info.sends), ["yes"]);
}

#[test]
fn d32_a_sections_name_stands_between_spaces() {
    for (heading, counts) in [
        ("## messages ##", true),
        ("## the messages it sends ##", true),
        ("##  messages  ##", true),
        ("## messages", false),
        ("## Messages ##", false),
        ("##messages##", false),
        ("# messages #", false),
    ] {
        let info = InfoTxt::parse(&format!("{heading}\nsends:\n@tala\n"));
        assert_eq!(info.sends == ["tala"], counts, "{heading}");
    }
}

#[test]
fn d32_a_groups_name_stands_alone_at_the_beginning() {
    for (line, counts) in
        [("sends:", true), ("  sends: these", true), ("sends :", false), ("it sends:", false), ("Sends:", false)]
    {
        let info = InfoTxt::parse(&format!("## messages ##\n{line}\n@tala\n"));
        assert_eq!(info.sends == ["tala"], counts, "{line}");
    }
}

#[test]
fn d32_a_missing_group_is_unknown_with_a_warning() {
    // As free text, the way the oldest bots describe themselves.
    let info =
        InfoTxt::parse("## instrumentation ##\n\ntextures\n\n## platform ##\n\njava\n\n## messages ##\nsent: /pitch\n");
    assert_eq!(
        (words(&info.types), words(&info.sends), words(&info.receives)),
        (vec!["unknown"], vec!["unknown"], vec!["unknown"])
    );
    assert_eq!(info.warnings.len(), 3, "{:?}", info.warnings);
    assert!(info.warnings.iter().any(|w| w.contains("`receives:`")), "{:?}", info.warnings);
    assert_eq!(info.platform, "java");
    assert_eq!(InfoTxt::parse("").warnings.len(), 3);
    assert_eq!(InfoTxt::missing().warnings, ["it has no info.txt"]);
}

#[test]
fn d32_a_tag_without_a_name_is_none() {
    assert_eq!(words(&InfoTxt::parse("## messages ##\nsends:\n@\n@ tala\n").sends), ["unknown"]);
}

#[test]
fn d32_topics_that_people_spelt_in_several_ways_have_one_spelling() {
    for (tag, sent) in
        [("coutourA", "intent/contourA"), ("harmRhythm", "harmrhythm"), ("phrase", "phraselength"), ("tala", "tala")]
    {
        assert_eq!(InfoTxt::canonical(tag), sent);
    }
}

proptest! {
    #[test]
    fn d32_no_text_is_too_odd_and_nothing_grows(text in r"(?s)(##? ?(messages|instrumentation|platform)? ?(##)?|type:|sends:|receives:|@[a-z/]{0,3}|.|\s){0,60}") {
        let info = InfoTxt::parse(&text);
        let kept: usize = [&info.types, &info.sends, &info.receives].into_iter().flatten().map(String::len).sum();
        prop_assert!(kept + info.platform.len() <= text.len() + 3 * "unknown".len(), "{kept} of {}", text.len());
        prop_assert!(info.platform.len() <= 400 && info.warnings.len() <= 3);
        prop_assert!(!info.types.is_empty() && !info.sends.is_empty() && !info.receives.is_empty());
    }

    #[test]
    fn d32_bytes_of_any_encoding_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = InfoTxt::parse(&String::from_utf8_lossy(&bytes));
    }
}
