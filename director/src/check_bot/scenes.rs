//! The sessions: what a conductor, other bots and the network do to the bot, each with what it is to show.

mod junk;

use super::{
    crafted::{TickForm, Value, Value::*, message},
    script::{ConfigForm, End, ListStyle, Script, Step},
};
use junk::{cut, junk, junk_words};
use std::time::Duration;

/// The id of most sessions.
const ID: &str = "checked";
/// The id of the plain session: a name that nobody may change in passing.
pub(crate) const ODD_ID: &str = "Checked.Bot@Studio-1.local";
/// Another bot, which only speaks.
pub(crate) const OTHER: &str = "other";
/// Another address of this machine, where the system has one.
pub(crate) const OTHER_HOST: [u8; 4] = if cfg!(target_os = "linux") { [127, 0, 0, 2] } else { [127, 0, 0, 1] };

/// One of the sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Scene {
    /// Nothing odd happens. Many facts are seen here, and it is what the others are compared to.
    Plain,
    Crlf,
    Tails,
    OtherHost,
    TickTypes,
    FirstOne,
    Jumps,
    LostTicks,
    NoMeter,
    Lists,
    Silence,
    OffOne,
    Kill,
    Quit,
    Gains,
    OwnWords,
    JunkWords,
    Plan,
    LongPlan,
    Tala,
    ExitingZero,
    Exiting,
    OnOffOther,
    OnOffConductor,
    InitializeOther,
    InitializeConductor,
    Junk,
    Cut,
    Twice,
    Closed,
    IdBare,
    IdHost,
    IdPort,
}

/// The longest that the slow session takes, for the reader of the report.
pub(crate) const SLOW_SECONDS: u32 = 40;

impl Scene {
    /// What happens in it.
    pub(crate) fn script(self) -> Script {
        let script = Script {
            id: ID,
            config: ConfigForm::Plain,
            host: "localhost",
            foreign: false,
            first_tick: 0,
            meter: true,
            starts_alone: false,
            steps: Vec::new(),
            end: End::Told(message("/agent/off", &[])),
        };
        let looked_at = |config, id| Script {
            config,
            id,
            foreign: true,
            steps: vec![Step::Wait(Duration::from_millis(700))],
            end: End::Force,
            ..script.clone()
        };
        let told = |address: &str, values: &[Value]| Script {
            steps: vec![Step::Ticks(32)],
            end: End::Told(message(address, values)),
            ..script.clone()
        };
        match self {
            Self::Plain => {
                Script { id: ODD_ID, steps: vec![Step::Stage("nothing odd happens"), Step::Ticks(390)], ..script }
            }
            Self::Crlf => looked_at(ConfigForm::Crlf, ID),
            Self::Tails => looked_at(ConfigForm::Tails, ID),
            Self::IdBare => looked_at(ConfigForm::Plain, "checkedbot"),
            Self::IdHost => looked_at(ConfigForm::Plain, "checked_bot@studio"),
            Self::IdPort => looked_at(ConfigForm::Plain, "checked_bot_7475"),
            Self::OtherHost => Script {
                host: if cfg!(target_os = "linux") { "127.0.0.2" } else { "127.0.0.1" },
                ..looked_at(ConfigForm::Plain, ID)
            },
            Self::OffOne => told("/agent/off", &[I(1)]),
            Self::Kill => told("/agent/kill", &[]),
            Self::Quit => told("/agent/quit", &[]),
            Self::FirstOne => Script { first_tick: 1, steps: stages(&[("the first tick is 1", &[])], 130), ..script },
            Self::NoMeter => Script { meter: false, steps: vec![Step::Stage(NO_METER), Step::Ticks(390)], ..script },
            _ => Script {
                first_tick: if self == Self::Jumps { 80_714 } else { 0 },
                meter: !matches!(self, Self::Tala),
                starts_alone: self == Self::Closed,
                steps: self.steps(),
                ..script
            },
        }
    }

    fn steps(self) -> Vec<Step> {
        let say = |topic: &str, values: &[Value]| Step::Say(message(&format!("/broadcast/{topic}"), values));
        let one_bar = say("phraselength", &[S(OTHER), I(1)]);
        match self {
            Self::TickTypes => stages(
                &[
                    ("ticks come as ,ii", &[Step::Form(TickForm::Ii)]),
                    ("ticks come as ,ff", &[Step::Form(TickForm::Ff)]),
                    ("ticks come as ,di", &[Step::Form(TickForm::Di)]),
                    ("ticks come in bundles", &[Step::Form(TickForm::Bundle)]),
                ],
                96,
            ),
            Self::Jumps => stages(
                &[
                    (FIRST_LARGE, &[]),
                    ("the count jumps forward", &[Step::Jump(180_803)]),
                    ("the count begins again", &[Step::Jump(0)]),
                    ("the count jumps back", &[Step::Jump(33)]),
                ],
                104,
            ),
            Self::LostTicks => vec![
                Step::Stage("nothing is lost yet"),
                Step::Ticks(122),
                Step::Stage(LOST),
                Step::Lose(12),
                Step::Ticks(122),
            ],
            Self::Lists => stages(
                &[
                    ("the agentList comes as one string", &[Step::List(ListStyle::Joined)]),
                    ("the agentList is empty", &[Step::List(ListStyle::Empty)]),
                    ("the agentList comes as separate strings", &[Step::List(ListStyle::Separate)]),
                ],
                90,
            ),
            Self::Silence => vec![
                Step::Ticks(64),
                Step::List(ListStyle::Silent),
                Step::Stage(SILENCE),
                Step::Wait(Duration::from_secs(u64::from(SLOW_SECONDS) - 3)),
            ],
            Self::Gains => gains(),
            Self::OwnWords => {
                let own = |topic: &str, value| say(topic, &[S(ID), value]);
                vec![
                    Step::Echo,
                    Step::Stage(ECHO),
                    Step::Ticks(160),
                    one_bar,
                    own("onoff", I(0)),
                    own("exiting", I(1)),
                    own("notepool", I(61)),
                    own("hdensity", F(0.0)),
                    Step::Stage("it hears its own `onoff 0` and `exiting 1`"),
                    Step::Ticks(260),
                ]
            }
            Self::JunkWords => junk_words(),
            Self::Plan => plan(1.0),
            Self::LongPlan => plan(48.0),
            Self::Tala => vec![
                Step::Stage("no tala yet"),
                Step::Ticks(20),
                say("tala", &[S(OTHER), I(3), I(3), I(3), I(3)]),
                Step::Stage(TALA),
                Step::Ticks(370),
            ],
            Self::ExitingZero => vec![
                one_bar,
                Step::Ticks(32),
                say("exiting", &[S(OTHER), I(0)]),
                Step::Stage("another bot said `exiting 0`"),
                Step::Ticks(288),
            ],
            Self::Exiting => vec![
                Step::Echo,
                one_bar,
                Step::Ticks(32),
                say("exiting", &[S(OTHER), I(1)]),
                Step::Stage(EXITING),
                Step::Ticks(20),
                say("exiting", &[S("third"), I(1)]),
                Step::Ticks(90),
                say("exiting", &[S("fourth"), I(1)]),
                say("exiting", &[S(OTHER), I(1)]),
                Step::Ticks(150),
            ],
            Self::OnOffOther => on_off(OTHER),
            Self::OnOffConductor => on_off(musebot_protocol::CONDUCTOR),
            Self::InitializeOther => initialize(OTHER),
            Self::InitializeConductor => initialize(musebot_protocol::CONDUCTOR),
            Self::Junk => junk(),
            Self::Cut => cut(),
            Self::Twice => vec![Step::Twice, Step::Stage(TWICE), Step::Ticks(390)],
            Self::Closed => vec![
                Step::Stage("somebody listens at last"),
                Step::Ticks(70),
                Step::Leave,
                Step::Stage(SHUT),
                Step::Wait(Duration::from_millis(1500)),
                Step::Return,
                Step::Stage(REOPENED),
                Step::Ticks(170),
            ],
            _ => Vec::new(),
        }
    }
}

pub(crate) const FIRST_LARGE: &str = "the first tick is 80714";
pub(crate) const LOST: &str = "200 ms of ticks are lost";
pub(crate) const NO_METER: &str = "no metre comes";
pub(crate) const ECHO: &str = "its own words came back";
pub(crate) const TWICE: &str = "everything comes twice";
pub(crate) const SILENCE: &str = "no agentList comes";
pub(crate) const TALA: &str = "the tala is 3 3 3 3";
pub(crate) const EXITING: &str = "others said `exiting 1`";
pub(crate) const SHUT: &str = "nobody listens at the conductor's port";
pub(crate) const REOPENED: &str = "the conductor's port is open again";
pub(crate) const OFF: &str = "`onoff 0` was said";
pub(crate) const ON_AGAIN: &str = "`onoff 1` was said";
/// Before `initialize` is said, and after, each time.
pub(crate) const INITIALIZED: [(&str, &str); 3] = [
    ("`initialize` has not been said yet", "`initialize 1` was said"),
    ("`initialize` has not been said again yet", "`initialize 1` was said again"),
    ("`initialize` has not been said a third time yet", "`initialize 1` was said a third time"),
];
pub(crate) const PLAN: &str = "a plan of two chords was said";

/// Parts of a session, each so many ticks long.
fn stages(parts: &[(&'static str, &[Step])], ticks: u32) -> Vec<Step> {
    let part = |(name, begin): &(&'static str, &[Step])| {
        let mut steps = begin.to_vec();
        steps.extend([Step::Stage(name), Step::Ticks(ticks)]);
        steps
    };
    parts.iter().flat_map(part).collect()
}

fn gains() -> Vec<Step> {
    let gain = |values: &[Value]| Step::Say(message("/agent/gain", values));
    vec![
        gain(&[I(1)]),
        gain(&[D(0.5)]),
        gain(&[I(0)]),
        gain(&[F(0.3)]),
        Step::Stage("gains came as i, d and f"),
        Step::Ticks(100),
        gain(&[F(7.5)]),
        gain(&[F(-1.0)]),
        gain(&[F(f32::NAN)]),
        Step::Stage("gains came that are not between 0 and 1"),
        Step::Ticks(100),
        gain(&[F(0.2), F(300.0)]),
        gain(&[F(0.0), F(200.0)]),
        gain(&[D(0.1), I(100)]),
        Step::Stage("a ramp of the gain ended"),
        Step::Ticks(110),
    ]
}

/// Two chords of one bar each, in a phrase of two bars, whatever numbers say so.
fn plan(unit: f32) -> Vec<Step> {
    let say = |topic: &str, values: &[Value]| Step::Say(message(&format!("/broadcast/{topic}"), values));
    vec![
        Step::Ticks(16),
        say("phraselength", &[S(OTHER), I(2)]),
        say("plan/chords", &[S(OTHER), S("1 5 8"), S(" 3  6 10 ")]),
        say("plan/chordDuration", &[S(OTHER), F(unit), F(unit)]),
        Step::Stage("the plan has been said once"),
        Step::Ticks(120),
        Step::Stage(PLAN),
        Step::Ticks(390),
    ]
}

fn on_off(who: &str) -> Vec<Step> {
    let say = |on| Step::Say(message("/broadcast/onoff", &[S(who), I(on)]));
    vec![
        Step::Ticks(16),
        say(0),
        Step::Ticks(8),
        Step::Stage(OFF),
        Step::Ticks(140),
        say(1),
        Step::Stage(ON_AGAIN),
        Step::Ticks(150),
    ]
}

/// Once in each of three bars, at places where nobody would say anything by himself.
fn initialize(who: &str) -> Vec<Step> {
    let once = |(before, after)| {
        [
            Step::Stage(before),
            Step::Ticks(6),
            Step::Say(message("/broadcast/initialize", &[S(who), I(1)])),
            Step::Stage(after),
            Step::Ticks(6),
            Step::Stage("`initialize 1` was said a while ago"),
            Step::Ticks(64 - 12),
        ]
    };
    let mut steps = vec![Step::Ticks(64 + 22)];
    steps.extend(INITIALIZED.into_iter().flat_map(once));
    steps.push(Step::Ticks(48));
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_session_but_the_plain_one_uses_an_id_that_nobody_would_change() {
        assert!(Scene::Plain.script().id != ID && Scene::Junk.script().id == ID);
    }

    #[test]
    fn ticks_are_lost_over_a_bar_line_for_200_ms() {
        let steps = Scene::LostTicks.script().steps;
        let [_, Step::Ticks(before), _, Step::Lose(lost), ..] = steps[..] else { panic!() };
        assert!(before < 128 && before + lost > 128);
        let ms = super::super::ticker::tick_length().as_secs_f64() * 1000.0 * f64::from(lost);
        assert!((200.0..260.0).contains(&ms), "{ms}");
    }
}
