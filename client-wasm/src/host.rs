//! The facade's side of a channel: what the core asks of the facade, and the events that the core
//! lets it fire.
//!
//! Objects stay in JavaScript: sockets of the page, frames, strings and buffers. Only numbers
//! cross. So the host remembers the peer of the last call to the core, and the last end that was
//! set; calls without arguments are about these. Garbage stays in JavaScript too: of the page's
//! objects the core holds only the host.

use wasm_bindgen::prelude::*;
use web_sys::WebSocket;

use crate::failure::Failure;

/// The serial of the channel's own socket. Peers are numbered from 1 on.
pub(crate) const ROOT: u32 = 0;

#[wasm_bindgen]
extern "C" {
    /// The facade of one channel.
    pub type Host;

    /// Finds the address of the proxy, and calls the core's `connect`.
    #[wasm_bindgen(method)]
    pub(crate) fn connect(this: &Host);

    /// Calls the core for the events of `socket` from now on, and for those of no earlier socket.
    #[wasm_bindgen(method)]
    pub(crate) fn listen(this: &Host, socket: &WebSocket);

    /// Forgets the browser's socket.
    #[wasm_bindgen(method)]
    pub(crate) fn unlisten(this: &Host);

    /// Calls the core's `onAwake` after so many milliseconds. A wait that is `hopeful` also ends
    /// when the network is back, or when the user looks at the page: then an attempt may succeed.
    /// There is one wait at a time.
    #[wasm_bindgen(method)]
    pub(crate) fn wait(this: &Host, milliseconds: f64, hopeful: bool);

    /// Cancels the wait.
    #[wasm_bindgen(method, js_name = cancelWait)]
    pub(crate) fn cancel_wait(this: &Host);

    /// Takes from the frame how much the proxy accepts in one message, and sends what was queued.
    /// Gives whether any of it is too large.
    #[wasm_bindgen(method)]
    pub(crate) fn flush(this: &Host) -> bool;

    /// Keeps what `bufferedAmount` counts beyond the end of a connection: for the peers, and for
    /// the channel too if `all`.
    #[wasm_bindgen(method, js_name = retainUnsent)]
    pub(crate) fn retain_unsent(this: &Host, all: bool);

    /// Forgets the own id.
    #[wasm_bindgen(method, js_name = clearId)]
    pub(crate) fn clear_id(this: &Host);

    /// Fires `open`, with the own id in the frame.
    #[wasm_bindgen(method)]
    pub(crate) fn opened(this: &Host);

    /// Fires `sync`.
    #[wasm_bindgen(method)]
    pub(crate) fn synced(this: &Host);

    /// Fires `message` for a broadcast.
    #[wasm_bindgen(method)]
    pub(crate) fn broadcast(this: &Host);

    /// Fires `message` at the peer's socket.
    #[wasm_bindgen(method)]
    pub(crate) fn direct(this: &Host);

    /// Fires `error` for a frame that was refused, at the socket that sent it.
    #[wasm_bindgen(method)]
    pub(crate) fn complain(this: &Host);

    /// Gathers facts about the way to the proxy, and calls the core's `onFacts`.
    #[wasm_bindgen(method, js_name = gatherFacts)]
    pub(crate) fn gather_facts(this: &Host);

    /// Fires `error` for the [`Failure`] with this number, which ends the channel if it is `fatal`.
    #[wasm_bindgen(method)]
    fn error(this: &Host, failure: u8, fatal: bool);

    /// Fires `reconnecting`.
    #[wasm_bindgen(method)]
    pub(crate) fn reconnecting(this: &Host, attempt: u32, delay: f64);

    /// Sets the end: this code, and no reason.
    #[wasm_bindgen(method, js_name = setEnd)]
    pub(crate) fn set_end(this: &Host, code: u16, clean: bool);

    /// Fires `close`, and forgets all objects.
    #[wasm_bindgen(method)]
    pub(crate) fn closed(this: &Host);

    /// Makes the peer's socket, and fires `connect`. Gives the socket's state afterwards.
    #[wasm_bindgen(method)]
    pub(crate) fn arrive(this: &Host, serial: u32) -> u16;

    /// Opens the peer's socket and fires `open` at it.
    #[wasm_bindgen(method)]
    pub(crate) fn greet(this: &Host);

    /// Closes the peer's socket, fires `close` at it, then `disconnect`.
    #[wasm_bindgen(method)]
    pub(crate) fn depart(this: &Host);

    /// Does the same for all peers.
    #[wasm_bindgen(method, js_name = departAll)]
    pub(crate) fn depart_all(this: &Host);

    /// Marks the peer's socket, or all sockets, as closing.
    #[wasm_bindgen(method)]
    pub(crate) fn closing(this: &Host, all: bool);

    /// Calls the core's `onLeft` for the peer or the channel when the page's present task has
    /// ended, as `close()` never fires an event itself. Sets the end to what the page wants.
    #[wasm_bindgen(method, js_name = leaveSoon)]
    pub(crate) fn leave_soon(this: &Host, serial: u32, code: u16, reason: &str);
}

impl Host {
    pub(crate) fn fail(&self, failure: Failure, fatal: bool) {
        self.error(failure as u8, fatal);
    }
}
