//! A window of our own, with the page's keys.
//!
//! Windows want a program's first thread (macOS insists), and so the bot plays on another: [`run`] starts it there and
//! waits, on the first, for the bot to ask for a window by [`open`]. The program ends when either does: a window that
//! is closed tells the bot off, which fades as for any SIGTERM.

mod app;
mod keys;
mod scale;

use crate::{Screen, Wish};
use anyhow::{Context, anyhow};
use app::{App, News};
use keys::KEYS;
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{Sender, SyncSender, channel, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};
use winit::event_loop::{EventLoop, EventLoopProxy};

/// How long the end of the bot may go unnoticed.
const SOON: Duration = Duration::from_millis(200);

/// How far the window stands back: behind the music, before the painter.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// What a window shows, and where its wishes go.
struct View {
    screen: Screen,
    wishes: SyncSender<Wish>,
    fullscreen: bool,
    /// Told once it is there, or why it is not.
    opened: SyncSender<anyhow::Result<()>>,
}

/// Where the bot's thread asks the first one for a window.
static WANTED: Mutex<Option<Sender<View>>> = Mutex::new(None);

fn wanted() -> std::sync::MutexGuard<'static, Option<Sender<View>>> {
    WANTED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Shows the screen in a window, and returns when it is there.
///
/// # Errors
/// When none can be opened, for want of a display or because the program was not begun by [`run`].
pub fn open(screen: Screen, wishes: SyncSender<Wish>, fullscreen: bool) -> anyhow::Result<()> {
    let (opened, answer) = sync_channel(1);
    // Taken in a statement of its own, so that the lock is not held while the window opens.
    let first = wanted().take();
    first
        .and_then(|first| first.send(View { screen, wishes, fullscreen, opened }).ok())
        .and_then(|()| answer.recv().ok())
        .context("failed to open a window: this program has none to give")??;
    tracing::info!("{KEYS}");
    Ok(())
}

/// Plays on a second thread, and shows its window on this one, if it wants one. To be called from `main`.
///
/// # Errors
/// Those of `play`, and when a window that was open fails.
pub fn run(play: impl FnOnce() -> anyhow::Result<()> + Send + 'static) -> anyhow::Result<()> {
    let (first, views) = channel();
    *wanted() = Some(first);
    let ended = Arc::new(AtomicBool::new(false));
    let end = Ended(Arc::clone(&ended));
    let playing = thread::Builder::new()
        .name("bot".into())
        .spawn(move || {
            let _end = end;
            play()
        })
        .context("failed to start the bot's thread")?;
    let shown = match views.recv() {
        Ok(view) => show(view, &ended),
        // It has ended, and never wanted one.
        Err(_) => Ok(()),
    };
    let played = playing.join().map_err(|_| anyhow!("the bot has panicked"))?;
    shown.and(played)
}

/// Tells that the bot has ended, however it did.
struct Ended(Arc<AtomicBool>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
        *wanted() = None;
    }
}

/// Runs the window until it is closed, or the bot has ended. A window that never opened is the bot's to complain of.
fn show(view: View, ended: &Arc<AtomicBool>) -> anyhow::Result<()> {
    // What the band plays comes first. Elsewhere this would be the priority of all threads.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(NICE);
    let events = match quietly(|| begin(&view.screen, ended)) {
        Ok(events) => events,
        Err(e) => {
            // It waits for the answer.
            let _ = view.opened.send(Err(e));
            return Ok(());
        }
    };
    let mut app = App::new(view);
    let ran = quietly(|| events.run_app(&mut app)).context("the window has failed");
    if app.was_open() && !ended.load(Ordering::Acquire) {
        tracing::info!("the window is closed");
        // As for everybody else who tells it off.
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::TERM);
    }
    ran.and(app.failed().map_or(Ok(()), Err))
}

/// What the libraries beneath say about displays is not for the person on stage; what fails, they return.
fn quietly<T>(talks: impl FnOnce() -> T) -> T {
    tracing::subscriber::with_default(tracing::subscriber::NoSubscriber::default(), talks)
}

fn begin(screen: &Screen, ended: &Arc<AtomicBool>) -> anyhow::Result<EventLoop<News>> {
    let events = EventLoop::with_user_event()
        .build()
        .context("failed to open a window: is there a display? (without --window, the page shows the same)")?;
    let (proxy, screen, ended) = (events.create_proxy(), screen.clone(), Arc::clone(ended));
    thread::Builder::new()
        .name("window".into())
        .spawn(move || bring_news(&proxy, &screen, &ended))
        .context("failed to start the window's thread")?;
    Ok(events)
}

/// Tells the window of frames, and of the end, until it is gone.
fn bring_news(window: &EventLoopProxy<News>, screen: &Screen, ended: &AtomicBool) {
    let mut seen = 0;
    while !ended.load(Ordering::Acquire) {
        let Some(frame) = screen.after(seen, Instant::now() + SOON) else { continue };
        seen = frame.number;
        if window.send_event(News::Frame).is_err() {
            return;
        }
    }
    let _ = window.send_event(News::End);
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::bail;

    #[test]
    fn a_bot_that_wants_no_window_plays_as_without_and_one_that_comes_too_late_gets_none() {
        assert!(run(|| Ok(())).is_ok());
        assert_eq!(run(|| bail!("no director")).unwrap_err().to_string(), "no director");
        let late = open(Screen::default(), sync_channel(1).0, false).unwrap_err().to_string();
        assert!(late.contains("none to give"), "{late}");
    }
}
