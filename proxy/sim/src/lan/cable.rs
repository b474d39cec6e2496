//! One connection between two machines.

use std::collections::VecDeque;
use std::time::Instant;

use nws_core::{ConnId, LinkId, LinkStreams, Mux, Route, Share};
use nws_matching::{Role, Session, SessionConfig};
use nws_protocol::ProxyId;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;

use super::ids::MachineId;
use super::site::Uplink;

/// A connection. It begins with the end of the handshake at the side that dialled, and lasts until
/// nothing is under way any more.
pub(super) struct Cable {
    pub(super) ends: [End; 2],
    /// The packets under way to each side.
    pub(super) ways: [Way; 2],
}

pub(super) struct End {
    pub(super) machine: MachineId,
    /// The link of this side, while it is connected.
    pub(super) link: Option<LinkId>,
    /// The connection to a broker by which this side takes part, if it is one over the backbone.
    pub(super) uplink: Option<Uplink>,
    /// What the other side makes this one keep, while there is a link.
    pub(super) share: Option<Share>,
    /// The mesh has started the link: what has come may be answered.
    pub(super) is_started: bool,
    pub(super) is_ready: bool,
    /// The frames that came before the mesh had started the link.
    pub(super) early: Vec<Vec<u8>>,
    pub(super) session: Session,
    /// The streams, each with the connection that stands for the other side.
    pub(super) streams: LinkStreams<ConnId>,
    pub(super) mux: Mux,
}

/// The packets under way in one direction, in order.
pub(super) struct Way {
    pub(super) packets: VecDeque<(Instant, Packet)>,
    /// Nothing arrives before this time.
    pub(super) last: Instant,
    /// Something was lost on this way, so whatever comes next shows that the stream is broken.
    pub(super) is_torn: bool,
}

/// A packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Packet {
    Connected,
    Ping,
    Pong,
    /// A frame of the link.
    Frame(Vec<u8>),
    /// The end of the connection, in order or not.
    Fin,
}

impl Cable {
    /// A connection between two machines, each with the id of its proxy.
    pub(super) fn new(
        dialler: (MachineId, &ProxyId, Option<Uplink>),
        listener: (MachineId, &ProxyId, Option<Uplink>),
        now: Instant,
        rng: &mut ChaCha20Rng,
    ) -> Self {
        let mut sid = [0; 32];
        rng.fill_bytes(&mut sid);
        let mut end =
            |role, (machine, own, uplink): (MachineId, &ProxyId, Option<Uplink>), peer: &ProxyId| {
                let mut seed = [0; 32];
                rng.fill_bytes(&mut seed);
                let config = SessionConfig::new(role, sid, own.clone(), peer.clone());
                End::new(machine, uplink, Session::new(config, seed))
            };
        let ends = [end(Role::Initiator, dialler, listener.1), end(Role::Responder, listener, dialler.1)];
        let ways = [0, 1].map(|_| Way { packets: VecDeque::new(), last: now, is_torn: false });
        Self { ends, ways }
    }

    /// Whether it leads over the backbone.
    pub(super) fn is_bridge(&self) -> bool {
        self.ends[0].uplink.is_some()
    }

    pub(super) fn route(&self) -> Route {
        if self.is_bridge() { Route::Backbone } else { Route::Direct }
    }

    pub(super) fn is_over(&self) -> bool {
        let is_closed = self.ends.iter().all(|end| end.link.is_none());
        is_closed && self.ways.iter().all(|way| way.packets.is_empty())
    }
}

impl End {
    fn new(machine: MachineId, uplink: Option<Uplink>, session: Session) -> Self {
        Self {
            machine,
            link: None,
            uplink,
            share: None,
            is_started: false,
            is_ready: false,
            early: Vec::new(),
            session,
            streams: LinkStreams::default(),
            mux: Mux::default(),
        }
    }
}
