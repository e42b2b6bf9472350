//! What the voice does when the ticks jump.

use super::NameVoice;
use musebot_kit::{Broadcast, IntoArgs, Performer, Setup, Tempo, Tick, ToBot};

fn hear(voice: &mut Performer<NameVoice>, topic: &str, speaker: &str, args: impl IntoArgs) {
    voice.receive(&ToBot::Broadcast(Broadcast::new(topic, speaker, args)));
}

/// The ticks at which it says a topic, of all that it says.
fn play(voice: &mut Performer<NameVoice>, ticks: std::ops::Range<i64>, topics: [&str; 2]) -> [Vec<i64>; 2] {
    let mut said = [Vec::new(), Vec::new()];
    for tick in ticks {
        voice.tick(Tempo::default(), Tick(tick));
        for word in voice.take_words() {
            if let Some(n) = topics.iter().position(|topic| *topic == word.topic) {
                said[n].push(tick);
            }
        }
    }
    said
}

#[test]
fn after_a_jump_back_it_calls_as_before() {
    let mut setup = Setup::rehearsal("name-voice", 7);
    setup.flags = vec![("model".into(), "/nowhere".into())];
    for jump in (8 * 64..12 * 64).step_by(24) {
        let mut voice = Performer::<NameVoice>::new(&setup).unwrap();
        hear(&mut voice, "density", "Conductor", 0.9);
        play(&mut voice, 0..jump - 1, ["line", "notepool"]);
        hear(&mut voice, "text", "other", "la");
        play(&mut voice, jump - 1..jump, ["line", "notepool"]);
        let [names, motifs] = play(&mut voice, 0..14 * 64, ["line", "notepool"]);
        assert!(names.iter().filter(|tick| **tick < 6 * 64).count() >= 3, "{jump}: {names:?}");
        assert_eq!(names, motifs, "{jump}: the motif is that of a name that is called");
    }
}
