//! Musebot folders and historic ensemble files: found, judged, listed, read, imported.

use director::{
    ensemble::{Ensemble, LoadError},
    musebot_folder::MusebotFolder,
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

#[path = "historic_files/ensembles.rs"]
mod ensembles;
#[path = "historic_files/folders.rs"]
mod folders;
#[path = "historic_files/importing.rs"]
mod importing;
#[path = "historic_files/listing.rs"]
mod listing;
#[path = "historic_files/playing.rs"]
mod playing;
#[path = "support/process.rs"]
#[expect(dead_code, reason = "other tests take the rest")]
mod process;
#[path = "historic_files/running_here.rs"]
mod running_here;

/// A folder in which the world's files are kept, with `Musebots` and `Ensembles`.
struct World(tempfile::TempDir);

const RUNS: &str = "#!/bin/bash\ncd \"`dirname \"$0\"`\"\nsh bot.sh\n";
const CONFIG: &str = "mc_hostname localhost\nmc_listen_port 4747\nmy_listen_port 7481\noutput_channels 2\n";

impl World {
    fn new() -> Self {
        let world = Self(tempfile::tempdir().unwrap());
        fs::create_dir_all(world.path("Musebots")).unwrap();
        fs::create_dir_all(world.path("Ensembles")).unwrap();
        world
    }

    fn path(&self, inside: &str) -> PathBuf {
        self.0.path().join(inside)
    }

    fn write(&self, inside: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(inside);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// A bot with this run script.
    fn bot_that(&self, folder: &str, id: &str, script: &str) -> MusebotFolder {
        self.write(&format!("{folder}/config.txt"), format!("id {id}\n{CONFIG}"));
        self.write(&format!("{folder}/run.command"), script);
        MusebotFolder::read(&self.path(folder)).expect("it is a musebot")
    }

    /// A bot that can be started anywhere.
    fn bot(&self, folder: &str, id: &str) -> MusebotFolder {
        self.bot_that(folder, id, RUNS)
    }

    /// A bot whose info.txt says this of its platform.
    fn bot_of(&self, folder: &str, platform: &str) -> MusebotFolder {
        self.write(&format!("{folder}/info.txt"), format!("## platform ##\n\n{platform}\n\n## messages ##\n"));
        self.bot(folder, Path::new(folder).file_name().unwrap().to_str().unwrap())
    }

    fn ensemble(&self, text: &str) -> Result<Ensemble, LoadError> {
        Ensemble::load(self.write("Ensembles/old.txt", text))
    }

    /// Where a name of an ensemble file leads.
    fn found(&self, wanted: &str) -> PathBuf {
        let home = self.path("Ensembles");
        let found = MusebotFolder::find(Path::new(wanted), &home).unwrap_or_else(|why| panic!("{why}"));
        found.path.strip_prefix(self.0.path()).unwrap().to_owned()
    }

    fn director(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_director")).args(args).current_dir(self.0.path()).output().unwrap()
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}
