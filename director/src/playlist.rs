//! A playlist: the ensembles of a folder, one after the other, for as long as one likes. Each is a
//! performance of its own; when its last bot has gone, the next begins. The order is `order`'s.

mod order;

pub use order::order;

use crate::{
    clock,
    ensemble::{self, Ensemble, Length},
    event_loop::{Ended, Options, Performance},
    launch::bot_seed,
    opening,
};
use anyhow::{Context, bail};
use std::{
    collections::HashMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// When all bots have left before this, it was no performance.
const SHORTEST_SET: Duration = Duration::from_secs(2);

/// What is played, and how.
#[derive(Debug, Clone)]
pub struct Playlist {
    /// Where the ensemble files are; it is looked at again each time round.
    pub folder: PathBuf,
    /// The longest that one of them plays.
    pub set_length: Length,
    /// What a shuffled order is drawn from.
    pub shuffle: Option<u64>,
    /// What is drawn for each set, when somebody has chosen it.
    pub seed: Option<u64>,
    /// Said of every set: tempo and length, when the command line says them.
    pub tempo: Option<musebot_protocol::Tempo>,
    /// The same for the number of bars.
    pub bars: Option<u32>,
    /// How each performance is run; its seed is not used.
    pub options: Options,
}

/// Plays until somebody asks for the end; the exit code. Must be called as [`Performance::open`] must.
///
/// # Errors
/// When none of the files can be played, or a port is taken.
pub async fn play(mut list: Playlist) -> anyhow::Result<u8> {
    // From here on no Ctrl-C is lost, not even between two sets.
    let mut stop = Stop::new()?;
    let mut said = Said::default();
    let (mut before, mut last) = (Vec::new(), None);
    let mut sets = 0;
    for round in 0.. {
        let files = playable(&list.folder, &mut said)?;
        let order = order(&files, list.shuffle, round, &before, last.as_ref());
        let mut played = false;
        for (index, file) in order.iter().enumerate() {
            if stop.asked() {
                return Ok(0);
            }
            // It could be read a moment ago; somebody may be writing it right now.
            let Ok(mut ensemble) = Ensemble::load(file) else { continue };
            list.fit(&mut ensemble);
            sets += 1;
            let seed = list.seed.map(|seed| bot_seed(seed, &format!("set {sets}")) % 1_000_000);
            list.options.seed = opening::seed(seed, &ensemble);
            let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
            let next = if sets == 1 { "first" } else { "next" };
            tracing::info!("{next}: {name} ({} of {})", index + 1, order.len());
            let begun = clock::now();
            let ended = list.perform(ensemble, sets == 1).await?;
            if ended.asked || stop.asked() {
                return Ok(ended.code);
            }
            // Bots may end a piece by themselves; those that go at once have not played it.
            let lasted = clock::now().saturating_sub(begun);
            if ended.over || ended.heard && ended.code == 0 && lasted >= SHORTEST_SET {
                played = true;
                last = Some(file.clone());
            } else {
                tracing::warn!(
                    "{name} did not play: going on without it (`director play {}` tries it alone)",
                    file.display()
                );
            }
        }
        if !played {
            bail!(
                "none of the ensembles in {} could be played: what each lacks is said above (`director check {}/*`)",
                list.folder.display(),
                list.folder.display()
            );
        }
        before = order;
    }
    Ok(0)
}

impl Playlist {
    /// Lets the command line have its way with an ensemble.
    fn fit(&self, ensemble: &mut Ensemble) {
        ensemble.tempo = self.tempo.unwrap_or(ensemble.tempo);
        if let Some(bars) = self.bars {
            ensemble.length = Some(Length::Bars(bars));
        }
        let bars = |length: Length| length.in_bars(ensemble.tempo, ensemble.meter);
        if ensemble.length.is_none_or(|own| bars(self.set_length) < bars(own)) {
            ensemble.length = Some(self.set_length);
        }
    }

    async fn perform(&mut self, ensemble: Ensemble, first: bool) -> anyhow::Result<Ended> {
        opening::announce(&ensemble, self.options.seed);
        let performance = Performance::open(ensemble, &self.options)?;
        let (address, control) = (performance.address()?, performance.control_address()?.port());
        if first && self.options.listen.port() == 0 {
            opening::announce_ports(address, control);
        }
        // Guests come back to where they were.
        self.options.listen = SocketAddr::new(self.options.listen.ip(), address.port());
        self.options.control = Some(control);
        performance.run().await
    }
}

/// The files that describe ensembles whose bots are there. What is wrong with the others is said once.
fn playable(folder: &Path, said: &mut Said) -> anyhow::Result<Vec<PathBuf>> {
    let found = ensemble::list(folder).with_context(|| {
        format!("failed to list the ensembles in {} (name a folder that holds some)", folder.display())
    })?;
    if found.is_empty() {
        bail!("no ensemble files (*.toml, *.txt) in {}: name a folder that holds some", folder.display());
    }
    let mut files = Vec::new();
    for (file, ensemble) in found {
        match ensemble {
            Ok(ensemble) => {
                if !ensemble.warnings.is_empty() {
                    said.once(&file, ensemble.warnings.to_string());
                }
                files.push(file);
            }
            Err(error) => said.once(&file, format!("{} is left out\n{error}", file.display())),
        }
    }
    if files.is_empty() {
        bail!("none of the ensembles in {} can be played: what is wrong with each is said above", folder.display());
    }
    Ok(files)
}

/// What was said of each file already: a playlist comes round many times.
#[derive(Default)]
struct Said(HashMap<PathBuf, String>);

impl Said {
    fn once(&mut self, file: &Path, what: String) {
        if self.0.get(file) != Some(&what) {
            tracing::warn!("{}", what.trim_end());
            self.0.insert(file.to_owned(), what);
        }
    }
}

/// Whether somebody wants us to stop, even when nothing is being played.
struct Stop([Signal; 3]);

impl Stop {
    fn new() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("failed to listen for Ctrl-C");
        Ok(Self([listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?, listen(SignalKind::hangup())?]))
    }

    fn asked(&mut self) -> bool {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        self.0.iter_mut().any(|signal| signal.poll_recv(&mut context).is_ready())
    }
}
