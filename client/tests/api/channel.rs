//! Peers and what they say.

use anyhow::{Result, bail};
use networkwebsockets::{Data, Error, Event};
use nws_tests::{Proxy, Setup, within};

use crate::member::{Member, builder};

#[tokio::test]
async fn peers_come_and_go() -> Result<()> {
    let proxy = Proxy::start().await?;
    let channel = within("the channel", builder(proxy.port()).open("chan")).await??;
    let mut a = Member { events: channel.events(), channel };
    let Event::Open { id } = a.next().await? else { bail!("open comes first") };
    assert_eq!((a.channel.id(), a.channel.max_message_size()), (Some(id), Some(1 << 20)));
    assert!(matches!(a.next().await?, Event::Sync { is_settled: true }));
    let b = Member::join(&proxy, "chan").await?;
    let peer = a.connected().await?;
    assert_eq!(Some(peer.id()), b.channel.id().as_deref());
    assert_eq!((a.channel.peers(), a.channel.peer(peer.id())), (vec![peer.clone()], Some(peer.clone())));
    drop(b);
    let Event::Disconnect(gone) = a.next().await? else { bail!("it leaves") };
    assert!(gone == peer && !peer.is_present() && a.channel.peers().is_empty());
    assert_eq!(peer.send("too late").await, Err(Error::PeerGone));
    Ok(())
}

#[tokio::test]
async fn everything_that_is_said_arrives_as_it_was() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [(a, to_b), (mut b, to_a)] = Member::pair(&proxy, "chan").await?;
    let all: [Data; 7] = [
        "plain".into(),
        "".into(),
        "\u{0}\"\\\n\u{2028}é😀".into(),
        Data::Json(r#"{"x": [1.0e2, 12345678901234567890]}"#.to_owned()),
        vec![].into(),
        vec![0, 255, 128].into(),
        vec![7; 1 << 20].into(),
    ];
    for said in &all {
        for direct in [false, true] {
            if direct {
                to_b.send(said.clone()).await?;
            } else {
                a.channel.send(said.clone()).await?;
            }
            let Event::Message { from, data, direct: is_direct } = b.next().await? else {
                bail!("a message")
            };
            assert_eq!((&from, &data, is_direct), (&to_a, said, direct));
        }
    }
    Ok(())
}

#[tokio::test]
async fn json_that_is_a_string_is_a_text() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [(a, _), (mut b, _)] = Member::pair(&proxy, "chan").await?;
    a.channel.send(Data::Json("\"te\\u0078t\"".to_owned())).await?;
    let Event::Message { data, .. } = b.next().await? else { bail!("a message") };
    assert_eq!(data, "text".into());
    Ok(())
}

#[tokio::test]
async fn two_talk_both_ways_in_order() -> Result<()> {
    const COUNT: usize = 2000;
    let proxy = Proxy::start().await?;
    let [(mut a, to_b), (mut b, to_a)] = Member::pair(&proxy, "chan").await?;
    let speak = async |member: &Member, peer: &networkwebsockets::Peer| {
        for number in 0..COUNT {
            let text = number.to_string();
            if number % 2 == 0 { member.channel.send(text).await? } else { peer.send(text).await? }
        }
        anyhow::Ok(())
    };
    let (from_a, from_b) = (a.channel.clone(), b.channel.clone());
    let hear = async |member: &mut Member| {
        for number in 0..COUNT {
            let (_, text, direct) = member.message().await?;
            assert_eq!((text, direct), (number.to_string(), number % 2 == 1));
        }
        anyhow::Ok(())
    };
    let (a2, b2) = (
        Member { events: from_a.events(), channel: from_a },
        Member { events: from_b.events(), channel: from_b },
    );
    let all = tokio::join!(speak(&a2, &to_b), speak(&b2, &to_a), hear(&mut a), hear(&mut b));
    all.0.and(all.1).and(all.2).and(all.3)?;
    Ok(())
}

#[tokio::test]
async fn local_and_network_channels_are_two() -> Result<()> {
    let proxy = Proxy::start().await?;
    let local = Member::join_with(builder(proxy.port()).local(), "chan").await?;
    let _network = Member::join(&proxy, "chan").await?;
    let mut other = Member::join_with(builder(proxy.port()).local(), "chan").await?;
    assert_eq!(other.channel.peers().len(), 1);
    local.channel.send("hello").await?;
    assert_eq!(other.message().await?.1, "hello");
    Ok(())
}

#[tokio::test]
async fn closing_is_told_after_all_that_was_sent() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [(mut a, _), (mut b, _)] = Member::pair(&proxy, "chan").await?;
    for number in 0..100 {
        a.channel.send(number.to_string()).await?;
    }
    a.channel.close_with(3001, "done")?;
    assert_eq!(a.channel.send("late").await, Err(Error::Closed));
    let closed = a.until("the end", |event| match event {
        Event::Closed(closed) => Some(closed.clone()),
        _ => None,
    });
    let closed = closed.await?;
    assert_eq!((closed.code, closed.error), (3001, None));
    assert!(a.events.next().await.is_none());
    for number in 0..100 {
        assert_eq!(b.message().await?.1, number.to_string());
    }
    assert!(matches!(b.next().await?, Event::Disconnect(_)));
    Ok(())
}

#[tokio::test]
async fn what_is_too_big_is_not_sent() -> Result<()> {
    let proxy = Setup::new().flag("--max-message-size", 1000).start().await?;
    let [(a, to_b), (mut b, _)] = Member::pair(&proxy, "chan").await?;
    let (bytes, limit) = (1001, 1000);
    assert_eq!(a.channel.send("x".repeat(bytes)).await, Err(Error::TooBig { bytes, limit }));
    assert_eq!(to_b.send(vec![0; bytes]).await, Err(Error::TooBig { bytes, limit }));
    a.channel.send("\u{1}".repeat(limit)).await?;
    assert_eq!(b.message().await?.1.len(), limit);
    Ok(())
}

#[tokio::test]
async fn who_wants_no_events_is_never_cut_for_them() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [(a, _), (b, _)] = Member::pair(&proxy, "chan").await?;
    b.channel.ignore_events();
    for _ in 0..64 {
        a.channel.send(vec![0; 1 << 20]).await?;
    }
    // What b says comes after all that it was told, if it reads.
    b.channel.send("still here").await?;
    let mut a = a;
    assert_eq!(a.message().await?.1, "still here");
    assert_eq!(b.channel.peers().len(), 1);
    Ok(())
}

#[tokio::test]
async fn raw_peers_are_peers() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut a = Member::join(&proxy, "chan").await?;
    let mut raw = nws_tests::Client::join(&proxy, "/network/chan/bob").await?;
    let bob = a.connected().await?;
    assert_eq!(bob.id(), "bob");
    bob.send("hello").await?;
    assert_eq!(raw.text().await?, "hello");
    assert_eq!(bob.dial(&[]).await.err(), Some(Error::StreamsNotSupported));
    Ok(())
}

#[test]
fn all_can_be_moved_to_other_threads() {
    fn is_send<T: Send + 'static>() {}
    is_send::<networkwebsockets::Channel>();
    is_send::<networkwebsockets::Events>();
    is_send::<networkwebsockets::Peer>();
    is_send::<networkwebsockets::PeerStream>();
    is_send::<networkwebsockets::Incoming>();
}

#[tokio::test]
async fn events_that_one_reader_leaves_are_for_the_next() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [(a, _), (b, _)] = Member::pair(&proxy, "chan").await?;
    for number in 0..100 {
        a.channel.send(number.to_string()).await?;
    }
    for number in 0..100 {
        let event = within("an event", b.channel.events().next()).await?;
        let Some(Event::Message { data, .. }) = event else { bail!("{event:?}") };
        assert_eq!(data, number.to_string().into());
    }
    Ok(())
}
