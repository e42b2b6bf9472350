//! The log of a session: one JSON object a line, with musical time and nothing else that
//! could differ from one run to the next.
//!
//! ```json
//! {"bar":1,"beat":1,"tick":0,"kind":"tick","tempo":96.0}
//! {"bar":1,"beat":1,"tick":0,"kind":"position","ticks-per-bar":64}
//! {"bar":1,"beat":1,"tick":3,"kind":"broadcast","topic":"notepool","from":"melody","args":[60,63,67]}
//! ```

use super::ArtefactError;
use musebot_protocol::{Arg, Broadcast, Meter, Position, TICKS_PER_BEAT, Tick};
use serde::{Serialize, Serializer};
use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

/// Writes the log of a session. Realtime-safe: no; it writes to a file.
#[derive(Debug)]
pub struct SessionLog {
    file: BufWriter<File>,
    path: PathBuf,
    meter: Meter,
}

impl SessionLog {
    /// Begins a log; a file that is there already is written over.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn create(path: &Path, meter: Meter) -> Result<Self, ArtefactError> {
        let file = File::create(path).map_err(|error| ArtefactError::write(path, error))?;
        Ok(Self { file: BufWriter::with_capacity(1 << 16, file), path: path.to_owned(), meter })
    }

    /// A tick was sent.
    ///
    /// # Errors
    /// When the file cannot be written; so for all of these.
    pub fn tick(&mut self, tick: Tick, tempo: f32) -> Result<(), ArtefactError> {
        self.line(tick, What::Tick { tempo })
    }

    /// A position was sent. Its bar and beat are its own, whatever the metre says.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn position(&mut self, position: &Position) -> Result<(), ArtefactError> {
        let place = Place { bar: position.bar.into(), beat: position.beat.into(), tick: position.tick.0 };
        self.write(&Line { place, what: What::Position { ticks_per_bar: position.ticks_per_bar.into() } })
    }

    /// A broadcast was delivered at this tick.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn broadcast(&mut self, tick: Tick, said: &Broadcast) -> Result<(), ArtefactError> {
        let args = said.args.iter().map(Word).collect();
        self.line(tick, What::Broadcast { topic: &said.topic, from: &said.speaker, args })
    }

    /// Ends the log.
    ///
    /// # Errors
    /// When what is left cannot be written.
    pub fn finish(mut self) -> Result<(), ArtefactError> {
        self.file.flush().map_err(|error| ArtefactError::write(&self.path, error))
    }

    fn line(&mut self, tick: Tick, what: What<'_>) -> Result<(), ArtefactError> {
        self.write(&Line { place: Place::of(tick, self.meter), what })
    }

    fn write(&mut self, line: &Line<'_>) -> Result<(), ArtefactError> {
        serde_json::to_writer(&mut self.file, line)
            .map_err(std::io::Error::from)
            .and_then(|()| self.file.write_all(b"\n"))
            .map_err(|error| ArtefactError::write(&self.path, error))
    }
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    place: Place,
    #[serde(flatten)]
    what: What<'a>,
}

#[derive(Serialize)]
struct Place {
    bar: i64,
    beat: i64,
    tick: i64,
}

impl Place {
    fn of(tick: Tick, meter: Meter) -> Self {
        let in_bar = tick.0.rem_euclid(meter.ticks_per_bar());
        Self {
            bar: tick.0.div_euclid(meter.ticks_per_bar()) + 1,
            beat: in_bar / i64::from(TICKS_PER_BEAT) + 1,
            tick: tick.0,
        }
    }
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum What<'a> {
    Tick {
        tempo: f32,
    },
    #[serde(rename_all = "kebab-case")]
    Position {
        ticks_per_bar: i64,
    },
    Broadcast {
        topic: &'a str,
        from: &'a str,
        args: Vec<Word<'a>>,
    },
}

/// One argument of a broadcast.
struct Word<'a>(&'a Arg);

impl Serialize for Word<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Arg::Int(number) => serializer.serialize_i32(*number),
            Arg::Float(number) => serializer.serialize_f32(*number),
            Arg::Text(text) => serializer.serialize_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logged(meter: Meter, write: impl Fn(&mut SessionLog)) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("session.jsonl");
        let mut log = SessionLog::create(&path, meter).unwrap();
        write(&mut log);
        log.finish().unwrap();
        std::fs::read_to_string(path).unwrap()
    }

    #[test]
    fn every_line_has_its_musical_time() {
        let text = logged(Meter::new(7, 8).unwrap(), |log| {
            log.tick(Tick(0), 96.0).unwrap();
            log.tick(Tick(55), 96.6).unwrap();
            log.tick(Tick(56), 97.0).unwrap();
            log.position(&Position { tick: Tick(56), bar: 2, beat: 1, ticks_per_bar: 56 }).unwrap();
        });
        assert_eq!(
            text,
            "{\"bar\":1,\"beat\":1,\"tick\":0,\"kind\":\"tick\",\"tempo\":96.0}\n\
             {\"bar\":1,\"beat\":4,\"tick\":55,\"kind\":\"tick\",\"tempo\":96.6}\n\
             {\"bar\":2,\"beat\":1,\"tick\":56,\"kind\":\"tick\",\"tempo\":97.0}\n\
             {\"bar\":2,\"beat\":1,\"tick\":56,\"kind\":\"position\",\"ticks-per-bar\":56}\n"
        );
    }

    #[test]
    fn a_broadcast_keeps_the_types_of_its_arguments() {
        let text = logged(Meter::default(), |log| {
            let args = vec![Arg::Int(60), Arg::Float(0.6), Arg::Text("0 3 \"7\"\n".into()), Arg::Float(f32::NAN)];
            let said = Broadcast { topic: "plan/chords".into(), speaker: "melody".into(), args };
            log.broadcast(Tick(65), &said).unwrap();
            log.broadcast(Tick(66), &Broadcast::new("exiting", "", ())).unwrap();
        });
        assert_eq!(
            text,
            "{\"bar\":2,\"beat\":1,\"tick\":65,\"kind\":\"broadcast\",\"topic\":\"plan/chords\",\"from\":\"melody\",\
             \"args\":[60,0.6,\"0 3 \\\"7\\\"\\n\",null]}\n\
             {\"bar\":2,\"beat\":1,\"tick\":66,\"kind\":\"broadcast\",\"topic\":\"exiting\",\"from\":\"\",\"args\":[]}\n"
        );
    }

    #[test]
    fn what_precedes_tick_0_has_a_time_too() {
        let text = logged(Meter::default(), |log| log.tick(Tick(-1), 120.0).unwrap());
        assert!(text.starts_with("{\"bar\":0,\"beat\":4,\"tick\":-1,"), "{text}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_told_when_the_log_ends_at_the_latest() {
        let mut log = SessionLog::create(Path::new("/dev/full"), Meter::default()).unwrap();
        let written = (0..10).try_for_each(|tick| log.tick(Tick(tick), 120.0)).and_then(|()| log.finish());
        assert!(written.unwrap_err().to_string().contains("the disk is full"));
    }
}
