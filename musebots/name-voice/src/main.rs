//! Starts the name voice; all it does is in the library beside it.

fn main() -> anyhow::Result<()> {
    musebot_kit::play::<name_voice::NameVoice>()
}
