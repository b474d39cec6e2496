//! A bare connection to a proxy, for what no well-behaved client sends.

#[cfg(unix)]
use std::path::Path;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;

use crate::{Duplex, Proxy, Response, within};

/// No head and no answer comes near this.
const SEARCH_MAX: usize = 64 * 1024;

/// A TCP connection over 127.0.0.1, or one over a Unix socket.
pub struct Connection {
    stream: Box<dyn Duplex>,
    read: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub async fn open(proxy: &Proxy) -> Result<Self> {
        Self::over(proxy.connect().await?)
    }

    /// Takes a connection that stands.
    pub fn over(stream: TcpStream) -> Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { stream: Box::new(stream), read: Vec::new() })
    }

    /// Connects to a Unix socket.
    #[cfg(unix)]
    pub async fn open_unix(path: &Path) -> Result<Self> {
        let stream = within("a connection", UnixStream::connect(path)).await??;
        Ok(Self { stream: Box::new(stream), read: Vec::new() })
    }

    /// Writes all of `bytes`.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        within("room to write", self.stream.write_all(bytes)).await?.context("cannot write")
    }

    /// Closes the writing half.
    pub async fn finish(&mut self) -> Result<()> {
        self.stream.shutdown().await.context("cannot close")
    }

    /// Reads the head of a response, up to and with its empty line.
    pub async fn read_head(&mut self) -> Result<String> {
        String::from_utf8(self.read_past(b"\r\n\r\n").await?).context("a head that is not UTF-8")
    }

    /// Reads up to and with `mark`.
    pub async fn read_past(&mut self, mark: &[u8]) -> Result<Vec<u8>> {
        loop {
            if let Some(at) = self.read.windows(mark.len()).position(|window| window == mark) {
                return Ok(self.read.drain(..at + mark.len()).collect());
            }
            if self.read.len() > SEARCH_MAX || self.fill().await? == 0 {
                bail!("the connection ended too soon: {:?}", String::from_utf8_lossy(&self.read));
            }
        }
    }

    /// Reads `count` bytes.
    pub async fn read_exact(&mut self, count: usize) -> Result<Vec<u8>> {
        while self.read.len() < count {
            if self.fill().await? == 0 {
                bail!("the connection ended after {} of {count} bytes", self.read.len());
            }
        }
        Ok(self.read.drain(..count).collect())
    }

    /// Reads the body that belongs to `response`.
    pub async fn read_body(&mut self, response: &Response) -> Result<Vec<u8>> {
        match response.header("content-length") {
            Some(length) => self.read_exact(length.parse()?).await,
            None => self.read_to_end().await,
        }
    }

    /// Reads until the other side closes; a reset counts as an end.
    pub async fn read_to_end(&mut self) -> Result<Vec<u8>> {
        while self.fill().await.or_else(ended_by_reset)? > 0 {}
        Ok(std::mem::take(&mut self.read))
    }

    async fn fill(&mut self) -> Result<usize> {
        Ok(within("bytes from the proxy", self.stream.read_buf(&mut self.read)).await??)
    }
}

fn ended_by_reset(error: anyhow::Error) -> Result<usize> {
    match error.downcast_ref::<std::io::Error>() {
        Some(reset) if reset.kind() == std::io::ErrorKind::ConnectionReset => Ok(0),
        _ => Err(error),
    }
}
