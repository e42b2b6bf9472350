//! A bot's part as a standard MIDI file: one track with its name, its tempo changes and its
//! notes, so that the file alone plays right. Words stand at their notes as lyrics (RP-017: a space
//! ends a word, a carriage return a line).

use crate::{
    agenda::Cue,
    words::{Lyric, Then},
};
use midly::{Format, Header, MetaMessage, MidiMessage, Smf, Timing, Track, TrackEvent, TrackEventKind, num};
use musebot_protocol::Tempo;
use std::path::Path;

/// Units in a beat.
pub(crate) const UNITS_PER_BEAT: u16 = 960;
/// Units in a tick.
pub(crate) const UNITS_PER_TICK: f64 = 60.0;
/// Events in one file, at most: days of music.
const MOST_EVENTS: usize = 1 << 21;

/// The part.
pub(crate) struct MidiFile {
    name: String,
    channel: num::u4,
    events: Vec<(u32, Event)>,
    lyrics: Vec<Lyric>,
    full: bool,
}

/// In the order in which they stand at the same instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// Microseconds per beat.
    Tempo(u32),
    Off(u8),
    /// Which of the lyrics.
    Lyric(usize),
    On(u8, u8),
}

impl MidiFile {
    /// An empty part on a channel, 1–16.
    pub(crate) fn new(name: &str, channel: u8) -> Self {
        Self {
            name: name.to_owned(),
            channel: num::u4::new((channel - 1) & 15),
            events: Vec::new(),
            lyrics: Vec::new(),
            full: false,
        }
    }

    /// From here on, this is the tempo.
    pub(crate) fn tempo(&mut self, units: f64, tempo: Tempo) {
        self.add(units, Event::Tempo((60e6 / tempo.bpm()).round() as u32));
    }

    /// A note begins or ends here.
    pub(crate) fn cue(&mut self, units: f64, cue: &Cue) {
        let event = match cue.velocity {
            Some(velocity) => Event::On(cue.pitch, ((velocity * 127.0).round() as u8).clamp(1, 127)),
            None => Event::Off(cue.pitch),
        };
        if let Some(sung) = cue.sung {
            let taken = self.add(units, Event::Lyric(self.lyrics.len()));
            self.lyrics.extend(taken.then_some(sung.lyric));
        }
        self.add(units, event);
    }

    /// Whether there was room.
    fn add(&mut self, units: f64, event: Event) -> bool {
        // Beyond 2^28 a delta has no room; nobody plays for 80 days.
        if self.events.len() >= MOST_EVENTS || units >= f64::from(1 << 28) {
            if !std::mem::replace(&mut self.full, true) {
                tracing::warn!("the MIDI file is full; what follows is not written");
            }
            return false;
        }
        self.events.push((units.round().max(0.0) as u32, event));
        true
    }

    /// Writes the file, with `length` units in all if that is more than what was played.
    pub(crate) fn write(mut self, path: &Path, length: f64) -> std::io::Result<()> {
        self.events.sort_by_key(|(at, event)| (*at, matches!(event, Event::On(..)), *event));
        let lyrics: Vec<String> = self.lyrics.iter().map(written).collect();
        let mut track: Track = vec![TrackEvent {
            delta: 0.into(),
            kind: TrackEventKind::Meta(MetaMessage::TrackName(self.name.as_bytes())),
        }];
        let mut last = 0;
        for (at, event) in &self.events {
            let kind = match *event {
                Event::Tempo(us) => TrackEventKind::Meta(MetaMessage::Tempo(num::u24::new(us.min(0xff_ffff)))),
                Event::Lyric(n) => TrackEventKind::Meta(MetaMessage::Lyric(lyrics[n].as_bytes())),
                Event::Off(pitch) => {
                    self.note(MidiMessage::NoteOff { key: num::u7::new(pitch), vel: num::u7::new(64) })
                }
                Event::On(pitch, velocity) => {
                    self.note(MidiMessage::NoteOn { key: num::u7::new(pitch), vel: num::u7::new(velocity) })
                }
            };
            track.push(TrackEvent { delta: num::u28::new(at - last), kind });
            last = *at;
        }
        let rest = (length.clamp(0.0, f64::from(1 << 28) - 1.0).round() as u32).saturating_sub(last);
        track.push(TrackEvent { delta: num::u28::new(rest), kind: TrackEventKind::Meta(MetaMessage::EndOfTrack) });
        let header = Header::new(Format::SingleTrack, Timing::Metrical(num::u15::new(UNITS_PER_BEAT)));
        let mut smf = Smf::new(header);
        smf.tracks.push(track);
        smf.save(path)
    }

    fn note(&self, message: MidiMessage) -> TrackEventKind<'static> {
        TrackEventKind::Midi { channel: self.channel, message }
    }
}

/// A syllable with what ends it.
fn written(lyric: &Lyric) -> String {
    let end = match lyric.then {
        Then::More => "",
        Then::Word => " ",
        Then::Line => "\r",
    };
    format!("{}{end}", lyric.text())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{voice::Sung, words::Syllable};

    #[test]
    fn a_part_reads_back_as_it_was_played() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("drums.mid");
        let cue = |position, velocity| Cue { due: 0.0, position, id: 0, pitch: 36, velocity, sung: None };
        let mut file = MidiFile::new("drums", 10);
        file.tempo(0.0, Tempo::new(96.0).unwrap());
        file.cue(960.0, &cue(16.0, Some(1.0)));
        file.cue(1200.0, &cue(20.0, Some(0.5)));
        file.cue(1200.0, &cue(20.0, None));
        file.write(&path, 3840.0).unwrap();

        let bytes = std::fs::read(path).unwrap();
        let smf = Smf::parse(&bytes).unwrap();
        assert_eq!(smf.header.timing, Timing::Metrical(960.into()));
        let mut at = 0;
        let told: Vec<String> = smf.tracks[0]
            .iter()
            .map(|e| {
                at += e.delta.as_int();
                match e.kind {
                    TrackEventKind::Meta(MetaMessage::TrackName(name)) => String::from_utf8_lossy(name).into_owned(),
                    TrackEventKind::Meta(MetaMessage::Tempo(us)) => format!("{at} tempo {us}"),
                    TrackEventKind::Meta(MetaMessage::EndOfTrack) => format!("{at} end"),
                    TrackEventKind::Midi { channel, message: MidiMessage::NoteOn { key, vel } } => {
                        format!("{at} on {channel} {key} {vel}")
                    }
                    TrackEventKind::Midi { channel, message: MidiMessage::NoteOff { key, .. } } => {
                        format!("{at} off {channel} {key}")
                    }
                    other => format!("{other:?}"),
                }
            })
            .collect();
        assert_eq!(
            told,
            ["drums", "0 tempo 625000", "960 on 9 36 127", "1200 off 9 36", "1200 on 9 36 64", "3840 end"]
        );
    }

    #[test]
    fn what_has_no_room_leaves_no_words_behind() {
        let mut file = MidiFile::new("voice", 1);
        let sung = Some(Sung::new(Lyric::new(&Syllable::default(), Then::Word), 0.5));
        let cue = Cue { due: 0.0, position: 0.0, id: 1, pitch: 60, velocity: Some(0.5), sung };
        file.cue(f64::from(1 << 28), &cue);
        assert_eq!((file.lyrics.len(), file.events.len()), (0, 0));
        file.cue(960.0, &cue);
        assert_eq!((file.lyrics.len(), file.events.len()), (1, 2));
    }

    #[test]
    fn words_stand_at_their_notes_with_a_space_or_a_line_s_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("voice.mid");
        let mut file = MidiFile::new("voice", 1);
        for (n, (text, then)) in [("Oli", Then::More), ("vé", Then::Word), ("oh!", Then::Line)].into_iter().enumerate()
        {
            let syllable = Syllable { text: text.to_owned(), ..Syllable::default() };
            let sung = Some(Sung::new(Lyric::new(&syllable, then), 0.5));
            let cue = Cue { due: 0.0, position: 0.0, id: n as u32, pitch: 60, velocity: Some(0.5), sung };
            file.cue(n as f64 * 960.0, &cue);
            file.cue(n as f64 * 960.0 + 480.0, &Cue { velocity: None, sung: None, ..cue });
        }
        file.write(&path, 3840.0).unwrap();
        let bytes = std::fs::read(path).unwrap();
        let smf = Smf::parse(&bytes).unwrap();
        let mut at = 0;
        let mut told = Vec::new();
        for event in &smf.tracks[0] {
            at += event.delta.as_int();
            match event.kind {
                TrackEventKind::Meta(MetaMessage::Lyric(text)) => {
                    told.push((at, String::from_utf8_lossy(text).into_owned()))
                }
                TrackEventKind::Midi { message: MidiMessage::NoteOn { .. }, .. } => told.push((at, "note".to_owned())),
                _ => {}
            }
        }
        let expected = [(0, "Oli"), (0, "note"), (960, "vé "), (960, "note"), (1920, "oh!\r"), (1920, "note")];
        assert_eq!(told, expected.map(|(at, text)| (at, text.to_owned())));
    }
}
