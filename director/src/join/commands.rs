//! What the commands do, with a network.

use crate::{
    cli::{Join, KeyCommand, Open, with_port},
    clock,
    ensemble::{BotEntry, Ensemble, Place},
    event_loop::{Ended, Options, Performance},
    network::{
        Edge, HostName, PORT, Whom,
        allowed::{Allowed, Cast, part},
        key::{Key, usual_place},
        notice,
        seal::Seal,
        sheet,
        word::Welcome,
    },
    opening,
};
use anyhow::Context;
use std::{io::Write, net::SocketAddr};

/// `key new`, `key show`.
///
/// # Errors
/// When a key is there already, or is none.
pub fn key(command: &KeyCommand) -> anyhow::Result<u8> {
    let mut out = std::io::stdout().lock();
    match command {
        KeyCommand::New { out: file } => {
            let file = file.clone().unwrap_or_else(usual_place);
            let key = Key::make()?;
            key.write(&file)?;
            writeln!(out, "{}: the key {}", file.display(), key.fingerprint())?;
            writeln!(out, "Carry this file to the other machines, and to nobody else: scp {} OTHER:", file.display())?;
        }
        KeyCommand::Show { file } => {
            let file = file.clone().unwrap_or_else(usual_place);
            writeln!(out, "{}: the key {}", file.display(), Key::read(&file)?.fingerprint())?;
        }
    }
    Ok(0)
}

/// An ensemble that is open to other machines, before it plays.
pub struct Opened {
    edge: Edge,
    own: HostName,
    far: Vec<BotEntry>,
}

/// Opens an ensemble to other machines, when that is wanted: bots of other hosts leave it.
///
/// # Errors
/// When there is no key, or the port is taken.
pub fn open(args: &Open, ensemble: &mut Ensemble) -> anyhow::Result<Option<Opened>> {
    skew(args.clock_skew);
    let Some(at) = args.open else { return Ok(None) };
    let key = Key::read(&args.key.clone().unwrap_or_else(usual_place))?;
    let own = args.name.clone().unwrap_or_else(HostName::of_this_machine);
    let far = part(ensemble, &own);
    let mut edge = Edge::lead(&key, &own, at)?;
    let at = SocketAddr::new(at.ip(), edge.port().unwrap_or(at.port()));
    let announced = args.announce.then(|| edge.announce(&own, at, &key.fingerprint()));
    let whom = match &announced {
        // It is found by its key.
        Some(Ok(())) => String::new(),
        _ => format!("{} ", whom_to_join(&HostName::of_this_machine(), at)),
    };
    tracing::info!(
        "open to other machines on {at}, as {own}, with the key {} (`director join {whom}--key FILE` there)",
        key.fingerprint()
    );
    match announced {
        Some(Ok(())) => tracing::info!("announced on the local network (`director join` there finds us)"),
        // Whoever knows our address joins all the same.
        Some(Err(e)) => tracing::error!("failed to announce the ensemble on the local network: {e}"),
        None => {}
    }
    for bot in &far {
        let host = match &bot.host {
            Some(Place::On(host)) => host.as_str(),
            _ => "any host that joins",
        };
        tracing::info!("{} waits for {host}", bot.called);
    }
    Ok(Some(Opened { edge, own, far }))
}

/// By what others join an ensemble that is open at an address of this machine: that address, or on all of them the name that the
/// local network knows the machine by, whatever it is called in the ensemble.
fn whom_to_join(machine: &HostName, at: SocketAddr) -> String {
    match (at.ip().is_unspecified(), at.port()) {
        (true, PORT) => format!("{machine}.local"),
        (true, port) => format!("{machine}.local:{port}"),
        (false, PORT) => at.ip().to_string(),
        (false, _) => at.to_string(),
    }
}

impl Opened {
    /// The performance leads.
    ///
    /// # Errors
    /// None so far.
    pub fn begin(self, performance: &mut Performance) -> anyhow::Result<()> {
        performance.director().open_to(self.own, self.far);
        performance.connect(self.edge);
        Ok(())
    }
}

/// `join`.
///
/// # Errors
/// When there is no key, the leader cannot be reached or does not want us, or a port is taken.
pub fn join(args: &Join) -> anyhow::Result<u8> {
    skew(args.clock_skew);
    let file = args.key.clone().unwrap_or_else(usual_place);
    let key = Key::read(&file)?;
    let allowed = Allowed::read(args.bots.as_deref())?;
    let own = args.name.clone().unwrap_or_else(HostName::of_this_machine);
    let leader = match &args.leader {
        Some(leader) => Whom { at: with_port(leader), announced: None },
        None => find(&key)?,
    };
    loop {
        tracing::info!("calling {} as {own}", leader.at);
        let (edge, welcome, from) = Edge::join(&key, &file.display().to_string(), &own, &leader)?;
        let ended = take_part(args, &allowed, own.clone(), &leader, edge, (welcome, from))?;
        if ended.asked || !ended.anew {
            return Ok(ended.code);
        }
    }
}

/// Where the leader is that announces an ensemble with this key, and has it.
fn find(key: &Key) -> anyhow::Result<Whom> {
    let (fingerprint, seal) = (key.fingerprint(), Seal::new(key)?);
    tracing::info!("looking on the local network for the ensemble with the key {fingerprint}");
    let (name, at) = notice::look(&fingerprint, notice::PATIENCE, notice::MDNS_PORT, move |at| seal.is_known_at(at))?;
    tracing::info!("{name} announces it at {at}");
    Ok(Whom { at: at.to_string(), announced: Some(fingerprint) })
}

/// Plays what the leader has welcomed us to.
fn take_part(
    args: &Join,
    allowed: &Allowed,
    own: HostName,
    leader: &Whom,
    edge: Edge,
    (welcome, from): (Welcome, u64),
) -> anyhow::Result<Ended> {
    let all = sheet::read(&welcome.sheet, &welcome.leader)
        .with_context(|| format!("failed to make sense of what {} says of the ensemble", welcome.leader))?;
    let Cast { ensemble, others, refused } = allowed.cast(all, &welcome.yours, &own, &welcome.leader);
    opening::announce(&ensemble, welcome.seed);
    tracing::info!("{} leads", welcome.leader);
    for bot in &refused {
        tracing::error!(
            "`{bot}` is wanted here, but this machine has no such bot: a [[bot]] with id = \"{bot}\" in --bots FILE says what to start"
        );
    }
    let options =
        Options { listen: args.listen, control: args.control, seed: welcome.seed, status: true, death_signal: true };
    opening::on_this_thread(async move {
        let mut performance = Performance::open(ensemble, &options)?;
        if options.listen.port() == 0 {
            opening::announce_ports(performance.address()?, performance.control_address()?.port());
        }
        performance.director().join(clock::now(), own, from, welcome, others);
        if leader.is_bare_address() {
            performance.director().has_joined_by_address();
        }
        performance.connect(edge);
        performance.run().await
    })
}

/// Several hosts on one machine share its clock; for trying them out, each can have one of its own.
fn skew(skew: Option<(f64, f64)>) {
    if let Some((ms, ppm)) = skew {
        clock::set_skew(ms / 1000.0, ppm);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_to_join_by_is_where_we_are() {
        let by = |at: &str| whom_to_join(&HostName::new("thinkpad").unwrap(), at.parse().unwrap());
        for (at, whom) in [
            ("[::]:4750", "thinkpad.local"),
            ("0.0.0.0:5000", "thinkpad.local:5000"),
            ("192.168.1.5:4750", "192.168.1.5"),
            ("192.168.1.5:5000", "192.168.1.5:5000"),
            ("[fd00::1]:4750", "fd00::1"),
            ("[fd00::1]:5000", "[fd00::1]:5000"),
        ] {
            assert_eq!(by(at), whom);
            let port = |address: &str| address.rsplit_once(':').map(|(_, port)| port.to_owned());
            assert_eq!(port(&with_port(whom)), port(at), "`director join {whom}` calls the right port");
        }
    }
}
