//! What the music brought, and when it is to be seen.

/// Something that is seen at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Happening {
    /// Seconds, as [`Stage::due`](musebot_kit::Stage::due) counts.
    pub due: f64,
    /// What.
    pub what: What,
}

/// What happens.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A beat (quarter note) begins.
    Beat {
        /// Beats a minute.
        tempo: f64,
        /// The current bar, from 1.
        bar: u32,
        /// The beat in the bar, from 1.
        beat: u32,
        /// Beats in a bar; the last may be shorter.
        beats: u32,
        /// Bars in a phrase.
        phrase: u32,
        /// Bars left, this one included, when the end is in sight.
        left: Option<u32>,
    },
    /// Who is here, the visualiser itself left out.
    Roster(Vec<String>),
    /// Notes begin together.
    Onsets {
        /// Whose.
        player: String,
        /// Whether they are percussion (pitches are then those of General MIDI's drums).
        percussion: bool,
        /// Pitch (0–127) and velocity (0–1).
        notes: Vec<(u8, f32)>,
    },
    /// A section begins.
    Section(String),
    /// How dense the conductor wants the band, 0–1.
    Density(f64),
    /// How much of what it could play a bot plays, 0–1.
    Busy {
        /// Which.
        player: String,
        /// How much.
        density: f64,
    },
    /// How heated it is, 0–1.
    Arousal(f64),
    /// How bright it is, 0–1.
    Valence(f64),
    /// The chord that sounds: pitches as a notepool gives them.
    Harmony(Vec<u8>),
    /// A voice begins a line.
    Line {
        /// Who.
        player: String,
        /// What.
        text: String,
    },
    /// A voice says a word.
    Word {
        /// Who.
        player: String,
        /// What.
        text: String,
    },
    /// The director plays or is silent.
    Playing(bool),
}
