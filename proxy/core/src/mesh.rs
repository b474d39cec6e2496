//! Links between proxies: which proxies are dialled, which of two links stays, which links are
//! dead, and what is offered on them.

mod config;
mod dialing;
mod input;
mod offers;
mod output;
mod pairs;
mod places;
mod route;
mod survey;

use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::Instant;

use nws_protocol::ProxyId;

use crate::Attention;

use dialing::{Dialing, Loss, RemoteId};
use offers::Offers;
use pairs::{Dead, Left, Link, Pairs, Removed};

pub use config::MeshConfig;
pub use input::MeshInput;
pub use output::{LinkCloseReason, MeshOutput, Target};
pub use route::Route;
pub use survey::{CandidateProgress, CandidateState, LinkStage, LinkState, MeshSurvey};

slotmap::new_key_type! {
    /// A connection to another proxy, named by the owner of the sockets from the end of its TLS
    /// handshake on. A name is not used again after [`MeshInput::Down`].
    pub struct LinkId;
}

/// An attempt to connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DialId(u64);

/// What is to be done, the next first.
type Outputs = VecDeque<MeshOutput>;

/// The state machine of a proxy's links to others: which of two links stays (`pairs`), which
/// proxies are dialled and when (`dialing`), and which channels are offered on the links
/// (`offers`).
///
/// It has three kinds of methods:
///
/// - [`handle`](Self::handle) and [`handle_timeout`](Self::handle_timeout) take what has happened,
///   and when. Nothing else changes anything. Neither fails: an input that makes no sense is
///   ignored.
/// - [`poll_output`](Self::poll_output) gives what is to be done: to be called until it gives
///   `None`, after every input. The outputs are carried out before the next input.
/// - [`poll_timeout`](Self::poll_timeout) says when `handle_timeout` is to be called at the latest.
///   It may be another time after every other call.
///
/// A link begins with [`MeshInput::Connected`] and ends with [`MeshInput::Down`]. In between, its
/// inputs are [`Ready`](MeshInput::Ready), which answers [`MeshOutput::Start`], and then those
/// about channels. A dial begins with [`MeshOutput::Dial`]. It ends with [`MeshOutput::Abandon`],
/// or with one of [`Connected`](MeshInput::Connected), [`DialFailed`](MeshInput::DialFailed),
/// [`Stranger`](MeshInput::Stranger) and [`Own`](MeshInput::Own). After
/// [`Shutdown`](MeshInput::Shutdown) every new link is closed, and all other inputs are ignored.
///
/// Times are of a clock that never goes back. [`MeshConfig`] has every interval and bound.
///
/// ```
/// use std::time::Instant;
/// use nws_core::{LinkId, Mesh, MeshConfig, MeshInput, MeshOutput, Route};
/// use nws_protocol::{ChannelName, ProxyId};
/// use slotmap::SlotMap;
///
/// let [own, other] = [[1; 32], [2; 32]].map(|digest| ProxyId::from_digest(&digest));
/// let mut mesh = Mesh::new(MeshConfig::default(), own, [7; 32]);
/// let channel = ChannelName::new("chat").expect("a name");
/// mesh.handle(MeshInput::Opened { channel: channel.clone() }, Instant::now());
/// while mesh.poll_output().is_some() {}
///
/// // Another proxy has announced itself, so it is dialled.
/// let addresses = vec![([192, 168, 0, 2], 9010).into()];
/// mesh.handle(MeshInput::Seen { proxy: other.clone(), addresses }, Instant::now());
/// let Some(MeshOutput::Dial { dial, .. }) = mesh.poll_output() else { panic!("no dial") };
///
/// // The connection is made, HELLO exchanged, and the channel offered.
/// let link = SlotMap::<LinkId, ()>::with_key().insert(());
/// let source = [192, 168, 0, 2].into();
/// let connected = MeshInput::Connected { link, proxy: other, source, route: Route::Direct, dial: Some(dial) };
/// mesh.handle(connected, Instant::now());
/// assert_eq!(mesh.poll_output(), Some(MeshOutput::Start { link }));
/// mesh.handle(MeshInput::Ready { link }, Instant::now());
/// assert_eq!(mesh.poll_output(), Some(MeshOutput::Offer { link, channel }));
/// ```
pub struct Mesh {
    own: ProxyId,
    pairs: Pairs,
    dialing: Dialing,
    offers: Offers,
    outputs: Outputs,
    /// All times in here are of this clock.
    attention: Attention,
    /// When something is due; earlier than need be if anything was heard since this was computed.
    due: Option<Instant>,
    /// The proxy stops.
    is_stopping: bool,
}

impl Mesh {
    /// A state machine without links, for the proxy `own`. `seed` decides about everything that is
    /// left to chance: it has to come from a CSPRNG.
    #[must_use]
    pub fn new(config: MeshConfig, own: ProxyId, seed: [u8; 32]) -> Self {
        Self {
            offers: Offers::new(&config),
            pairs: Pairs::new(config.clone()),
            dialing: Dialing::new(config, own.clone(), seed),
            own,
            outputs: Outputs::new(),
            attention: Attention::default(),
            due: None,
            is_stopping: false,
        }
    }

    /// Takes note of something that happened at `now`. An input about a link or a dial that is not
    /// known, or is closed, is ignored.
    pub fn handle(&mut self, input: MeshInput, now: Instant) {
        if self.is_stopping {
            return self.refuse(&input);
        }
        let now = self.attention.at(now, || self.due);
        match input {
            MeshInput::Heard { link } => return self.on_heard(link, now),
            MeshInput::Connected { link, proxy, source, route, dial } => {
                if let Err(reason) = self.on_connected(link, &proxy, source, route, dial, now) {
                    self.outputs.push_back(MeshOutput::Close { link, reason });
                }
            }
            MeshInput::Down { link } => self.remove(link, now),
            MeshInput::Seen { proxy, addresses } => {
                self.dialing.on_seen(&proxy, addresses, &mut self.outputs, now);
            }
            MeshInput::Gone { proxy } => self.dialing.on_gone(&proxy),
            MeshInput::Peer { peer } => self.dialing.on_peer(peer, now),
            MeshInput::Moved { peer, addresses } => self.on_moved(peer, &addresses, now),
            MeshInput::Hint { peer, redial_max } => self.dialing.on_hint(peer, redial_max, now),
            MeshInput::Site { peer, proxy } => self.dialing.on_site(peer, &proxy, now),
            MeshInput::PeerGone { peer } => self.dialing.on_peer_gone(peer, &mut self.outputs),
            MeshInput::Unwanted { link } => self.on_unwanted(link, now),
            MeshInput::Answered { dial } => self.dialing.on_answered(dial),
            MeshInput::DialFailed { dial } => self.dialing.on_failed(dial, now),
            MeshInput::Stranger { dial } => self.dialing.on_stranger(dial, now),
            MeshInput::Own { dial } => self.dialing.on_own(dial, now),
            MeshInput::Wanted { target } => self.on_wanted(&target, now),
            MeshInput::Ready { link } => self.on_ready(link, now),
            MeshInput::Matched { link } => self.on_matched(link),
            // For each channel that is offered: they move no timer.
            MeshInput::Searched { link, channel } => {
                return self.offers.on_searched(link, &channel, &mut self.outputs);
            }
            MeshInput::Shared { link, channel, is_matched } => {
                return self.offers.on_shared(link, &channel, is_matched);
            }
            MeshInput::Opened { channel } => self.offers.on_opened(channel, &mut self.outputs),
            MeshInput::Closed { channel } => self.offers.on_closed(channel, &mut self.outputs, now),
            MeshInput::Exhausting { link } => self.on_exhausting(link, now),
            MeshInput::Shutdown => self.shut_down(),
        }
        self.begin_due(now);
    }

    /// Does what is due at `now`.
    pub fn handle_timeout(&mut self, now: Instant) {
        let now = self.attention.at(now, || self.due);
        self.close_dead(now);
        self.replace_unanswered(now);
        self.pairs.beat(&mut self.outputs, now);
        self.dialing.expire(&mut self.outputs, now);
        self.offers.expire(&mut self.outputs, now);
        self.begin_due(now);
    }

    /// What is to be done next. To be called until it gives `None`, after every input.
    pub fn poll_output(&mut self) -> Option<MeshOutput> {
        self.outputs.pop_front()
    }

    /// When [`Self::handle_timeout`] is to be called at the latest.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.due.map(|due| self.attention.system(due))
    }

    /// A connection that comes while the proxy stops is closed.
    fn refuse(&mut self, input: &MeshInput) {
        if let MeshInput::Connected { link, .. } = *input {
            self.outputs.push_back(MeshOutput::Close { link, reason: LinkCloseReason::Shutdown });
        }
    }

    /// Begins what is due, and computes when something is due next.
    fn begin_due(&mut self, now: Instant) {
        self.dialing.begin_due(&mut self.outputs, now);
        let look = self.pairs.plan(self.dialing.is_dialling(), now);
        self.due = [look, self.dialing.next(now), self.offers.next_expiry()].into_iter().flatten().min();
    }

    fn on_connected(
        &mut self,
        link: LinkId,
        proxy: &ProxyId,
        source: IpAddr,
        route: Route,
        dial: Option<DialId>,
        now: Instant,
    ) -> Result<(), LinkCloseReason> {
        if self.pairs.contains(link) {
            return Ok(());
        }
        self.admit(proxy, dial, now)?;
        let remote = self.dialing.on_linked(proxy, now);
        let newcomer = Link::new(remote, source, dial.is_some(), now).by(route);
        let prefers_dialled = self.own < *proxy;
        let others = self.pairs.add(link, newcomer, prefers_dialled, &mut self.outputs, now);
        self.dialing.note_route(remote, self.pairs.route(remote));
        for other in others {
            let is_better = self.pairs.link(other).is_some_and(|it| it.route < route);
            let reason = if is_better { LinkCloseReason::Superseded } else { LinkCloseReason::Duplicate };
            self.close(other, reason, now);
        }
        let surplus = self.pairs.surplus_of_source(link);
        self.close_crowded(surplus, now);
        let surplus = self.pairs.surplus(link);
        self.close_crowded(surplus, now);
        Ok(())
    }

    /// Whether a connection becomes a link at all.
    fn admit(&mut self, proxy: &ProxyId, dial: Option<DialId>, now: Instant) -> Result<(), LinkCloseReason> {
        self.dialing.on_connected(proxy, dial, now)?;
        if dial.is_none() && !self.pairs.has_room_before_hello() {
            return Err(LinkCloseReason::Crowded);
        }
        Ok(())
    }

    fn on_ready(&mut self, link: LinkId, now: Instant) {
        let Some(remote) = self.pairs.started_remote(link) else { return };
        let route = self.pairs.link(link).map_or(Route::Direct, |it| it.route);
        self.dialing.on_ready(remote, route, &mut self.outputs);
        if let Some(proxy) = self.dialing.proxy(remote) {
            self.offers.on_ready(link, proxy.clone(), &mut self.outputs);
        }
        self.pairs.on_ready(link, &mut self.outputs, now);
        let surplus = self.pairs.surplus_unmatched(link);
        self.close_crowded(surplus, now);
    }

    fn on_matched(&mut self, link: LinkId) {
        if let Some(remote) = self.pairs.on_matched(link) {
            self.dialing.on_matched(remote);
        }
    }

    fn on_heard(&mut self, link: LinkId, now: Instant) {
        for spare in self.pairs.on_heard(link, now) {
            self.close(spare, LinkCloseReason::Duplicate, now);
        }
    }

    /// Closes a link whose evaluations are nearly used up, and dials for another one.
    fn on_exhausting(&mut self, link: LinkId, now: Instant) {
        let Some(remote) = self.pairs.ready_remote(link) else { return };
        let route = self.pairs.link(link).map_or(Route::Direct, |it| it.route);
        self.close(link, LinkCloseReason::Exhausted, now);
        self.dialing.dial_at_once(remote, route, now);
    }

    fn close_dead(&mut self, now: Instant) {
        for Dead { link, remote, reason } in self.pairs.dead(now) {
            self.dialing.note_silence(remote);
            self.close(link, reason, now);
        }
    }

    /// Closes links that have not given a sign of life in time, so that spares take their places.
    fn replace_unanswered(&mut self, now: Instant) {
        for link in self.pairs.unanswered(now) {
            self.close(link, LinkCloseReason::Replaced, now);
        }
    }

    fn close_crowded(&mut self, surplus: Option<LinkId>, now: Instant) {
        let Some((link, remote, route)) =
            surplus.and_then(|link| self.pairs.link(link).map(|it| (link, it.remote, it.route)))
        else {
            return;
        };
        self.close(link, LinkCloseReason::Crowded, now);
        self.dialing.dial_rarely(remote, route, now);
    }

    fn close(&mut self, link: LinkId, reason: LinkCloseReason, now: Instant) {
        if self.pairs.contains(link) {
            self.outputs.push_back(MeshOutput::Close { link, reason });
            self.remove(link, now);
        }
    }

    /// Takes out a link that is no more.
    fn remove(&mut self, link: LinkId, now: Instant) {
        if !self.pairs.contains(link) {
            return;
        }
        self.offers.on_closed_link(link, &mut self.outputs);
        let Some(Removed { link: gone, left }) = self.pairs.remove(link, &mut self.outputs, now) else {
            return;
        };
        let (remote, loss) = (gone.remote, gone.loss());
        self.dialing.note_route(remote, self.pairs.route(remote));
        match left {
            Left::Current => {}
            Left::Promoted => self.dialing.on_replaced(remote, loss, &mut self.outputs, now),
            Left::Nothing => self.dialing.on_unlinked(remote, loss, &mut self.outputs, now),
        }
    }

    fn shut_down(&mut self) {
        self.is_stopping = true;
        let reason = LinkCloseReason::Shutdown;
        self.outputs.extend(self.pairs.ids().map(|link| MeshOutput::Close { link, reason }));
        self.pairs.clear();
        self.dialing.shut_down(&mut self.outputs);
        self.offers.clear();
    }
}
