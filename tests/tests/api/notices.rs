//! Warnings and refusals are told with their words, each once and again when it changes.

use anyhow::{Context, Result};
use nws_tests::{Request, Setup};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::asking::Asking;
use crate::live::Reader;

/// The events of this kind in which these words are.
fn told<'a>(events: &'a Value, kind: &str, words: &str) -> Vec<&'a Value> {
    let rows = events["rows"].as_array().map(Vec::as_slice).unwrap_or_default();
    let has_words = |row: &&Value| row["detail"].as_str().is_some_and(|detail| detail.contains(words));
    rows.iter().filter(|row| row["kind"] == kind).filter(has_words).collect()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_peer_is_told_of_once_and_again_when_the_reason_changes() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let peer = listener.local_addr()?;
    drop(listener);
    let setup = crate::links::linkable().flag("--peer", peer).flag("--peer", "<b>.invalid:9");
    let proxy = setup.env("NWS_LOG", "off").start().await?;
    let asking = Asking::with_token(&proxy)?;
    let refused = format!(
        "cannot reach this address: the connection failed: Connection refused (os error 111) (peer={peer})"
    );
    let unknown = "cannot look up this address: ";
    let are_told =
        |list: &Value| [&refused, unknown].iter().all(|words| told(list, "warning", words).len() == 1);
    let events = asking.until("events", are_told).await?;
    assert_eq!(told(&events, "warning", "(peer=<b>.invalid:9)").len(), 1, "{events}");
    asking.until("candidates", |list| failed_dials(list, peer) > Some(1)).await?;
    let _program = TcpListener::bind(peer).await?;
    let silent =
        format!("no answer in time: the packets are dropped on the way, or the machine is off (peer={peer})");
    let events = asking.until("events", |list| told(list, "warning", &silent).len() == 1).await?;
    assert_eq!(told(&events, "warning", &refused).len(), 1, "{events}");
    let mut reader = Reader::open(&proxy, serde_json::json!({"token": proxy.token()?})).await?;
    let is_told = |row: &&Value| row["detail"].as_str().is_some_and(|detail| detail.contains(&silent));
    reader.until("the warning", |it| it.of_kind("events").iter().any(is_told)).await?;
    let closed = Asking::without_token(&proxy).get("events").await?;
    let warnings = closed["rows"].as_array().context("rows")?.iter().filter(|row| row["kind"] == "warning");
    assert!(warnings.clone().count() >= 3 && warnings.clone().all(|row| row["detail"].is_null()), "{closed}");
    Ok(())
}

fn failed_dials(list: &Value, peer: std::net::SocketAddr) -> Option<u64> {
    let rows = list["rows"].as_array()?;
    rows.iter().find(|row| row["peer"] == peer.to_string())?["failed_dials"].as_u64()
}

#[tokio::test]
async fn refusals_are_told_by_kind_with_their_number() -> Result<()> {
    let proxy = Setup::new().start().await?;
    assert_eq!(Request::get("/").host("evil.example").status(&proxy).await?, 403);
    let open = Asking::with_token(&proxy)?;
    let events = open.until("events", |list| !told(list, "refused", "(host=1)").is_empty()).await?;
    assert_eq!(told(&events, "warning", "a request is refused: ").len(), 1, "{events}");
    let closed = Asking::without_token(&proxy).get("events").await?;
    assert_eq!(told(&closed, "refused", "(host=1)").len(), 1, "there are only counts in it");
    assert_eq!(told(&closed, "warning", "").len(), 0, "{closed}");
    Ok(())
}
