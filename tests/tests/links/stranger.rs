//! Somebody who finds out about channels as a proxy does, by the crate that proxies use.

use anyhow::{Context, Result};
use nws_matching::{Input, Output, Session, SessionConfig};
use nws_protocol::ChannelName;
use nws_protocol::link::{LinkFrame, Record, Slot};
use nws_tests::within;
use rustls::crypto::aws_lc_rs::default_provider;

use crate::frames::{Kind, is_settled, slots};
use crate::wire::Wire;

/// A proxy in all that matching is about. It grants every evaluation at once.
pub(crate) struct Stranger {
    pub(crate) wire: Wire,
    session: Session,
    /// The channels that are matched, and the own slots of them.
    pub(crate) matched: Vec<(String, Slot)>,
    /// Every frame that it has sent.
    pub(crate) said: Vec<Vec<u8>>,
    /// Every frame that it has got.
    pub(crate) heard: Vec<Vec<u8>>,
}

impl Stranger {
    /// In these channels.
    pub(crate) fn new(wire: Wire, names: &[impl AsRef<str>]) -> Result<Self> {
        let mut session = session(&wire)?;
        for name in names {
            session.handle(Input::Offer(ChannelName::new(name.as_ref())?))?;
        }
        Ok(Self { wire, session, matched: Vec::new(), said: Vec::new(), heard: Vec::new() })
    }

    /// Speaks until each side has sent a tag for every slot that it has asked for.
    pub(crate) async fn settle(&mut self) -> Result<()> {
        self.until(|it| is_settled(&it.said) && is_settled(&it.heard)).await
    }

    /// Speaks until something holds.
    pub(crate) async fn until(&mut self, holds: impl Fn(&Self) -> bool) -> Result<()> {
        let hear = async {
            self.follow().await?;
            while !holds(self) {
                self.hear().await?;
            }
            Ok(())
        };
        within("the end of matching", hear).await?
    }

    /// Takes one frame, and says what there is to say to it.
    pub(crate) async fn hear(&mut self) -> Result<()> {
        let frame = self.wire.receive().await?.context("the proxy has closed")?;
        self.take(frame).await
    }

    /// Says what there is to say to a frame.
    pub(crate) async fn take(&mut self, frame: Vec<u8>) -> Result<()> {
        if !matches!(LinkFrame::parse(&frame)?, LinkFrame::Data { .. } | LinkFrame::Credit { .. }) {
            self.session.handle(Input::Frame(&frame))?;
        }
        self.heard.push(frame);
        self.follow().await
    }

    /// How many of its own slots the other side has evaluated.
    pub(crate) fn granted(&self) -> usize {
        slots(&self.heard, Kind::Eval)
    }

    /// Says a record in the channel that was matched first.
    pub(crate) async fn tell(&mut self, record: Record<'_>) -> Result<()> {
        self.stream(&record.to_bytes()).await
    }

    /// Sends bytes in the stream of the channel that was matched first.
    pub(crate) async fn stream(&mut self, bytes: &[u8]) -> Result<()> {
        let (_, slot) = *self.matched.first().context("nothing is matched")?;
        self.say(LinkFrame::Data { slot, bytes }.to_bytes()).await
    }

    async fn say(&mut self, frame: Vec<u8>) -> Result<()> {
        self.said.push(frame.clone());
        self.wire.put(frame.into()).await
    }

    async fn follow(&mut self) -> Result<()> {
        while let Some(output) = self.session.poll_output() {
            match output {
                Output::Send(frame) => self.say(frame).await?,
                Output::Waiting(count) => self.session.handle(Input::Grant(count))?,
                Output::Work(work) => self.session.handle(Input::Done(work.run()))?,
                Output::Matched { channel, own, .. } => self.matched.push((channel.as_str().to_owned(), own)),
                Output::Left { own, .. } => self.matched.retain(|(_, slot)| *slot != own),
                Output::Searched { .. } | Output::Ready | Output::Exhausting => {}
            }
        }
        Ok(())
    }
}

/// A session for the link that `wire` is.
pub(crate) fn session(wire: &Wire) -> Result<Session> {
    let mut seed = [0; 32];
    default_provider().secure_random.fill(&mut seed).ok().context("no random numbers")?;
    Ok(Session::new(SessionConfig::new(wire.role, wire.sid, wire.own.clone(), wire.peer.clone()), seed))
}
