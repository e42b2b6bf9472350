//! What other bots say is understood as they meant it, and their junk as nothing (B18–B24).

use musebot_protocol::{Broadcast, MOST_ONSETS, Said, Tick, ToBot, messages};
use rosc::{
    OscMessage, OscPacket, OscType,
    OscType::{Double as D, Float as F, Int as I},
};

fn heard(topic: &str, args: Vec<OscType>) -> Broadcast {
    let message = OscMessage { addr: format!("/broadcast/{topic}"), args };
    let bytes = rosc::encoder::encode(&OscPacket::Message(message)).unwrap();
    let message = messages(&bytes).next().expect("one message").expect("well formed");
    match ToBot::decode(&message) {
        Ok(ToBot::Broadcast(broadcast)) => broadcast,
        other => panic!("{other:?}"),
    }
}

fn said(topic: &str, args: Vec<OscType>) -> Option<Said> {
    let mut all = vec![text("somebody")];
    all.extend(args);
    heard(topic, all).said()
}

fn text(s: &str) -> OscType {
    OscType::String(s.to_owned())
}

#[test]
fn b19_a_broadcast_without_a_speaker_or_without_anything_is_heard() {
    assert_eq!(heard("density", vec![F(1.0)]), Broadcast::new("density", "", 1.0_f32));
    assert_eq!(heard("density", vec![F(1.0)]).said(), Some(Said::Density(1.0)));
    assert_eq!(heard("meter", vec![text("mh_WhinyBOT")]), Broadcast::new("meter", "mh_WhinyBOT", ()));
    assert_eq!(heard("meter", vec![]), Broadcast::new("meter", "", ()));
}

#[test]
fn b18_a_notepool_skips_stray_words_and_impossible_pitches() {
    assert_eq!(said("notepool", vec![text("set"), I(60), F(63.0), D(67.0), text("70")]), notes(&[60, 63, 67, 70]));
    assert_eq!(said("notepool", vec![I(-1), I(128), I(0), I(127)]), notes(&[0, 127]));
    assert_eq!(said("notepool", vec![F(f32::NAN), I(60)]), notes(&[60]));
    assert_eq!(said("notepool", vec![]), None);
    assert_eq!(said("notepool", vec![text("set")]), None);
}

fn notes(pitches: &[u8]) -> Option<Said> {
    Some(Said::NotePool(pitches.to_vec()))
}

#[test]
fn b18_densities_are_clamped() {
    assert_eq!(said("hdensity", vec![F(0.5)]), Some(Said::HDensity(0.5)));
    assert_eq!(said("hdensity", vec![I(3)]), Some(Said::HDensity(1.0)));
    assert_eq!(said("hdensity", vec![text("-1")]), Some(Said::HDensity(0.0)));
    assert_eq!(said("activity", vec![F(0.25)]), Some(Said::VDensity(0.25)), "the older name");
    assert_eq!(said("hdensity", vec![text("much")]), None);
}

#[test]
fn b20_chords_come_as_text_with_spaces() {
    let chords = |c: &[&[i32]]| Some(Said::PlanChords(c.iter().map(|c| c.to_vec()).collect()));
    let sent = vec![text("0 3 7 10"), text("11 15 18 21")];
    assert_eq!(said("plan/chords", sent), chords(&[&[0, 3, 7, 10], &[11, 15, 18, 21]]));
    assert_eq!(said("plan/chords", vec![text(" 0  4. 7 x"), I(5)]), chords(&[&[0, 4, 7], &[5]]));
    assert_eq!(said("plan/chords", vec![text("none")]), None);
    assert_eq!(said("plan/chords", vec![]), None);
}

#[test]
fn b20_chord_durations_are_shares_of_the_phrase() {
    let shares = |s: &[f64]| Some(Said::PlanChordDuration(s.to_vec()));
    assert_eq!(said("plan/chordDuration", vec![F(8.0), F(8.0), F(4.0), F(12.0)]), shares(&[0.25, 0.25, 0.125, 0.375]));
    assert_eq!(said("plan/chordDuration", vec![I(64), I(16), I(32), I(16)]), shares(&[0.5, 0.125, 0.25, 0.125]));
    assert_eq!(said("plan/chordDuration", vec![I(0), I(0)]), None);
    assert_eq!(said("plan/chordDuration", vec![text("long")]), None);
}

#[test]
fn b20_a_chord_without_duration_does_not_shift_the_others() {
    assert_eq!(said("plan/chordDuration", vec![I(2), I(0), I(2)]), Some(Said::PlanChordDuration(vec![0.5, 0.0, 0.5])));
}

#[test]
fn b21_a_tala_is_groups_of_sixteenths() {
    let tala = |g: &[u8]| Some(Said::Tala(g.to_vec()));
    assert_eq!(said("tala", [3, 2, 2, 2, 3, 3, 3].map(I).to_vec()), tala(&[3, 2, 2, 2, 3, 3, 3]));
    assert_eq!(said("tala", vec![F(4.0), text("4"), D(4.0), I(4)]), tala(&[4, 4, 4, 4]));
    for junk in [vec![], vec![text("x")], vec![I(0), I(4)], vec![I(-3)], vec![I(4000)], vec![I(2); 65]] {
        assert_eq!(said("tala", junk.clone()), None, "{junk:?}");
    }
}

#[test]
fn phrases_may_be_a_float_and_must_be_at_least_one() {
    assert_eq!(said("phrases", vec![F(40.0)]), Some(Said::Phrases(40)));
    assert_eq!(said("phraselength", vec![I(8)]), Some(Said::PhraseLength(8)));
    assert_eq!(said("phraselength", vec![I(0)]), None);
    assert_eq!(said("phraselength", vec![F(1e12)]), None);
}

#[test]
fn words_that_are_sung_are_one_text_or_several_and_never_blank() {
    let line = "To be, or not to be, that is the question";
    assert_eq!(said("line", vec![text(line)]), Some(Said::Line(line.to_owned())));
    assert_eq!(said("text", vec![text("sueño")]), Some(Said::Text("sueño".to_owned())));
    assert_eq!(said("text", vec![text("to"), text("be")]), Some(Said::Text("to be".to_owned())));
    assert_eq!(said("text", vec![I(4), F(0.5)]), Some(Said::Text("4 0.5".to_owned())), "a word may look like a number");
    for blank in [vec![], vec![text("")], vec![text(" \n")]] {
        assert_eq!(said("text", blank.clone()), None, "{blank:?}");
        assert_eq!(said("line", blank), None);
    }
    assert_eq!(heard("text", vec![text("word")]).said(), None, "who says no id has said nothing else");
}

#[test]
fn b22_an_exiting_of_zero_says_nothing() {
    assert_eq!(said("exiting", vec![I(1)]), Some(Said::Exiting));
    assert_eq!(said("exiting", vec![]), Some(Said::Exiting));
    assert_eq!(said("exiting", vec![I(0)]), None);
    assert_eq!(said("exiting", vec![F(0.0)]), None);
}

#[test]
fn b24_onoff_and_initialize_are_read_from_the_conductor() {
    let conductor = |topic, n| heard(topic, vec![text("Conductor"), n]);
    assert_eq!(conductor("onoff", I(0)).said(), Some(Said::OnOff(false)));
    assert_eq!(conductor("onoff", F(1.0)).said(), Some(Said::OnOff(true)));
    assert_eq!(conductor("initialize", I(1)).said(), Some(Said::Initialize));
    assert_eq!(conductor("initialize", I(0)).said(), None);
    assert_eq!(conductor("onoff", I(0)).speaker, musebot_protocol::CONDUCTOR);
}

fn onset(tick: i64, channel: u8, notes: &[(u8, f32)]) -> Option<Said> {
    Some(Said::Onset { tick: Tick(tick), channel, notes: notes.to_vec() })
}

#[test]
fn x11_an_onset_is_a_tick_a_channel_and_pairs_in_any_type() {
    let all = vec![I(90), I(10), I(36), F(0.75), I(42), F(0.5)];
    assert_eq!(said("onset", all), onset(90, 10, &[(36, 0.75), (42, 0.5)]));
    let odd = vec![F(90.0), text("1"), D(60.0), I(1), OscType::Long(64), text("0.5")];
    assert_eq!(said("onset", odd), onset(90, 1, &[(60, 1.0), (64, 0.5)]));
    assert_eq!(said("onset", vec![I(-3), I(1), I(60), F(0.5)]), onset(-3, 1, &[(60, 0.5)]));
    assert_eq!(heard("onset", vec![I(90), I(1), I(60), F(0.5)]).speaker, "", "who says no id says the rest");
}

#[test]
fn x11_what_makes_no_sense_in_an_onset_costs_no_more_than_its_note() {
    let with = |rest: Vec<OscType>| said("onset", [vec![I(90), I(1), I(60), F(0.5)], rest].concat());
    let alone = onset(90, 1, &[(60, 0.5)]);
    assert_eq!(with(vec![I(64)]), alone, "an odd tail");
    assert_eq!(with(vec![I(128), F(0.5), I(-1), F(0.5)]), alone, "impossible pitches");
    assert_eq!(with(vec![I(64), F(0.0), I(65), F(-1.0), I(66), F(f32::NAN)]), alone, "what does not begin");
    let last = onset(90, 1, &[(60, 0.5), (64, 1.0)]);
    assert_eq!(with(vec![F(f32::NAN), F(0.5), I(64), F(2.0)]), last, "pairs stay pairs, and no note is louder than 1");
    assert_eq!(with(vec![text("and"), I(64), F(1.0)]), last, "stray words");
    let Some(Said::Onset { notes, .. }) = with((0..100).flat_map(|n| [I(n), F(0.5)]).collect()) else { panic!() };
    assert_eq!(notes.len(), MOST_ONSETS);
}

#[test]
fn x11_an_onset_without_notes_or_with_a_channel_that_nobody_has_is_none() {
    for junk in [
        vec![],
        vec![I(90)],
        vec![I(90), I(1)],
        vec![I(90), I(1), I(60)],
        vec![I(90), I(0), I(60), F(0.5)],
        vec![I(90), I(17), I(60), F(0.5)],
        vec![F(1e12), I(1), I(60), F(0.5)],
        vec![F(f32::NAN), I(1), I(60), F(0.5)],
        vec![text("now"), text("here")],
    ] {
        assert_eq!(said("onset", junk.clone()), None, "{junk:?}");
    }
}
