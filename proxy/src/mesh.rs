//! Drives the state machine of the links to other proxies: it hears what happens to them, and passes on
//! what it decides.
//!
//! Everything here is on one thread, so an input is obeyed before the next one comes.

mod isolation;
mod link;
mod named;
mod partner;

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use nws_core::{DialId, LinkId, MeshConfig, MeshInput, MeshOutput, Target};
use nws_matching::{LinkKey, RateLimits, RateLimitsConfig};
use nws_protocol::limits::LINK_SLOTS_LIVE;
use nws_protocol::{ChannelName, ProxyId};
use slotmap::{Key, KeyData, SlotMap};
use tokio::sync::{Notify, mpsc};
use tokio::task::AbortHandle;
use tokio::time::sleep_until;

use crate::discovery::{Discovery, Sighting};
use crate::error::Error;
use crate::guard::guarded;
use crate::patience::NEVER;
use crate::places;
use crate::shard::{News, ShardHandles, Untold};

pub(crate) use link::Link;
pub(crate) use nws_core::LinkCloseReason;
pub(crate) use partner::{Found, Partner};

use isolation::Isolation;
use named::NamedProxies;
use partner::LinkTally;

/// Orders that may wait for a link. One turn of the state machine gives hardly more than one for each slot, so a link for which
/// more wait is stuck, and ended.
const ORDERS: usize = 2 * LINK_SLOTS_LIVE as usize;

/// Characters of a name below which it is likely to be in a dictionary, or to be found by trying all.
const GUESSABLE: usize = 12;

/// What a link is to do.
#[derive(Clone, Debug)]
pub(crate) enum Order {
    /// Send HELLO.
    Start,
    /// Make the other side answer.
    Ping,
    /// Find out whether the other side knows this channel.
    Offer(ChannelName),
    /// Look for it no more where that has not begun.
    Linger(ChannelName),
    /// Offer it no more.
    Withdraw(ChannelName),
    /// Do so many evaluations.
    Grant(usize),
    /// End.
    End(LinkCloseReason),
}

/// Who dials.
pub(crate) type Dialer = dyn Fn(&Rc<Mesh>, DialId, Destination) -> Option<AbortHandle>;

/// Where to dial, and who is expected there, if that is known.
#[derive(Clone, Debug)]
pub(crate) struct Destination {
    /// Who has to answer.
    pub(crate) proxy: Option<ProxyId>,
    /// Where.
    pub(crate) addresses: Vec<SocketAddr>,
}

/// All links, and whom to dial.
pub(crate) struct Mesh {
    own: ProxyId,
    core: RefCell<nws_core::Mesh>,
    rate_limits: RefCell<RateLimits>,
    links: RefCell<SlotMap<LinkId, mpsc::Sender<Order>>>,
    dialing: RefCell<HashMap<DialId, (AbortHandle, Goal)>>,
    named: RefCell<NamedProxies>,
    told: Rc<LinkTally>,
    dialer: Box<Dialer>,
    /// Rung when the network is to be asked who is there.
    questions: Arc<Notify>,
    /// Which proxies are in which channel, for the shards.
    searched: Untold<Vec<ProxyId>>,
    /// Wakes the driver when its timer is too late.
    earlier: Notify,
    due: Cell<Option<Instant>>,
    /// When the rate limits have more. Kept, because many may wait for them, and something is heard all the time.
    rate_limits_due: Cell<Option<Instant>>,
    /// The user has been told of weak names.
    hinted: Cell<bool>,
    isolation: Isolation,
}

/// Whom a dial is to reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goal {
    Announced,
    Named(usize),
}

/// A connection that is about to become a link.
pub(crate) struct Candidate {
    /// Who is at the other end.
    pub(crate) proxy: ProxyId,
    /// Where it is.
    pub(crate) address: SocketAddr,
    /// Whether that is a network of ours.
    pub(crate) is_on_link: bool,
    /// The dial that this is, if it is one.
    pub(crate) dial: Option<DialId>,
}

impl Mesh {
    /// No links yet, for the proxy `own`. It rings `questions` when the network is to be asked who is there.
    pub(crate) fn new(own: ProxyId, dialer: Box<Dialer>, questions: Arc<Notify>) -> Result<Rc<Self>, Error> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        let config = MeshConfig { links_max: places::links_max(), ..MeshConfig::default() };
        Ok(Rc::new(Self {
            core: RefCell::new(nws_core::Mesh::new(config, own.clone(), seed)),
            own,
            rate_limits: RefCell::new(RateLimits::new(RateLimitsConfig::default())),
            links: RefCell::default(),
            dialing: RefCell::default(),
            named: RefCell::default(),
            told: Rc::new(LinkTally::new()),
            dialer,
            questions,
            searched: Untold::default(),
            earlier: Notify::new(),
            due: Cell::new(None),
            rate_limits_due: Cell::new(None),
            hinted: Cell::new(false),
            isolation: Isolation::new(),
        }))
    }

    /// Keeps time, and hears which channels have members and which proxies are around, for ever.
    pub(crate) async fn drive(self: Rc<Self>, news: &mut mpsc::Receiver<News>, discovery: &mut Discovery) {
        loop {
            debug_assert_eq!(self.rate_limits_due.get(), self.rate_limits.borrow().poll_timeout());
            let due = self.due().unwrap_or_else(|| Instant::now() + NEVER);
            self.due.set(Some(due));
            tokio::select! {
                biased;
                () = self.earlier.notified() => {}
                Some(News { channel, is_open }) = news.recv() => match is_open {
                    true => self.open(channel),
                    false => self.input(MeshInput::Closed { channel }),
                },
                () = sleep_until(due.into()) => self.time_out(),
                // Last: a flood of lies must not keep it from the rest.
                sighting = discovery.next() => self.sight(sighting),
            }
        }
    }

    /// Tells shards which of their channels other proxies do not hear of, for ever.
    pub(crate) async fn tell_isolated(&self, shards: &ShardHandles) {
        self.isolation.tell(shards).await;
    }

    /// Tells shards which proxies are in their channels, as soon as that is known, for ever.
    pub(crate) async fn tell_searched(&self, shards: &ShardHandles) {
        loop {
            for (channel, found) in self.searched.some().await {
                shards.searched(channel, found).await;
            }
        }
    }

    /// Ends all links.
    pub(crate) fn shut_down(self: &Rc<Self>) {
        self.input(MeshInput::Shutdown);
    }

    /// Whether somebody at `address` may have a handshake now.
    pub(crate) fn admit(&self, address: SocketAddr, is_on_link: bool) -> bool {
        let source = address.ip().to_canonical();
        guarded(|| self.rate_limits.borrow_mut().handshake(source, is_on_link, Instant::now()))
    }

    /// Somebody has answered a dial, whatever comes of it.
    pub(crate) fn dial_answered(self: &Rc<Self>, dial: DialId) {
        self.input(MeshInput::Answered { dial });
    }

    /// A dial has found `proxy` at `address`, where another one was expected.
    pub(crate) fn found(self: &Rc<Self>, proxy: ProxyId, address: SocketAddr) {
        self.input(MeshInput::Seen { proxy, addresses: vec![address] });
    }

    /// A dial has led nowhere, for this reason.
    pub(crate) fn dial_failed(self: &Rc<Self>, dial: DialId, reason: &str) {
        self.end_dial(dial, Err(reason));
        self.input(MeshInput::DialFailed { dial });
    }

    /// A dial has led to somebody else.
    pub(crate) fn dial_misled(self: &Rc<Self>, dial: DialId) {
        self.dialing.borrow_mut().remove(&dial);
        self.input(MeshInput::Stranger { dial });
    }

    /// A dial has led back to this proxy.
    pub(crate) fn dial_returned(self: &Rc<Self>, dial: DialId) {
        self.end_dial(dial, Err("it is this proxy itself"));
        self.input(MeshInput::Own { dial });
    }

    /// A connection has become a link.
    pub(crate) fn connected(self: &Rc<Self>, candidate: Candidate) -> Link {
        let Candidate { proxy, address, is_on_link, dial } = candidate;
        let (sender, orders) = mpsc::channel(ORDERS);
        let id = self.links.borrow_mut().insert(sender);
        let found = dial.map_or(Found::Dialled, |dial| self.end_dial(dial, Ok(())));
        let partner = Rc::new(Partner::new(proxy.clone(), address, found, Rc::clone(&self.told)));
        let source = address.ip().to_canonical();
        guarded(|| self.rate_limits.borrow_mut().open(key(id), source, is_on_link));
        self.input(MeshInput::Connected { link: id, proxy, source, dial });
        Link { mesh: Rc::clone(self), id, partner, orders, later: VecDeque::new() }
    }

    /// How whoever was dialled had been found.
    fn end_dial(&self, dial: DialId, outcome: Result<(), &str>) -> Found {
        let mut named = self.named.borrow_mut();
        match self.dialing.borrow_mut().remove(&dial) {
            Some((_, Goal::Named(index))) => {
                match outcome {
                    Ok(()) => named.reached(index),
                    Err(reason) => named.failed(index, reason),
                }
                named.peer(index).map_or(Found::Mdns, |peer| Found::Named(peer.clone()))
            }
            Some((_, Goal::Announced)) | None => Found::Mdns,
        }
    }

    fn open(self: &Rc<Self>, channel: ChannelName) {
        if channel.as_str().len() < GUESSABLE && !self.hinted.replace(true) {
            tracing::info!("a channel with a short name is offered on the network: who guesses it can join");
        }
        self.input(MeshInput::Opened { channel });
    }

    fn sight(self: &Rc<Self>, sighting: Sighting) {
        match sighting {
            Sighting::Seen { proxy, addresses } => self.input(MeshInput::Seen { proxy, addresses }),
            Sighting::Gone { proxy } => self.input(MeshInput::Gone { proxy }),
            Sighting::Named { peer, addresses } => {
                let new = self.named.borrow_mut().sight(peer, addresses);
                if let Some(peer) = new {
                    self.input(MeshInput::Peer { peer });
                }
            }
        }
    }

    fn input(self: &Rc<Self>, input: MeshInput) {
        guarded(|| self.core.borrow_mut().handle(input, Instant::now()));
        self.obey();
    }

    fn time_out(self: &Rc<Self>) {
        guarded(|| self.core.borrow_mut().handle_timeout(Instant::now()));
        self.obey();
        self.grant();
    }

    fn obey(self: &Rc<Self>) {
        loop {
            let output = guarded(|| self.core.borrow_mut().poll_output());
            match output {
                Some(output) => self.carry_out(output),
                None => break,
            }
        }
        self.watch_time();
    }

    fn carry_out(self: &Rc<Self>, output: MeshOutput) {
        match output {
            MeshOutput::Dial { dial, target } => self.dial(dial, target),
            MeshOutput::Abandon { dial } => {
                if let Some((task, _)) = self.dialing.borrow_mut().remove(&dial) {
                    task.abort();
                }
            }
            MeshOutput::Ask => self.questions.notify_one(),
            MeshOutput::Searched { channel, found } => self.searched.add(channel, found),
            MeshOutput::Start { link } => self.order(link, Order::Start),
            MeshOutput::Ping { link } => self.order(link, Order::Ping),
            MeshOutput::Close { link, reason } => self.order(link, Order::End(reason)),
            MeshOutput::Offer { link, channel } => self.order(link, Order::Offer(channel)),
            MeshOutput::Linger { link, channel } => self.order(link, Order::Linger(channel)),
            MeshOutput::Isolated { channel, is_isolated } => self.isolation.note(channel, is_isolated),
            MeshOutput::Withdraw { link, channel } => self.order(link, Order::Withdraw(channel)),
        }
    }

    fn dial(self: &Rc<Self>, dial: DialId, target: Target) {
        let (goal, destination) = match target {
            Target::Proxy { proxy, addresses } => {
                (Goal::Announced, Destination { proxy: Some(proxy), addresses })
            }
            Target::Peer(peer) => {
                let addresses = self.named.borrow().addresses(peer);
                (Goal::Named(peer), Destination { proxy: None, addresses })
            }
        };
        if let Some(task) = (self.dialer)(self, dial, destination) {
            self.dialing.borrow_mut().insert(dial, (task, goal));
        }
    }

    /// A link that takes no more orders loses its queue, and ends when it finds that out.
    fn order(&self, link: LinkId, order: Order) {
        let mut links = self.links.borrow_mut();
        let is_lost = links.get(link).is_some_and(|orders| orders.try_send(order).is_err());
        if is_lost {
            links.remove(link);
        }
    }

    /// Passes on what the rate limits allow.
    fn grant(&self) {
        loop {
            let grant = guarded(|| self.rate_limits.borrow_mut().poll_grant(Instant::now()));
            match grant {
                Some((link, count)) => self.order(KeyData::from_ffi(link.0).into(), Order::Grant(count)),
                None => break,
            }
        }
        self.rate_limits_due.set(guarded(|| self.rate_limits.borrow().poll_timeout()));
        self.watch_time();
    }

    fn due(&self) -> Option<Instant> {
        let core = self.core.borrow().poll_timeout();
        core.into_iter().chain(self.rate_limits_due.get()).min()
    }

    fn watch_time(&self) {
        if self.due() < self.due.get() || self.due.get().is_none() {
            self.earlier.notify_one();
        }
    }

    /// Changes what a link has a claim to, and passes on what follows.
    fn limit(&self, change: impl FnOnce(&mut RateLimits)) {
        guarded(|| change(&mut self.rate_limits.borrow_mut()));
        self.grant();
    }
}

fn key(link: LinkId) -> LinkKey {
    LinkKey(link.data().as_ffi())
}
