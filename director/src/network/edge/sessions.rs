//! By which session each host asks for the time and is sent early copies. Each life of a satellite has one of its own: who was
//! started again counts from somewhere else, and what was recorded of its former life is worth nothing. Pure.

use crate::network::HostName;
use std::collections::BTreeMap;

/// A session: its number, and its key.
pub(super) type Session = (u64, [u8; 32]);

/// Hosts that are kept in mind, at most.
const MOST: usize = 1024;

#[derive(Debug, Default)]
pub(super) struct Sessions(BTreeMap<HostName, Known>);

#[derive(Debug, Clone, Copy, Default)]
struct Known {
    /// Which director said hello last, and at which port it hears early copies.
    hello: Option<(u64, u16)>,
    /// The session, and whose it is.
    session: Option<(Session, Option<u64>)>,
}

impl Sessions {
    /// A director says hello by this name: which one, and at which port it hears early copies.
    pub(super) fn hello(&mut self, host: &HostName, life: u64, early: u16) {
        if self.0.len() >= MOST && !self.0.contains_key(host) {
            let stranger = self.0.iter().find(|(_, known)| known.session.is_none()).map(|(host, _)| host.clone());
            let Some(stranger) = stranger else { return };
            self.0.remove(&stranger);
        }
        self.0.entry(host.clone()).or_default().hello = Some((life, early));
    }

    /// The session of the host that is let in. Whoever is let in again keeps its own: it may not hear of another one.
    pub(super) fn of(&self, host: &HostName) -> Option<Session> {
        let known = self.0.get(host)?;
        let (session, life) = known.session?;
        let same = known.hello.is_none_or(|(hello, _)| life == Some(hello));
        same.then_some(session)
    }

    /// It has this session from now on; what it had before.
    pub(super) fn begins(&mut self, host: &HostName, session: Session) -> Option<Session> {
        let known = self.0.entry(host.clone()).or_default();
        let life = known.hello.map(|(life, _)| life);
        known.session.replace((session, life)).map(|(before, _)| before)
    }

    /// Where it hears early copies, if it does.
    pub(super) fn port(&self, host: &HostName) -> Option<u16> {
        let (_, port) = self.0.get(host)?.hello?;
        (port > 0).then_some(port)
    }

    /// It has gone; the session that it had.
    pub(super) fn ends(&mut self, host: &HostName) -> Option<Session> {
        self.0.remove(host)?.session.map(|(session, _)| session)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> HostName {
        HostName::new(name).unwrap()
    }

    #[test]
    fn whoever_is_let_in_again_keeps_its_session_and_whoever_was_started_again_gets_another() {
        let (mut sessions, left) = (Sessions::default(), named("left"));
        sessions.hello(&left, 1, 4000);
        assert_eq!((sessions.of(&left), sessions.port(&left)), (None, Some(4000)));
        assert_eq!(sessions.begins(&left, (5, [5; 32])), None);
        sessions.hello(&left, 1, 4001);
        assert_eq!((sessions.of(&left), sessions.port(&left)), (Some((5, [5; 32])), Some(4001)));
        sessions.hello(&left, 2, 0);
        assert_eq!((sessions.of(&left), sessions.port(&left)), (None, None));
        assert_eq!(sessions.begins(&left, (6, [6; 32])), Some((5, [5; 32])));
        assert_eq!(sessions.of(&left), Some((6, [6; 32])));
        assert_eq!(sessions.ends(&left), Some((6, [6; 32])));
        assert_eq!(sessions.of(&left), None);
    }

    #[test]
    fn one_that_says_no_hello_is_let_in_with_a_session_of_its_own() {
        let (mut sessions, left) = (Sessions::default(), named("left"));
        sessions.begins(&left, (5, [5; 32]));
        assert_eq!(sessions.of(&left), Some((5, [5; 32])));
    }

    #[test]
    fn names_without_end_push_nobody_out_who_is_let_in() {
        let (mut sessions, left) = (Sessions::default(), named("left"));
        sessions.hello(&left, 1, 4000);
        sessions.begins(&left, (5, [5; 32]));
        for n in 0..5_000_u64 {
            sessions.hello(&named(&format!("h{n}")), n, 1);
        }
        assert!(sessions.of(&left).is_some() && sessions.0.len() <= MOST);
    }
}
