//! A broadcast's topic as part of a key of the link, where some signs mean something else.

/// The topic with everything spelt out (`%2A`) that a key cannot hold, or understands otherwise. An empty
/// part between slashes becomes `%`.
#[must_use]
pub(super) fn escaped(topic: &str) -> String {
    let mut key = String::with_capacity(topic.len() + 8);
    for (n, part) in topic.split('/').enumerate() {
        if n > 0 {
            key.push('/');
        }
        if part.is_empty() {
            key.push('%');
        }
        for c in part.chars() {
            match c {
                '*' | '$' | '?' | '#' | '%' | '@' => {
                    key.push('%');
                    key.push_str(&format!("{:02X}", c as u32));
                }
                c => key.push(c),
            }
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ordinary_topics_stay_as_they_are() {
        for topic in ["hdensity", "plan/chords", "harmRhythm_2"] {
            assert_eq!(escaped(topic), topic);
        }
        assert_eq!(escaped("a*b/?//"), "a%2Ab/%3F/%/%");
    }

    proptest! {
        #[test]
        fn every_topic_is_a_key_and_no_two_are_the_same(one in ".{0,40}", two in ".{0,40}") {
            let (a, b) = (escaped(&one), escaped(&two));
            prop_assert_eq!(one == two, a == b);
            #[cfg(feature = "network")]
            prop_assert!(zenoh::key_expr::KeyExpr::try_from(format!("musebots/1/said/host/{a}")).is_ok(), "{}", a);
        }
    }
}
