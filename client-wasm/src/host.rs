//! The facade's side of a channel: what the core asks of it, and the events that the core has it fire.
//!
//! Objects stay where they are: sockets of the page, frames, strings and buffers live in JavaScript, and only numbers
//! cross. So the host has a peer in mind, the one that the core was last called for, and an end, the last one reported;
//! what is asked is about those. Garbage stays garbage, too: of the page's objects the core holds the host alone.

use wasm_bindgen::prelude::*;
use web_sys::WebSocket;

use crate::failure::Failure;

/// The serial of the channel's own socket; peers are numbered from 1 on.
pub(crate) const ROOT: u32 = 0;

#[wasm_bindgen]
extern "C" {
    /// The facade of one channel.
    pub type Host;

    /// Finds out where the proxy is, and calls the core's `connect`.
    #[wasm_bindgen(method)]
    pub(crate) fn connect(this: &Host);

    /// Calls the core for what happens at `socket` from here on, and never again for another one.
    #[wasm_bindgen(method)]
    pub(crate) fn listen(this: &Host, socket: &WebSocket);

    /// Lets go of the browser's socket.
    #[wasm_bindgen(method)]
    pub(crate) fn unlisten(this: &Host);

    /// Calls the core's `onAwake` after so many milliseconds; of a wait that is `hopeful` also when there is reason to hope:
    /// the network is back, or somebody looks at the page. There is one wait at a time.
    #[wasm_bindgen(method)]
    pub(crate) fn wait(this: &Host, milliseconds: f64, hopeful: bool);

    /// Forgets the wait.
    #[wasm_bindgen(method, js_name = cancelWait)]
    pub(crate) fn cancel_wait(this: &Host);

    /// Takes from the frame how much the proxy takes at once, and sends what was queued. Returns whether anything of it is
    /// too large.
    #[wasm_bindgen(method)]
    pub(crate) fn flush(this: &Host) -> bool;

    /// Keeps, beyond the end of a connection, what `bufferedAmount` counts: for the peers, and for the channel if `all`.
    #[wasm_bindgen(method, js_name = retainUnsent)]
    pub(crate) fn retain_unsent(this: &Host, all: bool);

    /// The own id is not known any more.
    #[wasm_bindgen(method, js_name = clearId)]
    pub(crate) fn clear_id(this: &Host);

    /// Fires `open`, with the own id that the frame tells.
    #[wasm_bindgen(method)]
    pub(crate) fn opened(this: &Host);

    /// Fires `sync`.
    #[wasm_bindgen(method)]
    pub(crate) fn synced(this: &Host);

    /// Fires `message` for a broadcast.
    #[wasm_bindgen(method)]
    pub(crate) fn broadcast(this: &Host);

    /// Fires `message` at the peer.
    #[wasm_bindgen(method)]
    pub(crate) fn direct(this: &Host);

    /// Fires `error` for a frame that could not be served, where it was sent.
    #[wasm_bindgen(method)]
    pub(crate) fn complain(this: &Host);

    /// Finds out what is known of the way to the proxy, and calls the core's `onFacts`.
    #[wasm_bindgen(method, js_name = gatherFacts)]
    pub(crate) fn gather_facts(this: &Host);

    /// Fires `error` for the [`Failure`] of that number, which ends the channel if it is `fatal`.
    #[wasm_bindgen(method)]
    fn error(this: &Host, failure: u8, fatal: bool);

    /// Fires `reconnecting`.
    #[wasm_bindgen(method)]
    pub(crate) fn reconnecting(this: &Host, attempt: u32, delay: f64);

    /// The end is this one, without a reason.
    #[wasm_bindgen(method, js_name = setEnd)]
    pub(crate) fn set_end(this: &Host, code: u16, clean: bool);

    /// Fires `close`, and lets go of everything.
    #[wasm_bindgen(method)]
    pub(crate) fn closed(this: &Host);

    /// Makes the peer's socket, and fires `connect`. Returns the socket's state afterwards.
    #[wasm_bindgen(method)]
    pub(crate) fn arrive(this: &Host, serial: u32) -> u16;

    /// Opens the peer's socket and fires `open` at it.
    #[wasm_bindgen(method)]
    pub(crate) fn greet(this: &Host);

    /// Closes the peer's socket, fires `close` at it, then `disconnect`.
    #[wasm_bindgen(method)]
    pub(crate) fn depart(this: &Host);

    /// The same for all peers.
    #[wasm_bindgen(method, js_name = departAll)]
    pub(crate) fn depart_all(this: &Host);

    /// The peer's socket, or all, are closing.
    #[wasm_bindgen(method)]
    pub(crate) fn closing(this: &Host, all: bool);

    /// Calls the core's `onLeft` for the peer, or the channel, once the page's present turn is over, as `close()` never
    /// fires an event by itself. The end is what the page wants.
    #[wasm_bindgen(method, js_name = leaveSoon)]
    pub(crate) fn leave_soon(this: &Host, serial: u32, code: u16, reason: &str);
}

impl Host {
    pub(crate) fn fail(&self, failure: Failure, fatal: bool) {
        self.error(failure as u8, fatal);
    }
}
