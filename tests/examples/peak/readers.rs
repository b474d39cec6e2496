//! Clients that stop to read while others speak.

use std::time::Duration;

use anyhow::{Context, Result};
use nws_tests::{Peer, Proxy, within};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy, sink};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::clients::join;

/// So little that nearly all waits in the proxy.
const RECEIVE_BUFFER: u32 = 4096;

/// Readers that stop for good.
const STOPPED: usize = 60;
const SENDERS: usize = 2;
const LONG: usize = 900_000;
/// Time in which messages are sent as fast as the proxy takes them. Most readers are cut within it.
const SENDING: Duration = Duration::from_secs(8);

/// Readers that go on, and what waits for each: less than it would be cut for, and less for all
/// together.
const DRAINED: usize = 16;
const BACKLOG: usize = 12 * 1024 * 1024;
/// So short that many lie in one block of the allocator.
const SHORT: usize = 2000;

/// Readers that have stopped, and long messages for them. All go when this is dropped.
pub(crate) async fn stopped(proxy: &Proxy) -> Result<(Vec<TcpStream>, JoinSet<()>)> {
    let (mut readers, mut senders) = (Vec::new(), JoinSet::new());
    for _ in 0..STOPPED {
        readers.push(join(proxy, "/local/room", Some(RECEIVE_BUFFER)).await?);
    }
    for _ in 0..SENDERS {
        let (mut incoming, mut outgoing) = join(proxy, "/local/room", None).await?.into_split();
        senders.spawn(async move {
            // It ends with the connection, as the other half does.
            let _ = copy(&mut incoming, &mut sink()).await;
        });
        senders.spawn(async move { while outgoing.write_all(&broadcast(LONG)).await.is_ok() {} });
    }
    sleep(SENDING).await;
    Ok((readers, senders))
}

/// Readers that have taken all that waited for them, and its sender: all of them are still there.
pub(crate) async fn drained(proxy: &Proxy) -> Result<(Vec<TcpStream>, Peer)> {
    let mut sender = Peer::alone(proxy, "/local/room").await?;
    let mut readers = Vec::new();
    for number in 0..DRAINED {
        readers.push(join(proxy, &format!("/local/room/{number}"), Some(RECEIVE_BUFFER)).await?);
        sender.arrival().await?;
    }
    for _ in 0..BACKLOG / SHORT {
        for number in 0..DRAINED {
            sender.message_binary(&number.to_string(), &[0; SHORT]).await?;
        }
    }
    sender.id().await?;
    for reader in &mut readers {
        within("all that waited", take(reader, BACKLOG)).await?.context("a reader was cut")?;
    }
    Ok((readers, sender))
}

async fn take(reader: &mut TcpStream, mut bytes: usize) -> std::io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    while bytes > 0 {
        bytes = bytes.saturating_sub(match reader.read(&mut buffer).await? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            read => read,
        });
    }
    Ok(())
}

/// The frame of a client that says a text of so many bytes. Its mask is all zero.
fn broadcast(bytes: usize) -> Vec<u8> {
    let text = format!(r#"{{"action":"broadcast","data":"{}"}}"#, "x".repeat(bytes));
    [b"\x81\xff", &(text.len() as u64).to_be_bytes()[..], &[0; 4], text.as_bytes()].concat()
}
