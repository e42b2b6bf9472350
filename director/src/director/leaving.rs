//! How bots go: told off, fallen silent, dead, started again; and how the director itself goes.

use super::{
    Director, HELLO_WITHIN,
    detached::{is_over, never_came},
};
use crate::{
    death::{self, Cause, LastWords},
    ensemble::BotEntry,
    event::{Action, Exit, Tone},
    restarts::Verdict,
    roster::{Life, MOST_GUESTS, Then},
};
use musebot_protocol::ToBot;
use std::{sync::Arc, time::Duration};

/// A bot that has not beaten for so long is gone (D13; historic bots beat every 2.5 s at the slowest).
pub(super) const SILENT_AFTER: Duration = Duration::from_secs(8);
/// A bot that has not beaten once by now will not (D15).
pub(super) const SLOWEST_START: Duration = Duration::from_secs(60);
/// From `/agent/off` to SIGTERM: historic bots fade for five seconds (D17).
pub(super) const GRACE: Duration = Duration::from_secs(7);
/// From SIGTERM to SIGKILL.
pub(super) const LAST_GRACE: Duration = Duration::from_secs(2);

impl Director {
    /// Tells a bot off; what then becomes of it is `then`.
    pub(super) fn tell_off(&mut self, now: Duration, name: &str, then: Then) {
        let Some(bot) = self.roster.get_mut(name) else { return };
        if then == Then::Stay {
            // Whoever starts it again gets its whole time again.
            bot.leaves_at = None;
        }
        match bot.life {
            Life::Ending { since, told, force, .. } => {
                bot.life = Life::Ending { since, told, force, then };
                return;
            }
            Life::BackingOff(_) | Life::Later | Life::Stopped | Life::GaveUp => {
                bot.life = Life::Stopped;
                return;
            }
            Life::Starting | Life::Playing => {}
        }
        let told = bot.alive.is_some();
        bot.life = Life::Ending { since: now, told, force: 0, then };
        if let Some(to) = bot.to {
            self.out.push(Action::Send { to, bytes: ToBot::Off { frames: None }.encode() });
        }
        self.roster_changed = true;
    }

    /// Looks for bots that have fallen silent, take too long, or are due to be started again.
    pub(super) fn look_after_the_living(&mut self, now: Duration) {
        let names: Vec<Arc<str>> = self.roster.iter().map(|b| b.name.clone()).collect();
        for name in names {
            let Some(bot) = self.roster.get_mut(&name) else { continue };
            match bot.life {
                Life::Playing if bot.alive.is_some_and(|at| now.saturating_sub(at) >= SILENT_AFTER) => {
                    self.fell_silent(now, &name);
                }
                Life::Playing if bot.leaves_at.is_some_and(|at| now >= at) => self.leaves(now, &name),
                Life::Starting if bot.process && now.saturating_sub(bot.since) >= SLOWEST_START => {
                    self.say(Tone::Loud, format!("{name} has not been heard within 60 s of its launch: ending it"));
                    self.tell_off(now, &name, Then::Died);
                }
                Life::Starting if never_came(now, bot) => {
                    self.out.extend(bot.to.map(|to| Action::Send { to, bytes: ToBot::Off { frames: None }.encode() }));
                    self.lost(now, &name, Cause::NeverHeard);
                }
                Life::Ending { since, told, force, then } if bot.process => {
                    let passed = now.saturating_sub(since);
                    let due = [GRACE, GRACE + LAST_GRACE].iter().filter(|d| passed >= **d).count() as u8;
                    if due > force {
                        bot.life = Life::Ending { since, told, force: due, then };
                        self.out.push(Action::Signal { name: name.clone(), kill: due >= 2 });
                        let how = if due >= 2 { "killing it" } else { "sending SIGTERM" };
                        self.say(
                            Tone::Warning,
                            format!("{name} was told off {} s ago and is still here: {how}", passed.as_secs()),
                        );
                    }
                }
                Life::Ending { .. } if bot.detached.is_some() => self.wait_for_detached(now, &name),
                // A guest, or one that somebody runs by hand: its process is not ours to end.
                Life::Ending { since, then, .. } if now.saturating_sub(since) >= GRACE => {
                    self.gone(now, &name);
                    if then == Then::Again {
                        self.launch(&name, now);
                    }
                }
                Life::BackingOff(_) if bot.leaves_at.is_some_and(|at| now >= at) => bot.life = Life::Stopped,
                Life::BackingOff(until) if now >= until => self.launch(&name, now),
                Life::Later => {
                    let delay = bot.entry.as_ref().map(|e| e.delay).unwrap_or_default();
                    if self.is_due(now, delay) {
                        self.launch(&name, now);
                    }
                }
                // It knows of no hello: it is told all the same how things stand.
                Life::Playing if !bot.briefed && now.saturating_sub(bot.first_alive) >= HELLO_WITHIN => {
                    self.bring_up_to_date(now, &name);
                }
                Life::Playing if !bot.settled && bot.entry.is_some() => {
                    let first_alive = bot.first_alive;
                    if self.may_settle(now, first_alive) {
                        self.settle(&name);
                    }
                }
                _ => {}
            }
        }
    }

    fn fell_silent(&mut self, now: Duration, name: &str) {
        let Some(bot) = self.roster.get(name) else { return };
        let (ours, to) = (bot.process, bot.to);
        if bot.detached.is_some() {
            // It may only be slow: two of it would speak with one name.
            self.out.extend(to.map(|to| Action::Send { to, bytes: ToBot::Off { frames: None }.encode() }));
            return self.lost(now, name, Cause::FellSilent);
        }
        let seconds = SILENT_AFTER.as_secs();
        if ours {
            self.say(Tone::Loud, format!("{name} has been silent for {seconds} s while its process lives: ending it"));
            self.tell_off(now, name, Then::Died);
        } else {
            self.say(Tone::Warning, format!("{name} has been silent for {seconds} s: dropped; it may come back"));
            self.out.extend(to.map(|to| Action::Send { to, bytes: ToBot::Off { frames: None }.encode() }));
            self.gone(now, name);
        }
    }

    /// A bot is not here any more.
    pub(super) fn gone(&mut self, now: Duration, name: &str) {
        let Some(bot) = self.roster.get_mut(name) else { return };
        if let Some(source) = bot.source {
            self.memory.forget(source);
        }
        // Its script may have ended well, before it or with it: then they are kept for it until now.
        if bot.is_folder() {
            self.out.push(Action::Release { name: bot.name.clone() });
        }
        if let (false, Some(source), Some(to)) = (bot.is_ours(), bot.source, bot.to) {
            self.addresses.retain(|(_, from, _)| *from != source);
            if self.addresses.len() >= MOST_GUESTS {
                self.addresses.pop_front();
            }
            self.addresses.push_back((bot.id.clone(), source, to));
        }
        bot.reborn();
        bot.process = false;
        bot.since = now;
        bot.life = Life::Stopped;
        if bot.entry.is_none() {
            // Or the others would stay silent for one who is not here.
            self.mixer.solo(name, false);
        }
        self.roster.dismiss(name);
        self.roster_changed = true;
    }

    pub(super) fn exited(&mut self, now: Duration, name: &str, exit: &Exit, last_words: &LastWords) {
        let Some(bot) = self.roster.get(name) else { return };
        let (life, launched) = (bot.life, bot.since);
        let unheard =
            matches!(life, Life::Starting | Life::Playing | Life::Ending { told: false, then: Then::Stay, .. });
        if bot.is_folder() && unheard && matches!(exit, Exit::Code(0) | Exit::Unknown) {
            return self.detached(now, name, exit, &last_words.lines);
        }
        self.gone(now, name);
        if !exit.is_success() {
            self.silence(name, true);
        }
        let silent = matches!(life, Life::Ending { then: Then::Died, .. });
        match life {
            _ if self.quitting.is_some() => return,
            Life::Ending { then: Then::Stay, .. } => return self.say(Tone::Note, format!("{name} has gone")),
            Life::Ending { then: Then::Again, .. } => return self.launch(name, now),
            _ => {}
        }
        self.judge(now, name, launched, if silent { Cause::Ended } else { Cause::Exited }, exit, last_words);
    }

    /// What becomes of a bot that has died, and what is said about it.
    pub(super) fn judge(
        &mut self,
        now: Duration,
        name: &str,
        launched: Duration,
        cause: Cause,
        exit: &Exit,
        last_words: &LastWords,
    ) {
        let Some(bot) = self.roster.get_mut(name) else { return };
        let failed = cause != Cause::Exited || !exit.is_success();
        // It may come yet where no signal reaches it: another try would leave one more of it behind.
        let out_of_reach = cause == Cause::NeverHeard && !is_over(exit);
        let verdict = if out_of_reach { Verdict::GiveUp } else { bot.restarts.died(now, launched, failed) };
        let count = bot.restarts.count;
        let next = match verdict {
            Verdict::Again(wait) => {
                bot.life = Life::BackingOff(now + wait);
                format!("starting it again in {} s (restart {count})", wait.as_secs_f64())
            }
            Verdict::Stay => "not starting it again".to_owned(),
            Verdict::GiveUp if out_of_reach => {
                bot.life = Life::GaveUp;
                format!("not starting it again: it may come yet (`director start {name}` tries again)")
            }
            Verdict::GiveUp => {
                bot.life = Life::GaveUp;
                format!("5 deaths within a minute: giving it up (`director start {name}` tries again)")
            }
        };
        if !failed {
            let (tone, next) = match verdict {
                Verdict::Stay => (Tone::Note, String::new()),
                Verdict::Again(_) => (Tone::Note, format!("; {next}")),
                Verdict::GiveUp => (Tone::Loud, format!("; {next}")),
            };
            self.say(tone, format!("{name} has ended by itself{next}"));
        } else {
            self.say(Tone::Loud, death::card(name, cause, exit, last_words, &next));
        }
    }

    /// A bot that could not end its notes itself may have left some sounding at MIDI ports.
    pub(super) fn silence(&mut self, name: &str, every_key: bool) {
        let Some(bot) = self.roster.get(name) else { return };
        let plays_midi = |entry: &BotEntry| entry.outputs.iter().any(|output| output.midi().is_some());
        if bot.entry.as_ref().is_some_and(plays_midi) {
            self.out.push(Action::Silence { name: bot.name.clone(), every_key });
        }
    }

    /// Lets everybody fade out and go.
    pub(super) fn quit(&mut self, now: Duration) {
        self.quitting = Some(now);
        self.end_clocks(self.next_tick(now));
        self.end_for_all();
        let names: Vec<Arc<str>> = self.roster.iter().map(|b| b.name.clone()).collect();
        for name in names {
            self.tell_off(now, &name, Then::Stay);
        }
    }

    /// Ctrl-C: the first lets everybody fade out, the second does not.
    pub(super) fn interrupted(&mut self, now: Duration) {
        if std::mem::replace(&mut self.interrupted, true) {
            self.kill_all();
        } else if self.quitting.is_none() {
            self.quit(now);
        }
    }

    /// Ends all that may sound at the MIDI ports of the file.
    pub(super) fn silence_all(&mut self, every_key: bool) {
        let names: Vec<Arc<str>> = self.roster.iter().map(|b| b.name.clone()).collect();
        for name in names {
            self.silence(&name, every_key);
        }
    }

    /// At once, by force.
    fn kill_all(&mut self) {
        for bot in self.roster.iter().filter(|b| b.process) {
            self.out.push(Action::Signal { name: bot.name.clone(), kill: true });
        }
        self.silence_all(true);
        self.finish(130);
    }

    /// Ends the director, and says so to the other machines.
    fn finish(&mut self, code: u8) {
        self.say_bye();
        self.out.push(Action::Finish(code));
    }

    /// Leaves when nobody is left: because we are quitting, or because all have ended.
    pub(super) fn finish_if_alone(&mut self, now: Duration) {
        let ours = self.roster.iter().any(|b| b.is_ours() || matches!(b.life, Life::BackingOff(_) | Life::Later));
        if ours {
            return;
        }
        if let Some(since) = self.quitting {
            // Guests are told, and get a moment to hear the last ticks; they are not waited for.
            let guests = self.roster.iter().any(|b| b.is_here());
            if !guests || now.saturating_sub(since) >= Duration::from_secs(1) {
                self.finish(self.exit_code);
            }
            return;
        }
        // On a network somebody may join, or be sent here.
        if self.is_networked() {
            return;
        }
        let had_bots = self.roster.iter().any(|b| b.entry.is_some());
        let anybody = self.roster.iter().any(|b| b.is_here() || b.life == Life::Starting);
        // Who was sent away by hand may be wanted back: the stage stays open.
        let awaited = self.roster.iter().any(|b| b.sent_away);
        if had_bots && !anybody && !awaited {
            let failed = self.roster.iter().any(|b| b.life == Life::GaveUp);
            self.exit_code = u8::from(failed);
            self.say(Tone::Loud, "nobody is left to play".to_owned());
            self.quitting = Some(now);
        }
    }
}
