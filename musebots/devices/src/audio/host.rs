//! The audio systems of this machine, by the names that people write.

use cpal::HostId;
use std::fmt;
use std::str::FromStr;

/// An audio system that was built in; whether it answers is another matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AudioHost(HostId);

/// There is no audio host of that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no audio host `{0}` in this build: there is {there}", there = AudioHost::names())]
pub struct NoSuchHost(pub String);

impl AudioHost {
    /// All that were built in, the usual one first.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let usual = Self::default();
        let others = cpal::ALL_HOSTS.iter().map(|id| Self(*id)).filter(|host| *host != usual);
        std::iter::once(usual).chain(others).collect()
    }

    fn names() -> String {
        Self::all().iter().map(|host| format!("`{host}`")).collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn is_jack(self) -> bool {
        self.to_string() == "jack"
    }

    pub(crate) fn open(self) -> Result<cpal::Host, cpal::Error> {
        cpal::host_from_id(self.0)
    }

    /// What a program of ours is called in a JACK server's patch bay: like the program.
    pub(crate) fn client_name() -> String {
        let program = std::env::current_exe().ok();
        let stem = program.as_deref().and_then(|path| path.file_stem()).map(|stem| stem.to_string_lossy().into_owned());
        stem.unwrap_or_else(|| "musebot".to_owned()).chars().filter(|c| *c != ':').take(40).collect()
    }
}

/// The operating system's own: a sound server that happens to run does not change what is played on.
impl Default for AudioHost {
    fn default() -> Self {
        #[cfg(target_os = "linux")]
        let host = HostId::Alsa;
        #[cfg(not(target_os = "linux"))]
        let host = cpal::traits::HostTrait::id(&cpal::default_host());
        Self(host)
    }
}

impl fmt::Display for AudioHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.0.to_string();
        // Everybody says it short.
        f.write_str(if name == "pulseaudio" { "pulse" } else { &name })
    }
}

impl FromStr for AudioHost {
    type Err = NoSuchHost;

    fn from_str(text: &str) -> Result<Self, NoSuchHost> {
        let wanted = text.to_ascii_lowercase();
        let is_it = |host: &Self| host.to_string() == wanted || host.0.to_string() == wanted;
        Self::all().into_iter().find(is_it).ok_or_else(|| NoSuchHost(text.to_owned()))
    }
}

impl serde::Serialize for AudioHost {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_as_they_are_written() {
        for host in AudioHost::all() {
            assert_eq!(host.to_string().parse(), Ok(host));
        }
        let error = "oss".parse::<AudioHost>().unwrap_err().to_string();
        assert!(error.starts_with("there is no audio host `oss` in this build: there is `"), "{error}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn on_linux_it_is_alsa_unless_somebody_asks() {
        assert_eq!(AudioHost::default().to_string(), "alsa");
        assert_eq!("pulseaudio".parse::<AudioHost>(), "pulse".parse());
        assert!("jack".parse::<AudioHost>().is_ok_and(AudioHost::is_jack));
    }
}
