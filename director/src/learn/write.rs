//! Puts a learnt knob into an ensemble file, whose comments and order stay as they are.

use crate::ensemble::Ensemble;
use anyhow::{Context, bail};
use std::{fs, io::Write, path::Path};
use toml_edit::{Array, DocumentMut, Item, Value};

/// Writes the line into the file's surface of that number, or a new surface at its end.
pub(super) fn write(file: &Path, number: Option<usize>, surface: &str, line: &str) -> anyhow::Result<()> {
    // A link stays one.
    let file = file.canonicalize().context("failed to find it")?;
    let before = fs::read_to_string(&file).context("failed to read it")?;
    let after = added(&before, number, surface, line)?;
    if let Err(faults) = Ensemble::parse(&after, &file) {
        bail!("it would have faults then\n{faults}");
    }
    let folder = file.parent().context("it is in no folder")?;
    let mut new = tempfile::NamedTempFile::new_in(folder).context("failed to write beside it")?;
    new.write_all(after.as_bytes()).context("failed to write beside it")?;
    new.as_file().set_permissions(fs::metadata(&file)?.permissions()).context("failed to keep its permissions")?;
    new.persist(&file).context("failed to put it in its place")?;
    Ok(())
}

/// A whole surface with this one knob.
pub(super) fn table(surface: &str, line: &str) -> String {
    format!("[control.midi]\nport = {}\nmap = [\n    {line},\n]\n", toml::Value::String(surface.to_owned()))
}

/// The text of a file with the line added; what the knob turned until now is replaced.
fn added(text: &str, number: Option<usize>, surface: &str, line: &str) -> anyhow::Result<String> {
    let Some(number) = number.or(written_since(text, surface)?) else {
        let gap = if text.is_empty() || text.ends_with("\n\n") { "" } else { "\n" };
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        return Ok(format!("{text}{end}{gap}{}", table(surface, line)));
    };
    let mut document: DocumentMut = text.parse().context("failed to read it as TOML")?;
    let midi =
        document.get_mut("control").and_then(|c| c.get_mut("midi")).context("it has no [control.midi] any more")?;
    let midi = match midi {
        Item::ArrayOfTables(tables) => {
            tables.get_mut(number).context("it has fewer surfaces than it had")? as &mut dyn toml_edit::TableLike
        }
        one => one.as_table_like_mut().context("its [control.midi] is none")?,
    };
    let map = midi.entry("map").or_insert(Item::Value(Value::Array(Array::new())));
    let map = map.as_array_mut().context("its `map` is no list")?;
    let line: Value = line.parse().context("failed to read the line as TOML")?;
    let same = map.iter().position(|other| same_knob(other, &line));
    match same {
        Some(at) => {
            map.replace(at, line);
        }
        None => push(map, line),
    }
    Ok(document.to_string())
}

/// The surface's number in a file that had none of it when the director began: an earlier knob has been learnt.
fn written_since(text: &str, surface: &str) -> anyhow::Result<Option<usize>> {
    let document: DocumentMut = text.parse().context("failed to read it as TOML")?;
    let Some(midi) = document.get("control").and_then(|control| control.get("midi")) else { return Ok(None) };
    let is_it = |table: &dyn toml_edit::TableLike| table.get("port").and_then(Item::as_str) == Some(surface);
    match midi {
        Item::ArrayOfTables(tables) => Ok(tables.iter().position(|table| is_it(table))),
        one if one.as_table_like().is_some_and(is_it) => Ok(Some(0)),
        _ => bail!("its [control.midi] is another device: write both as [[control.midi]], then again"),
    }
}

/// Whether two lines are of the same knob.
fn same_knob(a: &Value, b: &Value) -> bool {
    let number = |line: &Value, key: &str| line.as_inline_table().and_then(|t| t.get(key)).and_then(Value::as_integer);
    let same = |key| number(a, key) == number(b, key);
    let meets = |a: Option<i64>, b: Option<i64>| a.is_none() || b.is_none() || a == b;
    same("cc") && same("note") && meets(number(a, "channel"), number(b, "channel"))
}

/// Adds a line as the others are: each on its own, or all on one.
fn push(map: &mut Array, line: Value) {
    let prefix = map.iter().last().and_then(|last| last.decor().prefix()?.as_str().map(str::to_owned));
    let several = map.is_empty() || prefix.as_ref().is_some_and(|prefix| prefix.contains('\n'));
    // What stands behind the last line, a comment it may be, stays behind it; the comma comes before.
    let mut behind = map.trailing().as_str().unwrap_or_default().to_owned();
    let last = map.len().checked_sub(1).and_then(|last| map.get_mut(last));
    if let Some(last) = last {
        behind.insert_str(0, last.decor().suffix().and_then(|suffix| suffix.as_str()).unwrap_or_default());
        last.decor_mut().set_suffix("");
    }
    if !several {
        map.set_trailing("");
        map.set_trailing_comma(false);
        return map.push_formatted(line.decorated(" ", behind));
    }
    // Comments above the last line are its own; what is before its first letter is how far it is indented.
    let indent = prefix.as_deref().and_then(|prefix| prefix.rsplit('\n').next()).unwrap_or("    ").to_owned();
    let behind = behind.rsplit_once('\n').map_or("", |(behind, _)| behind);
    map.set_trailing("\n");
    map.push_formatted(line.decorated(format!("{behind}\n{indent}"), ""));
    map.set_trailing_comma(true);
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "{ cc = 14, channel = 1, to = \"bass.gain\" }";
    const BOT: &str = "# our band\n[[bot]]\nid = \"bass\" # low\nprogram = \"bass\"\n";

    fn with(map: &str) -> String {
        added(&format!("{BOT}[control.midi]\nport = \"nano\" # mine\n{map}\n# the end\n"), Some(0), "nano", LINE)
            .unwrap()
    }

    fn map_of(text: &str) -> Vec<String> {
        let ensemble = Ensemble::parse(text, "x.toml").unwrap_or_else(|faults| panic!("{faults}"));
        ensemble.surfaces[0].map.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_file_without_a_surface_gets_one_at_its_end() {
        for text in [BOT, BOT.trim_end()] {
            let after = added(text, None, "nano \"2\"", LINE).unwrap();
            assert!(after.starts_with(BOT), "{after}");
            assert_eq!(map_of(&after), [LINE]);
        }
    }

    #[test]
    fn one_knob_after_the_other_is_learnt_into_a_file_that_had_none() {
        let first = added(BOT, None, "nano", LINE).unwrap();
        let second = added(&first, None, "nano", "{ cc = 15, to = \"tempo\" }").unwrap();
        assert_eq!(map_of(&second), [LINE, "{ cc = 15, to = \"tempo\" }"]);
        assert!(added(&first, None, "other", LINE).unwrap_err().to_string().contains("[[control.midi]]"));
    }

    #[test]
    fn a_line_is_added_as_the_others_are_and_comments_stay() {
        let one = with("map = [ { cc = 1, to = \"tempo\" } ]");
        assert!(
            one.contains("map = [ { cc = 1, to = \"tempo\" }, { cc = 14, channel = 1, to = \"bass.gain\" } ]"),
            "{one}"
        );
        let several = with(
            "map = [\n  # the left hand\n  { cc = 1, to = \"tempo\" }, # fast\n  { note = 2, to = \"panic\" }, # no\n]",
        );
        let expected = "map = [\n  # the left hand\n  { cc = 1, to = \"tempo\" }, # fast\n  { note = 2, to = \"panic\" }, # no\n  { cc = 14, channel = 1, to = \"bass.gain\" },\n]\n# the end\n";
        assert!(several.ends_with(expected), "{several}");
        for (map, many) in [
            ("", 1),
            ("map = []", 1),
            ("map = [\n  { cc = 1, to = \"tempo\" }\n]", 2),
            ("map = [\n  { cc = 1, to = \"tempo\" } # odd\n]", 2),
        ] {
            let after = with(map);
            assert_eq!(map_of(&after).len(), many, "{after}");
            assert!(after.contains("# our band") && after.contains("# mine") && after.contains("# the end"), "{after}");
            assert_eq!(after.contains("}, # odd\n  {"), map.contains("# odd"), "{after}");
        }
    }

    #[test]
    fn what_the_knob_turned_until_now_is_replaced() {
        let after = with("map = [ { cc = 14, to = \"tempo\" }, { cc = 14, channel = 2, to = \"master\" } ]");
        assert_eq!(map_of(&after), [LINE, "{ cc = 14, channel = 2, to = \"master\" }"]);
    }

    #[test]
    fn of_several_surfaces_the_right_one_gets_it() {
        let text = format!("{BOT}[[control.midi]]\nport = \"a\"\n[[control.midi]]\nport = \"b\"\n");
        let ensemble = Ensemble::parse(&added(&text, Some(1), "b", LINE).unwrap(), "x.toml").unwrap();
        assert_eq!((ensemble.surfaces[0].map.len(), ensemble.surfaces[1].map.len()), (0, 1));
    }

    #[test]
    fn a_file_keeps_its_place_and_its_permissions() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("band.toml"), folder.path().join("link.toml"));
        fs::write(&file, BOT).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write(&link, None, "nano", LINE).unwrap();
        assert!(link.is_symlink() && fs::metadata(&file).unwrap().permissions().mode() & 0o777 == 0o640);
        assert_eq!(map_of(&fs::read_to_string(&file).unwrap()), [LINE]);
        // What would make the file unreadable is not written.
        assert!(write(&file, Some(0), "nano", "{ cc = 1, to = \"tuba.gain\" }").is_err());
        assert_eq!(map_of(&fs::read_to_string(&file).unwrap()), [LINE]);
    }
}
