//! Links between proxies: whom to dial, which of two links stays, which are dead, and what is offered on
//! them.

mod backoff;
mod config;
mod configured;
mod crowd;
mod dials;
mod input;
mod link;
mod liveness;
mod offers;
mod output;
mod pair;
mod questions;
mod remote;
mod remotes;
mod searches;
mod sliding_window;

use std::collections::VecDeque;
use std::time::Instant;

use nws_protocol::ProxyId;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use slotmap::SecondaryMap;

use crate::Attention;

use dials::Dials;
use link::Link;
use offers::Offers;
use questions::Questions;
use remotes::{RemoteId, Remotes};
use searches::Searches;

pub use config::MeshConfig;
pub use input::MeshInput;
pub use output::{LinkCloseReason, MeshOutput, Target};

slotmap::new_key_type! {
    /// A connection to another proxy, named by the owner of the sockets from the end of its TLS handshake
    /// on. A name is not used again after [`MeshInput::Down`].
    pub struct LinkId;
}

/// An attempt to connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DialId(u64);

/// The state machine of a proxy's links to others.
pub struct Mesh {
    config: MeshConfig,
    own: ProxyId,
    rng: ChaCha20Rng,
    links: SecondaryMap<LinkId, Link>,
    remotes: Remotes,
    dials: Dials,
    offers: Offers,
    searches: Searches,
    questions: Questions,
    outputs: VecDeque<MeshOutput>,
    next_beat: Option<Instant>,
    /// By this clock all times in here are.
    attention: Attention,
    /// When something is due; earlier than need be where something was heard since it was reckoned.
    due: Option<Instant>,
    /// The proxy stops.
    stopping: bool,
}

impl Mesh {
    /// A state machine without links, for the proxy `own`. `seed` decides about everything that is left to
    /// chance: it has to come from a CSPRNG.
    #[must_use]
    pub fn new(config: MeshConfig, own: ProxyId, seed: [u8; 32]) -> Self {
        let mut rng = ChaCha20Rng::from_seed(seed);
        Self {
            remotes: Remotes::new(&mut rng),
            config,
            own,
            rng,
            links: SecondaryMap::new(),
            dials: Dials::new(),
            offers: Offers::default(),
            searches: Searches::default(),
            questions: Questions::default(),
            outputs: VecDeque::new(),
            next_beat: None,
            attention: Attention::default(),
            due: None,
            stopping: false,
        }
    }

    /// Takes note of something that happened at `now`. What makes no sense for a link or a dial, as it is
    /// not known or is closed, is ignored.
    pub fn handle(&mut self, input: MeshInput, now: Instant) {
        if self.stopping {
            return self.refuse(&input);
        }
        let now = self.attention.at(now, || self.due);
        match input {
            MeshInput::Heard { link } => return self.on_heard(link, now),
            MeshInput::Connected { link, proxy, source, dial } => {
                self.on_connected(link, &proxy, source, dial, now);
            }
            MeshInput::Down { link } => self.on_down(link, now),
            MeshInput::Seen { proxy, addresses } => self.on_seen(&proxy, addresses, now),
            MeshInput::Gone { proxy } => self.on_gone(&proxy),
            MeshInput::Peer { peer } => self.on_peer(peer, now),
            MeshInput::Answered { dial } => self.on_answered(dial),
            MeshInput::DialFailed { dial } => self.on_dial_failed(dial, now),
            MeshInput::Stranger { dial } => self.on_stranger(dial, now),
            MeshInput::Own { dial } => self.on_own(dial, now),
            MeshInput::Ready { link } => self.on_ready(link, now),
            MeshInput::Matched { link } => self.on_matched(link),
            // For each channel that is offered: they move no timer.
            MeshInput::Searched { link, channel } => return self.on_searched(link, &channel),
            MeshInput::Shared { link, channel, is_matched } => {
                return self.on_shared(link, &channel, is_matched);
            }
            MeshInput::Opened { channel } => self.on_opened(channel),
            MeshInput::Closed { channel } => self.on_closed(channel, now),
            MeshInput::Exhausting { link } => self.on_exhausting(link, now),
            MeshInput::Shutdown => self.shutdown(),
        }
        self.go_on(now);
    }

    /// Does what is due at `now`.
    pub fn handle_timeout(&mut self, now: Instant) {
        let now = self.attention.at(now, || self.due);
        self.close_dead(now);
        self.judge_probes(now);
        self.beat(now);
        self.expire_dials(now);
        self.expire_offers(now);
        self.forget_expired(now);
        self.go_on(now);
    }

    /// What is to be done next. To be called until it answers `None`, after every input.
    pub fn poll_output(&mut self) -> Option<MeshOutput> {
        self.outputs.pop_front()
    }

    /// When [`Self::handle_timeout`] is to be called at the latest.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.due.map(|due| self.attention.system(due))
    }

    fn refuse(&mut self, input: &MeshInput) {
        if let MeshInput::Connected { link, .. } = *input {
            self.outputs.push_back(MeshOutput::Close { link, reason: LinkCloseReason::Shutdown });
        }
    }

    fn go_on(&mut self, now: Instant) {
        self.dial_due(now);
        self.ask_due(now);
        let (look, dial) = (self.next_look(now), self.next_dial());
        let late = self.dials.under_way.values().map(|dial| dial.until).min();
        let ask = self.questions.next(now);
        let due = [look, dial, late, ask, self.next_expiry(), self.offers.next_expiry()];
        self.due = due.into_iter().flatten().min();
    }

    fn shutdown(&mut self) {
        self.stopping = true;
        let links: Vec<LinkId> = self.links.keys().collect();
        self.outputs.extend(
            links.into_iter().map(|link| MeshOutput::Close { link, reason: LinkCloseReason::Shutdown }),
        );
        self.links.clear();
        let dials: Vec<DialId> = self.dials.under_way.keys().copied().collect();
        dials.into_iter().for_each(|dial| self.abandon(dial));
        self.dials = Dials::new();
        self.remotes.clear();
        self.offers = Offers::default();
        self.searches = Searches::default();
        self.questions = Questions::default();
    }
}
