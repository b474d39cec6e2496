//! Peers of two sites see each other as on one network.

use anyhow::Result;
use nws_tests::{Broker, Peer};

use crate::sites::{Key, pair, site};

#[tokio::test]
async fn peers_of_sites_see_each_other_once_and_talk() -> Result<()> {
    let broker = Broker::start().await?;
    let (key, west, east) = pair(broker.port()).await?;
    let north = site("north", broker.port(), &key).start().await?;
    let places = [(&west, "/chan"), (&west, "/chan"), (&east, "/chan"), (&north, "/chan")];
    let [mut one, mut near, mut two, mut three] = Peer::gather(places).await?;
    Peer::chorus(&mut [&mut one, &mut near, &mut two, &mut three]).await?;
    two.message(&one.id, "for you").await?;
    assert_eq!(one.json().await?["data"], "for you");
    one.leave().await?;
    let gone = near.departure().await?;
    assert_eq!((two.departure().await?, three.departure().await?), (gone.clone(), gone));
    Peer::chorus(&mut [&mut near, &mut two, &mut three]).await
}

#[tokio::test]
async fn a_site_that_comes_later_is_found() -> Result<()> {
    let broker = Broker::start().await?;
    let key = Key::make().await?;
    let west = site("west", broker.port(), &key).start().await?;
    let mut one = Peer::alone(&west, "/chan").await?;
    let east = site("east", broker.port(), &key).start().await?;
    let mut two = Peer::arrive(&east, "/chan", &mut [&mut one]).await?;
    Peer::chorus(&mut [&mut one, &mut two]).await?;
    east.signal("TERM").await?;
    one.misses(&[&two]).await
}

#[tokio::test]
async fn many_mebibytes_arrive_whole() -> Result<()> {
    let broker = Broker::start().await?;
    let (_key, west, east) = pair(broker.port()).await?;
    let [mut one, mut two] = Peer::gather([(&west, "/chan"), (&east, "/chan")]).await?;
    let block = |number: u8| vec![number; 300_000];
    let target = two.id.clone();
    let sending = async {
        for number in 0..100 {
            one.message_binary(&target, &block(number)).await?;
        }
        anyhow::Ok(())
    };
    let receiving = async {
        for number in 0..100 {
            assert!(two.payload().await?.2 == block(number), "message {number}");
        }
        anyhow::Ok(())
    };
    tokio::try_join!(sending, receiving)?;
    Ok(())
}
