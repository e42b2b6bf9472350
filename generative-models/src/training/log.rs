//! How a training went, a line for each validation; kept as log.csv.

/// A validation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Iterations so far.
    pub iteration: u64,
    /// Times through the corpus so far.
    pub epoch: f64,
    /// The learning rate.
    pub rate: f64,
    /// Mean loss of the portions since the last validation, in nats per character.
    pub train: f64,
    /// Loss of the validation part.
    pub valid: f64,
}

impl Point {
    /// As it comes back from the file: a training that is taken up again has the same log as one that was not.
    pub(super) fn as_kept(self) -> Self {
        from_csv(&to_csv(&[self]), u64::MAX).first().copied().unwrap_or(self)
    }
}

const HEAD: &str = "iteration,epoch,rate,train,valid";

pub(crate) fn to_csv(points: &[Point]) -> String {
    let line = |p: &Point| format!("{},{:.3},{:.6},{:.5},{:.5}\n", p.iteration, p.epoch, p.rate, p.train, p.valid);
    format!("{HEAD}\n{}", points.iter().map(line).collect::<String>())
}

/// Reads what `to_csv` wrote, up to an iteration; lines that are none are left out.
pub(crate) fn from_csv(text: &str, last: u64) -> Vec<Point> {
    let point = |line: &str| {
        let mut fields = line.split(',');
        let iteration = fields.next()?.parse().ok()?;
        let mut number = || fields.next()?.parse().ok();
        Some(Point { iteration, epoch: number()?, rate: number()?, train: number()?, valid: number()? })
    };
    text.lines().filter_map(point).filter(|point| point.iteration <= last).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_log_comes_back_up_to_an_iteration() {
        let point = |iteration| Point { iteration, epoch: 1.5, rate: 0.001, train: 2.25, valid: 2.5 };
        let text = to_csv(&[point(10), point(20), point(30)]);
        assert_eq!(from_csv(&text, 20), [point(10), point(20)]);
        assert_eq!(to_csv(&from_csv(&text, 99)), text, "nothing is lost between writing and reading");
    }

    #[test]
    fn a_point_is_kept_as_it_comes_back() {
        let point = Point { iteration: 3, epoch: 1.0 / 3.0, rate: 0.1 / 3.0, train: 2.0 / 3.0, valid: f64::INFINITY };
        let kept = point.as_kept();
        assert_ne!(kept, point);
        assert_eq!(from_csv(&to_csv(&[kept]), 3), [kept]);
    }

    proptest! {
        #[test]
        fn no_log_panics(text in any::<String>(), last in any::<u64>()) {
            let _ = from_csv(&text, last);
        }
    }
}
