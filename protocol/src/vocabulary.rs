//! The vocabulary that the world's musebots share, as types.

use crate::{Arg, Args, Broadcast, IntoArgs, Tick};

/// A broadcast understood. What is not in here travels all the same, as a plain [`Broadcast`].
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// `notepool`: MIDI pitches 0–127 of the current chord; the first is taken for the root.
    NotePool(Vec<u8>),
    /// `hdensity`: the share of possible onsets that is played, 0–1.
    HDensity(f64),
    /// `vdensity`: the share of voices that is active, 0–1.
    VDensity(f64),
    /// `density`: the older name, or the density asked for by a leader, 0–1.
    Density(f64),
    /// `tala`: the bar in groups of 2, 3 or 4 sixteenths.
    Tala(Vec<u8>),
    /// `phraselength`: bars in a phrase.
    PhraseLength(u32),
    /// `phrases`: phrases in the form.
    Phrases(u32),
    /// `plan/chords`: the chords of the next phrase, each in semitones above C (may exceed 11).
    PlanChords(Vec<Vec<i32>>),
    /// `plan/chordDuration`: the share of the phrase that each of those chords lasts, summing to 1.
    PlanChordDuration(Vec<f64>),
    /// `pcprob`: how likely each pitch class is, from C.
    PcProb([f64; 12]),
    /// `section`: the name of the section that begins.
    Section(String),
    /// `progress`: how far through the section or form, 0–1.
    Progress(f64),
    /// `onoff`: whether the listener is to play.
    OnOff(bool),
    /// `initialize`: make new material now.
    Initialize,
    /// `exiting`: the speaker ends its form.
    Exiting,
    /// `valence`, 0–1.
    Valence(f64),
    /// `arousal`, 0–1.
    Arousal(f64),
    /// `text`: a word that the speaker sings or says now.
    Text(String),
    /// `line`: the line of verse, or the name, that it begins now.
    Line(String),
    /// `onset`: notes of the speaker begin (X11).
    Onset {
        /// The tick at which they sound.
        tick: Tick,
        /// 1–16; on 10 they are percussion.
        channel: u8,
        /// Of each, its pitch (0–127) and its velocity (above 0, up to 1).
        notes: Vec<(u8, f32)>,
    },
}

/// Notes in one `onset`, at most.
pub const MOST_ONSETS: usize = 16;

impl Said {
    /// Reads one broadcast's payload. `None` for unknown topics and for junk.
    #[must_use]
    pub fn read(topic: &str, args: &[Arg]) -> Option<Self> {
        let numbers = || args.iter().filter_map(Arg::number);
        let unit = || numbers().next().map(|n| n.clamp(0.0, 1.0));
        let count = || numbers().next().map(|n| n.round()).filter(|n| (1.0..=1e6).contains(n)).map(|n| n as u32);
        Some(match topic {
            "notepool" => {
                let pitches: Vec<u8> =
                    numbers().map(f64::round).filter(|n| (0.0..=127.0).contains(n)).map(|n| n as u8).collect();
                if pitches.is_empty() {
                    return None;
                }
                Self::NotePool(pitches)
            }
            "hdensity" => Self::HDensity(unit()?),
            "vdensity" | "activity" => Self::VDensity(unit()?),
            "density" => Self::Density(unit()?),
            "tala" => {
                let groups: Vec<u8> = numbers().map(f64::round).map(|n| n as u8).collect();
                if groups.is_empty() || groups.len() > 64 || groups.iter().any(|g| !(1..=16).contains(g)) {
                    return None;
                }
                Self::Tala(groups)
            }
            "phraselength" => Self::PhraseLength(count()?),
            "phrases" => Self::Phrases(count()?),
            "plan/chords" => {
                let chords: Vec<Vec<i32>> = args.iter().map(chord).filter(|c| !c.is_empty()).collect();
                if chords.is_empty() {
                    return None;
                }
                Self::PlanChords(chords)
            }
            "plan/chordDuration" => {
                // A 0 stays, or the shares behind it would go with the wrong chords.
                let shares: Vec<f64> = numbers().map(|n| n.max(0.0)).collect();
                let sum: f64 = shares.iter().sum();
                if sum <= 0.0 {
                    return None;
                }
                Self::PlanChordDuration(shares.into_iter().map(|n| n / sum).collect())
            }
            "pcprob" => {
                let shares: Vec<f64> = numbers().take(12).map(|n| n.max(0.0)).collect();
                Self::PcProb(shares.try_into().ok()?)
            }
            "section" => match args.first()? {
                Arg::Text(name) if !name.is_empty() => Self::Section(name.clone()),
                Arg::Int(n) => Self::Section(n.to_string()),
                _ => return None,
            },
            "progress" => Self::Progress(unit()?),
            "onoff" => Self::OnOff(numbers().next()? != 0.0),
            "initialize" if numbers().next().is_none_or(|n| n != 0.0) => Self::Initialize,
            // Most bots leave it at 1; a 0 is a button that was let go.
            "exiting" if numbers().next().is_none_or(|n| n != 0.0) => Self::Exiting,
            "valence" => Self::Valence(unit()?),
            "arousal" => Self::Arousal(unit()?),
            "text" => Self::Text(words(args)?),
            "line" => Self::Line(words(args)?),
            "onset" => onset(args)?,
            _ => return None,
        })
    }

    /// Its topic on the wire.
    #[must_use]
    pub fn topic(&self) -> &'static str {
        match self {
            Self::NotePool(_) => "notepool",
            Self::HDensity(_) => "hdensity",
            Self::VDensity(_) => "vdensity",
            Self::Density(_) => "density",
            Self::Tala(_) => "tala",
            Self::PhraseLength(_) => "phraselength",
            Self::Phrases(_) => "phrases",
            Self::PlanChords(_) => "plan/chords",
            Self::PlanChordDuration(_) => "plan/chordDuration",
            Self::PcProb(_) => "pcprob",
            Self::Section(_) => "section",
            Self::Progress(_) => "progress",
            Self::OnOff(_) => "onoff",
            Self::Initialize => "initialize",
            Self::Exiting => "exiting",
            Self::Valence(_) => "valence",
            Self::Arousal(_) => "arousal",
            Self::Text(_) => "text",
            Self::Line(_) => "line",
            Self::Onset { .. } => "onset",
        }
    }

    /// Its arguments on the wire, without the speaker.
    #[must_use]
    pub fn args(&self) -> Args {
        match self {
            Self::NotePool(pitches) => pitches.as_slice().into_args(),
            Self::HDensity(x)
            | Self::VDensity(x)
            | Self::Density(x)
            | Self::Progress(x)
            | Self::Valence(x)
            | Self::Arousal(x) => (*x).into_args(),
            Self::Tala(groups) => groups.as_slice().into_args(),
            // The historic bots send the number of phrases as a float.
            Self::Phrases(n) => f64::from(*n).into_args(),
            Self::PhraseLength(n) => (*n).into_args(),
            Self::PlanChords(chords) => chords
                .iter()
                .map(|c| Arg::Text(c.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")))
                .collect(),
            Self::PlanChordDuration(shares) => shares.as_slice().into_args(),
            Self::PcProb(shares) => shares.as_slice().into_args(),
            Self::Section(text) | Self::Text(text) | Self::Line(text) => text.as_str().into_args(),
            Self::OnOff(on) => (*on).into_args(),
            Self::Initialize | Self::Exiting => 1.into_args(),
            Self::Onset { tick, channel, notes } => {
                let mut args = vec![Arg::Int(tick.on_wire()), (*channel).into()];
                args.extend(notes.iter().flat_map(|(pitch, velocity)| [Arg::from(*pitch), Arg::from(*velocity)]));
                args
            }
        }
    }

    /// As a broadcast of `speaker`.
    #[must_use]
    pub fn by(&self, speaker: &str) -> Broadcast {
        Broadcast { topic: self.topic().to_owned(), speaker: speaker.to_owned(), args: self.args() }
    }
}

/// What is sung: one text, or several that belong together. A word may look like a number.
fn words(args: &[Arg]) -> Option<String> {
    let word = |arg: &Arg| match arg {
        Arg::Text(text) => text.clone(),
        Arg::Int(number) => number.to_string(),
        Arg::Float(number) => number.to_string(),
    };
    let all = args.iter().map(word).collect::<Vec<_>>().join(" ");
    (!all.trim().is_empty()).then_some(all)
}

/// Notes that begin: what is no number at all is skipped, what is one but cannot be meant costs its own note
/// only, and a pitch without a velocity at the end is none.
fn onset(args: &[Arg]) -> Option<Said> {
    let is_word = |arg: &&Arg| matches!(arg, Arg::Text(_)) && arg.number().is_none();
    let numbers: Vec<f64> =
        args.iter().filter(|arg| !is_word(arg)).map(|arg| arg.number().unwrap_or(f64::NAN)).collect();
    let (&[tick, channel], pairs) = numbers.split_first_chunk()?;
    let tick = Some(tick.round()).filter(|n| (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(n))?;
    let channel = Some(channel.round()).filter(|n| (1.0..=16.0).contains(n))? as u8;
    let note = |&[pitch, velocity]: &[f64; 2]| {
        let begins = (0.0..=127.0).contains(&pitch.round()) && velocity > 0.0;
        begins.then_some((pitch.round() as u8, velocity.min(1.0) as f32)).filter(|(_, velocity)| *velocity > 0.0)
    };
    let notes: Vec<(u8, f32)> = pairs.as_chunks().0.iter().filter_map(note).take(MOST_ONSETS).collect();
    (!notes.is_empty()).then_some(Said::Onset { tick: Tick(tick as i64), channel, notes })
}

/// One chord of a plan: text with numbers in it, or a single number.
fn chord(arg: &Arg) -> Vec<i32> {
    match arg {
        Arg::Text(text) => text
            .split_whitespace()
            .filter_map(|word| word.parse::<f64>().ok())
            .filter(|n| (-127.0..=127.0).contains(n))
            .map(|n| n.round() as i32)
            .take(32)
            .collect(),
        other => {
            other.number().filter(|n| (-127.0..=127.0).contains(n)).map(|n| n.round() as i32).into_iter().collect()
        }
    }
}
