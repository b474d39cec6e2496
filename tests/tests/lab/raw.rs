//! Raw peers, and ids that they chose, across machines.

use anyhow::{Context, Result};
use nws_tests::{Client, Peer, Received};
use serde_json::json;

use crate::lan::lan;

/// The id `7` as other machines than its own know it: `7~` and the id of its proxy.
fn known_elsewhere(id: &str) -> Result<()> {
    let proxy = id.strip_prefix("7~").with_context(|| format!("{id} is not 7 of another machine"))?;
    assert_eq!(proxy.len(), 26, "{id}");
    assert!(proxy.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7')), "{id}");
    Ok(())
}

#[tokio::test]
async fn two_machines_may_choose_the_same_id() -> Result<()> {
    let (_lab, [a, b]) = lan().await?;
    let [mut one, mut two] = Peer::gather([(&a, "/chan"), (&b, "/chan")]).await?;
    let mut near = Client::join(&a, "/network/chan/7").await?;
    assert_eq!(one.arrival().await?, "7");
    let near_from_afar = two.arrival().await?;
    let mut far = Client::join(&b, "/network/chan/7").await?;
    assert_eq!(two.arrival().await?, "7");
    let far_from_afar = one.arrival().await?;
    known_elsewhere(&near_from_afar)?;
    known_elsewhere(&far_from_afar)?;
    assert_ne!(near_from_afar, far_from_afar);
    one.message(&far_from_afar, "far").await?;
    assert_eq!(far.text().await?, "far");
    one.message("7", "near").await?;
    assert_eq!(near.text().await?, "near");
    far.leave().await?;
    assert_eq!((one.departure().await?, two.departure().await?), (far_from_afar, "7".to_owned()));
    near.leave().await?;
    assert_eq!((one.departure().await?, two.departure().await?), ("7".to_owned(), near_from_afar));
    Ok(())
}

#[tokio::test]
async fn raw_peers_talk_without_envelopes() -> Result<()> {
    let (_lab, [a, b]) = lan().await?;
    let [mut one, mut two] = Peer::gather([(&a, "/chan"), (&b, "/chan")]).await?;
    let mut raw = Client::join(&b, "/network/chan/7").await?;
    let (id, _) = (one.arrival().await?, two.arrival().await?);
    raw.send("plain \"text\"").await?;
    assert_eq!(one.json().await?, json!({"action": "broadcast", "source": id, "data": "plain \"text\""}));
    raw.send_binary(vec![0, 128, 255]).await?;
    assert_eq!(one.payload().await?, (true, id.clone(), vec![0, 128, 255]));
    one.broadcast("to all").await?;
    one.message(&id, "to you").await?;
    one.broadcast(json!({"a": 1})).await?;
    one.broadcast_binary(&[1, 2]).await?;
    one.message_binary(&id, &[3, 4]).await?;
    for text in ["to all", "to you", r#"{"a":1}"#] {
        assert_eq!(raw.receive().await?, Received::Text(text.to_owned()));
    }
    for bytes in [vec![1, 2], vec![3, 4]] {
        assert_eq!(raw.receive().await?, Received::Binary(bytes));
    }
    let mut other = Client::join(&a, "/network/chan/8").await?;
    assert_eq!(one.arrival().await?, "8");
    other.send("from raw to raw").await?;
    assert_eq!(raw.text().await?, "from raw to raw");
    Ok(())
}
