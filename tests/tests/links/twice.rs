//! A second link to the same proxy.

use anyhow::{Context, Result, bail};
use nws_protocol::IdSource;
use nws_protocol::link::Record;
use nws_tests::Peer;

use crate::frames::{Kind, kind};
use crate::identity::Identity;
use crate::proxies::linkable;
use crate::stranger::Stranger;
use crate::wire::Wire;

#[tokio::test]
async fn a_link_that_answers_is_not_replaced() -> Result<()> {
    let proxy = linkable().start().await?;
    let port = proxy.link().await?.1;
    let mut peer = Peer::alone(&proxy, "/room").await?;
    let me = Identity::new()?;
    let mut first = Stranger::new(Wire::dial(&me, 2, port).await?, &["room"])?;
    first.until(|it| !it.matched.is_empty()).await?;
    first.tell(Record::Join { member: 0, id: IdSource::Choice("me") }).await?;
    let id = peer.arrival().await?;
    for source in 3..6 {
        let mut second = Wire::dial(&me, source, port).await?;
        tokio::select! {
            frames = second.closed() => assert!(frames?.is_empty()),
            // It answers heartbeats as long as it listens.
            ended = first.until(|_| false) => bail!("the first link has ended: {ended:?}"),
        }
    }
    peer.id().await?;
    drop(first);
    assert_eq!(peer.departure().await?, id);
    Ok(())
}

#[tokio::test]
async fn a_link_that_does_not_answer_is_replaced() -> Result<()> {
    let proxy = linkable().start().await?;
    let port = proxy.link().await?.1;
    let mut peer = Peer::alone(&proxy, "/room").await?;
    let me = Identity::new()?;
    let mut first = Stranger::new(Wire::dial(&me, 2, port).await?, &["room"])?;
    first.until(|it| !it.matched.is_empty()).await?;
    first.tell(Record::Join { member: 0, id: IdSource::Choice("me") }).await?;
    let id = peer.arrival().await?;
    let mut second = Stranger::new(Wire::dial(&me, 3, port).await?, &["room"])?;
    let hello = second.wire.receive().await?.context("the proxy has closed")?;
    assert_eq!(kind(&hello), Kind::Hello);
    assert_eq!(peer.departure().await?, id);
    proxy
        .log(&["a link has ended", me.id.as_str(), "another link to the same proxy takes its place"])
        .await?;
    second.take(hello).await?;
    second.until(|it| !it.matched.is_empty()).await?;
    second.tell(Record::Join { member: 0, id: IdSource::Choice("me") }).await?;
    assert_eq!(peer.arrival().await?, id);
    Ok(())
}

#[tokio::test]
async fn whoever_has_no_link_left_finds_its_place_free() -> Result<()> {
    let proxy = linkable().start().await?;
    let mut peer = Peer::alone(&proxy, "/room").await?;
    let me = Identity::new()?;
    for source in 2..5 {
        let wire = Wire::dial(&me, source, proxy.link().await?.1).await?;
        let mut member = Stranger::new(wire, &["room"])?;
        member.until(|it| !it.matched.is_empty()).await?;
        member.tell(Record::Join { member: 0, id: IdSource::Choice("me") }).await?;
        let id = peer.arrival().await?;
        drop(member);
        assert_eq!(peer.departure().await?, id);
    }
    Ok(())
}
