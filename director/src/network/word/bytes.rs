//! Bytes in a word, as base64: the list of numbers that JSON has for them is nearly three times as long.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&STANDARD.encode(bytes))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    STANDARD.decode(String::deserialize(from)?).map_err(D::Error::custom)
}

/// So many letters they take, with their quotes and a comma.
pub(super) fn length(bytes: &[u8]) -> usize {
    bytes.len().div_ceil(3) * 4 + 3
}

/// The same for a list of them.
pub(super) mod many {
    use super::STANDARD;
    use base64::Engine as _;
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

    pub(in super::super) fn serialize<S: Serializer>(many: &[Vec<u8>], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(many.iter().map(|bytes| STANDARD.encode(bytes)))
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Vec<u8>>, D::Error> {
        let many = Vec::<String>::deserialize(from)?;
        many.iter().map(|text| STANDARD.decode(text).map_err(D::Error::custom)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Serialize;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Carries {
        #[serde(with = "super")]
        one: Vec<u8>,
        #[serde(with = "super::many")]
        more: Vec<Vec<u8>>,
    }

    proptest! {
        #[test]
        fn bytes_come_back_as_they_went_and_take_as_long_as_is_said(
            one in prop::collection::vec(any::<u8>(), 0..300),
            more in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..30), 0..9),
        ) {
            let bytes = Carries { one, more };
            let json = serde_json::to_string(&bytes).unwrap();
            prop_assert_eq!(json.len(), r#"{"one":,"more":[]}"#.len() + length(&bytes.one) - 1
                + (bytes.more.iter().map(|bytes| length(bytes)).sum::<usize>()).saturating_sub(1));
            prop_assert_eq!(serde_json::from_str::<Carries>(&json).unwrap(), bytes);
        }

        #[test]
        fn what_is_none_is_an_error(text in "\\PC{0,40}") {
            let json = serde_json::json!({ "one": text, "more": [text] });
            if let Ok(read) = serde_json::from_value::<Carries>(json) {
                prop_assert_eq!(STANDARD.encode(read.one), text);
            }
        }
    }
}
