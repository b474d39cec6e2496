//! Who dials whom, and that it comes to one link.

use anyhow::Result;
use nws_tests::Peer;

use crate::cable::Cable;
use crate::proxies::{linkable, linked_to};

/// What a proxy says that has dialled itself.
const FOUND_OUT: [&str; 2] = ["a dial has failed", "this proxy reached itself"];

#[tokio::test]
async fn two_that_dial_each_other_are_linked_once() -> Result<()> {
    for _ in 0..5 {
        let cable = Cable::lay().await?;
        let a = linkable().flag("--peer", cable.address()).start().await?;
        let b = linked_to(a.link().await?.1).start().await?;
        cable.plug(b.link().await?.1);
        let [mut at_a, mut at_b] = Peer::gather([(&a, "/room"), (&b, "/room")]).await?;
        Peer::chorus(&mut [&mut at_a, &mut at_b]).await?;
        let [mut more_a, mut more_b] = Peer::gather([(&a, "/more"), (&b, "/more")]).await?;
        Peer::chorus(&mut [&mut more_a, &mut more_b]).await?;
        Peer::chorus(&mut [&mut at_a, &mut at_b]).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_peer_that_is_named_twice_is_linked_once() -> Result<()> {
    let (one, other) = (Cable::lay().await?, Cable::lay().await?);
    let a = linkable().start().await?;
    let port = a.link().await?.1;
    one.plug(port);
    other.plug(port);
    let b = linked_to(port).flag("--peer", one.address()).flag("--peer", other.address()).start().await?;
    let [mut at_a, mut at_b] = Peer::gather([(&a, "/room"), (&b, "/room")]).await?;
    Peer::chorus(&mut [&mut at_a, &mut at_b]).await?;
    let mut late = Peer::arrive(&a, "/room", &mut [&mut at_a, &mut at_b]).await?;
    Peer::chorus(&mut [&mut at_a, &mut at_b, &mut late]).await?;
    Ok(())
}

#[tokio::test]
async fn a_proxy_that_is_its_own_peer_finds_out() -> Result<()> {
    let cable = Cable::lay().await?;
    let a = linkable().flag("--peer", cable.address()).start().await?;
    let port = a.link().await?.1;
    cable.plug(port);
    a.log(&FOUND_OUT).await?;
    let b = linked_to(port).start().await?;
    let [mut at_a, mut at_b] = Peer::gather([(&a, "/room"), (&b, "/room")]).await?;
    Peer::chorus(&mut [&mut at_a, &mut at_b]).await?;
    // It does not try again and again.
    a.signal("TERM").await?;
    let exit = a.exit().await?;
    let found_out = exit.stderr.lines().filter(|line| FOUND_OUT.iter().all(|words| line.contains(words)));
    assert_eq!(found_out.count(), 1);
    Ok(())
}
