//! A musebot whose instrument is the screen: it draws the band, paints over it in styles that move
//! with the music, and shows it on a page that it serves.
//!
//! What it hears becomes [`Happening`]s, each with the second at which it is seen. A painter on threads of its own, of
//! the lowest priority, takes them from there: [`Scene`] is who plays what right now, [`Look`] how that is painted,
//! [`Canvas`] draws it, the fast network paints over it, and the [`Screen`] holds the newest frame for whoever looks.
//! In a render the frames are files.

mod canvas;
mod content;
mod ears;
mod easel;
mod film;
mod flags;
mod gallery;
mod happening;
mod ledger;
mod look;
mod page;
mod painter;
mod phrases;
mod priority;
mod scene;
mod screen;
mod studio;
pub mod styles;
#[cfg(feature = "window")]
pub mod window;

pub use canvas::{Calm, Canvas};
pub use content::Content;
pub use happening::{Happening, What};
pub use look::{Director, Look};
pub use page::{NoWish, Page, Patience};
pub use painter::Painter;
pub use scene::{Line, Mark, Player, Scene, Word};
pub use screen::{Frame, Mode, Screen, Status, Wish};

use anyhow::Context;
use ears::Ears;
use film::Film;
use flags::{Flags, Opens};
use gallery::Gallery;
use generative_models::fast_style::FastStyle;
use musebot_kit::{About, Broadcast, Musebot, Setup, Stage, Tick};
use std::{
    path::PathBuf,
    sync::mpsc::{SyncSender, sync_channel},
};
use studio::Studio;

/// A canvas for which the network takes more than this (in bytes) is worth a word.
const MUCH: u64 = 300 << 20;
/// What may be on its way to the painter; beyond it, what happens is not seen.
const MOST_ON_THE_WAY: usize = 2048;

/// The visualiser.
pub struct Visualiser {
    ears: Ears,
    happened: Vec<Happening>,
    shows: Shows,
}

/// Where what happens goes.
enum Shows {
    /// To the painter's thread. The page is there for as long as this is.
    Live(SyncSender<Happening>, #[expect(dead_code, reason = "it is served until it is dropped")] Page),
    /// Into files.
    Film(Box<Film>),
}

impl Musebot for Visualiser {
    fn about() -> About {
        About {
            summary: "Paints the music on a page that a browser shows: the band's own drawing, through a network that paints \
                      in 26 styles, or a painting that is worked on from phrase to phrase.",
            kinds: &["visual"],
            sends: &[],
            receives: &[
                "onset",
                "section",
                "density",
                "hdensity",
                "arousal",
                "valence",
                "notepool",
                "plan/chords",
                "plan/chordDuration",
                "phraselength",
                "tala",
                "text",
                "line",
                "onoff",
            ],
            flags: flags::ALL,
            silent: true,
        }
    }

    fn new(setup: &Setup) -> anyhow::Result<Self> {
        let flags = Flags::read(setup, std::thread::available_parallelism().map_or(1, usize::from))?;
        let open = if setup.rendering { Content::open_for_render } else { Content::open };
        let content = open(&flags.content, &setup.home, flags.size.0, flags.size.1)?;
        let bytes = FastStyle::bytes(flags.size.0, flags.size.1);
        if bytes > MUCH {
            tracing::warn!(
                "{}x{} pixels take about {} MB, and time: a smaller --size moves more smoothly",
                flags.size.0,
                flags.size.1,
                bytes >> 20
            );
        }
        // In a render nobody plays meanwhile: there it may take all it gets.
        let live = !setup.rendering;
        let threads = |name: &'static str| {
            rayon::ThreadPoolBuilder::new()
                .num_threads(flags.threads)
                .thread_name(move |n| format!("{name} {n}"))
                .start_handler(move |_| {
                    if live {
                        priority::lowest()
                    }
                })
                .build()
                .context("failed to start the painter's threads")
        };
        let shows = match setup.rendering.then(|| setup.pictures.clone()) {
            Some(folder) => Self::film(setup, &flags, content, threads("paint")?, folder)?,
            None => Self::live(setup, &flags, content, [threads("paint")?, threads("easel")?])?,
        };
        Ok(Self { ears: Ears::default(), happened: Vec::new(), shows })
    }

    fn tick(&mut self, tick: Tick, stage: &mut Stage) {
        self.ears.tick(stage, &mut self.happened);
        match &mut self.shows {
            Shows::Live(..) => self.pass_on(),
            Shows::Film(film) => film.go_on(&mut self.happened, stage.due(tick)),
        }
    }

    fn heard(&mut self, said: &Broadcast, stage: &mut Stage) {
        self.ears.heard(said, stage, &mut self.happened);
        self.pass_on();
    }
}

impl Visualiser {
    fn film(
        setup: &Setup,
        flags: &Flags,
        content: Content,
        pool: rayon::ThreadPool,
        folder: Option<PathBuf>,
    ) -> anyhow::Result<Shows> {
        let painter = Painter::new(flags.size, setup.seed, flags.mode, content);
        Ok(Shows::Film(Box::new(Film::new(folder, painter, pool)?)))
    }

    fn live(
        setup: &Setup,
        flags: &Flags,
        content: Content,
        [pool, easels]: [rayon::ThreadPool; 2],
    ) -> anyhow::Result<Shows> {
        // Of its own, so that no frame waits for a painting.
        let studio = Studio::apart(easels).context("failed to start a thread for paintings")?;
        let painter = Painter::with_studio(flags.size, setup.seed, flags.mode, content, studio);
        let (happened, inbox) = sync_channel(MOST_ON_THE_WAY);
        let (wish, wishes) = sync_channel(16);
        let screen = Screen::default();
        let page = match flags.page {
            Some(port) => Page::serve(screen.clone(), wish.clone(), port)?,
            None => Page::serve_somewhere(screen.clone(), wish.clone())?,
        };
        tracing::info!("the page is at {}", page.address());
        setup.page(page.address());
        if let Some(opens) = flags.window {
            open_window(screen.clone(), wish, opens)?;
        }
        let gallery = Gallery {
            painter,
            pool,
            screen,
            happened: inbox,
            wishes,
            began: setup.began,
            fps: flags.fps,
            offset: flags.offset,
        };
        gallery.open().context("failed to start the painter's thread")?;
        Ok(Shows::Live(happened, page))
    }

    /// What finds no room is not seen: whoever plays never waits for whoever paints.
    fn pass_on(&mut self) {
        if let Shows::Live(painter, _) = &self.shows {
            self.happened.drain(..).for_each(|happening| drop(painter.try_send(happening)));
        }
    }
}

#[cfg(feature = "window")]
fn open_window(screen: Screen, wishes: SyncSender<Wish>, opens: Opens) -> anyhow::Result<()> {
    window::open(screen, wishes, opens == Opens::Fullscreen)
}

#[cfg(not(feature = "window"))]
fn open_window(_: Screen, _: SyncSender<Wish>, _: Opens) -> anyhow::Result<()> {
    anyhow::bail!(
        "failed to open a window: this build has none; `cargo build --release -p visualiser --features window` makes one \
         that has (without --window, the page shows the same)"
    )
}

/// Notes what a test could not do for want of a program, for the list that scripts/test prints at its end.
#[cfg(test)]
fn left_out(what: &str) {
    use std::io::Write;
    eprintln!("left out: {what}");
    if let Some(list) = std::env::var_os("MUSEBOT_LEFT_OUT") {
        let mut list = std::fs::OpenOptions::new().append(true).create(true).open(list).expect("scripts/test made it");
        writeln!(list, "{what}").expect("a line fits");
    }
}
