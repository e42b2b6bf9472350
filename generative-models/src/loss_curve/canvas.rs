//! A white picture to draw lines and small texts on. Letters: Roboto (Copyright 2015 Google Inc., Apache License 2.0).

use ab_glyph::{Font as _, FontRef, PxScale, ScaleFont as _, point};

pub(super) type Colour = [u8; 3];
pub(super) type Spot = (f32, f32);

pub(super) struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<Colour>,
    font: FontRef<'static>,
}

impl Canvas {
    pub(super) fn new(width: usize, height: usize) -> Self {
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
    pub(super) fn line(&mut self, from: Spot, to: Spot, thickness: f32, colour: Colour) {
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
    pub(super) fn text(&mut self, text: &str, size: f32, spot: Spot, anchor: f32, colour: Colour) {
        let font = self.font.clone();
        let scaled = font.as_scaled(PxScale::from(size));
        let width: f32 = text.chars().map(|c| scaled.h_advance(scaled.glyph_id(c))).sum();
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

    /// The picture as a PNG file.
    pub(super) fn to_png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(self.pixels.as_flattened())?;
        writer.finish()?;
        Ok(bytes)
    }

    #[cfg(test)]
    pub(super) fn pixel(&self, x: usize, y: usize) -> Colour {
        self.pixels[y * self.width + x]
    }
}
