//! Who dials whom, and that it comes to one link.

use anyhow::Result;
use nws_tests::{Peer, Setup};

use crate::proxies::{linkable, linked_to};
use nws_tests::Cable;

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
    a.log(&["WARN", "cannot reach this address", "it is this proxy itself"]).await?;
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

#[tokio::test]
async fn a_peer_that_cannot_be_reached_is_told_once() -> Result<()> {
    let cable = Cable::lay().await?;
    // A name that is too long for anybody to be asked.
    let nowhere = format!("{}:9010", "x".repeat(300));
    let a = linkable().flag("--peer", cable.address()).flag("--peer", &nowhere).start().await?;
    a.log(&["WARN", "cannot look up this address", &nowhere]).await?;
    let failed = ["WARN", "cannot reach this address", &cable.address()];
    a.log(&failed).await?;
    let b = linkable().start().await?;
    cable.plug(b.link().await?.1);
    a.log(&["INFO", "linked", &format!("found=address {}", cable.address())]).await?;
    a.signal("TERM").await?;
    let exit = a.exit().await?;
    let told =
        |words: &[&str]| exit.stderr.lines().filter(|it| words.iter().all(|word| it.contains(word))).count();
    assert_eq!((told(&failed), told(&["cannot look up"])), (1, 1), "{exit:?}");
    Ok(())
}

#[tokio::test]
async fn a_peer_on_this_machine_that_lets_nobody_in_says_so() -> Result<()> {
    let setup = || Setup::new().flag("--link-port", 0).flag("--interface", "none*");
    let closed = setup().start().await?;
    closed.log(&["WARN", "none*", "--interface"]).await?;
    let dials = setup().flag("--peer", format!("127.0.0.1:{}", closed.link().await?.1)).start().await?;
    dials.log(&["WARN", "cannot reach this address", "--interface lo"]).await?;
    closed.log(&["WARN", "a connection is refused", "127.0.0.1", "--interface lo", "--allow-remote"]).await?;
    Ok(())
}

#[tokio::test]
async fn links_made_and_lost_are_in_the_log_unasked() -> Result<()> {
    let quiet = || Setup::new().flag("--link-port", 0).flag("--interface", "lo");
    let a = quiet().start().await?;
    let (id, port) = a.link().await?;
    let b = quiet().flag("--peer", format!("127.0.0.1:{port}")).start().await?;
    let own = b.link().await?.0;
    let made = ["INFO", "linked", &format!("proxy={id}"), &format!("address=127.0.0.1:{port}")];
    b.log(&made).await?;
    b.log(&["linked", &format!("found=address 127.0.0.1:{port}"), &format!("own={own}")]).await?;
    a.log(&["INFO", "linked", &format!("proxy={own}"), "found=it dialled"]).await?;
    a.signal("KILL").await?;
    b.log(&["INFO", "a link has ended", &format!("proxy={id}"), "address=127.0.0.1"]).await?;
    Ok(())
}
