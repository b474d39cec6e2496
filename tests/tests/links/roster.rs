//! Members of another proxy, one after the other in one stream: who is believed to be who.

use anyhow::Result;

use nws_protocol::link::{Payload, Record};
use nws_protocol::{IdSource, PeerId};
use nws_tests::{Client, Peer, Proxy};
use serde_json::json;

use crate::identity::Identity;
use crate::proxies::linkable;
use crate::stranger::Stranger;
use crate::wire::Wire;

/// A member of `/room` that says of the others there what it likes.
async fn member(proxy: &Proxy, source: u8) -> Result<Stranger> {
    member_as(&Identity::new()?, proxy, source).await
}

async fn member_as(identity: &Identity, proxy: &Proxy, source: u8) -> Result<Stranger> {
    let wire = Wire::dial(identity, source, proxy.link().await?.1).await?;
    let mut member = Stranger::new(wire, &["room"])?;
    member.until(|it| !it.matched.is_empty()).await?;
    Ok(member)
}

fn says(member: u32, data: &str) -> Record<'_> {
    Record::Broadcast { member, payload: Payload::Json(data) }
}

/// Row 4 of what attackers found: while the owner's link is broken, a member announces what the owner announced.
#[tokio::test]
async fn no_proxy_takes_an_id_of_another_one_whose_link_breaks() -> Result<()> {
    let proxy = linkable().start().await?;
    let mut peer = Peer::alone(&proxy, "/room").await?;
    let (owner, id) = (Identity::new()?, IdSource::Nonce([7; 16]));
    let mut first = member_as(&owner, &proxy, 2).await?;
    first.tell(Record::Join { member: 0, id }).await?;
    let owned = PeerId::generated(&first.wire.own, &[7; 16]).to_string();
    assert_eq!(peer.arrival().await?, owned);
    let mut thief = member(&proxy, 3).await?;
    drop(first);
    assert_eq!(peer.departure().await?, owned);
    thief.tell(Record::Join { member: 0, id }).await?;
    thief.tell(Record::Join { member: 1, id: IdSource::Choice("me") }).await?;
    let taken = PeerId::generated(&thief.wire.own, &[7; 16]).to_string();
    assert_ne!(taken, owned);
    assert_eq!(peer.arrival().await?, taken);
    assert_eq!(peer.arrival().await?, format!("me~{}", thief.wire.own));
    peer.message(&owned, "for the owner alone").await?;
    assert_eq!(peer.json().await?["code"], "unknown-target");
    let mut back = member_as(&owner, &proxy, 2).await?;
    back.tell(Record::Join { member: 0, id }).await?;
    assert_eq!(peer.arrival().await?, owned);
    back.tell(says(0, "2")).await?;
    assert_eq!(peer.json().await?, json!({"action": "broadcast", "source": owned, "data": 2}));
    Ok(())
}

#[tokio::test]
async fn no_proxy_announces_an_id_of_somebody_here() -> Result<()> {
    let proxy = linkable().start().await?;
    let [mut a, mut b] = Peer::meet(&proxy, ["/room"; 2]).await?;
    let mut member = member(&proxy, 2).await?;
    let id = a.id.clone();
    member.tell(Record::Join { member: 0, id: IdSource::Choice("me") }).await?;
    for peer in [&mut a, &mut b] {
        assert_eq!(peer.arrival().await?, format!("me~{}", member.wire.own));
    }
    member.tell(Record::Join { member: 1, id: IdSource::Choice(&id) }).await?;
    for peer in [&mut a, &mut b] {
        assert_eq!(peer.departure().await?, format!("me~{}", member.wire.own));
    }
    b.message(&id, "to the first").await?;
    assert_eq!(a.json().await?["data"], "to the first");
    Ok(())
}

#[tokio::test]
async fn no_client_chooses_an_id_of_the_form_of_generated_ones() -> Result<()> {
    let proxy = linkable().start().await?;
    let mut peer = Peer::alone(&proxy, "/room").await?;
    let mut member = member(&proxy, 2).await?;
    member.tell(Record::Join { member: 0, id: IdSource::Nonce([7; 16]) }).await?;
    let id = peer.arrival().await?;
    let refused = |id: &str| format!("/network/room/{id}");
    assert!(Client::join(&proxy, &refused(&id)).await.is_err());
    drop(member);
    assert_eq!(peer.departure().await?, id);
    // Now nobody has it.
    assert!(Client::join(&proxy, &refused(&id)).await.is_err());
    let _raw = Client::join(&proxy, &refused("me")).await?;
    assert_eq!(peer.arrival().await?, "me");
    Ok(())
}

#[tokio::test]
async fn a_message_to_nobody_is_nothing() -> Result<()> {
    let proxy = linkable().start().await?;
    let mut peer = Peer::alone(&proxy, "/room").await?;
    let mut member = member(&proxy, 2).await?;
    member.tell(Record::Join { member: 0, id: IdSource::Choice("me") }).await?;
    let id = peer.arrival().await?;
    member.tell(Record::Message { member: 0, target: 4711, payload: Payload::Text("lost") }).await?;
    member.tell(says(0, "3")).await?;
    assert_eq!(peer.json().await?, json!({"action": "broadcast", "source": id, "data": 3}));
    Ok(())
}
