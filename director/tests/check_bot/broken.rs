//! A bot that keeps all facts passes all; one that does not keep a fact fails that one.

use crate::examined::{Examined, Folder, examine};
use std::{
    fs,
    sync::{Mutex, mpsc},
};

/// Facts whose paragraph says SHOULD: others live with a bot that does not keep them.
const SHOULD: [u8; 2] = [8, 26];
/// So many examinations at once; each runs a few bots.
const AT_ONCE: usize = 10;

#[test]
fn a_bot_that_keeps_all_facts_passes_all() {
    let folder = Folder::new("");
    let config = fs::read(folder.file("config.txt")).unwrap();
    let examined = examine(&["--slow", "--strict", folder.path()]);
    assert_eq!((examined.code, examined.with("pass").len()), (Some(0), 30), "{:#}", examined.report);
    assert_eq!(fs::read(folder.file("config.txt")).unwrap(), config, "its own config.txt is left as it was");
}

#[test]
fn a_bot_that_does_not_keep_a_fact_fails_that_fact() {
    let facts = Mutex::new((1..=30).collect::<Vec<u8>>());
    let (found, all) = mpsc::channel();
    std::thread::scope(|threads| {
        for _ in 0..AT_ONCE {
            let (facts, found) = (&facts, found.clone());
            threads.spawn(move || {
                loop {
                    let Some(fact) = facts.lock().unwrap().pop() else { return };
                    found.send((fact, broken_in(fact))).unwrap();
                }
            });
        }
    });
    drop(found);
    let wrong: Vec<String> = all
        .into_iter()
        .filter(|(fact, examined)| {
            let expected = if SHOULD.contains(fact) { "advice" } else { "fail" };
            examined.verdicts() != [(format!("B{fact}").as_str(), expected)] || examined.code != Some(1)
        })
        .map(|(fact, examined)| format!("broken in B{fact}: {:#}", examined.report))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn broken_in(fact: u8) -> Examined {
    let name = format!("B{fact}");
    let folder = Folder::new(&format!("--break {name}"));
    if fact == 29 {
        fs::remove_file(folder.file("info.txt")).unwrap();
    }
    let mut args = vec!["--strict", "--only", name.as_str(), folder.path()];
    if fact == 12 {
        args.insert(0, "--slow");
    }
    examine(&args)
}
