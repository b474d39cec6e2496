//! A channel that has more peers on one machine than another machine shows.

use anyhow::Result;
use nws_tests::{Client, Peer, Received};
use serde_json::json;

use crate::proxies::{linkable, linked_to};

#[tokio::test]
async fn who_is_not_admitted_is_told_and_comes_in_when_room_comes() -> Result<()> {
    let full = linkable().flag("--max-peers-per-channel", 2).start().await?;
    let home = linked_to(full.link().await?.1).start().await?;
    let [mut far, mut first] = Peer::gather([(&full, "/room"), (&home, "/room")]).await?;
    let _second = Peer::arrive(&home, "/room", &mut [&mut far, &mut first]).await?;
    let mut third = Client::join(&home, "/room").await?;
    let present: Vec<_> = [third.json().await?, third.json().await?, third.json().await?].into();
    assert!(present.iter().all(|frame| frame["action"] == "connect"), "{present:?}");
    let told = third.json().await?;
    assert_eq!((&told["action"], &told["code"]), (&json!("error"), &json!("not-admitted")));
    third.message(&far.id, 1).await?;
    let answer = third.json().await?;
    assert_eq!((&answer["code"], &answer["target"]), (&json!("not-admitted"), &json!(far.id)));
    let gone = first.id.clone();
    first.leave().await?;
    assert_eq!(far.departure().await?, gone);
    assert_eq!(third.json().await?["action"], "disconnect");
    let third_id = far.arrival().await?;
    assert_eq!(third.id().await?, third_id);
    // What comes after it shows that its own proxy has heard that it is admitted.
    far.message(&third_id, "3").await?;
    while third.json().await?["data"] != "3" {}
    third.message(&far.id, 2).await?;
    let message = json!({"action": "message", "source": third_id, "target": far.id, "data": 2});
    assert_eq!(far.json().await?, message);
    Ok(())
}

#[tokio::test]
async fn a_raw_peer_that_is_not_admitted_gets_nothing_but_payloads() -> Result<()> {
    let full = linkable().flag("--max-peers-per-channel", 1).start().await?;
    let home = linked_to(full.link().await?.1).start().await?;
    let [mut far, first] = Peer::gather([(&full, "/room"), (&home, "/room")]).await?;
    let mut raw = Client::join(&home, "/network/room/raw").await?;
    far.broadcast("1").await?;
    assert_eq!(raw.receive().await?, Received::Text("1".to_owned()));
    drop(first);
    far.departure().await?;
    assert_eq!(far.arrival().await?, format!("raw~{}", home.link().await?.0));
    Ok(())
}
