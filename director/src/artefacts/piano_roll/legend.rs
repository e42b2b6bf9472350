//! Who has which colour, and how much they played.

use super::{COLOURS, INK, Roll, SOFT_INK, layout::Layout};
use crate::artefacts::canvas::{Align, Area, Canvas, Colour};

const NAME: f32 = 26.0;
const NOTES: f32 = 20.0;
const CHIP: f32 = 22.0;
const GAP: f32 = 44.0;

struct Entry {
    colour: Colour,
    name: String,
    notes: String,
    width: f32,
}

/// Draws the legend into the upper right corner, in the bots' order, in as many lines as there is room for.
pub(crate) fn draw(canvas: &mut Canvas, layout: &Layout, rolls: &[Roll]) {
    let room = layout.right - layout.width * 0.5;
    let mut lines: Vec<Vec<Entry>> = vec![Vec::new()];
    let mut left = room;
    for (index, roll) in rolls.iter().enumerate() {
        let entry = entry(canvas, COLOURS[index % COLOURS.len()], roll);
        if left < entry.width {
            lines.push(Vec::new());
            left = room;
        }
        left -= entry.width + GAP;
        lines.last_mut().expect("there is one").push(entry);
    }
    let top = if lines.len() == 1 { 48.0 } else { 30.0 };
    for (y, line) in (0..3).map(|line| top + 36.0 * line as f32).zip(lines) {
        let width: f32 = line.iter().map(|entry| entry.width + GAP).sum();
        let mut x = layout.right - width + GAP;
        for entry in line {
            canvas.rect(Area::new(x, y - 10.0, x + CHIP, y + 10.0), 5.0, entry.colour, 1.0);
            canvas.text(&entry.name, NAME, (x + CHIP + 12.0, y), Align::Left, INK);
            canvas.text(&entry.notes, NOTES, (x + entry.width, y + 1.0), Align::Right, SOFT_INK);
            x += entry.width + GAP;
        }
    }
}

fn entry(canvas: &Canvas, colour: Colour, roll: &Roll) -> Entry {
    let notes = if roll.notes.len() == 1 { "1 note".to_owned() } else { format!("{} notes", roll.notes.len()) };
    let name = canvas.font().fit(roll.bot.as_str(), NAME, 320.0);
    let width = CHIP + 12.0 + canvas.font().width(&name, NAME) + 12.0 + canvas.font().width(&notes, NOTES);
    Entry { colour, name, notes, width }
}
