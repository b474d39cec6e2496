//! A connection to one peer.

mod bytes;

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::{Sink, Stream};
use nws_client_core::close_code;
use nws_client_core::streams::Handle;

use crate::shared::Shared;
use crate::{Data, Error, Peer};

/// A stream between this program and one peer. Messages come whole and in order. A slow reader holds
/// back its own sender and nobody else: up to 1 MiB is on its way.
///
/// It is a [`Stream`] and a [`Sink`] of messages. For bytes it is `tokio`'s
/// [`AsyncRead`](tokio::io::AsyncRead) and [`AsyncWrite`](tokio::io::AsyncWrite) too: what is written goes in
/// binary messages, and where messages end does not matter. Shutting it down closes it in both directions.
///
/// It closes when it is dropped. It ends when the peer leaves, or the channel has a gap.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> anyhow::Result<()> {
/// # let proxy = nws_tests::Proxy::start().await?;
/// # let endpoint = &format!("ws://localhost:{}", proxy.port());
/// use networkwebsockets::{Channel, Event};
///
/// let server = Channel::builder().endpoint(endpoint).open("myChannelName").await?;
/// let mut incoming = server.incoming();
/// tokio::spawn(async move {
///     while let Some(dial) = incoming.next().await {
///         tokio::spawn(async move {
///             let mut stream = dial.accept_with("echo")?;
///             while let Some(data) = stream.recv().await? {
///                 stream.send(data).await?;
///             }
///             Ok::<_, networkwebsockets::Error>(())
///         });
///     }
/// });
///
/// let client = Channel::builder().endpoint(endpoint).open("myChannelName").await?;
/// let mut events = client.events();
/// while let Some(event) = events.next().await {
///     if let Event::Connect(peer) = event {
///         let mut stream = peer.dial(&["echo"]).await?;
///         stream.send("hello").await?;
///         assert_eq!(stream.recv().await?, Some("hello".into()));
///         break;
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub struct PeerStream {
    shared: Arc<Shared>,
    handle: Handle,
    peer: Peer,
    /// A message whose rest has not been read as bytes.
    unread: ::bytes::Bytes,
    /// The error was given.
    is_done: bool,
}

impl PeerStream {
    pub(crate) const fn new(shared: Arc<Shared>, handle: Handle, peer: Peer) -> Self {
        Self { shared, handle, peer, unread: ::bytes::Bytes::new(), is_done: false }
    }

    pub(crate) async fn opened(&self) -> Result<(), Error> {
        poll_fn(|cx| self.shared.lock().poll_stream_opened(self.handle, cx)).await
    }

    pub(crate) async fn noticed(&self) -> Result<(), Error> {
        poll_fn(|cx| self.shared.lock().poll_stream_noticed(self.handle, cx)).await
    }

    /// The peer at the other end.
    #[must_use]
    pub const fn peer(&self) -> &Peer {
        &self.peer
    }

    /// The subprotocol that was chosen, or nothing.
    #[must_use]
    pub fn protocol(&self) -> String {
        self.shared.lock().stream_protocol(self.handle)
    }

    /// Sends a message of any size up to 64 MiB. Waits until the message before it has gone.
    ///
    /// # Errors
    ///
    /// Why the stream has ended.
    pub async fn send(&self, data: impl Into<Data>) -> Result<(), Error> {
        let mut data = Some(data.into());
        poll_fn(|cx| self.shared.lock().poll_stream_send(self.handle, &mut data, cx)).await
    }

    /// Waits until the peer lets all go that was sent.
    ///
    /// # Errors
    ///
    /// Why the stream has ended.
    pub async fn flush(&self) -> Result<(), Error> {
        poll_fn(|cx| self.shared.lock().poll_stream_flush(self.handle, cx)).await
    }

    /// The next message. `None` when the stream has been closed with 1000, 1001 or without a code.
    ///
    /// # Errors
    ///
    /// Why the stream has ended otherwise, once.
    pub async fn recv(&mut self) -> Result<Option<Data>, Error> {
        poll_fn(|cx| self.poll_message(cx)).await.transpose()
    }

    /// Closes it when all that was sent has gone, and waits for the peer to do so too.
    ///
    /// # Errors
    ///
    /// [`Error::PeerGone`] if the peer has left before, or [`Error::StreamClosed`] with 1006 if it
    /// has not closed its end.
    pub async fn close(self) -> Result<(), Error> {
        self.close_with(1000, "").await
    }

    /// The same with a code, 1000 or from 3000 to 4999, and a reason of up to 123 bytes.
    ///
    /// # Errors
    ///
    /// As for [`close`](Self::close), and [`Error::InvalidClose`].
    pub async fn close_with(self, code: u16, reason: &str) -> Result<(), Error> {
        let code = close_code(Some(f64::from(code)), reason).map_err(|_| Error::InvalidClose)?;
        self.shared.lock().close_stream(self.handle, code, reason);
        poll_fn(|cx| self.shared.lock().poll_stream_closed(self.handle, cx)).await
    }

    fn poll_message(&mut self, cx: &Context<'_>) -> Poll<Option<Result<Data, Error>>> {
        if self.is_done {
            return Poll::Ready(None);
        }
        let message = std::task::ready!(self.shared.lock().poll_stream_recv(self.handle, cx));
        self.is_done = !matches!(message, Some(Ok(_)));
        Poll::Ready(message)
    }
}

impl Stream for PeerStream {
    type Item = Result<Data, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_message(cx)
    }
}

impl Sink<Data> for PeerStream {
    type Error = Error;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.shared.lock().poll_stream_send(self.handle, &mut None, cx)
    }

    fn start_send(self: Pin<&mut Self>, data: Data) -> Result<(), Error> {
        let cx = Context::from_waker(std::task::Waker::noop());
        match self.shared.lock().poll_stream_send(self.handle, &mut Some(data), &cx) {
            Poll::Ready(result) => result,
            // Whoever has not asked whether it is ready.
            Poll::Pending => Err(Error::NotOpen),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.shared.lock().poll_stream_flush(self.handle, cx)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let mut state = self.shared.lock();
        state.close_stream(self.handle, 1000, "");
        state.poll_stream_closed(self.handle, cx)
    }
}

impl Drop for PeerStream {
    fn drop(&mut self) {
        self.shared.lock().drop_stream(self.handle);
    }
}

impl fmt::Debug for PeerStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PeerStream").field("peer", &self.peer).finish_non_exhaustive()
    }
}
