//! Links that are refused are counted in the log, by kind.

use anyhow::Result;
use nws_tests::{Proxy, Setup};
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::tungstenite::Message;

use crate::identity::Identity;
use crate::proxies::linkable;
use crate::wire::{Wire, connect};

/// The first refusal of a proxy is told at once.
async fn counts(proxy: &Proxy, count: &str) -> Result<()> {
    let line = proxy.log(&["refused since the last such line", count]).await?;
    assert!(!line.contains("127.0.0."), "{line}");
    Ok(())
}

#[tokio::test]
async fn a_connection_from_elsewhere_is_counted() -> Result<()> {
    let proxy = Setup::new().flag("--link-port", 0).flag("--interface", "none*").start().await?;
    let _stream = connect(2, proxy.link().await?.1, None).await?;
    counts(&proxy, "link_remote=1").await
}

#[tokio::test]
async fn a_connection_that_does_not_become_a_link_is_counted() -> Result<()> {
    let proxy = linkable().start().await?;
    let mut stream = connect(2, proxy.link().await?.1, None).await?;
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await?;
    counts(&proxy, "link_handshake=1").await
}

#[tokio::test]
async fn connections_that_are_too_many_are_counted() -> Result<()> {
    let proxy = linkable().start().await?;
    let mut streams = Vec::new();
    for _ in 0..64 {
        streams.push(connect(2, proxy.link().await?.1, None).await?);
    }
    counts(&proxy, "link_full=").await
}

#[tokio::test]
async fn a_link_that_breaks_the_rules_is_counted() -> Result<()> {
    let proxy = linkable().start().await?;
    let mut wire = Wire::dial(&Identity::new()?, 2, proxy.link().await?.1).await?;
    wire.put(Message::text("hello")).await?;
    wire.closed().await?;
    counts(&proxy, "link_rules=1").await
}
