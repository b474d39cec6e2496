//! Runs Autobahn's fuzzing client against a raw endpoint: `cargo xtask bench conformance` runs it. Prints JSON:
//! how many cases ended how, and which ended badly.
//!
//! The proxy relays and does not echo, so a second peer echoes; and every case is a new peer, so a forwarder puts
//! another id into each request.

#![expect(clippy::print_stdout, reason = "a program that prints what it measured")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, ensure};
use futures_util::{SinkExt, StreamExt};
use nws_report::native::Conformance;
use nws_tests::{Proxy, Setup, within};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{client_async_with_config, tungstenite::Message};

/// The largest message of the cases is 16 MiB.
const MESSAGE_MAX: usize = 32 * 1024 * 1024;

/// The whole suite takes a minute; this ends one that hangs.
const TIME: std::time::Duration = std::time::Duration::from_secs(600);

#[tokio::main]
async fn main() -> Result<()> {
    let mut args = std::env::args_os().skip(1).map(PathBuf::from);
    let usage = "usage: autobahn <python with autobahntestsuite> <folder for reports>";
    let (python, folder) = (args.next().context(usage)?, args.next().context(usage)?);
    let proxy = Setup::new().flag("--max-message-size", MESSAGE_MAX).start().await?;
    let forwarder = TcpListener::bind("127.0.0.1:0").await?;
    let port = forwarder.local_addr()?.port();
    tokio::spawn(echo(join(&proxy).await?));
    tokio::spawn(forward(forwarder, proxy.port()));
    fuzz(&python, &folder, port).await?;
    println!("{}", serde_json::to_string(&report(&folder)?)?);
    Ok(())
}

type Socket = tokio_tungstenite::WebSocketStream<TcpStream>;

async fn join(proxy: &Proxy) -> Result<Socket> {
    let stream = TcpStream::connect(("127.0.0.1", proxy.port())).await?;
    let url = format!("ws://localhost:{}/local/conformance/echo", proxy.port());
    let config =
        WebSocketConfig::default().max_message_size(Some(MESSAGE_MAX)).max_frame_size(Some(MESSAGE_MAX));
    Ok(within("an upgrade", client_async_with_config(url, stream, Some(config))).await??.0)
}

async fn echo(mut socket: Socket) -> Result<()> {
    while let Some(message) = socket.next().await {
        match message? {
            Message::Text(text) => socket.send(Message::Text(text)).await?,
            Message::Binary(bytes) => socket.send(Message::Binary(bytes)).await?,
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) | Message::Frame(_) => {}
        }
    }
    Ok(())
}

async fn forward(listener: TcpListener, proxy: u16) -> Result<()> {
    static PEER: AtomicU64 = AtomicU64::new(0);
    loop {
        let (client, _) = listener.accept().await?;
        let peer = PEER.fetch_add(1, Ordering::Relaxed);
        // A case may end its connection as rudely as it likes.
        tokio::spawn(async move { drop(forward_one(client, proxy, peer).await) });
    }
}

async fn forward_one(client: TcpStream, proxy: u16, peer: u64) -> Result<()> {
    let mut client = BufReader::new(client);
    let mut upstream = TcpStream::connect(("127.0.0.1", proxy)).await?;
    let mut line = String::new();
    client.read_line(&mut line).await?;
    let first = format!("GET /local/conformance/{peer} HTTP/1.1\r\nHost: localhost:{proxy}\r\n");
    upstream.write_all(first.as_bytes()).await?;
    while line != "\r\n" {
        line.clear();
        ensure!(client.read_line(&mut line).await? > 0, "the request ends within its head");
        if !line.to_ascii_lowercase().starts_with("host:") {
            upstream.write_all(line.as_bytes()).await?;
        }
    }
    copy_bidirectional(&mut client, &mut upstream).await?;
    Ok(())
}

/// All cases but those of compression, which is not negotiated.
async fn fuzz(python: &Path, folder: &Path, port: u16) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let spec = json!({
        "outdir": folder,
        "servers": [{"agent": "nws", "url": format!("ws://127.0.0.1:{port}")}],
        "cases": ["*"],
        "exclude-cases": ["12.*", "13.*"],
        "exclude-agent-cases": {},
    });
    let file = folder.join("spec.json");
    std::fs::write(&file, spec.to_string())?;
    let mut command = tokio::process::Command::new(python);
    command.args(["-m", "autobahntestsuite.wstest", "-m", "fuzzingclient", "-s"]).arg(&file);
    command.kill_on_drop(true).stdout(std::process::Stdio::null()).current_dir(folder);
    let status = tokio::time::timeout(TIME, command.status()).await.context("the suite hangs")??;
    ensure!(status.success(), "the suite ended with {status}");
    Ok(())
}

fn report(folder: &Path) -> Result<Conformance> {
    let index: Value = serde_json::from_slice(&std::fs::read(folder.join("index.json"))?)?;
    let cases = index["nws"].as_object().context("no cases in the report")?;
    let mut counts = BTreeMap::<String, u64>::new();
    let mut bad = Vec::new();
    for (case, result) in cases {
        let (behavior, close) = (word(&result["behavior"]), word(&result["behaviorClose"]));
        let fine = ["OK", "NON-STRICT", "INFORMATIONAL"];
        if !fine.contains(&behavior) || !fine.contains(&close) {
            bad.push(format!("{case}: {behavior}, close {close}"));
        }
        *counts.entry(behavior.to_owned()).or_default() += 1;
    }
    Ok(Conformance { cases: cases.len(), counts, bad })
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or("missing")
}
