//! Words as lettering. Letters: Roboto (Copyright 2015 Google Inc., Apache License 2.0), part of the program. What it has no
//! letter for is left out.

use super::{
    brush::{Brush, polygon},
    colour::Colour,
    layout::Layout,
};
use crate::{Scene, scene::WORD_LIFE};
use ab_glyph::{Font as _, FontRef, GlyphId, OutlineCurve};
use tiny_skia::{Path, PathBuilder};

#[derive(Debug)]
pub(super) struct Letters {
    font: FontRef<'static>,
    /// Units of the font to the height of a letter's square.
    units: f32,
}

impl Letters {
    pub(super) fn new() -> Self {
        let font = FontRef::try_from_slice(include_bytes!("../../assets/Roboto-Regular.ttf"));
        let font = font.expect("the font is part of the program");
        let units = font.units_per_em().unwrap_or(2048.0);
        Self { font, units }
    }

    /// The words: the newest large, those before it above, smaller and fading.
    pub(super) fn words(&self, brush: &mut Brush, layout: &Layout, scene: &Scene, colour: impl Fn(usize) -> Colour) {
        for (n, word) in scene.words.iter().enumerate() {
            let age = (scene.now - word.due).max(0.0) as f32;
            // Each later word moves this one a place up, softly.
            let up: f32 = scene.words[n + 1..].iter().map(|later| soft((scene.now - later.due) as f32 / 0.25)).sum();
            let opacity = (1.0 - up * 0.55).min((WORD_LIFE as f32 - age) / 1.2).clamp(0.0, 1.0) * soft(age / 0.08);
            if opacity < 0.02 {
                continue;
            }
            let full = (layout.size * 0.20).min(layout.width * 0.78 / self.width(&word.text).max(0.1));
            let size = full * 0.6_f32.powf(up) * (0.9 + 0.1 * soft(age / 0.15)) * (1.0 + 0.03 * age);
            let down = layout.height * 0.58 - layout.size * 0.19 * (1.0 - 0.6_f32.powf(up)) / 0.4;
            let colour = colour(scene.players[word.player].seat).lighter(0.2).stronger(0.75);
            let x = layout.width * 0.5 - self.width(&word.text) * size / 2.0;
            self.write(brush, &word.text, size, (x, down), colour, opacity);
        }
    }

    /// The lines that are being said, at the bottom.
    pub(super) fn lines(&self, brush: &mut Brush, layout: &Layout, scene: &Scene, colour: impl Fn(usize) -> Colour) {
        let size = layout.size * 0.058;
        let mut base = layout.height - size * 0.55;
        for line in scene.lines.iter().rev() {
            let seat = scene.players[line.player].seat;
            let opacity = soft((scene.now - line.due) as f32 / 0.3);
            for row in self.wrapped(&line.text, layout.width * 0.92 / size).iter().rev() {
                let wide = self.width(row) * size;
                let x = layout.width * 0.5 - wide / 2.0;
                // On a dark band, which also covers what lingers of the line before.
                let (left, top) = (x - size * 0.5, base - size * 0.95);
                let (right, bottom) = (left + wide + size, top + size * 1.2);
                let band = polygon([(left, top), (right, top), (right, bottom), (left, bottom)]);
                if let Some(band) = band.filter(|_| wide > 0.0) {
                    brush.fill(&band, Colour::new(0.13, 0.03, 4.6), 0.6 * opacity);
                }
                self.write(brush, row, size, (x, base), colour(seat).lighter(0.25).stronger(0.4), opacity);
                base -= size * 1.15;
            }
            base -= size * 0.25;
        }
    }

    /// A text from `at` on, bold, over its own dark outline.
    fn write(&self, brush: &mut Brush, text: &str, size: f32, at: (f32, f32), colour: Colour, opacity: f32) {
        if let Some(path) = self.path(text, size, at) {
            brush.stroke(&path, size * 0.16, Colour::new(0.13, 0.03, 4.6), 0.75 * opacity);
            brush.stroke(&path, size * 0.045, colour, opacity);
            brush.fill(&path, colour, opacity);
        }
    }

    /// How wide a text of size 1 is.
    fn width(&self, text: &str) -> f32 {
        self.glyphs(text).map(|glyph| self.font.h_advance_unscaled(glyph)).sum::<f32>() / self.units
    }

    /// At most two rows of a text, none wider than `width` (in sizes); what does not fit is left out, with a sign.
    fn wrapped(&self, text: &str, width: f32) -> Vec<String> {
        let mut rows = vec![String::new()];
        for word in text.split_whitespace() {
            let many = rows.len();
            let row = &mut rows[many - 1];
            let longer = if row.is_empty() { word.to_owned() } else { format!("{row} {word}") };
            if row.is_empty() || self.width(&longer) <= width {
                *row = longer;
            } else if many < 2 {
                rows.push(word.to_owned());
            } else {
                row.push('…');
                break;
            }
        }
        for row in &mut rows {
            while self.width(row) > width && row.pop().is_some() {}
        }
        rows
    }

    fn glyphs(&self, text: &str) -> impl Iterator<Item = GlyphId> {
        text.chars().map(|letter| self.font.glyph_id(letter)).filter(|glyph| glyph.0 != 0)
    }

    fn path(&self, text: &str, size: f32, (mut x, y): (f32, f32)) -> Option<Path> {
        let scale = size / self.units;
        let mut path = PathBuilder::new();
        for glyph in self.glyphs(text) {
            let curves = self.font.outline(glyph).map(|outline| outline.curves).unwrap_or_default();
            let put = |p: ab_glyph::Point| (x + p.x * scale, y - p.y * scale);
            let mut end = None;
            for curve in curves {
                let start = match curve {
                    OutlineCurve::Line(a, _) | OutlineCurve::Quad(a, ..) | OutlineCurve::Cubic(a, ..) => a,
                };
                if end != Some(start) {
                    if end.is_some() {
                        path.close();
                    }
                    let (x, y) = put(start);
                    path.move_to(x, y);
                }
                let to = match curve {
                    OutlineCurve::Line(_, to) => {
                        let (x, y) = put(to);
                        path.line_to(x, y);
                        to
                    }
                    OutlineCurve::Quad(_, by, to) => {
                        let ((bx, by), (x, y)) = (put(by), put(to));
                        path.quad_to(bx, by, x, y);
                        to
                    }
                    OutlineCurve::Cubic(_, by, and, to) => {
                        let ((bx, by), (ax, ay), (x, y)) = (put(by), put(and), put(to));
                        path.cubic_to(bx, by, ax, ay, x, y);
                        to
                    }
                };
                end = Some(to);
            }
            if end.is_some() {
                path.close();
            }
            x += self.font.h_advance_unscaled(glyph) * scale;
        }
        path.finish()
    }
}

/// From 0 to 1, softly.
fn soft(way: f32) -> f32 {
    let way = way.clamp(0.0, 1.0);
    way * way * (3.0 - 2.0 * way)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_text_is_wider_and_what_has_no_letter_takes_no_place() {
        let letters = Letters::new();
        assert!(letters.width("wwww") > letters.width("ww") * 1.9);
        assert_eq!(letters.width("\u{1f3b5}"), 0.0);
        assert!(letters.path("\u{1f3b5} \u{1f3b5}", 10.0, (0.0, 0.0)).is_none());
    }

    #[test]
    fn a_letter_stands_on_its_line_and_has_its_height() {
        let letters = Letters::new();
        let bounds = letters.path("H", 100.0, (10.0, 200.0)).unwrap().bounds();
        assert!((bounds.bottom() - 200.0).abs() < 1.0 && (bounds.top() - 129.0).abs() < 3.0, "{bounds:?}");
    }

    #[test]
    fn a_long_line_takes_two_rows_and_no_more_width() {
        let letters = Letters::new();
        let rows = letters.wrapped(&"What light through yonder window breaks? ".repeat(4), 14.0);
        assert_eq!(rows.len(), 2);
        assert!(rows.iter().all(|row| letters.width(row) <= 14.0) && rows[1].ends_with('…'));
    }
}
