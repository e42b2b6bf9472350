//! The relay's promise: a broadcast costs no allocation on its way to the bots.

use director::{event::Listener, relay::Relay};
use musebot_protocol::{Broadcast, messages};
use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    net::{SocketAddr, UdpSocket},
    time::Duration,
};

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

#[expect(unsafe_code, reason = "a global allocator that counts, for this test alone")]
// SAFETY: everything is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|c| c.set(c.get() + 1));
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn socket() -> (UdpSocket, SocketAddr) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

#[test]
fn d20_a_broadcast_goes_out_to_all_byte_for_byte_without_one_allocation() {
    let bots: Vec<_> = (0..8).map(|_| socket()).collect();
    let (out, from) = socket();
    let listeners = bots.iter().map(|(_, to)| Listener { to: *to, not_from: None }).collect();
    let mut relay = Relay { listeners, dropped: 0 };
    let datagram = Broadcast::new("plan/chords", "melody", ["0 4 7", "5 9 12"]).encode();

    let before = COUNT.with(Cell::get);
    for _ in 0..100 {
        for message in messages(&datagram) {
            let message = message.unwrap();
            assert_eq!(message.topic(), Some("plan/chords"));
            relay.pass_on(&out, from, message.bytes);
        }
    }
    assert_eq!(COUNT.with(Cell::get) - before, 0, "allocations on the way");

    let mut buffer = [0; 2048];
    for (bot, _) in &bots {
        for _ in 0..100 {
            let n = bot.recv(&mut buffer).unwrap();
            assert_eq!(&buffer[..n], datagram);
        }
    }
    assert_eq!(relay.dropped, 0);
}

#[test]
fn d21_a_bot_that_wants_no_echo_does_not_hear_itself() {
    let (speaker, speakers_address) = socket();
    let (other, others_address) = socket();
    let (out, _) = socket();
    let listen = |to| Listener { to, not_from: Some(to) };
    let mut relay = Relay { listeners: vec![listen(speakers_address), listen(others_address)], dropped: 0 };
    relay.pass_on(&out, speakers_address, b"/broadcast/x\0\0\0\0");
    let mut buffer = [0; 64];
    assert_eq!(other.recv(&mut buffer).unwrap(), 16);
    speaker.set_nonblocking(true).unwrap();
    assert!(speaker.recv(&mut buffer).is_err(), "what was sent to both would be here by now");
}
