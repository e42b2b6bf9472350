//! A network that paints a picture at once, in 26 styles that mix: V. Dumoulin, J. Shlens and M. Kudlur, "A Learned
//! Representation for Artistic Style" (2017), <https://arxiv.org/abs/1610.07629>.

use crate::Picture;

/// How many styles there are.
pub const STYLES: usize = 26;

/// The network, with what it computes in.
#[derive(Debug)]
pub struct FastStyle {}

impl FastStyle {
    /// The weights that come with the project, which are part of the program.
    #[must_use]
    pub fn shipped() -> Self {
        unimplemented!()
    }

    /// What the styles are called, in the order of their weights: a word each, after what they look like.
    #[must_use]
    pub fn names() -> [&'static str; STYLES] {
        unimplemented!()
    }

    /// Paints `from` into `to` (made as large as `from`) in a mixture of the styles. Weights are taken relative to their sum; without any, all are alike.
    /// Sides that are not multiples of 4 are filled up at the edges and cut again.
    pub fn paint(&mut self, _from: &Picture, _weights: &[f32; STYLES], _to: &mut Picture) {
        unimplemented!()
    }
}
