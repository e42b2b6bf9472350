//! The pictures of a render: what a bot has painted, numbered from `00000.png` on, [`A_SECOND`] for each second from
//! tick 0 (X12). They are painted beside the stems and brought out to a folder of their own.

use super::ArtefactError;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Pictures a second.
pub const A_SECOND: u32 = 25;

/// Takes away the pictures of an earlier render. What else lies in the folder stays, and so does the folder then.
///
/// # Errors
/// When one of them cannot be removed.
pub fn remove(folder: &Path) -> Result<(), ArtefactError> {
    for picture in numbered(folder)? {
        fs::remove_file(&picture).map_err(|error| ArtefactError::write(&picture, error))?;
    }
    let _ = fs::remove_dir(folder);
    Ok(())
}

/// Moves the pictures from one folder to another; how many there are, up to the first that is missing.
///
/// # Errors
/// When they cannot be moved.
pub fn bring_out(from: &Path, to: &Path) -> Result<u32, ArtefactError> {
    let pictures = numbered(from)?;
    if pictures.is_empty() {
        return Ok(0);
    }
    fs::create_dir_all(to).map_err(|error| ArtefactError::write(to, error))?;
    for picture in pictures {
        let place = to.join(picture.file_name().unwrap_or_default());
        fs::rename(&picture, &place).map_err(|error| ArtefactError::write(&place, error))?;
    }
    let _ = fs::remove_dir(from);
    Ok((0..).take_while(|n| to.join(file_name(*n)).is_file()).count() as u32)
}

/// What a picture is called.
fn file_name(number: u32) -> String {
    format!("{number:05}.png")
}

/// The files of a folder that are called so; none where there is no folder.
fn numbered(folder: &Path) -> Result<Vec<PathBuf>, ArtefactError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(ArtefactError::read(folder, error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| ArtefactError::read(folder, error))?.path();
        let number = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".png")?.parse().ok());
        if number.is_some_and(|number| path.ends_with(file_name(number))) {
            found.push(path);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn pictures_are_brought_out_and_counted_to_the_first_that_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("stems/eye.frames"), folder.path().join("eye.frames"));
        fs::create_dir_all(&from).unwrap();
        for name in ["00000.png", "00001.png", "00002.png", "00004.png"] {
            fs::write(from.join(name), name).unwrap();
        }
        assert_eq!(bring_out(&from, &to).unwrap(), 3);
        assert_eq!(names(&to), ["00000.png", "00001.png", "00002.png", "00004.png"]);
        assert!(!from.exists());
        assert_eq!(bring_out(&from, &to).unwrap(), 0, "who has painted nothing");
    }

    #[test]
    fn nothing_of_an_earlier_render_stays_but_what_somebody_put_there() {
        let folder = tempfile::tempdir().unwrap();
        let frames = folder.path().join("eye.frames");
        remove(&frames).unwrap();
        fs::create_dir(&frames).unwrap();
        let own = ["1.png", "00001.jpg", "0000a.png", "000001.png", "notes.txt", "+0001.png"];
        for name in own.iter().chain(&["00000.png", "99999.png", "100000.png"]) {
            fs::write(frames.join(name), name).unwrap();
        }
        remove(&frames).unwrap();
        let mut expected = own;
        expected.sort_unstable();
        assert_eq!(names(&frames), expected);
        own.iter().for_each(|name| fs::remove_file(frames.join(name)).unwrap());
        fs::write(frames.join("00000.png"), "").unwrap();
        remove(&frames).unwrap();
        assert!(!frames.exists());
    }
}
