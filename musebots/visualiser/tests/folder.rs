//! What the folder says of the bot is what the bot says of itself.

use musebot_kit::Musebot;
use musebot_protocol::InfoTxt;
use std::collections::BTreeSet;
use visualiser::Visualiser;

fn set<'a>(words: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
    words.into_iter().collect()
}

#[test]
fn b29_info_txt_tells_the_kinds_and_topics_that_the_bot_tells() {
    let (info, about) = (InfoTxt::parse(include_str!("../info.txt")), Visualiser::about());
    assert!(info.warnings.is_empty(), "{:?}", info.warnings);
    assert_eq!(set(info.types.iter().map(String::as_str)), set(about.kinds.iter().copied()));
    // The kit says and hears for every bot that the form has ended.
    let with_the_kit = |topics: &[&'static str]| set(topics.iter().copied().chain(["exiting"]));
    assert_eq!(set(info.sends.iter().map(String::as_str)), with_the_kit(about.sends));
    assert_eq!(set(info.receives.iter().map(String::as_str)), with_the_kit(about.receives));
}
