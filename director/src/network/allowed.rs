//! What a satellite starts for others: the bots of a list of its own (an ensemble file), and musebot folders that it finds in its
//! own bots folder. A leader sends names; whatever else a bot is started with was written down on this machine.

use super::HostName;
use crate::{
    ensemble::{BotEntry, ClockPorts, Ensemble, Place, Program},
    musebot_folder::MusebotFolder,
};
use musebot_protocol::BotId;
use std::path::{Path, PathBuf};

/// The list that is read when nobody names one, if it is there.
pub const USUAL_LIST: &str = "configs/bots.toml";

/// What may be started here.
#[derive(Debug, Default)]
pub struct Allowed {
    list: Option<Ensemble>,
}

/// The bots of an ensemble, as one satellite sees them.
#[derive(Debug)]
pub struct Cast {
    /// The ensemble with the bots that are started here.
    pub ensemble: Ensemble,
    /// And the others.
    pub others: Others,
    /// Those that should play here and nowhere else, and are not on the list.
    pub refused: Vec<String>,
}

/// The bots that a satellite does not start, or not yet.
#[derive(Debug, Default)]
pub struct Others {
    /// Those that play on other hosts.
    pub elsewhere: Vec<BotEntry>,
    /// Those that may play on any host, and can be started here. Some may be started already.
    pub spare: Vec<BotEntry>,
    /// Those that may play on any host, and are not on the list.
    pub cannot: Vec<String>,
}

/// Parts an ensemble that this machine, called `own`, leads: the bots of other hosts leave it, and all get their full
/// names.
pub fn part(ensemble: &mut Ensemble, own: &HostName) -> Vec<BotEntry> {
    let here = |bot: &BotEntry| match &bot.host {
        None => true,
        Some(Place::On(host)) => host == own,
        Some(Place::Any) => false,
    };
    let named = |bot: BotEntry, host: &HostName| match BotId::new(&format!("{}@{host}", bot.called)) {
        Ok(id) => BotEntry { id, ..bot },
        Err(_) => bot,
    };
    let (bots, far): (Vec<_>, Vec<_>) = std::mem::take(&mut ensemble.bots).into_iter().partition(here);
    ensemble.bots = bots.into_iter().map(|bot| named(bot, own)).collect();
    let full = |id: &BotId| ensemble.bots.iter().find(|bot| bot.called == *id).map(|bot| bot.id.clone());
    ensemble.jack_connects = ensemble.jack_connects.iter().filter_map(|(a, b)| Some((full(a)?, full(b)?))).collect();
    far.into_iter()
        .map(|bot| match bot.host.clone() {
            Some(Place::On(host)) => named(bot, &host),
            _ => bot,
        })
        .collect()
}

impl Allowed {
    /// Reads the list. Without a name the usual one, or none where that is not there.
    ///
    /// # Errors
    /// When it cannot be read, or has faults.
    pub fn read(file: Option<&Path>) -> anyhow::Result<Self> {
        let file = match file {
            Some(file) => file.to_owned(),
            None if Path::new(USUAL_LIST).is_file() => PathBuf::from(USUAL_LIST),
            None => return Ok(Self::default()),
        };
        Ok(Self { list: Some(Ensemble::load(&file)?) })
    }

    /// Picks the bots of a host from the sheet of all: `yours` are the names of those that the leader wants here.
    #[must_use]
    pub fn cast(&self, all: Ensemble, yours: &[String], own: &HostName, leader: &HostName) -> Cast {
        // Which ports are played and heard here is this machine's own business, too; the clock that leads is the leader's.
        let out = self.list.as_ref().map(|list| list.clock.out.clone()).unwrap_or_default();
        let clock = ClockPorts { out, input: None };
        let (bots, surfaces, jack_connects) = Default::default();
        let ensemble = Ensemble { bots, surfaces, jack_connects, clock, ..all.clone() };
        let mut cast = Cast { ensemble, others: Others::default(), refused: Vec::new() };
        // What is run is looked for as on this machine's own stage.
        if let Some(list) = &self.list {
            cast.ensemble.home.clone_from(&list.home);
        } else {
            cast.ensemble.home = std::env::current_dir().unwrap_or_default();
        }
        for bot in all.bots {
            let here = yours.iter().any(|name| name == bot.called.as_str());
            let any = bot.host == Some(Place::Any);
            let host = match &bot.host {
                Some(Place::On(host)) if !here => host,
                None if !here => leader,
                _ => own,
            };
            let Ok(id) = BotId::new(&format!("{}@{host}", bot.called)) else { continue };
            if !here && !any {
                cast.others.elsewhere.push(BotEntry { id, ..bot });
                continue;
            }
            match self.own(&bot, &cast.ensemble.home).map(|own| BotEntry { id, ..own }) {
                Some(own) => {
                    cast.others.spare.extend(any.then(|| own.clone()));
                    cast.ensemble.bots.extend(here.then_some(own));
                }
                None if any => cast.others.cannot.push(bot.called.to_string()),
                None => cast.refused.push(bot.called.to_string()),
            }
        }
        cast
    }

    /// A bot as this machine starts it: what is musical is the leader's, the rest our own.
    fn own(&self, bot: &BotEntry, home: &Path) -> Option<BotEntry> {
        let listed = self.list.iter().flat_map(|list| &list.bots).find(|own| own.called == bot.called);
        if let Some(own) = listed {
            return Some(BotEntry {
                program: own.program.clone(),
                args: own.args.clone(),
                outputs: own.outputs.clone(),
                sound: own.sound.clone(),
                latency: own.latency,
                gain_scale: own.gain_scale,
                restart: own.restart,
                ..bot.clone()
            });
        }
        // A name alone, never a path: it is looked for where musebots are kept here, and nowhere else.
        let name = PathBuf::from(bot.called.as_str());
        let plain = name.components().count() == 1 && !bot.called.as_str().contains(['/', '\\']);
        (plain && MusebotFolder::find(&name, home).is_ok()).then(|| BotEntry {
            program: Program::Folder(name),
            args: Vec::new(),
            outputs: vec![Default::default()],
            ..bot.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(name: &str) -> HostName {
        HostName::new(name).unwrap()
    }

    fn sheet(bots: &str) -> Ensemble {
        Ensemble::parse(bots, "sheet.toml").unwrap()
    }

    #[test]
    fn a_program_an_argument_or_an_output_that_came_over_the_network_is_never_used() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bots.toml");
        std::fs::write(
            &file,
            "[[bot]]\nid = \"bass\"\nprogram = \"our-bass\"\nargs = [\"--ours\"]\noutput = \"null\"\n",
        )
        .unwrap();
        let allowed = Allowed::read(Some(&file)).unwrap();
        let all = sheet(
            "[[bot]]\nid = \"bass\"\nprogram = \"/bin/rm\"\nargs = [\"-rf\"]\noutput = \"midi:x\"\ngain = 0.5\nhost = \"b\"\n\
             [[bot]]\nid = \"reboot\"\nprogram = \"reboot\"\nhost = \"b\"\n[[bot]]\nid = \"drums\"\nprogram = \"drums\"\n",
        );
        let cast = allowed.cast(all, &["bass".into(), "reboot".into()], &host("b"), &host("a"));
        let bass = &cast.ensemble.bots[0];
        assert_eq!((bass.id.as_str(), bass.program.to_string()), ("bass@b", "our-bass".to_owned()));
        assert_eq!((bass.args.as_slice(), bass.gain.linear()), (["--ours".to_owned()].as_slice(), 0.5));
        assert_eq!(bass.outputs_json(), r#"[{"kind":"null"}]"#);
        assert_eq!(cast.ensemble.bots.len(), 1, "what is not on the list is not started");
        assert_eq!(cast.refused, ["reboot"]);
        assert_eq!(cast.others.elsewhere[0].id.as_str(), "drums@a");
    }

    #[test]
    fn who_may_play_on_any_host_is_kept_ready_or_said_to_be_missing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bots.toml");
        std::fs::write(&file, "[[bot]]\nid = \"bass\"\nprogram = \"our-bass\"\n").unwrap();
        let any = |id: &str| format!("[[bot]]\nid = \"{id}\"\nprogram = \"{id}\"\nhost = \"any\"\n");
        let cast = |yours: &[String]| {
            let all = sheet(&(any("bass") + &any("drums")));
            Allowed::read(Some(&file)).unwrap().cast(all, yours, &host("b"), &host("a"))
        };
        for (yours, begins) in [(vec![], 0), (vec!["bass".to_owned(), "drums".to_owned()], 1)] {
            let Cast { ensemble, others, refused } = cast(&yours);
            assert_eq!((ensemble.bots.len(), refused.len()), (begins, 0));
            let spare: Vec<_> = others.spare.iter().map(|bot| (bot.id.as_str(), bot.program.to_string())).collect();
            assert_eq!(spare, [("bass@b", "our-bass".to_owned())]);
            assert_eq!(others.cannot, ["drums"]);
        }
    }

    #[test]
    fn the_ports_of_a_satellites_clock_are_those_of_its_own_list() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bots.toml");
        std::fs::write(&file, "[clock]\nout = \"midi:TR-8\"\nin = \"midi:ours\"\n").unwrap();
        let all = "[clock]\nout = \"midi:evil\"\nin = \"midi:evil\"\n";
        let named = |list: Allowed| {
            let ensemble = list.cast(sheet(all), &[], &host("b"), &host("a")).ensemble;
            assert!(ensemble.clock.input.is_none());
            ensemble.clock.out.iter().map(|port| format!("{:?}", port.address.port)).collect::<Vec<_>>()
        };
        assert_eq!(named(Allowed::read(Some(&file)).unwrap()), ["Named(\"TR-8\")"]);
        assert!(named(Allowed::default()).is_empty());
    }

    #[test]
    fn without_a_list_nothing_is_started_but_musebot_folders_of_this_machine() {
        let cast = Allowed::default().cast(
            sheet("[[bot]]\nid = \"sh\"\nprogram = \"sh\"\nhost = \"b\"\n"),
            &["sh".into()],
            &host("b"),
            &host("a"),
        );
        assert!(cast.ensemble.bots.is_empty());
        assert_eq!(cast.refused, ["sh"]);
    }
}
