//! Shapes on a transparent sheet, which is then laid over a picture.

use super::colour::Colour;
use generative_models::Picture;
use tiny_skia::{
    FillRule, GradientStop, LinearGradient, Paint, Path, PathBuilder, Pixmap, Point, Shader, SpreadMode, Stroke,
    Transform,
};

#[derive(Debug)]
pub(super) struct Brush {
    sheet: Pixmap,
}

impl Brush {
    pub(super) fn new(width: usize, height: usize) -> Self {
        let sheet = Pixmap::new(width.max(1) as u32, height.max(1) as u32);
        Self { sheet: sheet.expect("a canvas that fits into memory") }
    }

    pub(super) fn clear(&mut self) {
        self.sheet.data_mut().fill(0);
    }

    pub(super) fn fill(&mut self, path: &Path, colour: Colour, opacity: f32) {
        self.shade(path, Shader::SolidColor(colour.skia(opacity)));
    }

    /// Fills with a colour that is `from` opaque at the place `left` and `to` opaque at the place `right`.
    pub(super) fn fade(&mut self, path: &Path, colour: Colour, (left, from): (f32, f32), (right, to): (f32, f32)) {
        let stops = vec![GradientStop::new(0.0, colour.skia(from)), GradientStop::new(1.0, colour.skia(to))];
        let (left, right) = (Point::from_xy(left, 0.0), Point::from_xy(right, 0.0));
        if let Some(shader) = LinearGradient::new(left, right, stops, SpreadMode::Pad, Transform::identity()) {
            self.shade(path, shader);
        }
    }

    fn shade(&mut self, path: &Path, shader: Shader<'_>) {
        let paint = Paint { shader, anti_alias: true, ..Paint::default() };
        self.sheet.fill_path(path, &paint, FillRule::Winding, Transform::identity(), None);
    }

    pub(super) fn stroke(&mut self, path: &Path, width: f32, colour: Colour, opacity: f32) {
        let shader = Shader::SolidColor(colour.skia(opacity));
        let paint = Paint { shader, anti_alias: true, ..Paint::default() };
        let round = (tiny_skia::LineCap::Round, tiny_skia::LineJoin::Round);
        let stroke = Stroke { width, line_cap: round.0, line_join: round.1, ..Stroke::default() };
        self.sheet.stroke_path(path, &paint, &stroke, Transform::identity(), None);
    }

    /// Lays the sheet over the picture.
    pub(super) fn lay_over(&self, picture: &mut Picture) {
        for (pixel, above) in picture.pixels_mut().iter_mut().zip(self.sheet.data().chunks_exact(4)) {
            if above[3] > 0 {
                let left = 1.0 - f32::from(above[3]) / 255.0;
                *pixel = std::array::from_fn(|n| pixel[n] * left + f32::from(above[n]) / 255.0);
            }
        }
    }
}

/// A closed shape about a middle: round, or with so many lobes as deep as said (0–1).
pub(super) fn blob(x: f32, y: f32, radius: f32, lobes: usize, depth: f32, angle: f32) -> Option<Path> {
    if lobes == 0 || depth == 0.0 {
        return PathBuilder::from_circle(x, y, radius);
    }
    let corners = 12 * lobes.clamp(2, 12);
    polygon((0..corners).map(|n| {
        let around = n as f32 / corners as f32 * std::f32::consts::TAU;
        let radius = radius * (1.0 + depth * (lobes as f32 * around).cos()) / (1.0 + depth * 0.3);
        (x + radius * (around + angle).cos(), y + radius * (around + angle).sin())
    }))
}

/// A regular figure with so many corners.
pub(super) fn regular(x: f32, y: f32, radius: f32, corners: usize, angle: f32) -> Option<Path> {
    polygon((0..corners).map(|n| {
        let around = n as f32 / corners as f32 * std::f32::consts::TAU + angle;
        (x + radius * around.cos(), y + radius * around.sin())
    }))
}

/// A closed shape with straight sides.
pub(super) fn polygon(corners: impl IntoIterator<Item = (f32, f32)>) -> Option<Path> {
    let mut path = PathBuilder::new();
    for (x, y) in corners {
        if path.is_empty() { path.move_to(x, y) } else { path.line_to(x, y) }
    }
    path.close();
    path.finish()
}
