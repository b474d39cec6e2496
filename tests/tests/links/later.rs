//! A proxy of a later version.

use anyhow::Result;
use nws_protocol::IdSource;
use nws_protocol::link::{Hello, LinkFrame, Payload, Record};
use nws_tests::Peer;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::frames::{Kind, kind};
use crate::identity::Identity;
use crate::proxies::linkable;
use crate::stranger::Stranger;
use crate::wire::Wire;

#[tokio::test]
async fn whoever_speaks_later_versions_too_is_spoken_to() -> Result<()> {
    let proxy = linkable().start().await?;
    let mut wire = Wire::dial(&Identity::new()?, 2, proxy.link().await?.1).await?;
    let hello = Hello { version_min: 1, version_max: 3, suite: 1, slots_max: 1024 };
    let mut bytes = LinkFrame::Hello(hello).to_bytes();
    bytes.extend_from_slice(b"and what else later versions say");
    wire.put(bytes.into()).await?;
    while wire.receive().await?.is_some_and(|frame| kind(&frame) != Kind::Blind) {}
    wire.fence().await?;
    Ok(())
}

#[tokio::test]
async fn frames_and_records_that_may_be_ignored_are() -> Result<()> {
    let proxy = linkable().start().await?;
    let mut peer = Peer::alone(&proxy, "/room").await?;
    let wire = Wire::dial(&Identity::new()?, 2, proxy.link().await?.1).await?;
    let mut later = Stranger::new(wire, &["room"])?;
    while later.matched.is_empty() {
        later.hear().await?;
        later.wire.put(Message::binary(vec![0xff, 1, 2, 3])).await?;
    }
    let unknown = [0xfe, 0, 0, 0, 2, 1, 2];
    later.stream(&unknown).await?;
    later.tell(Record::Join { member: 0, id: IdSource::Choice("later") }).await?;
    later.stream(&unknown).await?;
    later.tell(Record::Broadcast { member: 0, payload: Payload::Json("1") }).await?;
    let id = peer.arrival().await?;
    assert_eq!(peer.json().await?, json!({"action": "broadcast", "source": id, "data": 1}));
    Ok(())
}
