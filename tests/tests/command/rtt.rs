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

/// The library of a peer says at once that the program has the dial, and the program may never say anything.
#[tokio::test]
async fn peers_whose_programs_do_nothing_are_measured_and_all_at_once() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [mut silent, mut idle] = Peer::meet(&proxy, ["/chan?streams=1"; 2]).await?;
    let mut rtt = Running::start(&proxy, &["rtt", "chan", "--json", "-n", "2"])?;
    let id = silent.arrival().await?;
    ensure!(idle.arrival().await? == id, "another one has come");
    dial(&mut silent, &id).await?;
    for _ in 0..2 {
        // Both are dialled at once: otherwise this one would wait for the silent one.
        let stream = within("the other dial", dial(&mut idle, &id)).await??;
        answer(&mut idle, &id, &stream, json!({"event": "pending"})).await?;
    }
    assert_eq!(rtt.event("rtt").await?["peer"], idle.id.as_str());
    let unmeasured = rtt.event("unmeasured").await?;
    assert_eq!(unmeasured["peer"], silent.id.as_str());
    assert!(unmeasured["reason"].as_str().is_some_and(|it| it.contains("not answered within 3 s")));
    assert_eq!(rtt.event("end").await?["status"], 0);
    Ok(())
}
