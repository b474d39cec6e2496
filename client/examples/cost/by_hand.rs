//! The same program with tokio-tungstenite and serde_json.

use std::hint::black_box;

use anyhow::{Context, Result};
use cpu_time::ThreadTime;
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::crowd::{Course, join, run, spent};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

#[derive(Deserialize)]
struct Frame<'a> {
    action: &'a str,
    #[serde(default)]
    source: &'a str,
    #[serde(default)]
    data: String,
}

async fn open(course: &Course) -> Result<Socket> {
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

async fn hear(socket: &mut Socket) -> Result<usize> {
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

fn frame(course: &Course, payload: &str) -> Result<Message> {
    if course.is_binary { Ok(binary(payload.as_bytes())) } else { text(payload) }
}

pub(crate) fn receive(course: &Course) -> Result<f64> {
    let speakers = course.speakers();
    let spent = run(async {
        let mut socket = open(course).await?;
        socket.send(text("go")?).await?;
        let begin = ThreadTime::now();
        for _ in 0..course.count {
            hear(&mut socket).await?;
        }
        Ok(spent(begin, course.count))
    })?;
    join(speakers)?;
    Ok(spent)
}

pub(crate) fn answer(course: &Course) -> Result<f64> {
    let course = &course.short();
    let echo = course.echo();
    let spent = run(async {
        let mut socket = open(course).await?;
        let payload = course.text();
        let begin = ThreadTime::now();
        for _ in 0..course.count {
            socket.send(frame(course, &payload)?).await?;
            hear(&mut socket).await?;
        }
        Ok(spent(begin, course.count))
    })?;
    join(echo)?;
    Ok(spent)
}

pub(crate) fn send(course: &Course) -> Result<f64> {
    speak(course, async |socket, count, payload| {
        for _ in 0..count {
            socket.send(frame(course, payload)?).await?;
        }
        Ok(())
    })
}

/// By somebody who knows that each `send` is a system call.
pub(crate) fn feed(course: &Course) -> Result<f64> {
    speak(course, async |socket, count, payload| {
        for _ in 0..count {
            socket.feed(frame(course, payload)?).await?;
        }
        Ok(socket.flush().await?)
    })
}

fn speak(course: &Course, task: impl AsyncFnOnce(&mut Socket, usize, &str) -> Result<()>) -> Result<f64> {
    let course = &Course { peers: 1, ..*course };
    let listener = course.listener();
    let spent = run(async {
        let mut socket = open(course).await?;
        let payload = course.text();
        socket.send(text("go")?).await?;
        hear(&mut socket).await?;
        let begin = ThreadTime::now();
        task(&mut socket, course.count, &payload).await?;
        hear(&mut socket).await?;
        Ok(spent(begin, course.count))
    })?;
    join(listener)?;
    Ok(spent)
}
