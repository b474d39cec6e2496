//! Two proxies that share a channel, and somebody between them.

use anyhow::Result;
use nws_tests::{Peer, Proxy};
use tokio::net::TcpListener;

use crate::frames::{Kind, slots};
use crate::identity::Identity;
use crate::middle::Middle;
use crate::proxies::{linkable, matches};
use crate::wire::Wire;
use nws_tests::Cable;

/// Those of `/room`, one at each proxy, who have not met.
async fn strangers(a: &Proxy, b: &Proxy) -> Result<[Peer; 2]> {
    Ok([Peer::alone(a, "/room").await?, Peer::alone(b, "/room").await?])
}

/// Neither has joined the other although everything was said, about this channel and about one that comes later.
async fn expect_no_join(mut middle: Middle, proxies: [Proxy; 2], [a, b]: [Peer; 2]) -> Result<()> {
    middle.pass_matching(8).await?;
    let late = [Peer::alone(&proxies[0], "/late").await?, Peer::alone(&proxies[1], "/late").await?];
    middle.pass_matching(9).await?;
    middle.fence().await?;
    for mut peer in [a, b].into_iter().chain(late) {
        peer.id().await?;
    }
    middle.fence().await?;
    for (said, proxy) in middle.said.iter().zip(proxies) {
        assert_eq!(slots(said, Kind::Data), 0);
        assert_eq!(matches(proxy).await?, 0);
    }
    Ok(())
}

#[tokio::test]
async fn a_man_in_the_middle_gains_no_join() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let a = linkable().flag("--peer", listener.local_addr()?).start().await?;
    let b = linkable().start().await?;
    let peers = strangers(&a, &b).await?;
    let me = Identity::new()?;
    let left = Wire::answer(&me, &listener).await?;
    let right = Wire::dial(&me, 2, b.link().await?.1).await?;
    expect_no_join(Middle::between(left, right), [a, b], peers).await
}

#[tokio::test]
async fn nor_does_one_who_has_dialled_both() -> Result<()> {
    let (a, b) = (linkable().start().await?, linkable().start().await?);
    let peers = strangers(&a, &b).await?;
    let me = Identity::new()?;
    let left = Wire::dial(&me, 2, a.link().await?.1).await?;
    let right = Wire::dial(&me, 2, b.link().await?.1).await?;
    expect_no_join(Middle::between(left, right), [a, b], peers).await
}

#[tokio::test]
async fn nor_does_one_whom_both_have_dialled() -> Result<()> {
    let listeners = [TcpListener::bind("127.0.0.1:0").await?, TcpListener::bind("127.0.0.1:0").await?];
    let a = linkable().flag("--peer", listeners[0].local_addr()?).start().await?;
    let b = linkable().flag("--peer", listeners[1].local_addr()?).start().await?;
    let peers = strangers(&a, &b).await?;
    // As two proxies, too, it is in two sessions.
    let left = Wire::answer(&Identity::new()?, &listeners[0]).await?;
    let right = Wire::answer(&Identity::new()?, &listeners[1]).await?;
    expect_no_join(Middle::between(left, right), [a, b], peers).await
}

#[tokio::test]
async fn whoever_passes_on_bytes_is_not_noticed() -> Result<()> {
    let cable = Cable::lay().await?;
    let a = linkable().start().await?;
    cable.plug(a.link().await?.1);
    let b = linkable().flag("--peer", cable.address()).start().await?;
    let [mut at_a, mut at_b] = Peer::gather([(&a, "/room"), (&b, "/room")]).await?;
    Peer::chorus(&mut [&mut at_a, &mut at_b]).await?;
    assert_eq!(matches(b).await?, 1);
    assert_eq!(at_a.departure().await?, at_b.id);
    assert_eq!(matches(a).await?, 1);
    Ok(())
}

#[tokio::test]
async fn whoever_cuts_makes_a_disconnect_and_nothing_worse() -> Result<()> {
    let cable = Cable::lay().await?;
    let a = linkable().start().await?;
    let port = a.link().await?.1;
    cable.plug(port);
    let b = linkable().flag("--peer", cable.address()).start().await?;
    let [mut at_a, mut at_b] = Peer::gather([(&a, "/room"), (&b, "/room")]).await?;
    for _ in 0..3 {
        cable.cut();
        assert_eq!(at_a.departure().await?, at_b.id);
        assert_eq!(at_b.departure().await?, at_a.id);
        cable.plug(port);
        assert_eq!(at_a.arrival().await?, at_b.id);
        assert_eq!(at_b.arrival().await?, at_a.id);
        Peer::chorus(&mut [&mut at_a, &mut at_b]).await?;
    }
    Ok(())
}
