//! What has been heard and is not yet to be seen. Bounded: when full, what lies farthest ahead is dropped.

use crate::Happening;
use std::collections::VecDeque;

const MOST: usize = 1024;

#[derive(Debug, Clone, Default)]
pub(crate) struct Queue(VecDeque<Happening>);

impl Queue {
    /// Takes a happening in; those of the same instant stay in the order in which they came.
    pub(crate) fn put(&mut self, happening: &Happening) {
        if !happening.due.is_finite() {
            return;
        }
        let place = self.0.partition_point(|other| other.due <= happening.due);
        if place < MOST {
            self.0.insert(place, happening.clone());
            self.0.truncate(MOST);
        }
    }

    /// The earliest, if it is due by `now`.
    pub(crate) fn due_by(&mut self, now: f64) -> Option<Happening> {
        self.0.front().is_some_and(|first| first.due <= now).then(|| self.0.pop_front()).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::What;

    fn at(due: f64) -> Happening {
        Happening { due, what: What::Playing(true) }
    }

    #[test]
    fn happenings_come_out_in_the_order_of_time_and_not_before_it() {
        let mut queue = Queue::default();
        for due in [0.3, 0.1, 0.2] {
            queue.put(&at(due));
        }
        assert_eq!(queue.due_by(0.05), None);
        let dues: Vec<f64> = std::iter::from_fn(|| queue.due_by(0.25)).map(|happening| happening.due).collect();
        assert_eq!(dues, [0.1, 0.2]);
    }

    #[test]
    fn a_flood_and_instants_that_are_none_fill_no_memory() {
        let mut queue = Queue::default();
        for n in 0..5000 {
            queue.put(&at(f64::from(5000 - n)));
            queue.put(&at(f64::NAN));
            queue.put(&at(f64::INFINITY));
        }
        assert_eq!(queue.0.len(), MOST);
        assert_eq!(queue.0[0].due, 1.0, "what is soonest is kept");
    }
}
