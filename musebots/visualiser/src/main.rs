//! The visualiser as a program.

fn main() -> anyhow::Result<()> {
    musebot_kit::play::<visualiser::Visualiser>()
}
