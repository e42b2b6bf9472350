//! What makes no sense: words with odd values, addresses that nobody knows, packets that are none.

use super::OTHER;
use crate::check_bot::{
    crafted::{Value, Value::*, bundle, message},
    script::Step,
};

/// Words of every topic with nothing, too much, or the wrong things behind them.
pub(super) fn junk_words() -> Vec<Step> {
    let mut steps = Vec::new();
    let topics = [
        "notepool",
        "hdensity",
        "vdensity",
        "density",
        "tala",
        "phraselength",
        "phrases",
        "plan/chords",
        "plan/chordDuration",
        "pcprob",
        "section",
        "progress",
        "intent",
        "valence",
        "meter",
        "nobody/knows/this",
    ];
    let junk: [&[Value]; 7] = [
        &[],
        &[S(OTHER)],
        &[S(OTHER), S("set"), S("x y")],
        &[S(OTHER), S("")],
        &[I(60), F(64.0), I(67)],
        &[S(OTHER), F(-1.0), I(-300), F(f32::NAN), S("7")],
        &[S(OTHER), F(1e30), I(i32::MAX), D(0.5), H(3)],
    ];
    for topic in topics {
        steps.extend(junk.iter().map(|values| Step::Say(message(&format!("/broadcast/{topic}"), values))));
    }
    // As they should be, with a word and a float between: what makes sense of it counts.
    let sense = [
        message("/broadcast/notepool", &[S(OTHER), I(60), S("set"), F(64.0), I(67)]),
        message("/broadcast/hdensity", &[S(OTHER), S("0.5")]),
        message("/broadcast/density", &[S(OTHER), S("x"), F(0.5)]),
        message("/broadcast/tala", &[S(OTHER), F(4.0), F(4.0), F(4.0), F(4.0)]),
        message("/broadcast/phraselength", &[S(OTHER), F(4.0)]),
        message("/broadcast/phrases", &[S(OTHER), F(40.0)]),
    ];
    let mut all = vec![Step::Ticks(16)];
    for (at, step) in steps.into_iter().enumerate() {
        all.push(step);
        if at % 8 == 7 {
            all.push(Step::Ticks(1));
        }
    }
    all.extend(sense.into_iter().map(Step::Say));
    all.extend([Step::Stage("junk was said"), Step::Ticks(200)]);
    all
}

/// Unknown addresses, then datagrams that are no OSC, bundles in bundles, and types that no musebot sends.
pub(super) fn junk() -> Vec<Step> {
    let word = || message("/broadcast/notepool", &[S(OTHER), I(60), I(64)]);
    let nested = (0..6).fold(word(), |inner, _| bundle(&[inner]));
    let deep = (0..200).fold(word(), |inner, _| bundle(&[inner]));
    let say = |datagrams: Vec<Vec<u8>>| datagrams.into_iter().map(Step::Say);
    let mut steps = vec![Step::Ticks(16)];
    steps.extend(say(vec![
        message("/nobody/knows", &[I(1), S("x")]),
        message("/mc/statechange", &[S("next")]),
        message("/agent/channel", &[I(1)]),
        message("/mc/time/ago", &[F(1.0)]),
        message("/", &[]),
        message("/mc/meter", &[I(4), I(4), S("more")]),
    ]));
    steps.extend([Step::Stage("addresses came that nobody knows"), Step::Ticks(96)]);
    steps.extend(say(vec![
        Vec::new(),
        vec![0],
        b"hello".to_vec(),
        vec![0xff; 64],
        b"/no/zero".to_vec(),
        message(
            "/broadcast/notepool",
            &[S(OTHER), Blob(b"\0\0"), Bare('T'), Bare('N'), Time(1), H(5), Bare('['), I(1), Bare(']')],
        ),
        b"/x\0\0,Q\0\0".to_vec(),
        b"#bundle\0".to_vec(),
        bundle(&[]),
        bundle(&[word(), word()]),
        nested,
        deep,
        message("/broadcast/notepool", &[S(&"x".repeat(9000)), I(60)]),
    ]));
    steps.extend([Step::Stage("junk and rare types came"), Step::Ticks(110)]);
    steps
}

/// Packets whose arguments are not all there, or that lie about a length: UDP brings them whole or not at
/// all, so that only a broken sender or a bad will makes them.
pub(super) fn cut() -> Vec<Step> {
    let word = message("/broadcast/notepool", &[S(OTHER), I(60), I(64)]);
    let packets = [
        word[..word.len() - 3].to_vec(),
        b"/broadcast/notepool\0,siii\0\0\0".to_vec(),
        b"/x\0\0,b\0\0\x7f\xff\xff\xff".to_vec(),
        b"#bundle\0\0\0\0\0\0\0\0\x01\0\0\0\x40abcd".to_vec(),
    ];
    let mut steps = vec![Step::Ticks(16)];
    steps.extend(packets.into_iter().map(Step::Say));
    steps.extend([Step::Stage("packets came that were cut off"), Step::Ticks(100)]);
    steps
}
