//! One proxy with its clients.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nws_protocol::limits::{READ_PER_PASS, REMOTES_KEPT_MAX};
use nws_protocol::{CloseCode, PeerId, ProxyId};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use slotmap::{SecondaryMap, SlotMap};

use super::client::Client;
use super::clock::Clock;
use super::{ClientId, Event, Speed, Word};
use nws_core::{Account, ChannelKey, Channels, Config, ConnId, Framing, Input, Output, RecordReader};

/// Length of a message, in bytes, up to which it is likely to be read together with the next one.
const TOGETHER: usize = 1024;

/// Most turns that the work due at one time may take.
const TURNS_MAX: usize = 100_000;

/// A proxy that works in passes, as the real one does. It reads what its clients have said, in an
/// order that the seed decides. Then it writes to each client what waits, as far as the client
/// takes it.
pub struct Proxy {
    pub(super) core: Channels,
    pub(super) own_id: ProxyId,
    pub(super) account: Arc<Account>,
    pub(super) clock: Clock,
    rng: ChaCha20Rng,
    /// Connections of clients and of groups.
    pub(super) conns: SlotMap<ConnId, Option<ClientId>>,
    /// The record readers of groups, by their connections.
    pub(super) readers: SecondaryMap<ConnId, RecordReader>,
    pub(super) clients: Vec<Client>,
    /// The clients of which something may be read.
    talking: BTreeSet<ClientId>,
    /// The clients for which something was queued in this pass.
    dirty: BTreeSet<ClientId>,
    /// The clients that read little by little.
    slow: BTreeSet<ClientId>,
    /// Whether the last reservation succeeded.
    reserved: bool,
    /// The outputs for links.
    pub(super) news: Vec<Output>,
}

impl Proxy {
    /// Makes a proxy with this id, without clients.
    #[must_use]
    pub fn with_id(own_id: ProxyId, config: Config, seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let mut core_seed = [0; 32];
        rng.fill_bytes(&mut core_seed);
        Self {
            core: Channels::new(config, own_id.clone(), core_seed),
            own_id,
            account: Account::new(REMOTES_KEPT_MAX),
            clock: Clock::new(),
            rng,
            conns: SlotMap::with_key(),
            readers: SecondaryMap::new(),
            clients: Vec::new(),
            talking: BTreeSet::new(),
            dirty: BTreeSet::new(),
            slow: BTreeSet::new(),
            reserved: false,
            news: Vec::new(),
        }
    }

    /// Time since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    /// Joins a channel with a new structured client.
    pub fn join(&mut self, channel: &ChannelKey) -> ClientId {
        let client = self.connect();
        self.admit(client, channel, Framing::Structured);
        client
    }

    /// Joins a channel with a client under an id that it has chosen.
    ///
    /// # Panics
    ///
    /// When `peer` is no id, or is taken.
    pub fn join_as(&mut self, channel: &ChannelKey, peer: &str, framing: Framing) -> ClientId {
        let client = self.reserve(channel, peer).expect("an id that is not taken");
        self.admit(client, channel, framing);
        client
    }

    /// Reserves an id for a client; `None` when it is taken.
    ///
    /// # Panics
    ///
    /// When `peer` is no id.
    pub fn reserve(&mut self, channel: &ChannelKey, peer: &str) -> Option<ClientId> {
        let client = self.connect();
        let peer = PeerId::chosen(peer).expect("a peer id");
        let conn = self.conn(client)?;
        self.input(Input::Reserve { conn, channel: channel.clone(), peer });
        if !self.reserved {
            self.conns.remove(conn);
            self.clients[client.0].end(None);
        }
        self.reserved.then_some(client)
    }

    /// Joins a channel with a client that has reserved an id.
    pub fn admit(&mut self, client: ClientId, channel: &ChannelKey, framing: Framing) {
        if let Some(conn) = self.conn(client) {
            self.clients[client.0].is_new = framing == Framing::Structured;
            self.input(Input::Join { conn, channel: channel.clone(), framing, knows_streams: false });
            self.settle();
        }
    }

    /// Connects a client and refuses it.
    pub fn refuse(&mut self, code: CloseCode) -> ClientId {
        let client = self.connect();
        self.refuse_client(client, code);
        client
    }

    /// Refuses a client that may have reserved an id.
    pub fn refuse_client(&mut self, client: ClientId, code: CloseCode) {
        if let Some(conn) = self.conn(client) {
            self.input(Input::Refuse { conn, code, reason: "refused" });
            self.settle();
        }
    }

    /// A client says something. The proxy reads it, unless it has stopped reading from that client.
    pub fn send(&mut self, client: ClientId, word: Word) {
        self.enqueue(client, word);
        self.settle();
    }

    /// A client says something. The proxy reads it in one of its next passes.
    pub fn enqueue(&mut self, client: ClientId, word: Word) {
        if self.is_connected(client) {
            self.clients[client.0].said.push_back(word);
            self.talking.insert(client);
        }
    }

    /// Breaks the connection of a client.
    pub fn vanish(&mut self, client: ClientId) {
        self.end(client, None);
        self.settle();
    }

    /// A client has sent `bytes` of a message whose end has not come.
    pub fn hold_unfinished(&mut self, client: ClientId, bytes: usize) {
        if let Some(conn) = self.conn(client) {
            self.input(Input::Unfinished { conn, bytes });
            self.settle();
        }
    }

    /// Stops the proxy.
    pub fn shutdown(&mut self) {
        self.input(Input::Shutdown);
        self.settle();
    }

    /// Sets the speed at which a client reads from now on.
    pub fn set_speed(&mut self, client: ClientId, speed: Speed) {
        let downlink = &mut self.clients[client.0].downlink;
        downlink.set_speed(speed);
        match downlink.is_limited() {
            true => self.slow.insert(client),
            false => self.slow.remove(&client),
        };
        self.write(client);
        self.settle();
    }

    /// From now on a client answers no ping.
    pub fn ignore_pings(&mut self, client: ClientId) {
        self.clients[client.0].answers_pings = false;
    }

    /// The events that a client has seen since this was last called.
    pub fn events(&mut self, client: ClientId) -> Vec<Event> {
        self.settle();
        std::mem::take(&mut self.clients[client.0].events)
    }

    /// Does the same, as text.
    pub fn seen(&mut self, client: ClientId) -> Vec<String> {
        self.events(client).iter().map(ToString::to_string).collect()
    }

    /// Asks for the id of a structured client.
    ///
    /// # Panics
    ///
    /// When no reply comes.
    pub fn id(&mut self, client: ClientId) -> String {
        let before = self.clients[client.0].events.len();
        self.send(client, Word::status());
        match self.clients[client.0].events.drain(before..).next() {
            Some(Event::Status { you, .. }) => you,
            other => panic!("not the own id: {other:?}"),
        }
    }

    /// Runs until nothing is left to be read, decided or written at this time.
    pub fn settle(&mut self) {
        while self.pass() {}
    }

    /// Does what is due, however many turns that takes.
    pub(super) fn time_out(&mut self) {
        for _ in 0..TURNS_MAX {
            if !self.is_due() {
                return;
            }
            self.core.handle_timeout(self.clock.now());
            self.apply_outputs();
        }
        panic!("what is due is never done");
    }

    fn is_due(&self) -> bool {
        self.core.poll_timeout().is_some_and(|timeout| timeout <= self.clock.now())
    }

    fn pass(&mut self) -> bool {
        let clients = &self.clients;
        self.talking.retain(|client| !clients[client.0].said.is_empty());
        let talking = self.talking.iter().copied();
        let mut readers: Vec<ClientId> = talking.filter(|&client| self.is_readable(client)).collect();
        let busy = !readers.is_empty();
        while !readers.is_empty() {
            let next = self.rng.next_u32() as usize % readers.len();
            self.read(readers.swap_remove(next));
            // The real proxy does so when much has been said already.
            if self.rng.next_u32().is_multiple_of(4) {
                self.apply_outputs();
            }
        }
        self.apply_outputs();
        let is_due = self.is_due();
        self.time_out();
        let dirty = std::mem::take(&mut self.dirty);
        dirty.iter().for_each(|&client| self.write(client));
        busy || is_due || !dirty.is_empty()
    }

    fn read(&mut self, client: ClientId) {
        let mut bytes_left = READ_PER_PASS;
        while self.is_readable(client)
            && let Some(conn) = self.conn(client)
            && let Some(word) = self.clients[client.0].said.pop_front()
        {
            let len = word.len();
            self.core.handle(word.input(conn), self.clock.now());
            if len > TOGETHER {
                self.apply_outputs();
            }
            bytes_left = bytes_left.saturating_sub(len);
            if bytes_left == 0 {
                break;
            }
        }
    }

    pub(super) fn write(&mut self, client: ClientId) {
        let Some(conn) = self.conn(client) else { return };
        self.dirty.remove(&client);
        let bytes = self.clients[client.0].downlink.take(self.core.waiting(conn), self.clock);
        self.input(Input::Wrote { conn, bytes });
        self.clients[client.0].look();
        if !self.clients[client.0].said.is_empty() {
            self.talking.insert(client);
        }
        if self.clients[client.0].finishing && self.waiting(client) == 0 {
            self.end(client, Some(Event::End));
        }
    }

    pub(super) fn input(&mut self, input: Input<'_>) {
        self.core.handle(input, self.clock.now());
        self.apply_outputs();
    }

    pub(super) fn apply_outputs(&mut self) {
        while let Some(output) = self.core.poll_output() {
            match output {
                Output::Reserved { .. } => self.reserved = true,
                Output::Taken { .. } => self.reserved = false,
                Output::Opened { .. } | Output::Closed { .. } => self.news.push(output),
                Output::Write { conn }
                | Output::Hold { conn }
                | Output::Release { conn }
                | Output::Reset { conn }
                    if self.is_group(conn) =>
                {
                    self.news.push(output);
                }
                Output::Cut(_) | Output::Full => {}
                Output::Write { conn } => self.dirty.extend(self.conns.get(conn).copied().flatten()),
                Output::Hold { conn } => self.with(conn, |client| client.held = true),
                Output::Release { conn } => self.with(conn, |client| client.held = false),
                Output::Finish { conn } => self.with(conn, |client| client.finishing = true),
                Output::Reset { conn } => {
                    if let Some(&Some(client)) = self.conns.get(conn) {
                        self.end(client, Some(Event::Reset));
                    }
                }
            }
        }
    }

    fn end(&mut self, client: ClientId, event: Option<Event>) {
        let Some(conn) = self.conn(client) else { return };
        self.conns.remove(conn);
        self.clients[client.0].end(event);
        self.input(Input::Gone { conn });
    }

    fn connect(&mut self) -> ClientId {
        let client = ClientId(self.clients.len());
        let conn = self.conns.insert(Some(client));
        self.clients.push(Client::new(conn));
        client
    }

    /// The next time at which something happens by itself.
    pub(super) fn next(&self) -> Option<Instant> {
        let tick = self.limited().next().map(|_| self.clock.next_tick());
        [self.core.poll_timeout(), tick].into_iter().flatten().min()
    }

    /// Clients that read what waits for them little by little.
    pub(super) fn limited(&self) -> impl Iterator<Item = ClientId> {
        self.slow.iter().copied().filter(|&client| self.waiting(client) > 0)
    }

    fn is_readable(&self, client: ClientId) -> bool {
        let Client { conn, said, held, .. } = &self.clients[client.0];
        conn.is_some() && !said.is_empty() && !held
    }

    pub(super) fn conn(&self, client: ClientId) -> Option<ConnId> {
        self.clients[client.0].conn
    }

    fn with(&mut self, conn: ConnId, change: impl FnOnce(&mut Client)) {
        if let Some(&Some(client)) = self.conns.get(conn) {
            change(&mut self.clients[client.0]);
        }
    }
}
