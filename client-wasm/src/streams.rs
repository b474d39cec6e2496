//! The streams of a channel's socket, as the facade calls them: see [`nws_client_core::streams`].
//! A handle of 0 is none.

use nws_client_core::ReadyState;
use nws_client_core::streams::{self, Refused, State};
use wasm_bindgen::prelude::*;

/// The streams of one channel's socket. Peers have the serials of their sockets.
#[wasm_bindgen]
#[derive(Default)]
pub struct Streams(streams::Streams);

#[wasm_bindgen]
impl Streams {
    /// None yet.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Dials a peer. Gives 0 when there are too many streams or dials.
    pub fn dial(&mut self, peer: u32) -> u32 {
        self.0.dial(peer).unwrap_or_default()
    }

    /// A peer has dialled. Gives the handle; -1 when there are too many streams or dials, -2 when
    /// the number or the credit is invalid.
    pub fn dialled(&mut self, peer: u32, number: u32, credit: f64) -> i32 {
        match self.0.dialled(peer, number, credit) {
            Ok(handle) => handle as i32,
            Err(Refused::Limit) => -1,
            Err(Refused::Violation) => -2,
        }
    }

    /// The page accepts a dial. Gives whether it is not too late.
    pub fn accept(&mut self, handle: u32) -> bool {
        self.0.accept(handle)
    }

    /// The peer has accepted a dial. Gives whether it may, with this credit.
    pub fn accepted(&mut self, handle: u32, credit: f64) -> bool {
        self.0.accepted(handle, credit)
    }

    /// Closes a stream. Gives whether it was not closing already.
    pub fn close(&mut self, handle: u32) -> bool {
        self.0.close(handle).is_some()
    }

    /// The stream has ended.
    pub fn end(&mut self, handle: u32) {
        self.0.end(handle);
    }

    /// The peer has left, and its streams have ended.
    #[wasm_bindgen(js_name = forgetPeer)]
    pub fn forget_peer(&mut self, peer: u32) {
        self.0.forget_peer(peer);
    }

    /// The handle of the stream that a frame of `peer` with this number is about, or 0.
    #[must_use]
    pub fn find(&self, peer: u32, number: u32) -> u32 {
        self.0.find(peer, number).unwrap_or_default()
    }

    /// The number of a stream in frames of this side.
    #[must_use]
    pub fn number(&self, handle: u32) -> u32 {
        self.0.number(handle).unwrap_or_default()
    }

    /// The `readyState` of a stream.
    #[must_use]
    pub fn state(&self, handle: u32) -> u32 {
        let state = match self.0.state(handle) {
            Some(State::Dialling | State::Dialled) => ReadyState::Connecting,
            Some(State::Open) => ReadyState::Open,
            Some(State::Closing) => ReadyState::Closing,
            None => ReadyState::Closed,
        };
        state.number()
    }

    /// The credit that `dial` or `accept` gives.
    #[wasm_bindgen(js_name = firstCredit)]
    #[must_use]
    pub fn first_credit(&self, handle: u32) -> u32 {
        self.0.first_credit(handle)
    }

    /// The most bytes that a part may have now, or -1 while nothing may be sent.
    #[must_use]
    pub fn room(&self, handle: u32) -> i32 {
        self.0.room(handle).map_or(-1, |room| room as i32)
    }

    /// A part is sent.
    pub fn sent(&mut self, handle: u32, bytes: u32) {
        self.0.sent(handle, bytes);
    }

    /// The peer grants more credit. Gives whether it may grant so much.
    pub fn credited(&mut self, handle: u32, credit: f64) -> bool {
        self.0.credited(handle, credit)
    }

    /// A part has come. Gives what becomes of it: [`streams::Received`].
    pub fn received(&mut self, handle: u32, bytes: u32, has_more: bool, is_text: bool) -> u8 {
        self.0.received(handle, bytes, has_more, is_text) as u8
    }

    /// What the message costs that has just come to its end.
    #[must_use]
    pub fn due(&self, handle: u32) -> u32 {
        self.0.due(handle)
    }

    /// The page has taken what costs so much. Gives the credit that the peer gets for that, or 0.
    pub fn taken(&mut self, handle: u32, cost: u32) -> u32 {
        self.0.taken(handle, cost)
    }
}
