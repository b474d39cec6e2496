//! A server of WebSockets that is no proxy, or one of another age.

use anyhow::{Context, Result};
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async};

/// Listens until it is dropped.
pub(crate) struct Pretender {
    pub(crate) port: u16,
    sockets: Receiver<Socket>,
}

/// One WebSocket of it.
pub(crate) struct Socket(WebSocketStream<TcpStream>);

impl Pretender {
    /// Answers `GET /status` with this text, or with nothing at all.
    pub(crate) async fn start(status: Option<&'static str>) -> Result<Self> {
        let listener = TcpListener::bind("localhost:0").await?;
        let port = listener.local_addr()?.port();
        let (sender, sockets) = channel(16);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, status, sender.clone()));
            }
        });
        Ok(Self { port, sockets })
    }

    /// The next WebSocket that somebody opens.
    pub(crate) async fn accept(&mut self) -> Result<Socket> {
        nws_tests::within("a WebSocket", self.sockets.recv()).await?.context("the listener has ended")
    }
}

async fn serve(mut stream: TcpStream, status: Option<&'static str>, sockets: Sender<Socket>) -> Result<()> {
    let mut begin = [0; 11];
    while stream.peek(&mut begin).await? < begin.len() {}
    if begin != *b"GET /status" {
        return Ok(sockets.send(Socket(accept_async(stream).await?)).await?);
    }
    match status {
        Some(body) => {
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
            stream.write_all((head + body).as_bytes()).await?;
        }
        // Until the other side has had enough.
        None => while stream.read(&mut [0; 1024]).await? > 0 {},
    }
    Ok(())
}

impl Socket {
    pub(crate) async fn say(&mut self, text: &str) -> Result<()> {
        Ok(self.0.send(Message::text(text)).await?)
    }

    pub(crate) async fn say_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        Ok(self.0.send(Message::binary(bytes.to_vec())).await?)
    }

    /// The next text that comes.
    pub(crate) async fn hear(&mut self) -> Result<String> {
        loop {
            let message = nws_tests::within("a frame", self.0.next()).await?.context("the end")??;
            if let Message::Text(text) = message {
                return Ok(text.to_string());
            }
        }
    }

    /// Sends back all that comes, until the end.
    pub(crate) async fn echo(mut self) -> Result<()> {
        while let Some(message) = self.0.next().await {
            self.0.send(message?).await?;
        }
        Ok(())
    }
}
