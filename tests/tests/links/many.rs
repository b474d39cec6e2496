//! A machine with many channels.

use anyhow::{Context, Result};
use nws_protocol::limits::LINK_SLOTS_LIVE;
use nws_tests::{Client, Peer, Proxy};
use serde_json::json;

use crate::proxies::{linkable, pair};

/// Evaluations that a proxy grants at once to one with which it shares a channel.
const FRIEND_BURST: usize = 1024;

async fn join(proxy: &Proxy, count: usize) -> Result<Vec<Client>> {
    rlimit::increase_nofile_limit(u64::MAX)?;
    let mut clients = Vec::new();
    for number in 0..count {
        clients.push(Client::join(proxy, &format!("/many{number}")).await?);
    }
    Ok(clients)
}

/// All evaluations that there are at once are used up, and then there are two a second.
#[tokio::test]
async fn a_channel_that_is_opened_after_many_have_come_and_gone_does_not_wait_for_them() -> Result<()> {
    let (one, two) = pair().await?;
    let [_first, _second] = Peer::gather([(&one, "/friends"), (&two, "/friends")]).await?;
    drop(join(&one, FRIEND_BURST + 400).await?);
    let [mut late, mut other] = Peer::gather([(&one, "/late"), (&two, "/late")]).await?;
    Peer::chorus(&mut [&mut late, &mut other]).await
}

#[tokio::test]
async fn who_is_in_a_channel_too_many_is_told_and_so_is_the_log() -> Result<()> {
    let proxy = linkable().start().await?;
    let mut many = join(&proxy, LINK_SLOTS_LIVE.into()).await?;
    for client in &mut many {
        client.id().await?;
    }
    let mut late = Client::join(&proxy, "/late").await?;
    let reason = "too many channels are open on this machine: this one reaches no other machine";
    let limit = |id: &str| json!({"action": "error", "source": id, "code": "limit", "reason": reason});
    let notice = late.json().await?;
    let first = notice["source"].as_str().context("a notice without the own id")?.to_owned();
    assert_eq!(notice, limit(&first));
    proxy.log(&["WARN", "more than 1024 network channels"]).await?;
    let mut next = Client::join(&proxy, "/late").await?;
    let id = late.arrival().await?;
    assert_eq!(next.json().await?, json!({"action": "connect", "source": id, "target": first}));
    assert_eq!(next.json().await?, limit(&id));
    let mut local = Client::join(&proxy, "/local/late").await?;
    local.id().await?;
    Ok(())
}
