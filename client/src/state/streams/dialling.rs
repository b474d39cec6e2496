//! How streams begin: dials of this program, and those of peers.

use std::borrow::Cow;
use std::task::{Context, Poll};

use nws_client_core::streams::DIALLED_BY_RECEIVER;
use nws_client_core::streams::{Handle, Refused, State as StreamState};
use nws_client_core::{NO_STATUS, ReadyState};
use nws_protocol::structured::{StreamEvent, StreamFrame};

use super::super::State;
use super::end::StreamEnd;
use super::{ANSWER_MS, DECISION_MS, close_event};
use crate::inbox::{Dial, Item};
use crate::{Error, Peer, platform};

impl State {
    /// Dials a peer.
    pub(crate) fn dial(&mut self, peer: &Peer, protocols: &[&str]) -> Result<Handle, Error> {
        if let Some((_, bad)) = protocols
            .iter()
            .enumerate()
            .find(|(place, name)| !is_token(name) || protocols[..*place].contains(name))
        {
            return Err(Error::InvalidProtocol { protocol: (*bad).to_owned() });
        }
        if self.connection != ReadyState::Open {
            return Err(Error::NotOpen);
        }
        if !peer.is_present() {
            return Err(Error::PeerGone);
        }
        let handle = self.streams.core.dial(peer.serial()).ok_or(Error::StreamLimit)?;
        let credit = f64::from(self.streams.core.first_credit(handle));
        let offered = protocols.iter().map(|name| (*name).to_owned()).collect();
        let deadline = platform::now() + ANSWER_MS;
        self.streams.ends.insert(handle, StreamEnd::new(peer.clone(), offered, deadline, true));
        let protocols = Some(protocols.iter().map(|name| Cow::Borrowed(*name)).collect());
        self.say(handle, StreamEvent::Dial { protocols, credit });
        Ok(handle)
    }

    /// Waits until a dial is answered.
    pub(crate) fn poll_stream_opened(&mut self, handle: Handle, cx: &Context<'_>) -> Poll<Result<(), Error>> {
        let Some(end) = self.streams.ends.get_mut(&handle) else { return Poll::Ready(Err(Error::PeerGone)) };
        if let Some(error) = &end.over {
            return Poll::Ready(Err(error.clone()));
        }
        if self.streams.core.state(handle) == Some(StreamState::Dialling) {
            end.readers.register(cx);
            return Poll::Pending;
        }
        Poll::Ready(Ok(()))
    }

    /// Waits until the peer says anything about a dial: that its program has it, or what that has decided.
    pub(crate) fn poll_stream_noticed(
        &mut self,
        handle: Handle,
        cx: &Context<'_>,
    ) -> Poll<Result<(), Error>> {
        let is_noticed = |end: &StreamEnd| end.over.is_none() && end.deadline.is_none();
        if self.streams.ends.get(&handle).is_some_and(is_noticed) {
            return Poll::Ready(Ok(()));
        }
        self.poll_stream_opened(handle, cx)
    }

    /// Accepts a dial of a peer.
    pub(crate) fn accept(&mut self, handle: Handle, protocol: &str) -> Result<(), Error> {
        let end = self.streams.ends.get_mut(&handle).ok_or(Error::PeerGone)?;
        if !protocol.is_empty() && !end.offered.iter().any(|offered| offered == protocol) {
            return Err(Error::InvalidProtocol { protocol: protocol.to_owned() });
        }
        if !self.streams.core.accept(handle) {
            return Err(Error::PeerGone);
        }
        end.protocol = protocol.to_owned();
        (end.is_owned, end.deadline) = (true, None);
        let credit = f64::from(self.streams.core.first_credit(handle));
        self.say(handle, StreamEvent::Accept { protocol: Some(protocol.into()), credit });
        Ok(())
    }

    /// Refuses a dial of a peer, unless that is over.
    pub(crate) fn refuse(&mut self, handle: Handle, code: Option<u16>, reason: &str) {
        if self.streams.core.state(handle) == Some(StreamState::Dialled) {
            self.say(handle, close_event(code.unwrap_or(NO_STATUS), reason, Some("refused")));
            self.end_stream(handle, Error::PeerGone);
        }
    }

    pub(crate) fn split_dials(&mut self, has_dials: bool) {
        for dial in self.inbox.split(has_dials) {
            self.refuse(dial.handle, None, "");
        }
    }

    pub(crate) fn ignore_events(&mut self) {
        for dial in self.inbox.ignore() {
            self.refuse(dial.handle, None, "");
        }
        self.wake_driver();
    }

    /// A peer has dialled.
    pub(super) fn on_dial(
        &mut self,
        source: &str,
        number: u32,
        protocols: Option<Vec<Cow<'_, str>>>,
        credit: f64,
    ) {
        let peer = self.roster.get(source).cloned();
        let protocols = protocols.filter(|list| list.iter().all(|name| is_token(name)));
        let (Some(peer), Some(protocols)) = (peer, protocols) else {
            return self.refuse_stray(source, number, "refused");
        };
        match self.streams.core.dialled(peer.serial(), number, credit) {
            Ok(handle) => self.offer(handle, peer, protocols),
            Err(Refused::Limit) => self.refuse_stray(source, number, "limit"),
            Err(Refused::Violation) => self.refuse_stray(source, number, "refused"),
        }
    }

    fn offer(&mut self, handle: Handle, peer: Peer, protocols: Vec<Cow<'_, str>>) {
        let protocols: Vec<String> = protocols.into_iter().map(Cow::into_owned).collect();
        let deadline = platform::now() + DECISION_MS;
        self.streams.ends.insert(handle, StreamEnd::new(peer.clone(), protocols.clone(), deadline, false));
        self.say(handle, StreamEvent::Pending);
        self.happen(Item::Dial(Box::new(Dial { handle, peer, protocols })));
    }

    fn refuse_stray(&mut self, source: &str, number: u32, error: &str) {
        self.answer(source, number, close_event(NO_STATUS, "", Some(error)));
    }

    /// Answers a frame whose stream is none here.
    pub(super) fn answer(&mut self, target: &str, number: u32, event: StreamEvent<'_>) {
        self.write(target, StreamFrame { stream: number ^ DIALLED_BY_RECEIVER, event });
    }
}

/// Whether it may be the name of a subprotocol (RFC 9110, section 5.6.2).
fn is_token(name: &str) -> bool {
    let is_good = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+.^_`|~-".contains(&byte);
    !name.is_empty() && name.bytes().all(is_good)
}
