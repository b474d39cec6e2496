//! The streams of a channel: their frames, and what follows. What may be sent is decided in
//! client-core, and frames are those of the package for pages.

mod dialling;
mod end;
mod queue;
mod receiving;
mod user;

use std::collections::HashMap;

use nws_client_core::streams::{Handle, State as StreamState};
use nws_client_core::{NO_STATUS, ReadyState, Streams};
use nws_protocol::binary::StreamPart;
use nws_protocol::structured::{StreamEvent, StreamFrame};

use super::State;
use crate::outbox::Frame;
use crate::{Data, Error, Peer, platform};

use end::StreamEnd;

/// How long a peer may say nothing about a dial, in milliseconds.
const ANSWER_MS: f64 = 3000.0;

/// How long this program may take to decide about a dial, in milliseconds.
const DECISION_MS: f64 = 10_000.0;

/// How long a peer may take to close too, in milliseconds. What it has sent before comes first.
const CLOSE_MS: f64 = 10_000.0;

#[derive(Default)]
pub(crate) struct StreamTable {
    core: Streams,
    /// Also those that have ended, as long as the program has them.
    ends: HashMap<Handle, StreamEnd>,
}

impl State {
    /// When something about a stream is due.
    pub(crate) fn next_deadline(&self) -> Option<f64> {
        self.streams.ends.values().filter_map(|end| end.deadline).min_by(f64::total_cmp)
    }

    /// Ends what has waited for too long.
    pub(crate) fn expire_streams(&mut self) {
        let now = platform::now();
        let is_due = |end: &StreamEnd| end.deadline.is_some_and(|deadline| deadline <= now);
        for handle in self.handles(is_due) {
            match self.streams.core.state(handle) {
                Some(StreamState::Dialled) => self.refuse(handle, None, ""),
                Some(StreamState::Dialling) => {
                    // The peer may still accept, and is told that nobody waits then.
                    let patience = std::time::Duration::from_millis(ANSWER_MS as u64);
                    self.fail_stream(handle, Error::DialTimeout { patience });
                }
                Some(StreamState::Open | StreamState::Closing) | None => {
                    self.fail_stream(handle, Error::StreamClosed { code: 1006, reason: String::new() });
                }
            }
        }
    }

    /// The streams with a peer that has left end.
    pub(super) fn lose_streams(&mut self, peer: &Peer) {
        for handle in self.handles(|end| end.peer == *peer) {
            self.fail_stream(handle, Error::PeerGone);
        }
        self.streams.core.forget_peer(peer.serial());
    }

    /// Sends what waits for room, as there is some now.
    pub(crate) fn pump_streams(&mut self) {
        for handle in self.handles(|end| !end.queue.is_empty()) {
            self.pump(handle);
        }
    }

    /// Sends what credit lets go, and at its end the close.
    fn pump(&mut self, handle: Handle) {
        let limit = self.message_max.unwrap_or(usize::MAX);
        let Some(end) = self.streams.ends.get_mut(&handle) else { return };
        while !end.queue.is_empty() && self.outbox.has_room() {
            let room = self.streams.core.room(handle).map(|room| (room as usize).min(limit));
            let Some((part, has_more)) = room.and_then(|room| end.queue.next(room)) else { break };
            let bytes = part.as_bytes().len() as u32;
            self.streams.core.sent(handle, bytes);
            let number = self.streams.core.number(handle).unwrap_or_default();
            self.outbox.push(frame_of(end.peer.id(), number, part, has_more));
        }
        if end.queue.is_empty() {
            end.writers.wake();
            if let Some((code, reason)) = end.closing.clone().filter(|_| !end.has_said_close) {
                end.has_said_close = true;
                end.deadline = Some(platform::now() + CLOSE_MS);
                self.say(handle, close_event(code, &reason, None));
            }
        }
        self.wake_driver();
    }

    /// Breaks a rule.
    fn violated(&mut self, handle: Handle, code: u16) {
        self.say(handle, close_event(code, "", None));
        self.end_stream(
            handle,
            Error::StreamClosed { code, reason: "a rule of streams was broken".to_owned() },
        );
    }

    fn fail_stream(&mut self, handle: Handle, error: Error) {
        self.end_stream(handle, error);
    }

    /// A stream has ended. Its error is what its user gets.
    fn end_stream(&mut self, handle: Handle, error: Error) {
        self.streams.core.end(handle);
        let Some(end) = self.streams.ends.get_mut(&handle) else { return };
        end.finish(error);
        if !end.is_owned {
            self.streams.ends.remove(&handle);
        }
    }

    fn say(&mut self, handle: Handle, event: StreamEvent<'_>) {
        let number = self.streams.core.number(handle);
        let peer = self.streams.ends.get(&handle).map(|end| end.peer.clone());
        if let (Some(stream), Some(peer)) = (number, peer) {
            self.write(peer.id(), StreamFrame { stream, event });
        }
    }

    fn write(&mut self, target: &str, frame: StreamFrame<'_>) {
        if self.connection == ReadyState::Open {
            self.outbox.answer(Frame::Text(frame.frame(target)));
            self.wake_driver();
        }
    }

    /// The streams of which something is true.
    fn handles(&self, is_meant: impl Fn(&StreamEnd) -> bool) -> Vec<Handle> {
        let ends = self.streams.ends.iter().filter(|(_, end)| end.over.is_none() && is_meant(end));
        ends.map(|(handle, _)| *handle).collect()
    }
}

fn close_event<'a>(code: u16, reason: &'a str, error: Option<&'a str>) -> StreamEvent<'a> {
    let code = (code != NO_STATUS).then_some(code);
    StreamEvent::Close { code, reason: reason.into(), error: error.map(Into::into) }
}

fn frame_of(target: &str, stream: u32, part: Data, has_more: bool) -> Frame {
    match part {
        Data::Text(text) | Data::Json(text) => {
            let event = StreamEvent::Data { text: Some(text.into()), has_more };
            Frame::Text(StreamFrame { stream, event }.frame(target))
        }
        Data::Binary(bytes) => {
            Frame::Binary(StreamPart { stream, has_more, bytes: &bytes }.frame(target).into())
        }
    }
}
