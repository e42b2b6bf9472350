//! Models that write.

pub mod models;

/// Stand-in.
#[derive(Clone, Debug)]
pub struct Writer;
/// Stand-in.
#[derive(Debug)]
pub struct OpenError;
impl std::fmt::Display for OpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("stand-in")
    }
}
impl std::error::Error for OpenError {}
/// Stand-in.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "stand-in")]
pub struct Sampling {
    pub temperature: f32,
    pub top_k: Option<usize>,
    pub top_p: Option<f32>,
}
#[expect(missing_docs, reason = "stand-in")]
#[expect(clippy::missing_errors_doc, reason = "stand-in")]
impl Writer {
    pub fn open(_: impl AsRef<std::path::Path>) -> Result<Self, OpenError> {
        Err(OpenError)
    }
    pub fn alphabet(&self) -> &[char] {
        &[]
    }
    pub fn begin(&mut self, _: u64) {}
    pub fn prime(&mut self, _: &str) {}
    pub fn next(&mut self, _: &Sampling) -> Option<char> {
        None
    }
    pub fn next_where(&mut self, _: &Sampling, _: impl Fn(Option<char>) -> bool) -> Option<Option<char>> {
        None
    }
}
