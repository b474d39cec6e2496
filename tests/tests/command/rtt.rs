//! Round trips, also to peers whose programs do nothing.

use anyhow::{Result, ensure};
use nws_tests::{Peer, Proxy, Running, within};
use serde_json::{Value, json};

/// The next dial that reaches this peer.
async fn dial(peer: &mut Peer, from: &str) -> Result<Value> {
    loop {
        let frame = peer.json().await?;
        if frame["action"] == "stream" && frame["source"] == from && frame["data"]["event"] == "dial" {
            return Ok(frame["data"]["stream"].clone());
        }
    }
}

async fn answer(peer: &mut Peer, target: &str, stream: &Value, event: Value) -> Result<()> {
    let number = stream.as_u64().unwrap_or_default() ^ 0x8000_0000;
    let mut data = event;
    data["stream"] = number.into();
    peer.send_json(json!({"action": "stream", "target": target, "data": data})).await
}

/// The library of such a peer says at once that the program has the dial, and the program never says
/// anything.
#[tokio::test]
async fn a_peer_that_keeps_a_dial_for_ever_keeps_nobody_else_from_being_measured() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [mut idle, mut quick] = Peer::meet(&proxy, ["/chan?streams=1"; 2]).await?;
    let mut rtt = Running::start(&proxy, &["rtt", "chan", "--json", "-n", "1"])?;
    let id = idle.arrival().await?;
    ensure!(quick.arrival().await? == id, "another one has come");
    let kept = dial(&mut idle, &id).await?;
    answer(&mut idle, &id, &kept, json!({"event": "pending"})).await?;
    // Both are dialled at once: otherwise this one would wait for ever.
    let stream = within("the other dial", dial(&mut quick, &id)).await??;
    answer(&mut quick, &id, &stream, json!({"event": "close", "error": "refused"})).await?;
    let measured = rtt.event("rtt").await?;
    assert_eq!(measured["peer"], quick.id.as_str());
    let unmeasured = rtt.event("unmeasured").await?;
    assert_eq!(unmeasured["peer"], idle.id.as_str());
    assert!(unmeasured["reason"].as_str().is_some_and(|it| it.contains("not answered within 3 s")));
    assert_eq!(rtt.event("end").await?["status"], 0);
    Ok(())
}
