//! Channels, their clients and other proxies, all of whom do what a fuzzer chooses.

use std::sync::Arc;
use std::time::Instant;

use nws_core::{Account, ChannelKey, Channels, Config, ConnId, Input, Output, Shared};
use nws_sim::{local, network};
use slotmap::SlotMap;

use crate::bytes::Bytes;
use crate::client::Client;
use crate::other::{Other, own};
use crate::verdict::judge;

/// Limits are low, so that a few steps reach them.
pub(crate) const CHANNEL_PEERS_MAX: usize = 4;
const CHANNELS_MAX: usize = 2;

/// What links make a proxy keep: two thousand members.
const KEPT_MAX: usize = 500_000;

/// Passes after which everything that is due has to be done.
const PASSES_MAX: usize = 10_000;

/// A connection that its owner has not taken away.
pub(crate) struct Conn {
    pub(crate) end: End,
    /// Its socket is not asked before it says that it takes more.
    pub(crate) is_blocked: bool,
    /// Bytes that the socket takes at once.
    pub(crate) takes: usize,
}

/// Whom it leads to.
pub(crate) enum End {
    Client(Client),
    Other(Box<Other>),
}

pub(crate) struct World<'a> {
    pub(crate) bytes: Bytes<'a>,
    pub(crate) core: Channels,
    shared: Arc<Shared>,
    pub(crate) account: Arc<Account>,
    pub(crate) now: Instant,
    pub(crate) channels: [ChannelKey; 3],
    pub(crate) conns: SlotMap<ConnId, Conn>,
    /// Names of connections that are no more.
    pub(crate) gone: Vec<ConnId>,
    /// The number of what is said next.
    pub(crate) number: u64,
    pub(crate) announced: usize,
}

/// Lets happen what the bytes say, and looks after each step whether everybody knows what is true.
pub(crate) fn run(input: &[u8], now: Instant) {
    let mut world = World::new(Bytes::new(input), now);
    while !world.bytes.is_empty() {
        if world.step() {
            world.settle();
            judge(&world);
        } else {
            world.drain();
        }
    }
    world.end();
}

impl<'a> World<'a> {
    fn new(bytes: Bytes<'a>, now: Instant) -> Self {
        let shared = Arc::new(Shared::new(CHANNELS_MAX, 150_000));
        let config = Config {
            has_links: true,
            channel_peers_max: CHANNEL_PEERS_MAX,
            message_max: 60_000,
            records_per_turn: 3,
            sender_window: 20_000,
            recipient_queue_max: 60_000,
            shared: Arc::clone(&shared),
            ..Config::default()
        };
        Self {
            bytes,
            core: Channels::new(config, own(), [7; 32]),
            shared,
            account: Account::new(KEPT_MAX),
            now,
            channels: [network("a"), network("b"), local("a")],
            conns: SlotMap::with_key(),
            gone: Vec::new(),
            number: 0,
            announced: 0,
        }
    }

    /// What waits for a connection.
    pub(crate) fn has_all(&self, conn: ConnId) -> bool {
        self.core.waiting(conn).next().is_none()
    }

    pub(crate) fn add(&mut self, end: End) -> ConnId {
        self.conns.insert(Conn { end, is_blocked: false, takes: usize::MAX })
    }

    pub(crate) fn input(&mut self, input: Input<'_>) {
        self.core.handle(input, self.now);
    }

    pub(crate) fn remove(&mut self, conn: ConnId) {
        self.input(Input::Gone { conn });
        if self.conns.remove(conn).is_some() {
            self.gone.push(conn);
        }
    }

    /// Does what is due and what is asked for, until nothing is.
    pub(crate) fn settle(&mut self) {
        for _ in 0..PASSES_MAX {
            self.drain();
            if self.core.poll_timeout().is_none_or(|due| due > self.now) {
                return;
            }
            self.core.handle_timeout(self.now);
        }
        panic!("what is due is never done");
    }

    fn drain(&mut self) {
        while let Some(output) = self.core.poll_output() {
            // What was asked for before a connection has gone is of no use any more.
            if !conn(&output).is_some_and(|conn| self.gone.contains(&conn)) {
                self.carry_out(output);
            }
        }
    }

    fn carry_out(&mut self, output: Output) {
        match output {
            Output::Write { conn } => {
                if !self.conns[conn].is_blocked {
                    self.write(conn);
                }
            }
            Output::Reserved { conn } => assert!(self.conns.contains_key(conn)),
            Output::Taken { conn } => {
                self.conns.remove(conn).expect("it was about to be");
                self.gone.push(conn);
            }
            Output::Hold { conn } => self.hold(conn, true),
            Output::Release { conn } => self.hold(conn, false),
            Output::Finish { conn } => match &mut self.conns[conn].end {
                End::Client(client) => client.is_closing = true,
                End::Other(_) => panic!("a link is reset"),
            },
            Output::Reset { conn } => match &mut self.conns[conn].end {
                End::Client(_) => self.remove(conn),
                End::Other(other) => {
                    other.is_over = true;
                    other.announced.clear();
                }
            },
            Output::Cut(_) | Output::Full | Output::Opened { .. } | Output::Closed { .. } => {}
        }
    }

    fn hold(&mut self, conn: ConnId, is_held: bool) {
        let before = match &mut self.conns[conn].end {
            End::Client(client) => &mut client.is_held,
            End::Other(other) => &mut other.is_held,
        };
        assert_ne!(std::mem::replace(before, is_held), is_held);
    }

    /// As much as the socket takes.
    pub(crate) fn write(&mut self, conn: ConnId) {
        let entry = &mut self.conns[conn];
        let waiting: Vec<u8> = self.core.waiting(conn).flatten().copied().collect();
        let taken = &waiting[..entry.takes.min(waiting.len())];
        entry.is_blocked = taken.len() < waiting.len();
        match &mut entry.end {
            End::Client(client) => client.receive(taken),
            End::Other(other) => other.receive(taken),
        }
        self.input(Input::Wrote { conn, bytes: taken.len() });
    }

    /// All leave, and nothing is left of them.
    fn end(mut self) {
        for conn in self.conns.keys().collect::<Vec<_>>() {
            if self.conns.contains_key(conn) {
                self.remove(conn);
                self.settle();
            }
        }
        self.settle();
        assert_eq!(self.shared.channels(), 0, "no channel is left");
        assert_eq!((self.shared.queued(), self.shared.unfinished()), (0, 0), "no byte is left");
        assert_eq!(self.account.total(), 0, "nothing is kept because of links");
        for _ in 0..PASSES_MAX {
            let Some(due) = self.core.poll_timeout() else { return };
            self.now = self.now.max(due);
            self.settle();
        }
        panic!("something is always left to be done");
    }
}

/// What an output is about, if that is a connection.
fn conn(output: &Output) -> Option<ConnId> {
    match *output {
        Output::Reserved { conn }
        | Output::Taken { conn }
        | Output::Write { conn }
        | Output::Hold { conn }
        | Output::Release { conn }
        | Output::Finish { conn }
        | Output::Reset { conn } => Some(conn),
        Output::Cut(_) | Output::Full | Output::Opened { .. } | Output::Closed { .. } => None,
    }
}
