//! Who knows which names.

use anyhow::Result;
use nws_tests::Peer;

use crate::frames::{Kind, slots};
use crate::identity::Identity;
use crate::proxies::{linkable, linked_to, matches, pair};
use crate::stranger::Stranger;
use crate::wire::Wire;

#[tokio::test]
async fn a_wrong_name_is_evaluated_and_not_matched() -> Result<()> {
    let proxy = linkable().start().await?;
    let mut peer = Peer::alone(&proxy, "/right").await?;
    let wire = Wire::dial(&Identity::new()?, 2, proxy.link().await?.1).await?;
    let mut stranger = Stranger::new(wire, &["wrong", "Right", "right.", "righ"])?;
    stranger.settle().await?;
    let rest = stranger.wire.fence().await?;
    assert_eq!(slots(&stranger.heard, Kind::Eval), 8);
    assert_eq!(slots(&stranger.heard, Kind::Data) + slots(&rest, Kind::Data), 0);
    assert!(stranger.matched.is_empty());
    peer.id().await?;
    assert_eq!(matches(proxy).await?, 0);
    Ok(())
}

#[tokio::test]
async fn the_right_name_is_matched() -> Result<()> {
    let proxy = linkable().start().await?;
    let _peer = Peer::alone(&proxy, "/right").await?;
    let wire = Wire::dial(&Identity::new()?, 2, proxy.link().await?.1).await?;
    let mut stranger = Stranger::new(wire, &["wrong", "right"])?;
    stranger.until(|it| !it.matched.is_empty() && slots(&it.heard, Kind::Data) > 0).await?;
    assert_eq!(stranger.matched[0].0, "right");
    assert_eq!(matches(proxy).await?, 1);
    Ok(())
}

#[tokio::test]
async fn names_that_are_not_shared_stay_apart() -> Result<()> {
    let (a, b) = (linkable().start().await?, linkable());
    let mut at_a = Peer::alone(&a, "/one").await?;
    let b = b.flag("--peer", format!("127.0.0.1:{}", a.link().await?.1)).start().await?;
    let mut at_b = Peer::alone(&b, "/other").await?;
    let [mut one, mut other] = Peer::gather([(&a, "/both"), (&b, "/both")]).await?;
    at_a.broadcast("for one").await?;
    at_b.broadcast("for the other").await?;
    Peer::chorus(&mut [&mut one, &mut other]).await?;
    at_a.id().await?;
    at_b.id().await?;
    assert_eq!(matches(a).await?, 1);
    assert_eq!(matches(b).await?, 1);
    Ok(())
}

#[tokio::test]
async fn a_local_channel_never_crosses() -> Result<()> {
    let (a, b) = pair().await?;
    let mut locals = [Peer::alone(&a, "/local/room").await?, Peer::alone(&b, "/local/room").await?];
    let [mut at_a, mut at_b] = Peer::gather([(&a, "/network/room"), (&b, "/room")]).await?;
    for local in &mut locals {
        local.broadcast("for this machine").await?;
        local.id().await?;
    }
    Peer::chorus(&mut [&mut at_a, &mut at_b]).await?;
    for local in &mut locals {
        local.id().await?;
    }
    assert_eq!(matches(a).await?, 1);
    Ok(())
}

#[tokio::test]
async fn nor_does_it_meet_the_network_channel_of_another() -> Result<()> {
    let a = linkable().start().await?;
    let b = linked_to(a.link().await?.1).start().await?;
    let mut local = Peer::alone(&a, "/local/room").await?;
    let mut network = Peer::alone(&b, "/network/room").await?;
    let [mut at_a, mut at_b] = Peer::gather([(&a, "/both"), (&b, "/both")]).await?;
    Peer::chorus(&mut [&mut at_a, &mut at_b]).await?;
    local.id().await?;
    network.id().await?;
    assert_eq!(matches(a).await?, 1);
    Ok(())
}
