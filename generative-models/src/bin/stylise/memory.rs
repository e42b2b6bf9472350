//! Whether a painting fits into the memory there is, asked before it is begun.

use anyhow::bail;
use std::path::Path;

/// Says how much it takes; refuses when that is more than there is, and says what would fit.
///
/// `bytes` tells what a longer side takes.
pub(crate) fn check(size: usize, anyway: bool, bytes: impl Fn(usize) -> u64) -> anyhow::Result<u64> {
    match available() {
        Some(there) if !anyway => judge(size, there, bytes),
        _ => Ok(bytes(size)),
    }
}

fn judge(size: usize, there: u64, bytes: impl Fn(usize) -> u64) -> anyhow::Result<u64> {
    let wanted = bytes(size);
    if wanted <= there {
        return Ok(wanted);
    }
    let lack = format!("--size {size} would take {}, and {} are free", spoken(wanted), spoken(there));
    let fits = (2..size / 32).rev().map(|n| 32 * n).find(|smaller| bytes(*smaller) <= there);
    match fits {
        Some(fits) => bail!("{lack}; --size {fits} would take {} (--anyway begins all the same)", spoken(bytes(fits))),
        None => bail!("{lack}; end other programs first (--anyway begins all the same)"),
    }
}

/// `1.2 GB`.
pub(crate) fn spoken(bytes: u64) -> String {
    match bytes as f64 {
        b if b < 9.95e8 => format!("{:.0} MB", b / 1e6),
        b => format!("{:.1} GB", b / 1e9),
    }
}

/// Bytes that programs can still have, where the system tells.
fn available() -> Option<u64> {
    let read = |path: &str| std::fs::read_to_string(Path::new(path)).ok();
    let of_machine = free_in(&read("/proc/meminfo")?)?;
    // A container may have less.
    let most = read("/sys/fs/cgroup/memory.max").and_then(|text| text.trim().parse::<u64>().ok());
    let used = read("/sys/fs/cgroup/memory.current").and_then(|text| text.trim().parse::<u64>().ok());
    let of_container = most.zip(used).map(|(most, used)| most.saturating_sub(used));
    Some(of_container.map_or(of_machine, |bytes| bytes.min(of_machine)))
}

fn free_in(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_says_what_would() {
        let bytes = |size: usize| (size * size * 8000) as u64;
        assert_eq!(judge(512, 3_000_000_000, bytes).unwrap(), 2_097_152_000);
        let said = judge(512, 1_300_000_000, bytes).unwrap_err().to_string();
        assert!(
            said.contains("--size 512 would take 2.1 GB, and 1.3 GB are free; --size 384 would take 1.2 GB"),
            "{said}"
        );
        let said = judge(512, 1000, bytes).unwrap_err().to_string();
        assert!(said.contains("end other programs"), "{said}");
    }

    #[test]
    fn the_system_is_understood() {
        let text = "MemTotal:       24576 kB\nMemFree:  1 kB\nMemAvailable:     20000 kB\n";
        assert_eq!(free_in(text), Some(20_480_000));
        assert_eq!(free_in("MemAvailable: many kB"), None);
        assert_eq!(free_in("MemAvailable: 99999999999999999999 kB"), None);
        if cfg!(target_os = "linux") {
            assert!(available() > Some(1 << 20));
        }
    }
}
