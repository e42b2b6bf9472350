//! Reading a bot's MIDI file: its notes, each with a beginning and an end.

use super::{DRUMS, UNITS_PER_BEAT, UNITS_PER_TICK};
use crate::artefacts::ArtefactError;
use midly::{MetaMessage, MidiMessage, Smf, Timing, TrackEventKind};
use std::{collections::BTreeMap, fs, path::Path};

/// A note as it was played.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlayedNote {
    /// Where it begins, in ticks.
    pub start: f64,
    /// Where it ends, in ticks.
    pub end: f64,
    /// MIDI pitch; of a drum, the General MIDI drum.
    pub pitch: u8,
    /// How hard, 0 to 1.
    pub velocity: f32,
    /// Whether it is a drum's.
    pub drum: bool,
}

/// The notes of a bot's file, in the order of their beginnings.
///
/// # Errors
/// When the file cannot be read or is no MIDI file.
pub fn notes(path: &Path) -> Result<Vec<PlayedNote>, ArtefactError> {
    let played = |note: &RawNote| PlayedNote {
        start: note.start as f64 / UNITS_PER_TICK as f64,
        end: note.end as f64 / UNITS_PER_TICK as f64,
        pitch: note.pitch,
        velocity: f32::from(note.velocity) / 127.0,
        drum: note.channel == DRUMS,
    };
    Ok(read(path)?.notes.iter().map(played).collect())
}

/// A syllable as it was sung.
#[derive(Debug, Clone, PartialEq)]
pub struct SungSyllable {
    /// Where it begins, in ticks.
    pub start: f64,
    /// How it is spelled, without the marks that join it to the next.
    pub text: String,
}

/// The syllables of a bot's file, in the order in which they are sung.
///
/// # Errors
/// When the file cannot be read or is no MIDI file.
pub fn syllables(path: &Path) -> Result<Vec<SungSyllable>, ArtefactError> {
    let mut lyrics = read(path)?.lyrics;
    lyrics.sort_by_key(|(at, _)| *at);
    let plain = |bytes: &[u8]| {
        let text: String = String::from_utf8_lossy(bytes).chars().filter(|c| !c.is_control()).take(LONGEST).collect();
        text.trim().trim_end_matches('-').to_owned()
    };
    let sung =
        |(at, bytes): &(i64, Vec<u8>)| SungSyllable { start: *at as f64 / UNITS_PER_TICK as f64, text: plain(bytes) };
    Ok(lyrics.iter().map(sung).filter(|syllable| !syllable.text.is_empty()).collect())
}

/// Letters of a syllable, at most.
const LONGEST: usize = 32;

/// A note in the units of our own files.
pub(crate) struct RawNote {
    pub(crate) start: i64,
    pub(crate) end: i64,
    pub(crate) channel: u8,
    pub(crate) pitch: u8,
    pub(crate) velocity: u8,
}

/// All that a bot's file says, but its tempo: the director's rules.
pub(crate) struct BotFile {
    /// No two of the same channel and pitch overlap.
    pub(crate) notes: Vec<RawNote>,
    /// Programs, controllers, pitch bend and the like: when, on which channel, what.
    pub(crate) others: Vec<(i64, u8, MidiMessage)>,
    /// Syllables that are sung, as they stand in the file, and when.
    pub(crate) lyrics: Vec<(i64, Vec<u8>)>,
}

pub(crate) fn read(path: &Path) -> Result<BotFile, ArtefactError> {
    let bytes = fs::read(path).map_err(|error| ArtefactError::read(path, error))?;
    // The reader stumbles over the one frame rate that cannot be negated.
    if !bytes.starts_with(b"MThd") || bytes.get(12) == Some(&0x80) {
        return Err(ArtefactError::odd(path, "it is no MIDI file, or its timing is none".to_owned()));
    }
    let smf = Smf::parse(&bytes).map_err(|error| ArtefactError::odd(path, error.to_string()))?;
    let Timing::Metrical(per_beat) = smf.header.timing else {
        return Err(ArtefactError::odd(path, "it counts film frames, not beats"));
    };
    let per_beat = i64::from(per_beat.as_int()).max(1);
    let mut file = BotFile { notes: Vec::new(), others: Vec::new(), lyrics: Vec::new() };
    for track in &smf.tracks {
        let mut units = 0i64;
        let mut sounding = BTreeMap::new();
        for event in track {
            units += i64::from(event.delta.as_int());
            let at = (units * i64::from(UNITS_PER_BEAT) + per_beat / 2) / per_beat;
            if let TrackEventKind::Meta(MetaMessage::Lyric(syllable)) = event.kind {
                file.lyrics.push((at, syllable.to_vec()));
            }
            let TrackEventKind::Midi { channel, message } = event.kind else { continue };
            let channel = channel.as_int();
            match message {
                MidiMessage::NoteOn { key, vel } if vel > 0 => {
                    let index = file.notes.len();
                    let (pitch, velocity) = (key.as_int(), vel.as_int());
                    file.notes.push(RawNote { start: at, end: i64::MAX, channel, pitch, velocity });
                    // The same key again, still down: the first note ends where the second begins.
                    if let Some(before) = sounding.insert((channel, pitch), index) {
                        file.notes[before].end = at;
                    }
                }
                MidiMessage::NoteOn { key, .. } | MidiMessage::NoteOff { key, .. } => {
                    if let Some(index) = sounding.remove(&(channel, key.as_int())) {
                        file.notes[index].end = at;
                    }
                }
                other => file.others.push((at, channel, other)),
            }
        }
        let end = (units * i64::from(UNITS_PER_BEAT) + per_beat / 2) / per_beat;
        for index in sounding.into_values() {
            file.notes[index].end = end;
        }
    }
    file.notes.sort_by_key(|note| (note.start, note.channel, note.pitch));
    separate(&mut file.notes);
    Ok(file)
}

/// Gives every note a length, and ends it before the next one of its pitch begins.
fn separate(notes: &mut Vec<RawNote>) {
    let mut last: BTreeMap<(u8, u8), usize> = BTreeMap::new();
    let mut twice = Vec::new();
    for i in 0..notes.len() {
        notes[i].end = notes[i].end.max(notes[i].start + 1);
        let (start, key) = (notes[i].start, (notes[i].channel, notes[i].pitch));
        if let Some(before) = last.insert(key, i) {
            if notes[before].start == start {
                // Two of one pitch at the same moment are one note, the longer and louder of each.
                notes[i].end = notes[i].end.max(notes[before].end);
                notes[i].velocity = notes[i].velocity.max(notes[before].velocity);
                twice.push(before);
            } else {
                notes[before].end = notes[before].end.min(start);
            }
        }
    }
    let mut index = 0;
    notes.retain(|_| {
        index += 1;
        twice.binary_search(&(index - 1)).is_err()
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(start: i64, end: i64, pitch: u8, velocity: u8) -> RawNote {
        RawNote { start, end, channel: 0, pitch, velocity }
    }

    fn separated(mut notes: Vec<RawNote>) -> Vec<(i64, i64, u8)> {
        separate(&mut notes);
        notes.iter().map(|note| (note.start, note.end, note.velocity)).collect()
    }

    #[test]
    fn a_note_ends_where_the_next_of_its_pitch_begins() {
        assert_eq!(
            separated(vec![raw(0, 90, 60, 1), raw(0, 90, 62, 2), raw(50, 99, 60, 3)]),
            [(0, 50, 1), (0, 90, 2), (50, 99, 3)]
        );
    }

    #[test]
    fn the_same_note_twice_is_one() {
        assert_eq!(separated(vec![raw(5, 90, 60, 1), raw(5, 40, 60, 3), raw(5, 50, 60, 2)]), [(5, 90, 3)]);
    }

    #[test]
    fn a_note_without_a_length_gets_the_least_one() {
        assert_eq!(separated(vec![raw(7, 7, 60, 1)]), [(7, 8, 1)]);
    }
}
