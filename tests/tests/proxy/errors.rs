//! Frames that cannot be served: the sender is told, the connection stays, nobody else notices.

use anyhow::Result;
use nws_tests::{Peer, Proxy};
use serde_json::{Value, json};

/// Checks the next frame, whose `reason` is for people, and returns its target.
async fn expect_error(peer: &mut Peer, code: &str, cause: &str) -> Result<Value> {
    let error = peer.json().await?;
    let named = (&error["action"], &error["code"], error["reason"].is_string());
    assert_eq!(named, (&json!("error"), &json!(code), true), "{cause}: {error}");
    Ok(error["target"].clone())
}

#[tokio::test]
async fn what_is_no_frame() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [mut a, mut b] = Peer::meet(&proxy, ["/chan"; 2]).await?;
    let too_deep = format!(r#"{{"action":"broadcast","data":{}{}}}"#, "[".repeat(129), "]".repeat(129));
    let frames = [
        "",
        "hello",
        "{",
        "null",
        "42",
        "[]",
        "\"broadcast\"",
        "{}",
        "{}{}",
        r#"{"data":1}"#,
        r#"{"action":1,"data":1}"#,
        r#"{"action":null,"data":1}"#,
        r#"{"action":"broadcast"}"#,
        r#"{"action":"broadcast","data":}"#,
        r#"{"action":"broadcast","data":01}"#,
        r#"{"action":"broadcast","data":"\x"}"#,
        "{\"action\":\"broadcast\",\"data\":\"a\nb\"}",
        r#"{"action":"broadcast","data":undefined}"#,
        r#"{"action":"broadcast","data":1}x"#,
        r#"{"action":"broadcast","data":1,}"#,
        r#"{"action":"broadcast","data":1,"data":2}"#,
        r#"{"action":"broadcast","action":"broadcast","data":1}"#,
        r#"{"action":"message","data":1}"#,
        r#"{"action":"message","target":7,"data":1}"#,
        r#"{"action":"message","target":"x"}"#,
        &too_deep,
    ];
    for frame in frames {
        a.send(frame).await?;
        expect_error(&mut a, "bad-frame", frame).await?;
    }
    a.id().await?;
    b.id().await?;
    Ok(())
}

#[tokio::test]
async fn actions_that_are_none() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [mut a, mut b] = Peer::meet(&proxy, ["/chan"; 2]).await?;
    for action in ["dance", "", "Broadcast", "connect", "disconnect", "error"] {
        a.send_json(json!({"action": action, "target": b.id, "data": 1})).await?;
        assert_eq!(expect_error(&mut a, "unknown-action", action).await?, json!(b.id));
    }
    a.id().await?;
    b.id().await?;
    Ok(())
}

#[tokio::test]
async fn targets_that_are_not_there() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [mut a, mut b, c] = Peer::meet(&proxy, ["/chan"; 3]).await?;
    let gone = c.id.clone();
    c.leave().await?;
    assert_eq!((a.departure().await?, b.departure().await?), (gone.clone(), gone.clone()));
    for target in [gone.as_str(), "nobody", "", "a b", "\u{0}\"\\", "ä"] {
        a.message(target, 1).await?;
        assert_eq!(expect_error(&mut a, "unknown-target", target).await?, json!(target));
    }
    a.message_binary("nobody", b"x").await?;
    assert_eq!(expect_error(&mut a, "unknown-target", "binary").await?, json!("nobody"));
    a.id().await?;
    b.id().await?;
    Ok(())
}

#[tokio::test]
async fn bytes_that_are_no_frame() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [mut a, mut b] = Peer::meet(&proxy, ["/chan"; 2]).await?;
    let frames: [&[u8]; 7] =
        [b"", b"\x01", b"\x02", b"\x00\x00x", b"\x03\x00x", b"\x02\x09short", b"\x02\x02\xff\xfe"];
    for frame in frames {
        a.send_binary(frame.to_vec()).await?;
        expect_error(&mut a, "bad-frame", &format!("{frame:?}")).await?;
    }
    a.id().await?;
    b.id().await?;
    Ok(())
}
