//! A picture, or a folder of them in the order of their names: one for each place in the music, then the first again.
//! The next is loaded while one is shown.

use anyhow::{Context, bail};
use generative_models::Picture;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{Receiver, TryRecvError, sync_channel},
    },
    thread,
};

/// What a picture's name may end with.
const KINDS: [&str; 4] = ["png", "jpg", "jpeg", "webp"];

/// Pictures, one of which is shown.
#[derive(Debug)]
pub(super) struct Album {
    pages: Arc<Pages>,
    /// Whether to wait for a picture rather than to show the one before a little longer.
    waits: bool,
    place: u32,
    shown: Picture,
    ahead: Option<(u32, Receiver<Option<Picture>>)>,
}

/// Where the pictures are, and how large they are wanted.
#[derive(Debug)]
struct Pages {
    paths: Vec<PathBuf>,
    size: (usize, usize),
}

impl Album {
    pub(super) fn open(path: &Path, size: (usize, usize), waits: bool) -> anyhow::Result<Self> {
        let paths = if path.is_dir() { pictures_in(path)? } else { vec![path.to_owned()] };
        let pages = Arc::new(Pages { paths, size });
        let shown = match &pages.paths[..] {
            [only] => Picture::open(only)?.covering(size.0, size.1),
            _ => pages.load(0).with_context(|| format!("none of the pictures in `{}` can be read", path.display()))?,
        };
        let mut album = Self { pages, waits, place: 0, shown, ahead: None };
        album.load(1);
        Ok(album)
    }

    pub(super) fn at(&mut self, place: u32) -> &Picture {
        if place != self.place && self.pages.paths.len() > 1 {
            // One at a time; what nobody wants any more is forgotten when it has come.
            if self.ahead.is_none() {
                self.load(place);
            }
            while let Some((loading, picture)) = &self.ahead {
                let loading = *loading;
                let come = if self.waits {
                    picture.recv().map_err(|_| TryRecvError::Disconnected)
                } else {
                    picture.try_recv()
                };
                match come {
                    Err(TryRecvError::Empty) => break,
                    Ok(Some(picture)) if loading == place => {
                        self.shown = picture;
                        self.place = place;
                        self.load(place.wrapping_add(1));
                        break;
                    }
                    // None can be read any more, or no thread could be had: the last one stays.
                    Ok(None) | Err(TryRecvError::Disconnected) if loading == place => {
                        self.ahead = None;
                        self.place = place;
                    }
                    Ok(_) | Err(TryRecvError::Disconnected) => self.load(place),
                }
            }
        }
        &self.shown
    }

    /// Lets the picture for a place be loaded, on a thread of its own.
    fn load(&mut self, place: u32) {
        self.ahead = None;
        if self.pages.paths.len() < 2 {
            return;
        }
        let (sender, picture) = sync_channel(1);
        let pages = Arc::clone(&self.pages);
        let load = move || {
            // Who wanted it may be gone.
            let _ = sender.send(pages.load(place));
        };
        if thread::Builder::new().name("pictures".into()).spawn(load).is_ok() {
            self.ahead = Some((place, picture));
        }
    }
}

impl Pages {
    /// The picture for a place, or the next that can be read; it depends on nothing but the files.
    fn load(&self, place: u32) -> Option<Picture> {
        let first = place as usize % self.paths.len();
        self.paths.iter().cycle().skip(first).take(self.paths.len()).find_map(|path| match Picture::open(path) {
            Ok(picture) => Some(picture.covering(self.size.0, self.size.1)),
            Err(e) => {
                tracing::warn!("left out: {e}");
                None
            }
        })
    }
}

/// The pictures in a folder, by name. Those that are none are left out, and said to be.
fn pictures_in(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let unreadable = || format!("failed to read the folder `{}`", folder.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).with_context(unreadable)? {
        let path = entry.with_context(unreadable)?.path();
        let kind = path.extension().and_then(|kind| kind.to_str()).unwrap_or_default().to_ascii_lowercase();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if hidden || !KINDS.contains(&&*kind) || !path.is_file() {
            continue;
        }
        // Its head tells enough, and soon.
        let head = image::ImageReader::open(&path).and_then(image::ImageReader::with_guessed_format);
        match head.map_err(image::ImageError::from).and_then(image::ImageReader::into_dimensions) {
            Ok(_) => paths.push(path),
            Err(e) => tracing::warn!("left out: failed to read the picture `{}`: {e}", path.display()),
        }
    }
    paths.sort();
    if paths.is_empty() {
        bail!("there is no picture in the folder `{}` (PNG, JPEG or WebP)", folder.display());
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Content;

    const RED: [f32; 3] = [1.0, 0.0, 0.0];
    const GREEN: [f32; 3] = [0.0, 1.0, 0.0];
    const BLUE: [f32; 3] = [0.0, 0.0, 1.0];

    fn folder(pictures: &[(&str, [f32; 3])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, colour) in pictures {
            Picture::new(12, 9, |_, _| *colour).save(&folder.path().join(name)).unwrap();
        }
        folder
    }

    fn colours(content: &mut Content, places: impl IntoIterator<Item = u32>) -> Vec<[f32; 3]> {
        places.into_iter().map(|place| content.at(place).unwrap().pixels()[0].map(f32::round)).collect()
    }

    #[test]
    fn pictures_come_in_the_order_of_their_names_and_then_again() {
        let folder = folder(&[("c.png", BLUE), ("a.png", RED), ("b.png", GREEN)]);
        let mut content = Content::open_for_render(".", folder.path(), 8, 8).unwrap();
        assert_eq!(
            colours(&mut content, [0, 0, 1, 2, 3, 4, 4, 7, 2]),
            [RED, RED, GREEN, BLUE, RED, GREEN, GREEN, GREEN, BLUE]
        );
        let picture = content.at(2).unwrap();
        assert_eq!((picture.width(), picture.height()), (8, 8));
    }

    #[test]
    fn one_picture_is_there_at_every_place() {
        let folder = folder(&[("a.png", RED)]);
        let mut content = Content::open("a.png", folder.path(), 8, 8).unwrap();
        assert_eq!(colours(&mut content, 0..3), [RED; 3]);
    }

    #[test]
    fn live_a_picture_that_is_still_loading_leaves_the_one_before() {
        let folder = folder(&[("a.png", RED), ("b.png", GREEN)]);
        let mut content = Content::open("", folder.path(), 8, 8).unwrap();
        assert!(content.at(0).is_none(), "nothing is wanted");
        content = Content::open(".", folder.path(), 8, 8).unwrap();
        assert_eq!(colours(&mut content, [0]), [RED]);
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while colours(&mut content, [1]) == [RED] {
            assert!(std::time::Instant::now() < deadline, "it has never come");
            thread::yield_now();
        }
        assert_eq!(colours(&mut content, [1]), [GREEN]);
    }

    #[test]
    fn what_is_no_picture_is_left_out() {
        let folder = folder(&[("b.png", GREEN), ("d.png", BLUE)]);
        fs::write(folder.path().join("a.png"), "not a picture").unwrap();
        fs::write(folder.path().join("notes.txt"), "no picture at all").unwrap();
        fs::write(folder.path().join(".hidden.png"), "").unwrap();
        // Its head is one of a picture, the rest is missing.
        let mut cut = fs::read(folder.path().join("b.png")).unwrap();
        cut.truncate(45);
        fs::write(folder.path().join("c.png"), cut).unwrap();
        let mut content = Content::open_for_render(".", folder.path(), 8, 8).unwrap();
        assert_eq!(colours(&mut content, 0..4), [GREEN, BLUE, BLUE, GREEN]);
    }

    #[test]
    fn what_cannot_be_opened_says_what_there_could_be() {
        let empty = folder(&[]);
        fs::write(empty.path().join("a.png"), "not a picture").unwrap();
        for (wanted, why) in [("nowhere", "nowhere"), (".", "no picture in the folder"), ("a.png", "a.png")] {
            let error = format!("{:#}", Content::open(wanted, empty.path(), 8, 8).unwrap_err());
            assert!(error.contains(why) && error.contains("camera[:DEVICE]"), "{error}");
        }
    }

    #[test]
    fn pictures_that_vanish_leave_the_last_one() {
        let folder = folder(&[("a.png", RED), ("b.png", GREEN)]);
        let mut content = Content::open_for_render(".", folder.path(), 8, 8).unwrap();
        assert_eq!(colours(&mut content, [0, 1]), [RED, GREEN]);
        folder.close().unwrap();
        // The next was loaded, or not, before the folder went.
        let last = colours(&mut content, 2..6);
        assert!(last.iter().all(|colour| [RED, GREEN].contains(colour)), "{last:?}");
    }
}
