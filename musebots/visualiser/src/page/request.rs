//! What a viewer asks for: an HTTP request, read from bytes. Lenient in nothing that two readers could
//! understand in two ways.

use super::answer::Status;

/// The longest head, in bytes: a browser sends along the cookies of every other server on this machine.
pub(super) const LONGEST_HEAD: usize = 32 * 1024;
/// The longest body: a wish is a few words.
pub(super) const LONGEST_BODY: usize = 256;
const LONGEST_TARGET: usize = 256;
const MOST_HEADERS: usize = 100;

/// A request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) method: String,
    /// The path, without what follows `?`.
    pub(super) path: String,
    pub(super) query: String,
    /// Names in small letters.
    headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// Whether another request may follow on this connection.
    pub(super) stays: bool,
}

impl Request {
    /// The request at the beginning of `bytes`, and how many of them it takes; `None` as long as it is not all there.
    pub(super) fn read(bytes: &[u8]) -> Result<Option<(Self, usize)>, Status> {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut parsed = httparse::Request::new(&mut headers);
        let head = match parsed.parse(bytes) {
            Ok(httparse::Status::Complete(head)) if head <= LONGEST_HEAD => head,
            Ok(httparse::Status::Partial) if bytes.len() < LONGEST_HEAD => return Ok(None),
            Ok(_) | Err(httparse::Error::TooManyHeaders) => return Err(Status::HeadTooLong),
            Err(_) => return Err(Status::Bad),
        };
        let target = parsed.path.unwrap_or_default();
        if target.len() > LONGEST_TARGET {
            return Err(Status::TargetTooLong);
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut request = Self {
            method: parsed.method.unwrap_or_default().to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: Vec::with_capacity(parsed.headers.len()),
            body: Vec::new(),
            stays: parsed.version == Some(1),
        };
        for header in parsed.headers.iter() {
            let value = std::str::from_utf8(header.value).map_err(|_| Status::Bad)?;
            request.headers.push((header.name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        request.stays &= !request.header("connection")?.is_some_and(|value| value.eq_ignore_ascii_case("close"));
        // Bodies come in one piece whose length is said first, or not at all.
        if request.header("transfer-encoding")?.is_some() {
            return Err(Status::LengthRequired);
        }
        if request.header("expect")?.is_some() {
            return Err(Status::ExpectationFailed);
        }
        let length = match request.header("content-length")? {
            None => 0,
            Some(length) if length.is_empty() || !length.bytes().all(|b| b.is_ascii_digit()) => {
                return Err(Status::Bad);
            }
            // Digits that are no number are too many.
            Some(length) => length.parse().unwrap_or(usize::MAX),
        };
        if length > LONGEST_BODY {
            return Err(Status::BodyTooLong);
        }
        let Some(body) = bytes.get(head..head + length) else { return Ok(None) };
        request.body = body.to_owned();
        Ok(Some((request, head + length)))
    }

    /// The value of a header (its name in small letters); one that comes twice makes the request bad.
    pub(super) fn header(&self, name: &str) -> Result<Option<&str>, Status> {
        let mut values = self.headers.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str());
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            _ => Err(Status::Bad),
        }
    }

    /// A number from the query.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        let value = self.query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
        value.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<Option<(Request, usize)>, Status> {
        Request::read(text.as_bytes())
    }

    #[test]
    fn a_request_is_its_parts() {
        let text = "POST /wish?after=7&x HTTP/1.1\r\nHost: localhost:80\r\nContent-Length: 4\r\n\r\nnextGET";
        let (request, taken) = read(text).unwrap().unwrap();
        assert_eq!(taken, text.len() - 3);
        assert_eq!((&*request.method, &*request.path, &*request.body), ("POST", "/wish", &b"next"[..]));
        assert_eq!(request.number("after"), Some(7));
        assert_eq!(request.header("host"), Ok(Some("localhost:80")));
        assert!(request.stays);
    }

    #[test]
    fn a_beginning_is_none_yet() {
        let text = "POST /wish HTTP/1.1\r\nHost: localhost:80\r\nContent-Length: 4\r\n\r\nnext";
        for end in 0..text.len() {
            assert_eq!(read(&text[..end]), Ok(None), "{end}");
        }
    }

    #[test]
    fn what_could_be_understood_twice_is_refused() {
        let with = |headers: &str| read(&format!("POST / HTTP/1.1\r\n{headers}\r\n\r\n")).unwrap_err();
        assert_eq!(with("Content-Length: 1\r\nContent-Length: 2"), Status::Bad);
        assert_eq!(with("Content-Length: +1"), Status::Bad);
        assert_eq!(with("Content-Length: 1, 1"), Status::Bad);
        assert_eq!(with("Transfer-Encoding: chunked"), Status::LengthRequired);
        assert_eq!(with("Content-Length: 4\r\nTransfer-Encoding: chunked"), Status::LengthRequired);
    }

    #[test]
    fn everything_has_a_longest() {
        let long = "x".repeat(LONGEST_HEAD);
        assert_eq!(read(&format!("GET /{} HTTP/1.1\r\n\r\n", &long[..300])), Err(Status::TargetTooLong));
        assert_eq!(read(&format!("GET / HTTP/1.1\r\nA: {long}")), Err(Status::HeadTooLong));
        let many = "A: b\r\n".repeat(MOST_HEADERS + 1);
        assert_eq!(read(&format!("GET / HTTP/1.1\r\n{many}\r\n")), Err(Status::HeadTooLong));
        let head = |length: &str| format!("POST /wish HTTP/1.1\r\nContent-Length: {length}\r\n\r\n");
        assert_eq!(read(&head("257")), Err(Status::BodyTooLong));
        assert_eq!(read(&head("99999999999999999999999999")), Err(Status::BodyTooLong));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_request_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            if let Ok(Some((_, taken))) = Request::read(&bytes) {
                prop_assert!(taken <= bytes.len());
            }
        }

        #[test]
        fn any_headers_are_a_request_or_none(headers in "([A-Za-z-]{1,12}: [ -~]{0,20}\r\n){0,6}", method in "[A-Z]{1,5}") {
            let _ = read(&format!("{method} /frame?after=1 HTTP/1.1\r\n{headers}\r\n"));
        }
    }
}
