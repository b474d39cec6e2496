//! Whatever one client sends, the others do not notice.

use anyhow::Result;
use futures_util::future::try_join;
use nws_tests::{Client, Connection, Peer, Proxy, Request};
use serde_json::json;

const FRAMES: u32 = 10_000;
const ROUNDS: u32 = 500;

/// A small generator, so that every run sends the same.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u8 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0.to_be_bytes()[0]
    }

    fn bytes(&mut self) -> Vec<u8> {
        let length = self.roll();
        (0..length).map(|_| self.roll()).collect()
    }
}

#[tokio::test]
async fn ten_thousand_garbage_frames_disturb_nobody() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [mut a, mut b, mut vandal] = Peer::meet(&proxy, ["/chan"; 3]).await?;
    try_join(vandalise(&mut vandal), talk(&mut a, &mut b)).await?;
    vandal.send_json(json!({"action": "status"})).await?;
    assert_eq!(answer(&mut vandal).await?, "status");
    a.id().await?;
    b.id().await?;
    Ok(())
}

/// Sends frames that mean nothing, and hears for each that it does.
async fn vandalise(vandal: &mut Peer) -> Result<()> {
    let mut dice = Dice(1);
    for number in 0..FRAMES {
        match number % 4 {
            0 => vandal.send(String::from_utf8_lossy(&dice.bytes()).into_owned()).await?,
            // No kind of a frame is above 2.
            1 => vandal.send_binary([&[2 + dice.roll() % 100 + 1], dice.bytes().as_slice()].concat()).await?,
            2 => vandal.send_json(json!({"action": dice.bytes(), "data": dice.bytes()})).await?,
            _ => vandal.message(&format!("{:?}", dice.bytes()), 1).await?,
        }
        assert_eq!(answer(vandal).await?, "error", "frame {number}");
    }
    Ok(())
}

/// The next frame that is not of the others' talk.
async fn answer(vandal: &mut Peer) -> Result<String> {
    loop {
        let frame = vandal.json().await?;
        if frame["action"] != "broadcast" {
            return Ok(frame["action"].as_str().unwrap_or_default().to_owned());
        }
    }
}

async fn talk(a: &mut Peer, b: &mut Peer) -> Result<()> {
    for round in 0..ROUNDS {
        a.broadcast(round).await?;
        assert_eq!(b.json().await?, json!({"action": "broadcast", "source": a.id, "data": round}));
        b.message(&a.id, round).await?;
        assert_eq!(
            a.json().await?,
            json!({"action": "message", "source": b.id, "target": a.id, "data": round})
        );
    }
    Ok(())
}

#[tokio::test]
async fn text_that_is_not_utf8_closes_with_1007() -> Result<()> {
    let proxy = Proxy::start().await?;
    let bad: [&[u8]; 5] = [b"\xff", b"ab\xc3", b"\xed\xa0\x80", b"\xc0\x80", b"\xf5\x80\x80\x80"];
    for bytes in bad {
        for path in ["/chan", "/network/chan/7"] {
            let mut watcher = Peer::alone(&proxy, "/chan").await?;
            let mut client = Client::join(&proxy, path).await?;
            let id = watcher.arrival().await?;
            client.send_piece(bytes.to_vec(), true, true).await?;
            assert_eq!(client.closed().await?, 1007, "{bytes:x?} on {path}");
            assert_eq!(watcher.departure().await?, id);
            watcher.leave().await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn text_whose_pieces_do_not_make_utf8_closes_with_1007() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut raw = Client::join(&proxy, "/network/chan/7").await?;
    raw.send_piece(b"\xc3".to_vec(), true, false).await?;
    raw.send_piece(b"\xc3".to_vec(), false, true).await?;
    assert_eq!(raw.closed().await?, 1007);
    Ok(())
}

#[tokio::test]
async fn frames_against_the_websocket_protocol_close_with_1002() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut watcher = Peer::alone(&proxy, "/chan").await?;
    let frames: [(&str, &[u8]); 9] = [
        ("not masked", b"\x81\x02hi"),
        ("reserved bit", b"\xc1\x80\0\0\0\0"),
        ("reserved data opcode", b"\x83\x80\0\0\0\0"),
        ("reserved control opcode", b"\x8b\x80\0\0\0\0"),
        ("ping in pieces", b"\x09\x80\0\0\0\0"),
        ("long ping", b"\x89\xfe\x00\x7e\0\0\0\0"),
        ("continuation of nothing", b"\x80\x80\0\0\0\0"),
        ("message within a message", b"\x01\x80\0\0\0\0\x81\x80\0\0\0\0"),
        ("close with one byte", b"\x88\x81\0\0\0\0x"),
    ];
    for (what, bytes) in frames {
        let mut client = Connection::open(&proxy).await?;
        client.write(Request::upgrade("/network/chan/7").text(proxy.port()).as_bytes()).await?;
        assert!(client.read_head().await?.starts_with("HTTP/1.1 101"), "{what}");
        assert_eq!(watcher.arrival().await?, "7", "{what}");
        client.write(bytes).await?;
        let frame = client.read_exact(4).await?;
        assert!(frame[0] == 0x88 && frame[2..] == [0x03, 0xea], "{what}: {frame:x?}");
        assert_eq!(watcher.departure().await?, "7", "{what}");
    }
    watcher.id().await?;
    Ok(())
}

#[tokio::test]
async fn an_invalid_close_code_is_answered_with_1002() -> Result<()> {
    let proxy = Proxy::start().await?;
    for code in [0_u16, 999, 1004, 1005, 1006, 1015, 2999, 5000] {
        let mut client = Connection::open(&proxy).await?;
        client.write(Request::upgrade("/network/chan/7").text(proxy.port()).as_bytes()).await?;
        client.read_head().await?;
        client.write(&[b"\x88\x82\0\0\0\0", code.to_be_bytes().as_slice()].concat()).await?;
        let frame = client.read_exact(4).await?;
        assert!(frame[0] == 0x88 && frame[2..] == [0x03, 0xea], "{code}: {frame:x?}");
    }
    Ok(())
}

#[tokio::test]
async fn bytes_that_are_no_http_do_not_stop_the_proxy() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let mut dice = Dice(2);
    for number in 0..200 {
        let mut client = Connection::open(&proxy).await?;
        let bytes = [dice.bytes(), b"\r\n\r\n".to_vec()].concat();
        // The proxy may close after the first byte.
        let _ = client.write(&bytes).await;
        let answer = client.read_to_end().await?;
        assert!(!answer.starts_with(b"HTTP/1.1 2"), "{number}: {:?}", String::from_utf8_lossy(&answer));
    }
    peer.id().await?;
    Ok(())
}

#[tokio::test]
async fn upgrades_that_are_none_are_refused() -> Result<()> {
    let proxy = Proxy::start().await?;
    let upgrade =
        || Request::new("GET", "/chan").header("Connection", "Upgrade").header("Upgrade", "websocket");
    let key = "dGhlIHNhbXBsZSBub25jZQ==";
    let requests = [
        ("no key", upgrade().header("Sec-WebSocket-Version", "13")),
        ("two keys", Request::upgrade("/chan").header("Sec-WebSocket-Key", key)),
        ("two versions", Request::upgrade("/chan").header("Sec-WebSocket-Version", "13")),
        ("no version", upgrade().header("Sec-WebSocket-Key", key)),
        ("old version", upgrade().header("Sec-WebSocket-Key", key).header("Sec-WebSocket-Version", "8")),
        (
            "short key",
            upgrade().header("Sec-WebSocket-Key", "c2hvcnQ=").header("Sec-WebSocket-Version", "13"),
        ),
    ];
    for (what, request) in requests {
        let status = request.header("Connection", "close").status(&proxy).await?;
        assert!([400, 426].contains(&status), "{what}: {status}");
    }
    Ok(())
}
