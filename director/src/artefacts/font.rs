//! Letters for pictures: Roboto (Copyright 2015 Google Inc., Apache License 2.0), part of the program.

use ab_glyph::{Font as _, FontRef, Glyph, Point, PxScale, ScaleFont as _, point};

pub(crate) struct Font(FontRef<'static>);

impl Font {
    pub(crate) fn new() -> Self {
        let bytes = include_bytes!("../../assets/Roboto-Regular.ttf");
        Self(FontRef::try_from_slice(bytes).expect("the font is part of the program"))
    }

    /// How wide a text will be.
    pub(crate) fn width(&self, text: &str, size: f32) -> f32 {
        self.lay_out(text, size).1
    }

    /// The text, shortened until it fits into `width`; empty when not even a letter would.
    pub(crate) fn fit(&self, text: &str, size: f32, width: f32) -> String {
        if self.width(text, size) <= width {
            return text.to_owned();
        }
        let mut letters: Vec<char> = text.chars().collect();
        while letters.pop().is_some() && !letters.is_empty() {
            let shorter = letters.iter().collect::<String>().trim_end().to_owned() + "…";
            if self.width(&shorter, size) <= width {
                return shorter;
            }
        }
        String::new()
    }

    /// Calls `dot(x, y, coverage)` for every pixel that the text touches. `at` is the left end of its base line.
    pub(crate) fn draw(&self, text: &str, size: f32, at: (f32, f32), mut dot: impl FnMut(i32, i32, f32)) {
        for mut glyph in self.lay_out(text, size).0 {
            glyph.position += Point { x: at.0, y: at.1 };
            if let Some(outline) = self.0.outline_glyph(glyph) {
                let corner = outline.px_bounds().min;
                outline.draw(|x, y, coverage| dot(corner.x as i32 + x as i32, corner.y as i32 + y as i32, coverage));
            }
        }
    }

    fn lay_out(&self, text: &str, size: f32) -> (Vec<Glyph>, f32) {
        let scale = PxScale::from(size);
        let font = self.0.as_scaled(scale);
        let (mut x, mut glyphs, mut last) = (0.0, Vec::new(), None);
        for letter in text.chars() {
            let id = font.glyph_id(letter);
            if let Some(last) = last.replace(id) {
                x += font.kern(last, id);
            }
            glyphs.push(id.with_scale_and_position(scale, point(x, 0.0)));
            x += font.h_advance(id);
        }
        (glyphs, x)
    }
}

#[cfg(test)]
mod tests {
    use super::Font;

    #[test]
    fn a_text_that_is_too_wide_is_shortened() {
        let font = Font::new();
        assert_eq!(font.fit("verse", 20.0, 500.0), "verse");
        let shorter = font.fit("verse", 20.0, font.width("vers", 20.0));
        assert!(shorter.starts_with("ve") && shorter.ends_with('…'), "{shorter}");
        assert_eq!(font.fit("verse", 20.0, 3.0), "");
    }
}
