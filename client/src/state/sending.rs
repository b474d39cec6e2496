//! What this program says.

use std::task::{Context, Poll};

use bytes::Bytes;
use nws_client_core::session::{Input, Misuse, ROOT};
use nws_client_core::{Fate, ReadyState};
use nws_protocol::Json;
use nws_protocol::binary::{self, Kind};
use nws_protocol::structured::Saying;

use super::{About, State};
use crate::outbox::Frame;
use crate::{Data, Error, Peer};

impl State {
    /// Sends to a peer, or to all, if there is room for it.
    pub(crate) fn poll_send(
        &mut self,
        peer: Option<&Peer>,
        data: &Data,
        cx: &Context<'_>,
    ) -> Poll<Result<(), Error>> {
        let serial = peer.map_or(ROOT, Peer::serial);
        match self.session.send(serial, self.connection) {
            Ok(Fate::Sent) if !self.outbox.has_room() => {
                self.outbox.senders().register(cx);
                Poll::Pending
            }
            Ok(Fate::Sent) => Poll::Ready(self.send(peer, data)),
            Ok(Fate::Queued) => Poll::Ready(self.keep(data)),
            Ok(Fate::Discarded) => {
                let is_closed =
                    peer.is_none() || self.session.ready_state(ROOT, self.connection) > ReadyState::Open;
                Poll::Ready(Err(if is_closed { Error::Closed } else { Error::PeerGone }))
            }
            Err(Misuse::NotOpen) => Poll::Ready(Err(Error::NotOpen)),
            Err(Misuse::TooMuchQueued) => Poll::Ready(Err(Error::TooMuchQueued)),
        }
    }

    fn send(&mut self, peer: Option<&Peer>, data: &Data) -> Result<(), Error> {
        let bytes = data.as_bytes().len();
        if let Some(limit) = self.message_max.filter(|limit| bytes > *limit) {
            return Err(Error::TooBig { bytes, limit });
        }
        let was_empty = self.outbox.is_empty();
        self.outbox.push(frame_of(peer, data)?);
        if was_empty {
            self.wake_driver();
        }
        Ok(())
    }

    /// Keeps a broadcast for the next connection.
    fn keep(&mut self, data: &Data) -> Result<(), Error> {
        let bytes = data.as_bytes().len();
        let all = self.kept_bytes + bytes;
        self.session.check_room(all as f64).map_err(|_| Error::TooMuchQueued)?;
        self.kept.push((frame_of(None, data)?, bytes));
        self.kept_bytes = all;
        Ok(())
    }

    /// Sends what was kept, but nothing that is larger than the proxy takes.
    pub(super) fn send_kept(&mut self) {
        self.kept_bytes = 0;
        let limit = self.message_max.unwrap_or(usize::MAX);
        let (small, large): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.kept).into_iter().partition(|(_, bytes)| *bytes <= limit);
        for (frame, _) in small {
            self.outbox.push(frame);
        }
        if !large.is_empty() {
            self.tell(Input::TooBig, &mut About::default());
        }
    }
}

fn frame_of(peer: Option<&Peer>, data: &Data) -> Result<Frame, Error> {
    let id = peer.map(Peer::id);
    Ok(match data {
        Data::Text(text) => Frame::Text(Saying::Text(text).frame(id)),
        Data::Json(text) => {
            let json = Json::new(text).ok_or(Error::InvalidJson)?;
            Frame::Text(Saying::Json(json).frame(id))
        }
        Data::Binary(bytes) => {
            let kind = if id.is_some() { Kind::Message } else { Kind::Broadcast };
            let frame = binary::Frame { kind, id: id.unwrap_or_default(), payload: bytes };
            Frame::Binary(Bytes::from(frame.to_bytes()))
        }
    })
}
