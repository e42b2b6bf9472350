//! The network, layer after layer, on the processor's threads.
//!
//! A layer's outputs are kept as the convolution leaves them, channels side by side; the next layer normalises and
//! rectifies them when it takes them in. Where the picture is enlarged, each place becomes a quad of four: what the
//! convolution sees of them are the same few places before, so that it is done there, with the weights that meet summed
//! up, and a mirrored edge of the large picture is a repeated one of the small.

use super::bands::{Band, Bands, Rows};
use super::layer::{self, Layer};
use super::load::{self, Edge, Load, MARGIN, QUAD, load_lines, load_row};
use super::normal::{Moments, Normal, take_moments};
use super::{STYLES, pixels, winograd};
use crate::Picture;
use crate::kernels::{Level, Planes, Strips};

/// Channels of all layers but the last.
const CHANNELS: usize = 32;
/// Channels after the first enlargement.
const FEW: usize = 8;

/// The weights, as the kernels want them.
#[derive(Debug)]
pub(super) struct Network {
    level: Level,
    layers: Vec<Layer>,
    /// The first, for each point of its squares of 3.
    first: Vec<Strips>,
    /// The two that halve the picture.
    halving: [Strips; 2],
    /// Both halves of each residual block, for each point of their squares of 4.
    residual: Vec<Vec<Strips>>,
    /// The first that enlarges: the upper row of the quads, the lower row.
    upper: Strips,
    lower: Strips,
    /// The second.
    quads: Strips,
    /// The last.
    planes: Planes,
}

/// What the layers write to. It is used again for the next picture.
#[derive(Debug, Default)]
pub(super) struct Room {
    bands: Bands,
    moments: Vec<Moments>,
    normal: Normal,
    before: Normal,
    /// The picture with its margin; in the end, three lines for each row of what was painted.
    frame: Vec<f32>,
    /// As large as the picture, half as large, and a quarter: what a block's halves give, and what goes around them.
    whole: Vec<f32>,
    half: Vec<f32>,
    quarter: [Vec<f32>; 3],
}

impl Room {
    /// Bytes for a picture of this size, about.
    pub(super) fn bytes((width, height): (usize, usize)) -> u64 {
        let places = (width / 4 * (height / 4)) as u64;
        // The layers as large as the picture, half and a quarter as large; its margin makes it a little larger.
        let layers = places * (16 + 4 + 3) * CHANNELS as u64;
        let frame = 3 * (width + 2 * MARGIN + 2) as u64 * (height + 2 * MARGIN + 2) as u64;
        // The longest rings: of the layers that halve the picture, and the squares of the residual blocks.
        let ring = 3 * (width as u64 + 2) * CHANNELS as u64;
        let squares = 2 * 36 * winograd::point_stride(width.div_ceil(16), CHANNELS) as u64;
        let bands = Bands::count(height / 4) as u64 * (ring + squares.max(20_000));
        (layers + frame + bands) * size_of::<f32>() as u64
    }
}

#[cfg(test)]
impl Room {
    /// Where each of its parts lies, and how long it is.
    pub(super) fn held(&self) -> Vec<(*const f32, usize)> {
        let own = [&self.frame, &self.whole, &self.half];
        let all = own.into_iter().chain(&self.quarter).chain(self.bands.held());
        all.map(|numbers| (numbers.as_ptr(), numbers.capacity())).collect()
    }
}

/// Layers by number.
const RESIDUAL: std::ops::Range<usize> = 3..15;
const EXPAND: [usize; 3] = [15, 16, 17];

impl Network {
    pub(super) fn new(level: Level) -> Self {
        let layers = layer::shipped();
        let first = blocks_of_three(&layers[0]);
        let halving = [1, 2].map(|layer| straight(&layers[layer]));
        let residual = layers[RESIDUAL].iter().map(squares_of_four).collect();
        let upper = enlarged(&layers[EXPAND[0]], 2, 1, |row, _| (row, 0));
        let lower = enlarged(&layers[EXPAND[0]], 2, 1, |row, _| (row + 1, 1));
        let quads = enlarged(&layers[EXPAND[1]], 3, 2, |row, phase| (row, phase));
        let last = &layers[EXPAND[2]];
        let planes = Planes::pack(last.side * last.inputs, last.side, |line, column, output| {
            last.weight(output, line % last.inputs, line / last.inputs, column)
        });
        Self { level, layers, first, halving, residual, upper, lower, quads, planes }
    }

    /// Paints a picture, its sides filled up to `size`. The weights of the styles sum up to one.
    pub(super) fn paint(
        &self,
        from: &Picture,
        size: (usize, usize),
        weights: &[f32; STYLES],
        room: &mut Room,
        to: &mut Picture,
    ) {
        let level = self.level;
        let Room { bands, moments, normal, before, frame, whole, half, quarter } = room;
        let half_size = (size.0 / 2, size.1 / 2);
        let small = (size.0 / 4, size.1 / 4);
        let places = small.0 * small.1;
        // Whole squares of 3, and the margin.
        let margins = (size.0.next_multiple_of(3) + 2 * MARGIN, size.1.next_multiple_of(3) + 2 * MARGIN);
        let frame = enough(frame, margins.0 * margins.1 * 3);
        let whole = enough(whole, 16 * places * CHANNELS);
        let half = enough(half, 4 * places * CHANNELS);
        let [first, second, around] = quarter.each_mut().map(|numbers| enough(numbers, places * CHANNELS));
        let mut pass = Pass { network: self, weights, bands, moments };

        pixels::take_in(from, size, margins, frame);
        pass.begin((frame, margins), size, whole, normal);
        std::mem::swap(normal, before);
        pass.halve(1, (whole, size), before, half, normal);
        std::mem::swap(normal, before);
        pass.halve(2, (half, half_size), before, first, normal);
        load::rectify_all(level, first, normal, around);
        for block in RESIDUAL.step_by(2) {
            pass.repaint(block, (around, small), Load::Plain, first, normal);
            std::mem::swap(normal, before);
            pass.repaint(block + 1, (first, small), Load::Rectified(before), second, normal);
            load::add_all(level, second, normal, around);
        }
        let half = &mut half[..4 * places * FEW];
        pass.enlarge((around, small), half, normal);
        std::mem::swap(normal, before);
        let whole = &mut whole[..4 * places * QUAD];
        pass.enlarge_again((half, half_size), before, whole, normal);
        std::mem::swap(normal, before);
        let lines = &mut frame[..16 * places * 3];
        pass.end((whole, half_size), before, lines, normal);
        pixels::hand_out(level, lines, size.0, normal, to);
    }
}

/// The first so many numbers; they are made when there are not as many.
fn enough(numbers: &mut Vec<f32>, count: usize) -> &mut [f32] {
    if numbers.len() < count {
        numbers.resize(count, 0.0);
    }
    &mut numbers[..count]
}

/// A layer that is convolved as it is.
fn straight(layer: &Layer) -> Strips {
    Strips::pack(layer.side, layer.side * layer.inputs, layer.outputs, |row, number, output| {
        layer.weight(output, number % layer.inputs, row, number / layer.inputs)
    })
}

/// A layer of 3 × 3 for each of the 36 points of squares of 4.
fn squares_of_four(layer: &Layer) -> Vec<Strips> {
    let at = |point| {
        Strips::pack(1, layer.inputs, layer.outputs, |_, input, output| {
            winograd::weight_of_four(point, |row, column| layer.weight(output, input, row, column))
        })
    };
    (0..36).map(at).collect()
}

/// A layer of 9 × 9 as 3 × 3 blocks of 3 × 3, for each of the 25 points of squares of 3.
fn blocks_of_three(layer: &Layer) -> Vec<Strips> {
    let at = |point| {
        Strips::pack(3, 3 * layer.inputs, layer.outputs, |block, number, output| {
            let (input, beside) = (number % layer.inputs, number / layer.inputs);
            winograd::weight_of_three(point, |row, column| {
                layer.weight(output, input, block * 3 + row, beside * 3 + column)
            })
        })
    };
    (0..25).map(at).collect()
}

/// A layer after an enlargement, that sees `rows` rows of three places of the small picture. It gives so many rows of two
/// places of the large one; of a row of the kernel and a row of the places, `phases` tells which of three rows is seen
/// (the one above, this, the one below) and which of two is given.
fn enlarged(layer: &Layer, rows: usize, given: usize, phases: fn(usize, usize) -> (usize, usize)) -> Strips {
    let (inputs, channels) = (layer.inputs, layer.outputs);
    Strips::pack(rows, 3 * inputs, given * 2 * channels, |row, number, output| {
        let (offset, phase) = phases(row, output / (2 * channels));
        let columns = merged(number / inputs, output / channels % 2);
        let taps = merged(offset, phase).flat_map(|row| columns.clone().map(move |column| (row, column)));
        taps.map(|(row, column)| layer.weight(output % channels, number % inputs, row, column)).sum()
    })
}

/// Which of a kernel's three rows or columns see a place before it was doubled: the one before (0), the same (1) or the
/// one after (2), from the first (0) or the second (1) of the two that it became.
fn merged(offset: usize, phase: usize) -> std::ops::Range<usize> {
    match (offset, phase) {
        (0, 0) => 0..1,
        (1, 0) => 1..3,
        (1, 1) => 0..2,
        (2, 1) => 2..3,
        _ => 0..0,
    }
}

/// A picture's way through the network.
struct Pass<'a> {
    network: &'a Network,
    weights: &'a [f32; STYLES],
    bands: &'a mut Bands,
    moments: &'a mut Vec<Moments>,
}

/// Numbers, and the columns and rows that they are.
type Map<'a> = (&'a [f32], (usize, usize));

impl Pass<'_> {
    /// Fills `to` by `work(first row, band, outputs)`, and sets how a layer's outputs are normalised.
    fn rows(
        &mut self,
        layer: usize,
        rows: Rows,
        to: &mut [f32],
        normal: &mut Normal,
        work: impl Fn(usize, &mut Band, &mut [f32]) + Sync,
    ) {
        let Network { level, layers, .. } = self.network;
        let Rows { places, lanes, .. } = rows;
        self.moments.resize(to.len() / places, [0.0; 2]);
        self.bands.each(rows, to, self.moments, |first, band, to, moments| {
            work(first, band, to);
            for (row, moments) in to.chunks_exact(places * lanes).zip(moments.chunks_exact_mut(lanes)) {
                take_moments(*level, row, moments);
            }
        });
        normal.set(self.moments, lanes, places, &layers[layer], self.weights);
    }

    /// The first layer, from the picture with its margin.
    fn begin(&mut self, (frame, (line, _)): Map, (width, _): (usize, usize), to: &mut [f32], normal: &mut Normal) {
        let Network { level, first, .. } = self.network;
        let squares = width.div_ceil(3);
        // The kernel is three squares wide and high.
        let (seen, line) = (squares + 2, line * 3);
        let point = winograd::point_stride(seen, 3);
        let ring = (3, 25 * point);
        let between = (5 * line).max(25 * winograd::point_stride(AT_ONCE, CHANNELS));
        let rows = Rows { places: width, lanes: CHANNELS, together: 3, ring, between };
        self.rows(0, rows, to, normal, |y, Band { ring, between }, to| {
            let top = (y / 3) as isize;
            ring.take_in(top, |row, to| {
                winograd::spread_threes(*level, &frame[row as usize * 3 * line..], line, seen, between, to);
            });
            let starts = [0, 1, 2].map(|row| ring.start(top + row));
            for begin in (0..squares).step_by(AT_ONCE) {
                let count = AT_ONCE.min(squares - begin);
                let products = between.chunks_mut(winograd::point_stride(count, CHANNELS));
                for (n, (strips, to)) in first.iter().zip(products).enumerate() {
                    let starts = starts.map(|start| start + n * point + begin * 3);
                    strips.convolve(*level, ring.numbers(), &starts, 3, &mut to[..count * CHANNELS]);
                }
                winograd::gather_threes(*level, between, count, begin * 3, width, to);
            }
        });
    }

    /// A layer that halves the picture.
    fn halve(
        &mut self,
        layer: usize,
        (from, (width, height)): Map,
        before: &Normal,
        to: &mut [f32],
        normal: &mut Normal,
    ) {
        let Network { level, halving, .. } = self.network;
        let row = width * CHANNELS;
        let ring = (3, row + 2 * CHANNELS);
        let rows = Rows { places: width / 2, lanes: CHANNELS, together: 1, ring, between: 0 };
        self.rows(layer, rows, to, normal, |y, Band { ring, .. }, to| {
            let first = (y * 2) as isize - 1;
            ring.take_in(first, |y, to| {
                let from = &from[Edge::Mirrored.inside(y, height) * row..][..row];
                load_row(*level, from, CHANNELS, Load::Rectified(before), Edge::Mirrored, to);
            });
            let starts = [0, 1, 2].map(|row| ring.start(first + row));
            halving[layer - 1].convolve(*level, ring.numbers(), &starts, 2 * CHANNELS, to);
        });
    }

    /// Half a residual block.
    fn repaint(&mut self, layer: usize, (from, (width, height)): Map, load: Load, to: &mut [f32], normal: &mut Normal) {
        let Network { level, residual, .. } = self.network;
        let squares = width.div_ceil(4);
        let row = width * CHANNELS;
        let point = winograd::point_stride(squares, CHANNELS);
        let ring = (6, (squares * 4 + 2) * CHANNELS);
        let rows = Rows { places: width, lanes: CHANNELS, together: 4, ring, between: 2 * 36 * point };
        self.rows(layer, rows, to, normal, |y, Band { ring, between }, to| {
            let first = y as isize - 1;
            ring.take_in(first, |y, to| {
                let (seen, beyond) = to.split_at_mut(row + 2 * CHANNELS);
                beyond.fill(0.0);
                // Squares may reach beyond what the kernel sees.
                if y > height as isize {
                    return seen.fill(0.0);
                }
                let from = &from[Edge::Mirrored.inside(y, height) * row..][..row];
                load_row(*level, from, CHANNELS, load, Edge::Mirrored, seen);
            });
            let starts = std::array::from_fn(|row| ring.start(first + row as isize));
            let (spread, products) = between.split_at_mut(36 * point);
            winograd::spread_fours(*level, ring.numbers(), &starts, squares, spread);
            let points = spread.chunks_exact(point).zip(products.chunks_exact_mut(point));
            for (strips, (from, to)) in residual[layer - RESIDUAL.start].iter().zip(points) {
                strips.convolve(*level, from, &[0], CHANNELS, &mut to[..squares * CHANNELS]);
            }
            winograd::gather_fours(*level, products, squares, width, to);
        });
    }

    /// The first layer that enlarges.
    fn enlarge(&mut self, (from, (width, height)): Map, to: &mut [f32], normal: &mut Normal) {
        let Network { level, upper, lower, .. } = self.network;
        let row = width * CHANNELS;
        let ring = (3, row + 2 * CHANNELS);
        let rows = Rows { places: 2 * width, lanes: FEW, together: 2, ring, between: 0 };
        self.rows(EXPAND[0], rows, to, normal, |y, Band { ring, .. }, to| {
            let first = (y / 2) as isize - 1;
            ring.take_in(first, |y, to| {
                let from = &from[Edge::Repeated.inside(y, height) * row..][..row];
                load_row(*level, from, CHANNELS, Load::Plain, Edge::Repeated, to);
            });
            let starts = [0, 1, 2].map(|row| ring.start(first + row));
            let (above, below) = to.split_at_mut(2 * width * FEW);
            upper.convolve(*level, ring.numbers(), &starts[..2], CHANNELS, above);
            lower.convolve(*level, ring.numbers(), &starts[1..], CHANNELS, below);
        });
    }

    /// The second, which gives quads.
    fn enlarge_again(&mut self, (from, (width, height)): Map, before: &Normal, to: &mut [f32], normal: &mut Normal) {
        let Network { level, quads, .. } = self.network;
        let row = width * FEW;
        let rows = Rows { places: width, lanes: QUAD, together: 1, ring: (3, row + 2 * FEW), between: 0 };
        self.rows(EXPAND[1], rows, to, normal, |y, Band { ring, .. }, to| {
            let first = y as isize - 1;
            ring.take_in(first, |y, to| {
                let from = &from[Edge::Repeated.inside(y, height) * row..][..row];
                load_row(*level, from, FEW, Load::Rectified(before), Edge::Repeated, to);
            });
            let starts = [0, 1, 2].map(|row| ring.start(first + row));
            quads.convolve(*level, ring.numbers(), &starts, FEW, to);
        });
    }

    /// The last layer, which gives three lines for each row.
    fn end(&mut self, (from, (width, height)): Map, before: &Normal, to: &mut [f32], normal: &mut Normal) {
        const SEEN: usize = 2 * MARGIN + 1;
        let Network { level, planes, layers, .. } = self.network;
        let line = 2 * width + 2 * MARGIN;
        let lanes = 3 * END_LANES;
        let places = 2 * width / END_LANES;
        let rows = Rows { places, lanes, together: 1, ring: (SEEN, line * 4), between: 0 };
        self.moments.resize(2 * height * lanes, [0.0; 2]);
        self.bands.each(rows, to, self.moments, |y, Band { ring, .. }, to, moments| {
            let first = y as isize - MARGIN as isize;
            ring.take_in(first, |y, to| {
                let y = Edge::Mirrored.inside(y, 2 * height);
                load_lines(*level, &from[y / 2 * width * QUAD..][..width * QUAD], y % 2 == 1, before, to);
            });
            let starts: [usize; SEEN * 4] =
                std::array::from_fn(|n| ring.start(first + (n / 4) as isize) + n % 4 * line);
            planes.convolve(*level, ring.numbers(), &starts, to);
            for (channel, line) in to.chunks_exact(2 * width).enumerate() {
                let mut own = [[0.0; 2]; END_LANES];
                take_moments(*level, line, &mut own);
                own.iter().enumerate().for_each(|(lane, own)| moments[lane * 3 + channel] = *own);
            }
        });
        normal.set(self.moments, lanes, places, &layers[EXPAND[2]], self.weights);
    }
}

/// Squares of the first layer whose products stay in the cache: a multiple of what the kernels take at once.
const AT_ONCE: usize = 24;

/// Lanes that a line of the last layer is taken to have.
const END_LANES: usize = 4;
