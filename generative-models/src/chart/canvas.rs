//! What charts are drawn on. Letters: Roboto (Copyright 2015 Google Inc., Apache License 2.0).

use ab_glyph::{Font as _, FontRef, PxScale, ScaleFont as _, point};

/// Red, green, blue.
pub type Colour = [u8; 3];

/// To the right and down from the upper left corner.
pub type Spot = (f32, f32);

/// A white picture to draw lines and small texts on.
pub struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<Colour>,
    font: FontRef<'static>,
}

impl Canvas {
    /// All white.
    #[must_use]
    pub fn new(width: usize, height: usize) -> Self {
        let font = FontRef::try_from_slice(include_bytes!("../../../director/assets/Roboto-Regular.ttf"));
        let font = font.expect("the font is part of the program");
        Self { width, height, pixels: vec![[255; 3]; width * height], font }
    }

    fn dot(&mut self, x: usize, y: usize, colour: Colour, coverage: f32) {
        if x < self.width && y < self.height {
            let pixel = &mut self.pixels[y * self.width + x];
            let mix = |below: u8, above: u8| f32::from(below) + (f32::from(above) - f32::from(below)) * coverage;
            *pixel = std::array::from_fn(|i| (mix(pixel[i], colour[i]) + 0.5) as u8);
        }
    }

    /// A straight line with round ends and soft edges.
    pub fn line(&mut self, from: Spot, to: Spot, thickness: f32, colour: Colour) {
        let reach = thickness / 2.0 + 1.0;
        let range = |a: f32, b: f32, most: usize| {
            let least = (a.min(b) - reach).floor().max(0.0) as usize;
            least..((a.max(b) + reach).ceil().max(0.0) as usize).min(most)
        };
        let (along, down) = (to.0 - from.0, to.1 - from.1);
        let square = (along * along + down * down).max(1e-9);
        for y in range(from.1, to.1, self.height) {
            for x in range(from.0, to.0, self.width) {
                let (dx, dy) = (x as f32 + 0.5 - from.0, y as f32 + 0.5 - from.1);
                let way = ((dx * along + dy * down) / square).clamp(0.0, 1.0);
                let far = (dx - way * along).hypot(dy - way * down);
                self.dot(x, y, colour, (thickness / 2.0 + 0.5 - far).clamp(0.0, 1.0));
            }
        }
    }

    /// A text whose point `anchor` (0 its left end, 1 its right end) is at `spot`, centred in height.
    pub fn text(&mut self, text: &str, size: f32, spot: Spot, anchor: f32, colour: Colour) {
        let font = self.font.clone();
        let scaled = font.as_scaled(PxScale::from(size));
        let width = self.width_of(text, size);
        let (mut x, base) = ((spot.0 - width * anchor).round(), (spot.1 + 0.3 * size).round());
        for letter in text.chars() {
            let id = scaled.glyph_id(letter);
            let glyph = id.with_scale_and_position(PxScale::from(size), point(x, base));
            x += scaled.h_advance(id);
            if let Some(outline) = font.outline_glyph(glyph) {
                let corner = outline.px_bounds().min;
                outline.draw(|x, y, coverage| {
                    let (x, y) = (corner.x as i64 + i64::from(x), corner.y as i64 + i64::from(y));
                    if let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) {
                        self.dot(x, y, colour, coverage.clamp(0.0, 1.0));
                    }
                });
            }
        }
    }

    /// Another picture, three bytes a pixel, with its upper left corner at a place; what does not fit is cut off.
    ///
    /// # Panics
    /// When there are not as many bytes as full rows take.
    pub fn paste(&mut self, bytes: &[u8], width: usize, (left, top): (usize, usize)) {
        let (rows, rest) = (bytes.len() / (3 * width).max(1), bytes.len() % (3 * width).max(1));
        assert_eq!(rest, 0, "full rows");
        for (y, row) in (top..self.height).zip(bytes.chunks_exact(3 * width.max(1))).take(rows) {
            for (x, pixel) in (left..self.width).zip(row.as_chunks::<3>().0) {
                self.pixels[y * self.width + x] = *pixel;
            }
        }
    }

    /// The width of a text in pixels.
    #[must_use]
    pub fn width_of(&self, text: &str, size: f32) -> f32 {
        let scaled = self.font.as_scaled(PxScale::from(size));
        text.chars().map(|c| scaled.h_advance(scaled.glyph_id(c))).sum()
    }

    /// The picture as a PNG file.
    ///
    /// # Errors
    /// When it has no pixels.
    pub fn to_png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(self.pixels.as_flattened())?;
        writer.finish()?;
        Ok(bytes)
    }

    /// The colour of a place.
    ///
    /// # Panics
    /// Outside.
    #[must_use]
    pub fn pixel(&self, x: usize, y: usize) -> Colour {
        self.pixels[y * self.width + x]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_pasted_where_it_belongs_and_cut_at_the_edge() {
        let mut canvas = Canvas::new(4, 3);
        canvas.paste(&[9; 3 * 3 * 2], 3, (2, 2));
        let dark = (0..12).filter(|n| canvas.pixel(n % 4, n / 4) == [9; 3]).collect::<Vec<_>>();
        assert_eq!(dark, [10, 11]);
    }

    #[test]
    fn the_letters_of_the_papers_are_there() {
        for letters in ["α", "β", "×", "·"] {
            assert!(Canvas::new(1, 1).font.glyph_id(letters.chars().next().unwrap()).0 != 0, "{letters}");
        }
    }
}
