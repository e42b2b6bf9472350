//! Who may ask: the page itself, and whoever types its address. No other web page may read what is shown here or
//! wish anything, whatever name it gives this machine ("DNS rebinding") and wherever it is served from.

use super::{answer::Status, request::Request};

/// Refuses what does not come from the page at `port` or from somebody's own hand.
pub(super) fn admit(request: &Request, port: u16) -> Result<(), Status> {
    let ours = |host: &str| is_ours(host, port);
    // A name that somebody let point here is not ours.
    let host = request.header("host")?.ok_or(Status::Bad)?;
    if !ours(host) {
        return Err(Status::Forbidden);
    }
    let origin = request.header("origin")?;
    if origin.is_some_and(|origin| !origin.strip_prefix("http://").is_some_and(ours)) {
        return Err(Status::Forbidden);
    }
    // Another port of this machine is the "same site": that is not us. Who follows a link to the page gets the page,
    // which is the same for everybody and shows itself in no frame.
    let follows_link = || -> Result<bool, Status> {
        Ok(request.path == "/"
            && request.method == "GET"
            && request.header("sec-fetch-mode")? == Some("navigate")
            && request.header("sec-fetch-dest")? == Some("document"))
    };
    match request.header("sec-fetch-site")? {
        None | Some("same-origin" | "none") => {}
        Some(_) if follows_link()? => {}
        Some(_) => return Err(Status::Forbidden),
    }
    match &*request.method {
        "GET" => Ok(()),
        // Only a script of the page's own sends this type and this origin.
        "POST" if origin.is_none() => Err(Status::Forbidden),
        "POST" if request.header("content-type")? != Some(WISH_TYPE) => Err(Status::OtherType),
        "POST" => Ok(()),
        _ => Err(Status::OtherMethod),
    }
}

/// Whether this is a name of the page at `port`. Browsers leave out the port that is usual for the web.
fn is_ours(host: &str, port: u16) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, at)) if at == port.to_string() => name,
        _ if port == 80 => host,
        _ => return false,
    };
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|ours| name.eq_ignore_ascii_case(ours))
}

/// The type of a wish: none that a form could send, so that a browser asks before it sends one from elsewhere.
const WISH_TYPE: &str = "application/x-musebot-wish";

#[cfg(test)]
mod tests {
    use super::*;

    const PORT: u16 = 8080;

    fn asks(first: &str, headers: &[&str]) -> Result<(), Status> {
        asks_at(PORT, first, headers)
    }

    fn asks_at(port: u16, first: &str, headers: &[&str]) -> Result<(), Status> {
        let text = format!("{first} HTTP/1.1\r\n{}\r\n\r\n", headers.join("\r\n"));
        admit(&Request::read(text.as_bytes()).unwrap().unwrap().0, port)
    }

    #[test]
    fn the_page_is_asked_for_by_one_of_its_names() {
        for host in ["127.0.0.1:8080", "localhost:8080", "LocalHost:8080", "[::1]:8080"] {
            assert_eq!(asks("GET /", &[&format!("Host: {host}")]), Ok(()), "{host}");
        }
        for host in
            ["evil.example:8080", "localhost", "localhost:80", "127.0.0.1:8080.evil.example", "", "10.0.0.1:8080"]
        {
            assert_eq!(asks("GET /", &[&format!("Host: {host}")]), Err(Status::Forbidden), "{host}");
        }
        assert_eq!(asks("GET /", &["A: b"]), Err(Status::Bad));
        assert_eq!(asks("GET /", &["Host: localhost:8080", "Host: localhost:8080"]), Err(Status::Bad));
    }

    #[test]
    fn at_the_port_of_the_web_a_name_needs_none() {
        for host in ["127.0.0.1", "localhost", "LocalHost", "[::1]", "localhost:80", "[::1]:80"] {
            assert_eq!(asks_at(80, "GET /", &[&format!("Host: {host}")]), Ok(()), "{host}");
            let origin = format!("Origin: http://{host}");
            assert_eq!(asks_at(80, "GET /frame", &["Host: localhost", &origin]), Ok(()), "{host}");
        }
        for host in ["evil.example", "localhost:8080", "localhost:", "localhost:80:80", "::1", "", "10.0.0.1"] {
            assert_eq!(asks_at(80, "GET /", &[&format!("Host: {host}")]), Err(Status::Forbidden), "{host}");
        }
        for origin in ["https://localhost", "http://localhost:8080", "http://evil.example", "localhost"] {
            let origin = format!("Origin: {origin}");
            assert_eq!(asks_at(80, "GET /frame", &["Host: localhost", &origin]), Err(Status::Forbidden), "{origin}");
        }
    }

    #[test]
    fn other_origins_are_refused() {
        let from = |origin: &str| asks("GET /frame", &["Host: localhost:8080", &format!("Origin: {origin}")]);
        assert_eq!(from("http://localhost:8080"), Ok(()));
        for origin in ["null", "http://localhost:3000", "https://localhost:8080", "http://evil.example", ""] {
            assert_eq!(from(origin), Err(Status::Forbidden), "{origin}");
        }
    }

    #[test]
    fn other_sites_are_refused_but_may_link_here() {
        let from = |path: &str, headers: &[&str]| asks(path, &[&["Host: localhost:8080"], headers].concat());
        for site in ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site"] {
            let link = ["Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"];
            assert_eq!(from("GET /", &[site]), Err(Status::Forbidden));
            assert_eq!(from("GET /frame", &[&[site], &link[..]].concat()), Err(Status::Forbidden));
            assert_eq!(from("GET /", &[&[site], &link[..]].concat()), Ok(()));
            assert_eq!(
                from("GET /", &[site, "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe"]),
                Err(Status::Forbidden)
            );
        }
        assert_eq!(from("GET /frame", &["Sec-Fetch-Site: same-origin"]), Ok(()));
        assert_eq!(from("GET /", &["Sec-Fetch-Site: none"]), Ok(()));
    }

    #[test]
    fn a_wish_comes_from_the_page_in_a_type_of_its_own() {
        let wish = |headers: &[&str]| asks("POST /wish", &[&["Host: localhost:8080"], headers].concat());
        let kind = "Content-Type: application/x-musebot-wish";
        let origin = "Origin: http://localhost:8080";
        assert_eq!(wish(&[kind, origin]), Ok(()));
        assert_eq!(wish(&[kind]), Err(Status::Forbidden));
        assert_eq!(wish(&[origin]), Err(Status::OtherType));
        assert_eq!(wish(&[origin, "Content-Type: text/plain"]), Err(Status::OtherType));
    }

    #[test]
    fn there_are_two_methods() {
        for method in ["HEAD", "OPTIONS", "PUT", "DELETE", "get", "TRACE"] {
            assert_eq!(asks(&format!("{method} /"), &["Host: localhost:8080"]), Err(Status::OtherMethod));
        }
    }
}
