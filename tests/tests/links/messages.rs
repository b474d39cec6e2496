//! What is said from one proxy to another.

use anyhow::Result;
use nws_tests::{Client, Peer};
use serde_json::json;

use crate::proxies::{linkable, linked_to, pair};

const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn a_broadcast_and_a_message_arrive() -> Result<()> {
    let (a, b) = pair().await?;
    let [mut at_a, mut one, mut other] = Peer::gather([(&a, "/room"), (&b, "/room"), (&b, "/room")]).await?;
    let data = json!({"text": "ä😀\u{0}", "list": [1.5e300, null, {}]});
    at_a.broadcast(data.clone()).await?;
    for peer in [&mut one, &mut other] {
        assert_eq!(peer.json().await?, json!({"action": "broadcast", "source": at_a.id, "data": data}));
    }
    one.message(&at_a.id, 1).await?;
    assert_eq!(
        at_a.json().await?,
        json!({"action": "message", "source": one.id, "target": at_a.id, "data": 1})
    );
    at_a.message(&other.id, 2).await?;
    assert_eq!(other.json().await?["data"], 2);
    for peer in [&mut at_a, &mut one, &mut other] {
        peer.id().await?;
    }
    Ok(())
}

#[tokio::test]
async fn data_is_relayed_byte_for_byte() -> Result<()> {
    let (a, b) = pair().await?;
    let [mut at_a, mut at_b] = Peer::gather([(&a, "/room"), (&b, "/room")]).await?;
    for data in ["1.0e+2", "-0", r#""\u00e9\/\n""#, r#"{"b":1 ,  "a":[ ], "a":2}"#, "[1,\n\t2]"] {
        at_a.send(format!(r#"{{"action":"broadcast","data":{data}}}"#)).await?;
        let expected = format!(r#"{{"action":"broadcast","source":"{}","data":{data}}}"#, at_a.id);
        assert_eq!(at_b.text().await?, expected);
    }
    Ok(())
}

#[tokio::test]
async fn bytes_arrive() -> Result<()> {
    let (a, b) = pair().await?;
    let [mut at_a, mut at_b] = Peer::gather([(&a, "/room"), (&b, "/room")]).await?;
    let every: Vec<u8> = (0..=u8::MAX).collect();
    at_a.broadcast_binary(&every).await?;
    assert_eq!(at_b.payload().await?, (true, at_a.id.clone(), every.clone()));
    at_a.message_binary(&at_b.id, &every).await?;
    assert_eq!(at_b.payload().await?, (false, at_a.id.clone(), every));
    at_b.message_binary(&at_a.id, b"").await?;
    assert_eq!(at_a.payload().await?, (false, at_b.id.clone(), Vec::new()));
    Ok(())
}

#[tokio::test]
async fn raw_peers_hear_and_are_heard() -> Result<()> {
    let (a, b) = pair().await?;
    let [mut at_a, mut at_b] = Peer::gather([(&a, "/room"), (&b, "/room")]).await?;
    let mut raw = Client::join(&b, "/network/room/7").await?;
    let id = at_a.arrival().await?;
    assert_eq!(at_b.arrival().await?, "7");
    raw.send("with \"quotes\"").await?;
    assert_eq!(at_a.json().await?, json!({"action": "broadcast", "source": id, "data": "with \"quotes\""}));
    raw.send_binary(vec![1, 2, 3]).await?;
    assert_eq!(at_a.payload().await?, (true, id.clone(), vec![1, 2, 3]));
    at_a.broadcast("a \"string\"").await?;
    at_a.send(r#"{"action":"broadcast","data":{"b": [1, 2]}}"#).await?;
    at_a.message(&id, "to you").await?;
    at_a.broadcast_binary(b"all").await?;
    for text in ["a \"string\"", "{\"b\": [1, 2]}", "to you"] {
        assert_eq!(raw.text().await?, text);
    }
    assert_eq!(raw.binary().await?, b"all");
    Ok(())
}

#[tokio::test]
async fn the_longest_messages_cross() -> Result<()> {
    let (a, b) = pair().await?;
    let [mut at_a, mut at_b] = Peer::gather([(&a, "/room"), (&b, "/room")]).await?;
    for character in ["x", "\"", "\u{1}"] {
        let text = character.repeat(MIB);
        at_a.broadcast(text.clone()).await?;
        assert!(at_b.json().await?["data"] == text);
    }
    let bytes = vec![7; MIB];
    at_b.broadcast_binary(&bytes).await?;
    assert!(at_a.payload().await? == (true, at_b.id.clone(), bytes));
    Ok(())
}

#[tokio::test]
async fn what_one_proxy_admits_crosses_whatever_the_other_admits() -> Result<()> {
    let wide = linkable().flag("--max-message-size", 4 * MIB).start().await?;
    let narrow = linked_to(wide.link().await?.1).start().await?;
    let [mut at_wide, mut at_narrow] = Peer::gather([(&wide, "/room"), (&narrow, "/room")]).await?;
    let text = "x".repeat(4 * MIB);
    at_wide.broadcast(text.clone()).await?;
    assert!(at_narrow.json().await?["data"] == text);
    // The proxy may close before all is written.
    let _ = at_narrow.broadcast(text).await;
    assert_eq!(at_narrow.closed().await?, 1009);
    assert_eq!(at_wide.departure().await?, at_narrow.id);
    Ok(())
}

#[tokio::test]
async fn order_is_kept_from_each_sender() -> Result<()> {
    let (a, b) = pair().await?;
    let [mut at_a, mut at_b] = Peer::gather([(&a, "/room"), (&b, "/room")]).await?;
    let words = |to: &str| -> Vec<String> {
        let word = |number: u32| match number % 3 {
            0 => json!({"action": "message", "target": to, "data": number}),
            _ => json!({"action": "broadcast", "data": number}),
        };
        (0..2000).map(|number| word(number).to_string()).collect()
    };
    let (to_a, to_b) = (words(&at_a.id), words(&at_b.id));
    let (heard_a, heard_b) = tokio::try_join!(at_a.converse(to_b, 2000), at_b.converse(to_a, 2000))?;
    for heard in [heard_a, heard_b] {
        assert!(
            heard
                .iter()
                .map(|word| &word["data"])
                .eq((0..2000).map(serde_json::Value::from).collect::<Vec<_>>().iter())
        );
    }
    Ok(())
}

/// Long messages are read and encoded elsewhere. What was said after one comes after it.
#[tokio::test]
async fn order_is_kept_between_long_messages_and_short_ones() -> Result<()> {
    const LONG: usize = 300 * 1024;
    const COUNT: usize = 30;
    let (a, b) = pair().await?;
    let [mut at_a, mut near, mut far] = Peer::gather([(&a, "/room"), (&a, "/room"), (&b, "/room")]).await?;
    let mut raw = Client::join(&b, "/network/room/7").await?;
    for peer in [&mut at_a, &mut near, &mut far] {
        assert!(peer.arrival().await?.starts_with('7'));
    }
    // Long ones of either kind, short ones, and ones for a single peer.
    let text = |number: usize| {
        format!("{number} {}", "\u{e4}\"".repeat(if number.is_multiple_of(3) { LONG / 4 } else { 1 }))
    };
    let (to_near, to_far) = (near.id.clone(), far.id.clone());
    let sending = async {
        for number in 0..COUNT {
            at_a.broadcast(text(number)).await?;
            at_a.message(&to_near, text(number)).await?;
            at_a.message(&to_far, text(number)).await?;
        }
        anyhow::Ok(())
    };
    let hearing = async {
        for number in 0..COUNT {
            for action in ["broadcast", "message"] {
                for peer in [&mut near, &mut far] {
                    let frame = peer.json().await?;
                    anyhow::ensure!(
                        frame["action"] == action && frame["data"] == text(number),
                        "{number}: {action}"
                    );
                }
            }
            anyhow::ensure!(raw.text().await? == text(number), "{number} to a raw peer");
        }
        Ok(())
    };
    tokio::try_join!(sending, hearing)?;
    Ok(())
}
