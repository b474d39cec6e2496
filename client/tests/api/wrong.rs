//! Errors, and what they tell people to do.

use std::pin::pin;
use std::time::Duration;

use anyhow::{Context, Result};
use futures_util::{SinkExt, StreamExt};
use networkwebsockets::{Channel, Error};
use nws_tests::{Proxy, within};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_tungstenite::accept_async;

use crate::member::{Member, builder};

/// Answers every connection with `answer`, and gives the port.
async fn stranger(answer: &'static str) -> Result<u16> {
    let listener = TcpListener::bind("localhost:0").await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = [0; 4096];
            let _ = stream.read(&mut head).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    Ok(port)
}

async fn error_at(port: u16) -> Result<Error> {
    within("an error", builder(port).open("chan")).await?.err().context("an error")
}

#[tokio::test]
async fn no_proxy_is_told_how_to_start_one() -> Result<()> {
    let port = Proxy::start().await?.port();
    let error = error_at(port).await?;
    assert_eq!(error, Error::ProxyNotRunning { endpoint: format!("ws://localhost:{port}/") });
    assert!(error.to_string().contains("start one with `nws`"), "{error}");
    Ok(())
}

#[tokio::test]
async fn what_is_no_proxy_is_told() -> Result<()> {
    for (answer, shown) in [
        ("HTTP/1.1 404 Not Found\r\n\r\nno such page", "HTTP status 404: no such page"),
        ("HTTP/1.1 200 OK\r\n\r\n{\"some\":\"other\"}", "HTTP status 200"),
        ("SSH-2.0-OpenSSH_9.2\r\n", "it does not speak HTTP"),
    ] {
        let error = error_at(stranger(answer).await?).await?;
        assert!(matches!(error, Error::NotAProxy { .. }), "{error:?}");
        assert!(error.to_string().contains(shown), "{error}");
    }
    Ok(())
}

#[tokio::test]
async fn another_protocol_is_told() -> Result<()> {
    let port = stranger("HTTP/1.1 200 OK\r\n\r\n{\"protocol\":2,\"origin\":\"allowed\"}").await?;
    assert_eq!(error_at(port).await?, Error::VersionMismatch);
    let port = stranger("HTTP/1.1 200 OK\r\n\r\n{\"protocol\":1,\"origin\":\"refused\"}").await?;
    assert!(matches!(error_at(port).await?, Error::Refused { .. }));
    Ok(())
}

#[tokio::test]
async fn names_have_rules_that_are_told() -> Result<()> {
    for (name, rule) in [
        ("", "at least one character"),
        ("a/b", "A-Z a-z 0-9"),
        ("ä", "A-Z a-z 0-9"),
        ("..", "neither . nor .."),
        (&"a".repeat(256), "at most 255"),
    ] {
        let error = Channel::open(name).await.err().context("an error")?;
        assert!(matches!(error, Error::InvalidName { .. }) && error.to_string().contains(rule), "{error}");
    }
    Ok(())
}

#[tokio::test]
async fn endpoints_are_addresses() {
    for endpoint in ["localhost", "ftp://localhost"] {
        let error = Channel::builder().endpoint(endpoint).open("chan").await.err();
        assert!(matches!(error, Some(Error::InvalidEndpoint { .. })), "{error:?}");
    }
    for endpoint in ["wss://localhost", "https://localhost"] {
        let error = Channel::builder().endpoint(endpoint).open("chan").await.err();
        assert_eq!(error, Some(Error::NoTls { endpoint: "wss://localhost/".to_owned() }));
    }
}

#[test]
fn without_a_runtime_there_is_no_panic() {
    assert_eq!(Channel::builder().start("chan").err(), Some(Error::NoRuntime));
}

#[tokio::test]
async fn a_runtime_that_ends_closes_its_channels() -> Result<()> {
    let proxy = Proxy::start().await?;
    let port = proxy.port();
    let other = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        anyhow::Ok(runtime.block_on(builder(port).open("chan"))?)
    });
    let channel = other.join().map_err(|_| anyhow::anyhow!("a panic"))??;
    assert_eq!(channel.send("x").await, Err(Error::Closed));
    let mut events = channel.events();
    while within("an event", events.next()).await?.is_some() {}
    Ok(())
}

#[tokio::test]
async fn closing_has_rules() -> Result<()> {
    let proxy = Proxy::start().await?;
    let a = Member::join(&proxy, "chan").await?;
    for code in [0, 999, 1001, 1005, 2999, 5000] {
        assert_eq!(a.channel.close_with(code, ""), Err(Error::InvalidClose), "{code}");
    }
    assert_eq!(a.channel.close_with(1000, &"x".repeat(124)), Err(Error::InvalidClose));
    assert_eq!(a.channel.send(networkwebsockets::Data::Json("{".to_owned())).await, Err(Error::InvalidJson));
    a.channel.send("still here").await?;
    Ok(())
}

/// Nobody reads the answers at first. Those that wait are bounded, so nothing more is read, and it goes on.
#[tokio::test]
async fn a_flood_of_dials_is_answered_as_fast_as_answers_are_taken() -> Result<()> {
    const DIALS: usize = 50_000;
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(4096)?;
    socket.set_send_buffer_size(4096)?;
    socket.bind("127.0.0.1:0".parse()?)?;
    let listener = socket.listen(1)?;
    let channel = builder(listener.local_addr()?.port()).start("chan")?;
    channel.ignore_events();
    let (stream, _) = within("a connection", listener.accept()).await??;
    let (mut writer, mut reader) = accept_async(stream).await?.split();
    let status = r#"{"action":"status","source":"me","target":"me","maxMessageSize":1024,"streams":1}"#;
    writer.send(status.into()).await?;
    writer.send(r#"{"action":"connect","source":"me","target":"bob"}"#.into()).await?;
    let (has_stuck, is_stuck) = oneshot::channel();
    let dials = async move {
        let mut has_stuck = Some(has_stuck);
        for number in 1..=DIALS {
            let data = json!({"stream": number, "event": "dial", "credit": 1});
            let dial = json!({"action": "stream", "source": "bob", "target": "me", "data": data});
            let mut sent = pin!(writer.send(dial.to_string().into()));
            if timeout(Duration::from_millis(200), &mut sent).await.is_err() {
                has_stuck.take().map(|it: oneshot::Sender<()>| it.send(()));
                sent.await?;
            }
        }
        anyhow::Ok(writer)
    };
    let dials = tokio::spawn(dials);
    within("too much waits", is_stuck).await??;
    let mut answers = 0;
    while answers < DIALS {
        let frame = within("an answer", reader.next()).await?.context("the end")??;
        answers += usize::from(frame.to_text()?.contains(r#""event":"close""#));
    }
    drop(within("the dials", dials).await???);
    Ok(())
}
