//! What the models compute with, on plain slices: products of matrices that are multiplied again
//! and again, and smooth curves, each in the widest arithmetic that the machine has.

mod curves;
mod level;
mod product;
mod tile;

pub(crate) use curves::{exp, sigmoid, tanh};
pub(crate) use level::{Level, at_each_level};
pub(crate) use product::Panels;
