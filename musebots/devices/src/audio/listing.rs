//! All audio hosts and their devices, under the names that open them.

use super::device::{Way, abilities, all, default_of, first_line};
use super::host::AudioHost;
use super::offers::Offers;
use crate::quietly::quietly;
use cpal::traits::DeviceTrait;
use std::sync::mpsc::channel;
use std::time::Duration;

/// A host that takes longer to answer does not answer.
const PATIENCE: Duration = Duration::from_secs(8);

/// A host, and what it has.
#[derive(Debug, Clone, serde::Serialize)]
pub struct HostListing {
    /// The host.
    pub host: AudioHost,
    /// Whether it is the one that is used if nobody names one.
    pub is_usual: bool,
    /// Its devices; none if it does not answer.
    pub devices: Vec<AudioPort>,
    /// Why it does not answer.
    pub why_not: Option<String>,
}

/// A device that plays, or listens, or both.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct AudioPort {
    /// What to write to have it. Stays the same after replugging, as far as the host's own does.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What it takes, if it plays.
    pub output: Option<Offers>,
    /// What it brings, if it listens.
    pub input: Option<Offers>,
    /// Whether sound goes there if nobody names a device.
    pub is_default_output: bool,
    /// Whether it is heard if nobody names a device.
    pub is_default_input: bool,
    /// Whether somebody has it to himself just now, so that it does not say what it takes.
    pub is_busy: bool,
}

/// Asks every host. Never fails because one of them does, and waits for none of them for ever.
#[must_use]
pub fn audio_hosts() -> Vec<HostListing> {
    AudioHost::all()
        .into_iter()
        .map(|host| {
            let (tell, told) = channel();
            let asking = std::thread::Builder::new().name(format!("asking {host}"));
            let asked = asking.spawn(move || _ = tell.send(quietly(|| ask(host))));
            let answer = match asked.map(|_| told.recv_timeout(PATIENCE)) {
                Ok(Ok(answer)) => answer,
                Ok(Err(_)) => Err("it does not answer".to_owned()),
                Err(error) => Err(error.to_string()),
            };
            let (devices, why_not) = match answer {
                Ok(devices) if devices.is_empty() && host.is_jack() => (devices, Some("no server answers".to_owned())),
                Ok(devices) => (devices, None),
                Err(why) => (Vec::new(), Some(why)),
            };
            HostListing { host, is_usual: host == AudioHost::default(), devices, why_not }
        })
        .collect()
}

fn ask(host: AudioHost) -> Result<Vec<AudioPort>, String> {
    let host = host.open().map_err(|e| first_line(&e))?;
    let id = |device: cpal::Device| device.id().ok().map(|id| id.id().to_owned());
    let defaults = [Way::Out, Way::In].map(|way| default_of(&host, way).and_then(id));
    let mut ports: Vec<AudioPort> = Vec::new();
    for way in [Way::Out, Way::In] {
        for (name, title, device) in all(&host, way) {
            if is_plumbing(&name) {
                continue;
            }
            let (offers, is_busy) = match abilities(&device, way) {
                Ok((usual_rate, ranges)) => (Some(Offers::new(&ranges, usual_rate)), false),
                Err(error) => (None, error.kind() == cpal::ErrorKind::DeviceBusy),
            };
            let offers = offers.filter(|offers| !offers.channels.is_empty());
            // What is listed but does not answer is not there: ALSA's default without a card, for one.
            if offers.is_none() && !is_busy {
                continue;
            }
            let n = ports.iter().position(|port| port.name == name).unwrap_or_else(|| {
                ports.push(AudioPort {
                    is_default_output: defaults[0].as_ref() == Some(&name),
                    is_default_input: defaults[1].as_ref() == Some(&name),
                    name,
                    title: title.lines().next().unwrap_or_default().to_owned(),
                    output: None,
                    input: None,
                    is_busy: false,
                });
                ports.len() - 1
            });
            ports[n].is_busy |= is_busy;
            match way {
                Way::Out => ports[n].output = offers,
                Way::In => ports[n].input = offers,
            }
        }
    }
    Ok(ports)
}

/// ALSA lists its converters and mixers as devices, and cards under numbers that change.
fn is_plumbing(id: &str) -> bool {
    const CONVERTERS: [&str; 11] =
        ["null", "samplerate", "lavrate", "speexrate", "speex", "upmix", "vdownmix", "oss", "jack", "dmix", "dsnoop"];
    let kind = id.split(':').next().unwrap_or(id);
    let by_number = id.split_once("CARD=").is_some_and(|(_, card)| card.starts_with(|c: char| c.is_ascii_digit()));
    CONVERTERS.contains(&kind) || by_number || kind.starts_with("surround")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn converters_and_cards_by_number_are_left_out() {
        assert!(["null", "speexrate", "dmix:CARD=PCH,DEV=0", "hw:CARD=0,DEV=0"].iter().all(|id| is_plumbing(id)));
        assert!(!["default", "pulse", "hw:CARD=Scarlett,DEV=0", "output"].iter().any(|id| is_plumbing(id)));
    }
}
