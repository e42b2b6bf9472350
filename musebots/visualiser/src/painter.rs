//! What happened goes in, frames come out: scene, look, drawing, and what paints over it. No
//! threads, no clock: live and in a render it is the same.

use crate::{
    Calm, Canvas, Content, Director, Frame, Happening, Look, Mode, Scene, Status, Wish,
    easel::{ITERATIONS, Order, Sketch},
    ledger,
    phrases::Phrases,
    studio::Studio,
    styles::{self, StylePicture},
};
use generative_models::{Picture, fast_style::FastStyle};
use std::sync::Arc;

/// The share of a phrase after which a painting is done, so that there is time to look at it.
const DONE_BY: f64 = 0.85;
/// How fast one state of a painting goes over into the next, in seconds.
const FADE: f64 = 0.2;

/// The painter.
pub struct Painter {
    scene: Scene,
    director: Director,
    canvas: Canvas,
    content: Content,
    network: FastStyle,
    studio: Studio,
    phrases: Phrases,
    status: Status,
    seed: u64,
    /// What was drawn last: it lingers in the drawing. (What was painted would be painted over and over.)
    seen: Option<Picture>,
    painted: Picture,
    /// What was painted is held to it too.
    calm: Calm,
    /// Which section is painted like which picture.
    style: Option<(String, &'static StylePicture)>,
    /// The picture that somebody wants it painted like.
    wanted: Option<usize>,
    /// The style of the painting that was ordered, and how many were.
    ordered: Option<&'static str>,
    orders: u64,
    rests: bool,
    /// The painting as it is shown: it fades from state to state.
    hung: Option<Picture>,
    last: Option<f64>,
    number: u64,
}

impl Painter {
    /// A painter of frames of this size, who chooses by `seed`. Whoever asks for a frame waits for what it takes, as
    /// in a render.
    #[must_use]
    pub fn new(size: (usize, usize), seed: u64, mode: Mode, content: Content) -> Self {
        Self::with_studio(size, seed, mode, content, Studio::here())
    }

    pub(crate) fn with_studio(
        (width, height): (usize, usize),
        seed: u64,
        mode: Mode,
        content: Content,
        studio: Studio,
    ) -> Self {
        Self {
            scene: Scene::default(),
            director: Director::new(seed),
            canvas: Canvas::new(width, height, seed),
            content,
            network: FastStyle::shipped(),
            studio,
            phrases: Phrases::default(),
            status: Status { mode, auto: true, ..Status::default() },
            seed,
            seen: None,
            painted: Picture::new(width, height, |_, _| [0.0; 3]),
            calm: Calm::default(),
            style: None,
            wanted: None,
            ordered: None,
            orders: 0,
            rests: false,
            hung: None,
            last: None,
            number: 0,
        }
    }

    /// Something has happened, or will within moments.
    pub fn happen(&mut self, happening: &Happening) {
        self.scene.happen(happening);
        self.director.happen(happening);
        self.phrases.happen(happening);
    }

    /// Somebody at the screen wants something.
    pub fn wish(&mut self, wish: Wish) {
        let pictures = styles::all().len();
        match wish {
            Wish::Mode(mode) => self.status.mode = mode,
            Wish::Auto => (self.status.auto, self.wanted) = (true, None),
            Wish::Style(n) => {
                self.status.auto = false;
                self.wanted = Some(n % pictures);
            }
            Wish::Next(steps) => {
                self.status.auto = false;
                let now = styles::all().iter().position(|style| style.name == self.style().name).unwrap_or(0);
                self.wanted = Some((now as i64 + i64::from(steps)).rem_euclid(pictures as i64) as usize);
            }
            Wish::Stronger(_) => {}
        }
        self.director.wish(wish);
    }

    /// While nobody looks, a painting waits too.
    pub(crate) fn rest(&mut self, rests: bool) {
        self.rests = rests;
    }

    /// How things stand.
    #[must_use]
    pub fn status(&self) -> &Status {
        &self.status
    }

    /// Paints the frame of a moment.
    pub fn frame(&mut self, now: f64) -> Frame {
        let passed = self.last.replace(now).map_or(0.0, |last| (now - last).clamp(0.0, 1.0));
        self.scene.advance(now);
        let phrase_began = self.phrases.advance(now);
        if self.studio.has_failed() {
            tracing::warn!("showing the drawing alive instead");
            self.status.mode = Mode::Living;
        }
        // Without a phrase there is nothing to pace a painting by.
        let mode = match self.status.mode {
            Mode::Paint if self.phrases.count() == 0 => Mode::Living,
            mode => mode,
        };
        let look = self.director.look(&self.scene);
        let style = self.style();
        self.status.style = if mode == Mode::Paint { style.name } else { strongest(&look) }.to_owned();
        self.status.strength = look.strength;

        let behind = self.content.at(self.phrases.sections());
        let drawn = self.canvas.draw(&self.scene, &look, behind, self.seen.as_ref(), passed);
        match &mut self.seen {
            Some(seen) => seen.clone_from(drawn),
            seen => *seen = Some(drawn.clone()),
        }
        match mode {
            Mode::Living => {
                self.network.paint(drawn, &look.styles, &mut self.painted);
                mix(&mut self.painted, drawn, look.strength);
            }
            Mode::Paint | Mode::Plain => self.painted.clone_from(drawn),
        }
        let mut shown = coloured(&self.painted, &look);
        let mut losses = None;
        if mode == Mode::Paint {
            self.paint(phrase_began, style);
            losses = self.hang(now, passed);
            shown.clone_from(self.hung.as_ref().unwrap_or(&self.painted));
        } else {
            (self.hung, self.ordered) = (None, None);
        }
        // Whatever is shown, however it changed: it never flashes.
        self.calm.settle(&mut shown, passed);
        if mode == Mode::Living {
            self.canvas.letter(&self.scene, &mut shown);
        }
        if let Some(sketch) = losses {
            ledger::draw(&mut shown, &sketch.losses, ITERATIONS);
        }
        self.number += 1;
        Frame { number: self.number, width: shown.width(), height: shown.height(), rgb: shown.to_bytes() }
    }

    /// Orders a painting of what is drawn, where another phrase or another style calls for one.
    fn paint(&mut self, phrase_began: bool, style: &'static StylePicture) {
        self.hung.get_or_insert_with(|| self.painted.clone());
        if !phrase_began && self.ordered == Some(style.name) {
            return;
        }
        self.ordered = Some(style.name);
        self.orders += 1;
        let seed = self.seed.wrapping_add(u64::from(self.phrases.count()));
        let order = Order { canvas: self.painted.clone(), style, seed, number: self.orders };
        if let Err(e) = self.studio.order(order) {
            tracing::warn!("cannot paint: {e:#}; showing the drawing alive instead");
            self.status.mode = Mode::Living;
        }
    }

    /// Lets the painting go over into its present state; gives that, if there is any.
    fn hang(&mut self, now: f64, passed: f64) -> Option<Arc<Sketch>> {
        let until = (self.phrases.far(now) / DONE_BY * ITERATIONS as f64) as usize;
        let sketch = self.studio.sketch(if self.rests { 0 } else { until.min(ITERATIONS) });
        let sketch = sketch.filter(|sketch| sketch.order == self.orders)?;
        let hung = self.hung.as_mut()?;
        let next = sketch.picture.resized(hung.width(), hung.height());
        mix_in(hung, &next, (1.0 - (-passed / FADE).exp()) as f32);
        Some(sketch)
    }

    /// The style picture of the section, or the one that somebody wants.
    fn style(&mut self) -> &'static StylePicture {
        if let Some(wanted) = self.wanted {
            return &styles::all()[wanted];
        }
        let section = self.phrases.section();
        match &self.style {
            Some((name, style)) if name == section => style,
            before => {
                let before = before.as_ref().map(|(_, style)| *style);
                let style = styles::choose(section, self.scene.arousal, self.seed, before);
                self.style = Some((section.to_owned(), style));
                style
            }
        }
    }
}

/// The style that weighs most.
fn strongest(look: &Look) -> &'static str {
    let weights = look.styles.iter().zip(FastStyle::names());
    weights.max_by(|a, b| a.0.total_cmp(b.0)).map_or("", |(_, name)| name)
}

/// Lets the drawing through where the painting is to cover only part of it.
fn mix(painted: &mut Picture, drawn: &Picture, strength: f32) {
    let drawn = drawn.pixels().as_flattened();
    let painted = painted.pixels_mut().as_flattened_mut();
    painted.iter_mut().zip(drawn).for_each(|(p, d)| *p = d + (*p - d) * strength);
}

fn coloured(picture: &Picture, look: &Look) -> Picture {
    let mut picture = picture.clone();
    for pixel in picture.pixels_mut() {
        for (channel, by) in pixel.iter_mut().zip(look.balance) {
            *channel = (*channel * by).clamp(0.0, 1.0);
        }
    }
    picture
}

/// One state of a painting goes over into the next.
fn mix_in(hung: &mut Picture, next: &Picture, share: f32) {
    let next = next.pixels().as_flattened();
    hung.pixels_mut().as_flattened_mut().iter_mut().zip(next).for_each(|(h, n)| *h += (n - *h) * share);
}

#[cfg(test)]
mod tests;
