//! One connection to the proxy: what the page asks of it.

mod arrivals;
mod presence;

use std::cell::Cell;
use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::WebSocket;

use crate::backlog::{Backlog, Frame};
use crate::close::Farewell;
use crate::exception;
use crate::frame::text;
use crate::payload::{Framed, Payload};
use crate::peers::Peers;
use crate::port::{Port, ROOT};
use crate::socket::{Listener, Socket};
use crate::state::ReadyState;

/// A connection and everybody on it.
///
/// Handlers of the page run inside of every event and may call back: hence cells, and none that can be borrowed.
pub(crate) struct Session {
    root: Port,
    peers: Peers,
    last_serial: Cell<u32>,
    socket: Socket,
    /// Present until the connection has ended: they hold the session, and the session them.
    listeners: Cell<Option<[Listener; 4]>>,
    backlog: Cell<Backlog>,
    /// Whether the proxy has told the own id.
    admitted: Cell<bool>,
    /// Whether the browser reported an error.
    broken: Cell<bool>,
}

impl Session {
    pub(crate) fn start(root: Port, url: &str, protocols: &JsValue) -> Result<Rc<Self>, JsValue> {
        root.set_head(&text::BROADCAST.into());
        let session = Rc::new(Self {
            root,
            peers: Peers::new(),
            last_serial: Cell::new(ROOT),
            socket: Socket::connect(url, protocols)?,
            listeners: Cell::default(),
            backlog: Cell::default(),
            admitted: Cell::new(false),
            broken: Cell::new(false),
        });
        session.listen();
        Ok(session)
    }

    pub(crate) fn send(&self, port: &Port, payload: Payload) -> Result<(), JsValue> {
        if port.is(ReadyState::Connecting) {
            return Err(exception::invalid_state("the socket is still connecting"));
        }
        if port.is(ReadyState::Open) {
            return self.transmit(port.serial(), &payload.framed(port)?);
        }
        port.discard(payload.length());
        Ok(())
    }

    pub(crate) fn close(self: &Rc<Self>, port: &Port, farewell: Farewell) -> Result<(), JsValue> {
        if port.ready_state() >= ReadyState::Closing {
            return Ok(());
        }
        port.enter(ReadyState::Closing);
        if port.serial() != ROOT {
            self.dismiss_soon(port, &farewell);
            return Ok(());
        }
        for peer in self.ports() {
            peer.enter(ReadyState::Closing);
        }
        self.socket.leave(&farewell)
    }

    /// What the page sees: the browser's socket may have left the open state before its `close` event comes.
    pub(crate) fn ready_state(&self, port: &Port) -> ReadyState {
        let own = port.ready_state();
        let socket = ReadyState::of(self.socket.ready_state());
        if socket >= ReadyState::Closing { own.max(socket) } else { own }
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

    pub(crate) fn socket(&self) -> WebSocket {
        WebSocket::clone(&self.socket)
    }

    fn transmit(&self, port: u32, Framed { frame, overhead }: &Framed) -> Result<(), JsValue> {
        let before = self.waiting();
        self.socket.send(frame)?;
        let bytes = self.waiting() - before;
        let mut backlog = self.backlog.take();
        backlog.settle(before);
        backlog.push(Frame { port, bytes, payload: (bytes - overhead).max(0.0) });
        self.backlog.set(backlog);
        Ok(())
    }

    fn waiting(&self) -> f64 {
        f64::from(self.socket.buffered_amount())
    }

    fn ports(&self) -> impl Iterator<Item = Port> {
        self.peers.ports().into_iter().map(JsCast::unchecked_into)
    }
}
