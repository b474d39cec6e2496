//! One channel of a page, across all its connections: what the page asks of it.

mod arrivals;
mod connection;

use std::cell::{Cell, RefCell};

use wasm_bindgen::JsValue;

use crate::backlog::{Backlog, Frame};
use crate::close::CloseArguments;
use crate::exception;
use crate::failure::Failure;
use crate::host::{Host, ROOT};
use crate::reconnect::Policy;
use crate::socket::Socket;
use crate::state::ReadyState;
use connection::Phase;

/// A channel.
///
/// The page's handlers run inside every event, and may call back. So the state is in cells, and
/// none of them is borrowed then.
pub(crate) struct Session {
    host: Host,
    policy: Option<Policy>,
    state: Cell<ReadyState>,
    phase: Cell<Phase>,
    last_serial: Cell<u32>,
    socket: RefCell<Option<Socket>>,
    /// The browser has reported an error of the socket.
    broken: Cell<bool>,
    backlog: RefCell<Backlog>,
    /// The channel has been open before.
    opened: Cell<bool>,
    /// The time at which the proxy told the own id, in milliseconds.
    admitted: Cell<f64>,
    /// The attempts of this outage that were announced to the page.
    attempts: Cell<u32>,
    /// The failure that was told to the page since the channel was last open.
    told: Cell<Option<Failure>>,
}

/// The result of sending a frame.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(crate) enum Fate {
    Sent = 0,
    Queued = 1,
    Discarded = 2,
}

impl Session {
    pub(crate) fn start(host: Host, policy: Option<Policy>) -> Self {
        host.wait(0.0, false);
        Self {
            host,
            policy,
            state: Cell::new(ReadyState::Connecting),
            phase: Cell::default(),
            last_serial: Cell::new(ROOT),
            socket: RefCell::default(),
            broken: Cell::default(),
            backlog: RefCell::default(),
            opened: Cell::default(),
            admitted: Cell::default(),
            attempts: Cell::default(),
            told: Cell::default(),
        }
    }

    pub(crate) fn send(
        &self,
        serial: u32,
        own: ReadyState,
        frame: &JsValue,
        overhead: f64,
    ) -> Result<Fate, JsValue> {
        // Whether the browser's socket is about to end matters only to a channel that connects
        // again.
        let state = if self.policy.is_some() { self.ready_state(serial, own) } else { self.own(serial, own) };
        match state {
            ReadyState::Connecting if serial == ROOT && self.queue_limit().is_some() => Ok(Fate::Queued),
            ReadyState::Connecting => Err(exception::invalid_state("the socket is still connecting")),
            ReadyState::Open => {
                self.transmit(serial, frame, overhead);
                Ok(Fate::Sent)
            }
            ReadyState::Closing | ReadyState::Closed => Ok(Fate::Discarded),
        }
    }

    pub(crate) fn check_room(&self, bytes: f64) -> Result<(), JsValue> {
        match self.queue_limit() {
            Some(limit) if bytes > limit => Err(exception::quota_exceeded("too much is queued")),
            _ => Ok(()),
        }
    }

    pub(crate) fn close(
        &self,
        serial: u32,
        own: ReadyState,
        arguments: &CloseArguments,
    ) -> Result<(), JsValue> {
        if self.own(serial, own) >= ReadyState::Closing {
            return Ok(());
        }
        self.host.closing(serial == ROOT);
        if serial == ROOT {
            self.state.set(ReadyState::Closing);
            self.host.cancel_wait();
            // Nothing more will come from a broken socket, or from an attempt that has not
            // succeeded yet.
            if self.phase.get() != Phase::Admitted && (self.broken.get() || self.policy.is_some()) {
                self.abandon();
            }
            if let Some(socket) = self.socket.take() {
                // Node fires the last events within this call.
                let outcome = socket.close_with(arguments);
                if self.is(ReadyState::Closing) {
                    self.socket.replace(Some(socket));
                }
                return outcome;
            }
        }
        self.host.leave_soon(serial, arguments.shown_code(), &arguments.reason);
        Ok(())
    }

    /// The state that the page sees. The browser's socket may leave the open state before its
    /// `close` event comes.
    pub(crate) fn ready_state(&self, serial: u32, own: ReadyState) -> ReadyState {
        let own = self.own(serial, own);
        let socket = self.socket.borrow().as_ref().map(|socket| ReadyState::of(socket.ready_state()));
        match (own, socket) {
            (ReadyState::Open, Some(ending)) if ending > own => {
                let goes_on = self.policy.is_some() && serial == ROOT;
                if goes_on { ReadyState::Connecting } else { ending }
            }
            (ReadyState::Closing, Some(ReadyState::Closed)) => ReadyState::Closed,
            _ => own,
        }
    }

    pub(crate) fn buffered_amount(&self, serial: u32) -> f64 {
        let waiting = self.socket.borrow().as_ref().map_or(0, |socket| socket.buffered_amount());
        let mut backlog = self.backlog.borrow_mut();
        backlog.drop_sent(f64::from(waiting));
        backlog.payload(serial)
    }

    pub(crate) fn transmit(&self, serial: u32, frame: &JsValue, overhead: f64) {
        if let Some(socket) = &*self.socket.borrow() {
            let before = f64::from(socket.buffered_amount());
            socket.send(frame);
            let bytes = f64::from(socket.buffered_amount()) - before;
            let mut backlog = self.backlog.borrow_mut();
            backlog.drop_sent(before);
            backlog.push(Frame { port: serial, bytes, payload: (bytes - overhead).max(0.0) });
        }
    }

    /// The own state of a socket. A peer's socket keeps its own; the channel's is here.
    fn own(&self, serial: u32, state: ReadyState) -> ReadyState {
        if serial == ROOT { self.state.get() } else { state }
    }

    fn queue_limit(&self) -> Option<f64> {
        self.policy.and_then(|policy| policy.max_queued)
    }

    fn is(&self, state: ReadyState) -> bool {
        self.state.get() == state
    }
}
