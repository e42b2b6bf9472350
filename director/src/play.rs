//! `director play`: reads the file, looks for sound, plays; or says what could be played.

use crate::{
    cli::{Play, Render},
    ensemble::{self, Ensemble, Length, OutputSpec},
    event_loop::{Options, Performance},
    opening, render_to_files,
};
use anyhow::Context;
use std::path::{Path, PathBuf};

/// Bars that are rendered where nothing can sound.
const BARS_WITHOUT_SOUND: u32 = 32;

/// Plays an ensemble; the exit code.
///
/// # Errors
/// When the file is wrong or a port is taken.
pub fn play(args: &Play) -> anyhow::Result<u8> {
    let file = match &args.file {
        Some(file) if !file.is_dir() => file,
        folder => return list(folder.as_deref()),
    };
    let mut ensemble = opening::ensemble(file, args.tempo)?;
    if let Some(bars) = args.bars {
        ensemble.length = Some(Length::Bars(bars));
    }
    let seed = opening::seed(args.seed, &ensemble);
    if wants_sound(&ensemble)
        && let Err(why) = musebot_devices::has_output_device()
    {
        let bars = args.bars.unwrap_or(BARS_WITHOUT_SOUND);
        tracing::warn!("no audio device ({why}): rendering {bars} bars to files instead");
        return render_to_files::command(&Render {
            file: file.clone(),
            bars: Some(bars),
            seed: Some(seed),
            tempo: args.tempo,
            out: None,
            leave_out: true,
        });
    }
    let options =
        Options { listen: args.listen, control: args.control, seed, status: true, death_signal: !args.no_death_signal };
    let who: Vec<_> = ensemble.bots.iter().map(|b| b.id.as_str()).collect();
    tracing::info!(
        "{}: {} at {} bpm in {} {}, {}, seed {seed} (Ctrl-C ends it)",
        ensemble.name,
        if who.is_empty() { "guests".to_owned() } else { who.join(", ") },
        ensemble.tempo,
        ensemble.key,
        ensemble.mode,
        ensemble.style,
    );
    opening::on_this_thread(async move {
        let performance = Performance::open(ensemble, &options)?;
        if options.listen.port() == 0 {
            // Nobody else can know.
            let control = performance.control_address()?.port();
            tracing::info!("listening on {}, control port {control}", performance.address()?);
        }
        performance.run().await
    })
}

fn wants_sound(ensemble: &Ensemble) -> bool {
    ensemble.bots.iter().flat_map(|b| &b.outputs).any(|o| matches!(o, OutputSpec::Auto | OutputSpec::Audio { .. }))
}

/// Lists the ensembles of a folder.
fn list(folder: Option<&Path>) -> anyhow::Result<u8> {
    use std::io::Write;
    let folder = folder.map_or_else(|| PathBuf::from("configs/ensembles"), Path::to_owned);
    let found = ensemble::list(&folder).with_context(|| {
        format!("failed to list the ensembles in {} (name a file, or a folder that holds some)", folder.display())
    })?;
    let mut out = std::io::stdout().lock();
    if found.is_empty() {
        anyhow::bail!("no ensemble files (*.toml) in {}: name a file, or a folder that holds some", folder.display());
    }
    writeln!(out, "Ensembles in {} (director play FILE):", folder.display())?;
    for (path, ensemble) in found {
        match ensemble {
            Ok(e) => {
                let bots: Vec<_> = e.bots.iter().map(|b| b.id.as_str()).collect();
                writeln!(
                    out,
                    "  {:40} {:9} {:>5} bpm  {} {}  {}",
                    path.display(),
                    e.style.to_string(),
                    e.tempo.to_string(),
                    e.key,
                    e.mode,
                    bots.join(", ")
                )?;
            }
            Err(_) => writeln!(out, "  {:40} has faults: director check {0}", path.display())?,
        }
    }
    Ok(0)
}
