//! Decides about channels and their members: which are present, what each is told, and which may go
//! on sending.

mod batch;
mod closing;
mod config;
mod delivery;
mod history;
mod input;
mod isolation;
mod liveness;
mod long;
mod output;
mod presence;
mod remote;
mod rosters;
mod route;
mod said;
mod serve;
mod shared;
mod slowness;
mod streams;
mod survey;
mod turn;
mod unfinished;
mod welcome;

use std::sync::Arc;
use std::time::Instant;

use ahash::RandomState;
use nws_protocol::{Pieces, ProxyId};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use batch::Batch;
use delivery::Delivery;
use history::History;
use liveness::Agenda;
use remote::Departing;
use rosters::{ChannelId, RemoteGroup, Rosters};
use unfinished::Unfinished;
use welcome::Welcomes;

use crate::Attention;

pub use config::Config;
pub use history::{ClientEvent, ClientEventKind, Counts};
pub use input::{ChannelKey, Framing, Input};
pub use long::{Encoded, LongMessage};
pub use output::{Cut, Output, Pending};
pub use remote::RecordReader;
pub use shared::Shared;
pub use slowness::Slowness;
pub use survey::{ChannelState, ClientState, GroupsState, PeerPlace, PeerState, Sums, Survey, SurveyBounds};
pub use turn::Turn;

slotmap::new_key_type! {
    /// A connection, named by the owner of the sockets. A name is not used again after
    /// [`Input::Gone`].
    pub struct ConnId;
}

/// The state machine of some of a proxy's channels. `rosters` has the members, `delivery` what
/// waits for each of them.
///
/// It has three kinds of methods:
///
/// - [`handle`](Self::handle), [`hear_stream`](Self::hear_stream),
///   [`long_message`](Self::long_message) and [`handle_timeout`](Self::handle_timeout) take what
///   has happened, and when. What follows from an input may wait until the next call, so clients may
///   still leave in any of the others.
/// - [`poll_output`](Self::poll_output) gives what is to be done. Call it until it gives `None`,
///   after one input or several. For [`Output::Write`], write the bytes of
///   [`waiting`](Self::waiting), and report with [`Input::Wrote`] how many were written.
/// - [`poll_timeout`](Self::poll_timeout) gives the latest time at which `handle_timeout` has to be
///   called. It may change with every other call.
///
/// Times are by a clock that never goes back. All sizes are in bytes.
///
/// ```
/// use std::time::Instant;
/// use nws_core::{ChannelKey, Channels, Config, ConnId, Framing, Input, Output};
/// use nws_protocol::{ChannelName, ProxyId, Scope};
/// use slotmap::SlotMap;
///
/// let proxy = ProxyId::from_digest(&[0; 32]);
/// let mut channels = Channels::new(Config::default(), proxy, [7; 32]);
/// let channel = ChannelKey { scope: Scope::Local, name: ChannelName::new("chat").expect("a name") };
/// let mut conns: SlotMap<ConnId, ()> = SlotMap::with_key();
/// let [alice, bob] = [(); 2].map(|()| conns.insert(()));
/// for conn in [alice, bob] {
///     let join = Input::Join { conn, channel: channel.clone(), framing: Framing::Structured, knows_streams: false };
///     channels.handle(join, Instant::now());
/// }
/// let text = r#"{"action":"broadcast","data":"hello"}"#;
/// channels.handle(Input::Text { conn: alice, text }, Instant::now());
/// while let Some(output) = channels.poll_output() {
///     let Output::Write { conn } = output else { continue };
///     let frames: Vec<u8> = channels.waiting(conn).flatten().copied().collect();
///     channels.handle(Input::Wrote { conn, bytes: frames.len() }, Instant::now());
///     let has_heard = String::from_utf8_lossy(&frames).contains("hello");
///     assert_eq!(has_heard, conn == bob);
/// }
/// ```
pub struct Channels {
    config: Config,
    proxy: ProxyId,
    rng: ChaCha20Rng,
    rosters: Rosters,
    delivery: Delivery,
    batch: Batch,
    /// A buffer for the frames of one input, kept between inputs.
    encoded: Vec<u8>,
    unfinished: Unfinished,
    agenda: Agenda,
    welcomes: Welcomes,
    departing: Departing,
    history: History,
    /// The clock of all times in here.
    attention: Attention,
    /// The proxy stops: no client joins any more.
    is_stopping: bool,
}

impl Channels {
    /// A state machine without channels, whose generated ids belong to `proxy`. `seed` decides
    /// those ids and keys the hash tables: it has to come from a CSPRNG.
    #[must_use]
    pub fn new(config: Config, proxy: ProxyId, seed: [u8; 32]) -> Self {
        let mut rng = ChaCha20Rng::from_seed(seed);
        let hasher = RandomState::with_seeds(rng.next_u64(), rng.next_u64(), rng.next_u64(), rng.next_u64());
        Self {
            rosters: Rosters::new(&config, hasher.clone()),
            delivery: Delivery::new(&config, hasher),
            unfinished: Unfinished::new(Arc::clone(&config.shared)),
            agenda: Agenda::with_interval(config.ping_interval),
            batch: Batch::default(),
            encoded: Vec::new(),
            welcomes: Welcomes::default(),
            departing: Departing::default(),
            history: History::default(),
            attention: Attention::default(),
            is_stopping: false,
            config,
            proxy,
            rng,
        }
    }

    /// Takes something that happened at `now`. An input that makes no sense for its connection is
    /// ignored: the connection is not known, or is closing.
    pub fn handle(&mut self, input: Input<'_>, now: Instant) {
        let now = self.begin(input.speaker(), now);
        match input {
            Input::Reserve { conn, channel, peer } => self.reserve(conn, channel, peer),
            Input::Join { conn, channel, framing, knows_streams } => {
                self.join(conn, channel, framing, knows_streams, now);
            }
            Input::Refuse { conn, code, reason } => self.refuse(conn, code, reason, now),
            Input::RemoteGroup { conn, channel, proxy, share } => {
                self.on_remote_group(conn, channel, RemoteGroup::new(proxy, &share), now);
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
            Input::Wrote { conn, bytes } => self.delivery.on_wrote(conn, bytes, now),
            Input::Exempt { conn } => self.delivery.exempt(conn, now),
            Input::Gone { conn } => self.on_gone(conn, now),
            Input::Isolated { channel, is_isolated } => self.on_isolated(channel, is_isolated),
            Input::Shutdown => self.shutdown(now),
        }
        self.end(now);
    }

    /// Takes the beginning of `bytes`, which came on a stream of a link: as much as there is time
    /// for in this turn. Must not be called when the turn is over. Call it again with the rest,
    /// after other sockets have had their turns. `reader` is the one of the stream. If it gives a
    /// long text, have that encoded and hand it back before the next call.
    #[must_use]
    pub fn hear_stream(
        &mut self,
        conn: ConnId,
        reader: &mut RecordReader,
        bytes: &mut &[u8],
        turn: &mut Turn,
        now: Instant,
    ) -> Option<LongMessage> {
        let now = self.begin(Some(conn), now);
        let long = self.on_stream(conn, reader, bytes, turn, now);
        self.end(now);
        long
    }

    /// Takes a piece of a stream without copying it: `bytes` without those at their front that are
    /// skipped. Gives it back unless it lies within a long message. That costs next to nothing, so
    /// it is a part of no turn. Each piece becomes a part of the message for every recipient, which
    /// counts in the turn of the last one: so give it long pieces only.
    ///
    /// # Errors
    ///
    /// The piece, which is for [`hear_stream`](Self::hear_stream).
    pub fn take_piece(
        &mut self,
        conn: ConnId,
        reader: &mut RecordReader,
        bytes: Vec<u8>,
        skipped: usize,
        now: Instant,
    ) -> Result<(), Vec<u8>> {
        let now = self.begin(Some(conn), now);
        let taken = self.on_piece(conn, reader, bytes, skipped, now);
        self.end(now);
        taken
    }

    /// Does what is due at `now`. If that is more than fits into a turn, the rest is due at once.
    pub fn handle_timeout(&mut self, now: Instant) {
        let now = self.awake(now);
        let turn = &mut Turn::of(self.config.records_per_turn);
        self.deliver();
        for stopped in self.delivery.look_at_lagging(turn, now) {
            self.cut(stopped, now);
        }
        self.visit_due(turn, now);
        self.welcome_late(turn, now);
        self.continue_departures(turn);
        self.end(now);
    }

    /// The next thing to be done. Call this until it gives `None`, after every input or after
    /// several.
    #[inline]
    pub fn poll_output(&mut self) -> Option<Output> {
        self.finish_batch();
        self.delivery.poll_output()
    }

    /// The latest time at which [`Self::handle_timeout`] has to be called.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        due(&self.delivery, &self.agenda, &self.welcomes, &self.departing)
            .map(|due| self.attention.system(due))
    }

    /// What waits to be written to `conn`, in order and in pieces. Report with [`Input::Wrote`]
    /// what was written.
    pub fn waiting(&self, conn: ConnId) -> impl Iterator<Item = &[u8]> {
        self.delivery.waiting(conn)
    }

    /// Takes up to `max` bytes of what waits for `conn`, which then count as written. Frames that
    /// wait for no other connection are not copied, if they are long and fit.
    pub fn take_waiting(&mut self, conn: ConnId, max: usize, now: Instant) -> Pieces {
        let now = self.begin(None, now);
        let taken = self.delivery.take(conn, max, now);
        self.end(now);
        taken
    }

    /// Gives whether a client is present on `conn`.
    #[must_use]
    pub fn is_client(&self, conn: ConnId) -> bool {
        self.rosters.client(conn).is_some()
    }

    /// What has been queued since [`Self::poll_output`] last gave `None`. If it is much, the owner
    /// may write before it reads on.
    pub fn fresh(&mut self) -> Pending {
        self.finish_batch();
        self.delivery.fresh()
    }

    /// How often a frame was ever put into an outbox, or a member was passed over. That is most of
    /// what inputs have cost.
    #[must_use]
    pub const fn frames(&self) -> u64 {
        self.delivery.frames()
    }

    /// Ends a turn after so many outputs, while others are left. What was queued for the outputs
    /// that are done is not fresh any more. It is estimated to be as much for each as for each of
    /// the others.
    pub fn end_turn(&mut self, done: usize) {
        self.delivery.end_turn(done);
    }

    /// Begins an input: something that `speaker` says, or that has another cause.
    fn begin(&mut self, speaker: Option<ConnId>, now: Instant) -> Instant {
        let now = self.awake(now);
        if !self.batch.is_from(speaker) {
            self.deliver();
        }
        now
    }

    /// Ends an input.
    fn end(&mut self, now: Instant) {
        if self.welcomes.has_changed() {
            self.welcome_settled();
        }
        self.execute_verdicts(now);
    }

    /// Cuts recipients that read too slowly. Each of them leaves, and the notices of that make
    /// others lag.
    #[inline]
    fn execute_verdicts(&mut self, now: Instant) {
        while let Some(verdict) = self.delivery.next_verdict(now) {
            self.cut(verdict, now);
        }
    }

    #[inline]
    fn awake(&mut self, now: Instant) -> Instant {
        let Self { attention, delivery, agenda, welcomes, departing, .. } = self;
        attention.at(now, || due(delivery, agenda, welcomes, departing))
    }
}

/// The time at which something is to be done next.
fn due(delivery: &Delivery, agenda: &Agenda, welcomes: &Welcomes, departing: &Departing) -> Option<Instant> {
    [delivery.next_look(), agenda.next(), welcomes.next(), departing.next()].into_iter().flatten().min()
}
