//! Reads what `nft list ruleset` and `iptables -S INPUT` print. Pure.

use crate::doctor::findings::{FirewallKind, FirewallState};

/// The chains that packets to this machine pass through, and whether each lets a port in.
pub(super) fn nftables(text: &str, port: u16) -> Vec<(FirewallKind, FirewallState)> {
    let mut found = Vec::new();
    let (mut table, mut chain) = (String::new(), None::<Chain>);
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("table ").and_then(|line| line.strip_suffix(" {")) {
            name.clone_into(&mut table);
        } else if let Some(name) = line.strip_prefix("chain ").and_then(|line| line.strip_suffix(" {")) {
            chain = Some(Chain { name: format!("{table} {name}"), ..Chain::default() });
        } else if line == "}" {
            found.extend(chain.take().filter(|chain| chain.is_input).and_then(Chain::judged));
        } else if let Some(chain) = &mut chain {
            chain.read(line, port);
        }
    }
    found
}

/// A chain while it is read.
#[derive(Default)]
struct Chain {
    name: String,
    is_input: bool,
    drops: bool,
    lets_in: LetsIn,
}

/// Which of the two protocols a port is open for: the link needs the one, the pings the other.
#[derive(Default, Clone, Copy)]
pub(super) struct LetsIn {
    tcp: bool,
    udp: bool,
}

impl LetsIn {
    /// A rule that lets the port in: of one protocol if it names only that, else of both.
    pub(super) fn add(&mut self, rule: &str) {
        let names = |protocol: &str| rule.split(|c: char| !c.is_alphanumeric()).any(|word| word == protocol);
        let (tcp, udp) = (names("tcp"), names("udp"));
        self.tcp |= tcp || !udp;
        self.udp |= udp || !tcp;
    }

    pub(super) fn state(self) -> FirewallState {
        if self.tcp && self.udp { FirewallState::Open } else { FirewallState::Closed }
    }
}

impl Chain {
    fn read(&mut self, line: &str, port: u16) {
        if line.starts_with("type filter hook ") {
            self.is_input = line.contains(" hook input ");
            self.drops |= line.contains("policy drop");
        } else if line.starts_with("drop") || line.starts_with("reject") || line.starts_with("counter") && refuses(line)
        {
            // A rule without a condition.
            self.drops = true;
        } else if line.contains("dport") && line.contains("accept") && names_port(line, port) {
            self.lets_in.add(line);
        }
    }

    /// A chain that drops nothing is no firewall.
    fn judged(self) -> Option<(FirewallKind, FirewallState)> {
        self.drops.then_some((FirewallKind::Nftables(Some(self.name)), self.lets_in.state()))
    }
}

fn refuses(line: &str) -> bool {
    line.split_whitespace().any(|word| word == "drop" || word == "reject")
}

/// Whether a rule names a port, alone or in a range.
fn names_port(rule: &str, port: u16) -> bool {
    let words = rule.split(|c: char| c.is_whitespace() || ",{}".contains(c));
    let mut ranges = words.filter_map(|word| {
        let (first, last) = word.split_once(['-', ':']).unwrap_or((word, word));
        Some(first.parse::<u16>().ok()?..=last.parse::<u16>().ok()?)
    });
    ranges.any(|range| range.contains(&port))
}

/// Whether iptables' own chain lets a port in; nothing if it drops nothing.
pub(super) fn iptables(text: &str, port: u16) -> Option<FirewallState> {
    let drops =
        |line: &str| matches!(line, "-P INPUT DROP" | "-A INPUT -j DROP") || line.starts_with("-A INPUT -j REJECT");
    text.lines().any(|line| drops(line.trim())).then(|| accepting(text, port).state())
}

/// What rules in iptables' language let in.
pub(super) fn accepting(text: &str, port: u16) -> LetsIn {
    let mut lets_in = LetsIn::default();
    let rules = text.lines().map(str::trim).filter(|rule| rule.contains("--dport") && rule.ends_with("-j ACCEPT"));
    rules.filter(|rule| names_port(rule, port)).for_each(|rule| lets_in.add(rule));
    lets_in
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CLOSED: &str = "\
table inet filter {
\tchain input {
\t\ttype filter hook input priority filter; policy drop;
\t\tct state established,related accept
\t\tiif \"lo\" accept
\t\ttcp dport { 22, 4000-4010 } accept
\t}

\tchain forward {
\t\ttype filter hook forward priority filter; policy drop;
\t}

\tchain output {
\t\ttype filter hook output priority filter; policy accept;
\t}
}
";

    fn closed(chain: &str) -> (FirewallKind, FirewallState) {
        (FirewallKind::Nftables(Some(chain.to_owned())), FirewallState::Closed)
    }

    #[test]
    fn a_chain_that_drops_what_comes_in_is_closed_and_named_as_a_rule_needs_it() {
        assert_eq!(nftables(CLOSED, 4750), [closed("inet filter input")]);
    }

    #[test]
    fn a_rule_that_accepts_the_port_opens_it_alone_in_a_set_or_in_a_range() {
        for (rule, meant) in [
            ("meta l4proto { tcp, udp } th dport 4750 accept", FirewallState::Open),
            ("th dport 4700-4800 counter packets 0 bytes 0 accept", FirewallState::Open),
            ("tcp dport { 22, 4750 } accept\n\t\tudp dport 4750 accept", FirewallState::Open),
            ("tcp dport { 22, 4750 } accept", FirewallState::Closed),
            ("udp dport 4750 accept", FirewallState::Closed),
            ("th dport 4750 drop", FirewallState::Closed),
        ] {
            let text = CLOSED.replace("iif \"lo\" accept", rule);
            assert_eq!(nftables(&text, 4750)[0].1, meant, "{rule}");
        }
    }

    #[test]
    fn a_chain_that_ends_in_a_refusal_is_closed_and_one_that_refuses_only_some_is_none() {
        let ends = |last: &str| {
            format!(
                "table ip mine {{\n\tchain in {{\n\t\ttype filter hook input priority 0; policy accept;\n\t\t{last}\n\t}}\n}}\n"
            )
        };
        assert_eq!(nftables(&ends("reject with icmp port-unreachable"), 4750), [closed("ip mine in")]);
        assert_eq!(nftables(&ends("counter packets 3 bytes 180 drop"), 4750), [closed("ip mine in")]);
        assert!(nftables(&ends("numgen random mod 100 < 10 drop"), 4750).is_empty());
        assert!(nftables("", 4750).is_empty());
    }

    #[test]
    fn iptables_is_closed_by_its_policy_or_its_last_rule() {
        assert_eq!(iptables("-P INPUT ACCEPT\n", 4750), None);
        assert_eq!(
            iptables("-P INPUT DROP\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n", 4750),
            Some(FirewallState::Closed)
        );
        let udp =
            "-P INPUT ACCEPT\n-A INPUT -p udp -m udp --dport 4750 -j ACCEPT\n-A INPUT -j REJECT --reject-with x\n";
        assert_eq!(iptables(udp, 4750), Some(FirewallState::Closed), "the link needs TCP");
        let both = format!("{udp}-A INPUT -p tcp -m multiport --dports 22,4700:4800 -j ACCEPT\n");
        assert_eq!(iptables(&both, 4750), Some(FirewallState::Open));
    }

    proptest! {
        #[test]
        fn no_ruleset_panics(text in "(?s)((table|chain|type filter hook input|dport|accept|drop)? ?[{}\n]?|.){0,80}") {
            let _ = (nftables(&text, 4750), iptables(&text, 4750));
        }
    }
}
