//! One ensemble on several machines: what a director decides that is not alone.
//!
//! Each director tends its own bots. The leader's tempo map, its score and what it conducts hold everywhere; faders are
//! moved by every director alike; a bot is started and stopped where it lives. What others' bots are doing is
//! told twice a second, and shown as if they were here.

mod commands;
mod delayed;
mod far;
mod given;
mod joined;
mod leading;
mod lines;
mod placing;
mod unheard;
mod welcomes;

pub(super) use commands::Where;
pub use far::HostView;

use super::{BotView, Director};
use crate::{
    ensemble::{BotEntry, LeaderLoss},
    event::{Action, Tone},
    network::{
        HostName,
        word::{FarBot, HostState, LONGEST_KINDS, LinkState, Word, one_line},
    },
};
use commands::Pending;
use delayed::Delayed;
use far::Host;
use joined::Satellite;
use lines::Lines;
use musebot_protocol::{Message, State, Tick};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};
use welcomes::Welcomes;

/// How often a director says how it is doing.
const SAY_EVERY: Duration = Duration::from_millis(500);
/// At most so often for those who come.
const SAY_TOGETHER: Duration = Duration::from_millis(20);
/// Who has not been heard for so long is out of reach.
pub(super) const LOST_AFTER: Duration = Duration::from_secs(2);

/// What is known of the other machines.
pub(super) struct Networking {
    own: HostName,
    role: Role,
    hosts: BTreeMap<HostName, Host>,
    /// Questions of terminals here that another director is to answer.
    pending: VecDeque<Pending>,
    tickets: u64,
    /// When we last said how we are doing.
    said: Duration,
    /// How many words we have said that hold for all.
    words: u64,
    /// Which topics the others were last asked for.
    topics: Option<Option<Vec<String>>>,
    /// Whether we have joined by an address: a leader that has another one is not found.
    by_address: bool,
    /// What other hosts said, and is heard a phrase later.
    delayed: Delayed,
    /// What others have had printed here.
    lines: Lines,
    /// Whether the others are heard as soon as they speak, as the relay was told last.
    at_once: bool,
    /// Whether it was said that there is no room for all of that.
    told_full: bool,
}

enum Role {
    /// All bots of the file, wherever they play, and on which host those do that may play on any.
    Leader {
        far: Vec<BotEntry>,
        placed: BTreeMap<String, HostName>,
        /// How many hosts have joined so far.
        joined: u64,
        welcomes: Welcomes,
    },
    Satellite(Box<Satellite>),
}

impl Director {
    /// Opens the ensemble to other machines: this one is called `own` and leads. Bots that the file has put elsewhere
    /// wait for their hosts.
    pub fn open_to(&mut self, own: HostName, far: Vec<BotEntry>) {
        for bot in &far {
            self.mixer.channel(bot.id.as_str(), bot.gain, bot.group.as_deref());
        }
        let (placed, joined) = (BTreeMap::new(), 0);
        let role = Role::Leader { far, placed, joined, welcomes: Welcomes::default() };
        self.networking = Some(Networking::new(own, role));
    }

    /// The leader was called by its address, which nobody can look up anew when it has another one.
    pub fn has_joined_by_address(&mut self) {
        if let Some(networking) = &mut self.networking {
            networking.by_address = true;
        }
    }

    /// Whether our ticks are another director's.
    pub(super) fn joins_in(&self) -> bool {
        matches!(&self.networking, Some(Networking { role: Role::Satellite(_), .. }))
    }

    /// Whether others' ticks are ours.
    fn leads(&self) -> bool {
        matches!(&self.networking, Some(Networking { role: Role::Leader { .. }, .. }))
    }

    /// Whether other machines take part.
    #[must_use]
    pub fn is_networked(&self) -> bool {
        self.networking.is_some()
    }

    /// A director says something.
    pub(super) fn letter(&mut self, now: Duration, host: &HostName, from: u64, word: Word) {
        if self.networking.is_none() {
            return;
        }
        if self.is_another_leader(host, from, &word) {
            return;
        }
        let (before, known) = (self.out.len(), self.has_let_in(host, from));
        if self.leads() && !known && !self.hears_stranger(now, host, from, &word) {
            return;
        }
        if word.holds_for_all() {
            self.counts(host, from);
        }
        match word {
            Word::Hello { .. } => self.host_asks(now, host, from),
            Word::Welcome(welcome) => self.welcomed(now, host, from, *welcome),
            Word::Refused(why) => self.refused(now, host, &why),
            Word::Map(map) => self.leader_map(now, host, &map),
            Word::State(state) => self.host_state(now, host, from, *state),
            Word::Mix(bytes) => {
                self.is_moved_elsewhere(&bytes);
                self.mix_as(now, &bytes);
            }
            Word::Conduct(conduct) => self.conducted(now, host, conduct),
            Word::Ask { ticket, control } => self.asked_from_afar(now, host, ticket, &control),
            Word::Answer { ticket, replies } => self.answered(ticket, &replies),
            Word::Log { tone, text } => self.log_from(host, &tone, &text),
            Word::Play(yours) => self.plays(now, host, &yours),
            Word::Cannot(bots) => self.cannot_play(now, host, from, bots),
            Word::Bye => {
                self.host_leaves(now, host, from);
                self.dismiss(host);
            }
        }
        // What others make us say is no news to them, and must not come back to us as theirs.
        self.keep_from_other_screens(before);
        self.cut_short(now, (known || self.joins_in()).then_some(host), before);
    }

    /// A bot of another host has said something to everybody here. What has not been relayed at once is heard later.
    pub(super) fn spoke_from_afar(
        &mut self,
        now: Duration,
        host: &HostName,
        said: Tick,
        message: Message,
        relayed: bool,
    ) {
        let before = self.out.len();
        if relayed {
            self.understood(now, host, message);
        } else {
            self.heard_later(host, said, &message);
        }
        self.cut_short(now, Some(host), before);
    }

    /// Others make us print no more than so much: of what we do since this number of actions, the lines that are too many
    /// are left out. `whose` they are: a host's, or nobody's that was here before.
    pub(super) fn cut_short(&mut self, now: Duration, whose: Option<&HostName>, since: usize) {
        let Some(Networking { lines, .. }) = &mut self.networking else { return };
        let is_line = |action: &Action| matches!(action, Action::Say(..) | Action::Sung { .. });
        sift(&mut self.out, since, |action| !is_line(action) || lines.takes(whose, now));
    }

    /// How much was not printed of what others had to say.
    fn say_what_was_left_out(&mut self, now: Duration) {
        let Some(Networking { lines, .. }) = &mut self.networking else { return };
        if let Some(many) = lines.left_out(now) {
            let what =
                format!("{many} more line(s) of other machines are left out (`director hosts` shows who is there)");
            self.say_here(Tone::Warning, what);
        }
    }

    /// What the director itself makes of it.
    fn understood(&mut self, now: Duration, host: &HostName, message: Message) {
        let Some(topic) = message.topic() else { return };
        if crate::memory::Memory::keeps(topic) {
            let speaker = musebot_protocol::Broadcast::decode(&message).map(|said| said.speaker).unwrap_or_default();
            self.memory.remember(crate::memory::Voice::Far(host.clone(), speaker), topic, message.bytes);
        }
        self.made_of(now, crate::relay::NOBODY, topic, message);
    }

    /// What has to happen all the time.
    pub(super) fn tend_network(&mut self, now: Duration) {
        if self.networking.is_none() {
            return;
        }
        let before = self.out.len();
        self.notice_losses(now);
        self.cut_short(now, None, before);
        self.say_what_was_left_out(now);
        self.keep_with_leader(now);
        self.give_up_questions(now);
        self.ask_again(now);
        self.ask_for_topics();
        self.say_when_others_are_heard();
        self.strike_off();
        let due = self.networking.as_ref().is_some_and(|n| now.saturating_sub(n.said) >= SAY_EVERY);
        if due {
            self.place_bots(now);
            self.say_how_we_are(now);
        }
    }

    /// How we are doing, to everybody.
    pub(super) fn say_how_we_are(&mut self, now: Duration) {
        let bots = self.own_bots();
        let Some(networking) = &mut self.networking else { return };
        networking.said = now;
        let link = match &networking.role {
            Role::Satellite(satellite) => satellite.link,
            Role::Leader { .. } => None,
        };
        let said = networking.words;
        self.tell(None, Word::State(Box::new(HostState { bots, link, said })));
    }

    /// The same for one that has just come; when many do, once for all of them, a little later.
    fn say_how_we_are_soon(&mut self, now: Duration) {
        let Some(networking) = &mut self.networking else { return };
        if now.saturating_sub(networking.said) >= SAY_TOGETHER {
            self.say_how_we_are(now);
        } else {
            networking.said = Duration::ZERO;
        }
    }

    /// The others are told that we go.
    pub(super) fn say_bye(&mut self) {
        if self.is_networked() {
            self.tell(None, Word::Bye);
        }
    }

    /// Where the leader ends, all fade out with it.
    pub(super) fn end_for_all(&mut self) {
        if !self.joins_in() {
            self.say_bye();
        }
    }

    fn own_bots(&self) -> Vec<FarBot> {
        let bots = self.roster.iter().map(|bot| FarBot {
            id: bot.id.to_string(),
            state: bot.state().word().to_owned(),
            here: bot.is_here(),
            level: bot.level,
            late: bot.late,
            xruns: bot.xruns,
            restarts: bot.restarts.count,
            kinds: bot.hello.as_ref().map(|h| one_line(&h.kinds.join(" "), LONGEST_KINDS)).unwrap_or_default(),
            page: bot.page.clone().filter(|_| bot.is_here()),
        });
        bots.collect()
    }

    /// Which topics anybody here listens to: all, as soon as one bot does not say, or a terminal listens.
    fn ask_for_topics(&mut self) {
        let everything = self.terminals.anybody() || self.roster.iter().any(|b| b.is_here() && b.topics().is_none());
        let topics = (!everything).then(|| {
            let own = self.roster.iter().filter(|b| b.is_here()).filter_map(|b| b.topics()).flatten();
            let mut topics: Vec<String> = own.cloned().collect();
            // What the director itself makes something of, and what a latecomer is told.
            topics.extend(crate::memory::Memory::topics().map(str::to_owned));
            topics.extend(["text", "line", "exiting"].map(str::to_owned));
            topics.sort();
            topics.dedup();
            topics
        });
        let Some(networking) = &mut self.networking else { return };
        if networking.topics.as_ref() != Some(&topics) {
            networking.topics = Some(topics.clone());
            self.out.push(Action::Topics(topics));
        }
    }

    fn say_when_others_are_heard(&mut self) {
        let at_once = self.hears_at_once();
        if let Some(networking) = self.networking.as_mut().filter(|n| n.at_once != at_once) {
            networking.at_once = at_once;
            self.out.push(Action::HearsAtOnce(at_once));
        }
    }

    /// Says something to one director, or to all.
    pub(super) fn tell(&mut self, to: Option<HostName>, word: Word) {
        if let Some(networking) = self.networking.as_mut().filter(|_| to.is_none() && word.holds_for_all()) {
            networking.words += 1;
        }
        self.out.push(Action::Tell { to, word: Box::new(word) });
    }

    /// What the people at the other screens should see, too.
    pub(super) fn tell_other_screens(&mut self, tone: Tone, what: &str) {
        let tone = match tone {
            Tone::Note => return,
            Tone::Warning => "warning",
            Tone::Loud => "loud",
        };
        if self.is_networked() {
            let text = what.chars().take(1000).collect();
            self.tell(None, Word::Log { tone: tone.to_owned(), text });
        }
    }

    /// What we say since this number of actions is for our screen alone.
    fn keep_from_other_screens(&mut self, since: usize) {
        let is_log =
            |action: &Action| matches!(action, Action::Tell { word, .. } if matches!(**word, Word::Log { .. }));
        sift(&mut self.out, since, |action| !is_log(action));
    }

    fn log_from(&mut self, host: &HostName, tone: &str, text: &str) {
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let tone = if tone == "loud" { Tone::Loud } else { Tone::Warning };
        self.say_here(tone, format!("{host}: {text}"));
    }

    /// The bots of other hosts that can be reached, for the list of those who are here.
    pub(super) fn far_names(&self) -> impl Iterator<Item = String> {
        self.networking
            .iter()
            .flat_map(|n| n.hosts.values())
            .filter(|host| host.here)
            .flat_map(|host| host.state.bots.iter().filter(|bot| bot.here).map(|bot| bot.id.clone()))
    }

    /// The bots of other hosts, as they are shown.
    pub(super) fn far_views(&self, now: Duration) -> Vec<BotView> {
        let when = self.when(now);
        let far = self.networking.iter().flat_map(|n| &n.hosts);
        far.flat_map(|(host, there)| there.state.bots.iter().map(move |bot| (host, there, bot)))
            .map(|(host, there, bot)| {
                let name = if bot.id.contains('@') { bot.id.clone() } else { format!("{}@{host}", bot.id) };
                BotView {
                    state: if there.here { State::from_word(&bot.state) } else { None }.unwrap_or(State::Silent),
                    gain: self.mixer.fader(&name, when).linear(),
                    silenced: self.mixer.is_silenced(&name),
                    level: if there.here { bot.level } else { (0.0, 0.0) },
                    late: bot.late,
                    xruns: bot.xruns,
                    restarts: bot.restarts,
                    page: None,
                    kinds: bot.kinds.clone(),
                    name: name.into(),
                }
            })
            .collect()
    }

    /// Whether this director leads an ensemble of several, and somebody else plays on meanwhile.
    pub(super) fn others_play_on(&self) -> bool {
        self.networking.as_ref().is_some_and(|n| match n.role {
            Role::Leader { .. } => n.hosts.values().any(|host| host.welcome),
            Role::Satellite(_) => true,
        })
    }

    fn on_leader_loss(&self) -> LeaderLoss {
        self.ensemble.network.on_leader_loss
    }
}

/// Of the actions from this number on, those stay that are to.
fn sift(actions: &mut Vec<Action>, since: usize, mut stays: impl FnMut(&Action) -> bool) {
    let mut number = 0;
    actions.retain(|action| {
        number += 1;
        number <= since || stays(action)
    });
}

impl Networking {
    fn new(own: HostName, role: Role) -> Self {
        Self {
            own,
            role,
            hosts: BTreeMap::new(),
            pending: VecDeque::new(),
            tickets: 0,
            said: Duration::ZERO,
            words: 0,
            topics: None,
            by_address: false,
            delayed: Delayed::default(),
            lines: Lines::default(),
            at_once: true,
            told_full: false,
        }
    }
}

/// What a satellite knows of the leader's clock, as it is told by the edge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reckoning {
    /// How the leader's clock stands against ours, once that is known.
    pub estimate: Option<crate::network::offset::Estimate>,
    /// Whether the way to it was measured anew, because it had jumped.
    pub anew: bool,
    /// How the way is.
    pub link: LinkState,
}
