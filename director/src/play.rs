//! `director play`: reads the file, looks for sound, plays; or says what could be played.

use crate::{
    cli::{Play, Render},
    ensemble::{self, Ensemble, Length, OutputSpec, Program},
    event_loop::{Options, Performance},
    join, opening,
    playlist::{self, Playlist},
    render_to_files,
};
use anyhow::{Context, bail};
use std::path::{Path, PathBuf};

/// Where ensembles are when nobody says.
const ENSEMBLES: &str = "configs/ensembles";
/// Bars that are rendered where nothing can sound.
const BARS_WITHOUT_SOUND: u32 = 32;

/// Plays an ensemble; the exit code.
///
/// # Errors
/// When the file is wrong or a port is taken.
pub fn play(args: &Play) -> anyhow::Result<u8> {
    let file = match (&args.file, args.set_length) {
        (Some(file), None) if !file.is_dir() => file,
        (folder, None) => return list(folder.as_deref()),
        (folder, Some(set_length)) => return play_all(args, folder.as_deref(), set_length),
    };
    let mut ensemble = opening::ensemble(file, args.tempo)?;
    if let Some(bars) = args.bars {
        ensemble.length = Some(Length::Bars(bars));
    }
    let seed = opening::seed(args.seed, &ensemble);
    if wants_sound(&ensemble)
        && let Err(why) = musebot_devices::has_output_device()
    {
        // Hardly a musebot folder can render: with one in the band, it is better to play, and be silent.
        let has_folder = ensemble.bots.iter().any(|bot| matches!(bot.program, Program::Folder(_)));
        let others_join = args.network.open.is_some();
        if has_folder || others_join || sounds_elsewhere(&ensemble) {
            tracing::warn!("no audio device ({why}): bots that need one play on in silence");
        } else {
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
    }
    let options = options(args, seed);
    opening::announce(&ensemble, seed);
    let opened = join::open(&args.network, &mut ensemble)?;
    opening::on_this_thread(async move {
        let mut performance = Performance::open(ensemble, &options)?;
        if let Some(opened) = opened {
            opened.begin(&mut performance)?;
        }
        if options.listen.port() == 0 {
            opening::announce_ports(performance.address()?, performance.control_address()?.port());
        }
        Ok(performance.run().await?.code)
    })
}

/// Plays all ensembles of a folder, one after the other.
fn play_all(args: &Play, folder: Option<&Path>, set_length: Length) -> anyhow::Result<u8> {
    let folder = folder.map_or_else(|| PathBuf::from(ENSEMBLES), Path::to_owned);
    if !folder.is_dir() {
        bail!(
            "{} is no folder: --set-length plays all ensembles of a folder (--bars 64 says how long one file plays)",
            folder.display()
        );
    }
    let found = ensemble::list(&folder).unwrap_or_default();
    if found.iter().any(|(_, ensemble)| ensemble.as_ref().is_ok_and(wants_sound))
        && let Err(why) = musebot_devices::has_output_device()
    {
        tracing::warn!("no audio device ({why}): bots that need one play on in silence");
    }
    let shuffle = args.shuffle.then(|| opening::draw(args.seed));
    if let (Some(seed), None) = (shuffle, args.seed) {
        tracing::info!("the order is drawn from {seed} (--seed {seed} draws it again, and the music with it)");
    }
    let options = options(args, 0);
    let list = Playlist { folder, set_length, shuffle, seed: args.seed, tempo: args.tempo, bars: args.bars, options };
    opening::on_this_thread(playlist::play(list))
}

fn options(args: &Play, seed: u64) -> Options {
    Options { listen: args.listen, control: args.control, seed, status: true, death_signal: !args.no_death_signal }
}

/// Whether a bot asks for the system's own audio. Musebot folders are not asked: that is their own business.
fn wants_sound(ensemble: &Ensemble) -> bool {
    let ours = ensemble.bots.iter().filter(|bot| !matches!(bot.program, Program::Folder(_)));
    ours.flat_map(|bot| &bot.outputs)
        .any(|o| matches!(o, OutputSpec::Auto(audio) | OutputSpec::Audio(audio) if audio.host.is_none()))
}

/// Whether something is heard of it without the system's own audio: through MIDI, or an audio host that is named.
fn sounds_elsewhere(ensemble: &Ensemble) -> bool {
    ensemble.bots.iter().flat_map(|bot| &bot.outputs).any(|output| match output {
        OutputSpec::Midi(_) => true,
        OutputSpec::Auto(audio) | OutputSpec::Audio(audio) => audio.host.is_some(),
        OutputSpec::File | OutputSpec::Null => false,
    })
}

/// Lists the ensembles of a folder.
fn list(folder: Option<&Path>) -> anyhow::Result<u8> {
    use std::io::Write;
    let folder = folder.map_or_else(|| PathBuf::from(ENSEMBLES), Path::to_owned);
    let found = ensemble::list(&folder).with_context(|| {
        format!("failed to list the ensembles in {} (name a file, or a folder that holds some)", folder.display())
    })?;
    let mut out = std::io::stdout().lock();
    if found.is_empty() {
        bail!("no ensemble files (*.toml, *.txt) in {}: name a file, or a folder that holds some", folder.display());
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
    writeln!(out, "One after the other, each for so long: director play {} --set-length 5m", folder.display())?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_that_plays_synthesisers_needs_no_audio_device() {
        let band = |output: &str| {
            let text = format!(
                "[[bot]]\nid = \"a\"\nprogram = \"a\"\n[[bot]]\nid = \"b\"\nprogram = \"b\"\noutput = {output}\n"
            );
            Ensemble::parse(&text, "x.toml").unwrap()
        };
        for output in ["\"midi:X\"", "{ to = \"audio\", host = \"jack\" }", "[\"audio\", \"midi:virtual\"]"] {
            assert!(wants_sound(&band(output)) && sounds_elsewhere(&band(output)), "{output}");
        }
        let all = Ensemble::parse(
            "[[bot]]\nid = \"b\"\nprogram = \"b\"\noutput = { to = \"audio\", host = \"jack\" }\n",
            "x.toml",
        );
        assert!(!wants_sound(&all.unwrap()), "nobody asks for the system's own");
        assert!(!sounds_elsewhere(&band("\"audio\"")) && !sounds_elsewhere(&band("\"null\"")));
    }
}
