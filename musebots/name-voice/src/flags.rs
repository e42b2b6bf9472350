//! What the voice's flags ask for.

use anyhow::bail;
use generative_models::models;
use musebot_kit::{Setup, words::Language};
use std::path::PathBuf;

/// The language, and the name of the model whose names it says.
pub(crate) fn language(setup: &Setup) -> anyhow::Result<(Language, Option<&'static str>)> {
    Ok(match setup.flag("language").unwrap_or("la") {
        "la" => (Language::Latin, Some("dinosaurs")),
        "es" => (Language::Spanish, None),
        "en" => (Language::English, None),
        other => bail!("failed to choose the language `{other}`: there are la, es, en"),
    })
}

pub(crate) fn temperature(setup: &Setup) -> anyhow::Result<f64> {
    Ok(setup.number("temperature", 0.1..=2.0)?.unwrap_or(0.8))
}

pub(crate) fn found(name: &str) -> Option<PathBuf> {
    let folder = models::find(name);
    if folder.is_none() {
        tracing::info!("there is no model `{name}` (--model, MUSEBOT_MODELS): calling built-in names");
    }
    folder
}
