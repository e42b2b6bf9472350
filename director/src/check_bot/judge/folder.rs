//! The files of a bot's folder: B29.

use super::Evidence;
use crate::check_bot::finding::Finding;
use std::{fs, os::unix::fs::PermissionsExt, path::Path};

const SECTIONS: [&str; 8] =
    ["name", "version", "instrumentation", "platform", "behaviour", "messages", "license", "credits"];

/// B29: config.txt, info.txt with all that belongs into it, run.command.
pub(crate) fn files(evidence: &Evidence) -> Finding {
    let Some(folder) = evidence.folder else { return Finding::not_applicable("this bot has no folder") };
    let lacking = lacking(folder);
    if lacking.is_empty() {
        return Finding::pass("config.txt, info.txt with all sections, run.command");
    }
    Finding::fail(lacking.join("; "), "config.txt, info.txt (all eight sections, tags), an executable run.command")
}

fn lacking(folder: &Path) -> Vec<String> {
    let mut lacking = Vec::new();
    if !folder.join("config.txt").is_file() {
        lacking.push("there is no config.txt".to_owned());
    }
    match fs::read(folder.join("info.txt")) {
        Ok(bytes) => lacking.extend(lacking_in_info(&String::from_utf8_lossy(&bytes))),
        Err(_) => lacking.push("there is no info.txt".to_owned()),
    }
    match fs::metadata(folder.join("run.command")) {
        Ok(about) if about.permissions().mode() & 0o111 == 0 => {
            lacking.push("run.command is not executable (`chmod +x run.command`)".to_owned());
        }
        Ok(_) => {}
        Err(_) => lacking.push("there is no run.command".to_owned()),
    }
    lacking
}

fn lacking_in_info(text: &str) -> Vec<String> {
    let mut lacking = Vec::new();
    let begins =
        |section: &str| text.lines().any(|l| l.trim().starts_with("##") && l.contains(&format!(" {section} ")));
    let missing: Vec<&str> = SECTIONS.into_iter().filter(|section| !begins(section)).collect();
    if !missing.is_empty() {
        lacking.push(format!("info.txt lacks `## {} ##`", missing.join(" ##`, `## ")));
    }
    let info = musebot_protocol::InfoTxt::parse(text);
    for (tags, line) in [(&info.types, "type:"), (&info.sends, "sends:"), (&info.receives, "receives:")] {
        if tags.iter().all(|tag| tag == "unknown") {
            lacking.push(format!("info.txt has no @tag under `{line}`"));
        }
    }
    lacking
}

#[cfg(test)]
mod tests {
    use super::*;

    const INFO: &str = "## name ##\nx\n## version ##\n1\n## instrumentation ##\ntype:\n@bass\n## platform ##\nany\n\
        ## behaviour ##\nplays\n## messages ##\nsends:\n@nothing\nreceives:\n@tala\n## license ##\nMIT\n## credits ##\nme\n";

    #[test]
    fn b29_each_thing_that_is_missing_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        assert_eq!(lacking(folder.path()).len(), 3);
        fs::write(file("config.txt"), "id x\n").unwrap();
        fs::write(file("info.txt"), INFO).unwrap();
        fs::write(file("run.command"), "#!/bin/bash\n").unwrap();
        assert_eq!(lacking(folder.path()), ["run.command is not executable (`chmod +x run.command`)"]);
        fs::set_permissions(file("run.command"), fs::Permissions::from_mode(0o755)).unwrap();
        assert!(lacking(folder.path()).is_empty());
        fs::write(file("info.txt"), INFO.replace("## platform ##", "").replace("@tala", "")).unwrap();
        let found = lacking(folder.path());
        assert!(found[0].contains("## platform ##") && found[1].contains("receives:"), "{found:?}");
    }
}
