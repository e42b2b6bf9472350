//! What a viewer gets: an HTTP answer, with the headers that keep other pages away from it.

use std::{fmt::Write, sync::Arc};

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Ok,
    /// Done; or: nothing newer.
    Nothing,
    Bad,
    Forbidden,
    NotFound,
    OtherMethod,
    LengthRequired,
    BodyTooLong,
    TargetTooLong,
    OtherType,
    ExpectationFailed,
    HeadTooLong,
    /// Our own fault.
    Failed,
    TooMany,
}

impl Status {
    fn line(self) -> &'static str {
        match self {
            Self::Ok => "200 OK",
            Self::Nothing => "204 No Content",
            Self::Bad => "400 Bad Request",
            Self::Forbidden => "403 Forbidden",
            Self::NotFound => "404 Not Found",
            Self::OtherMethod => "405 Method Not Allowed",
            Self::LengthRequired => "411 Length Required",
            Self::BodyTooLong => "413 Content Too Large",
            Self::TargetTooLong => "414 URI Too Long",
            Self::OtherType => "415 Unsupported Media Type",
            Self::ExpectationFailed => "417 Expectation Failed",
            Self::HeadTooLong => "431 Request Header Fields Too Large",
            Self::Failed => "500 Internal Server Error",
            Self::TooMany => "503 Service Unavailable",
        }
    }
}

/// What the page may do: show what comes from here, and nothing else. Nobody may put it into a frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The bytes of an answer: the page's own, a frame that several viewers share, or text.
#[derive(Debug, Clone)]
pub(super) enum Body {
    Own(&'static str),
    Shared(Arc<[u8]>),
    Text(String),
}

/// An answer.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: Status,
    kind: &'static str,
    more: Vec<(&'static str, u64)>,
    body: Body,
}

impl Answer {
    pub(super) fn new(kind: &'static str, body: Body) -> Self {
        Self { status: Status::Ok, kind, more: Vec::new(), body }
    }

    /// Says in words why not.
    pub(super) fn why(status: Status, why: impl Into<String>) -> Self {
        Self { status, ..Self::new("text/plain; charset=utf-8", Body::Text(why.into())) }
    }

    /// A header with a number.
    pub(super) fn with(mut self, name: &'static str, number: u64) -> Self {
        self.more.push((name, number));
        self
    }

    pub(super) fn body(&self) -> &[u8] {
        match &self.body {
            Body::Own(text) => text.as_bytes(),
            Body::Shared(bytes) => bytes,
            Body::Text(text) => text.as_bytes(),
        }
    }

    /// Everything before the body.
    pub(super) fn head(&self, stays: bool) -> String {
        let mut head = format!("HTTP/1.1 {}\r\n", self.status.line());
        let mut header = |name: &str, value: &dyn std::fmt::Display| {
            write!(head, "{name}: {value}\r\n").expect("a string takes all");
        };
        if self.status != Status::Nothing {
            header("Content-Type", &self.kind);
            header("Content-Length", &self.body().len());
        }
        for (name, number) in &self.more {
            header(name, number);
        }
        if self.status == Status::OtherMethod {
            header("Allow", &"GET, POST");
        }
        if self.status == Status::TooMany {
            header("Retry-After", &1);
        }
        header("Cache-Control", &"no-store");
        header("Content-Security-Policy", &POLICY);
        header("Cross-Origin-Resource-Policy", &"same-origin");
        header("Cross-Origin-Opener-Policy", &"same-origin");
        header("Referrer-Policy", &"same-origin");
        header("X-Content-Type-Options", &"nosniff");
        header("X-Frame-Options", &"DENY");
        header("Connection", &if stays { "keep-alive" } else { "close" });
        head + "\r\n"
    }
}

impl From<Status> for Answer {
    fn from(status: Status) -> Self {
        Self::why(status, if status == Status::Nothing { "" } else { status.line() })
    }
}
