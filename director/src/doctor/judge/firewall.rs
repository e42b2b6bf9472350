//! Whether other machines get in, and how to let them.

use super::listed;
use crate::doctor::{
    findings::{Firewall, FirewallKind, FirewallState},
    line::Line,
};

/// A line about each firewall that is there; one that says so if there is none.
pub(super) fn judge(found: &[Firewall], port: u16) -> Vec<Line> {
    if found.is_empty() {
        return vec![Line::ok("no firewall of this machine is to be seen")];
    }
    let open: Vec<String> = found.iter().filter(|f| f.state == FirewallState::Open).map(|f| name(&f.kind)).collect();
    let mut lines: Vec<Line> =
        found.iter().filter(|f| f.state != FirewallState::Open).map(|firewall| judged(firewall, port)).collect();
    if !open.is_empty() {
        lines.insert(0, Line::ok(format!("{} lets port {port} in", listed(&open))));
    }
    lines
}

fn judged(firewall: &Firewall, port: u16) -> Line {
    let name = name(&firewall.kind);
    if firewall.state == FirewallState::Untold && !matches!(firewall.kind, FirewallKind::Ufw | FirewallKind::Firewalld)
    {
        return untold(&firewall.kind, &name, port);
    }
    let line = match firewall.state {
        FirewallState::Untold => {
            Line::note(format!("{name} is on, and does not tell us whether it lets port {port} in"))
        }
        _ => Line::warning(format!("{name} keeps other machines out: with `--open` nobody gets in on port {port}")),
    };
    opened(line, "if others are to join you", firewall, port)
}

/// Only root may look.
fn untold(kind: &FirewallKind, name: &str, port: u16) -> Line {
    let list = match kind {
        FirewallKind::Iptables => "sudo iptables -S INPUT",
        _ => "sudo nft list ruleset",
    };
    Line::note(format!("{name} may have rules: only root may look"))
        .run(format!("if others cannot join you, look for what drops port {port}"), list)
}

/// What lets the port in, both for the link (TCP) and for the pings (UDP).
fn opened(line: Line, when: &str, firewall: &Firewall, port: u16) -> Line {
    match &firewall.kind {
        FirewallKind::Ufw => line.run(when, format!("sudo ufw allow {port}")),
        FirewallKind::Firewalld => {
            line.run(when, format!("sudo firewall-cmd --add-port={port}/tcp --add-port={port}/udp"))
        }
        FirewallKind::Nftables(chain) => {
            let chain = chain.as_deref().unwrap_or("inet filter input");
            line.run(when, format!("sudo nft insert rule {chain} meta l4proto '{{ tcp, udp }}' th dport {port} accept"))
        }
        FirewallKind::Iptables => line
            .run(when, format!("sudo iptables -I INPUT -p tcp --dport {port} -j ACCEPT"))
            .run("and for the pings", format!("sudo iptables -I INPUT -p udp --dport {port} -j ACCEPT")),
        FirewallKind::Application => line.advise(format!(
            "{when}: System Settings, Network, Firewall, Options…: let `director` receive incoming connections"
        )),
    }
}

fn name(kind: &FirewallKind) -> String {
    match kind {
        FirewallKind::Ufw => "the firewall (ufw)".to_owned(),
        FirewallKind::Firewalld => "the firewall (firewalld)".to_owned(),
        FirewallKind::Nftables(Some(chain)) => format!("the firewall (nftables, chain `{chain}`)"),
        FirewallKind::Nftables(None) => "the firewall (nftables)".to_owned(),
        FirewallKind::Iptables => "the firewall (iptables)".to_owned(),
        FirewallKind::Application => "the firewall of macOS".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::line::Mark;

    fn lines(kind: FirewallKind, state: FirewallState) -> Vec<Line> {
        judge(&[Firewall { kind, state }], 4750)
    }

    #[test]
    fn a_firewall_that_keeps_others_out_says_the_command_that_opens_it() {
        for (kind, command) in [
            (FirewallKind::Ufw, "sudo ufw allow 4750"),
            (FirewallKind::Firewalld, "sudo firewall-cmd --add-port=4750/tcp --add-port=4750/udp"),
            (
                FirewallKind::Nftables(Some("inet mine in".into())),
                "sudo nft insert rule inet mine in meta l4proto '{ tcp, udp }' th dport 4750 accept",
            ),
            (FirewallKind::Iptables, "sudo iptables -I INPUT -p tcp --dport 4750 -j ACCEPT"),
        ] {
            let lines = lines(kind, FirewallState::Closed);
            assert_eq!(lines[0].mark, Mark::Warning);
            assert_eq!(lines[0].todo[0].command.as_deref(), Some(command));
        }
        let mac = lines(FirewallKind::Application, FirewallState::Closed);
        assert!(mac[0].todo[0].advice.contains("System Settings"), "{mac:?}");
    }

    #[test]
    fn a_firewall_that_lets_us_in_is_good_and_so_is_none() {
        assert_eq!(lines(FirewallKind::Ufw, FirewallState::Open)[0].mark, Mark::Ok);
        assert_eq!(judge(&[], 4750)[0].mark, Mark::Ok);
    }

    #[test]
    fn a_firewall_that_only_root_may_look_into_is_noted_with_the_command_that_looks() {
        let lines = lines(FirewallKind::Nftables(None), FirewallState::Untold);
        assert_eq!(lines[0].mark, Mark::Note);
        assert_eq!(lines[0].todo[0].command.as_deref(), Some("sudo nft list ruleset"));
    }
}
