//! `director`: see `director --help`.

use anyhow::Context;
use clap::Parser;
use director::{
    calibrate, check_bot,
    cli::{Cli, Command},
    devices, doctor,
    ensemble::{Ensemble, Program, is_historic},
    import, join, launch, learn, list,
    listen::{self, reading::printable},
    musebot_folder::MusebotFolder,
    new_bot, play, remote, render_to_files, say, screen, tap,
};
use musebot_protocol::{Control, Gain};
use std::{
    io::{self, IsTerminal, Write},
    path::Path,
    process::ExitCode,
};

fn main() -> ExitCode {
    let cli = Cli::parse();
    log_to_screen();
    let code = match run(cli.command) {
        Ok(code) => ExitCode::from(code),
        // Somebody closed the pipe that we print into: `director bots | head`.
        Err(e) if e.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe) => {
            ExitCode::SUCCESS
        }
        Err(e) => {
            let text = format!("{e:#}");
            // The faults of a file say themselves what they are.
            let prefix = if text.starts_with("error:") { "" } else { "error: " };
            let _ = screen::Log.write_all(format!("{prefix}{}\n", text.trim_end()).as_bytes());
            ExitCode::FAILURE
        }
    };
    screen::drain();
    code
}

fn log_to_screen() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("DIRECTOR_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,zenoh=error"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .without_time()
        // A terminal that was closed is no reason to stop before everybody has faded out.
        .log_internal_errors(false)
        .with_ansi(io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .with_writer(|| screen::Log)
        .finish();
    // Not by `init`: where the network's crates are built in, that would show what sound libraries say to
    // themselves too.
    let _ = tracing::subscriber::set_global_default(log);
}

fn run(command: Command) -> anyhow::Result<u8> {
    let full = |g: f64| Gain::clamped(g);
    let (control, remote) = match command {
        Command::Play(args) => return play::play(&args),
        Command::Render(args) => return render_to_files::command(&args),
        Command::Check { files } => return check(&files),
        Command::List(args) => return list::command(&args),
        Command::Devices(args) => return devices::command(&args),
        Command::Doctor(args) => return doctor::command(&args),
        Command::Import(args) => return import::command(&args),
        Command::NewBot(args) => return new_bot::command(&args),
        Command::CheckBot(args) => return check_bot::command(&args),
        Command::Listen(args) => return listen::command(&args),
        Command::Say(args) => return say::command(&args),
        Command::Learn(args) => return learn::command(&args),
        Command::Calibrate(args) => return calibrate::command(&args),
        Command::Join(args) => return join::join(&args),
        Command::Key(command) => return join::key(&command),
        Command::Hosts(r) => (Control::Get { what: "hosts".into() }, r),
        Command::Bots(r) => (Control::Get { what: "bots".into() }, r),
        Command::Tempo { tempo, over, remote } => (Control::Tempo { tempo, over: over.over }, remote),
        Command::Gain { who, gain, over, remote } if who == "master" => {
            (Control::Master { gain: full(gain), over: over.over }, remote)
        }
        Command::Gain { who, gain, over, remote } => (Control::Gain { who, gain: full(gain), over: over.over }, remote),
        Command::Mute(t) => (Control::Mute { who: t.who, on: !t.off }, t.remote),
        Command::Solo(t) => (Control::Solo { who: t.who, on: !t.off }, t.remote),
        Command::Group(t) => (Control::Group { group: t.who, on: t.off }, t.remote),
        Command::Section { name, remote } => (Control::Section { name }, remote),
        Command::Density { density, remote } => (Control::Density { density }, remote),
        Command::Start(one) => (Control::Start { bot: one.bot }, one.remote),
        Command::Stop(one) => (Control::Stop { bot: one.bot }, one.remote),
        Command::Restart(one) => (Control::Restart { bot: one.bot }, one.remote),
        Command::Tap(r) if io::stdin().is_terminal() => {
            tap::by_key(r.port, r.control)?;
            return Ok(0);
        }
        Command::Tap(r) => (Control::Tap, r),
        Command::Nudge { ms, remote } => (Control::Nudge { ms }, remote),
        Command::Panic(r) => (Control::Panic, r),
        Command::Get { what, remote } => (Control::Get { what }, remote),
        Command::Watch { what, remote } => (Control::Watch { what }, remote),
        Command::Quit(r) => (Control::Quit, r),
    };
    remote::run(remote.port, remote.control, &control, &mut io::stdout().lock())?;
    Ok(0)
}

/// Why a bot's program cannot be started from an ensemble's folder, and whether that is certain: what is
/// doubtful is tried all the same.
fn why_not(program: &Program, home: &Path) -> Option<(String, bool)> {
    let Program::Folder(wanted) = program else {
        return program.find(home, &launch::beside()).err().map(|why| (why.to_string(), true));
    };
    match MusebotFolder::find(wanted, home) {
        Ok(folder) => folder.runs_here().err().map(|why| (format!("{}: {why}", folder.path.display()), why.certain)),
        Err(why) => Some((why.to_string(), true)),
    }
}

fn check(files: &[std::path::PathBuf]) -> anyhow::Result<u8> {
    let mut out = io::stdout().lock();
    let mut failed = false;
    for file in files {
        match Ensemble::load(file) {
            Ok(ensemble) => {
                write!(out, "{}", ensemble.warnings)?;
                let mut missing = false;
                for bot in &ensemble.bots {
                    let Some((why, certain)) = why_not(&bot.program, &ensemble.home) else { continue };
                    missing |= certain;
                    // What is doubtful of a historic file is among its own warnings.
                    let (tone, what) = match certain {
                        true => ("error", "cannot be started"),
                        false if is_historic(file) => continue,
                        false => ("warning", "may fail to start"),
                    };
                    writeln!(out, "{tone}: `{}` {what}: {}\n  --> {}", bot.id, printable(&why), file.display())?;
                }
                failed |= missing;
                if !missing {
                    let bots: Vec<_> = ensemble.bots.iter().map(|b| b.id.as_str()).collect();
                    writeln!(out, "{}: fine ({}: {})", file.display(), ensemble.name, bots.join(", "))?;
                }
            }
            Err(e) => {
                failed = true;
                writeln!(out, "{e}")?;
            }
        }
    }
    out.flush().context("failed to print")?;
    Ok(u8::from(failed))
}
