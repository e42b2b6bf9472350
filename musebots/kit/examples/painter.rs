//! A bot that makes no sound and paints what it hears: the pitch of the last note that began is the colour of
//! the picture. It shows how pictures get into a render (X12), and is what the tests render.
//!
//!     cargo run --example painter

use musebot_kit::{About, Broadcast, Musebot, Said, Setup, Stage, Tick};
use std::path::{Path, PathBuf};

/// Pictures a second, and their size.
const A_SECOND: f64 = 25.0;
const SIZE: (u32, u32) = (33, 18);

struct Painter {
    folder: Option<PathBuf>,
    painted: u32,
    /// Notes that were said to begin, and when.
    begins: Vec<(f64, u8)>,
    pitch: u8,
}

impl Musebot for Painter {
    fn about() -> About {
        About {
            summary: "Paints the pitch of the last note that began",
            kinds: &["visual"],
            receives: &["onset"],
            silent: true,
            ..About::default()
        }
    }

    fn new(setup: &Setup) -> anyhow::Result<Self> {
        if let Some(folder) = &setup.pictures {
            std::fs::create_dir_all(folder)?;
        }
        setup.page("http://127.0.0.1:4750/");
        Ok(Self { folder: setup.pictures.clone(), painted: 0, begins: Vec::new(), pitch: 0 })
    }

    fn tick(&mut self, tick: Tick, stage: &mut Stage) {
        while f64::from(self.painted) / A_SECOND <= stage.due(tick) {
            let now = f64::from(self.painted) / A_SECOND;
            self.begins.retain(|(due, pitch)| {
                let begun = *due <= now;
                self.pitch = if begun { *pitch } else { self.pitch };
                !begun
            });
            if let Some(folder) = &self.folder {
                paint(&folder.join(format!("{:05}.png", self.painted)), self.pitch).expect("there is room for it");
            }
            self.painted += 1;
        }
    }

    fn heard(&mut self, said: &Broadcast, stage: &mut Stage) {
        if let Some(Said::Onset { tick, notes, .. }) = said.said() {
            self.begins.extend(notes.iter().map(|(pitch, _)| (stage.due(tick), *pitch)));
        }
    }
}

fn paint(path: &Path, pitch: u8) -> anyhow::Result<()> {
    let mut encoder = png::Encoder::new(std::fs::File::create(path)?, SIZE.0, SIZE.1);
    encoder.set_color(png::ColorType::Rgb);
    let colour = [pitch * 2, 90, 255 - pitch * 2];
    encoder.write_header()?.write_image_data(&colour.repeat((SIZE.0 * SIZE.1) as usize))?;
    Ok(())
}

fn main() -> anyhow::Result<()> {
    musebot_kit::play::<Painter>()
}
