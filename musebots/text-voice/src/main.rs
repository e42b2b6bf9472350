//! Starts the text voice; all it does is in the library beside it.

fn main() -> anyhow::Result<()> {
    musebot_kit::play::<text_voice::TextVoice>()
}
