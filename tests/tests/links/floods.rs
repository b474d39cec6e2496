//! Somebody who shares no channel, and says what means nothing as fast as it can be sent.

use std::future::ready;
use std::sync::Arc;

use anyhow::Result;
use nws_protocol::IdSource;
use nws_protocol::link::Record;
use nws_tests::{Client, Peer, within};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::identity::Identity;
use crate::latency::{round_trips, show};
use crate::proxies::{linkable, linkable_with, linked_to};
use crate::stranger::Stranger;
use crate::wire::Wire;

/// Why a link is closed on which too much is said.
const REASON: &str = "too much was said before a channel was matched";

/// Frames of a WebSocket that are sent at once: with six bytes of head for each they fill a record
/// of TLS.
const AT_ONCE: usize = 2048;

/// How often each flood is to end before it is enough.
const ENDS: usize = 4;

/// A binary frame whose one byte is a kind that may be ignored. Its mask is nothing.
const IGNORABLE: &[u8] = &[0x82, 0x81, 0, 0, 0, 0, 0x80];

const PING: &[u8] = &[0x89, 0x80, 0, 0, 0, 0];

const PONG: &[u8] = &[0x8a, 0x80, 0, 0, 0, 0];

/// The beginning of a message, which goes on in another frame.
const BEGINNING: &[u8] = &[0x02, 0x80, 0, 0, 0, 0];

/// Why a link is closed on which a message goes on in another frame: such a message might have no end.
const PARTS: &str = "a message of a link must be one frame";

/// Says `what` again and again until the other side closes.
async fn pour(wire: &mut Wire, what: &[u8]) -> Result<()> {
    let much = what.repeat(AT_ONCE);
    while wire.pour(&much).await? {}
    Ok(())
}

/// Floods as one who comes again whenever its link is closed, which it counts.
async fn flood(source: u8, port: u16, closed: Arc<watch::Sender<usize>>) -> Result<()> {
    loop {
        let mut wire = Wire::dial(&Identity::new()?, source, port).await?;
        pour(&mut wire, IGNORABLE).await?;
        closed.send_modify(|count| *count += 1);
    }
}

async fn measure(client: &mut Client, links: u8, port: u16) -> Result<()> {
    show("when it is quiet", round_trips(client, ready(())).await?.0);
    let (mut floods, mut counts) = (JoinSet::new(), Vec::new());
    for number in 0..links {
        let closed = Arc::new(watch::Sender::new(0));
        counts.push(closed.subscribe());
        floods.spawn(flood(2 + number, port, closed));
    }
    let ends = async {
        for closed in &mut counts {
            // Whoever counts goes only with `floods`.
            let _ = closed.wait_for(|count| *count >= ENDS).await;
        }
    };
    let ends = round_trips(client, ends);
    let (flooded, ()) = within("the ends of links on which too much is said", ends).await??;
    show(&format!("beside {links} strangers that flood"), flooded);
    Ok(())
}

/// One thread does everything: nobody gets out of another's way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_floods_is_closed_however_often_it_comes() -> Result<()> {
    let proxy = linkable_with(1).start().await?;
    let mut client = Client::join(&proxy, "/local/aside").await?;
    for links in [1, 6] {
        measure(&mut client, links, proxy.link().await?.1).await?;
    }
    proxy.signal("TERM").await?;
    assert!(proxy.exit().await?.stderr.contains("link_flood="));
    Ok(())
}

/// Members may say as much as they like, and others have their turns.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_that_flood_keep_nobody_waiting() -> Result<()> {
    let proxy = linkable_with(1).start().await?;
    let mut client = Client::join(&proxy, "/local/aside").await?;
    let mut peer = Peer::alone(&proxy, "/room").await?;
    let mut floods = JoinSet::new();
    for (source, what) in (2..).zip([IGNORABLE, PING, PONG]) {
        let wire = Wire::dial(&Identity::new()?, source, proxy.link().await?.1).await?;
        let mut member = Stranger::new(wire, &["room"])?;
        member.until(|it| !it.matched.is_empty()).await?;
        member.tell(Record::Join { member: 0, id: IdSource::Choice("me") }).await?;
        peer.arrival().await?;
        floods.spawn(async move { pour(&mut member.wire, what).await });
    }
    let wire = Wire::dial(&Identity::new()?, 5, proxy.link().await?.1).await?;
    let mut member = Stranger::new(wire, &["room"])?;
    member.until(|it| !it.matched.is_empty()).await?;
    pour(&mut member.wire, BEGINNING).await?;
    let line = proxy.log(&["a link has ended", member.wire.own.as_str()]).await?;
    assert!(line.contains(PARTS), "{line}");
    show("beside three members that flood", round_trips(&mut client, ready(())).await?.0);
    // None has left.
    peer.id().await?;
    assert!(floods.try_join_next().is_none());
    Ok(())
}

#[tokio::test]
async fn a_stranger_that_says_too_much_is_closed_whatever_it_says() -> Result<()> {
    let victim = linkable().start().await?;
    let port = victim.link().await?.1;
    let friend = linked_to(port).start().await?;
    let [mut here, mut there] = Peer::gather([(&victim, "/room"), (&friend, "/room")]).await?;
    let floods = [(IGNORABLE, REASON), (PING, REASON), (PONG, REASON), (BEGINNING, PARTS)];
    for (source, (what, reason)) in (2..).zip(floods) {
        let mut wire = Wire::dial(&Identity::new()?, source, port).await?;
        pour(&mut wire, what).await?;
        let line = victim.log(&["a link has ended", wire.own.as_str()]).await?;
        assert!(line.contains(reason), "{what:?}: {line}");
        Peer::chorus(&mut [&mut here, &mut there]).await?;
    }
    Ok(())
}
