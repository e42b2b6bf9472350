//! By which session each host asks for the time and is sent early copies. A session ends with the life of the satellite that had
//! it: who was started again is let in with another. Pure.

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
    /// At which port whoever said hello by this name last hears early copies; 0: at none.
    hello: u16,
    /// And whoever was let in.
    early: u16,
    session: Option<Session>,
}

impl Sessions {
    /// A director says hello by this name, and at which port it hears early copies.
    pub(super) fn hello(&mut self, host: &HostName, early: u16) {
        if self.0.len() >= MOST && !self.0.contains_key(host) {
            let stranger = self.0.iter().find(|(_, known)| known.session.is_none()).map(|(host, _)| host.clone());
            let Some(stranger) = stranger else { return };
            self.0.remove(&stranger);
        }
        self.0.entry(host.clone()).or_default().hello = early;
    }

    /// Whoever said hello by this name last is let in.
    pub(super) fn lets_in(&mut self, host: &HostName) {
        if let Some(known) = self.0.get_mut(host) {
            known.early = known.hello;
        }
    }

    /// The session of a host that has one.
    pub(super) fn of(&self, host: &HostName) -> Option<Session> {
        self.0.get(host)?.session
    }

    /// It has this one from now on.
    pub(super) fn begins(&mut self, host: &HostName, session: Session) {
        self.0.entry(host.clone()).or_default().session = Some(session);
    }

    /// Where whoever was let in hears early copies, if it does.
    pub(super) fn port(&self, host: &HostName) -> Option<u16> {
        self.0.get(host).map(|known| known.early).filter(|port| *port > 0)
    }

    /// It has gone, or another one of this name is here, which has said hello before: the session that it had.
    pub(super) fn ends(&mut self, host: &HostName) -> Option<Session> {
        self.0.get_mut(host)?.session.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> HostName {
        HostName::new(name).unwrap()
    }

    #[test]
    fn whoever_is_let_in_again_keeps_its_session_and_whoever_was_started_again_gets_another_at_its_own_port() {
        let (mut sessions, left) = (Sessions::default(), named("left"));
        sessions.hello(&left, 4000);
        assert_eq!((sessions.of(&left), sessions.port(&left)), (None, None));
        sessions.lets_in(&left);
        sessions.begins(&left, (5, [5; 32]));
        sessions.hello(&left, 4001);
        assert_eq!(
            (sessions.of(&left), sessions.port(&left)),
            (Some((5, [5; 32])), Some(4000)),
            "it may be a namesake"
        );
        sessions.lets_in(&left);
        assert_eq!((sessions.of(&left), sessions.port(&left)), (Some((5, [5; 32])), Some(4001)));
        // Another life says hello; then the director ends the former one's session, and lets it in.
        sessions.hello(&left, 4002);
        assert_eq!(sessions.ends(&left), Some((5, [5; 32])));
        sessions.lets_in(&left);
        assert_eq!((sessions.of(&left), sessions.ends(&left), sessions.port(&left)), (None, None, Some(4002)));
        sessions.hello(&left, 0);
        sessions.lets_in(&left);
        assert_eq!(sessions.port(&left), None);
    }

    #[test]
    fn names_without_end_push_nobody_out_who_is_let_in() {
        let (mut sessions, left) = (Sessions::default(), named("left"));
        sessions.hello(&left, 4000);
        sessions.begins(&left, (5, [5; 32]));
        for n in 0..5_000 {
            sessions.hello(&named(&format!("h{n}")), 1);
        }
        assert!(sessions.of(&left).is_some() && sessions.0.len() <= MOST);
    }
}
