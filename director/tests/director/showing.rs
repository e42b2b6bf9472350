//! Bots that show themselves somewhere (X2): people are told, once, and nothing that is more than an address.

use crate::{
    fake::Fake,
    rig::{FIRST, Rig, file},
};
use director::event::{Event, Exit, Tone};
use musebot_protocol::{BotId, Control, Hello, ToDirector};

fn rig() -> Rig {
    Rig::playing(&file(&["eye"]), vec![Fake::ours("eye")])
}

fn says_hello(rig: &mut Rig, page: Option<&str>) {
    let hello = Hello { page: page.map(str::to_owned), silent: true, ..Hello::default() };
    let message = ToDirector::Hello { id: BotId::new("eye").unwrap(), port: FIRST, hello };
    rig.event(Event::Heard { from: ([127, 0, 0, 1], FIRST).into(), message });
}

fn told(rig: &Rig) -> Vec<&str> {
    let all = [Tone::Note, Tone::Warning].into_iter().flat_map(|tone| rig.told(tone));
    all.filter(|line| line.starts_with("eye ")).collect()
}

fn bots(rig: &mut Rig) -> Vec<String> {
    rig.ask(Control::Get { what: "bots".into() })
}

#[test]
fn x2_a_page_is_told_once_and_the_last_one_is_where_to_look() {
    let mut rig = rig();
    assert!(bots(&mut rig)[0].ends_with(" 0"), "no page, no word of it");
    says_hello(&mut rig, None);
    for page in ["http://127.0.0.1:4750/", "http://127.0.0.1:4750/", "http://127.0.0.1:4751/"] {
        says_hello(&mut rig, Some(page));
    }
    assert_eq!(told(&rig), ["eye shows itself at http://127.0.0.1:4750/"]);
    assert!(bots(&mut rig)[0].ends_with(" 0 http://127.0.0.1:4751/"), "{:?}", bots(&mut rig));
    says_hello(&mut rig, None);
    assert!(bots(&mut rig)[0].ends_with(" 0"), "it shows nothing any more");
}

#[test]
fn x2_what_is_more_than_an_address_is_warned_of_once_and_never_shown() {
    let mut rig = rig();
    for n in 0..100 {
        says_hello(&mut rig, Some(&format!("javascript:alert({n})\u{1b}[31m")));
        says_hello(&mut rig, None);
    }
    assert_eq!(told(&rig), ["eye has a page, but at no plain http:// address: it is not shown"]);
    assert!(bots(&mut rig)[0].ends_with(" 0"));
}

#[test]
fn x2_a_bot_that_has_died_shows_itself_nowhere() {
    let mut rig = rig();
    says_hello(&mut rig, Some("http://127.0.0.1:4750/"));
    rig.dies("eye", Exit::Code(1), &[]);
    assert!(bots(&mut rig)[0].contains(" eye ") && !bots(&mut rig)[0].contains("http"), "{:?}", bots(&mut rig));
}
