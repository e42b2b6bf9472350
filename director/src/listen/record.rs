//! What was heard as a file for programs: one JSON object a line, each on disk before the next.

use super::ear::{Heard, Place, Word};
use musebot_protocol::Arg;
use serde::{Serialize, Serializer};
use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

/// A recording that goes on.
#[derive(Debug)]
pub struct Record {
    path: PathBuf,
    file: File,
    lines: u64,
}

/// Why a recording ended before its time.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The file cannot be made.
    #[error("failed to write to {path}: {1} (`--record` takes a file in a folder that is there)", path = .0.display())]
    Open(PathBuf, io::Error),
    /// The disk is full, or the pipe was closed.
    #[error("the recording ends here: failed to write to {path}: {1} ({2} lines are in it)", path = .0.display())]
    Write(PathBuf, io::Error, u64),
}

/// A value as it travelled: a single's digits are not those of a double.
struct Value<'a>(&'a Arg);

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Arg::Int(i) => to.serialize_i32(*i),
            Arg::Float(f) => to.serialize_f32(*f),
            Arg::Text(text) => to.serialize_str(text),
        }
    }
}

#[derive(Serialize)]
struct Line<'a> {
    seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    tick: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bar: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    beat: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'static str>,
    from: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    topic: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    types: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    args: Option<Vec<Value<'a>>>,
}

impl Record {
    /// Begins a recording; what is in the file goes.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn create(path: &Path) -> Result<Self, RecordError> {
        let file = File::create(path).map_err(|e| RecordError::Open(path.to_owned(), e))?;
        Ok(Self { path: path.to_owned(), file, lines: 0 })
    }

    /// One line more, so many seconds after the beginning.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, since: Duration, heard: &Heard) -> Result<(), RecordError> {
        let Some(line) = line(since, heard) else { return Ok(()) };
        self.file.write_all(line.as_bytes()).map_err(|e| RecordError::Write(self.path.clone(), e, self.lines))?;
        self.lines += 1;
        Ok(())
    }
}

fn line(since: Duration, heard: &Heard) -> Option<String> {
    let of = |place: &Option<Place>, event, from| Line {
        seconds: (since.as_secs_f64() * 1e4).round() / 1e4,
        tick: place.map(|p| p.tick),
        bar: place.map(|p| p.bar),
        beat: place.map(|p| p.beat),
        event,
        from,
        to: None,
        topic: None,
        types: None,
        args: None,
    };
    let line = match heard {
        Heard::Word(Word { place, from, to, topic, types, args }) => Line {
            to: to.as_deref(),
            topic: Some(topic),
            types: Some(types),
            args: Some(args.iter().map(Value).collect()),
            ..of(place, None, from)
        },
        Heard::Joined(place, name) => of(place, Some("joins"), name),
        Heard::Left(place, name) => of(place, Some("leaves"), name),
        Heard::Director { .. } | Heard::Here(_) | Heard::Refused(_) | Heard::Gone => return None,
    };
    serde_json::to_string(&line).ok().map(|line| line + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use musebot_protocol::Meter;

    #[test]
    fn a_line_is_one_json_object_with_types() {
        let word = Word {
            place: Some(Place::of(90, Meter::default())),
            from: "drums \"1\"".into(),
            to: None,
            topic: "plan/chords".into(),
            types: "sfi".into(),
            args: vec!["0 3 7".into(), 0.7.into(), 5.into()],
        };
        let text = line(Duration::from_millis(1500), &Heard::Word(word)).unwrap();
        let meant = r#"{"seconds":1.5,"tick":90,"bar":2,"beat":2,"from":"drums \"1\"","topic":"plan/chords","types":"sfi","args":["0 3 7",0.7,5]}"#;
        assert_eq!(text, format!("{meant}\n"));
        let joins = line(Duration::ZERO, &Heard::Joined(None, "bass".into())).unwrap();
        assert_eq!(joins, "{\"seconds\":0.0,\"event\":\"joins\",\"from\":\"bass\"}\n");
    }

    #[test]
    fn a_file_that_cannot_be_made_is_named() {
        let error = Record::create(Path::new("/no/such/folder/x.jsonl")).unwrap_err().to_string();
        assert!(error.contains("/no/such/folder/x.jsonl") && error.contains("--record"), "{error}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_said_with_what_was_saved() {
        let mut record = Record::create(Path::new("/dev/full")).unwrap();
        let error = record.write(Duration::ZERO, &Heard::Joined(None, "bass".into())).unwrap_err().to_string();
        assert!(error.contains("the recording ends here") && error.contains("0 lines are in it"), "{error}");
    }
}
