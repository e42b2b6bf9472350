//! How much memory a task takes at most: in a process of its own, as the kernel counts it.

use crate::{torch::Torch, vgg};
use std::error::Error;
use std::process::Command;

/// What such a process is told first.
pub(crate) const WORD: &str = "memory";

/// Megabytes of ours, where the system tells, and of PyTorch's, for `DEPTH SIZE forward|gradient`.
pub(crate) fn measure(script: &str, task: &str) -> Result<(Option<f64>, Option<f64>), Box<dyn Error>> {
    let ours = Command::new(std::env::current_exe()?).arg(WORD).args(task.split(' ')).output()?;
    let text = String::from_utf8(ours.stdout)?;
    let ours = match text.trim() {
        "-" => None,
        number => Some(number.parse::<f64>().map_err(|_| format!("a child answered `{text}` to `{task}`"))?),
    };
    let mut torch = Torch::start(script, crate::THREADS);
    let theirs = torch.as_mut().map(|torch| torch.measure(&format!("memory {task}"))).transpose()?;
    Ok((ours.map(|ours| ours / 1024.0), theirs.map(|theirs| theirs / 1024.0)))
}

/// Such a process: does the task twice and says its peak in kilobytes, or `-` where the system does not tell.
pub(crate) fn child(words: &[String]) -> Result<(), Box<dyn Error>> {
    let [depth, size, way] = words else { return Err("expected DEPTH SIZE forward|gradient".into()) };
    let mut task = vgg::Task::new(depth, size.parse()?, way);
    task.run();
    task.run();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    println!("{}", peak.map_or("-", |peak| peak.trim().trim_end_matches("kB").trim()));
    Ok(())
}
