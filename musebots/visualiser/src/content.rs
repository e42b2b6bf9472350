//! What lies behind the drawing: a picture, a folder of pictures, a camera, or nothing.

mod album;
mod feed;
mod input;

use album::Album;
use anyhow::{Context, bail, ensure};
use feed::Feed;
use generative_models::Picture;
use input::Input;
use std::path::Path;

/// What lies behind the drawing.
#[derive(Debug)]
pub struct Content(Source);

#[derive(Debug)]
enum Source {
    Drawing,
    Album(Album),
    Feed(Feed),
}

impl Content {
    /// What is `wanted`, as large as the canvas: `drawing` for nothing; a picture or a folder of pictures, by its path
    /// from `home`; `camera` or `camera:DEVICE`; or `ffmpeg:ARGUMENTS` for anything that ffmpeg can read.
    ///
    /// # Errors
    /// When there is no such picture, or none in the folder can be read; when the camera's program cannot be started.
    pub fn open(wanted: &str, home: &Path, width: usize, height: usize) -> anyhow::Result<Self> {
        Self::opened(wanted, home, (width, height), false)
    }

    /// The same for a render, where each moment has its picture, however long that takes to load.
    ///
    /// # Errors
    /// As [`Self::open`]; and for cameras, whose pictures are never twice the same.
    pub fn open_for_render(wanted: &str, home: &Path, width: usize, height: usize) -> anyhow::Result<Self> {
        Self::opened(wanted, home, (width, height), true)
    }

    fn opened(wanted: &str, home: &Path, size: (usize, usize), render: bool) -> anyhow::Result<Self> {
        let wanted = wanted.trim();
        if wanted.is_empty() || wanted == "drawing" {
            return Ok(Self(Source::Drawing));
        }
        ensure!(size.0 > 0 && size.1 > 0, "a canvas without pixels shows no `{wanted}`");
        if let Some(input) = Input::read(wanted)? {
            if render {
                bail!(
                    "the content `{wanted}` is live, and a render is to be the same each time: \
                     take a picture, a folder of pictures, or `drawing`"
                );
            }
            return Ok(Self(Source::Feed(Feed::start(input, size)?)));
        }
        let album = Album::open(&home.join(wanted), size, render).with_context(|| {
            format!("failed to open the content `{wanted}` (drawing, a picture, a folder, camera[:DEVICE], ffmpeg:ARGUMENTS)")
        })?;
        Ok(Self(Source::Album(album)))
    }

    /// The picture for the place that the music has come to (which counts phrases, or sections). What has not come in
    /// yet leaves the one before, or none.
    pub fn at(&mut self, place: u32) -> Option<&Picture> {
        match &mut self.0 {
            Source::Drawing => None,
            Source::Album(album) => Some(album.at(place)),
            Source::Feed(feed) => feed.newest(),
        }
    }
}
