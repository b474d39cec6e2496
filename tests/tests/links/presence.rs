//! Who is shown to whom on several proxies.

use anyhow::Result;
use nws_tests::{Client, Peer, Received};
use serde_json::json;

use crate::proxies::{linkable, linked_to, pair};
use nws_tests::Cable;

#[tokio::test]
async fn each_is_shown_the_other() -> Result<()> {
    let (a, b) = pair().await?;
    let mut at_a = Peer::alone(&a, "/room").await?;
    let mut at_b = Client::join(&b, "/room").await?;
    let shown = at_b.json().await?;
    let id = at_b.id().await?;
    assert_eq!(shown, json!({"action": "connect", "source": id, "target": at_a.id}));
    assert_eq!(at_a.json().await?, json!({"action": "connect", "source": at_a.id, "target": id}));
    at_b.leave().await?;
    assert_eq!(at_a.json().await?, json!({"action": "disconnect", "source": at_a.id, "target": id}));
    at_a.id().await?;
    Ok(())
}

#[tokio::test]
async fn three_proxies_are_one_channel() -> Result<()> {
    let (a, b) = pair().await?;
    let ports = [a.link().await?.1, b.link().await?.1];
    let c = linked_to(ports[0]).flag("--peer", format!("127.0.0.1:{}", ports[1])).start().await?;
    let [mut at_a, mut at_b, mut at_c] = Peer::gather([(&a, "/room"), (&b, "/room"), (&c, "/room")]).await?;
    Peer::chorus(&mut [&mut at_a, &mut at_b, &mut at_c]).await?;
    let mut late = Peer::arrive(&b, "/room", &mut [&mut at_a, &mut at_b, &mut at_c]).await?;
    Peer::chorus(&mut [&mut at_a, &mut at_b, &mut at_c, &mut late]).await?;
    let gone = late.id.clone();
    late.leave().await?;
    for peer in [&mut at_a, &mut at_b, &mut at_c] {
        assert_eq!(peer.departure().await?, gone);
    }
    Ok(())
}

#[tokio::test]
async fn an_id_that_was_chosen_is_told_with_its_proxy() -> Result<()> {
    let (a, b) = pair().await?;
    let [mut at_a, mut at_b] = Peer::gather([(&a, "/room"), (&b, "/room")]).await?;
    let mut raw_a = Client::join(&a, "/network/room/me").await?;
    let elsewhere = format!("me~{}", a.link().await?.0);
    assert_eq!(at_a.arrival().await?, "me");
    assert_eq!(at_b.arrival().await?, elsewhere);
    // The other machine has chosen the same, and both are there.
    let mut raw_b = Client::join(&b, "/network/room/me").await?;
    assert_eq!(at_b.arrival().await?, "me");
    assert_eq!(at_a.arrival().await?, format!("me~{}", b.link().await?.0));
    at_b.message(&elsewhere, "for the one there").await?;
    at_b.message("me", "for the one here").await?;
    assert_eq!(raw_a.receive().await?, Received::Text("for the one there".to_owned()));
    assert_eq!(raw_b.receive().await?, Received::Text("for the one here".to_owned()));
    raw_a.send("x").await?;
    assert_eq!(at_b.json().await?, json!({"action": "broadcast", "source": elsewhere, "data": "x"}));
    Ok(())
}

#[tokio::test]
async fn a_killed_proxy_takes_its_peers_along() -> Result<()> {
    let (a, b) = pair().await?;
    let [mut at_a, mut one, mut other] = Peer::gather([(&a, "/room"), (&b, "/room"), (&b, "/room")]).await?;
    b.signal("KILL").await?;
    at_a.misses(&[&one, &other]).await?;
    at_a.id().await?;
    for peer in [&mut one, &mut other] {
        assert_eq!(peer.closed().await?, 1006);
    }
    Ok(())
}

#[tokio::test]
async fn a_proxy_that_stops_takes_its_peers_along() -> Result<()> {
    let (a, b) = pair().await?;
    let [mut at_a, at_b] = Peer::gather([(&a, "/room"), (&b, "/room")]).await?;
    b.signal("TERM").await?;
    at_a.misses(&[&at_b]).await?;
    assert!(b.exit().await?.status.success());
    at_a.id().await?;
    Ok(())
}

#[tokio::test]
async fn a_proxy_that_comes_back_is_linked_again() -> Result<()> {
    let cable = Cable::lay().await?;
    let a = linkable().flag("--peer", cable.address()).start().await?;
    let mut at_a = Peer::alone(&a, "/room").await?;
    for _ in 0..3 {
        let b = linkable().start().await?;
        cable.plug(b.link().await?.1);
        let mut at_b = Peer::arrive(&b, "/room", &mut [&mut at_a]).await?;
        Peer::chorus(&mut [&mut at_a, &mut at_b]).await?;
        b.signal("KILL").await?;
        at_a.misses(&[&at_b]).await?;
    }
    Ok(())
}
