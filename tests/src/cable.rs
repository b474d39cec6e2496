//! What lies between two proxies, in the hands of a test: bytes pass as they are.

use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::Result;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::time::interval;

/// What a slow cable holds, in bytes.
const SLOW_BUFFER: u32 = 64 * 1024;

/// Milliseconds after which a slow cable carries on.
const TICK: u64 = 5;

/// A port of this machine that leads to another one, or nowhere.
pub struct Cable {
    port: u16,
    far: watch::Sender<Option<u16>>,
}

impl Cable {
    /// It leads nowhere yet.
    pub async fn lay() -> Result<Self> {
        Self::over(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?, None)
    }

    /// One that carries no more than `rate` bytes a millisecond, and holds little.
    pub fn lay_slow(rate: usize) -> Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(SLOW_BUFFER)?;
        socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
        Self::over(socket.listen(8)?, Some(rate))
    }

    fn over(listener: TcpListener, rate: Option<usize>) -> Result<Self> {
        let port = listener.local_addr()?.port();
        let (far, receiver) = watch::channel(None);
        tokio::spawn(carry(listener, receiver, rate));
        Ok(Self { port, far })
    }

    /// Its own port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What `--peer` is to be.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Leads to `port` from now on. What it carried elsewhere breaks.
    pub fn plug(&self, port: u16) {
        self.far.send_replace(Some(port));
    }

    /// Breaks everything that it carries.
    pub fn cut(&self) {
        self.far.send_replace(None);
    }
}

async fn carry(listener: TcpListener, far: watch::Receiver<Option<u16>>, rate: Option<usize>) {
    while let Ok((near, _)) = listener.accept().await {
        tokio::spawn(connect(near, far.clone(), rate));
    }
}

async fn connect(mut near: TcpStream, mut far: watch::Receiver<Option<u16>>, rate: Option<usize>) {
    let Some(port) = *far.borrow_and_update() else { return };
    let Ok(mut other) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await else { return };
    let carrying = async {
        match rate {
            Some(rate) => crawl(near, other, rate).await,
            None => copy_bidirectional(&mut near, &mut other).await.map(drop),
        }
    };
    tokio::select! {
        _ = carrying => {}
        _ = far.changed() => {}
    }
}

async fn crawl(near: TcpStream, far: TcpStream, rate: usize) -> io::Result<()> {
    SockRef::from(&far).set_send_buffer_size(SLOW_BUFFER as usize)?;
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    tokio::try_join!(creep(near_in, far_out, rate), creep(far_in, near_out, rate)).map(drop)
}

/// A network of that speed is what this is, not a way to wait for one.
async fn creep(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    rate: usize,
) -> io::Result<()> {
    let mut ticks = interval(Duration::from_millis(TICK));
    let mut buffer = vec![0; rate * TICK as usize];
    loop {
        ticks.tick().await;
        let count = from.read(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        to.write_all(&buffer[..count]).await?;
    }
}
