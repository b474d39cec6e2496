//! Brokers that are full, slow, of another version, or not as they should be.

use anyhow::Result;
use nws_tests::{Broker, Cable, Peer};

use crate::relay::{Play, introduced};
use crate::sites::{Key, pair, site};

/// Bytes a millisecond of a slow way to the broker.
const SLOW: usize = 200;

#[tokio::test]
async fn one_that_takes_small_messages_only_is_told_of() -> Result<()> {
    let broker = Broker::configured("max_payload: 200").await?;
    let (_key, west, _east) = pair(broker.port()).await?;
    west.log(&["WARN", "trouble with its broker", "max_payload is 200 bytes", "1 KiB"]).await?;
    let [mut one, mut near] = Peer::gather([(&west, "/chan"), (&west, "/chan")]).await?;
    Peer::chorus(&mut [&mut one, &mut near]).await
}

#[tokio::test]
async fn one_that_takes_as_little_as_sites_need_is_enough() -> Result<()> {
    let broker = Broker::configured("max_payload: 1024").await?;
    let (_key, west, east) = pair(broker.port()).await?;
    let [mut one, mut two] = Peer::gather([(&west, "/chan"), (&east, "/chan")]).await?;
    let block = vec![7; 100_000];
    one.message_binary(&two.id.clone(), &block).await?;
    assert!(two.payload().await?.2 == block);
    Ok(())
}

#[tokio::test]
async fn one_that_is_full_is_told_of_and_used_when_it_has_room() -> Result<()> {
    let broker = Broker::configured("max_connections: 2").await?;
    let (key, west, east) = pair(broker.port()).await?;
    let [mut one, two] = Peer::gather([(&west, "/chan"), (&east, "/chan")]).await?;
    let late = site("late", broker.port(), &key).start().await?;
    late.log(&["WARN", "trouble with its broker", "max_connections"]).await?;
    east.signal("KILL").await?;
    one.misses(&[&two]).await?;
    let mut three = Peer::arrive(&late, "/chan", &mut [&mut one]).await?;
    Peer::chorus(&mut [&mut one, &mut three]).await
}

#[tokio::test]
async fn one_that_is_slow_stops_nobody() -> Result<()> {
    let (broker, cable, key) = (Broker::start().await?, Cable::lay_slow(SLOW)?, Key::make().await?);
    cable.plug(broker.port());
    let west = site("west", cable.port(), &key).start().await?;
    let east = site("east", broker.port(), &key).start().await?;
    let [mut one, mut two] = Peer::gather([(&west, "/chan"), (&east, "/chan")]).await?;
    let [mut near, mut nearby] = Peer::gather([(&west, "/near"), (&west, "/near")]).await?;
    let block = vec![7; 300_000];
    for _ in 0..5 {
        one.message_binary(&two.id.clone(), &block).await?;
        Peer::chorus(&mut [&mut near, &mut nearby]).await?;
    }
    for _ in 0..5 {
        assert!(two.payload().await?.2 == block);
    }
    Peer::chorus(&mut [&mut one, &mut two]).await
}

/// A broker of long ago, which knows neither headers nor how to leave its own messages out.
fn old(info: &str) -> String {
    info.replace("\"version\":\"2", "\"version\":\"1").replace("\"headers\":true", "\"headers\":false")
}

/// A broker of a time to come.
fn new(info: &str) -> String {
    info.replace("\"version\":\"2", "\"version\":\"9").replace("\"proto\":1", "\"proto\":7,\"novelty\":[1]")
}

#[tokio::test]
async fn one_of_another_version_is_used() -> Result<()> {
    let (broker, key) = (Broker::start().await?, Key::make().await?);
    let as_it_is: Play = |_, payload, _| vec![payload];
    let (old, new) =
        (introduced(broker.port(), as_it_is, old).await?, introduced(broker.port(), as_it_is, new).await?);
    let west = site("west", old, &key).start().await?;
    let east = site("east", new, &key).start().await?;
    let [mut one, mut two] = Peer::gather([(&west, "/chan"), (&east, "/chan")]).await?;
    Peer::chorus(&mut [&mut one, &mut two]).await
}
