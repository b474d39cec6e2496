//! What peers send on streams.

use std::borrow::Cow;

use bytes::Bytes;
use nws_client_core::streams::{DIALLED_BY_RECEIVER, Handle, Received, State as StreamState};
use nws_client_core::{ABNORMAL, NO_STATUS};
use nws_protocol::CloseCode;
use nws_protocol::structured::{StreamEvent, StreamFrame};

use super::super::State;
use super::close_event;
use crate::{Data, Error};

impl State {
    pub(crate) fn on_stream_frame(&mut self, source: &str, frame: StreamFrame<'_>) {
        let StreamFrame { stream, event } = frame;
        if let StreamEvent::Dial { protocols, credit } = event {
            return self.on_dial(source, stream, protocols, credit);
        }
        let Some(peer) = self.roster.get(source) else { return };
        match self.streams.core.find(peer.serial(), stream) {
            Some(handle) => self.on_event(handle, event),
            // Who accepts too late is told.
            None if matches!(event, StreamEvent::Accept { .. }) => {
                self.answer(source, stream, close_event(NO_STATUS, "", None));
            }
            None => {}
        }
    }

    pub(crate) fn on_stream_bytes(&mut self, source: &str, stream: u32, bytes: Bytes, has_more: bool) {
        let peer = self.roster.get(source);
        if let Some(handle) = peer.and_then(|peer| self.streams.core.find(peer.serial(), stream)) {
            self.on_part(handle, Data::Binary(bytes), has_more);
        }
    }

    /// The proxy could not pass on a frame. A proxy that knows no streams does not say which it was. Gives whether
    /// it was one of a stream.
    pub(crate) fn on_stream_error(&mut self, code: &str, stream: Option<u32>, target: Option<&str>) -> bool {
        let peer = target.and_then(|target| self.roster.get(target)).cloned();
        if let Some(stream) = stream {
            let number = stream ^ DIALLED_BY_RECEIVER;
            if let Some(handle) = peer.and_then(|peer| self.streams.core.find(peer.serial(), number)) {
                self.fail_stream(handle, error_of(code, None, ""));
            }
            return true;
        }
        let core = &self.streams.core;
        let dialling: Vec<_> = self
            .streams
            .ends
            .iter()
            .filter(|(handle, end)| {
                core.state(**handle) == Some(StreamState::Dialling) && Some(&end.peer) == peer.as_ref()
            })
            .map(|(handle, _)| *handle)
            .collect();
        let is_old = code == "unknown-action" && !dialling.is_empty();
        if is_old {
            dialling.into_iter().for_each(|handle| self.fail_stream(handle, Error::VersionMismatch));
        }
        is_old
    }

    fn on_event(&mut self, handle: Handle, event: StreamEvent<'_>) {
        match event {
            StreamEvent::Data { text: Some(text), has_more } => {
                self.on_part(handle, Data::Text(text.into_owned()), has_more);
            }
            StreamEvent::Data { text: None, .. } => self.violated(handle, CloseCode::Policy.number()),
            StreamEvent::Credit { credit } => {
                if self.streams.core.credited(handle, credit) {
                    self.pump(handle);
                } else {
                    self.violated(handle, CloseCode::Policy.number());
                }
            }
            StreamEvent::Close { code, reason, error } => self.on_close(handle, code, reason, error),
            StreamEvent::Pending => self.rest(handle),
            StreamEvent::Accept { protocol, credit } => self.on_accept(handle, protocol.as_deref(), credit),
            StreamEvent::Dial { .. } | StreamEvent::Later => {}
        }
    }

    fn rest(&mut self, handle: Handle) {
        let is_dialling = self.streams.core.state(handle) == Some(StreamState::Dialling);
        if let Some(end) = self.streams.ends.get_mut(&handle).filter(|_| is_dialling) {
            end.deadline = None;
            end.readers.wake();
        }
    }

    fn on_accept(&mut self, handle: Handle, protocol: Option<&str>, credit: f64) {
        if self.streams.core.state(handle) != Some(StreamState::Dialling) {
            return;
        }
        let is_valid = self.streams.core.accepted(handle, credit);
        let Some(end) = self.streams.ends.get_mut(&handle) else { return };
        let is_offered = |name: &&str| name.is_empty() || end.offered.iter().any(|offered| offered == name);
        if let Some(protocol) = protocol.filter(is_offered).filter(|_| is_valid) {
            end.deadline = None;
            end.protocol = protocol.to_owned();
            end.wake();
        } else {
            self.violated(handle, CloseCode::Policy.number());
        }
    }

    fn on_part(&mut self, handle: Handle, part: Data, has_more: bool) {
        let is_text = matches!(part, Data::Text(_));
        let Some(end) = self.streams.ends.get_mut(&handle) else { return };
        let core = &mut self.streams.core;
        match core.received(handle, part.as_bytes().len() as u32, has_more, is_text) {
            Received::Whole => {
                let whole = end.joined(part);
                end.push(whole, core.due(handle));
            }
            Received::Part => {
                end.keep(part);
                self.give_credit(handle, 0);
            }
            Received::Ignored => {
                let due = core.due(handle);
                self.give_credit(handle, due);
            }
            Received::Violation => self.violated(handle, CloseCode::Policy.number()),
            Received::TooBig => self.violated(handle, CloseCode::TooBig.number()),
        }
    }

    /// The program has taken what costs so much.
    pub(super) fn give_credit(&mut self, handle: Handle, cost: u32) {
        let credit = self.streams.core.taken(handle, cost);
        if credit > 0 {
            self.say(handle, StreamEvent::Credit { credit: f64::from(credit) });
        }
    }

    fn on_close(
        &mut self,
        handle: Handle,
        code: Option<u16>,
        reason: Cow<'_, str>,
        error: Option<Cow<'_, str>>,
    ) {
        let code = code.filter(|code| (1000..5000).contains(code) && ![NO_STATUS, ABNORMAL].contains(code));
        let is_open = |state| matches!(state, Some(StreamState::Open | StreamState::Closing));
        if !is_open(self.streams.core.state(handle)) {
            return self.fail_stream(handle, error_of(error.as_deref().unwrap_or_default(), code, &reason));
        }
        let code = code.unwrap_or(NO_STATUS);
        if self.streams.ends.get(&handle).is_some_and(|end| !end.has_said_close) {
            self.say(handle, close_event(code, &reason, None));
        }
        self.end_stream(handle, Error::StreamClosed { code, reason: reason.into_owned() });
    }
}

/// The error for a code of the proxy, or for an error of the peer.
fn error_of(word: &str, code: Option<u16>, reason: &str) -> Error {
    match word {
        "not-supported" => Error::StreamsNotSupported,
        "limit" | "not-admitted" => Error::StreamLimit,
        "version-mismatch" => Error::VersionMismatch,
        "unknown-target" => Error::PeerGone,
        "bad-frame" => Error::BadFrame,
        _ => Error::DialRefused { code, reason: reason.to_owned() },
    }
}
