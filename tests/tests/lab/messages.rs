//! What peers say across machines.

use anyhow::Result;
use nws_tests::Peer;
use serde_json::{Value, json};

use crate::lan::lan;

/// The largest frame that a client may send.
const FRAME_MAX: usize = 1024 * 1024;
const LONG: usize = 10_000;

#[tokio::test]
async fn a_message_reaches_one_on_another_machine() -> Result<()> {
    let (_lab, [a, b, c]) = lan().await?;
    let [mut one, mut two, mut three] = Peer::gather([(&a, "/chan"), (&b, "/chan"), (&c, "/chan")]).await?;
    for data in [json!("for two"), json!({"b": [1, null, 2.5], "a": "ä😀\n"}), json!(null)] {
        one.message(&two.id, data.clone()).await?;
        let expected = json!({"action": "message", "source": one.id, "target": two.id, "data": data});
        assert_eq!(two.json().await?, expected);
    }
    two.message_binary(&one.id, &[0, 1, 255]).await?;
    assert_eq!(one.payload().await?, (false, two.id.clone(), vec![0, 1, 255]));
    Peer::chorus(&mut [&mut one, &mut two, &mut three]).await
}

#[tokio::test]
async fn data_is_relayed_byte_for_byte() -> Result<()> {
    let (_lab, [a, b]) = lan().await?;
    let [mut one, mut two] = Peer::gather([(&a, "/chan"), (&b, "/chan")]).await?;
    for data in ["1.0e+2", r#""\u00e9\/\n""#, r#"{"b":1 ,  "a":[ ], "a":2}"#, r#"{"action":"disconnect"}"#] {
        one.send(format!(r#"{{"action":"broadcast","data":{data}}}"#)).await?;
        let expected = format!(r#"{{"action":"broadcast","source":"{}","data":{data}}}"#, one.id);
        assert_eq!(two.text().await?, expected);
    }
    Ok(())
}

#[tokio::test]
async fn bytes_reach_all_and_one() -> Result<()> {
    let (_lab, [a, b, c]) = lan().await?;
    let [mut one, mut two, mut three] = Peer::gather([(&a, "/chan"), (&b, "/chan"), (&c, "/chan")]).await?;
    let every: Vec<u8> = (0..=u8::MAX).collect();
    one.broadcast_binary(&every).await?;
    assert_eq!(two.payload().await?, (true, one.id.clone(), every.clone()));
    assert_eq!(three.payload().await?, (true, one.id.clone(), every.clone()));
    one.message_binary(&three.id, b"").await?;
    assert_eq!(three.payload().await?, (false, one.id.clone(), Vec::new()));
    Peer::chorus(&mut [&mut one, &mut two, &mut three]).await
}

#[tokio::test]
async fn messages_of_a_mebibyte_cross() -> Result<()> {
    let (_lab, [a, b]) = lan().await?;
    let [mut one, mut two] = Peer::gather([(&a, "/chan"), (&b, "/chan")]).await?;
    let frame = |text: &str| format!(r#"{{"action":"broadcast","data":"{text}"}}"#);
    let text: String = ('a'..='z').cycle().take(FRAME_MAX - frame("").len()).collect();
    one.send(frame(&text)).await?;
    assert!(two.json().await? == json!({"action": "broadcast", "source": one.id, "data": text}));
    // A frame of bytes begins with its kind and the length of its target.
    let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(FRAME_MAX - 2 - one.id.len()).collect();
    two.message_binary(&one.id, &bytes).await?;
    assert!(one.payload().await? == (false, two.id.clone(), bytes.clone()));
    two.broadcast_binary(&bytes).await?;
    assert!(one.payload().await? == (true, two.id.clone(), bytes));
    Peer::chorus(&mut [&mut one, &mut two]).await
}

/// Broadcasts and, every third, messages to `target`, with their numbers.
fn speech(target: &str) -> Vec<String> {
    let frame = |number: usize| match number % 3 {
        0 => json!({"action": "message", "target": target, "data": number}),
        _ => json!({"action": "broadcast", "data": number}),
    };
    (0..LONG).map(|number| frame(number).to_string()).collect()
}

/// The numbers of one sender, in the order in which they came.
fn numbers(heard: &[Value], source: &str) -> Vec<usize> {
    let from = heard.iter().filter(|frame| frame["source"] == source);
    from.filter_map(|frame| usize::try_from(frame["data"].as_u64()?).ok()).collect()
}

#[tokio::test]
async fn the_order_of_each_sender_holds_and_nothing_is_lost_or_repeated() -> Result<()> {
    let (_lab, [a, b, c]) = lan().await?;
    let places = [(&a, "/chan"), (&b, "/chan"), (&c, "/chan")];
    let [mut one, mut two, mut three] = Peer::gather(places).await?;
    let broadcasts = LONG - LONG.div_ceil(3);
    let (to_three, ids) = (speech(&three.id), [one.id.clone(), two.id.clone()]);
    let (by_one, by_two, by_three) = tokio::try_join!(
        one.converse(to_three.clone(), broadcasts),
        two.converse(to_three, broadcasts),
        three.converse(Vec::new(), 2 * LONG),
    )?;
    let all: Vec<usize> = (0..LONG).collect();
    let public: Vec<usize> = (0..LONG).filter(|number| number % 3 != 0).collect();
    for id in &ids {
        assert!(numbers(&by_three, id) == all);
    }
    assert!(numbers(&by_one, &ids[1]) == public);
    assert!(numbers(&by_two, &ids[0]) == public);
    Peer::chorus(&mut [&mut one, &mut two, &mut three]).await
}
