//! What the models compute with, on plain slices: products of matrices that are multiplied again
//! and again, and smooth curves, each in the widest arithmetic that the machine has.

#[cfg(feature = "pictures")]
mod convolution;
mod curves;
#[cfg(feature = "pictures")]
mod gram;
#[cfg(feature = "pictures")]
mod lanes;
mod level;
#[cfg(feature = "pictures")]
mod planes;
mod product;
#[cfg(feature = "pictures")]
mod strips;
mod tile;

#[cfg(feature = "pictures")]
pub(crate) use convolution::{Convolution, Size, Task, Then};
pub(crate) use curves::{exp, sigmoid, tanh};
#[cfg(feature = "pictures")]
pub(crate) use gram::Gram;
#[cfg(feature = "pictures")]
pub(crate) use lanes::{LANES, Lanes};
pub(crate) use level::{Level, at_each_level};
#[cfg(feature = "pictures")]
pub(crate) use planes::Planes;
pub(crate) use product::Panels;
#[cfg(feature = "pictures")]
pub(crate) use strips::Strips;
