//! Who looks at the pictures: `--features`.

use anyhow::bail;
use generative_models::vgg::{Depth, Layer, Vgg};
use std::path::Path;

/// The file that features are read from, if they name one.
pub(crate) fn file(features: &str) -> Option<&Path> {
    features.split_once('=').map(|(_, path)| Path::new(path))
}

/// `random`, `vgg16`, `vgg16=PATH` or `vgg19=PATH`.
pub(crate) fn open(features: &str, seed: u64) -> anyhow::Result<Vgg> {
    let (name, path) = features.split_once('=').map_or((features, None), |(name, path)| (name, Some(Path::new(path))));
    let depth = match (name, path) {
        ("random", None) => return Ok(Vgg::random(Depth::Sixteen, seed)),
        ("vgg16", None) => return Ok(Vgg::shipped()?),
        ("vgg19", None) => bail!("VGG19 does not come with the project; name its weights: --features vgg19=PATH"),
        ("vgg16", Some(_)) => Depth::Sixteen,
        ("vgg19", Some(_)) => Depth::Nineteen,
        _ => bail!("--features knows random, vgg16, vgg16=PATH and vgg19=PATH, not `{features}`"),
    };
    let path = path.unwrap_or(Path::new(""));
    let vgg = Vgg::open(path)?;
    if vgg.depth() != depth {
        bail!("`{}` is another network than --features says: {}", path.display(), vgg.describe());
    }
    Ok(vgg)
}

/// A layer by its name.
pub(crate) fn layer(vgg: &Vgg, name: &str) -> anyhow::Result<Layer> {
    match vgg.layer(name) {
        Some(layer) => Ok(layer),
        None => {
            let known: Vec<String> = vgg.layers().into_iter().map(name_of).collect();
            bail!("there is no layer `{name}` (layers: {})", known.join(", "))
        }
    }
}

/// The name of a layer.
pub(crate) fn name_of(layer: Layer) -> String {
    format!("relu{}_{}", layer.block, layer.number)
}

/// The first layers of the blocks up to that of a layer, and the layer: what the paper makes styles from.
pub(crate) fn up_to(layer: Layer) -> Vec<Layer> {
    (1..layer.block).map(|block| Layer { block, number: 1 }).chain([layer]).collect()
}
