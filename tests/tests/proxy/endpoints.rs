//! Which channel a path leads to.

use anyhow::Result;
use nws_tests::{Client, Connection, Peer, Proxy, Request};
use serde_json::json;

#[tokio::test]
async fn the_short_and_the_long_path_lead_to_one_channel() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [mut a, mut b] = Peer::meet(&proxy, ["/chan", "/network/chan"]).await?;
    a.broadcast("hello").await?;
    assert_eq!(b.json().await?, json!({"action": "broadcast", "source": a.id, "data": "hello"}));
    Ok(())
}

#[tokio::test]
async fn local_and_network_channels_of_one_name_are_apart() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut network = Peer::alone(&proxy, "/network/chan").await?;
    let [mut local, mut other] = Peer::meet(&proxy, ["/local/chan", "/local/chan"]).await?;
    local.broadcast("to local").await?;
    network.broadcast("to network").await?;
    assert_eq!(other.json().await?["data"], "to local");
    let (network_id, target) = (network.id().await?, network.id.clone());
    assert_eq!(network_id, target);
    local.message(&target, "across").await?;
    assert_eq!(local.json().await?["code"], "unknown-target");
    local.id().await?;
    other.id().await?;
    Ok(())
}

#[tokio::test]
async fn channels_of_different_names_are_apart() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut first = Peer::alone(&proxy, "/chan").await?;
    let mut second = Peer::alone(&proxy, "/Chan").await?;
    first.broadcast(1).await?;
    first.id().await?;
    second.id().await?;
    Ok(())
}

#[tokio::test]
async fn no_name_is_reserved() -> Result<()> {
    let proxy = Proxy::start().await?;
    for path in
        ["/console", "/status", "/demo", "/local", "/network", "/api", "/metrics", "/networkwebsockets.js"]
    {
        Peer::alone(&proxy, path).await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_first_subprotocol_is_echoed() -> Result<()> {
    let proxy = Proxy::start().await?;
    let request = Request::new("GET", "/chan").header("Sec-WebSocket-Protocol", "chess, draughts");
    let client = Client::open(&proxy, &request).await?;
    assert_eq!(client.protocol(), Some("chess"));
    assert_eq!(Client::join(&proxy, "/chan").await?.protocol(), None);
    Ok(())
}

#[tokio::test]
async fn compression_is_not_negotiated() -> Result<()> {
    let proxy = Proxy::start().await?;
    let request = Request::upgrade("/chan").header("Sec-WebSocket-Extensions", "permessage-deflate");
    let response = request.send(&proxy).await?;
    assert_eq!((response.status, response.header("sec-websocket-extensions")), (101, None));
    assert_eq!(response.header("sec-websocket-accept"), Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    Ok(())
}

#[tokio::test]
async fn an_upgrade_may_be_written_as_browsers_do() -> Result<()> {
    let proxy = Proxy::start().await?;
    for (connection, upgrade) in [("keep-alive, Upgrade", "websocket"), ("UPGRADE", "WebSocket")] {
        let request =
            Request::new("GET", "/chan").header("Connection", connection).header("Upgrade", upgrade);
        let request = request.header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        assert_eq!(request.header("Sec-WebSocket-Version", "13").status(&proxy).await?, 101, "{connection}");
    }
    Ok(())
}

#[tokio::test]
async fn both_families_serve_one_port() -> Result<()> {
    let proxy = Proxy::start().await?;
    let request = Request::new("GET", "/chan");
    let mut a = Client::open_at(("127.0.0.1", proxy.port()), proxy.port(), &request).await?;
    let mut b = Client::open_at(("::1", proxy.port()), proxy.port(), &request).await?;
    assert_eq!(a.arrival().await?, {
        b.arrival().await?;
        b.id().await?
    });
    Ok(())
}

#[tokio::test]
async fn frames_may_follow_the_upgrade_at_once() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let mut hasty = Connection::open(&proxy).await?;
    let upgrade = Request::upgrade("/network/chan/hasty").text(proxy.port());
    hasty.write(&[upgrade.as_bytes(), b"\x81\x82\0\0\0\0hi\x81\x83\0\0\0\0you"].concat()).await?;
    assert_eq!(peer.arrival().await?, "hasty");
    assert_eq!(peer.json().await?, json!({"action": "broadcast", "source": "hasty", "data": "hi"}));
    assert_eq!(peer.json().await?, json!({"action": "broadcast", "source": "hasty", "data": "you"}));
    Ok(())
}

#[tokio::test]
async fn an_upgrade_is_http_1_1_without_a_body() -> Result<()> {
    let proxy = Proxy::start().await?;
    let older = Request::upgrade("/chan").text(proxy.port()).replace(" HTTP/1.1", " HTTP/1.0");
    let with_body = Request::upgrade("/chan").header("Content-Length", 3).text(proxy.port()) + "abc";
    for request in [older, with_body] {
        let mut connection = Connection::open(&proxy).await?;
        connection.write(request.as_bytes()).await?;
        let head = connection.read_head().await?;
        assert!(head.contains(" 400 "), "{request}{head}");
    }
    Ok(())
}
