//! How the drums sound.

use musebot_kit::{DrumKit, Setup};

/// The kit's drum synthesiser, on the channel that is percussion everywhere.
pub(crate) fn sound(setup: &Setup) {
    setup.sounds_like(DrumKit::new());
    setup.channel(10);
}
