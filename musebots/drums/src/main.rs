//! Starts the drummer; all it does is in the library beside it.

fn main() -> anyhow::Result<()> {
    musebot_kit::play::<drums::Drums>()
}
