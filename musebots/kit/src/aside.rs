//! Work that takes its time, aside from the playing thread: questions go in, answers come out in
//! the same order. The playing thread never waits for one, except in a render, where time stands
//! still until it is there and the same seed gives the same bytes.

use std::{
    io,
    sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel},
    thread,
};

/// Questions that may be open at once.
const MOST_OPEN: usize = 8;

/// A worker on a thread of its own. It ends when this is dropped.
#[derive(Debug)]
pub struct Aside<Q, A> {
    questions: SyncSender<Q>,
    answers: Receiver<A>,
    open: usize,
    waits: bool,
}

impl<Q: Send + 'static, A: Send + 'static> Aside<Q, A> {
    /// Starts a worker; `prepare` runs on its thread first and makes what answers. One that
    /// `waits` (see [`Setup::rendering`](crate::Setup::rendering)) gives no answer late.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn new<W>(name: &str, waits: bool, prepare: impl FnOnce() -> W + Send + 'static) -> io::Result<Self>
    where
        W: FnMut(Q) -> A,
    {
        let (questions, inbox) = sync_channel::<Q>(MOST_OPEN);
        let (outbox, answers) = sync_channel(MOST_OPEN);
        thread::Builder::new().name(name.to_owned()).spawn(move || {
            let mut worker = prepare();
            // Both channels hold all that can be open, so that neither side ever waits for room.
            while let Ok(question) = inbox.recv() {
                if outbox.send(worker(question)).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { questions, answers, open: 0, waits })
    }

    /// Asks. Whether it was: not when too much is open already, or the worker has died.
    pub fn ask(&mut self, question: Q) -> bool {
        let asked = self.open < MOST_OPEN && self.questions.try_send(question).is_ok();
        self.open += usize::from(asked);
        asked
    }

    /// The next answer, if it is there (in a render: if it was asked for).
    pub fn answer(&mut self) -> Option<A> {
        if self.open == 0 {
            return None;
        }
        let answer = match self.waits {
            true => self.answers.recv().map_err(|_| TryRecvError::Disconnected),
            false => self.answers.try_recv(),
        };
        match answer {
            Ok(_) => self.open -= 1,
            // The worker has died: nothing is open any more, and nothing can be asked.
            Err(TryRecvError::Disconnected) => self.open = 0,
            Err(TryRecvError::Empty) => {}
        }
        answer.ok()
    }

    /// How many questions are not answered yet.
    #[must_use]
    pub fn open(&self) -> usize {
        self.open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn squares(waits: bool) -> Aside<u32, u32> {
        Aside::new("squares", waits, || |n| n * n).unwrap()
    }

    #[test]
    fn answers_come_in_the_order_of_the_questions() {
        let mut aside = squares(true);
        assert!((1..5).all(|n| aside.ask(n)));
        assert_eq!(std::iter::from_fn(|| aside.answer()).collect::<Vec<_>>(), [1, 4, 9, 16]);
        assert_eq!(aside.open(), 0);
    }

    #[test]
    fn live_nobody_waits_for_an_answer() {
        let (free, held) = sync_channel::<()>(0);
        let mut aside = Aside::new("slow", false, move || move |n: u32| (held.recv().is_ok(), n).1).unwrap();
        assert!(aside.ask(3));
        assert_eq!(aside.answer(), None);
        free.send(()).unwrap();
        // The worker is on its way now; asking again is all that a bot does.
        let answer = std::iter::repeat_with(thread::yield_now).find_map(|()| aside.answer());
        assert_eq!(answer, Some(3));
    }

    #[test]
    fn no_more_than_a_few_questions_are_open() {
        let mut aside = squares(true);
        assert_eq!((0..100).filter(|n| aside.ask(*n)).count(), MOST_OPEN);
    }

    #[test]
    fn a_worker_that_dies_answers_nothing_and_holds_nobody_up() {
        let mut aside = Aside::new("mortal", true, || |n: u32| if n == 1 { panic!("on purpose") } else { n }).unwrap();
        aside.ask(0);
        aside.ask(1);
        assert_eq!((aside.answer(), aside.answer(), aside.answer()), (Some(0), None, None));
        assert_eq!(aside.open(), 0);
    }
}
