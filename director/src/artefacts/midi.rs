//! The MIDI file of a render: the bots' own files, side by side as tracks.
//!
//! Format 1 at 960 units a quarter note, 60 a tick. Track 0 holds tempo, metre and sections;
//! then comes one track a bot, named after it, with its notes and the syllables that it sings.

mod notes;

pub use notes::{PlayedNote, SungSyllable, notes, syllables};

use super::{ArtefactError, Part, Song};
use midly::{
    Format, Header, MetaMessage, MidiMessage, Smf, Timing, Track, TrackEvent, TrackEventKind,
    num::{u4, u15, u24, u28},
};
use notes::{BotFile, read};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// Units of a MIDI file in one tick.
pub const UNITS_PER_TICK: i64 = 60;
/// Units of a MIDI file in a quarter note.
pub const UNITS_PER_BEAT: u16 = 960;
/// The drums' channel, 10 for people.
pub const DRUMS: u8 = 9;

/// Merges the bots' files into the file `out`.
///
/// # Errors
/// When a bot's file cannot be read, or the merged one cannot be written.
pub fn merge(parts: &[Part], song: &Song, out: &Path) -> Result<(), ArtefactError> {
    let files = parts.iter().map(|part| read(&part.path)).collect::<Result<Vec<_>, _>>()?;
    let header = Header::new(Format::Parallel, Timing::Metrical(u15::new(UNITS_PER_BEAT)));
    let mut smf = Smf::new(header);
    let end = song.end_tick() * UNITS_PER_TICK;
    smf.tracks.push(conductor_track(song, end));
    let mut channels = Channels::new();
    for (part, file) in parts.iter().zip(&files) {
        smf.tracks.push(bot_track(part.bot.as_str(), file, &mut channels, end));
    }
    let mut bytes = Vec::new();
    smf.write_std(&mut bytes).map_err(|error| ArtefactError::write(out, error))?;
    fs::write(out, bytes).map_err(|error| ArtefactError::write(out, error))
}

/// Tempo, metre, and the sections as markers.
fn conductor_track(song: &Song, end: i64) -> Track<'_> {
    let mut events = Events::default();
    events.meta(0, MetaMessage::TrackName(song.name.as_bytes()));
    let denominator = song.meter.denominator().trailing_zeros() as u8;
    let clocks_per_click = 96 / song.meter.denominator();
    events.meta(0, MetaMessage::TimeSignature(song.meter.numerator(), denominator, clocks_per_click, 8));
    let mut last = None;
    for (tick, bpm) in &song.tempo_map {
        // Microseconds in a quarter note; 24 bits of them reach down to 3.6 bpm.
        let micros = (60_000_000.0 / f64::from(*bpm)).round().clamp(1.0, 16_777_215.0) as u32;
        if last.replace(micros) != Some(micros) {
            events.meta(tick * UNITS_PER_TICK, MetaMessage::Tempo(u24::new(micros)));
        }
    }
    for (tick, name) in &song.sections {
        events.meta(tick * UNITS_PER_TICK, MetaMessage::Marker(name.as_bytes()));
    }
    events.into_track(end)
}

fn bot_track<'a>(name: &'a str, file: &'a BotFile, channels: &mut Channels, end: i64) -> Track<'a> {
    let mut events = Events::default();
    events.meta(0, MetaMessage::TrackName(name.as_bytes()));
    let wanted: BTreeSet<u8> =
        file.notes.iter().map(|note| note.channel).chain(file.others.iter().map(|(_, channel, _)| *channel)).collect();
    let given: BTreeMap<u8, u4> =
        wanted.into_iter().map(|channel| (channel, u4::new(channels.take(channel)))).collect();
    let midi = |channel: u8, message| TrackEventKind::Midi { channel: given[&channel], message };
    for (at, channel, message) in &file.others {
        events.add(*at, 1, midi(*channel, *message));
    }
    for (at, syllable) in &file.lyrics {
        events.add(*at, 1, TrackEventKind::Meta(MetaMessage::Lyric(syllable)));
    }
    for note in &file.notes {
        let (key, vel) = (note.pitch.into(), note.velocity.into());
        events.add(note.start, 2, midi(note.channel, MidiMessage::NoteOn { key, vel }));
        events.add(note.end, 0, midi(note.channel, MidiMessage::NoteOff { key, vel: 0.into() }));
    }
    events.into_track(end)
}

/// Gives every bot channels of its own, its wish where that is free. Drums share theirs.
struct Channels {
    free: Vec<u8>,
    given: usize,
}

impl Channels {
    fn new() -> Self {
        Self { free: (0..16).filter(|channel| *channel != DRUMS).collect(), given: 0 }
    }

    fn take(&mut self, wish: u8) -> u8 {
        if wish == DRUMS {
            return DRUMS;
        }
        let place = self.free.iter().position(|channel| *channel == wish).unwrap_or(0);
        if self.free.is_empty() {
            // More bots than channels: they share, from the first one on.
            self.given += 1;
            let all: Vec<u8> = (0..16).filter(|channel| *channel != DRUMS).collect();
            return all[(self.given - 1) % all.len()];
        }
        self.free.remove(place)
    }
}

/// Events in any order, which a track wants one after the other.
#[derive(Default)]
struct Events<'a>(Vec<(i64, u8, TrackEventKind<'a>)>);

impl<'a> Events<'a> {
    /// Of events at the same time, those of a lower rank come first: a note ends before the next begins.
    fn add(&mut self, at: i64, rank: u8, kind: TrackEventKind<'a>) {
        self.0.push((at.max(0), rank, kind));
    }

    fn meta(&mut self, at: i64, message: MetaMessage<'a>) {
        self.add(at, 0, TrackEventKind::Meta(message));
    }

    fn into_track(mut self, end: i64) -> Track<'a> {
        self.0.sort_by_key(|(at, rank, _)| (*at, *rank));
        let last = self.0.last().map_or(0, |(at, ..)| *at).max(end);
        self.0.push((last, 3, TrackEventKind::Meta(MetaMessage::EndOfTrack)));
        let mut before = 0;
        let mut track = Track::new();
        for (at, _, kind) in self.0 {
            let delta = u28::new(u32::try_from(at - before).unwrap_or(u32::MAX).min(u28::max_value().into()));
            before = at;
            track.push(TrackEvent { delta, kind });
        }
        track
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use midly::MetaMessage as Meta;
    use musebot_protocol::{BotId, Meter};
    use std::collections::HashMap;
    use tempfile::TempDir;

    /// A bot's file: (channel, pitch, start, end) in units of 480 a beat.
    fn part(folder: &TempDir, name: &str, notes: &[(u8, u8, u32, Option<u32>)]) -> Part {
        let mut events = Events::default();
        for (channel, pitch, start, end) in notes {
            let midi = |message| TrackEventKind::Midi { channel: (*channel).into(), message };
            let (key, vel) = ((*pitch).into(), 100.into());
            events.add((*start).into(), 2, midi(MidiMessage::NoteOn { key, vel }));
            if let Some(end) = end {
                events.add((*end).into(), 0, midi(MidiMessage::NoteOn { key, vel: 0.into() }));
            }
        }
        let mut smf = Smf::new(Header::new(Format::SingleTrack, Timing::Metrical(480.into())));
        smf.tracks.push(events.into_track(0));
        let path = folder.path().join(format!("{name}.mid"));
        smf.save(&path).unwrap();
        Part { bot: BotId::new(name).unwrap(), path }
    }

    fn song() -> Song {
        Song {
            name: "trio".into(),
            meter: Meter::new(7, 8).unwrap(),
            bars: 4,
            tempo_map: vec![(0, 120.0), (56, 120.0), (112, 90.0)],
            sections: vec![(0, "verse".into()), (112, "chorus".into())],
        }
    }

    /// For every track: its name, and what happens when.
    fn merged(folder: &TempDir, parts: &[Part]) -> Vec<u8> {
        let out = folder.path().join("all.mid");
        merge(parts, &song(), &out).unwrap();
        fs::read(out).unwrap()
    }

    fn names(smf: &Smf<'_>) -> Vec<String> {
        let name = |track: &Track<'_>| match track[0].kind {
            TrackEventKind::Meta(Meta::TrackName(name)) => String::from_utf8(name.to_vec()).unwrap(),
            _ => panic!("a track begins with its name"),
        };
        smf.tracks.iter().map(name).collect()
    }

    #[test]
    fn every_bot_has_a_track_of_its_name_and_channels_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let parts = [
            part(&folder, "melody", &[(0, 60, 0, Some(480))]),
            part(&folder, "drums", &[(9, 36, 0, Some(10))]),
            part(&folder, "bass", &[(0, 40, 0, Some(480))]),
            part(&folder, "pad", &[(4, 50, 0, Some(480))]),
        ];
        let bytes = merged(&folder, &parts);
        let smf = Smf::parse(&bytes).unwrap();
        assert_eq!(names(&smf), ["trio", "melody", "drums", "bass", "pad"]);
        assert_eq!((smf.header.format, smf.header.timing), (Format::Parallel, Timing::Metrical(960.into())));
        let channels: Vec<u8> = smf.tracks[1..]
            .iter()
            .filter_map(|track| {
                track.iter().find_map(|event| match event.kind {
                    TrackEventKind::Midi { channel, .. } => Some(channel.as_int()),
                    _ => None,
                })
            })
            .collect();
        assert_eq!(channels, [0, 9, 1, 4]);
    }

    #[test]
    fn more_bots_than_channels_share_them_and_leave_the_drums_alone() {
        let mut channels = Channels::new();
        let given: Vec<u8> = (0..40).map(|_| channels.take(0)).collect();
        assert_eq!(given[..15].iter().collect::<BTreeSet<_>>().len(), 15);
        assert!(given.iter().all(|channel| *channel < 16 && *channel != DRUMS));
        assert_eq!(channels.take(DRUMS), DRUMS);
    }

    #[test]
    fn the_first_track_tells_tempo_metre_and_sections() {
        let folder = tempfile::tempdir().unwrap();
        let bytes = merged(&folder, &[]);
        let smf = Smf::parse(&bytes).unwrap();
        let mut at = 0;
        let events: Vec<_> = smf.tracks[0]
            .iter()
            .map(|event| {
                at += event.delta.as_int();
                (at, event.kind)
            })
            .collect();
        let meta = |at: u32, message| (at, TrackEventKind::Meta(message));
        assert_eq!(
            events,
            [
                meta(0, Meta::TrackName(b"trio")),
                meta(0, Meta::TimeSignature(7, 3, 12, 8)),
                meta(0, Meta::Tempo(500_000.into())),
                meta(0, Meta::Marker(b"verse")),
                meta(6720, Meta::Tempo(666_667.into())),
                meta(6720, Meta::Marker(b"chorus")),
                meta(13_440, Meta::EndOfTrack),
            ]
        );
    }

    #[test]
    fn no_note_hangs_and_none_overlaps_itself() {
        let folder = tempfile::tempdir().unwrap();
        let parts = [part(
            &folder,
            "melody",
            &[(0, 60, 0, Some(960)), (0, 60, 480, Some(1200)), (0, 64, 0, None), (0, 67, 100, Some(100))],
        )];
        let bytes = merged(&folder, &parts);
        let smf = Smf::parse(&bytes).unwrap();
        let (mut at, mut sounding, mut ons) = (0, HashMap::new(), 0);
        for event in &smf.tracks[1] {
            at += event.delta.as_int();
            match event.kind {
                TrackEventKind::Midi { message: MidiMessage::NoteOn { key, .. }, .. } => {
                    assert!(sounding.insert(key, at).is_none(), "{key} sounds already at {at}");
                    ons += 1;
                }
                TrackEventKind::Midi { message: MidiMessage::NoteOff { key, .. }, .. } => {
                    let start = sounding.remove(&key).expect("it sounds");
                    assert!(start < at, "a note has a length");
                }
                _ => {}
            }
        }
        assert_eq!((ons, sounding.len()), (4, 0));
    }

    #[test]
    fn syllables_stay_with_their_notes() {
        let folder = tempfile::tempdir().unwrap();
        let mut events = Events::default();
        let midi = |message| TrackEventKind::Midi { channel: 0.into(), message };
        for (n, syllable) in ["Ver-", "o", "na "].into_iter().enumerate() {
            let at = n as i64 * 240;
            events.add(at, 1, TrackEventKind::Meta(Meta::Lyric(syllable.as_bytes())));
            events.add(at, 2, midi(MidiMessage::NoteOn { key: 60.into(), vel: 100.into() }));
            events.add(at + 200, 0, midi(MidiMessage::NoteOff { key: 60.into(), vel: 0.into() }));
        }
        events.add(480, 1, TrackEventKind::Meta(Meta::Lyric(b"\xff\x00")));
        let mut smf = Smf::new(Header::new(Format::SingleTrack, Timing::Metrical(480.into())));
        smf.tracks.push(events.into_track(0));
        let path = folder.path().join("poet.mid");
        smf.save(&path).unwrap();

        let sung: Vec<_> = syllables(&path).unwrap().into_iter().map(|s| (s.start, s.text)).collect();
        let expected = [(0.0, "Ver"), (8.0, "o"), (16.0, "na"), (16.0, "\u{fffd}")];
        assert_eq!(sung, expected.map(|(start, text)| (start, text.to_owned())));

        let bytes = merged(&folder, &[Part { bot: BotId::new("poet").unwrap(), path }]);
        let merged = Smf::parse(&bytes).unwrap();
        let (mut at, mut told) = (0, Vec::new());
        for event in &merged.tracks[1] {
            at += event.delta.as_int();
            match event.kind {
                TrackEventKind::Meta(Meta::Lyric(syllable)) => told.push((at, syllable)),
                TrackEventKind::Midi { message: MidiMessage::NoteOn { .. }, .. } => told.push((at, b"on")),
                _ => {}
            }
        }
        let on = &b"on"[..];
        let expected: [(u32, &[u8]); 7] =
            [(0, b"Ver-"), (0, on), (480, b"o"), (480, on), (960, b"na "), (960, b"\xff\x00"), (960, on)];
        assert_eq!(told, expected);
    }

    #[test]
    fn the_same_files_give_the_same_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let parts = [part(&folder, "bass", &[(0, 40, 0, Some(480)), (0, 43, 0, Some(480)), (0, 47, 0, Some(480))])];
        assert!(merged(&folder, &parts) == merged(&folder, &parts));
    }

    #[test]
    fn a_frame_rate_that_is_none_is_a_fault_and_no_panic() {
        let folder = tempfile::tempdir().unwrap();
        let whole = part(&folder, "bass", &[(0, 40, 0, Some(480))]);
        let mut bytes = fs::read(&whole.path).unwrap();
        bytes[12] = 0x80;
        fs::write(&whole.path, bytes).unwrap();
        assert!(merge(&[whole], &song(), &folder.path().join("all.mid")).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_panic_the_reader(junk: Vec<u8>, cut in 0..200usize) {
            let folder = tempfile::tempdir().unwrap();
            let whole = part(&folder, "bass", &[(0, 40, 0, Some(480)), (9, 43, 5, None)]);
            let mut bytes = fs::read(&whole.path).unwrap();
            bytes.truncate(cut);
            bytes.extend(junk);
            fs::write(&whole.path, bytes).unwrap();
            let out = folder.path().join("all.mid");
            if merge(&[whole], &song(), &out).is_ok() {
                Smf::parse(&fs::read(out).unwrap()).unwrap();
            }
        }
    }

    #[test]
    fn what_is_no_midi_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bass.mid");
        fs::write(&path, "RIFF and then nothing").unwrap();
        let parts = [Part { bot: BotId::new("bass").unwrap(), path }];
        let error = merge(&parts, &song(), &folder.path().join("all.mid")).unwrap_err();
        assert!(error.to_string().contains("bass.mid: "), "{error}");
    }
}
