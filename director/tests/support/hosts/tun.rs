//! A TUN interface: what the system would send over it, a program reads, whole packet by whole packet,
//! and what the program writes, the system has received.

use rustix::ioctl::{Opcode, Setter, ioctl, opcode};
use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt as _,
};

/// The door to all of them.
pub(super) const DEVICE: &str = "/dev/net/tun";

/// Names an interface and makes it.
const TUNSETIFF: Opcode = opcode::write::<libc::c_int>(b'T', 202);

/// `struct ifreq`, as far as it is asked for here.
#[repr(C)]
struct Request {
    name: [u8; 16],
    flags: libc::c_short,
    rest: [u8; 22],
}

/// Makes an interface in the network namespace of the calling thread; reads never wait.
pub(super) fn open(name: &str) -> io::Result<File> {
    let file = OpenOptions::new().read(true).write(true).custom_flags(libc::O_NONBLOCK).open(DEVICE)?;
    let flags = (libc::IFF_TUN | libc::IFF_NO_PI) as libc::c_short;
    let mut request = Request { name: [0; 16], flags, rest: [0; 22] };
    // The last byte stays zero.
    for (to, from) in request.name[..15].iter_mut().zip(name.bytes()) {
        *to = from;
    }
    #[expect(unsafe_code, reason = "there is no safe way to ask for an interface")]
    // SAFETY: TUNSETIFF reads a `struct ifreq`, which is 40 bytes with the name first and then the flags, as here.
    unsafe {
        ioctl(&file, Setter::<TUNSETIFF, Request>::new(request))?;
    }
    Ok(file)
}
