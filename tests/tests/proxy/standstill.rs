//! A proxy that was stopped and goes on, as by Ctrl-Z, a paused container or a debugger, blames nobody for it.

// What signals stop a process is a matter of the system.
#![cfg(unix)]

use anyhow::Result;
use futures_util::future::try_join;
use nws_tests::{Connection, Peer, Proxy, Received, Request, Setup};

use crate::flow::{MIB, PIECE, narrow, piece, send_all};

/// More than a narrow reader's kernel takes, less than may wait for it.
const COUNT: usize = 12 * MIB / PIECE;

async fn read(peer: &mut Peer, count: usize) -> Result<()> {
    for number in 0..count {
        assert!(peer.binary().await?.ends_with(&piece(number)), "piece {number}");
    }
    Ok(())
}

/// Waits as long as a proxy waits for a reader that takes nothing: until another one cuts it.
async fn be_as_patient_as_with_a_reader() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [mut sender, mut healthy] = Peer::meet(&proxy, ["/chan"; 2]).await?;
    let _stopped = narrow(&proxy, "/network/chan/stopped").await?;
    assert_eq!((sender.arrival().await?, healthy.arrival().await?), ("stopped".into(), "stopped".into()));
    try_join(send_all(&mut sender, COUNT), read(&mut healthy, COUNT)).await?;
    assert_eq!(healthy.departure().await?, "stopped");
    Ok(())
}

#[tokio::test]
async fn readers_with_a_hiccup_are_not_cut() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [mut sender, mut healthy] = Peer::meet(&proxy, ["/chan"; 2]).await?;
    let mut reader = narrow(&proxy, "/network/chan/reader").await?;
    assert_eq!((sender.arrival().await?, healthy.arrival().await?), ("reader".into(), "reader".into()));
    try_join(send_all(&mut sender, COUNT), read(&mut healthy, COUNT)).await?;
    proxy.signal("STOP").await?;
    be_as_patient_as_with_a_reader().await?;
    proxy.signal("CONT").await?;
    // Whoever is cut leaves before this is said.
    for _ in 0..100 {
        Peer::chorus(&mut [&mut sender, &mut healthy]).await?;
    }
    for number in 0..COUNT {
        assert_eq!(reader.receive().await?, Received::Binary(piece(number)), "piece {number}");
    }
    Ok(())
}

#[tokio::test]
async fn clients_and_requests_have_their_time() -> Result<()> {
    let (ping, silence, head) = (2, 3, 2);
    let patient = || Setup::new().limit("ping-interval", ping).limit("idle-timeout", silence);
    let proxy = patient().limit("handshake-timeout", head).start().await?;
    let mut request = Connection::open(&proxy).await?;
    request.write(b"GET / HTTP/1.1\r\n").await?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    proxy.signal("STOP").await?;

    let twin = patient().start().await?;
    let mut watcher = Peer::alone(&twin, "/chan").await?;
    let mut silent = Connection::open(&twin).await?;
    silent.write(Request::upgrade("/network/chan/silent").text(twin.port()).as_bytes()).await?;
    assert_eq!(watcher.arrival().await?, "silent");
    assert_eq!(watcher.departure().await?, "silent");

    proxy.signal("CONT").await?;
    for _ in 0..100 {
        peer.id().await?;
    }
    let rest = format!("Host: localhost:{}\r\nConnection: close\r\n\r\n", proxy.port());
    request.write(rest.as_bytes()).await?;
    assert!(request.read_head().await?.starts_with("HTTP/1.1 200"));
    Ok(())
}
