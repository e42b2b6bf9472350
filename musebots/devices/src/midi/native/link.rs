//! A connection of ours with a port of theirs, and whether it is still there. ALSA says nothing
//! when a port goes, and the next that comes may get its number, so we ask for the connection itself.

use super::super::error::MidiError;
use super::super::port::{Listed, Way};
#[cfg(target_os = "linux")]
use alsa::seq::{Addr, PortSubscribeIter, QuerySubsType, Seq};

/// The connection.
pub(crate) struct Link {
    #[cfg(target_os = "linux")]
    subscription: Option<Subscription>,
    port: Listed,
    way: Way,
}

impl Link {
    /// Makes a connection with a port, and remembers it.
    pub(crate) fn make<T>(
        port: &Listed,
        way: Way,
        connect: impl FnOnce() -> Result<T, MidiError>,
    ) -> Result<(T, Self), MidiError> {
        #[cfg(target_os = "linux")]
        let before = Subscribers::of(port, way);
        let connection = connect()?;
        let link = Self {
            #[cfg(target_os = "linux")]
            subscription: before.and_then(Subscribers::new_one),
            port: port.clone(),
            way,
        };
        Ok((connection, link))
    }

    /// Whether it is still there.
    pub(crate) fn is_there(&mut self) -> bool {
        #[cfg(target_os = "linux")]
        if let Some(subscription) = &mut self.subscription {
            return subscription.is_there();
        }
        let listed = super::list(self.way).unwrap_or_default();
        listed.iter().any(|one| one.id == self.port.id && one.name == self.port.name)
    }
}

/// Who is connected with a port of theirs.
#[cfg(target_os = "linux")]
struct Subscribers {
    seq: Seq,
    theirs: Addr,
    way: Way,
    known: Vec<Addr>,
}

#[cfg(target_os = "linux")]
impl Subscribers {
    fn of(port: &Listed, way: Way) -> Option<Self> {
        let (client, number) = port.id.split_once(':')?;
        let theirs = Addr { client: client.parse().ok()?, port: number.parse().ok()? };
        let seq = Seq::open(None, None, true).ok()?;
        let _ = seq.set_client_name(c"musebots watching");
        let known = subscribers(&seq, theirs, way);
        Some(Self { seq, theirs, way, known })
    }

    /// The one that has come since.
    fn new_one(self) -> Option<Subscription> {
        let now = subscribers(&self.seq, self.theirs, self.way);
        let ours = now.into_iter().find(|one| !self.known.contains(one))?;
        Some(Subscription { seq: self.seq, theirs: self.theirs, ours, way: self.way })
    }
}

/// Ours.
#[cfg(target_os = "linux")]
struct Subscription {
    seq: Seq,
    theirs: Addr,
    ours: Addr,
    way: Way,
}

#[cfg(target_os = "linux")]
impl Subscription {
    fn is_there(&self) -> bool {
        subscribers(&self.seq, self.theirs, self.way).contains(&self.ours)
    }
}

#[cfg(target_os = "linux")]
fn subscribers(seq: &Seq, theirs: Addr, way: Way) -> Vec<Addr> {
    match way {
        Way::Out => PortSubscribeIter::new(seq, theirs, QuerySubsType::WRITE).map(|one| one.get_sender()).collect(),
        Way::In => PortSubscribeIter::new(seq, theirs, QuerySubsType::READ).map(|one| one.get_dest()).collect(),
    }
}
