//! What voices sing is there to be read as it sounds, and is no state that anybody is told later (X10, X4).

use crate::{
    fake::Fake,
    rig::{Done, FIRST, Rig, file},
};
use musebot_protocol::Said;

fn rig() -> Rig {
    let mut rig = Rig::playing(&file(&["poet", "caller"]), vec![Fake::ours("poet"), Fake::ours("caller")]);
    rig.run(1.0);
    rig
}

fn says(rig: &mut Rig, source: u16, said: Said, as_who: &str) {
    rig.speaks(source, &said.by(as_who).encode());
}

fn words(rig: &Rig) -> Vec<String> {
    rig.director.view(rig.now).words.iter().map(|voice| format!("{}: {}", voice.name, voice.text)).collect()
}

fn lines(rig: &Rig) -> Vec<(String, String)> {
    let line = |(_, done): &(f64, Done)| match done {
        Done::Sung(name, line) => Some((name.clone(), line.clone())),
        _ => None,
    };
    rig.log.iter().filter_map(line).collect()
}

fn source(rig: &mut Rig, id: &str) -> u16 {
    rig.bot(id).source
}

#[test]
fn words_are_seen_as_they_sound_and_go_some_beats_after_the_last() {
    let mut rig = rig();
    let poet = source(&mut rig, "poet");
    says(&mut rig, poet, Said::Line("O Romeo, Romeo!".into()), "poet");
    assert_eq!(words(&rig), ["poet: O Romeo, Romeo!"]);
    assert!(rig.director.has_new_words());
    assert!(!rig.director.has_new_words());
    for word in ["O", "Romeo,"] {
        says(&mut rig, poet, Said::Text(word.into()), "poet");
        rig.run(0.25);
    }
    assert_eq!(words(&rig), ["poet: O Romeo,"]);
    assert!(rig.director.has_new_words());
    // Six beats at 120 bpm.
    rig.run(2.5);
    assert_eq!(words(&rig), ["poet: O Romeo,"]);
    rig.run(1.0);
    assert!(words(&rig).is_empty());
}

#[test]
fn a_line_is_told_once_for_the_log_and_words_are_not() {
    let mut rig = rig();
    let caller = source(&mut rig, "caller");
    says(&mut rig, caller, Said::Line("Archaeopteryx".into()), "caller");
    says(&mut rig, caller, Said::Line("Archaeopteryx".into()), "caller");
    says(&mut rig, caller, Said::Text("Archaeopteryx".into()), "caller");
    assert_eq!(lines(&rig), [("caller".to_owned(), "Archaeopteryx".to_owned())]);
}

#[test]
fn a_bot_sings_under_the_name_it_has_here_and_a_stranger_under_its_own() {
    let mut rig = rig();
    let poet = source(&mut rig, "poet");
    says(&mut rig, poet, Said::Text("hark".into()), "somebody-else");
    says(&mut rig, 60_000, Said::Text("hallo".into()), "human");
    assert_eq!(words(&rig), ["poet: hark", "human: hallo"]);
}

#[test]
fn x4_what_was_sung_is_told_to_nobody_who_joins() {
    let mut rig = rig();
    let poet = source(&mut rig, "poet");
    says(&mut rig, poet, Said::Line("Amen".into()), "poet");
    says(&mut rig, poet, Said::Text("Amen".into()), "poet");
    says(&mut rig, poet, Said::HDensity(0.5), "poet");
    rig.add(Fake::guest("tuba", 9000));
    rig.run(3.0);
    assert!(!rig.sent(9000, "/broadcast/hdensity").is_empty(), "a state is");
    for topic in ["/broadcast/text", "/broadcast/line"] {
        assert!(rig.sent(9000, topic).is_empty(), "{topic}");
        assert!(rig.sent(FIRST, topic).is_empty(), "the relay alone passes it on");
    }
}

#[test]
fn what_is_huge_or_no_text_at_all_is_not_read() {
    let mut rig = rig();
    let poet = source(&mut rig, "poet");
    says(&mut rig, poet, Said::Line("la ".repeat(2000)), "poet");
    says(&mut rig, poet, Said::Text("a".repeat(60_000)), "poet");
    rig.speaks(poet, b"/broadcast/text\0,s\0\0poet\0\0\0\0");
    rig.speaks(poet, b"/broadcast/line\0,\0\0\0");
    rig.speaks(poet, b"/broadcast/line\0");
    assert!(words(&rig).is_empty());
    says(&mut rig, poet, Said::Line("la \u{1b}[2J ".repeat(60)), "poet");
    let shown = words(&rig).pop().unwrap();
    assert!(shown.chars().count() <= 166 && !shown.chars().any(char::is_control), "{shown:?}");
    assert!(lines(&rig).iter().all(|(_, line)| !line.chars().any(char::is_control)));
}
