//! Datagrams byte by byte: what other conductors send, and what nobody should. `protocol` writes only what
//! is right, so that the wrong ones are made here.

/// One argument, with its type.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    I(i32),
    F(f32),
    H(i64),
    D(f64),
    S(&'a str),
    /// A type tag without bytes: `T`, `F`, `N`, `I`, `[`, `]`.
    Bare(char),
    Blob(&'a [u8]),
    Time(u64),
}

/// One message.
pub(crate) fn message(address: &str, values: &[Value]) -> Vec<u8> {
    let mut tags = String::from(",");
    let mut body = Vec::new();
    for value in values {
        match value {
            Value::I(i) => put(&mut tags, 'i', &mut body, &i.to_be_bytes()),
            Value::F(f) => put(&mut tags, 'f', &mut body, &f.to_be_bytes()),
            Value::H(h) => put(&mut tags, 'h', &mut body, &h.to_be_bytes()),
            Value::D(d) => put(&mut tags, 'd', &mut body, &d.to_be_bytes()),
            Value::S(s) => put(&mut tags, 's', &mut body, &padded(s)),
            Value::Bare(tag) => tags.push(*tag),
            Value::Time(t) => put(&mut tags, 't', &mut body, &t.to_be_bytes()),
            Value::Blob(bytes) => {
                put(&mut tags, 'b', &mut body, &(bytes.len() as u32).to_be_bytes());
                body.extend_from_slice(bytes);
                body.resize(body.len().next_multiple_of(4), 0);
            }
        }
    }
    [padded(address), padded(&tags), body].concat()
}

/// A bundle to be worked off at once.
pub(crate) fn bundle(elements: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"#bundle\0\0\0\0\0\0\0\0\x01".to_vec();
    for element in elements {
        bytes.extend_from_slice(&(element.len() as u32).to_be_bytes());
        bytes.extend_from_slice(element);
    }
    bytes
}

/// The types of a tick's tempo and number, as conductors and their libraries have sent them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum TickForm {
    /// As it should be.
    #[default]
    Fi,
    Ii,
    Ff,
    Di,
    /// `,fi` in a bundle.
    Bundle,
}

impl TickForm {
    pub(crate) fn write(self, bpm: f64, tick: i32) -> Vec<u8> {
        let time = |values: &[Value]| message("/mc/time", values);
        match self {
            Self::Fi => time(&[Value::F(bpm as f32), Value::I(tick)]),
            Self::Ii => time(&[Value::I(bpm as i32), Value::I(tick)]),
            Self::Ff => time(&[Value::F(bpm as f32), Value::F(tick as f32)]),
            Self::Di => time(&[Value::D(bpm), Value::I(tick)]),
            Self::Bundle => bundle(&[time(&[Value::F(bpm as f32), Value::I(tick)])]),
        }
    }
}

fn put(tags: &mut String, tag: char, body: &mut Vec<u8>, bytes: &[u8]) {
    tags.push(tag);
    body.extend_from_slice(bytes);
}

fn padded(text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    bytes.resize((bytes.len() + 4) & !3, 0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use musebot_protocol::{Tempo, Tick, ToBot, messages, time_message};

    #[test]
    fn the_right_tick_is_the_one_that_our_director_sends() {
        let ours = time_message(Tempo::clamped(200.0), Tick::from(80_714));
        assert_eq!(TickForm::Fi.write(200.0, 80_714), ours);
    }

    #[test]
    fn every_form_of_a_tick_says_the_same_to_a_lenient_reader() {
        for form in [TickForm::Ii, TickForm::Ff, TickForm::Di, TickForm::Bundle] {
            let bytes = form.write(200.0, 33);
            let read = ToBot::decode(&messages(&bytes).next().unwrap().unwrap()).unwrap();
            assert_eq!(read, ToBot::Time { tempo: Tempo::clamped(200.0), tick: Tick::from(33) }, "{form:?}");
        }
    }

    #[test]
    fn rare_types_are_well_formed() {
        let bytes = message("/x", &[Value::H(1), Value::Bare('T'), Value::Blob(b"abcde"), Value::Time(1)]);
        assert!(messages(&bytes).next().unwrap().is_ok());
    }
}
