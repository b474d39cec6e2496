//! The same program with tokio-tungstenite and serde_json.

use std::hint::black_box;

use anyhow::{Context, Result};
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::crowd::{Course, TEXT, cpu, join, run};

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
    loop {
        let message = socket.next().await.context("the end")??;
        if let Message::Text(text) = message
            && serde_json::from_str::<Frame<'_>>(&text)?.action == "connect"
        {
            return Ok(socket);
        }
    }
}

async fn hear(socket: &mut Socket) -> Result<usize> {
    loop {
        if let Message::Text(text) = socket.next().await.context("the end")?? {
            let frame: Frame<'_> = serde_json::from_str(&text)?;
            if frame.action == "broadcast" {
                return Ok(black_box((frame.source.len(), frame.data.len())).1);
            }
        }
    }
}

fn frame(text: &str) -> Result<Message> {
    Ok(Message::text(format!(r#"{{"action":"broadcast","data":{}}}"#, serde_json::to_string(text)?)))
}

pub(crate) fn receive(course: &Course) -> Result<f64> {
    let speaker = course.speaker();
    let spent = run(async {
        let mut socket = open(course).await?;
        socket.send(frame("go")?).await?;
        let begin = cpu();
        for _ in 0..course.count {
            hear(&mut socket).await?;
        }
        Ok(cpu() - begin)
    })?;
    join(speaker)?;
    Ok(spent / course.count as f64)
}

pub(crate) fn answer(course: &Course) -> Result<f64> {
    let course = &Course { port: course.port, count: course.count / 20 };
    let echo = course.echo();
    let spent = run(async {
        let mut socket = open(course).await?;
        socket.send(frame("go")?).await?;
        let begin = cpu();
        for _ in 0..course.count {
            hear(&mut socket).await?;
            socket.send(frame(TEXT)?).await?;
        }
        Ok(cpu() - begin)
    })?;
    join(echo)?;
    Ok(spent / course.count as f64)
}

pub(crate) fn send(course: &Course) -> Result<f64> {
    speak(course, async |socket, count| {
        for _ in 0..count {
            socket.send(frame(TEXT)?).await?;
        }
        Ok(())
    })
}

/// By somebody who knows that each `send` is a system call.
pub(crate) fn feed(course: &Course) -> Result<f64> {
    speak(course, async |socket, count| {
        for _ in 0..count {
            socket.feed(frame(TEXT)?).await?;
        }
        Ok(socket.flush().await?)
    })
}

fn speak(course: &Course, task: impl AsyncFnOnce(&mut Socket, usize) -> Result<()>) -> Result<f64> {
    let listener = course.listener();
    let spent = run(async {
        let mut socket = open(course).await?;
        socket.send(frame("go")?).await?;
        hear(&mut socket).await?;
        let begin = cpu();
        task(&mut socket, course.count).await?;
        hear(&mut socket).await?;
        Ok(cpu() - begin)
    })?;
    join(listener)?;
    Ok(spent / course.count as f64)
}
