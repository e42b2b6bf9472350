//! How both ends of a call prove that they belong to the ensemble, and what keeps others from listening: TLS 1.3, where each
//! shows a certificate that the ensemble's key has signed, and where no other authority counts.

use super::key::{Key, KeyError, NAME};
use rustls::{
    ClientConfig, RootCertStore, ServerConfig, crypto::ring::default_provider, pki_types::ServerName,
    server::WebPkiClientVerifier, version::TLS13,
};
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncWriteExt, copy, split},
    net::{TcpStream, UnixStream},
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};

/// Whoever calls, or takes a call, has to prove itself within so long.
const PROVES_WITHIN: Duration = Duration::from_secs(3);
/// How long an address may take to answer at all.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);
/// How long the last words of a call may take to get out.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// What a director seals its calls with. Cheap to clone.
#[derive(Clone)]
pub struct Seal {
    calls: TlsConnector,
    answers: TlsAcceptor,
}

impl Seal {
    /// With fresh papers.
    ///
    /// # Errors
    /// When the system has no chance numbers.
    pub fn new(key: &Key) -> Result<Self, KeyError> {
        let papers = key.papers()?;
        let mut trusted = RootCertStore::empty();
        trusted.add(papers.authority).map_err(unusable)?;
        let trusted = Arc::new(trusted);
        let provider = Arc::new(default_provider());
        let proved = WebPkiClientVerifier::builder_with_provider(trusted.clone(), provider.clone()).build();
        let answers = ServerConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&[&TLS13])
            .map_err(unusable)?
            .with_client_cert_verifier(proved.map_err(unusable)?)
            .with_single_cert(vec![papers.certificate.clone()], papers.key.clone_key())
            .map_err(unusable)?;
        let calls = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&TLS13])
            .map_err(unusable)?
            .with_root_certificates(trusted)
            .with_client_auth_cert(vec![papers.certificate], papers.key)
            .map_err(unusable)?;
        Ok(Self { calls: Arc::new(calls).into(), answers: Arc::new(answers).into() })
    }

    /// Proves itself to whoever was called, who has to do the same.
    ///
    /// # Errors
    /// When either does not, or not in time.
    pub async fn calls(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        stream.set_nodelay(true)?;
        let name = ServerName::try_from(NAME).map_err(io::Error::other)?;
        timeout(PROVES_WITHIN, self.calls.connect(name, stream)).await?.map(TlsStream::from)
    }

    /// Whether somebody answers at an address who has the ensemble's key. Blocks for some seconds at most.
    #[must_use]
    pub fn is_known_at(&self, at: SocketAddr) -> bool {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return false };
        runtime.block_on(async {
            let stream = timeout(ANSWERS_WITHIN, TcpStream::connect(at)).await;
            let Ok(Ok(stream)) = stream else { return false };
            self.calls(stream).await.is_ok()
        })
    }

    /// Proves itself to whoever calls, who has to do the same.
    ///
    /// # Errors
    /// When either does not, or not in time.
    pub async fn answers(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        stream.set_nodelay(true)?;
        timeout(PROVES_WITHIN, self.answers.accept(stream)).await?.map(TlsStream::from)
    }
}

fn unusable(e: impl std::fmt::Display) -> KeyError {
    KeyError::Unusable(e.to_string())
}

/// Whether a call failed because the other end has another key.
pub(super) fn is_another_key(e: &io::Error) -> bool {
    let tls = e.get_ref().and_then(|e| e.downcast_ref::<rustls::Error>());
    matches!(tls, Some(rustls::Error::InvalidCertificate(_) | rustls::Error::AlertReceived(_)))
}

/// Ends a call; what was said last still gets out.
pub(super) async fn hang_up(mut call: TlsStream<TcpStream>) {
    let _ = timeout(LAST_WORDS, call.shutdown()).await;
}

/// Passes on what comes, both ways, until one side has had enough; then neither gets anything more.
pub(super) async fn pass(outside: TlsStream<TcpStream>, inside: UnixStream) {
    let (mut from_outside, mut to_outside) = split(outside);
    let (mut from_inside, mut to_inside) = inside.into_split();
    tokio::select! {
        _ = copy(&mut from_outside, &mut to_inside) => {}
        _ = copy(&mut from_inside, &mut to_outside) => {}
    }
    let _ = timeout(LAST_WORDS, to_outside.shutdown()).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::{io::AsyncReadExt, net::TcpListener};

    fn wait<T>(task: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(task)
    }

    /// What becomes of a call between the holders of two seals: at the caller, and at the called.
    async fn meet(
        caller: &Seal,
        called: &Seal,
    ) -> (io::Result<TlsStream<TcpStream>>, io::Result<TlsStream<TcpStream>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let answer = async { called.answers(listener.accept().await.unwrap().0).await };
        let call = async { caller.calls(TcpStream::connect(at).await.unwrap()).await };
        tokio::join!(call, answer)
    }

    #[test]
    fn holders_of_one_key_understand_each_other() {
        let key = Key::make().unwrap();
        wait(async {
            let (one, other) = meet(&Seal::new(&key).unwrap(), &Seal::new(&key).unwrap()).await;
            let (mut one, mut other) = (one.unwrap(), other.unwrap());
            one.write_all(b"hello").await.unwrap();
            one.flush().await.unwrap();
            let mut heard = [0; 5];
            other.read_exact(&mut heard).await.unwrap();
            assert_eq!(&heard, b"hello");
        });
    }

    #[test]
    fn the_holder_of_another_key_is_found_out_by_both() {
        wait(async {
            let seal = || Seal::new(&Key::make().unwrap()).unwrap();
            let (caller, called) = meet(&seal(), &seal()).await;
            assert!(is_another_key(&caller.unwrap_err()));
            assert!(called.is_err());
        });
    }

    #[test]
    fn who_answers_is_known_by_the_key_alone() {
        let key = Key::make().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let seals = [&key, &Key::make().unwrap()].map(|key| Seal::new(key).unwrap());
        let leader = Seal::new(&key).unwrap();
        listener.set_nonblocking(true).unwrap();
        let leads = std::thread::spawn(move || {
            wait(async {
                let listener = TcpListener::from_std(listener).unwrap();
                for _ in 0..2 {
                    let _ = leader.answers(listener.accept().await.unwrap().0).await;
                }
            });
        });
        assert_eq!(seals.map(|seal| seal.is_known_at(at)), [true, false]);
        leads.join().unwrap();
        assert!(!Seal::new(&key).unwrap().is_known_at(at), "nobody answers there any more");
    }

    #[test]
    fn a_caller_without_papers_gets_nothing() {
        let key = Key::make().unwrap();
        let seal = Seal::new(&key).unwrap();
        let mut trusted = RootCertStore::empty();
        trusted.add(key.papers().unwrap().authority).unwrap();
        let bare = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(&[&TLS13])
            .unwrap()
            .with_root_certificates(trusted)
            .with_no_client_auth();
        let bare = Seal { calls: Arc::new(bare).into(), ..seal.clone() };
        wait(async {
            let (_, called) = meet(&bare, &seal).await;
            assert!(called.is_err());
        });
    }
}
