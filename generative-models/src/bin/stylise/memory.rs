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
    let [most, used, parts] =
        ["max", "current", "stat"].map(|name| read(&format!("/sys/fs/cgroup/memory.{name}")).unwrap_or_default());
    Some(free_in_container(&most, &used, &parts).map_or(of_machine, |bytes| bytes.min(of_machine)))
}

/// A container may have less than the machine; what it uses is counted with files that are only kept in case they are read again.
fn free_in_container(most: &str, used: &str, parts: &str) -> Option<u64> {
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let part = |name: &str| {
        let words = parts.lines().filter_map(|line| line.split_once(' '));
        words.filter(|(of, _)| *of == name).find_map(|(_, bytes)| number(bytes)).unwrap_or(0)
    };
    let kept = ["inactive_file", "active_file", "slab_reclaimable"].map(part).into_iter().fold(0, u64::saturating_add);
    Some(number(most)?.saturating_sub(number(used)?.saturating_sub(kept)))
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
    }

    #[test]
    fn files_that_a_container_keeps_in_case_count_as_free() {
        let parts = "anon 200\nfile 700\ninactive_file 300\nactive_file 200\nslab_reclaimable 50\nslab 60\n";
        assert_eq!(free_in_container("1000\n", "900\n", parts), Some(650));
        assert_eq!(free_in_container("1000\n", "900\n", ""), Some(100));
        assert_eq!(free_in_container("1000\n", "100\n", parts), Some(1000), "never more than there may be");
        assert_eq!(free_in_container("1000\n", "1200\n", ""), Some(0));
        assert_eq!(free_in_container("max\n", "900\n", parts), None, "no limit");
        assert_eq!(free_in_container("", "", ""), None);
        assert_eq!(free_in_container("1000", "900", "inactive_file many\nactive_file 99999999999999999999"), Some(100));
    }
}
