//! What there is to be had: the page and its parts, the newest frame, how things stand, and wishes.

use super::{
    answer::{Answer, Body, Status},
    jpeg::Jpegs,
    manners,
    patience::Patience,
    request::Request,
};
use crate::{Mode, Screen, Wish};
use std::{
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc::SyncSender,
    },
    time::Instant,
};

/// How many may look at once; to each further one we say so.
const MOST_VIEWERS: usize = 16;

/// What answers.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) screen: Screen,
    pub(super) wishes: SyncSender<Wish>,
    pub(super) port: u16,
    pub(super) patience: Patience,
    jpegs: Jpegs,
    viewers: AtomicUsize,
}

impl Service {
    pub(super) fn new(screen: Screen, wishes: SyncSender<Wish>, port: u16, patience: Patience) -> Self {
        Self { screen, wishes, port, patience, jpegs: Jpegs::default(), viewers: AtomicUsize::new(0) }
    }

    /// Answers a request; frames may take a while.
    pub(super) fn answer(&self, request: &Request) -> Result<Answer, Status> {
        manners::admit(request, self.port)?;
        let own = |kind, text| Ok(Answer::new(kind, Body::Own(text)));
        match (&*request.method, &*request.path) {
            ("GET", "/") => own("text/html; charset=utf-8", include_str!("page.html")),
            ("GET", "/page.css") => own("text/css; charset=utf-8", include_str!("page.css")),
            ("GET", "/page.js") => own("text/javascript; charset=utf-8", include_str!("page.js")),
            ("GET", "/icon.svg") => own("image/svg+xml", include_str!("icon.svg")),
            ("GET", "/frame") => self.frame(request.number("after").unwrap_or(0)),
            ("GET", "/state") => Ok(self.state()),
            ("POST", "/wish") => self.wish(&request.body),
            (_, "/" | "/page.css" | "/page.js" | "/icon.svg" | "/frame" | "/state" | "/wish") => {
                Err(Status::OtherMethod)
            }
            _ => Err(Status::NotFound),
        }
    }

    fn frame(&self, after: u64) -> Result<Answer, Status> {
        let _viewer = Viewer::enter(&self.viewers).ok_or(Status::TooMany)?;
        // A number that is still to come is one of an earlier run: the viewer has outlived the bot.
        let after = if self.screen.newest().is_some_and(|newest| newest.number >= after) { after } else { 0 };
        let frame = self.screen.after(after, Instant::now() + self.patience.frame).ok_or(Status::Nothing)?;
        let jpeg = self.jpegs.of(&frame).ok_or(Status::Failed)?;
        let answer = Answer::new("image/jpeg", Body::Shared(jpeg));
        Ok(answer.with("X-Frame", frame.number))
    }

    fn state(&self) -> Answer {
        let status = self.screen.status();
        let mode = match status.mode {
            Mode::Living => "living",
            Mode::Paint => "paint",
            Mode::Plain => "plain",
        };
        let state = serde_json::json!({
            "mode": mode,
            "style": status.style,
            "auto": status.auto,
            "strength": status.strength,
            "rate": status.rate,
            "frame": self.screen.newest().map(|newest| newest.number),
        });
        Answer::new("application/json", Body::Text(state.to_string()))
    }

    fn wish(&self, body: &[u8]) -> Result<Answer, Status> {
        let text = std::str::from_utf8(body).map_err(|_| Status::Bad)?;
        let wish: Wish = match text.parse() {
            Ok(wish) => wish,
            Err(e) => return Ok(Answer::why(Status::Bad, format!("{e}\n"))),
        };
        self.wishes.try_send(wish).map(|()| Answer::from(Status::Nothing)).map_err(|_| Status::TooMany)
    }
}

/// One who looks, as long as this lives.
struct Viewer<'a>(&'a AtomicUsize);

impl<'a> Viewer<'a> {
    fn enter(viewers: &'a AtomicUsize) -> Option<Self> {
        let more = |viewers| (viewers < MOST_VIEWERS).then_some(viewers + 1);
        viewers.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok().map(|_| Self(viewers))
    }
}

impl Drop for Viewer<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
