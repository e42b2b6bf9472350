//! A band that is not there: what a trio and a voice would play over five sections, the same for the same seed.

use visualiser::{Happening, What};

const TEMPO: f64 = 112.0;
const BARS: u32 = 4;
const SECTIONS: [(&str, f64); 5] = [("intro", 0.2), ("verse", 0.5), ("chorus", 0.9), ("break", 0.25), ("chorus", 1.0)];
const TEXT: [&str; 4] = [
    "What light through yonder window breaks",
    "Hadrosaurus rex",
    "It is the east and Juliet is the sun",
    "Arise fair sun",
];

/// All that happens in the first `seconds`, in the order of time.
pub(crate) fn band(seconds: f64, seed: u64) -> Vec<Happening> {
    let mut band = Band { happenings: Vec::new(), dice: seed.wrapping_mul(2).wrapping_add(1), pitch: 67 };
    let names = ["melody", "bass", "drums", "voice"].map(String::from).to_vec();
    band.at(0.0, What::Roster(names));
    let mut sixteenth = 0;
    while f64::from(sixteenth) * 15.0 / TEMPO < seconds {
        band.sixteenth(sixteenth);
        sixteenth += 1;
    }
    band.happenings.sort_by(|a, b| a.due.total_cmp(&b.due));
    band.happenings
}

struct Band {
    happenings: Vec<Happening>,
    dice: u64,
    pitch: i32,
}

impl Band {
    fn at(&mut self, due: f64, what: What) {
        self.happenings.push(Happening { due, what });
    }

    /// A number 0–1.
    fn chance(&mut self) -> f64 {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.dice >> 40) as f64 / f64::from(1 << 24)
    }

    fn play(&mut self, due: f64, player: &str, notes: &[(u8, f32)]) {
        let (player, percussion) = (player.to_owned(), player == "drums");
        self.at(due, What::Onsets { player, percussion, notes: notes.to_vec() });
    }

    fn sixteenth(&mut self, n: u32) {
        let due = f64::from(n) * 15.0 / TEMPO;
        let (step, bar) = (n % 16, n / 16);
        let (section, density) = SECTIONS[(bar / BARS) as usize % SECTIONS.len()];
        let root = [0, 9, 5, 7][bar as usize % 4];
        if step == 0 {
            let third = if root == 9 { 3 } else { 4 };
            self.at(due, What::Harmony([0, third, 7].map(|above| 48 + root + above).to_vec()));
            if bar.is_multiple_of(BARS) {
                self.at(due, What::Section(section.into()));
                self.at(due, What::Density(density));
                self.at(due, What::Valence(0.3 + 0.5 * density));
            }
        }
        if step.is_multiple_of(4) {
            let beat = 1 + step / 4;
            let left = None;
            self.at(due, What::Beat { tempo: TEMPO, bar: bar + 1, beat, beats: 4, phrase: BARS, left });
        }
        if section != "intro" && section != "break" {
            self.drums(due, step, density);
        }
        if step.is_multiple_of(4) && (section != "intro" || step == 0) && self.chance() < 0.4 + 0.6 * density {
            self.play(due, "bass", &[(36 + root + if step == 8 { 7 } else { 0 }, 0.8)]);
        }
        if self.chance() < 0.12 + 0.5 * density * if step.is_multiple_of(2) { 1.0 } else { 0.35 } && section != "break"
        {
            self.pitch = (self.pitch + (self.chance() * 9.0) as i32 - 4).clamp(58, 84);
            let velocity = 0.4 + 0.5 * self.chance() as f32;
            self.play(due, "melody", &[(self.pitch as u8, velocity)]);
        }
        if section == "break" || (section == "chorus" && bar % BARS >= 2) {
            self.voice(due, step, bar);
        }
    }

    fn drums(&mut self, due: f64, step: u32, density: f64) {
        if step == 0 || step == 10 || (step == 6 && density > 0.7) {
            self.play(due, "drums", &[(36, 0.95)]);
        }
        if step == 4 || step == 12 {
            self.play(due, "drums", &[(38, 0.85)]);
        }
        if step.is_multiple_of(2) || self.chance() < density - 0.5 {
            let velocity = 0.35 + 0.3 * self.chance() as f32;
            self.play(due, "drums", &[(42, velocity)]);
        }
        if density > 0.8 && step == 14 {
            self.play(due, "drums", &[(45, 0.7), (49, 0.8)]);
        }
    }

    fn voice(&mut self, due: f64, step: u32, bar: u32) {
        let line = TEXT[bar as usize % TEXT.len()];
        let player = || "voice".to_owned();
        if step == 0 {
            self.at(due, What::Line { player: player(), text: line.into() });
        }
        if let Some(word) = line.split(' ').nth(step as usize / 2).filter(|_| step.is_multiple_of(2)) {
            self.at(due, What::Word { player: player(), text: word.into() });
            self.play(due, "voice", &[(60 + (step as u8 * 5) % 12, 0.6)]);
        }
    }
}
