//! A datagram taken apart: where its messages are, and whether they are whole.
//!
//! Nothing here allocates or recurses, so that the relay can look at every datagram and
//! pass the bytes on untouched, and so that no datagram can exhaust anything.

use crate::{Arg, TimeTag};

/// The largest datagram that can arrive, in bytes.
pub const MAX_DATAGRAM: usize = 65_535;

/// How deep bundles may be nested.
pub const MAX_DEPTH: usize = 8;

/// Why a datagram (or a part of it) cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PacketError {
    /// It has no bytes.
    #[error("an empty datagram")]
    Empty,
    /// It is neither a message nor a bundle.
    #[error("not OSC: it begins with neither `/` nor `#bundle`")]
    NotOsc,
    /// It ends too early, or its strings are not padded.
    #[error("cut off or wrongly padded")]
    Cut,
    /// A type tag that OSC does not have.
    #[error("an unknown type tag `{}`", char::from(*.0).escape_default())]
    Tag(u8),
    /// Bundles in bundles beyond [`MAX_DEPTH`].
    #[error("bundles nested more than {MAX_DEPTH} deep")]
    TooDeep,
    /// Text that is not UTF-8.
    #[error("text that is not UTF-8")]
    NotUtf8,
    /// A known address with arguments that make no sense.
    #[error("`{0}` with arguments that make no sense")]
    Arguments(&'static str),
    /// An address that nobody here knows.
    #[error("an unknown address")]
    Unknown,
}

/// One whole OSC message inside a datagram: well formed, not yet decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message<'a> {
    /// Its own bytes, fit to be sent on as a datagram.
    pub bytes: &'a [u8],
    /// Its address, such as `/agent/alive`.
    pub address: &'a str,
    /// The timetag of the bundle around it.
    pub timetag: Option<TimeTag>,
}

impl<'a> Message<'a> {
    fn new(bytes: &'a [u8], timetag: Option<TimeTag>) -> Result<Self, PacketError> {
        let (address, rest) = string(bytes)?;
        let address = std::str::from_utf8(address).map_err(|_| PacketError::NotUtf8)?;
        if !rest.is_empty() {
            // A message of old senders may lack the tags altogether: no arguments then.
            each_argument(rest, |_, _| {})?;
        }
        Ok(Self { bytes, address, timetag })
    }

    /// The topic, when this is a broadcast: `plan/chords` of `/broadcast/plan/chords`.
    #[must_use]
    pub fn topic(&self) -> Option<&'a str> {
        self.address.strip_prefix("/broadcast/").filter(|topic| !topic.is_empty())
    }

    /// The type tags as they stand there, without the comma: `sif`. Empty where there are none.
    #[must_use]
    pub fn tags(&self) -> &'a str {
        let tags = string(self.bytes).and_then(|(_, rest)| string(rest)).map(|(tags, _)| tags).unwrap_or_default();
        std::str::from_utf8(tags).ok().and_then(|tags| tags.strip_prefix(',')).unwrap_or_default()
    }

    /// The arguments; those that are neither numbers nor text are left out.
    ///
    /// # Errors
    /// When the message is not well formed after all.
    pub fn args(&self) -> Result<Vec<Arg>, PacketError> {
        crate::args::decode(self.bytes)
    }
}

/// The messages of a datagram in order, bundles unpacked. A broken part yields an error, and
/// what stands beside it is still read; only where the frame itself is broken does the walk
/// through that bundle end. Realtime-safe: yes.
pub fn messages(datagram: &[u8]) -> Messages<'_> {
    Messages { stack: [(datagram, None); MAX_DEPTH], depth: 1, whole: true }
}

/// See [`messages`].
pub struct Messages<'a> {
    /// What is still to be read at each depth. The outermost is the datagram itself.
    stack: [(&'a [u8], Option<TimeTag>); MAX_DEPTH],
    depth: usize,
    whole: bool,
}

impl<'a> Iterator for Messages<'a> {
    type Item = Result<Message<'a>, PacketError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.depth > 0 {
            let (rest, timetag) = self.stack[self.depth - 1];
            let packet = if std::mem::take(&mut self.whole) {
                self.depth -= 1;
                if rest.is_empty() {
                    return Some(Err(PacketError::Empty));
                }
                rest
            } else {
                if rest.is_empty() {
                    self.depth -= 1;
                    continue;
                }
                let Some((element, after)) = element(rest) else {
                    self.depth -= 1;
                    return Some(Err(PacketError::Cut));
                };
                self.stack[self.depth - 1].0 = after;
                element
            };
            if packet.first() == Some(&b'/') {
                return Some(Message::new(packet, timetag));
            }
            let Some(body) = packet.strip_prefix(b"#bundle\0") else {
                return Some(Err(PacketError::NotOsc));
            };
            let Some((tag, elements)) = body.split_first_chunk::<8>() else {
                return Some(Err(PacketError::Cut));
            };
            if self.depth == MAX_DEPTH {
                return Some(Err(PacketError::TooDeep));
            }
            self.stack[self.depth] = (elements, Some(TimeTag(u64::from_be_bytes(*tag))));
            self.depth += 1;
        }
        None
    }
}

/// Splits off one size-prefixed element of a bundle.
fn element(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (size, rest) = bytes.split_first_chunk::<4>()?;
    let size = usize::try_from(i32::from_be_bytes(*size)).ok()?;
    if size == 0 || size % 4 != 0 || size > rest.len() {
        return None;
    }
    Some(rest.split_at(size))
}

/// Splits off one zero-terminated string padded to four bytes.
pub(crate) fn string(bytes: &[u8]) -> Result<(&[u8], &[u8]), PacketError> {
    let end = bytes.iter().position(|b| *b == 0).ok_or(PacketError::Cut)?;
    let padded = (end + 4) & !3;
    if padded > bytes.len() {
        return Err(PacketError::Cut);
    }
    Ok((&bytes[..end], &bytes[padded..]))
}

/// Walks over type tags and arguments: `take` gets each tag with its own bytes, text without
/// its padding. An array's brackets come without bytes, so that nothing nests.
///
/// # Errors
/// When the arguments are not all there, or when something is left over.
pub(crate) fn each_argument<'a>(bytes: &'a [u8], mut take: impl FnMut(u8, &'a [u8])) -> Result<(), PacketError> {
    let (tags, mut rest) = string(bytes)?;
    let Some(tags) = tags.strip_prefix(b",") else { return Err(PacketError::Cut) };
    for tag in tags {
        let size = match tag {
            b'i' | b'f' | b'c' | b'r' | b'm' => 4,
            b'h' | b'd' | b't' => 8,
            b'T' | b'F' | b'N' | b'I' | b'[' | b']' => 0,
            b's' | b'S' => {
                let (text, after) = string(rest)?;
                take(*tag, text);
                rest = after;
                continue;
            }
            b'b' => {
                let (size, after) = rest.split_first_chunk::<4>().ok_or(PacketError::Cut)?;
                let size = usize::try_from(i32::from_be_bytes(*size)).map_err(|_| PacketError::Cut)?;
                rest = after;
                size.checked_next_multiple_of(4).ok_or(PacketError::Cut)?
            }
            other => return Err(PacketError::Tag(*other)),
        };
        let (value, after) = rest.split_at_checked(size).ok_or(PacketError::Cut)?;
        take(*tag, value);
        rest = after;
    }
    if rest.is_empty() { Ok(()) } else { Err(PacketError::Cut) }
}
