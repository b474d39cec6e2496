//! The same program with tokio-tungstenite and serde_json.

use std::hint::black_box;

use anyhow::{Context, Result};
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::crowd::Course;
use super::rows::Client;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

#[derive(Deserialize)]
struct Frame<'a> {
    action: &'a str,
    #[serde(default)]
    source: &'a str,
    #[serde(default)]
    data: String,
}

async fn connect(course: &Course) -> Result<Socket> {
    let (mut socket, _) = connect_async(course.url()).await?;
    if let MaybeTlsStream::Plain(stream) = socket.get_ref() {
        stream.set_nodelay(true)?;
    }
    let mut connected = 0;
    while connected < course.peers {
        let message = socket.next().await.context("the end")??;
        if let Message::Text(text) = message
            && serde_json::from_str::<Frame<'_>>(&text)?.action == "connect"
        {
            connected += 1;
        }
    }
    Ok(socket)
}

async fn next(socket: &mut Socket) -> Result<usize> {
    loop {
        match socket.next().await.context("the end")?? {
            Message::Text(text) => {
                let frame: Frame<'_> = serde_json::from_str(&text)?;
                if matches!(frame.action, "broadcast" | "message") {
                    return Ok(black_box((frame.source.len(), frame.data.len())).1);
                }
            }
            Message::Binary(bytes) => {
                let id = usize::from(*bytes.get(1).context("no length")?);
                let source = std::str::from_utf8(bytes.get(2..2 + id).context("no id")?)?;
                let data = bytes.slice(2 + id..);
                return Ok(black_box((source.len(), data.len())).1);
            }
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) | Message::Frame(_) => {}
        }
    }
}

fn text(text: &str) -> Result<Message> {
    Ok(Message::text(format!(r#"{{"action":"broadcast","data":{}}}"#, serde_json::to_string(text)?)))
}

fn binary(payload: &[u8]) -> Message {
    let mut frame = Vec::with_capacity(2 + payload.len());
    frame.extend([1, 0]);
    frame.extend(payload);
    Message::binary(frame)
}

fn frame(is_binary: bool, payload: &str) -> Result<Message> {
    if is_binary { Ok(binary(payload.as_bytes())) } else { text(payload) }
}

/// Flushes each message.
pub(crate) struct Flushing {
    socket: Socket,
    is_binary: bool,
    payload: String,
}

impl Client for Flushing {
    async fn open(course: &Course) -> Result<Self> {
        let (is_binary, payload) = (course.is_binary, course.text());
        Ok(Self { socket: connect(course).await?, is_binary, payload })
    }

    async fn go(&mut self) -> Result<()> {
        Ok(self.socket.send(text("go")?).await?)
    }

    async fn say(&mut self) -> Result<()> {
        Ok(self.socket.send(frame(self.is_binary, &self.payload)?).await?)
    }

    async fn flush(&mut self) -> Result<()> {
        Ok(())
    }

    async fn hear(&mut self) -> Result<usize> {
        next(&mut self.socket).await
    }
}

/// By somebody who knows that each `send` is a system call: flushes at the end.
pub(crate) struct Feeding(Flushing);

impl Client for Feeding {
    async fn open(course: &Course) -> Result<Self> {
        Ok(Self(Flushing::open(course).await?))
    }

    async fn go(&mut self) -> Result<()> {
        self.0.go().await
    }

    async fn say(&mut self) -> Result<()> {
        Ok(self.0.socket.feed(frame(self.0.is_binary, &self.0.payload)?).await?)
    }

    async fn flush(&mut self) -> Result<()> {
        Ok(self.0.socket.flush().await?)
    }

    async fn hear(&mut self) -> Result<usize> {
        self.0.hear().await
    }
}
