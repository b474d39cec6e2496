//! One channel of a page, whatever connection carries it: what the page asks of it.

mod arrivals;
mod connection;
mod presence;

use std::cell::{Cell, RefCell};

use js_sys::{Array, JsString};
use wasm_bindgen::{JsCast, JsValue};

use crate::backlog::{Backlog, Frame};
use crate::close::Farewell;
use crate::exception;
use crate::frame::text;
use crate::payload::{Framed, Payload};
use crate::peers::Peers;
use crate::port::{Port, ROOT};
use crate::queue::Queue;
use crate::reconnect::Policy;
use crate::socket::Socket;
use crate::state::ReadyState;

pub(crate) use connection::Phase;

/// A channel and everybody in it.
///
/// Handlers of the page run inside of every event and may call back: hence cells, none of them borrowed meanwhile.
pub(crate) struct Session {
    root: Port,
    path: String,
    protocols: JsValue,
    policy: Option<Policy>,
    peers: Peers,
    last_serial: Cell<u32>,
    phase: Cell<Phase>,
    socket: RefCell<Option<Socket>>,
    /// Whether the browser reported an error of the socket.
    broken: Cell<bool>,
    backlog: Cell<Backlog>,
    queue: Cell<Queue>,
    /// Whether it has ever been open.
    opened: Cell<bool>,
    /// The attempts of this outage that were announced.
    attempts: Cell<u32>,
    /// The last reason that the page was told in this outage.
    told: Cell<&'static str>,
}

impl Session {
    pub(crate) fn new(root: Port, path: String, protocols: JsValue, policy: Option<Policy>) -> Self {
        root.set_head(&text::BROADCAST.into());
        Self {
            root,
            path,
            protocols,
            policy,
            peers: Peers::new(),
            last_serial: Cell::new(ROOT),
            phase: Cell::default(),
            socket: RefCell::default(),
            broken: Cell::default(),
            backlog: Cell::default(),
            queue: Cell::default(),
            opened: Cell::default(),
            attempts: Cell::default(),
            told: Cell::default(),
        }
    }

    pub(crate) fn send(&self, port: &Port, payload: Payload) -> Result<(), JsValue> {
        let state = if self.policy.is_some() { self.ready_state(port) } else { port.ready_state() };
        match state {
            ReadyState::Connecting => self.enqueue(port, payload),
            ReadyState::Open => self.transmit(port.serial(), &payload.framed(port)?),
            ReadyState::Closing | ReadyState::Closed => {
                port.discard(payload.length());
                Ok(())
            }
        }
    }

    pub(crate) fn close(&self, port: &Port, farewell: Farewell) -> Result<(), JsValue> {
        if port.ready_state() >= ReadyState::Closing {
            return Ok(());
        }
        port.enter(ReadyState::Closing);
        if port.serial() == ROOT {
            for peer in self.ports() {
                peer.enter(ReadyState::Closing);
            }
            self.root.calm();
            if self.policy.is_some() && self.phase.get() != Phase::Admitted {
                self.abandon();
            }
            if let Some(socket) = &*self.socket.borrow() {
                return socket.leave(&farewell);
            }
        }
        self.root.leave_soon(port, farewell.shown_code(), &JsString::from(farewell.reason.as_str()));
        Ok(())
    }

    /// What the page sees: the browser's socket may have left the open state before its `close` event comes.
    pub(crate) fn ready_state(&self, port: &Port) -> ReadyState {
        let own = port.ready_state();
        let socket = self.socket.borrow().as_ref().map(|socket| ReadyState::of(socket.ready_state()));
        match (own, socket) {
            (ReadyState::Open, Some(ending)) if ending > own => {
                let goes_on = self.policy.is_some() && port.serial() == ROOT;
                if goes_on { ReadyState::Connecting } else { ending }
            }
            (ReadyState::Closing, Some(ReadyState::Closed)) => ReadyState::Closed,
            _ => own,
        }
    }

    pub(crate) fn buffered_amount(&self, port: &Port) -> f64 {
        let mut backlog = self.backlog.take();
        backlog.settle(self.waiting());
        let payload = backlog.payload(port.serial());
        self.backlog.set(backlog);
        payload + port.discarded()
    }

    pub(crate) fn peers(&self) -> Array {
        self.peers.ports()
    }

    /// Keeps a message for the next connection, if that is what the page wants.
    fn enqueue(&self, port: &Port, payload: Payload) -> Result<(), JsValue> {
        let limit = self.policy.and_then(|policy| policy.max_queued).filter(|_| port.serial() == ROOT);
        let Some(limit) = limit else {
            return Err(exception::invalid_state("the socket is still connecting"));
        };
        let bytes = payload.length();
        // A frame is a copy, so what the page does with its buffer later changes nothing.
        let framed = payload.framed(port)?;
        let mut queue = self.queue.take();
        let fits = queue.payload + bytes <= limit;
        if fits {
            queue.payload += bytes;
            queue.frames.push(framed);
            port.discard(bytes);
        }
        self.queue.set(queue);
        if fits {
            Ok(())
        } else {
            Err(exception::quota_exceeded("too much is queued for the next connection"))
        }
    }

    fn transmit(&self, port: u32, Framed { frame, overhead }: &Framed) -> Result<(), JsValue> {
        let socket = self.socket.borrow();
        let Some(socket) = &*socket else { return Ok(()) };
        let before = f64::from(socket.buffered_amount());
        socket.send(frame)?;
        let bytes = f64::from(socket.buffered_amount()) - before;
        let mut backlog = self.backlog.take();
        backlog.settle(before);
        backlog.push(Frame { port, bytes, payload: (bytes - overhead).max(0.0) });
        self.backlog.set(backlog);
        Ok(())
    }

    fn waiting(&self) -> f64 {
        self.socket.borrow().as_ref().map_or(0.0, |socket| f64::from(socket.buffered_amount()))
    }

    fn ports(&self) -> impl Iterator<Item = Port> {
        self.peers.ports().into_iter().map(JsCast::unchecked_into)
    }
}
