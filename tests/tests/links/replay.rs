//! Frames of one session, said again in another one.

use anyhow::{Context, Result};
use nws_protocol::IdSource;
use nws_protocol::link::Record;
use nws_tests::{Peer, Proxy};

use crate::frames::{Kind, is_settled, kind, slots};
use crate::identity::Identity;
use crate::proxies::{linkable, matches};
use crate::stranger::Stranger;
use crate::wire::Wire;

/// All that was said on a link, by a member of the channel and to it.
struct Recording {
    said: Vec<Vec<u8>>,
    heard: Vec<Vec<u8>>,
}

impl Recording {
    fn of(frames: &[Vec<u8>], wanted: Kind) -> impl Iterator<Item = &Vec<u8>> {
        frames.iter().filter(move |frame| kind(frame) == wanted)
    }
}

/// A member of the channel comes and goes.
async fn record(member: &Identity, proxy: &Proxy, peer: &mut Peer) -> Result<Recording> {
    let wire = Wire::dial(member, 2, proxy.link().await?.1).await?;
    let mut member = Stranger::new(wire, &["room"])?;
    member.until(|it| !it.matched.is_empty() && is_settled(&it.said) && is_settled(&it.heard)).await?;
    member.tell(Record::Join { member: 0, id: IdSource::Choice("member") }).await?;
    let id = peer.arrival().await?;
    assert_eq!(id, format!("member~{}", member.wire.own));
    let Stranger { wire, said, heard, .. } = member;
    drop(wire);
    assert_eq!(peer.departure().await?, id);
    Ok(Recording { said, heard })
}

/// Says again what was said, each frame when its time has come, with `tags` for proof. Then the data.
async fn replay(mut wire: Wire, recording: &Recording, tags: &[Vec<u8>]) -> Result<()> {
    let said = |wanted| Recording::of(&recording.said, wanted).cloned();
    for frame in said(Kind::Hello).chain(said(Kind::Blind)) {
        wire.put(frame.into()).await?;
    }
    let mut heard = Vec::new();
    while slots(&heard, Kind::Blind) < 8 {
        heard.push(wire.receive().await?.context("the proxy has closed")?);
    }
    for frame in said(Kind::Eval) {
        wire.put(frame.into()).await?;
    }
    while slots(&heard, Kind::Eval) < 8 || slots(&heard, Kind::Tags) < 8 {
        heard.push(wire.receive().await?.context("the proxy has closed")?);
    }
    for frame in Recording::of(tags, Kind::Tags) {
        wire.put(frame.clone().into()).await?;
    }
    heard.extend(wire.fence().await?);
    assert_eq!(slots(&heard, Kind::Data), 0);
    for frame in said(Kind::Data) {
        wire.put(frame.into()).await?;
    }
    assert_eq!(slots(&wire.closed().await?, Kind::Data), 0);
    Ok(())
}

#[tokio::test]
async fn a_session_that_is_replayed_gains_nothing() -> Result<()> {
    let proxy = linkable().start().await?;
    let mut peer = Peer::alone(&proxy, "/room").await?;
    let member = Identity::new()?;
    let recording = record(&member, &proxy, &mut peer).await?;
    let port = proxy.link().await?.1;
    replay(Wire::dial(&member, 3, port).await?, &recording, &recording.said).await?;
    proxy.log(&[member.id.as_str(), "a frame for a slot that is not matched"]).await?;
    let somebody = Identity::new()?;
    replay(Wire::dial(&somebody, 4, port).await?, &recording, &recording.said).await?;
    proxy.log(&[somebody.id.as_str(), "a frame for a slot that is not matched"]).await?;
    peer.id().await?;
    assert_eq!(matches(proxy).await?, 1);
    Ok(())
}

#[tokio::test]
async fn what_the_proxy_said_itself_gains_nothing_either() -> Result<()> {
    let proxy = linkable().start().await?;
    let mut peer = Peer::alone(&proxy, "/room").await?;
    let member = Identity::new()?;
    let recording = record(&member, &proxy, &mut peer).await?;
    let wire = Wire::dial(&member, 3, proxy.link().await?.1).await?;
    replay(wire, &recording, &recording.heard).await?;
    proxy.log(&[member.id.as_str(), "a frame for a slot that is not matched"]).await?;
    peer.id().await?;
    assert_eq!(matches(proxy).await?, 1);
    Ok(())
}
