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
        match wish {
            Wish::Mode(mode) => self.status.mode = mode,
            Wish::Style(_) | Wish::Next(_) => self.status.auto = false,
            Wish::Auto => self.status.auto = true,
            Wish::Stronger(_) => {}
        }
        self.director.wish(wish);
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
        let look = self.director.look(&self.scene);
        let style = self.style();
        self.status.style = match self.status.mode {
            Mode::Paint => style.name.to_owned(),
            Mode::Living | Mode::Plain => strongest(&look).to_owned(),
        };
        self.status.strength = look.strength;
        let behind = self.content.at(self.phrases.sections());
        let drawn = self.canvas.draw(&self.scene, &look, behind, self.seen.as_ref(), passed);
        if self.status.mode != Mode::Paint {
            self.hung = None;
        }
        match self.status.mode {
            Mode::Plain => self.painted.clone_from(drawn),
            Mode::Living => {
                self.network.paint(drawn, &look.styles, &mut self.painted);
                mix(&mut self.painted, drawn, look.strength);
            }
            Mode::Paint => {
                if phrase_began || self.hung.is_none() {
                    let seed = self.seed.wrapping_add(u64::from(self.phrases.count()));
                    let order = Order { canvas: drawn.clone(), style, seed };
                    if let Err(e) = self.studio.order(order) {
                        tracing::warn!("cannot paint: {e:#}; showing the drawing alive instead");
                        self.status.mode = Mode::Living;
                    }
                    self.hung.get_or_insert_with(|| drawn.clone());
                }
                self.painted.clone_from(drawn);
            }
        }
        match &mut self.seen {
            Some(seen) => seen.clone_from(drawn),
            seen => *seen = Some(drawn.clone()),
        }
        let mut shown = coloured(&self.painted, &look);
        if self.status.mode == Mode::Paint
            && let Some(hung) = &mut self.hung
        {
            let until = (self.phrases.far(now) / DONE_BY * ITERATIONS as f64) as usize;
            if let Some(sketch) = self.studio.sketch(until.min(ITERATIONS)) {
                hang(hung, &sketch, passed);
                shown.clone_from(hung);
                ledger::draw(&mut shown, &sketch.losses, ITERATIONS);
            }
        }
        if self.status.mode == Mode::Living {
            self.calm.settle(&mut shown, passed);
            self.canvas.letter(&self.scene, &mut shown);
        }
        self.number += 1;
        Frame { number: self.number, width: shown.width(), height: shown.height(), rgb: shown.to_bytes() }
    }

    /// The style picture of the section.
    fn style(&mut self) -> &'static StylePicture {
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
fn hang(hung: &mut Picture, sketch: &Arc<Sketch>, passed: f64) {
    let next = sketch.picture.resized(hung.width(), hung.height());
    mix_in(hung, &next, (1.0 - (-passed / FADE).exp()) as f32);
}

fn mix_in(hung: &mut Picture, next: &Picture, share: f32) {
    let next = next.pixels().as_flattened();
    hung.pixels_mut().as_flattened_mut().iter_mut().zip(next).for_each(|(h, n)| *h += (n - *h) * share);
}
