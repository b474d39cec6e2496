//! What is too big, too slow or too many.

use std::time::Duration;

use anyhow::Result;
use futures_util::future::select_all;
use nws_tests::{Client, Connection, Peer, Proxy, Received, Request, Setup, within};
use serde_json::{Value, json};

const MESSAGE_MAX: usize = 1024 * 1024;

/// Broadcasts with payloads of `size` bytes, as short and as long as JSON has them.
fn broadcasts(size: usize) -> [String; 4] {
    let strings = ["x", r#"\""#, r"\u0001"].map(|character| format!("\"{}\"", character.repeat(size)));
    let [plain, quotes, controls] = strings.map(|data| format!(r#"{{"action":"broadcast","data":{data}}}"#));
    let list = format!(r#"{{"data":[{}],"action":"broadcast"}}"#, " ".repeat(size - 2));
    [plain, quotes, controls, list]
}

#[tokio::test]
async fn the_largest_message_arrives_however_it_is_written() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [mut a, mut b] = Peer::meet(&proxy, ["/chan"; 2]).await?;
    for text in broadcasts(MESSAGE_MAX) {
        let data: Value = serde_json::from_str(&text)?;
        a.send(text).await?;
        assert!(b.json().await?["data"] == data["data"]);
    }
    a.broadcast_binary(&vec![0; MESSAGE_MAX]).await?;
    assert_eq!(b.payload().await?.2.len(), MESSAGE_MAX);
    let [text, ..] = broadcasts(MESSAGE_MAX);
    a.send_piece(text.into_bytes(), true, false).await?;
    a.send_piece(Vec::new(), false, true).await?;
    b.json().await?;
    a.id().await?;
    Ok(())
}

#[tokio::test]
async fn a_larger_message_closes_its_sender_however_it_is_written() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut b = Peer::alone(&proxy, "/chan").await?;
    for text in broadcasts(MESSAGE_MAX + 1) {
        let mut a = Peer::arrive(&proxy, "/chan", &mut [&mut b]).await?;
        // The proxy may close before all is written.
        let _ = a.send(text).await;
        assert_eq!(a.closed().await?, 1009);
        assert_eq!(b.departure().await?, a.id);
    }
    b.id().await?;
    Ok(())
}

#[tokio::test]
async fn a_frame_that_no_payload_needs_closes_its_sender_before_its_end() -> Result<()> {
    let proxy = Setup::new().limit("max-message-size", 1000).start().await?;
    let [mut a, mut b] = Peer::meet(&proxy, ["/chan"; 2]).await?;
    a.send_piece(vec![b'x'; 6 * 1000 + 1024], true, false).await?;
    let _ = a.send_piece(vec![b'x'], false, false).await;
    assert_eq!(a.closed().await?, 1009);
    assert_eq!(b.departure().await?, a.id);
    b.id().await?;
    Ok(())
}

#[tokio::test]
async fn who_joins_is_told_first_how_much_it_may_send() -> Result<()> {
    let proxy = Setup::new().limit("max-message-size", 1000).start().await?;
    let [mut a, b] = Peer::meet(&proxy, ["/local/chan"; 2]).await?;
    for peer in [&a, &b] {
        let told: Value = serde_json::from_str(peer.greeting().unwrap_or_default())?;
        let id = &peer.id;
        assert_eq!(told, json!({"action": "status", "source": id, "target": id, "maxMessageSize": 1000}));
    }
    let mut raw = Client::join(&proxy, "/local/chan/raw").await?;
    a.arrival().await?;
    a.broadcast("first").await?;
    assert_eq!((raw.text().await?.as_str(), raw.greeting()), ("first", None));
    Ok(())
}

#[tokio::test]
async fn a_larger_binary_message_closes_its_sender() -> Result<()> {
    let proxy = Setup::new().limit("max-message-size", 1000).start().await?;
    let mut raw = Client::join(&proxy, "/local/chan/7").await?;
    raw.send_binary(vec![0; 1000]).await?;
    raw.send_binary(vec![0; 1001]).await?;
    assert_eq!(raw.closed().await?, 1009);
    Ok(())
}

#[tokio::test]
async fn a_head_beyond_64_kib_gets_431_and_the_log_names_the_flag() -> Result<()> {
    let proxy = Proxy::start().await?;
    let with_cookies = |size| Request::upgrade("/chan").header("Cookie", "x".repeat(size));
    assert_eq!(with_cookies(63 * 1024).status(&proxy).await?, 101);
    assert_eq!(with_cookies(200 * 1024).status(&proxy).await?, 431);
    proxy.log(&["WARN", "cookies", "--max-header-size"]).await?;
    let many = (0..1000).fold(Request::upgrade("/chan"), |request, n| request.header(&format!("X-{n}"), n));
    assert_eq!(many.status(&proxy).await?, 431);
    let narrow = Setup::new().flag("--max-header-size", 8192).start().await?;
    assert_eq!(with_cookies(7000).status(&narrow).await?, 101);
    assert_eq!(with_cookies(9000).status(&narrow).await?, 431);
    Ok(())
}

/// Heads that never end, of 24 MiB together.
#[tokio::test]
async fn long_heads_have_one_bound_together() -> Result<()> {
    let setup = Setup::new().flag("--max-header-size", 4 * 1024 * 1024).limit("handshake-timeout", 60);
    let proxy = setup.start().await?;
    let mut slow = Vec::new();
    let piece = "x".repeat(3 * 1024 * 1024);
    for _ in 0..8 {
        let mut connection = Connection::open(&proxy).await?;
        connection.write(b"GET / HTTP/1.1\r\nCookie: ").await?;
        // The proxy may close before all is written.
        let _ = connection.write(piece.as_bytes()).await;
        slow.push(connection);
    }
    let ends = slow.iter_mut().map(|connection| Box::pin(connection.read_to_end()));
    let (ended, ..) = within("the end of one", select_all(ends)).await?;
    ended?;
    proxy.log(&["refused since the last such line", "full="]).await?;
    assert_eq!(Request::upgrade("/chan").status(&proxy).await?, 101);
    slow.clear();
    let long = Request::upgrade("/chan").header("Cookie", &piece);
    within("room for a long head", async {
        while !long.status(&proxy).await.is_ok_and(|status| status == 101) {}
    })
    .await
}

#[tokio::test]
async fn a_request_that_does_not_come_is_not_waited_for() -> Result<()> {
    let proxy = Setup::new().limit("handshake-timeout", 0.2).start().await?;
    let whole = Request::upgrade("/chan").text(proxy.port());
    for part in ["", "G", &whole[..whole.len() - 2]] {
        let mut slow = Connection::open(&proxy).await?;
        slow.write(part.as_bytes()).await?;
        let answer = String::from_utf8(slow.read_to_end().await?)?;
        assert!(!answer.starts_with("HTTP/1.1 101"), "{part:?}: {answer}");
    }
    Ok(())
}

#[tokio::test]
async fn a_request_that_drips_is_not_waited_for() -> Result<()> {
    let proxy = Setup::new().limit("handshake-timeout", 0.3).start().await?;
    let mut slow = Connection::open(&proxy).await?;
    slow.write(b"GET /chan HTTP/1.1\r\nX: ").await?;
    // A byte now and then would last for minutes.
    let mut drip = tokio::time::interval(Duration::from_millis(20));
    within("the end of a slow connection", async {
        while slow.write(b"x").await.is_ok() {
            drip.tick().await;
        }
    })
    .await
}

#[tokio::test]
async fn the_default_for_a_slow_request_closes_too() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut slow = Connection::open(&proxy).await?;
    slow.write(b"GET /chan HTTP/1.1\r\nHost: ").await?;
    slow.read_to_end().await?;
    Ok(())
}

#[tokio::test]
async fn a_full_channel_closes_the_next_with_4503() -> Result<()> {
    let proxy = Setup::new().limit("max-peers-per-channel", 2).start().await?;
    let [mut a, b] = Peer::meet(&proxy, ["/chan"; 2]).await?;
    for path in ["/chan", "/network/chan/7"] {
        assert_eq!(Client::join(&proxy, path).await?.closed().await?, 4503, "{path}");
    }
    Peer::alone(&proxy, "/local/chan").await?;
    a.id().await?;
    let gone = b.id.clone();
    b.leave().await?;
    assert_eq!(a.departure().await?, gone);
    let mut next = Client::join(&proxy, "/chan").await?;
    assert_eq!(next.arrival().await?, a.id);
    Ok(())
}

#[tokio::test]
async fn one_channel_too_many_closes_with_4503() -> Result<()> {
    let proxy = Setup::new().limit("max-channels", 2).start().await?;
    let first = Peer::alone(&proxy, "/chan").await?;
    let _second = Peer::alone(&proxy, "/local/chan").await?;
    assert_eq!(Client::join(&proxy, "/third").await?.closed().await?, 4503);
    let mut joined = Client::join(&proxy, "/chan").await?;
    assert_eq!(joined.arrival().await?, first.id);
    Ok(())
}

#[tokio::test]
async fn a_channel_that_ends_makes_room_for_another() -> Result<()> {
    let proxy = Setup::new().limit("max-channels", 2).start().await?;
    let [mut stays, _] = Peer::meet(&proxy, ["/first"; 2]).await?;
    stays.departure().await?;
    Peer::alone(&proxy, "/second").await?.leave().await?;
    Peer::alone(&proxy, "/third").await?;
    Ok(())
}

#[tokio::test]
async fn one_connection_too_many_closes_with_4503() -> Result<()> {
    let proxy = Setup::new().limit("max-connections", 2).start().await?;
    let [mut a, b] = Peer::meet(&proxy, ["/chan"; 2]).await?;
    assert_eq!(Client::join(&proxy, "/chan").await?.closed().await?, 4503);
    a.id().await?;
    let gone = b.id.clone();
    b.leave().await?;
    assert_eq!(a.departure().await?, gone);
    Ok(())
}

#[cfg(unix)]
#[tokio::test]
async fn without_descriptors_the_next_is_closed_with_4503() -> Result<()> {
    let proxy = Setup::new().descriptors(128).start().await?;
    let mut served = Vec::new();
    let refused = loop {
        let mut client = Client::join(&proxy, &format!("/{}", served.len())).await?;
        client.send_json(json!({"action": "status"})).await?;
        match client.receive().await? {
            Received::Closed(code) => break code,
            Received::Text(_) | Received::Binary(_) => served.push(client),
        }
    };
    assert_eq!(refused, 4503);
    assert!((10..128).contains(&served.len()), "{} were served", served.len());
    for client in &mut served {
        client.id().await?;
    }
    served.pop();
    within("room for another", another_fits(&proxy)).await?
}

/// A leave is seen by the proxy in its own time.
#[cfg(unix)]
async fn another_fits(proxy: &Proxy) -> Result<()> {
    while Client::join(proxy, "/another").await?.id().await.is_err() {}
    Ok(())
}
