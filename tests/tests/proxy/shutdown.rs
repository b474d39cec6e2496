//! How `nws run` ends when it is told to.

use anyhow::Result;
use nws_tests::{Client, Connection, Peer, Proxy, Request};

async fn ends_well(signal: &str) -> Result<()> {
    let proxy = Proxy::start().await?;
    let [mut a, mut b] = Peer::meet(&proxy, ["/chan"; 2]).await?;
    let mut raw = Client::join(&proxy, "/local/chan/7").await?;
    proxy.signal(signal).await?;
    assert_eq!((a.closed().await?, b.closed().await?, raw.closed().await?), (1001, 1001, 1001));
    let exit = proxy.exit().await?;
    assert!(exit.status.success(), "{exit:?}");
    assert_eq!(exit.stdout, "");
    Ok(())
}

#[tokio::test]
async fn sigterm_closes_every_socket_with_1001() -> Result<()> {
    ends_well("TERM").await
}

#[tokio::test]
async fn sigint_closes_every_socket_with_1001() -> Result<()> {
    ends_well("INT").await
}

#[tokio::test]
async fn clients_that_do_not_answer_do_not_keep_it() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let mut silent = Connection::open(&proxy).await?;
    silent.write(Request::upgrade("/network/chan/silent").text(proxy.port()).as_bytes()).await?;
    peer.arrival().await?;
    let mut half = Connection::open(&proxy).await?;
    half.write(b"GET /chan HTT").await?;
    proxy.signal("TERM").await?;
    let exit = proxy.exit().await?;
    assert!(exit.status.success(), "{exit:?}");
    Ok(())
}

#[tokio::test]
async fn what_was_said_before_arrives() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [mut a, mut b] = Peer::meet(&proxy, ["/chan"; 2]).await?;
    for number in 0..100 {
        a.broadcast(number).await?;
    }
    a.id().await?;
    proxy.signal("TERM").await?;
    for number in 0..100 {
        assert_eq!(b.json().await?["data"], number);
    }
    assert_eq!(b.closed().await?, 1001);
    Ok(())
}
