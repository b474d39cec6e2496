//! The endpoints of the older seed: a frame is the payload.

use anyhow::Result;
use nws_tests::{Client, Peer, Proxy, Received};
use serde_json::json;

#[tokio::test]
async fn raw_peers_talk_to_each_other() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut watcher = Peer::alone(&proxy, "/local/chan").await?;
    let mut a = Client::join(&proxy, "/local/chan/1").await?;
    watcher.arrival().await?;
    let mut b = Client::join(&proxy, "/local/chan/2").await?;
    watcher.arrival().await?;
    a.send("text").await?;
    a.send_binary(vec![0, 1, 255]).await?;
    assert_eq!(b.text().await?, "text");
    assert_eq!(b.binary().await?, [0, 1, 255]);
    b.send(r#"{"action":"status"}"#).await?;
    assert_eq!(a.text().await?, r#"{"action":"status"}"#);
    Ok(())
}

#[tokio::test]
async fn raw_reaches_structured_as_a_broadcast() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let mut raw = Client::join(&proxy, "/network/chan/7").await?;
    assert_eq!(peer.arrival().await?, "7");
    for text in ["plain", "", "with \"quotes\" \\ and \n", "{\"json\":1}", "ä😀\u{0}"] {
        raw.send(text).await?;
        assert_eq!(peer.json().await?, json!({"action": "broadcast", "source": "7", "data": text}));
    }
    raw.send_binary(vec![1, 2, 3]).await?;
    assert_eq!(peer.payload().await?, (true, "7".to_owned(), vec![1, 2, 3]));
    Ok(())
}

#[tokio::test]
async fn structured_reaches_raw_without_an_envelope() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let mut raw = Client::join(&proxy, "/network/chan/7").await?;
    peer.arrival().await?;
    peer.broadcast("a \"string\"\n").await?;
    peer.send(r#"{"action":"broadcast","data":{"b": [1, 2]}}"#).await?;
    peer.message("7", "to you").await?;
    peer.message("7", 42).await?;
    peer.broadcast_binary(b"all").await?;
    peer.message_binary("7", b"one").await?;
    let heard = ["a \"string\"\n", "{\"b\": [1, 2]}", "to you", "42"];
    for text in heard {
        assert_eq!(raw.text().await?, text);
    }
    assert_eq!(raw.binary().await?, b"all");
    assert_eq!(raw.binary().await?, b"one");
    peer.id().await?;
    Ok(())
}

#[tokio::test]
async fn a_raw_peer_hears_nothing_of_who_comes_and_goes() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let mut raw = Client::join(&proxy, "/network/chan/7").await?;
    peer.arrival().await?;
    let mut third = Client::join(&proxy, "/network/chan/8").await?;
    assert_eq!(peer.arrival().await?, "8");
    third.send("between").await?;
    third.leave().await?;
    assert_eq!(peer.json().await?["data"], "between");
    assert_eq!(peer.departure().await?, "8");
    peer.broadcast("after").await?;
    assert_eq!(raw.receive().await?, Received::Text("between".to_owned()));
    assert_eq!(raw.receive().await?, Received::Text("after".to_owned()));
    Ok(())
}
