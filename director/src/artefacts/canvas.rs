//! A picture to draw rectangles and texts on, with soft edges. Coordinates are in pixels, from the top left.

use super::font::Font;
use std::io;

/// Red, green, blue.
pub(crate) type Colour = [u8; 3];

/// Between `a` (0) and `b` (1).
pub(crate) fn blend(a: Colour, b: Colour, share: f32) -> Colour {
    let share = share.clamp(0.0, 1.0);
    std::array::from_fn(|i| (f32::from(a[i]) + (f32::from(b[i]) - f32::from(a[i])) * share + 0.5) as u8)
}

/// A rectangle by its edges.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Area {
    pub(crate) left: f32,
    pub(crate) top: f32,
    pub(crate) right: f32,
    pub(crate) bottom: f32,
}

impl Area {
    pub(crate) fn new(left: f32, top: f32, right: f32, bottom: f32) -> Self {
        Self { left, top, right, bottom }
    }

    pub(crate) fn width(self) -> f32 {
        self.right - self.left
    }

    pub(crate) fn height(self) -> f32 {
        self.bottom - self.top
    }
}

/// Which point of a text is where it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Centre,
    Right,
}

pub(crate) struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<Colour>,
    font: Font,
}

impl Canvas {
    pub(crate) fn new(width: usize, height: usize, colour: Colour) -> Self {
        Self { width, height, pixels: vec![colour; width * height], font: Font::new() }
    }

    pub(crate) fn font(&self) -> &Font {
        &self.font
    }

    /// A rectangle with corners of `radius`; `alpha` 1 covers what is below.
    pub(crate) fn rect(&mut self, area: Area, radius: f32, colour: Colour, alpha: f32) {
        let (half_width, half_height) = (area.width() / 2.0, area.height() / 2.0);
        if half_width <= 0.0 || half_height <= 0.0 {
            return;
        }
        let radius = radius.min(half_width).min(half_height);
        let (x, y) = (area.left + half_width, area.top + half_height);
        for row in (area.top.floor().max(0.0) as usize)..(area.bottom.ceil().max(0.0) as usize).min(self.height) {
            for column in (area.left.floor().max(0.0) as usize)..(area.right.ceil().max(0.0) as usize).min(self.width) {
                // How far the pixel's middle is from the edge: negative inside.
                let across = (column as f32 + 0.5 - x).abs() - half_width + radius;
                let down = (row as f32 + 0.5 - y).abs() - half_height + radius;
                let corner = (across.max(0.0) * across.max(0.0) + down.max(0.0) * down.max(0.0)).sqrt();
                let distance = corner + across.max(down).min(0.0) - radius;
                let coverage = (0.5 - distance).clamp(0.0, 1.0);
                let pixel = &mut self.pixels[row * self.width + column];
                *pixel = blend(*pixel, colour, coverage * alpha);
            }
        }
    }

    /// A vertical line.
    pub(crate) fn line_down(&mut self, x: f32, top: f32, bottom: f32, colour: Colour, alpha: f32) {
        let x = x.round();
        self.rect(Area::new(x, top, x + 1.0, bottom), 0.0, colour, alpha);
    }

    /// A horizontal line.
    pub(crate) fn line_across(&mut self, left: f32, right: f32, y: f32, colour: Colour, alpha: f32) {
        let y = y.round();
        self.rect(Area::new(left, y, right, y + 1.0), 0.0, colour, alpha);
    }

    /// One line of text, its capitals centred on `y`.
    pub(crate) fn text(&mut self, text: &str, size: f32, (x, y): (f32, f32), align: Align, colour: Colour) {
        let width = self.font.width(text, size);
        let left = match align {
            Align::Left => x,
            Align::Centre => x - width / 2.0,
            Align::Right => x - width,
        };
        // Roboto's capitals are 0.61 of its line high.
        let base = (y + 0.305 * size).round();
        let (pixels, picture_width, picture_height) = (&mut self.pixels, self.width, self.height);
        self.font.draw(text, size, (left.round(), base), |x, y, coverage| {
            if let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y))
                && x < picture_width
                && y < picture_height
            {
                let pixel = &mut pixels[y * picture_width + x];
                *pixel = blend(*pixel, colour, coverage);
            }
        });
    }

    /// The picture as a PNG file.
    pub(crate) fn to_png(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(self.pixels.as_flattened())?;
        writer.finish()?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(draw: impl FnOnce(&mut Canvas)) -> Vec<u8> {
        let mut canvas = Canvas::new(4, 1, [0; 3]);
        draw(&mut canvas);
        canvas.pixels.iter().map(|pixel| pixel[0]).collect()
    }

    #[test]
    fn a_rectangle_covers_its_pixels_and_no_others() {
        let white = [255; 3];
        assert_eq!(drawn(|c| c.rect(Area::new(1.0, 0.0, 3.0, 1.0), 0.0, white, 1.0)), [0, 255, 255, 0]);
        assert_eq!(drawn(|c| c.rect(Area::new(0.5, -9.0, 2.0, 9.0), 0.0, white, 1.0)), [128, 255, 0, 0]);
        assert_eq!(drawn(|c| c.rect(Area::new(-9.0, 0.0, 99.0, 1.0), 0.0, white, 0.5)), [128; 4]);
        assert_eq!(drawn(|c| c.rect(Area::new(3.0, 0.0, 1.0, 1.0), 0.0, white, 1.0)), [0; 4]);
    }

    #[test]
    fn a_text_at_the_edge_is_cut_off() {
        assert!(drawn(|c| c.text("Wide", 40.0, (-20.0, 0.0), Align::Left, [255; 3])).iter().any(|p| *p > 0));
    }
}
