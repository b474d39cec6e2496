//! Channels and their members: who is there, who is told what, and who may go on sending.

mod admission;
mod channel;
mod config;
mod flow;
mod input;
mod isolation;
mod lag;
mod liveness;
mod long;
mod member;
mod outbox;
mod output;
mod presence;
mod route;
mod serve;
mod shared;
mod slowness;
mod tally;
mod trunk;
mod turn;
mod welcome;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use ahash::RandomState;
use nws_protocol::structured::LeaveReason;
use nws_protocol::websocket::{self, Opcode};
use nws_protocol::{CloseCode, ProxyId};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use slotmap::{SecondaryMap, SlotMap};

use channel::Channel;
use flow::Lagging;
use liveness::Agenda;
use member::{Member, State};
use outbox::Pool;
use route::Batch;
use tally::Tally;
use trunk::{Departing, Trunk};
use welcome::Welcomes;

use crate::Attention;

pub use config::Config;
pub use input::{ChannelKey, Framing, Input};
pub use long::{Encoded, LongMessage};
pub use output::{Cut, Fresh, Output};
pub use shared::Shared;
pub use slowness::Slowness;
pub use turn::Turn;

slotmap::new_key_type! {
    /// A connection, named by the owner of the sockets. A name is not used again after
    /// [`Input::Gone`].
    pub struct ConnId;
}

slotmap::new_key_type! {
    struct ChannelId;
}

/// The state machine of some of a proxy's channels.
pub struct Channels {
    config: Config,
    proxy: ProxyId,
    rng: ChaCha20Rng,
    hasher: RandomState,
    members: SecondaryMap<ConnId, Member>,
    channels: SlotMap<ChannelId, Channel>,
    by_key: HashMap<ChannelKey, ChannelId, RandomState>,
    outputs: VecDeque<Output>,
    pool: Pool,
    /// A buffer for the frames of one input, kept between inputs.
    encoded: Vec<u8>,
    batch: Batch,
    lagging: Lagging,
    /// Those who have sent more than their share of a message without an end, by what they have sent.
    unfinished: BTreeSet<(usize, ConnId)>,
    agenda: Agenda,
    welcomes: Welcomes,
    /// By this clock all times in here are.
    attention: Attention,
    tally: Rc<Tally>,
    departing: Departing,
    /// The proxy stops: nobody joins any more.
    stopping: bool,
    /// Bytes that were queued since outputs were last drained.
    fresh: usize,
    /// Frames and batches of them that were ever put into outboxes, and members that were passed over.
    frames: u64,
}

impl Channels {
    /// A state machine without channels, whose generated ids belong to `proxy`. `seed` decides them and keys the hash
    /// tables: it has to come from a CSPRNG.
    #[must_use]
    pub fn new(config: Config, proxy: ProxyId, seed: [u8; 32]) -> Self {
        let mut rng = ChaCha20Rng::from_seed(seed);
        let hasher = RandomState::with_seeds(rng.next_u64(), rng.next_u64(), rng.next_u64(), rng.next_u64());
        Self {
            agenda: Agenda::with_interval(config.ping_interval),
            attention: Attention::default(),
            tally: Rc::new(Tally::new(Arc::clone(&config.shared))),
            stopping: false,
            config,
            proxy,
            rng,
            members: SecondaryMap::new(),
            channels: SlotMap::with_key(),
            by_key: HashMap::with_hasher(hasher.clone()),
            hasher,
            outputs: VecDeque::new(),
            pool: Pool::default(),
            encoded: Vec::new(),
            batch: Batch::default(),
            lagging: Lagging::default(),
            unfinished: BTreeSet::new(),
            welcomes: Welcomes::default(),
            departing: Departing::default(),
            fresh: 0,
            frames: 0,
        }
    }

    /// Takes note of something that happened at `now`. What makes no sense for a connection, as it is
    /// not known or is closing, is ignored.
    pub fn handle(&mut self, input: Input<'_>, now: Instant) {
        let now = self.begin(input.speaker(), now);
        match input {
            Input::Reserve { conn, channel, peer } => self.reserve(conn, channel, peer, now),
            Input::Join { conn, channel, framing } => self.join(conn, channel, framing, now),
            Input::Refuse { conn, code, reason } => self.refuse(conn, code, reason, now),
            Input::Trunk { conn, channel, proxy, share } => {
                self.on_trunk(conn, channel, Trunk::new(proxy, &share), now);
            }
            Input::Stream { conn, mut bytes } => {
                while !bytes.is_empty() {
                    if let Some(long) = self.on_stream(conn, &mut bytes, &mut Turn::default(), now) {
                        self.on_encoded(conn, long.encode(), now);
                    }
                }
            }
            Input::Searched { channel, found } => self.on_searched(channel, found),
            Input::Text { conn, text } => self.on_text(conn, text, now),
            Input::Encoded { conn, message } => self.on_encoded(conn, message, now),
            Input::Binary { conn, bytes } => self.on_binary(conn, bytes, now),
            Input::Ping { conn, payload } => self.on_ping(conn, payload, now),
            Input::Unfinished { conn, bytes } => self.on_unfinished(conn, bytes, now),
            Input::Pong { conn } => self.heard(conn, now),
            Input::PeerClosed { conn, code } => self.on_peer_closed(conn, code, now),
            Input::Violation { conn, violation } => {
                self.close(conn, violation.code, violation.reason, now);
            }
            Input::Wrote { conn, bytes } => self.on_wrote(conn, bytes, now),
            Input::Queued { conn } => self.on_queued(conn, now),
            Input::Gone { conn } => self.on_gone(conn, now),
            Input::Isolated { channel, is_isolated } => self.on_isolated(channel, is_isolated),
            Input::Shutdown => self.shutdown(now),
        }
        self.end(now);
    }

    /// Takes the beginning of [`Input::Stream`] from `bytes`, as much as there is time for in this
    /// turn, which is not over: to be called again with the rest, after others have had theirs. Where the
    /// answer is a long message, it has to be encoded and handed back before.
    #[must_use]
    pub fn hear_stream(
        &mut self,
        conn: ConnId,
        bytes: &mut &[u8],
        turn: &mut Turn,
        now: Instant,
    ) -> Option<LongMessage> {
        let now = self.begin(Some(conn), now);
        let long = self.on_stream(conn, bytes, turn, now);
        self.end(now);
        long
    }

    /// Does what is due at `now`, or a turn's part of it: then the next one is due at once.
    pub fn handle_timeout(&mut self, now: Instant) {
        let now = self.awake(now);
        let turn = &mut Turn::of(self.config.records_per_turn);
        self.deliver();
        self.judge_lagging(turn, now);
        self.visit_due(turn, now);
        self.welcome_late(turn, now);
        self.go_on_departing(turn);
        self.end(now);
    }

    /// What is to be done next. To be called until it answers `None`, after every input or after
    /// several.
    #[inline]
    pub fn poll_output(&mut self) -> Option<Output> {
        self.finish_batch();
        let output = self.outputs.pop_front();
        match output {
            Some(Output::Write { conn }) => {
                if let Some(member) = self.members.get_mut(conn) {
                    member.announced = false;
                }
            }
            None => self.fresh = 0,
            Some(_) => {}
        }
        output
    }

    /// When [`Self::handle_timeout`] is to be called at the latest.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        due(&self.lagging, &self.agenda, &self.welcomes, &self.departing)
            .map(|due| self.attention.system(due))
    }

    /// What waits to be written to `conn`, in order and in pieces. What was written is reported by
    /// [`Input::Wrote`].
    pub fn waiting(&self, conn: ConnId) -> impl Iterator<Item = &[u8]> {
        self.members.get(conn).into_iter().flat_map(|member| member.outbox.pieces())
    }

    /// What has been queued since [`Self::poll_output`] last answered `None`: may be a reason to write
    /// before reading on.
    pub fn fresh(&mut self) -> Fresh {
        self.finish_batch();
        Fresh { bytes: self.fresh, outputs: self.outputs.len() }
    }

    /// How often anything was ever put into an outbox, or a member passed over: most of what inputs have cost.
    #[must_use]
    pub const fn frames(&self) -> u64 {
        self.frames
    }

    /// A turn has ended after so many outputs, and others are left. What was queued for those that are done is fresh no
    /// more: about as much for each as for each of the others.
    pub fn end_turn(&mut self, done: usize) {
        let left = self.outputs.len();
        self.fresh = (self.fresh as u128 * left as u128 / (left + done).max(1) as u128) as usize;
    }

    /// Before something that `speaker` says, or that somebody else has caused.
    fn begin(&mut self, speaker: Option<ConnId>, now: Instant) -> Instant {
        let now = self.awake(now);
        if !self.batch.is_from(speaker) {
            self.deliver();
        }
        now
    }

    /// After it.
    fn end(&mut self, now: Instant) {
        if self.welcomes.has_changed() {
            self.welcome_settled();
        }
        self.judge_touched(now);
    }

    #[inline]
    fn awake(&mut self, now: Instant) -> Instant {
        let Self { attention, lagging, agenda, welcomes, departing, .. } = self;
        attention.at(now, || due(lagging, agenda, welcomes, departing))
    }

    /// Queues a close frame and takes the connection out of its channel. Nothing that the client
    /// says from now on is heard.
    fn close(&mut self, conn: ConnId, code: CloseCode, reason: &str, now: Instant) {
        self.finish(conn, None, now, |out| websocket::write_close(out, code, reason));
    }

    /// The client closed: the answer has the code that it gave (RFC 6455, section 5.5.1).
    fn on_peer_closed(&mut self, conn: ConnId, code: Option<u16>, now: Instant) {
        self.finish(conn, None, now, |out| match code {
            Some(code) => websocket::write_frame(out, Opcode::Close, [&code.to_be_bytes()]),
            None => websocket::write_frame(out, Opcode::Close, []),
        });
    }

    fn finish(
        &mut self,
        conn: ConnId,
        reason: Option<LeaveReason>,
        now: Instant,
        write: impl FnOnce(&mut Vec<u8>),
    ) {
        let until = now + self.config.close_time;
        let Some(member) = self.members.get_mut(conn).filter(|member| member.is_open()) else { return };
        if member.trunk.is_some() {
            return self.end_trunk(conn, now);
        }
        member.state = State::Closing { until };
        let (unfinished, holders) =
            (std::mem::take(&mut member.unfinished), std::mem::take(&mut member.holders));
        self.note_unfinished(conn, unfinished, 0);
        if holders > 0 {
            self.outputs.push_back(Output::Release { conn });
        }
        self.leave(conn, reason, now);
        self.let_all_go(conn, now);
        self.agenda.set(conn, until);
        self.queue_with(conn, conn, write);
        self.outputs.push_back(Output::Finish { conn });
    }

    fn refuse(&mut self, conn: ConnId, code: CloseCode, reason: &str, now: Instant) {
        match self.members.get_mut(conn) {
            Some(member) if member.state == State::Reserved => member.state = State::Open,
            Some(_) => {}
            None => {
                let member = self.generate_member(Framing::Raw, now);
                self.members.insert(conn, member);
            }
        }
        self.close(conn, code, reason, now);
    }

    fn shutdown(&mut self, now: Instant) {
        self.stopping = true;
        for (_, channel) in self.channels.drain() {
            self.config.shared.release_channel();
            drop(channel);
        }
        self.by_key.clear();
        let open: Vec<ConnId> = self.members.keys().collect();
        for &conn in &open {
            self.members[conn].place = None;
        }
        for conn in open {
            self.close_as_stopping(conn, now);
        }
    }

    fn close_as_stopping(&mut self, conn: ConnId, now: Instant) {
        self.close(conn, CloseCode::GoingAway, "the proxy stops", now);
    }

    fn on_gone(&mut self, conn: ConnId, now: Instant) {
        self.leave(conn, None, now);
        self.let_all_go(conn, now);
        self.forget_lag(conn);
        self.agenda.forget(conn);
        if let Some(mut member) = self.members.remove(conn) {
            self.note_unfinished(conn, member.unfinished, 0);
            member.outbox.clear(&mut self.pool);
        }
        if self.members.is_empty() {
            self.pool = Pool::default();
        }
    }
}

/// When something is to be done.
fn due(lagging: &Lagging, agenda: &Agenda, welcomes: &Welcomes, departing: &Departing) -> Option<Instant> {
    [lagging.next_look, agenda.next(), welcomes.next(), departing.next()].into_iter().flatten().min()
}
