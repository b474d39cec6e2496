//! Pings, and what becomes of those who do not answer.

use anyhow::Result;
use nws_tests::{Connection, Peer, Request, Setup};

fn quick() -> Setup {
    Setup::new().limit("ping-interval", 0.1).limit("idle-timeout", 0.4)
}

#[tokio::test]
async fn a_silent_client_is_closed_with_1001_and_leaves() -> Result<()> {
    let proxy = quick().start().await?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let mut silent = Connection::open(&proxy).await?;
    silent.write(Request::upgrade("/network/chan/silent").text(proxy.port()).as_bytes()).await?;
    silent.read_head().await?;
    assert_eq!(peer.arrival().await?, "silent");
    assert_eq!(peer.departure().await?, "silent");
    let frames = silent.read_to_end().await?;
    assert_eq!(frames.first(), Some(&0x89), "it was pinged");
    let close = frames.windows(4).any(|bytes| matches!(bytes, [0x88, _, 0x03, 0xe9]));
    assert!(close, "no close with 1001 in {frames:x?}");
    peer.id().await?;
    Ok(())
}

#[tokio::test]
async fn a_client_that_answers_stays() -> Result<()> {
    let proxy = quick().start().await?;
    let [mut a, mut b] = Peer::meet(&proxy, ["/chan"; 2]).await?;
    let mut silent = Connection::open(&proxy).await?;
    silent.write(Request::upgrade("/network/chan/silent").text(proxy.port()).as_bytes()).await?;
    // The silent one's end proves that the time for an answer has passed; who waits for it answers pings meanwhile.
    let (seen_by_a, seen_by_b) = tokio::try_join!(silent_ends(&mut a), silent_ends(&mut b))?;
    assert_eq!((seen_by_a.as_str(), seen_by_b.as_str()), ("silent", "silent"));
    a.broadcast("still here").await?;
    assert_eq!(b.json().await?["data"], "still here");
    Ok(())
}

async fn silent_ends(peer: &mut Peer) -> Result<String> {
    peer.arrival().await?;
    peer.departure().await
}

#[tokio::test]
async fn a_ping_is_answered() -> Result<()> {
    let proxy = Setup::new().start().await?;
    let mut client = Connection::open(&proxy).await?;
    client.write(Request::upgrade("/network/chan/7").text(proxy.port()).as_bytes()).await?;
    client.read_head().await?;
    client.write(b"\x89\x82\0\0\0\0hi").await?;
    assert_eq!(client.read_exact(4).await?, b"\x8a\x02hi");
    Ok(())
}
