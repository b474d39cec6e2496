//! Another client of the channel.

use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use crate::shared::Shared;
use crate::{Data, Error, PeerStream, platform};

/// A subprotocol that nobody takes.
const ROUND_TRIP: &str = "nws.rtt";

/// A peer of a channel, from its `Connect` on. Clones are the same peer.
#[derive(Clone)]
pub struct Peer(Arc<Inner>);

/// Why a peer has gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Departure {
    /// It has left, or its connection or its machine is gone.
    Left,
    /// It has read too slowly, and its proxy has cut it.
    Slow,
    /// This client has lost its own connection, or has closed the channel. The peer may still be there.
    Lost,
}

struct Inner {
    id: Arc<str>,
    serial: u32,
    departure: OnceLock<Departure>,
    shared: Weak<Shared>,
}

impl Peer {
    pub(crate) fn new(id: &str, serial: u32, shared: Weak<Shared>) -> Self {
        Self(Arc::new(Inner { id: id.into(), serial, departure: OnceLock::new(), shared }))
    }

    /// The id, unique in the channel.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// Whether it is here. This may be ahead of the events.
    #[must_use]
    pub fn is_present(&self) -> bool {
        self.departure().is_none()
    }

    /// Why it has gone; `None` while it is here. This may be ahead of the events.
    #[must_use]
    pub fn departure(&self) -> Option<Departure> {
        self.0.departure.get().copied()
    }

    /// Sends to this peer only. Waits while the proxy takes no more.
    ///
    /// # Errors
    ///
    /// [`Error::PeerGone`], [`Error::NotOpen`], [`Error::TooBig`] or [`Error::InvalidJson`]. Then
    /// nothing was sent.
    pub async fn send(&self, data: impl Into<Data>) -> Result<(), Error> {
        let shared = self.shared()?;
        let data = data.into();
        poll_fn(|cx| shared.lock().poll_send(Some(self), &data, cx)).await
    }

    /// Opens a stream to this peer, and offers subprotocols; usually one, or none.
    ///
    /// # Errors
    ///
    /// [`Error::DialRefused`], [`Error::DialTimeout`], [`Error::StreamsNotSupported`],
    /// [`Error::StreamLimit`], [`Error::VersionMismatch`], [`Error::PeerGone`], [`Error::NotOpen`], or
    /// [`Error::InvalidProtocol`].
    pub async fn dial(&self, protocols: &[&str]) -> Result<PeerStream, Error> {
        let shared = self.shared()?;
        let handle = shared.lock().dial(self, protocols)?;
        let stream = PeerStream::new(shared, handle, self.clone());
        stream.opened().await?;
        Ok(stream)
    }

    /// How long a word takes to this peer and back. The peer itself answers, and not its program: so it does not
    /// matter what that is doing.
    ///
    /// # Errors
    ///
    /// [`Error::DialTimeout`], [`Error::StreamsNotSupported`], [`Error::StreamLimit`],
    /// [`Error::VersionMismatch`], [`Error::PeerGone`] or [`Error::NotOpen`].
    pub async fn round_trip(&self) -> Result<Duration, Error> {
        let shared = self.shared()?;
        let begin = platform::now();
        let handle = shared.lock().dial(self, &[ROUND_TRIP])?;
        let stream = PeerStream::new(shared, handle, self.clone());
        match stream.noticed().await {
            Ok(()) | Err(Error::DialRefused { .. }) => {
                Ok(Duration::from_secs_f64((platform::now() - begin).max(0.0) / 1000.0))
            }
            Err(error) => Err(error),
        }
    }

    pub(crate) fn serial(&self) -> u32 {
        self.0.serial
    }

    pub(crate) fn shared_id(&self) -> Arc<str> {
        self.0.id.clone()
    }

    pub(crate) fn leave(&self, departure: Departure) {
        // A peer goes once.
        let _ = self.0.departure.set(departure);
    }

    fn shared(&self) -> Result<Arc<Shared>, Error> {
        self.0.shared.upgrade().ok_or(Error::PeerGone)
    }
}

impl PartialEq for Peer {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Peer {}

impl std::hash::Hash for Peer {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.0).hash(state);
    }
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Peer").field(&self.id()).finish()
    }
}
