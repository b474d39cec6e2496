//! Flow control: bulk runs at the speed of its readers, and who stopped reading stops nobody.

use std::time::Duration;

use anyhow::{Result, bail};
use futures_util::future::try_join;
use nws_tests::{Client, Peer, Proxy, Received, Request, Setup};
use serde_json::{Value, json};
use tokio::net::TcpSocket;

pub(crate) const PIECE: usize = 64 * 1024;
pub(crate) const MIB: usize = 1024 * 1024;

/// A raw peer whose kernel takes little, so that what it does not read stays with the proxy.
pub(crate) async fn narrow(proxy: &Proxy, path: &str) -> Result<Client> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(16 * 1024)?;
    let stream = socket.connect(([127, 0, 0, 1], proxy.port()).into()).await?;
    Client::over(stream, proxy.port(), &Request::new("GET", path)).await
}

/// The payload of one numbered piece.
pub(crate) fn piece(number: usize) -> Vec<u8> {
    let mut bytes = vec![b'.'; PIECE];
    bytes[..8].copy_from_slice(&(number as u64).to_be_bytes());
    bytes
}

pub(crate) async fn send_all(sender: &mut Peer, count: usize) -> Result<()> {
    for number in 0..count {
        sender.broadcast_binary(&piece(number)).await?;
    }
    Ok(())
}

#[tokio::test]
async fn bulk_arrives_whole_and_in_order_at_a_slow_reader() -> Result<()> {
    let proxy = Proxy::start().await?;
    let before = most_memory(&proxy)?;
    let mut sender = Peer::alone(&proxy, "/chan").await?;
    let mut reader = narrow(&proxy, "/network/chan/slow").await?;
    sender.arrival().await?;
    let count = 64 * MIB / PIECE;
    try_join(send_all(&mut sender, count), read_slowly(&mut reader, count)).await?;
    sender.id().await?;
    expect_little_memory(&proxy, before)
}

async fn read_slowly(reader: &mut Client, count: usize) -> Result<()> {
    for number in 0..count {
        assert_eq!(reader.binary().await?, piece(number), "piece {number}");
        if number % 16 == 0 {
            // The work that a slow reader does with a mebibyte.
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_reader_that_stopped_is_cut_at_16_mib_and_nobody_waits() -> Result<()> {
    let proxy = Proxy::start().await?;
    let before = most_memory(&proxy)?;
    let [mut sender, mut healthy] = Peer::meet(&proxy, ["/chan"; 2]).await?;
    let mut stopped = narrow(&proxy, "/network/chan/stopped").await?;
    assert_eq!((sender.arrival().await?, healthy.arrival().await?), ("stopped".into(), "stopped".into()));
    let count = 32 * MIB / PIECE;
    try_join(send_all(&mut sender, count), read_all_and_a_departure(&mut healthy, count)).await?;
    assert_eq!(sender.departure().await?, "stopped");
    sender.id().await?;
    expect_prefix_and_end(&mut stopped).await?;
    expect_little_memory(&proxy, before)
}

async fn read_all_and_a_departure(healthy: &mut Peer, count: usize) -> Result<()> {
    let (mut next, mut departures) = (0, 0);
    while next < count || departures == 0 {
        match healthy.receive().await? {
            Received::Binary(frame) => {
                assert!(frame.ends_with(&piece(next)), "piece {next}");
                next += 1;
            }
            Received::Text(text) => {
                let notice: Value = serde_json::from_str(&text)?;
                assert_eq!(
                    notice,
                    json!({"action": "disconnect", "source": healthy.id, "target": "stopped", "reason": "slow"})
                );
                departures += 1;
            }
            Received::Closed(code) => bail!("the healthy one was closed with {code}"),
        }
    }
    assert_eq!((next, departures), (count, 1));
    Ok(())
}

/// The most memory that the proxy has taken so far, in MiB: its program too, which is large when it is
/// built for developers.
fn most_memory(proxy: &Proxy) -> Result<f64> {
    // With an emulator the memory is that of the emulator.
    let is_known = cfg!(target_os = "linux") && std::env::var_os("NWS_EMULATOR").is_none();
    if is_known { Ok(proxy.memory_kib("VmHWM")? / 1024.0) } else { Ok(0.0) }
}

/// Two queues at their bounds of 16 MiB, and hardly more.
fn expect_little_memory(proxy: &Proxy, before: f64) -> Result<()> {
    let more = most_memory(proxy)? - before;
    assert!(more < 34.0, "the proxy took {more} MiB");
    Ok(())
}

/// What was sent before the cut is whole and in order; then comes a close with 1013, or a reset.
async fn expect_prefix_and_end(stopped: &mut Client) -> Result<()> {
    for number in 0.. {
        match stopped.receive().await? {
            Received::Binary(bytes) => assert_eq!(bytes, piece(number), "piece {number}"),
            Received::Closed(code) => {
                assert!([1013, 1006].contains(&code), "closed with {code}");
                break;
            }
            Received::Text(text) => bail!("{text}"),
        }
    }
    Ok(())
}

#[tokio::test]
async fn whoever_is_cut_is_told_why_and_so_are_the_others_and_the_log() -> Result<()> {
    let (bound, count) = (2 * MIB, 16 * MIB / PIECE);
    let proxy = Setup::new().flag("--max-queue-size", bound).start().await?;
    let [mut sender, mut healthy] = Peer::meet(&proxy, ["/chan"; 2]).await?;
    let mut stopped = narrow(&proxy, "/network/chan/stopped").await?;
    assert_eq!((sender.arrival().await?, healthy.arrival().await?), ("stopped".into(), "stopped".into()));
    try_join(send_all(&mut sender, count), read_all_and_a_departure(&mut healthy, count)).await?;
    let notice = sender.json().await?;
    assert_eq!((&notice["action"], &notice["reason"]), (&json!("disconnect"), &json!("slow")));
    let reason = format!("more than {bound} bytes waited");
    assert_eq!(stopped.close_reason().await?, (1013, format!("read too slowly: {reason}")));
    let line = proxy.log(&["reads too slowly"]).await?;
    assert!(line.contains("WARN") && line.contains(&reason) && !line.contains("stopped"), "{line}");
    Ok(())
}

#[tokio::test]
async fn a_reader_that_makes_no_progress_is_cut_with_time() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [mut sender, mut healthy] = Peer::meet(&proxy, ["/chan"; 2]).await?;
    let mut stopped = narrow(&proxy, "/network/chan/stopped").await?;
    assert_eq!((sender.arrival().await?, healthy.arrival().await?), ("stopped".into(), "stopped".into()));
    let count = 12 * MIB / PIECE;
    try_join(send_all(&mut sender, count), read_all_and_a_departure(&mut healthy, count)).await?;
    assert_eq!(sender.departure().await?, "stopped");
    expect_prefix_and_end(&mut stopped).await
}

#[tokio::test]
async fn a_reader_that_stopped_delays_no_other_channel() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut sender = Peer::alone(&proxy, "/chan").await?;
    let _stopped = narrow(&proxy, "/network/chan/stopped").await?;
    sender.arrival().await?;
    let [mut a, mut b] = Peer::meet(&proxy, ["/other"; 2]).await?;
    let talk = async {
        for round in 0..200 {
            a.broadcast(round).await?;
            assert_eq!(b.json().await?["data"], round);
        }
        anyhow::Ok(())
    };
    try_join(send_all(&mut sender, 24 * MIB / PIECE), talk).await?;
    Ok(())
}
