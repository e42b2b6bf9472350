//! Starts the bass player; all it does is in the library beside it.

fn main() -> anyhow::Result<()> {
    musebot_kit::play::<bass::Bass>()
}
