//! Two that are measured by turns, so that whatever else the machine does disturbs both alike.

use crate::torch::Torch;
use std::error::Error;
use std::time::{Duration, Instant};

const ROUNDS: u32 = 4;

/// Seconds of the fastest of ours and of theirs, which PyTorch knows as `what`.
pub(crate) fn take_turns(
    ours: &mut dyn FnMut(),
    mut torch: Option<&mut Torch>,
    what: &str,
) -> Result<(f64, Option<f64>), Box<dyn Error>> {
    let seconds = std::env::var("SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(2.0);
    let round = Duration::from_secs_f64(seconds / f64::from(ROUNDS));
    let (mut best, mut theirs) = (f64::INFINITY, None::<f64>);
    ours();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        while begun.elapsed() < round {
            let one = Instant::now();
            ours();
            best = best.min(one.elapsed().as_secs_f64());
        }
        if let Some(torch) = torch.as_mut() {
            let time = torch.measure(&format!("{what} {}", round.as_secs_f64()))?;
            theirs = Some(theirs.map_or(time, |t| t.min(time)));
        }
    }
    Ok((best, theirs))
}
