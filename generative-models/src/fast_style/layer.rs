//! The layers of the network with their weights, which are part of the program: about 166,000 numbers of 16 bits.

use super::STYLES;
use half::f16;
use safetensors::SafeTensors;

const FILE: &[u8] = include_bytes!("../../models/multistyle26/weights.safetensors");

/// A convolution and the normalisation after it.
#[derive(Debug)]
pub(super) struct Layer {
    /// Rows and columns of the kernel.
    pub(super) side: usize,
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    /// Output, input, row, column.
    pub(super) kernel: Vec<f32>,
    /// What each style multiplies the normalised outputs by: `outputs` numbers a style.
    gamma: Vec<f32>,
    /// What it adds to them.
    beta: Vec<f32>,
}

/// The names of the layers, in order.
fn names() -> impl Iterator<Item = String> {
    let residual = (0..6).flat_map(|block| (0..2).map(move |half| format!("res.{block}.{half}")));
    let contract = (0..3).map(|n| format!("contract.{n}"));
    contract.chain(residual).chain((0..3).map(|n| format!("expand.{n}")))
}

/// All layers, in order: three that contract, six blocks of two, three that expand.
pub(super) fn shipped() -> Vec<Layer> {
    let file = SafeTensors::deserialize(FILE).expect("the weights in the program are sound");
    names().map(|name| Layer::read(&file, &name)).collect()
}

/// The numbers of a tensor, and its shape.
fn tensor(file: &SafeTensors, name: &str) -> (Vec<f32>, Vec<usize>) {
    let tensor = file.tensor(name).expect("the weights in the program are complete");
    let numbers = tensor.data().as_chunks().0.iter().map(|bytes| f16::from_le_bytes(*bytes).to_f32()).collect();
    (numbers, tensor.shape().to_vec())
}

impl Layer {
    fn read(file: &SafeTensors, name: &str) -> Self {
        let (kernel, shape) = tensor(file, &format!("{name}.w"));
        let (gamma, _) = tensor(file, &format!("{name}.norm.gamma"));
        let (beta, _) = tensor(file, &format!("{name}.norm.beta"));
        Self { side: shape[2], inputs: shape[1], outputs: shape[0], kernel, gamma, beta }
    }

    /// The weight from an input to an output, at a row and a column of the kernel.
    pub(super) fn weight(&self, output: usize, input: usize, row: usize, column: usize) -> f32 {
        self.kernel[((output * self.inputs + input) * self.side + row) * self.side + column]
    }

    /// γ and β of an output channel in a mixture of the styles, whose weights sum up to one.
    pub(super) fn mixed(&self, channel: usize, weights: &[f32; STYLES]) -> (f32, f32) {
        let mix = |numbers: &[f32]| {
            let column = numbers.iter().skip(channel).step_by(self.outputs);
            column.zip(weights).map(|(number, weight)| number * weight).sum()
        };
        (mix(&self.gamma), mix(&self.beta))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layers_fit_one_another() {
        let layers = shipped();
        assert_eq!(layers.len(), 18);
        assert_eq!((layers[0].inputs, layers[17].outputs), (3, 3));
        assert!(layers.windows(2).all(|pair| pair[0].outputs == pair[1].inputs));
        for layer in &layers {
            assert_eq!(layer.kernel.len(), layer.outputs * layer.inputs * layer.side * layer.side);
            assert_eq!([layer.gamma.len(), layer.beta.len()], [STYLES * layer.outputs; 2]);
            let numbers = layer.kernel.iter().chain(&layer.gamma).chain(&layer.beta);
            assert!(numbers.copied().all(f32::is_finite));
        }
    }

    #[test]
    fn a_style_alone_is_its_own_mixture() {
        let layers = shipped();
        let mut only = [0.0; STYLES];
        only[7] = 1.0;
        assert_eq!(layers[3].mixed(5, &only), (layers[3].gamma[7 * 32 + 5], layers[3].beta[7 * 32 + 5]));
    }
}
