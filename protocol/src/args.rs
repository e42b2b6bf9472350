//! Arguments: read leniently, written strictly.

use crate::{PacketError, packet};
use rosc::{OscMessage, OscPacket, OscType};

/// One argument. On the wire it is an `i`, an `f` or an `s`.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the types say it")]
pub enum Arg {
    Int(i32),
    Float(f32),
    Text(String),
}

impl Arg {
    /// As a number: an int, a float, or text that reads as one. Never more than an `f32` can hold.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Int(i) => Some(f64::from(*i)),
            Self::Float(f) => Some(f64::from(*f)),
            Self::Text(s) => s.trim().parse().ok(),
        }
        .filter(|n| (*n as f32).is_finite())
    }

    /// As a whole number: rounded if need be.
    #[must_use]
    pub fn whole(&self) -> Option<i64> {
        match self {
            Self::Int(i) => Some(i64::from(*i)),
            other => other.number().map(|n| n.round() as i64),
        }
    }

    /// As text, if it is text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(s) => Some(s),
            _ => None,
        }
    }
}

impl From<i32> for Arg {
    fn from(i: i32) -> Self {
        Self::Int(i)
    }
}
impl From<u8> for Arg {
    fn from(i: u8) -> Self {
        Self::Int(i.into())
    }
}
impl From<u32> for Arg {
    /// The wire has signed numbers only: what is larger arrives as the largest of them.
    fn from(n: u32) -> Self {
        Self::Int(i32::try_from(n).unwrap_or(i32::MAX))
    }
}
impl From<bool> for Arg {
    fn from(b: bool) -> Self {
        Self::Int(b.into())
    }
}
impl From<f32> for Arg {
    fn from(f: f32) -> Self {
        Self::Float(f)
    }
}
impl From<f64> for Arg {
    fn from(f: f64) -> Self {
        Self::Float(f as f32)
    }
}
impl From<&str> for Arg {
    fn from(s: &str) -> Self {
        Self::Text(s.to_owned())
    }
}
impl From<String> for Arg {
    fn from(s: String) -> Self {
        Self::Text(s)
    }
}

/// The arguments of one message.
pub type Args = Vec<Arg>;

/// What can be said: one value, a list of values, or nothing (`()`).
pub trait IntoArgs {
    /// The arguments as they will travel.
    fn into_args(self) -> Args;
}

impl<T: Into<Arg>> IntoArgs for T {
    fn into_args(self) -> Args {
        vec![self.into()]
    }
}
impl IntoArgs for () {
    fn into_args(self) -> Args {
        Vec::new()
    }
}
impl<T: Into<Arg>> IntoArgs for Vec<T> {
    fn into_args(self) -> Args {
        self.into_iter().map(Into::into).collect()
    }
}
impl<T: Into<Arg> + Clone> IntoArgs for &[T] {
    fn into_args(self) -> Args {
        self.iter().cloned().map(Into::into).collect()
    }
}
impl<T: Into<Arg>, const N: usize> IntoArgs for [T; N] {
    fn into_args(self) -> Args {
        self.into_iter().map(Into::into).collect()
    }
}

/// Decodes a message's arguments. `h` and `d` are narrowed, `T` and `F` become 1 and 0, an
/// array is read as if its brackets were not there; what is neither number nor text is left
/// out. We walk ourselves: rosc builds arrays as trees, and to free one that is thirty thousand
/// deep, which fits into a datagram, takes it more than 1.5 MiB of stack.
pub(crate) fn decode(bytes: &[u8]) -> Result<Args, PacketError> {
    let (_, rest) = packet::string(bytes)?;
    let mut args = Args::new();
    if rest.is_empty() {
        return Ok(args); // an address without type tags
    }
    let mut all_text = true;
    packet::each_argument(rest, |tag, value| match read(tag, value) {
        Ok(arg) => args.extend(arg),
        Err(_) => all_text = false,
    })?;
    if all_text { Ok(args) } else { Err(PacketError::NotUtf8) }
}

fn read(tag: u8, value: &[u8]) -> Result<Option<Arg>, std::str::Utf8Error> {
    let four = || value.try_into().unwrap_or_default();
    let eight = || value.try_into().unwrap_or_default();
    Ok(Some(match tag {
        b'i' => Arg::Int(i32::from_be_bytes(four())),
        b'h' => Arg::Int(i64::from_be_bytes(eight()).clamp(i32::MIN.into(), i32::MAX.into()) as i32),
        b'f' => Arg::Float(f32::from_be_bytes(four())),
        b'd' => Arg::Float(f64::from_be_bytes(eight()) as f32),
        b's' | b'S' => Arg::Text(std::str::from_utf8(value)?.to_owned()),
        b'T' => Arg::Int(1),
        b'F' => Arg::Int(0),
        b'c' => return Ok(char::from_u32(u32::from_be_bytes(four())).map(|c| Arg::Text(c.to_string()))),
        _ => return Ok(None),
    }))
}

/// Encodes one message with `i`, `f` and `s` arguments only.
pub(crate) fn encode(address: &str, args: Args) -> Vec<u8> {
    let args = args
        .into_iter()
        .map(|arg| match arg {
            Arg::Int(i) => OscType::Int(i),
            Arg::Float(f) => OscType::Float(f),
            // A zero byte would end the string early and shift all that follows.
            Arg::Text(s) => OscType::String(if s.contains('\0') { s.replace('\0', "") } else { s }),
        })
        .collect();
    let packet = OscPacket::Message(OscMessage { addr: address.replace('\0', ""), args });
    rosc::encoder::encode(&packet).expect("encoding into memory has nothing that fails")
}

/// Reads arguments one after the other.
pub(crate) struct Reader<'a> {
    args: std::slice::Iter<'a, Arg>,
    what: &'static str,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(args: &'a [Arg], what: &'static str) -> Self {
        Self { args: args.iter(), what }
    }

    fn bad(&self) -> PacketError {
        PacketError::Arguments(self.what)
    }

    pub(crate) fn number(&mut self) -> Result<f64, PacketError> {
        self.args.next().and_then(Arg::number).ok_or_else(|| self.bad())
    }

    pub(crate) fn whole(&mut self) -> Result<i64, PacketError> {
        self.args.next().and_then(Arg::whole).ok_or_else(|| self.bad())
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, PacketError> {
        self.args.next().and_then(Arg::text).ok_or_else(|| self.bad())
    }

    pub(crate) fn rest(&mut self) -> impl Iterator<Item = &'a Arg> + use<'a> {
        std::mem::take(&mut self.args)
    }

    pub(crate) fn next(&mut self) -> Option<&'a Arg> {
        self.args.next()
    }
}
