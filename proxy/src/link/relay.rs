//! Runs one link from HELLO to its end: it matches channels with the other side, and relays between
//! it and the shards.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::poll_fn;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;

use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, Sink, Stream, StreamExt};
use nws_core::{ChannelKey, Kept, Overdrawn, Share, StreamId};
use nws_matching::{Input, Output, PeerSlot, Role, SessionConfig};
use nws_protocol::limits::KEPT_LEAST;
use nws_protocol::link::{LinkFrame, Slot};
use nws_protocol::websocket::{Opcode, WholeFrame};
use nws_protocol::{ChannelName, ProxyId, Scope};
use tokio::task::coop::consume_budget;

use super::SharedContext;
use super::end::End;
use super::handshake::Secured;
use super::intake::Intake;
use super::matching::Matching;
use super::routes::{Routes, ShardEnds, ShardGone};
use super::socket::{LinkSocket, Outgoing};
use super::writer::{Control, ShardQueues, write};
use crate::mesh::{Link, Order, Partner};
use crate::shard::{AttachedLink, FromLink};
use crate::signal::Signal;
use crate::tls::SessionId;

/// Messages that are read before the orders of the mesh are looked at again.
const MESSAGES_PER_TURN: usize = 64;

/// Messages that are kept until the mesh has decided about the link. Before that the other side
/// sends no more than HELLO and one message of names.
const EARLY_MAX: usize = 8;

/// A frame from a socket, or its failure.
type Received = Result<WholeFrame, End>;

/// A connection whose handshake has just ended.
pub(super) struct Established {
    pub(super) socket: LinkSocket<Secured>,
    /// The proxy at the other end.
    pub(super) peer: ProxyId,
    pub(super) session: SessionId,
    pub(super) role: Role,
}

/// Serves a link to its end.
pub(super) async fn relay(context: SharedContext, link: Link, established: Established) {
    let partner = link.partner();
    let end = serve(Rc::clone(&context), link, established).await;
    if let Some(kind) = end.refused() {
        context.refusals.count(kind);
    }
    if matches!(end, End::Overdrawn(_)) && context.greedy.is_news(partner.source()) {
        partner.takes_too_much();
    }
    if end.is_misfit() {
        context.warn_refused(partner.proxy(), &[partner.address()], end.to_string());
    }
    partner.has_ended(end.fault_of_link(), &end);
}

async fn serve(context: SharedContext, link: Link, established: Established) -> End {
    let Established { socket, peer, session, role } = established;
    let intake = socket.get_ref().get_ref().0.reader().intake().clone();
    let config = SessionConfig::new(role, session, context.identity.id().clone(), peer);
    let halves = socket.split(intake.clone());
    exchange(context, link, config, intake, halves).await
}

/// Relays what comes from `stream`, and writes what is to be sent to `sink`, until one of them
/// ends.
pub(super) async fn exchange(
    context: SharedContext,
    link: Link,
    config: SessionConfig,
    intake: Intake,
    (sink, stream): (impl Sink<Outgoing, Error = End> + Unpin, impl Stream<Item = Received> + Unpin),
) -> End {
    let (control, queues, routes) = (Control::default(), ShardQueues::default(), Routes::default());
    let mut seed = [0; 32];
    if let Err(error) = getrandom::fill(&mut seed) {
        return error.into();
    }
    let broken = Arc::<Signal>::default();
    let is_overdrawn = Arc::clone(&broken);
    let share = context.accounts.share(link.partner().source(), move || is_overdrawn.give());
    let partner = link.partner();
    let relay = Relay {
        partner: Rc::clone(&partner),
        link,
        peer: config.peer.clone(),
        matching: Matching::new(config, seed, context.arithmetic.clone(), share.kept()),
        context,
        control: &control,
        queues: &queues,
        routes: &routes,
        broken,
        share,
        intake,
        has_waited: false,
    };
    // Each half is polled only when it was woken itself.
    let halves: [LocalBoxFuture<'_, _>; 2] =
        [Box::pin(relay.run(stream)), Box::pin(write(sink, &control, &queues, &routes, partner.traffic()))];
    match halves.into_iter().collect::<FuturesUnordered<_>>().next().await {
        Some(Err(end)) => end,
        None => End::Closed,
    }
}

/// The reading half of a link, and its decisions.
struct Relay<'a> {
    link: Link,
    partner: Rc<Partner>,
    peer: ProxyId,
    matching: Matching,
    context: SharedContext,
    control: &'a Control,
    /// The frames of the shards.
    queues: &'a ShardQueues,
    routes: &'a Routes,
    /// Given by a shard, or when `share` is overdrawn.
    broken: Arc<Signal>,
    /// The share of this link in the account.
    share: Share,
    intake: Intake,
    /// A shard had no room for something, and took it later.
    has_waited: bool,
}

impl Relay<'_> {
    async fn run(mut self, mut incoming: impl Stream<Item = Received> + Unpin) -> Result<Infallible, End> {
        for message in self.wait_for_start(&mut incoming).await? {
            self.on_message(message).await?;
        }
        loop {
            tokio::select! {
                biased;
                () = self.broken.given() => return Err(self.broken()),
                order = self.link.order() => self.on_order(order.ok_or(End::Stuck)?).await?,
                Some(outcome) = self.matching.computed() => {
                    outcome?;
                    self.apply_outputs().await?;
                }
                // Last: messages of the other side must not delay the decisions of this side.
                message = next(&self.share, &mut incoming) => {
                    self.on_messages(received(message)?, &mut incoming).await?;
                }
            }
        }
    }

    /// Waits until the mesh wants the link, and keeps the messages that come meanwhile. It reads
    /// them in order to notice the end of the link.
    async fn wait_for_start(
        &mut self,
        incoming: &mut (impl Stream<Item = Received> + Unpin),
    ) -> Result<VecDeque<WholeFrame>, End> {
        let mut early = VecDeque::new();
        loop {
            tokio::select! {
                message = incoming.next(), if early.len() < EARLY_MAX => {
                    early.push_back(received(message)?);
                    self.link.heard();
                }
                order = self.link.order() => {
                    let order = order.ok_or(End::Stuck)?;
                    let is_start = matches!(order, Order::Start);
                    self.on_order(order).await?;
                    if is_start {
                        return Ok(early);
                    }
                }
            }
        }
    }

    async fn on_order(&mut self, order: Order) -> Result<(), End> {
        match order {
            Order::Start => {}
            Order::Ping => {
                self.control.ping();
                // This side does not read, so the silence is not the other side's fault.
                if self.share.waits() {
                    self.link.heard();
                }
            }
            Order::Offer(channel) => self.matching.handle(Input::Offer(channel))?,
            Order::Linger(channel) => self.matching.handle(Input::Linger(channel))?,
            Order::Withdraw(channel) => {
                self.close(&channel).await?;
                self.matching.handle(Input::Withdraw(channel))?;
            }
            Order::Grant(count) => self.matching.handle(Input::Grant(count))?,
            Order::End(reason) => return Err(End::Ordered(reason)),
        }
        self.apply_outputs().await
    }

    /// Takes a message, and others that have come with it.
    async fn on_messages(
        &mut self,
        first: WholeFrame,
        incoming: &mut (impl Stream<Item = Received> + Unpin),
    ) -> Result<(), End> {
        self.link.heard();
        self.on_message(first).await?;
        for _ in 1..MESSAGES_PER_TURN {
            if std::mem::take(&mut self.has_waited) {
                // That may have taken long, and this side was silent to the mesh meanwhile.
                self.link.heard();
                break;
            }
            let Some(message) = next(&self.share, incoming).now_or_never() else { break };
            self.on_message(received(message)?).await?;
        }
        Ok(())
    }

    /// However many have come, other tasks have their turn after a few of them.
    async fn on_message(&mut self, WholeFrame { opcode, payload }: WholeFrame) -> Result<(), End> {
        consume_budget().await;
        self.intake.has_message();
        self.partner.traffic().received.count(payload.len());
        match opcode {
            Opcode::Binary => self.on_frame(payload).await,
            Opcode::Ping => {
                self.intake.takes_frame()?;
                self.control.pong(payload);
                Ok(())
            }
            Opcode::Pong => {
                self.partner.traffic().pong();
                Ok(self.intake.takes_frame()?)
            }
            Opcode::Close => Err(End::Closed),
            Opcode::Text | Opcode::Continuation => Err(End::Message),
        }
    }

    async fn on_frame(&mut self, message: Vec<u8>) -> Result<(), End> {
        let frame = LinkFrame::parse(&message)?;
        // LEAVE does not count: there are no more of them than slots.
        if !matches!(frame, LinkFrame::Leave { .. }) {
            self.intake.takes_frame()?;
        }
        match frame {
            LinkFrame::Data { slot, .. } | LinkFrame::Credit { slot, .. } if !self.routes.has(slot) => {
                self.drop_late(slot)
            }
            LinkFrame::Data { slot, .. } => {
                let kept = self.keep(message.len())?;
                self.pass_on(slot, |stream| FromLink::Data { stream, frame: message, kept }).await
            }
            LinkFrame::Credit { slot, bytes } => {
                self.pass_on(slot, |stream| FromLink::Credit { stream, bytes }).await
            }
            LinkFrame::Unknown => Ok(()),
            LinkFrame::Hello(_)
            | LinkFrame::Blind { .. }
            | LinkFrame::Eval { .. }
            | LinkFrame::Tags { .. }
            | LinkFrame::Leave { .. } => {
                self.matching.handle(Input::Frame(&message))?;
                self.apply_outputs().await
            }
        }
    }

    /// Applies the outputs of the matching.
    async fn apply_outputs(&mut self) -> Result<(), End> {
        while let Some(output) = self.matching.poll_output()? {
            match output {
                Output::Send(frame) => self.control.frame(frame),
                Output::Ready => self.offer_all()?,
                Output::Waiting(count) => self.link.ask(count),
                // The matching itself does this.
                Output::Work(_) => {}
                Output::Matched { channel, own, peer } => {
                    self.open(channel.clone(), (own, peer)).await?;
                    self.link.shared(channel, true);
                }
                Output::Left { channel, .. } => {
                    self.link.shared(channel.clone(), false);
                    self.close(&channel).await?;
                }
                Output::Searched { channel } => self.link.searched(channel),
                Output::Exhausting => self.link.exhausting(),
            }
        }
        Ok(())
    }

    /// Passes all offers of this moment to the matching, before it sends anything for one of them.
    fn offer_all(&mut self) -> Result<(), End> {
        let mut offers = self.link.ready().into_iter().map(Input::Offer);
        offers.try_for_each(|offer| self.matching.handle(offer))
    }

    /// Counts so many bytes that wait until a shard takes them.
    fn keep(&self, bytes: usize) -> Result<Option<Kept>, End> {
        if bytes <= KEPT_LEAST {
            return Ok(None);
        }
        let mut kept = self.share.kept();
        kept.set(bytes)?;
        Ok(Some(kept))
    }

    async fn open(&mut self, channel: ChannelName, slots: (Slot, Slot)) -> Result<(), End> {
        self.link.matched();
        self.intake.lift_allowance();
        let key = ChannelKey { scope: Scope::Network, name: channel.clone() };
        let (shard, digest) = self.context.shards.number_of(&key);
        tracing::debug!(peer = %self.peer, channel = %digest, "a channel is matched");
        if let Some((ShardEnds { from, to }, queues)) = self.routes.connect(shard) {
            self.queues.add(queues);
            let (broken, share) = (Arc::clone(&self.broken), self.share.clone());
            let link = AttachedLink { proxy: self.peer.clone(), share, from, to, broken };
            self.context.shards.numbered(shard).link(link).await;
        }
        self.routes.open(channel, slots, shard).await.map_err(|ShardGone| self.broken())
    }

    /// One side has left a channel.
    async fn close(&mut self, channel: &ChannelName) -> Result<(), End> {
        self.routes.close(channel).await.map_err(|ShardGone| self.broken())
    }

    /// Passes on what belongs to a slot of the other side.
    async fn pass_on(
        &mut self,
        their_slot: Slot,
        event: impl FnOnce(StreamId) -> FromLink,
    ) -> Result<(), End> {
        self.has_waited |= self.routes.pass_on(their_slot, event).await.map_err(|ShardGone| self.broken())?;
        Ok(())
    }

    /// Drops what was on its way when a channel was left. Nothing else may come without a stream.
    fn drop_late(&self, their_slot: Slot) -> Result<(), End> {
        match self.matching.peer_slot(their_slot) {
            PeerSlot::Unmatched => Err(End::Unmatched),
            PeerSlot::Matched { .. } | PeerSlot::Left => Ok(()),
        }
    }

    /// The reason for the signal `broken`.
    fn broken(&self) -> End {
        if self.share.is_overdrawn() { End::Overdrawn(Overdrawn) } else { End::Broken }
    }
}

/// The next message, once there is room for what it makes this proxy keep.
async fn next<S: Stream + Unpin>(share: &Share, stream: &mut S) -> Option<S::Item> {
    poll_fn(|context| match share.poll_room(context) {
        Poll::Ready(()) => stream.poll_next_unpin(context),
        Poll::Pending => Poll::Pending,
    })
    .await
}

fn received(message: Option<Received>) -> Received {
    message.ok_or(End::Closed)?
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use futures_util::{FutureExt, stream};
    use nws_core::{Account, AccountLimits};

    use super::*;

    #[test]
    fn a_link_is_not_read_while_another_that_is_overdrawn_takes_the_room() {
        let account = Account::with(AccountLimits { kept: 100, memory: 110, last: 110, little: 0 });
        let [honest, greedy] = [1, 2].map(|n| account.share(Ipv4Addr::new(10, 0, 0, n).into(), || {}));
        let (mut kept, mut leaving) = (honest.kept(), greedy.kept());
        assert_eq!((kept.set(20), leaving.set(100)), (Ok(()), Err(Overdrawn)));
        let mut messages = stream::iter([1, 2]);
        assert_eq!(next(&honest, &mut messages).now_or_never(), None);
        // The stream is read to its end.
        assert_eq!(next(&greedy, &mut messages).now_or_never(), Some(Some(1)));
        assert!(honest.waits() && !greedy.waits());
        drop(leaving);
        assert_eq!(next(&honest, &mut messages).now_or_never(), Some(Some(2)));
        assert!(!honest.is_overdrawn() && !honest.waits());
    }
}
