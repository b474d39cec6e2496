//! What comes from the proxy.

use std::borrow::Cow;

use bytes::Bytes;
use nws_client_core::Action;
use nws_client_core::session::{Input, Step};
use nws_protocol::Json;
use nws_protocol::binary::{self, Kind, StreamPart};
use nws_protocol::structured::{Arrival, StreamFrame};

use super::{About, State};
use crate::inbox::{Item, Said};
use crate::{Error, Peer};

impl State {
    /// A text frame has come.
    pub(crate) fn receive_text(&mut self, text: &str) {
        let Some(arrival) = Arrival::parse(text) else {
            return self.hear_action(Action::Unreadable, None, None);
        };
        match arrival {
            Arrival::Broadcast { source, data } => self.hear_data(Action::Broadcast, &source, said_in(data)),
            Arrival::Message { source, data } => self.hear_data(Action::Message, &source, said_in(data)),
            Arrival::Stream { source, data } => {
                if let Some(frame) = StreamFrame::parse(data) {
                    self.on_stream_frame(&source, frame);
                }
            }
            Arrival::Error { ref code, stream, ref target, .. }
                if self.on_stream_error(code, stream, target.as_deref()) => {}
            Arrival::Connect { .. }
            | Arrival::Disconnect { .. }
            | Arrival::Status { .. }
            | Arrival::Welcome { .. }
            | Arrival::Error { .. }
            | Arrival::Later => self.hear_presence(arrival),
        }
    }

    /// A binary frame has come.
    pub(crate) fn receive_binary(&mut self, bytes: &Bytes) {
        let Ok(frame) = binary::Frame::parse(bytes) else {
            return self.hear_action(Action::Unreadable, None, None);
        };
        let said = Said::Binary { frame: bytes, payload: frame.payload };
        match frame.kind {
            Kind::Broadcast => self.hear_data(Action::Broadcast, frame.id, said),
            Kind::Message => self.hear_data(Action::Message, frame.id, said),
            Kind::Stream => match StreamPart::parse(frame.payload) {
                Some(part) => {
                    let rest = bytes.slice_ref(part.bytes);
                    self.on_stream_bytes(frame.id, part.stream, rest, part.has_more);
                }
                None => self.hear_action(Action::Unreadable, None, None),
            },
        }
    }

    fn hear_presence(&mut self, arrival: Arrival<'_>) {
        let (action, id): (_, Option<&Cow<'_, str>>) = match &arrival {
            Arrival::Connect { peer, .. } => (Action::Connect, Some(peer)),
            Arrival::Disconnect { peer, .. } => (Action::Disconnect, Some(peer)),
            Arrival::Status { .. } => (Action::Status, None),
            Arrival::Welcome { .. } => (Action::Welcome, None),
            Arrival::Error { target, .. } => (Action::Error, target.as_ref()),
            Arrival::Broadcast { .. } | Arrival::Message { .. } | Arrival::Stream { .. } | Arrival::Later => {
                (Action::Later, None)
            }
        };
        let peer = id.and_then(|id| self.roster.get(id)).cloned();
        self.hear_action(action, peer, Some(arrival));
    }

    /// A peer says something: nearly all that ever comes.
    fn hear_data(&mut self, action: Action, source: &str, said: Said<'_>) {
        let peer = self.roster.speaker(source);
        let Some(step) = self.session.message_step(action, peer.as_ref().map(Peer::serial)) else { return };
        match peer {
            Some(from) => self.inbox.push_message(from, said, step == Step::Direct),
            // A proxy names a peer before it lets it speak.
            None => self.happen(Item::Fault(Box::new(Error::BadFrame))),
        }
    }

    fn hear_action(&mut self, action: Action, peer: Option<Peer>, arrival: Option<Arrival<'_>>) {
        let input = Input::Frame { action, peer: peer.as_ref().map(Peer::serial) };
        self.tell(input, &mut About { arrival, ..About::default() });
    }
}

fn said_in(json: Json<'_>) -> Said<'_> {
    match json.string() {
        Some(text) => Said::Text(text),
        None => Said::Json(json.as_str()),
    }
}
