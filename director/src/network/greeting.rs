//! The first thing that is said in a call, before the link speaks: what the caller is called. So the leader knows from where
//! a host calls, whatever the link makes of it.

use super::HostName;
use std::{io, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::timeout,
};

/// Whoever has proved itself says its name within so long.
const SAID_WITHIN: Duration = Duration::from_secs(3);

/// Says who calls.
pub(super) async fn say(call: &mut (impl AsyncWrite + Unpin), own: &HostName) -> io::Result<()> {
    let name = own.as_str().as_bytes();
    let length = u8::try_from(name.len()).map_err(io::Error::other)?;
    call.write_all(&[&[length], name].concat()).await?;
    call.flush().await
}

/// Hears who calls.
pub(super) async fn hear(call: &mut (impl AsyncRead + Unpin)) -> io::Result<HostName> {
    timeout(SAID_WITHIN, async {
        let length = usize::from(call.read_u8().await?);
        let mut name = vec![0; length];
        call.read_exact(&mut name).await?;
        let name = std::str::from_utf8(&name).map_err(io::Error::other)?;
        HostName::new(name).map_err(io::Error::other)
    })
    .await?
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wait<T>(task: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(task)
    }

    #[test]
    fn a_name_is_heard_as_it_was_said_and_what_follows_it_is_left() {
        for name in ["a", &"x".repeat(HostName::MAX_BYTES)] {
            let name = HostName::new(name).unwrap();
            let mut said = Vec::new();
            wait(say(&mut said, &name)).unwrap();
            said.extend(b"more");
            let mut rest = said.as_slice();
            assert_eq!(wait(hear(&mut rest)).unwrap(), name);
            assert_eq!(rest, b"more");
        }
    }

    proptest! {
        #[test]
        fn junk_is_a_name_or_an_error(junk in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = wait(hear(&mut junk.as_slice()));
        }
    }
}
