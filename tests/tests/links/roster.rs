//! Members of another proxy, one after the other in one stream: who is believed to be who.

use anyhow::Result;
use nws_protocol::link::{Payload, Record};
use nws_tests::{Client, Peer, Proxy};
use serde_json::json;

use crate::identity::Identity;
use crate::proxies::linkable;
use crate::stranger::Stranger;
use crate::wire::Wire;

/// A member of `/room` that says of the others there what it likes.
async fn member(proxy: &Proxy, source: u8) -> Result<Stranger> {
    let wire = Wire::dial(&Identity::new()?, source, proxy.link().await?.1).await?;
    let mut member = Stranger::new(wire, &["room"])?;
    member.until(|it| !it.matched.is_empty()).await?;
    Ok(member)
}

fn says(member: u32, data: &str) -> Record<'_> {
    Record::Broadcast { member, payload: Payload::Json(data) }
}

#[tokio::test]
async fn an_id_of_somebody_here_is_refused() -> Result<()> {
    let proxy = linkable().start().await?;
    let [mut a, mut b] = Peer::meet(&proxy, ["/room"; 2]).await?;
    let mut member = member(&proxy, 2).await?;
    let id = a.id.clone();
    member.tell(Record::Join { member: 0, chosen: false, id: &id }).await?;
    member.tell(says(0, r#""in the name of another""#)).await?;
    member.tell(Record::Leave { member: 0 }).await?;
    member.tell(Record::Join { member: 1, chosen: true, id: "me" }).await?;
    member.tell(says(1, "1")).await?;
    for peer in [&mut a, &mut b] {
        let me = peer.arrival().await?;
        assert_eq!(me, format!("me~{}", member.wire.own.short()));
        assert_eq!(peer.json().await?, json!({"action": "broadcast", "source": me, "data": 1}));
    }
    // Whoever had the id still has it.
    b.message(&id, "to the first").await?;
    assert_eq!(a.json().await?["data"], "to the first");
    Ok(())
}

#[tokio::test]
async fn an_id_of_somebody_behind_another_link_is_refused() -> Result<()> {
    let proxy = linkable().start().await?;
    let mut peer = Peer::alone(&proxy, "/room").await?;
    let id = "abcdefghijklmnopqrstuvwxyz";
    let mut first = member(&proxy, 2).await?;
    first.tell(Record::Join { member: 0, chosen: false, id }).await?;
    assert_eq!(peer.arrival().await?, id);
    let mut second = member(&proxy, 3).await?;
    second.tell(Record::Join { member: 0, chosen: false, id }).await?;
    second.tell(says(0, r#""in the name of another""#)).await?;
    second.tell(Record::Join { member: 1, chosen: true, id: "me" }).await?;
    assert_eq!(peer.arrival().await?, format!("me~{}", second.wire.own.short()));
    drop(second);
    peer.departure().await?;
    first.tell(says(0, "2")).await?;
    assert_eq!(peer.json().await?, json!({"action": "broadcast", "source": id, "data": 2}));
    Ok(())
}

#[tokio::test]
async fn no_client_takes_the_id_of_a_remote_one() -> Result<()> {
    let proxy = linkable().start().await?;
    let mut peer = Peer::alone(&proxy, "/room").await?;
    let id = "abcdefghijklmnopqrstuvwxyz";
    let mut member = member(&proxy, 2).await?;
    member.tell(Record::Join { member: 0, chosen: false, id }).await?;
    assert_eq!(peer.arrival().await?, id);
    assert!(Client::join(&proxy, &format!("/network/room/{id}")).await.is_err());
    peer.id().await?;
    drop(member);
    assert_eq!(peer.departure().await?, id);
    let _raw = Client::join(&proxy, &format!("/network/room/{id}")).await?;
    assert_eq!(peer.arrival().await?, id);
    Ok(())
}

#[tokio::test]
async fn a_message_to_nobody_is_nothing() -> Result<()> {
    let proxy = linkable().start().await?;
    let mut peer = Peer::alone(&proxy, "/room").await?;
    let mut member = member(&proxy, 2).await?;
    member.tell(Record::Join { member: 0, chosen: true, id: "me" }).await?;
    let id = peer.arrival().await?;
    member.tell(Record::Message { member: 0, target: 4711, payload: Payload::Text("lost") }).await?;
    member.tell(says(0, "3")).await?;
    assert_eq!(peer.json().await?, json!({"action": "broadcast", "source": id, "data": 3}));
    Ok(())
}
