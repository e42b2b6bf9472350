//! The visualiser as a program.

fn main() -> anyhow::Result<()> {
    let play = musebot_kit::play::<visualiser::Visualiser>;
    #[cfg(feature = "window")]
    return visualiser::window::run(play);
    #[cfg(not(feature = "window"))]
    play()
}
