//! A client: what it was told, and whether that is possible.

use std::collections::{BTreeMap, BTreeSet};

use nws_core::Framing;
use nws_sim::Event;

/// A client, from its reservation or its arrival until its connection is no more.
pub(crate) struct Client {
    pub(crate) channel: usize,
    pub(crate) framing: Framing,
    /// Its own id, as soon as it knows that.
    pub(crate) id: Option<String>,
    /// Its id is reserved, and it has not arrived.
    pub(crate) is_awaited: bool,
    pub(crate) has_joined: bool,
    /// Whether it was closed.
    pub(crate) is_closing: bool,
    /// Whether it is held back.
    pub(crate) is_held: bool,
    /// Who else is here, and the number of what was heard of each last.
    pub(crate) here: BTreeMap<String, Option<u64>>,
    received: Vec<u8>,
    is_welcome: bool,
    is_over: bool,
}

impl Client {
    pub(crate) fn new(channel: usize, id: Option<String>) -> Self {
        Self {
            channel,
            framing: Framing::Raw,
            is_awaited: id.is_some(),
            id,
            has_joined: false,
            is_closing: false,
            is_held: false,
            here: BTreeMap::new(),
            received: Vec::new(),
            is_welcome: false,
            is_over: false,
        }
    }

    /// Whether others know of it.
    pub(crate) fn is_present(&self) -> bool {
        self.has_joined && !self.is_closing
    }

    /// Everybody whom it knows, itself included.
    pub(crate) fn view(&self) -> BTreeSet<&str> {
        self.here.keys().chain(&self.id).map(String::as_str).collect()
    }

    pub(crate) fn receive(&mut self, bytes: &[u8]) {
        let mut received = std::mem::take(&mut self.received);
        received.extend_from_slice(bytes);
        let mut rest = &received[..];
        while let Some((event, after)) = Event::read(rest) {
            assert!(!self.is_over, "{event} after the close");
            self.is_over = matches!(event, Event::Close(_));
            if self.framing == Framing::Structured {
                self.see(event);
            }
            rest = after;
        }
        self.received = rest.to_vec();
    }

    fn see(&mut self, event: Event) {
        match event {
            Event::Status { you, .. } => {
                assert_eq!(*self.id.get_or_insert_with(|| you.clone()), you, "it has one id");
            }
            Event::Connect { you, peer } => {
                assert_eq!(Some(you), self.id);
                assert_ne!(Some(&peer), self.id.as_ref(), "it is told of itself");
                assert_eq!(self.here.insert(peer, None), None, "somebody came twice");
            }
            Event::Disconnect { you, peer, .. } => {
                assert_eq!(Some(you), self.id);
                assert!(self.here.remove(&peer).is_some(), "somebody left who was not here");
            }
            Event::Welcome { peers, .. } => {
                assert!(!std::mem::replace(&mut self.is_welcome, true), "it was welcomed twice");
                assert_eq!(peers, self.here.len());
            }
            Event::Broadcast { source, data } => self.hear(&source, &data),
            Event::Message { source, target, data } => {
                assert_eq!(Some(target), self.id);
                if Some(&source) != self.id.as_ref() {
                    self.hear(&source, &data);
                }
            }
            Event::Binary(_)
            | Event::Text(_)
            | Event::Error { .. }
            | Event::Ping
            | Event::Pong(_)
            | Event::Close(_)
            | Event::End
            | Event::Reset => {}
        }
    }

    /// What is said bears growing numbers, unless it is no number at all.
    fn hear(&mut self, source: &str, data: &str) {
        let last = self.here.get_mut(source).expect("somebody speaks who is not here");
        if let Ok(number) = data.trim_matches('"').parse() {
            assert!(*last < Some(number), "{source} said {number} after {last:?}");
            *last = Some(number);
        }
    }
}
