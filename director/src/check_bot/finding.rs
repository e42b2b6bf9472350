//! What the examination of one fact has found.

use serde::Serialize;

/// How it stands with a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Verdict {
    /// Kept.
    Pass,
    /// A SHOULD that is not kept: others live with it.
    Advice,
    /// Not kept.
    Fail,
    /// It could not be told, or does not concern this bot.
    NotApplicable,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) verdict: Verdict,
    /// What was seen; of what is not applicable, why.
    pub(crate) seen: String,
    /// What should have been seen; empty where all is well.
    pub(crate) expected: String,
}

impl Finding {
    pub(crate) fn pass(seen: impl Into<String>) -> Self {
        Self { verdict: Verdict::Pass, seen: seen.into(), expected: String::new() }
    }

    pub(crate) fn advice(seen: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { verdict: Verdict::Advice, seen: seen.into(), expected: expected.into() }
    }

    pub(crate) fn fail(seen: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { verdict: Verdict::Fail, seen: seen.into(), expected: expected.into() }
    }

    pub(crate) fn not_applicable(why: impl Into<String>) -> Self {
        Self { verdict: Verdict::NotApplicable, seen: why.into(), expected: String::new() }
    }
}
