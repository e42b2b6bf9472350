//! What a satellite has said lately, and may have said in vain: it is said again when the leader is back.

use std::{collections::VecDeque, time::Duration};

/// Who has heard the leader has been heard by it so long before, at the latest: a loss is noticed sooner.
const CERTAIN_AFTER: Duration = Duration::from_secs(4);
/// Commands that are kept at most; of more, the oldest are as the leader has them.
const MOST: usize = 256;

/// The faders that were moved here, and how far the memory of the band's words had come.
#[derive(Debug, Default)]
pub(super) struct Unheard {
    /// When, what, and the command's own bytes.
    moved: VecDeque<(Duration, String, Vec<u8>)>,
    marks: VecDeque<(Duration, u64)>,
}

impl Unheard {
    /// Somebody has moved a fader here, by this command.
    pub(super) fn moves(&mut self, now: Duration, fader: String, command: Vec<u8>) {
        self.is_moved_elsewhere(&fader);
        if self.moved.len() >= MOST {
            self.moved.pop_front();
        }
        self.moved.push_back((now, fader, command));
    }

    /// Somebody else has moved it since.
    pub(super) fn is_moved_elsewhere(&mut self, fader: &str) {
        self.moved.retain(|(_, moved, _)| moved != fader);
    }

    /// The leader is heard; the memory has come to this mark.
    pub(super) fn linked(&mut self, now: Duration, mark: u64) {
        let certain = |at: &Duration| now.saturating_sub(*at) >= CERTAIN_AFTER;
        while self.moved.front().is_some_and(|(at, ..)| certain(at)) {
            self.moved.pop_front();
        }
        self.marks.push_back((now, mark));
        while self.marks.get(1).is_some_and(|(at, _)| certain(at)) {
            self.marks.pop_front();
        }
    }

    /// The commands that the leader may not have heard, oldest first.
    pub(super) fn moved(&self) -> Vec<Vec<u8>> {
        self.moved.iter().map(|(.., command)| command.clone()).collect()
    }

    /// The words since this mark it may not have heard either.
    pub(super) fn mark(&self) -> u64 {
        self.marks.front().map_or(0, |(_, mark)| *mark)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_shortly_before_the_leader_was_heard_last_and_since_may_be_unheard() {
        let (mut unheard, at) = (Unheard::default(), Duration::from_secs);
        assert_eq!(unheard.mark(), 0);
        for second in 1..=20 {
            unheard.moves(at(second), format!("gain {second}"), vec![second as u8]);
            unheard.linked(at(second), second);
        }
        assert_eq!(unheard.moved(), [[17], [18], [19], [20]]);
        assert_eq!(unheard.mark(), 16);
        // Nothing is heard any more, for however long.
        unheard.moves(at(500), "mute".into(), vec![21]);
        assert_eq!((unheard.moved().len(), unheard.mark()), (5, 16));
    }

    #[test]
    fn of_each_fader_the_last_move_is_said_again_and_none_that_somebody_else_has_moved_since() {
        let mut unheard = Unheard::default();
        for (fader, command) in [("gain a", 1), ("gain b", 2), ("gain a", 3), ("mute a", 4)] {
            unheard.moves(Duration::ZERO, fader.into(), vec![command]);
        }
        assert_eq!(unheard.moved(), [[2], [3], [4]]);
        unheard.is_moved_elsewhere("gain b");
        assert_eq!(unheard.moved(), [[3], [4]]);
    }

    #[test]
    fn it_keeps_so_much_and_no_more() {
        let mut unheard = Unheard::default();
        for n in 0..1000_u32 {
            unheard.moves(Duration::ZERO, format!("gain {n}"), n.to_be_bytes().to_vec());
        }
        assert_eq!((unheard.moved().len(), &*unheard.moved()[0]), (MOST, &744_u32.to_be_bytes()[..]));
    }
}
