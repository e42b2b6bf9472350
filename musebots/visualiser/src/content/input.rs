//! What ffmpeg is told to read: this machine's camera, or what somebody asked for by hand.

use anyhow::bail;

/// The arguments before the output's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Input(pub(super) Vec<String>);

impl Input {
    /// `camera`, `camera:DEVICE` or `ffmpeg:ARGUMENTS`; `None` for what is none of them.
    pub(super) fn read(wanted: &str) -> anyhow::Result<Option<Self>> {
        if wanted == "camera" {
            return Ok(Some(Self::camera("0")));
        }
        if let Some(device) = wanted.strip_prefix("camera:") {
            return Ok(Some(Self::camera(device)));
        }
        let Some(arguments) = wanted.strip_prefix("ffmpeg:") else { return Ok(None) };
        let words = words(arguments)?;
        if !words.iter().any(|word| word == "-i") {
            bail!("`{wanted}` names no input: write `ffmpeg:-i FILE`, or `ffmpeg:-f lavfi -i testsrc` for a test");
        }
        // A file comes as it was filmed, not as fast as it can be read.
        Ok(Some(Self([vec!["-re".to_owned()], words].concat())))
    }

    fn camera(device: &str) -> Self {
        let (format, device) = if cfg!(target_os = "macos") {
            ("avfoundation", device.to_owned())
        } else if device.bytes().all(|b| b.is_ascii_digit()) {
            ("v4l2", format!("/dev/video{device}"))
        } else {
            ("v4l2", device.to_owned())
        };
        // avfoundation opens no camera at its own default rate.
        let rate: &[&str] = if cfg!(target_os = "macos") { &["-framerate", "30"] } else { &[] };
        let words = [&["-f", format], rate, &["-i", &device]].concat();
        Self(words.into_iter().map(str::to_owned).collect())
    }
}

/// Words between spaces; what is between quotes is one.
fn words(text: &str) -> anyhow::Result<Vec<String>> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for sign in text.chars() {
        match (quote, sign) {
            (Some(end), _) if sign == end => quote = None,
            (None, '"' | '\'') => {
                quote = Some(sign);
                word.get_or_insert_default();
            }
            (None, _) if sign.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(sign),
        }
    }
    if let Some(quote) = quote {
        bail!("there is a {quote} without its end in `{text}`");
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn arguments_are_words_and_quotes_keep_them_together() {
        let Input(arguments) = Input::read("ffmpeg:-f lavfi  -i 'testsrc=size=8x8' -i \"a b\" ''").unwrap().unwrap();
        assert_eq!(arguments, ["-re", "-f", "lavfi", "-i", "testsrc=size=8x8", "-i", "a b", ""]);
        assert!(Input::read("ffmpeg:-i 'a").unwrap_err().to_string().contains("without its end"));
        assert!(Input::read("ffmpeg:film.mp4").unwrap_err().to_string().contains("no input"));
    }

    #[test]
    fn paths_are_no_inputs() {
        for path in ["pictures", "camera.png", "./camera", "ffmpeg"] {
            assert_eq!(Input::read(path).unwrap(), None, "{path}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_camera_has_a_number_or_a_path() {
        let device = |wanted: &str| Input::read(wanted).unwrap().unwrap().0.pop().unwrap();
        assert_eq!(device("camera"), "/dev/video0");
        assert_eq!(device("camera:2"), "/dev/video2");
        assert_eq!(device("camera:/dev/v4l/by-id/desk"), "/dev/v4l/by-id/desk");
    }

    proptest! {
        #[test]
        fn any_text_is_words_or_not(text in ".{0,60}") {
            if let Ok(words) = words(&text) {
                prop_assert!(words.iter().map(|w| w.chars().count()).sum::<usize>() <= text.chars().count());
            }
        }
    }
}
