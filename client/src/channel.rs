//! A channel as a program holds it.

use std::future::poll_fn;
use std::sync::Arc;

use nws_client_core::close_code;

use crate::shared::Shared;
use crate::{Builder, Data, Error, Events, Incomings, Peer};

/// A channel. Clones are the same channel. It is left when [`close`](Self::close) is called, or when
/// all clones and their [`Events`] are dropped.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> anyhow::Result<()> {
/// # let proxy = nws_tests::Proxy::start().await?;
/// # let endpoint = &format!("ws://localhost:{}", proxy.port());
/// use networkwebsockets::{Channel, Event};
///
/// let alice = Channel::builder().endpoint(endpoint).open("myChannelName").await?;
/// let bob = Channel::builder().endpoint(endpoint).open("myChannelName").await?;
/// bob.send("hello, everybody").await?;
///
/// let mut events = alice.events();
/// while let Some(event) = events.next().await {
///     if let Event::Message { from, data, direct: false } = event {
///         assert_eq!((Some(from.id()), data.as_text()), (bob.id().as_deref(), Some("hello, everybody")));
///         break;
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Channel {
    lease: Arc<Lease>,
    name: Arc<str>,
}

/// Whoever holds it wants the channel.
pub(crate) struct Lease(pub(crate) Arc<Shared>);

impl Drop for Lease {
    fn drop(&mut self) {
        self.0.lock().close(1000, "");
    }
}

impl Channel {
    pub(crate) fn new(shared: Arc<Shared>, name: &str) -> Self {
        Self { lease: Arc::new(Lease(shared)), name: name.into() }
    }

    /// Joins the network channel of this name, by the proxy at `ws://localhost:9009`. When the connection
    /// is lost later, it connects again.
    ///
    /// # Errors
    ///
    /// Why the channel could not be joined. Each error says what to do.
    pub async fn open(name: &str) -> Result<Self, Error> {
        Self::builder().open(name).await
    }

    /// A channel with other options.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// All that happens. Take events all the time: while 512 of them or 2 MiB wait, nothing is read from
    /// the proxy, which cuts a client that takes too long. Each event is given once, to whoever asks first.
    pub fn events(&self) -> Events {
        Events::new(self.lease.clone())
    }

    /// This program wants no events: what waits is thrown away, and so is all that comes. For programs that
    /// only send, or only have streams.
    pub fn ignore_events(&self) {
        self.lease.0.lock().ignore_events();
    }

    /// The streams that peers want. From now on they are no events any more, until this is dropped.
    pub fn incoming(&self) -> Incomings {
        Incomings::new(self.lease.clone())
    }

    /// Sends to all others. Waits while the proxy takes no more.
    ///
    /// # Errors
    ///
    /// [`Error::NotOpen`], [`Error::Closed`], [`Error::TooBig`], [`Error::TooMuchQueued`] or
    /// [`Error::InvalidJson`]. Then nothing was sent.
    pub async fn send(&self, data: impl Into<Data>) -> Result<(), Error> {
        let data = data.into();
        poll_fn(|cx| self.lease.0.lock().poll_send(None, &data, cx)).await
    }

    /// The peers that are here, in the order in which they came. This may be ahead of the events.
    #[must_use]
    pub fn peers(&self) -> Vec<Peer> {
        self.lease.0.lock().roster.list()
    }

    /// The peer with this id, if it is here.
    #[must_use]
    pub fn peer(&self, id: &str) -> Option<Peer> {
        self.lease.0.lock().roster.get(id).cloned()
    }

    /// The own id, while there is a connection. It is another one after each gap.
    #[must_use]
    pub fn id(&self) -> Option<Arc<str>> {
        self.lease.0.lock().id()
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The most bytes of one message, while there is a connection.
    #[must_use]
    pub fn max_message_size(&self) -> Option<usize> {
        self.lease.0.lock().message_max()
    }

    /// Leaves, when all that was sent before has been given to the proxy. The last event is
    /// [`Event::Closed`](crate::Event::Closed).
    pub fn close(&self) {
        self.lease.0.lock().close(1000, "");
    }

    /// Leaves with a code, 1000 or from 3000 to 4999, and a reason of up to 123 bytes. They are for the
    /// proxy and the own events: peers do not see them.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidClose`].
    pub fn close_with(&self, code: u16, reason: &str) -> Result<(), Error> {
        let code = close_code(Some(f64::from(code)), reason).map_err(|_| Error::InvalidClose)?;
        self.lease.0.lock().close(code, reason);
        Ok(())
    }
}

impl std::fmt::Debug for Channel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Channel").finish_non_exhaustive()
    }
}
