//! Who is shown to whom, and when.

use anyhow::Result;
use nws_tests::{Client, Connection, Peer, Proxy, Request};
use serde_json::json;

#[tokio::test]
async fn a_newcomer_is_shown_all_and_shown_to_all() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut a = Peer::alone(&proxy, "/chan").await?;
    let mut b = Client::join(&proxy, "/chan").await?;
    let to_b = b.json().await?;
    let id = b.id().await?;
    assert_eq!(to_b, json!({"action": "connect", "source": id, "target": a.id}));
    assert_eq!(a.json().await?, json!({"action": "connect", "source": a.id, "target": id}));
    Ok(())
}

#[tokio::test]
async fn a_leave_is_shown_once_to_all_that_stay() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [mut a, mut b, c] = Peer::meet(&proxy, ["/chan"; 3]).await?;
    let gone = c.id.clone();
    c.leave().await?;
    for peer in [&mut a, &mut b] {
        assert_eq!(peer.json().await?, json!({"action": "disconnect", "source": peer.id, "target": gone}));
        peer.id().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_connection_that_breaks_is_a_leave() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [mut a, b] = Peer::meet(&proxy, ["/chan"; 2]).await?;
    let gone = b.id.clone();
    drop(b);
    assert_eq!(a.departure().await?, gone);
    a.id().await?;
    Ok(())
}

#[tokio::test]
async fn a_connection_that_breaks_in_a_frame_is_a_leave() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut a = Peer::alone(&proxy, "/chan").await?;
    let mut half = Connection::open(&proxy).await?;
    half.write(Request::upgrade("/network/chan/half").text(proxy.port()).as_bytes()).await?;
    assert_eq!(a.arrival().await?, "half");
    half.write(b"\x81\xfe\x01").await?;
    drop(half);
    assert_eq!(a.departure().await?, "half");
    a.id().await?;
    Ok(())
}

#[tokio::test]
async fn a_connection_that_says_no_more_is_a_leave() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut a = Peer::alone(&proxy, "/chan").await?;
    let mut mute = Connection::open(&proxy).await?;
    mute.write(Request::upgrade("/network/chan/mute").text(proxy.port()).as_bytes()).await?;
    assert_eq!(a.arrival().await?, "mute");
    mute.finish().await?;
    assert_eq!(a.departure().await?, "mute");
    mute.read_to_end().await?;
    Ok(())
}

#[tokio::test]
async fn a_channel_that_all_left_is_a_new_one() -> Result<()> {
    let proxy = Proxy::start().await?;
    for _ in 0..3 {
        let [a, b] = Peer::meet(&proxy, ["/chan"; 2]).await?;
        a.leave().await?;
        b.leave().await?;
        Peer::alone(&proxy, "/chan").await?.leave().await?;
    }
    Ok(())
}

#[tokio::test]
async fn many_come_and_go_and_everybody_agrees() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut watcher = Peer::alone(&proxy, "/chan").await?;
    let peers = std::iter::repeat_with(|| Client::join(&proxy, "/chan")).take(40);
    let peers = futures_util::future::try_join_all(peers).await?;
    let mut present = Vec::new();
    for _ in &peers {
        present.push(watcher.arrival().await?);
    }
    drop(peers);
    for _ in 0..present.len() {
        let gone = watcher.departure().await?;
        present.retain(|peer| *peer != gone);
    }
    assert!(present.is_empty(), "still here: {present:?}");
    watcher.id().await?;
    Ok(())
}
