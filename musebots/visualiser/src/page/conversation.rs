//! One connection: requests come in, answers go out, each within its time.

use super::{
    answer::Answer,
    guests::Guest,
    request::{LONGEST_BODY, LONGEST_HEAD, Request},
    service::Service,
};
use std::{
    io::{self, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

/// Talks until either side has had enough.
pub(super) fn talk(mut stream: TcpStream, guest: &Guest, service: &Service) {
    // An answer is written in two pieces that should travel together.
    let _ = stream.set_nodelay(true);
    let mut bytes = Vec::new();
    loop {
        let request = match next_request(&mut stream, &mut bytes, service.patience.asking) {
            Ok(Some(request)) => request,
            Ok(None) | Err(_) => return,
        };
        guest.asks();
        let stays = request.as_ref().is_ok_and(|request| request.stays);
        let answer = request.and_then(|request| service.answer(&request)).unwrap_or_else(Answer::from);
        if send(&mut stream, &answer, stays, service.patience.taking).is_err() {
            return;
        }
        if !stays {
            hang_up(&mut stream);
            return;
        }
        guest.is_silent();
    }
}

/// The next request, or why it is none; `None` when nothing more comes.
fn next_request(
    stream: &mut TcpStream,
    bytes: &mut Vec<u8>,
    patience: Duration,
) -> io::Result<Option<Result<Request, super::answer::Status>>> {
    let deadline = Instant::now() + patience;
    let mut more = [0; 4096];
    loop {
        match Request::read(bytes) {
            Ok(Some((request, taken))) => {
                bytes.drain(..taken);
                return Ok(Some(Ok(request)));
            }
            Err(status) => return Ok(Some(Err(status))),
            Ok(None) => debug_assert!(bytes.len() < LONGEST_HEAD + LONGEST_BODY, "what is too long is refused"),
        }
        stream.set_read_timeout(Some(left(deadline)?))?;
        match stream.read(&mut more) {
            Ok(0) => return Ok(None),
            Ok(read) => bytes.extend_from_slice(&more[..read]),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

fn send(stream: &mut TcpStream, answer: &Answer, stays: bool, patience: Duration) -> io::Result<()> {
    let deadline = Instant::now() + patience;
    for mut bytes in [answer.head(stays).as_bytes(), answer.body()] {
        while !bytes.is_empty() {
            stream.set_write_timeout(Some(left(deadline)?))?;
            match stream.write(bytes) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => bytes = &bytes[written..],
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
    }
    Ok(())
}

/// Closes so that the last answer arrives: closing while something unread has come in would take it back.
fn hang_up(stream: &mut TcpStream) {
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let deadline = Instant::now() + Duration::from_secs(1);
    let mut rest = [0; 4096];
    let mut unread = 0;
    while unread < LONGEST_HEAD * 4 {
        let Ok(left) = left(deadline) else { return };
        if stream.set_read_timeout(Some(left)).is_err() {
            return;
        }
        match stream.read(&mut rest) {
            Ok(0) | Err(_) => return,
            Ok(read) => unread += read,
        }
    }
}

/// How long it is until then, never zero, which sockets take for "for ever".
fn left(deadline: Instant) -> io::Result<Duration> {
    deadline
        .checked_duration_since(Instant::now())
        .filter(|left| *left > Duration::from_micros(1))
        .ok_or_else(|| io::ErrorKind::TimedOut.into())
}
