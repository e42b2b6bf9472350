//! The notice by which an ensemble is found on a local network (DNS-SD over multicast DNS, RFC 6763 and 6762): `play --open
//! --announce` hangs it up, `join` without a host reads it.
//!
//! It says what the leader is called, where it takes calls, and the fingerprint of the ensemble's key, so that of two ensembles in one
//! hall the right one is found. Anybody can read it, and anybody can hang one up: whoever follows a false one finds out
//! by the key. Whoever does not want to be seen hangs none.

use super::host::HostName;
use mdns_sd::{IfKind, ResolvedService, ServiceDaemon, ServiceEvent, ServiceInfo};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, SocketAddr},
    sync::{Arc, mpsc::channel},
    time::{Duration, Instant},
};

/// What ensembles are announced as.
const SERVICE: &str = "_musebots._tcp.local.";
/// Where multicast DNS lives.
pub const MDNS_PORT: u16 = 5353;
/// How long is looked for a notice.
pub const PATIENCE: Duration = Duration::from_secs(5);
/// So often is looked whether one of those that were called has answered.
const STEP: Duration = Duration::from_millis(10);
/// Ensembles that are told apart, at most.
const MOST: usize = 32;
/// Addresses of one that are called: a machine has a few.
const ADDRESSES: usize = 8;
/// Addresses that are called, at most; all at once, so that those where nobody answers keep nobody waiting.
const CALLED: usize = 128;

/// Why there is no notice, or none is found.
#[derive(Debug, thiserror::Error)]
pub enum NoticeError {
    /// The system does not let us.
    #[error("multicast DNS cannot be used here: {0}")]
    Mdns(#[from] mdns_sd::Error),
    /// Nobody has hung one up, or others only.
    #[error(
        "no ensemble with the key {fingerprint} is announced on this network{others}. Is `director play FILE --open --announce` \
         running, and is this the same network? Its name or address always does: director join HOST"
    )]
    NotFound {
        /// Ours.
        fingerprint: String,
        /// Who else there is, in words.
        others: String,
    },
}

/// A notice that hangs as long as this lives.
pub struct Notice {
    mdns: ServiceDaemon,
    name: String,
}

impl Notice {
    /// Announces the leader `own`, which takes calls at `at`, on all interfaces when that is no certain address.
    ///
    /// # Errors
    /// When the system gives us no socket or thread.
    pub fn hang(own: &HostName, at: SocketAddr, fingerprint: &str, mdns_port: u16) -> Result<Self, NoticeError> {
        let mdns = daemon(mdns_port)?;
        let properties = [("name", own.as_str()), ("key", fingerprint)];
        // Not the machine's own name, which somebody else on it may speak for.
        let label = own.as_str().replace('.', "-");
        let target = format!("{label}-musebots.local.");
        let everywhere = at.ip().is_unspecified();
        let address = if everywhere { String::new() } else { at.ip().to_string() };
        let notice = ServiceInfo::new(SERVICE, &label, &target, address.as_str(), at.port(), &properties[..])?;
        let notice = if everywhere { notice.enable_addr_auto() } else { notice };
        let name = notice.get_fullname().to_owned();
        mdns.register(notice)?;
        Ok(Self { mdns, name })
    }
}

impl Drop for Notice {
    fn drop(&mut self) {
        // Others are told that it is gone; nobody waits for that long.
        if let Ok(gone) = self.mdns.unregister(&self.name) {
            let _ = gone.recv_timeout(Duration::from_millis(200));
        }
        let _ = self.mdns.shutdown();
    }
}

/// What a notice says.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Read {
    leader: HostName,
    fingerprint: String,
    at: Vec<SocketAddr>,
}

/// Where the leader of the ensemble with this key takes calls. Anybody can announce that: `has_key` calls an address, and says whether
/// whoever answers has the key; it need not be quick.
///
/// # Errors
/// When no such ensemble is announced within `patience`.
pub fn look(
    fingerprint: &str,
    patience: Duration,
    mdns_port: u16,
    has_key: impl Fn(SocketAddr) -> bool + Send + Sync + 'static,
) -> Result<(HostName, SocketAddr), NoticeError> {
    let mdns = daemon(mdns_port)?;
    let events = mdns.browse(SERVICE)?;
    let deadline = Instant::now() + patience;
    let (mut others, mut called) = (BTreeMap::new(), BTreeSet::new());
    let (tell, answered) = channel();
    let has_key = Arc::new(has_key);
    let found = loop {
        if let Ok(found) = answered.try_recv() {
            break Some(found);
        }
        if Instant::now() >= deadline {
            break None;
        }
        let service = match events.recv_timeout(STEP) {
            Ok(ServiceEvent::ServiceResolved(service)) => service,
            Err(_) if events.is_disconnected() => break None,
            _ => continue,
        };
        let Some(mut notice) = read(&service) else { continue };
        if notice.fingerprint == fingerprint {
            for at in notice.at {
                if called.len() < CALLED && called.insert(at) {
                    let (tell, has_key, leader) = (tell.clone(), has_key.clone(), notice.leader.clone());
                    let call = move || {
                        if has_key(at) {
                            let _ = tell.send((leader, at));
                        }
                    };
                    // One that finds no thread is not called.
                    let _ = std::thread::Builder::new().name("calling".to_owned()).spawn(call);
                }
            }
            notice.fingerprint += ", where nobody who has it answers";
        }
        if others.len() < MOST {
            others.insert(notice.leader, notice.fingerprint);
        }
    };
    let _ = mdns.shutdown();
    found.ok_or_else(|| NoticeError::NotFound { fingerprint: fingerprint.to_owned(), others: in_words(&others) })
}

fn daemon(mdns_port: u16) -> Result<ServiceDaemon, NoticeError> {
    let mdns = ServiceDaemon::new_with_port(mdns_port)?;
    // Two directors of one machine find each other, too.
    mdns.enable_interface(IfKind::LoopbackV4)?;
    Ok(mdns)
}

/// A notice that makes sense: whoever wrote it is a stranger.
fn read(service: &ResolvedService) -> Option<Read> {
    let said = |key| service.get_property_val_str(key);
    let fingerprint =
        said("key").filter(|key| key.len() <= 64 && key.chars().all(|c| c.is_ascii_hexdigit() || c == '-'))?;
    let mut at: Vec<IpAddr> = service.get_addresses().iter().map(mdns_sd::ScopedIp::to_ip_addr).collect();
    // An address of IPv6 that is the link's own says nothing without that link.
    at.retain(|ip| !matches!(ip, IpAddr::V6(ip) if ip.is_unicast_link_local()));
    at.sort_by_key(|ip| (ip.is_ipv6(), ip.is_loopback(), *ip));
    at.truncate(ADDRESSES);
    Some(Read {
        leader: HostName::new(said("name")?).ok()?,
        fingerprint: fingerprint.to_owned(),
        at: at.into_iter().map(|ip| SocketAddr::new(ip, service.get_port())).collect(),
    })
}

fn in_words(others: &BTreeMap<HostName, String>) -> String {
    let others: Vec<_> = others.iter().map(|(leader, print)| format!("{leader} with the key {print}")).collect();
    if others.is_empty() { String::new() } else { format!(" (but {})", others.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    /// One that nobody else uses.
    fn mdns_port() -> u16 {
        std::net::UdpSocket::bind("0.0.0.0:0").unwrap().local_addr().unwrap().port()
    }

    #[test]
    fn of_two_ensembles_in_one_hall_that_with_our_key_is_found() {
        let port = mdns_port();
        let calls = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let [here, there] = calls.each_ref().map(|calls| calls.local_addr().unwrap());
        let host = |name| HostName::new(name).unwrap();
        let _other = Notice::hang(&host("hall-b"), there, "ffff-0000", port).unwrap();
        let _ours = Notice::hang(&host("hall-a"), here, "0123-abcd", port).unwrap();
        assert_eq!(look("0123-abcd", PATIENCE * 4, port, |_| true).unwrap(), (host("hall-a"), here));
        let nobody = look("dead-beef", Duration::from_secs(3), port, |_| true).unwrap_err().to_string();
        assert!(nobody.contains("hall-b with the key ffff-0000") && nobody.contains("--announce"), "{nobody}");
        let dumb = look("0123-abcd", Duration::from_secs(3), port, |_| false).unwrap_err().to_string();
        assert!(dumb.contains("hall-a with the key 0123-abcd, where nobody who has it answers"), "{dumb}");
    }

    #[test]
    fn a_false_notice_keeps_nobody_from_the_true_one_and_nobody_waits_beyond_the_deadline() {
        let port = mdns_port();
        let [dead, there] = ["127.0.0.1:1", "127.0.0.1:2"].map(|at| at.parse::<SocketAddr>().unwrap());
        let host = |name| HostName::new(name).unwrap();
        let _false = Notice::hang(&host("a-false-one"), dead, "0123-abcd", port).unwrap();
        let never = move |at| {
            if at == dead {
                std::thread::sleep(Duration::from_secs(1000));
            }
            at == there
        };
        let (patience, begun) = (Duration::from_secs(1), Instant::now());
        assert!(look("0123-abcd", patience, port, never).is_err());
        assert!(begun.elapsed() < patience * 10, "after {:?}", begun.elapsed());
        let _true = Notice::hang(&host("studio"), there, "0123-abcd", port).unwrap();
        assert_eq!(look("0123-abcd", PATIENCE * 4, port, never).unwrap(), (host("studio"), there));
    }

    fn service(properties: &[(&str, &str)]) -> ResolvedService {
        ServiceInfo::new(SERVICE, "x", "x.local.", "10.0.0.1,fe80::1,127.0.0.1,fd00::1", 4750, properties)
            .unwrap()
            .as_resolved_service()
    }

    #[test]
    fn a_notice_is_read_with_the_address_first_that_most_can_reach() {
        let read = read(&service(&[("name", "studio"), ("key", "ab-cd")])).unwrap();
        let at = ["10.0.0.1:4750", "127.0.0.1:4750", "[fd00::1]:4750"].map(|at| at.parse().unwrap());
        assert_eq!((read.leader.as_str(), read.fingerprint.as_str(), read.at), ("studio", "ab-cd", at.to_vec()));
    }

    #[test]
    fn a_notice_that_makes_no_sense_is_none() {
        for wrong in [
            &[("name", "studio")][..],
            &[("key", "ab")],
            &[("name", "no name"), ("key", "ab")],
            &[("name", "a"), ("key", "\u{1b}[2J")],
        ] {
            assert_eq!(read(&service(wrong)), None, "{wrong:?}");
        }
    }
}
