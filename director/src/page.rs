//! The address at which a bot shows itself (X2): told to people, never opened. Whatever a terminal, a shell or a
//! browser could take for more than an address is not shown.

use std::net::Ipv6Addr;

/// Letters of an address, at most.
const LONGEST: usize = 200;

/// The address, if it is plain `http://` at a host without frills.
#[must_use]
pub fn shown(page: &str) -> Option<&str> {
    let rest = page.strip_prefix("http://").filter(|_| page.len() <= LONGEST)?;
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let in_path = |c: char| c.is_ascii_alphanumeric() || "/?#-._~=&%+".contains(c);
    (is_host(host) && path.chars().all(in_path)).then_some(page)
}

/// A name, or an address in digits, and perhaps a port.
fn is_host(text: &str) -> bool {
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0) && !port.starts_with('+');
    if let Some((inside, after)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let port = after.strip_prefix(':');
        return inside.parse::<Ipv6Addr>().is_ok() && (after.is_empty() || port.is_some_and(is_port));
    }
    let (name, port) = text.split_once(':').map_or((text, None), |(name, port)| (name, Some(port)));
    let in_name = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
    !name.is_empty() && !name.starts_with(['-', '.']) && name.chars().all(in_name) && port.is_none_or(is_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_addresses_are_shown() {
        for page in [
            "http://127.0.0.1:4750/",
            "http://localhost:80",
            "http://[::1]:4750/a",
            "http://studio.local/stage?big=1#top",
            "http://192.168.1.7:8080/%20~a_b",
        ] {
            assert_eq!(shown(page), Some(page));
        }
    }

    #[test]
    fn whatever_could_be_taken_for_more_is_not() {
        let long = format!("http://a/{}", "x".repeat(200));
        for page in [
            "",
            "http://",
            "https://bank.example/",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "HTTP://a/",
            "http://me:secret@host/",
            "http://host:0/",
            "http://host:99999/",
            "http://host:+80/",
            "http://host:/",
            "http://[::1/",
            "http://[bus]/",
            "http://-host/",
            "http://host/ two",
            "http://host/\u{1b}[31m",
            "http://hóst/",
            "http://host/$(reboot)",
            "http://host/'\"`;|<>",
            "http://host\\evil/",
            &long,
        ] {
            assert_eq!(shown(page), None, "{page:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_that_is_shown_steers_a_terminal_or_a_shell(page in "(http://)?(\\PC|[a-z.:/@\\[\\]]){0,60}") {
            if let Some(shown) = shown(&page) {
                proptest::prop_assert!(shown.chars().all(|c| c.is_ascii_graphic() && !"'\"`$;|<>()\\ @".contains(c)));
            }
        }
    }
}
