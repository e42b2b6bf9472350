//! The rules by which Candau's conductor reads an info.txt, written down once more and in another
//! way than the program has them: letter by letter, with the flags that it keeps.

/// The tags under `type:`, `sends:` and `receives:`; `unknown` where there is none.
pub(crate) fn tags(text: &str) -> [Vec<String>; 3] {
    let mut groups: [Vec<String>; 3] = Default::default();
    // 1 is instrumentation, 2 is messages.
    let (mut section, mut open) = (0, None);
    for line in text.replace("\r\n", "\n").replace('\r', "\n").split('\n') {
        let line = line.trim();
        let mut token = String::new();
        for letter in line.chars() {
            if !letter.is_ascii_alphanumeric() && !['_', '#', '@', '/', ':'].contains(&letter) {
                break;
            }
            token.push(letter);
        }
        if token == "##" {
            open = None;
            section = if line.contains(" instrumentation ") {
                1
            } else if line.contains(" messages ") {
                2
            } else {
                0
            };
        } else if token == "type:" {
            open = if section == 1 { Some(0) } else { open };
        } else if token == "sends:" {
            open = if section == 2 { Some(1) } else { open };
        } else if token == "receives:" {
            open = if section == 2 { Some(2) } else { open };
        } else if let (Some(group), true) = (open, token.len() > 1 && token.starts_with('@')) {
            groups[group].push(token.split_off(1));
        }
    }
    for group in groups.iter_mut().filter(|group| group.is_empty()) {
        group.push("unknown".to_owned());
    }
    groups
}
