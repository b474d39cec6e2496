//! A WebSocket client of the proxy.

#[cfg(unix)]
use std::path::Path;

use anyhow::{Context, Result, bail};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
#[cfg(unix)]
use tokio::net::UnixStream;
use tokio::net::{TcpStream, ToSocketAddrs};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::aside::Aside;
use crate::{Duplex, Proxy, Request, frames, within};

/// What a client hears; pings are answered and not shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// A text frame.
    Text(String),
    /// A binary frame.
    Binary(Vec<u8>),
    /// A close frame with its code, 1005 when it has none; 1006 when the connection ended without one.
    Closed(u16),
}

/// A peer of a channel, or somebody who would like to be one.
pub struct Client {
    socket: WebSocketStream<Box<dyn Duplex>>,
    protocol: Option<String>,
    aside: Aside,
}

impl Client {
    /// Opens `ws://localhost:<port><path>`.
    pub async fn join(proxy: &Proxy, path: &str) -> Result<Self> {
        Self::open(proxy, &Request::new("GET", path)).await
    }

    /// Opens a WebSocket with the path and the headers of `request`.
    pub async fn open(proxy: &Proxy, request: &Request) -> Result<Self> {
        Self::over(proxy.connect().await?, proxy.port(), request).await
    }

    /// Opens a WebSocket over an address of choice.
    pub async fn open_at(address: impl ToSocketAddrs, port: u16, request: &Request) -> Result<Self> {
        let stream = within("a connection", TcpStream::connect(address)).await??;
        Self::over(stream, port, request).await
    }

    /// Opens a WebSocket on a TCP connection that stands.
    pub async fn over(stream: TcpStream, port: u16, request: &Request) -> Result<Self> {
        stream.set_nodelay(true)?;
        Self::over_any(Box::new(stream), port, request).await
    }

    /// Opens a WebSocket over the Unix socket of a proxy.
    #[cfg(unix)]
    pub async fn open_unix(path: &Path, request: &Request) -> Result<Self> {
        let stream = within("a connection", UnixStream::connect(path)).await??;
        Self::over_any(Box::new(stream), 0, request).await
    }

    async fn over_any(stream: Box<dyn Duplex>, port: u16, request: &Request) -> Result<Self> {
        let mut upgrade = format!("ws://localhost:{port}{}", request.path()).into_client_request()?;
        for (name, value) in request.headers() {
            upgrade.headers_mut().append(HeaderName::try_from(name)?, HeaderValue::try_from(value)?);
        }
        let opening = tokio_tungstenite::client_async(upgrade, stream);
        let (socket, response) = within("an upgrade", opening).await??;
        let protocol = response.headers().get("sec-websocket-protocol");
        let protocol = protocol.map(|protocol| protocol.to_str().map(str::to_owned)).transpose()?;
        Ok(Self { socket, protocol, aside: Aside::default() })
    }

    /// The subprotocol that the proxy chose.
    #[must_use]
    pub fn protocol(&self) -> Option<&str> {
        self.protocol.as_deref()
    }

    /// Sends a text frame.
    pub async fn send(&mut self, text: impl Into<String>) -> Result<()> {
        self.put(Message::text(text.into())).await
    }

    /// Sends a JSON value as a text frame.
    pub async fn send_json(&mut self, value: Value) -> Result<()> {
        self.send(value.to_string()).await
    }

    /// Broadcasts a JSON value.
    pub async fn broadcast(&mut self, data: impl Into<Value>) -> Result<()> {
        self.send_json(json!({"action": "broadcast", "data": data.into()})).await
    }

    /// Sends a JSON value to one peer.
    pub async fn message(&mut self, target: &str, data: impl Into<Value>) -> Result<()> {
        self.send_json(json!({"action": "message", "target": target, "data": data.into()})).await
    }

    /// Sends a binary frame as it is.
    pub async fn send_binary(&mut self, frame: Vec<u8>) -> Result<()> {
        self.put(Message::binary(frame)).await
    }

    /// Broadcasts bytes.
    pub async fn broadcast_binary(&mut self, payload: &[u8]) -> Result<()> {
        self.send_binary(frames::broadcast(payload)).await
    }

    /// Sends bytes to one peer.
    pub async fn message_binary(&mut self, target: &str, payload: &[u8]) -> Result<()> {
        self.send_binary(frames::message(target, payload)).await
    }

    /// Sends a text frame of arbitrary bytes, or a piece of one.
    pub async fn send_piece(&mut self, bytes: Vec<u8>, is_first: bool, is_last: bool) -> Result<()> {
        let kind = if is_first { Data::Text } else { Data::Continue };
        self.put(Message::Frame(Frame::message(bytes, OpCode::Data(kind), is_last))).await
    }

    /// Closes with code 1000 and waits for the answer.
    pub async fn leave(mut self) -> Result<()> {
        within("room to write", self.socket.close(None)).await??;
        self.closed().await.map(drop)
    }

    /// The frame that came before anything else, and told the own id, once another one has been received.
    #[must_use]
    pub fn greeting(&self) -> Option<&str> {
        self.aside.greeting.as_deref()
    }

    /// The frame that says that everybody who was here is known: waits for it, and takes no other meanwhile.
    pub async fn welcome(&mut self) -> Result<Value> {
        while self.aside.welcome.is_none() {
            match within("a welcome", self.socket.next()).await? {
                Some(Ok(Message::Text(text))) if self.aside.takes(text.as_str()) => {}
                other => bail!("{other:?} where a welcome was expected"),
            }
        }
        Ok(serde_json::from_str(self.aside.welcome.as_deref().unwrap_or_default())?)
    }

    /// The next frame, but for what is told to everybody who joins.
    pub async fn receive(&mut self) -> Result<Received> {
        loop {
            match within("a frame", self.socket.next()).await? {
                Some(Ok(Message::Text(text))) if self.aside.takes(text.as_str()) => {}
                Some(Ok(Message::Text(text))) => return Ok(Received::Text(text.as_str().to_owned())),
                Some(Ok(Message::Binary(bytes))) => return Ok(Received::Binary(bytes.to_vec())),
                Some(Ok(Message::Close(frame))) => {
                    return Ok(Received::Closed(frame.map_or(1005, |frame| frame.code.into())));
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Err(Error::Io(_) | Error::Protocol(_))) | None => return Ok(Received::Closed(1006)),
                Some(Err(error)) => return Err(error).context("cannot receive"),
            }
        }
    }

    /// Sends texts and takes `count` frames at the same time, as whoever sends much has to.
    pub async fn converse(&mut self, texts: Vec<String>, count: usize) -> Result<Vec<Value>> {
        let Self { socket, aside, .. } = self;
        let (mut sink, mut stream) = socket.split();
        let say = async {
            for text in texts {
                within("room to write", sink.feed(Message::text(text))).await??;
            }
            anyhow::Ok(within("room to write", sink.flush()).await??)
        };
        let hear = async {
            let mut heard = Vec::with_capacity(count);
            while heard.len() < count {
                match within("a frame", stream.next()).await? {
                    Some(Ok(Message::Text(text))) if aside.takes(text.as_str()) => {}
                    Some(Ok(Message::Text(text))) => heard.push(serde_json::from_str(text.as_str())?),
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    other => bail!("{other:?} where a text was expected"),
                }
            }
            Ok(heard)
        };
        let (said, heard) = tokio::join!(say, hear);
        said?;
        heard
    }

    /// The text of the next frame.
    pub async fn text(&mut self) -> Result<String> {
        match self.receive().await? {
            Received::Text(text) => Ok(text),
            other @ (Received::Binary(_) | Received::Closed(_)) => {
                bail!("{other:?} where a text was expected")
            }
        }
    }

    /// The JSON of the next frame.
    pub async fn json(&mut self) -> Result<Value> {
        let text = self.text().await?;
        serde_json::from_str(&text).with_context(|| format!("not JSON: {text}"))
    }

    /// The bytes of the next frame.
    pub async fn binary(&mut self) -> Result<Vec<u8>> {
        match self.receive().await? {
            Received::Binary(bytes) => Ok(bytes),
            other @ (Received::Text(_) | Received::Closed(_)) => bail!("{other:?} where bytes were expected"),
        }
    }

    /// The next frame, which carries bytes from a peer: whether it is a broadcast, its source, its payload.
    pub async fn payload(&mut self) -> Result<(bool, String, Vec<u8>)> {
        frames::parse(&self.binary().await?)
    }

    /// Asks for the own id. The answer has to be the next frame, so this also proves that nothing else was waiting.
    pub async fn id(&mut self) -> Result<String> {
        self.send_json(json!({"action": "status"})).await?;
        let status = self.json().await?;
        let id = status["source"].as_str().context("a status without a source")?;
        if status["action"] != "status" || status["target"] != *id {
            bail!("{status} where the status was expected");
        }
        Ok(id.to_owned())
    }

    /// Waits for the notice that a peer came, and returns its id.
    pub async fn arrival(&mut self) -> Result<String> {
        self.notice("connect").await
    }

    /// Waits for the notice that a peer left, and returns its id.
    pub async fn departure(&mut self) -> Result<String> {
        self.notice("disconnect").await
    }

    /// Takes frames until the connection ends, and returns the close code.
    pub async fn closed(&mut self) -> Result<u16> {
        loop {
            if let Received::Closed(code) = self.receive().await? {
                return Ok(code);
            }
        }
    }

    /// Takes frames until a close frame comes, and returns its code and its reason.
    pub async fn close_reason(&mut self) -> Result<(u16, String)> {
        loop {
            match within("a close frame", self.socket.next()).await? {
                Some(Ok(Message::Close(Some(frame)))) => {
                    return Ok((frame.code.into(), frame.reason.as_str().to_owned()));
                }
                Some(Ok(_)) => {}
                other => bail!("{other:?} where a close frame with a reason was expected"),
            }
        }
    }

    async fn notice(&mut self, action: &str) -> Result<String> {
        let notice = self.json().await?;
        match notice["target"].as_str() {
            Some(target) if notice["action"] == action => Ok(target.to_owned()),
            _ => bail!("{notice} where a {action} was expected"),
        }
    }

    async fn put(&mut self, message: Message) -> Result<()> {
        within("room to write", self.socket.send(message)).await?.context("cannot send")
    }
}
