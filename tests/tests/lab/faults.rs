//! What happens to proxies and networks: they leave, visibly, and come back.

use anyhow::{Result, bail, ensure};
use nws_tests::lab::Lab;
use nws_tests::{Peer, Received};

use crate::circle::Circle;
use crate::lan::lan;

#[tokio::test]
async fn a_killed_proxy_leaves_and_comes_back() -> Result<()> {
    let (lab, [a, b, c]) = lan().await?;
    let [mut one, mut two, mut three] = Peer::gather([(&a, "/chan"), (&b, "/chan"), (&c, "/chan")]).await?;
    c.signal("KILL").await?;
    assert_eq!(three.closed().await?, 1006);
    one.misses(&[&three]).await?;
    two.misses(&[&three]).await?;
    Peer::chorus(&mut [&mut one, &mut two]).await?;
    c.exit().await?;
    let c = lab[2].start().await?;
    let mut four = Peer::arrive(&c, "/chan", &mut [&mut one, &mut two]).await?;
    Peer::chorus(&mut [&mut one, &mut two, &mut four]).await
}

#[tokio::test]
async fn a_proxy_that_is_told_to_end_takes_leave() -> Result<()> {
    let (_lab, [a, b]) = lan().await?;
    let [mut one, mut two] = Peer::gather([(&a, "/chan"), (&b, "/chan")]).await?;
    for number in 0..100 {
        two.broadcast(number).await?;
    }
    // The answer proves that the proxy has read all of it.
    two.id().await?;
    b.signal("TERM").await?;
    for number in 0..100 {
        assert_eq!(one.json().await?["data"], number);
    }
    one.misses(&[&two]).await?;
    assert_eq!(two.closed().await?, 1001);
    assert!(b.exit().await?.status.success());
    one.id().await?;
    Ok(())
}

#[tokio::test]
async fn a_proxy_that_is_killed_while_it_speaks_leaves_nothing_half() -> Result<()> {
    let (lab, [a, mut b]) = lan().await?;
    let mut one = Peer::alone(&a, "/chan").await?;
    for _ in 0..5 {
        let mut two = Peer::arrive(&b, "/chan", &mut [&mut one]).await?;
        for number in 0..20 {
            two.broadcast_binary(&vec![number; 512 * 1024]).await?;
        }
        b.signal("KILL").await?;
        b.exit().await?;
        hears_a_part(&mut one, &two.id).await?;
        b = lab[1].start().await?;
    }
    Ok(())
}

/// Whole messages in their order, until their sender has left.
async fn hears_a_part(peer: &mut Peer, sender: &str) -> Result<()> {
    let mut next = 0;
    loop {
        match peer.receive().await? {
            Received::Binary(frame) => {
                ensure!(frame.ends_with(&vec![next; 512 * 1024]), "message {next} is not what was sent");
                next += 1;
            }
            Received::Text(notice) if notice.contains("disconnect") && notice.contains(sender) => {
                return Ok(());
            }
            other @ (Received::Text(_) | Received::Closed(_)) => bail!("{other:?} after message {next}"),
        }
    }
}

/// Nothing tells the others that the three are silent, so the limits of silence are at work.
#[tokio::test]
async fn a_stopped_a_partitioned_and_a_disconnected_proxy_leave_and_come_back() -> Result<()> {
    let (lab, [a, b, stopped, cut, down]) = lan().await?;
    let places = [&a, &b, &stopped, &cut, &down].map(|proxy| (proxy, "/chan"));
    let mut circle = Circle::of(Peer::gather(places).await?);
    stopped.signal("STOP").await?;
    lab[3].unplug()?;
    lab[4].take_down()?;
    circle.shrinks([(0, &[1][..]), (1, &[0]), (3, &[]), (4, &[])]).await?;
    Peer::chorus(&mut circle.peers()[..2]).await?;
    stopped.signal("CONT").await?;
    lab[3].plug_in()?;
    lab[4].bring_up()?;
    // The stopped one learns only now that everybody had left.
    circle.returns(2).await?;
    circle.is_whole().await?;
    Peer::chorus(&mut circle.peers()).await
}

/// Whether a link outlives it or not, in the end all see each other.
#[tokio::test]
async fn an_interface_that_was_down_for_a_moment_is_used_again() -> Result<()> {
    let (lab, [a, b]) = lan().await?;
    let mut circle = Circle::of(Peer::gather([(&a, "/chan"), (&b, "/chan")]).await?);
    for _ in 0..3 {
        lab[1].take_down()?;
        lab[1].bring_up()?;
        let (newcomer, shown) = Peer::enter(&b, "/chan", 1).await?;
        circle.admit(newcomer, shown);
        circle.is_whole().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_proxy_that_starts_before_its_network_is_found() -> Result<()> {
    let lab = Lab::new(2)?;
    lab[1].take_down()?;
    let a = lab[0].start().await?;
    let b = lab[1].start().await?;
    let mut two = Peer::alone(&b, "/chan").await?;
    two.id().await?;
    lab[1].bring_up()?;
    let mut one = Peer::arrive(&a, "/chan", &mut [&mut two]).await?;
    Peer::chorus(&mut [&mut one, &mut two]).await
}

/// The first one dials the one that was there, and finds another one: that need not wait for a question by mDNS.
#[tokio::test]
async fn one_that_starts_again_while_its_network_is_away_is_found_when_it_is_back() -> Result<()> {
    let (lab, [a, b]) = lan().await?;
    let [mut one, two] = Peer::gather([(&a, "/chan"), (&b, "/chan")]).await?;
    lab[1].unplug()?;
    b.signal("KILL").await?;
    b.exit().await?;
    let b = lab[1].start().await?;
    let mut three = Peer::alone(&b, "/chan").await?;
    one.misses(&[&two]).await?;
    lab[1].plug_in()?;
    assert_eq!(one.arrival().await?, three.id);
    assert_eq!(three.arrival().await?, one.id);
    Peer::chorus(&mut [&mut one, &mut three]).await
}
