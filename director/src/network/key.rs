//! The key of an ensemble: one file that is made once and carried to every machine that may take part.
//!
//! It holds one Ed25519 key, that of the ensemble's own certificate authority. A machine that has it signs itself a
//! certificate whenever it needs one, and takes only certificates that are signed with it: both ends of a
//! link are certain of each other, and there is nothing to renew, and no list to keep.

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ED25519,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::{
    fmt::Write as _,
    fs::OpenOptions,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// What every certificate of an ensemble is for. It is nobody's name, so the leader may be called and reached as it likes.
pub(super) const NAME: &str = "director";
/// A key file, at most: whatever is longer is none.
const LONGEST: u64 = 16 << 10;

/// What stands above the key, for whoever finds the file.
const HEADING: &str = "# The key of a musebot ensemble. Whoever has this file can join the ensemble, and lead it:\n\
    # carry it to your other machines by hand (scp, a USB stick), and show it to nobody else.\n";

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It is not there.
    #[error(
        "there is no key at {}: `director key new` makes one on the first machine; carry that file to this one, \
         and name it with --key FILE", .0.display()
    )]
    Absent(PathBuf),
    /// It cannot be read.
    #[error("failed to read the key {path}: {1}", path = .0.display())]
    Unreadable(PathBuf, io::Error),
    /// It is something else.
    #[error("{path} is no key of an ensemble ({1}): `director key new` makes one", path = .0.display())]
    NoKey(PathBuf, String),
    /// Others can read it.
    #[error("the key {path} can be read by others on this machine: `chmod 600 {path}` keeps it to yourself", path = .0.display())]
    Open(PathBuf),
    /// There is one already.
    #[error(
        "{} is there already: machines that have it know each other by it (`-o FILE` makes another one elsewhere)",
        .0.display()
    )]
    Taken(PathBuf),
    /// It cannot be written.
    #[error("failed to write the key {path}: {1}", path = .0.display())]
    Unwritable(PathBuf, io::Error),
    /// The system gives us no chance numbers, or what was made is not accepted.
    #[error("failed to make a key: {0}")]
    Unmade(rcgen::Error),
    /// TLS does not take it.
    #[error("the key cannot be used: {0}")]
    Unusable(String),
}

/// The key of an ensemble.
#[derive(Debug)]
pub struct Key {
    pair: KeyPair,
}

/// What one machine shows to another.
pub(super) struct Papers {
    /// The certificate of the ensemble's own authority.
    pub(super) authority: CertificateDer<'static>,
    /// This machine's certificate.
    pub(super) certificate: CertificateDer<'static>,
    /// And the key that belongs to it.
    pub(super) key: PrivateKeyDer<'static>,
}

/// Where the key is when nobody says.
#[must_use]
pub fn usual_place() -> PathBuf {
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".config"));
    let config = std::env::var_os("XDG_CONFIG_HOME").filter(|dir| !dir.is_empty()).map(PathBuf::from).or_else(home);
    config.unwrap_or_default().join("musebots/ensemble.key")
}

impl Key {
    /// Makes a key.
    ///
    /// # Errors
    /// When the system has no chance numbers.
    pub fn make() -> Result<Self, KeyError> {
        KeyPair::generate_for(&PKCS_ED25519).map(|pair| Self { pair }).map_err(KeyError::Unmade)
    }

    /// Writes it, for its owner's eyes only. Never over another.
    ///
    /// # Errors
    /// When something is there already, or it cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), KeyError> {
        use std::os::unix::fs::OpenOptionsExt;
        let failed = |e: io::Error| match e.kind() {
            io::ErrorKind::AlreadyExists => KeyError::Taken(path.to_owned()),
            _ => KeyError::Unwritable(path.to_owned(), e),
        };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
        write!(file, "{HEADING}{}", self.pair.serialize_pem()).and_then(|()| file.sync_all()).map_err(failed)
    }

    /// Reads one.
    ///
    /// # Errors
    /// When it is not there, not a key, or open to others.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        use std::os::unix::fs::PermissionsExt;
        let failed = |e: io::Error| match e.kind() {
            io::ErrorKind::NotFound => KeyError::Absent(path.to_owned()),
            _ => KeyError::Unreadable(path.to_owned(), e),
        };
        let found = std::fs::metadata(path).map_err(failed)?;
        if !found.is_file() || found.len() > LONGEST {
            return Err(KeyError::NoKey(path.to_owned(), "it is no small file".to_owned()));
        }
        if found.permissions().mode() & 0o077 != 0 {
            return Err(KeyError::Open(path.to_owned()));
        }
        let text = std::fs::read_to_string(path).map_err(failed)?;
        Self::from_pem(&text).map_err(|why| KeyError::NoKey(path.to_owned(), why))
    }

    fn from_pem(text: &str) -> Result<Self, String> {
        let begin = text.find("-----BEGIN PRIVATE KEY-----").ok_or("no `BEGIN PRIVATE KEY` in it")?;
        let pair = KeyPair::from_pkcs8_pem_and_sign_algo(&text[begin..], &PKCS_ED25519).map_err(|e| e.to_string())?;
        Ok(Self { pair })
    }

    /// What tells two keys apart, to be compared by eye: four groups of four.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let hash = ring::digest::digest(&ring::digest::SHA256, self.pair.public_key_raw());
        let mut print = String::new();
        for (n, pair) in hash.as_ref()[..8].chunks(2).enumerate() {
            let _ = write!(print, "{}{:02x}{:02x}", if n == 0 { "" } else { "-" }, pair[0], pair[1]);
        }
        print
    }

    /// Fresh papers for this machine.
    ///
    /// # Errors
    /// When the system has no chance numbers.
    pub(super) fn papers(&self) -> Result<Papers, KeyError> {
        let authority = self.authority()?;
        let own = KeyPair::generate_for(&PKCS_ED25519).map_err(KeyError::Unmade)?;
        let mut params = CertificateParams::new([NAME.to_owned()]).map_err(KeyError::Unmade)?;
        params.distinguished_name = named("a director");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let issuer = Issuer::from_params(&authority, &self.pair);
        let certificate = params.signed_by(&own, &issuer).map_err(KeyError::Unmade)?;
        Ok(Papers {
            authority: authority.self_signed(&self.pair).map_err(KeyError::Unmade)?.der().clone(),
            certificate: certificate.der().clone(),
            key: PrivatePkcs8KeyDer::from(own.serialize_der()).into(),
        })
    }

    /// The certificate of the authority follows from the key alone, but for its number.
    fn authority(&self) -> Result<CertificateParams, KeyError> {
        let mut params = CertificateParams::new(Vec::new()).map_err(KeyError::Unmade)?;
        params.distinguished_name = named(&format!("ensemble {}", self.fingerprint()));
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        Ok(params)
    }
}

fn named(name: &str) -> DistinguishedName {
    let mut all = DistinguishedName::new();
    all.push(DnType::CommonName, name);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_key_is_its_owners_alone_and_never_written_over_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/ensemble.key");
        let key = Key::make().unwrap();
        key.write(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(Key::read(&path).unwrap().fingerprint(), key.fingerprint());
        let again = Key::make().unwrap().write(&path).unwrap_err();
        assert!(matches!(again, KeyError::Taken(_)), "{again}");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let open = Key::read(&path).unwrap_err().to_string();
        assert!(open.contains("chmod 600"), "{open}");
    }

    #[test]
    fn what_is_no_key_is_said_to_be_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.key");
        assert!(Key::read(&path).unwrap_err().to_string().contains("director key new"));
        for text in ["", "hello", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
            assert!(matches!(Key::read(&path), Err(KeyError::NoKey(..))), "{text:?}");
        }
        assert!(matches!(Key::read(folder.path()), Err(KeyError::NoKey(..))));
    }

    #[test]
    fn two_keys_have_two_fingerprints_and_papers_are_fresh_each_time() {
        let (one, two) = (Key::make().unwrap(), Key::make().unwrap());
        assert_ne!(one.fingerprint(), two.fingerprint());
        assert_eq!(one.fingerprint().len(), 19);
        let (first, second) = (one.papers().unwrap(), one.papers().unwrap());
        assert_ne!(first.key.secret_der(), second.key.secret_der());
        assert_ne!(first.certificate, second.certificate);
    }
}
