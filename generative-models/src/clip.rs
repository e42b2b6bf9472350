//! How large gradients are tamed.

use serde::{Deserialize, Serialize};

/// How large gradients are tamed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Clip {
    /// Each number is brought into ± this, as in the lectures.
    Value(f64),
    /// All are made smaller together until their norm is this (R. Pascanu et al. 2013).
    Norm(f64),
}
