//! Streams between peers of two proxies.

use anyhow::Result;
use nws_protocol::binary::{Frame, Kind, StreamPart};
use nws_protocol::limits::STREAM_PART_MAX;
use nws_tests::Peer;
use serde_json::json;

use crate::proxies::pair;

#[tokio::test]
async fn frames_of_streams_cross_a_link() -> Result<()> {
    let (a, b) = pair().await?;
    let [mut at_a, mut at_b] = Peer::gather([(&a, "/room?streams=1"), (&b, "/room?streams=1")]).await?;
    let escapes = "\u{1}".repeat(STREAM_PART_MAX / 2);
    for data in [
        json!({"stream": 7, "event": "dial", "protocols": ["x"], "credit": 65536}),
        json!({"stream": 7, "event": "data", "more": true, "text": escapes}),
    ] {
        at_a.send_json(json!({"action": "stream", "target": at_b.id, "data": data})).await?;
        let expected = json!({"action": "stream", "source": at_a.id, "target": at_b.id, "data": data});
        assert_eq!(at_b.json().await?, expected);
    }
    let bytes = &[9; STREAM_PART_MAX];
    let payload = &StreamPart { stream: 0x8000_0007, has_more: true, bytes }.to_bytes();
    let frame = |id: &str| Frame { kind: Kind::Stream, id, payload }.to_bytes();
    at_b.send_binary(frame(&at_a.id)).await?;
    assert_eq!(at_a.binary().await?, frame(&at_b.id));
    Ok(())
}

#[tokio::test]
async fn a_peer_elsewhere_that_has_no_streams_is_not_dialled() -> Result<()> {
    let (a, b) = pair().await?;
    let [mut at_a, mut old] = Peer::gather([(&a, "/room?streams=1"), (&b, "/room")]).await?;
    let data = json!({"stream": 3, "event": "dial"});
    at_a.send_json(json!({"action": "stream", "target": old.id, "data": data})).await?;
    let error = at_a.json().await?;
    assert_eq!(
        [&error["code"], &error["target"], &error["stream"]],
        [&json!("not-supported"), &json!(old.id), &json!(3)]
    );
    old.id().await?;
    Ok(())
}
