//! What listens at the port, and is no proxy, or one of another version.

use std::net::TcpListener;

use anyhow::{Context, Result};
use futures_util::SinkExt as _;
use nws_tests::{Exit, Proxy, Running};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::AbortHandle;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

/// How a server answers.
#[derive(Clone, Copy)]
enum Manner {
    /// With this, whatever is asked.
    Always(&'static str),
    /// As a proxy of another protocol, which has none of what is asked.
    Version(u32),
    /// As a proxy that closes channels with this code.
    Closing(u16),
    /// As a proxy whose API answers with this status.
    Failing(&'static str),
}

/// A server that is no proxy of today.
struct Other {
    port: u16,
    serving: AbortHandle,
}

impl Drop for Other {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Other {
    fn start(manner: Manner) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, manner));
            }
        });
        Ok(Self { port, serving: serving.abort_handle() })
    }

    async fn ended(&self, words: &[&str]) -> Result<Exit> {
        Running::at(self.port, words)?.exit().await
    }
}

async fn answer(mut stream: TcpStream, manner: Manner) -> Result<()> {
    match manner {
        Manner::Always(answer) => {
            let mut request = vec![0; 4096];
            let _ = stream.read(&mut request).await?;
            stream.write_all(answer.as_bytes()).await?;
            Ok(stream.shutdown().await?)
        }
        Manner::Version(protocol) => tell_version(stream, protocol, "404 Not Found").await,
        Manner::Failing(status) => tell_version(stream, 1, status).await,
        Manner::Closing(code) => close(stream, code).await,
    }
}

async fn tell_version(mut stream: TcpStream, protocol: u32, otherwise: &str) -> Result<()> {
    let mut head = vec![0; 4096];
    let count = stream.read(&mut head).await?;
    let asks = head[..count].starts_with(b"GET /status ");
    let status =
        json!({"service": "networkwebsockets", "protocol": protocol, "origin": "allowed"}).to_string();
    let fault = json!({"error": "planted"}).to_string();
    let (code, body) = if asks { ("200 OK", status.as_str()) } else { (otherwise, fault.as_str()) };
    let answer =
        format!("HTTP/1.1 {code}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    stream.write_all(answer.as_bytes()).await?;
    Ok(stream.shutdown().await?)
}

async fn close(stream: TcpStream, code: u16) -> Result<()> {
    let mut socket = tokio_tungstenite::accept_async(stream).await?;
    let id = "a".repeat(26);
    let welcome = json!({"action": "status", "source": id, "target": id});
    let fault = json!({"action": "error", "code": "unknown-action", "reason": "planted"});
    for frame in [welcome, fault] {
        socket.send(Message::text(frame.to_string())).await?;
    }
    let frame = CloseFrame { code: code.into(), reason: "planted".into() };
    socket.send(Message::Close(Some(frame))).await?;
    Ok(socket.flush().await?)
}

/// Each command that needs a proxy.
const COMMANDS: [&[&str]; 6] = [
    &["join", "chan"],
    &["send", "chan", "x"],
    &["listen", "chan"],
    &["rtt", "chan"],
    &["status"],
    &["console"],
];

#[tokio::test]
async fn what_is_no_proxy_is_called_so() -> Result<()> {
    for answer in ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "SSH-2.0-OpenSSH_9.2\r\n", ""] {
        let other = Other::start(Manner::Always(answer))?;
        for words in COMMANDS {
            let exit = other.ended(words).await?;
            assert_eq!(exit.status.code(), Some(3), "{answer:?} {words:?} {exit:?}");
            let port = other.port.to_string();
            assert!(exit.stderr.contains(&port) && exit.stderr.lines().count() == 1, "{words:?} {exit:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_proxy_of_another_protocol_is_called_so() -> Result<()> {
    for protocol in [0, 2] {
        let other = Other::start(Manner::Version(protocol))?;
        for words in COMMANDS {
            let exit = other.ended(words).await?;
            assert_eq!(exit.status.code(), Some(3), "{words:?} {exit:?}");
            assert!(exit.stderr.contains("of another version"), "{words:?} {exit:?}");
            assert_eq!(exit.stderr.lines().count(), 1, "{words:?} {exit:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn what_a_proxy_answers_is_told_as_it_is() -> Result<()> {
    for (answer, status, sentence) in [
        ("503 Service Unavailable", 3, "cannot answer now: 503 planted"),
        ("403 Forbidden", 4, "refuses this: 403 planted"),
        ("500 Internal Server Error", 1, "has failed: 500 planted"),
        ("404 Not Found", 3, "of another version"),
    ] {
        let other = Other::start(Manner::Failing(answer))?;
        for words in [&["status"], &["console"]] {
            let exit = other.ended(words).await?;
            assert_eq!(exit.status.code(), Some(status), "{answer} {exit:?}");
            assert!(exit.stderr.contains(sentence) && exit.stderr.lines().count() == 1, "{exit:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_channel_that_is_closed_for_good_tells_code_and_reason() -> Result<()> {
    let other = Other::start(Manner::Closing(1002))?;
    let exit = other.ended(&["listen", "chan", "--json"]).await?;
    assert_eq!(exit.status.code(), Some(4), "{exit:?}");
    assert!(exit.stderr.contains("1002 planted"), "{exit:?}");
    let events: Vec<Value> =
        exit.stdout.lines().map(serde_json::from_str).collect::<Result<_, _>>().context("JSON")?;
    let fault = events.iter().find(|event| event["event"] == "fault").context("no fault")?;
    assert!(fault["reason"].as_str().is_some_and(|reason| reason.contains("planted")), "{fault}");
    let closed = events.iter().find(|event| event["event"] == "closed").context("no end")?;
    assert_eq!((&closed["code"], &closed["reason"]), (&1002.into(), &"planted".into()));
    super::schema::check(&exit.stdout)
}

#[tokio::test]
async fn a_variable_that_is_no_port_is_2() -> Result<()> {
    let proxy = Proxy::start().await?;
    for words in COMMANDS {
        let enter = ["env", "NWS_PORT=nine"];
        let exit = Running::within(proxy.port(), &enter, words)?.exit().await?;
        assert!(exit.status.code() == Some(2) && exit.stderr.contains("NWS_PORT"), "{exit:?}");
    }
    Ok(())
}
