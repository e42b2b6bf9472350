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
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{Sender, SyncSender, channel},
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
}

/// Where the bot's thread asks the first one for a window.
static WANTED: Mutex<Option<Sender<View>>> = Mutex::new(None);

fn wanted() -> std::sync::MutexGuard<'static, Option<Sender<View>>> {
    WANTED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Shows the screen in a window.
///
/// # Errors
/// When nobody is there to open one, because the program was not begun by [`run`].
pub fn open(screen: Screen, wishes: SyncSender<Wish>) -> anyhow::Result<()> {
    wanted()
        .take()
        .and_then(|first| first.send(View { screen, wishes }).ok())
        .context("failed to open a window: this program has none to give")
}

/// Plays on a second thread, and shows its window on this one, if it wants one. To be called from `main`.
///
/// # Errors
/// Those of `play`, and when no window can be opened where one is wanted.
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
    if !ended.load(Ordering::Acquire) {
        // As for everybody else who tells it off.
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::TERM);
    }
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

/// Runs the window until it is closed, or the bot has ended.
fn show(view: View, ended: &Arc<AtomicBool>) -> anyhow::Result<()> {
    // What the band plays comes first. Elsewhere this would be the priority of all threads.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(NICE);
    let events = EventLoop::with_user_event()
        .build()
        .context("failed to open a window: is there a display? (without --window, the page shows the same)")?;
    let (proxy, screen, ended) = (events.create_proxy(), view.screen.clone(), Arc::clone(ended));
    thread::Builder::new()
        .name("window".into())
        .spawn(move || bring_news(&proxy, &screen, &ended))
        .context("failed to start the window's thread")?;
    let mut app = App::new(view.screen, view.wishes);
    events.run_app(&mut app).context("the window has failed")?;
    app.failed().map_or(Ok(()), Err)
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
    use std::sync::mpsc::sync_channel;

    #[test]
    fn a_bot_that_wants_no_window_plays_as_without_and_one_that_comes_too_late_gets_none() {
        assert!(run(|| Ok(())).is_ok());
        assert_eq!(run(|| bail!("no director")).unwrap_err().to_string(), "no director");
        let late = open(Screen::default(), sync_channel(1).0).unwrap_err().to_string();
        assert!(late.contains("none to give"), "{late}");
    }
}
