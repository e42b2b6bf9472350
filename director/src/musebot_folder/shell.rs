//! A shell script taken apart into its commands: as far as the run scripts of musebots need it, which are a few
//! plain lines. Nothing is run, and what cannot be understood is left as it is.

/// Words that stand before a command.
const BEFORE: [&str; 16] = [
    "exec", "export", "nohup", "command", "builtin", "time", "nice", "setsid", "then", "else", "do", "!", "{", "(",
    "sudo", "env",
];
/// A script with one of these words chooses among several ways to start.
const CHOICES: [&str; 6] = ["if", "case", "for", "while", "elif", "||"];

/// All commands of a script in order, with the variables that it has set before read.
pub(super) fn script(text: &str) -> Vec<Command> {
    let mut variables = Vec::new();
    let mut all = Vec::new();
    for line in text.replace("\\\n", " ").lines() {
        for mut command in commands(line) {
            command.words.iter_mut().for_each(|word| *word = expanded(word, &variables));
            variables.extend(command.sets.iter().cloned());
            all.push(command);
        }
    }
    all
}

/// A simple command of a line.
pub(super) struct Command {
    pub(super) words: Vec<String>,
    /// Whether the script chooses among several ways at this line.
    pub(super) chooses: bool,
    /// The variables that it sets.
    sets: Vec<(String, String)>,
}

/// Takes a line of a shell script apart, as far as plain scripts need it.
fn commands(line: &str) -> Vec<Command> {
    let mut all = vec![Vec::new()];
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut separators = Vec::new();
    let mut chars = line.chars().peekable();
    let end_word = |word: &mut Option<String>, all: &mut Vec<Vec<String>>| {
        if let (Some(done), Some(last)) = (word.take(), all.last_mut()) {
            last.push(done);
        }
    };
    while let Some(c) = chars.next() {
        match (c, quote) {
            // Within backticks and $(…) there are quotes of their own: they belong to the word.
            ('`', None | Some('"')) => {
                let inner: String = chars.by_ref().take_while(|c| *c != '`').collect();
                word.get_or_insert_default().push_str(&format!("`{inner}`"));
            }
            ('$', None | Some('"')) if chars.peek() == Some(&'(') => {
                let mut depth = 0;
                let text = word.get_or_insert_default();
                text.push('$');
                for c in chars.by_ref() {
                    text.push(c);
                    depth += i32::from(c == '(') - i32::from(c == ')');
                    if depth == 0 {
                        break;
                    }
                }
            }
            (c, Some(open)) if c == open => quote = None,
            (c, Some(_)) => word.get_or_insert_default().push(c),
            ('"' | '\'', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            ('\\', None) => word.get_or_insert_default().extend(chars.next()),
            ('#', None) if word.is_none() => break,
            // A redirection's `&` separates nothing.
            ('&', None) if word.as_ref().is_some_and(|w| w.ends_with('>')) || chars.peek() == Some(&'>') => {
                word.get_or_insert_default().push('&');
            }
            (';' | '&' | '|', None) => {
                end_word(&mut word, &mut all);
                separators.push(if c == '|' && chars.peek() == Some(&'|') { "||" } else { "" });
                all.push(Vec::new());
            }
            (c, None) if c.is_whitespace() => end_word(&mut word, &mut all),
            (c, None) => word.get_or_insert_default().push(c),
        }
    }
    end_word(&mut word, &mut all);
    // What follows `||` is another way, unless it is the way out.
    let either =
        separators.contains(&"||") && !all.iter().flatten().any(|word| ["exit", "return"].contains(&word.as_str()));
    all.into_iter().flat_map(|words| parts(words, either)).collect()
}

/// The command itself, without what stands before it; a loop over programs is a command for each.
fn parts(mut words: Vec<String>, either: bool) -> Vec<Command> {
    let first = words.first().cloned().unwrap_or_default();
    let chooses = either || CHOICES.contains(&first.as_str());
    if first == "for" {
        let programs = words.into_iter().skip(3).filter(|word| word.contains('/'));
        return programs.map(|word| Command { words: vec![word], chooses, sets: Vec::new() }).collect();
    }
    if CHOICES.contains(&first.as_str()) {
        words.remove(0);
    }
    // A test whether a program is there says what is needed just as well.
    let skipped = words.iter().take_while(|word| BEFORE.contains(&word.as_str()) || is_assignment(word)).count();
    let before: Vec<String> = words.drain(..skipped).collect();
    if skipped > 0 && words.first().is_some_and(|word| word == "-v") {
        words.remove(0);
    }
    let sets = before.iter().filter(|word| is_assignment(word)).filter_map(|word| word.split_once('='));
    let sets = sets.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    vec![Command { words, chooses, sets }]
}

fn is_assignment(word: &str) -> bool {
    let name = word.split_once('=').map(|(name, _)| name);
    name.is_some_and(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
}

/// Words longer than this are left as they are, and values longer than half of it are not put into any: a script
/// could make them grow without end.
const LONGEST_WORD: usize = 512;

/// A word with what the script has set before. What it has not, stays as it is.
fn expanded(word: &str, variables: &[(String, String)]) -> String {
    let mut known: Vec<_> = variables.iter().rev().take(64).collect();
    known.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    let mut whole = word.to_owned();
    for (name, value) in known {
        if whole.len() > LONGEST_WORD || value.len() > LONGEST_WORD / 2 || value.contains('$') {
            continue;
        }
        whole = whole.replace(&format!("${{{name}}}"), value).replace(&format!("${name}"), value);
    }
    if whole.len() > 8 * LONGEST_WORD { word.to_owned() } else { whole }
}

#[cfg(test)]
mod tests {
    use super::{commands, expanded, script};
    use proptest::prelude::*;

    fn words(line: &str) -> Vec<Vec<String>> {
        commands(line).into_iter().map(|command| command.words).filter(|words| !words.is_empty()).collect()
    }

    #[test]
    fn a_line_is_taken_apart_as_a_shell_does_it() {
        for (line, expected) in [
            ("java -jar bot.jar &", vec![vec!["java", "-jar", "bot.jar"]]),
            ("cd \"`dirname \"$0\"`\"", vec![vec!["cd", "`dirname \"$0\"`"]]),
            ("cd \"$(dirname \"$0\")\" && ./x", vec![vec!["cd", "$(dirname \"$0\")"], vec!["./x"]]),
            ("open 'My Bot.app'; echo \"a b\" # open", vec![vec!["open", "My Bot.app"], vec!["echo", "a b"]]),
            ("A=1 B=\"2 3\" exec nohup ./x a\\ b", vec![vec!["./x", "a b"]]),
            ("if [ -e x ]; then open x; fi", vec![vec!["[", "-e", "x", "]"], vec!["open", "x"], vec!["fi"]]),
            ("command -v java >/dev/null", vec![vec!["java", ">/dev/null"]]),
            ("./x >log 2>&1", vec![vec!["./x", ">log", "2>&1"]]),
            ("#!/bin/bash", vec![]),
        ] {
            assert_eq!(words(line), expected, "{line}");
        }
    }

    #[test]
    fn variables_are_read_where_the_script_sets_them() {
        let set = commands("DIR=/a DIRS=/b export C=\"$X\"").remove(0).sets;
        assert_eq!(expanded("${DIR}/$DIRS/$C/$D", &set), "/a//b/$C/$D");
    }

    #[test]
    fn a_script_cannot_fill_the_memory() {
        let line = format!("A={} ; B={} ; ./x {}", "a".repeat(256), "$A".repeat(100), "$A".repeat(250));
        let longest = script(&line).into_iter().flat_map(|command| command.words).map(|word| word.len()).max();
        assert_eq!(longest, Some(500), "it is left as it was");
    }

    proptest! {
        #[test]
        fn no_script_is_too_odd(line in r#"(open|if|for|command -v|A=|\$\(|\)|`|"|'|\\|;|&|\||>|#|\$A|.| ){0,40}"#) {
            for command in commands(&line) {
                for word in &command.words {
                    let _ = expanded(word, &command.sets);
                }
            }
        }
    }
}
