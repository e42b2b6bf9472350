//! The hello of a pretended bot.

use musebot_protocol::{Accepts, BotId, Hello, ToDirector};

/// A hello that says what a bot accepts.
pub(crate) fn hello(id: &str, port: u16, accepts: &str) -> ToDirector {
    let has = |word| accepts.split(' ').any(|w| w == word);
    let accepts = Accepts {
        timetags: has("timetags"),
        gain_ramp: has("gain-ramp"),
        position: has("position"),
        ending: has("ending"),
        render: has("render"),
    };
    ToDirector::Hello { id: BotId::new(id).unwrap(), port, hello: Hello { accepts, ..Hello::default() } }
}
