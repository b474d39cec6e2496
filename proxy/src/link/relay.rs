//! One link from HELLO to its end: matching with the other side, and relaying between it and the shards.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::future::poll_fn;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;

use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{Sink, Stream, StreamExt};
use nws_core::{ChannelKey, Kept, Overdrawn, Share};
use nws_matching::{Finished, Input, Output, PeerSlot, Role, Session, SessionConfig, Work};
use nws_protocol::limits::{KEPT_LEAST, KEPT_PER_SLOT, LINK_FRAME_EARLY_MAX};
use nws_protocol::link::{LinkFrame, Slot};
use nws_protocol::{ChannelName, ProxyId, Scope};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinError;
use tokio::task::coop::consume_budget;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::SharedContext;
use super::end::End;
use super::intake::Intake;
use super::piece::Piece;
use super::socket::Socket;
use super::writer::{Control, Ports, write};
use crate::guard::guarded;
use crate::mesh::{Link, Order};
use crate::shard::{FromLink, LinkEnd};
use crate::tls::SessionId;

/// Frames of each shard that may wait to be written. What does not fit waits in their outboxes, where it
/// counts.
const TO_LINK: usize = 8;

/// What may wait for a shard. While it is full the link is not read.
const FROM_LINK: usize = 64;

/// Messages that are kept while it is not decided whether the link is wanted. The other side says no more
/// than HELLO and the names of one message.
const EARLY_MAX: usize = 8;

/// Slots of a piece of work up to which it is done at once: it takes a millisecond or two then, less than
/// a hand-over is worth.
const INLINE_MAX: usize = 16;

/// What a socket gives.
type Received = Result<Message, Error>;

/// A connection that has just been made.
pub(super) struct Fresh {
    pub(super) socket: Socket,
    /// Who is at the other end.
    pub(super) peer: ProxyId,
    pub(super) session: SessionId,
    pub(super) role: Role,
}

/// Serves a link to its end.
pub(super) async fn relay(context: SharedContext, link: Link, fresh: Fresh) {
    let partner = link.partner();
    let end = serve(Rc::clone(&context), link, fresh).await;
    if let Some(kind) = end.refused() {
        context.refusals.count(kind);
    }
    if matches!(end, End::Overdrawn(_)) && context.greedy.is_news(partner.source()) {
        partner.takes_too_much();
    }
    partner.has_ended(&end);
}

async fn serve(context: SharedContext, link: Link, fresh: Fresh) -> End {
    let Fresh { socket, peer, session, role } = fresh;
    let intake = socket.get_ref().get_ref().0.intake().clone();
    let config = SessionConfig::new(role, session, context.identity.id().clone(), peer);
    exchange(context, link, config, intake, socket.split()).await
}

/// Passes on what comes from `stream`, and what is to be said to `sink`, until one of them ends.
pub(super) async fn exchange(
    context: SharedContext,
    link: Link,
    config: SessionConfig,
    intake: Intake,
    (sink, stream): (impl Sink<Message, Error = Error> + Unpin, impl Stream<Item = Received> + Unpin),
) -> End {
    let (control, outgoing) = (Control::default(), Ports::default());
    let mut seed = [0; 32];
    if let Err(error) = getrandom::fill(&mut seed) {
        return error.into();
    }
    let broken = Arc::<Notify>::default();
    let bell = Arc::clone(&broken);
    let share = context.account.share(link.partner().source(), move || bell.notify_one());
    let relay = Relay {
        link,
        peer: config.peer.clone(),
        session: Session::new(config, seed),
        context,
        control: &control,
        outgoing: &outgoing,
        ports: HashMap::new(),
        slots: HashMap::new(),
        broken,
        asked: 0,
        kept_for_asked: share.kept(),
        share,
        works: FuturesUnordered::new(),
        intake,
    };
    let Err(end) = tokio::select! {
        outcome = relay.run(stream) => outcome,
        outcome = write(sink, &control, &outgoing) => outcome,
    };
    end
}

/// The reading half of a link, and its decisions.
struct Relay<'a> {
    link: Link,
    peer: ProxyId,
    session: Session,
    context: SharedContext,
    control: &'a Control,
    /// What the shards send.
    outgoing: &'a Ports,
    /// The shards that this link has channels of, by their numbers.
    ports: HashMap<usize, mpsc::Sender<FromLink>>,
    /// The channels that are matched, by the own slot, and the numbers of their shards.
    slots: HashMap<Slot, (ChannelName, usize)>,
    /// Rung by a shard, or because `share` is the largest of too much.
    broken: Arc<Notify>,
    /// What is kept because of this link.
    share: Share,
    /// Slots that the other side has asked for.
    asked: usize,
    kept_for_asked: Kept,
    /// At most one piece of each kind.
    works: FuturesUnordered<LocalBoxFuture<'static, Result<Finished, JoinError>>>,
    intake: Intake,
}

impl Relay<'_> {
    async fn run(mut self, mut stream: impl Stream<Item = Received> + Unpin) -> Result<Infallible, End> {
        for message in self.wait_for_start(&mut stream).await? {
            self.on_message(message).await?;
        }
        loop {
            tokio::select! {
                message = next(&self.share, &mut stream) => self.on_message(received(message)?).await?,
                order = self.link.order() => self.obey(order.ok_or(End::Stuck)?).await?,
                Some(finished) = self.works.next() => {
                    self.enter(Input::Done(finished?))?;
                    self.follow().await?;
                }
                () = self.broken.notified() => return Err(self.broken()),
            }
        }
    }

    /// Waits until it is decided that the link is wanted, and keeps what comes meanwhile: above all its
    /// end is to be noticed.
    async fn wait_for_start(
        &mut self,
        stream: &mut (impl Stream<Item = Received> + Unpin),
    ) -> Result<VecDeque<Message>, End> {
        let mut early = VecDeque::new();
        loop {
            tokio::select! {
                message = stream.next(), if early.len() < EARLY_MAX => {
                    let message = received(message)?;
                    if message.len() > LINK_FRAME_EARLY_MAX {
                        return Err(End::Message);
                    }
                    self.link.heard();
                    early.push_back(message);
                }
                order = self.link.order() => {
                    let order = order.ok_or(End::Stuck)?;
                    let is_start = matches!(order, Order::Start);
                    self.obey(order).await?;
                    if is_start {
                        return Ok(early);
                    }
                }
            }
        }
    }

    async fn obey(&mut self, order: Order) -> Result<(), End> {
        match order {
            Order::Start => {}
            Order::Ping => {
                self.control.ping();
                // Whoever is not listened to is not silent.
                if self.share.waits() {
                    self.link.heard();
                }
            }
            Order::Offer(channel) => self.enter(Input::Offer(channel))?,
            Order::Linger(channel) => self.enter(Input::Linger(channel))?,
            Order::Withdraw(channel) => {
                if let Some(slot) = self.slot_of(&channel) {
                    self.part(slot).await?;
                }
                self.enter(Input::Withdraw(channel))?;
            }
            Order::Grant(count) => self.enter(Input::Grant(count))?,
            Order::End(reason) => return Err(End::Ordered(reason)),
        }
        self.follow().await
    }

    /// However many have come, others have their turn after some of them.
    async fn on_message(&mut self, message: Message) -> Result<(), End> {
        consume_budget().await;
        self.intake.has_message();
        self.link.heard();
        match message {
            Message::Binary(bytes) => self.on_frame(bytes).await,
            Message::Ping(_) | Message::Pong(_) => Ok(self.intake.takes_frame()?),
            Message::Close(_) => Err(End::Closed),
            Message::Text(_) | Message::Frame(_) => Err(End::Message),
        }
    }

    async fn on_frame(&mut self, message: Bytes) -> Result<(), End> {
        if !self.intake.is_friend() && message.len() > LINK_FRAME_EARLY_MAX {
            return Err(End::Message);
        }
        let frame = LinkFrame::parse(&message)?;
        // Of those there are no more than slots.
        if !matches!(frame, LinkFrame::Leave { .. }) {
            self.intake.takes_frame()?;
        }
        match frame {
            LinkFrame::Data { slot, bytes } => match self.own_slot(slot)? {
                Some(slot) => {
                    let Piece { bytes, memory } = Piece::of(&message, bytes);
                    let kept = self.keep(memory)?;
                    self.tell(slot, FromLink::Data { slot, bytes, kept }).await
                }
                None => Ok(()),
            },
            LinkFrame::Credit { slot, bytes } => match self.own_slot(slot)? {
                Some(slot) => self.tell(slot, FromLink::Credit { slot, bytes }).await,
                None => Ok(()),
            },
            LinkFrame::Unknown => Ok(()),
            LinkFrame::Hello(_)
            | LinkFrame::Blind { .. }
            | LinkFrame::Eval { .. }
            | LinkFrame::Tags { .. }
            | LinkFrame::Leave { .. } => {
                self.enter(Input::Frame(&message))?;
                self.follow().await
            }
        }
    }

    fn enter(&mut self, input: Input<'_>) -> Result<(), End> {
        Ok(guarded(|| self.session.handle(input))?)
    }

    /// Does what the session wants done.
    async fn follow(&mut self) -> Result<(), End> {
        while let Some(output) = guarded(|| self.session.poll_output()) {
            match output {
                Output::Send(frame) => self.control.frame(frame),
                Output::Ready => self.offer_all()?,
                Output::Waiting(count) => self.ask(count)?,
                Output::Work(work) => self.work(work)?,
                Output::Matched { channel, own, .. } => {
                    self.start(channel.clone(), own).await?;
                    self.link.shared(channel, true);
                }
                Output::Left { channel, own, .. } => {
                    self.link.shared(channel, false);
                    self.part(own).await?;
                }
                Output::Searched { channel } => self.link.searched(channel),
                Output::Exhausting => self.link.exhausting(),
            }
        }
        Ok(())
    }

    /// Offers what there is at this moment, before anything of it is sent.
    fn offer_all(&mut self) -> Result<(), End> {
        let mut offers = self.link.ready().into_iter().map(Input::Offer);
        offers.try_for_each(|offer| self.enter(offer))
    }

    fn ask(&mut self, count: usize) -> Result<(), End> {
        self.asked += count;
        self.kept_for_asked.set(self.asked * KEPT_PER_SLOT)?;
        self.link.ask(count);
        Ok(())
    }

    /// So many bytes wait until a shard hears them.
    fn keep(&self, bytes: usize) -> Result<Option<Kept>, End> {
        if bytes <= KEPT_LEAST {
            return Ok(None);
        }
        let mut kept = self.share.kept();
        kept.set(bytes)?;
        Ok(Some(kept))
    }

    fn work(&mut self, work: Work) -> Result<(), End> {
        if work.weight() <= INLINE_MAX {
            return self.enter(Input::Done(work.run()));
        }
        self.works.push(Box::pin(self.context.arithmetic.clone().run(move || work.run())));
        Ok(())
    }

    async fn start(&mut self, channel: ChannelName, slot: Slot) -> Result<(), End> {
        self.link.matched();
        self.intake.befriend();
        let key = ChannelKey { scope: Scope::Network, name: channel.clone() };
        let (shard, digest) = self.context.shards.number_of(&key);
        tracing::debug!(peer = %self.peer, channel = %digest, "a channel is matched");
        if !self.ports.contains_key(&shard) {
            let (sender, from) = mpsc::channel(FROM_LINK);
            let (to, from_shard) = mpsc::channel(TO_LINK);
            self.outgoing.add(from_shard);
            let (broken, share) = (Arc::clone(&self.broken), self.share.clone());
            let end = LinkEnd { proxy: self.peer.clone(), share, from, to, broken };
            self.context.shards.numbered(shard).link(end).await;
            self.ports.insert(shard, sender);
        }
        let life = self.control.lives.begin(slot);
        self.slots.insert(slot, (channel.clone(), shard));
        self.tell(slot, FromLink::Matched { slot, life, channel }).await
    }

    /// A channel is left, by whichever side.
    async fn part(&mut self, slot: Slot) -> Result<(), End> {
        self.control.lives.end(slot);
        self.tell(slot, FromLink::Parted { slot }).await?;
        self.slots.remove(&slot);
        Ok(())
    }

    async fn tell(&self, slot: Slot, what: FromLink) -> Result<(), End> {
        let port = self.slots.get(&slot).and_then(|(_, shard)| self.ports.get(shard));
        match port {
            Some(port) => port.send(what).await.map_err(|_| self.broken()),
            None => Ok(()),
        }
    }

    /// Why a shard, or whoever else rang, wants no more of this link.
    fn broken(&self) -> End {
        if self.share.is_overdrawn() { End::Overdrawn(Overdrawn) } else { End::Broken }
    }

    fn slot_of(&self, channel: &ChannelName) -> Option<Slot> {
        self.slots.iter().find(|(_, (name, _))| name == channel).map(|(&slot, _)| slot)
    }

    /// Our slot for the channel of one of theirs; `None` for one that was left.
    fn own_slot(&self, theirs: Slot) -> Result<Option<Slot>, End> {
        match self.session.peer_slot(theirs) {
            PeerSlot::Matched { own } => Ok(Some(own)),
            PeerSlot::Left => Ok(None),
            PeerSlot::Unmatched => Err(End::Unmatched),
        }
    }
}

/// The next message, when there is room for what it makes this proxy keep.
async fn next<S: Stream + Unpin>(share: &Share, stream: &mut S) -> Option<S::Item> {
    poll_fn(|context| match share.poll_room(context) {
        Poll::Ready(()) => stream.poll_next_unpin(context),
        Poll::Pending => Poll::Pending,
    })
    .await
}

fn received(message: Option<Received>) -> Result<Message, End> {
    Ok(message.ok_or(End::Closed)??)
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
        // It is read to its end.
        assert_eq!(next(&greedy, &mut messages).now_or_never(), Some(Some(1)));
        assert!(honest.waits() && !greedy.waits());
        drop(leaving);
        assert_eq!(next(&honest, &mut messages).now_or_never(), Some(Some(2)));
        assert!(!honest.is_overdrawn() && !honest.waits());
    }
}
