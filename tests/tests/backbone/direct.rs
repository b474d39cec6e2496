//! A direct link takes the place of one over the backbone, and the other way round.

use anyhow::Result;
use nws_tests::{Broker, Cable, Peer, Proxy};

use crate::heard::{Heard, Speaker};
use crate::sites::{Key, site};

/// Two sites of which the first one would reach the second by a cable that leads nowhere yet.
async fn near_sites(broker: u16) -> Result<(Cable, Proxy, Proxy)> {
    let (cable, key) = (Cable::lay().await?, Key::make().await?);
    let west = site("west", broker, &key).flag("--interface", "lo").flag("--peer", cable.address());
    let east = site("east", broker, &key).flag("--interface", "lo");
    Ok((cable, west.start().await?, east.start().await?))
}

#[tokio::test]
async fn peers_leave_once_at_most_when_a_better_way_comes_and_goes() -> Result<()> {
    let broker = Broker::start().await?;
    let (cable, west, east) = near_sites(broker.port()).await?;
    let [mut one, mut two] = Peer::gather([(&west, "/chan"), (&east, "/chan")]).await?;
    Peer::chorus(&mut [&mut one, &mut two]).await?;
    cable.plug(east.link().await?.1);
    west.log(&["INFO", "linked", "found=address"]).await?;
    let (at_one, at_two) = (one.id.clone(), two.id.clone());
    one.sees_again(&at_two).await?;
    two.sees_again(&at_one).await?;
    Peer::chorus(&mut [&mut one, &mut two]).await?;
    cable.cut();
    one.sees_again(&at_two).await?;
    two.sees_again(&at_one).await?;
    Peer::chorus(&mut [&mut one, &mut two]).await
}

#[tokio::test]
async fn nothing_is_lost_in_silence_when_a_better_way_comes_under_load() -> Result<()> {
    let broker = Broker::start().await?;
    let (cable, west, east) = near_sites(broker.port()).await?;
    let [mut one, two] = Peer::gather([(&west, "/chan"), (&east, "/chan")]).await?;
    let speaker = Speaker::start(two);
    cable.plug(east.link().await?.1);
    let mut heard = Heard::of(&speaker);
    heard.until(&mut one, |heard| heard.leaves > 0 && heard.since >= 2_000).await?;
    assert_eq!(heard.leaves, 1);
    Ok(())
}
