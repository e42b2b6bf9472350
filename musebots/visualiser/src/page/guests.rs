//! Who is connected: bounded, so that nobody can use up this machine's threads. Where all places are taken, whoever
//! has been silent longest makes room.

use std::{
    net::{Shutdown, TcpStream},
    sync::{Arc, Mutex, PoisonError},
};

/// How many may be connected.
pub(super) const MOST: usize = 64;

/// The connections there are, in the order in which they last became silent.
#[derive(Debug, Clone, Default)]
pub(super) struct Guests(Arc<Mutex<List>>);

#[derive(Debug, Default)]
struct List {
    guests: Vec<Place>,
    next: u64,
    closed: bool,
}

#[derive(Debug)]
struct Place {
    id: u64,
    stream: TcpStream,
    /// Whether it has asked for something and is being answered.
    answered: bool,
}

/// One of them, as long as this lives.
#[derive(Debug)]
pub(super) struct Guest {
    id: u64,
    guests: Guests,
}

impl Guests {
    fn list(&self) -> std::sync::MutexGuard<'_, List> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a connection; `None` when all who have one are being answered, or the page has ended.
    pub(super) fn seat(&self, stream: &TcpStream) -> Option<Guest> {
        let stream = stream.try_clone().ok()?;
        let mut list = self.list();
        if list.closed {
            return None;
        }
        if list.guests.len() >= MOST {
            let silent = list.guests.iter().position(|guest| !guest.answered)?;
            let _ = list.guests.remove(silent).stream.shutdown(Shutdown::Both);
        }
        let id = list.next;
        list.next += 1;
        list.guests.push(Place { id, stream, answered: false });
        Some(Guest { id, guests: self.clone() })
    }

    /// Ends all conversations, and lets nobody in any more.
    pub(super) fn close(&self) {
        let mut list = self.list();
        list.closed = true;
        for guest in list.guests.drain(..) {
            let _ = guest.stream.shutdown(Shutdown::Both);
        }
    }
}

impl Guest {
    /// It has asked for something: until it is silent again it keeps its place.
    pub(super) fn asks(&self) {
        if let Some(place) = self.guests.list().guests.iter_mut().find(|place| place.id == self.id) {
            place.answered = true;
        }
    }

    /// It has its answer.
    pub(super) fn is_silent(&self) {
        let mut list = self.guests.list();
        if let Some(at) = list.guests.iter().position(|place| place.id == self.id) {
            let mut place = list.guests.remove(at);
            place.answered = false;
            list.guests.push(place);
        }
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.guests.list().guests.retain(|place| place.id != self.id);
    }
}
