//! The piano roll: a picture of who played what and when. One colour a bot, pitched notes above,
//! drums below, bars and sections across; the harder a note, the brighter it is. What is sung stands under its notes.

mod layout;
mod legend;
mod names;

use super::{
    ArtefactError, Song,
    canvas::{Align, Area, Canvas, Colour, blend},
    midi::{PlayedNote, SungSyllable},
};
use layout::Layout;
use musebot_protocol::{BotId, TICKS_PER_BEAT};
use std::{fs, path::Path};

/// What one bot played.
#[derive(Debug, Clone, PartialEq)]
pub struct Roll {
    /// Who.
    pub bot: BotId,
    /// What.
    pub notes: Vec<PlayedNote>,
    /// What it sang to them.
    pub syllables: Vec<SungSyllable>,
}

const PAPER: Colour = [0x10, 0x13, 0x1a];
const PANEL: Colour = [0x19, 0x1d, 0x27];
const BLACK_KEY: Colour = [0x14, 0x18, 0x20];
const INK: Colour = [0xf2, 0xf4, 0xf8];
const SOFT_INK: Colour = [0x9a, 0xa3, 0xb5];
const GRID: Colour = [0x4a, 0x54, 0x68];

/// Okabe and Ito's colours, which also those tell apart who see red and green alike, lightened for a dark paper.
const COLOURS: [Colour; 8] = [
    [0x5c, 0xbd, 0xf5],
    [0xf2, 0xa9, 0x1c],
    [0x25, 0xc9, 0x98],
    [0xe8, 0x8f, 0xc0],
    [0xf3, 0xe8, 0x5a],
    [0xff, 0x7a, 0x45],
    [0xa9, 0xa4, 0xff],
    [0xc3, 0xcb, 0xd6],
];

/// Draws the rolls of all bots into the PNG file `out`. The caption stands below the song's name.
///
/// # Errors
/// When the file cannot be written.
pub fn draw(rolls: &[Roll], song: &Song, caption: &str, out: &Path) -> Result<(), ArtefactError> {
    let layout = Layout::new(rolls, song);
    let mut canvas = Canvas::new(layout.width as usize, layout.height as usize, PAPER);
    header(&mut canvas, &layout, rolls, song, caption);
    if let Some(panel) = layout.pitches {
        pitch_rows(&mut canvas, &layout, panel);
    }
    if let Some(panel) = layout.drums {
        drum_rows(&mut canvas, &layout, panel);
    }
    bars(&mut canvas, &layout, song);
    sections(&mut canvas, &layout, song);
    for (index, roll) in rolls.iter().enumerate() {
        for note in &roll.notes {
            note_on(&mut canvas, &layout, note, COLOURS[index % COLOURS.len()]);
        }
    }
    for (index, roll) in rolls.iter().enumerate() {
        sung(&mut canvas, &layout, roll, COLOURS[index % COLOURS.len()]);
    }
    let png = canvas.to_png().map_err(|error| ArtefactError::write(out, error))?;
    fs::write(out, png).map_err(|error| ArtefactError::write(out, error))
}

/// The song's name, what it is like, and who is who.
fn header(canvas: &mut Canvas, layout: &Layout, rolls: &[Roll], song: &Song, caption: &str) {
    let left = layout.left;
    let title = canvas.font().fit(&song.name, 46.0, layout.width * 0.45);
    canvas.text(&title, 46.0, (left, 48.0), Align::Left, INK);
    let what = format!("{} bars  ·  {}  ·  {}", song.bars, song.meter, tempo(song));
    let what = if caption.is_empty() { what } else { format!("{caption}  ·  {what}") };
    let what = canvas.font().fit(&what, 23.0, layout.width * 0.45);
    canvas.text(&what, 23.0, (left, 92.0), Align::Left, SOFT_INK);

    legend::draw(canvas, layout, rolls);
}

fn tempo(song: &Song) -> String {
    let tempos = song.tempo_map.iter().map(|(_, bpm)| (bpm * 10.0).round() / 10.0);
    let (slowest, fastest) = (tempos.clone().fold(f32::INFINITY, f32::min), tempos.fold(0.0, f32::max));
    match (slowest, fastest) {
        (_, 0.0) => "no tempo".into(),
        (a, b) if a == b => format!("{a} bpm"),
        (a, b) => format!("{a} to {b} bpm"),
    }
}

fn pitch_rows(canvas: &mut Canvas, layout: &Layout, panel: Area) {
    canvas.rect(panel, 0.0, PANEL, 1.0);
    for pitch in layout.lowest..=layout.highest {
        let row = layout.pitch_row(pitch).expect("it is between the lowest and the highest");
        if names::is_black_key(pitch) {
            canvas.rect(Area::new(panel.left, row.top, panel.right, row.bottom), 0.0, BLACK_KEY, 1.0);
        }
        let is_c = pitch % 12 == 0;
        if is_c || pitch % 12 == 5 {
            canvas.line_across(panel.left, panel.right, row.bottom, GRID, if is_c { 0.7 } else { 0.25 });
        }
        let size = (row.height() * 1.15).clamp(15.0, 22.0);
        let middle = (panel.left - 16.0, (row.top + row.bottom) / 2.0);
        if is_c {
            canvas.text(&names::pitch(pitch), size, middle, Align::Right, INK);
        } else if !names::is_black_key(pitch) && row.height() >= 16.0 || pitch % 12 == 7 && row.height() >= 3.0 {
            canvas.text(&names::pitch(pitch), size, middle, Align::Right, blend(PAPER, SOFT_INK, 0.75));
        }
    }
}

fn drum_rows(canvas: &mut Canvas, layout: &Layout, panel: Area) {
    canvas.rect(panel, 0.0, PANEL, 1.0);
    for (index, drum) in layout.drum_pitches.iter().enumerate() {
        let row = layout.drum_row(*drum).expect("it is one of the drums");
        if index % 2 == 1 {
            canvas.rect(Area::new(panel.left, row.top, panel.right, row.bottom), 0.0, BLACK_KEY, 1.0);
        }
        let size = (row.height() * 0.8).clamp(13.0, 20.0);
        let name = canvas.font().fit(&names::drum(*drum), size, layout.left - 24.0);
        canvas.text(&name, size, (panel.left - 16.0, (row.top + row.bottom) / 2.0), Align::Right, SOFT_INK);
    }
}

/// Bar lines, beats where there is room, and the bars' numbers.
fn bars(canvas: &mut Canvas, layout: &Layout, song: &Song) {
    let bar = song.meter.ticks_per_bar();
    let bar_width = layout.x(bar as f64) - layout.x(0.0);
    let step = [1, 4, 8, 16, 32, 64, 128].into_iter().find(|n| *n as f32 * bar_width >= 52.0).unwrap_or(256);
    let panels = [layout.pitches, layout.drums];
    for number in 0..=i64::from(song.bars) {
        let x = layout.x((number * bar) as f64);
        let marked = number % step == 0;
        for panel in panels.into_iter().flatten() {
            canvas.line_down(x, panel.top, panel.bottom, GRID, if marked { 0.9 } else { 0.4 });
            let beats = if bar_width >= 90.0 && number < i64::from(song.bars) { bar } else { 0 };
            for tick in (0..beats).step_by(TICKS_PER_BEAT as usize).skip(1) {
                let x = layout.x((number * bar + tick) as f64);
                canvas.line_down(x, panel.top, panel.bottom, GRID, 0.2);
            }
        }
        if marked && number < i64::from(song.bars) {
            canvas.line_down(x, layout.bottom, layout.bottom + 8.0, GRID, 1.0);
            canvas.text(&(number + 1).to_string(), 20.0, (x + 6.0, layout.bottom + 20.0), Align::Left, SOFT_INK);
        }
    }
    canvas.text("bar", 20.0, (layout.left - 16.0, layout.bottom + 20.0), Align::Right, SOFT_INK);
}

/// A band with the sections' names, and a line through everything where one begins.
fn sections(canvas: &mut Canvas, layout: &Layout, song: &Song) {
    let end = song.end_tick();
    for (index, (start, name)) in song.sections.iter().enumerate() {
        let next = song.sections.get(index + 1).map_or(end, |(tick, _)| *tick).min(end);
        if *start >= next {
            continue;
        }
        let (left, right) = (layout.x(*start as f64), layout.x(next as f64));
        let band = Area::new(left + 1.0, layout.band_top, right - 1.0, layout.band_top + 32.0);
        // A section that returns looks the same each time.
        let first = song.sections.iter().position(|(_, other)| other == name).unwrap_or(index);
        let shade = blend(PANEL, GRID, 0.35 + 0.2 * (first % 4) as f32);
        canvas.rect(band, 6.0, shade, 1.0);
        let shown = canvas.font().fit(name, 20.0, band.width() - 16.0);
        let middle = ((band.left + band.right) / 2.0, (band.top + band.bottom) / 2.0);
        canvas.text(&shown, 20.0, middle, Align::Centre, INK);
        if *start > 0 {
            for panel in [layout.pitches, layout.drums].into_iter().flatten() {
                canvas.rect(
                    Area::new(left.round() - 1.0, panel.top, left.round() + 1.0, panel.bottom),
                    0.0,
                    SOFT_INK,
                    0.5,
                );
            }
        }
    }
}

fn note_on(canvas: &mut Canvas, layout: &Layout, note: &PlayedNote, colour: Colour) {
    let row = if note.drum { layout.drum_row(note.pitch) } else { layout.pitch_row(note.pitch) };
    let Some(row) = row else { return };
    let left = layout.x(note.start).max(layout.left);
    if left >= layout.right {
        return;
    }
    let velocity = note.velocity.clamp(0.0, 1.0);
    let bright = blend(blend(PANEL, colour, 0.35 + 0.65 * velocity), INK, (velocity - 0.75).max(0.0) * 0.6);
    if note.drum {
        let sixteenth = layout.x(4.0) - layout.x(0.0);
        let width = (sixteenth * 0.62).clamp(2.4, 12.0);
        let (middle, half) = ((row.top + row.bottom) / 2.0, row.height() * (0.18 + 0.24 * velocity));
        canvas.rect(Area::new(left, middle - half, left + width, middle + half), 1.5, bright, 1.0);
    } else {
        let right = layout.x(note.end).min(layout.right).max(left + 3.0) - 0.6;
        let half = (row.height() * 0.46).max(2.0);
        let middle = (row.top + row.bottom) / 2.0;
        canvas.rect(Area::new(left, middle - half, right, middle + half), 2.5, bright, 0.92);
        // A lighter beginning, so that repeated notes can be told from long ones.
        canvas.rect(Area::new(left, middle - half, (left + 2.2).min(right), middle + half), 1.0, INK, 0.35);
    }
}

/// The syllables under their notes; one that would run into the one before it is left out.
fn sung(canvas: &mut Canvas, layout: &Layout, roll: &Roll, colour: Colour) {
    const SIZE: f32 = 16.0;
    let mut last = (layout.left, 0.0);
    for syllable in &roll.syllables {
        let with = |note: &&PlayedNote| !note.drum && (note.start - syllable.start).abs() < 1.0;
        let Some(row) = roll.notes.iter().find(with).and_then(|note| layout.pitch_row(note.pitch)) else { continue };
        let (left, y) = (layout.x(syllable.start), row.bottom + SIZE * 0.6);
        let right = left + canvas.font().width(&syllable.text, SIZE);
        let runs_into_it = left < last.0 && (y - last.1).abs() < SIZE;
        if runs_into_it || right > layout.right {
            continue;
        }
        canvas.text(&syllable.text, SIZE, (left, y), Align::Left, blend(colour, INK, 0.6));
        last = (right + 3.0, y);
    }
}

#[cfg(test)]
mod tests;
