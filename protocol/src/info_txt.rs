//! info.txt: what a musebot says of itself, for people and for programs.
//!
//! Read by the rules of the Max conductors, which the world's files were written for: sections are
//! lines with `##`, tags are lines with `@`, and whatever is missing is no error.

/// What an info.txt says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InfoTxt {
    /// The text of the section `platform`, one line.
    pub platform: String,
    /// What kind of musician it is (`type:` under *instrumentation*), without the `@`.
    pub types: Vec<String>,
    /// The topics it says (`sends:` under *messages*), without the `@`.
    pub sends: Vec<String>,
    /// The topics it listens to (`receives:` under *messages*), without the `@`.
    pub receives: Vec<String>,
    /// What is odd about the file, for a person.
    pub warnings: Vec<String>,
}

/// The tag of a group that the file does not fill.
pub(crate) const UNKNOWN: &str = "unknown";
/// The longest text of a platform that is kept: a table shows less.
const PLATFORM_LETTERS: usize = 400;

/// The sections that hold something for a program.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Instrumentation,
    Messages,
    Platform,
    Other,
}

/// The groups of tags.
#[derive(Clone, Copy)]
enum Group {
    Types,
    Sends,
    Receives,
}

impl InfoTxt {
    /// Reads the file. There is no text that is not one: what cannot be understood is left out, and a group
    /// without any tag is `unknown`, with a warning.
    ///
    /// Give it the text however it is encoded (`String::from_utf8_lossy`): only ASCII means something here.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut info = Self::default();
        let mut section = Section::Other;
        let mut group = None;
        for line in text.trim_start_matches('\u{feff}').split(['\n', '\r']).map(str::trim) {
            match (first_token(line), section) {
                ("##", _) => (section, group) = (section_of(line), None),
                ("type:", Section::Instrumentation) => group = Some(Group::Types),
                ("sends:", Section::Messages) => group = Some(Group::Sends),
                ("receives:", Section::Messages) => group = Some(Group::Receives),
                (_, Section::Platform) => info.add_platform(line),
                (token, _) => {
                    if let (Some(tag), Some(group)) = (token.strip_prefix('@').filter(|t| !t.is_empty()), group) {
                        info.group(group).push(tag.to_owned());
                    }
                }
            }
        }
        for (group, name) in [(Group::Types, "type"), (Group::Sends, "sends"), (Group::Receives, "receives")] {
            if info.group(group).is_empty() {
                info.group(group).push(UNKNOWN.to_owned());
                info.warnings.push(format!("it has no tag under `{name}:`"));
            }
        }
        info
    }

    /// What is known of a bot that has no info.txt at all.
    #[must_use]
    pub fn missing() -> Self {
        let unknown = || vec![UNKNOWN.to_owned()];
        Self {
            platform: String::new(),
            types: unknown(),
            sends: unknown(),
            receives: unknown(),
            warnings: vec!["it has no info.txt".to_owned()],
        }
    }

    /// A tag in the spelling that bots really send: people wrote some topics in several ways.
    #[must_use]
    pub fn canonical(tag: &str) -> &str {
        match tag {
            "harmRhythm" => "harmrhythm",
            "phrase" | "phraseLength" | "phrase_length" => "phraselength",
            "plan/chordduration" | "chordDuration" => "plan/chordDuration",
            "chords" => "plan/chords",
            "coutourA" | "intent/coutourA" => "intent/contourA",
            "hDensity" => "hdensity",
            "vDensity" => "vdensity",
            "notePool" | "note_pool" => "notepool",
            other => other,
        }
    }

    fn group(&mut self, group: Group) -> &mut Vec<String> {
        match group {
            Group::Types => &mut self.types,
            Group::Sends => &mut self.sends,
            Group::Receives => &mut self.receives,
        }
    }

    fn add_platform(&mut self, line: &str) {
        for word in line.split_whitespace() {
            if self.platform.len() + word.len() >= PLATFORM_LETTERS {
                return;
            }
            if !self.platform.is_empty() {
                self.platform.push(' ');
            }
            self.platform.push_str(word);
        }
    }
}

/// The longest beginning of a line that can be a word of the format; what follows is comment.
fn first_token(line: &str) -> &str {
    let ends = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '#' | '@' | '/' | ':'));
    &line[..line.find(ends).unwrap_or(line.len())]
}

/// The section that a line with `##` begins. Its name stands between spaces, or it is another section.
fn section_of(line: &str) -> Section {
    if line.contains(" instrumentation ") {
        Section::Instrumentation
    } else if line.contains(" messages ") {
        Section::Messages
    } else if line.contains(" platform ") {
        Section::Platform
    } else {
        Section::Other
    }
}
