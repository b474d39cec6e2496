//! The sockets of one channel, as a page sees them: the channel's own and those to its peers, across
//! all connections.
//!
//! The owner has the connection, the objects and the events. It tells each [`Input`], and then does one
//! [`Step`] after the other until there is none ([`Session::next_step`]). Nothing here knows the time,
//! makes a random number, or calls anybody.
//!
//! A handler of the page runs inside a step, and may do what is an input again. What that leads to is
//! done before the handler goes on. What is left of the first input is decided only then, by the state
//! that the handler has left.

mod agenda;
mod connection;
mod input;
mod sockets;
mod step;

use crate::backlog::{Backlog, Frame};
use crate::failure::Failure;
use crate::fate::Fate;
use crate::reconnect::Policy;
use crate::sorted::Sorted;
use crate::state::ReadyState;

use agenda::Agenda;
use connection::Phase;

pub use input::{Input, InputCode};
pub use step::{ARGUMENT, HAS_MORE, Step, StepCode};

/// The serial of the channel's own socket. Peers are numbered from 1 on, and no number is used twice.
pub const ROOT: u32 = 0;

/// A channel.
#[derive(Debug)]
pub struct Session {
    policy: Option<Policy>,
    state: ReadyState,
    phase: Phase,
    /// The peers whose sockets have not ended.
    peers: Sorted<u32, ReadyState>,
    last_serial: u32,
    agenda: Agenda,
    /// There is a connection, or one is being made.
    is_connected: bool,
    /// The connection has failed, and its end has not been told.
    is_broken: bool,
    backlog: Backlog,
    /// The channel has been open before.
    has_opened: bool,
    /// The attempts of this outage that were announced to the page.
    attempts: u32,
    /// The failure that was told to the page since the channel was last open.
    told: Option<Failure>,
}

/// Why a page may not do what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misuse {
    /// The socket is connecting.
    NotOpen,
    /// More is queued than the page has allowed.
    TooMuchQueued,
}

impl Session {
    /// A channel that connects in a later task: one that the page closes at once never joins. With a
    /// policy it connects again after a loss.
    #[must_use]
    pub fn new(policy: Option<Policy>) -> Self {
        let mut session = Self {
            policy,
            state: ReadyState::Connecting,
            phase: Phase::Pausing,
            peers: Sorted::default(),
            last_serial: ROOT,
            agenda: Agenda::default(),
            is_connected: false,
            is_broken: false,
            backlog: Backlog::default(),
            has_opened: false,
            attempts: 0,
            told: None,
        };
        session.agenda.begin();
        session.put(Step::Wait(0));
        session
    }

    /// Takes an input. Its steps follow by [`next_step`](Self::next_step).
    pub fn handle(&mut self, input: Input) {
        self.agenda.begin();
        // The end has been decided, and its events may not have been fired yet.
        if self.state == ReadyState::Closed && !matches!(input, Input::Close(_)) {
            return;
        }
        match input {
            Input::Located => self.on_located(),
            Input::Unlocated => self.on_unlocated(),
            Input::Connected => self.on_connected(),
            Input::Frame { action, peer } => self.on_frame(action, peer),
            Input::TooBig => self.on_too_big(),
            Input::Broken => self.on_broken(),
            Input::Disconnected { code, lasted } => self.on_disconnected(code, lasted),
            Input::Facts(facts) => self.on_facts(facts),
            Input::Awake { lasted } => self.on_awake(lasted),
            Input::Close(serial) => self.close(serial),
            Input::Left(serial) => self.on_left(serial),
        }
    }

    /// What the owner is to do next, until there is nothing more of the last input.
    pub fn next_step(&mut self) -> Option<Step> {
        loop {
            let task = self.agenda.take()?;
            if let Some(step) = self.decide(task) {
                return Some(step);
            }
        }
    }

    /// Ends the last input if no task of it is left, and gives whether it has. Then
    /// [`next_step`](Self::next_step) is not to be called for it.
    pub fn end_if_done(&mut self) -> bool {
        self.agenda.end()
    }

    /// What becomes of a frame of a socket. If it is sent, [`on_sent`](Self::on_sent) follows.
    /// `connection` is the state of the connection.
    ///
    /// # Errors
    ///
    /// [`Misuse::NotOpen`] while the socket is connecting.
    pub fn send(&self, serial: u32, connection: ReadyState) -> Result<Fate, Misuse> {
        // Whether the connection is about to end matters only to a channel that connects again.
        let state =
            if self.policy.is_some() { self.ready_state(serial, connection) } else { self.own(serial) };
        match state {
            ReadyState::Connecting if serial == ROOT && self.queue_limit().is_some() => Ok(Fate::Queued),
            ReadyState::Connecting => Err(Misuse::NotOpen),
            ReadyState::Open if self.is_connected => Ok(Fate::Sent),
            // The connection has ended, and the end of the peer's socket is about to be told.
            ReadyState::Open | ReadyState::Closing | ReadyState::Closed => Ok(Fate::Discarded),
        }
    }

    /// A frame has been given to the connection, of which `before` bytes waited, and `bytes` more
    /// wait now; `overhead` bytes of the frame are not the page's.
    pub fn on_sent(&mut self, serial: u32, before: f64, bytes: f64, overhead: f64) {
        self.backlog.drop_sent(before);
        self.backlog.push(Frame { serial, bytes, payload: (bytes - overhead).max(0.0) });
    }

    /// The payload bytes of a socket that wait, when so many bytes wait for the connection.
    pub fn buffered_amount(&mut self, serial: u32, waiting: f64) -> f64 {
        self.backlog.drop_sent(if self.is_connected { waiting } else { 0.0 });
        self.backlog.payload(serial)
    }

    /// Checks that so many bytes may be queued in all.
    ///
    /// # Errors
    ///
    /// [`Misuse::TooMuchQueued`] when they may not.
    pub fn check_room(&self, bytes: f64) -> Result<(), Misuse> {
        match self.queue_limit() {
            Some(limit) if bytes > limit => Err(Misuse::TooMuchQueued),
            _ => Ok(()),
        }
    }

    /// The state of a socket that the page sees. The connection may leave the open state before its
    /// end is told.
    #[must_use]
    pub fn ready_state(&self, serial: u32, connection: ReadyState) -> ReadyState {
        let own = self.own(serial);
        match (own, self.is_connected.then_some(connection)) {
            (ReadyState::Open, Some(ending)) if ending > own => {
                let goes_on = self.policy.is_some() && serial == ROOT;
                if goes_on { ReadyState::Connecting } else { ending }
            }
            (ReadyState::Closing, Some(ReadyState::Closed)) => ReadyState::Closed,
            _ => own,
        }
    }

    /// The state of a socket, whatever the connection does.
    fn own(&self, serial: u32) -> ReadyState {
        if serial == ROOT {
            self.state
        } else {
            self.peers.get(&serial).copied().unwrap_or(ReadyState::Closed)
        }
    }

    fn queue_limit(&self) -> Option<f64> {
        self.policy.and_then(|policy| policy.max_queued)
    }
}
