//! How a bot is launched (X9): its folder, its config.txt, its variables, its process group. A program
//! of ours gets a private folder; a musebot folder is its own (`launch/folder.rs`).

mod copy;
mod folder;

pub use folder::Tenancy;

use crate::{
    ensemble::{BotEntry, Ensemble, Program},
    musebot_folder::Manners,
};
use musebot_protocol::ConfigTxt;
use std::{
    io,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    process::Stdio,
};
use tokio::process::Command;

/// What a bot is told beyond its entry in the ensemble file.
#[derive(Debug, Clone)]
pub struct Terms {
    /// Where the director listens.
    pub director: SocketAddr,
    /// The ensemble's seed; each bot gets one of its own from it.
    pub seed: u64,
    /// Where bots put their files in a render; live there is none.
    pub render: Option<PathBuf>,
    /// Where the private folders are made.
    pub folder: PathBuf,
    /// Whether a bot is killed when the director dies; switched off only to test what happens then.
    pub death_signal: bool,
}

/// A bot that is ready to be run.
#[derive(Debug)]
pub struct Prepared {
    /// What is run.
    pub command: Command,
    /// How it wants to be treated, when it is a musebot folder.
    pub manners: Option<Manners>,
    /// What is held as long as it runs, when it is a musebot folder.
    pub tenancy: Option<Tenancy>,
}

/// The seed of one bot: a hash of the ensemble's seed and the bot's name (SplitMix64 over its bytes).
#[must_use]
pub fn bot_seed(seed: u64, id: &str) -> u64 {
    id.bytes().fold(mix(seed), |hash, byte| mix(hash ^ u64::from(byte)))
}

fn mix(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Makes the bot's folder ready, with its config.txt, and the command to run in it.
/// Takes its time where a musebot folder has to be found and copied.
///
/// # Errors
/// What to tell the user when the program is not there or the folder cannot be made.
pub fn prepare(ensemble: &Ensemble, bot: &BotEntry, port: u16, terms: &Terms) -> Result<Prepared, String> {
    let config = ConfigTxt {
        id: bot.id.to_string(),
        mc_hostname: host(terms.director.ip()),
        mc_listen_port: terms.director.port(),
        my_listen_port: port,
        output_channels: 2,
    };
    let mut prepared = match &bot.program {
        Program::Folder(wanted) => folder::prepare(wanted, &ensemble.home, config, terms)?,
        Program::Name(_) | Program::Path(_) => {
            let program = bot.program.find(&ensemble.home, &beside()).map_err(|e| e.to_string())?;
            let folder = terms.folder.join(bot.id.as_str());
            std::fs::create_dir_all(&folder)
                .and_then(|()| write_config(&folder, &config))
                .map_err(|e| format!("failed to write its config.txt in {}: {e}", folder.display()))?;
            let mut command = Command::new(program);
            command.args(&bot.args).current_dir(&folder);
            Prepared { command, manners: None, tenancy: None }
        }
    };
    dress(&mut prepared.command, ensemble, bot, terms);
    Ok(prepared)
}

/// What every bot gets, whatever it is: pipes, variables, a process group.
fn dress(command: &mut Command, ensemble: &Ensemble, bot: &BotEntry, terms: &Terms) {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // What somebody exported for a bot of their own must not reach all of ours (one id for everybody,
    // another director's port, another render). How much to log is theirs to say.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|n| n.starts_with("MUSEBOT_") && !["MUSEBOT_LOG", "MUSEBOT_MODELS"].contains(&n)) {
            command.env_remove(name);
        }
    }
    command
        // An error is one line on its card; whoever wants a backtrace of a panic still gets it.
        .env("RUST_LIB_BACKTRACE", "0")
        .env("MUSEBOT_SEED", bot_seed(terms.seed, bot.called.as_str()).to_string())
        .env("MUSEBOT_KEY", ensemble.key.to_string())
        .env("MUSEBOT_MODE", ensemble.mode.to_string())
        .env("MUSEBOT_STYLE", ensemble.style.to_string())
        .env("MUSEBOT_TEMPERAMENT", bot.temperament.to_string())
        .env("MUSEBOT_OUTPUT", bot.outputs_json())
        .env("MUSEBOT_HOME", &ensemble.home);
    if let Some(latency) = bot.latency {
        command.env("MUSEBOT_LATENCY_MS", latency.as_millis().to_string());
    }
    if let Some(render) = &terms.render {
        command.env("MUSEBOT_RENDER", render);
    }
    // A group of its own: Ctrl-C is the director's to handle, and what the bot starts goes with it.
    command.process_group(0).kill_on_drop(true);
    if terms.death_signal {
        die_with_us(command.as_std_mut());
    }
}

/// How bots on this machine reach a director that listens at this address.
fn host(ip: IpAddr) -> String {
    if ip.is_loopback() || ip.is_unspecified() { "localhost".to_owned() } else { ip.to_string() }
}

/// The folder that the director's own binary lies in: its bots lie beside it.
#[must_use]
pub fn beside() -> PathBuf {
    std::env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_owned)).unwrap_or_default()
}

/// Writes config.txt whole or not at all.
fn write_config(folder: &Path, config: &ConfigTxt) -> io::Result<()> {
    let fresh = folder.join("config.txt.new");
    std::fs::write(&fresh, config.to_string())?;
    std::fs::rename(fresh, folder.join("config.txt"))
}

/// On Linux, a child gets SIGKILL the moment the director is gone, however that happened.
/// It fires when the *thread* that spawned it ends: children are spawned from the main thread.
#[cfg(target_os = "linux")]
pub(crate) fn die_with_us(command: &mut std::process::Command) {
    let parent = rustix::process::getpid();
    #[expect(unsafe_code, reason = "pre_exec runs between fork and exec; both calls are async-signal-safe")]
    // SAFETY: prctl and getppid are plain system calls; nothing is allocated or locked.
    unsafe {
        use std::os::unix::process::CommandExt;
        command.pre_exec(move || {
            rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
            // The director may have died before that call.
            let gone = rustix::io::Errno::SRCH.into();
            if rustix::process::getppid() == Some(parent) { Ok(()) } else { Err(gone) }
        });
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn die_with_us(_command: &mut std::process::Command) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bot_gets_a_seed_of_its_own_that_depends_on_nothing_but_seed_and_name() {
        assert_eq!(bot_seed(7, "bass"), bot_seed(7, "bass"));
        assert_ne!(bot_seed(7, "bass"), bot_seed(7, "drums"));
        assert_ne!(bot_seed(7, "bass"), bot_seed(8, "bass"));
    }

    #[test]
    fn a_bot_is_told_the_address_of_a_director_that_listens_on_one_interface_only() {
        let told = |ip: &str| host(ip.parse().unwrap());
        assert_eq!((told("127.0.0.1"), told("0.0.0.0")), ("localhost".into(), "localhost".into()));
        assert_eq!(told("192.168.1.5"), "192.168.1.5");
    }

    #[test]
    fn d29_config_txt_has_exactly_five_lines_and_replaces_longer_content() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.txt"), "x\n".repeat(100)).unwrap();
        let config = ConfigTxt {
            id: "bass".into(),
            mc_hostname: "localhost".into(),
            mc_listen_port: 4747,
            my_listen_port: 7475,
            output_channels: 2,
        };
        write_config(folder.path(), &config).unwrap();
        let text = std::fs::read_to_string(folder.path().join("config.txt")).unwrap();
        assert_eq!(
            text,
            "id bass\nmc_hostname localhost\nmc_listen_port 4747\nmy_listen_port 7475\noutput_channels 2\n"
        );
    }
}
