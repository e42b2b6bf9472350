//! Bots whose script has ended and left them to themselves, as `open` on a Mac does and a `&` at the end
//! of a line: no process of ours tells how they are, and no signal reaches them. Their heartbeat does.

use super::{
    Director,
    leaving::{GRACE, LAST_GRACE, SILENT_AFTER, SLOWEST_START},
};
use crate::{
    death::Cause,
    event::{Exit, Tone},
    roster::{Bot, Detached, Life, Then},
};
use std::time::Duration;

/// One that was told off and runs outside our reach has gone when it has been silent for so long.
const QUIET_AFTER: Duration = Duration::from_secs(4);

/// Whether nothing of a bot can be left once its script and all that this had started have ended.
/// On a Mac `open X.app &` ends like that, too, and the app is still on its way.
pub(super) fn is_over(exit: &Exit) -> bool {
    *exit == Exit::Unknown && !cfg!(target_os = "macos")
}

/// Whether one that was never heard has been waited for long enough.
pub(super) fn never_came(now: Duration, bot: &Bot) -> bool {
    let Some(left) = &bot.detached else { return false };
    let over = is_over(&left.exit) && now.saturating_sub(left.at) >= SILENT_AFTER;
    over || now.saturating_sub(bot.since) >= SLOWEST_START
}

impl Director {
    /// The script of a folder has ended well, and nothing that it started is left in its process
    /// group: the bot may run all the same, for all we know.
    pub(super) fn detached(&mut self, now: Duration, name: &str, exit: &Exit, last_lines: &[String]) {
        let Some(bot) = self.roster.get_mut(name) else { return };
        bot.process = false;
        bot.detached = Some(Detached { at: now, exit: exit.clone(), last_lines: last_lines.to_vec() });
    }

    /// One that ran outside our reach is not heard any more: that is its death.
    pub(super) fn lost(&mut self, now: Duration, name: &str, cause: Cause) {
        let Some(bot) = self.roster.get(name) else { return };
        let Some(left) = bot.detached.clone() else { return };
        // Not heard since its script ended: it was that script, and its end was the bot's.
        let with_its_script = bot.alive.is_some_and(|at| at <= left.at) && left.exit.is_success();
        let launched = bot.since;
        self.gone(now, name);
        self.silence(name, true);
        let cause = if with_its_script { Cause::Exited } else { cause };
        self.judge(now, name, launched, cause, &left.exit, &left.last_lines.into());
    }

    /// One that was told off and that no signal reaches: it has gone when it is quiet.
    pub(super) fn wait_for_detached(&mut self, now: Duration, name: &str) {
        let Some(bot) = self.roster.get(name) else { return };
        let Life::Ending { since, told, then, .. } = bot.life else { return };
        let passed = now.saturating_sub(since);
        let quiet = bot.alive.is_some_and(|at| now.saturating_sub(at) >= QUIET_AFTER) && told;
        if quiet || (bot.alive.is_none() && passed >= GRACE) {
            self.gone(now, name);
            match then {
                Then::Again => self.launch(name, now),
                Then::Stay | Then::Died => self.say(Tone::Note, format!("{name} has gone")),
            }
        } else if passed >= GRACE + LAST_GRACE {
            let text = "its script had ended before, so no signal reaches it: end it by hand";
            self.say(Tone::Loud, format!("{name} was told off {} s ago and still beats; {text}", passed.as_secs()));
            self.gone(now, name);
            if let Some(bot) = self.roster.get_mut(name) {
                bot.abandoned = true;
            }
        }
    }
}
