//! What cannot be examined, and an examination that is broken off.

use crate::{
    examined::{Folder, ends, examine, examiner},
    process::wait_until,
};
use std::{fs, process::Stdio};

#[test]
fn a_bot_that_never_beats_is_told_with_its_last_words_and_exit_code_2() {
    let output = examiner(&["--", "bash", "-c", "echo no sound card here >&2; exit 3"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("exit code 3") && text.contains("no sound card here"), "{text}");
    let examined = examine(&["--", "no-such-program"]);
    assert_eq!(examined.code, Some(2));
    assert!(examined.report["unexaminable"].as_str().unwrap().contains("no-such-program"), "{:#}", examined.report);
}

#[test]
fn a_folder_without_anything_to_start_is_still_looked_at() {
    let folder = Folder::new("");
    fs::remove_file(folder.file("run.command")).unwrap();
    let examined = examine(&[folder.path()]);
    assert_eq!((examined.code, examined.verdicts()), (Some(2), vec![("B29", "fail")]));
    assert_eq!(examine(&["--only", "B29", folder.path()]).code, Some(1), "that fact needs no launch");
}

#[test]
fn an_unknown_fact_is_answered_with_the_list() {
    let output = examiner(&["--only", "B31", "--", "true"]).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text.contains("no fact `B31`") && text.contains("B30") && text.contains("leaves at /agent/off"), "{text}");
}

#[test]
fn an_examiner_that_is_interrupted_leaves_no_bot_behind() {
    let folder = Folder::new("");
    let name = folder.file("mark").display().to_string();
    let run = fs::read_to_string(folder.file("run.command")).unwrap();
    // A script whose child is the bot, as most are; and both bear a mark.
    fs::write(
        folder.file("run.command"),
        run.replace("exec ", "").trim_end().to_owned() + &format!(" --mark {name}\n:\n"),
    )
    .unwrap();
    let mut child = examiner(&[folder.path()]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_until("several bots live", || marked(&name) > 3);
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!(ends(&mut child), Some(130));
    wait_until("no bot lives any more", || marked(&name) == 0);
}

/// How many processes bear a mark.
fn marked(mark: &str) -> usize {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter_map(|process| fs::read(process.path().join("cmdline")).ok())
        .filter(|cmdline| String::from_utf8_lossy(cmdline).contains(mark))
        .count()
}
