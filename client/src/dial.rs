//! A peer that wants a stream.

use std::sync::{Arc, Weak};

use nws_client_core::close_code;

use crate::inbox::Dial;
use crate::shared::Shared;
use crate::{Error, Peer, PeerStream};

/// A stream that a peer has dialled. It is refused when this is dropped, or after 10 seconds.
#[derive(Debug)]
#[must_use = "it is refused when it is dropped"]
pub struct Incoming {
    dial: Dial,
    shared: Weak<Shared>,
}

impl Incoming {
    pub(crate) fn new(shared: &Arc<Shared>, dial: Dial) -> Self {
        Self { dial, shared: Arc::downgrade(shared) }
    }

    /// The peer that dials.
    #[must_use]
    pub const fn peer(&self) -> &Peer {
        &self.dial.peer
    }

    /// The subprotocols that it offers.
    #[must_use]
    pub fn protocols(&self) -> &[String] {
        &self.dial.protocols
    }

    /// Opens the stream without a subprotocol.
    ///
    /// # Errors
    ///
    /// [`Error::PeerGone`] if the peer does not wait any more.
    pub fn accept(self) -> Result<PeerStream, Error> {
        self.accept_with("")
    }

    /// Opens the stream with one of the subprotocols that the peer offers.
    ///
    /// # Errors
    ///
    /// [`Error::PeerGone`] if the peer does not wait any more, or [`Error::InvalidProtocol`].
    pub fn accept_with(self, protocol: &str) -> Result<PeerStream, Error> {
        let shared = self.shared.upgrade().ok_or(Error::PeerGone)?;
        shared.lock().accept(self.dial.handle, protocol)?;
        Ok(PeerStream::new(shared, self.dial.handle, self.dial.peer.clone()))
    }

    /// Refuses it with a code, 1000 or from 3000 to 4999, and a reason of up to 123 bytes.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidClose`].
    pub fn reject(self, code: u16, reason: &str) -> Result<(), Error> {
        let code = close_code(Some(f64::from(code)), reason).map_err(|_| Error::InvalidClose)?;
        if let Some(shared) = self.shared.upgrade() {
            shared.lock().refuse(self.dial.handle, Some(code), reason);
        }
        Ok(())
    }
}

impl Drop for Incoming {
    /// One that was accepted is none any more, so nothing happens.
    fn drop(&mut self) {
        if let Some(shared) = self.shared.upgrade() {
            shared.lock().refuse(self.dial.handle, None, "");
        }
    }
}
