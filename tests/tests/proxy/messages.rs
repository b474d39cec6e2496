//! What structured peers say to all and to one.

use anyhow::Result;
use nws_tests::{Peer, Proxy};
use serde_json::json;

#[tokio::test]
async fn a_broadcast_reaches_all_others() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [mut a, mut b, mut c] = Peer::meet(&proxy, ["/chan"; 3]).await?;
    a.broadcast("hello").await?;
    let expected = json!({"action": "broadcast", "source": a.id, "data": "hello"});
    assert_eq!(b.json().await?, expected);
    assert_eq!(c.json().await?, expected);
    a.id().await?;
    Ok(())
}

#[tokio::test]
async fn a_message_reaches_one() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [mut a, mut b, mut c] = Peer::meet(&proxy, ["/chan"; 3]).await?;
    a.message(&b.id, "for b").await?;
    assert_eq!(
        b.json().await?,
        json!({"action": "message", "source": a.id, "target": b.id, "data": "for b"})
    );
    a.id().await?;
    c.id().await?;
    Ok(())
}

#[tokio::test]
async fn a_message_to_oneself_arrives() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut a = Peer::alone(&proxy, "/chan").await?;
    let own = a.id.clone();
    a.message(&own, 1).await?;
    assert_eq!(a.json().await?, json!({"action": "message", "source": own, "target": own, "data": 1}));
    Ok(())
}

#[tokio::test]
async fn data_is_relayed_byte_for_byte() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [mut a, mut b] = Peer::meet(&proxy, ["/chan"; 2]).await?;
    let deepest = format!("{}{}", "[".repeat(128), "]".repeat(128));
    let values = [
        "null",
        "true",
        "1.0e+2",
        "-0",
        "123456789012345678901234567890",
        r#""""#,
        r#""\u00e9\/\n""#,
        "\"ä😀\"",
        r#"{"b":1 ,  "a":[ ], "a":2}"#,
        "[1,\n\t2]",
        r#"{"action":"disconnect"}"#,
        &deepest,
    ];
    for data in values {
        a.send(format!(r#"{{"action":"broadcast","data":{data}}}"#)).await?;
        assert_eq!(b.text().await?, format!(r#"{{"action":"broadcast","source":"{}","data":{data}}}"#, a.id));
    }
    Ok(())
}

#[tokio::test]
async fn members_come_in_any_order_and_strangers_are_ignored() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [mut a, mut b] = Peer::meet(&proxy, ["/chan"; 2]).await?;
    let frames = [
        r#"{"data":"x","action":"broadcast"}"#,
        " { \"data\" : \"x\" , \"action\" : \"broadcast\" } ",
        r#"{"action":"broadcast","source":"somebody else","target":"?","more":{"data":1},"data":"x"}"#,
        r#"{"\u0061ction":"broad\u0063ast","data":"x"}"#,
    ];
    for frame in frames {
        a.send(frame).await?;
        assert_eq!(b.json().await?, json!({"action": "broadcast", "source": a.id, "data": "x"}), "{frame}");
    }
    Ok(())
}

#[tokio::test]
async fn order_is_kept() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [mut a, mut b] = Peer::meet(&proxy, ["/chan"; 2]).await?;
    for number in 0..500 {
        if number % 3 == 0 { a.message(&b.id, number).await? } else { a.broadcast(number).await? }
    }
    for number in 0..500 {
        assert_eq!(b.json().await?["data"], number);
    }
    Ok(())
}

#[tokio::test]
async fn bytes_reach_all_and_one() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [mut a, mut b, mut c] = Peer::meet(&proxy, ["/chan"; 3]).await?;
    let every: Vec<u8> = (0..=u8::MAX).collect();
    a.broadcast_binary(&every).await?;
    assert_eq!(b.payload().await?, (true, a.id.clone(), every.clone()));
    assert_eq!(c.payload().await?, (true, a.id.clone(), every.clone()));
    a.message_binary(&c.id, &every).await?;
    assert_eq!(c.payload().await?, (false, a.id.clone(), every));
    a.message_binary(&c.id, b"").await?;
    assert_eq!(c.payload().await?, (false, a.id.clone(), Vec::new()));
    a.id().await?;
    b.id().await?;
    Ok(())
}

#[tokio::test]
async fn a_message_in_pieces_is_one_message() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [mut a, mut b] = Peer::meet(&proxy, ["/chan"; 2]).await?;
    let text = r#"{"action":"broadcast","data":"äöü"}"#.as_bytes();
    let last = text.len() - 1;
    for (at, byte) in text.iter().enumerate() {
        a.send_piece(vec![*byte], at == 0, at == last).await?;
    }
    assert_eq!(b.json().await?, json!({"action": "broadcast", "source": a.id, "data": "äöü"}));
    Ok(())
}
