//! Peer ids: chosen by the client, or drawn by the proxy.

use anyhow::Result;
use nws_tests::{Client, Connection, Peer, Proxy, Request};

#[tokio::test]
async fn a_chosen_id_is_the_one_that_others_see() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let raw = Client::join(&proxy, "/network/chan/Raw-id_1").await?;
    assert_eq!(peer.arrival().await?, "Raw-id_1");
    raw.leave().await?;
    assert_eq!(peer.departure().await?, "Raw-id_1");
    Ok(())
}

#[tokio::test]
async fn a_taken_id_is_refused_until_it_is_free() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut peer = Peer::alone(&proxy, "/local/chan").await?;
    let first = Client::join(&proxy, "/local/chan/7").await?;
    assert_eq!(peer.arrival().await?, "7");
    assert_eq!(Request::upgrade("/local/chan/7").status(&proxy).await?, 409);
    let own = format!("/local/chan/{}", peer.id);
    assert_eq!(Request::upgrade(&own).status(&proxy).await?, 409);
    peer.id().await?;
    first.leave().await?;
    assert_eq!(peer.departure().await?, "7");
    Client::join(&proxy, "/local/chan/7").await?;
    assert_eq!(peer.arrival().await?, "7");
    Ok(())
}

#[tokio::test]
async fn after_a_refusal_the_same_connection_may_ask_for_another_id() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut peer = Peer::alone(&proxy, "/local/chan").await?;
    let _first = Client::join(&proxy, "/local/chan/7").await?;
    assert_eq!(peer.arrival().await?, "7");
    let mut connection = Connection::open(&proxy).await?;
    connection.write(Request::upgrade("/local/chan/7").text(proxy.port()).as_bytes()).await?;
    let refused = connection.read_head().await?;
    assert!(refused.starts_with("HTTP/1.1 409 "), "{refused}");
    connection.read_past(b"taken\n").await?;
    connection.write(Request::upgrade("/local/chan/8").text(proxy.port()).as_bytes()).await?;
    let accepted = connection.read_head().await?;
    assert!(accepted.starts_with("HTTP/1.1 101 "), "{accepted}");
    assert_eq!(peer.arrival().await?, "8");
    Ok(())
}

#[tokio::test]
async fn one_id_may_be_used_in_several_channels() -> Result<()> {
    let proxy = Proxy::start().await?;
    let _network = Client::join(&proxy, "/network/chan/7").await?;
    let _local = Client::join(&proxy, "/local/chan/7").await?;
    let _other = Client::join(&proxy, "/network/other/7").await?;
    Ok(())
}

#[tokio::test]
async fn an_id_that_is_none_is_refused() -> Result<()> {
    let proxy = Proxy::start().await?;
    let long = "i".repeat(65);
    for id in ["a.b", "a%20b", "%00", "a~b", "a+b", "%C3%A4", &long] {
        let path = format!("/network/chan/{id}");
        assert_eq!(Request::upgrade(&path).status(&proxy).await?, 404, "{path}");
    }
    Client::join(&proxy, &format!("/network/chan/{}", "i".repeat(64))).await?;
    Ok(())
}

#[tokio::test]
async fn drawn_ids_are_26_characters_of_base32() -> Result<()> {
    let proxy = Proxy::start().await?;
    let peers = Peer::meet(&proxy, ["/chan"; 3]).await?;
    for Peer { id, .. } in &peers {
        let is_base32 = id.bytes().all(|byte| byte.is_ascii_alphabetic() || (b'2'..=b'7').contains(&byte));
        assert!(id.len() == 26 && is_base32, "{id}");
    }
    Ok(())
}
