//! The window itself: draws the newest frame when there is one, and passes wishes on.

use super::{
    View,
    keys::{Does, does},
    scale::Scaled,
};
use crate::{Mode, Wish};
use anyhow::{Context, anyhow};
use std::{num::NonZeroU32, sync::Arc};
use winit::{
    application::ApplicationHandler,
    dpi::{LogicalSize, PhysicalSize},
    event::{ElementState, KeyEvent, WindowEvent},
    event_loop::ActiveEventLoop,
    window::{Fullscreen, Window, WindowId},
};

/// What the window is told from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    /// There is a newer frame.
    Frame,
    /// The bot has ended.
    End,
}

type Surface = softbuffer::Surface<Arc<Window>, Arc<Window>>;

/// The window and what it shows.
pub(super) struct App {
    view: View,
    open: Option<(Arc<Window>, Surface)>,
    /// As last told: whoever asks a window that somebody has destroyed is not answered.
    size: PhysicalSize<u32>,
    cover: bool,
    title: String,
    failed: Option<anyhow::Error>,
}

impl App {
    pub(super) fn new(view: View) -> Self {
        Self { view, open: None, size: PhysicalSize::default(), cover: false, title: String::new(), failed: None }
    }

    /// Whether there ever was a window.
    pub(super) fn was_open(&self) -> bool {
        self.open.is_some()
    }

    /// What kept it from showing anything, if it was that which ended it.
    pub(super) fn failed(self) -> Option<anyhow::Error> {
        self.failed
    }

    fn open(&mut self, events: &ActiveEventLoop) -> anyhow::Result<()> {
        let wanted = Window::default_attributes()
            .with_title("Visualiser")
            .with_inner_size(LogicalSize::new(960, 540))
            .with_fullscreen(self.view.fullscreen.then_some(Fullscreen::Borderless(None)));
        let window = Arc::new(events.create_window(wanted)?);
        window.set_cursor_visible(!self.view.fullscreen);
        let context = softbuffer::Context::new(Arc::clone(&window)).map_err(|e| anyhow!("{e}"))?;
        let surface = Surface::new(&context, Arc::clone(&window)).map_err(|e| anyhow!("{e}"))?;
        window.request_redraw();
        self.size = window.inner_size();
        self.open = Some((window, surface));
        Ok(())
    }

    fn draw(&mut self) -> anyhow::Result<()> {
        let Some((window, surface)) = &mut self.open else { return Ok(()) };
        let size = self.size;
        // A window without pixels shows nothing.
        let (Some(width), Some(height)) = (NonZeroU32::new(size.width), NonZeroU32::new(size.height)) else {
            return Ok(());
        };
        surface.resize(width, height).map_err(|e| anyhow!("{e}"))?;
        let mut buffer = surface.buffer_mut().map_err(|e| anyhow!("{e}"))?;
        match self.view.screen.newest() {
            Some(frame) => {
                let (width, height) = (size.width as usize, size.height as usize);
                Scaled { pixels: &mut buffer, width, height }.fill(&frame, self.cover);
            }
            None => buffer.fill(0),
        }
        window.pre_present_notify();
        buffer.present().map_err(|e| anyhow!("{e}"))
    }

    fn name(&mut self) {
        let Some((window, _)) = &self.open else { return };
        let status = self.view.screen.status();
        let style = status.style;
        let title = if style.is_empty() || status.mode == Mode::Plain {
            "Visualiser".to_owned()
        } else {
            format!("Visualiser – {style}")
        };
        if title != self.title {
            window.set_title(&title);
            self.title = title;
        }
    }

    fn press(&mut self, key: &KeyEvent) {
        let Some((window, _)) = &self.open else { return };
        let Some(does) = does(&key.logical_key, self.view.screen.status().mode) else { return };
        // Held down, a key goes on only where there is something to go through.
        if key.repeat && !matches!(does, Does::Wish(Wish::Next(_) | Wish::Stronger(_))) {
            return;
        }
        let fullscreen = |on: bool| {
            window.set_fullscreen(on.then_some(Fullscreen::Borderless(None)));
            window.set_cursor_visible(!on);
        };
        match does {
            // When nobody takes it, it is dropped, as on the page.
            Does::Wish(wish) => drop(self.view.wishes.try_send(wish)),
            Does::Fullscreen => fullscreen(window.fullscreen().is_none()),
            Does::Leave => fullscreen(false),
            Does::Fit => {
                self.cover = !self.cover;
                window.request_redraw();
            }
        }
    }

    fn fail(&mut self, events: &ActiveEventLoop, why: anyhow::Error) {
        self.failed = Some(why);
        events.exit();
    }
}

impl ApplicationHandler<News> for App {
    fn resumed(&mut self, events: &ActiveEventLoop) {
        if self.open.is_some() {
            return;
        }
        let opened = self.open(events).context("failed to open a window");
        if opened.is_err() {
            events.exit();
        }
        // The bot waits for it.
        let _ = self.view.opened.send(opened);
    }

    fn user_event(&mut self, events: &ActiveEventLoop, news: News) {
        match news {
            News::Frame => {
                self.name();
                if let Some((window, _)) = &self.open {
                    window.request_redraw();
                }
            }
            News::End => events.exit(),
        }
    }

    fn window_event(&mut self, events: &ActiveEventLoop, _window: WindowId, event: WindowEvent) {
        match event {
            WindowEvent::CloseRequested | WindowEvent::Destroyed => events.exit(),
            WindowEvent::RedrawRequested => {
                if let Err(e) = self.draw().context("failed to draw into the window") {
                    self.fail(events, e);
                }
            }
            WindowEvent::Resized(size) => {
                self.size = size;
                if let Some((window, _)) = &self.open {
                    window.request_redraw();
                }
            }
            WindowEvent::KeyboardInput { event, .. } if event.state == ElementState::Pressed => self.press(&event),
            _ => {}
        }
    }
}
