//! Texts and lines.

use anyhow::Result;
use nws_tests::{Client, Peer, Proxy, Running};
use serde_json::json;

#[tokio::test]
async fn a_text_is_sent_and_printed() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut programs = Running::start(&proxy, &["listen", "chan", "--json"])?;
    programs.event("sync").await?;
    let people = Running::start(&proxy, &["listen", "chan", "-n", "1"])?;
    programs.event("connect").await?;
    let exit = Running::start(&proxy, &["send", "chan", "hello you"])?.exit().await?;
    assert!(exit.status.success() && exit.stdout.is_empty() && exit.stderr.contains("2 peers"), "{exit:?}");
    let message = programs.event("message").await?;
    assert_eq!(
        (&message["v"], &message["data"], &message["direct"]),
        (&json!(1), &json!("hello you"), &json!(false))
    );
    let exit = people.exit().await?;
    assert!(exit.status.success() && exit.stdout == "hello you\n" && exit.stderr.is_empty(), "{exit:?}");
    Ok(())
}

#[tokio::test]
async fn a_text_to_one_reaches_nobody_else() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [mut a, mut b] = Peer::meet(&proxy, ["/chan"; 2]).await?;
    let exit =
        Running::start(&proxy, &["send", "chan", "for a", "--to", &a.id[..8], "--json"])?.exit().await?;
    assert!(exit.status.success() && exit.stdout.contains(&a.id), "{exit:?}");
    a.arrival().await?;
    b.arrival().await?;
    assert_eq!(a.json().await?["data"], "for a");
    b.departure().await?;
    Ok(())
}

#[tokio::test]
async fn lines_are_messages_and_json_is_shown_as_it_is() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut listener = Running::start(&proxy, &["listen", "chan", "--json"])?;
    listener.event("sync").await?;
    let mut lines = Running::start(&proxy, &["send", "chan", "--lines"])?;
    lines.write(b"one\ntwo\r\n\nlast").await?;
    let exit = lines.exit().await?;
    assert!(exit.status.success() && exit.stderr.contains("4 lines"), "{exit:?}");
    for text in ["one", "two", "", "last"] {
        assert_eq!(listener.event("message").await?["data"], text);
    }
    let mut peer = Client::join(&proxy, "/chan").await?;
    peer.send_json(json!({"action": "broadcast", "data": {"a": [1, null]}})).await?;
    let message = listener.event("message").await?;
    assert_eq!((&message["kind"], &message["data"]), (&json!("json"), &json!({"a": [1, null]})));
    Ok(())
}

#[tokio::test]
async fn join_says_what_is_typed_and_shows_what_is_said() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut one = Running::start(&proxy, &["join", "chan"])?;
    one.says(&["joined as"]).await?;
    let mut other = Running::start(&proxy, &["join", "chan", "--json"])?;
    let id = other.event("open").await?["id"].as_str().unwrap_or_default().to_owned();
    one.says(&[&id, "is here"]).await?;
    one.write(format!("hello\n//slash\n/to {id} only you\n/to nobody x\n").as_bytes()).await?;
    for (text, direct) in [("hello", false), ("/slash", false), ("only you", true)] {
        let message = other.event("message").await?;
        assert_eq!((&message["data"], &message["direct"]), (&json!(text), &json!(direct)));
    }
    one.says(&["no peer nobody"]).await?;
    other.write(b"back\n").await?;
    assert_eq!(one.line().await?, "back");
    one.write(b"/quit\n").await?;
    assert!(one.exit().await?.status.success());
    other.event("disconnect").await?;
    assert!(other.exit().await?.status.success());
    Ok(())
}

#[tokio::test]
async fn whoever_has_heard_enough_ends_it_quietly() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let mut listener = Running::start(&proxy, &["listen", "chan"])?;
    peer.arrival().await?;
    peer.broadcast("first").await?;
    assert_eq!(listener.line().await?, "first");
    assert_eq!(listener.abandon().await?, 0);
    Ok(())
}

#[tokio::test]
async fn round_trips_are_measured_without_help_of_the_peer() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut listener = Running::start(&proxy, &["listen", "chan", "--json"])?;
    let id = listener.event("open").await?["id"].clone();
    let exit = Running::start(&proxy, &["rtt", "chan", "--json"])?.exit().await?;
    let line: serde_json::Value = serde_json::from_str(exit.stdout.lines().next().unwrap_or_default())?;
    assert_eq!((&line["event"], &line["peer"]), (&json!("rtt"), &id));
    let [least, middle, most] =
        ["min_ms", "median_ms", "max_ms"].map(|key| line[key].as_f64().unwrap_or(-1.0));
    assert!(0.0 < least && least <= middle && middle <= most, "{line}");
    Ok(())
}

#[tokio::test]
async fn lines_that_nobody_can_hear_any_more_are_5_and_counted() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let mut lines = Running::start(&proxy, &["send", "chan", "--lines", "--wait", "0.1"])?;
    peer.arrival().await?;
    lines.write(b"one\n").await?;
    assert_eq!(peer.json().await?["data"], "one");
    peer.leave().await?;
    // Some may be sent before it knows that the peer has left.
    let written = async { while lines.write(b"more\n").await.is_ok() {} };
    nws_tests::within("the end of nws", written).await?;
    let exit = lines.exit().await?;
    assert_eq!(exit.status.code(), Some(5), "{exit:?}");
    assert!(exit.stderr.contains("nobody else is in the channel"), "{exit:?}");
    assert!(exit.stderr.contains("sent, and the rest was not"), "{exit:?}");
    Ok(())
}

#[tokio::test]
async fn a_failure_says_how_many_lines_were_sent() -> Result<()> {
    let proxy = Proxy::start().await?;
    let _peer = Peer::alone(&proxy, "/chan").await?;
    for (bad, status) in [(vec![b'x'; 3 << 20], 4), (vec![0xff], 1)] {
        let mut lines = Running::start(&proxy, &["send", "chan", "--lines", "--json"])?;
        // It may end before it has read everything.
        let _ = lines.write(&[b"one\ntwo\n", &bad[..]].concat()).await;
        let exit = lines.exit().await?;
        assert_eq!(exit.status.code(), Some(status), "{exit:?}");
        let words = "; 2 lines sent, and the rest was not";
        assert!(exit.stderr.contains(words) && exit.stdout.contains(words), "{exit:?}");
    }
    Ok(())
}

#[tokio::test]
async fn only_the_peer_that_is_meant_is_heard() -> Result<()> {
    let proxy = Proxy::start().await?;
    let raw = async |id: &str| Client::join(&proxy, &format!("/network/chan/{id}")).await;
    let (mut first, mut listeners) = (raw("abcone").await?, Vec::new());
    for from in ["abc", "abcone", "a"] {
        let mut listener = Running::start(&proxy, &["listen", "chan", "--json", "--from", from])?;
        listener.event("sync").await?;
        listeners.push(listener);
    }
    first.send("one").await?;
    for listener in &mut listeners[..2] {
        assert_eq!(listener.event("message").await?["data"], "one");
    }
    let (mut second, mut third) = (raw("abctwo").await?, raw("a").await?);
    second.send("two").await?;
    third.send("three").await?;
    first.send("four").await?;
    for (listener, heard) in listeners.iter_mut().zip(["four", "four", "three"]) {
        assert_eq!(listener.event("message").await?["data"], heard);
    }
    let mut late = Running::start(&proxy, &["listen", "chan", "--json", "--from", "abc"])?;
    late.event("sync").await?;
    second.send("five").await?;
    let exit = late.exit().await?;
    assert!(exit.status.code() == Some(5) && exit.stderr.contains("2 peers begin with abc"), "{exit:?}");
    let exit = Running::start(&proxy, &["listen", "chan", "--from", ""])?.exit().await?;
    assert_eq!(exit.status.code(), Some(2), "{exit:?}");
    Ok(())
}
