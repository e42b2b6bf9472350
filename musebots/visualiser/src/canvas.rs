//! The drawing of the band, over a picture or over nothing.
//!
//! Time flows from right to left. Who plays pitches is a figure on the right, at the height of what it plays, and draws a ribbon; who drums is a
//! sun with the bar turning around it; words are lettered in the middle and lines at the bottom; density is brushwork. Behind all is a sky in the
//! colour of the harmony, or a picture. What was seen before lingers in it, and moves.
//!
//! The shapes are broad and few, so that they survive being painted over.

mod brush;
mod calm;
mod colour;
mod content;
mod drum;
mod feedback;
mod ground;
mod head;
mod layout;
mod letters;
mod noise;
mod ribbon;
mod sample;
mod texture;

use crate::{Look, Scene, look::hue};
use brush::Brush;
pub use calm::Calm;
use colour::of_seat;
use content::Content;
use generative_models::Picture;
use ground::{Glow, Ground, Mood, NIGHT};
use layout::Layout;
use letters::Letters;

/// Seconds in which the sky is two thirds on its way to another harmony.
const DUSK: f64 = 1.0;
/// How much of the sky lies over a picture.
const VEIL: f32 = 0.18;

/// The canvas.
#[derive(Debug)]
pub struct Canvas {
    seed: u64,
    layout: Layout,
    picture: Picture,
    ground: Ground,
    brush: Brush,
    letters: Letters,
    content: Content,
    calm: Calm,
    /// Where the harmony lies on the circle of fifths: an arrow that turns slowly.
    harmony: Option<(f32, f32)>,
}

impl Canvas {
    /// A canvas of so many pixels.
    #[must_use]
    pub fn new(width: usize, height: usize, seed: u64) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        Self {
            seed,
            layout: Layout::new(width, height),
            picture: Picture::new(width, height, |_, _| [0.0; 3]),
            ground: Ground::new(width, height),
            brush: Brush::new(width, height),
            letters: Letters::new(),
            content: Content::default(),
            calm: Calm::default(),
            harmony: None,
        }
    }

    /// Draws a moment: over `content` if there is one, and over what was `seen` last, moved as the look says. `passed` is how many
    /// seconds ago that was.
    pub fn draw(
        &mut self,
        scene: &Scene,
        look: &Look,
        content: Option<&Picture>,
        seen: Option<&Picture>,
        passed: f64,
    ) -> &Picture {
        let hue = self.sky(scene, content, passed);
        if let Some(seen) = seen {
            feedback::draw(&mut self.picture, seen, look, passed);
        }
        self.brush.clear();
        let time = (scene.now * 0.9 + scene.beat * 0.1) as f32;
        let (density, arousal) = (scene.density as f32, scene.arousal as f32);
        texture::draw(&mut self.brush, &self.layout, density, arousal, time, hue, self.seed);
        self.band(scene, hue);
        self.letters.words(&mut self.brush, &self.layout, scene, of_seat);
        self.letters.lines(&mut self.brush, &self.layout, scene, of_seat);
        self.brush.lay_over(&mut self.picture);
        self.calm.settle(&mut self.picture, passed);
        &self.picture
    }

    /// Letters the lines that are being said on a finished picture, where no painting makes them hard to read.
    pub fn letter(&mut self, scene: &Scene, picture: &mut Picture) {
        if scene.lines.is_empty()
            || (picture.width(), picture.height()) != (self.picture.width(), self.picture.height())
        {
            return;
        }
        self.brush.clear();
        self.letters.lines(&mut self.brush, &self.layout, scene, of_seat);
        self.brush.lay_over(picture);
    }

    /// What lies behind everything; gives its hue.
    fn sky(&mut self, scene: &Scene, content: Option<&Picture>, passed: f64) -> f32 {
        let (angle, clear) = hue(scene.harmony);
        let target = (clear * angle.cos(), clear * angle.sin());
        let (x, y) = self.harmony.unwrap_or(target);
        let step = 1.0 - (-passed.max(0.0) / DUSK).exp() as f32;
        let (x, y) = (x + (target.0 - x) * step, y + (target.1 - y) * step);
        self.harmony = Some((x, y));
        // Without a harmony it is night; the clearer it is, the more it is that colour.
        let night = 0.12;
        let hue = (y + night * NIGHT.sin()).atan2(x + night * NIGHT.cos());
        let mood = Mood {
            hue,
            clear: x.hypot(y),
            arousal: scene.arousal as f32,
            valence: scene.valence as f32,
            time: ((scene.now * 0.05 + scene.beat * 0.02) % 4096.0) as f32,
            breath: (scene.beat * std::f64::consts::TAU).cos() as f32,
        };
        self.ground.prepare(&self.layout, &mood, &self.glows(scene), self.seed);
        if let Some(content) = content {
            self.content.draw(content, scene.now, &mut self.picture);
        }
        self.ground.draw(&mut self.picture, if content.is_some() { VEIL } else { 1.0 });
        hue
    }

    fn glows(&self, scene: &Scene) -> Vec<Glow> {
        let mut drums = 0;
        let glow = |player: &crate::Player| {
            let (x, y, radius) = if player.percussion {
                drums += 1;
                self.layout.drum(drums - 1)
            } else {
                let (x, y) = self.layout.head(player);
                (x, y, self.layout.size * 0.06)
            };
            let strength = ((0.10 + 0.30 * player.presence + 0.35 * player.swell) * player.here) as f32;
            Glow { x, y, radius: radius * 2.2, colour: of_seat(player.seat), strength }
        };
        scene.players.iter().map(glow).collect()
    }

    fn band(&mut self, scene: &Scene, hue: f32) {
        let Self { brush, layout, .. } = self;
        let drummers = || scene.players.iter().enumerate().filter(|(_, player)| player.percussion);
        if drummers().next().is_none() {
            drum::moon(brush, layout, scene, hue);
        }
        for (n, (place, player)) in drummers().enumerate() {
            drum::draw(brush, layout, scene, place, n, of_seat(player.seat));
        }
        // Low voices lie behind high ones.
        let mut pitched: Vec<usize> = (0..scene.players.len()).filter(|&n| !scene.players[n].percussion).collect();
        pitched.sort_by(|&a, &b| scene.players[a].pitch.total_cmp(&scene.players[b].pitch));
        for &place in &pitched {
            ribbon::draw(brush, layout, scene, place, of_seat(scene.players[place].seat));
        }
        for place in pitched {
            let player = &scene.players[place];
            head::draw(brush, layout, scene, player, of_seat(player.seat));
        }
    }
}

#[cfg(test)]
mod tests;
