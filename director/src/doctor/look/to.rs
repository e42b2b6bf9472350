//! One way out: what a name means, which way packets take, and how soon a TCP connection opens.

use super::{asking::ask, routes};
use crate::{
    cli::HostPort,
    doctor::findings::{Interface, Tcp, To},
};
use std::{
    io,
    net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs},
    time::{Duration, Instant},
};

/// Names may have to be asked for in the whole network.
const NAME_PATIENCE: Duration = Duration::from_secs(3);
const ANSWER_PATIENCE: Duration = Duration::from_secs(2);
/// Each is closed at once; more would look like an attack.
const CONNECTIONS: usize = 5;
/// A name with more addresses than that has only these tried.
const ADDRESSES: usize = 2;

pub(super) fn look(to: &HostPort, usual_port: u16, interfaces: &[Interface]) -> To {
    let (host, port) = (to.host.clone(), to.port.unwrap_or(usual_port));
    let found = To { host: host.clone(), port, ..To::default() };
    let asked = ask("a name", NAME_PATIENCE, move || {
        (host.as_str(), port).to_socket_addrs().map(|found| found.map(|at| at.ip()).collect::<Vec<IpAddr>>())
    });
    let mut addresses = match asked.answer() {
        Some(Ok(addresses)) if !addresses.is_empty() => addresses,
        Some(Ok(_)) => return To { why_no_address: Some("it has no address".to_owned()), ..found },
        Some(Err(e)) => {
            // The standard library says first what it was doing.
            let why = e.to_string();
            let why = why.strip_prefix("failed to lookup address information: ").unwrap_or(&why).to_owned();
            return To { why_no_address: Some(why), ..found };
        }
        None => return To { why_no_address: Some("nobody answered within 3 s".to_owned()), ..found },
    };
    addresses.dedup();
    addresses.truncate(ADDRESSES);
    let (taken, tcp) = reach(&addresses, port);
    let way = routes::way(taken, interfaces).ok();
    // The one that the figures are of comes first.
    addresses.retain(|ip| *ip != taken);
    addresses.insert(0, taken);
    To { addresses, way, tcp, ..found }
}

/// The first address that answers, else the first at all.
fn reach(addresses: &[IpAddr], port: u16) -> (IpAddr, Tcp) {
    let mut tried = addresses.iter().map(|ip| (*ip, connect(SocketAddr::new(*ip, port))));
    let first = tried.next().unwrap_or((IpAddr::from([0, 0, 0, 0]), Tcp::Untried));
    if matches!(first.1, Tcp::Answers(_)) {
        return first;
    }
    tried.find(|(_, tcp)| matches!(tcp, Tcp::Answers(_))).unwrap_or(first)
}

fn connect(at: SocketAddr) -> Tcp {
    let mut times = Vec::new();
    let deadline = Instant::now() + ANSWER_PATIENCE;
    for _ in 0..CONNECTIONS {
        let begin = Instant::now();
        let left = deadline.saturating_duration_since(begin).max(Duration::from_millis(1));
        let opened = TcpStream::connect_timeout(&at, left);
        let ms = begin.elapsed().as_secs_f64() * 1e3;
        match opened {
            Ok(_) => times.push(ms),
            Err(_) if !times.is_empty() => break,
            Err(e) => {
                return match e.kind() {
                    io::ErrorKind::ConnectionRefused => Tcp::Refuses(ms),
                    io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Tcp::Silent,
                    _ => Tcp::Fails(e.to_string()),
                };
            }
        }
    }
    Tcp::Answers(times)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    fn to(host: &str, port: u16) -> To {
        look(&HostPort { host: host.to_owned(), port: Some(port) }, 4750, &[])
    }

    #[test]
    fn a_port_that_is_listened_at_answers_as_often_as_it_is_asked() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let found = to("127.0.0.1", listener.local_addr().unwrap().port());
        assert!(matches!(&found.tcp, Tcp::Answers(times) if times.len() == CONNECTIONS), "{found:?}");
        assert!(found.way.is_some_and(|way| way.from.is_loopback()));
    }

    #[test]
    fn a_port_that_nobody_listens_at_refuses() {
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        assert!(matches!(to("127.0.0.1", closed).tcp, Tcp::Refuses(_)));
    }

    #[test]
    fn a_name_that_nobody_has_says_why() {
        let found = to("no such host.invalid", 4750);
        assert!(found.why_no_address.is_some() && found.tcp == Tcp::Untried, "{found:?}");
    }
}
