//! The pictures that are read, and what is said of them.

use generative_models::Picture;
use generative_models::picture::Reading;
use std::path::Path;

/// Reads a picture; of a larger one, no more than this longer side.
pub(crate) fn read(path: &Path, longest: Option<usize>) -> anyhow::Result<Picture> {
    let Reading { picture, size, remarks } = Reading::open(path, longest)?;
    let name = path.display();
    for remark in remarks {
        crate::say(format_args!("{name}: {remark}"));
    }
    if let Some(longest) = longest
        && size.0.max(size.1) * 2 < longest
    {
        crate::say(format_args!(
            "{name}: only {} × {} pixels; a smaller --size is quicker and no less sharp",
            size.0, size.1
        ));
    }
    Ok(picture)
}
