//! The shape of a network.

use super::Cell;
use serde::{Deserialize, Serialize};

/// The shape of a network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Shape {
    /// The cell.
    #[serde(default = "lstm")]
    pub cell: Cell,
    /// Layers, 1–3.
    #[serde(default = "one")]
    pub layers: usize,
    /// Units in a layer.
    pub hidden: usize,
    /// Numbers that a character becomes, learned; without it, one-hot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedding: Option<usize>,
    /// Share of the activations left out while learning, after each layer.
    #[serde(default)]
    pub dropout: f32,
}

fn lstm() -> Cell {
    Cell::Lstm
}

fn one() -> usize {
    1
}
