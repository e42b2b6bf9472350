//! Points and directions on the sheet, and the steps between two values.

/// To the right, and down.
pub(crate) type Point = [f32; 2];

pub(crate) fn plus(a: Point, b: Point) -> Point {
    [a[0] + b[0], a[1] + b[1]]
}

pub(crate) fn minus(a: Point, b: Point) -> Point {
    [a[0] - b[0], a[1] - b[1]]
}

pub(crate) fn times(a: Point, by: f32) -> Point {
    [a[0] * by, a[1] * by]
}

pub(crate) fn dot(a: Point, b: Point) -> f32 {
    a[0] * b[0] + a[1] * b[1]
}

pub(crate) fn length(a: Point) -> f32 {
    dot(a, a).sqrt()
}

pub(crate) fn distance(a: Point, b: Point) -> f32 {
    length(minus(a, b))
}

/// The direction of an angle.
pub(crate) fn towards(angle: f32) -> Point {
    [angle.cos(), angle.sin()]
}

/// A quarter turn.
pub(crate) fn across(a: Point) -> Point {
    [-a[1], a[0]]
}

/// `p` in a frame that is turned by `angle`: along it, and across.
pub(crate) fn turned(p: Point, angle: f32) -> Point {
    let along = towards(angle);
    [dot(p, along), dot(p, across(along))]
}

/// As long as 1, or nothing.
pub(crate) fn unit(a: Point) -> Point {
    times(a, 1.0 / length(a).max(1e-6))
}

/// How far `p` is from the line between two points.
pub(crate) fn from_line(p: Point, a: Point, b: Point) -> f32 {
    let way = minus(b, a);
    let part = (dot(minus(p, a), way) / dot(way, way).max(1e-6)).clamp(0.0, 1.0);
    distance(p, plus(a, times(way, part)))
}

/// From 0 at `from` to 1 at `to`, without a corner; `from` may be the larger.
pub(crate) fn smooth(from: f32, to: f32, x: f32) -> f32 {
    let t = ((x - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}
