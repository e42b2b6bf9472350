//! Colours, and what pigments do.

/// Red, green, blue, 0–1 (sRGB).
pub(crate) type Colour = [f32; 3];

/// A colour as it is written in hexadecimal.
pub(crate) const fn rgb(hex: u32) -> Colour {
    [((hex >> 16) & 255) as f32 / 255.0, ((hex >> 8) & 255) as f32 / 255.0, (hex & 255) as f32 / 255.0]
}

/// From `a` (0) to `b` (1).
pub(crate) fn mix(a: Colour, b: Colour, part: f32) -> Colour {
    std::array::from_fn(|n| a[n] + (b[n] - a[n]) * part)
}

/// Lighter by a factor, or darker.
pub(crate) fn lit(a: Colour, by: f32) -> Colour {
    a.map(|c| c * by)
}

/// A glaze over what is there: it takes light away, as watercolour and ink do.
pub(crate) fn glaze(under: Colour, pigment: Colour, part: f32) -> Colour {
    std::array::from_fn(|n| under[n] * (1.0 + (pigment[n] - 1.0) * part))
}

/// The place in a row of colours, 0–1, with what lies between them.
pub(crate) fn ramp(colours: &[Colour], at: f32) -> Colour {
    let at = at.clamp(0.0, 1.0) * (colours.len() - 1) as f32;
    let first = (at as usize).min(colours.len() - 2);
    mix(colours[first], colours[first + 1], at - first as f32)
}
