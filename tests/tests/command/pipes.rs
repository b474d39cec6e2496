//! Bytes from one process to another.

use anyhow::{Context as _, Result};
use nws_tests::{Client, Proxy, Running};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Far more than what may be on its way.
const LENGTH: usize = 24 * 1024 * 1024;

fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    };
    (0..length).map(|_| next()).collect()
}

#[tokio::test]
async fn every_byte_arrives_and_both_ends_know() -> Result<()> {
    let proxy = Proxy::start().await?;
    let receiver = Running::start(&proxy, &["listen", "chan", "--binary"])?;
    let mut sender = Running::start(&proxy, &["send", "chan", "-", "--wait", "30"])?;
    let bytes = noise(LENGTH);
    let (poured, taken) = tokio::join!(
        async {
            sender.write(&bytes).await?;
            sender.exit().await
        },
        receiver.bytes(),
    );
    let (poured, (taken, status, said)) = (poured?, taken?);
    assert!(poured.status.success() && poured.stdout.is_empty(), "{poured:?}");
    assert_eq!((status, taken.len(), said.as_str()), (0, bytes.len(), ""));
    assert_eq!(Sha256::digest(&taken), Sha256::digest(&bytes));
    Ok(())
}

#[tokio::test]
async fn an_empty_pipe_is_one_too() -> Result<()> {
    let proxy = Proxy::start().await?;
    let receiver = Running::start(&proxy, &["listen", "chan", "--binary"])?;
    let sender = Running::start(&proxy, &["send", "chan", "--wait", "30"])?;
    assert!(sender.exit().await?.status.success());
    let (taken, status, _) = receiver.bytes().await?;
    assert_eq!((taken.len(), status), (0, 0));
    Ok(())
}

#[tokio::test]
async fn a_reader_that_stops_holds_the_writer_and_an_interrupt_says_what_was_not_sent() -> Result<()> {
    let proxy = Proxy::start().await?;
    let receiver = Running::start(&proxy, &["listen", "chan", "--binary"])?;
    let mut sender = Running::start(&proxy, &["send", "chan", "-", "--wait", "30"])?;
    let bytes = noise(LENGTH);
    let full = tokio::time::timeout(std::time::Duration::from_secs(3), sender.write(&bytes)).await;
    assert!(full.is_err(), "everything was taken though nobody reads");
    sender.signal("INT").await?;
    let exit = sender.exit().await?;
    assert_eq!(exit.status.code(), Some(6), "{exit:?}");
    assert!(exit.stderr.contains("bytes were sent, and the rest was not"), "{exit:?}");
    let (taken, status, said) = receiver.bytes().await?;
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("the pipe broke after") && bytes.starts_with(&taken), "{said}");
    Ok(())
}

#[tokio::test]
async fn a_receiver_that_goes_is_told() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut receiver = Running::start(&proxy, &["listen", "chan", "--binary"])?;
    let mut sender = Running::start(&proxy, &["send", "chan", "-", "--wait", "30"])?;
    sender.write(b"first\n").await?;
    assert_eq!(receiver.line().await?, "first");
    assert_eq!(receiver.abandon().await?, 0);
    let said = sender.says(&["nobody takes the pipe any more after 6 bytes"]).await?;
    assert_eq!(sender.exit().await?.status.code(), Some(1), "{said}");
    Ok(())
}

/// A frame of a stream, to a peer.
async fn on_stream(peer: &mut Client, to: &str, data: Value) -> Result<()> {
    peer.send_json(json!({"action": "stream", "target": to, "data": data})).await
}

/// Dials a peer, and waits until it has accepted.
async fn dial(peer: &mut Client, to: &str, number: u32) -> Result<()> {
    let dial = json!({"stream": number, "event": "dial", "protocols": ["nws.pipe"], "credit": 65536});
    on_stream(peer, to, dial).await?;
    while peer.json().await?["data"]["event"] != "accept" {}
    Ok(())
}

#[tokio::test]
async fn a_peer_that_does_not_decide_holds_nobody_back() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut idle = Client::join(&proxy, "/chan?streams=1").await?;
    let receiver = Running::start(&proxy, &["listen", "chan", "--binary"])?;
    idle.arrival().await?;
    let mut sender = Running::start(&proxy, &["send", "chan", "-", "--wait", "10"])?;
    let id = idle.arrival().await?;
    let dial = idle.json().await?;
    let number = dial["data"]["stream"].as_u64().context("no dial")? + (1 << 31);
    on_stream(&mut idle, &id, json!({"stream": number, "event": "pending"})).await?;
    sender.write(b"x").await?;
    let (sent, taken) = tokio::join!(sender.exit(), receiver.bytes());
    let (sent, taken) = (sent?, taken?);
    assert!(sent.status.success() && sent.stderr.contains("sent 1 B to 1 peer"), "{sent:?}");
    assert_eq!(taken, (b"x".to_vec(), 0, String::new()));
    Ok(())
}

#[tokio::test]
async fn a_sender_that_waits_no_more_leaves_the_receiver_to_others() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut hasty = Client::join(&proxy, "/chan?streams=1").await?;
    let receiver = Running::start(&proxy, &["listen", "chan", "--binary"])?;
    let id = hasty.arrival().await?;
    dial(&mut hasty, &id, 1).await?;
    on_stream(&mut hasty, &id, json!({"stream": 1, "event": "close"})).await?;
    hasty.leave().await?;
    let mut sender = Running::start(&proxy, &["send", "chan", "-", "--wait", "30"])?;
    sender.write(b"x").await?;
    let (sent, taken) = tokio::join!(sender.exit(), receiver.bytes());
    assert!(sent?.status.success());
    assert_eq!(taken?, (b"x".to_vec(), 0, String::new()));
    Ok(())
}

#[tokio::test]
async fn what_a_peer_says_of_a_pipe_commands_no_terminal_and_is_no_line_of_its_own() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut peer = Client::join(&proxy, "/chan?streams=1").await?;
    let receiver = Running::start(&proxy, &["listen", "chan", "--binary"])?;
    let id = peer.arrival().await?;
    dial(&mut peer, &id, 1).await?;
    let reason = "\u{1b}[2J\r\nnws: all is well\u{202e}";
    on_stream(&mut peer, &id, json!({"stream": 1, "event": "close", "code": 4000, "reason": reason})).await?;
    let exit = receiver.exit().await?;
    assert_eq!(exit.status.code(), Some(1), "{exit:?}");
    assert!(exit.stderr.contains(r"\u{1b}[2J\r\nnws: all is well\u{202e}"), "{exit:?}");
    assert!(exit.stderr.lines().count() == 1 && !exit.stderr.contains('\u{1b}'), "{exit:?}");
    Ok(())
}
