//! Who is shown to whom across machines.

use anyhow::Result;
use nws_tests::lab::Lab;
use nws_tests::{Client, Peer};
use serde_json::json;

use crate::lan::lan;

#[tokio::test]
async fn four_peers_on_three_machines_know_each_other_exactly_once() -> Result<()> {
    let (_lab, [a, b, c]) = lan().await?;
    let places = [(&a, "/chan"), (&a, "/network/chan"), (&b, "/chan"), (&c, "/chan")];
    let [mut one, mut two, mut three, mut four] = Peer::gather(places).await?;
    Peer::chorus(&mut [&mut one, &mut two, &mut three, &mut four]).await?;
    let gone = four.id.clone();
    four.leave().await?;
    for peer in [&mut one, &mut two, &mut three] {
        assert_eq!(peer.departure().await?, gone);
    }
    let mut five = Peer::arrive(&c, "/chan", &mut [&mut one, &mut two, &mut three]).await?;
    Peer::chorus(&mut [&mut one, &mut two, &mut three, &mut five]).await
}

#[tokio::test]
async fn peers_on_eight_machines_know_each_other_exactly_once() -> Result<()> {
    let (_lab, proxies) = lan::<8>().await?;
    let mut peers = Peer::gather(proxies.each_ref().map(|proxy| (proxy, "/chan"))).await?;
    Peer::chorus(&mut peers.each_mut()).await
}

#[tokio::test]
async fn a_hundred_channels_are_found() -> Result<()> {
    let lab = Lab::new(2)?;
    let a = lab[0].start().await?;
    let paths: Vec<String> = (0..100).map(|number| format!("/channel-{number}")).collect();
    let mut here = Vec::new();
    for path in &paths {
        here.push(Peer::alone(&a, path).await?);
    }
    let b = lab[1].start().await?;
    for (path, one) in paths.iter().zip(&mut here) {
        let mut two = Peer::arrive(&b, path, &mut [&mut *one]).await?;
        Peer::chorus(&mut [one, &mut two]).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_channel_is_found_on_a_link_that_stands() -> Result<()> {
    let (_lab, [a, b]) = lan().await?;
    let [mut first, mut other] = Peer::gather([(&a, "/first"), (&b, "/first")]).await?;
    for number in 0..20 {
        let path = format!("/later-{number}");
        let [mut here, mut there] = Peer::gather([(&a, path.as_str()), (&b, path.as_str())]).await?;
        Peer::chorus(&mut [&mut here, &mut there]).await?;
    }
    Peer::chorus(&mut [&mut first, &mut other]).await
}

#[tokio::test]
async fn whoever_comes_and_goes_is_seen_each_time() -> Result<()> {
    let (_lab, [a, b]) = lan().await?;
    let mut here = Peer::alone(&a, "/chan").await?;
    for number in 0..200 {
        let there = Peer::arrive(&b, "/chan", &mut [&mut here]).await?;
        let id = there.id.clone();
        // Some take leave, some are cut off.
        if number % 2 == 0 {
            there.leave().await?
        } else {
            drop(there)
        }
        assert_eq!(here.departure().await?, id);
    }
    Ok(())
}

#[tokio::test]
async fn a_proxy_that_starts_later_is_found() -> Result<()> {
    let (lab, [a, b]) = lan().await?;
    let [mut one, mut two] = Peer::gather([(&a, "/chan"), (&b, "/chan")]).await?;
    b.signal("TERM").await?;
    assert_eq!(two.closed().await?, 1001);
    assert!(b.exit().await?.status.success());
    assert_eq!(one.departure().await?, two.id);
    let b = lab[1].start().await?;
    let mut three = Peer::arrive(&b, "/chan", &mut [&mut one]).await?;
    Peer::chorus(&mut [&mut one, &mut three]).await
}

#[tokio::test]
async fn channels_of_other_names_do_not_meet() -> Result<()> {
    let (_lab, [a, b]) = lan().await?;
    let [mut one, mut two] = Peer::gather([(&a, "/chan"), (&b, "/chan")]).await?;
    for path in ["/chan2", "/Chan", "/local/chan", "/local/chan2"] {
        let mut stranger = Peer::alone(&b, path).await?;
        stranger.broadcast("from another channel").await?;
        Peer::chorus(&mut [&mut one, &mut two]).await?;
        stranger.id().await?;
    }
    Ok(())
}

#[tokio::test]
async fn local_channels_of_one_name_never_meet() -> Result<()> {
    let (_lab, [a, b]) = lan().await?;
    let mut near = Peer::alone(&a, "/local/chan").await?;
    let mut far = Peer::alone(&b, "/local/chan").await?;
    let raw = Client::join(&b, "/local/chan/7").await?;
    assert_eq!(far.arrival().await?, "7");
    // The link stands, and names are compared on it.
    let [mut one, mut two] = Peer::gather([(&a, "/chan"), (&b, "/chan")]).await?;
    near.broadcast("near").await?;
    far.broadcast("far").await?;
    near.message(&far.id, "to whom?").await?;
    let refused = near.json().await?;
    assert_eq!((&refused["code"], &refused["target"]), (&json!("unknown-target"), &json!(far.id)));
    Peer::chorus(&mut [&mut one, &mut two]).await?;
    near.id().await?;
    far.id().await?;
    raw.leave().await
}
