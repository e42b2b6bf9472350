//! The course of an examination: which sessions are held, how many at once, and which fact can be judged when.

use super::{
    bot::Bot,
    fact::Fact,
    finding::{Finding, Verdict},
    judge::{Evidence, trouble::never_beat},
    record::Record,
    scenes::Scene,
    session,
};
use musebot_protocol::InfoTxt;
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{RecvTimeoutError, Sender, channel},
    },
    time::Duration,
};

/// How long the first heartbeat of all is waited for.
const PATIENCE: Duration = Duration::from_secs(20);
/// When our own ticks are so late, the machine is too busy for a fair judgement.
const BUSY: Duration = Duration::from_millis(60);
/// To hold a session again has not helped.
static IN_VAIN: AtomicBool = AtomicBool::new(false);
/// How often the audience is told that we are still at it.
const TELL_EVERY: Duration = Duration::from_millis(100);

/// What is examined, and how.
pub(crate) struct Examination<'a> {
    pub(crate) bot: &'a Bot,
    pub(crate) facts: Vec<&'static Fact>,
    pub(crate) slow: bool,
    /// Sessions at once, if it was said.
    pub(crate) jobs: Option<usize>,
}

/// Who wants to know how it goes.
pub(crate) trait Audience {
    /// A fact has been judged; they come in their order. The time is that of its longest session.
    fn judged(&mut self, fact: &Fact, finding: &Finding, took: Duration);
    /// The machine was so busy that our own ticks were so late.
    fn busy(&mut self, late: Duration);
    /// These are still open.
    fn waiting(&mut self, open: &[&Fact]);
}

/// What the sessions tell.
enum News {
    /// The bot of the plain session beats, so long after its start.
    Alive(Duration),
    Held(Scene, Box<Record>),
}

impl Examination<'_> {
    /// Examines. Why it could not be done, if so; the facts that need no launch have been judged then.
    pub(crate) fn run(&self, audience: &mut impl Audience) -> Result<(), String> {
        let info = self.bot.folder().and_then(|folder| std::fs::read(folder.join("info.txt")).ok());
        let info = info.map(|bytes| InfoTxt::parse(&String::from_utf8_lossy(&bytes)));
        let mut records = BTreeMap::new();
        let mut open: VecDeque<&Fact> = self.facts.iter().copied().collect();
        let scenes: BTreeSet<Scene> = self.facts.iter().flat_map(|fact| fact.scenes(self.slow)).collect();
        let judge_all = |records: &BTreeMap<Scene, Record>, open: &mut VecDeque<&'static Fact>, audience: &mut _| {
            let evidence = Evidence { records, folder: self.bot.folder(), info: info.as_ref(), slow: self.slow };
            judge(&evidence, open, audience);
        };
        if scenes.is_empty() {
            judge_all(&records, &mut open, audience);
            return Ok(());
        }
        if let Some(why) = self.bot.cannot_start() {
            self.without_launch(&info, audience);
            return Err(why);
        }
        let queue = Mutex::new(self.queue(&scenes));
        let (tell, news) = channel();
        std::thread::scope(|threads| {
            let plain = tell.clone();
            threads.spawn(move || hold(self.bot, Scene::Plain, PATIENCE, &plain));
            let mut tell = Some(tell);
            loop {
                match news.recv_timeout(TELL_EVERY) {
                    Ok(News::Alive(after)) => {
                        let Some(tell) = tell.take() else { continue };
                        for _ in 0..self.jobs.unwrap_or_else(|| at_once(after)) {
                            let (tell, queue) = (tell.clone(), &queue);
                            let patience = patience(after);
                            threads.spawn(move || {
                                while let Some(scene) = next(queue) {
                                    hold(self.bot, scene, patience, &tell);
                                }
                            });
                        }
                    }
                    Ok(News::Held(Scene::Plain, record)) if never_beat(&record).is_some() => {
                        self.without_launch(&info, audience);
                        return Err(unexaminable(&record));
                    }
                    Ok(News::Held(scene, record)) => {
                        if record.late > BUSY {
                            audience.busy(record.late);
                        }
                        records.insert(scene, *record);
                        judge_all(&records, &mut open, audience);
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return Ok(()),
                }
                audience.waiting(open.make_contiguous());
            }
        })
    }

    /// What is held after the plain session, the longest first, else in the order of the facts.
    fn queue(&self, scenes: &BTreeSet<Scene>) -> VecDeque<Scene> {
        let mut queue: VecDeque<Scene> =
            scenes.contains(&Scene::Silence).then_some(Scene::Silence).into_iter().collect();
        for scene in self.facts.iter().flat_map(|fact| fact.scenes(self.slow)) {
            if scene != Scene::Plain && !queue.contains(&scene) {
                queue.push_back(scene);
            }
        }
        queue
    }

    /// Judges what can be judged of a bot that cannot be started.
    fn without_launch(&self, info: &Option<InfoTxt>, audience: &mut impl Audience) {
        let records = BTreeMap::new();
        let mut open = self.facts.iter().copied().filter(|fact| fact.scenes.is_empty()).collect();
        let evidence = Evidence { records: &records, folder: self.bot.folder(), info: info.as_ref(), slow: self.slow };
        judge(&evidence, &mut open, audience);
    }
}

/// Judges the first facts of those that are open, as far as their sessions have been held.
fn judge(evidence: &Evidence, open: &mut VecDeque<&'static Fact>, audience: &mut impl Audience) {
    while let Some(fact) = open.front() {
        if !fact.scenes(evidence.slow).all(|scene| evidence.records.contains_key(&scene)) {
            return;
        }
        let late = fact.scenes(evidence.slow).map(|scene| evidence.of(scene).late).max().unwrap_or_default();
        let finding = on_a_busy_machine((fact.judge)(evidence), fact, late);
        let took = fact.scenes.iter().map(|scene| evidence.of(*scene).ended).max().unwrap_or_default();
        audience.judged(fact, &finding, took);
        open.pop_front();
    }
}

/// What a bot did too late says nothing about it when we were late ourselves.
fn on_a_busy_machine(finding: Finding, fact: &Fact, late: Duration) -> Finding {
    match finding.verdict {
        Verdict::Fail | Verdict::Advice if late > BUSY && fact.is_about_instants() => Finding::not_applicable(format!(
            "the machine was too busy to tell (our own ticks came up to {} ms late): {}",
            late.as_millis(),
            finding.seen
        )),
        _ => finding,
    }
}

fn hold(bot: &Bot, scene: Scene, patience: Duration, tell: &Sender<News>) {
    let alive = |after| {
        if scene == Scene::Plain {
            // Nobody listens any more when the examination has ended for another reason.
            let _ = tell.send(News::Alive(after));
        }
    };
    let mut record = session::run(bot, &scene.script(), patience, &alive);
    if record.late > BUSY && !IN_VAIN.load(Ordering::Relaxed) {
        // It may look worse than it is: once more, unless that never helps.
        record = session::run(bot, &scene.script(), patience, &alive);
        IN_VAIN.fetch_or(record.late > BUSY, Ordering::Relaxed);
    }
    let _ = tell.send(News::Held(scene, Box::new(record)));
}

fn next(queue: &Mutex<VecDeque<Scene>>) -> Option<Scene> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
}

/// How many sessions at once: who needs long to start needs the machine.
fn at_once(start: Duration) -> usize {
    match start.as_millis() {
        0..250 => 12,
        250..1000 => 3,
        _ => 2,
    }
}

/// How long a first heartbeat is waited for, once it is known how long it takes when nobody else is busy.
fn patience(start: Duration) -> Duration {
    (start * 6).clamp(Duration::from_secs(5), PATIENCE * 2)
}

fn unexaminable(record: &Record) -> String {
    if let Some(why) = &record.not_started {
        return why.clone();
    }
    let what = match record.gone {
        Some(at) => format!(
            "it ended after {:.1} s ({}) without a heartbeat",
            at.as_secs_f64(),
            super::judge::trouble::how(record.exit.as_ref())
        ),
        None => format!(
            "no heartbeat came in {:.0} s; does it send `/agent/alive` to `mc_hostname:mc_listen_port` of the config.txt \
             in its working directory? What has to be built at the first start should be built before",
            record.ended.as_secs_f64()
        ),
    };
    what + &crate::death::last_words(&record.last_lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check_bot::fact::FACTS;

    #[test]
    fn who_starts_fast_is_examined_in_many_sessions_at_once() {
        assert_eq!([100, 700, 3000].map(|ms| at_once(Duration::from_millis(ms))), [12, 3, 2]);
    }

    #[test]
    fn on_a_busy_machine_nobody_fails_for_being_late_but_for_being_wrong() {
        let judged = |number: usize, late| {
            on_a_busy_machine(Finding::fail("…", "…"), &FACTS[number - 1], Duration::from_millis(late)).verdict
        };
        assert_eq!(judged(10, 300), Verdict::NotApplicable);
        assert_eq!(judged(10, 5), Verdict::Fail);
        assert_eq!(judged(4, 300), Verdict::Fail);
    }

    #[test]
    fn who_starts_slowly_is_waited_for() {
        assert_eq!(patience(Duration::from_millis(10)), Duration::from_secs(5));
        assert_eq!(patience(Duration::from_secs(3)), Duration::from_secs(18));
    }
}
