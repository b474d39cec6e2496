//! Whoever sends a proxy back all that it says.

use anyhow::{Context, Result};
use nws_protocol::link::LinkFrame;
use nws_tests::{Peer, Proxy};
use tokio::net::TcpListener;

use crate::frames::{Kind, kind, slots};
use crate::identity::Identity;
use crate::proxies::{linkable, matches};
use crate::wire::Wire;

/// Everything comes back, blinded elements as what is asked and as what is answered. Tags wait until theirs is the turn.
async fn reflect(wire: &mut Wire) -> Result<()> {
    let mut heard = Vec::new();
    while [Kind::Blind, Kind::Eval, Kind::Tags].iter().any(|kind| slots(&heard, *kind) < 8) {
        let frame = wire.receive().await?.context("the proxy has closed")?;
        match LinkFrame::parse(&frame)? {
            LinkFrame::Hello(_) => wire.put(frame.clone().into()).await?,
            LinkFrame::Blind { first, elements } => {
                wire.put(frame.clone().into()).await?;
                wire.send(LinkFrame::Eval { first, elements }).await?;
            }
            LinkFrame::Eval { .. }
            | LinkFrame::Tags { .. }
            | LinkFrame::Leave { .. }
            | LinkFrame::Data { .. }
            | LinkFrame::Credit { .. }
            | LinkFrame::Unknown => {}
        }
        heard.push(frame);
    }
    for frame in heard.iter().filter(|frame| kind(frame) == Kind::Tags) {
        wire.put(frame.clone().into()).await?;
    }
    heard.extend(wire.fence().await?);
    assert_eq!(slots(&heard, Kind::Data), 0);
    Ok(())
}

async fn expect_no_join(mut wire: Wire, proxy: Proxy, mut peer: Peer) -> Result<()> {
    reflect(&mut wire).await?;
    peer.id().await?;
    assert_eq!(slots(&wire.fence().await?, Kind::Data), 0);
    assert_eq!(matches(proxy).await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_mirror_that_dials_gains_no_join() -> Result<()> {
    let proxy = linkable().start().await?;
    let peer = Peer::alone(&proxy, "/room").await?;
    let wire = Wire::dial(&Identity::new()?, 2, proxy.link().await?.1).await?;
    expect_no_join(wire, proxy, peer).await
}

#[tokio::test]
async fn a_mirror_that_is_dialled_gains_no_join() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let proxy = linkable().flag("--peer", listener.local_addr()?).start().await?;
    let peer = Peer::alone(&proxy, "/room").await?;
    let wire = Wire::answer(&Identity::new()?, &listener).await?;
    expect_no_join(wire, proxy, peer).await
}
