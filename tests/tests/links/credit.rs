//! What one side of a link may send before the other one has asked for more.

use anyhow::{Context, Result};
use nws_protocol::IdSource;
use nws_protocol::limits::{LINK_PIECE_MAX, LINK_WINDOW};
use nws_protocol::link::{Record, RecordHead};
use nws_tests::{Peer, Proxy};

use crate::identity::Identity;
use crate::proxies::linkable;
use crate::stranger::Stranger;
use crate::wire::Wire;

/// What the system keeps for whoever does not read: as little as it lets one choose.
const RECEIVE_BUFFER: u32 = 4096;

/// More than can be on its way when nobody asks for more.
const FAR_TOO_MUCH: usize = 16 * LINK_WINDOW;

/// A member of `/room`, and what the others call it.
async fn member(proxy: &Proxy, peer: &mut Peer) -> Result<(Stranger, String)> {
    let port = proxy.link().await?.1;
    let wire = Wire::attempt(&Identity::new()?, 2, port, Some(RECEIVE_BUFFER)).await?;
    let mut member = Stranger::new(wire.context("not let in")?, &["room"])?;
    member.until(|it| !it.matched.is_empty()).await?;
    member.tell(Record::Join { member: 0, id: IdSource::Choice("me") }).await?;
    Ok((member, peer.arrival().await?))
}

/// A record that may be ignored, so long that nothing comes after it.
fn endless() -> Vec<u8> {
    let mut stream = vec![0x80; RecordHead::LEN + FAR_TOO_MUCH];
    stream[1..RecordHead::LEN].copy_from_slice(&(FAR_TOO_MUCH as u32).to_be_bytes());
    stream
}

#[tokio::test]
async fn a_window_may_be_sent_unasked() -> Result<()> {
    let proxy = linkable().start().await?;
    let mut peer = Peer::alone(&proxy, "/room").await?;
    let (mut member, _) = member(&proxy, &mut peer).await?;
    let used = Record::Join { member: 0, id: IdSource::Choice("me") }.to_bytes().len();
    for piece in endless()[..LINK_WINDOW - used].chunks(LINK_PIECE_MAX) {
        member.stream(piece).await?;
    }
    member.wire.fence().await?;
    peer.id().await?;
    Ok(())
}

#[tokio::test]
async fn whoever_sends_more_is_closed() -> Result<()> {
    let proxy = linkable().start().await?;
    let mut peer = Peer::alone(&proxy, "/room").await?;
    let (mut member, id) = member(&proxy, &mut peer).await?;
    // It does not read what it is told, so it is not told either that it may send more.
    peer.broadcast("x".repeat(1_000_000)).await?;
    peer.id().await?;
    let mut sent = 0;
    for piece in endless().chunks(LINK_PIECE_MAX) {
        if member.stream(piece).await.is_err() {
            break;
        }
        sent += piece.len();
    }
    assert!(sent < FAR_TOO_MUCH);
    assert_eq!(peer.departure().await?, id);
    proxy.log(&["a link has ended", member.wire.own.as_str(), "its stream is broken"]).await?;
    peer.id().await?;
    Ok(())
}
