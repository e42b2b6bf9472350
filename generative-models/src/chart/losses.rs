//! How the losses of a painting fell: the content's and the style's, on a logarithmic axis, because they fall by powers of ten.

use super::{Canvas, Colour, Spot, short, ticks};
use crate::neural_style::Losses;

const SIZE: (usize, usize) = (960, 540);
const LEFT: f32 = 96.0;
const RIGHT: f32 = 930.0;
const TOP: f32 = 56.0;
const BOTTOM: f32 = 478.0;
const INK: Colour = [40, 40, 48];
const FAINT: Colour = [226, 226, 232];
const CONTENT: Colour = [40, 110, 200];
const STYLE: Colour = [214, 76, 48];
const VARIATION: Colour = [90, 150, 90];
const TOTAL: Colour = [130, 130, 140];

/// One of the losses: what it is called, how it looks, and how it is taken from all of them.
type Curve = (&'static str, Colour, fn(&Losses) -> f64);

const CURVES: [Curve; 4] = [
    ("total", TOTAL, Losses::total),
    ("variation", VARIATION, |losses| losses.variation),
    ("α · content", CONTENT, |losses| losses.content),
    ("β · style", STYLE, |losses| losses.style),
];

/// A chart of the losses of every evaluation, from the first on, as a PNG file. Written in it are those of the painting as it is
/// shown, which need not be the last; `enlarged` has the evaluations after which the painting was made larger, and the losses jump.
///
/// # Errors
/// When the file cannot be made.
pub fn losses(
    title: &str,
    losses: &[Losses],
    shown: Option<&Losses>,
    enlarged: &[usize],
) -> Result<Vec<u8>, png::EncodingError> {
    canvas(title, losses, shown, enlarged).to_png()
}

fn canvas(title: &str, losses: &[Losses], shown: Option<&Losses>, enlarged: &[usize]) -> Canvas {
    let mut canvas = Canvas::new(SIZE.0, SIZE.1);
    let there: Vec<&Curve> = CURVES.iter().filter(|(_, _, of)| losses.iter().any(|l| shows(of(l)))).collect();
    // The total of one loss is that loss.
    let curves = if there.len() == 2 { &there[1..] } else { &there[..] };
    let axes = Axes::of(losses, curves);
    for power in axes.least..=axes.most {
        let y = axes.y(10_f64.powi(power));
        canvas.line((LEFT, y), (RIGHT, y), 1.0, FAINT);
        if (power - axes.least) % axes.every == 0 {
            canvas.text(&power_of_ten(power), 15.0, (LEFT - 8.0, y), 1.0, INK);
        }
    }
    for value in ticks(0.0, axes.last).into_iter().filter(|value| value.fract() == 0.0) {
        let x = axes.x(value);
        canvas.line((x, TOP), (x, BOTTOM), 1.0, FAINT);
        canvas.text(&short(value), 15.0, (x, BOTTOM + 16.0), 0.5, INK);
    }
    for evaluation in enlarged.iter().filter(|n| **n < losses.len()) {
        let x = axes.x(*evaluation as f64 + 0.5);
        let dashes = std::iter::successors(Some(TOP), |y| Some(y + 12.0)).take_while(|y| *y < BOTTOM - 5.0);
        dashes.for_each(|y| canvas.line((x, y), (x, y + 5.0), 1.0, TOTAL));
        canvas.text("enlarged", 13.0, (x + 6.0, TOP + 8.0), 0.0, TOTAL);
    }
    canvas.line((LEFT, BOTTOM), (RIGHT, BOTTOM), 1.0, INK);
    canvas.line((LEFT, TOP), (LEFT, BOTTOM), 1.0, INK);
    canvas.text("evaluations", 15.0, (RIGHT, BOTTOM + 40.0), 1.0, INK);
    canvas.text("loss", 15.0, (LEFT, BOTTOM + 40.0), 0.0, INK);
    let mut right = RIGHT;
    for (name, colour, of) in curves.iter().rev() {
        let label = shown.map_or_else(|| (*name).to_owned(), |shown| format!("{name} {}", figures(of(shown))));
        canvas.text(&label, 15.0, (right, 26.0), 1.0, INK);
        right -= canvas.width_of(&label, 15.0) + 34.0;
        canvas.line((right, 26.0), (right + 26.0, 26.0), 2.5, *colour);
        right -= 18.0;
    }
    canvas.text(&fitting(&canvas, title, right - LEFT), 20.0, (LEFT, 26.0), 0.0, INK);
    for (_, colour, of) in curves {
        let spot = |(n, loss): (usize, &Losses)| (axes.x((n + 1) as f64), axes.y(of(loss)));
        let spots: Vec<Spot> = losses.iter().enumerate().filter(|(_, l)| shows(of(l))).map(spot).collect();
        spots.windows(2).for_each(|pair| canvas.line(pair[0], pair[1], 2.0, *colour));
        if let [only] = spots[..] {
            canvas.line(only, only, 6.0, *colour);
        }
    }
    canvas
}

/// Whether a loss has a place on a logarithmic axis.
fn shows(loss: f64) -> bool {
    loss.is_finite() && loss > 0.0
}

fn figures(number: f64) -> String {
    if (1e-3..1e5).contains(&number) { format!("{number:.3}") } else { format!("{number:.2e}") }
}

/// As much of a title as there is room for.
fn fitting(canvas: &Canvas, title: &str, room: f32) -> String {
    let mut letters: Vec<char> = title.chars().collect();
    let is_cut = canvas.width_of(title, 20.0) > room;
    while !letters.is_empty() && canvas.width_of(&format!("{}…", letters.iter().collect::<String>()), 20.0) > room {
        letters.pop();
    }
    if is_cut { letters.into_iter().chain(['…']).collect() } else { title.to_owned() }
}

fn power_of_ten(power: i32) -> String {
    match power {
        -3..0 => format!("{:.*}", power.unsigned_abs() as usize, 10_f64.powi(power)),
        0..4 => format!("{}", 10_i32.pow(power.unsigned_abs())),
        _ => format!("1e{power}"),
    }
}

struct Axes {
    last: f64,
    /// Powers of ten.
    least: i32,
    most: i32,
    /// How many powers a labelled one is from the next.
    every: i32,
}

impl Axes {
    fn of(losses: &[Losses], curves: &[&Curve]) -> Self {
        let all = || curves.iter().flat_map(|(_, _, of)| losses.iter().map(of)).filter(|loss| shows(*loss));
        let least = all().fold(f64::INFINITY, f64::min);
        let most = all().fold(0.0, f64::max);
        let last = losses.len().max(1) as f64;
        if least > most {
            return Self { last, least: 0, most: 1, every: 1 };
        }
        let most = (most.log10().ceil() as i32).max(-300);
        // What falls to almost nothing would press the rest flat.
        let least = (least.log10().floor() as i32).clamp(most - 12, most - 1);
        Self { last, least, most, every: (most - least + 7) / 8 }
    }

    fn x(&self, evaluation: f64) -> f32 {
        LEFT + (RIGHT - LEFT) * (evaluation / self.last) as f32
    }

    fn y(&self, loss: f64) -> f32 {
        let power = loss.log10().clamp(f64::from(self.least), f64::from(self.most));
        BOTTOM - (BOTTOM - TOP) * ((power - f64::from(self.least)) / f64::from(self.most - self.least)) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn falling(count: usize) -> Vec<Losses> {
        let losses = |n: usize| Losses { content: 50.0, style: 1e5 / (n + 1) as f64, ..Losses::default() };
        (0..count).map(losses).collect()
    }

    #[test]
    fn both_curves_are_where_their_numbers_say() {
        let (losses, canvas) = (falling(100), canvas("astronaut", &falling(100), falling(90).last(), &[30, 700]));
        let axes = Axes::of(&losses, &CURVES.iter().collect::<Vec<_>>());
        assert_eq!((axes.least, axes.most), (1, 6));
        for n in [10, 50, 90] {
            let at = |loss: f64| canvas.pixel(axes.x((n + 1) as f64) as usize, axes.y(loss) as usize);
            assert_eq!(at(losses[n].style), STYLE, "{n}");
            assert_eq!(at(losses[n].content), CONTENT, "{n}");
        }
    }

    #[test]
    fn odd_losses_make_a_chart_too() {
        let odd = |content, style| Losses { content, style, ..Losses::default() };
        for all in [
            vec![],
            vec![odd(0.0, 0.0)],
            vec![odd(1.0, 0.0)],
            vec![odd(f64::NAN, f64::INFINITY), odd(1e300, 1e-300)],
            vec![odd(f64::MIN_POSITIVE, 0.0), odd(5e-324, 0.0)],
        ] {
            assert!(
                losses("a very long title ".repeat(30).as_str(), &all, all.first(), &[0, 1])
                    .unwrap()
                    .starts_with(b"\x89PNG"),
                "{all:?}"
            );
        }
    }

    #[test]
    fn powers_are_written_plainly_while_they_are_short() {
        assert_eq!([-4, -3, 0, 3, 4].map(power_of_ten), ["1e-4", "0.001", "1", "1000", "1e4"]);
    }
}
