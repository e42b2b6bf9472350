//! Arguments: read leniently, written strictly.

use crate::PacketError;
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
    /// As a number: an int, a float, or text that reads as one.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Int(i) => Some(f64::from(*i)),
            Self::Float(f) => Some(f64::from(*f)),
            Self::Text(s) => s.trim().parse().ok(),
        }
        .filter(|n| n.is_finite())
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

/// Decodes a message's arguments. `h` and `d` are narrowed, `T` and `F` become 1 and 0;
/// what is neither number nor text is left out.
pub(crate) fn decode(bytes: &[u8]) -> Result<Args, PacketError> {
    let end = bytes.iter().position(|b| *b == 0).ok_or(PacketError::Cut)?;
    if (end + 4) & !3 == bytes.len() {
        return Ok(Vec::new()); // an address without type tags
    }
    let (_, packet) = rosc::decoder::decode_udp(bytes).map_err(|_| PacketError::Cut)?;
    let OscPacket::Message(message) = packet else { return Err(PacketError::NotOsc) };
    Ok(message.args.into_iter().filter_map(narrow).collect())
}

fn narrow(arg: OscType) -> Option<Arg> {
    Some(match arg {
        OscType::Int(i) => Arg::Int(i),
        OscType::Long(h) => Arg::Int(h.clamp(i32::MIN.into(), i32::MAX.into()) as i32),
        OscType::Float(f) => Arg::Float(f),
        OscType::Double(d) => Arg::Float(d as f32),
        OscType::String(s) => Arg::Text(s),
        OscType::Bool(b) => Arg::Int(b.into()),
        OscType::Char(c) => Arg::Text(c.to_string()),
        _ => return None,
    })
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
