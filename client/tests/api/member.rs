//! A channel whose events are waited for.

use anyhow::{Context, Result, bail};
use networkwebsockets::{Builder, Channel, Event, Events, Peer};
use nws_tests::{Proxy, within};

/// One member of a channel.
pub(crate) struct Member {
    pub(crate) channel: Channel,
    pub(crate) events: Events,
}

pub(crate) fn builder(port: u16) -> Builder {
    Channel::builder().endpoint(&format!("ws://localhost:{port}"))
}

impl Member {
    /// Joins, and waits until all who are here are known.
    pub(crate) async fn join(proxy: &Proxy, name: &str) -> Result<Self> {
        Self::join_with(builder(proxy.port()), name).await
    }

    pub(crate) async fn join_with(builder: Builder, name: &str) -> Result<Self> {
        let channel = within("the channel", builder.open(name)).await??;
        let events = channel.events();
        let mut member = Self { channel, events };
        member.until("sync", |event| matches!(event, Event::Sync { .. }).then_some(())).await?;
        Ok(member)
    }

    /// Two members that know each other, and the peer that each sees.
    pub(crate) async fn pair(proxy: &Proxy, name: &str) -> Result<[(Self, Peer); 2]> {
        let mut first = Self::join(proxy, name).await?;
        let second = Self::join(proxy, name).await?;
        let peer = first.connected().await?;
        let other = second.channel.peers().first().cloned().context("a peer")?;
        Ok([(first, peer), (second, other)])
    }

    /// The next event.
    pub(crate) async fn next(&mut self) -> Result<Event> {
        within("an event", self.events.next()).await?.context("the events have ended")
    }

    /// The first event that `wanted` takes. Those before it are dropped.
    pub(crate) async fn until<T>(
        &mut self,
        what: &str,
        mut wanted: impl FnMut(&Event) -> Option<T>,
    ) -> Result<T> {
        loop {
            let event = within(what, self.events.next()).await?.context("the events have ended")?;
            if let Some(found) = wanted(&event) {
                return Ok(found);
            }
        }
    }

    pub(crate) async fn connected(&mut self) -> Result<Peer> {
        match self.next().await? {
            Event::Connect(peer) => Ok(peer),
            other => bail!("{other:?} instead of a peer"),
        }
    }

    /// The next message: its sender, its text or its bytes as text, and whether it was for this one only.
    pub(crate) async fn message(&mut self) -> Result<(Peer, String, bool)> {
        self.until("a message", |event| match event {
            Event::Message { from, data, direct } => {
                let text = String::from_utf8_lossy(data.as_bytes()).into_owned();
                Some((from.clone(), text, *direct))
            }
            _ => None,
        })
        .await
    }
}
