//! Numbers by name in a safetensors file, in 32, 16 or 8 bits, and every reason why such a file is refused.

use crate::weights::{Matrix, Weights};
use half::f16;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// In how many bits weights are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// 32-bit floating point: exactly as trained.
    #[default]
    F32,
    /// 16-bit floating point: half the size.
    F16,
    /// 8-bit whole numbers and a scale for each row: a quarter of it.
    Q8,
}

/// The one entry of our files' metadata (one, because several would be written in any order).
const FORMAT: &str = "char-rnn";
const VERSION: &str = "1";

#[derive(Debug, thiserror::Error)]
pub(crate) enum TensorsError {
    #[error("it is damaged or cut off ({0}); copy or train it again")]
    Damaged(String),
    #[error("it is not of a character RNN of ours; expected the metadata `char-rnn`")]
    Foreign,
    #[error("it is of version {0}, this program reads version {VERSION}; use the version of the program that wrote it")]
    Version(String),
    #[error("`{0}` is missing; do config.toml, the alphabet and the weights belong together?")]
    Missing(String),
    #[error("`{0}` is not part of a model of this shape; do config.toml and the weights belong together?")]
    Superfluous(String),
    #[error("`{name}` is {found}, expected {wanted}; do config.toml, the alphabet and the weights belong together?")]
    Shape { name: String, found: String, wanted: String },
    #[error("`{0}` has numbers that are none (NaN or infinite); the training went astray or the file is damaged")]
    NotFinite(String),
}

/// One tensor of a file of ours.
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) dtype: Dtype,
    pub(crate) shape: Vec<usize>,
    pub(crate) bytes: Vec<u8>,
}

impl Entry {
    pub(crate) fn f32(name: impl Into<String>, shape: &[usize], values: &[f32]) -> Self {
        let bytes = values.iter().flat_map(|x| x.to_le_bytes()).collect();
        Self { name: name.into(), dtype: Dtype::F32, shape: shape.to_vec(), bytes }
    }
}

/// The bytes of a file: the same for the same entries.
pub(crate) fn write(entries: &[Entry]) -> Vec<u8> {
    let views = entries.iter().map(|Entry { name, dtype, shape, bytes }| {
        (name.as_str(), TensorView::new(*dtype, shape.clone(), bytes).expect("an entry fits its shape"))
    });
    let format = HashMap::from([(FORMAT.to_owned(), VERSION.to_owned())]);
    safetensors::serialize(views, Some(format)).expect("entries are plain numbers")
}

/// Takes a file apart, if it is one of ours.
pub(crate) fn read(bytes: &[u8]) -> Result<SafeTensors<'_>, TensorsError> {
    let damaged = |error: safetensors::SafeTensorError| TensorsError::Damaged(error.to_string());
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(damaged)?;
    match metadata.metadata().as_ref().and_then(|all| all.get(FORMAT)) {
        None => return Err(TensorsError::Foreign),
        Some(version) if version != VERSION => return Err(TensorsError::Version(version.clone())),
        Some(_) => {}
    }
    SafeTensors::deserialize(bytes).map_err(damaged)
}

/// Weights as entries.
pub(crate) fn entries(weights: &Weights, precision: Precision) -> Vec<Entry> {
    let mut all = Vec::new();
    for (name, Matrix { rows, columns, values }) in weights {
        let shape = vec![*rows, *columns];
        match precision {
            Precision::F32 => all.push(Entry::f32(name, &shape, values)),
            Precision::F16 => {
                let bytes = values.iter().flat_map(|x| f16::from_f32(*x).to_le_bytes()).collect();
                all.push(Entry { name: name.clone(), dtype: Dtype::F16, shape, bytes });
            }
            Precision::Q8 => {
                let scale = |row: &[f32]| row.iter().fold(0.0_f32, |most, x| most.max(x.abs())) / 127.0;
                let scales: Vec<f32> = values.chunks(*columns).map(scale).collect();
                let whole = |(row, scale): (&[f32], &f32)| {
                    let scale = if *scale > 0.0 { *scale } else { 1.0 };
                    row.iter().map(|x| (x / scale).round().clamp(-127.0, 127.0) as i8 as u8).collect::<Vec<u8>>()
                };
                let bytes = values.chunks(*columns).zip(&scales).flat_map(whole).collect();
                all.push(Entry { name: format!("{name}.q8"), dtype: Dtype::I8, shape, bytes });
                all.push(Entry::f32(format!("{name}.scale"), &[*rows], &scales));
            }
        }
    }
    all
}

/// Weights from a file, whatever bits they are in, if they are exactly those of this layout.
pub(crate) fn weights(file: &SafeTensors<'_>, layout: &[(String, usize, usize)]) -> Result<Weights, TensorsError> {
    let mut used = 0;
    let mut weights = Weights::new();
    for (name, rows, columns) in layout {
        let values = match file.tensor(name) {
            Ok(view) => {
                used += 1;
                floats(name, &view, &[*rows, *columns])?
            }
            Err(_) => {
                let (whole, scales) = (format!("{name}.q8"), format!("{name}.scale"));
                let q8 = file.tensor(&whole).map_err(|_| TensorsError::Missing(name.clone()))?;
                let scale = file.tensor(&scales).map_err(|_| TensorsError::Missing(scales.clone()))?;
                used += 2;
                expect(&whole, &q8, &[*rows, *columns], &[Dtype::I8])?;
                let scale = floats(&scales, &scale, &[*rows])?;
                let row =
                    |(row, scale): (&[u8], &f32)| row.iter().map(|x| f32::from(*x as i8) * scale).collect::<Vec<_>>();
                q8.data().chunks(*columns).zip(&scale).flat_map(row).collect()
            }
        };
        if values.iter().any(|x| !x.is_finite()) {
            return Err(TensorsError::NotFinite(name.clone()));
        }
        weights.insert(name.clone(), Matrix { rows: *rows, columns: *columns, values });
    }
    if file.len() > used {
        let known = |name: &&str| {
            layout.iter().any(|(wanted, ..)| {
                name.strip_prefix(wanted.as_str()).is_some_and(|rest| ["", ".q8", ".scale"].contains(&rest))
            })
        };
        let mut names = file.names();
        names.sort_unstable();
        let other = names.iter().find(|name| !known(name)).unwrap_or(&"one weight in two precisions");
        return Err(TensorsError::Superfluous((*other).to_owned()));
    }
    Ok(weights)
}

/// The numbers of one tensor of a shape.
pub(crate) fn floats(name: &str, view: &TensorView<'_>, shape: &[usize]) -> Result<Vec<f32>, TensorsError> {
    expect(name, view, shape, &[Dtype::F32, Dtype::F16])?;
    let data = view.data();
    Ok(match view.dtype() {
        Dtype::F16 => data.as_chunks::<2>().0.iter().map(|b| f16::from_le_bytes(*b).to_f32()).collect(),
        _ => data.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
    })
}

fn expect(name: &str, view: &TensorView<'_>, shape: &[usize], dtypes: &[Dtype]) -> Result<(), TensorsError> {
    if view.shape() == shape && dtypes.contains(&view.dtype()) {
        return Ok(());
    }
    Err(TensorsError::Shape {
        name: name.to_owned(),
        found: format!("{:?} {:?}", view.dtype(), view.shape()),
        wanted: format!("{:?} {shape:?}", dtypes[0]),
    })
}
