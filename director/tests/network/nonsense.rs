//! Who has the key and talks nonsense all the same: a director that is broken, or of nobody's release.

use crate::{
    peers::door,
    player::{Player, in_order},
    process::wait_until,
    stage::{Stage, address, does, duo},
};
use director::network::{
    HostName,
    key::Key,
    link::{End, Link},
    seal::Seal,
    word::{FarBot, HostState, Letter, Word},
};

fn bot(id: &str) -> FarBot {
    FarBot { id: id.to_owned(), state: "playing".into(), here: true, kinds: "bass".into(), ..FarBot::default() }
}

#[test]
fn nonsense_of_who_has_the_key_reaches_no_terminal_is_reported_and_costs_no_tick() {
    let stage = Stage::new();
    let studio = stage.lead(&duo(""));
    let a = Player::new(&studio, "a@studio");
    let (name, at) = (HostName::new("odd").unwrap(), address(&studio).parse().unwrap());
    let socket = stage.home.path().join("odd");
    door(Seal::new(&Key::read(&stage.key).unwrap()).unwrap(), at, "odd", &socket);
    let (news, _heard) = tokio::sync::mpsc::channel(64);
    let link = Link::open(&End::Satellite(socket), &name, news, Box::new(|_| None)).unwrap();
    let state = |id: &str| {
        let word = Word::State(Box::new(HostState { bots: vec![bot(id)], link: None, said: 0 }));
        Letter { from: 1, to: None, word }.encode()
    };
    link.tell(None, b"nonsense".to_vec());
    link.tell(None, state("steers\u{1b}[2J"));
    studio.says("from other machines made no sense and are dropped");
    // What makes sense is taken.
    wait_until("its bot is shown", || {
        link.tell(None, state("plain"));
        does(&studio, &["bots"]).contains("plain@odd")
    });
    let shown = does(&studio, &["bots"]);
    assert!(!shown.contains('\u{1b}') && !shown.contains("steers"), "{shown:?}");
    a.hears_ticks(20);
    in_order(&a.ticks());
}
