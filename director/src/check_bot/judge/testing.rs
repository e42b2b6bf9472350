//! What the tests of the facts have in common.

use super::Evidence;
use crate::check_bot::{finding::Finding, record::Record, scenes::Scene};

/// What a fact says to made-up records.
pub(crate) fn evidence<const N: usize>(records: [(Scene, Record); N], judge: impl Fn(&Evidence) -> Finding) -> Finding {
    judge(&Evidence { records: &records.into(), folder: None, info: None, slow: true })
}
