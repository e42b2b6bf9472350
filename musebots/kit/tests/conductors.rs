//! Our bots under the five conductors of the world: real processes, started as each conductor
//! starts a musebot, with nothing but a config.txt. Each bot stays listed by that conductor's own
//! rule, plays, follows gain, and ends as told. Longer waits are on virtual time, in the kit.
#![cfg(unix)]

#[path = "conductors/bot.rs"]
mod bot;
#[path = "conductors/foreign.rs"]
mod foreign;
#[path = "conductors/manners.rs"]
mod manners;
#[path = "conductors/stem.rs"]
mod stem;
#[path = "conductors/stranger.rs"]
mod stranger;

use bot::Bot;
use foreign::Foreign;
use manners::{AE, ALL, BC, Exiting, JAVA, MH, Manners, YC};
use musebot_protocol::InfoTxt;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, Once},
    thread::JoinHandle,
    time::Instant,
};
use stem::Stem;
use stranger::osc;

/// The last gain has to be in the sound, whatever the machine does meanwhile.
const MARGIN: f64 = 0.7;

/// Nobody gave them an output, and the machine has none: they play on in silence, are listed all
/// the time, say what they say, and end when a stranger ends its form.
fn plays_without_any_sound(manners: &'static Manners) {
    let mut c = Foreign::new(manners, 480.0);
    c.launch(&[]);
    c.wait_until_all_beat();
    for bot in &c.bots {
        let first = bot.beats[0] - bot.launched;
        assert!(first < 5.0, "{}: the first beat of {} came after {first:.1} s", manners.name, bot.id);
    }
    c.start();
    // A phrase is two seconds long.
    c.wait("the words of the melody and the drums", |c| {
        let said = |bot: usize, topics: &[&str]| topics.iter().all(|topic| c.bots[bot].said(topic) > 0);
        said(0, &["plan/chords", "plan/chordDuration", "notepool", "hdensity"])
            && said(2, &["tala", "phraselength", "phrases", "hdensity", "vdensity"])
    });
    c.run(3.0);
    for bot in &c.bots {
        assert!(bot.log().contains("no sound"), "{}", bot.log());
        assert!(bot.listed && bot.ended.is_none(), "{}", c.account());
    }
    assert_eq!(c.bots[1].topics().into_iter().collect::<Vec<_>>(), ["onset"], "the bass listens");

    c.stranger_says(&osc("/broadcast/exiting", "si", &[1.0], &["ae_BeatBOT"]));
    let asked = c.now;
    c.wait("all ends", |c| c.bots.iter().all(|bot| bot.ended.is_some()));
    for bot in &c.bots {
        let (at, status) = bot.ended.unwrap();
        assert_eq!(status.code(), Some(0), "{}", c.account());
        // Two phrases at most, the pace of the conductor, and the fade.
        assert!(at - asked < 4.0 + 1.5 + 5.0, "{} took {:.1} s", bot.id, at - asked);
        let words = usize::from(manners.exiting == Exiting::Forwards);
        assert_eq!(bot.said("exiting"), words, "{} of {}: {}", bot.id, manners.name, c.account());
        b29_info_txt_is_true(bot, manners);
    }
    assert_eq!(c.faults, [""; 0], "{}", c.account());
}

/// B29: a bot is heard to say what its info.txt says that it says, and listens to what it says that
/// it listens to, as far as its own hello is true.
fn b29_info_txt_is_true(bot: &Bot, manners: &Manners) {
    let info = InfoTxt::parse(&std::fs::read_to_string(bot.folder.join("info.txt")).unwrap());
    let set = |tags: &[String]| tags.iter().filter(|tag| *tag != "nothing").cloned().collect::<BTreeSet<_>>();
    // What the kit says and hears for every bot.
    let exiting = || std::iter::once("exiting".to_owned());
    let hello = bot.hello.as_ref().unwrap();
    assert_eq!(info.types, hello.kinds);
    assert_eq!(set(&info.sends), set(&hello.sends).into_iter().chain(exiting()).collect(), "{}", bot.id);
    assert_eq!(set(&info.receives), set(&hello.receives).into_iter().chain(exiting()).collect(), "{}", bot.id);
    let mut said: BTreeSet<String> = bot.topics().into_iter().map(str::to_owned).collect();
    if manners.exiting != Exiting::Forwards {
        said.extend(exiting());
    }
    assert_eq!(said, set(&info.sends), "{} of {}", bot.id, manners.name);
}

/// Into a file they play what is heard: sound, silence while the gain is 0, sound again, and when
/// they are told off a fade; all the while listed.
fn follows_gain_and_off(manners: &'static Manners) {
    let mut c = Foreign::new(manners, 240.0);
    c.start();
    c.launch(&["--output", "file"]);
    c.wait_until_all_beat();
    c.run(2.0);
    // Where starting the transport again restarts the ticks, the bots go on from there.
    c.start();
    let mut marks = vec![Instant::now()];
    for level in [0.0, 1.0] {
        c.run(3.0);
        c.gain(level);
        marks.push(Instant::now());
    }
    c.run(3.0);
    assert!(c.bots.iter().all(|b| b.listed && b.ended.is_none()), "{}", c.account());
    c.off();
    marks.push(Instant::now());
    let told = c.now;
    c.wait("all ends", |c| c.bots.iter().all(|bot| bot.ended.is_some()));
    for (n, bot) in c.bots.iter().enumerate() {
        let (at, status) = bot.ended.unwrap();
        assert_eq!(status.code(), Some(0), "{}", c.account());
        let pace = manners.off.1 * n as f64;
        let took = at - told - pace;
        // The conductor's clock leaves out stalls: not too late is by that, not too early by the clock on the wall.
        let since_off = |at: Option<Instant>| at.unwrap().saturating_duration_since(marks[3]).as_secs_f64();
        let real = since_off(bot.gone) - pace;
        assert!(real >= 3.0 && took < 5.0, "{} of {} took {real:.1} s to end ({took:.1} s)", bot.id, manners.name);
        let last = since_off(bot.last_beat);
        assert!(last > 2.5, "{} beats while it fades, the last time {last:.1} s after off", bot.id);

        let stem = Stem::read(&bot.folder, &bot.id);
        let peak = |from: usize| stem.peak(bot.started, marks[from], marks[from + 1], MARGIN);
        assert!(peak(0) > 0.003, "{} of {} is heard ({})", bot.id, manners.name, peak(0));
        assert_eq!(peak(1), 0.0, "{} of {} is silent at gain 0", bot.id, manners.name);
        assert!(peak(2) > 0.003, "{} of {} is heard again ({})", bot.id, manners.name, peak(2));
        assert!(stem.notes > 8, "{} of {} played {} notes", bot.id, manners.name, stem.notes);
        eprintln!("{} under {}: {} notes, gone {took:.2} s after off", bot.name, manners.name, stem.notes);
    }
    assert_eq!(c.faults, [""; 0], "{}", c.account());
}

/// A show with each of the five at once, because most of it is waiting: whoever asks first starts
/// all of them.
struct Shows {
    show: fn(&'static Manners),
    running: Mutex<BTreeMap<&'static str, JoinHandle<()>>>,
    started: Once,
}

impl Shows {
    const fn of(show: fn(&'static Manners)) -> Self {
        Self { show, running: Mutex::new(BTreeMap::new()), started: Once::new() }
    }

    /// Waits for the one with this conductor, and fails as it did.
    fn with(&self, manners: &'static Manners) {
        self.started.call_once(|| {
            let show = self.show;
            let all = ALL.into_iter().map(|m| (m.name, std::thread::spawn(move || show(m))));
            self.running.lock().unwrap().extend(all);
        });
        let mine = self.running.lock().unwrap().remove(manners.name).unwrap();
        if let Err(panic) = mine.join() {
            std::panic::resume_unwind(panic);
        }
    }
}

static WITHOUT_SOUND: Shows = Shows::of(plays_without_any_sound);
static WITH_GAIN: Shows = Shows::of(follows_gain_and_off);

#[test]
fn b30_under_the_java_conductor_they_play_and_end_with_the_phrase() {
    WITHOUT_SOUND.with(&JAVA);
}

#[test]
fn b30_under_ae_they_play_and_end_when_another_exits() {
    WITHOUT_SOUND.with(&AE);
}

#[test]
fn b30_under_bc_they_play_through_statechanges_and_end_with_the_phrase() {
    WITHOUT_SOUND.with(&BC);
}

#[test]
fn b30_under_yc_they_are_never_late_for_its_one_second_and_end_with_all() {
    WITHOUT_SOUND.with(&YC);
}

#[test]
fn b30_under_mh_they_read_a_config_with_tails_and_end_with_the_phrase() {
    WITHOUT_SOUND.with(&MH);
}

#[test]
fn b15_under_the_java_conductor_they_follow_a_gain_with_50_ms_and_a_bare_off() {
    WITH_GAIN.with(&JAVA);
}

#[test]
fn b15_under_ae_they_follow_gain_a_restarted_clock_and_a_paced_off_with_an_argument() {
    WITH_GAIN.with(&AE);
}

#[test]
fn b15_under_bc_they_follow_gain_and_off() {
    WITH_GAIN.with(&BC);
}

#[test]
fn b15_under_yc_they_follow_a_gain_that_comes_as_an_integer() {
    WITH_GAIN.with(&YC);
}

#[test]
fn b15_under_mh_they_follow_gain_and_off() {
    WITH_GAIN.with(&MH);
}

#[test]
fn b24_under_ae_the_keys_of_an_ensemble_file_reach_the_bot_they_are_for() {
    let mut c = Foreign::new(&AE, 240.0);
    c.launch_one("drums", &["--output", "file"]);
    c.launch_one("melody", &["--output", "file"]);
    c.wait_until_all_beat();
    c.start();
    c.run(2.0);
    let mut marks = vec![Instant::now()];
    for playing in [0.0, 1.0] {
        c.says_key(0, "initialize", 1.0);
        c.says_key(0, "onoff", playing);
        // It goes in and out at a bar line, and lets ring.
        c.run(2.0);
        marks.push(Instant::now());
        c.run(3.0);
        marks.push(Instant::now());
    }
    c.off();
    c.wait("all ends", |c| c.bots.iter().all(|bot| bot.ended.is_some()));
    let heard = |bot: &Bot, mark: usize| {
        Stem::read(&bot.folder, &bot.id).peak(bot.started, marks[mark], marks[mark + 1], MARGIN)
    };
    let (drums, melody) = (&c.bots[0], &c.bots[1]);
    assert!(heard(drums, 1) < 0.001, "onoff 0 keeps the drums silent ({})", heard(drums, 1));
    assert!(heard(drums, 3) > 0.003, "onoff 1 lets them play ({})", heard(drums, 3));
    assert!(heard(melody, 1) > 0.003, "the melody was not meant ({})", heard(melody, 1));
    assert_eq!(c.faults, [""; 0], "{}", c.account());
}
