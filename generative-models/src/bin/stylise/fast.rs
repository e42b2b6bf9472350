//! `--fast`: no optimisation, a network that learnt its styles.

use crate::options::Options;
use crate::outputs::Outputs;
use crate::weighted::Weighted;
use crate::{inputs, memory};
use anyhow::bail;
use generative_models::Picture;
use generative_models::fast_style::{FastStyle, STYLES};
use std::io::Write as _;
use std::path::Path;

/// Names the styles.
pub(crate) fn list() -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    FastStyle::names().iter().try_for_each(|name| writeln!(out, "{name}"))?;
    Ok(())
}

pub(crate) fn paint(options: &Options, content: &Path, styles: &[Weighted]) -> anyhow::Result<()> {
    let weights = weights(styles)?;
    let outputs = Outputs::new(options.out.as_deref(), None, &[content])?;
    let size = options.size.map(|size| size as usize);
    let mut content = inputs::read(content, size)?;
    if let Some(size) = size {
        content = content.with_longest(size);
    }
    let (width, height) = (content.width(), content.height());
    let longest = width.max(height);
    let side = |side: usize, size: usize| (side * size).div_ceil(longest.max(1));
    let bytes = |size: usize| FastStyle::bytes(side(width, size), side(height, size));
    memory::check(longest, options.anyway, bytes)?;
    let mut picture = Picture::new(width, height, |_, _| [0.0; 3]);
    FastStyle::shipped().paint(&content, &weights, &mut picture);
    picture.save(&outputs.out)?;
    let names: Vec<&str> = styles.iter().map(|style| style.name.as_str()).collect();
    let (out, names) = (outputs.out.display(), names.join(" + "));
    writeln!(std::io::stdout(), "{out}: {width} × {height} pixels · {names}, by the fast network")?;
    Ok(())
}

fn weights(styles: &[Weighted]) -> anyhow::Result<[f32; STYLES]> {
    let names = FastStyle::names();
    let mut weights = [0.0; STYLES];
    for style in styles {
        let Some(place) = names.iter().position(|name| name.eq_ignore_ascii_case(&style.name)) else {
            let hint = if Path::new(&style.name).exists() {
                "; the picture comes before --fast: stylise CONTENT --fast STYLE -o OUT.png"
            } else {
                ""
            };
            bail!("the fast network has no style `{}` (styles: {}){hint}", style.name, names.join(", "));
        };
        weights[place] += style.weight_or(1.0) as f32;
    }
    if weights.iter().all(|weight| *weight == 0.0) {
        bail!("all styles have weight 0; give one of them more");
    }
    Ok(weights)
}
