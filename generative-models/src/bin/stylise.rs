//! `stylise CONTENT STYLE… -o OUT.png`: paints a picture in the style of others.

fn main() {}
