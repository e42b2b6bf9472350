//! Numbers that go softly from where they are to where they shall be: slowly, faster, slowly.

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ease<const N: usize> {
    from: [f32; N],
    to: [f32; N],
    start: f64,
    length: f64,
}

impl<const N: usize> Ease<N> {
    pub(super) fn resting(at: [f32; N]) -> Self {
        Self { from: at, to: at, start: 0.0, length: 1.0 }
    }

    /// Where they are at an instant.
    pub(super) fn at(&self, now: f64) -> [f32; N] {
        let way = ((now - self.start) / self.length).clamp(0.0, 1.0);
        // Its slope is at most 1.5: nothing moves faster than 1.5 of its way in a length.
        let way = (way * way * (3.0 - 2.0 * way)) as f32;
        std::array::from_fn(|n| self.from[n] + (self.to[n] - self.from[n]) * way)
    }

    /// From where they are at `start` they go to `to`, in `length` seconds.
    pub(super) fn go(&mut self, to: [f32; N], start: f64, length: f64) {
        if to != self.to {
            *self = Self { from: self.at(start), to, start, length };
        }
    }

    /// Where they will be.
    #[cfg(test)]
    pub(super) fn goal(&self) -> [f32; N] {
        self.to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_begins_and_ends_where_it_should_and_is_halfway_in_the_middle() {
        let mut ease = Ease::resting([0.0]);
        ease.go([1.0], 10.0, 2.0);
        let at = |now| ease.at(now)[0];
        assert_eq!([at(9.0), at(10.0), at(11.0), at(12.0), at(99.0)], [0.0, 0.0, 0.5, 1.0, 1.0]);
    }

    #[test]
    fn a_way_that_is_changed_goes_on_from_where_it_was() {
        let mut ease = Ease::resting([0.0]);
        ease.go([1.0], 0.0, 1.0);
        let before = ease.at(0.4);
        ease.go([0.0], 0.4, 1.0);
        assert_eq!(ease.at(0.4), before);
        assert_eq!(ease.goal(), [0.0]);
    }
}
