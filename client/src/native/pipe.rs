//! The bytes between this program and the proxy, as tungstenite wants them.

use std::io::{self, ErrorKind, Read, Write};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::endpoint::Endpoint;

/// A connection that says `WouldBlock` instead of waiting, and then wakes one task when it can go on.
///
/// tokio-tungstenite would do the same for two tasks, and pays for that with each message.
pub(super) struct Pipe {
    connection: Box<dyn Connection>,
    waker: Waker,
}

/// Both directions of a connection.
pub(super) trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Connection for T {}

/// Connects to the proxy.
pub(super) async fn connect(endpoint: &Endpoint) -> io::Result<Box<dyn Connection>> {
    #[cfg(unix)]
    if let Some(path) = endpoint.socket() {
        return Ok(Box::new(tokio::net::UnixStream::connect(path).await?));
    }
    let address = endpoint.host_and_port().ok_or(ErrorKind::InvalidInput)?;
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(Box::new(stream))
}

impl Pipe {
    pub(super) const fn new(connection: Box<dyn Connection>, waker: Waker) -> Self {
        Self { connection, waker }
    }

    /// Sets the task that is woken.
    pub(super) fn wake(&mut self, waker: &Waker) {
        self.waker.clone_from(waker);
    }
}

impl Read for Pipe {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let mut buffer = ReadBuf::new(bytes);
        let cx = &mut Context::from_waker(&self.waker);
        let connection = Pin::new(&mut self.connection);
        at_once(connection.poll_read(cx, &mut buffer)).map(|()| buffer.filled().len())
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let cx = &mut Context::from_waker(&self.waker);
        at_once(Pin::new(&mut self.connection).poll_write(cx, bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        let cx = &mut Context::from_waker(&self.waker);
        at_once(Pin::new(&mut self.connection).poll_flush(cx))
    }
}

fn at_once<T>(poll: Poll<io::Result<T>>) -> io::Result<T> {
    match poll {
        Poll::Ready(result) => result,
        Poll::Pending => Err(ErrorKind::WouldBlock.into()),
    }
}
