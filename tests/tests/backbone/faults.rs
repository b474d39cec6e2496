//! Brokers and sites that fail, under load.

use anyhow::Result;
use nws_tests::{Broker, Peer};

use crate::heard::{Heard, Speaker};
use crate::sites::{Key, pair, site, with_broker};

#[tokio::test]
async fn a_broker_that_is_killed_under_load_loses_nothing_in_silence() -> Result<()> {
    let mut broker = Broker::start().await?;
    let (_key, west, east) = pair(broker.port()).await?;
    let [mut one, two] = Peer::gather([(&west, "/chan"), (&east, "/chan")]).await?;
    let speaker = Speaker::start(two);
    let mut heard = Heard::of(&speaker);
    for _ in 0..3 {
        heard.more(&mut one, 2_000).await?;
        let port = broker.kill().await?;
        heard.until(&mut one, |heard| !heard.is_there()).await?;
        broker = Broker::at(port).await?;
        heard.until(&mut one, Heard::is_there).await?;
    }
    heard.more(&mut one, 2_000).await
}

#[tokio::test]
async fn a_site_that_is_killed_leaves_and_comes_back() -> Result<()> {
    let broker = Broker::start().await?;
    let (key, west, east) = pair(broker.port()).await?;
    let [mut one, two] = Peer::gather([(&west, "/chan"), (&east, "/chan")]).await?;
    east.signal("KILL").await?;
    east.exit().await?;
    let east = site("east", broker.port(), &key).start().await?;
    one.misses(&[&two]).await?;
    let mut three = Peer::arrive(&east, "/chan", &mut [&mut one]).await?;
    Peer::chorus(&mut [&mut one, &mut three]).await
}

#[tokio::test]
async fn a_broker_whose_name_is_unknown_is_told_with_its_name() -> Result<()> {
    let key = Key::make().await?;
    let west = with_broker("west", "nats://broker.invalid", &key).start().await?;
    west.log(&["WARN", "trouble with its broker: DNS error", "the name is right", "broker.invalid:4222"])
        .await?;
    Ok(())
}

#[tokio::test]
async fn a_proxy_serves_its_own_peers_without_any_broker() -> Result<()> {
    let port = Broker::start().await?.kill().await?;
    let (_key, west, east) = pair(port).await?;
    west.log(&["WARN", "the backbone has trouble with its broker"]).await?;
    let [mut one, mut near] = Peer::gather([(&west, "/chan"), (&west, "/chan")]).await?;
    Peer::chorus(&mut [&mut one, &mut near]).await?;
    let _broker = Broker::at(port).await?;
    west.log(&["INFO", "the broker of the backbone is connected"]).await?;
    let mut two = Peer::arrive(&east, "/chan", &mut [&mut one, &mut near]).await?;
    Peer::chorus(&mut [&mut one, &mut near, &mut two]).await
}
