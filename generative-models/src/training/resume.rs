//! All that a training needs to go on as if it had never stopped: resume.safetensors.

use super::average::plain;
use super::{Best, Training, TrainingError};
use crate::adam::Moments;
use crate::checkpoint::tensors::{self, Entry, TensorsError};
use candle_core::{Device, Tensor};
use safetensors::tensor::Dtype;

pub(super) const RESUME: &str = "resume.safetensors";

impl Training {
    /// What `restore` reads.
    pub(super) fn memory(&self) -> Result<Vec<u8>, TrainingError> {
        let (steps, moments) = self.walker.memory();
        let best = self.best.unwrap_or(Best { nats: f64::INFINITY, iteration: 0 });
        let whole = [self.iteration, steps, u64::from(self.stale), best.iteration, self.seen.1];
        let part = [best.nats, self.seen.0];
        let bytes = |numbers: &[u64]| numbers.iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>();
        let u64s = |name: &str, bytes: Vec<u8>| Entry {
            name: name.to_owned(),
            dtype: Dtype::U64,
            shape: vec![bytes.len() / 8],
            bytes,
        };
        let corpus = self.corpus.sha256.clone().into_bytes();
        let mut all = vec![
            u64s("progress.whole", bytes(&whole)),
            u64s("progress.part", bytes(&part.map(f64::to_bits))),
            Entry { name: "corpus".to_owned(), dtype: Dtype::U8, shape: vec![corpus.len()], bytes: corpus },
        ];
        let mut flat = |name: String, values: &[f32]| all.push(Entry::f32(name, &[values.len()], values));
        for (n, (name, var)) in self.parameters.iter().enumerate() {
            flat(format!("now.{name}"), &plain(var)?);
            if let Some(average) = &self.average {
                flat(format!("average.{name}"), &average.values[n]);
            }
        }
        for (name, moments) in &moments {
            flat(format!("first.{name}"), &moments.first);
            flat(format!("second.{name}"), &moments.second);
        }
        for (n, numbers) in self.state.iter().flat_map(|state| state.numbers()).enumerate() {
            flat(format!("state.{n}"), &numbers);
        }
        Ok(tensors::write(&all))
    }

    /// Goes on from there.
    pub(super) fn restore(&mut self, bytes: &[u8]) -> Result<(), TrainingError> {
        let file = tensors::read(bytes)?;
        let flat = |name: &str, count: usize| {
            let view = file.tensor(name).map_err(|_| TensorsError::Missing(name.to_owned()))?;
            tensors::floats(name, &view, &[count])
        };
        let words = |name: &str, count: usize| {
            let view = file.tensor(name).map_err(|_| TensorsError::Missing(name.to_owned()))?;
            let words: Vec<u64> = view.data().as_chunks::<8>().0.iter().map(|b| u64::from_le_bytes(*b)).collect();
            if words.len() == count { Ok(words) } else { Err(TensorsError::Missing(name.to_owned())) }
        };
        let corpus = file.tensor("corpus").map_err(|_| TensorsError::Missing("corpus".into()))?;
        if corpus.data() != self.corpus.sha256.as_bytes() {
            return Err(TrainingError::OtherCorpus);
        }
        let whole = words("progress.whole", 5)?;
        let part: Vec<f64> = words("progress.part", 2)?.into_iter().map(f64::from_bits).collect();
        let mut moments = Vec::new();
        for (n, (name, var)) in self.parameters.iter().enumerate() {
            let count = var.elem_count();
            let now = flat(&format!("now.{name}"), count)?;
            if now.iter().any(|x| !x.is_finite()) {
                return Err(TensorsError::NotFinite(name.clone()).into());
            }
            var.set(&Tensor::from_vec(now, var.shape(), &Device::Cpu)?)?;
            if let Some(average) = &mut self.average {
                average.values[n] = flat(&format!("average.{name}"), count)?;
            }
            if !self.walker.memory().1.is_empty() {
                let (first, second) = (flat(&format!("first.{name}"), count)?, flat(&format!("second.{name}"), count)?);
                moments.push((name.clone(), Moments { first, second }));
            }
        }
        self.walker.remember(whole[1], moments)?;
        self.iteration = whole[0];
        self.stale = u32::try_from(whole[2]).unwrap_or(u32::MAX);
        self.best = part[0].is_finite().then_some(Best { nats: part[0], iteration: whole[3] });
        self.seen = (part[1], whole[4]);
        if file.tensor("state.0").is_ok() {
            let mut state = self.model.initial(self.feed.rows());
            let counts: Vec<usize> = state.numbers().iter().map(Vec::len).collect();
            let numbers = counts.iter().enumerate().map(|(n, count)| flat(&format!("state.{n}"), *count));
            if state.remember(numbers.collect::<Result<_, _>>()?) {
                self.state = Some(state);
            }
        }
        Ok(())
    }
}
