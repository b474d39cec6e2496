//! Two proxies and the connections between them, on which everything arrives when the test says so.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use nws_core::{DialId, LinkCloseReason, LinkId, Mesh, MeshConfig, MeshInput, MeshOutput, Route, Target};
use nws_protocol::ProxyId;
use slotmap::{Key, SlotMap};

/// Nobody has to wait for a long time, whatever happened before.
const CALM: Duration = Duration::from_secs(70);

/// The number of the other side's site.
const SITE: usize = 9;

/// Which of the two.
pub(crate) type Side = usize;

/// A connection: who dialled, and how often before.
pub(crate) type Name = (Side, usize);

pub(crate) struct Duel {
    now: Instant,
    /// Dials that are abandoned go on, as if that came too late.
    is_deaf: bool,
    /// How many links were closed that worked in both directions.
    pub(crate) cuts: usize,
    sides: [Node; 2],
    conns: BTreeMap<Name, Conn>,
}

struct Node {
    mesh: Mesh,
    id: ProxyId,
    names: SlotMap<LinkId, Name>,
    /// How many connections it has dialled.
    dialled: usize,
    dials: Vec<(DialId, Route)>,
}

/// A connection, from the end of the handshake at its client on. What is queued for a side is in `to`.
struct Conn {
    route: Route,
    to: [VecDeque<Packet>; 2],
    ends: [End; 2],
}

#[derive(Clone, Copy, Default)]
struct End {
    /// Null before it is connected and after it is no more.
    link: LinkId,
    hello_sent: bool,
    hello_came: bool,
    is_ready: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packet {
    Connected,
    Hello,
    Ping,
    Pong,
    Fin,
}

/// Something that may happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The handshake of the first dial of a side is over.
    Reach(Side),
    /// The first dial of a side leads to nobody.
    Miss(Side),
    /// The next packet of a connection arrives.
    Deliver(Name, Side),
    /// A side loses a connection, and the other one is not told.
    Break(Name, Side),
    /// A side sees the other one announced.
    See(Side),
    /// A side hears the other one on the backbone.
    Hear(Side),
    /// A side hears nothing on the backbone any more.
    MissSite(Side),
    /// Time passes.
    Wait(Duration),
}

impl Step {
    /// At which side it happens; `None` is both. What happens at different sides can be swapped: neither
    /// sees a difference.
    pub(crate) fn side(self) -> Option<Side> {
        match self {
            Self::Reach(side)
            | Self::Miss(side)
            | Self::Deliver(_, side)
            | Self::Break(_, side)
            | Self::See(side)
            | Self::Hear(side)
            | Self::MissSite(side) => Some(side),
            Self::Wait(_) => None,
        }
    }
}

impl Duel {
    /// Neither knows of the other one. The first has the lower id.
    pub(crate) fn new(seed: u64) -> Self {
        #[expect(clippy::disallowed_methods, reason = "any time is as good as another")]
        let now = Instant::now();
        let sides = [0, 1].map(|side| Node::new(side, seed));
        assert!(sides[0].id < sides[1].id);
        Self { now, is_deaf: false, cuts: 0, sides, conns: BTreeMap::new() }
    }

    pub(crate) fn deaf(self, is_deaf: bool) -> Self {
        Self { is_deaf, ..self }
    }

    /// What may happen without anything going wrong.
    pub(crate) fn pending(&self) -> Vec<Step> {
        let dials = [0, 1].into_iter().filter(|&side| !self.sides[side].dials.is_empty()).map(Step::Reach);
        let ends = self.conns.iter().flat_map(|(name, conn)| [(name, conn, 0), (name, conn, 1)]);
        let packets = ends.filter(|(_, conn, side)| !conn.to[*side].is_empty());
        dials.chain(packets.map(|(name, _, side)| Step::Deliver(*name, side))).collect()
    }

    /// The connections that exist at a side.
    pub(crate) fn connected(&self, side: Side) -> Vec<Name> {
        let ends = self.conns.iter().filter(|(_, conn)| !conn.ends[side].link.is_null());
        ends.map(|(name, _)| *name).collect()
    }

    pub(crate) fn take(&mut self, step: Step) {
        match step {
            Step::Reach(side) => self.reach(side),
            Step::Miss(side) => {
                if let Some((dial, _)) = self.sides[side].next_dial() {
                    self.input(side, MeshInput::DialFailed { dial });
                }
            }
            Step::Deliver(conn, side) => self.deliver(conn, side),
            Step::Break(conn, side) => self.end(conn, side),
            Step::See(side) => {
                let proxy = self.sides[1 - side].id.clone();
                let addresses = vec![([10, 0, 0, 1], 9010).into()];
                self.input(side, MeshInput::Seen { proxy, addresses });
            }
            Step::Hear(side) => {
                let proxy = self.sides[1 - side].id.clone();
                self.input(side, MeshInput::Site { peer: SITE, proxy });
            }
            Step::MissSite(side) => self.input(side, MeshInput::PeerGone { peer: SITE }),
            Step::Wait(time) => self.wait(time),
        }
    }

    /// The way that a connection takes.
    pub(crate) fn route(&self, name: Name) -> Route {
        self.conns[&name].route
    }

    /// A configured address leads to the other side too.
    pub(crate) fn configure(&mut self, side: Side) {
        self.input(side, MeshInput::Peer { peer: 0 });
    }

    /// Everything arrives at once and nothing breaks, until there is peace; then there is one link, and
    /// it stays.
    pub(crate) fn calm_down(mut self) {
        self.pass(CALM);
        let link = self.only_link();
        self.pass(CALM);
        assert_eq!(self.only_link(), link, "a link that works stays");
    }

    /// The connection that both sides have, which is the only one.
    pub(crate) fn only_link(&self) -> Name {
        let [here, there] = [self.connected(0), self.connected(1)];
        assert_eq!(here, there, "both sides have the same connections");
        assert_eq!(here.len(), 1, "there is one link");
        assert!(self.conns[&here[0]].ends.iter().all(|end| end.is_ready), "it is ready");
        here[0]
    }

    /// All that is under way arrives.
    pub(crate) fn deliver_all(&mut self) {
        while let Some(&step) = self.pending().first() {
            self.take(step);
        }
    }

    /// How many connections there have been.
    pub(crate) fn connections(&self) -> usize {
        self.conns.len()
    }

    /// Time passes, and everything arrives at once.
    pub(crate) fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        loop {
            self.deliver_all();
            match self.next().filter(|&next| next <= end) {
                Some(next) => self.wait(next.saturating_duration_since(self.now)),
                None => break self.now = end,
            }
        }
    }

    fn next(&self) -> Option<Instant> {
        self.sides.iter().filter_map(|side| side.mesh.poll_timeout()).min()
    }

    /// Timers fire when they are due, and nothing else happens.
    fn wait(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(next) = self.next().filter(|&next| next <= end) {
            self.now = self.now.max(next);
            for side in 0..2 {
                if self.sides[side].mesh.poll_timeout().is_some_and(|due| due <= self.now) {
                    self.sides[side].mesh.handle_timeout(self.now);
                    let due = self.sides[side].mesh.poll_timeout();
                    assert!(due.is_none_or(|due| due > self.now), "what is due is done");
                    self.obey(side);
                }
            }
        }
        self.now = end;
    }

    fn reach(&mut self, side: Side) {
        let Some((dial, route)) = self.sides[side].next_dial() else { return };
        let name = (side, self.sides[side].dialled);
        self.sides[side].dialled += 1;
        let conn = Conn { route, to: [VecDeque::new(), VecDeque::new()], ends: [End::default(); 2] };
        self.conns.insert(name, conn);
        self.send(name, side, Packet::Connected);
        self.connect(name, side, Some(dial));
    }

    fn connect(&mut self, name: Name, side: Side, dial: Option<DialId>) {
        let link = self.sides[side].names.insert(name);
        self.end_of(name, side).link = link;
        let (proxy, route) = (self.sides[1 - side].id.clone(), self.route(name));
        let source = [10, 0, 0, 1].into();
        self.input(side, MeshInput::Connected { link, proxy, source, route, dial });
    }

    fn deliver(&mut self, name: Name, side: Side) {
        let Some(packet) = self.conn(name).to[side].pop_front() else { return };
        if packet == Packet::Connected {
            return self.connect(name, side, None);
        }
        let link = self.end_of(name, side).link;
        if packet == Packet::Fin {
            return self.end(name, side);
        }
        if link.is_null() {
            return self.reset(name, side);
        }
        self.input(side, MeshInput::Heard { link });
        match packet {
            Packet::Hello => {
                self.end_of(name, side).hello_came = true;
                self.greet(name, side);
            }
            Packet::Ping => self.send(name, side, Packet::Pong),
            Packet::Connected | Packet::Pong | Packet::Fin => {}
        }
    }

    /// Something came on a connection that this side has no more.
    fn reset(&mut self, name: Name, side: Side) {
        if self.conn(name).to[1 - side].back() != Some(&Packet::Fin) {
            self.send(name, side, Packet::Fin);
        }
    }

    fn greet(&mut self, name: Name, side: Side) {
        let end = self.end_of(name, side);
        if end.hello_came && end.hello_sent && !end.is_ready && !end.link.is_null() {
            end.is_ready = true;
            let link = end.link;
            self.input(side, MeshInput::Ready { link });
        }
    }

    fn end(&mut self, name: Name, side: Side) {
        let link = std::mem::take(&mut self.end_of(name, side).link);
        if self.sides[side].names.remove(link).is_some() {
            self.end_of(name, side).is_ready = false;
            self.input(side, MeshInput::Down { link });
        }
    }

    fn send(&mut self, name: Name, from: Side, packet: Packet) {
        self.conn(name).to[1 - from].push_back(packet);
    }

    fn input(&mut self, side: Side, input: MeshInput) {
        self.sides[side].mesh.handle(input, self.now);
        self.obey(side);
    }

    fn obey(&mut self, side: Side) {
        let outputs: Vec<MeshOutput> = std::iter::from_fn(|| self.sides[side].mesh.poll_output()).collect();
        for output in outputs {
            match output {
                MeshOutput::Dial { dial, target } => {
                    let is_site = target == Target::Peer(SITE);
                    let route = if is_site { Route::Backbone } else { Route::Direct };
                    self.sides[side].dials.push((dial, route));
                }
                MeshOutput::Abandon { .. } if self.is_deaf => {}
                MeshOutput::Abandon { dial } => self.sides[side].dials.retain(|(it, _)| *it != dial),
                MeshOutput::Start { link } => {
                    let name = self.name(side, link);
                    let sent = std::mem::replace(&mut self.end_of(name, side).hello_sent, true);
                    assert!(!sent, "a link is started once");
                    self.send(name, side, Packet::Hello);
                    self.greet(name, side);
                }
                MeshOutput::Ask | MeshOutput::Searched { .. } => {}
                MeshOutput::Ping { link } => {
                    let name = self.name(side, link);
                    assert!(self.end_of(name, side).is_ready, "only links that are ready are pinged");
                    self.send(name, side, Packet::Ping);
                }
                MeshOutput::Close { link, reason } => {
                    assert!(!matches!(
                        reason,
                        LinkCloseReason::Own | LinkCloseReason::Stranger | LinkCloseReason::Crowded
                    ));
                    let name = self.name(side, link);
                    self.cuts += usize::from(self.conn(name).ends.iter().all(|end| end.is_ready));
                    self.send(name, side, Packet::Fin);
                    self.end(name, side);
                }
                MeshOutput::Offer { .. }
                | MeshOutput::Linger { .. }
                | MeshOutput::Withdraw { .. }
                | MeshOutput::Isolated { .. } => panic!("there is no channel"),
            }
        }
    }

    fn name(&self, side: Side, link: LinkId) -> Name {
        *self.sides[side].names.get(link).expect("nothing is asked for links that are closed")
    }

    fn conn(&mut self, name: Name) -> &mut Conn {
        self.conns.get_mut(&name).expect("a connection")
    }

    fn end_of(&mut self, name: Name, side: Side) -> &mut End {
        &mut self.conn(name).ends[side]
    }
}

impl Node {
    fn new(side: Side, seed: u64) -> Self {
        let id = ProxyId::from_digest(&[side as u8; 32]);
        let mut seeds = [side as u8; 32];
        seeds[..8].copy_from_slice(&seed.to_le_bytes());
        let mesh = Mesh::new(MeshConfig::default(), id.clone(), seeds);
        Self { mesh, id, names: SlotMap::with_key(), dialled: 0, dials: Vec::new() }
    }

    fn next_dial(&mut self) -> Option<(DialId, Route)> {
        (!self.dials.is_empty()).then(|| self.dials.remove(0))
    }
}
