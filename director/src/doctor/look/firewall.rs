//! Which firewall there is, and whether it lets a port in. Only those who may look see rules.

use super::{
    asking::{printed, program},
    netfilter::{self, LetsIn},
    root::Root,
};
use crate::doctor::findings::{Firewall, FirewallKind, FirewallState};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(1);

/// What is in the way. A firewall with a program of its own is asked first: the kernel's rules are what it wrote.
pub(super) fn look(root: &Root, port: u16) -> Vec<Firewall> {
    if cfg!(target_os = "macos") {
        return application().into_iter().collect();
    }
    if let Some(known) = managed(root, port) {
        return vec![known];
    }
    if program("nft").is_none() {
        return iptables(port).into_iter().collect();
    }
    match printed("nft", &["list", "ruleset"], PATIENCE) {
        Some(rules) => {
            let found = netfilter::nftables(&rules, port).into_iter();
            found.map(|(kind, state)| Firewall { kind, state }).collect()
        }
        None => vec![Firewall { kind: FirewallKind::Nftables(None), state: FirewallState::Untold }],
    }
}

/// A firewall that is switched on by a program of its own, which also opens it.
fn managed(root: &Root, port: u16) -> Option<Firewall> {
    let ufw = root.read("etc/ufw/ufw.conf").unwrap_or_default();
    if ufw.lines().any(|line| line.trim().eq_ignore_ascii_case("ENABLED=yes")) {
        let state = match root.read("etc/ufw/user.rules") {
            Some(rules) => netfilter::accepting(&rules, port).state(),
            None => FirewallState::Untold,
        };
        return Some(Firewall { kind: FirewallKind::Ufw, state });
    }
    let runs = ["run/firewalld", "sys/fs/cgroup/system.slice/firewalld.service"].iter().any(|path| root.has(path));
    runs.then(|| {
        let zones = root.names("etc/firewalld/zones");
        let zones = zones.iter().filter_map(|zone| root.read(format!("etc/firewalld/zones/{zone}")));
        // What was opened only until the next start, it keeps to itself.
        let state = match zone_lets_in(&zones.collect::<String>(), port).state() {
            FirewallState::Open => FirewallState::Open,
            _ => FirewallState::Untold,
        };
        Firewall { kind: FirewallKind::Firewalld, state }
    })
}

/// What `<port port="4750" protocol="tcp"/>` lets in.
fn zone_lets_in(zones: &str, port: u16) -> LetsIn {
    let mut lets_in = LetsIn::default();
    let wanted = format!("port=\"{port}\"");
    zones.split('<').filter(|tag| tag.contains(&wanted)).for_each(|tag| lets_in.add(tag));
    lets_in
}

fn iptables(port: u16) -> Option<Firewall> {
    program("iptables")?;
    let state = match printed("iptables", &["-S", "INPUT"], PATIENCE) {
        Some(rules) => netfilter::iptables(&rules, port)?,
        None => FirewallState::Untold,
    };
    Some(Firewall { kind: FirewallKind::Iptables, state })
}

/// macOS' own, which goes by programs and not by ports.
fn application() -> Option<Firewall> {
    let told = printed("socketfilterfw", &["--getglobalstate"], PATIENCE)?;
    told.contains("enabled").then_some(Firewall { kind: FirewallKind::Application, state: FirewallState::Closed })
}

#[cfg(test)]
mod tests {
    use super::super::root::with_files;
    use super::*;

    fn state(files: &[(&str, &str)]) -> Option<(FirewallKind, FirewallState)> {
        let (_folder, root) = with_files(files);
        managed(&root, 4750).map(|found| (found.kind, found.state))
    }

    #[test]
    fn ufw_is_closed_until_a_rule_of_its_opens_the_port() {
        const ON: (&str, &str) = ("etc/ufw/ufw.conf", "# comment\nENABLED=yes\nLOGLEVEL=low\n");
        assert_eq!(state(&[("etc/ufw/ufw.conf", "ENABLED=no\n")]), None);
        assert_eq!(state(&[ON]), Some((FirewallKind::Ufw, FirewallState::Untold)));
        assert_eq!(state(&[ON, ("etc/ufw/user.rules", "*filter\n")]), Some((FirewallKind::Ufw, FirewallState::Closed)));
        let rules =
            "-A ufw-user-input -p tcp --dport 4750 -j ACCEPT\n-A ufw-user-input -p udp --dport 4750 -j ACCEPT\n";
        assert_eq!(state(&[ON, ("etc/ufw/user.rules", rules)]), Some((FirewallKind::Ufw, FirewallState::Open)));
        let others = rules.replace("4750", "47500");
        assert_eq!(state(&[ON, ("etc/ufw/user.rules", &others)]), Some((FirewallKind::Ufw, FirewallState::Closed)));
    }

    #[test]
    fn firewalld_is_on_when_it_runs() {
        let on = ("run/firewalld/pid", "");
        assert_eq!(state(&[on]), Some((FirewallKind::Firewalld, FirewallState::Untold)));
        let ports = "<zone><port protocol=\"tcp\" port=\"4750\"/><port port=\"4750\" protocol=\"udp\"/></zone>";
        let zone = ("etc/firewalld/zones/public.xml", ports);
        assert_eq!(state(&[on, zone]), Some((FirewallKind::Firewalld, FirewallState::Open)));
        assert_eq!(state(&[zone]), None);
    }

    #[test]
    fn looking_at_this_machine_ends() {
        let _ = look(&Root::of_the_system(), 4750);
    }
}
