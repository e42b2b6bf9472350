//! A datagram in one line of text, types included: `/agent/gain ,f 0.8`. Reads OSC by itself, so
//! that a test sees what is on the wire and not what our own reader makes of it.

/// Spells one message, or a bundle as `[when: messages]`.
pub(crate) fn spell(bytes: &[u8]) -> String {
    if let Some(body) = bytes.strip_prefix(b"#bundle\0") {
        let (when, mut rest) = body.split_at(8);
        let mut inside = Vec::new();
        while !rest.is_empty() {
            let size = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
            inside.push(spell(&rest[4..4 + size]));
            rest = &rest[4 + size..];
        }
        let when = u64::from_be_bytes(when.try_into().unwrap());
        return format!("[{when}: {}]", inside.join(", "));
    }
    let (address, rest) = text(bytes);
    let (tags, mut rest) = text(rest);
    let mut line = format!("{address} {tags}");
    for tag in tags.bytes().skip(1) {
        let word = match tag {
            b's' => {
                let (word, after) = text(rest);
                rest = after;
                word
            }
            b'i' | b'f' => {
                let (four, after) = rest.split_at(4);
                rest = after;
                let four: [u8; 4] = four.try_into().unwrap();
                match tag {
                    b'i' => i32::from_be_bytes(four).to_string(),
                    _ => f32::from_be_bytes(four).to_string(),
                }
            }
            other => panic!("the director sent the type `{}`", char::from(other)),
        };
        line.push(' ');
        line.push_str(&word);
    }
    assert!(rest.is_empty(), "something is left over after {line}");
    line
}

fn text(bytes: &[u8]) -> (String, &[u8]) {
    let end = bytes.iter().position(|b| *b == 0).expect("a string has an end");
    let padded = (end + 4) & !3;
    assert!(bytes[end..padded].iter().all(|b| *b == 0), "strings are padded with zeros");
    (String::from_utf8(bytes[..end].to_vec()).unwrap(), &bytes[padded..])
}
