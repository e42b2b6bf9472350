//! `director check-bot`: a conductor that examines one bot, fact by fact.
//!
//! Each fact is seen in sessions: launches of the bot with a conductor of its own that behaves in one certain way
//! (`scenes.rs`, carried out by `session.rs`). What was heard in them is a record, and each fact is judged from
//! records alone (`judge/`).

mod bot;
mod crafted;
mod ear;
mod examination;
mod fact;
mod finding;
mod habit;
mod interrupted;
mod judge;
#[cfg(test)]
mod made_up;
mod paragraph;
mod process;
mod record;
mod report;
mod scenes;
mod script;
mod session;
mod shadow;
mod ticker;

use crate::cli::CheckBot;
use anyhow::Context;
use bot::Bot;
use examination::Examination;
use report::Report;

/// Examines the bot; the exit code: 0 when nothing failed, 1 when something did, 2 when it could not be examined.
///
/// # Errors
/// When the report cannot be printed.
pub fn command(args: &CheckBot) -> anyhow::Result<u8> {
    let facts = match fact::chosen(&args.only) {
        Ok(facts) => facts,
        Err(why) => return refuse(&why),
    };
    let bot = match &args.folder {
        Some(folder) => match Bot::in_folder(folder) {
            Ok(bot) => bot,
            Err(e) => return refuse(&format!("{e:#}")),
        },
        None => Bot::command(&args.command),
    };
    interrupted::listen()?;
    let name = bot.name();
    let mut report = Report::begin(&name, args.json);
    let jobs = args.jobs.map(usize::from);
    let outcome = Examination { bot: &bot, facts, slow: args.slow, jobs }.run(&mut report);
    report.end(&name, args.strict, outcome.err().as_deref()).context("failed to print the report")
}

/// Nothing was examined, and why.
fn refuse(why: &str) -> anyhow::Result<u8> {
    use std::io::Write;
    crate::screen::Log.write_all(format!("error: {why}\n").as_bytes())?;
    Ok(2)
}
