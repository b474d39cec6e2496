//! Streams between two peers, as programs speak them.

use anyhow::Result;
use nws_protocol::binary::{Frame, Kind, StreamPart};
use nws_protocol::limits::STREAM_PART_MAX;
use nws_tests::{Client, Peer, Proxy};
use serde_json::{Value, json};

/// The binary frame of a part, to or from the peer with this id.
fn part(id: &str, part: StreamPart<'_>) -> Vec<u8> {
    Frame { kind: Kind::Stream, id, payload: &part.to_bytes() }.to_bytes()
}

fn stream(target: &str, data: &Value) -> Value {
    json!({"action": "stream", "target": target, "data": data})
}

/// One dials, the other accepts, both say something, and one closes.
#[tokio::test]
async fn a_program_dials_and_is_dialled() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [mut a, mut b, mut other] =
        Peer::meet(&proxy, ["/chan?streams=1", "/chan?streams=1", "/chan"]).await?;
    let talk = [
        json!({"stream": 7, "event": "dial", "protocols": ["x"], "credit": 65536}),
        json!({"stream": 7, "event": "data", "text": "ä"}),
        json!({"stream": 7, "event": "close", "code": 4000, "reason": "done"}),
    ];
    for data in &talk {
        a.send_json(stream(&b.id, data)).await?;
        let expected = json!({"action": "stream", "source": a.id, "target": b.id, "data": data});
        assert_eq!(b.json().await?, expected);
        let answer = json!({"stream": 0x8000_0007_u32, "event": "accept", "protocol": "x", "credit": 65536});
        b.send_json(stream(&a.id, &answer)).await?;
        assert_eq!(a.json().await?["data"], answer);
    }
    let bytes = &[7; STREAM_PART_MAX];
    let longest = StreamPart { stream: 7, has_more: true, bytes };
    a.send_binary(part(&b.id, longest)).await?;
    assert_eq!(b.binary().await?, part(&a.id, longest));
    for peer in [&mut a, &mut b, &mut other] {
        peer.id().await?;
    }
    Ok(())
}

/// Who comes with the query may be dialled as soon as it is seen.
#[tokio::test]
async fn a_newcomer_that_says_so_when_it_connects_is_dialled_at_once() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut a = Peer::alone(&proxy, "/chan?streams=1").await?;
    let mut b = Client::join(&proxy, "/chan?streams=1").await?;
    let target = a.json().await?["target"].as_str().unwrap_or_default().to_owned();
    let data = json!({"stream": 1, "event": "dial", "protocols": [], "credit": 65536});
    a.send_json(stream(&target, &data)).await?;
    while b.json().await?["action"] != "stream" {}
    assert!(b.greeting().is_some_and(|first| first.contains(r#""streams":1"#)));
    Ok(())
}

#[tokio::test]
async fn whoever_has_no_streams_is_not_dialled() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [mut a, mut old] = Peer::meet(&proxy, ["/chan?streams=1", "/chan?a=b"]).await?;
    a.send_json(stream(&old.id, &json!({"stream": 9, "event": "dial"}))).await?;
    let error = a.json().await?;
    assert_eq!(
        [&error["action"], &error["code"], &error["target"], &error["stream"]],
        [&json!("error"), &json!("not-supported"), &json!(old.id), &json!(9)]
    );
    old.send_json(stream(&a.id, &json!({"stream": 9, "event": "dial"}))).await?;
    let error = old.json().await?;
    assert_eq!([&error["code"], &error["stream"]], [&json!("not-supported"), &json!(9)]);
    old.send(r#"{"action":"status","streams":1}"#).await?;
    assert_eq!(old.json().await?["streams"], 1);
    a.send_json(stream(&old.id, &json!({"stream": 10, "event": "dial"}))).await?;
    assert_eq!(old.json().await?["data"]["stream"], 10);
    Ok(())
}
