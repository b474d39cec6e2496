//! Drives the state machine of the links to other proxies: it passes inputs to it, and applies its
//! outputs.
//!
//! Everything here is on one thread, and the outputs of one input are applied before the next
//! input. What a link has to do is sent to it as an [`Order`]. The [`Dialer`] starts dials.

mod callers;
mod dials;
mod faults;
mod isolation;
mod link;
mod named;
mod orders;
mod partner;
mod past;
mod question;
mod rate_limits;
mod short_names;
mod sightings;
mod traffic;

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use nws_core::{DialId, LinkId, MeshConfig, MeshInput, MeshOutput, Target};
use nws_protocol::{ChannelName, ProxyId};
use slotmap::SecondaryMap;
use tokio::sync::{Notify, mpsc};
use tokio::task::AbortHandle;
use tokio::time::sleep_until;

use crate::backbone;
use crate::channel_glob::ChannelGlob;
use crate::descriptors;
use crate::discovery::{Discovery, Place};
use crate::error::Error;
use crate::guard::guarded;
use crate::shard::{News, ShardHandles, Untold};
use crate::timeout::NEVER;
use crate::trouble::Troubles;

pub(crate) use callers::Caller;
pub(crate) use dials::Destination;
pub(crate) use faults::{Fault, FaultKind};
pub(crate) use link::Link;
pub(crate) use orders::Order;
pub(crate) use partner::{Found, Partner};
pub(crate) use past::{LinkEvent, LinkEventKind};
pub(crate) use question::{CandidateAnswer, LinkAnswer, MeshAnswer, MeshQuestion, Wanted};
pub(crate) use traffic::Traffic;

use dials::Dials;
use faults::Blamed;
use isolation::Isolation;
use orders::LinkHandles;
use partner::LinkTally;
use past::Past;
use rate_limits::LinkRateLimits;
use short_names::ShortNames;

/// Starts a dial. Gives no handle when no more tasks can be started.
pub(crate) type Dialer = dyn Fn(&Rc<MeshDriver>, DialId, Destination) -> Option<AbortHandle>;

/// All links, and the dials that may become links.
pub(crate) struct MeshDriver {
    own: ProxyId,
    core: RefCell<nws_core::Mesh>,
    rate_limits: RefCell<LinkRateLimits>,
    links: RefCell<LinkHandles>,
    /// The other end of each link.
    partners: RefCell<SecondaryMap<LinkId, Rc<Partner>>>,
    dials: RefCell<Dials>,
    past: Rc<RefCell<Past>>,
    tally: Rc<LinkTally>,
    dialer: Box<Dialer>,
    /// Notified when the network is to be asked for other proxies.
    questions: Arc<Notify>,
    /// The channels that are looked for on the backbone, if not all are.
    channels: Option<ChannelGlob>,
    /// Places that could not be reached, and why, of which others can make up more.
    unreached: Troubles<String>,
    /// The proxies in some channels, to be told to the shards.
    searched: Untold<Vec<ProxyId>>,
    isolation: Isolation,
    short_names: ShortNames,
    /// Wakes the driver when its timer is set too late.
    earlier: Notify,
    /// The time to which its timer is set.
    timer: Cell<Option<Instant>>,
}

/// A connection that may become a link.
pub(crate) struct Candidate {
    /// The proxy at the other end.
    pub(crate) proxy: ProxyId,
    /// Its address.
    pub(crate) address: SocketAddr,
    /// Whether the address is in a network of this machine.
    pub(crate) is_on_link: bool,
    /// The dial that has made the connection, if this side has dialled.
    pub(crate) dial: Option<DialId>,
}

impl MeshDriver {
    /// A mesh without links, for the proxy `own`. It notifies `questions` when the network is to be
    /// asked for other proxies.
    /// On the backbone it looks for channels whose names are like `channels`, if that is given.
    pub(crate) fn new(
        own: ProxyId,
        dialer: Box<Dialer>,
        questions: Arc<Notify>,
        channels: Option<ChannelGlob>,
    ) -> Result<Rc<Self>, Error> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        let config = MeshConfig { links_max: descriptors::links_max(), ..MeshConfig::default() };
        Ok(Rc::new(Self {
            core: RefCell::new(nws_core::Mesh::new(config, own.clone(), seed)),
            own,
            rate_limits: RefCell::new(LinkRateLimits::new()),
            links: RefCell::default(),
            partners: RefCell::default(),
            dials: RefCell::default(),
            past: Rc::default(),
            tally: Rc::new(LinkTally::new()),
            dialer,
            questions,
            channels,
            unreached: Troubles::new(),
            searched: Untold::default(),
            isolation: Isolation::new(),
            short_names: ShortNames::default(),
            earlier: Notify::new(),
            timer: Cell::new(None),
        }))
    }

    /// Keeps time, and takes news of channels and sightings of proxies.
    pub(crate) async fn drive(
        self: Rc<Self>,
        news: &mut mpsc::Receiver<News>,
        asked: &mut mpsc::Receiver<MeshQuestion>,
        discovery: &mut Discovery,
    ) -> Infallible {
        loop {
            let due = self.due().unwrap_or_else(|| Instant::now() + NEVER);
            self.timer.set(Some(due));
            tokio::select! {
                biased;
                () = self.earlier.notified() => {}
                Some(News { channel, is_open }) = news.recv() => self.note_channel(channel, is_open),
                () = sleep_until(due.into()) => self.time_out(),
                Some(question) = asked.recv() => self.answer(question),
                // Last: a flood of false sightings must not delay the rest.
                sighting = discovery.next() => self.sight(sighting),
            }
        }
    }

    /// Tells shards which of their channels are not offered to other proxies.
    pub(crate) async fn tell_isolated(&self, shards: &ShardHandles) -> Infallible {
        self.isolation.tell(shards).await
    }

    /// Tells shards which proxies are in their channels, as soon as that is known.
    pub(crate) async fn tell_searched(&self, shards: &ShardHandles) -> Infallible {
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

    /// Gives whether a proxy at `address` may have a handshake now.
    pub(crate) fn admit(&self, address: SocketAddr, is_on_link: bool) -> bool {
        self.rate_limits.borrow_mut().admit(address.ip().to_canonical(), is_on_link)
    }

    /// There is a connection from `address`, whatever comes of it.
    pub(crate) fn called(&self, address: SocketAddr) {
        self.past.borrow_mut().callers.note(address.ip().to_canonical());
    }

    /// A dial was answered, by whichever program.
    pub(crate) fn dial_answered(self: &Rc<Self>, dial: DialId) {
        self.input(MeshInput::Answered { dial });
    }

    /// A dial has found `proxy` at `address`, where another proxy was expected.
    pub(crate) fn found(self: &Rc<Self>, proxy: ProxyId, address: SocketAddr) {
        self.input(MeshInput::Seen { proxy, addresses: vec![address] });
    }

    /// A dial has failed, for this reason.
    pub(crate) fn dial_failed(self: &Rc<Self>, dial: DialId, kind: FaultKind, reason: &str) {
        self.blame(dial, kind, reason);
        self.dials.borrow_mut().end(dial);
        self.input(MeshInput::DialFailed { dial });
    }

    /// A dial has reached another proxy.
    pub(crate) fn dial_misled(self: &Rc<Self>, dial: DialId) {
        self.blame(dial, FaultKind::Stranger, &FaultKind::Stranger.to_string());
        self.dials.borrow_mut().end(dial);
        self.input(MeshInput::Stranger { dial });
    }

    /// A dial has led back to this proxy.
    pub(crate) fn dial_returned(self: &Rc<Self>, dial: DialId) {
        self.blame(dial, FaultKind::Own, &FaultKind::Own.to_string());
        self.dials.borrow_mut().end(dial);
        self.input(MeshInput::Own { dial });
    }

    /// A connection has become a link.
    pub(crate) fn connected(self: &Rc<Self>, candidate: Candidate) -> Link {
        let Candidate { proxy, address, is_on_link, dial } = candidate;
        let (id, orders) = self.links.borrow_mut().open();
        if let Some(blamed) = dial.and_then(|dial| self.dials.borrow().blamed(dial)) {
            self.past.borrow_mut().faults.forget(&blamed);
        }
        let found = dial.map_or(Found::Dialled, |dial| self.dials.borrow_mut().end(dial));
        let partner = Rc::new(Partner::new(
            proxy.clone(),
            address,
            found,
            Rc::clone(&self.tally),
            Rc::clone(&self.past),
        ));
        let source = partner.source();
        self.partners.borrow_mut().insert(id, Rc::clone(&partner));
        self.rate_limits.borrow_mut().open(id, source, is_on_link);
        let route = backbone::route(&address);
        self.input(MeshInput::Connected { link: id, proxy, source, route, dial });
        Link { mesh: Rc::clone(self), id, partner, orders }
    }

    /// Notes why a dial fails. Of what the user names, the log tells.
    fn blame(&self, dial: DialId, kind: FaultKind, text: &str) {
        let dials = self.dials.borrow();
        let Some(blamed) = dials.blamed(dial) else { return };
        let is_news = self.past.borrow_mut().faults.note(blamed.clone(), kind, text);
        if let Blamed::Named(index) = blamed
            && let Some(place) = dials.named.place(index).filter(|_| is_news)
            && place.is_amiss(kind)
            && (matches!(place, Place::Peer(_)) || self.unreached.is_news(format!("{place} {kind:?}")))
        {
            place.tell_unreached(text);
        }
    }

    fn note_channel(self: &Rc<Self>, channel: ChannelName, is_open: bool) {
        if is_open {
            self.short_names.note(&channel);
            self.input(MeshInput::Opened { channel });
        } else {
            self.input(MeshInput::Closed { channel });
        }
    }

    fn input(self: &Rc<Self>, input: MeshInput) {
        guarded(|| self.core.borrow_mut().handle(input, Instant::now()));
        self.apply_outputs();
        self.watch_time();
    }

    /// A link has been heard. That only puts off what was due, so the timer stays as it is.
    fn heard(self: &Rc<Self>, link: LinkId) {
        guarded(|| self.core.borrow_mut().handle(MeshInput::Heard { link }, Instant::now()));
        self.apply_outputs();
    }

    fn time_out(self: &Rc<Self>) {
        guarded(|| self.core.borrow_mut().handle_timeout(Instant::now()));
        self.apply_outputs();
        self.watch_time();
        self.grant();
    }

    fn apply_outputs(self: &Rc<Self>) {
        loop {
            let output = guarded(|| self.core.borrow_mut().poll_output());
            match output {
                Some(output) => self.apply(output),
                None => break,
            }
        }
    }

    fn apply(self: &Rc<Self>, output: MeshOutput) {
        match output {
            MeshOutput::Dial { dial, target } => self.dial(dial, target),
            MeshOutput::Abandon { dial } => {
                if self.dials.borrow().is_late(dial) {
                    self.blame(dial, FaultKind::Silent, &FaultKind::Silent.to_string());
                }
                self.dials.borrow_mut().abandon(dial);
            }
            MeshOutput::Ask => self.questions.notify_one(),
            MeshOutput::Searched { channel, found } => self.searched.add(channel, found),
            MeshOutput::Isolated { channel, is_isolated } => self.isolation.note(channel, is_isolated),
            MeshOutput::Start { link } => self.order(link, Order::Start),
            MeshOutput::Ping { link } => self.order(link, Order::Ping),
            MeshOutput::Close { link, reason } => self.order(link, Order::End(reason)),
            MeshOutput::Offer { link, channel } if !self.is_looked_for(link, &channel) => {
                // As if the other side did not know it. What follows is the next output.
                let input = MeshInput::Searched { link, channel };
                guarded(|| self.core.borrow_mut().handle(input, Instant::now()));
            }
            MeshOutput::Offer { link, channel } => self.order(link, Order::Offer(channel)),
            MeshOutput::Linger { link, channel } => self.order(link, Order::Linger(channel)),
            MeshOutput::Withdraw { link, channel } => self.order(link, Order::Withdraw(channel)),
        }
    }

    fn is_looked_for(&self, link: LinkId, channel: &ChannelName) -> bool {
        let Some(channels) = &self.channels else { return true };
        let is_site = self.partners.borrow().get(link).is_some_and(|it| backbone::is_site(it.source()));
        !is_site || channels.matches(channel)
    }

    fn dial(self: &Rc<Self>, dial: DialId, target: Target) {
        let (goal, destination) = self.dials.borrow().destination(target);
        if let Some(task) = (self.dialer)(self, dial, destination) {
            self.dials.borrow_mut().begin(dial, task, goal);
        }
    }

    fn order(&self, link: LinkId, order: Order) {
        self.links.borrow_mut().order(link, order);
    }

    /// Changes what a link may claim, and gives the grants that follow.
    fn limit(&self, change: impl FnOnce(&mut LinkRateLimits)) {
        change(&mut self.rate_limits.borrow_mut());
        self.grant();
    }

    fn grant(&self) {
        loop {
            let grant = self.rate_limits.borrow_mut().next_grant();
            match grant {
                Some((link, count)) => self.order(link, Order::Grant(count)),
                None => break,
            }
        }
        self.watch_time();
    }

    fn due(&self) -> Option<Instant> {
        let core = self.core.borrow().poll_timeout();
        core.into_iter().chain(self.rate_limits.borrow().due()).min()
    }

    fn watch_time(&self) {
        if self.due() < self.timer.get() || self.timer.get().is_none() {
            self.earlier.notify_one();
        }
    }
}
