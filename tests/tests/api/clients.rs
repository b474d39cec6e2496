//! Channels, peers and events are what clients have made of them.

use anyhow::{Context, Result};
use nws_tests::{Client, Peer, Proxy, Request, Setup};
use serde_json::{Value, json};
use tokio::net::TcpSocket;

use crate::asking::Asking;

const PIECE: usize = 64 * 1024;
/// Bytes before the payload of a frame that long.
const HEAD: usize = 10;

/// A raw peer whose kernel takes little, so that what it does not read stays with the proxy.
async fn narrow(proxy: &Proxy, path: &str) -> Result<Client> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(16 * 1024)?;
    let stream = socket.connect(([127, 0, 0, 1], proxy.port()).into()).await?;
    Client::over(stream, proxy.port(), &Request::new("GET", path)).await
}

fn find<'a>(rows: &'a [Value], key: &str, value: &str) -> Result<&'a Value> {
    rows.iter()
        .find(|row| row[key] == value || row["client"][key] == value)
        .with_context(|| format!("no {value} in {rows:?}"))
}

/// Clients with structured and with raw frames, and peers of other proxies.
fn members(channel: &Value) -> [Value; 3] {
    ["structured", "raw", "elsewhere"].map(|key| channel[key].clone())
}

/// Messages and bytes.
fn said(channel: &Value) -> Result<(u64, u64)> {
    let number = |key: &str| channel[key].as_u64().with_context(|| format!("no {key} in {channel}"));
    Ok((number("messages")?, number("bytes")?))
}

#[tokio::test]
async fn channels_have_their_scope_their_members_and_what_was_said() -> Result<()> {
    let proxy = Setup::new().flag("--shards", 3).start().await?;
    let [mut one, mut other] = Peer::meet(&proxy, ["/one"; 2]).await?;
    let raw = Client::join(&proxy, "/network/one/raw").await?;
    assert_eq!((one.arrival().await?, other.arrival().await?), ("raw".into(), "raw".into()));
    let _local = Client::join(&proxy, "/local/one").await?;
    let asking = Asking::with_token(&proxy)?;
    // Two have asked for their ids.
    let before = said(find(&asking.rows("channels").await?, "scope", "network")?)?;
    let text = json!({"action": "broadcast", "data": "hello"}).to_string();
    one.send(&*text).await?;
    assert_eq!(other.json().await?["data"], "hello");
    let after = (before.0 + 1, before.1 + text.len() as u64);
    let rows = asking.rows("channels").await?;
    let (network, local) = (find(&rows, "scope", "network")?, find(&rows, "scope", "local")?);
    assert_eq!((rows.len(), &network["name"], &local["name"]), (2, &json!("one"), &json!("one")));
    assert_eq!((members(network), members(local)), ([2, 1, 0].map(Value::from), [1, 0, 0].map(Value::from)));
    assert_eq!((said(network)?, said(local)?), (after, (0, 0)));
    // What a client has said stays when it goes.
    raw.leave().await?;
    one.departure().await?;
    drop(one);
    other.departure().await?;
    other.departure().await?;
    let rows = asking.rows("channels").await?;
    let network = find(&rows, "scope", "network")?;
    assert_eq!((members(network), said(network)?), ([1, 0, 0].map(Value::from), after));
    Ok(())
}

#[tokio::test]
async fn peers_have_their_channel_framing_and_traffic() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut sender = Client::join(&proxy, "/chan").await?;
    sender.welcome().await?;
    let mut raw = Client::join(&proxy, "/network/chan/raw").await?;
    assert_eq!(sender.arrival().await?, "raw");
    let text = json!({"action": "broadcast", "data": "hello"}).to_string();
    sender.send(&*text).await?;
    assert_eq!(raw.text().await?, "hello");
    let asking = Asking::with_token(&proxy)?;
    let channel = asking.row("channels").await?["id"].as_str().context("an id")?.to_owned();
    let rows = asking.rows(&format!("peers?channel={channel}")).await?;
    let (of_sender, of_raw) = (find(&rows, "framing", "structured")?, find(&rows, "framing", "raw")?);
    let known = |row: &Value| {
        let client = &row["client"];
        ["framing", "messages", "received_bytes", "waiting_bytes", "is_held", "lagging_since"]
            .map(|key| client[key].clone())
    };
    let silent = [json!("raw"), 0.into(), 0.into(), 0.into(), false.into(), Value::Null];
    assert_eq!(known(of_raw), silent);
    assert_eq!(of_raw["peer"], "raw");
    let spoken = [json!("structured"), 1.into(), text.len().into(), 0.into(), false.into(), Value::Null];
    assert_eq!(known(of_sender), spoken);
    assert_eq!(of_raw["client"]["written_bytes"], "hello".len() + 2);
    let since = of_sender["client"]["since"].as_u64().context("a time")?;
    let started = asking.get("proxy").await?["started_at"].as_u64().context("a time")?;
    assert!(since >= started && since <= of_raw["client"]["since"].as_u64().context("a time")?);
    assert_eq!(asking.rows("peers?channel=0000000000000000").await?, [Value::Null; 0]);
    Ok(())
}

#[tokio::test]
async fn a_reader_that_stopped_is_shown_with_what_waits_for_it_and_then_as_cut() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut sender = Peer::alone(&proxy, "/chan").await?;
    let _stopped = narrow(&proxy, "/network/chan/stopped").await?;
    assert_eq!(sender.arrival().await?, "stopped");
    let count = 8 * 1024 * 1024 / PIECE;
    for _ in 0..count {
        sender.broadcast_binary(&[7; PIECE]).await?;
    }
    sender.id().await?;
    let asking = Asking::with_token(&proxy)?;
    let is_all = |row: &Value| {
        let client = &row["client"];
        let bytes = |key: &str| client[key].as_u64().unwrap_or_default();
        row["peer"] == "stopped" && bytes("written_bytes") + bytes("waiting_bytes") >= (count * PIECE) as u64
    };
    let list = asking.until("peers", |list| is_all(&list["rows"][0])).await?;
    let client = &list["rows"][0]["client"];
    let [written, waiting] = ["written_bytes", "waiting_bytes"].map(|key| client[key].as_u64().unwrap_or(0));
    assert_eq!(written + waiting, (count * (PIECE + HEAD)) as u64, "{client}");
    assert!(waiting > 0 && client["lagging_since"].is_u64(), "{client}");
    let proxy_row = asking.get("proxy").await?;
    assert_eq!((&proxy_row["lagging"], &proxy_row["waiting_bytes"]), (&json!(1), &json!(waiting)));
    for _ in 0..2 * count {
        sender.broadcast_binary(&[7; PIECE]).await?;
    }
    assert_eq!(sender.departure().await?, "stopped");
    let events = asking.rows("events").await?;
    let cut = find(&events, "kind", "cut")?;
    assert_eq!(cut["peer"], "stopped");
    assert!(cut["detail"].as_str().is_some_and(|it| it.contains("bytes waited")), "{cut}");
    assert_eq!(asking.get("proxy").await?["cut"], 1);
    Ok(())
}

#[tokio::test]
async fn events_tell_who_came_and_went_in_order() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut stays = Peer::alone(&proxy, "/chan").await?;
    for number in 0..3 {
        let name = format!("p{number}");
        let goes = Client::join(&proxy, &format!("/network/chan/{name}")).await?;
        assert_eq!(stays.arrival().await?, name);
        goes.leave().await?;
        assert_eq!(stays.departure().await?, name);
    }
    let events = Asking::with_token(&proxy)?.rows("events").await?;
    let told: Vec<_> = events.iter().map(|row| (row["kind"].as_str(), row["peer"].as_str())).collect();
    let coming = |name| [(Some("joined"), Some(name)), (Some("left"), Some(name))];
    let mut expected = vec![(Some("joined"), Some(&*stays.id))];
    expected.extend(["p0", "p1", "p2"].into_iter().flat_map(coming));
    assert_eq!(told, expected);
    let closed = Asking::without_token(&proxy).rows("events").await?;
    assert!(closed.iter().all(|row| row["peer"].is_null() && row["channel"] == events[0]["channel"]));
    Ok(())
}

#[tokio::test]
async fn events_are_bounded_and_counts_are_not() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut stays = Peer::alone(&proxy, "/chan").await?;
    for _ in 0..100 {
        let goes = Client::join(&proxy, "/network/chan/goes").await?;
        stays.arrival().await?;
        goes.leave().await?;
        stays.departure().await?;
    }
    let asking = Asking::with_token(&proxy)?;
    assert_eq!(asking.rows("events").await?.len(), 128);
    let row = asking.get("proxy").await?;
    assert_eq!([&row["joined"], &row["left"], &row["clients"]], [&json!(101), &json!(100), &json!(1)]);
    Ok(())
}
