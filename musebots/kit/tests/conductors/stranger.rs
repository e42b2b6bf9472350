//! Datagrams as strangers write and read them: by hand, knowing nothing of our protocol crate's
//! leniency. A conductor that finds anything else than it expects says so.

/// Any message of `i`, `f` and `s`.
pub(crate) fn osc(address: &str, tags: &str, values: &[f64], texts: &[&str]) -> Vec<u8> {
    let mut bytes = padded(address);
    bytes.extend(padded(&format!(",{tags}")));
    let (mut values, mut texts) = (values.iter(), texts.iter());
    for tag in tags.chars() {
        match tag {
            'i' => bytes.extend((*values.next().unwrap() as i32).to_be_bytes()),
            'f' => bytes.extend((*values.next().unwrap() as f32).to_be_bytes()),
            's' => bytes.extend(padded(texts.next().unwrap())),
            other => panic!("{other}"),
        }
    }
    bytes
}

fn padded(text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    bytes.resize((bytes.len() + 4) & !3, 0);
    bytes
}

/// One message: its address, its type tags, and its first argument if that is text.
pub(crate) struct Said {
    pub(crate) address: String,
    pub(crate) tags: String,
    pub(crate) first: Option<String>,
}

impl Said {
    /// Reads a plain message; a bundle is none.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let (address, rest) = text(bytes)?;
        let (tags, rest) = text(rest)?;
        let tags = tags.strip_prefix(',')?.to_owned();
        let first = if tags.starts_with('s') { Some(text(rest)?.0) } else { None };
        address.starts_with('/').then_some(Self { address, tags, first })
    }

    /// What a broadcast is about.
    pub(crate) fn topic(&self) -> Option<&str> {
        self.address.strip_prefix("/broadcast/")
    }
}

fn text(bytes: &[u8]) -> Option<(String, &[u8])> {
    let end = bytes.iter().position(|b| *b == 0)?;
    let text = std::str::from_utf8(&bytes[..end]).ok()?.to_owned();
    Some((text, bytes.get((end + 4) & !3..)?))
}
