//! Losses: each shows, and nothing comes twice.

use std::io::{self, Write as _};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures_util::{SinkExt, StreamExt};
use networkwebsockets::{Channel, Error, Event};
use nws_tests::{Proxy, Setup, within};
use tokio::net::TcpListener;
use tokio_tungstenite::accept_async;

use crate::member::{Member, builder};

/// How often the proxy is killed.
const KILLS: usize = 20;

/// Sends numbers until there is a gap, and gives the first one that was not sent.
async fn speak(channel: Channel, mut number: u64) -> Result<u64> {
    loop {
        match channel.send(number.to_string()).await {
            Ok(()) => number += 1,
            Err(Error::NotOpen) => return Ok(number),
            Err(error) => return Err(error.into()),
        }
        tokio::task::yield_now().await;
    }
}

/// What a listener has heard of somebody who counts.
#[derive(Default)]
struct Count {
    last: Option<u64>,
    /// There was a gap since.
    had_gap: bool,
    /// The connections that were lost.
    gaps: usize,
}

impl Count {
    fn hear(&mut self, event: &Event) -> Result<()> {
        match event {
            Event::Message { data, .. } => {
                let number: u64 = data.as_text().context("a text")?.parse()?;
                if let Some(last) = self.last {
                    assert!(number > last, "{number} after {last}");
                    assert!(self.had_gap || number == last + 1, "{number} after {last} without a gap");
                }
                (self.last, self.had_gap) = (Some(number), false);
            }
            Event::Reconnecting(_) => {
                // Further attempts belong to the same gap.
                self.gaps += usize::from(!std::mem::replace(&mut self.had_gap, true));
            }
            _ => {}
        }
        Ok(())
    }
}

/// Starts a proxy on a port that another one has had.
async fn again(port: u16) -> Proxy {
    loop {
        if let Ok(proxy) = Setup::new().flag("--port", port).start().await {
            return proxy;
        }
    }
}

#[tokio::test]
async fn a_proxy_that_is_killed_again_and_again_leaves_gaps_only() -> Result<()> {
    let mut proxy = Proxy::start().await?;
    let port = proxy.port();
    let fast = || builder(port).max_delay(Duration::from_millis(50));
    let mut a = Member::join_with(fast(), "chan").await?;
    let mut b = Member::join_with(fast(), "chan").await?;
    a.connected().await?;
    let (mut number, mut count) = (0, Count::default());
    for _ in 0..KILLS {
        let speaking = tokio::spawn(speak(a.channel.clone(), number));
        for _ in 0..100 {
            count.hear(&b.next().await?)?;
        }
        drop(proxy);
        while !count.had_gap {
            count.hear(&b.next().await?)?;
        }
        number = within("the gap of the speaker", speaking).await???;
        proxy = within("the port", again(port)).await?;
        a.until("the listener", |event| matches!(event, Event::Connect(_)).then_some(())).await?;
        while b.channel.peers().is_empty() {
            count.hear(&b.next().await?)?;
        }
    }
    assert!(count.last.is_some_and(|last| last >= 1900), "{:?}", count.last);
    assert_eq!(count.gaps, KILLS);
    // `cargo xtask bench clients` reads it.
    Ok(writeln!(io::stdout(), "gaps seen: {}", count.gaps)?)
}

#[tokio::test]
async fn a_gap_has_its_events_in_order() -> Result<()> {
    let proxy = Proxy::start().await?;
    let port = proxy.port();
    let [(mut a, peer), (_b, _)] = Member::pair(&proxy, "chan").await?;
    let id = a.channel.id();
    drop(proxy);
    let Event::Disconnect(gone) = a.next().await? else { bail!("all leave first") };
    assert_eq!(gone, peer);
    let Event::Reconnecting(gap) = a.next().await? else { bail!("then there is a gap") };
    assert_eq!((gap.attempt, gap.code, gap.error), (1, 1006, None));
    assert_eq!((a.channel.send("x").await, a.channel.id()), (Err(Error::NotOpen), None));
    let error = a.until("a failed attempt", |event| match event {
        Event::Reconnecting(gap) => gap.error.clone(),
        _ => None,
    });
    assert!(matches!(error.await?, Error::ProxyNotRunning { .. }));
    let _proxy = within("the port", again(port)).await?;
    let again = a.until("open", |event| match event {
        Event::Open { id } => Some(id.clone()),
        _ => None,
    });
    assert_ne!(Some(again.await?), id);
    Ok(())
}

/// The proxy is one of this test, which says hello when everything has been queued.
#[tokio::test]
async fn what_is_sent_in_a_gap_can_be_kept() -> Result<()> {
    let listener = TcpListener::bind("localhost:0").await?;
    let channel = builder(listener.local_addr()?.port()).queue_in_gaps(10).start("chan")?;
    channel.send("12345").await?;
    channel.send("67890").await?;
    assert_eq!(channel.send("1").await, Err(Error::TooMuchQueued));
    let (stream, _) = within("a connection", listener.accept()).await??;
    let mut proxy = accept_async(stream).await?;
    let hello = r#"{"action":"status","source":"me","target":"me","maxMessageSize":5}"#;
    proxy.send(hello.into()).await?;
    for expected in [
        r#"{"action":"status","streams":1}"#,
        r#"{"action":"broadcast","data":"12345"}"#,
        r#"{"action":"broadcast","data":"67890"}"#,
    ] {
        let frame = within("a frame", proxy.next()).await?.context("the end")??;
        assert_eq!(frame.to_text()?, expected);
    }
    assert_eq!(channel.id().as_deref(), Some("me"));
    Ok(())
}

#[tokio::test]
async fn without_reconnect_a_loss_is_the_end() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut a = Member::join_with(builder(proxy.port()).no_reconnect(), "chan").await?;
    drop(proxy);
    let Event::Closed(closed) = a.next().await? else { bail!("the end") };
    assert_eq!(closed.code, 1006);
    assert!(matches!(closed.error, Some(Error::Lost { code: 1006, .. })), "{:?}", closed.error);
    assert!(a.events.next().await.is_none());
    assert_eq!(a.channel.send("x").await, Err(Error::Closed));
    Ok(())
}

#[tokio::test]
async fn a_proxy_may_start_after_its_program() -> Result<()> {
    let port = Proxy::start().await?.port();
    let channel = builder(port).max_delay(Duration::from_millis(50)).start("chan")?;
    let mut a = Member { events: channel.events(), channel };
    let Event::Reconnecting(gap) = a.next().await? else { bail!("an attempt has failed") };
    assert!(matches!(gap.error, Some(Error::ProxyNotRunning { .. })), "{gap:?}");
    let _proxy = within("the port", again(port)).await?;
    a.until("open", |event| matches!(event, Event::Open { .. }).then_some(())).await
}

#[tokio::test]
async fn who_takes_no_events_is_cut_and_sees_it() -> Result<()> {
    let proxy = Setup::new().flag("--max-queue-size", 1 << 20).start().await?;
    let mut a = Member::join(&proxy, "chan").await?;
    let slow = Member::join_with(builder(proxy.port()).no_reconnect(), "chan").await?;
    a.connected().await?;
    let sender = a.channel.clone();
    let flood = tokio::spawn(async move { while sender.send(vec![0; 1 << 18]).await.is_ok() {} });
    a.until("the cut", |event| matches!(event, Event::Disconnect(_)).then_some(())).await?;
    flood.abort();
    let mut slow = slow;
    let mut heard = 0;
    let closed = slow.until("the end", |event| match event {
        Event::Message { .. } => {
            heard += 1;
            None
        }
        Event::Closed(closed) => Some(closed.clone()),
        _ => None,
    });
    let closed = closed.await?;
    assert_eq!(closed.code, 1013);
    assert!(matches!(closed.error, Some(Error::SlowReader { .. })));
    assert!(heard >= 8, "{heard}: all that came before is there");
    Ok(())
}
