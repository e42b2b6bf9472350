//! Who has a port, by the kernel's tables (Linux). Where they tell nothing, the port's owner has no name.

use super::root::Root;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A socket that listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Listening {
    pub(super) ip: IpAddr,
    pub(super) port: u16,
    inode: u64,
}

/// Who listens at a port; `protocol` is `udp` or `tcp`.
pub(super) fn at(root: &Root, protocol: &str, port: u16) -> Vec<Listening> {
    [protocol.to_owned(), format!("{protocol}6")]
        .iter()
        .flat_map(|table| {
            let text = root.read(format!("proc/net/{table}")).unwrap_or_default();
            text.lines().filter_map(|line| listening(line, protocol)).collect::<Vec<_>>()
        })
        .filter(|socket| socket.port == port)
        .collect()
}

/// One line of the table.
fn listening(line: &str, protocol: &str) -> Option<Listening> {
    /// A TCP socket that waits for connections.
    const LISTEN: &str = "0A";
    let fields: Vec<&str> = line.split_whitespace().collect();
    let [_, local, _, state, _, _, _, _, _, inode, ..] = fields[..] else { return None };
    if protocol == "tcp" && state != LISTEN {
        return None;
    }
    let (ip, port) = local.rsplit_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    Some(Listening { ip: address(ip)?, port, inode: inode.parse().ok()? })
}

/// In words of four bytes, each in the machine's own order.
fn address(hex: &str) -> Option<IpAddr> {
    let word = |at: usize| Some(u32::from_str_radix(hex.get(at..at + 8)?, 16).ok()?.to_ne_bytes());
    match hex.len() {
        8 => Some(Ipv4Addr::from(word(0)?).into()),
        32 => {
            let mut bytes = [0; 16];
            for n in 0..4 {
                bytes[n * 4..][..4].copy_from_slice(&word(n * 8)?);
            }
            Some(Ipv6Addr::from(bytes).into())
        }
        _ => None,
    }
}

/// The program that holds one of these sockets, and its process number. Others' processes tell nothing.
pub(super) fn owner(root: &Root, sockets: &[Listening]) -> Option<(String, u32)> {
    if sockets.is_empty() {
        return None;
    }
    let links: Vec<String> = sockets.iter().map(|socket| format!("socket:[{}]", socket.inode)).collect();
    root.names("proc").iter().filter_map(|name| name.parse::<u32>().ok()).find_map(|process| {
        let folder = root.path(format!("proc/{process}/fd"));
        let files = std::fs::read_dir(folder).ok()?.flatten();
        let mut targets = files.filter_map(|file| std::fs::read_link(file.path()).ok());
        let has = targets.any(|target| links.iter().any(|link| target.as_os_str() == link.as_str()));
        has.then(|| (root.read(format!("proc/{process}/comm")).unwrap_or_default(), process))
    })
}

#[cfg(test)]
mod tests {
    use super::super::root::with_files;
    use super::*;
    use proptest::prelude::*;

    const HEAD: &str =
        "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

    fn line(ip: [u8; 4], port: u16, state: &str, inode: u32) -> String {
        let ip = u32::from_ne_bytes(ip);
        format!(
            " 2615: {ip:08X}:{port:04X} 00000000:0000 {state} 00000000:00000000 00:00000000 00000000     0        0 {inode} 2 0\n"
        )
    }

    #[test]
    fn who_listens_is_found_with_the_program_that_does() {
        let udp = HEAD.to_owned() + &line([127, 0, 0, 1], 4747, "07", 99) + &line([0, 0, 0, 0], 4748, "07", 100);
        let (folder, root) =
            with_files(&[("proc/net/udp", &udp), ("proc/77/comm", "sclang\n"), ("proc/77/fd/.keep", "")]);
        std::os::unix::fs::symlink("socket:[99]", folder.path().join("proc/77/fd/3")).unwrap();
        let found = at(&root, "udp", 4747);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].ip.to_string(), "127.0.0.1");
        assert_eq!(owner(&root, &found), Some(("sclang".to_owned(), 77)));
        let public = at(&root, "udp", 4748);
        assert!(public[0].ip.is_unspecified());
        assert_eq!(owner(&root, &public), None, "somebody else's process tells nothing");
    }

    #[test]
    fn of_tcp_only_who_waits_for_connections_has_the_port() {
        let tcp = HEAD.to_owned() + &line([127, 0, 0, 1], 4750, "01", 7);
        let (_folder, root) = with_files(&[("proc/net/tcp", &tcp)]);
        assert!(at(&root, "tcp", 4750).is_empty());
        let tcp = tcp + &line([0, 0, 0, 0], 4750, "0A", 8);
        let (_folder, root) = with_files(&[("proc/net/tcp", &tcp)]);
        assert_eq!(at(&root, "tcp", 4750).len(), 1);
    }

    #[test]
    fn addresses_of_both_kinds_are_read() {
        let hex: String = Ipv6Addr::LOCALHOST
            .octets()
            .chunks(4)
            .map(|four| format!("{:08X}", u32::from_ne_bytes(four.try_into().unwrap())))
            .collect();
        assert_eq!(address(&hex), Some(Ipv6Addr::LOCALHOST.into()));
        assert_eq!(address("0"), None);
    }

    proptest! {
        #[test]
        fn nothing_that_is_read_panics(text in "(?s)([ \t\n:0-9A-F]|.){0,300}", hex in "(?s).{0,40}") {
            let found: Vec<_> = text.lines().filter_map(|line| listening(line, "tcp")).collect();
            prop_assert!(found.len() <= text.lines().count());
            let _ = address(&hex);
        }
    }
}
